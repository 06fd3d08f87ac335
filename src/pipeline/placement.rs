//! Where the product stands on the canvas, and its size.

use super::borders::CutSides;
use super::layout::{Bounds, ProductLayout, TALL, is_banner};
use crate::backend::{PlacedProduct, Scene, Subject, View};
use crate::imaging::enlarge::enlarge;
use crate::imaging::resize::{Filter, resize_plane, resize_rgb};
use crate::imaging::{LinearRgb, Matte, Plane, srgb8_to_linear};
use crate::request::{Area, Placement};

/// Largest shares of a banner's height and width that the product takes; it stands beside the text.
const BANNER_HEIGHT_SHARE: f32 = 0.80;
const BANNER_WIDTH_SHARE: f32 = 0.30;
/// Centre of the product on a banner, and its least distance from the edge, as fractions of the canvas' width.
const BANNER_CENTER: f32 = 0.17;
const BANNER_MARGIN: f32 = 0.03;
/// Smallest limit of the product's width on a canvas much taller than wide, as a share of the canvas' width.
const TALL_WIDTH_SHARE: f32 = 0.72;
/// Largest shares of the canvas' width and height that a product takes, by its width as a multiple of its height: bottles take most of the height,
/// cars most of the width.
const SHARES: [(f32, f32, f32); 3] = [(0.6, 0.56, 0.60), (1.0, 0.56, 0.54), (2.0, 0.76, 0.50)];
/// The share of the height is multiplied by this on a canvas much wider than tall, where the text needs more room.
const WIDE_CANVAS: f32 = 0.86;
/// Largest shares of the canvas' width and height for a product that the photo cuts off.
const CUT_OFF: (f32, f32) = (0.80, 0.70);
const BOTTOM_MARGIN: f32 = 0.05;
const TOP_MARGIN: f32 = 0.04;
/// Row of the middle of a product that is seen from above, as a fraction of the canvas' height.
const FLAT_MIDDLE: f32 = 0.60;
/// Share of an area's free height that stays below a product that is lower than the area.
const FREE_BELOW: f32 = 0.3;
/// Least distance of the foot of a product in an area from the far edge of the surface, as a fraction of the canvas' height.
const ON_SURFACE: f32 = 0.05;
/// Largest size of a product that fills the canvas, as a multiple of the canvas.
const MOST_OVER: f32 = 4.0;

/// Longest side of a product on the canvas in pixels: four canvases of the largest size.
const MOST_SIDE: usize = 16_384;

/// Smallest share of the product's height that stays on the canvas wherever it is moved.
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
    /// Its size in the photo.
    pub size: (usize, usize),
    /// Its size on the canvas as a multiple of that in the photo.
    pub factor: f32,
    /// Whether the canvas shows where the photo's border cut it off.
    pub shows_cut: bool,
}

/// The surface on which a product is placed.
#[derive(Clone, Copy, Debug)]
pub struct Stand {
    /// Row of the surface's far edge.
    pub ground_line: f32,
    /// The direction from which it is seen.
    pub view: View,
}

impl From<&Scene> for Stand {
    fn from(scene: &Scene) -> Self {
        Self { ground_line: scene.ground_line, view: scene.view }
    }
}

/// Where [`place`] will put the product in a scene that is seen from `view`; `None` for an empty cut-out.
pub(super) fn subject(
    matte: &Matte,
    (width, height): (usize, usize),
    view: Option<View>,
    cut: CutSides,
    coordinates: &Placement,
) -> Option<Subject> {
    let (x0, y0, x1, y1) = cutout_bounds(matte)?;
    let view = view.unwrap_or_default();
    let stand = Stand { ground_line: view.ground() * height as f32, view };
    let frame = frame((x1 - x0, y1 - y0), (width, height), stand, cut, coordinates);
    let (w, h) = (width as f32, height as f32);
    let subject = Subject { x: (frame.left as f32 + frame.width as f32 / 2.0) / w, foot: frame.foot() / h, width: frame.width as f32 / w };
    Some(subject.rounded())
}

