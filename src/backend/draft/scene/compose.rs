//! Turns the words of a prompt into a scene: the recipe of the place, changed part by part by the other words.

use super::noise::Rng;
use super::reading::{self, Reading, WantedSurface};
use super::recipes::recipe;
use super::spec::{BackdropKind as B, Prop, PropUse, SceneSpec, Season, View};
use super::suggested_place;
use super::surface::{Surface, SurfaceKind, usual_colors};
use super::{looks, seasons};
use crate::backend::draft::color::{Rgb, from_hex, mix3, mul, mul3};

/// Reads a prompt and its negative prompt and composes the scene. Words without an effect do not change it; the seed varies everything that the words
/// leave open.
pub fn read(prompt: &str, negative: &str, seed: u64) -> (SceneSpec, Reading) {
    let reading = reading::read(prompt, negative);
    let spec = compose(&reading, seed);
    (spec, reading)
}

/// The random numbers of one part of the scene. Parts have separate generators, so that a word for one part leaves the others unchanged.
fn stream(seed: u64, part: u64) -> Rng {
    Rng::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part.wrapping_mul(0xd1b5_4a32_d192_ed03))
}

fn compose(reading: &Reading, seed: u64) -> SceneSpec {
    let family = suggested_place::family(reading, &mut stream(seed, 1));
    let mut spec = recipe(family, &mut stream(seed, 2));
    let mut rng = stream(seed, 3);
    spec.seed = rng.bits();
    spec.surface.seed = rng.bits() as u32;
    let turn = rng.range(-0.12, 0.12);
    spec.ground += rng.range(-0.012, 0.012);
    let mut rng = stream(seed, 4);
    if let Some(season) = reading.season {
        seasons::apply_season(&mut spec, season, reading);
    }
    choose_surface(&mut spec, reading, &mut rng);
    color_surface(&mut spec, reading);
    (spec.gloss, spec.roughness) = spec.surface.finish();
    if let Some(color) = reading.color {
        color_backdrop(&mut spec, color);
    }
    if let Some(color) = reading.light_color {
        let bright = color[0].max(color[1]).max(color[2]).max(0.05);
        spec.light.color = mul(color, 1.0 / bright);
        spec.ambient = mul3(spec.ambient, mix3([1.0; 3], mul(color, 1.0 / bright), 0.55));
        spec.wash = spec.wash.or(Some((color, 0.35)));
    }
    if let Some(time) = reading.time {
        seasons::apply_time(&mut spec, time);
    }
    for weather in &reading.weather {
        seasons::apply_weather(&mut spec, *weather, reading);
    }
    for light in &reading.lights {
        looks::apply_light(&mut spec, *light);
    }
    for mood in &reading.moods {
        looks::apply_mood(&mut spec, *mood);
    }
    place_things(&mut spec, reading, &mut rng);
    if let Some(view) = reading.view {
        apply_view(&mut spec, view);
    }
    let l = &mut spec.light;
    l.direction = normalize([l.direction[0] + turn, l.direction[1], l.direction[2]]);
    let bright = l.color[0].max(l.color[1]).max(l.color[2]).max(1e-3);
    l.color = mul(l.color, 1.0 / bright);
    spec
}

/// The unit vector in a direction.
fn normalize(v: [f32; 3]) -> [f32; 3] {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt().max(1e-6);
    mul(v, 1.0 / length)
}

