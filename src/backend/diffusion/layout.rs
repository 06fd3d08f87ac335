//! Measures on pictures: whether a render keeps the layout of its reference, and whether letters keep the shape of their glyphs.

use image::RgbImage;

use crate::imaging::resize::{Filter, resize_rgb8};
use crate::imaging::{Plane, luminance};

/// Rows and columns of the pictures that are compared.
const SIDE: usize = 96;
/// Largest shift that is looked for, in rows of the small pictures.
const REACH: usize = 16;
/// Least correlation of two layouts.
const SAME_LAYOUT: f32 = 0.35;

/// How far the layout of `picture` is below that of `reference`, as a share of the height: the shift at which the edges between rows agree best.
/// `None` if they agree at none.
pub fn layout_shift(reference: &RgbImage, picture: &RgbImage) -> Option<f32> {
    let (a, b) = (row_edges(reference), row_edges(picture));
    let overlap = |shift: isize| {
        let rows = (0..SIDE as isize).filter(|y| (0..SIDE as isize).contains(&(y + shift)));
        correlation(
            rows.flat_map(|y| (0..SIDE).map(move |x| (y as usize * SIDE + x, (y + shift) as usize * SIDE + x))).map(|(i, j)| (a[i], b[j])),
        )
    };
    let reach = REACH as isize;
    // Among equal shifts the smallest wins.
    let mut shifts: Vec<isize> = (-reach..=reach).collect();
    shifts.sort_by_key(|shift| shift.abs());
    let best = shifts.into_iter().map(|shift| (overlap(shift), shift)).reduce(|a, b| if b.0 > a.0 { b } else { a })?;
    (best.0 >= SAME_LAYOUT).then_some(best.1 as f32 / SIDE as f32)
}

/// Differences of the luminance between neighbouring rows of a small copy, without their sign: light may change, edges stay.
fn row_edges(picture: &RgbImage) -> Vec<f32> {
    let small = resize_rgb8(picture, SIDE, SIDE, Filter::Triangle);
    let light: Vec<f32> = small.pixels().map(|p| luminance(p.0.map(|v| f32::from(v) / 255.0))).collect();
    let mut edges = vec![0.0; SIDE * SIDE];
    for y in 1..SIDE - 1 {
        for x in 0..SIDE {
            edges[y * SIDE + x] = (light[(y + 1) * SIDE + x] - light[(y - 1) * SIDE + x]).abs();
        }
    }
    edges
}

/// Pearson's correlation; 0 if one side does not vary.
fn correlation(pairs: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut n, mut a, mut b, mut aa, mut bb, mut ab) = (0.0f64, 0.0f64, 0.0f64, 0.0f64, 0.0f64, 0.0f64);
    for (x, y) in pairs {
        let (x, y) = (f64::from(x), f64::from(y));
        n += 1.0;
        a += x;
        b += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    let (variance_a, variance_b) = (n * aa - a * a, n * bb - b * b);
    let scale = (variance_a.max(0.0) * variance_b.max(0.0)).sqrt();
    if scale < 1e-9 { 0.0 } else { ((n * ab - a * b) / scale) as f32 }
}

/// How well letters stand out from their surroundings, 0 to 1: the strongest correlation of a colour channel with the glyphs' coverage, within
/// `region`.
pub fn glyph_agreement(picture: &RgbImage, coverage: &Plane, region: &Plane) -> f32 {
    let inside: Vec<usize> = region.data.iter().enumerate().filter(|(_, v)| **v > 0.5).map(|(i, _)| i).collect();
    let raw = picture.as_raw();
    let channel = |c: usize| correlation(inside.iter().map(|&i| (f32::from(raw[3 * i + c]), coverage.data[i]))).abs();
    (0..3).map(channel).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table in front of a wall with a window; `down` moves everything.
    fn set(down: i32, light: f32) -> RgbImage {
        RgbImage::from_fn(200, 160, |x, y| {
            let (x, y) = (x as i32, y as i32 - down);
            let value = if y > 100 {
                90.0
            } else if (40..90).contains(&x) && (20..60).contains(&y) {
                240.0
            } else {
                150.0
            };
            image::Rgb([(value * light) as u8; 3])
        })
    }

    #[test]
    fn a_layout_holds_under_other_light_and_is_followed() {
        assert_eq!(layout_shift(&set(0, 1.0), &set(0, 0.6)), Some(0.0));
        let shift = layout_shift(&set(0, 1.0), &set(10, 1.0)).unwrap();
        assert!((shift - 10.0 / 160.0).abs() < 0.015, "{shift}");
        let other = RgbImage::from_fn(200, 160, |x, y| image::Rgb([((x * 7919 + y * 104_729) % 251) as u8; 3]));
        assert_eq!(layout_shift(&set(0, 1.0), &other), None);
    }

    #[test]
    fn letters_that_vanish_do_not_agree() {
        let coverage = Plane { width: 40, height: 20, data: (0..800).map(|i| if (i % 40) / 10 % 2 == 0 { 1.0 } else { 0.0 }).collect() };
        let everywhere = Plane::new(40, 20, 1.0);
        let painted = |value: &dyn Fn(f32, u32) -> u8| {
            RgbImage::from_fn(40, 20, |x, y| image::Rgb([value(coverage.at(x as usize, y as usize), x + 3 * y); 3]))
        };
        let clear = glyph_agreement(&painted(&|c, i| (40.0 + 150.0 * c) as u8 + (i % 9) as u8), &coverage, &everywhere);
        let gone = glyph_agreement(&painted(&|_, i| (i * 37 % 200) as u8), &coverage, &everywhere);
        assert!(clear > 0.9 && gone < 0.3, "{clear} {gone}");
        assert_eq!(glyph_agreement(&painted(&|_, _| 9), &coverage, &everywhere), 0.0);
    }
}
