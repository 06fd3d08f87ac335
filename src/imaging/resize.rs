//! Antialiased resizing in bands of rows, without a full-size intermediate.

use std::collections::VecDeque;

use image::{RgbImage, RgbaImage};
use rayon::prelude::*;

use super::plane::Plane;
use super::rgb::{LinearRgb, linear_to_srgb8, srgb8_to_linear};

use crate::math;

/// The reconstruction kernel. All of them antialias: the kernel is widened when downscaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Linear interpolation; no overshoot. For mattes and other fields that must stay in range.
    Triangle,
    /// Sharp with little ringing (Catmull and Rom 1974). The usual choice for pictures.
    CatmullRom,
    /// Sharpest (Duchon 1979).
    Lanczos3,
}

impl Filter {
    fn support(self) -> f32 {
        match self {
            Filter::Triangle => 1.0,
            Filter::CatmullRom => 2.0,
            Filter::Lanczos3 => 3.0,
        }
    }

    fn weight(self, x: f32) -> f32 {
        let x = x.abs();
        match self {
            Filter::Triangle => (1.0 - x).max(0.0),
            Filter::CatmullRom if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Filter::CatmullRom if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Filter::Lanczos3 if x < 1e-4 => 1.0,
            Filter::Lanczos3 if x < 3.0 => {
                let p = std::f32::consts::PI * x;
                3.0 * math::sin(p) * math::sin(p / 3.0) / (p * p)
            }
            _ => 0.0,
        }
    }
}

/// For each target sample: the index of the first source sample and the normalised weights from there on.
struct Taps {
    starts: Vec<usize>,
    /// `count` weights per target sample, zero-padded.
    weights: Vec<f32>,
    count: usize,
}

impl Taps {
    fn new(from: usize, to: usize, filter: Filter) -> Self {
        let scale = from as f64 / to as f64;
        let stretch = scale.max(1.0);
        let reach = f64::from(filter.support()) * stretch;
        let count = ((2.0 * reach).ceil() as usize + 1).min(from);
        let mut starts = Vec::with_capacity(to);
        let mut weights = vec![0.0; to * count];
        for (i, w) in weights.chunks_exact_mut(count).enumerate() {
            let centre = (i as f64 + 0.5) * scale - 0.5;
            let start = ((centre - reach).ceil().max(0.0) as usize).min(from - count);
            let mut sum = 0.0;
            for (k, w) in w.iter_mut().enumerate() {
                *w = filter.weight((((start + k) as f64 - centre) / stretch) as f32);
                sum += *w;
            }
            w.iter_mut().for_each(|w| *w /= sum);
            starts.push(start);
        }
        Self { starts, weights, count }
    }

    fn of(&self, i: usize) -> (usize, &[f32]) {
        (self.starts[i], &self.weights[i * self.count..(i + 1) * self.count])
    }

    /// The weighted sum of the source samples of one target sample.
    fn sum<const N: usize>(&self, i: usize, source: &[[f32; N]]) -> [f32; N] {
        let (start, weights) = self.of(i);
        let mut sum = [0.0; N];
        for (p, &w) in source[start..start + weights.len()].iter().zip(weights) {
            for c in 0..N {
                sum[c] += p[c] * w;
            }
        }
        sum
    }
}

/// Target rows per task. Source rows that two bands share are filtered twice, so a band must not be too small.
const BAND: usize = 48;

/// Separable resampling. `load(y, row)` fills a source row; `store(row, out)` converts a finished row.
pub(super) fn resample<const N: usize, T: Copy + Default + Send>(
    (width, height): (usize, usize),
    (to_width, to_height): (usize, usize),
    filter: Filter,
    load: impl Fn(usize, &mut [[f32; N]]) + Sync,
    store: impl Fn(&[[f32; N]], &mut [T]) + Sync,
    out_per_pixel: usize,
) -> Vec<T> {
    let mut out = vec![T::default(); to_width * to_height * out_per_pixel];
    if width == 0 || height == 0 || out.is_empty() {
        return out;
    }
    let (across, down) = (Taps::new(width, to_width, filter), Taps::new(height, to_height, filter));
    let row_len = to_width * out_per_pixel;
    out.par_chunks_mut(row_len * BAND).enumerate().for_each(|(band, out)| {
        let first = band * BAND;
        let rows = out.len() / row_len;
        let y0 = down.starts[first];
        let y1 = down.starts[first + rows - 1] + down.count;
        let mut source = vec![[0.0; N]; width];
        let mut narrow = vec![[0.0; N]; to_width * (y1 - y0)];
        for (y, target) in narrow.chunks_exact_mut(to_width).enumerate() {
            load(y0 + y, &mut source);
            for (x, target) in target.iter_mut().enumerate() {
                *target = across.sum(x, &source);
            }
        }
        let mut line = vec![[0.0; N]; to_width];
        for (i, out) in out.chunks_exact_mut(row_len).enumerate() {
            let (start, weights) = down.of(first + i);
            line.fill([0.0; N]);
            for (k, &w) in weights.iter().enumerate().filter(|&(_, &w)| w != 0.0) {
                let from = (start - y0 + k) * to_width;
                for (l, p) in line.iter_mut().zip(&narrow[from..from + to_width]) {
                    for c in 0..N {
                        l[c] += p[c] * w;
                    }
                }
            }
            store(&line, out);
        }
    });
    out
}

