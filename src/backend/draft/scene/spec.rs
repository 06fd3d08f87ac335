//! The description of a scene that `compose` makes and the painters read: place, surface, backdrop, light and camera.

use super::gobo::GoboKind;
use super::surface::Surface;
use crate::backend::KeyLight;
use crate::backend::draft::color::Rgb;
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
    City,
    Lake,
    Field,
    Waterfall,
    Bamboo,
    Greenhouse,
    Gallery,
    Boutique,
    Brick,
    Gradient,
    Drape,
    Stage,
    Aurora,
    Fireworks,
    Fireplace,
    Camp,
    Ice,
    Road,
    Market,
    Romance,
    Kids,
    Laboratory,
}

/// Times of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Time {
    Dawn,
    Morning,
    Day,
    Golden,
    Dusk,
    Night,
}

/// Seasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

/// Weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Weather {
    Sunny,
    Cloudy,
    Rain,
    Fog,
    Snowfall,
    /// After the rain: the ground mirrors, but nothing falls.
    Wet,
}

/// Viewpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// The camera looks down at a slant, as most product photos do.
    Standard,
    /// From straight above: no horizon, no backdrop.
    FlatLay,
    /// Near: coarse surface, a larger and softer backdrop.
    CloseUp,
    /// Far: more of the place.
    Wide,
    /// The camera is low, so that little of the surface shows.
    Low,
    /// The camera is high, so that the surface fills most of the picture.
    High,
}

/// How the scene is lit, beyond what place and time imply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Light {
    /// Lamp light.
    Warm,
    /// Bluish light.
    Cool,
    /// A large source: pale shadows.
    Soft,
    /// A small source: strong contrast.
    Hard,
    /// More light everywhere.
    Bright,
    /// Less light everywhere.
    Dark,
    /// From behind, with a glow.
    Back,
    /// A pool of light on the surface.
    Spot,
    /// Visible beams.
    Rays,
    /// Shadow of a window.
    Window,
    /// Shadow of a blind.
    Blinds,
    /// Shadow of leaves.
    Leaves,
    /// Shadow of palm fronds.
    Palm,
    /// Blurred lights in the backdrop.
    Bokeh,
    /// A softer backdrop.
    Blur,
}

/// The look of the whole picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mood {
    /// Dark, polished, with golden light.
    Luxury,
    /// Empty and calm.
    Minimal,
    /// Faded and warm.
    Vintage,
    /// Strong colours.
    Vivid,
    /// Weak colours.
    Muted,
    /// No colours.
    Monochrome,
    /// Pale colours.
    Pastel,
    /// Glowing highlights.
    Dreamy,
    /// Warm and dim.
    Cozy,
    /// Bright and cool.
    Fresh,
    /// Teal shadows, orange light.
    Cinematic,
    /// Rosy.
    Romantic,
}

/// Kinds of props.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Prop {
    Leaves,
    Maple,
    Petals,
    Flowers,
    Branches,
    Palms,
    Splash,
    Drops,
    Bubbles,
    Smoke,
    Confetti,
    Gifts,
    Ribbon,
    Podium,
    Fabric,
    Snowflakes,
    Lanterns,
    StringLights,
    Candles,
    Balloons,
    Hearts,
    Stars,
    Feathers,
    Stones,
    Shells,
    Spheres,
    Blocks,
    Ornaments,
    Pumpkins,
    Citrus,
    Berries,
    CoffeeBeans,
    IceCubes,
    Books,
    Sparks,
    Coins,
}

/// A kind of prop with the colour that the prompt gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropUse {
    /// The kind.
    pub prop: Prop,
    /// Linear colour; `None` for the usual ones.
    pub color: Option<Rgb>,
}

/// Colour grading of the finished picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grade {
    /// Saturation; 1 keeps it.
    pub saturation: f32,
    /// Contrast around middle grey; 1 keeps it.
    pub contrast: f32,
    /// Least brightness, display-referred linear.
    pub lift: f32,
    /// Factor by which dark parts are multiplied.
    pub shadows: Rgb,
    /// Factor by which bright parts are multiplied.
    pub lights: Rgb,
}

