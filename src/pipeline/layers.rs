//! Composes the text layer with the background: over it, blended with it, or behind the product.

use image::{RgbImage, RgbaImage};
use rayon::prelude::*;

use super::contrast::{self, TextOnCanvas};
use super::layout::{Bounds, percent};
use super::legibility::{self, Legibility};
use super::position::{mean_luminance, place_text};
use crate::cancel::{CancelToken, Stopped};
use crate::imaging::blur::gaussian_plane;
use crate::imaging::resize::{Filter, resize_plane, resize_rgba8};
use crate::imaging::{LinearRgb, Plane, luminance, srgb8_to_linear};
use crate::notice;
use crate::notice::Notice;
use crate::request::{CompositionMode, Placement, TextPosition};

/// The pictures to compose, and how.
pub struct ComposeInput<'a> {
    /// Result of step 1.
    pub background: &'a RgbImage,
    /// The same on black, for an advertisement without a background; `background` is then on white, and nothing is adapted to it.
    pub black: Option<&'a RgbImage>,
    /// Result of step 2, straight alpha, any size.
    pub text: &'a RgbaImage,
    /// Front faces of the letters in the text's coordinates.
    pub front_faces: Option<&'a Plane>,
    /// The product's matte on the canvas.
    pub product_alpha: Option<&'a Plane>,
    /// Layer order and matching.
    pub mode: CompositionMode,
    /// Where the text stands.
    pub position: TextPosition,
    /// The designer's coordinates of the text.
    pub placement: Placement,
    /// How far mode `blend` adapts the text to the light of the background, 0..=1.
    pub strength: f32,
    /// Whether the background is a requested colour, which is kept even if the letters lack contrast.
    pub exact_background: bool,
}

/// The composed picture.
pub struct Composed {
    /// Canvas size, linear.
    pub image: LinearRgb,
    /// The same over [`ComposeInput::black`].
    pub black: Option<LinearRgb>,
    /// The region that the harmonising pass may change.
    pub mask: Plane,
    /// How legible the letters are; `None` if they have no measurable contour.
    pub legibility: Option<Legibility>,
    /// Whether the letters stand out from the background by their colour or glow, even if the contrast of luminance is low.
    pub stands_out: bool,
    /// 0 where the product hides the letters, else 1; `None` if nothing can hide them.
    pub visible: Option<Plane>,
    /// How far the text layer was moved right and down, in pixels.
    pub offset: (i64, i64),
    /// The ink's box on the canvas before that move; `None` for a layer without ink.
    pub ink: Option<Bounds>,
    /// The letters' mask in the composed picture.
    pub letters: Plane,
    /// Warnings for the user.
    pub notices: Vec<Notice>,
}

/// The text layer on the canvas: linear colours, alpha and front faces, moved into place.
struct MovedText {
    colour: LinearRgb,
    alpha: Plane,
    front_faces: Option<Plane>,
}

