//! Where the product stands on the canvas, and its size.

use super::layout::{Bounds, ProductLayout, TALL, is_banner};
use crate::backend::PlacedProduct;
use crate::imaging::resize::{Filter, resize_plane, resize_rgb};
use crate::imaging::{LinearRgb, Matte, Plane, srgb8_to_linear};
use crate::request::Placement;

/// Largest share of the canvas that the cut-out's box takes.
const WIDTH_SHARE: f32 = 0.46;
const HEIGHT_SHARE: f32 = 0.50;
/// The same on a canvas much wider than tall, where the text needs more room.
const WIDE_HEIGHT_SHARE: f32 = 0.45;
/// On a banner the product takes most of the height and stands beside the text.
const BANNER_HEIGHT_SHARE: f32 = 0.80;
const BANNER_WIDTH_SHARE: f32 = 0.30;
/// Centre of the product on a banner, and its least distance from the edge, as fractions of the canvas' width.
const BANNER_CENTER: f32 = 0.17;
const BANNER_MARGIN: f32 = 0.03;
/// On a canvas much taller than wide the product may be wider.
const TALL_WIDTH_SHARE: f32 = 0.72;
/// How far into the visible surface the product stands: 0 at its far edge, 1 at the canvas' lower edge.
const DEPTH: f32 = 0.64;
const BOTTOM_MARGIN: f32 = 0.05;
const TOP_MARGIN: f32 = 0.04;

/// Least share of the product's height that stays on the canvas, wherever the designer moves it.
const VISIBLE: f32 = 0.125;

/// The product's box on the canvas, which may reach beyond the canvas.
struct Frame {
    left: i64,
    top: i64,
    width: usize,
    height: usize,
}

impl Frame {
    fn foot(&self) -> f32 {
        (self.top + self.height as i64) as f32
    }
}

/// The box of the product within its cut-out; `None` for an empty cut-out.
pub(super) fn cutout_bounds(matte: &Matte) -> Option<Bounds> {
    matte.alpha.bounds(0.05)
}

/// A product on the canvas.
pub struct Placed {
    /// Its pixels.
    pub product: PlacedProduct,
    /// Where it stands; `None` for an empty cut-out.
    pub layout: Option<ProductLayout>,
}

/// Scales the cut-out by its bounding box, centres it and stands it on the surface, unless `coordinates` says otherwise. A product without
/// coordinates and scale is never cut off. `ground_line`: row of the surface's far edge.
pub fn place(matte: &Matte, (width, height): (usize, usize), ground_line: f32, coordinates: &Placement) -> Placed {
    let found = cutout_bounds(matte);
    let (x0, y0, x1, y1) = found.unwrap_or((0, 0, matte.alpha.width, matte.alpha.height));
    let size = (x1 - x0, y1 - y0);
    let frame = frame(size, (width, height), ground_line, coordinates);
    let (tw, th, left, top) = (frame.width, frame.height, frame.left, frame.top);

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
    // The part of the box that is on the canvas.
    let on = |start: i64, size: usize, side: usize| {
        let end = (start + size as i64).clamp(0, side as i64) as usize;
        (start.clamp(0, side as i64) as usize, end)
    };
    let ((x0, x1), (y0, y1)) = (on(left, tw, width), on(top, th, height));
    for y in y0..y1 {
        for x in x0..x1 {
            let (from, to) = ((y as i64 - top) as usize * tw + (x as i64 - left) as usize, y * width + x);
            let a = small_alpha.data[from].clamp(0.0, 1.0);
            placed.data[to] = a;
            if a > 1e-3 {
                image.data[to] = small.data[from].map(|v| (v / a).clamp(0.0, 1.0));
            }
        }
    }
    let bounds = (x0, y0, x1, y1);
    let automatic = Placement { product_scale: coordinates.product_scale, ..Placement::default() };
    let layout =
        found.map(|_| ProductLayout { bounds, automatic_foot: self::frame(size, (width, height), ground_line, &automatic).foot() });
    Placed { product: PlacedProduct { image, alpha: placed, bounds, foot: frame.foot() }, layout }
}