/// Replaces the recipe's surface by the requested one, or by a wooden table if the prompt names a table outdoors.
fn choose_surface(spec: &mut SceneSpec, reading: &Reading, rng: &mut Rng) {
    use SurfaceKind as S;
    let lies_outdoors = |kind| matches!(kind, S::Sand | S::Water | S::Grass | S::Snow | S::Ice | S::Asphalt | S::Regolith);
    let own = spec.surface.kind;
    let wanted = match reading.surface {
        Some(wanted) => Some(wanted),
        None if reading.table && lies_outdoors(own) && own != S::Ice => Some(WantedSurface { kind: S::Wood, colors: None }),
        None => None,
    };
    if let Some(wanted) = wanted.filter(|w| w.kind != own || w.colors.is_some()) {
        spec.surface = requested_surface(wanted, rng);
        if lies_outdoors(own) && !lies_outdoors(wanted.kind) {
            // The edge of a table outdoors is near and sharp, and the camera is higher above it.
            (spec.horizon, spec.edge) = (spec.horizon.min(0.40), 0.006);
        }
    }
    if reading.no_surfaces.contains(&spec.surface.kind) {
        let other = [S::Concrete, S::Marble, S::Plain, S::Wood];
        let kind = other.into_iter().find(|k| !reading.no_surfaces.contains(k)).unwrap_or(S::Plain);
        spec.surface = requested_surface(WantedSurface { kind, colors: None }, rng);
    }
}

fn requested_surface(wanted: WantedSurface, rng: &mut Rng) -> Surface {
    let usual = match wanted.kind {
        SurfaceKind::Wood => [[0xc79a68, 0x8a5a30, 0xb98b58], [0xb9854f, 0x6d4222, 0x9a6a3a], [0xd8b88c, 0xa67f50, 0xcaa274]][rng.below(3)],
        kind => usual_colors(kind),
    };
    let colors = wanted.colors.unwrap_or(usual).map(from_hex);
    Surface { kind: wanted.kind, colors, seed: rng.bits() as u32, across: rng.unit() < 0.4, scale: 1.0 }
}

/// Gives the surface the colour that the prompt names for it. A surface without a material of its own takes the colour of the scene.
fn color_surface(spec: &mut SceneSpec, reading: &Reading) {
    use SurfaceKind as S;
    let flat = reading.view == Some(View::FlatLay);
    let plain = (flat || matches!(spec.surface.kind, S::Plain | S::Linen | S::Tile)) && reading.surface.is_none();
    let Some(color) = reading.surface_color.or(reading.color.filter(|_| plain)) else { return };
    let level = color[0].max(color[1]).max(color[2]);
    spec.surface.colors = match spec.surface.kind {
        S::Marble if level < 0.12 => [color, mix3(color, [0.03; 3], 0.5), from_hex(0xcfc8ba)],
        S::Marble => [color, mix3(mul(color, 0.72), [0.45; 3], 0.1), mix3(mul(color, 0.25), [0.30, 0.30, 0.31], 0.4)],
        S::Wood => [mix3(color, [0.30; 3], 0.05), mul(color, 0.45), mul(color, 0.75)],
        S::Water => [mix3(color, [1.0; 3], 0.35), mul(color, 0.6), [0.95; 3]],
        S::Terrazzo => [mix3(color, [0.9; 3], 0.35), mul(color, 0.6), mix3(color, [1.0; 3], 0.6)],
        S::Tile => [color, mul(color, 0.86), mix3(color, [0.6; 3], 0.5)],
        S::Metal => [mul(color, 0.75), color, [1.0; 3]],
        _ => [color, mul(color, 0.80), mul(color, 0.92)],
    };
}

/// Gives the backdrop a colour: paper, paint and lamps get exactly this colour, other backdrops are shifted towards it.
fn color_backdrop(spec: &mut SceneSpec, color: Rgb) {
    let peak = color[0].max(color[1]).max(color[2]).max(1e-3);
    let lamp = mul(color, 1.0 / peak.max(0.05));
    match spec.backdrop {
        B::Sweep | B::Wall | B::Arches => {
            spec.back = [color, mul(color, 0.72), mul3(color, [0.9, 0.95, 1.0]), mix3(color, [peak; 3], 0.35)];
        }
        B::Gradient => spec.back = [color, mix3(color, [0.95; 3], 0.55), mul(color, 0.6), mix3(color, [1.0; 3], 0.5)],
        B::Drape | B::Bricks => spec.back = [color, mul(color, 0.45), mul(color, 0.75), mix3(color, [0.9; 3], 0.5)],
        B::Glitter | B::Dark | B::Stage => {
            let lamp = mul(lamp, 1.2);
            spec.back = [mul(lamp, 0.014), mul(lamp, 0.10), lamp, mix3(lamp, [1.0; 3], 0.4)];
        }
        B::Neon => spec.back[2] = lamp,
        B::Flowers => spec.back[2] = color,
        _ => {}
    }
    if !matches!(spec.backdrop, B::Sweep | B::Wall | B::Arches | B::Gradient | B::Drape) {
        spec.wash = Some((color, 0.48));
        spec.ambient = mul3(spec.ambient, mix3([1.0; 3], lamp, 0.25));
    }
}