/// Composes the layers and ensures that the letters are legible.
///
/// # Errors
/// The job was stopped.
pub fn compose(input: &ComposeInput<'_>, cancel: &CancelToken) -> Result<Composed, Stopped> {
    let background = LinearRgb::from_srgb(input.background);
    let (w, h) = (background.width, background.height);
    let mut notices = Vec::new();
    let text = fit(input.text, w, h);
    let front_faces = input.front_faces.map(|f| fit_plane(f, input.text, w, h));
    cancel.check()?;
    let alpha = Plane { width: w, height: h, data: text.pixels().map(|p| f32::from(p.0[3]) / 255.0).collect() };
    let tone = mean_luminance(&text, front_faces.as_ref().unwrap_or(&alpha));
    let product = input.product_alpha.filter(|p| (p.width, p.height) == (w, h));
    if input.mode == CompositionMode::Behind && product.is_none_or(|p| p.bounds(0.5).is_none()) {
        notices.push(notice!("pipeline-no-product").at("composition_mode"));
    }
    let placement = place_text(&background, &alpha, tone, product, input.mode, input.position, &input.placement);
    let (offset, ink) = (placement.offset, placement.ink);
    notices.extend(placement.notice);
    let placed = shift(&text, &alpha, front_faces.as_ref(), offset);
    cancel.check()?;

    let unit = w.min(h) as f32;
    let behind = if input.mode == CompositionMode::Behind { product } else { None };
    let letters = placed.front_faces.clone().unwrap_or_else(|| placed.alpha.clone());
    if let Some(product) = behind {
        let (mut all, mut hidden) = (0.0f64, 0.0f64);
        for (l, p) in letters.data.iter().zip(&product.data) {
            all += f64::from(*l);
            hidden += f64::from(l * p);
        }
        if hidden > 0.4 * all {
            notices.push(notice!("pipeline-letters-hidden", percent = percent((hidden / all) as f32)).at("composition_mode"));
        }
    }
    let refraction = Refraction::of(&placed, unit);
    let layer = Layer {
        adapt: (input.mode == CompositionMode::Blend && input.black.is_none())
            .then(|| adaptation(&background, unit, input.strength.clamp(0.0, 1.0))),
        shade: behind.map(|p| shifted(&gaussian_plane(p, unit * 0.014), (unit * 0.004) as i64, (unit * 0.006) as i64)),
        shadow: cast_shadow(&placed, refraction.is_some(), unit),
        refraction,
        product: behind,
        text: &placed,
    };
    cancel.check()?;
    let visible = behind.map(|p| Plane { width: w, height: h, data: p.data.iter().map(|a| 1.0 - a).collect() });
    let free = if behind.is_some() { None } else { product };
    let text_on_canvas = TextOnCanvas {
        letters: &letters,
        layer: &placed.alpha,
        visible: visible.as_ref(),
        deep: layer.shadow.is_some() && placed.front_faces.is_some(),
        product: free,
    };
    let over = |ground, lit| layer.over(ground, lit, visible.as_ref());
    let image = match input.exact_background {
        true => over(background.clone(), false),
        false => contrast::ensure_contrast(&background, &text_on_canvas, over, cancel)?,
    };
    let black = input.black.map(|black| over(LinearRgb::from_srgb(black), false));
    let legibility = legibility::measure(&image, &letters, visible.as_ref());
    let stands_out = contrast::stands_out(&image, &text_on_canvas);
    let mask = gaussian_plane(&placed.alpha, unit * 0.02);
    Ok(Composed { image, black, mask, legibility, stands_out, visible, offset, ink, letters, notices })
}

/// The text layer in place, and how it is composited.
struct Layer<'a> {
    text: &'a MovedText,
    /// Colour gains of mode `blend`, at an eighth of the canvas' size.
    adapt: Option<LinearRgb>,
    /// The product in front of the text, and its shadow on the letters.
    product: Option<&'a Plane>,
    shade: Option<Plane>,
    refraction: Option<Refraction>,
    /// The layer's own shadow on the background, 0..=1; `None` for layers without depth.
    shadow: Option<Plane>,
}

