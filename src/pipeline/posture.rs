//! Products whose outline alone misleads about the camera: balls look the same from everywhere, and clothes have a straight hem on which they do not
//! stand.

use super::layout::Bounds;
use crate::imaging::{Matte, Plane, luminance, srgb8_to_linear};

/// Pixels with a larger matte value belong to the product.
const INSIDE: f32 = 0.5;
/// A disc's width by its height, at least and at most.
const ROUND: (f32, f32) = (0.93, 1.075);
/// Mean deviation of a disc's outline from a circle, as a share of its radius.
const MOST_OFF: f32 = 0.02;
/// A ball is darker at its lower limb than in its middle by at least this share.
const LIMB: f32 = 0.22;
/// The hem of a garment takes at least this share of its width, and at most that.
const HEM: (f32, f32) = (0.42, 0.88);
/// Depth of a neckline as a share of the garment's height.
const NECK: f32 = 0.012;

/// Whether the product is a ball: a disc that gets darker towards its lower limb. A plate from above is evenly lit.
pub(super) fn is_ball(matte: &Matte, (x0, y0, x1, y1): Bounds) -> bool {
    let (w, h) = ((x1 - x0) as f32, (y1 - y0) as f32);
    if w < 24.0 || !(ROUND.0..=ROUND.1).contains(&(w / h)) {
        return false;
    }
    let alpha = &matte.alpha;
    let (cx, cy, rx, ry) = (x0 as f32 + w / 2.0, y0 as f32 + h / 2.0, w / 2.0, h / 2.0);
    let mut off = 0.0;
    let rows = (y0..y1).filter(|y| ((*y as f32 + 0.5 - cy) / ry).abs() < 0.9);
    let mut count = 0.0;
    for y in rows {
        let v = (y as f32 + 0.5 - cy) / ry;
        let half = rx * (1.0 - v * v).sqrt();
        let inside = |x: &usize| alpha.at(*x, y) > INSIDE;
        let (Some(left), Some(right)) = ((x0..x1).find(inside), (x0..x1).rfind(inside)) else { return false };
        off += (left as f32 - (cx - half)).abs() + (right as f32 + 1.0 - (cx + half)).abs();
        count += 2.0;
    }
    if off / f32::max(count, 1.0) > MOST_OFF * rx + 1.0 {
        return false;
    }
    // Mean light of the middle, and of the lower and the upper limb.
    let mut light = [(0.0f32, 0.0f32); 3];
    let step = ((w / 160.0) as usize).max(1);
    for y in (y0..y1).step_by(step) {
        for x in (x0..x1).step_by(step) {
            let (u, v) = ((x as f32 + 0.5 - cx) / rx, (y as f32 + 0.5 - cy) / ry);
            let r = u * u + v * v;
            let zone = match () {
                () if r < 0.25 => 0,
                () if (0.68..0.92).contains(&r) && v > 0.5 => 1,
                () if (0.68..0.92).contains(&r) && v < -0.5 => 2,
                () => continue,
            };
            let p = matte.foreground.get_pixel(x as u32, y as u32).0;
            light[zone].0 += luminance(p.map(srgb8_to_linear));
            light[zone].1 += 1.0;
        }
    }
    let [middle, lower, upper] = light.map(|(sum, n)| sum / n.max(1.0));
    lower < (1.0 - LIMB) * middle && lower < (1.0 - 0.5 * LIMB) * upper
}