/// The frame of a cut-out whose box has `size`.
fn frame(size: (usize, usize), (width, height): (usize, usize), ground_line: f32, coordinates: &Placement) -> Frame {
    let (w, h) = (width as f32, height as f32);
    let (bw, bh) = (size.0 as f32, size.1 as f32);
    let foot_wanted = (ground_line + DEPTH * (h - ground_line)).min(h * (1.0 - BOTTOM_MARGIN));
    let room = foot_wanted - TOP_MARGIN * h;
    let (width_share, height_share) = match () {
        () if is_banner(width, height) => (BANNER_WIDTH_SHARE, BANNER_HEIGHT_SHARE),
        () if w > 1.25 * h => (WIDTH_SHARE, WIDE_HEIGHT_SHARE),
        () if h > TALL * w => (TALL_WIDTH_SHARE, HEIGHT_SHARE),
        () => (WIDTH_SHARE, HEIGHT_SHARE),
    };
    let scale = (width_share * w / bw).min(height_share * h / bh).min(room / bh);
    let factor = coordinates.product_scale.unwrap_or(1.0);
    // An enlarged product may reach beyond the canvas.
    let most = |side: usize| if factor > 1.0 { usize::MAX } else { side };
    let tw = ((bw * scale * factor).round() as usize).clamp(1, most(width));
    let th = ((bh * scale * factor).round() as usize).clamp(1, most(height));
    let (left, top) = corner((tw, th), (width, height), foot_wanted, coordinates);
    Frame { left, top, width: tw, height: th }
}

