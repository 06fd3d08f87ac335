//! Where the product stands on the canvas, and how large.

use crate::backend::{Matte, PlacedProduct};
use crate::imaging::resize::{Filter, resize_plane, resize_rgb};
use crate::imaging::{LinearRgb, Plane, srgb8_to_linear};

/// The cut-out's box may take this much of the canvas.
const WIDTH_SHARE: f32 = 0.46;
const HEIGHT_SHARE: f32 = 0.50;
/// The same on a canvas much wider than tall, where the text needs its part.
const WIDE_HEIGHT_SHARE: f32 = 0.45;
/// The foot stands this far into the visible surface: nearer than the middle, where a photographer would put it.
const DEPTH: f32 = 0.64;
const BOTTOM_MARGIN: f32 = 0.05;
const TOP_MARGIN: f32 = 0.04;

/// Scales the cut-out by its alpha's bounding box, centres it and stands it on the surface; never cut off.
pub fn place(matte: &Matte, width: usize, height: usize, ground_line: f32) -> PlacedProduct {
    let (w, h) = (width as f32, height as f32);
    let full = (0, 0, matte.alpha.width, matte.alpha.height);
    let (x0, y0, x1, y1) = matte.alpha.bounds(0.05).unwrap_or(full);
    let (bw, bh) = ((x1 - x0) as f32, (y1 - y0) as f32);
    let foot_wanted = (ground_line + DEPTH * (h - ground_line)).min(h * (1.0 - BOTTOM_MARGIN));
    let room = foot_wanted - TOP_MARGIN * h;
    let height_share = if w > 1.25 * h { WIDE_HEIGHT_SHARE } else { HEIGHT_SHARE };
    let scale = (WIDTH_SHARE * w / bw).min(height_share * h / bh).min(room / bh);
    let tw = ((bw * scale).round() as usize).clamp(1, width);
    let th = ((bh * scale).round() as usize).clamp(1, height);
    let left = (width - tw) / 2;
    let top = (foot_wanted.round() as usize).saturating_sub(th).min(height - th);

    // Premultiplied, so that colours outside the outline cannot bleed into it.
    let mut colour = LinearRgb::new(x1 - x0, y1 - y0, [0.0; 3]);
    let mut alpha = Plane::new(x1 - x0, y1 - y0, 0.0);
    for y in y0..y1 {
        for x in x0..x1 {
            let a = matte.alpha.at(x, y);
            let i = (y - y0) * (x1 - x0) + x - x0;
            alpha.data[i] = a;
            colour.data[i] = matte.foreground.get_pixel(x as u32, y as u32).0.map(|v| srgb8_to_linear(v) * a);
        }
    }
    let small_alpha = resize_plane(&alpha, tw, th, Filter::CatmullRom);
    let small = resize_rgb(&colour, tw, th, Filter::CatmullRom);
    let mut image = LinearRgb::new(width, height, [0.0; 3]);
    let mut placed = Plane::new(width, height, 0.0);
    for y in 0..th {
        for x in 0..tw {
            let (from, to) = (y * tw + x, (top + y) * width + left + x);
            let a = small_alpha.data[from].clamp(0.0, 1.0);
            placed.data[to] = a;
            if a > 1e-3 {
                image.data[to] = small.data[from].map(|v| (v / a).clamp(0.0, 1.0));
            }
        }
    }
    PlacedProduct { image, alpha: placed, bounds: (left, top, left + tw, top + th), foot: (top + th) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn matte(w: usize, h: usize, inset: usize) -> Matte {
        let mut alpha = Plane::new(w, h, 0.0);
        for y in inset..h - inset {
            for x in inset..w - inset {
                alpha.data[y * w + x] = 1.0;
            }
        }
        Matte { alpha, foreground: RgbImage::from_pixel(w as u32, h as u32, Rgb([200, 30, 20])) }
    }

    #[test]
    fn any_shape_stands_whole_on_the_surface() {
        for (w, h) in [(40, 1600), (1600, 40), (8, 8), (900, 700), (1, 1)] {
            for (cw, ch) in [(1024, 1024), (256, 2048), (2048, 256), (512, 640)] {
                let inset = usize::from(w > 30 && h > 30) * 10;
                let ground = ch as f32 * 0.57;
                let placed = place(&matte(w, h, inset), cw, ch, ground);
                let (x0, y0, x1, y1) = placed.bounds;
                assert!(x1 <= cw && y1 <= ch && x0 < x1 && y0 < y1);
                assert!((y1 as f32) < ch as f32 && placed.foot > ground, "{w}x{h} on {cw}x{ch}: {:?}", placed.bounds);
                assert!(((x0 + x1) as f32 / 2.0 - cw as f32 / 2.0).abs() <= 1.0);
                let found = placed.alpha.bounds(0.5).unwrap();
                assert!(found.0 >= x0 && found.2 <= x1 && found.1 >= y0 && found.3 <= y1);
            }
        }
    }

    #[test]
    fn the_box_takes_its_share() {
        let placed = place(&matte(600, 600, 0), 1024, 1024, 584.0);
        let width = (placed.bounds.2 - placed.bounds.0) as f32;
        assert!((width / 1024.0 - 0.46).abs() < 0.01, "{width}");
    }
}
