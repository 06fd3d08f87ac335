//! The description of a scene that the prompt reader fills in and the painters read: place, surface, backdrop, light and camera.

use super::gobo::GoboKind;
use super::noise::Rgb;
use super::surface::Surface;
use crate::backend::KeyLight;
use crate::backend::draft::env::EnvId;

/// Kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
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
#[allow(missing_docs, reason = "the names say it")]
pub enum Time {
    Morning,
    Day,
    Golden,
    Night,
}

/// Everything the painter needs to know.
#[derive(Clone, Debug)]
pub struct SceneSpec {
    /// The place.
    pub family: Family,
    /// What the product stands on.
    pub surface: Surface,
    /// What is behind.
    pub backdrop: BackdropKind,
    /// The backdrop's palette, linear.
    pub back: [Rgb; 4],
    /// Where the camera looks (environment maps), radians.
    pub yaw: f32,
    /// Mean luminance of an environment map's part.
    pub back_level: f32,
    /// The main light.
    pub light: KeyLight,
    /// Its strength.
    pub key: f32,
    /// Light from all around.
    pub ambient: Rgb,
    /// What the main light shines through.
    pub gobo: GoboKind,
    /// The eye's height as a row (fraction of the height): where the surface would vanish.
    pub horizon: f32,
    /// The surface's far edge as a row (fraction of the height).
    pub ground: f32,
    /// Softness of that edge, scene units.
    pub edge: f32,
    /// Mirror strength, 0..=1.
    pub gloss: f32,
    /// Blur of the mirror image.
    pub roughness: f32,
    /// The sun in the backdrop (scene units from the ground line), where there is one.
    pub sun: (f32, f32),
    /// Its glow.
    pub sun_power: f32,
    /// Clouds in the sky.
    pub clouds: f32,
    /// A round stage for the product.
    pub podium: bool,
    /// Exposure before the tone curve.
    pub exposure: f32,
    /// Darkening of the corners.
    pub vignette: f32,
    /// Layout.
    pub seed: u64,
}

/// Backdrops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackdropKind {
    /// A bundled environment map through the lens.
    Env(EnvId),
    /// Pendant lamps, counter, shelves.
    Cafe,
    /// Columns, lit panels, a chandelier.
    Hall,
    /// Big windows, blinds, plants.
    Office,
    /// Plaster wall; light and shadow come from the gobo.
    Wall,
    /// Paper that runs down to the floor.
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
    /// Dark, with rims of light.
    Dark,
    /// Candles and warm points.
    Candles,
    /// A decorated tree's lights.
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
    /// Ranges behind each other.
    Mountains,
    /// Dunes.
    Dunes,
    /// Roofs before a low sun.
    Skyline,
    /// Clouds.
    Sky,
    /// Stars and nebulae.
    Space,
    /// Water seen from within.
    Deep,
}
