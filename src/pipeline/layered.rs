//! A finished advertisement taken apart again: background, product, headline and each layer as pictures that give it when they are stacked.

use image::{Rgb, RgbImage, RgbaImage};
use rayon::prelude::*;

use super::clear;
use crate::cancel::{CancelToken, Stopped};
use crate::imaging::{Plane, continued};
use crate::layers::{self, LayerContext};
use crate::request::SourceImage;
use crate::request::layers::Layer;
use crate::typography::FontCatalog;

/// Parts whose matte is above this hide what is behind them.
const COVERED: f32 = 0.02;
/// Differences up to this are rounding and belong to no headline.
const ROUNDING: u8 = 2;
/// Opacity from which on nothing can be told about what is below.
const HIDES: u8 = 250;

/// The pictures of a finished job, all of the canvas' size.
pub struct Finished {
    /// Result of step 1.
    pub step1: RgbaImage,
    /// The advertisement.
    pub result: RgbaImage,
    /// The product's matte, if there is one.
    pub product: Option<Plane>,
    /// The letters' mask in the advertisement; `None` without a headline.
    pub letters: Option<Plane>,
}

/// Content of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// The scene, colour or picture, continued behind the product.
    Background,
    /// The product's shadow, where there is no background.
    Shadow,
    /// The product without its shadow.
    Product,
    /// The sculpted letters with their shadow or plate.
    Headline,
    /// A layer, by its place in the request's list.
    Layer(usize),
}

/// A part, cropped to what is seen of it.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its content.
    pub kind: PartKind,
    /// sRGB, straight alpha.
    pub image: RgbaImage,
    /// Its left edge on the canvas.
    pub left: u32,
    /// Its upper edge on the canvas.
    pub top: u32,
    /// Whether it is hidden.
    pub is_hidden: bool,
}

/// The parts, lowest first. Stacked with mixing of the encoded values they give the advertisement; `hidden` layers are among them and not drawn.
///
/// # Errors
/// The job was stopped.
pub fn parts(
    finished: &Finished,
    layers: &[Layer<SourceImage>],
    hidden: &[Layer<SourceImage>],
    fonts: &FontCatalog,
    cancel: &CancelToken,
) -> Result<Vec<Part>, Stopped> {
    let size = finished.result.dimensions();
    let cx = LayerContext { fonts, hidden: None, cancel };
    let mut stack = Stack::new(size);
    let is_clear = is_clear(&finished.step1);
    let (ground, product) = ground_and_product(finished, is_clear);
    let kind = match (is_clear, &product) {
        (false, _) => PartKind::Background,
        (true, Some(_)) => PartKind::Shadow,
        // Without its matte the product cannot be told from its shadow.
        (true, None) => PartKind::Product,
    };
    stack.put(kind, ground);
    let mut ordered: Vec<(&Layer<SourceImage>, bool)> =
        layers.iter().map(|layer| (layer, false)).chain(hidden.iter().map(|layer| (layer, true))).collect();
    ordered.sort_by_key(|(layer, _)| layer.index);
    let put = |stack: &mut Stack, behind: bool| -> Result<(), Stopped> {
        for &(layer, is_hidden) in ordered.iter().filter(|(layer, _)| layer.behind == behind) {
            let drawn = drawn([layer], size, cx)?;
            if is_hidden { stack.hide(PartKind::Layer(layer.index), &drawn) } else { stack.put(PartKind::Layer(layer.index), drawn) }
        }
        Ok(())
    };
    put(&mut stack, true)?;
    if let Some(product) = product {
        stack.put(PartKind::Product, product);
    }
    if let Some(letters) = finished.letters.as_ref().filter(|letters| (letters.width as u32, letters.height as u32) == size) {
        let above = drawn(layers.iter().filter(|layer| !layer.behind), size, cx)?;
        let headline = headline(&stack, &finished.result, &above, letters);
        stack.put(PartKind::Headline, headline);
    }
    put(&mut stack, false)?;
    Ok(stack.parts)
}

/// Layers on a clear canvas.
fn drawn<'l>(
    layers: impl IntoIterator<Item = &'l Layer<SourceImage>> + Clone,
    (width, height): (u32, u32),
    cx: LayerContext<'_>,
) -> Result<RgbaImage, Stopped> {
    let mut white = RgbImage::from_pixel(width, height, Rgb([clear::WHITE; 3]));
    let mut black = RgbImage::from_pixel(width, height, Rgb([clear::BLACK; 3]));
    layers::draw(&mut white, layers.clone(), cx)?;
    layers::draw(&mut black, layers, cx)?;
    Ok(clear::separated(&clear::empty(width, height), &white, &black))
}

