//! Blurs and greyscale morphology whose cost does not depend on the radius.

use rayon::prelude::*;

use super::plane::Plane;
use super::rgb::LinearRgb;

use crate::math;

/// Gaussian blur of a scalar field; border pixels are replicated.
///
/// Three extended box filters (Gwosdek et al. 2011), O(1) per pixel; a direct kernel for small `sigma`.
pub fn gaussian_plane(source: &Plane, sigma: f32) -> Plane {
    let mut out = source.clone();
    gaussian_in_place::<1>(&mut out.data, source.width, source.height, sigma);
    out
}

/// Gaussian blur of a linear-light image; border pixels are replicated. See [`gaussian_plane`].
pub fn gaussian_rgb(source: &LinearRgb, sigma: f32) -> LinearRgb {
    let mut out = source.clone();
    gaussian_in_place::<3>(out.data.as_flattened_mut(), source.width, source.height, sigma);
    out
}

/// Gaussian blur with different widths across and down; border pixels are replicated.
pub fn gaussian_plane_xy(source: &Plane, across: f32, down: f32) -> Plane {
    let mut out = source.clone();
    let of = |sigma: f32| Box1d::of_gaussian(sigma.max(0.05), 3);
    boxes_xy::<1>(&mut out.data, source.width, source.height, (of(across), of(down)), 3);
    out
}

/// Mean over the square window of side `2 × radius + 1`; border pixels are replicated.
pub fn box_plane(source: &Plane, radius: usize) -> Plane {
    let mut out = source.clone();
    let spread = Box1d { radius, edge: 0.0 };
    boxes::<1>(&mut out.data, source.width, source.height, spread, 1);
    out
}

/// Below this sigma, a direct kernel is both faster and more accurate than box filters.
const SMALL_SIGMA: f32 = 2.0;

fn gaussian_in_place<const N: usize>(data: &mut [f32], width: usize, height: usize, sigma: f32) {
    if data.is_empty() || sigma.is_nan() || sigma <= 0.05 {
        return;
    }
    if sigma < SMALL_SIGMA {
        kernel::<N>(data, width, height, sigma);
    } else {
        boxes::<N>(data, width, height, Box1d::of_gaussian(sigma, 3), 3);
    }
}

/// Extended box filter: its two outermost samples have the weight `edge` (0..1), so that its variance is not limited to integers.
#[derive(Clone, Copy)]
pub(super) struct Box1d {
    pub(super) radius: usize,
    pub(super) edge: f32,
}

impl Box1d {
    fn of_gaussian(sigma: f32, passes: usize) -> Self {
        let variance = sigma * sigma / passes as f32;
        let r = ((12.0 * variance + 1.0).sqrt() * 0.5 - 0.5).floor();
        let edge = (2.0 * r + 1.0) * (r * (r + 1.0) - 3.0 * variance) / (6.0 * (variance - (r + 1.0) * (r + 1.0)));
        Self { radius: r as usize, edge: edge.clamp(0.0, 1.0) }
    }

    fn norm(self) -> f32 {
        1.0 / (2.0 * self.radius as f32 + 1.0 + 2.0 * self.edge)
    }
}

pub(super) fn boxes<const N: usize>(data: &mut [f32], width: usize, height: usize, spread: Box1d, passes: usize) {
    boxes_xy::<N>(data, width, height, (spread, spread), passes);
}

fn boxes_xy<const N: usize>(data: &mut [f32], width: usize, height: usize, (across, spread): (Box1d, Box1d), passes: usize) {
    if data.is_empty() {
        return;
    }
    let len = width * N;
    data.par_chunks_mut(len).for_each_init(
        || vec![0.0f32; (width + 2 * (across.radius + 1)) * N],
        |padded, row| {
            for _ in 0..passes {
                box_row::<N>(row, padded, width, across);
            }
        },
    );
    let mut other = vec![0.0; data.len()];
    let mut in_data = true;
    for _ in 0..passes {
        if in_data {
            box_columns(data, &mut other, len, height, spread);
        } else {
            box_columns(&other, data, len, height, spread);
        }
        in_data = !in_data;
    }
    if !in_data {
        data.copy_from_slice(&other);
    }
}

fn box_row<const N: usize>(row: &mut [f32], padded: &mut [f32], width: usize, spread: Box1d) {
    let (r, pad) = (spread.radius, spread.radius + 1);
    for p in padded[..pad * N].chunks_exact_mut(N) {
        p.copy_from_slice(&row[..N]);
    }
    padded[pad * N..(pad + width) * N].copy_from_slice(row);
    for p in padded[(pad + width) * N..].chunks_exact_mut(N) {
        p.copy_from_slice(&row[(width - 1) * N..]);
    }
    let mut sum = [0.0f32; N];
    for p in padded[N..(2 * r + 2) * N].chunks_exact(N) {
        for c in 0..N {
            sum[c] += p[c];
        }
    }
    let norm = spread.norm();
    for x in 0..width {
        let (left, right) = (x * N, (x + 2 * r + 2) * N);
        for c in 0..N {
            row[x * N + c] = (sum[c] + spread.edge * (padded[left + c] + padded[right + c])) * norm;
            sum[c] += padded[right + c] - padded[left + N + c];
        }
    }
}

