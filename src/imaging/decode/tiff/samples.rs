//! Converts the bytes of a decompressed row to samples: predictor, byte order, bit depth.

use super::page::{Page, Photometric, SampleKind};

/// Interleaved samples of a row of the picture.
#[derive(Debug)]
pub(super) enum Samples {
    U8(Vec<u8>),
    U16(Vec<u16>),
    F32(Vec<f32>),
}

impl Samples {
    /// A zeroed row of `count` samples of this page's type.
    pub(super) fn for_page(page: &Page, count: usize) -> Self {
        match (page.kind, page.bits) {
            (SampleKind::Float, _) => Self::F32(vec![0.0; count]),
            (SampleKind::Integer, ..=8) => Self::U8(vec![0; count]),
            _ => Self::U16(vec![0; count]),
        }
    }
}

/// Reverts the predictor of a row and converts its samples to little-endian.
pub(super) struct RowDecoder {
    /// Bytes per sample; 0 if samples are not whole bytes.
    bytes: usize,
    stride: usize,
    predictor: u64,
    swap: bool,
    scratch: Vec<u8>,
}

impl RowDecoder {
    pub(super) fn new(page: &Page) -> Self {
        let bytes = if page.bits.is_multiple_of(8) { page.bits as usize / 8 } else { 0 };
        // The floating-point predictor defines its own byte order.
        let swap = page.endian.big && bytes > 1 && page.predictor != 3;
        Self { bytes, stride: page.chunk_samples(), predictor: page.predictor, swap, scratch: Vec::new() }
    }

    pub(super) fn decode(&mut self, row: &mut [u8]) {
        if self.swap {
            row.chunks_exact_mut(self.bytes).for_each(<[u8]>::reverse);
        }
        match (self.predictor, self.bytes) {
            (2, 1) => accumulate(row, self.stride),
            (2, 2) => accumulate_wide(row, self.stride, u16::from_le_bytes, u16::wrapping_add, u16::to_le_bytes),
            (2, 4) => accumulate_wide(row, self.stride, u32::from_le_bytes, u32::wrapping_add, u32::to_le_bytes),
            (2, 8) => accumulate_wide(row, self.stride, u64::from_le_bytes, u64::wrapping_add, u64::to_le_bytes),
            (3, bytes @ 1..) => {
                accumulate(row, self.stride);
                // Bytes are grouped by significance, highest first.
                self.scratch.clear();
                self.scratch.extend_from_slice(row);
                let count = row.len() / bytes;
                for (i, sample) in row.chunks_exact_mut(bytes).enumerate() {
                    for (k, byte) in sample.iter_mut().enumerate() {
                        *byte = self.scratch[(bytes - 1 - k) * count + i];
                    }
                }
            }
            _ => {}
        }
    }
}

fn accumulate(row: &mut [u8], stride: usize) {
    for i in stride..row.len() {
        row[i] = row[i].wrapping_add(row[i - stride]);
    }
}

fn accumulate_wide<T: Copy, const N: usize>(
    row: &mut [u8],
    stride: usize,
    read: impl Fn([u8; N]) -> T,
    add: impl Fn(T, T) -> T,
    write: impl Fn(T) -> [u8; N],
) {
    let (samples, _) = row.as_chunks_mut::<N>();
    for i in stride..samples.len() {
        samples[i] = write(add(read(samples[i]), read(samples[i - stride])));
    }
}

/// Where to copy the samples of a strip or tile within a row of the picture.
pub(super) struct Placement<'a> {
    /// Column of its first pixel.
    pub x: usize,
    /// Number of pixels to copy.
    pub count: usize,
    /// Samples per pixel of the strip or tile.
    pub from_samples: usize,
    /// Samples per pixel of the picture.
    pub to_samples: usize,
    /// Pairs of sample indices: from the strip or tile, to the picture.
    pub channels: &'a [(usize, usize)],
}