/// Scales the cut-out by its bounding box, centres it and stands it on the surface, unless `coordinates` says otherwise. A product without
/// coordinates and scale is cut off only where the photo has cut it: there it ends at the canvas' border.
pub fn place(matte: &Matte, (width, height): (usize, usize), stand: Stand, cut: CutSides, coordinates: &Placement) -> Placed {
    let found = cutout_bounds(matte);
    let (x0, y0, x1, y1) = found.unwrap_or((0, 0, matte.alpha.width, matte.alpha.height));
    let size = (x1 - x0, y1 - y0);
    let frame_at = |at: &Placement| frame(size, (width, height), stand, cut, at);
    let frame = frame_at(coordinates);
    let (tw, th, left, top) = (frame.width, frame.height, frame.left, frame.top);
    let shows_cut = cut.show((left, top, left + tw as i64, top + th as i64), (width, height));

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
    let (small, small_alpha) = if tw > size.0 {
        enlarge(&colour, &alpha, tw, th)
    } else {
        (resize_rgb(&colour, tw, th, Filter::CatmullRom), resize_plane(&alpha, tw, th, Filter::CatmullRom))
    };
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
    let layout = found.map(|_| ProductLayout { bounds, automatic_foot: frame_at(&automatic).foot() });
    let product = PlacedProduct { image, alpha: placed, bounds, foot: frame.foot() };
    Placed { product, layout, size, factor: tw as f32 / size.0.max(1) as f32, shows_cut }
}

/// The frame of a cut-out whose box has `size`.
fn frame(size: (usize, usize), (width, height): (usize, usize), stand: Stand, cut: CutSides, coordinates: &Placement) -> Frame {
    if let Some(area) = coordinates.product_area {
        return frame_in(area, size, (width, height), stand, cut, coordinates);
    }
    let (w, h) = (width as f32, height as f32);
    let (bw, bh) = (size.0 as f32, size.1 as f32);
    let banner = is_banner(width, height);
    let (mut wide, mut tall) = match () {
        () if banner => (BANNER_WIDTH_SHARE, BANNER_HEIGHT_SHARE),
        () if cut.any() => CUT_OFF,
        () => shares(bw / bh),
    };
    if !banner && w > 1.25 * h {
        tall *= WIDE_CANVAS;
    }
    if h > TALL * w {
        wide = wide.max(TALL_WIDTH_SHARE);
    }
    // A product that is cut off on opposite sides fills the canvas between them, except on a banner, where text needs the space.
    let (fills_width, fills_height) = (cut.left && cut.right && !banner, cut.top && cut.bottom && !banner);
    wide = if fills_width { 1.0 } else { wide };
    tall = if fills_height { 1.0 } else { tall };
    let foot = foot_wanted(h, stand);
    let room = if cut.top || cut.bottom || stand.view.is_flat_lay() { h } else { foot - TOP_MARGIN * h };
    let (across, down) = (wide * w / bw, (tall * h / bh).min(room / bh));
    let scale = match (fills_width, fills_height) {
        (true, true) => across.max(down).min(MOST_OVER * across.min(down)),
        (true, false) => across,
        (false, true) => down,
        (false, false) => across.min(down),
    };
    let factor = coordinates.product_scale.unwrap_or(1.0);
    // An enlarged product, and one that fills the canvas, may reach beyond it.
    let most = |side: usize| if factor > 1.0 || fills_width || fills_height { usize::MAX } else { side };
    let tw = ((bw * scale * factor).round() as usize).clamp(1, most(width));
    let th = ((bh * scale * factor).round() as usize).clamp(1, most(height));
    let foot = if stand.view.is_flat_lay() { (FLAT_MIDDLE * h + th as f32 / 2.0).min(h * (1.0 - BOTTOM_MARGIN)) } else { foot };
    let (left, top) = corner((tw, th), (width, height), foot, cut, coordinates);
    Frame { left, top, width: tw, height: th }
}

/// The frame in the area for products that are placed automatically. What the photo cuts off ends at the canvas' border.
fn frame_in(
    area: Area,
    size: (usize, usize),
    (width, height): (usize, usize),
    Stand { ground_line, view }: Stand,
    cut: CutSides,
    coordinates: &Placement,
) -> Frame {
    let (w, h) = (width as f32, height as f32);
    let (bw, bh) = (size.0 as f32, size.1 as f32);
    let edge = |at: f32, side: f32, is_cut: bool, border: f32| if is_cut { border } else { at * side };
    let (x0, x1) = (edge(area.left, w, cut.left, 0.0), edge(area.right, w, cut.right, w));
    let (y0, y1) = (edge(area.top, h, cut.top, 0.0), edge(area.bottom, h, cut.bottom, h));
    let scale = ((x1 - x0) / bw).min((y1 - y0) / bh) * coordinates.product_scale.unwrap_or(1.0);
    let side = |v: f32| ((v * scale).round() as usize).clamp(1, MOST_SIDE);
    let (tw, th) = (side(bw), side(bh));
    let free = (y1 - y0 - th as f32).max(0.0);
    let foot = match () {
        () if cut.bottom => y1,
        () if cut.top => y0 + th as f32,
        () if view.is_flat_lay() => y1 - free / 2.0,
        () => (y1 - FREE_BELOW * free).max((ground_line + ON_SURFACE * h).min(y1)),
    };
    let middle = match (cut.left, cut.right) {
        (true, false) => x0 + tw as f32 / 2.0,
        (false, true) => x1 - tw as f32 / 2.0,
        _ => (x0 + x1) / 2.0,
    };
    let at = Placement {
        product_x: coordinates.product_x.or(Some(middle / w)),
        product_y: coordinates.product_y.or(Some(foot / h)),
        ..*coordinates
    };
    let (left, top) = corner((tw, th), (width, height), foot, cut, &at);
    Frame { left, top, width: tw, height: th }
}

