//! Conversion methods from samples to sRGB.

use super::super::row::ColorModel;
use super::curve::Curve;
use super::lut::Pipeline;
use super::matrix::{self, Matrix};
use crate::imaging::rgb::linear_to_srgb8;

/// How samples are converted to sRGB.
pub(super) enum Method {
    /// Samples are sRGB codes already.
    Keep,
    /// Tone curves to linear light (one for grey, else three), then a matrix and an offset.
    Curves { curves: Vec<Curve>, tables: Vec<Vec<f32>>, matrix: Matrix, offset: [f32; 3], hlg: bool },
    /// Multidimensional lookup tables of an ICC profile.
    Lut(Box<Pipeline>),
    /// CMYK without a profile: `(1 - ink) × (1 - black)`, as other programs show it.
    Ink,
    /// CIE L*a*b*.
    Lab,
}

/// A method by tone curves; tables are built later.
pub(super) fn curves(curves: Vec<Curve>, matrix: Matrix, model: ColorModel) -> Method {
    let curves = match curves.as_slice() {
        [one] if model == ColorModel::Rgb => vec![one.clone(); 3],
        [one, ..] if model == ColorModel::Gray => vec![one.clone()],
        _ => curves,
    };
    Method::Curves { curves, tables: Vec::new(), matrix, offset: [0.0; 3], hlg: false }
}

/// Whether a method changes no 8-bit code by more than one, so that its samples can be used as sRGB.
pub(super) fn is_srgb(method: &Method, model: ColorModel) -> bool {
    let Method::Curves { curves, matrix, offset, hlg: false, .. } = method else { return false };
    let gray = model == ColorModel::Gray;
    let near = |codes: [u8; 3]| {
        let light: Vec<f32> = codes.iter().enumerate().map(|(c, &v)| curves[c.min(curves.len() - 1)].eval(f32::from(v) / 255.0)).collect();
        let light = if gray { [light[0]; 3] } else { matrix::apply(matrix, [light[0], light[1], light[2]]) };
        (0..3).all(|c| linear_to_srgb8(light[c] + offset[c]).abs_diff(codes[c]) <= 1)
    };
    let steps = [0u8, 32, 64, 96, 128, 160, 192, 224, 255];
    (0..=255).all(|v| near([v; 3])) && (gray || steps.iter().all(|&r| steps.iter().all(|&g| steps.iter().all(|&b| near([r, g, b])))))
}
