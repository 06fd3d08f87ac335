//! Reads a prompt: the part of the scene that each word changes, and the words without an effect.

use super::lexer::{self, Found, Words};
use super::spec::{Family, Light, Mood, Prop, PropUse, Season, Time, View, Weather};
use super::surface::SurfaceKind;
use super::words::{Meaning, Part};
use crate::backend::draft::color::{Rgb, from_hex, mix3, mul};

/// Most kinds of props in one picture; more would hide the product.
pub const MOST_PROPS: usize = 5;

/// A surface that a prompt asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WantedSurface {
    /// The material.
    pub kind: SurfaceKind,
    /// sRGB colours that the word implies.
    pub colors: Option<[u32; 3]>,
}

/// Up to this weight a place is so general ("interior", "outdoors") that a particular one includes it.
const GENERIC: u8 = 2;

/// The parts of a scene that a prompt asks for.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The place, if the prompt names one.
    pub place: Option<Family>,
    /// The surface, if the prompt names its material.
    pub surface: Option<WantedSurface>,
    /// Whether the prompt names a table, a floor or another surface without its material.
    pub table: bool,
    /// Whether the prompt contains a word such as "background" or "wall".
    pub backdrop: bool,
    /// Whether such a word has a colour: "pink background".
    pub plain_backdrop: bool,
    /// The time of day.
    pub time: Option<Time>,
    /// The season.
    pub season: Option<Season>,
    /// The weather; rain and fog may come together.
    pub weather: Vec<Weather>,
    /// The viewpoint.
    pub view: Option<View>,
    /// Lighting, each once.
    pub lights: Vec<Light>,
    /// Looks of the whole picture, each once.
    pub moods: Vec<Mood>,
    /// Props, each kind once and at most [`MOST_PROPS`].
    pub props: Vec<PropUse>,
    /// Linear colour of the backdrop and thus of the scene.
    pub color: Option<Rgb>,
    /// Linear colour of the surface.
    pub surface_color: Option<Rgb>,
    /// Linear colour of the light.
    pub light_color: Option<Rgb>,
    /// Materials that the prompt or the negative prompt excludes.
    pub no_surfaces: Vec<SurfaceKind>,
    /// Places that the prompt or the negative prompt excludes.
    pub no_places: Vec<Family>,
    /// Words that are not in the vocabulary.
    pub unknown: Vec<String>,
    /// Words without an effect because another word sets the same part of the scene: the word and that other word.
    pub overruled: Vec<(String, String)>,
    /// Words for props and colours beyond those that one picture can show.
    pub crowded: Vec<String>,
}

impl Reading {
    /// Whether the prompt contains no word with an effect.
    pub fn is_empty(&self) -> bool {
        let named = self.place.is_some() || self.surface.is_some() || self.table || self.color.is_some() || self.surface_color.is_some();
        let look = self.time.is_some() || self.season.is_some() || !self.weather.is_empty() || self.view.is_some() || self.backdrop;
        !(named || look) && self.lights.is_empty() && self.moods.is_empty() && self.props.is_empty() && self.light_color.is_none()
    }
}

/// Reads a prompt and its negative prompt.
pub fn read(prompt: &str, negative: &str) -> Reading {
    let Words { found, unknown } = lexer::read(prompt);
    // Most negative prompts exclude "blurry" pictures. That must not exclude a blurred background.
    let avoided = lexer::read(negative).found.into_iter().map(|f| f.meaning).filter(|m| *m != Meaning::Light(Light::Blur));
    let not_wanted: Vec<Meaning> = avoided.chain(found.iter().filter(|f| f.negated).map(|f| f.meaning)).collect();
    let mut out = Reading { unknown, ..Reading::default() };
    for meaning in &not_wanted {
        match *meaning {
            Meaning::Surface(kind, _) => out.no_surfaces.push(kind),
            Meaning::Place(family) => out.no_places.push(family),
            _ => {}
        }
    }
    let excluded = |meaning: Meaning| match meaning {
        Meaning::Surface(kind, _) => out.no_surfaces.contains(&kind),
        meaning => not_wanted.contains(&meaning),
    };
    let wanted: Vec<Found> = found.into_iter().filter(|f| !f.negated && !excluded(f.meaning)).collect();
    let bound = bind(&wanted);
    out.choose(&wanted);
    out.collect(&wanted, &bound);
    out
}

