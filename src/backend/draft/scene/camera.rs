//! The projection of the surface: which point of it a row of the picture shows.
//!
//! A pinhole camera above a plane, pitched or not, maps a pixel at `x` from the middle and `drop` below the horizon to the point
//! `(scale · x / drop, scale · focal / drop)` of the plane.

use super::spec::SceneSpec;
use crate::backend::{Framing, Subject, View};
use crate::math;

/// Focal length of a camera that looks straight ahead, in scene units.
const FOCAL: f32 = 1.25;
/// How far into the visible surface products stand in a scene that was not fitted to a product: 0 at its far edge, 1 at the canvas' lower edge.
const USUAL_DEPTH: f32 = 0.64;
/// Least distance of the surface's far edge from the horizon, scene units.
const CLEARANCE: f32 = 0.012;

/// The camera of a scene. Rows and lengths are in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    /// Row of the surface's far edge; negative if the surface fills the picture.
    pub ground: f32,
    /// Row of the horizon.
    pub horizon: f32,
    /// Row where products stand: the focal plane.
    pub stand: f32,
    /// Focal length along the depth. Longer for a pitched camera.
    pub focal: f32,
    /// Surface units per projected unit; see the module.
    pub scale: f32,
    /// Height of the visible surface as a multiple of that in an unfitted scene. Pools of light and gobos are stretched by it.
    pub stretch: f32,
    /// The view of the place where products stand.
    pub view: View,
    /// Whether the scene was fitted to a product.
    pub fitted: bool,
    /// Where the product will stand.
    pub subject: Option<Subject>,
}

impl Camera {
    /// The camera of the scene's own recipe, or of the framing, on a canvas of `width` × `height` pixels.
    pub fn new(spec: &SceneSpec, framing: Framing, width: f32, height: f32) -> Self {
        let unit = (width * height).sqrt();
        let camera = match framing.view {
            Some(view) => Self::fitted(view, unit, height),
            None => Self::usual(spec, unit, height),
        };
        Self { subject: framing.subject, ..camera }
    }

    /// The camera of the scene's own recipe.
    fn usual(spec: &SceneSpec, unit: f32, height: f32) -> Self {
        let ground = spec.ground * height;
        // The horizon is measured from the ground line, so that tall pictures keep the camera's pitch.
        let horizon = ground - (spec.ground - spec.horizon) * unit * (height / unit).sqrt();
        let focal = FOCAL * unit;
        let stand = ground + USUAL_DEPTH * (height - ground);
        let seen = ((stand - horizon) / focal).clamp(0.0, 1.0);
        let view = View { elevation: 90.0 - math::acos(seen).to_degrees() };
        Self { ground, horizon, stand, focal, scale: 1.0, stretch: 1.0, view, fitted: false, subject: None }
    }

    /// A camera that sees the surface as the photo of the product does.
    fn fitted(view: View, unit: f32, height: f32) -> Self {
        let ground = view.ground() * height;
        let stand = if view.is_flat_lay() { 0.5 * height } else { ground + view.depth() * (height - ground) };
        let focal = FOCAL * unit / view.uprightness().max(0.25);
        let horizon = (stand - focal * view.foreshortening()).min(ground - CLEARANCE * unit);
        // Patterns are as large as in an unfitted scene.
        let usual = (USUAL_DEPTH * 0.425 + 0.19) * unit;
        let stretch = ((height - ground.max(0.0)) / (0.425 * height)).max(0.3);
        Self { ground, horizon, stand, focal, scale: (stand - horizon) / usual, stretch, view, fitted: true, subject: None }
    }
}
