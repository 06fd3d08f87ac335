//! The frame: components, their blocks and their coefficients.

use super::super::error::DecodeError;
use super::bits::Huffman;
use super::error::{damaged, variant};
use crate::notice;

/// Natural index of each coefficient in the order of the file.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56,
    57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// A component with its coefficients: all of them, or those of one row of MCUs.
#[derive(Default)]
pub(super) struct Component {
    pub id: u8,
    /// Sampling factors.
    pub h: usize,
    pub v: usize,
    /// Index of the quantisation table.
    pub table: usize,
    /// The quantisation table at the start of the component's first scan, in natural order.
    pub quantisers: Option<[u16; 64]>,
    /// Size in samples, without padding.
    pub width: usize,
    pub height: usize,
    /// Size in blocks without padding, and in whole MCUs.
    pub blocks: (usize, usize),
    pub stride: usize,
    pub coefficients: Vec<i16>,
    /// The lowest bit of each coefficient decoded so far (successive approximation); `u8::MAX` before its first scan.
    pub precision: Vec<u8>,
}

impl Component {
    /// The coefficients of a block.
    #[inline]
    pub(super) fn block(&mut self, x: usize, y: usize) -> Option<&mut [i16; 64]> {
        let at = (y * self.stride + x) * 64;
        self.coefficients.get_mut(at..at + 64)?.try_into().ok()
    }
}

/// The frame header (SOF).
pub(super) struct Frame {
    pub progressive: bool,
    pub width: usize,
    pub height: usize,
    pub components: Vec<Component>,
    /// The largest sampling factors.
    pub h: usize,
    pub v: usize,
    /// MCUs per row and column.
    pub mcus: (usize, usize),
}

impl Frame {
    /// Parses the content of a SOF0, SOF1 or SOF2 segment.
    pub(super) fn read(data: &[u8], progressive: bool) -> Result<Self, DecodeError> {
        let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = data else {
            return Err(damaged(notice!("decode-damage-short-frame-header")));
        };
        if precision != 8 {
            return Err(variant(notice!("decode-uses-sample-bits", bits = precision)));
        }
        let (height, width) = (usize::from(h1) << 8 | usize::from(h0), usize::from(w1) << 8 | usize::from(w0));
        let count = usize::from(count);
        if !matches!(count, 1 | 3 | 4) {
            return Err(variant(notice!("decode-uses-components", count = count)));
        }
        if width == 0 || rest.len() < count * 3 {
            return Err(damaged(notice!("decode-damage-frame-header")));
        }
        let mut components = Vec::new();
        for c in rest.chunks_exact(3).take(count) {
            let (h, v, table) = (usize::from(c[1] >> 4), usize::from(c[1] & 15), usize::from(c[2]));
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || table > 3 {
                return Err(damaged(notice!("decode-damage-sampling")));
            }
            // The sampling factors of a single component have no effect: an MCU is one block.
            let (h, v) = if count == 1 { (1, 1) } else { (h, v) };
            components.push(Component { id: c[0], h, v, table, precision: vec![u8::MAX; 64], ..Component::default() });
        }
        let (h, v) = components.iter().fold((1, 1), |(h, v), c| (h.max(c.h), v.max(c.v)));
        let mut frame = Self { progressive, width, height, components, h, v, mcus: (0, 0) };
        frame.set_height(height);
        Ok(frame)
    }

    /// Sets the height, if the header does not contain it.
    pub(super) fn set_height(&mut self, height: usize) {
        self.height = height;
        self.mcus = (self.width.div_ceil(8 * self.h), height.div_ceil(8 * self.v));
        for c in &mut self.components {
            (c.width, c.height) = ((self.width * c.h).div_ceil(self.h), (height * c.v).div_ceil(self.v));
            c.blocks = (c.width.div_ceil(8), c.height.div_ceil(8));
            c.stride = self.mcus.0 * c.h;
        }
    }

    /// Memory for the coefficients of the whole picture, bytes.
    pub(super) fn coefficient_bytes(&self) -> u64 {
        self.components.iter().map(|c| (c.stride * self.mcus.1 * c.v) as u64 * 128).sum()
    }

    /// Allocates the coefficients of this number of rows of MCUs.
    pub(super) fn allocate(&mut self, rows: usize) {
        for c in &mut self.components {
            c.coefficients = vec![0; c.stride * c.v * rows * 64];
        }
    }
}

/// The scan header (SOS) with its tables.
pub(super) struct Scan {
    pub parts: Vec<ScanPart>,
    pub first: usize,
    pub last: usize,
    pub high: u32,
    pub low: u32,
}

/// A component of a scan.
pub(super) struct ScanPart {
    /// Index into the frame's components.
    pub component: usize,
    pub dc: Option<Huffman>,
    pub ac: Option<Huffman>,
    /// The previous DC value, the predictor of the next.
    pub predictor: i32,
}
