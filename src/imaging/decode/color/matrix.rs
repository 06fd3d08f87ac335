//! Colour spaces without tables: XYZ relative to D50, L*a*b*, and RGB defined by its primaries.

use crate::imaging::rgb::linear_to_srgb8;

/// A 3×3 matrix in row-major order.
pub(super) type Matrix = [[f32; 3]; 3];

pub(super) const IDENTITY: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// White point of the profile connection space (ICC.1:2022, 7.2.16).
pub(super) const D50: [f32; 3] = [0.9642, 1.0, 0.8249];

/// XYZ relative to D50 → linear sRGB: the inverse of the colorants in sRGB profiles.
const XYZ_TO_SRGB: Matrix = [[3.134_187, -1.617_209, -0.490_694], [-0.978_749, 1.916_13, 0.033_434], [0.071_964, -0.228_994, 1.405_754]];

/// CIE x and y of red, green, blue and white.
pub(super) type Chromaticities = [(f64, f64); 4];

pub(super) const REC709: Chromaticities = [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290)];

#[inline]
pub(super) fn apply(m: &Matrix, v: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|r| m[r][0] * v[0] + m[r][1] * v[1] + m[r][2] * v[2])
}

/// The matrix from linear device RGB to linear sRGB, from the device's colorants in XYZ (D50; columns red, green, blue).
pub(super) fn to_srgb(colorants: &Matrix) -> Matrix {
    std::array::from_fn(|r| std::array::from_fn(|c| (0..3).map(|k| XYZ_TO_SRGB[r][k] * colorants[k][c]).sum()))
}

/// XYZ relative to D50 → 8-bit sRGB.
pub(super) fn xyz_to_srgb(xyz: [f32; 3]) -> [u8; 3] {
    apply(&XYZ_TO_SRGB, xyz).map(linear_to_srgb8)
}

/// L*a*b* → XYZ, both relative to D50.
pub(super) fn lab_to_xyz([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let inverse = |t: f32| if t > 24.0 / 116.0 { t * t * t } else { (108.0 / 841.0) * (t - 16.0 / 116.0) };
    [D50[0] * inverse(y + a / 500.0), D50[1] * inverse(y), D50[2] * inverse(y - b / 200.0)]
}

/// The matrix from linear RGB with these primaries to linear sRGB, with Bradford adaptation of the white point. `None` if the primaries are
/// degenerate.
pub(super) fn between(from: &Chromaticities) -> Option<Matrix> {
    let to = inverse(&adapted(&REC709)?)?;
    let product = multiply(&to, &adapted(from)?);
    product.iter().flatten().all(|v| v.is_finite()).then(|| product.map(|row| row.map(|v| v as f32)))
}

type Double = [[f64; 3]; 3];

/// The matrix from linear RGB to XYZ relative to D50.
fn adapted(chromaticities: &Chromaticities) -> Option<Double> {
    const BRADFORD: Double = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
    let xyz = |&(x, y): &(f64, f64)| (y > 1e-4 && (0.0..=1.0).contains(&x) && y <= 1.0).then(|| [x / y, 1.0, (1.0 - x - y) / y]);
    let [r, g, b, white] = [xyz(&chromaticities[0])?, xyz(&chromaticities[1])?, xyz(&chromaticities[2])?, xyz(&chromaticities[3])?];
    let primaries: Double = std::array::from_fn(|i| [r[i], g[i], b[i]]);
    let scale = vector(&inverse(&primaries)?, white);
    let rgb: Double = primaries.map(|row| [row[0] * scale[0], row[1] * scale[1], row[2] * scale[2]]);
    let (cones, d50) = (vector(&BRADFORD, white), vector(&BRADFORD, D50.map(f64::from)));
    let ratio: Double = std::array::from_fn(|r| std::array::from_fn(|c| if r == c { d50[r] / cones[r] } else { 0.0 }));
    Some(multiply(&multiply(&inverse(&BRADFORD)?, &multiply(&ratio, &BRADFORD)), &rgb))
}

fn vector(m: &Double, v: [f64; 3]) -> [f64; 3] {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

fn multiply(a: &Double, b: &Double) -> Double {
    std::array::from_fn(|r| std::array::from_fn(|c| (0..3).map(|k| a[r][k] * b[k][c]).sum()))
}

fn inverse(m: &Double) -> Option<Double> {
    let minor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
    (determinant.abs() > 1e-9).then(|| std::array::from_fn(|r| std::array::from_fn(|c| minor(c, r) / determinant)))
}