/// Whether the outline is that of a garment that was laid out or hung up: symmetric, with a neckline between shoulders, sleeves that end high
/// above the hem, and parallel sides below them.
pub(super) fn is_garment(alpha: &Plane, (x0, y0, x1, y1): Bounds) -> bool {
    let (w, h) = (x1 - x0, y1 - y0);
    if w < 32 || h < 32 || !(0.6..1.7).contains(&(w as f32 / h as f32)) {
        return false;
    }
    let span = |y: usize| {
        let inside = |x: &usize| alpha.at(*x, y) > INSIDE;
        Some(((x0..x1).find(inside)?, (x0..x1).rfind(inside)? + 1))
    };
    let row = |share: f32| span(y0 + (share * (h - 1) as f32) as usize);
    let (Some(hem), Some(waist), Some(middle)) = (row(0.94), row(0.70), row(0.80)) else { return false };
    let width = |s: (usize, usize)| (s.1 - s.0) as f32 / w as f32;
    let centre = |s: (usize, usize)| (s.0 + s.1) as f32 / 2.0;
    let parallel = (width(hem) - width(waist)).abs() < 0.10 && (width(hem) - width(middle)).abs() < 0.07;
    let axis = (x0 + x1) as f32 / 2.0;
    let symmetric = [hem, waist, middle].iter().all(|s| (centre(*s) - axis).abs() < 0.05 * w as f32);
    if !parallel || !symmetric || !(HEM.0..HEM.1).contains(&width(hem)) {
        return false;
    }
    // The sleeves: the outermost columns end between a fifth and four fifths of the height.
    let ends = |x: usize| (y0..y1).rfind(|y| alpha.at(x, *y) > INSIDE).map(|y| (y - y0) as f32 / h as f32);
    let edge = (w / 14).max(1);
    let sleeve = |x: usize| ends(x).is_some_and(|end| (0.2..0.8).contains(&end));
    if !sleeve(x0 + edge) || !sleeve(x1 - 1 - edge) {
        return false;
    }
    // The neckline: lower in the middle than at both sides of it.
    let top = |x: usize| (y0..y1).find(|y| alpha.at(x, *y) > INSIDE).map_or(h, |y| y - y0);
    let part = |from: f32, to: f32| {
        let (a, b) = (x0 + (from * w as f32) as usize, x0 + (to * w as f32) as usize);
        (a..b.max(a + 1)).map(top).min().unwrap_or(h)
    };
    let deepest = top(x0 + w / 2);
    let least = (NECK * h as f32).max(2.0);
    (deepest as f32) >= part(0.25, 0.45) as f32 + least && (deepest as f32) >= part(0.55, 0.75) as f32 + least
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn matte(inside: impl Fn(f32, f32) -> bool, light: impl Fn(f32, f32) -> f32) -> Matte {
        let n = 200;
        let at = |i: usize| ((i % n) as f32 / 100.0 - 0.995, (i / n) as f32 / 100.0 - 0.995);
        let data = (0..n * n).map(|i| f32::from(u8::from(inside(at(i).0, at(i).1)))).collect();
        let foreground = RgbImage::from_fn(n as u32, n as u32, |x, y| {
            let (u, v) = at((y as usize) * n + x as usize);
            Rgb([(light(u, v).clamp(0.0, 1.0) * 255.0) as u8; 3])
        });
        Matte { alpha: Plane { width: n, height: n, data }, foreground }
    }

    fn bounds(matte: &Matte) -> Bounds {
        matte.alpha.bounds(0.05).unwrap()
    }

    #[test]
    fn a_ball_is_told_from_a_plate() {
        let disc = |x: f32, y: f32| x * x + y * y < 0.6;
        let ball = matte(disc, |x, y| 0.3 + 0.5 * (0.4 * -x + 0.6 * -y + (1.0 - (x * x + y * y) / 0.6).max(0.0).sqrt() * 0.7));
        let plate = matte(disc, |x, y| if x * x + y * y < 0.3 { 0.85 } else { 0.9 });
        let square = matte(|x, y| x.abs().max(y.abs()) < 0.7, |_, y| 0.5 - 0.4 * y);
        assert!(is_ball(&ball, bounds(&ball)));
        assert!(!is_ball(&plate, bounds(&plate)) && !is_ball(&square, bounds(&square)));
    }

    #[test]
    fn a_shirt_is_told_from_a_bottle_a_trophy_and_a_table() {
        let even = |_: f32, _: f32| 0.5;
        let neck = |x: f32, y: f32| x * x + (y + 0.75) * (y + 0.75) < 0.04;
        let shirt = |x: f32, y: f32| {
            let sleeve = (-0.7..-0.1).contains(&(y - 0.5 * (x.abs() - 0.45))) && x.abs() < 0.85;
            ((x.abs() < 0.5 && (-0.7..0.8).contains(&y)) || sleeve) && !neck(x, y)
        };
        let bottle = |x: f32, y: f32| x.abs() < if y < -0.3 { 0.12 } else { 0.35 } && y.abs() < 0.9;
        let trophy = |x: f32, y: f32| x.abs() < if y < 0.1 { 0.8 } else { 0.3 } && y.abs() < 0.8;
        let table = |x: f32, y: f32| x.abs() < 0.8 && ((-0.5..-0.4).contains(&y) || (x.abs() > 0.7 && (-0.4..0.6).contains(&y)));
        let told = |inside: &dyn Fn(f32, f32) -> bool| {
            let m = matte(inside, even);
            is_garment(&m.alpha, bounds(&m))
        };
        assert!(told(&shirt));
        assert!(!told(&bottle) && !told(&trophy) && !told(&table));
    }
}
