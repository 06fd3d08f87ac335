//! Combines generated pictures with the pixels that must not change: the product's detail, and the shapes of the letters.

use image::{GrayImage, RgbImage, RgbaImage};
use rayon::prelude::*;

use crate::backend::{PlacedProduct, TextLayer};
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
    out.data.par_iter_mut().enumerate().for_each(|(i, colour)| {
        let t = amount.data[i].clamp(0.0, 1.0);
        // A ratio preserves texture; the bounds keep labels close to the photo.
        *colour = std::array::from_fn(|k| {
            let ratio = ((low_painted.data[i][k] + 0.02) / (low_kept.data[i][k] + 0.02)).clamp(0.6, 1.6);
            (colour[k] * (1.0 + (ratio - 1.0) * t)).clamp(0.0, 1.0)
        });
    });
    out
}

/// Values above this belong to the region that a model may repaint.
const REPAINTED: f32 = 0.1;

/// The inpainting mask of a region: white where the model may repaint.
pub fn inpaint_mask(region: &Plane) -> GrayImage {
    let data = region.data.iter().map(|&v| if v > REPAINTED { 1.0 } else { 0.0 }).collect();
    Plane { width: region.width, height: region.height, data }.to_gray()
}

/// A mask whose white reaches the edges of the squares of `side` pixels that it touches: models that repaint whole squares look only at their middle.
pub fn whole_squares(mask: &GrayImage, side: u32) -> GrayImage {
    let (across, down) = (mask.width().div_ceil(side) as usize, mask.height().div_ceil(side) as usize);
    let square = |x: u32, y: u32| (y / side) as usize * across + (x / side) as usize;
    let mut touched = vec![false; across * down];
    mask.enumerate_pixels().filter(|(_, _, value)| value[0] >= 128).for_each(|(x, y, _)| touched[square(x, y)] = true);
    GrayImage::from_fn(mask.width(), mask.height(), |x, y| image::Luma([if touched[square(x, y)] { 255 } else { 0 }]))
}

/// The product on a plain grey, with a margin, for a model that looks at references; `None` if it is too small to be seen.
pub fn cut_out_reference(product: &PlacedProduct) -> Option<RgbImage> {
    let (x0, y0, x1, y1) = product.bounds;
    let (width, height) = (x1.saturating_sub(x0), y1.saturating_sub(y0));
    if width.min(height) < LEAST_REFERENCE {
        return None;
    }
    let margin = width.max(height) / 16;
    let bounds = (
        x0.saturating_sub(margin),
        y0.saturating_sub(margin),
        (x1 + margin).min(product.alpha.width),
        (y1 + margin).min(product.alpha.height),
    );
    let alpha = product.alpha.crop(bounds);
    let grey = LinearRgb::new(alpha.width, alpha.height, [0.5; 3]);
    Some(blend_by(&grey, &product.image.crop(bounds), &alpha).to_srgb())
}

/// Whether a region leaves a model nothing to repaint.
pub fn is_empty(region: &Plane) -> bool {
    region.data.iter().all(|&v| v <= REPAINTED)
}

/// A part of a canvas, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Of the left side.
    pub x: usize,
    /// Of the upper side.
    pub y: usize,
    /// Of the part.
    pub width: usize,
    /// Of the part.
    pub height: usize,
}

/// Least side of a reference in pixels, as the reference implementation of FLUX.2 asks for.
const LEAST_REFERENCE: usize = 64;

/// A model sees at least this much around a region, in pixels and as a share of the region's size.
const SURROUNDINGS: (usize, usize) = (64, 4);
/// Least side of a crop in pixels: FLUX was trained on larger pictures than this, and paints small ones badly.
const LEAST_CROP: usize = 512;
/// A crop with more than this share of the canvas is not worth it.
const MOST_CROPPED: f64 = 0.7;