impl Layer<'_> {
    /// Composites the layer over a background. `lit`: the background is lit from behind, so no shadow is cast.
    fn over(&self, mut image: LinearRgb, lit: bool, visible: Option<&Plane>) -> LinearRgb {
        let w = image.width;
        if let (Some(shadow), false) = (&self.shadow, lit) {
            image.data.par_iter_mut().enumerate().for_each(|(i, c)| {
                let s = shadow.data[i] * visible.map_or(1.0, |v| v.data[i]);
                if s > 0.0 {
                    *c = c.map(|v| v * (1.0 - s));
                }
            });
        }
        let source = self.refraction.as_ref().map(|_| image.clone());
        image.data.par_iter_mut().enumerate().for_each(|(i, c)| {
            let mut a = self.text.alpha.data[i];
            if a <= 0.0 {
                return;
            }
            let (px, py) = ((i % w) as f32 + 0.5, (i / w) as f32 + 0.5);
            let mut t = self.text.colour.data[i];
            if let Some(field) = &self.adapt {
                let f = field.sample(px / 8.0, py / 8.0);
                t = std::array::from_fn(|k| (t[k] * f[k]).min(1.0));
            }
            if let (Some(refraction), Some(source)) = (&self.refraction, &source) {
                let (dx, dy) = refraction.offset(i % w, i / w);
                *c = source.sample(px + dx, py + dy);
            }
            if let (Some(shade), Some(p)) = (&self.shade, self.product) {
                let s = shade.data[i] * 0.55;
                t = t.map(|v| v * (1.0 - s));
                a *= 1.0 - p.data[i];
            }
            (0..3).for_each(|k| c[k] += (t[k] - c[k]) * a);
        });
        image
    }
}

/// Refraction of the background by transparent letters: like a bevel near their contours, like a lens further inside.
struct Refraction {
    bevel: Plane,
    lens: Plane,
    unit: f32,
}

impl Refraction {
    /// `None` if the faces are not translucent.
    fn of(text: &MovedText, unit: f32) -> Option<Self> {
        let faces = text.front_faces.as_ref()?;
        let solid = || faces.data.iter().zip(&text.alpha.data).filter(|(f, _)| **f > 0.98);
        let clear = solid().filter(|(_, a)| (0.2..0.93).contains(*a)).count();
        if clear * 4 < solid().count().max(1) {
            return None;
        }
        let (bevel, lens) = rayon::join(|| gaussian_plane(faces, unit * 0.0035), || gaussian_plane(faces, unit * 0.013));
        Some(Self { bevel, lens, unit })
    }

    /// Offset in pixels from a pixel to the background point that is seen through it. Rays bend inwards at the contour.
    fn offset(&self, x: usize, y: usize) -> (f32, f32) {
        let slope = |plane: &Plane| {
            let at = |x: usize, y: usize| plane.at(x.min(plane.width - 1), y.min(plane.height - 1));
            ((at(x + 1, y) - at(x.saturating_sub(1), y)) / 2.0, (at(x, y + 1) - at(x, y.saturating_sub(1))) / 2.0)
        };
        let ((bx, by), (lx, ly)) = (slope(&self.bevel), slope(&self.lens));
        // A gradient of a blurred edge is about 0.4 / sigma.
        let (b, l) = (self.unit * self.unit * 0.000_16, self.unit * self.unit * 0.001);
        (bx * b + lx * l, by * b + ly * l)
    }
}

/// The soft shadow on the background of letters with depth, lit from above, 0..=1. `None` for flat letters, whose layer has no side walls, and for
/// glowing ones. `clear`: the letters are transparent, and then count as deep.
fn cast_shadow(text: &MovedText, clear: bool, unit: f32) -> Option<Plane> {
    /// Area of side walls, as a share of the faces, above which letters have depth.
    const DEPTH: f32 = 0.05;
    const STRENGTH: f32 = 0.42;
    let alpha = &text.alpha;
    if let (Some(faces), false) = (&text.front_faces, clear) {
        let count = |keep: &dyn Fn(f32, f32) -> bool| faces.data.iter().zip(&alpha.data).filter(|(f, a)| keep(**f, **a)).count() as f32;
        if count(&|f, a| f < 0.02 && a > 0.9) < DEPTH * count(&|f, _| f > 0.5) {
            return None;
        }
        // Letters that glow light the background instead.
        if count(&|f, a| f < 0.02 && (0.04..0.8).contains(&a)) > count(&|f, _| f > 0.5) {
            return None;
        }
    }
    let solid = |i: usize| {
        let face = text.front_faces.as_ref().map_or(1.0, |f| f.data[i]);
        let a = alpha.data[i];
        (a * face).max(((a - 0.9) * 10.0).clamp(0.0, 1.0))
    };
    let caster = Plane { width: alpha.width, height: alpha.height, data: (0..alpha.data.len()).map(solid).collect() };
    let mut soft = gaussian_plane(&caster, unit * 0.011);
    soft.data.iter_mut().for_each(|v| *v *= STRENGTH);
    Some(shifted(&soft, (unit * 0.002) as i64, (unit * 0.013) as i64))
}