/// Adds props, cloth, podium, and props that are part of the air.
fn place_things(spec: &mut SceneSpec, reading: &Reading, rng: &mut Rng) {
    for wanted in &reading.props {
        if matches!(wanted.prop, Prop::Smoke | Prop::Sparks | Prop::Stars | Prop::Snowflakes) {
            spec.air.tint = spec.air.tint.or(wanted.color);
        }
        match wanted.prop {
            Prop::Podium => {
                spec.podium = true;
                if let Some(color) = wanted.color {
                    spec.back[2] = color;
                }
            }
            Prop::Fabric => spec.cloth = Some(cloth(spec, wanted.color, rng)),
            Prop::Smoke => spec.air.smoke = 1.0,
            Prop::Sparks => spec.air.sparks = 1.0,
            Prop::Stars => spec.air.stars = 1.0,
            Prop::Snowflakes => spec.air.snow = spec.air.snow.max(0.8),
            Prop::Splash => {
                spec.gloss = spec.gloss.max(0.6);
                spec.roughness = spec.roughness.min(0.2);
                spec.props.push(*wanted);
            }
            Prop::Leaves if reading.season == Some(Season::Autumn) => {
                spec.props.retain(|p| p.prop != Prop::Maple);
                spec.props.push(PropUse { prop: Prop::Maple, color: wanted.color });
            }
            _ => {
                spec.props.retain(|p| p.prop != wanted.prop);
                spec.props.push(*wanted);
            }
        }
    }
}

/// Cloth that lies on the surface, in a colour that differs from it.
fn cloth(spec: &SceneSpec, color: Option<Rgb>, rng: &mut Rng) -> Surface {
    let under = spec.surface.colors[0];
    let light = under[0] + under[1] + under[2] > 1.2;
    let usual = if light { from_hex(0xc7a893) } else { from_hex(0xeee4d8) };
    let c = color.unwrap_or(usual);
    Surface {
        kind: SurfaceKind::Silk,
        colors: [c, mul(c, 0.72), mix3(c, [1.0; 3], 0.4)],
        seed: rng.bits() as u32,
        across: false,
        scale: 1.0,
    }
}

/// Moves the camera by changing the ground line, the horizon and the scale of the scene.
fn apply_view(spec: &mut SceneSpec, view: View) {
    spec.view = view;
    match view {
        View::Standard => {}
        View::FlatLay => {
            spec.ground = 0.0;
            spec.horizon = -4.0;
            spec.edge = 0.002;
        }
        View::CloseUp => {
            spec.zoom = 1.75;
            spec.blur += 0.016;
            spec.surface.scale *= 1.75;
        }
        View::Wide => {
            spec.zoom = 0.66;
            spec.surface.scale *= 0.62;
            spec.ground -= 0.035;
        }
        View::Low => {
            spec.ground += 0.115;
            spec.horizon = spec.ground - (spec.ground - spec.horizon) * 0.45;
            spec.surface.scale *= 1.7;
        }
        View::High => {
            spec.ground -= 0.235;
            spec.horizon = spec.ground - 0.46;
            spec.surface.scale *= 0.5;
        }
    }
}
