//! The elevation from which a scene is seen, and the rows of horizon and product that follow from it.

use crate::math;

/// The direction in which the camera looks at the place where products stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Angle between the line of sight and the surface in degrees: 0 at eye level, 90 from straight above.
    pub elevation: f32,
}

/// Where the product will stand, as fractions of the canvas' sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    /// Its middle.
    pub x: f32,
    /// Its foot, from the top.
    pub foot: f32,
    /// Its width.
    pub width: f32,
}

impl Subject {
    /// Rounded, so that a scene is painted again only if the product has visibly moved.
    pub fn rounded(self) -> Self {
        let step = |v: f32| (v * 64.0).round_ties_even() / 64.0;
        Self { x: step(self.x), foot: step(self.foot), width: step(self.width) }
    }
}

/// How a scene is framed for its product.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Framing {
    /// From where the product is seen; `None` without a product or if its photo does not tell.
    pub view: Option<View>,
    /// Whether the designer has chosen the view: it then wins over words for viewpoints.
    pub chosen: bool,
    /// Where the product will stand; `None` if nothing in the scene depends on it.
    pub subject: Option<Subject>,
}

/// From this elevation on the surface fills the picture, without a horizon.
const FLAT_LAY: f32 = 58.0;
/// Elevation in degrees, result of [`View::ground`], result of [`View::depth`]. The values at 20° are those of scenes without a product.
const FRAMING: [(f32, f32, f32); 6] =
    [(0.0, 0.800, 0.50), (6.0, 0.775, 0.52), (20.0, 0.575, 0.64), (35.0, 0.340, 0.73), (50.0, 0.100, 0.80), (FLAT_LAY, -0.060, 0.80)];

impl Default for View {
    fn default() -> Self {
        Self { elevation: 20.0 }
    }
}

impl View {
    /// Whether the product lies on the surface and is seen from above.
    pub fn is_flat_lay(self) -> bool {
        self.elevation >= FLAT_LAY
    }

    /// Height of a circle on the surface as a fraction of its width. At least that at 3°, so that some of the surface is visible.
    pub fn foreshortening(self) -> f32 {
        math::sin(self.elevation.clamp(3.0, 90.0).to_radians())
    }

    /// Height in the picture of something upright, as a fraction of its height seen from eye level.
    pub fn uprightness(self) -> f32 {
        math::cos(self.elevation.clamp(0.0, 80.0).to_radians())
    }

    /// Row of the surface's far edge as a fraction of the canvas' height; negative above the canvas.
    pub fn ground(self) -> f32 {
        self.framing().0
    }

    /// How far into the visible surface products stand: 0 at its far edge, 1 at the canvas' lower edge.
    pub fn depth(self) -> f32 {
        self.framing().1
    }

    fn framing(self) -> (f32, f32) {
        let e = self.elevation.clamp(0.0, FLAT_LAY);
        let next = FRAMING.iter().position(|row| row.0 >= e).unwrap_or(FRAMING.len() - 1).max(1);
        let (a, b) = (FRAMING[next - 1], FRAMING[next]);
        let t = (e - a.0) / (b.0 - a.0);
        (a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_horizon_rises_with_the_camera_and_leaves_the_picture() {
        let rows: Vec<f32> = (0..=18).map(|i| View { elevation: 5.0 * i as f32 }.ground()).collect();
        assert!(rows.windows(2).all(|w| w[1] <= w[0]), "{rows:?}");
        assert!(rows[0] > 0.75 && (rows[4] - 0.575).abs() < 1e-6 && rows[12] < 0.0);
        assert!(View { elevation: 75.0 }.is_flat_lay() && !View::default().is_flat_lay());
        assert!((View { elevation: 30.0 }.foreshortening() - 0.5).abs() < 1e-6);
    }
}
