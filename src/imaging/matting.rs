//! Alpha matting: refines a coarse mask to a soft matte that follows the photo's edges, and estimates foreground colours.

use image::{RgbImage, RgbaImage};
use rayon::prelude::*;

use super::blur::{Box1d, boxes, dilate, erode, gaussian_plane};
use super::detail;
use super::plane::{Plane, neighbours};
use super::pyramid::Pyramid;
use super::resize::{Filter, fit_within, resample, resize_plane};
use crate::cancel::{CancelToken, Stopped};
use crate::math;

/// The cut-out of a photo: soft alpha and estimated foreground colours, both of the photo's size.
#[derive(Clone, Debug)]
pub struct Matte {
    /// Opacity of the product, 0..=1.
    pub alpha: Plane,
    /// sRGB foreground colours: where `alpha` is below 1, the product's colour without the background's share.
    pub foreground: RgbImage,
}

/// Longest side at which the guided filter's linear models are fitted; they are applied at full size.
const FIT_SIDE: usize = 512;
/// Weight of the coarse mask in the final edge; below 0.5, so that a clear edge in the photo always wins.
const PRIOR: f32 = 0.25;
/// Target width of the edge after [`refine`], pixels.
const EDGE: f32 = 2.0;

/// Refines a coarse mask of any size to a matte of the photo's size with estimated foreground colours.
///
/// A colour guided filter (He, Sun and Tang, "Guided Image Filtering", 2013) is fitted at reduced size and its linear models are applied to
/// the full photo ("Fast Guided Filter", 2015), from wide to narrow windows. Small islands and holes are removed, alpha becomes 0 or 1
/// outside a thin band, and [`estimate_foreground`] computes the colours.
pub fn refine(photo: &RgbImage, coarse: &Plane, cancel: &CancelToken) -> Result<Matte, Stopped> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    if width == 0 || height == 0 || coarse.data.is_empty() {
        return Ok(Matte { alpha: Plane::new(width, height, 0.0), foreground: photo.clone() });
    }
    let (w, h) = fit_within(width, height, FIT_SIDE);
    let guide = guide_at(photo, w, h);
    let mask = resize_plane(coarse, w, h, Filter::CatmullRom);
    cancel.check()?;

    // Largest distance of the true edge from the coarse one: a few cells of the coarse grid.
    let side = w.max(h) as f32;
    let cell = (side / coarse.width.max(coarse.height) as f32).max(1.0);
    let hard = threshold(&mask, 0.5);
    let reach = ((2.0 * cell).round() as usize).clamp(1, (w.min(h) / 8).max(1));
    // Uncertain coarse values count as unknown wherever they are.
    let (inner, outer) = (erode(&threshold(&mask, 0.95), reach), dilate(&hard, reach));
    let hold = |q: &mut Plane| {
        q.data.par_iter_mut().zip(inner.data.par_iter().zip(&outer.data)).for_each(|(q, (&lo, &hi))| *q = q.max(lo).min(hi));
    };

    // Wide windows with a large epsilon first, to find the edge; narrow ones with a small epsilon last, to sharpen it.
    let mut q = mask.clone();
    let mut models = Vec::new();
    for (radius, epsilon, gain) in [(4.0 * cell, 1e-3f32, 1.5), (2.0 * cell, 2e-4, 4.0), (1.0 * cell + 1.0, 1e-4, 8.0)] {
        cancel.check()?;
        let radius = (radius.round() as usize).clamp(1, 24);
        models = fit(&guide, &steepen(&q, gain), w, h, radius, epsilon);
        q = Plane { width: w, height: h, data: guide.par_iter().zip(&models).map(|(i, m)| apply(m, i)).collect() };
        hold(&mut q);
    }
    cancel.check()?;

    // The models are unreliable where product and background have the same colour: only there, the coarse mask decides.
    let prior = steepen(&mask, 2.0);
    let lean = |q: &mut Plane, prior: &Plane| q.data.par_iter_mut().zip(&prior.data).for_each(|(q, &p)| *q = mix(*q, p, PRIOR));
    lean(&mut q, &prior);
    let clean = clean(&threshold(&q, 0.5));
    let band = ((side / 200.0).round() as usize).max(1);
    let (floor, ceiling) = (erode(&clean, band), dilate(&clean, band));
    let (q, floor, ceiling) = if (w, h) == (width, height) {
        (q, floor, ceiling)
    } else {
        let large = |p: &Plane| resize_plane(p, width, height, Filter::Triangle);
        let mut q = apply_full(photo, &models, w, h);
        cancel.check()?;
        lean(&mut q, &large(&prior));
        (q, large(&floor), large(&ceiling))
    };
    cancel.check()?;
    let mut alpha = sharpen(&q, &floor, &ceiling);
    cancel.check()?;
    detail::add(photo, &mut alpha, coarse, cancel)?;
    cancel.check()?;
    let foreground = estimate_foreground(photo, &alpha, cancel)?;
    Ok(Matte { alpha, foreground })
}

