//! The camera's elevation against outlines that were projected with a known camera.

use super::*;

/// A convex part of an object: points in metres, z up.
type Part = Vec<[f32; 3]>;

/// A slice of a cone: radii below and above, heights of both ends.
fn cone(r0: f32, r1: f32, z0: f32, z1: f32) -> Part {
    let ring = |r: f32, z: f32| {
        (0..72).map(move |i| {
            let (s, c) = math::sin_cos(i as f32 * std::f32::consts::TAU / 72.0);
            [r * c, r * s, z]
        })
    };
    ring(r0, z0).chain(ring(r1, z1)).collect()
}

/// A box turned about the vertical axis.
fn cuboid((w, d, h): (f32, f32, f32), turn: f32) -> Part {
    let (s, c) = math::sin_cos(turn.to_radians());
    let mut out = Vec::new();
    for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
        let (x, y) = (x * w / 2.0, y * d / 2.0);
        out.extend([[x * c - y * s, x * s + y * c, 0.0], [x * c - y * s, x * s + y * c, h]]);
    }
    out
}

/// The silhouette of an object seen from an elevation, its longer side about `side` pixels. `far`: distance of the camera in object sizes.
fn silhouette(parts: &[Part], elevation: f32, far: f32, side: f32) -> Plane {
    let (s, c) = math::sin_cos(elevation.to_radians());
    let top = parts.iter().flatten().fold(0.0_f32, |m, p| m.max(p[2]));
    let size = parts.iter().flatten().fold(top, |m, p| m.max(2.0 * p[0].abs()).max(2.0 * p[1].abs()));
    let project = |p: &[f32; 3]| {
        // The camera looks at the middle of the object along +y, pitched down by the elevation.
        let (x, y, z) = (p[0], p[1], p[2] - top / 2.0);
        let (depth, up) = (far * size + y * c - z * s, y * s + z * c);
        (x / depth, -up / depth)
    };
    let all: Vec<Vec<(f32, f32)>> = parts.iter().map(|part| part.iter().map(project).collect()).collect();
    let (mut x0, mut y0, mut x1, mut y1) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for p in all.iter().flatten() {
        (x0, y0, x1, y1) = (x0.min(p.0), y0.min(p.1), x1.max(p.0), y1.max(p.1));
    }
    let k = side / (x1 - x0).max(y1 - y0);
    let (w, h) = (((x1 - x0) * k) as usize + 9, ((y1 - y0) * k) as usize + 9);
    let mut out = Plane::new(w, h, 0.0);
    for part in &all {
        let mut points: Vec<(f32, f32)> = part.iter().map(|p| ((p.0 - x0) * k + 4.0, (p.1 - y0) * k + 4.0)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let below = lower_hull(&points);
        let mirrored: Vec<(f32, f32)> = points.iter().map(|p| (p.0, -p.1)).collect();
        let above = lower_hull(&mirrored);
        let at = |hull: &[(f32, f32)], x: f32| {
            let i = hull.iter().position(|p| p.0 >= x).unwrap_or(hull.len() - 1).max(1);
            let (a, b) = (hull[i - 1], hull[i]);
            a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0).max(1e-4)).clamp(0.0, 1.0)
        };
        let (from, to) = (points[0].0, points[points.len() - 1].0);
        for x in (from.ceil() as usize)..=(to as usize) {
            let (top, bottom) = (at(&below, x as f32), -at(&above, x as f32));
            for y in (top.round().max(0.0) as usize)..(bottom.round() as usize).min(h) {
                out.data[y * w + x] = 1.0;
            }
        }
    }
    out
}

fn objects() -> Vec<(&'static str, Vec<Part>)> {
    vec![
        ("can", vec![cone(0.033, 0.033, 0.0, 0.12)]),
        ("jar", vec![cone(0.04, 0.04, 0.0, 0.05), cone(0.041, 0.041, 0.05, 0.07)]),
        ("paper cup", vec![cone(0.03, 0.045, 0.0, 0.13)]),
        ("bottle", vec![cone(0.04, 0.04, 0.0, 0.16), cone(0.04, 0.014, 0.16, 0.2), cone(0.014, 0.014, 0.2, 0.27)]),
        ("cup on a saucer", vec![cone(0.05, 0.075, 0.0, 0.012), cone(0.025, 0.042, 0.012, 0.07)]),
        (
            "wine glass",
            vec![cone(0.035, 0.03, 0.0, 0.004), cone(0.004, 0.004, 0.0, 0.09), cone(0.01, 0.04, 0.09, 0.14), cone(0.04, 0.03, 0.14, 0.2)],
        ),
        ("tin", vec![cone(0.05, 0.05, 0.0, 0.03)]),
        ("carton at 40°", vec![cuboid((0.08, 0.05, 0.16), 40.0)]),
        ("carton at 25°", vec![cuboid((0.08, 0.06, 0.14), 25.0)]),
        ("parcel at 55°", vec![cuboid((0.3, 0.2, 0.12), 55.0)]),
        ("shoe box at 30°", vec![cuboid((0.33, 0.2, 0.12), 30.0)]),
        ("cube at 45°", vec![cuboid((0.1, 0.1, 0.1), 45.0)]),
    ]
}

