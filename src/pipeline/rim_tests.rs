//! Tests of the letters in the finished picture: no ring follows them (the background is as light next to their silhouette as a little further away),
//! they keep the pixels of their layer, and glass refracts the background.

use image::{Rgb, RgbImage};

use super::contrast::lightness;
use super::layers::{ComposeInput, Composed, compose};
use crate::backend::draft::sculpt::sculpt;
use crate::backend::{Prompts, Quiet, Sampling, SculptRequest, StageCx, TextLayer};
use crate::cancel::CancelToken;
use crate::imaging::{LinearRgb, Plane, luminance, srgb8_to_linear};
use crate::request::{CompositionMode, Placement, TextPosition};
use crate::typography::{FontCatalog, layout_text};

const SIDE: usize = 512;
/// Largest step of lightness (L*) between the surroundings next to a silhouette and a little further away, over the upper half of a contour
/// (the lower half has the soft shadow) and in the median.
const MOST_STEP: f32 = 6.0;

fn letters(style: &str, font: &str, text: &str, backdrop: &RgbImage) -> TextLayer {
    let glyphs = layout_text(&FontCatalog::load(&[]), font, text, (SIDE, SIDE), 1.0).unwrap();
    let edges = image::GrayImage::new(1, 1);
    let sampling = Sampling { steps: 1, guidance_scale: 1.0, true_cfg_scale: 1.0, seed: 7 };
    let request = SculptRequest { glyphs: &glyphs, edges: &edges, prompts: Prompts { positive: style, negative: "" }, backdrop, sampling };
    sculpt(&request, StageCx { cancel: &CancelToken::default(), observer: &Quiet }).unwrap()
}

fn composed(layer: &TextLayer, backdrop: &RgbImage) -> Composed {
    let input = ComposeInput {
        background: backdrop,
        black: None,
        text: &layer.image,
        front_faces: Some(&layer.front_faces),
        product_alpha: None,
        mode: CompositionMode::Overlay,
        position: TextPosition::Top,
        placement: Placement::default(),
        strength: 0.4,
        exact_background: false,
    };
    compose(&input, &CancelToken::default()).unwrap()
}

/// Median difference of lightness between 2–4 and 9–12 pixels above upper contours of `solid`, relative to the same places of an even background.
fn step_at_silhouette(image: &LinearRgb, solid: &Plane) -> f32 {
    let at = |x: usize, y: usize| lightness(luminance(image.data[y * SIDE + x]));
    let mut steps = Vec::new();
    for y in 14..SIDE {
        for x in 0..SIDE {
            let above = |d: usize| solid.at(x, y - d);
            // An upper edge with free space above it.
            if solid.at(x, y) > 0.5 && (1..=14).all(|d| above(d) < if d == 1 { 0.99 } else { 0.01 }) {
                let mean = |from: usize, to: usize| (from..=to).map(|d| at(x, y - d)).sum::<f32>() / (to - from + 1) as f32;
                steps.push(mean(2, 4) - mean(9, 12));
            }
        }
    }
    assert!(steps.len() > 100, "{} places", steps.len());
    steps.sort_by(f32::total_cmp);
    // The nine deciles, so that a ring round a part of the letters counts too.
    let decile = |k: usize| steps[(steps.len() - 1) * k / 10];
    if decile(1).abs() > decile(9).abs() { decile(1) } else { decile(9) }
}

fn shifted(plane: &Plane, (dx, dy): (i64, i64)) -> Plane {
    let mut out = Plane::new(plane.width, plane.height, 0.0);
    for y in 0..plane.height as i64 {
        for x in 0..plane.width as i64 {
            let (fx, fy) = (x - dx, y - dy);
            if fx >= 0 && fy >= 0 && fx < plane.width as i64 && fy < plane.height as i64 {
                out.data[y as usize * plane.width + x as usize] = plane.at(fx as usize, fy as usize);
            }
        }
    }
    out
}