/// Resizes a scalar field; the result is clamped to the range of the source.
pub fn resize_plane(source: &Plane, width: usize, height: usize, filter: Filter) -> Plane {
    if (source.width, source.height) == (width, height) {
        return source.clone();
    }
    let (low, high) = source.data.iter().fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    let data = resample::<1, f32>(
        (source.width, source.height),
        (width, height),
        filter,
        |y, row| {
            let from = &source.data[y * source.width..(y + 1) * source.width];
            row.iter_mut().zip(from).for_each(|(r, &v)| *r = [v]);
        },
        |row, out| out.iter_mut().zip(row).for_each(|(o, r)| *o = r[0].max(low).min(high)),
        1,
    );
    Plane { width, height, data }
}

/// Resizes a linear-light image; negative results are clamped to 0.
pub fn resize_rgb(source: &LinearRgb, width: usize, height: usize, filter: Filter) -> LinearRgb {
    if (source.width, source.height) == (width, height) {
        return source.clone();
    }
    let data = resample::<3, [f32; 3]>(
        (source.width, source.height),
        (width, height),
        filter,
        |y, row| row.copy_from_slice(&source.data[y * source.width..(y + 1) * source.width]),
        |row, out| out.iter_mut().zip(row).for_each(|(o, r)| *o = r.map(|v| v.max(0.0))),
        1,
    );
    LinearRgb { width, height, data }
}

/// Resamples a picture of `N` bytes a pixel; `decode` and `encode` convert between bytes and the values that are filtered.
fn resample_bytes<const N: usize>(
    raw: &[u8],
    (width, height): (usize, usize),
    size: (usize, usize),
    filter: Filter,
    decode: impl Fn(&[u8]) -> [f32; N] + Sync,
    encode: impl Fn(&[f32; N]) -> [u8; N] + Sync,
) -> Vec<u8> {
    resample::<N, u8>(
        (width, height),
        size,
        filter,
        |y, row| row.iter_mut().zip(raw[y * width * N..].chunks_exact(N)).for_each(|(r, p)| *r = decode(p)),
        |row, out| out.chunks_exact_mut(N).zip(row).for_each(|(o, r)| o.copy_from_slice(&encode(r))),
        N,
    )
}

/// Resizes 8-bit sRGB in linear light.
pub fn resize_rgb8(source: &RgbImage, width: usize, height: usize, filter: Filter) -> RgbImage {
    let size = (source.width() as usize, source.height() as usize);
    if size == (width, height) {
        return source.clone();
    }
    let decode = |p: &[u8]| [srgb8_to_linear(p[0]), srgb8_to_linear(p[1]), srgb8_to_linear(p[2])];
    let data = resample_bytes(source.as_raw(), size, (width, height), filter, decode, |r| r.map(linear_to_srgb8));
    RgbImage::from_raw(width as u32, height as u32, data).unwrap_or_default()
}

/// Resizes 8-bit sRGB with straight alpha. Filters premultiplied linear light to avoid fringes (Porter and Duff 1984); the colour of fully
/// transparent pixels is lost.
pub fn resize_rgba8(source: &RgbaImage, width: usize, height: usize, filter: Filter) -> RgbaImage {
    let size = (source.width() as usize, source.height() as usize);
    if size == (width, height) {
        return source.clone();
    }
    let data = resample_bytes(source.as_raw(), size, (width, height), filter, premultiplied, straight);
    RgbaImage::from_raw(width as u32, height as u32, data).unwrap_or_default()
}

