//! Combines generated pictures with the pixels that must not change: the product's detail, and the shapes of the letters.

use image::{GrayImage, RgbImage, RgbaImage};

use crate::backend::TextLayer;
use crate::imaging::blur::{dilate, gaussian_plane, gaussian_rgb};
use crate::imaging::resize::{Filter, resize_rgb8};
use crate::imaging::{LinearRgb, Matte, Plane};

/// Longest side of previews in pixels.
const PREVIEW_SIDE: usize = 384;

/// `over` on `under`, with `amount` 0..=1 as its opacity.
pub fn blend_by(under: &LinearRgb, over: &LinearRgb, amount: &Plane) -> LinearRgb {
    let data = under.data.iter().zip(&over.data).zip(&amount.data);
    LinearRgb {
        width: under.width,
        height: under.height,
        data: data.map(|((a, b), t)| std::array::from_fn(|k| a[k] + (b[k] - a[k]) * t.clamp(0.0, 1.0))).collect(),
    }
}

/// Takes the low frequencies of `painted` (wider than `sigma` pixels) over into `kept`, by `amount`. The detail of `kept` stays.
pub fn relight(kept: &LinearRgb, painted: &LinearRgb, amount: &Plane, sigma: f32) -> LinearRgb {
    let (low_kept, low_painted) = (gaussian_rgb(kept, sigma), gaussian_rgb(painted, sigma));
    let mut out = kept.clone();
    for (i, colour) in out.data.iter_mut().enumerate() {
        let t = amount.data[i].clamp(0.0, 1.0);
        // A ratio preserves texture; the bounds keep labels close to the photo.
        *colour = std::array::from_fn(|k| {
            let ratio = ((low_painted.data[i][k] + 0.02) / (low_kept.data[i][k] + 0.02)).clamp(0.6, 1.6);
            (colour[k] * (1.0 + (ratio - 1.0) * t)).clamp(0.0, 1.0)
        });
    }
    out
}

/// Values above this belong to the region that a model may repaint.
const REPAINTED: f32 = 0.1;

/// The inpainting mask of a region: white where the model may repaint.
pub fn inpaint_mask(region: &Plane) -> GrayImage {
    let data = region.data.iter().map(|&v| if v > REPAINTED { 1.0 } else { 0.0 }).collect();
    Plane { width: region.width, height: region.height, data }.to_gray()
}

/// Whether a region leaves a model nothing to repaint.
pub fn is_empty(region: &Plane) -> bool {
    region.data.iter().all(|&v| v <= REPAINTED)
}

/// The larger value of two planes at each pixel.
pub fn union(a: &Plane, b: &Plane) -> Plane {
    Plane { width: a.width, height: a.height, data: a.data.iter().zip(&b.data).map(|(a, b)| a.max(*b)).collect() }
}

/// `a` outside of `b`.
pub fn outside(a: &Plane, b: &Plane) -> Plane {
    Plane { width: a.width, height: a.height, data: a.data.iter().zip(&b.data).map(|(a, b)| a * (1.0 - b)).collect() }
}

/// The letters of a painted picture: BiRefNet's matte, limited to the glyphs' faces and a margin around them for the extrusion. The faces
/// themselves are always opaque.
pub fn clamp_to_glyphs(picture: &RgbImage, matte: &Matte, front_faces: &Plane, font_px: f32) -> TextLayer {
    let margin = (font_px * 0.10).clamp(2.0, 48.0);
    let near = gaussian_plane(&dilate(front_faces, margin.round() as usize), margin * 0.25);
    let (width, height) = (front_faces.width, front_faces.height);
    let mut image = RgbaImage::new(width as u32, height as u32);
    for (i, pixel) in image.pixels_mut().enumerate() {
        let (x, y) = ((i % width) as u32, (i / width) as u32);
        let alpha = (matte.alpha.data[i] * near.data[i]).max(front_faces.data[i]).clamp(0.0, 1.0);
        // The matte has no foreground colour where it missed a face; the picture has.
        let [r, g, b] = if matte.alpha.data[i] > 0.05 { matte.foreground.get_pixel(x, y).0 } else { picture.get_pixel(x, y).0 };
        pixel.0 = [r, g, b, (alpha * 255.0 + 0.5) as u8];
    }
    TextLayer { image, front_faces: front_faces.clone() }
}

/// A preview, enlarged to the size that the front ends show.
pub fn enlarge_preview(small: &RgbImage) -> RgbImage {
    let (w, h) = (small.width() as usize, small.height() as usize);
    let scale = (PREVIEW_SIDE as f64 / w.max(h) as f64).max(1.0);
    let enlarged = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    resize_rgb8(small, enlarged(w), enlarged(h), Filter::Triangle)
}