#[test]
fn no_ring_follows_the_letters() {
    let grounds: [[u8; 3]; 4] = [[238, 236, 230], [18, 18, 22], [142, 120, 96], [226, 170, 180]];
    for (style, font, text) in [
        ("gold", "NanumSquare/NanumSquareEB.ttf", "신메뉴"),
        ("white ceramic", "NanumSquare/NanumSquareL.ttf", "Sale"),
        ("chocolate", "Pretendard/Pretendard-Black.otf", "달콤"),
        ("#1e62dc", "BM/BMJUA_ttf.ttf", "Blue"),
        ("wood", "NanumSquare/NanumSquareEB.ttf", "나무"),
        ("red balloon", "BM/BMJUA_ttf.ttf", "Party"),
        ("glass", "Pretendard/Pretendard-Bold.otf", "Ice"),
        ("flat", "NanumSquare/NanumSquareB.ttf", "플랫"),
    ] {
        for ground in grounds {
            let backdrop = RgbImage::from_pixel(SIDE as u32, SIDE as u32, Rgb(ground));
            let layer = letters(style, font, text, &backdrop);
            let out = composed(&layer, &backdrop);
            let alpha = Plane { width: SIDE, height: SIDE, data: layer.image.pixels().map(|p| f32::from(p.0[3]) / 255.0).collect() };
            let step = step_at_silhouette(&out.image, &shifted(&alpha, out.offset));
            assert!(step.abs() <= MOST_STEP, "{style} on {ground:?}: a step of {step:.1} L* at the silhouette");
        }
    }
}

#[test]
fn a_painted_ring_is_found() {
    let backdrop = RgbImage::from_pixel(SIDE as u32, SIDE as u32, Rgb([142, 120, 96]));
    let layer = letters("flat white", "NanumSquare/NanumSquareEB.ttf", "신메뉴", &backdrop);
    let mut out = composed(&layer, &backdrop);
    let solid = shifted(&layer.front_faces, out.offset);
    let near = crate::imaging::blur::dilate(&solid, 5);
    for ring in [0.0, 1.0] {
        for (c, (near, solid)) in out.image.data.iter_mut().zip(near.data.iter().zip(&solid.data)) {
            if *near > 0.5 && *solid < 0.01 {
                *c = [ring; 3];
            }
        }
        assert!(step_at_silhouette(&out.image, &solid).abs() > 3.0 * MOST_STEP);
    }
}

#[test]
fn the_letters_keep_the_pixels_of_their_layer() {
    for ground in [[238, 236, 230], [18, 18, 22], [142, 120, 96]] {
        let backdrop = RgbImage::from_pixel(SIDE as u32, SIDE as u32, Rgb(ground));
        let layer = letters("gold", "NanumSquare/NanumSquareEB.ttf", "신메뉴 50%", &backdrop);
        let out = composed(&layer, &backdrop);
        let (dx, dy) = out.offset;
        for (x, y, p) in layer.image.enumerate_pixels().filter(|(_, _, p)| p.0[3] == 255) {
            let (tx, ty) = ((i64::from(x) + dx) as usize, (i64::from(y) + dy) as usize);
            let want = [p.0[0], p.0[1], p.0[2]].map(srgb8_to_linear);
            let found = out.image.data[ty * SIDE + tx];
            assert!((0..3).all(|k| (found[k] - want[k]).abs() < 1e-5), "{x},{y} on {ground:?}: {found:?} for {want:?}");
        }
    }
}

/// Mean difference, inside the faces, to the layer composited over the background without refraction.
fn refraction(style: &str) -> f32 {
    let stripes = RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, _| Rgb(if x / 6 % 2 == 0 { [20, 30, 60] } else { [70, 80, 110] }));
    let layer = letters(style, "NanumSquare/NanumSquareEB.ttf", "유리", &stripes);
    let out = composed(&layer, &stripes);
    let (dx, dy) = out.offset;
    let (mut sum, mut count) = (0.0, 0.0f32);
    for (x, y, p) in layer.image.enumerate_pixels() {
        if layer.front_faces.at(x as usize, y as usize) < 0.99 {
            continue;
        }
        let (tx, ty) = ((i64::from(x) + dx) as u32, (i64::from(y) + dy) as u32);
        let a = f32::from(p.0[3]) / 255.0;
        let under = stripes.get_pixel(tx, ty).0.map(srgb8_to_linear);
        let found = out.image.data[ty as usize * SIDE + tx as usize];
        sum += (0..3).map(|k| (under[k] * (1.0 - a) + srgb8_to_linear(p.0[k]) * a - found[k]).abs()).sum::<f32>() / 3.0;
        count += 1.0;
    }
    sum / count.max(1.0)
}

#[test]
fn glass_refracts_the_background() {
    let (glass, plastic) = (refraction("clear glass"), refraction("red plastic"));
    assert!(glass > 0.004 && plastic < 1e-4, "glass {glass}, plastic {plastic}");
}