/// The prop that stands for a place if the prompt names another place too: "christmas living room" is a living room with ornaments.
fn decoration(family: Family) -> Option<Prop> {
    match family {
        Family::Christmas => Some(Prop::Ornaments),
        Family::Party => Some(Prop::Confetti),
        Family::Romance => Some(Prop::Hearts),
        Family::Tropical => Some(Prop::Palms),
        Family::Blossom => Some(Prop::Petals),
        Family::Autumn => Some(Prop::Maple),
        Family::Garden => Some(Prop::Flowers),
        _ => None,
    }
}

/// The part of the scene that a word belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Binding {
    /// Nothing: it stands for itself.
    Free,
    /// The word is a linear colour; with the index of the noun that it describes.
    Color(Rgb, Option<usize>),
    /// The word darkens or lightens the colour that follows, and has no effect of its own.
    Modifier,
}

/// Binds colours to the nouns that follow them, and "dark", "bright" and "pale" to the colours and surfaces that follow those.
fn bind(words: &[Found]) -> Vec<Binding> {
    // A grammatical word may stand between: "green of marble", "red and gold confetti".
    let next_to = |i: usize| words.get(i + 1).filter(|n| n.clause == words[i].clause && n.span.0 <= words[i].span.1 + 1);
    let mut bound = vec![Binding::Free; words.len()];
    for i in (0..words.len()).rev() {
        match words[i].meaning {
            Meaning::Color(rgb) => {
                let noun = next_to(i).and_then(|n| match n.meaning {
                    // Adjectives in a row describe the same noun.
                    Meaning::Color(_) => match bound[i + 1] {
                        Binding::Color(_, noun) => noun,
                        _ => None,
                    },
                    Meaning::Surface(..) | Meaning::Part(_) | Meaning::Prop(_) | Meaning::Place(_) => Some(i + 1),
                    _ => None,
                });
                bound[i] = Binding::Color(from_hex(rgb), noun);
            }
            Meaning::Light(Light::Dark | Light::Bright) | Meaning::Mood(Mood::Pastel) => {
                let shade = |c: Rgb| if words[i].meaning == Meaning::Light(Light::Dark) { mul(c, 0.38) } else { mix3(c, [0.92; 3], 0.5) };
                let near = next_to(i).is_some_and(|n| n.span.0 == words[i].span.1);
                if near && let Some(Binding::Color(color, noun)) = bound.get(i + 1).copied() {
                    bound[i + 1] = Binding::Color(shade(color), noun);
                    bound[i] = Binding::Modifier;
                } else if near && let Some(Meaning::Surface(kind, colors)) = next_to(i).map(|n| n.meaning) {
                    let usual = colors.unwrap_or_else(|| super::surface::usual_colors(kind))[0];
                    let tone = from_hex(usual);
                    let dark = words[i].meaning == Meaning::Light(Light::Dark);
                    bound[i] = Binding::Color(if dark { mul(tone, 0.07) } else { mix3(tone, [0.92; 3], 0.5) }, Some(i + 1));
                }
            }
            _ => {}
        }
    }
    bound
}

