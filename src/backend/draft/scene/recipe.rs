//! The values that differ between families of scenes, and the scene that they make.

use super::gobo::GoboKind as G;
use super::noise::Rng;
use super::spec::{Air, BackdropKind as B, Family as F, Grade, SceneSpec, View};
use super::surface::{Surface, SurfaceKind as S};
use crate::backend::KeyLight;
use crate::backend::draft::color::{from_hex, mul};
use crate::backend::draft::env::EnvId;

/// Lighting setups.
#[derive(Clone, Copy)]
pub(super) enum Lighting {
    /// Warm room light.
    Warm,
    /// Soft daylight from the side.
    Day,
    /// Sunlight.
    Sun,
    /// Low sun.
    Low,
    /// Blue dusk or moonlight.
    Cold,
    /// Studio soft box.
    Box,
    /// Rim light in the dark.
    Rim,
}

/// The variable parts of a scene; [`Recipe::build`] adds the rest.
pub(super) struct Recipe {
    pub surface: S,
    pub colors: [u32; 3],
    pub backdrop: B,
    pub back: [u32; 4],
    pub lighting: Lighting,
    pub gobo: G,
    pub horizon: f32,
    pub edge: f32,
}

/// A recipe for a table-top scene: horizon close behind a sharp edge.
pub(super) fn table(surface: S, colors: [u32; 3], backdrop: B, back: [u32; 4], lighting: Lighting, gobo: G) -> Recipe {
    Recipe { surface, colors, backdrop, back, lighting, gobo, horizon: 0.385, edge: 0.006 }
}

/// A recipe for an outdoor scene whose surface is the ground.
pub(super) fn land(surface: S, colors: [u32; 3], backdrop: B, back: [u32; 4], lighting: Lighting) -> Recipe {
    Recipe { surface, colors, backdrop, back, lighting, gobo: G::None, horizon: 0.455, edge: 0.03 }
}

impl Recipe {
    /// The scene that this recipe describes; `rng` varies its details.
    pub(super) fn build(&self, family: F, rng: &mut Rng) -> SceneSpec {
        let side = rng.sign();
        let (direction, color, softness, key, ambient) = match self.lighting {
            Lighting::Warm => ([0.45, 0.85, 0.20], 0xffe4c4, 0.6, 0.98, [0.36, 0.32, 0.28]),
            Lighting::Day => ([0.75, 0.70, 0.15], 0xffe9d0, 0.55, 1.28, [0.40, 0.43, 0.48]),
            Lighting::Sun => ([0.55, 0.80, -0.05], 0xffecd0, 0.22, 1.42, [0.36, 0.41, 0.48]),
            Lighting::Low => ([0.80, 0.50, -0.10], 0xffcb9a, 0.30, 1.35, [0.34, 0.32, 0.36]),
            Lighting::Cold => ([0.50, 0.70, 0.10], 0xc4d6ff, 0.45, 0.75, [0.14, 0.16, 0.24]),
            Lighting::Box => ([0.45, 0.90, 0.25], 0xffffff, 0.75, 1.05, [0.42, 0.42, 0.43]),
            Lighting::Rim => ([0.55, 0.75, -0.25], 0xffe8d4, 0.5, 0.60, [0.12, 0.12, 0.14]),
        };
        let across = rng.unit() < 0.28;
        let sun_x = side * rng.range(0.10, 0.34);
        let (sun_power, clouds) = match self.lighting {
            Lighting::Low => (1.1, 0.55),
            Lighting::Sun => (0.45, 0.8),
            _ => (0.3, 0.5),
        };
        let mut back = self.back.map(from_hex);
        if matches!(family, F::Wood | F::Stone) && self.backdrop == B::Foliage {
            back = [0x1a2c14, 0x40682c, 0x9abf5a, 0xf6f4d0].map(from_hex);
        }
        // The lamp colour of a palette is emissive.
        if matches!(self.backdrop, B::Cafe | B::Hall | B::City | B::Candles | B::Tree | B::Glitter | B::Skyline | B::Shelves | B::Market) {
            back[3] = mul(back[3], 1.5);
        }
        SceneSpec {
            family,
            surface: Surface { kind: self.surface, colors: self.colors.map(from_hex), seed: 0, across, scale: rng.range(0.9, 1.12) },
            backdrop: self.backdrop,
            back,
            yaw: match self.backdrop {
                // Views of the embedded maps towards windows, water and lamps.
                B::Env(EnvId::Lobby) => [2.2, 2.5, -2.3][rng.below(3)],
                B::Env(EnvId::Apartment) => rng.range(1.25, 2.0),
                B::Env(EnvId::Sunset) => [2.45, -2.75][rng.below(2)],
                _ => 0.0,
            },
            back_level: if family == F::Cafe { 0.26 } else { 0.46 },
            light: KeyLight { direction: [direction[0] * side, direction[1], direction[2]], color: from_hex(color), softness },
            key,
            ambient,
            gobo: self.gobo,
            horizon: self.horizon,
            ground: 0.575,
            edge: self.edge,
            gloss: 0.0,
            roughness: 0.5,
            sun: (sun_x, if matches!(self.lighting, Lighting::Low) { rng.range(0.05, 0.16) } else { rng.range(0.45, 0.6) }),
            sun_power,
            clouds,
            podium: family == F::Pastel,
            exposure: 1.0,
            vignette: 0.20,
            view: View::Standard,
            zoom: 1.0,
            blur: 0.0,
            wash: None,
            spot: 0.0,
            cloth: None,
            props: Vec::new(),
            air: Air::default(),
            grade: Grade::NONE,
            seed: 0,
        }
    }
}
