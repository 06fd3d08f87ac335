//! From coefficients to rows: inverse DCT, upsampling and colour conversion, with libjpeg's rounding.

use rayon::prelude::*;

use super::super::assembler::Assembler;
use super::super::error::DecodeError;
use super::super::row::Row;
use super::frame::{Component, Frame};
use super::idct;

/// Meaning of the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colors {
    Gray,
    Rgb,
    YCbCr,
    /// CMYK, stored inverted as Adobe's programs do.
    Cmyk,
    /// YCCK: as CMYK, with the first three components as YCbCr.
    Ycck,
}

/// Sliding window of decoded rows of a component, each as long as its blocks.
struct Window {
    samples: Vec<u8>,
    /// Samples per row.
    stride: usize,
    /// Index of the first row.
    first: usize,
}

impl Window {
    fn end(&self) -> usize {
        self.first + self.samples.len() / self.stride
    }

    fn row(&self, y: usize) -> &[u8] {
        let at = (y - self.first) * self.stride;
        &self.samples[at..at + self.stride]
    }
}

/// Converts rows of MCUs to rows of pixels.
pub(super) struct Output {
    colors: Colors,
    windows: Vec<Window>,
    next: usize,
}

impl Output {
    pub(super) fn new(frame: &Frame, colors: Colors) -> Self {
        let windows = frame.components.iter().map(|c| Window { samples: Vec::new(), stride: c.stride * 8, first: 0 }).collect();
        Self { colors, windows, next: 0 }
    }

    /// Adds the row of MCUs at index `stored` of the components' coefficients.
    pub(super) fn add(&mut self, frame: &Frame, stored: usize, assembler: &mut Assembler) -> Result<(), DecodeError> {
        self.windows.par_iter_mut().zip(&frame.components).for_each(|(window, c)| {
            let strip = window.stride * 8;
            let start = window.samples.len();
            window.samples.resize(start + strip * c.v, 0);
            window.samples[start..].par_chunks_mut(strip).enumerate().for_each(|(y, out)| transform(c, stored * c.v + y, out));
            // Padding rows must not influence the upsampling of the rows above.
            window.samples.truncate(c.height.saturating_sub(window.first) * window.stride);
        });
        let ready = |y: usize| {
            self.windows.iter().zip(&frame.components).all(|(w, c)| {
                let below = y * c.v / frame.v + usize::from(c.v != frame.v);
                below.min(c.height - 1) < w.end()
            })
        };
        let mut end = self.next;
        while end < frame.height && ready(end) {
            end += 1;
        }
        let channels = match self.colors {
            Colors::Gray => 1,
            Colors::Rgb | Colors::YCbCr => 3,
            Colors::Cmyk | Colors::Ycck => 4,
        };
        let (first, this) = (self.next, &*self);
        let mut pixels = vec![0; (end - first) * frame.width * channels];
        pixels.par_chunks_mut(frame.width * channels).enumerate().for_each(|(i, out)| this.row(frame, first + i, out));
        for row in pixels.chunks_exact(frame.width * channels) {
            assembler.push(Row::U8(row))?;
        }
        self.next = end;
        for (w, c) in self.windows.iter_mut().zip(&frame.components) {
            let keep = (end * c.v / frame.v).saturating_sub(1).min(w.end());
            if keep > w.first {
                w.samples.drain(..(keep - w.first) * w.stride);
                w.first = keep;
            }
        }
        Ok(())
    }

