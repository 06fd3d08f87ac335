//! The effects of season, time of day and weather on a scene.

use super::gobo::GoboKind;
use super::reading::Reading;
use super::spec::{BackdropKind as B, Family, Prop, PropUse, SceneSpec, Season, Time, Weather};
use super::surface::{SurfaceKind, usual_colors};
use crate::backend::draft::color::{Rgb, from_hex, mix3, mul, mul3};

/// Whether a family is a night scene whatever time the prompt names.
fn is_nocturnal(family: Family) -> bool {
    use Family as F;
    matches!(
        family,
        F::NightCity
            | F::Neon
            | F::Space
            | F::Black
            | F::Christmas
            | F::Party
            | F::Stage
            | F::Aurora
            | F::Fireworks
            | F::Fireplace
            | F::Camp
    )
}

/// Whether a backdrop is outdoors.
fn is_outdoors(backdrop: B) -> bool {
    matches!(
        backdrop,
        B::Sea
            | B::Foliage
            | B::Flowers
            | B::Blossom
            | B::SnowWood
            | B::Mountains
            | B::Dunes
            | B::Skyline
            | B::Sky
            | B::City
            | B::Towers
            | B::Hills
            | B::Waterfall
            | B::Bamboo
            | B::Aurora
            | B::Fireworks
            | B::Camp
            | B::Ice
            | B::Market
            | B::Bricks
    )
}

/// Recolours plants, ground and light, and adds the season's petals, leaves or snow.
pub fn apply_season(spec: &mut SceneSpec, season: Season, reading: &Reading) {
    let [p0, p1, p2, p3] = spec.back;
    let leafy = matches!(spec.backdrop, B::Foliage | B::Waterfall | B::Greenhouse | B::Bamboo);
    let has = |prop: Prop| reading.props.iter().any(|p| p.prop == prop);
    match season {
        Season::Spring => {
            match spec.backdrop {
                _ if leafy => spec.back = [0x1f3a16, 0x5a8f36, 0xbfe078, 0xfff6de].map(from_hex),
                B::Hills | B::Mountains => spec.back = [p0, p1, mix3(p2, from_hex(0x7fae4a), 0.6), mix3(p3, from_hex(0x5f9440), 0.6)],
                _ => {}
            }
            if spec.surface.kind == SurfaceKind::Grass {
                spec.surface.colors = [0x8fbe4a, 0x2c5216, 0xcfe36a].map(from_hex);
            }
            spec.light.color = mul3(spec.light.color, [1.0, 0.97, 0.95]);
            spec.wash = Some((from_hex(0xf0c6cc), 0.12));
            if !(has(Prop::Petals) || has(Prop::Flowers)) {
                spec.props.push(PropUse { prop: Prop::Petals, color: Some(from_hex(0xf4bccb)) });
            }
        }
        Season::Summer => {
            match spec.backdrop {
                _ if leafy => spec.back = [0x0e2a0c, 0x2c7a1e, 0x96d436, 0xfdf8c0].map(from_hex),
                B::Hills | B::Mountains => {
                    spec.back = [from_hex(0x2f86d8), p1, mix3(p2, from_hex(0x3f8a2c), 0.5), mix3(p3, from_hex(0x2f6a20), 0.5)]
                }
                B::Sea | B::Sky => spec.back[0] = mul3(p0, [0.85, 1.0, 1.08]),
                _ => {}
            }
            spec.light.softness = spec.light.softness.min(0.25);
            spec.key *= 1.16;
            spec.grade.saturation *= 1.12;
            spec.exposure *= 1.04;
            if spec.gobo == GoboKind::None && !is_outdoors(spec.backdrop) && !is_nocturnal(spec.family) {
                spec.gobo = GoboKind::Palm;
            }
        }
        Season::Autumn => {
            match spec.backdrop {
                _ if leafy => spec.back = [0x3a1608, 0xa8480f, 0xf2a52a, 0xffe6a4].map(from_hex),
                B::Flowers => spec.back = [from_hex(0x8a5a18), p1, from_hex(0xc8481c), from_hex(0xe8a83a)],
                B::Hills | B::Mountains => {
                    spec.back =
                        [p0, mix3(p1, from_hex(0xf6dcb8), 0.5), mix3(p2, from_hex(0xb0702a), 0.6), mix3(p3, from_hex(0x8a4a1c), 0.75)]
                }
                B::Blossom => spec.back = [p0, p1, from_hex(0xe8902c), from_hex(0xb8401c)],
                _ => spec.wash = Some((from_hex(0xd08a4a), 0.22)),
            }
            if spec.surface.kind == SurfaceKind::Grass {
                spec.surface.colors = [0xb8964a, 0x4a3514, 0xd8b46a].map(from_hex);
            }
            spec.light.color = mul3(spec.light.color, [1.0, 0.90, 0.76]);
            if !(has(Prop::Maple) || has(Prop::Leaves)) && spec.family != Family::Autumn {
                spec.props.push(PropUse { prop: Prop::Maple, color: None });
            }
        }
        Season::Winter => {
            whiten(spec);
            spec.light.color = mul3(spec.light.color, [0.90, 0.96, 1.0]);
            spec.wash = Some((from_hex(0xbcd0e6), 0.25));
            spec.air.snow = spec.air.snow.max(if is_outdoors(spec.backdrop) { 0.45 } else { 0.25 });
        }
    }
}