/// The part of the canvas that a model must see to repaint `region`: the region with its surroundings, in sides that are multiples of 16.
/// `None` if that is most of the canvas, or nothing.
pub fn crop_around(region: &Plane) -> Option<Crop> {
    let (width, height) = (region.width, region.height);
    let rows = || region.data.chunks_exact(width);
    let is_repainted = |&v: &f32| v > REPAINTED;
    let top = rows().position(|row| row.iter().any(is_repainted))?;
    let bottom = height - rows().rev().position(|row| row.iter().any(is_repainted))?;
    let left = rows().filter_map(|row| row.iter().position(is_repainted)).min()?;
    let right = rows().filter_map(|row| row.iter().rposition(is_repainted)).max()? + 1;
    let span = |first: usize, end: usize, side: usize| {
        let margin = SURROUNDINGS.0.max((end - first) / SURROUNDINGS.1);
        let length = (end - first + 2 * margin).max(LEAST_CROP).next_multiple_of(16);
        if length >= side {
            return (0, side);
        }
        (((first + end) / 2).saturating_sub(length / 2).min(side - length), length)
    };
    let ((x, crop_width), (y, crop_height)) = (span(left, right, width), span(top, bottom, height));
    let is_small = (crop_width * crop_height) as f64 <= MOST_CROPPED * (width * height) as f64;
    is_small.then_some(Crop { x, y, width: crop_width, height: crop_height })
}

/// `picture` with `part` at the place of `crop`.
pub fn pasted(picture: &RgbImage, part: &RgbImage, crop: Crop) -> RgbImage {
    let mut out = picture.clone();
    image::imageops::replace(&mut out, part, crop.x as i64, crop.y as i64);
    out
}

/// The preview of a crop in its place on a preview of `picture`.
pub fn framed_preview(picture: &RgbImage, part: RgbImage, crop: Crop) -> RgbImage {
    let scale = f64::from(part.width()) / crop.width as f64;
    let scaled = |length: usize| (length as f64 * scale).round() as usize;
    let (width, height) = (scaled(picture.width() as usize).max(1), scaled(picture.height() as usize).max(1));
    pasted(&resize_rgb8(picture, width, height, Filter::Triangle), &part, Crop { x: scaled(crop.x), y: scaled(crop.y), ..crop })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn region(width: usize, height: usize, (x0, y0, x1, y1): (usize, usize, usize, usize)) -> Plane {
        let data = (0..width * height).map(|i| if (x0..x1).contains(&(i % width)) && (y0..y1).contains(&(i / width)) { 1.0 } else { 0.0 });
        Plane { width, height, data: data.collect() }
    }

    #[test]
    fn a_small_region_is_cropped_with_its_surroundings() {
        let crop = |region: (usize, usize, usize, usize)| crop_around(&self::region(1024, 1088, region));
        // A headline over the whole width.
        assert_eq!(crop((40, 60, 990, 260)), Some(Crop { x: 0, y: 0, width: 1024, height: 512 }));
        // A price in the lower right corner.
        assert_eq!(crop((900, 1000, 1020, 1080)), Some(Crop { x: 512, y: 576, width: 512, height: 512 }));
        assert_eq!(crop((100, 100, 500, 500)), Some(Crop { x: 0, y: 0, width: 608, height: 608 }));
        // Most of the canvas, and nothing.
        assert_eq!(crop((10, 10, 1000, 900)), None);
        assert_eq!(crop((0, 0, 0, 0)), None);
        assert_eq!(crop_around(&self::region(512, 512, (10, 10, 20, 20))), None);
    }

    #[test]
    fn masks_reach_the_edges_of_squares() {
        let mask = GrayImage::from_fn(40, 20, |x, y| image::Luma([if (x, y) == (17, 3) { 255 } else { 100 }]));
        let whole = whole_squares(&mask, 16);
        let white = |x, y| whole.get_pixel(x, y)[0] == 255;
        assert!(white(16, 0) && white(31, 15) && !white(15, 0) && !white(32, 0) && !white(16, 16));
    }

    #[test]
    fn a_part_returns_to_its_place() {
        let (picture, part) = (RgbImage::from_pixel(64, 48, image::Rgb([1, 2, 3])), RgbImage::from_pixel(16, 32, image::Rgb([9, 9, 9])));
        let out = pasted(&picture, &part, Crop { x: 48, y: 8, width: 16, height: 32 });
        let changed = |x, y| out.get_pixel(x, y).0 == [9, 9, 9];
        assert!(changed(48, 8) && changed(63, 39) && !changed(47, 8) && !changed(48, 7) && !changed(48, 40));
        let preview =
            framed_preview(&picture, RgbImage::from_pixel(2, 4, image::Rgb([9, 9, 9])), Crop { x: 48, y: 8, width: 16, height: 32 });
        assert_eq!(preview.dimensions(), (8, 6));
        assert_eq!([(6, 1), (7, 4), (5, 1), (6, 0), (6, 5)].map(|(x, y)| preview.get_pixel(x, y).0[0]), [9, 9, 1, 1, 1]);
    }
}
