//! Colour encodings without an ICC profile: code points of ITU-T H.273, and PNG's gamma.

use super::super::row::ColorModel;
use super::curve::Curve;
use super::matrix::{self, Chromaticities, REC709};
use super::method::{Method, curves};
use crate::imaging::rgb::srgb_to_linear;
use crate::math;
use crate::notice;
use crate::notice::Notice;

/// Luminance of diffuse white in HDR pictures, cd/m² (ITU-R BT.2408).
const REFERENCE_WHITE: f32 = 203.0;
/// The conversion for a pair of code points, with a note if it loses something; `None` for unknown code points.
pub(super) fn method(primaries: u8, transfer: u8, model: ColorModel) -> Option<(Method, Option<Notice>)> {
    const D65: (f64, f64) = (0.3127, 0.3290);
    let chromaticities = match primaries {
        // 2 is "unspecified".
        1 | 2 => REC709,
        4 => [(0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)],
        5 => [(0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65],
        6 | 7 => [(0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65],
        9 => [(0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65],
        11 => [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)],
        12 => [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65],
        _ => return None,
    };
    let (curve, note) = match transfer {
        // The transfer functions of Rec. 709, 601 and 2020 describe cameras; still pictures that declare them are meant to look like sRGB.
        1 | 2 | 6 | 13 | 14 | 15 => (Curve::Function(srgb_to_linear), None),
        4 => (Curve::Gamma(2.2), None),
        5 => (Curve::Gamma(2.8), None),
        8 => (Curve::Identity, None),
        16 => (Curve::Function(pq), Some(notice!("decode-note-hdr"))),
        18 => (Curve::Function(hlg_scene), Some(notice!("decode-note-hdr"))),
        _ => return None,
    };
    let mut method = curves(vec![curve], matrix::between(&chromaticities)?, model);
    if let Method::Curves { matrix, hlg, .. } = &mut method {
        match transfer {
            // Tables hold values up to 1, so the matrix scales them to the range of PQ.
            16 => matrix.iter_mut().flatten().for_each(|v| *v *= 10_000.0 / REFERENCE_WHITE),
            18 => *hlg = true,
            _ => {}
        }
    }
    // Grey pictures use no matrix, so the curve includes the scale.
    if model == ColorModel::Gray && matches!(transfer, 16 | 18) {
        let gray = if transfer == 16 { |v: f32| pq(v) * 10_000.0 / REFERENCE_WHITE } else { |v: f32| hlg_display([hlg_scene(v); 3])[0] };
        method = curves(vec![Curve::Function(gray)], matrix::IDENTITY, model);
    }
    Some((method, note))
}

/// The conversion for a power law. An exponent near 2.2 with Rec. 709 primaries means sRGB, as the PNG specification recommends to write.
pub(super) fn power(exponent: f64, chromaticities: Option<&Chromaticities>, model: ColorModel) -> Method {
    let chromaticities = chromaticities.filter(|_| model == ColorModel::Rgb).unwrap_or(&REC709);
    let rec709 = chromaticities.iter().zip(&REC709).all(|(a, b)| (a.0 - b.0).abs() < 2e-3 && (a.1 - b.1).abs() < 2e-3);
    let usual = (2.1..2.35).contains(&exponent);
    if !(0.1..=10.0).contains(&exponent) || usual && rec709 {
        return Method::Keep;
    }
    let curve = if usual { Curve::Function(srgb_to_linear) } else { Curve::Gamma(exponent as f32) };
    match matrix::between(chromaticities) {
        Some(matrix) => curves(vec![curve], matrix, model),
        None => Method::Keep,
    }
}

/// EOTF of SMPTE ST 2084 (PQ); 1.0 is 10,000 cd/m².
fn pq(v: f32) -> f32 {
    const M1: f32 = 2610.0 / 16384.0;
    const M2: f32 = 2523.0 / 32.0;
    const C1: f32 = 3424.0 / 4096.0;
    const C2: f32 = 2413.0 / 128.0;
    const C3: f32 = 2392.0 / 128.0;
    let p = math::powf(v, 1.0 / M2);
    math::powf((p - C1).max(0.0) / (C2 - C3 * p), 1.0 / M1)
}

/// Inverse OETF of ITU-R BT.2100 HLG: scene light, 0..=1.
fn hlg_scene(v: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 1.0 - 4.0 * A;
    const C: f32 = 0.559_910_7;
    if v <= 0.5 { v * v / 3.0 } else { (math::exp((v - C) / A) + B) / 12.0 }
}

/// HLG OOTF for a display of 1,000 cd/m²; 1.0 is the reference white.
pub(super) fn hlg_display(scene: [f32; 3]) -> [f32; 3] {
    let luminance = 0.2627 * scene[0] + 0.6780 * scene[1] + 0.0593 * scene[2];
    let gain = math::powf(luminance.max(0.0), 0.2) * 1000.0 / REFERENCE_WHITE;
    scene.map(|v| v * gain)
}
