//! Colour management: converts the colours of a file to 8-bit sRGB.
//!
//! ICC profiles are applied with relative colorimetric intent and black point compensation, the defaults of Photoshop. Colours outside the
//! sRGB gamut are clipped.

mod curve;
mod icc;
mod lut;
mod matrix;
mod method;
mod transfer;

use rayon::prelude::*;

use super::row::{Alpha, ColorModel, Row};
use crate::imaging::rgb::linear_to_srgb8;
use crate::notice;
use crate::notice::Notice;
use curve::Curve;
use method::{Method, curves, is_srgb};

/// The colour encoding that a file declares.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ColorEncoding {
    /// sRGB, also if the file declares nothing.
    Srgb,
    /// An embedded ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Cicp {
        /// Colour primaries, such as 1 (Rec. 709), 9 (Rec. 2020) or 12 (Display P3).
        primaries: u8,
        /// Transfer characteristics, such as 13 (sRGB), 16 (PQ) or 18 (HLG).
        transfer: u8,
    },
    /// A power law: light is the sample to the power of `exponent` (2.2 for a PNG whose gAMA is 0.45455).
    Gamma {
        /// Exponent from sample to light.
        exponent: f64,
        /// CIE x and y of red, green, blue and white; `None` for Rec. 709.
        chromaticities: Option<[(f64, f64); 4]>,
    },
    /// Linear light with Rec. 709 primaries.
    Linear,
}

/// Converts rows of samples to 8-bit sRGB with straight alpha.
pub(super) struct RowConverter {
    model: ColorModel,
    alpha: Alpha,
    method: Method,
    note: Option<Notice>,
}

/// Pixels per parallel task.
const CHUNK: usize = 1024;

impl RowConverter {
    /// A converter for rows of this encoding. A profile that cannot be used is ignored; see [`RowConverter::take_note`].
    pub(super) fn new(model: ColorModel, alpha: Alpha, encoding: &ColorEncoding) -> Self {
        let plain = || match model {
            ColorModel::Gray | ColorModel::Rgb => Method::Keep,
            ColorModel::Cmyk => Method::Ink,
            ColorModel::Lab => Method::Lab,
        };
        let (method, note) = match encoding {
            ColorEncoding::Icc(bytes) => match icc::method(bytes, model) {
                Ok(method) => (method, None),
                Err(error) => (plain(), Some(error.notice())),
            },
            // The other encodings describe light and do not apply to ink or L*a*b*.
            _ if matches!(model, ColorModel::Cmyk | ColorModel::Lab) => (plain(), None),
            ColorEncoding::Srgb => (Method::Keep, None),
            ColorEncoding::Linear => (curves(vec![Curve::Identity], matrix::IDENTITY, model), None),
            ColorEncoding::Cicp { primaries, transfer } => match transfer::method(*primaries, *transfer, model) {
                Some((method, note)) => (method, note),
                None => (Method::Keep, Some(notice!("decode-note-unknown-encoding"))),
            },
            ColorEncoding::Gamma { exponent, chromaticities } => (transfer::power(*exponent, chromaticities.as_ref(), model), None),
        };
        let method = if is_srgb(&method, model) { Method::Keep } else { method };
        Self { model, alpha, method, note }
    }

    /// A loss or doubt about the colours, reported once.
    pub(super) fn take_note(&mut self) -> Option<Notice> {
        self.note.take()
    }

    /// Converts a row into `out` (RGBA, 4 bytes per pixel).
    pub(super) fn convert(&mut self, row: Row<'_>, out: &mut [u8]) {
        self.prepare(row);
        let colors = self.model.channels();
        let channels = colors + usize::from(self.alpha != Alpha::None);
        let this = &*self;
        if matches!(self.method, Method::Lut(_) | Method::Lab) && out.len() >= CHUNK * 8 {
            let of = |i: usize| i * CHUNK * channels..(i + 1) * CHUNK * channels;
            out.par_chunks_mut(CHUNK * 4).enumerate().for_each(|(i, out)| {
                let range = of(i);
                let part = match row {
                    Row::U8(r) => Row::U8(&r[range.start.min(r.len())..range.end.min(r.len())]),
                    Row::U16(r) => Row::U16(&r[range.start.min(r.len())..range.end.min(r.len())]),
                    Row::F32(r) => Row::F32(&r[range.start.min(r.len())..range.end.min(r.len())]),
                };
                this.convert_part(part, colors, channels, out);
            });
        } else {
            this.convert_part(row, colors, channels, out);
        }
    }

    /// Builds the tables from samples to light for the depth of this row, unless they exist.
    fn prepare(&mut self, row: Row<'_>) {
        let Method::Curves { curves, tables, .. } = &mut self.method else { return };
        let size = if matches!(row, Row::U8(_)) && self.alpha != Alpha::Premultiplied { 256 } else { 65536 };
        if tables.first().is_none_or(|t| t.len() != size) {
            *tables = curves.iter().map(|c| (0..size).map(|i| c.eval(i as f32 / (size - 1) as f32)).collect()).collect();
        }
    }

