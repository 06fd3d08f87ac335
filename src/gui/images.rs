//! Decoding and drawing for the texture cache; all functions block.

use std::path::Path;

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, VariableFont as _};
use egui::{Color32, ColorImage};

use crate::imaging::resize::{Filter, fit_within, resize_rgba8};
use crate::typography::FontEntry;

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
    if !entry.is_cheap(text) {
        return None;
    }
    let mut font = FontRef::try_from_slice_and_index(entry.bytes(), entry.index()).ok()?;
    for (axis, value) in entry.variations() {
        font.set_variation(&axis, value);
    }
    let scaled = font.as_scaled(PxScale::from(SAMPLE_SIZE));
    let (mut x, mut last, mut glyphs) = (2.0, None, Vec::new());
    for c in text.chars().filter(|c| !c.is_control()) {
        let id = font.glyph_id(c);
        if let Some(last) = last {
            x += scaled.kern(last, id);
        }
        let advance = scaled.h_advance(id);
        if x + advance > SAMPLE_WIDTH {
            break;
        }
        glyphs.push(id.with_scale_and_position(PxScale::from(SAMPLE_SIZE), ab_glyph::point(x, scaled.ascent().round())));
        x += advance;
        last = Some(id);
    }
    let (width, height) = ((x.ceil() as usize + 4).max(1), scaled.height().ceil().max(1.0) as usize + 4);
    let mut image = ColorImage::filled([width, height], Color32::TRANSPARENT);
    for glyph in glyphs {
        let Some(outline) = font.outline_glyph(glyph) else { continue };
        let bounds = outline.px_bounds();
        outline.draw(|gx, gy, coverage| {
            let (px, py) = (bounds.min.x as i64 + i64::from(gx), bounds.min.y as i64 + i64::from(gy));
            if px >= 0 && py >= 0 && (px as usize) < width && (py as usize) < height {
                let pixel = &mut image.pixels[py as usize * width + px as usize];
                let alpha = (coverage.clamp(0.0, 1.0) * 255.0) as u8;
                *pixel = Color32::from_white_alpha(pixel.a().max(alpha));
            }
        });
    }
    Some(image)
}