/// Scales a layer to fit the canvas, centred, keeping its aspect ratio.
fn fit(text: &RgbaImage, w: usize, h: usize) -> RgbaImage {
    if text.dimensions() == (w as u32, h as u32) {
        return text.clone();
    }
    let (tw, th, x, y) = fitted(text, w, h);
    let small = resize_rgba8(text, tw, th, Filter::CatmullRom);
    let mut out = RgbaImage::new(w as u32, h as u32);
    image::imageops::replace(&mut out, &small, x as i64, y as i64);
    out
}

fn fitted(text: &RgbaImage, w: usize, h: usize) -> (usize, usize, usize, usize) {
    let scale = (w as f32 / text.width() as f32).min(h as f32 / text.height() as f32);
    let tw = ((text.width() as f32 * scale).round() as usize).clamp(1, w);
    let th = ((text.height() as f32 * scale).round() as usize).clamp(1, h);
    (tw, th, (w - tw) / 2, (h - th) / 2)
}

fn fit_plane(front_faces: &Plane, text: &RgbaImage, w: usize, h: usize) -> Plane {
    if (front_faces.width, front_faces.height) == (w, h) {
        return front_faces.clone();
    }
    let (tw, th, x0, y0) = fitted(text, w, h);
    let small = resize_plane(front_faces, tw, th, Filter::Triangle);
    let mut out = Plane::new(w, h, 0.0);
    for y in 0..th {
        out.data[(y + y0) * w + x0..(y + y0) * w + x0 + tw].copy_from_slice(&small.data[y * tw..(y + 1) * tw]);
    }
    out
}

/// Moves the layer by `dx` columns and `dy` rows. Parts outside the canvas are cut off.
fn shift(text: &RgbaImage, alpha: &Plane, front_faces: Option<&Plane>, (dx, dy): (i64, i64)) -> MovedText {
    let (w, h) = (alpha.width, alpha.height);
    let mut colour = LinearRgb::new(w, h, [0.0; 3]);
    colour.data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        let from = y as i64 - dy;
        if from >= 0 && from < h as i64 {
            let raw = &text.as_raw()[from as usize * w * 4..(from as usize + 1) * w * 4];
            let (to, skip) = (dx.clamp(0, w as i64) as usize, (-dx).clamp(0, w as i64) as usize);
            for (c, p) in row[to..].iter_mut().zip(raw.chunks_exact(4).skip(skip)) {
                *c = [srgb8_to_linear(p[0]), srgb8_to_linear(p[1]), srgb8_to_linear(p[2])];
            }
        }
    });
    MovedText { colour, alpha: shifted(alpha, dx, dy), front_faces: front_faces.map(|f| shifted(f, dx, dy)) }
}

fn shifted(plane: &Plane, dx: i64, dy: i64) -> Plane {
    let (w, h) = (plane.width as i64, plane.height as i64);
    let mut out = Plane::new(plane.width, plane.height, 0.0);
    out.data.par_chunks_mut(plane.width).enumerate().for_each(|(y, row)| {
        let from = y as i64 - dy;
        if from < 0 || from >= h {
            return;
        }
        for (x, v) in row.iter_mut().enumerate() {
            let fx = x as i64 - dx;
            if fx >= 0 && fx < w {
                *v = plane.data[(from * w + fx) as usize];
            }
        }
    });
    out
}

