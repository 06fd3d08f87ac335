//! Detail that a network's mask is too coarse for: holes such as handles and the gaps between spokes, and strands such as hair.
//!
//! A photo of a product has a background that changes slowly. It is extrapolated below the product, and where the photo shows exactly that background
//! within the mask, there is a hole; where something narrow stands out from it beside the mask, that belongs to the product. Both need a
//! background calm enough to tell; on a restless one the mask stays as it is.

use image::RgbImage;
use rayon::prelude::*;

use super::blur::{dilate, erode, gaussian_plane};
use super::plane::{Plane, neighbours};
use super::pyramid::Pyramid;
use super::resize::{Filter, fit_within, resize_plane, resize_rgb8};
use crate::cancel::{CancelToken, Stopped};

/// Longest side at which detail is looked for.
const SIDE: usize = 1280;
/// Deviations of the background's noise that a pixel must differ by to be no background.
const CLEAR: f32 = 3.5;
/// Colour distance (sRGB, 0..=1 each channel) that always counts as background, and the one that never does.
const SAME: f32 = 0.012;
const OTHER: f32 = 0.10;
/// A background with more noise than this tells nothing.
const RESTLESS: f32 = 0.05;
/// The noise that a background has at most to contradict the network where that is certain.
const CALM: f32 = 0.018;
/// Where the network is surer than this, a hole must show the background itself: not in a shadow, and not overexposed, as a white product before a
/// white wall is.
const CERTAIN: f32 = 0.85;
/// A background brighter or darker than this (sRGB, 0..=1) may be at the end of the camera's range.
const EXPOSED: (f32, f32) = (0.05, 0.94);
/// Difference of the channels (sRGB, 0..=1) above which a background has a colour.
const COLORED: f32 = 0.07;
/// Least difference of a strand from the background: shadows have a tint too.
const STRAND: f32 = 0.08;
/// Least share of the border of a narrow hole that is sharp.
const NARROW_SHARP: f32 = 0.9;
/// Change of the distance from the background from one pixel to the next that a shadow has at most.
const GRADUAL: f32 = 0.018;
/// Least share of a hole's border that is sharp: a shaded surface takes on the background's colour gradually.
const SHARP: f32 = 0.6;
/// How dark a soft shadow in a hole may be, and any shadow beside the product.
const SHADES: [f32; 3] = [0.965, 0.80, 0.35];
/// Least area of a hole as a share of the picture.
const LEAST_HOLE: f32 = 1.2e-4;

/// Adds the detail to `alpha`, which has the photo's size. `coarse`: the network's mask, of any size.
pub(super) fn add(photo: &RgbImage, alpha: &mut Plane, coarse: &Plane, cancel: &CancelToken) -> Result<(), Stopped> {
    let (width, height) = (alpha.width, alpha.height);
    let (w, h) = fit_within(width, height, SIDE);
    if w.min(h) < 48 {
        return Ok(());
    }
    let whole = (w, h) == (width, height);
    let small = if whole { None } else { Some(resize_rgb8(photo, w, h, Filter::Triangle)) };
    let before = if whole { alpha.clone() } else { resize_plane(alpha, w, h, Filter::Triangle) };
    let sure = resize_plane(coarse, w, h, Filter::Triangle);
    cancel.check()?;
    let Some(after) = detailed(small.as_ref().unwrap_or(photo), &before, &sure, cancel)? else { return Ok(()) };
    if whole {
        *alpha = after;
        return Ok(());
    }
    let change = Plane { width: w, height: h, data: after.data.iter().zip(&before.data).map(|(a, b)| a - b).collect() };
    let change = resize_plane(&change, width, height, Filter::CatmullRom);
    alpha.data.par_iter_mut().zip(&change.data).for_each(|(a, c)| *a = (*a + c).clamp(0.0, 1.0));
    Ok(())
}

/// The distance of each pixel from the background that is expected there, and the noise of that background.
struct Background {
    /// If the background may lie in a shadow as dark as each of [`SHADES`].
    distance: [Plane; 3],
    noise: Plane,
    /// Whether the background is at the end of the camera's range.
    exposed: Vec<bool>,
    /// Whether the background has a colour, so that one in a shadow is no grey product.
    colored: Vec<bool>,
}