/// Resamples the 8-bit values themselves instead of linear light, as the preprocessing of segmentation networks does. The results may overshoot
/// 0..=255, depending on the filter.
pub(crate) fn resample_encoded(photo: &RgbImage, size: (usize, usize), filter: Filter) -> Vec<[f32; 3]> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let raw = photo.as_raw();
    let decode = |p: &[u8]| [f32::from(p[0]), f32::from(p[1]), f32::from(p[2])];
    resample::<3, [f32; 3]>(
        (width, height),
        size,
        filter,
        |y, row| row.iter_mut().zip(raw[y * width * 3..].chunks_exact(3)).for_each(|(r, p)| *r = decode(p)),
        |row, out| out.copy_from_slice(row),
        1,
    )
}

/// Streaming downscaler for rows of 8-bit sRGB with straight alpha. The result equals that of [`resize_rgba8`] apart from rounding, without
/// the whole source in memory.
pub(crate) struct RowReducer {
    across: Taps,
    down: Taps,
    to: (usize, usize),
    /// Rows that have not been filtered yet, 4 bytes per pixel.
    waiting: Vec<u8>,
    width: usize,
    /// Number of rows that have been filtered.
    taken: usize,
    /// Target rows that are partly accumulated; the first is row `done` of the target.
    open: VecDeque<Vec<[f32; 4]>>,
    done: usize,
    out: Vec<u8>,
}

/// Source rows that are filtered together, on all cores.
const REDUCE_BAND: usize = 64;

impl RowReducer {
    /// A reducer from one size to another; neither side may be 0.
    pub(crate) fn new((width, height): (usize, usize), to: (usize, usize), filter: Filter) -> Self {
        let (across, down) = (Taps::new(width, to.0, filter), Taps::new(height, to.1, filter));
        let out = Vec::with_capacity(to.0 * to.1 * 4);
        let waiting = Vec::with_capacity(width * 4 * REDUCE_BAND.min(height));
        Self { across, down, to, waiting, width, taken: 0, open: VecDeque::new(), done: 0, out }
    }

    /// Takes the next row, RGBA.
    pub(crate) fn push(&mut self, row: &[u8]) {
        self.waiting.extend_from_slice(&row[..self.width * 4]);
        if self.waiting.len() >= self.width * 4 * REDUCE_BAND {
            self.filter_waiting();
        }
    }

    /// The downscaled picture; missing rows count as transparent.
    pub(crate) fn finish(mut self) -> RgbaImage {
        self.filter_waiting();
        self.out.resize(self.to.0 * self.to.1 * 4, 0);
        RgbaImage::from_raw(self.to.0 as u32, self.to.1 as u32, self.out).unwrap_or_default()
    }

    fn filter_waiting(&mut self) {
        let across = &self.across;
        let narrow: Vec<Vec<[f32; 4]>> = self
            .waiting
            .par_chunks_exact(self.width * 4)
            .map(|row| {
                let source: Vec<[f32; 4]> = row.chunks_exact(4).map(premultiplied).collect();
                (0..self.to.0).map(|x| across.sum(x, &source)).collect()
            })
            .collect();
        self.waiting.clear();
        let end = self.taken + narrow.len();
        // Start every target row to which these source rows contribute.
        let reached = (self.done + self.open.len()..self.to.1).take_while(|&y| self.down.starts[y] < end).count();
        self.open.extend(std::iter::repeat_n(vec![[0.0; 4]; self.to.0], reached));
        let (first, taken, down) = (self.done, self.taken, &self.down);
        self.open.par_iter_mut().enumerate().for_each(|(i, line)| {
            let (start, weights) = down.of(first + i);
            for (k, &w) in weights.iter().enumerate().filter(|&(_, &w)| w != 0.0) {
                let Some(source) = (start + k).checked_sub(taken).and_then(|y| narrow.get(y)) else { continue };
                for (l, p) in line.iter_mut().zip(source) {
                    for c in 0..4 {
                        l[c] += p[c] * w;
                    }
                }
            }
        });
        self.taken = end;
        while self.done < self.to.1 && self.down.starts[self.done] + self.down.count <= end {
            let Some(line) = self.open.pop_front() else { break };
            self.out.extend(line.iter().flat_map(straight));
            self.done += 1;
        }
    }
}