fn elevation_of(mask: &Plane) -> Option<f32> {
    view(mask, mask.bounds(0.5).unwrap(), CutSides::default()).map(|v| v.elevation)
}

#[test]
fn the_elevation_is_read_from_the_outline() {
    let mut errors = Vec::new();
    for (name, parts) in objects() {
        let mut line = Vec::new();
        for truth in [5.0, 12.0, 20.0, 28.0, 36.0, 45.0, 55.0] {
            for far in [4.0, 8.0] {
                let found = elevation_of(&silhouette(&parts, truth, far, 420.0)).unwrap_or(20.0);
                line.push(found - truth);
                errors.push((found - truth).abs());
            }
        }
        println!("{name:16} {line:?}");
    }
    errors.sort_by(f32::total_cmp);
    let (median, worst_tenth) = (errors[errors.len() / 2], errors[errors.len() * 9 / 10]);
    println!("median {median:.1}°, nine of ten within {worst_tenth:.1}° ({} outlines)", errors.len());
    assert!(median <= 8.0 && worst_tenth <= 16.0, "{median} {worst_tenth}");
}

/// Shapes that nobody chose: chamfered jars, tapered cups, bottles and boxes of any turn, with the elevation and distance of the camera.
fn random_outlines(count: usize) -> Vec<(f32, Plane)> {
    let mut state = 7_u32;
    let mut between = |a: f32, b: f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        a + (b - a) * (state >> 8) as f32 / (1 << 24) as f32
    };
    (0..count)
        .map(|i| {
            let (r, tall) = (between(0.025, 0.05), between(0.04, 0.2));
            let parts = match i % 4 {
                0 => {
                    let chamfer = between(0.80, 0.97);
                    vec![cone(chamfer * r, r, 0.0, (1.0 - chamfer) * r), cone(r, r, (1.0 - chamfer) * r, tall)]
                }
                1 => vec![cone(r * between(0.6, 0.9), r, 0.0, tall)],
                2 => {
                    let neck = r * between(0.25, 0.5);
                    vec![
                        cone(0.94 * r, r, 0.0, 0.06 * r),
                        cone(r, r, 0.06 * r, tall),
                        cone(r, neck, tall, 1.2 * tall),
                        cone(neck, neck, tall, 1.5 * tall),
                    ]
                }
                _ => vec![cuboid((between(0.05, 0.2), between(0.05, 0.2), between(0.05, 0.2)), between(5.0, 85.0))],
            };
            let elevation = between(3.0, 60.0);
            (elevation, silhouette(&parts, elevation, between(3.5, 10.0), between(200.0, 500.0)))
        })
        .collect()
}

#[test]
fn the_elevation_of_shapes_that_nobody_chose_is_read_too() {
    let outlines = random_outlines(200);
    let mut errors: Vec<f32> =
        outlines.iter().map(|(truth, mask)| (elevation_of(mask).unwrap_or(View::default().elevation) - truth).abs()).collect();
    errors.sort_by(f32::total_cmp);
    let (median, worst_tenth) = (errors[errors.len() / 2], errors[errors.len() * 9 / 10]);
    println!("median {median:.1}°, nine of ten within {worst_tenth:.1}°");
    assert!(median <= 8.0 && worst_tenth <= 20.0, "{median} {worst_tenth}");
}

#[test]
fn a_box_that_faces_the_camera_is_read_from_its_converging_sides() {
    let mut errors = Vec::new();
    for size in [(0.1, 0.06, 0.16), (0.2, 0.15, 0.08), (0.08, 0.08, 0.08), (0.3, 0.2, 0.1)] {
        for truth in [12.0, 20.0, 30.0, 40.0, 50.0] {
            for far in [3.5, 6.0] {
                let found = elevation_of(&silhouette(&[cuboid(size, 0.0)], truth, far, 500.0)).unwrap_or(20.0);
                errors.push(found - truth);
            }
        }
    }
    println!("{errors:?}");
    errors.iter_mut().for_each(|e| *e = e.abs());
    errors.sort_by(f32::total_cmp);
    println!("median {:.1}°", errors[errors.len() / 2]);
    assert!(errors[errors.len() / 2] <= 8.0);
}

