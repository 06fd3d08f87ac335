//! What the main light shines through before it reaches the set: window frames, blinds, leaves.

use super::low::Low;
use super::noise::{Rng, smooth};

/// Shapes in the light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GoboKind {
    /// Nothing but a soft pool.
    None,
    /// A window with panes.
    Window,
    /// Slats.
    Blinds,
    /// A palm frond or two.
    Palm,
    /// Small leaves of a tree.
    Leaves,
}

/// A soft mask of transmitted light.
pub struct Gobo {
    mask: Option<Low>,
    floor: f32,
}

impl Gobo {
    /// Cuts the mask.
    pub fn new(kind: GoboKind, rng: &mut Rng) -> Self {
        if kind == GoboKind::None {
            return Self { mask: None, floor: 1.0 };
        }
        let mut m = Low::new(0.5, 0.9);
        let (lit, dark) = ([1.0; 3], [0.0; 3]);
        match kind {
            GoboKind::Window | GoboKind::Blinds | GoboKind::None => {
                let skew = rng.range(-0.16, 0.16);
                let (cols, rows) = (2 + rng.below(2), 3);
                let blinds = kind == GoboKind::Blinds;
                m.fill(|x, y| {
                    let x = x - skew * (y - 0.4);
                    let (u, v) = ((x + 0.34) / 0.68, (y - 0.02) / 0.80);
                    let inside = smooth(-0.01, 0.01, u) * smooth(1.01, 0.99, u) * smooth(-0.01, 0.01, v) * smooth(1.01, 0.99, v);
                    let bars = if blinds {
                        let s = (v * 13.0).fract();
                        smooth(0.0, 0.08, s) * smooth(0.66, 0.58, s)
                    } else {
                        let (a, b) = ((u * cols as f32).fract(), (v * rows as f32).fract());
                        smooth(0.04, 0.05, a) * smooth(0.96, 0.95, a) * smooth(0.03, 0.04, b) * smooth(0.97, 0.96, b)
                    };
                    [inside * bars; 3]
                });
                // A twig outside the window breaks the geometry.
                if !blinds {
                    let (x, y) = (rng.range(-0.3, 0.3), rng.range(0.3, 0.8));
                    for _ in 0..34 {
                        let at = (x + rng.bell() * 0.22, y + rng.bell() * 0.22);
                        m.ellipse(at, (0.034, 0.013), rng.range(0.0, 3.1), dark, 0.75);
                    }
                }
                m.defocus(0.012);
            }
            GoboKind::Palm => {
                m.fill(|_, _| lit);
                for _ in 0..3 {
                    let s = rng.sign();
                    let root = (s * rng.range(0.45, 0.6), rng.range(0.15, 0.95));
                    let heading = if s > 0.0 { std::f32::consts::PI } else { 0.0 } + rng.range(-0.7, 0.7);
                    let bend = rng.range(-0.9, 0.9);
                    let (mut p, mut a) = (root, heading);
                    for i in 0..24 {
                        let t = i as f32 / 24.0;
                        let q = (p.0 + a.cos() * 0.032, p.1 + a.sin() * 0.032);
                        m.line(p, q, 0.004, dark, 0.9);
                        let leaf = 0.25 * (1.0 - (2.0 * t - 0.9).powi(2) * 0.75).max(0.1);
                        for side in [-1.0_f32, 1.0] {
                            let b = a + side * (1.0 - 0.55 * t) + rng.range(-0.10, 0.10);
                            let mid = (q.0 + b.cos() * leaf * 0.5, q.1 + b.sin() * leaf * 0.5);
                            m.ellipse(mid, (leaf * 0.5, 0.0075), b, dark, 0.92);
                        }
                        p = q;
                        a += bend / 24.0;
                    }
                }
                m.defocus(0.008);
            }
            GoboKind::Leaves => {
                m.fill(|_, _| lit);
                // A few slender branches that reach in from the edges, leaves in pairs, smaller towards the tip.
                for _ in 0..7 {
                    let edge = rng.sign();
                    let root = (edge * rng.range(0.34, 0.58), rng.range(0.0, 1.0));
                    let mut a = if edge > 0.0 { std::f32::consts::PI } else { 0.0 } + rng.range(-0.8, 0.8);
                    let bend = rng.range(-0.09, 0.09);
                    let mut p = root;
                    for i in 0..11 {
                        let t = i as f32 / 10.0;
                        let q = (p.0 + a.cos() * 0.040, p.1 + a.sin() * 0.040);
                        m.line(p, q, 0.0025, dark, 0.8);
                        let side = if i % 2 == 0 { 1.0 } else { -1.0 };
                        for s in [side, -side * 0.8] {
                            let long = 0.046 * (1.0 - 0.45 * t) * rng.range(0.75, 1.15);
                            let b = a + s * rng.range(0.55, 1.05);
                            m.ellipse((q.0 + b.cos() * long, q.1 + b.sin() * long), (long, long * 0.30), b, dark, 0.9);
                        }
                        p = q;
                        a += bend + rng.range(-0.08, 0.08);
                    }
                }
                m.defocus(0.0095);
            }
        }
        Self { mask: Some(m), floor: 0.22 }
    }

    /// Light that passes towards a point of the surface (units of the surface, depth counted from its far edge).
    #[inline]
    pub fn on_surface(&self, x: f32, z: f32) -> f32 {
        // The window's pattern lies stretched on the table, running away from the light.
        self.at(x * 0.33, 0.02 + z * 0.22)
    }

    /// Light that passes towards a point of the wall (scene units).
    #[inline]
    pub fn on_wall(&self, x: f32, y: f32) -> f32 {
        self.at(x * 0.9, 0.10 + y * 0.95)
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        self.mask.as_ref().map_or(1.0, |m| self.floor + (1.0 - self.floor) * m.sample(x, y)[0])
    }

    /// Whether there is a pattern.
    pub fn some(&self) -> bool {
        self.mask.is_some()
    }
}
