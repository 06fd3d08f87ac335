//! What a prompt asks for: the words of the prompt, each with the part of the scene that it changes, and the words without an effect.

use super::lexer::{self, Found, Words};
use super::noise::{Rgb, hex, mix3, mul};
use super::spec::{Family, Light, Mood, Prop, PropUse, Season, Time, View, Weather};
use super::surface::SurfaceKind;
use super::words::{Means, Part};

/// Things that one picture shows besides the product; more would hide it.
pub const MOST_PROPS: usize = 5;

/// A surface that a prompt asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WantedSurface {
    /// The material.
    pub kind: SurfaceKind,
    /// Colours that the word implies.
    pub colors: Option<[u32; 3]>,
}

/// Weight up to which a place is so general that a particular one includes it.
const GENERIC: u8 = 2;

/// What a prompt asks for.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The place.
    pub place: Option<Family>,
    /// The surface.
    pub surface: Option<WantedSurface>,
    /// Whether the prompt names a table, a floor or another thing to stand on.
    pub table: bool,
    /// Whether the prompt names the background itself.
    pub backdrop: bool,
    /// Whether the prompt gives the background itself a colour.
    pub plain_backdrop: bool,
    /// The time of day.
    pub time: Option<Time>,
    /// The season.
    pub season: Option<Season>,
    /// The weather; rain and fog may come together.
    pub weather: Vec<Weather>,
    /// The viewpoint.
    pub view: Option<View>,
    /// How it is lit.
    pub lights: Vec<Light>,
    /// How it looks.
    pub moods: Vec<Mood>,
    /// Things besides the product.
    pub props: Vec<PropUse>,
    /// Colour of the backdrop, hence of the scene.
    pub color: Option<Rgb>,
    /// Colour of the surface.
    pub surface_color: Option<Rgb>,
    /// Colour of the light.
    pub light_color: Option<Rgb>,
    /// Materials that the prompt or the negative prompt excludes.
    pub no_surfaces: Vec<SurfaceKind>,
    /// Places that are excluded.
    pub no_places: Vec<Family>,
    /// Words that the vocabulary does not have.
    pub unknown: Vec<String>,
    /// Words that have no effect because another one stands for the same part of the scene: the word and the winner.
    pub overruled: Vec<(String, String)>,
    /// Things and colours beyond those that one picture shows.
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
    // A "blurry" picture is not wanted in most negative prompts, which says nothing about a blurred background.
    let avoided = lexer::read(negative).found.into_iter().map(|f| f.means).filter(|m| *m != Means::Light(Light::Blur));
    let not_wanted: Vec<Means> = avoided.chain(found.iter().filter(|f| f.negated).map(|f| f.means)).collect();
    let mut out = Reading { unknown, ..Reading::default() };
    for means in &not_wanted {
        match *means {
            Means::Surface(kind, _) => out.no_surfaces.push(kind),
            Means::Place(family) => out.no_places.push(family),
            _ => {}
        }
    }
    let excluded = |means: Means| match means {
        Means::Surface(kind, _) => out.no_surfaces.contains(&kind),
        means => not_wanted.contains(&means),
    };
    let wanted: Vec<Found> = found.into_iter().filter(|f| !f.negated && !excluded(f.means)).collect();
    let bound = bind(&wanted);
    out.choose(&wanted);
    out.collect(&wanted, &bound);
    out
}

/// What a place adds to another one that the same prompt names.
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

/// What a word belongs to, word by word.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    /// To itself.
    Free,
    /// A colour, and the index of the noun that it describes.
    Color(Rgb, Option<usize>),
    /// A word that shades the colour or the surface behind it.
    Spent,
}