/// Largest shares of the canvas' width and height for a product of this width by height.
fn shares(aspect: f32) -> (f32, f32) {
    let [first, .., last] = SHARES;
    if aspect <= first.0 {
        return (first.1, first.2);
    }
    let next = SHARES.iter().position(|row| aspect <= row.0).filter(|i| *i > 0);
    let Some(next) = next else { return (last.1, last.2) };
    let (a, b) = (SHARES[next - 1], SHARES[next]);
    let t = (aspect - a.0) / (b.0 - a.0);
    (a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t)
}

/// Row on which products stand.
fn foot_wanted(h: f32, Stand { ground_line, view }: Stand) -> f32 {
    (ground_line + view.depth() * (h - ground_line)).min(h * (1.0 - BOTTOM_MARGIN))
}

/// The upper left corner of the box.
fn corner((tw, th): (usize, usize), (width, height): (usize, usize), foot: f32, cut: CutSides, coordinates: &Placement) -> (i64, i64) {
    let (tw, th, width, height) = (tw as i64, th as i64, width as i64, height as i64);
    let left = match coordinates.product_x {
        Some(x) => ((x * width as f32 - tw as f32 / 2.0).round() as i64).clamp(1 - tw, width - 1),
        None if is_banner(width as usize, height as usize) => {
            let center = (BANNER_CENTER * width as f32).max(BANNER_MARGIN * width as f32 + tw as f32 / 2.0);
            (center - tw as f32 / 2.0).round() as i64
        }
        None if cut.left && !cut.right => 0,
        None if cut.right && !cut.left => width - tw,
        None => (width - tw).div_euclid(2),
    };
    let top = match coordinates.product_y {
        Some(y) => {
            let least = ((th as f32 * VISIBLE).ceil() as i64).max(1);
            ((y * height as f32).round() as i64).max(least) - th
        }
        None if cut.bottom => height - th,
        None if cut.top => 0,
        None => (foot.round() as i64 - th).max(0).min(height - th),
    };
    (left, top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn stand(ground_line: f32) -> Stand {
        Stand { ground_line, view: View::default() }
    }

    fn place(matte: &Matte, canvas: (usize, usize), ground_line: f32, coordinates: &Placement) -> PlacedProduct {
        super::place(matte, canvas, stand(ground_line), CutSides::default(), coordinates).product
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
    fn the_size_suits_the_shape() {
        // Shape, canvas, and the share of the width or the height that it takes.
        let cases: [(_, _, Option<f32>, Option<f32>); 6] = [
            ((900, 300), (1024, 1024), Some(0.76), None),
            ((900, 430), (1024, 1280), Some(0.76), None),
            ((200, 700), (1024, 1024), None, Some(0.60)),
            ((200, 700), (768, 1344), None, Some(0.60)),
            ((600, 600), (1024, 1024), Some(0.54), Some(0.54)),
            ((200, 700), (1600, 900), None, Some(0.516)),
        ];
        for ((w, h), (cw, ch), wide, tall) in cases {
            let (x0, y0, x1, y1) = place(&matte(w, h, 0), (cw, ch), 0.575 * ch as f32, &Placement::default()).bounds;
            let (across, down) = ((x1 - x0) as f32 / cw as f32, (y1 - y0) as f32 / ch as f32);
            assert!(wide.is_none_or(|s| (across - s).abs() < 0.01), "{w}×{h} on {cw}×{ch}: width {across}");
            assert!(tall.is_none_or(|s| (down - s).abs() < 0.01), "{w}×{h} on {cw}×{ch}: height {down}");
        }
    }

    #[test]
    fn what_the_photo_cuts_off_ends_at_the_border_of_the_canvas() {
        let none = CutSides::default();
        let cuts = [
            CutSides { bottom: true, ..none },
            CutSides { left: true, ..none },
            CutSides { right: true, bottom: true, ..none },
            CutSides { top: true, ..none },
            CutSides { top: true, bottom: true, ..none },
            CutSides { left: true, right: true, ..none },
            CutSides { left: true, top: true, right: true, bottom: true },
        ];
        for cut in cuts {
            for (w, h) in [(300, 900), (700, 500), (900, 200)] {
                for (cw, ch) in [(512, 512), (640, 360), (360, 640)] {
                    if cut.left && cut.top && (w, h) != (700, 500) {
                        // A strip that is cut off on all sides would have to be enlarged beyond bounds.
                        continue;
                    }
                    let at = |coordinates: &Placement| super::place(&matte(w, h, 0), (cw, ch), stand(0.575 * ch as f32), cut, coordinates);
                    let auto = at(&Placement::default());
                    let (x0, y0, x1, y1) = auto.product.bounds;
                    assert!(!auto.shows_cut, "{cut:?} {w}×{h} on {cw}×{ch}: {:?}", auto.product.bounds);
                    assert!((!cut.left || x0 == 0) && (!cut.right || x1 == cw) && (!cut.top || y0 == 0) && (!cut.bottom || y1 == ch));
                    let moved =
                        at(&Placement { product_x: Some(0.5), product_y: Some(0.6), product_scale: Some(0.4), ..Placement::default() });
                    assert!(moved.shows_cut, "{cut:?} {w}×{h} on {cw}×{ch}");
                }
            }
        }
    }

    #[test]
    fn an_area_holds_the_product_until_it_is_moved_by_hand() {
        let area = Area { left: 0.5, top: 0.1, right: 0.95, bottom: 0.9 };
        let within = Placement { product_area: Some(area), ..Placement::default() };
        for (w, h) in [(300, 900), (700, 500), (900, 200), (40, 1600)] {
            for (cw, ch) in [(512, 512), (640, 360), (360, 640), (1029, 258)] {
                let (x0, y0, x1, y1) = place(&matte(w, h, 0), (cw, ch), 0.5 * ch as f32, &within).bounds;
                let (left, right) = (0.5 * cw as f32 - 1.0, 0.95 * cw as f32 + 1.0);
                assert!(x0 as f32 >= left && x1 as f32 <= right, "{w}x{h} on {cw}x{ch}: {x0}..{x1}");
                assert!(y0 as f32 >= 0.1 * ch as f32 - 1.0 && y1 as f32 <= 0.9 * ch as f32 + 1.0, "{w}x{h} on {cw}x{ch}: {y0}..{y1}");
                assert!(y1 as f32 >= 0.5 * ch as f32, "stands on the surface");
                let fills = (x1 - x0) as f32 >= 0.44 * cw as f32 || (y1 - y0) as f32 >= 0.79 * ch as f32;
                assert!(fills, "{w}x{h} on {cw}x{ch}");
            }
        }
        let moved = place(&matte(300, 900, 0), (512, 512), 250.0, &Placement { product_x: Some(0.25), product_y: Some(0.8), ..within });
        let (x0, _, x1, y1) = moved.bounds;
        assert!(((x0 + x1) as f32 / 2.0 - 128.0).abs() <= 1.0 && (y1 as f32 - 0.8 * 512.0).abs() <= 1.0, "{:?}", moved.bounds);
    }

    #[test]
    fn what_is_seen_from_above_lies_in_the_middle() {
        let flat = Stand { ground_line: -60.0, view: View { elevation: 75.0 } };
        let placed = super::place(&matte(600, 600, 0), (1024, 1024), flat, CutSides::default(), &Placement::default());
        let (_, y0, _, y1) = placed.product.bounds;
        assert!(((y0 + y1) as f32 / 2048.0 - 0.60).abs() < 0.01, "{y0} {y1}");
        assert!((placed.factor - 0.54 * 1024.0 / 600.0).abs() < 0.01);
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
            let moved = super::place(&matte(600, 900, 40), (1024, 768), stand(430.0), CutSides::default(), &coordinates);
            assert_ne!(moved.product.foot, foot);
            let layout = moved.layout.unwrap();
            assert_eq!((layout.automatic_foot, layout.bounds), (foot, moved.product.bounds));
        }
        let empty = Matte { alpha: Plane::new(8, 8, 0.0), foreground: RgbImage::new(8, 8) };
        assert_eq!(super::place(&empty, (256, 256), stand(140.0), CutSides::default(), &Placement::default()).layout, None);
    }

    #[test]
    fn only_coordinates_or_scale_move_it_beyond_the_canvas() {
        let auto_y =
            |scale| place(&matte(600, 900, 0), (512, 512), 290.0, &Placement { product_scale: Some(scale), ..Placement::default() });
        for scale in [1.1, 1.3, 1.6] {
            let (_, y0, _, y1) = auto_y(scale).bounds;
            assert!(((y1 - y0) as f32 / (0.59 * 512.0 * scale) - 1.0).abs() < 0.02, "{scale}: {y0}..{y1} is cut off");
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
