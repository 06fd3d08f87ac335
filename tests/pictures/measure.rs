//! Measures of cut-outs and of advertisements.

use image::{RgbImage, RgbaImage};
use nanococoa::imaging::blur::{dilate, gaussian_plane};
use nanococoa::imaging::{LinearRgb, Plane, luminance, srgb8_to_linear};

/// Overlap of two soft mattes, Σ min / Σ max, and the gradient error: the squared difference of the gradients at σ = 1.4, summed (Rhemann et al.,
/// "A Perceptually Motivated Online Benchmark for Image Matting", 2009).
pub fn matte(got: &Plane, truth: &Plane) -> (f64, f64) {
    let (mut both, mut any) = (0.0, 1e-6);
    for (g, t) in got.data.iter().zip(&truth.data) {
        both += f64::from(g.min(*t));
        any += f64::from(g.max(*t));
    }
    let (a, b) = (gaussian_plane(got, 1.4), gaussian_plane(truth, 1.4));
    let (w, h) = (got.width, got.height);
    let slope = |p: &Plane, x: usize, y: usize| (p.at(x + 1, y) - p.at(x - 1, y), p.at(x, y + 1) - p.at(x, y - 1));
    let mut error = 0.0;
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let ((ax, ay), (bx, by)) = (slope(&a, x, y), slope(&b, x, y));
            error += f64::from((ax - bx).powi(2) + (ay - by).powi(2)) * 0.25;
        }
    }
    (both / any, error)
}

fn light(p: &image::Rgb<u8>) -> f32 {
    luminance(p.0.map(srgb8_to_linear))
}

/// CIE lightness.
fn lightness(l: f32) -> f32 {
    116.0 * l.max(0.008_856).cbrt() - 16.0
}

/// How much darker the surface is right below the product than it is without it, 0..=1: the mean over the columns of its foot of the darkest pixel
/// within 1.5 % of the canvas below it.
pub fn contact(scene: &LinearRgb, step1: &RgbImage, placed: &Plane) -> f32 {
    let (w, h) = (placed.width, placed.height);
    let Some((x0, _, x1, y1)) = placed.bounds(0.5) else { return 0.0 };
    let reach = h * 3 / 200 + 1;
    let (mut sum, mut n) = (0.0, 0.0);
    for x in x0..x1.min(w) {
        let Some(low) = (0..y1.min(h)).rev().find(|y| placed.at(x, *y) > 0.5) else { continue };
        // Columns whose lowest pixel is near the foot.
        if low + h / 40 < y1 {
            continue;
        }
        let dark = (low + 1..(low + 1 + reach).min(h)).filter(|y| placed.at(x, *y) < 0.1).map(|y| {
            let before = luminance(scene.data[y * w + x]).max(1e-3);
            1.0 - light(step1.get_pixel(x as u32, y as u32)) / before
        });
        sum += dark.fold(0.0, f32::max);
        n += 1.0;
    }
    sum / f32::max(n, 1.0)
}

/// How much the background changes in a line of 3 pixels right outside the letters beyond what it changes 12 to 20 pixels away, in units of
/// lightness: a rim is narrow, a shadow or a light behind is not. `layer`: the headline at its place on the canvas.
pub fn rim(step1: &RgbImage, last: &RgbImage, layer: &Plane) -> f32 {
    let ring = |from: usize, to: usize| {
        let (inner, outer) = (dilate(layer, from), dilate(layer, to));
        let (mut sum, mut n) = (0.0, 0.0);
        for (i, (a, b)) in inner.data.iter().zip(&outer.data).enumerate() {
            if *a < 0.02 && *b > 0.5 {
                let (x, y) = ((i % layer.width) as u32, (i / layer.width) as u32);
                sum += lightness(light(last.get_pixel(x, y))) - lightness(light(step1.get_pixel(x, y)));
                n += 1.0;
            }
        }
        (n > 50.0).then(|| sum / n)
    };
    match (ring(1, 4), ring(12, 20)) {
        (Some(near), Some(far)) => near - far,
        _ => 0.0,
    }
}

/// The share of the product that the letters cover.
pub fn covered(placed: &Plane, layer: &Plane) -> f32 {
    let (mut both, mut all) = (0.0, 1e-3);
    for (p, l) in placed.data.iter().zip(&layer.data) {
        both += p * l;
        all += p;
    }
    both / all
}

/// The headline's alpha where it ended up: where the advertisement differs from the background. `offset` is how far it was moved.
pub fn moved(headline: &RgbaImage, (dx, dy): (i64, i64)) -> Plane {
    let (w, h) = (headline.width() as i64, headline.height() as i64);
    let at = |x: i64, y: i64| {
        if (0..w).contains(&x) && (0..h).contains(&y) { f32::from(headline.get_pixel(x as u32, y as u32).0[3]) / 255.0 } else { 0.0 }
    };
    let data = (0..w * h).map(|i| at(i % w - dx, i / w - dy)).collect();
    Plane { width: w as usize, height: h as usize, data }
}