/// Straight 8-bit sRGB → premultiplied linear light.
fn premultiplied(p: &[u8]) -> [f32; 4] {
    let a = f32::from(p[3]) / 255.0;
    [srgb8_to_linear(p[0]) * a, srgb8_to_linear(p[1]) * a, srgb8_to_linear(p[2]) * a, a]
}

/// The inverse of [`premultiplied`].
fn straight(r: &[f32; 4]) -> [u8; 4] {
    let a = r[3].clamp(0.0, 1.0);
    // Divide before clamping: the kernel overshoots in colour and alpha alike.
    let inverse = if a > 1.0 / 512.0 { 1.0 / r[3] } else { 0.0 };
    let code = |v: f32| linear_to_srgb8(v * inverse);
    [code(r[0]), code(r[1]), code(r[2]), (a * 255.0 + 0.5) as u8]
}

/// The size with the same aspect ratio whose longer side is at most `max_side`; never enlarged, each side at least 1.
pub fn fit_within(width: usize, height: usize, max_side: usize) -> (usize, usize) {
    let longest = width.max(height);
    if longest <= max_side {
        return (width, height);
    }
    let scale = |v: usize| ((v as f64 * max_side as f64 / longest as f64).round() as usize).max(1);
    (scale(width), scale(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_constant_at_any_size() {
        let plane = Plane::new(37, 61, 0.37);
        for (w, h) in [(1, 1), (5, 200), (300, 7), (37, 60)] {
            for f in [Filter::Triangle, Filter::CatmullRom, Filter::Lanczos3] {
                assert!(resize_plane(&plane, w, h, f).data.iter().all(|v| (v - 0.37).abs() < 1e-5));
            }
        }
        let one = resize_rgb(&LinearRgb::new(1, 1, [0.2, 0.4, 2.0]), 9, 5, Filter::Lanczos3);
        assert!(one.data.iter().all(|c| (c[2] - 2.0).abs() < 1e-5));
    }

    #[test]
    fn a_ramp_keeps_its_place() {
        let ramp = Plane { width: 256, height: 2, data: (0..512).map(|i| (i % 256) as f32 / 255.0).collect() };
        for (w, f) in [(64, Filter::Lanczos3), (1000, Filter::CatmullRom), (77, Filter::Triangle)] {
            let out = resize_plane(&ramp, w, 2, f);
            let x = w / 2;
            let expected = ((x as f32 + 0.5) * 256.0 / w as f32 - 0.5) / 255.0;
            assert!((out.at(x, 1) - expected).abs() < 2e-3, "{w}: {} {expected}", out.at(x, 1));
        }
    }

    #[test]
    fn transparent_colours_do_not_bleed() {
        let image = RgbaImage::from_fn(64, 64, |x, _| image::Rgba(if x < 32 { [200, 30, 30, 255] } else { [0, 255, 0, 0] }));
        let small = resize_rgba8(&image, 21, 21, Filter::CatmullRom);
        for p in small.pixels().filter(|p| p[3] > 8) {
            assert!(p[0].abs_diff(200) <= 2 && p[1].abs_diff(30) <= 2, "{p:?}");
        }
    }

    #[test]
    fn rows_that_come_one_by_one_are_reduced_like_a_whole_picture() {
        for (w, h, to) in [(300, 200, (90, 60)), (700, 3, (20, 1)), (64, 500, (8, 63)), (2561, 5, (2560, 5))] {
            let image = RgbaImage::from_fn(w, h, |x, y| image::Rgba([(x * 7) as u8, (y * 11) as u8, (x * y) as u8, (x + 3 * y) as u8]));
            let mut reducer = RowReducer::new((w as usize, h as usize), to, Filter::CatmullRom);
            image.as_raw().chunks_exact(w as usize * 4).for_each(|row| reducer.push(row));
            let (rows, whole) = (reducer.finish(), resize_rgba8(&image, to.0, to.1, Filter::CatmullRom));
            assert_eq!(rows.dimensions(), whole.dimensions());
            assert!(rows.as_raw().iter().zip(whole.as_raw()).all(|(a, b)| a.abs_diff(*b) <= 1), "{w}×{h}");
        }
    }

    #[test]
    fn fits() {
        assert_eq!(fit_within(8000, 6000, 4096), (4096, 3072));
        assert_eq!(fit_within(30, 20, 40), (30, 20));
        assert_eq!(fit_within(30000, 2, 100), (100, 1));
    }
}