impl Reading {
    /// Chooses one place, surface, time, season and viewpoint; the others are overruled.
    fn choose(&mut self, words: &[Found]) {
        let mut overruled = Vec::new();
        let mut best = |pick: fn(Meaning) -> bool| -> Option<Meaning> {
            let rank = |f: &&Found| (f.weight, f.word.chars().count().min(20), std::cmp::Reverse(f.span.0));
            let all = || words.iter().filter(|f| pick(f.meaning));
            let winner = all().max_by_key(rank)?;
            // General words such as "interior" hold for the chosen place too.
            for loser in all().filter(|f| f.meaning != winner.meaning && f.weight > GENERIC) {
                overruled.push((loser.word.clone(), winner.word.clone()));
            }
            Some(winner.meaning)
        };
        // A holiday or a kind of plant decorates another place: "christmas in the living room".
        let decorates = |f: &&Found| matches!(f.meaning, Meaning::Place(family) if decoration(family).is_some());
        let elsewhere = words.iter().any(|f| matches!(f.meaning, Meaning::Place(_)) && f.weight > GENERIC && !decorates(&f));
        let plain = |m: Meaning| matches!(m, Meaning::Place(family) if decoration(family).is_none());
        let place = if elsewhere { best(plain) } else { best(|m| matches!(m, Meaning::Place(_))) };
        if let Some(Meaning::Place(family)) = place {
            self.place = Some(family);
        }
        if let Some(Meaning::Surface(kind, colors)) = best(|m| matches!(m, Meaning::Surface(..))) {
            self.surface = Some(WantedSurface { kind, colors });
        }
        if let Some(Meaning::Time(time)) = best(|m| matches!(m, Meaning::Time(_))) {
            self.time = Some(time);
        }
        if let Some(Meaning::Season(season)) = best(|m| matches!(m, Meaning::Season(_))) {
            self.season = Some(season);
        }
        if let Some(Meaning::View(view)) = best(|m| matches!(m, Meaning::View(_))) {
            self.view = Some(view);
        }
        // "oak wood": two words for the same material do not exclude each other; the one with colours decides.
        let material = self.surface;
        if let Some(material) = material {
            let same = |f: &&Found| matches!(f.meaning, Meaning::Surface(kind, _) if kind == material.kind);
            overruled.retain(|(word, _)| !words.iter().filter(same).any(|f| f.word == *word));
        }
        overruled.retain(|(word, _)| !words.iter().filter(decorates).any(|f| f.word == *word));
        for word in words.iter().filter(decorates) {
            if let Meaning::Place(family) = word.meaning
                && self.place != Some(family)
                && let Some(prop) = decoration(family)
            {
                self.add_prop(word, prop);
            }
        }
        self.overruled = overruled;
    }

    /// Collects the words that may occur several times, and the colours.
    fn collect(&mut self, words: &[Found], bound: &[Binding]) {
        // Colours with a noun come first: "berries and cream, pink background" has a pink background.
        for (word, bound) in words.iter().zip(bound) {
            if let Binding::Color(color, Some(noun)) = *bound {
                self.paint(word, color, Some(words[noun].meaning));
            }
        }
        for (word, bound) in words.iter().zip(bound) {
            match (*bound, word.meaning) {
                (Binding::Modifier | Binding::Color(_, Some(_)), _) => {}
                (Binding::Color(color, None), _) => self.paint(word, color, None),
                (_, Meaning::Weather(w)) if !self.weather.contains(&w) => self.weather.push(w),
                (_, Meaning::Light(l)) if !self.lights.contains(&l) => self.lights.push(l),
                (_, Meaning::Mood(m)) if !self.moods.contains(&m) => self.moods.push(m),
                (_, Meaning::Prop(prop)) => self.add_prop(word, prop),
                (_, Meaning::Part(Part::Table)) => self.table = true,
                (_, Meaning::Part(Part::Backdrop)) => self.backdrop = true,
                _ => {}
            }
        }
    }

    fn add_prop(&mut self, word: &Found, prop: Prop) {
        if self.props.iter().any(|p| p.prop == prop) {
            return;
        }
        if self.props.len() < MOST_PROPS {
            self.props.push(PropUse { prop, color: None });
        } else {
            self.crowded.push(word.word.clone());
        }
    }

    /// Assigns a colour to the noun that it describes. Of colours without a noun, the first belongs to the scene and the second to the surface.
    fn paint(&mut self, word: &Found, color: Rgb, noun: Option<Meaning>) {
        let slot = match noun {
            Some(Meaning::Surface(..) | Meaning::Part(Part::Table)) => &mut self.surface_color,
            Some(Meaning::Part(Part::Light)) => &mut self.light_color,
            Some(Meaning::Prop(prop)) => {
                // Colours are assigned before nouns are collected, so the prop may have to be added here.
                if let Some(there) = self.props.iter_mut().find(|p| p.prop == prop) {
                    there.color = there.color.or(Some(color));
                } else if self.props.len() < MOST_PROPS {
                    self.props.push(PropUse { prop, color: Some(color) });
                } else {
                    self.crowded.push(word.word.clone());
                }
                return;
            }
            Some(noun) => {
                self.plain_backdrop |= noun == Meaning::Part(Part::Backdrop);
                &mut self.color
            }
            None if self.color.is_some() => &mut self.surface_color,
            None => &mut self.color,
        };
        match slot {
            Some(_) => self.crowded.push(word.word.clone()),
            None => *slot = Some(color),
        }
    }
}
