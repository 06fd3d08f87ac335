//! Tone curves.

use crate::math;

/// A function from 0..=1 to 0..=1.
#[derive(Clone, Debug)]
pub(super) enum Curve {
    Identity,
    /// A power function with this exponent.
    Gamma(f32),
    /// Equidistant samples, at least two.
    Table(Vec<f32>),
    /// `(ax + b)^g + e` from `d` on, `cx + f` below (ICC.1:2022, 10.18).
    Parametric {
        g: f32,
        a: f32,
        b: f32,
        c: f32,
        d: f32,
        e: f32,
        f: f32,
    },
    /// A published transfer function.
    Function(fn(f32) -> f32),
}

impl Curve {
    /// Parses a `curv` or `para` tag; also returns its size in bytes. `None` if it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        match bytes.get(..4)? {
            b"curv" => {
                let count = u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?) as usize;
                let end = count.checked_mul(2)?.checked_add(12)?;
                let values: Vec<u16> = bytes.get(12..end)?.chunks_exact(2).map(|v| u16::from_be_bytes([v[0], v[1]])).collect();
                let curve = match values.as_slice() {
                    [] => Self::Identity,
                    [gamma] => Self::Gamma(f32::from(*gamma) / 256.0),
                    _ => Self::Table(values.iter().map(|&v| f32::from(v) / 65535.0).collect()),
                };
                Some((curve, end))
            }
            b"para" => {
                let count = *[1, 3, 4, 5, 7].get(usize::from(u16::from_be_bytes(bytes.get(8..10)?.try_into().ok()?)))?;
                let end = 12 + count * 4;
                let p: Vec<f32> = bytes.get(12..end)?.chunks_exact(4).map(fixed).collect();
                let curve = match *p.as_slice() {
                    [g] => Self::Gamma(g),
                    [g, a, b] => Self::Parametric { g, a, b, c: 0.0, d: -b / a, e: 0.0, f: 0.0 },
                    [g, a, b, e] => Self::Parametric { g, a, b, c: 0.0, d: -b / a, e, f: e },
                    [g, a, b, c, d] => Self::Parametric { g, a, b, c, d, e: 0.0, f: 0.0 },
                    [g, a, b, c, d, e, f] => Self::Parametric { g, a, b, c, d, e, f },
                    _ => return None,
                };
                let sane = !matches!(curve, Self::Parametric { d, .. } if !d.is_finite());
                sane.then_some((curve, end))
            }
            _ => None,
        }
    }

    /// The value at `x`. Argument and result are clamped to 0..=1.
    pub(super) fn eval(&self, x: f32) -> f32 {
        let x = x.clamp(0.0, 1.0);
        let y = match self {
            Self::Identity => x,
            Self::Gamma(g) => math::powf(x, *g),
            Self::Table(table) => {
                let at = x * (table.len() - 1) as f32;
                let i = (at as usize).min(table.len() - 2);
                let part = at - i as f32;
                table[i] * (1.0 - part) + table[i + 1] * part
            }
            &Self::Parametric { g, a, b, c, d, e, f } => {
                if x >= d {
                    math::powf((a * x + b).max(0.0), g) + e
                } else {
                    c * x + f
                }
            }
            Self::Function(function) => function(x),
        };
        if y.is_nan() { 0.0 } else { y.clamp(0.0, 1.0) }
    }
}

/// Reads an s15Fixed16Number (4 bytes).
pub(super) fn fixed(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(0.0, |b| i32::from_be_bytes(b) as f32 / 65536.0)
}
