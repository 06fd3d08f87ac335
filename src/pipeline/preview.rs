//! Small pictures of the work so far.

use image::{RgbImage, RgbaImage};

use crate::backend::StageCx;
use crate::imaging::LinearRgb;

/// Longest side in pixels.
const SIDE: usize = 384;

/// Offers a picture to the observer if it wants one now.
pub(super) fn offer(cx: StageCx<'_>, image: &LinearRgb) {
    if !cx.observer.wants_preview() {
        return;
    }
    let scale = image.width.max(image.height).div_ceil(SIDE).max(1);
    let (w, h) = (image.width / scale, image.height / scale);
    let small = LinearRgb {
        width: w,
        height: h,
        data: (0..w * h).map(|i| image.at((i % w) * scale + scale / 2, (i / w) * scale + scale / 2)).collect(),
    };
    cx.observer.preview(small.to_srgb());
}

/// Offers the headline over the scene. Both have the size of the canvas.
pub(super) fn offer_headline(cx: StageCx<'_>, scene: &RgbImage, headline: &RgbaImage) {
    if !cx.observer.wants_preview() || scene.dimensions() != headline.dimensions() {
        return;
    }
    let scale = scene.width().max(scene.height()).div_ceil(SIDE as u32).max(1);
    let small = RgbImage::from_fn(scene.width() / scale, scene.height() / scale, |x, y| {
        let (x, y) = (x * scale + scale / 2, y * scale + scale / 2);
        let (below, above) = (scene.get_pixel(x, y).0, headline.get_pixel(x, y).0);
        let a = u32::from(above[3]);
        image::Rgb(std::array::from_fn(|k| ((u32::from(above[k]) * a + u32::from(below[k]) * (255 - a)) / 255) as u8))
    });
    cx.observer.preview(small);
}