/// The matte of a picture with an alpha channel: alpha is kept, colours are extended into the transparent pixels.
pub fn from_alpha(rgba: &RgbaImage) -> Matte {
    let (width, height) = rgba.dimensions();
    let alpha = Plane { width: width as usize, height: height as usize, data: rgba.pixels().map(|p| f32::from(p[3]) / 255.0).collect() };
    let raw = rgba.pixels().flat_map(|p| [p[0], p[1], p[2]]).collect();
    let colours = RgbImage::from_raw(width, height, raw).unwrap_or_default();
    // With straight alpha, even faint pixels hold the foreground colour; only fully transparent ones may hold anything.
    let weight = |a: f32| if a > 0.0 { 0.02 + a } else { 0.0 };
    let spread = Pyramid::new(&colours, |i| weight(alpha.data[i]));
    let mut foreground = colours;
    let w = alpha.width;
    foreground.as_mut().par_chunks_exact_mut(3 * w.max(1)).enumerate().for_each(|(y, row)| {
        for (x, p) in row.chunks_exact_mut(3).enumerate() {
            if alpha.data[y * w + x] == 0.0 {
                p.copy_from_slice(&spread.at(x, y).map(to_code));
            }
        }
    });
    Matte { alpha, foreground }
}

/// Estimates foreground colours from a known alpha.
///
/// Foreground and background are extrapolated over the band from their confident pixels by pull-push pyramids, then corrected once so that
/// their composite equals the photo: the step of Forte, "Approximate Fast Foreground Colour Estimation" (2021), on the multi-level
/// start of Germer et al., "Fast Multi-Level Foreground Estimation" (2020).
pub fn estimate_foreground(photo: &RgbImage, alpha: &Plane, cancel: &CancelToken) -> Result<RgbImage, Stopped> {
    let sure = |a: f32| {
        let t = ((a - 0.85) / 0.15).clamp(0.0, 1.0);
        // The small weight helps with products that are translucent everywhere.
        t * t + 1e-4 * a
    };
    let front = Pyramid::new(photo, |i| sure(alpha.data[i]));
    cancel.check()?;
    let back = Pyramid::new(photo, |i| sure(1.0 - alpha.data[i]));
    cancel.check()?;
    let mut out = photo.clone();
    let w = alpha.width;
    out.as_mut().par_chunks_exact_mut(3 * w.max(1)).enumerate().for_each(|(y, row)| {
        for (x, p) in row.chunks_exact_mut(3).enumerate() {
            let a = alpha.data[y * w + x];
            if a >= 0.999 {
                continue;
            }
            let f = front.at(x, y);
            if a <= 0.001 {
                p.copy_from_slice(&f.map(to_code));
                continue;
            }
            let b = back.at(x, y);
            for c in 0..3 {
                let seen = f32::from(p[c]) / 255.0;
                p[c] = to_code(f[c] + a * (seen - a * f[c] - (1.0 - a) * b[c]));
            }
        }
    });
    Ok(out)
}