/// Running sum of whole rows, downwards: memory is accessed in order and the loops vectorise.
fn box_columns(from: &[f32], to: &mut [f32], len: usize, height: usize, spread: Box1d) {
    // Each band starts a new sum at the cost of 2r + 1 rows. The height of a band depends on the radius only: a running sum that starts at
    // another row rounds differently, and the number of threads must not change a pixel.
    let band = (4 * spread.radius).max(64);
    let line = |y: isize| {
        let y = y.clamp(0, height as isize - 1) as usize;
        &from[y * len..(y + 1) * len]
    };
    let (r, norm) = (spread.radius as isize, spread.norm());
    to.par_chunks_mut(len * band).enumerate().for_each(|(index, out)| {
        let first = (index * band) as isize;
        let mut sum = vec![0.0f32; len];
        for y in first - r..=first + r {
            sum.iter_mut().zip(line(y)).for_each(|(s, v)| *s += v);
        }
        for (i, out) in out.chunks_exact_mut(len).enumerate() {
            let y = first + i as isize;
            let (above, first_in, below) = (line(y - r - 1), line(y - r), line(y + r + 1));
            for x in 0..len {
                out[x] = (sum[x] + spread.edge * (above[x] + below[x])) * norm;
                sum[x] += below[x] - first_in[x];
            }
        }
    });
}

fn kernel<const N: usize>(data: &mut [f32], width: usize, height: usize, sigma: f32) {
    let radius = (3.0 * sigma).ceil() as usize;
    let mut taps: Vec<f32> = (0..=2 * radius).map(|i| math::exp(-0.5 * ((i as f32 - radius as f32) / sigma).powi(2))).collect();
    let sum: f32 = taps.iter().sum();
    taps.iter_mut().for_each(|t| *t /= sum);
    let len = width * N;
    let mut across = vec![0.0; data.len()];
    across.par_chunks_mut(len).zip(data.par_chunks(len)).for_each_init(
        || vec![0.0f32; (width + 2 * radius) * N],
        |padded, (out, row)| {
            for p in padded[..radius * N].chunks_exact_mut(N) {
                p.copy_from_slice(&row[..N]);
            }
            padded[radius * N..(radius + width) * N].copy_from_slice(row);
            for p in padded[(radius + width) * N..].chunks_exact_mut(N) {
                p.copy_from_slice(&row[(width - 1) * N..]);
            }
            for (k, &t) in taps.iter().enumerate() {
                out.iter_mut().zip(&padded[k * N..k * N + len]).for_each(|(o, v)| *o += t * v);
            }
        },
    );
    data.par_chunks_mut(len).enumerate().for_each(|(y, out)| {
        out.fill(0.0);
        for (k, &t) in taps.iter().enumerate() {
            let from = (y + k).saturating_sub(radius).min(height - 1) * len;
            out.iter_mut().zip(&across[from..from + len]).for_each(|(o, v)| *o += t * v);
        }
    });
}

/// Greyscale dilation (maximum) over an octagon that approximates the disc of `radius` pixels.
///
/// The octagon is a square and two diagonal lines, each an O(1) running maximum (van Herk 1992; Gil and Werman 1993).
pub fn dilate(source: &Plane, radius: usize) -> Plane {
    if radius == 0 || source.data.is_empty() {
        return source.clone();
    }
    let (w, h) = (source.width, source.height);
    // Regular octagon: extent along the axes = square + 2 × diagonal. The square must not be empty, since diagonals alone leave holes.
    let diagonal = ((0.293 * radius as f32).round() as usize).min((radius - 1) / 2);
    let square = radius - 2 * diagonal;
    let (pw, ph) = (w + 2 * radius, h + 2 * radius);
    let mut field = vec![f32::NEG_INFINITY; pw * ph];
    for y in 0..h {
        let at = (y + radius) * pw + radius;
        field[at..at + w].copy_from_slice(&source.data[y * w..(y + 1) * w]);
    }
    field.par_chunks_mut(pw).for_each(|row| max_row(row, square));
    for (step, reach) in [(0isize, square), (1, diagonal), (-1, diagonal)] {
        if reach > 0 {
            field = max_lines(&field, pw, step, reach);
        }
    }
    let mut out = Plane::new(w, h, 0.0);
    for (y, row) in out.data.chunks_exact_mut(w).enumerate() {
        let at = (y + radius) * pw + radius;
        row.copy_from_slice(&field[at..at + w]);
    }
    out
}

/// Greyscale erosion (minimum) over an octagon; see [`dilate`]. Pixels outside the image are ignored.
pub fn erode(source: &Plane, radius: usize) -> Plane {
    let negative = |p: &Plane| Plane { width: p.width, height: p.height, data: p.data.iter().map(|v| -v).collect() };
    negative(&dilate(&negative(source), radius))
}