/// Covers ground, trees and slopes with snow.
fn whiten(spec: &mut SceneSpec) {
    match spec.backdrop {
        B::Foliage | B::Flowers | B::Bamboo | B::Waterfall => {
            spec.backdrop = B::SnowWood;
            spec.back = [0x9fc0e2, 0xe6eef6, 0x27433f, 0xf6faff].map(from_hex);
        }
        B::Blossom => spec.back = [0x9fb8d4, 0xe2eaf2, 0xeef4fc, 0xc4d4e8].map(from_hex),
        B::Hills | B::Mountains => {
            let [p0, p1, ..] = spec.back;
            spec.back = [mix3(p0, from_hex(0x9fc0e2), 0.4), p1, from_hex(0x8fa2b8), from_hex(0xeef4fc)];
        }
        _ => {}
    }
    if matches!(spec.surface.kind, SurfaceKind::Grass) {
        spec.surface.kind = SurfaceKind::Snow;
        spec.surface.colors = usual_colors(SurfaceKind::Snow).map(from_hex);
    }
}

/// Applies the weather.
pub fn apply_weather(spec: &mut SceneSpec, weather: Weather, reading: &Reading) {
    let night = is_nocturnal(spec.family) || matches!(reading.time, Some(Time::Night | Time::Dusk));
    match weather {
        Weather::Sunny => {
            spec.light.color = mix3(spec.light.color, from_hex(0xffe8c4), 0.6);
            spec.light.softness = spec.light.softness.min(0.22);
            spec.key = if night { spec.key * 1.2 } else { spec.key.max(1.2) * 1.12 };
            spec.sun_power = (spec.sun_power * 1.5).max(0.6);
            spec.clouds *= 0.4;
            spec.exposure *= 1.05;
            spec.wash = spec.wash.or(Some((from_hex(0xffdca0), 0.12)));
            if spec.gobo == GoboKind::None && !is_outdoors(spec.backdrop) && !night {
                spec.gobo = GoboKind::Window;
            }
        }
        Weather::Cloudy => {
            overcast(spec, 0.75, 0.25);
            spec.grade.saturation *= 0.86;
        }
        Weather::Rain => {
            overcast(spec, if night { 0.9 } else { 0.55 }, if night { 0.15 } else { 0.42 });
            spec.air.rain = 1.0;
            spec.air.fog = spec.air.fog.max(0.15);
            if is_outdoors(spec.backdrop) || spec.surface.kind == SurfaceKind::Asphalt {
                soak(spec);
            }
            if !spec.props.iter().any(|p| p.prop == Prop::Drops) && !matches!(spec.surface.kind, SurfaceKind::Water | SurfaceKind::Sand) {
                spec.props.push(PropUse { prop: Prop::Drops, color: None });
            }
        }
        Weather::Wet => {
            soak(spec);
            spec.roughness *= 0.7;
        }
        Weather::Fog => {
            spec.air.fog = 1.0;
            spec.light.softness = spec.light.softness.max(0.75);
            spec.key *= 0.75;
            spec.gobo = GoboKind::None;
            spec.blur += 0.006;
            spec.grade.saturation *= 0.86;
        }
        Weather::Snowfall => {
            whiten(spec);
            spec.air.snow = 1.0;
            spec.light.color = mul3(spec.light.color, [0.92, 0.97, 1.0]);
            spec.light.softness = spec.light.softness.max(0.6);
            spec.clouds = spec.clouds.max(0.8);
            if !night {
                spec.wash = spec.wash.or(Some((from_hex(0xc4d2e4), 0.22)));
            }
        }
    }
}