    fn convert_part(&self, row: Row<'_>, colors: usize, channels: usize, out: &mut [u8]) {
        let premultiplied = self.alpha == Alpha::Premultiplied;
        let unmultiplied;
        let row = if premultiplied {
            unmultiplied = unpremultiply(row, channels);
            Row::F32(&unmultiplied)
        } else {
            row
        };
        match row {
            Row::U8(r) => self.convert_samples(r, colors, channels, out),
            Row::U16(r) => self.convert_samples(r, colors, channels, out),
            Row::F32(r) => self.convert_samples(r, colors, channels, out),
        }
    }

    fn convert_samples<S: Sample>(&self, row: &[S], colors: usize, channels: usize, out: &mut [u8]) {
        let pixels = row.chunks_exact(channels).zip(out.chunks_exact_mut(4));
        match &self.method {
            Method::Keep if colors == 1 => pixels.for_each(|(p, o)| o[..3].fill(p[0].code())),
            Method::Keep => pixels.for_each(|(p, o)| (0..3).for_each(|c| o[c] = p[c].code())),
            Method::Curves { tables, matrix, offset, hlg, .. } => {
                let at = |table: &[f32], v: S| table.get(v.index()).copied().unwrap_or_default();
                match tables.as_slice() {
                    [gray] => pixels.for_each(|(p, o)| o[..3].fill(linear_to_srgb8(at(gray, p[0]) + offset[0]))),
                    [r, g, b] => pixels.for_each(|(p, o)| {
                        let mut light = [at(r, p[0]), at(g, p[1]), at(b, p[2])];
                        if *hlg {
                            light = transfer::hlg_display(light);
                        }
                        let light = matrix::apply(matrix, light);
                        (0..3).for_each(|c| o[c] = linear_to_srgb8(light[c] + offset[c]));
                    }),
                    _ => {}
                }
            }
            Method::Lut(pipeline) => {
                // Neighbouring pixels are often equal in drawings, and multidimensional tables are slow.
                let mut last: Option<(&[S], [u8; 3])> = None;
                for (p, o) in pixels {
                    let code = match last {
                        Some((same, code)) if same == &p[..colors] => code,
                        _ => {
                            let mut input = [0.0; 4];
                            (0..colors).for_each(|c| input[c] = p[c].unit());
                            pipeline.srgb(input)
                        }
                    };
                    last = Some((&p[..colors], code));
                    o[..3].copy_from_slice(&code);
                }
            }
            Method::Ink => pixels.for_each(|(p, o)| {
                let black = 255 - u32::from(p[3].code());
                (0..3).for_each(|c| o[c] = (((255 - u32::from(p[c].code())) * black + 127) / 255) as u8);
            }),
            Method::Lab => pixels.for_each(|(p, o)| {
                let lab = [p[0].unit() * 100.0, p[1].lab(), p[2].lab()];
                o[..3].copy_from_slice(&matrix::xyz_to_srgb(matrix::lab_to_xyz(lab)));
            }),
        }
        if channels > colors {
            row.chunks_exact(channels).zip(out.chunks_exact_mut(4)).for_each(|(p, o)| o[3] = p[colors].code());
        } else {
            out.chunks_exact_mut(4).for_each(|o| o[3] = 255);
        }
    }
}

/// Divides premultiplied samples by alpha; the result is 0..=1.
fn unpremultiply(row: Row<'_>, channels: usize) -> Vec<f32> {
    let mut out: Vec<f32> = match row {
        Row::U8(r) => r.iter().map(|v| v.unit()).collect(),
        Row::U16(r) => r.iter().map(|v| v.unit()).collect(),
        Row::F32(r) => r.to_vec(),
    };
    for p in out.chunks_exact_mut(channels) {
        let alpha = p[channels - 1];
        if alpha > 0.0 {
            p[..channels - 1].iter_mut().for_each(|v| *v /= alpha);
        }
    }
    out
}

/// A sample of any depth.
trait Sample: Copy + PartialEq + Send + Sync {
    /// The value as 0..=255, rounded.
    fn code(self) -> u8;
    /// The value as 0..=1.
    fn unit(self) -> f32;
    /// Index into a table of 256 or 65536 entries.
    fn index(self) -> usize;
    /// a* or b* in the ICC encoding.
    fn lab(self) -> f32;
}

impl Sample for u8 {
    fn code(self) -> u8 {
        self
    }
    fn unit(self) -> f32 {
        f32::from(self) / 255.0
    }
    fn index(self) -> usize {
        usize::from(self)
    }
    fn lab(self) -> f32 {
        f32::from(self) - 128.0
    }
}

impl Sample for u16 {
    fn code(self) -> u8 {
        ((u32::from(self) + 128) / 257) as u8
    }
    fn unit(self) -> f32 {
        f32::from(self) / 65535.0
    }
    fn index(self) -> usize {
        usize::from(self)
    }
    fn lab(self) -> f32 {
        f32::from(self) / 257.0 - 128.0
    }
}

impl Sample for f32 {
    fn code(self) -> u8 {
        (self.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
    }
    fn unit(self) -> f32 {
        if self.is_nan() { 0.0 } else { self.clamp(0.0, 1.0) }
    }
    fn index(self) -> usize {
        (self.clamp(0.0, 1.0) * 65535.0 + 0.5) as usize
    }
    fn lab(self) -> f32 {
        self.unit() * 255.0 - 128.0
    }
}

#[cfg(test)]
mod tests;