fn max_row(row: &mut [f32], reach: usize) {
    let (n, k) = (row.len(), 2 * reach + 1);
    let (mut prefix, mut suffix) = (row.to_vec(), row.to_vec());
    for block in prefix.chunks_mut(k) {
        for i in 1..block.len() {
            block[i] = block[i].max(block[i - 1]);
        }
    }
    for block in suffix.chunks_mut(k) {
        for i in (1..block.len()).rev() {
            block[i - 1] = block[i - 1].max(block[i]);
        }
    }
    for (x, out) in row.iter_mut().enumerate() {
        *out = suffix[x.saturating_sub(reach)].max(prefix[(x + reach).min(n - 1)]);
    }
}

/// Running maximum along lines with a slope of one row and `step` columns, computed on whole rows.
fn max_lines(field: &[f32], width: usize, step: isize, reach: usize) -> Vec<f32> {
    let (height, block) = (field.len() / width, (2 * reach + 1) * width);
    // `a[x]` = max(`a[x]`, `b[x + shift]`) where that exists.
    let merge = |a: &mut [f32], b: &[f32], shift: isize| {
        let s = shift.unsigned_abs().min(width);
        if shift >= 0 {
            a[..width - s].iter_mut().zip(&b[s..]).for_each(|(a, &b)| *a = a.max(b));
        } else {
            a[s..].iter_mut().zip(&b[..width - s]).for_each(|(a, &b)| *a = a.max(b));
        }
    };
    let (mut prefix, mut suffix) = (field.to_vec(), field.to_vec());
    prefix.par_chunks_mut(block).for_each(|rows| {
        for y in 1..rows.len() / width {
            let (done, rest) = rows.split_at_mut(y * width);
            merge(&mut rest[..width], &done[(y - 1) * width..], -step);
        }
    });
    suffix.par_chunks_mut(block).for_each(|rows| {
        for y in (1..rows.len() / width).rev() {
            let (above, below) = rows.split_at_mut(y * width);
            merge(&mut above[(y - 1) * width..], &below[..width], step);
        }
    });
    let mut out = field.to_vec();
    out.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        // Windows are clamped at the ends of the image, where the padding is empty.
        let up = reach.min(y);
        let down = reach.min(height - 1 - y);
        merge(row, &suffix[(y - up) * width..(y - up + 1) * width], -step * up as isize);
        merge(row, &prefix[(y + down) * width..(y + down + 1) * width], step * down as isize);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impulse(n: usize) -> Plane {
        let mut p = Plane::new(n, n, 0.0);
        p.data[(n / 2) * n + n / 2] = 1.0;
        p
    }

    #[test]
    fn an_impulse_becomes_a_gaussian_of_the_right_width() {
        for sigma in [0.8f32, 1.9, 2.0, 3.3, 7.0, 12.5] {
            let n = 151;
            let out = gaussian_plane(&impulse(n), sigma);
            let (mut sum, mut variance) = (0.0, 0.0);
            for y in 0..n {
                for x in 0..n {
                    sum += out.at(x, y);
                    variance += out.at(x, y) * (x as f32 - 75.0).powi(2);
                }
            }
            assert!((sum - 1.0).abs() < 1e-3, "{sigma}: {sum}");
            assert!((variance.sqrt() / sigma - 1.0).abs() < 0.02, "{sigma}: {}", variance.sqrt());
            let peak = 1.0 / (2.0 * std::f32::consts::PI * sigma * sigma);
            assert!((out.at(75, 75) / peak - 1.0).abs() < 0.13, "{sigma}");
            assert!((out.at(75, 70) - out.at(70, 75)).abs() < 1e-5);
        }
    }

    #[test]
    fn constants_and_tiny_pictures_survive() {
        for (w, h) in [(1, 1), (3, 2), (1, 40), (200, 33)] {
            let out = gaussian_rgb(&LinearRgb::new(w, h, [0.1, 0.5, 3.0]), 25.0);
            assert!(out.data.iter().all(|c| (c[0] - 0.1).abs() < 1e-4 && (c[2] - 3.0).abs() < 1e-3));
            assert!(dilate(&Plane::new(w, h, 0.4), 9).data.iter().all(|&v| v == 0.4));
            assert!(erode(&Plane::new(w, h, 0.4), 9).data.iter().all(|&v| v == 0.4));
        }
    }

    #[test]
    fn dilation_of_a_point_is_nearly_a_disc() {
        for r in [1usize, 2, 3, 5, 8, 20] {
            let n = 4 * r + 7;
            let out = dilate(&impulse(n), r);
            let area: f32 = out.data.iter().sum();
            let c = n / 2;
            assert_eq!(out.at(c + r, c), 1.0);
            assert_eq!(out.at(c, c - r), 1.0);
            assert_eq!(out.at(c + r + 1, c), 0.0);
            if r >= 5 {
                let disc = std::f32::consts::PI * (r as f32 + 0.5).powi(2);
                assert!((area / disc - 1.0).abs() < 0.16, "{r}: {area} {disc}");
            }
            let back = erode(&out, r);
            assert_eq!(back.data.iter().sum::<f32>(), 1.0, "closing of a point is the point, {r}");
        }
    }
}