/// The upper left corner of the box.
fn corner((tw, th): (usize, usize), (width, height): (usize, usize), foot: f32, coordinates: &Placement) -> (i64, i64) {
    let (tw, th, width, height) = (tw as i64, th as i64, width as i64, height as i64);
    let left = match coordinates.product_x {
        Some(x) => ((x * width as f32 - tw as f32 / 2.0).round() as i64).clamp(1 - tw, width - 1),
        None if is_banner(width as usize, height as usize) => {
            let center = (BANNER_CENTER * width as f32).max(BANNER_MARGIN * width as f32 + tw as f32 / 2.0);
            (center - tw as f32 / 2.0).round() as i64
        }
        None => (width - tw).div_euclid(2),
    };
    let top = match coordinates.product_y {
        Some(y) => {
            let least = ((th as f32 * VISIBLE).ceil() as i64).max(1);
            ((y * height as f32).round() as i64).max(least) - th
        }
        None => (foot.round() as i64 - th).max(0).min(height - th),
    };
    (left, top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn place(matte: &Matte, canvas: (usize, usize), ground_line: f32, coordinates: &Placement) -> PlacedProduct {
        super::place(matte, canvas, ground_line, coordinates).product
    }

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
    fn any_shape_fits_on_the_surface() {
        for (w, h) in [(40, 1600), (1600, 40), (8, 8), (900, 700), (1, 1)] {
            for (cw, ch) in [(1024, 1024), (256, 2048), (2048, 256), (512, 640)] {
                let inset = usize::from(w > 30 && h > 30) * 10;
                let ground = ch as f32 * 0.57;
                let placed = place(&matte(w, h, inset), (cw, ch), ground, &Placement::default());
                let (x0, y0, x1, y1) = placed.bounds;
                assert!(x1 <= cw && y1 <= ch && x0 < x1 && y0 < y1);
                assert!((y1 as f32) < ch as f32 && placed.foot > ground, "{w}x{h} on {cw}x{ch}: {:?}", placed.bounds);
                let center = (x0 + x1) as f32 / 2.0;
                if is_banner(cw, ch) {
                    assert!(x1 as f32 <= cw as f32 * 0.36, "{w}x{h} on {cw}x{ch} leaves no room for text: {:?}", placed.bounds);
                } else {
                    assert!((center - cw as f32 / 2.0).abs() <= 1.0);
                }
                let found = placed.alpha.bounds(0.5).unwrap();
                assert!(found.0 >= x0 && found.2 <= x1 && found.1 >= y0 && found.3 <= y1);
            }
        }
    }

    #[test]
    fn the_box_takes_46_percent_of_the_width() {
        let placed = place(&matte(600, 600, 0), (1024, 1024), 584.0, &Placement::default());
        let width = (placed.bounds.2 - placed.bounds.0) as f32;
        assert!((width / 1024.0 - 0.46).abs() < 0.01, "{width}");
    }

    #[test]
    fn coordinates_are_respected_and_automatic_values_change_nothing() {
        let cut = matte(600, 900, 40);
        let auto = place(&cut, (1024, 768), 430.0, &Placement::default());
        let same = place(&cut, (1024, 768), 430.0, &Placement { product_scale: Some(1.0), ..Placement::default() });
        assert!(auto.alpha.data == same.alpha.data && auto.image.data == same.image.data && auto.bounds == same.bounds);
        let coordinates = Placement { product_x: Some(0.25), product_y: Some(0.9), product_scale: Some(0.5), ..Placement::default() };
        let moved = place(&cut, (1024, 768), 430.0, &coordinates);
        let (x0, y0, x1, y1) = moved.bounds;
        assert!(((x0 + x1) as f32 / 2.0 - 256.0).abs() <= 1.0 && (y1 as f32 - 0.9 * 768.0).abs() <= 1.0, "{:?}", moved.bounds);
        assert!(((y1 - y0) as f32 * 2.0 - (auto.bounds.3 - auto.bounds.1) as f32).abs() <= 2.0);
        assert_eq!(moved.foot, y1 as f32);
    }

    #[test]
    fn the_automatic_foot_is_the_one_without_coordinates() {
        for scale in [None, Some(0.4), Some(2.5)] {
            let automatic = Placement { product_scale: scale, ..Placement::default() };
            let coordinates = Placement { product_x: Some(0.2), product_y: Some(0.3), ..automatic };
            let foot = place(&matte(600, 900, 40), (1024, 768), 430.0, &automatic).foot;
            let moved = super::place(&matte(600, 900, 40), (1024, 768), 430.0, &coordinates);
            assert_ne!(moved.product.foot, foot);
            let layout = moved.layout.unwrap();
            assert_eq!((layout.automatic_foot, layout.bounds), (foot, moved.product.bounds));
        }
        let empty = Matte { alpha: Plane::new(8, 8, 0.0), foreground: RgbImage::new(8, 8) };
        assert_eq!(super::place(&empty, (256, 256), 140.0, &Placement::default()).layout, None);
    }

    #[test]
    fn only_coordinates_or_scale_move_it_beyond_the_canvas() {
        let auto_y =
            |scale| place(&matte(600, 900, 0), (512, 512), 290.0, &Placement { product_scale: Some(scale), ..Placement::default() });
        for scale in [1.2, 1.6, 1.9] {
            let (_, y0, _, y1) = auto_y(scale).bounds;
            assert!(((y1 - y0) as f32 / (0.5 * 512.0 * scale) - 1.0).abs() < 0.02, "{scale}: {y0}..{y1} is cut off");
        }
        for x in [None, Some(0.0), Some(0.5), Some(1.0)] {
            for y in [None, Some(0.0), Some(0.5), Some(1.0)] {
                for scale in [0.1, 1.0, 4.0] {
                    for (w, h) in [(40, 1600), (1600, 40), (1, 1), (300, 300)] {
                        let coordinates = Placement { product_x: x, product_y: y, product_scale: Some(scale), ..Placement::default() };
                        let placed = place(&matte(w, h, 0), (256, 320), 180.0, &coordinates);
                        let (x0, y0, x1, y1) = placed.bounds;
                        assert!(x0 < x1 && y0 < y1 && x1 <= 256 && y1 <= 320, "{coordinates:?} {w}x{h}: {:?}", placed.bounds);
                        assert!(placed.foot >= 1.0);
                    }
                }
            }
        }
    }
}