    fn row(&self, frame: &Frame, y: usize, out: &mut [u8]) {
        let width = frame.width;
        // Upsampling writes pairs of samples.
        let mut lines = vec![vec![0u8; width + 8]; self.windows.len()];
        for ((line, w), c) in lines.iter_mut().zip(&self.windows).zip(&frame.components) {
            upsample(w, c, (frame.h, frame.v), y, width, line);
        }
        let ycc = |y: u8, cb: u8, cr: u8| {
            let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
            let r = y + ((91_881 * cr + 32_768) >> 16);
            let g = y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16);
            let b = y + ((116_130 * cb + 32_768) >> 16);
            [r.clamp(0, 255) as u8, g.clamp(0, 255) as u8, b.clamp(0, 255) as u8]
        };
        match (self.colors, lines.as_slice()) {
            (Colors::Gray, [l]) => out.copy_from_slice(&l[..width]),
            (Colors::Rgb, [r, g, b]) => {
                out.chunks_exact_mut(3).zip(r.iter().zip(g).zip(b)).for_each(|(o, ((&r, &g), &b))| o.copy_from_slice(&[r, g, b]));
            }
            (Colors::YCbCr, [l, cb, cr]) => {
                out.chunks_exact_mut(3).zip(l.iter().zip(cb).zip(cr)).for_each(|(o, ((&l, &cb), &cr))| o.copy_from_slice(&ycc(l, cb, cr)));
            }
            (Colors::Cmyk, [c, m, y, k]) => {
                for (i, o) in out.chunks_exact_mut(4).enumerate() {
                    o.copy_from_slice(&[255 - c[i], 255 - m[i], 255 - y[i], 255 - k[i]]);
                }
            }
            (Colors::Ycck, [l, cb, cr, k]) => {
                for (i, o) in out.chunks_exact_mut(4).enumerate() {
                    let [c, m, y] = ycc(l[i], cb[i], cr[i]);
                    o.copy_from_slice(&[c, m, y, 255 - k[i]]);
                }
            }
            _ => {}
        }
    }
}

/// Applies the inverse DCT to a row of blocks.
fn transform(c: &Component, row: usize, out: &mut [u8]) {
    let Some(quantisers) = &c.quantisers else { return out.fill(128) };
    let stride = c.stride * 8;
    let blocks = c.coefficients[row * c.stride * 64..].chunks_exact(64).take(c.stride);
    for (x, block) in blocks.enumerate() {
        if let Ok(block) = block.try_into() {
            idct::block(block, quantisers, &mut out[x * 8..], stride);
        }
    }
}

/// Upsamples a row of a component to the picture's width. Components at half size are interpolated as libjpeg does by default; others are
/// replicated.
fn upsample(w: &Window, c: &Component, (h, v): (usize, usize), y: usize, width: usize, out: &mut [u8]) {
    let row = y * c.v / v;
    let own = &w.row(row)[..c.width];
    let whole = h.is_multiple_of(c.h) && v.is_multiple_of(c.v);
    let near = || w.row(if y.is_multiple_of(2) { row.saturating_sub(1) } else { (row + 1).min(c.height - 1) });
    match (h / c.h, v / c.v) {
        (1, 1) if whole => out[..width].copy_from_slice(&own[..width]),
        (2, 1) if whole && c.width > 2 => {
            let at = |i: usize| u32::from(own[i]);
            pairs(c.width, out, |i, j, odd| ((at(i) * 3 + at(j) + if odd { 2 } else { 1 }) >> 2) as u8, |i, _| own[i]);
        }
        (2, 2) if whole && c.width > 2 => {
            let near = near();
            let sum: Vec<u32> = own.iter().zip(near).map(|(&a, &b)| u32::from(a) * 3 + u32::from(b)).collect();
            pairs(
                c.width,
                out,
                |i, j, odd| ((sum[i] * 3 + sum[j] + if odd { 7 } else { 8 }) >> 4) as u8,
                |i, odd| ((sum[i] * 4 + if odd { 7 } else { 8 }) >> 4) as u8,
            );
        }
        (1, 2) if whole => {
            let bias = if y.is_multiple_of(2) { 1 } else { 2 };
            out.iter_mut().zip(own.iter().zip(near())).for_each(|(o, (&a, &b))| *o = ((u32::from(a) * 3 + u32::from(b) + bias) >> 2) as u8);
        }
        _ => out[..width].iter_mut().enumerate().for_each(|(x, o)| *o = own[(x * c.h / h).min(c.width - 1)]),
    }
}

/// Writes two samples for each sample of a row: `mixed` with the previous or next neighbour, `edge` at both ends.
fn pairs(width: usize, out: &mut [u8], mixed: impl Fn(usize, usize, bool) -> u8, edge: impl Fn(usize, bool) -> u8) {
    for (i, o) in out.chunks_exact_mut(2).take(width).enumerate() {
        o[0] = if i == 0 { edge(i, false) } else { mixed(i, i - 1, false) };
        o[1] = if i + 1 == width { edge(i, true) } else { mixed(i, i + 1, true) };
    }
}