/// Copies the samples of a decoded row (see [`RowDecoder`]) to their place, scaled to the full range of their type.
pub(super) fn place(row: &[u8], page: &Page, placement: &Placement<'_>, into: &mut Samples) {
    let scaled = !matches!(page.photometric, Photometric::Palette(_));
    let bits = page.bits as usize;
    match into {
        Samples::U8(out) if bits == 8 => copy(placement, out, |i| row[i]),
        Samples::U8(out) => {
            let max = (1 << bits) - 1;
            copy(placement, out, |i| {
                let value = bits_at(row, i * bits, bits);
                if scaled { ((value * 255 + max / 2) / max) as u8 } else { value as u8 }
            });
        }
        Samples::U16(out) => match bits {
            16 => copy(placement, out, |i| u16::from_le_bytes([row[i * 2], row[i * 2 + 1]])),
            // Wider samples are reduced to their highest 16 bits.
            24 | 32 | 64 => {
                let bytes = bits / 8;
                copy(placement, out, |i| u16::from_le_bytes([row[i * bytes + bytes - 2], row[i * bytes + bytes - 1]]));
            }
            _ => {
                let max = (1 << bits) - 1;
                copy(placement, out, |i| {
                    let value = bits_at(row, i * bits, bits);
                    if scaled { ((value * 65_535 + max / 2) / max) as u16 } else { value as u16 }
                });
            }
        },
        Samples::F32(out) => copy(placement, out, |i| {
            let value = match bits {
                16 => half(u16::from_le_bytes([row[i * 2], row[i * 2 + 1]])),
                32 => f32::from_le_bytes([row[i * 4], row[i * 4 + 1], row[i * 4 + 2], row[i * 4 + 3]]),
                _ => row[i * 8..].first_chunk().map_or(0.0, |b| f64::from_le_bytes(*b) as f32),
            };
            if value.is_finite() { value } else { 0.0 }
        }),
    }
}

fn copy<T: Copy>(placement: &Placement<'_>, out: &mut [T], sample: impl Fn(usize) -> T) {
    let out = &mut out[placement.x * placement.to_samples..];
    for (i, pixel) in out.chunks_exact_mut(placement.to_samples).take(placement.count).enumerate() {
        for &(from, to) in placement.channels {
            pixel[to] = sample(i * placement.from_samples + from);
        }
    }
}

/// Reads `count` bits (at most 16) at a bit position, most significant bit first.
fn bits_at(row: &[u8], position: usize, count: usize) -> u32 {
    let at = |i: usize| row.get(position / 8 + i).copied().map_or(0, u32::from);
    let window = at(0) << 16 | at(1) << 8 | at(2);
    (window << (8 + position % 8)) >> (32 - count)
}

/// Converts an IEEE 754 half-precision number.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1F), f32::from(bits & 0x3FF) / 1024.0);
    sign * match exponent {
        0 => fraction * 2_f32.powi(-14),
        31 => f32::INFINITY,
        e => (1.0 + fraction) * 2_f32.powi(e - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_cross_bytes() {
        let row = [0b1010_1100, 0b0111_0001, 0b1111_1111];
        assert_eq!(bits_at(&row, 0, 1), 1);
        assert_eq!(bits_at(&row, 6, 4), 0b0001);
        assert_eq!(bits_at(&row, 4, 12), 0b1100_0111_0001);
        assert_eq!(bits_at(&row, 16, 16), 0xFF00);
    }

    #[test]
    fn halves() {
        for (bits, value) in [(0x3C00, 1.0), (0xC000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8), (0, 0.0)] {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7C00).is_infinite());
    }

    #[test]
    fn differences_of_floats_are_undone() {
        let values = [1.5_f32, -0.25, 1e-3, 7.0];
        // As libtiff writes it: highest bytes first, then the difference of neighbours.
        let mut row: Vec<u8> = (0..4).flat_map(|k| values.map(|v| v.to_be_bytes()[k])).collect();
        for i in (1..row.len()).rev() {
            row[i] = row[i].wrapping_sub(row[i - 1]);
        }
        let mut decoder = RowDecoder { bytes: 4, stride: 1, predictor: 3, swap: false, scratch: Vec::new() };
        decoder.decode(&mut row);
        assert_eq!(row, values.map(f32::to_le_bytes).concat());
    }
}
