//! Chooses a place for a prompt that names none, from its other words.

use super::noise::Rng;
use super::reading::Reading;
use super::spec::{Family as F, Light, Mood, Prop, Season, Time, Weather};
use super::surface::SurfaceKind as S;
use crate::backend::draft::color::Rgb;

/// The family of a scene: the named place, else the suggested one, else a neutral one that `rng` chooses. Never an excluded place.
pub fn family(reading: &Reading, rng: &mut Rng) -> F {
    let neutral = [F::Plaster, F::Home, F::Studio, F::Stone, F::Pastel, F::Wood];
    let chosen = neutral[rng.below(neutral.len())];
    let open = |family: &F| !reading.no_places.contains(family);
    reading.place.or_else(|| suggested(reading)).filter(open).or(Some(chosen)).filter(open).unwrap_or(F::Plaster)
}

/// The place that the words other than places suggest most strongly. Each table below gives a place and the strength of the suggestion.
pub fn suggested(reading: &Reading) -> Option<F> {
    let props = reading.props.iter().map(|p| of_prop(p.prop));
    let season = reading.season.map(of_season);
    let weather = reading.weather.iter().map(|w| of_weather(*w));
    let time = reading.time.and_then(of_time);
    let lights = reading.lights.iter().filter_map(|l| of_light(*l));
    let moods = reading.moods.iter().filter_map(|m| of_mood(*m));
    let surface = reading.surface.and_then(|s| of_surface(s.kind)).map(|f| (f, 4));
    let color = reading.color.map(|c| of_color(c, reading.plain_backdrop));
    let backdrop = (reading.backdrop && reading.color.is_none()).then_some((F::Studio, 2));
    let all = props.chain(season).chain(weather).chain(time).chain(lights).chain(moods).chain(surface).chain(color).chain(backdrop);
    // Of equal suggestions the first wins, so that no order of tables matters.
    all.fold(None, |best: Option<(F, u8)>, next| if best.is_none_or(|b| next.1 > b.1) { Some(next) } else { best }).map(|b| b.0)
}

fn of_prop(prop: Prop) -> (F, u8) {
    match prop {
        Prop::Maple => (F::Autumn, 5),
        Prop::Flowers => (F::Garden, 4),
        Prop::Palms => (F::Tropical, 5),
        Prop::Splash | Prop::Bubbles => (F::Water, 4),
        Prop::Confetti | Prop::Balloons => (F::Party, 5),
        Prop::Podium => (F::Pastel, 6),
        Prop::Snowflakes => (F::Snow, 5),
        Prop::Lanterns => (F::Hanok, 4),
        Prop::Candles => (F::Restaurant, 4),
        Prop::Hearts => (F::Romance, 5),
        Prop::Shells => (F::Beach, 5),
        Prop::Ornaments => (F::Christmas, 5),
        Prop::Pumpkins => (F::Autumn, 5),
        Prop::Spheres | Prop::Blocks => (F::Pastel, 4),
        Prop::Fabric => (F::Drape, 3),
        Prop::Petals | Prop::Ribbon => (F::Drape, 3),
        Prop::Leaves => (F::Forest, 3),
        Prop::Stones => (F::Stone, 3),
        Prop::Smoke | Prop::Coins => (F::Black, 3),
        Prop::Stars => (F::Space, 3),
        Prop::Books => (F::Library, 3),
        Prop::Sparks => (F::Fireplace, 3),
        Prop::CoffeeBeans => (F::Cafe, 2),
        Prop::StringLights => (F::Party, 3),
        Prop::IceCubes => (F::Ice, 3),
        Prop::Citrus | Prop::Berries => (F::Gradient, 2),
        Prop::Feathers => (F::Sky, 2),
        Prop::Gifts => (F::Drape, 2),
        Prop::Branches | Prop::Drops => (F::Plaster, 2),
    }
}

fn of_season(season: Season) -> (F, u8) {
    match season {
        Season::Spring => (F::Blossom, 4),
        Season::Summer => (F::Tropical, 3),
        Season::Autumn => (F::Autumn, 6),
        Season::Winter => (F::Snow, 5),
    }
}

fn of_weather(weather: Weather) -> (F, u8) {
    match weather {
        Weather::Snowfall => (F::Snow, 6),
        Weather::Rain => (F::City, 3),
        Weather::Fog => (F::Forest, 3),
        Weather::Wet => (F::NightCity, 1),
        Weather::Cloudy => (F::Mountains, 2),
        Weather::Sunny => (F::Plaster, 2),
    }
}

fn of_time(time: Time) -> Option<(F, u8)> {
    match time {
        Time::Golden => Some((F::Sunset, 4)),
        Time::Dusk => Some((F::Sunset, 4)),
        Time::Dawn => Some((F::Mountains, 3)),
        Time::Night => Some((F::NightCity, 2)),
        Time::Morning => Some((F::Home, 1)),
        Time::Day => None,
    }
}

fn of_light(light: Light) -> Option<(F, u8)> {
    match light {
        Light::Window | Light::Blinds | Light::Leaves | Light::Palm => Some((F::Plaster, 3)),
        Light::Spot => Some((F::Stage, 3)),
        Light::Bokeh => Some((F::Party, 3)),
        Light::Dark | Light::Hard => Some((F::Black, 3)),
        Light::Rays => Some((F::Forest, 2)),
        Light::Warm | Light::Cool | Light::Soft | Light::Bright | Light::Back | Light::Blur => None,
    }
}

fn of_mood(mood: Mood) -> Option<(F, u8)> {
    match mood {
        Mood::Pastel => Some((F::Pastel, 6)),
        Mood::Dreamy => Some((F::Sky, 3)),
        Mood::Romantic => Some((F::Romance, 3)),
        Mood::Luxury => Some((F::Black, 2)),
        Mood::Minimal => Some((F::Plaster, 2)),
        Mood::Cozy => Some((F::Home, 2)),
        Mood::Vintage => Some((F::Library, 1)),
        Mood::Cinematic | Mood::Vivid | Mood::Muted | Mood::Monochrome | Mood::Fresh => None,
    }
}

fn of_surface(kind: S) -> Option<F> {
    match kind {
        S::Wood => Some(F::Wood),
        S::Marble => Some(F::Marble),
        S::Concrete | S::Metal | S::Asphalt => Some(F::Industrial),
        S::Linen => Some(F::Bedroom),
        S::Silk => Some(F::Drape),
        S::Slate | S::Terrazzo => Some(F::Stone),
        S::Tile => Some(F::Kitchen),
        S::Gloss => Some(F::Studio),
        S::Sand => Some(F::Desert),
        S::Water => Some(F::Water),
        S::Grass => Some(F::Field),
        S::Snow => Some(F::Snow),
        S::Ice => Some(F::Ice),
        S::Plain | S::Regolith => None,
    }
}

/// A colour alone asks for a plain set, black for the dark one; a coloured background asks for it more strongly than props do.
fn of_color(color: Rgb, plain: bool) -> (F, u8) {
    let family = if color.iter().all(|c| *c < 0.02) { F::Black } else { F::Studio };
    (family, if plain { 6 } else { 3 })
}