impl Background {
    /// `outside`: 1 where there is only background. `None` if there is too little of it.
    fn new(photo: &RgbImage, outside: &Plane, cancel: &CancelToken) -> Result<Option<Self>, Stopped> {
        let (w, h) = (outside.width, outside.height);
        let covered = outside.data.iter().sum::<f32>() / (w * h) as f32;
        if covered < 0.05 {
            return Ok(None);
        }
        let back = Pyramid::new(photo, |i| outside.data[i]);
        cancel.check()?;
        let raw = photo.as_raw();
        let mut found = vec![([0.0; 3], false, false); w * h];
        found.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
            for (x, (d, exposed, colored)) in row.iter_mut().enumerate() {
                let b = back.at(x, y);
                let i = (y * w + x) * 3;
                *d = off(std::array::from_fn(|c| f32::from(raw[i + c]) / 255.0), b);
                let (low, high) = b.iter().fold((1.0_f32, 0.0_f32), |(low, high), v| (low.min(*v), high.max(*v)));
                *colored = high - low > COLORED;
                *exposed = high < EXPOSED.0 || low > EXPOSED.1;
            }
        });
        let (exposed, colored) = (found.iter().map(|f| f.1).collect(), found.iter().map(|f| f.2).collect());
        let distance = [0, 1, 2].map(|k| Plane { width: w, height: h, data: found.iter().map(|f| f.0[k]).collect() });
        cancel.check()?;
        let spread = w.max(h) as f32 / 14.0;
        // The middle of the picture may be far from any background: the noise there is the mean of all.
        let (mut squares, mut weights) = (Plane::new(w, h, 0.0), Plane::new(w, h, 0.0));
        let (mut sum, mut count) = (0.0_f64, 1e-6_f64);
        for (i, o) in outside.data.iter().enumerate().filter(|(_, o)| **o > 0.0) {
            let d = distance[0].data[i];
            squares.data[i] = d * d * o;
            weights.data[i] = *o;
            sum += f64::from(d * d * o);
            count += f64::from(*o);
        }
        let mean = (sum / count) as f32;
        let (squares, weights) = (gaussian_plane(&squares, spread), gaussian_plane(&weights, spread));
        let mut noise = squares;
        noise.data.iter_mut().zip(&weights.data).for_each(|(s, k)| *s = ((*s + 0.02 * mean) / (k + 0.02)).sqrt());
        Ok(Some(Self { distance, noise, exposed, colored }))
    }

    /// Distance of a pixel that may be in a hole. `certain`: the network takes it for the product.
    fn of_hole(&self, i: usize, certain: bool) -> f32 {
        match () {
            () if certain && (self.exposed[i] || self.noise.data[i] > CALM) => f32::MAX,
            () => self.distance[usize::from(!certain)].data[i],
        }
    }
}

/// Distances of a colour from a background that may lie in a shadow as dark as each of [`SHADES`].
fn off(c: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    let (cb, bb) = (0..3).fold((0.0, 1e-6), |(cb, bb), k| (cb + c[k] * b[k], bb + b[k] * b[k]));
    SHADES.map(|darkest| {
        let shade = (cb / bb).clamp(darkest, 1.03);
        (0..3).map(|k| (c[k] - shade * b[k]).powi(2)).sum::<f32>().sqrt()
    })
}

/// The matte with its detail; `None` if the background tells nothing.
fn detailed(photo: &RgbImage, alpha: &Plane, sure: &Plane, cancel: &CancelToken) -> Result<Option<Plane>, Stopped> {
    let (w, h) = (alpha.width, alpha.height);
    let side = w.max(h);
    let product = Plane {
        width: w,
        height: h,
        data: alpha.data.iter().zip(&sure.data).map(|(a, s)| if *a > 0.1 || *s > 0.35 { 1.0 } else { 0.0 }).collect(),
    };
    let mut outside = dilate(&product, side / 40);
    outside.data.iter_mut().for_each(|v| *v = 1.0 - *v);
    cancel.check()?;
    let Some(back) = Background::new(photo, &outside, cancel)? else { return Ok(None) };
    cancel.check()?;
    let mut out = alpha.clone();
    open_holes(&mut out, &back, sure);
    cancel.check()?;
    add_strands(&mut out, &back, &outside, side);
    Ok(Some(out))
}

