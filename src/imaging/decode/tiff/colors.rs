//! Converts rows of TIFF samples to rows for the assembler: inverted grey, palettes, YCbCr and the encodings of L*a*b*.

use super::super::row::{Alpha, Row};
use super::page::{Page, Photometric};
use super::samples::Samples;

/// Converts rows of one page in place.
pub(super) struct ColorRows {
    photometric: Photometric,
    /// YCbCr as in JFIF, regardless of the tags.
    jpeg: bool,
    alpha: bool,
    /// Samples per pixel including alpha.
    samples: usize,
    palette_row: Vec<u8>,
}

impl ColorRows {
    pub(super) fn new(page: &Page) -> Self {
        let alpha = page.alpha != Alpha::None;
        let samples = page.photometric.samples() + usize::from(alpha);
        Self { photometric: page.photometric.clone(), jpeg: page.compression.is_picture(), alpha, samples, palette_row: Vec::new() }
    }

    /// Converts the samples in place and returns them as a row.
    pub(super) fn convert<'a>(&'a mut self, row: &'a mut Samples) -> Row<'a> {
        let n = self.samples;
        match (&self.photometric, &mut *row) {
            (Photometric::WhiteIsZero, Samples::U8(s)) => s.iter_mut().step_by(n).for_each(|v| *v = 255 - *v),
            (Photometric::WhiteIsZero, Samples::U16(s)) => s.iter_mut().step_by(n).for_each(|v| *v = 65_535 - *v),
            (Photometric::WhiteIsZero, Samples::F32(s)) => s.iter_mut().step_by(n).for_each(|v| *v = 1.0 - *v),
            (Photometric::Palette(colours), Samples::U8(s)) => {
                look_up(colours, s.iter().map(|&v| (usize::from(v), v)), self.alpha, &mut self.palette_row);
                return Row::U8(&self.palette_row);
            }
            (Photometric::Palette(colours), Samples::U16(s)) => {
                look_up(colours, s.iter().map(|&v| (usize::from(v), (v >> 8) as u8)), self.alpha, &mut self.palette_row);
                return Row::U8(&self.palette_row);
            }
            (Photometric::YCbCr { weights, reference }, Samples::U8(s)) => {
                let conversion = if self.jpeg { YCbCr::jpeg() } else { YCbCr::new(*weights, *reference) };
                s.chunks_exact_mut(n).for_each(|p| conversion.convert(p));
            }
            (Photometric::CieLab, Samples::U8(s)) => {
                s.chunks_exact_mut(n).for_each(|p| p[1..3].iter_mut().for_each(|v| *v = v.wrapping_add(128)));
            }
            (Photometric::CieLab, Samples::U16(s)) => {
                // From 256 steps per unit with offset -32768 to 257 steps per unit with offset -128.
                s.chunks_exact_mut(n).for_each(|p| p[1..3].iter_mut().for_each(|v| *v = widen(v.wrapping_add(0x8000))));
            }
            (Photometric::IccLab, Samples::U16(s)) => s.chunks_exact_mut(n).for_each(|p| p[..3].iter_mut().for_each(|v| *v = widen(*v))),
            (Photometric::CieLab | Photometric::IccLab, Samples::F32(s)) => s.chunks_exact_mut(n).for_each(|p| {
                p[0] /= 100.0;
                p[1..3].iter_mut().for_each(|v| *v = (*v + 128.0) / 255.0);
            }),
            _ => {}
        }
        match row {
            Samples::U8(s) => Row::U8(s),
            Samples::U16(s) => Row::U16(s),
            Samples::F32(s) => Row::F32(s),
        }
    }
}

/// Scales 0..=0xFF00 to 0..=0xFFFF.
fn widen(v: u16) -> u16 {
    ((u32::from(v) * 65_535 + 0x7F80) / 0xFF00).min(65_535) as u16
}

/// Replaces palette indices by colours; an index outside the palette is black. Each sample comes as an index and as an alpha value.
fn look_up(colours: &[[u8; 3]], samples: impl Iterator<Item = (usize, u8)>, alpha: bool, out: &mut Vec<u8>) {
    out.clear();
    for (i, (index, value)) in samples.enumerate() {
        if alpha && i % 2 == 1 {
            out.push(value);
        } else {
            out.extend_from_slice(&colours.get(index).copied().unwrap_or_default());
        }
    }
}

/// Conversion from YCbCr to RGB (TIFF 6.0, section 21).
struct YCbCr {
    /// Offset and factor of Y, Cb and Cr, to 0..=255 and ±127.
    channels: [(f32, f32); 3],
    red_from_cr: f32,
    blue_from_cb: f32,
    green_from_cb: f32,
    green_from_cr: f32,
}

impl YCbCr {
    fn new([red, green, blue]: [f32; 3], reference: [f32; 6]) -> Self {
        let range = |i: usize, full: f32| {
            let (black, white) = (reference[i], reference[i + 1]);
            (black, if white == black { 1.0 } else { full / (white - black) })
        };
        let (red_from_cr, blue_from_cb) = (2.0 - 2.0 * red, 2.0 - 2.0 * blue);
        Self {
            channels: [range(0, 255.0), range(2, 127.0), range(4, 127.0)],
            red_from_cr,
            blue_from_cb,
            green_from_cb: blue * blue_from_cb / green,
            green_from_cr: red * red_from_cr / green,
        }
    }

    fn jpeg() -> Self {
        Self::new([0.299, 0.587, 0.114], [0.0, 255.0, 128.0, 255.0, 128.0, 255.0])
    }

    fn convert(&self, p: &mut [u8]) {
        let value = |i: usize| (f32::from(p[i]) - self.channels[i].0) * self.channels[i].1;
        let (y, cb, cr) = (value(0), value(1), value(2));
        let rgb = [y + self.red_from_cr * cr, y - self.green_from_cb * cb - self.green_from_cr * cr, y + self.blue_from_cb * cb];
        for (to, v) in p.iter_mut().zip(rgb) {
            *to = (v + 0.5).clamp(0.0, 255.0) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primary_colours_come_back_from_ycbcr() {
        for (ycc, rgb) in
            [([76, 85, 255], [254, 0, 0]), ([150, 44, 21], [0, 255, 1]), ([255, 128, 128], [255; 3]), ([29, 255, 107], [0, 0, 254])]
        {
            let mut p = ycc;
            YCbCr::jpeg().convert(&mut p);
            assert!(p.iter().zip(rgb).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 1), "{ycc:?} {p:?}");
        }
    }

    #[test]
    fn the_reference_range_of_video_is_stretched() {
        let video = YCbCr::new([0.299, 0.587, 0.114], [16.0, 235.0, 128.0, 240.0, 128.0, 240.0]);
        for (y, expected) in [(16, 0), (235, 255), (125, 127)] {
            let mut p = [y, 128, 128];
            video.convert(&mut p);
            assert_eq!(p, [expected; 3]);
        }
    }

    #[test]
    fn lab_with_16_bits_keeps_neutral_neutral() {
        assert_eq!((widen(0), widen(0xFF00), widen(0x8000)), (0, 65_535, 32_896));
    }
}