fn to_code(v: f32) -> u8 {
    (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// The resized photo as sRGB-encoded colours, 0..=1: the filter works better on perceptual than on linear values.
fn guide_at(photo: &RgbImage, w: usize, h: usize) -> Vec<[f32; 3]> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let raw = photo.as_raw();
    let decode = |p: &[u8]| [f32::from(p[0]) / 255.0, f32::from(p[1]) / 255.0, f32::from(p[2]) / 255.0];
    if (w, h) == (width, height) {
        return raw.par_chunks_exact(3).map(decode).collect();
    }
    resample::<3, [f32; 3]>(
        (width, height),
        (w, h),
        Filter::Triangle,
        |y, row| row.iter_mut().zip(raw[y * width * 3..].chunks_exact(3)).for_each(|(r, p)| *r = decode(p)),
        |row, out| out.copy_from_slice(row),
        1,
    )
}

fn threshold(plane: &Plane, limit: f32) -> Plane {
    let data = plane.data.iter().map(|&v| if v > limit { 1.0 } else { 0.0 }).collect();
    Plane { width: plane.width, height: plane.height, data }
}

/// Raises the contrast around 0.5, so that the model of a window separates two colours instead of fitting a ramp.
fn steepen(plane: &Plane, gain: f32) -> Plane {
    let data = plane.data.iter().map(|&v| ((v - 0.5) * gain + 0.5).clamp(0.0, 1.0)).collect();
    Plane { width: plane.width, height: plane.height, data }
}

/// A local linear model `alpha = a · colour + b`.
type Model = [f32; 4];

fn apply(m: &Model, i: &[f32; 3]) -> f32 {
    (m[0] * i[0] + m[1] * i[1] + m[2] * i[2] + m[3]).clamp(0.0, 1.0)
}

/// Fits the guided filter: the averaged linear model of every pixel.
fn fit(guide: &[[f32; 3]], mask: &Plane, w: usize, h: usize, radius: usize, epsilon: f32) -> Vec<Model> {
    // All thirteen moments in one interleaved pass. Colours are centred, because f32 variances of bright uniform areas would cancel.
    let mut moments = vec![[0.0f32; 13]; w * h];
    moments.par_iter_mut().zip(guide.par_iter().zip(&mask.data)).for_each(|(m, (i, &p))| {
        let [r, g, b] = i.map(|v| v - 0.5);
        *m = [r, g, b, p, r * r, r * g, r * b, g * g, g * b, b * b, r * p, g * p, b * p];
    });
    let spread = Box1d { radius, edge: 0.0 };
    boxes::<13>(moments.as_flattened_mut(), w, h, spread, 1);
    let mut models: Vec<Model> = moments.par_iter().map(|m| solve(m, epsilon)).collect();
    drop(moments);
    boxes::<4>(models.as_flattened_mut(), w, h, spread, 1);
    models
}

/// `(Σ + ε) a = cov(colour, p)` by the adjugate; a flat window gives `a = 0`, `b = mean p`.
fn solve(m: &[f32; 13], epsilon: f32) -> Model {
    let [r, g, b, p, rr, rg, rb, gg, gb, bb, rp, gp, bp] = *m;
    let (rr, gg, bb) = (rr - r * r + epsilon, gg - g * g + epsilon, bb - b * b + epsilon);
    let (rg, rb, gb) = (rg - r * g, rb - r * b, gb - g * b);
    let (cr, cg, cb) = (rp - r * p, gp - g * p, bp - b * p);
    let (i00, i01, i02) = (gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb);
    let (i11, i12, i22) = (rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg);
    let det = rr * i00 + rg * i01 + rb * i02;
    if det.abs() < 1e-15 {
        return [0.0, 0.0, 0.0, p];
    }
    let k = 1.0 / det;
    let a = [(i00 * cr + i01 * cg + i02 * cb) * k, (i01 * cr + i11 * cg + i12 * cb) * k, (i02 * cr + i12 * cg + i22 * cb) * k];
    [a[0], a[1], a[2], p - a[0] * (r + 0.5) - a[1] * (g + 0.5) - a[2] * (b + 0.5)]
}

/// Applies the models to the full photo, interpolating them row by row.
fn apply_full(photo: &RgbImage, models: &[Model], w: usize, h: usize) -> Plane {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let raw = photo.as_raw();
    let mut out = Plane::new(width, height, 0.0);
    out.data.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        let (y0, y1, fy) = between(y, height, h);
        for (x, (out, p)) in row.iter_mut().zip(raw[y * width * 3..].chunks_exact(3)).enumerate() {
            let (x0, x1, fx) = between(x, width, w);
            let (a, b, c, d) = (&models[y0 * w + x0], &models[y0 * w + x1], &models[y1 * w + x0], &models[y1 * w + x1]);
            let model: Model = std::array::from_fn(|k| mix(mix(a[k], b[k], fx), mix(c[k], d[k], fx), fy));
            *out = apply(&model, &[f32::from(p[0]) / 255.0, f32::from(p[1]) / 255.0, f32::from(p[2]) / 255.0]);
        }
    });
    out
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// The two samples of a grid of `n` around pixel `i` of a grid of `of`, and the interpolation weight of the second.
fn between(i: usize, of: usize, n: usize) -> (usize, usize, f32) {
    let at = ((i as f32 + 0.5) * n as f32 / of as f32 - 0.5).clamp(0.0, (n - 1) as f32);
    let low = at as usize;
    (low, (low + 1).min(n - 1), at - low as f32)
}