/// Makes the surface dark and reflective, as after rain.
fn soak(spec: &mut SceneSpec) {
    if !matches!(spec.surface.kind, SurfaceKind::Snow | SurfaceKind::Water | SurfaceKind::Ice) {
        spec.surface.colors = spec.surface.colors.map(|c| mul(c, 0.62));
        spec.gloss = spec.gloss.max(0.75);
        spec.roughness = spec.roughness.min(0.22);
    }
}

/// Replaces the sun by soft grey light. `level` scales the backdrop, `grey` (0..=1) desaturates it.
fn overcast(spec: &mut SceneSpec, level: f32, grey: f32) {
    spec.light.color = mix3(spec.light.color, [0.86, 0.93, 1.0], 0.75);
    spec.light.softness = 0.9;
    spec.key *= 0.66;
    spec.sun_power *= 0.1;
    spec.clouds = 1.0;
    spec.gobo = GoboKind::None;
    spec.back = spec.back.map(|c| {
        let mean = (c[0] + c[1] + c[2]) / 3.0;
        mul(mix3(c, mul([0.92, 1.0, 1.08], mean), grey), level)
    });
    spec.back_level *= level;
    spec.ambient = mul3(mul(spec.ambient, 0.6 + 0.4 * level), [0.94, 1.0, 1.06]);
}

/// Applies a requested time of day. Night scenes keep their lamps and only change their tint.
pub fn apply_time(spec: &mut SceneSpec, time: Time) {
    if matches!(spec.family, Family::Sunset) && matches!(time, Time::Golden) {
        spec.light.color = [1.0, 0.66, 0.36];
        spec.exposure *= 1.02;
        spec.sun_power *= 1.15;
        return;
    }
    if is_nocturnal(spec.family) {
        tint_night(spec, time);
        return;
    }
    if spec.family == Family::City {
        street(spec, time);
    }
    // Colour of the light; factors on its height, on key light, sun and exposure; tint of the backdrop.
    let (light, height, key, sun, exposure, tint): (Rgb, f32, f32, f32, f32, Rgb) = match time {
        Time::Day => (mix3(spec.light.color, [1.0, 0.98, 0.94], 0.7), 1.0, 1.08, 1.0, 1.05, [1.05, 1.06, 1.08]),
        Time::Dawn => ([1.0, 0.80, 0.76], 0.75, 0.85, 1.0, 1.0, [0.98, 0.86, 0.96]),
        Time::Morning => ([1.0, 0.90, 0.76], 1.0, 1.06, 1.0, 1.0, [1.08, 1.03, 0.95]),
        Time::Golden => ([1.0, 0.66, 0.36], 0.7, 1.0, 1.6, 1.0, [1.10, 0.88, 0.68]),
        Time::Dusk => ([0.86, 0.80, 1.0], 1.0, 0.62, 0.5, 0.96, [0.50, 0.46, 0.72]),
        Time::Night => ([0.75, 0.85, 1.0], 1.0, 0.34, 0.2, 0.86, [0.18, 0.24, 0.42]),
    };
    spec.light.color = light;
    spec.light.direction[1] *= height;
    spec.key *= key;
    spec.sun_power *= sun;
    spec.exposure *= exposure;
    if shows_sky(spec.backdrop) {
        apply_time_to_sky(spec, time);
    } else if !(spec.family == Family::City && spec.backdrop != B::Towers) {
        spec.back = spec.back.map(|c| mul3(c, tint));
        spec.back_level *= tint[1];
    }
    let ambient = match time {
        Time::Night => [0.35, 0.42, 0.60],
        Time::Dusk => [0.62, 0.60, 0.84],
        _ => tint,
    };
    spec.ambient = mul3(spec.ambient, ambient);
    // Lamps are on in the dark.
    if matches!(time, Time::Night | Time::Dusk) && !shows_sky(spec.backdrop) && spec.air.bokeh < 0.4 {
        spec.air.bokeh = 0.4;
    }
}