/// Parts, and how those that are shown look on white and on black.
struct Stack {
    parts: Vec<Part>,
    white: RgbImage,
    black: RgbImage,
}

impl Stack {
    fn new((width, height): (u32, u32)) -> Self {
        let ground = |value: u8| RgbImage::from_pixel(width, height, Rgb([value; 3]));
        Self { parts: Vec::new(), white: ground(clear::WHITE), black: ground(clear::BLACK) }
    }

    fn put(&mut self, kind: PartKind, image: RgbaImage) {
        for ground in [&mut self.white, &mut self.black] {
            ground.par_chunks_mut(3).zip(image.as_raw().par_chunks(4)).for_each(|(to, from)| {
                let alpha = u32::from(from[3]);
                (0..3).for_each(|k| to[k] = ((u32::from(from[k]) * alpha + u32::from(to[k]) * (255 - alpha) + 127) / 255) as u8);
            });
        }
        self.parts.extend(cropped(kind, &image, false));
    }

    fn hide(&mut self, kind: PartKind, image: &RgbaImage) {
        self.parts.extend(cropped(kind, image, true));
    }
}

/// `None` if nothing is seen of it.
fn cropped(kind: PartKind, image: &RgbaImage, is_hidden: bool) -> Option<Part> {
    let (mut x0, mut y0, mut x1, mut y1) = (u32::MAX, u32::MAX, 0, 0);
    for (x, y, _) in image.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[3] > 0) {
        (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x + 1), y1.max(y + 1));
    }
    if x1 == 0 {
        return None;
    }
    let part = image::imageops::crop_imm(image, x0, y0, x1 - x0, y1 - y0).to_image();
    Some(Part { kind, image: part, left: x0, top: y0, is_hidden })
}

/// The background, continued behind the product, or the shadow where there is none; and the product without both.
fn ground_and_product(finished: &Finished, is_clear: bool) -> (RgbaImage, Option<RgbaImage>) {
    let step1 = &finished.step1;
    let (w, h) = step1.dimensions();
    let Some(matte) = finished.product.as_ref().filter(|matte| (matte.width as u32, matte.height as u32) == (w, h)) else {
        return (step1.clone(), None);
    };
    let hidden = Plane { data: matte.data.iter().map(|a| if *a > COVERED { 1.0 } else { 0.0 }).collect(), ..*matte };
    let behind = continued(&clear::on(step1, clear::WHITE), &hidden);
    let (mut ground, mut product) = (step1.clone(), RgbaImage::new(w, h));
    let pixels = ground.par_chunks_mut(4).zip(product.par_chunks_mut(4)).zip(behind.as_raw().par_chunks(3)).zip(&matte.data);
    pixels.filter(|(_, a)| **a > COVERED).for_each(|(((ground, product), behind), a)| {
        let seen = [ground[0], ground[1], ground[2], ground[3]].map(f32::from);
        let colours = |below: [f32; 3]| -> [u8; 3] {
            std::array::from_fn(|k| ((seen[k] * seen[3] / 255.0 - below[k] * (1.0 - a)) / a).round().clamp(0.0, 255.0) as u8)
        };
        if is_clear {
            // The shadow is black. What is covered whole does not show it.
            let shade = if *a > 0.98 { 0.0 } else { ((seen[3] / 255.0 - a) / (1.0 - a)).clamp(0.0, 1.0) };
            product[..3].copy_from_slice(&colours([0.0; 3]));
            ground.copy_from_slice(&[0, 0, 0, (shade * 255.0 + 0.5) as u8]);
        } else {
            product[..3].copy_from_slice(&colours([behind[0], behind[1], behind[2]].map(f32::from)));
            ground[..3].copy_from_slice(behind);
        }
        product[3] = (a * 255.0 + 0.5).min(255.0) as u8;
    });
    (ground, Some(product))
}

fn is_clear(picture: &RgbaImage) -> bool {
    picture.pixels().any(|pixel| pixel.0[3] < 255)
}