/// Binds colours to the nouns that follow them, and "dark", "bright" and "pale" to the colours and surfaces that follow those.
fn bind(words: &[Found]) -> Vec<Bound> {
    // A grammatical word may stand between: "green of marble", "red and gold confetti".
    let next_to = |i: usize| words.get(i + 1).filter(|n| n.clause == words[i].clause && n.span.0 <= words[i].span.1 + 1);
    let mut bound = vec![Bound::Free; words.len()];
    for i in (0..words.len()).rev() {
        match words[i].means {
            Means::Color(rgb) => {
                let noun = next_to(i).and_then(|n| match n.means {
                    // Adjectives in a row describe the same noun.
                    Means::Color(_) => match bound[i + 1] {
                        Bound::Color(_, noun) => noun,
                        _ => None,
                    },
                    Means::Surface(..) | Means::Part(_) | Means::Prop(_) | Means::Place(_) => Some(i + 1),
                    _ => None,
                });
                bound[i] = Bound::Color(hex(rgb), noun);
            }
            Means::Light(Light::Dark | Light::Bright) | Means::Mood(Mood::Pastel) => {
                let shade = |c: Rgb| if words[i].means == Means::Light(Light::Dark) { mul(c, 0.38) } else { mix3(c, [0.92; 3], 0.5) };
                let near = next_to(i).is_some_and(|n| n.span.0 == words[i].span.1);
                if near && let Some(Bound::Color(color, noun)) = bound.get(i + 1).copied() {
                    bound[i + 1] = Bound::Color(shade(color), noun);
                    bound[i] = Bound::Spent;
                } else if near && let Some(Means::Surface(kind, colors)) = next_to(i).map(|n| n.means) {
                    let usual = colors.unwrap_or_else(|| super::surface::usual_colors(kind))[0];
                    let tone = hex(usual);
                    let dark = words[i].means == Means::Light(Light::Dark);
                    bound[i] = Bound::Color(if dark { mul(tone, 0.07) } else { mix3(tone, [0.92; 3], 0.5) }, Some(i + 1));
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
        let mut best = |pick: fn(Means) -> bool| -> Option<Means> {
            let rank = |f: &&Found| (f.weight, f.word.chars().count().min(20), std::cmp::Reverse(f.span.0));
            let all = || words.iter().filter(|f| pick(f.means));
            let winner = all().max_by_key(rank)?;
            // "interior" and "outdoors" are true of the place that was chosen, not overruled by it.
            for loser in all().filter(|f| f.means != winner.means && f.weight > GENERIC) {
                overruled.push((loser.word.clone(), winner.word.clone()));
            }
            Some(winner.means)
        };
        // A feast or a kind of plant decorates another place: "christmas in the living room".
        let decorates = |f: &&Found| matches!(f.means, Means::Place(family) if decoration(family).is_some());
        let elsewhere = words.iter().any(|f| matches!(f.means, Means::Place(_)) && f.weight > GENERIC && !decorates(&f));
        let plain = |m: Means| matches!(m, Means::Place(family) if decoration(family).is_none());
        let place = if elsewhere { best(plain) } else { best(|m| matches!(m, Means::Place(_))) };
        if let Some(Means::Place(family)) = place {
            self.place = Some(family);
        }
        if let Some(Means::Surface(kind, colors)) = best(|m| matches!(m, Means::Surface(..))) {
            self.surface = Some(WantedSurface { kind, colors });
        }
        if let Some(Means::Time(time)) = best(|m| matches!(m, Means::Time(_))) {
            self.time = Some(time);
        }
        if let Some(Means::Season(season)) = best(|m| matches!(m, Means::Season(_))) {
            self.season = Some(season);
        }
        if let Some(Means::View(view)) = best(|m| matches!(m, Means::View(_))) {
            self.view = Some(view);
        }
        // "oak wood": two words for the same material do not exclude each other; the one with colours decides.
        let material = self.surface;
        if let Some(material) = material {
            let same = |f: &&Found| matches!(f.means, Means::Surface(kind, _) if kind == material.kind);
            overruled.retain(|(word, _)| !words.iter().filter(same).any(|f| f.word == *word));
        }
        overruled.retain(|(word, _)| !words.iter().filter(decorates).any(|f| f.word == *word));
        for word in words.iter().filter(decorates) {
            if let Means::Place(family) = word.means
                && self.place != Some(family)
                && let Some(prop) = decoration(family)
            {
                self.add_prop(word, prop);
            }
        }
        self.overruled = overruled;
    }

    /// Collects what may occur several times, and the colours.
    fn collect(&mut self, words: &[Found], bound: &[Bound]) {
        // Colours with a noun come first: "berries and cream, pink background" has a pink background.
        for (word, bound) in words.iter().zip(bound) {
            if let Bound::Color(color, Some(noun)) = *bound {
                self.paint(word, color, Some(words[noun].means));
            }
        }
        for (word, bound) in words.iter().zip(bound) {
            match (*bound, word.means) {
                (Bound::Spent | Bound::Color(_, Some(_)), _) => {}
                (Bound::Color(color, None), _) => self.paint(word, color, None),
                (_, Means::Weather(w)) if !self.weather.contains(&w) => self.weather.push(w),
                (_, Means::Light(l)) if !self.lights.contains(&l) => self.lights.push(l),
                (_, Means::Mood(m)) if !self.moods.contains(&m) => self.moods.push(m),
                (_, Means::Prop(prop)) => self.add_prop(word, prop),
                (_, Means::Part(Part::Table)) => self.table = true,
                (_, Means::Part(Part::Backdrop)) => self.backdrop = true,
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

    /// Gives a colour to what it describes; a colour without a noun belongs to the scene, a second one to the surface.
    fn paint(&mut self, word: &Found, color: Rgb, noun: Option<Means>) {
        let slot = match noun {
            Some(Means::Surface(..) | Means::Part(Part::Table)) => &mut self.surface_color,
            Some(Means::Part(Part::Light)) => &mut self.light_color,
            Some(Means::Prop(prop)) => {
                // The noun comes later in the prompt; its colour is kept until then.
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
                self.plain_backdrop |= noun == Means::Part(Part::Backdrop);
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