/// How much a pixel is product rather than the expected background, 0..=1.
fn share(distance: f32, noise: f32) -> f32 {
    let low = SAME + 1.5 * noise;
    let high = (OTHER + CLEAR * noise).max(2.0 * low);
    let t = ((distance - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Opens holes: connected regions within the mask that show the expected background and of which the network is less than certain.
fn open_holes(alpha: &mut Plane, back: &Background, sure: &Plane) {
    let (w, h) = (alpha.width, alpha.height);
    let distance = |i: usize| back.of_hole(i, sure.data[i] > CERTAIN);
    let limit = |i: usize| SAME + CLEAR * back.noise.data[i];
    let like_background = |i: usize| back.noise.data[i] < RESTLESS && alpha.data[i] > 0.02 && distance(i) < limit(i);
    // A shadow on the background: it gets darker gradually, as nothing else of the same hue does.
    let shadow = |i: usize, j: usize| {
        let gradual = (back.distance[0].data[j] - back.distance[0].data[i]).abs() < GRADUAL;
        gradual && back.colored[j] && !back.exposed[j] && back.distance[2].data[j] < limit(j)
    };
    let candidate: Vec<bool> = (0..w * h).into_par_iter().map(like_background).collect();
    let mut seen = vec![false; w * h];
    let (mut hole, mut shaded) = (Plane::new(w, h, 0.0), vec![false; w * h]);
    let (mut stack, mut area) = (Vec::new(), Vec::new());
    // Narrow strips are where a shaded surface passes the background's colour.
    let wide = (w.max(h) as f32 / 320.0).max(1.2);
    let least = ((LEAST_HOLE * (w * h) as f32) as usize).max(9);
    for start in 0..w * h {
        if seen[start] || !candidate[start] {
            continue;
        }
        seen[start] = true;
        stack.push(start);
        area.clear();
        let (mut sharp, mut border, mut edges) = (0, 0, 0);
        while let Some(i) = stack.pop() {
            area.push(i);
            let (x, y) = (i % w, i / w);
            // Pixels three pixels beyond the border differ clearly.
            for (dx, dy) in [(-1_isize, 0_isize), (1, 0), (0, -1), (0, 1)] {
                let at = |k: isize| {
                    let (x, y) = (x as isize + dx * k, y as isize + dy * k);
                    (x >= 0 && y >= 0 && x < w as isize && y < h as isize).then(|| y as usize * w + x as usize)
                };
                let Some(next) = at(1).filter(|j| !candidate[*j]) else { continue };
                edges += 1;
                // Neither the outside nor a deeper shadow says what this is.
                if alpha.data[next] <= 0.02 || shadow(i, next) {
                    continue;
                }
                border += 1;
                let far = [Some(next), at(2), at(3)].into_iter().flatten().map(|j| back.distance[0].data[j]).fold(0.0, f32::max);
                sharp += usize::from(far > 2.0 * limit(i) + 0.03);
            }
            for j in neighbours(i, w, h).filter(|j| candidate[*j]) {
                if !seen[j] {
                    seen[j] = true;
                    stack.push(j);
                }
            }
        }
        let (border, sharp) = (border as f32, sharp as f32);
        let gap = sharp >= NARROW_SHARP * border && border > 0.5 * edges as f32;
        if area.len() >= least && sharp >= SHARP * border && (gap || area.len() as f32 >= wide * edges as f32) {
            area.iter().for_each(|&i| hole.data[i] = 1.0);
        }
    }
    // A shadow that falls into the hole belongs to it.
    stack.extend((0..w * h).filter(|i| hole.data[*i] > 0.0));
    while let Some(i) = stack.pop() {
        for j in neighbours(i, w, h) {
            if hole.data[j] == 0.0 && shadow(i, j) {
                hole.data[j] = 1.0;
                shaded[j] = true;
                stack.push(j);
            }
        }
    }
    // Its edge is as soft as the photo's.
    let near = dilate(&hole, 2);
    alpha.data.par_iter_mut().enumerate().filter(|(i, _)| near.data[*i] > 0.0).for_each(|(i, a)| {
        *a = a.min(share(if shaded[i] { back.distance[2].data[i] } else { distance(i) }, back.noise.data[i]));
    });
}

/// Adds narrow structures that stand out from the background and are connected to the product.
fn add_strands(alpha: &mut Plane, back: &Background, outside: &Plane, side: usize) {
    let (w, h) = (alpha.width, alpha.height);
    let reach = (side / 110).max(2);
    let ground = dilate(&erode(&back.distance[2], reach), reach);
    let peak = dilate(&back.distance[2], 2);
    let narrow: Vec<f32> = (0..w * h)
        .into_par_iter()
        .map(|i| {
            let noise = back.noise.data[i];
            if noise >= RESTLESS {
                return 0.0;
            }
            let height = back.distance[2].data[i] - ground.data[i];
            // The strand's own colour is that of its brightest or darkest pixel nearby.
            let full = (peak.data[i] - ground.data[i]).max(2.0 * STRAND + CLEAR * noise);
            let low = STRAND + 2.0 * noise;
            ((height - low) / (full - low)).clamp(0.0, 1.0)
        })
        .collect();
    // From the product outwards, along narrow structures.
    let mut kept: Vec<bool> = alpha.data.iter().map(|a| *a > 0.5).collect();
    let mut stack: Vec<usize> = (0..w * h).filter(|i| kept[*i]).collect();
    while let Some(i) = stack.pop() {
        let (x, y) = (i % w, i / w);
        for ny in y.saturating_sub(1)..(y + 2).min(h) {
            for nx in x.saturating_sub(1)..(x + 2).min(w) {
                let j = ny * w + nx;
                if !kept[j] && narrow[j] > 0.3 && outside.data[j] < 1.0 {
                    kept[j] = true;
                    stack.push(j);
                }
            }
        }
    }
    alpha.data.par_iter_mut().enumerate().for_each(|(i, a)| {
        let (x, y) = (i % w, i / w);
        let beside = (y.saturating_sub(1)..(y + 2).min(h)).any(|y| (x.saturating_sub(1)..(x + 2).min(w)).any(|x| kept[y * w + x]));
        if beside {
            *a = a.max(narrow[i]);
        }
    });
}
