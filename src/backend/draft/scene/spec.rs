//! The description of a scene that the prompt reader fills in and the painters read: place, surface, backdrop, light and camera.

use super::gobo::GoboKind;
use super::noise::Rgb;
use super::surface::Surface;
use crate::backend::KeyLight;
use crate::backend::draft::env::EnvId;

/// Kinds of scenes, each with a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Family {
    Cafe,
    Office,
    Marble,
    Beach,
    Forest,
    NightCity,
    Neon,
    Kitchen,
    Bathroom,
    Studio,
    Lobby,
    Garden,
    Snow,
    Autumn,
    Desert,
    Mountains,
    Christmas,
    Blossom,
    Water,
    Pastel,
    Black,
    Space,
    Gym,
    Bedroom,
    Vanity,
    Library,
    Restaurant,
    Sunset,
    Hanok,
    Industrial,
    Sky,
    Party,
    Tropical,
    Home,
    Wood,
    Stone,
    Plaster,
}

/// Times of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Time {
    Morning,
    Day,
    Golden,
    Night,
}

/// Description of a scene.
#[derive(Clone, Debug)]
pub struct SceneSpec {
    /// Kind of scene.
    pub family: Family,
    /// Surface on which the product stands.
    pub surface: Surface,
    /// What is behind the surface.
    pub backdrop: BackdropKind,
    /// Palette of the backdrop, linear.
    pub back: [Rgb; 4],
    /// Viewing direction in an environment map, radians.
    pub yaw: f32,
    /// Target mean luminance of the visible part of an environment map.
    pub back_level: f32,
    /// Key light.
    pub light: KeyLight,
    /// Strength of the key light.
    pub key: f32,
    /// Ambient light.
    pub ambient: Rgb,
    /// Mask in front of the key light.
    pub gobo: GoboKind,
    /// Row of the eye line, where the surface vanishes, as a fraction of the height.
    pub horizon: f32,
    /// Row of the surface's far edge, as a fraction of the height.
    pub ground: f32,
    /// Softness of the far edge, scene units.
    pub edge: f32,
    /// Reflectivity, 0..=1.
    pub gloss: f32,
    /// Roughness of the reflection, 0..=1.
    pub roughness: f32,
    /// Position of the sun in the backdrop, scene units from the ground line.
    pub sun: (f32, f32),
    /// Strength of the sun's glow.
    pub sun_power: f32,
    /// Amount of clouds.
    pub clouds: f32,
    /// Whether the product stands on a round podium.
    pub podium: bool,
    /// Exposure before the tone curve.
    pub exposure: f32,
    /// Strength of the vignette.
    pub vignette: f32,
    /// Seed of the composition.
    pub seed: u64,
}

/// Kinds of backdrops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackdropKind {
    /// Part of an embedded environment map, defocused.
    Env(EnvId),
    /// Pendant lamps, counter, shelves.
    Cafe,
    /// Columns, lit panels, a chandelier.
    Hall,
    /// Big windows, blinds, plants.
    Office,
    /// Plaster wall with the shadow of the gobo.
    Wall,
    /// Seamless paper sweep.
    Sweep,
    /// Panes with curtains.
    Curtains,
    /// Glazed tiles with a shelf.
    TiledWall,
    /// Shelves with books.
    Shelves,
    /// Lights of a city at night.
    City,
    /// Coloured tubes on a dark wall.
    Neon,
    /// Arches and discs in paper colours.
    Arches,
    /// Dark, with strips of light.
    Dark,
    /// Candles and warm lights.
    Candles,
    /// Lights of a decorated tree.
    Tree,
    /// Paper lattice doors.
    Lattice,
    /// Strip lights and racks.
    Gym,
    /// Falling glitter.
    Glitter,
    /// Sky over the sea.
    Sea,
    /// Leaves against light.
    Foliage,
    /// Flowers among leaves.
    Flowers,
    /// Blossoms on branches.
    Blossom,
    /// Firs in snow.
    SnowWood,
    /// Mountain ranges, one behind another.
    Mountains,
    /// Dunes.
    Dunes,
    /// Roofs against a low sun.
    Skyline,
    /// Clouds.
    Sky,
    /// Stars and nebulae.
    Space,
    /// Light shafts under water.
    Deep,
}