/// Colour gains of mode `blend` at an eighth of the canvas' size, which transfer the light and tint of the picture to the text. `strength`: 0..=1.
fn adaptation(image: &LinearRgb, unit: f32, strength: f32) -> LinearRgb {
    use crate::imaging::blur::gaussian_rgb;
    use crate::imaging::resize::resize_rgb;
    let (w, h) = ((image.width / 8).max(1), (image.height / 8).max(1));
    let low = gaussian_rgb(&resize_rgb(image, w, h, Filter::Triangle), unit / 8.0 * 0.06);
    let amount = 0.35 + 0.5 * strength;
    LinearRgb {
        width: w,
        height: h,
        data: low
            .data
            .iter()
            .map(|c| {
                let l = luminance(*c).max(0.01);
                // Mostly the local tint, and a little of the local brightness.
                let level = (0.72 + 0.55 * l.sqrt()).clamp(0.72, 1.15);
                std::array::from_fn(|k| 1.0 + ((c[k] / l).clamp(0.35, 1.9) * level - 1.0) * amount * 0.6)
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, Rgba};

    fn text(w: u32, h: u32, colour: [u8; 3]) -> RgbaImage {
        RgbaImage::from_fn(w, h, |x, y| {
            let inside = y > h / 6 && y < h / 3 && x > w / 8 && x < w - w / 8 && (x / 10) % 3 != 2;
            Rgba([colour[0], colour[1], colour[2], if inside { 255 } else { 0 }])
        })
    }

    fn input<'a>(
        background: &'a RgbImage,
        text: &'a RgbaImage,
        mode: CompositionMode,
        position: TextPosition,
        product: Option<&'a Plane>,
    ) -> ComposeInput<'a> {
        ComposeInput {
            background,
            black: None,
            text,
            front_faces: None,
            product_alpha: product,
            mode,
            position,
            placement: Placement::default(),
            strength: 0.4,
            exact_background: false,
        }
    }

    #[test]
    fn text_of_every_tone_is_legible_on_every_background() {
        for ground in [[0u8; 3], [255; 3], [128, 128, 128], [200, 40, 30], [30, 90, 200], [220, 200, 150]] {
            let background = RgbImage::from_fn(512, 512, |x, y| {
                let busy = if (x / 9 + y / 13) % 2 == 0 { 25 } else { 0 };
                Rgb(ground.map(|v: u8| v.saturating_sub(busy)))
            });
            for colour in [[255, 255, 255], [0, 0, 0], [120, 120, 120], [200, 30, 30], [230, 180, 60], [60, 60, 200]] {
                let text = text(512, 512, colour);
                for mode in [CompositionMode::Overlay, CompositionMode::Blend] {
                    let out = compose(&input(&background, &text, mode, TextPosition::Top, None), &CancelToken::default()).unwrap();
                    let found = out.legibility.unwrap();
                    assert!(found.score >= 0.95, "{colour:?} on {ground:?} {mode:?}: {found:?}");
                    assert!(found.samples > 100);
                }
            }
        }
    }

    #[test]
    fn mode_behind_hides_the_text_behind_the_product_only() {
        let background = RgbImage::from_pixel(256, 256, Rgb([90, 110, 130]));
        let text = text(256, 256, [250, 240, 200]);
        let mut product = Plane::new(256, 256, 0.0);
        for y in 20..256 {
            for x in 110..150 {
                product.data[y * 256 + x] = 1.0;
            }
        }
        let out = compose(&input(&background, &text, CompositionMode::Behind, TextPosition::Top, Some(&product)), &CancelToken::default())
            .unwrap();
        let srgb = out.image.to_srgb();
        for y in 20..256 {
            for x in 110..150 {
                assert_eq!(srgb.get_pixel(x, y), background.get_pixel(x, y), "{x},{y}");
            }
        }
        assert!(out.letters.data.iter().any(|&v| v > 0.5));
        assert_ne!(srgb.get_pixel(60, 40), background.get_pixel(60, 40));
    }

    #[test]
    fn positions_are_respected_and_distant_pixels_unchanged() {
        let background = RgbImage::from_pixel(256, 256, Rgb([90, 110, 130]));
        let text = text(256, 256, [255, 255, 255]);
        let mut tops = Vec::new();
        for position in [TextPosition::Top, TextPosition::Center, TextPosition::Bottom] {
            let out = compose(&input(&background, &text, CompositionMode::Overlay, position, None), &CancelToken::default()).unwrap();
            let (_, y0, _, y1) = out.letters.bounds(0.5).unwrap();
            assert!(y1 <= 256);
            tops.push(y0);
            let srgb = out.image.to_srgb();
            let far = if position == TextPosition::Top { 250 } else { 2 };
            assert_eq!(srgb.get_pixel(128, far), background.get_pixel(128, far));
        }
        assert!(tops[0] < tops[1] && tops[1] < tops[2], "{tops:?}");
    }

    #[test]
    fn position_auto_avoids_the_product_and_clutter() {
        let background =
            RgbImage::from_fn(256, 256, |x, y| if y < 120 && (x / 4 + y / 4) % 2 == 0 { Rgb([250, 250, 250]) } else { Rgb([20, 20, 30]) });
        let text = text(256, 256, [255, 255, 255]);
        let out = compose(&input(&background, &text, CompositionMode::Overlay, TextPosition::Auto, None), &CancelToken::default()).unwrap();
        assert!(out.letters.bounds(0.5).unwrap().1 >= 116, "{:?}", out.letters.bounds(0.5));
        let mut product = Plane::new(256, 256, 0.0);
        product.data.iter_mut().skip(256 * 110).for_each(|v| *v = 1.0);
        let flat = RgbImage::from_pixel(256, 256, Rgb([20, 20, 30]));
        let out =
            compose(&input(&flat, &text, CompositionMode::Overlay, TextPosition::Auto, Some(&product)), &CancelToken::default()).unwrap();
        assert!(out.letters.bounds(0.5).unwrap().3 <= 112);
    }

    #[test]
    fn other_sizes_are_fitted_and_a_stop_ends_it() {
        let background = RgbImage::from_pixel(256, 320, Rgb([90, 110, 130]));
        let text = text(1024, 512, [255, 255, 255]);
        let input = input(&background, &text, CompositionMode::Overlay, TextPosition::Top, None);
        let out = compose(&input, &CancelToken::default()).unwrap();
        assert_eq!((out.image.width, out.image.height), (256, 320));
        let cancel = CancelToken::default();
        cancel.cancel();
        assert!(compose(&input, &cancel).is_err());
    }

    #[test]
    fn text_coordinates_are_respected_and_letters_stay_on_the_canvas() {
        let background = RgbImage::from_pixel(256, 256, Rgb([90, 110, 130]));
        let text = RgbaImage::from_fn(256, 256, |x, y| {
            Rgba([255, 255, 255, if (90..170).contains(&x) && (40..80).contains(&y) { 255 } else { 0 }])
        });
        let base = input(&background, &text, CompositionMode::Overlay, TextPosition::Top, None);
        let at = |x: Option<f32>, y: Option<f32>| {
            let placement = Placement { text_x: x, text_y: y, ..Placement::default() };
            let out = compose(&ComposeInput { placement, ..base }, &CancelToken::default()).unwrap();
            out.letters.bounds(0.5).unwrap()
        };
        let auto = at(None, None);
        assert_eq!(at(Some(0.5), Some(0.5)), (88, 108, 168, 148));
        assert_eq!(at(Some(0.25), None), (24, auto.1, 104, auto.3));
        assert_eq!(at(None, Some(0.75)), (90, 172, 170, 212));
        assert_eq!(at(Some(0.0), Some(0.0)), (3, 3, 83, 43));
        assert_eq!(at(Some(1.0), Some(1.0)), (173, 213, 253, 253));
    }
}
