//! Gobos: masks in front of the key light (window frames, blinds, leaves) that cast patterned light on the scene.

use super::canvas::SmallCanvas;
use super::noise::Rng;
use crate::backend::draft::color::Rgb;
use crate::math::{self, smoothstep};

/// The pattern of a gobo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GoboKind {
    /// No mask.
    None,
    /// A window with panes.
    Window,
    /// Slats of a blind.
    Blinds,
    /// A palm frond or two.
    Palm,
    /// Small leaves of a tree.
    Leaves,
}

/// Mask value where light passes.
const CLEAR: Rgb = [1.0; 3];
/// Mask value where it is blocked.
const OPAQUE: Rgb = [0.0; 3];

/// The transmission of the mask at each lit point.
pub struct Gobo {
    mask: Option<SmallCanvas>,
    /// Transmission at fully masked points.
    floor: f32,
}

impl Gobo {
    /// Draws the mask.
    pub fn new(kind: GoboKind, rng: &mut Rng) -> Self {
        let mut m = SmallCanvas::new(0.5, 0.9);
        match kind {
            GoboKind::None => return Self { mask: None, floor: 1.0 },
            GoboKind::Window => window(&mut m, false, rng),
            GoboKind::Blinds => window(&mut m, true, rng),
            GoboKind::Palm => palm(&mut m, rng),
            GoboKind::Leaves => leaves(&mut m, rng),
        }
        Self { mask: Some(m), floor: 0.22 }
    }

    /// Transmitted light, 0..=1, at a point of the surface (surface units, depth from its far edge).
    #[inline]
    pub fn on_surface(&self, x: f32, z: f32) -> f32 {
        // The pattern is projected at an angle, hence stretched along the depth.
        self.at(x * 0.33, 0.02 + z * 0.22)
    }

    /// Transmitted light, 0..=1, at a point of the wall (scene units).
    #[inline]
    pub fn on_wall(&self, x: f32, y: f32) -> f32 {
        self.at(x * 0.9, 0.10 + y * 0.95)
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        self.mask.as_ref().map_or(1.0, |m| self.floor + (1.0 - self.floor) * m.sample(x, y)[0])
    }

    /// Whether there is a mask.
    pub fn has_pattern(&self) -> bool {
        self.mask.is_some()
    }
}

/// A window with panes and a twig in front of it, or with blinds.
fn window(m: &mut SmallCanvas, blinds: bool, rng: &mut Rng) {
    let skew = rng.range(-0.16, 0.16);
    let (cols, rows) = (2 + rng.below(2), 3);
    m.fill(|x, y| {
        let x = x - skew * (y - 0.4);
        let (u, v) = ((x + 0.34) / 0.68, (y - 0.02) / 0.80);
        let inside = smoothstep(-0.01, 0.01, u) * smoothstep(1.01, 0.99, u) * smoothstep(-0.01, 0.01, v) * smoothstep(1.01, 0.99, v);
        let bars = if blinds {
            let s = (v * 13.0).fract();
            smoothstep(0.0, 0.08, s) * smoothstep(0.66, 0.58, s)
        } else {
            let (a, b) = ((u * cols as f32).fract(), (v * rows as f32).fract());
            smoothstep(0.04, 0.05, a) * smoothstep(0.96, 0.95, a) * smoothstep(0.03, 0.04, b) * smoothstep(0.97, 0.96, b)
        };
        [inside * bars; 3]
    });
    // A twig in front of the window makes the pattern less regular.
    if !blinds {
        let (x, y) = (rng.range(-0.3, 0.3), rng.range(0.3, 0.8));
        for _ in 0..34 {
            let at = (x + rng.bell() * 0.22, y + rng.bell() * 0.22);
            m.ellipse(at, (0.034, 0.013), rng.range(0.0, 3.1), OPAQUE, 0.75);
        }
    }
    m.defocus(0.012);
}

/// Palm fronds that reach in from the sides.
fn palm(m: &mut SmallCanvas, rng: &mut Rng) {
    m.fill(|_, _| CLEAR);
    for _ in 0..3 {
        let s = rng.sign();
        let root = (s * rng.range(0.45, 0.6), rng.range(0.15, 0.95));
        let heading = if s > 0.0 { std::f32::consts::PI } else { 0.0 } + rng.range(-0.7, 0.7);
        let bend = rng.range(-0.9, 0.9);
        let (mut p, mut a) = (root, heading);
        for i in 0..24 {
            let t = i as f32 / 24.0;
            let q = (p.0 + math::cos(a) * 0.032, p.1 + math::sin(a) * 0.032);
            m.line(p, q, 0.004, OPAQUE, 0.9);
            let leaf = 0.25 * (1.0 - (2.0 * t - 0.9).powi(2) * 0.75).max(0.1);
            for side in [-1.0_f32, 1.0] {
                let b = a + side * (1.0 - 0.55 * t) + rng.range(-0.10, 0.10);
                let mid = (q.0 + math::cos(b) * leaf * 0.5, q.1 + math::sin(b) * leaf * 0.5);
                m.ellipse(mid, (leaf * 0.5, 0.0075), b, OPAQUE, 0.92);
            }
            p = q;
            a += bend / 24.0;
        }
    }
    m.defocus(0.008);
}

/// Slender branches that reach in from the sides, with leaves in pairs that get smaller towards the tip.
fn leaves(m: &mut SmallCanvas, rng: &mut Rng) {
    m.fill(|_, _| CLEAR);
    for _ in 0..7 {
        let edge = rng.sign();
        let root = (edge * rng.range(0.34, 0.58), rng.range(0.0, 1.0));
        let mut a = if edge > 0.0 { std::f32::consts::PI } else { 0.0 } + rng.range(-0.8, 0.8);
        let bend = rng.range(-0.09, 0.09);
        let mut p = root;
        for i in 0..11 {
            let t = i as f32 / 10.0;
            let q = (p.0 + math::cos(a) * 0.040, p.1 + math::sin(a) * 0.040);
            m.line(p, q, 0.0025, OPAQUE, 0.8);
            let side = if i % 2 == 0 { 1.0 } else { -1.0 };
            for s in [side, -side * 0.8] {
                let long = 0.046 * (1.0 - 0.45 * t) * rng.range(0.75, 1.15);
                let b = a + s * rng.range(0.55, 1.05);
                m.ellipse((q.0 + math::cos(b) * long, q.1 + math::sin(b) * long), (long, long * 0.30), b, OPAQUE, 0.9);
            }
            p = q;
            a += bend + rng.range(-0.08, 0.08);
        }
    }
    m.defocus(0.0095);
}
