//! The effects of words for light and mood on a scene.

use super::gobo::GoboKind;
use super::spec::{Light, Mood, SceneSpec};
use crate::backend::draft::color::{from_hex, mix3, mul, mul3};

/// Applies a word for light.
pub fn apply_light(spec: &mut SceneSpec, light: Light) {
    match light {
        Light::Warm => {
            spec.light.color = mix3(spec.light.color, [1.0, 0.74, 0.46], 0.6);
            spec.ambient = mul3(spec.ambient, [1.10, 0.97, 0.82]);
            spec.grade.lights = mul3(spec.grade.lights, [1.04, 0.99, 0.90]);
        }
        Light::Cool => {
            spec.light.color = mix3(spec.light.color, [0.70, 0.86, 1.0], 0.6);
            spec.ambient = mul3(spec.ambient, [0.86, 0.98, 1.16]);
            spec.grade.lights = mul3(spec.grade.lights, [0.91, 0.99, 1.06]);
        }
        Light::Soft => {
            spec.light.softness = 0.92;
            spec.key *= 0.80;
            spec.ambient = mul(spec.ambient, 1.22);
            spec.vignette *= 0.5;
            spec.blur += 0.004;
            spec.grade.contrast *= 0.93;
        }
        Light::Hard => {
            spec.light.softness = 0.12;
            spec.key *= 1.30;
            spec.ambient = mul(spec.ambient, 0.58);
            spec.back = spec.back.map(|c| mul(c, 0.74));
            spec.back_level *= 0.74;
            spec.vignette = (spec.vignette * 1.8).min(0.5);
            spec.grade.contrast *= 1.10;
        }
        Light::Bright => {
            spec.exposure *= 1.24;
            spec.ambient = mul(spec.ambient, 1.14);
            spec.vignette *= 0.4;
            spec.grade.lift += 0.012;
        }
        Light::Dark => {
            spec.exposure *= 0.62;
            spec.ambient = mul(spec.ambient, 0.70);
            spec.back = spec.back.map(|c| mul(c, 0.66));
            spec.back_level *= 0.66;
            spec.vignette = (spec.vignette * 2.0).min(0.5);
        }
        Light::Back => {
            spec.light.direction[2] = -0.55;
            spec.light.softness = spec.light.softness.min(0.35);
            spec.air.rays = spec.air.rays.max(0.35);
            spec.back = spec.back.map(|c| mul(c, 1.22));
            spec.back_level *= 1.22;
            spec.ambient = mul(spec.ambient, 0.78);
        }
        Light::Spot => spec.spot = 1.0,
        Light::Rays => spec.air.rays = 1.0,
        Light::Window => shadow(spec, GoboKind::Window),
        Light::Blinds => shadow(spec, GoboKind::Blinds),
        Light::Leaves => shadow(spec, GoboKind::Leaves),
        Light::Palm => shadow(spec, GoboKind::Palm),
        Light::Bokeh => spec.air.bokeh = 1.0,
        Light::Blur => spec.blur += 0.022,
    }
}

/// Sets the gobo, and makes the key light strong and hard enough to cast its pattern.
fn shadow(spec: &mut SceneSpec, kind: GoboKind) {
    if spec.gobo == kind {
        spec.key *= 1.12;
    }
    spec.gobo = kind;
    spec.key = spec.key.max(0.9) * 1.08;
    spec.light.softness = spec.light.softness.min(0.3);
}

/// Applies a word for the look of the picture.
pub fn apply_mood(spec: &mut SceneSpec, mood: Mood) {
    let grade = &mut spec.grade;
    match mood {
        Mood::Luxury => {
            spec.light.color = mix3(spec.light.color, from_hex(0xffd9a0), 0.4);
            spec.gloss = (spec.gloss * 1.3 + 0.08).min(1.0);
            spec.roughness *= 0.7;
            spec.vignette = (spec.vignette * 1.7).min(0.45);
            spec.air.bokeh = spec.air.bokeh.max(0.2);
            grade.contrast *= 1.10;
            grade.shadows = mul3(grade.shadows, [0.92, 0.88, 0.84]);
            grade.lights = mul3(grade.lights, [1.03, 1.0, 0.93]);
        }
        Mood::Minimal => {
            spec.blur += 0.018;
            spec.light.softness = spec.light.softness.max(0.7);
            spec.vignette *= 0.5;
            grade.saturation *= 0.80;
            grade.contrast *= 0.95;
            grade.lift += 0.012;
        }
        Mood::Vintage | Mood::Vivid | Mood::Muted | Mood::Monochrome => recolor(spec, mood),
        Mood::Pastel => {
            spec.exposure *= 1.10;
            spec.ambient = mul(spec.ambient, 1.12);
            spec.light.softness = spec.light.softness.max(0.7);
            grade.saturation *= 0.84;
            grade.contrast *= 0.84;
            grade.lift += 0.06;
        }
        Mood::Dreamy => {
            spec.blur += 0.010;
            spec.air.fog = spec.air.fog.max(0.30);
            spec.air.bokeh = spec.air.bokeh.max(0.5);
            grade.contrast *= 0.90;
            grade.lift += 0.02;
            grade.shadows = mul3(grade.shadows, [1.03, 0.96, 1.10]);
        }
        Mood::Cozy => {
            spec.light.color = mix3(spec.light.color, [1.0, 0.76, 0.50], 0.45);
            spec.ambient = mul3(spec.ambient, [1.02, 0.90, 0.76]);
            spec.vignette = (spec.vignette * 1.5).min(0.42);
            spec.air.bokeh = spec.air.bokeh.max(0.25);
            grade.lights = mul3(grade.lights, [1.02, 0.98, 0.91]);
        }
        Mood::Fresh => {
            spec.exposure *= 1.12;
            spec.vignette *= 0.5;
            spec.ambient = mul3(spec.ambient, [0.98, 1.05, 1.08]);
            grade.saturation *= 1.10;
            grade.lights = mul3(grade.lights, [0.97, 1.01, 1.02]);
        }
        Mood::Cinematic => {
            grade.contrast *= 1.12;
            grade.shadows = mul3(grade.shadows, [0.78, 1.0, 1.14]);
            grade.lights = mul3(grade.lights, [1.08, 0.99, 0.86]);
            spec.vignette = (spec.vignette * 1.8).min(0.5);
            spec.blur += 0.004;
        }
        Mood::Romantic => {
            spec.wash = spec.wash.or(Some((from_hex(0xf0b0bc), 0.30)));
            spec.light.color = mul3(spec.light.color, [1.0, 0.90, 0.90]);
            spec.ambient = mul3(spec.ambient, [1.06, 0.95, 0.99]);
            spec.air.bokeh = spec.air.bokeh.max(0.45);
        }
    }
}

/// Applies a mood that changes colours only.
fn recolor(spec: &mut SceneSpec, mood: Mood) {
    let grade = &mut spec.grade;
    match mood {
        Mood::Vintage => {
            grade.saturation *= 0.66;
            grade.contrast *= 0.90;
            grade.lift += 0.028;
            grade.shadows = mul3(grade.shadows, [1.08, 0.98, 0.86]);
            grade.lights = mul3(grade.lights, [1.05, 0.98, 0.82]);
            spec.vignette = (spec.vignette * 1.6).min(0.45);
        }
        Mood::Vivid => {
            grade.saturation *= 1.42;
            grade.contrast *= 1.06;
        }
        Mood::Muted => {
            grade.saturation *= 0.56;
            grade.contrast *= 0.94;
        }
        Mood::Monochrome => grade.saturation = 0.0,
        _ => {}
    }
}