/// The pixels that turn the stack so far into the advertisement without the layers `above`.
fn headline(stack: &Stack, result: &RgbaImage, above: &RgbaImage, letters: &Plane) -> RgbaImage {
    let (white, black) = (clear::on(result, clear::WHITE), clear::on(result, clear::BLACK));
    let mut out = RgbaImage::new(result.width(), result.height());
    out.par_chunks_mut(4).enumerate().for_each(|(i, pixel)| {
        let at = |picture: &RgbImage| -> [u8; 3] { std::array::from_fn(|k| picture.as_raw()[3 * i + k]) };
        let cover: [u8; 4] = std::array::from_fn(|k| above.as_raw()[4 * i + k]);
        let below = [at(&stack.white), at(&stack.black)];
        let seen = [uncovered(at(&white), cover), uncovered(at(&black), cover)];
        let [Some(seen_white), Some(seen_black)] = seen else { return };
        let differs = seen_white.iter().zip(below[0]).any(|(a, b)| a.abs_diff(b) > ROUNDING);
        let letter = letters.data[i].clamp(0.0, 1.0);
        if !differs && letter == 0.0 {
            return;
        }
        pixel.copy_from_slice(&between(below, [seen_white, seen_black], letter));
    });
    out
}

/// The colour below a cover; `None` if the cover hides it.
fn uncovered(seen: [u8; 3], [r, g, b, alpha]: [u8; 4]) -> Option<[u8; 3]> {
    match alpha {
        0 => Some(seen),
        HIDES.. => None,
        _ => {
            let cover = [r, g, b];
            let value = |k: usize| {
                let rest = i32::from(seen[k]) * 255 - i32::from(cover[k]) * i32::from(alpha);
                (rest as f32 / f32::from(255 - alpha)).round().clamp(0.0, 255.0) as u8
            };
            Some(std::array::from_fn(value))
        }
    }
}

