//! Decoding and drawing for the texture cache; all functions block.

use std::path::Path;

use egui::{Color32, ColorImage};

use crate::imaging::resize::{Filter, fit_within, resize_rgba8};
use crate::typography::{self, FontEntry};

/// Type size of a font sample in pixels: twice the size on screen, for high pixel densities.
pub const SAMPLE_SIZE: f32 = 44.0;
/// Widest font sample in pixels.
const SAMPLE_WIDTH: f32 = 640.0;

/// Reads a picture file and scales it down if a side exceeds `side` pixels. Returns `None` if it cannot be decoded.
pub fn read(path: &Path, side: u32) -> Option<ColorImage> {
    let pixels = crate::imaging::decode::decode_file(path).ok()?.pixels;
    let (w, h) = (pixels.width() as usize, pixels.height() as usize);
    let pixels = if w.max(h) > side as usize {
        let (w, h) = fit_within(w, h, side as usize);
        resize_rgba8(&pixels, w, h, Filter::CatmullRom)
    } else {
        pixels
    };
    let size = [pixels.width() as usize, pixels.height() as usize];
    Some(ColorImage::from_rgba_unmultiplied(size, pixels.as_raw()))
}

/// Draws a text in a font, white on transparent, to be tinted. Returns `None` if the font cannot draw it, or its outlines are too complex.
pub fn sample(entry: &FontEntry, text: &str) -> Option<ColorImage> {
    let plane = typography::sample(entry, text, SAMPLE_SIZE, SAMPLE_WIDTH)?;
    let pixels = plane.data.iter().map(|v| Color32::from_white_alpha((v.clamp(0.0, 1.0) * 255.0) as u8)).collect();
    Some(ColorImage::new([plane.width, plane.height], pixels))
}
