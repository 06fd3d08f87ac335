//! Rows of samples as the readers hand them over: colour model, alpha and sample type.

/// The colour model of the samples. Samples are interleaved; alpha, if any, comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorModel {
    /// One sample; 0 is black.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Ink coverage; 0 is no ink.
    Cmyk,
    /// CIE L*a*b* (D50) in the ICC encoding: in 8 bits, L 0..=255 for 0..=100, a and b with an offset of 128; likewise in 16 bits.
    Lab,
}

impl ColorModel {
    /// Samples per pixel without alpha.
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::Lab => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Whether the last sample of a pixel is alpha, and its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    /// No alpha.
    None,
    /// Colours are not premultiplied.
    Straight,
    /// Colours are premultiplied by alpha (TIFF: "associated").
    Premultiplied,
}

/// One row of interleaved samples. Integers use their full range; floats are 0..=1 (values above 1 are clipped).
#[derive(Clone, Copy, Debug)]
pub(super) enum Row<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
    F32(&'a [f32]),
}