/// The colour with the least opacity, and at least `least`, that turns what is below, on white and on black, into what is seen there.
fn between([white, black]: [[u8; 3]; 2], [seen_white, seen_black]: [[u8; 3]; 2], least: f32) -> [u8; 4] {
    let gap = |a: [u8; 3], b: [u8; 3]| (0..3).map(|k| f32::from(a[k]) - f32::from(b[k])).sum::<f32>() / 3.0;
    let through = gap(white, black);
    let needed = |k: usize| {
        let (from, to) = (f32::from(white[k]), f32::from(seen_white[k]));
        if to > from { (to - from) / (255.0 - from).max(1.0) } else { (from - to) / from.max(1.0) }
    };
    let mut alpha = (0..3).map(needed).fold(0.0, f32::max).max(least);
    // Through what is clear both grounds are seen.
    if through > 8.0 {
        alpha = alpha.max(1.0 - gap(seen_white, seen_black) / through);
    }
    let alpha = (alpha.clamp(0.0, 1.0) * 255.0).ceil();
    if alpha == 0.0 {
        return [0; 4];
    }
    let share = alpha / 255.0;
    let colour = |k: usize| ((f32::from(seen_white[k]) - f32::from(white[k]) * (1.0 - share)) / share).round().clamp(0.0, 255.0) as u8;
    [colour(0), colour(1), colour(2), alpha as u8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::layers::{LayerContent, ShapeKind, ShapeLayer};

    const SIDE: u32 = 64;

    fn shape(index: usize, (x, y): (f32, f32), fill: [u8; 3], opacity: f32, behind: bool) -> Layer<SourceImage> {
        let shape = ShapeLayer {
            kind: ShapeKind::Rectangle,
            width: 0.3,
            height: 0.3,
            fill: Some(fill),
            border: None,
            radius: 0.0,
            points: 12,
            depth: 0.3,
        };
        Layer { index, x, y, rotation: 0.0, opacity, behind, shadow: None, content: LayerContent::Shape(shape) }
    }

    fn stacked(parts: &[Part], ground: u8) -> RgbImage {
        let mut out = RgbImage::from_pixel(SIDE, SIDE, Rgb([ground; 3]));
        for part in parts.iter().filter(|part| !part.is_hidden) {
            for (x, y, from) in part.image.enumerate_pixels() {
                let to = out.get_pixel_mut(x + part.left, y + part.top);
                let a = f32::from(from.0[3]) / 255.0;
                (0..3).for_each(|k| to.0[k] = (f32::from(from.0[k]) * a + f32::from(to.0[k]) * (1.0 - a)).round() as u8);
            }
        }
        out
    }

    /// A disc with a soft edge, and a row of letters.
    fn masks() -> (Plane, Plane) {
        let (mut product, mut letters) = (Plane::new(64, 64, 0.0), Plane::new(64, 64, 0.0));
        for (i, a) in product.data.iter_mut().enumerate() {
            let (x, y) = ((i % 64) as f32 - 32.0, (i / 64) as f32 - 40.0);
            *a = (14.0 - (x * x + y * y).sqrt()).clamp(0.0, 1.0);
        }
        (4..12).for_each(|y| letters.data[y * 64 + 10..y * 64 + 50].iter_mut().step_by(3).for_each(|v| *v = 1.0));
        (product, letters)
    }

    #[test]
    fn the_parts_stacked_are_the_advertisement() {
        let (product, letters) = masks();
        let (fonts, cancel) = (FontCatalog::load(&[]), CancelToken::default());
        let scene = |x: u32, y: u32| [90 + (x as u8), 120, 60 + 2 * (y as u8)];
        let step1 = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
            let a = product.at(x as usize, y as usize);
            let mixed = scene(x, y).map(|v| (200.0 * a + f32::from(v) * (1.0 - a)).round() as u8);
            image::Rgba([mixed[0], mixed[1], mixed[2], 255])
        });
        let layers = [shape(0, (0.2, 0.8), [250, 240, 0], 0.6, true), shape(2, (0.8, 0.8), [0, 199, 60], 0.7, false)];
        let hidden = [shape(1, (0.5, 0.5), [9, 9, 9], 1.0, false)];
        let mut result = clear::on(&step1, clear::WHITE);
        let cx = |hidden| LayerContext { fonts: &fonts, hidden, cancel: &cancel };
        layers::draw(&mut result, [&layers[0]], cx(Some(&product))).unwrap();
        for (i, pixel) in result.pixels_mut().enumerate() {
            // Letters with a shadow one pixel below.
            let shade = if i >= 64 { letters.data[i - 64] * 0.4 } else { 0.0 };
            pixel.0 = pixel.0.map(|v| (f32::from(v) * (1.0 - shade)) as u8);
            if letters.data[i] > 0.0 {
                pixel.0 = [230, 190, 40];
            }
        }
        layers::draw(&mut result, [&layers[1]], cx(None)).unwrap();
        let result = image::DynamicImage::ImageRgb8(result).into_rgba8();
        let finished = Finished { step1, result: result.clone(), product: Some(product.clone()), letters: Some(letters) };
        let found = parts(&finished, &layers, &hidden, &fonts, &cancel).unwrap();
        let kinds: Vec<PartKind> = found.iter().map(|part| part.kind).collect();
        use PartKind::{Background, Headline, Layer, Product};
        assert_eq!(kinds, [Background, Layer(0), Product, Headline, Layer(1), Layer(2)]);
        assert_eq!(found.iter().filter(|part| part.is_hidden).map(|part| part.kind).collect::<Vec<_>>(), [Layer(1)]);
        let again = stacked(&found, 0);
        let off = |(a, b): (&Rgb<u8>, &image::Rgba<u8>)| (0..3).map(|k| a.0[k].abs_diff(b.0[k])).max().unwrap();
        let worst = again.pixels().zip(result.pixels()).map(off).max().unwrap();
        assert!(worst <= 4, "{worst}");
        // The background goes on behind the product, and the letters are opaque.
        let ground = &found[0].image;
        assert!(ground.get_pixel(32, 40).0[0] < 180, "{:?}", ground.get_pixel(32, 40));
        let headline = &found[3];
        assert_eq!(headline.image.get_pixel(10 - headline.left, 6 - headline.top).0, [230, 190, 40, 255]);
        assert!(headline.image.pixels().any(|p| (1..200).contains(&p.0[3])), "the shadow is a veil");
    }

    #[test]
    fn without_a_background_the_shadow_is_a_part() {
        let (product, _) = masks();
        let (fonts, cancel) = (FontCatalog::load(&[]), CancelToken::default());
        let step1 = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
            let a = product.at(x as usize, y as usize);
            let shade = if y > 44 { 0.3 } else { 0.0 };
            let total = a + (1.0 - a) * shade;
            let colour = if total > 0.0 { (200.0 * a / total).round() as u8 } else { 0 };
            image::Rgba([colour, colour / 2, 0, (total * 255.0).round() as u8])
        });
        let finished = Finished { step1: step1.clone(), result: step1.clone(), product: Some(product), letters: None };
        let found = parts(&finished, &[], &[], &fonts, &cancel).unwrap();
        assert_eq!(found.iter().map(|part| part.kind).collect::<Vec<_>>(), [PartKind::Shadow, PartKind::Product]);
        for ground in [clear::WHITE, clear::BLACK] {
            let (again, wanted) = (stacked(&found, ground), clear::on(&step1, ground));
            let worst = again.pixels().zip(wanted.pixels()).map(|(a, b)| (0..3).map(|k| a.0[k].abs_diff(b.0[k])).max().unwrap()).max();
            assert!(worst <= Some(4), "{ground}: {worst:?}");
        }
        assert!(found[0].image.pixels().all(|p| p.0[..3] == [0; 3]));
    }
}
