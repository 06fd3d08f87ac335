//! Masks for photos in which the network detects no product.

use image::RgbImage;

use crate::imaging::resize::{Filter, fit_within, resize_rgb8};
use crate::imaging::{Plane, neighbours};

/// Longest side at which colours are compared.
const SIDE: usize = 320;

/// Masks everything that differs from the colour of the border; `None` if the border is not plain.
pub(super) fn by_border_colour(photo: &RgbImage) -> Option<Plane> {
    let (w, h) = fit_within(photo.width() as usize, photo.height() as usize, SIDE);
    let small = resize_rgb8(photo, w, h, Filter::Triangle);
    let rim = (w.min(h) / 40).max(1);
    let on_rim = |x: usize, y: usize| x < rim || y < rim || x + rim >= w || y + rim >= h;
    let colour = |x: usize, y: usize| small.get_pixel(x as u32, y as u32).0.map(f32::from);
    let rim_colours: Vec<[f32; 3]> =
        (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).filter(|&(x, y)| on_rim(x, y)).map(|(x, y)| colour(x, y)).collect();
    // The median tolerates a product that touches the border.
    let median: [f32; 3] = std::array::from_fn(|c| {
        let mut values: Vec<f32> = rim_colours.iter().map(|p| p[c]).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    });
    let distance = |p: [f32; 3]| (0..3).map(|c| (p[c] - median[c]).powi(2)).sum::<f32>().sqrt();
    let mut spread: Vec<f32> = rim_colours.iter().map(|&p| distance(p)).collect();
    spread.sort_by(f32::total_cmp);
    let typical = spread.get(spread.len() * 3 / 4).copied().unwrap_or(f32::MAX);
    if typical > 30.0 {
        return None;
    }
    let limit = (3.0 * typical).max(10.0);
    let apart: Vec<bool> = (0..w * h).map(|i| distance(colour(i % w, i / w)) > limit).collect();
    // Only pixels connected to the border are background, so a white label on a product in front of white is kept.
    let mut outside = vec![false; w * h];
    let mut stack: Vec<usize> = (0..w * h).filter(|&i| !apart[i] && on_rim(i % w, i / w)).collect();
    stack.iter().for_each(|&i| outside[i] = true);
    while let Some(i) = stack.pop() {
        for j in neighbours(i, w, h) {
            if !outside[j] && !apart[j] {
                outside[j] = true;
                stack.push(j);
            }
        }
    }
    Some(Plane { width: w, height: h, data: outside.iter().map(|&o| if o { 0.0 } else { 1.0 }).collect() })
}

/// A mask of the whole picture with soft borders.
pub(super) fn whole(width: usize, height: usize) -> Plane {
    // A picture of a few pixels has no room for a soft border.
    if width.min(height) < 24 {
        return Plane::new(width, height, 1.0);
    }
    let fade = (0.06 * width.min(height) as f32).max(1.0);
    let mut out = Plane::new(width, height, 1.0);
    for y in 0..height {
        for x in 0..width {
            let edge = |i: usize, n: usize| (i.min(n - 1 - i) as f32 + 0.5) / fade;
            let t = edge(x, width).min(edge(y, height)).clamp(0.0, 1.0);
            out.data[y * width + x] = t * t * (3.0 - 2.0 * t);
        }
    }
    out
}
