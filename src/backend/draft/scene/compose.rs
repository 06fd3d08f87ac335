//! Makes a scene of what a prompt asks for: the recipe of the place, changed part by part by the other words.

use super::homes;
use super::noise::{Rgb, Rng, hex, mix3, mul, mul3, normalize};
use super::reading::{self, Reading, WantedSurface};
use super::recipes::recipe;
use super::spec::{BackdropKind as B, Prop, PropUse, SceneSpec, Season, View};
use super::surface::{Surface, SurfaceKind, usual_colors};
use super::{looks, seasons};

/// The scene that a prompt asks for, and what was read in the prompt. Only words with an effect change it; the seed varies everything else.
pub fn read(prompt: &str, negative: &str, seed: u64) -> (SceneSpec, Reading) {
    let wish = reading::read(prompt, negative);
    let spec = compose(&wish, seed);
    (spec, wish)
}

/// A generator of its own for each part, so that a word for one part leaves the others as they were.
fn stream(seed: u64, part: u64) -> Rng {
    Rng::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part.wrapping_mul(0xd1b5_4a32_d192_ed03))
}

fn compose(wish: &Reading, seed: u64) -> SceneSpec {
    let family = homes::family(wish, &mut stream(seed, 1));
    let mut spec = recipe(family, &mut stream(seed, 2));
    let mut rng = stream(seed, 3);
    spec.seed = rng.bits();
    spec.surface.seed = rng.bits() as u32;
    let turn = rng.range(-0.12, 0.12);
    spec.ground += rng.range(-0.012, 0.012);
    let mut rng = stream(seed, 4);
    if let Some(season) = wish.season {
        seasons::apply_season(&mut spec, season, wish);
    }
    choose_surface(&mut spec, wish, &mut rng);
    color_surface(&mut spec, wish);
    (spec.gloss, spec.roughness) = spec.surface.finish();
    if let Some(color) = wish.color {
        color_backdrop(&mut spec, color);
    }
    if let Some(color) = wish.light_color {
        let bright = color[0].max(color[1]).max(color[2]).max(0.05);
        spec.light.color = mul(color, 1.0 / bright);
        spec.ambient = mul3(spec.ambient, mix3([1.0; 3], mul(color, 1.0 / bright), 0.55));
        spec.wash = spec.wash.or(Some((color, 0.35)));
    }
    if let Some(time) = wish.time {
        seasons::apply_time(&mut spec, time);
    }
    for weather in &wish.weather {
        seasons::apply_weather(&mut spec, *weather, wish);
    }
    for light in &wish.lights {
        looks::apply_light(&mut spec, *light);
    }
    for mood in &wish.moods {
        looks::apply_mood(&mut spec, *mood);
    }
    place_things(&mut spec, wish, &mut rng);
    if let Some(view) = wish.view {
        apply_view(&mut spec, view);
    }
    let l = &mut spec.light;
    l.direction = normalize([l.direction[0] + turn, l.direction[1], l.direction[2]]);
    let bright = l.color[0].max(l.color[1]).max(l.color[2]).max(1e-3);
    l.color = mul(l.color, 1.0 / bright);
    spec
}

/// Replaces the recipe's surface by the requested one, or by a table where the prompt wants one outdoors.
fn choose_surface(spec: &mut SceneSpec, wish: &Reading, rng: &mut Rng) {
    use SurfaceKind as S;
    let lies_outdoors = |kind| matches!(kind, S::Sand | S::Water | S::Grass | S::Snow | S::Ice | S::Asphalt | S::Regolith);
    let own = spec.surface.kind;
    let wanted = match wish.surface {
        Some(wanted) => Some(wanted),
        None if wish.table && lies_outdoors(own) && own != S::Ice => Some(WantedSurface { kind: S::Wood, colors: None }),
        None => None,
    };
    if let Some(wanted) = wanted.filter(|w| w.kind != own || w.colors.is_some()) {
        spec.surface = requested_surface(wanted, rng);
        if lies_outdoors(own) && !lies_outdoors(wanted.kind) {
            // A table in the open: its edge is near and sharp, and the eye is higher above it.
            (spec.horizon, spec.edge) = (spec.horizon.min(0.40), 0.006);
        }
    }
    if wish.no_surfaces.contains(&spec.surface.kind) {
        let other = [S::Concrete, S::Marble, S::Plain, S::Wood];
        let kind = other.into_iter().find(|k| !wish.no_surfaces.contains(k)).unwrap_or(S::Plain);
        spec.surface = requested_surface(WantedSurface { kind, colors: None }, rng);
    }
}

fn requested_surface(wanted: WantedSurface, rng: &mut Rng) -> Surface {
    let usual = match wanted.kind {
        SurfaceKind::Wood => [[0xc79a68, 0x8a5a30, 0xb98b58], [0xb9854f, 0x6d4222, 0x9a6a3a], [0xd8b88c, 0xa67f50, 0xcaa274]][rng.below(3)],
        kind => usual_colors(kind),
    };
    let colors = wanted.colors.unwrap_or(usual).map(hex);
    Surface { kind: wanted.kind, colors, seed: rng.bits() as u32, across: rng.unit() < 0.4, scale: 1.0 }
}

/// Gives the surface the colour that the prompt names for it, or a plain one that of the scene.
fn color_surface(spec: &mut SceneSpec, wish: &Reading) {
    use SurfaceKind as S;
    let flat = wish.view == Some(View::FlatLay);
    let plain = (flat || matches!(spec.surface.kind, S::Plain | S::Linen | S::Tile)) && wish.surface.is_none();
    let Some(color) = wish.surface_color.or(wish.color.filter(|_| plain)) else { return };
    let level = color[0].max(color[1]).max(color[2]);
    spec.surface.colors = match spec.surface.kind {
        S::Marble if level < 0.12 => [color, mix3(color, [0.03; 3], 0.5), hex(0xcfc8ba)],
        S::Marble => [color, mix3(mul(color, 0.72), [0.45; 3], 0.1), mix3(mul(color, 0.25), [0.30, 0.30, 0.31], 0.4)],
        S::Wood => [mix3(color, [0.30; 3], 0.05), mul(color, 0.45), mul(color, 0.75)],
        S::Water => [mix3(color, [1.0; 3], 0.35), mul(color, 0.6), [0.95; 3]],
        S::Terrazzo => [mix3(color, [0.9; 3], 0.35), mul(color, 0.6), mix3(color, [1.0; 3], 0.6)],
        S::Tile => [color, mul(color, 0.86), mix3(color, [0.6; 3], 0.5)],
        S::Metal => [mul(color, 0.75), color, [1.0; 3]],
        _ => [color, mul(color, 0.80), mul(color, 0.92)],
    };
}

/// Gives the backdrop a colour: paper, paint and lamps take it, places are shifted towards it.
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

/// Adds props, cloth and podium.
fn place_things(spec: &mut SceneSpec, wish: &Reading, rng: &mut Rng) {
    for wanted in &wish.props {
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
            Prop::Leaves if wish.season == Some(Season::Autumn) => {
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
    let usual = if light { hex(0xc7a893) } else { hex(0xeee4d8) };
    let c = color.unwrap_or(usual);
    Surface {
        kind: SurfaceKind::Silk,
        colors: [c, mul(c, 0.72), mix3(c, [1.0; 3], 0.4)],
        seed: rng.bits() as u32,
        across: false,
        scale: 1.0,
    }
}

/// Moves the camera. The ground line and the eye line stay parameters of the scene.
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
