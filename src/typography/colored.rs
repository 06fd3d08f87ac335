//! Glyphs with colours of their own where they stand in a text: painted flat by layers, and on the front of sculpted letters.

use image::{Rgba, RgbaImage};

use super::color::ColorGlyph;
use super::face::OpenFace;
use super::outline::{Flattener, rasterize};
use super::trace::trace;
use crate::imaging::resize::{Filter, resize_rgba8};

/// Closed polygons in pixels, y down. They may overlap: fill them nonzero.
pub type Polygons = Vec<Vec<[f32; 2]>>;

/// Most parts with colours of their own of a text. An emoji of layers has some dozens.
const MAX_COLORED: usize = 4096;
/// Longest side of an emoji, pixels: that of the largest type.
const MAX_SIDE: usize = 4096;

/// A part of a text with colours of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Colored {
    /// A picture: its upper left corner, and the size of one of its pixels.
    Picture {
        /// Straight alpha.
        pixels: RgbaImage,
        /// Pixels.
        left: f32,
        /// Pixels, downwards.
        top: f32,
        /// Pixels of the canvas.
        scale: f32,
    },
    /// A shape of one colour.
    Shape {
        /// The filled polygons.
        polygons: Polygons,
        /// Red, green, blue, alpha; `None` for the colour of the run.
        color: Option<[u8; 4]>,
        /// Its run.
        run: usize,
    },
}

/// Adds a glyph with colours of its own; false if it is too complex, or if there are too many.
pub(super) fn place(glyph: ColorGlyph, face: &OpenFace<'_>, [x, y]: [f32; 2], size: f32, run: usize, colored: &mut Vec<Colored>) -> bool {
    if colored.len() >= MAX_COLORED {
        return false;
    }
    match glyph {
        ColorGlyph::Picture { pixels, left, top, pixel } => {
            colored.push(Colored::Picture { pixels, left: x + left * size, top: y - top * size, scale: pixel * size });
        }
        ColorGlyph::Layers(layers) => {
            for (id, color) in layers {
                let mut flattener = Flattener::default();
                if !face.is_cheap(id) {
                    return false;
                }
                flattener.glyph(face, id, x, y, size);
                let Some(polygons) = flattener.finish() else { return false };
                colored.push(Colored::Shape { polygons, color, run });
            }
        }
    }
    true
}

impl Colored {
    /// The outlines of the opaque pixels.
    pub(super) fn outlines(&self) -> Polygons {
        match self {
            Self::Shape { polygons, .. } => polygons.clone(),
            Self::Picture { pixels, left, top, scale } => {
                let alpha: Vec<u8> = pixels.pixels().map(|p| p.0[3]).collect();
                let mut contours = trace(&alpha, pixels.width() as usize);
                contours.iter_mut().flatten().for_each(|p| *p = [left + p[0] * scale, top + p[1] * scale]);
                contours
            }
        }
    }

    /// The picture, resampled to the size that it has on the canvas. `None` for a shape.
    pub fn picture(&self) -> Option<RgbaImage> {
        let Self::Picture { pixels, scale, .. } = self else { return None };
        let side = |v: u32| ((v as f32 * scale).round() as usize).clamp(1, MAX_SIDE);
        Some(resize_rgba8(pixels, side(pixels.width()), side(pixels.height()), Filter::CatmullRom))
    }

    /// Paints it over a picture with straight alpha. A shape of the run's colour is left out.
    pub fn paint(&self, canvas: &mut RgbaImage) {
        match self {
            Self::Picture { left, top, .. } => {
                let Some(picture) = self.picture() else { return };
                let (left, top) = (left.round() as i64, top.round() as i64);
                for (x, y, pixel) in picture.enumerate_pixels() {
                    over(canvas, left + i64::from(x), top + i64::from(y), *pixel, 1.0);
                }
            }
            Self::Shape { polygons, color: Some(color), .. } => {
                let points = || polygons.iter().flatten();
                let least = |axis: usize| points().map(|p| p[axis]).fold(f32::MAX, f32::min).floor().max(-8192.0);
                let most = |axis: usize| points().map(|p| p[axis]).fold(f32::MIN, f32::max).ceil().min(8192.0);
                let (left, top) = (least(0), least(1));
                let (width, height) = (most(0) - left, most(1) - top);
                if !(width >= 1.0 && height >= 1.0) {
                    return;
                }
                let local: Polygons = polygons.iter().map(|c| c.iter().map(|p| [p[0] - left, p[1] - top]).collect()).collect();
                let Some(coverage) = rasterize(&local, width as usize, height as usize) else { return };
                for (i, cover) in coverage.data.iter().enumerate().filter(|(_, cover)| **cover > 0.0) {
                    let (x, y) = (i % coverage.width, i / coverage.width);
                    over(canvas, left as i64 + x as i64, top as i64 + y as i64, Rgba(*color), *cover);
                }
            }
            Self::Shape { .. } => {}
        }
    }
}

/// Puts a colour with straight alpha over a pixel, if it is on the canvas.
fn over(canvas: &mut RgbaImage, x: i64, y: i64, color: Rgba<u8>, cover: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
    let above = f32::from(color.0[3]) / 255.0 * cover;
    let Some(pixel) = canvas.get_pixel_mut_checked(x, y).filter(|_| above > 0.0) else { return };
    let below = f32::from(pixel.0[3]) / 255.0 * (1.0 - above);
    let alpha = above + below;
    for (to, from) in pixel.0.iter_mut().zip(color.0).take(3) {
        *to = ((f32::from(from) * above + f32::from(*to) * below) / alpha + 0.5) as u8;
    }
    pixel.0[3] = (alpha * 255.0 + 0.5) as u8;
}
