//! Shadows and reflections of drawn shapes, measured.

use super::*;

const SIDE: usize = 400;
const GROUND: f32 = 150.0;

fn scene(direction: [f32; 3], softness: f32, elevation: f32) -> Scene {
    Scene {
        image: LinearRgb::new(SIDE, SIDE, [0.5; 3]),
        ground_line: GROUND,
        view: View { elevation },
        key: KeyLight { direction, color: [1.0; 3], softness },
        ambient: [1.0; 3],
        gloss: 0.0,
        roughness: 0.2,
    }
}

/// A red product whose foot is the lowest row of `inside`.
fn product(inside: impl Fn(f32, f32) -> bool) -> PlacedProduct {
    let mut alpha = Plane::new(SIDE, SIDE, 0.0);
    for (i, a) in alpha.data.iter_mut().enumerate() {
        *a = f32::from(u8::from(inside((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5)));
    }
    let bounds = alpha.bounds(0.5).unwrap();
    PlacedProduct { image: LinearRgb::new(SIDE, SIDE, [0.8, 0.1, 0.1]), alpha, bounds, foot: bounds.3 as f32 }
}

/// An upright cylinder seen from 20°, standing on row 300 at column `x`.
fn can(x: f32) -> PlacedProduct {
    product(|px, py| {
        let u = (px - x) / 35.0;
        let bow = 12.0 * (1.0 - u * u).max(0.0).sqrt();
        u.abs() <= 1.0 && py >= 172.0 - bow && py <= 288.0 + bow
    })
}

fn grounded(scene: &Scene, product: &PlacedProduct) -> Grounding {
    ground(scene, product, CutSides::default(), &ShadowSpec::default(), &CancelToken::default()).unwrap()
}

/// Mean darkness of a rectangle.
fn dark(g: &Grounding, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> f32 {
    let count = (columns.len() * rows.len()) as f32;
    rows.flat_map(|y| columns.clone().map(move |x| (x, y))).map(|(x, y)| g.shadow.at(x, y)).sum::<f32>() / count
}

#[test]
fn the_surface_receives_shadows_and_the_backdrop_does_not() {
    let g = grounded(&scene([-0.5, 0.8, 0.3], 0.4, 20.0), &can(200.0));
    assert!(g.grounded.at(200, 302)[1] < 0.28, "{:?}", g.grounded.at(200, 302));
    assert_eq!(g.grounded.at(30, 60), [0.5; 3]);
    assert_eq!(g.shadow.at(260, 140), 0.0);
    assert!(g.band.at(200, 220) < 0.05 && g.band.at(166, 220) > 0.3);
}

#[test]
fn it_is_darkest_where_the_product_touches() {
    for elevation in [5.0, 20.0, 40.0] {
        let bow = 35.0 * View { elevation }.foreshortening();
        let can = product(|x, y| {
            let u = (x - 200.0) / 35.0;
            let reach = bow * (1.0 - u * u).max(0.0).sqrt();
            u.abs() <= 1.0 && y >= 180.0 - reach && y <= 290.0 + reach
        });
        let foot = can.foot as usize;
        let g = grounded(&scene([0.1, 0.9, 0.2], 0.6, elevation), &can);
        let (close, away) = (dark(&g, 190..210, foot..foot + 2), dark(&g, 190..210, foot + 30..foot + 34));
        println!("{elevation}°: {close:.2} at the contact, {away:.2} 30 pixels before it");
        assert!(close > 0.45 && close > 3.0 * away, "{elevation}: {close} {away}");
        // Round the base the shadow follows the ellipse: its row beside the middle is that of the outline, not that of the box.
        let beside = (290.0 + bow * 0.66) as usize + 2;
        let round = dark(&g, 225..228, beside..beside + 2);
        assert!(round > 0.22, "{elevation}: {round}");
        assert!(dark(&g, 245..260, foot - 2..foot + 2) < 0.5 * close, "the corner of the box is not the footprint");
    }
}

#[test]
fn wheels_touch_and_the_space_between_them_does_not() {
    let car = product(|x, y| {
        let wheel = |cx: f32| (x - cx).powi(2) + (y - 285.0).powi(2) < 225.0;
        (80.0..320.0).contains(&x) && (220.0..280.0).contains(&y) || wheel(130.0) || wheel(270.0)
    });
    let g = grounded(&scene([0.1, 0.9, 0.1], 0.6, 8.0), &car);
    let (wheel, between, beyond) = (dark(&g, 126..134, 300..302), dark(&g, 190..210, 300..302), dark(&g, 20..40, 300..302));
    println!("below a wheel {wheel:.2}, between the wheels {between:.2}, beside the car {beyond:.2}");
    assert!(wheel > 1.3 * between && between > 2.0 * beyond && between > 0.1);
}

#[test]
fn an_overhang_darkens_less_than_contact() {
    let mushroom =
        product(|x, y| (x - 200.0).abs() < 12.0 && (240.0..300.0).contains(&y) || (x - 200.0).abs() < 60.0 && (180.0..242.0).contains(&y));
    let g = grounded(&scene([0.0, 1.0, 0.0], 0.7, 12.0), &mushroom);
    let (touch, below, outside) = (dark(&g, 196..204, 300..302), dark(&g, 230..245, 298..302), dark(&g, 310..330, 298..302));
    println!("contact {touch:.2}, below the cap {below:.2}, outside {outside:.2}");
    assert!(touch > 1.5 * below && below > 1.5 * outside && below > 0.05);
}

#[test]
fn the_shadow_falls_away_from_the_light() {
    for (x, z) in [(0.6, 0.1), (-0.6, 0.1), (0.5, -0.5), (-0.4, -0.6), (0.7, 0.0)] {
        let (elevation, key) = (25.0, [x, 0.65, z]);
        let g = grounded(&scene(key, 0.2, elevation), &can(200.0));
        // The centre of the shadow on the visible surface, from the middle of the base.
        let view = View { elevation };
        let (mut sx, mut sy, mut n) = (0.0, 0.0, 1e-6);
        let can = can(200.0);
        for py in 160..SIDE {
            for px in 0..SIDE {
                let v = if can.alpha.at(px, py) > 0.5 { 0.0 } else { (g.shadow.at(px, py) - 0.15).max(0.0) };
                sx += v * (px as f32 - 200.0);
                sy += v * (py as f32 - 288.0) / view.foreshortening();
                n += v;
            }
        }
        let (sx, sy) = (sx / n, sy / n);
        // Where the product hides part of the shadow, the visible part is farther from it: the angle is compared, roughly.
        let off = (math::atan2(sy, sx) - math::atan2(-z, -x)).to_degrees();
        let off = (off + 540.0).rem_euclid(360.0) - 180.0;
        println!("light from {x:+.1} {z:+.1}: shadow to {sx:+.0} {sy:+.0}, {off:+.0}° off");
        assert!(off.abs() < 35.0 && sx * x < 0.0, "{off}");
    }
}

#[test]
fn the_penumbra_widens_with_distance() {
    let post = product(|x, y| (x - 120.0).abs() < 14.0 && (160.0..300.0).contains(&y));
    let scene = scene([-0.6, 0.65, -0.02], 0.5, 30.0);
    let solid = Solid::new(&post, scene.view, 1).unwrap();
    let shadow = cast(&solid, &scene, SIDE as f32, &CancelToken::default()).unwrap();
    // Rows across the shadow near the post and far from it: the share of its width in which it is half dark.
    let soft = |x: usize| {
        let column: Vec<f32> = (200..SIDE).map(|y| shadow.at(x, y)).collect();
        let most = column.iter().fold(0.0_f32, |m, v| m.max(*v));
        column.iter().filter(|v| (0.15 * most..0.85 * most).contains(*v)).count()
    };
    let (near, far) = (soft(150), soft(215));
    println!("half shadow of {near} rows near the post, {far} rows far from it");
    assert!(far > near + 2, "{near} {far}");
}

#[test]
fn shadows_follow_the_product() {
    let scene = scene([-0.5, 0.8, 0.2], 0.4, 20.0);
    let (here, there) = (grounded(&scene, &can(150.0)), grounded(&scene, &can(230.0)));
    for y in (200..360).step_by(7) {
        for x in (40..260).step_by(7) {
            let (a, b) = (here.shadow.at(x, y), there.shadow.at(x + 80, y));
            assert!((a - b).abs() < 0.02, "{x} {y}: {a} {b}");
        }
    }
}

#[test]
fn a_glossy_surface_mirrors_it_and_more_at_a_grazing_angle() {
    let red = |elevation: f32, roughness: f32, y: usize| {
        let scene = Scene { gloss: 0.6, roughness, ..scene([0.1, 0.9, 0.2], 0.6, elevation) };
        let flat = product(|x, y| (x - 200.0).abs() < 40.0 && (180.0..300.0).contains(&y));
        let c = grounded(&scene, &flat).grounded.at(200, y);
        c[0] / c[1]
    };
    assert!(red(20.0, 0.2, 312) > 1.08, "{}", red(20.0, 0.2, 312));
    assert!(red(5.0, 0.2, 312) > red(40.0, 0.2, 312) * 1.05);
    // On a rough surface the reflection spreads to the sides of the product; on a smooth one it stays below.
    assert!(red(20.0, 0.9, 330) > 1.0);
}

#[test]
fn what_the_photo_cuts_off_stands_on_nothing() {
    let bust = product(|x, y| (x - 200.0).abs() < 80.0 && y > 200.0);
    let cut = CutSides { bottom: true, ..CutSides::default() };
    let g = ground(&scene([-0.5, 0.8, 0.3], 0.4, 8.0), &bust, cut, &ShadowSpec::default(), &CancelToken::default()).unwrap();
    assert!(g.shadow.data.iter().all(|s| *s == 0.0));
}

#[test]
fn what_lies_flat_has_its_outline_as_shadow() {
    let mut scene = scene([-0.5, 0.8, -0.4], 0.4, 75.0);
    scene.ground_line = -20.0;
    let plate = product(|x, y| (x - 200.0).powi(2) + (y - 200.0).powi(2) < 8100.0);
    let g = grounded(&scene, &plate);
    let at = |angle: f32| {
        let (s, c) = math::sin_cos(angle.to_radians());
        g.shadow.at((200.0 + 96.0 * c) as usize, (200.0 + 96.0 * s) as usize)
    };
    // Light from the upper left: the shadow lies on the lower right.
    assert!(at(40.0) > 1.5 * at(220.0) && at(220.0) > 0.05, "{} {}", at(40.0), at(220.0));
}

#[test]
fn any_outline_and_light_give_finite_shadows() {
    let shapes: [&dyn Fn(f32, f32) -> bool; 5] = [
        &|x, y| x as usize == 200 && y as usize == 250,
        &|x, _| (x as usize).is_multiple_of(2),
        &|x, y| (x as usize + y as usize).is_multiple_of(3),
        &|_, _| true,
        &|x, y| (x - y).abs() < 3.0,
    ];
    for shape in shapes {
        for elevation in [0.0, 57.0, 90.0] {
            for direction in [[1.0, 0.0, 0.3], [0.3, -0.9, 0.1]] {
                let scene = Scene { gloss: 0.8, ..scene(direction, 0.0, elevation) };
                let g = grounded(&scene, &product(shape));
                assert!(g.shadow.data.iter().all(|s| (0.0..=1.0).contains(s)));
                assert!(g.grounded.data.iter().flatten().all(|v| (0.0..=1.0).contains(v)));
            }
        }
    }
}

#[test]
fn shadows_fall_as_they_are_asked_to() {
    let scene = scene([-0.5, 0.8, 0.3], 0.4, 20.0);
    let with = |asked: ShadowSpec| {
        let lit = lit(&scene, &asked);
        ground(&lit, &can(200.0), CutSides::default(), &asked, &CancelToken::default()).unwrap()
    };
    let usual = ShadowSpec::default();
    let plain = with(usual);
    assert!(plain.shadow.data == grounded(&scene, &can(200.0)).shadow.data);
    // Off darkens nothing.
    let off = with(ShadowSpec { strength: 0.0, ..usual });
    assert!(off.shadow.data.iter().all(|v| *v == 0.0) && off.grounded.data.iter().all(|c| *c == [0.5; 3]));
    let sum = |g: &Grounding| g.shadow.data.iter().sum::<f32>();
    let (half, twice) = (with(ShadowSpec { strength: 0.5, ..usual }), with(ShadowSpec { strength: 2.0, ..usual }));
    assert!(sum(&half) < 0.8 * sum(&plain) && sum(&twice) > 1.2 * sum(&plain), "{} {} {}", sum(&half), sum(&plain), sum(&twice));
    // The sum of contact and cast shadow is rounded.
    assert!(twice.shadow.data.iter().all(|v| (-1e-6..=1.0 + 1e-6).contains(v)));
    // Without the contact, the surface at the foot is lighter and the cast shadow as before.
    let cast = with(ShadowSpec { contact: false, ..usual });
    assert!(dark(&cast, 190..210, 301..303) < 0.6 * dark(&plain, 190..210, 301..303));
    // The direction: right, left, towards the viewer.
    let side = |direction: f32| {
        let g = with(ShadowSpec { direction: Some(direction), contact: false, ..usual });
        (dark(&g, 245..300, 270..300), dark(&g, 100..155, 270..300), dark(&g, 180..220, 304..320))
    };
    let (right, left, near) = (side(0.0), side(180.0), side(90.0));
    assert!(right.0 > 4.0 * right.1 && left.1 > 4.0 * left.0, "{right:?} {left:?}");
    assert!(near.2 > 2.0 * right.2 && (near.0 - near.1).abs() < 0.02, "{near:?} {right:?}");
    // A light from straight above gets a direction too.
    let above = self::scene([0.0, 1.0, 0.0], 0.4, 20.0);
    let turned = lit(&above, &ShadowSpec { direction: Some(0.0), ..usual });
    assert!(turned.key.direction[0] < -0.3 && (math::hypot(turned.key.direction[0], turned.key.direction[1]) - 1.0).abs() < 1e-5);
    // A softer light blurs the far end.
    let edge = |softness: f32| {
        let g = with(ShadowSpec { softness: Some(softness), contact: false, direction: Some(0.0), ..usual });
        let row: Vec<f32> = (240..330).map(|x| g.shadow.at(x, 285)).collect();
        row.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
    };
    assert!(edge(0.0) > 2.0 * edge(1.0), "{} {}", edge(0.0), edge(1.0));
}
