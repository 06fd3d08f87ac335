//! Advertisements without a background. Step 3 draws them on white and on black, as any picture, and the difference is what is transparent. So
//! layers, shadows and letters of glass need no arithmetic of their own, and the result looks on both grounds exactly as it was drawn there.

use image::{RgbImage, Rgba, RgbaImage};
use rayon::prelude::*;

use crate::backend::PlacedProduct;
use crate::imaging::{Plane, linear_to_srgb8};
use crate::math;

/// Light that a shadow leaves per unit of its density, as in [`super::grounding`] under white light.
const DENSITY: f32 = 0.9;
/// Viewers blend encoded values, which are about this root of linear light.
const ENCODED: f32 = 1.0 / 2.2;

/// The ground on which an advertisement without a background is shown and measured where a picture must be opaque.
pub(super) const WHITE: u8 = 255;
/// The other ground.
pub(super) const BLACK: u8 = 0;

/// The picture on a grey ground. Mixes the encoded values, as viewers do.
pub(super) fn on(picture: &RgbaImage, ground: u8) -> RgbImage {
    let mut out = RgbImage::new(picture.width(), picture.height());
    for (to, from) in out.pixels_mut().zip(picture.pixels()) {
        to.0 = over(from.0, ground);
    }
    out
}

fn over([r, g, b, a]: [u8; 4], ground: u8) -> [u8; 3] {
    let clear = u32::from(ground) * u32::from(255 - a);
    [r, g, b].map(|v| ((u32::from(v) * u32::from(a) + clear + 127) / 255) as u8)
}

/// The picture that looks like `white` on white and like `black` on black. Pixels in which both look like `original` are those of `original`.
pub(super) fn separated(original: &RgbaImage, white: &RgbImage, black: &RgbImage) -> RgbaImage {
    let mut out = original.clone();
    let pixels = out.par_chunks_mut(4).zip(white.as_raw().par_chunks(3)).zip(black.as_raw().par_chunks(3));
    pixels.for_each(|((pixel, white), black)| {
        let kept = [pixel[0], pixel[1], pixel[2], pixel[3]];
        if white != over(kept, WHITE) || black != over(kept, BLACK) {
            pixel.copy_from_slice(&from_both(white, black));
        }
    });
    out
}

/// The colour and alpha that give these two colours.
fn from_both(white: &[u8], black: &[u8]) -> [u8; 4] {
    let through: i32 = (0..3).map(|k| i32::from(white[k]) - i32::from(black[k])).sum();
    let alpha = 255 - ((through + 1).div_euclid(3)).clamp(0, 255);
    if alpha == 0 {
        return [0; 4];
    }
    let colour = |k: usize| {
        let covered = (i32::from(white[k]) - (255 - alpha) + i32::from(black[k])) as f32 / 2.0;
        (covered * 255.0 / alpha as f32).round().clamp(0.0, 255.0) as u8
    };
    [colour(0), colour(1), colour(2), alpha as u8]
}

/// The product with its shadow on a clear canvas.
pub(super) fn product_on_clear(product: &PlacedProduct, shadow: &Plane) -> RgbaImage {
    let mut out = RgbaImage::new(shadow.width as u32, shadow.height as u32);
    out.par_chunks_mut(4).enumerate().for_each(|(i, pixel)| {
        let alpha = product.alpha.data[i].clamp(0.0, 1.0);
        let shade = 1.0 - math::powf(1.0 - DENSITY * shadow.data[i].clamp(0.0, 1.0), ENCODED);
        let opacity = alpha + (1.0 - alpha) * shade;
        if opacity <= 0.0 {
            return;
        }
        // The shadow is black.
        let share = alpha / opacity;
        let colour = product.image.data[i].map(|v| (f32::from(linear_to_srgb8(v)) * share + 0.5) as u8);
        pixel.copy_from_slice(&[colour[0], colour[1], colour[2], (opacity * 255.0 + 0.5) as u8]);
    });
    out
}

/// A canvas with nothing on it.
pub(super) fn empty(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_pixel(width, height, Rgba([0; 4]))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::imaging::LinearRgb;

    #[test]
    fn a_picture_survives_both_grounds() {
        let colours = [[0, 0, 0], [255, 255, 255], [200, 40, 30], [12, 99, 250]];
        let picture = RgbaImage::from_fn(256, 4, |x, y| {
            let [r, g, b] = colours[y as usize];
            Rgba([r, g, b, x as u8])
        });
        let (white, black) = (on(&picture, WHITE), on(&picture, BLACK));
        assert_eq!(separated(&picture, &white, &black), picture);
        // Without the original, alpha is exact and colours are as exact as their alpha allows.
        let found = separated(&empty(256, 4), &white, &black);
        for (a, b) in picture.pixels().zip(found.pixels()) {
            assert_eq!(a.0[3], b.0[3]);
            let off = (0..3).map(|k| u32::from(a.0[k].abs_diff(b.0[k])) * u32::from(a.0[3]) / 255).max();
            assert!(off <= Some(1), "{a:?} {b:?}");
        }
        assert_eq!((on(&found, WHITE), on(&found, BLACK)), (white, black));
    }

    #[test]
    fn an_opaque_mark_on_both_grounds_is_opaque() {
        let original = RgbaImage::from_pixel(2, 1, Rgba([10, 20, 30, 100]));
        let mut white = on(&original, WHITE);
        let mut black = on(&original, BLACK);
        white.put_pixel(1, 0, Rgb([0, 199, 60]));
        black.put_pixel(1, 0, Rgb([0, 199, 60]));
        let found = separated(&original, &white, &black);
        assert_eq!((found.get_pixel(0, 0).0, found.get_pixel(1, 0).0), ([10, 20, 30, 100], [0, 199, 60, 255]));
    }

    #[test]
    fn a_shadow_is_a_black_veil_and_the_product_covers_it() {
        let product = PlacedProduct {
            image: LinearRgb { width: 3, height: 1, data: vec![[0.0; 3], [0.0; 3], [1.0, 0.2, 0.0]] },
            alpha: Plane { width: 3, height: 1, data: vec![0.0, 0.0, 1.0] },
            bounds: (2, 0, 3, 1),
            foot: 1.0,
        };
        let shadow = Plane { width: 3, height: 1, data: vec![0.0, 0.5, 0.5] };
        let found = product_on_clear(&product, &shadow);
        assert_eq!(found.get_pixel(0, 0).0, [0; 4]);
        let [r, g, b, a] = found.get_pixel(1, 0).0;
        assert_eq!([r, g, b], [0; 3]);
        // On white it is as dark as on a white background of the request.
        let white = f32::from(over([r, g, b, a], WHITE)[0]);
        assert!((white - f32::from(linear_to_srgb8(1.0 - DENSITY * 0.5))).abs() <= 3.0, "{white}");
        assert_eq!(found.get_pixel(2, 0).0, [255, linear_to_srgb8(0.2), 0, 255]);
    }
}