#[test]
fn a_flat_rim_is_eye_level_however_round_the_bowl() {
    // A half sphere in slices, open at the top.
    let slices: Vec<Part> = (0..12)
        .map(|i| {
            let (a, b) = (i as f32 / 12.0, (i + 1) as f32 / 12.0);
            let r = |t: f32| 0.1 * (1.0 - (1.0 - t) * (1.0 - t)).sqrt();
            cone(r(a), r(b), 0.1 * a, 0.1 * b)
        })
        .collect();
    let found = elevation_of(&silhouette(&slices, 2.0, 6.0, 400.0)).unwrap();
    assert!(found <= 25.0, "{found}");
}

#[test]
fn what_has_no_base_lies_flat() {
    let drawn = |inside: &dyn Fn(f32, f32) -> bool| {
        let mut mask = Plane::new(300, 300, 0.0);
        for (i, a) in mask.data.iter_mut().enumerate() {
            *a = f32::from(u8::from(inside((i % 300) as f32, (i / 300) as f32)));
        }
        mask
    };
    // A pen at 40° and a pendant on its tip.
    let pen = drawn(&|x, y| (x * 0.643 + y * 0.766 - 211.0).abs() < 12.0 && (x * 0.766 - y * 0.643 - 18.0).abs() < 130.0);
    let drop = drawn(&|x, y| (20.0..280.0).contains(&y) && (x - 150.0).abs() < 80.0 * (1.0 - ((y - 80.0) / 200.0).clamp(0.0, 1.0)));
    for mask in [pen, drop] {
        let found = elevation_of(&mask).unwrap();
        assert!(View { elevation: found }.is_flat_lay(), "{found}");
    }
    // A plate from above.
    let plate = drawn(&|x, y| (x - 150.0).powi(2) + (y - 150.0).powi(2) < 120.0_f32.powi(2));
    assert!(View { elevation: elevation_of(&plate).unwrap() }.is_flat_lay());
}

#[test]
fn feet_behind_each_other_are_a_base_that_leans() {
    // A table on four legs.
    let leg = |x: f32, y: f32| {
        let r = 0.03;
        [[-r, -r], [r, -r], [r, r], [-r, r]].iter().flat_map(|d| [[x + d[0], y + d[1], 0.0], [x + d[0], y + d[1], 0.7]]).collect::<Part>()
    };
    for truth in [15.0, 25.0, 33.0] {
        let (s, c) = math::sin_cos(30.0_f32.to_radians());
        let at = |x: f32, y: f32| (x * c - y * s, x * s + y * c);
        let mut parts: Vec<Part> =
            [(-0.7, -0.3), (0.7, -0.3), (0.7, 0.3), (-0.7, 0.3)].iter().map(|p| at(p.0, p.1)).map(|p| leg(p.0, p.1)).collect();
        parts.push(cuboid((1.5, 0.7, 0.0), 30.0).iter().flat_map(|p| [[p[0], p[1], 0.7], [p[0], p[1], 0.75]]).collect());
        let found = elevation_of(&silhouette(&parts, truth, 5.0, 420.0)).unwrap();
        assert!((found - truth).abs() <= 10.0, "{truth}: {found}");
    }
}

#[test]
fn wheels_are_a_flat_base_and_a_handle_is_none() {
    let mut car = Plane::new(400, 170, 0.0);
    let mut mug = Plane::new(300, 260, 0.0);
    for (i, a) in car.data.iter_mut().enumerate() {
        let (x, y) = ((i % 400) as f32, (i / 400) as f32);
        let wheel = |cx: f32| (x - cx).powi(2) + (y - 130.0).powi(2) < 900.0;
        let body = (10.0..390.0).contains(&x) && (70.0..135.0).contains(&y) || (90.0..300.0).contains(&x) && (20.0..75.0).contains(&y);
        *a = f32::from(u8::from(body || wheel(90.0) || wheel(310.0)));
    }
    for (i, a) in mug.data.iter_mut().enumerate() {
        let (x, y) = ((i % 300) as f32, (i / 300) as f32);
        let d = ((x - 200.0).powi(2) + (y - 120.0).powi(2)).sqrt();
        *a = f32::from(u8::from((30.0..200.0).contains(&x) && (20.0..240.0).contains(&y) || (45.0..70.0).contains(&d) && x > 199.0));
    }
    for (name, mask) in [("car", car), ("mug", mug)] {
        let found = elevation_of(&mask).unwrap_or(20.0);
        assert!(found <= 20.0, "{name}: {found}");
    }
}
