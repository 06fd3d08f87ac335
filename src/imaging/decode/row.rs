//! Rows of samples as the readers hand them over: colour model, alpha and sample type.

/// The colour model of a file's samples. All samples of a pixel are interleaved; alpha, where there is any, comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorModel {
    /// One sample; 0 is black.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Ink coverage: 0 is no ink.
    Cmyk,
    /// CIE L*a*b* (D50). 8-bit: L 0..=255 for 0..=100, a and b two's complement plus 128 (the ICC encoding); likewise 16-bit.
    Lab,
}

impl ColorModel {
    /// Samples a pixel without alpha.
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::Lab => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Whether the last sample of a pixel is alpha, and how it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    /// The pixels have no alpha.
    None,
    /// Colours are not multiplied by alpha.
    Straight,
    /// Colours are multiplied by alpha (TIFF "associated").
    Premultiplied,
}

/// One row of interleaved samples. Integers span their whole range; floats are 0..=1 (values above 1 are clipped).
#[derive(Clone, Copy, Debug)]
pub(super) enum Row<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
    F32(&'a [f32]),
}
