//! A row of the vocabulary: one meaning and its words.

use crate::backend::draft::scene::spec::{Family, Light, Mood, Prop, Season, Time, View, Weather};
use crate::backend::draft::scene::surface::SurfaceKind;

/// The change that a word makes to the scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// The place, hence the backdrop.
    Place(Family),
    /// The surface, with its colours if the word implies them.
    Surface(SurfaceKind, Option<[u32; 3]>),
    /// The time of day.
    Time(Time),
    /// The season.
    Season(Season),
    /// The weather.
    Weather(Weather),
    /// The viewpoint.
    View(View),
    /// The light.
    Light(Light),
    /// The look of the picture.
    Mood(Mood),
    /// A prop.
    Prop(Prop),
    /// An sRGB colour `0xRRGGBB`, of the noun that follows or of the scene.
    Color(u32),
    /// A part of the scene that a colour can describe.
    Part(Part),
}

/// Parts of a scene that every scene has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Background, wall.
    Backdrop,
    /// Table, floor.
    Table,
    /// Light.
    Light,
}

/// Kinds of words, in the order of `docs/scenes.md`.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Group {
    Places,
    Surfaces,
    Times,
    Seasons,
    Weather,
    Views,
    Lights,
    Moods,
    Props,
    Colors,
    Parts,
}

#[cfg(test)]
impl Meaning {
    /// The kind of word.
    pub fn group(self) -> Group {
        match self {
            Self::Place(_) => Group::Places,
            Self::Surface(..) => Group::Surfaces,
            Self::Time(_) => Group::Times,
            Self::Season(_) => Group::Seasons,
            Self::Weather(_) => Group::Weather,
            Self::View(_) => Group::Views,
            Self::Light(_) => Group::Lights,
            Self::Mood(_) => Group::Moods,
            Self::Prop(_) => Group::Props,
            Self::Color(_) => Group::Colors,
            Self::Part(_) => Group::Parts,
        }
    }
}

/// One meaning with its words, separated by `|`.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// English words, lower case.
    pub en: &'static str,
    /// Korean words.
    pub ko: &'static str,
    /// The change that the words make.
    pub meaning: Meaning,
    /// If a prompt names two places or two surfaces, the one with the higher weight is painted.
    pub weight: u8,
}

impl Row {
    /// English words, lower case.
    pub fn english(&self) -> impl Iterator<Item = &'static str> {
        self.en.split('|').filter(|w| !w.is_empty())
    }

    /// Korean words.
    pub fn korean(&self) -> impl Iterator<Item = &'static str> {
        self.ko.split('|').filter(|w| !w.is_empty())
    }
}
