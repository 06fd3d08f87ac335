//! Linear-light colour images, and the sRGB transfer function (IEC 61966-2-1).

use std::sync::OnceLock;

use image::{DynamicImage, RgbImage};
use rayon::prelude::*;

use crate::math;

/// A linear-light colour image in row-major order; 1.0 is display white, values above it are allowed until the tone curve.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRgb {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width × height` colours, row by row.
    pub data: Vec<[f32; 3]>,
}

impl LinearRgb {
    /// An image filled with one colour.
    pub fn new(width: usize, height: usize, value: [f32; 3]) -> Self {
        Self { width, height, data: vec![value; width * height] }
    }

    /// Decodes 8-bit sRGB.
    pub fn from_srgb(rgb: &RgbImage) -> Self {
        Self {
            width: rgb.width() as usize,
            height: rgb.height() as usize,
            data: rgb.as_raw().par_chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(srgb8_to_linear)).collect(),
        }
    }

    /// Encodes to 8-bit sRGB, clamped.
    pub fn to_srgb(&self) -> RgbImage {
        let raw = self.data.par_iter().map(|c| c.map(linear_to_srgb8)).collect::<Vec<_>>().into_flattened();
        RgbImage::from_raw(self.width as u32, self.height as u32, raw).unwrap_or_default()
    }

    /// Copies a rectangle. `right` and `bottom` are exclusive and must lie within the image.
    pub fn crop(&self, (left, top, right, bottom): (usize, usize, usize, usize)) -> Self {
        let rows = self.data.chunks_exact(self.width.max(1)).take(bottom).skip(top);
        Self { width: right - left, height: bottom - top, data: rows.flat_map(|row| &row[left..right]).copied().collect() }
    }

    /// The colour at a pixel, which must lie within the image.
    #[inline]
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.data[y * self.width + x]
    }

    /// Bilinear sample at pixel coordinates (pixel centres at +0.5), clamped to the edge.
    pub fn sample(&self, x: f32, y: f32) -> [f32; 3] {
        let (x, y) = ((x - 0.5).clamp(0.0, self.width as f32 - 1.0), (y - 0.5).clamp(0.0, self.height as f32 - 1.0));
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let (a, b, c, d) = (self.at(x0, y0), self.at(x1, y0), self.at(x0, y1), self.at(x1, y1));
        std::array::from_fn(|i| (a[i] * (1.0 - fx) + b[i] * fx) * (1.0 - fy) + (c[i] * (1.0 - fx) + d[i] * fx) * fy)
    }
}

/// Relative luminance of a linear colour (Rec. 709), the `L` of the WCAG contrast ratio.
#[inline]
pub fn luminance(c: [f32; 3]) -> f32 {
    0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
}

/// An sRGB pixel with straight alpha, composited over white. Mixes the encoded values, as viewers do.
#[inline]
pub fn over_white([r, g, b, a]: [u8; 4]) -> [u8; 3] {
    [r, g, b].map(|v| ((u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8)
}

/// A picture without transparency: composited over white if it has any.
pub fn flattened(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| image::Rgb(over_white(picture.get_pixel(x, y).0)))
}

/// sRGB-encoded 0..=1 → linear 0..=1.
pub fn srgb_to_linear(v: f32) -> f32 {
    if v <= 0.04045 { v / 12.92 } else { math::powf((v + 0.055) / 1.055, 2.4) }
}

/// 8-bit sRGB → linear, by table.
#[inline]
pub fn srgb8_to_linear(v: u8) -> f32 {
    static TABLE: OnceLock<[f32; 256]> = OnceLock::new();
    TABLE.get_or_init(|| std::array::from_fn(|i| srgb_to_linear(i as f32 / 255.0)))[usize::from(v)]
}

/// Linear → 8-bit sRGB, clamped and rounded to the nearest code, by table.
#[inline]
pub fn linear_to_srgb8(v: f32) -> u8 {
    const SIZE: usize = 1 << 14;
    static TABLE: OnceLock<Vec<u8>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        (0..=SIZE)
            .map(|i| {
                // Indexed by the square root because sRGB codes are dense near black.
                let l = (i as f32 / SIZE as f32).powi(2);
                let s = if l <= 0.003_130_8 { l * 12.92 } else { 1.055 * math::powf(l, 1.0 / 2.4) - 0.055 };
                (s * 255.0 + 0.5) as u8
            })
            .collect()
    });
    table[(v.clamp(0.0, 1.0).sqrt() * SIZE as f32 + 0.5) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srgb_round_trips_every_code() {
        for v in 0..=255u8 {
            assert_eq!(linear_to_srgb8(srgb8_to_linear(v)), v);
        }
    }
}
