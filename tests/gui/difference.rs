//! Compares two pictures of the studio so that a small thing that is gone counts, and rounding spread over the picture does not.
//!
//! A share of all pixels cannot tell the two apart: an icon of 16 × 16 pixels is 0.03 % of a small window. So differing pixels are counted
//! in every window of 16 × 16 pixels.

use image::{GenericImageView as _, Rgb, RgbImage};

/// Side of a window, and the distance between the starts of neighbouring ones.
const SIDE: u32 = 16;
const STRIDE: u32 = 8;
/// A pixel differs if a channel does by more than this: edges of glyphs and curves round differently on other drivers.
const TONE: u8 = 20;
/// The most differing pixels that a window may have. An icon drawn in lines, at half its size, has more than twenty.
const MAY_DIFFER: u32 = 8;

/// The window with the most differing pixels, where one has too many.
#[derive(Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Left upper corner of the window.
    pub x: u32,
    /// See `x`.
    pub y: u32,
    /// Differing pixels in it.
    pub count: u32,
}

fn differs(a: &Rgb<u8>, b: &Rgb<u8>) -> bool {
    a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > TONE)
}

/// Returns the worst cluster of differing pixels, or `None` if the pictures look alike. Both must have the same size.
pub fn difference(kept: &RgbImage, shown: &RgbImage) -> Option<Cluster> {
    assert_eq!(kept.dimensions(), shown.dimensions());
    let (width, height) = kept.dimensions();
    let mut apart = image::GrayImage::new(width, height);
    for ((a, b), out) in kept.pixels().zip(shown.pixels()).zip(apart.pixels_mut()) {
        out.0[0] = u8::from(differs(a, b));
    }
    let starts = |size: u32| (0..size).step_by(STRIDE as usize);
    starts(height)
        .flat_map(|y| starts(width).map(move |x| (x, y)))
        .map(|(x, y)| {
            let window = apart.view(x, y, SIDE.min(width - x), SIDE.min(height - y));
            Cluster { x, y, count: window.pixels().map(|(_, _, p)| u32::from(p.0[0])).sum() }
        })
        .filter(|cluster| cluster.count > MAY_DIFFER)
        .max_by_key(|cluster| cluster.count)
}

/// The kept picture in grey, differing pixels in red.
pub fn marked(kept: &RgbImage, shown: &RgbImage) -> RgbImage {
    RgbImage::from_fn(kept.width(), kept.height(), |x, y| {
        let (a, b) = (kept.get_pixel(x, y), shown.get_pixel(x, y));
        let grey = (a.0.iter().map(|v| u16::from(*v)).sum::<u16>() / 6) as u8;
        if differs(a, b) { Rgb([255, 0, 0]) } else { Rgb([grey; 3]) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of a kept picture: x, y, width, height.
    type Part = (u32, u32, u32, u32);

    /// Icons of 16 points, whole and in pictures that are kept at half their size; the third is disabled.
    const ICONS: &[(&str, Part)] = &[
        ("draft-en-light.png", (1242, 16, 16, 16)),
        ("draft-en-light.png", (1244, 103, 16, 16)),
        ("draft-en-light.png", (950, 64, 16, 16)),
        ("draft-en-light.png", (1041, 16, 16, 16)),
        ("result-ko-dark.png", (1244, 177, 9, 10)),
        ("result-ko-dark.png", (1174, 177, 9, 10)),
        ("result-ko-dark.png", (1100, 32, 9, 9)),
    ];

    const LINES: &[(&str, Part)] = &[
        ("draft-en-light.png", (570, 14, 155, 18)),
        ("draft-en-light.png", (1050, 240, 198, 15)),
        ("draft-en-light.png", (10, 698, 50, 16)),
        ("draft-en-light.png", (700, 598, 88, 16)),
        ("result-ko-dark.png", (6, 708, 22, 10)),
        ("result-ko-dark.png", (1074, 684, 84, 11)),
    ];

    /// A kept picture of the studio: real text, icons and panels.
    fn kept(name: &str) -> RgbImage {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gui/snapshots").join(name);
        image::open(path).unwrap().into_rgb8()
    }

    fn noise(seed: &mut u32) -> u32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *seed >> 16
    }

    /// Moves a part of the picture down; its first row is repeated.
    fn moved_down(picture: &RgbImage, (x, y, width, height): Part, by: u32) -> RgbImage {
        let mut out = picture.clone();
        for (dx, dy) in (0..height).flat_map(|dy| (0..width).map(move |dx| (dx, dy))) {
            out.put_pixel(x + dx, y + dy, *picture.get_pixel(x + dx, y + dy.saturating_sub(by)));
        }
        out
    }

    /// Paints a part of the picture in the tone of its left upper corner.
    fn without(picture: &RgbImage, (x, y, width, height): Part) -> RgbImage {
        let mut out = picture.clone();
        let tone = *picture.get_pixel(x, y);
        for (dx, dy) in (0..height).flat_map(|dy| (0..width).map(move |dx| (dx, dy))) {
            out.put_pixel(x + dx, y + dy, tone);
        }
        out
    }

    #[test]
    fn the_same_picture_has_no_difference() {
        let picture = kept("draft-en-light.png");
        assert_eq!(difference(&picture, &picture), None);
    }

    #[test]
    fn noise_everywhere_passes() {
        let picture = kept("draft-en-light.png");
        let mut seed = 7;
        // One level of what is kept, up or down, in every pixel.
        let mut noisy = picture.clone();
        noisy.pixels_mut().for_each(|p| {
            let up = noise(&mut seed).is_multiple_of(2);
            p.0 = p.0.map(|v| if up { v.saturating_add(8) } else { v.saturating_sub(8) });
        });
        assert_eq!(difference(&picture, &noisy), None);
        // Another tone in one pixel of two hundred, as edges show on another driver: five times as much as an icon.
        let mut spread = picture.clone();
        spread.pixels_mut().for_each(|p| {
            if noise(&mut seed).is_multiple_of(200) {
                p.0 = p.0.map(|v| v ^ 64);
            }
        });
        assert_eq!(difference(&picture, &spread), None);
    }

    #[test]
    fn a_missing_icon_fails() {
        for (name, icon) in ICONS {
            let picture = kept(name);
            let found =
                difference(&picture, &without(&picture, *icon)).unwrap_or_else(|| panic!("{name}: the icon at {icon:?} is not missed"));
            assert!(found.x.abs_diff(icon.0) <= SIDE && found.y.abs_diff(icon.1) <= SIDE, "{name}: {found:?}");
        }
    }

    #[test]
    fn a_line_of_text_that_moves_by_a_pixel_fails() {
        for (name, line) in LINES {
            let picture = kept(name);
            assert!(difference(&picture, &moved_down(&picture, *line, 1)).is_some(), "{name}: the line at {line:?}");
        }
    }
}