impl Grade {
    /// Changes nothing.
    pub const NONE: Self = Self { saturation: 1.0, contrast: 1.0, lift: 0.0, shadows: [1.0; 3], lights: [1.0; 3] };
}

/// Effects in the air in front of the scene. Each is an amount, 0 for none; 1 is what a word for it sets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Air {
    /// Fog.
    pub fog: f32,
    /// Rain.
    pub rain: f32,
    /// Falling snow.
    pub snow: f32,
    /// Smoke near the ground.
    pub smoke: f32,
    /// Beams of light.
    pub rays: f32,
    /// Blurred lights.
    pub bokeh: f32,
    /// Glowing sparks.
    pub sparks: f32,
    /// Twinkling stars.
    pub stars: f32,
    /// Linear colour of smoke, snow, sparks and stars; `None` for their usual ones.
    pub tint: Option<Rgb>,
}

/// Description of a scene.
#[derive(Clone, Debug)]
pub struct SceneSpec {
    /// Kind of scene.
    pub family: Family,
    /// Surface on which the product stands.
    pub surface: Surface,
    /// The backdrop behind the surface.
    pub backdrop: BackdropKind,
    /// Palette of the backdrop, linear.
    pub back: [Rgb; 4],
    /// Viewing direction in the environment map, radians; for [`BackdropKind::Env`].
    pub yaw: f32,
    /// Target mean luminance of the visible part of an environment map.
    pub back_level: f32,
    /// Key light.
    pub light: KeyLight,
    /// Strength of the key light.
    pub key: f32,
    /// Ambient light.
    pub ambient: Rgb,
    /// Pattern of the mask in front of the key light.
    pub gobo: GoboKind,
    /// Row of the horizon as a fraction of the height; negative above the picture.
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
    /// Amount of clouds, 0..=1.
    pub clouds: f32,
    /// Whether the product stands on a round podium.
    pub podium: bool,
    /// Exposure factor before the film curve.
    pub exposure: f32,
    /// Strength of the vignette, 0 for none.
    pub vignette: f32,
    /// Viewpoint.
    pub view: View,
    /// Magnification of the backdrop.
    pub zoom: f32,
    /// Blur radius that is added to the backdrop's defocus, scene units.
    pub blur: f32,
    /// Linear colour towards which the backdrop is shifted, and how far, 0..=1.
    pub wash: Option<(Rgb, f32)>,
    /// Strength of a pool of light that darkens everything around it; 0 for none.
    pub spot: f32,
    /// A cloth on part of the surface.
    pub cloth: Option<Surface>,
    /// Props.
    pub props: Vec<PropUse>,
    /// Effects in the air.
    pub air: Air,
    /// Colour grading.
    pub grade: Grade,
    /// Seed of everything that is random in the scene.
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
    /// Towers by day.
    Towers,
    /// Rolling hills under a sky.
    Hills,
    /// Falling water between leaves.
    Waterfall,
    /// Stems of bamboo.
    Bamboo,
    /// Panes of a glass house with plants behind them.
    Greenhouse,
    /// A white wall with pictures under spotlights.
    Gallery,
    /// Lit niches with goods.
    Niches,
    /// A wall of bricks.
    Bricks,
    /// A gradient of two colours.
    Gradient,
    /// Hanging cloth.
    Drape,
    /// Beams of stage lights.
    Stage,
    /// Northern lights.
    Aurora,
    /// Fireworks.
    Fireworks,
    /// A fire.
    Fire,
    /// A glowing tent among trees.
    Camp,
    /// Facets of ice.
    Ice,
    /// Stalls with awnings and bulbs.
    Market,
    /// Blurred hearts.
    Hearts,
    /// A wall with bunting and toys.
    Nursery,
    /// Lit glassware.
    Glassware,
}