/// A street at a time of day: towers by day, roofs against a low sun, lights at night.
fn street(spec: &mut SceneSpec, time: Time) {
    let (backdrop, back) = match time {
        Time::Day | Time::Morning => return,
        Time::Dawn | Time::Golden => (B::Skyline, [0x4a5a96, 0xff9c5c, 0x2a2438, 0xffc888]),
        Time::Dusk => (B::City, [0x1c2650, 0x6a5078, 0xffb35c, 0x8fb8ff]),
        Time::Night => (B::City, [0x0b1024, 0x2a2140, 0xffb35c, 0x6fb0ff]),
    };
    spec.backdrop = backdrop;
    spec.back = back.map(from_hex);
}

/// Applies a time of day to a night scene.
fn tint_night(spec: &mut SceneSpec, time: Time) {
    let (tint, exposure): (Rgb, f32) = match time {
        Time::Night => ([0.90, 0.95, 1.10], 0.92),
        Time::Dusk => ([1.02, 0.92, 1.22], 1.04),
        Time::Dawn => ([1.15, 0.98, 1.08], 1.12),
        Time::Golden => ([1.22, 1.0, 0.80], 1.10),
        Time::Morning => ([1.18, 1.08, 0.96], 1.22),
        Time::Day => ([1.10, 1.10, 1.10], 1.28),
    };
    spec.back = spec.back.map(|c| mul3(c, tint));
    spec.light.color = mul3(spec.light.color, tint);
    spec.ambient = mul3(spec.ambient, mul(tint, exposure));
    spec.exposure *= exposure;
}

/// Whether the backdrop shows the sky and the sun.
fn shows_sky(kind: B) -> bool {
    matches!(kind, B::Sea | B::Mountains | B::Dunes | B::SnowWood | B::Sky | B::Hills | B::Skyline | B::Ice)
}

/// Recolours sky, sun and land for a time of day. A tint alone would leave the sky as blue as at noon.
fn apply_time_to_sky(spec: &mut SceneSpec, time: Time) {
    let (zenith, haze, land, far) = match time {
        Time::Day => (0x4a8acb, 0xd3e2ee, [1.0, 1.0, 1.0], 0xd3e2ee),
        Time::Dawn => (0x6f7fb8, 0xf6c2b4, [0.72, 0.62, 0.68], 0xf0b0a8),
        Time::Morning => (0x8fb2dc, 0xffe0c0, [0.98, 0.94, 0.90], 0xffe6cf),
        Time::Golden => (0x56649c, 0xff9f5a, [0.74, 0.56, 0.50], 0xff9a58),
        Time::Dusk => (0x1e2a58, 0xa88098, [0.34, 0.35, 0.48], 0x7c7090),
        Time::Night => (0x081026, 0x223056, [0.16, 0.22, 0.38], 0x3a4c78),
    };
    let far = from_hex(far);
    // Water and dunes reflect the light of the horizon, firs do not.
    let glow = match (spec.backdrop, time) {
        (_, Time::Day) => 0.0,
        (B::SnowWood, _) => 0.08,
        _ => 0.38,
    };
    let [_, _, near, deep] = spec.back;
    let lamps = spec.backdrop == B::Skyline;
    spec.back = [from_hex(zenith), from_hex(haze), mix3(mul3(near, land), far, glow), if lamps { deep } else { mul3(deep, land) }];
    match time {
        Time::Golden => {
            spec.sun = (spec.sun.0, 0.09);
            spec.sun_power = 1.5;
            spec.light.color = [1.0, 0.60, 0.30];
            spec.exposure *= 0.90;
        }
        Time::Dawn => {
            spec.sun = (spec.sun.0, 0.06);
            spec.sun_power = 0.9;
        }
        Time::Morning => {
            spec.sun = (spec.sun.0, 0.16);
            spec.sun_power = 0.9;
        }
        Time::Dusk => {
            spec.sun = (spec.sun.0, 0.01);
            spec.sun_power = 0.5;
            spec.light.color = [0.88, 0.78, 1.0];
        }
        Time::Night => {
            spec.sun = (spec.sun.0, 0.34);
            spec.sun_power = 0.35;
            spec.clouds *= 0.4;
            spec.air.stars = spec.air.stars.max(0.25);
        }
        Time::Day => spec.sun = (spec.sun.0, 0.5),
    }
}