/// Narrows soft edges to [`EDGE`] pixels without moving them; steeper edges are unchanged.
fn sharpen(q: &Plane, floor: &Plane, ceiling: &Plane) -> Plane {
    let (w, h) = (q.width, q.height);
    let smooth = gaussian_plane(q, 1.0);
    let mut out = Plane::new(w, h, 0.0);
    out.data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        let (above, below) = (y.saturating_sub(1), (y + 1).min(h - 1));
        for (x, out) in row.iter_mut().enumerate() {
            let (lo, hi) = (floor.at(x, y), ceiling.at(x, y));
            *out = if hi <= 0.0 || lo >= 1.0 {
                lo
            } else {
                let (left, right) = (x.saturating_sub(1), (x + 1).min(w - 1));
                let dx = smooth.at(right, y) - smooth.at(left, y);
                let dy = smooth.at(x, below) - smooth.at(x, above);
                let slope = (0.5 * math::hypot(dx, dy)).clamp(0.02, 1.0 / EDGE);
                // Blending in half of the smoothed field keeps the photo's noise out of the contour.
                let v = 0.5 * (q.at(x, y) + smooth.at(x, y));
                let a = (v - 0.5) / (EDGE * slope) + 0.5;
                // Very low opacity is noise.
                ((a - 0.02) / 0.96).clamp(0.0, 1.0).max(lo).min(hi)
            };
        }
    });
    out
}

/// Removes islands smaller than 3 % of the largest one and fills holes smaller than 0.3 % of it.
fn clean(mask: &Plane) -> Plane {
    let mut out = mask.clone();
    let biggest = sweep(&mut out, 1.0, 0, |_, _| false);
    sweep(&mut out, 1.0, biggest, |area, biggest| area * 100 < biggest * 3);
    sweep(&mut out, 0.0, biggest, |area, biggest| area * 1000 < biggest * 3);
    out
}

/// Flips the 4-connected components of one value for which `flip(area, biggest)` holds; returns the area of the largest component.
fn sweep(mask: &mut Plane, value: f32, biggest: usize, flip: impl Fn(usize, usize) -> bool) -> usize {
    let (w, h) = (mask.width, mask.height);
    let mut seen = vec![false; w * h];
    let (mut stack, mut area) = (Vec::new(), Vec::new());
    let mut largest = 0;
    for start in 0..w * h {
        if seen[start] || mask.data[start] != value {
            continue;
        }
        seen[start] = true;
        stack.push(start);
        area.clear();
        while let Some(i) = stack.pop() {
            area.push(i);
            for j in neighbours(i, w, h) {
                if !seen[j] && mask.data[j] == value {
                    seen[j] = true;
                    stack.push(j);
                }
            }
        }
        largest = largest.max(area.len());
        if flip(area.len(), biggest) {
            area.iter().for_each(|&i| mask.data[i] = 1.0 - value);
        }
    }
    largest
}
