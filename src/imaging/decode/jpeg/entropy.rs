//! Decodes blocks of coefficients from entropy-coded data (T.81, annexes F and G).

use super::bits::{Bits, Huffman};
use super::frame::{Frame, Scan, ZIGZAG};

/// Largest DC value of 8-bit samples, with a margin for encoders that do not round to the nearest.
const MAX_DC: i32 = 1024 + 16;

/// The part of each block in a progressive scan: the first and the last coefficient, and the lowest bit.
type Band = (usize, usize, u32);

/// Decodes the blocks of one scan.
pub(super) struct Entropy {
    /// Remaining blocks of an end-of-band run.
    end_of_band_run: u32,
    /// Whether a DC value was out of range: the data is damaged although its codes are valid.
    pub suspicious: bool,
}

impl Entropy {
    pub(super) fn new() -> Self {
        Self { end_of_band_run: 0, suspicious: false }
    }

    /// Starts a restart interval.
    pub(super) fn restart(&mut self, scan: &mut Scan) {
        self.end_of_band_run = 0;
        scan.parts.iter_mut().for_each(|p| p.predictor = 0);
    }

    /// Decodes a block of the `part`-th component of the scan; `None` if the data is damaged.
    #[inline]
    pub(super) fn block(
        &mut self,
        bits: &mut Bits<'_>,
        frame: &mut Frame,
        scan: &mut Scan,
        part: usize,
        (x, y): (usize, usize),
    ) -> Option<()> {
        let progressive = frame.progressive;
        let (first, last, high, low) = (scan.first, scan.last, scan.high, scan.low);
        let part = scan.parts.get_mut(part)?;
        let component = frame.components.get_mut(part.component)?;
        let quantiser = component.quantisers.map_or(1, |q| i32::from(q[0]));
        let block = component.block(x, y)?;
        if first == 0 && high == 0 {
            let size = bits.symbol(part.dc.as_ref()?)?;
            if size > 15 {
                return None;
            }
            part.predictor = part.predictor.wrapping_add(bits.signed(u32::from(size)));
            let value = part.predictor.wrapping_shl(low);
            // The dequantised DC value is eight times the block's mean minus 128.
            self.suspicious |= value.saturating_mul(quantiser).saturating_abs() > MAX_DC + quantiser;
            block[0] = value as i16;
        } else if first == 0 {
            block[0] |= (bits.take(1) << low) as i16;
        }
        if !progressive {
            sequential(bits, part.ac.as_ref()?, block)?;
        } else if first > 0 && high == 0 {
            self.first_pass(bits, part.ac.as_ref()?, block, (first, last, low))?;
        } else if first > 0 {
            self.refine(bits, part.ac.as_ref()?, block, (first, last, low))?;
        }
        (!bits.exhausted()).then_some(())
    }

    fn first_pass(&mut self, bits: &mut Bits<'_>, table: &Huffman, block: &mut [i16; 64], (first, last, low): Band) -> Option<()> {
        if self.end_of_band_run > 0 {
            self.end_of_band_run -= 1;
            return Some(());
        }
        let mut k = first;
        while k <= last {
            let symbol = bits.symbol(table)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run < 15 {
                    self.end_of_band_run = (1 << run) - 1 + bits.take(run as u32);
                    break;
                }
                k += 16;
                continue;
            }
            k += run;
            let value = bits.signed(size);
            block[usize::from(*ZIGZAG.get(k)?)] = value.wrapping_shl(low) as i16;
            k += 1;
        }
        // The run exceeds the band.
        (k <= 64).then_some(())
    }

    fn refine(&mut self, bits: &mut Bits<'_>, table: &Huffman, block: &mut [i16; 64], (first, last, low): Band) -> Option<()> {
        let bit = 1i16.wrapping_shl(low);
        let mut k = first;
        let correct = |bits: &mut Bits<'_>, value: &mut i16| {
            if bits.take(1) == 1 && *value & bit == 0 {
                *value = value.wrapping_add(if *value >= 0 { bit } else { -bit });
            }
        };
        if self.end_of_band_run == 0 {
            while k <= last {
                let symbol = bits.symbol(table)?;
                let (mut run, size) = (u32::from(symbol >> 4), symbol & 15);
                let mut new = 0;
                if size == 0 {
                    if run < 15 {
                        self.end_of_band_run = (1 << run) + bits.take(run);
                        break;
                    }
                } else {
                    if size != 1 {
                        return None;
                    }
                    new = if bits.take(1) == 1 { bit } else { -bit };
                }
                while k <= last {
                    let value = &mut block[usize::from(ZIGZAG[k])];
                    k += 1;
                    if *value != 0 {
                        correct(bits, value);
                    } else if run == 0 {
                        *value = new;
                        break;
                    } else {
                        run -= 1;
                    }
                }
                if bits.exhausted() {
                    return None;
                }
            }
        }
        if self.end_of_band_run > 0 {
            for &z in &ZIGZAG[k..=last] {
                let value = &mut block[usize::from(z)];
                if *value != 0 {
                    correct(bits, value);
                }
            }
            self.end_of_band_run -= 1;
        }
        Some(())
    }
}

#[inline]
fn sequential(bits: &mut Bits<'_>, table: &Huffman, block: &mut [i16; 64]) -> Option<()> {
    let mut k = 1;
    while k < 64 {
        let symbol = bits.symbol(table)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            if run < 15 {
                break;
            }
            k += 16;
            continue;
        }
        k += run;
        block[usize::from(*ZIGZAG.get(k)?)] = bits.signed(size) as i16;
        k += 1;
    }
    (k <= 64).then_some(())
}
