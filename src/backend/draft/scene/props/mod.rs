//! Props: objects around the product. Each is a list of shapes, arranged by the seed; the place of the product stays free.

mod liquids;
mod objects;
mod plants;
mod scatter;
mod stage;

use self::stage::Stage;
use super::camera::Camera;
use super::noise::Rng;
use super::shapes::{Lamp, Shape};
use super::spec::{Prop, SceneSpec};
use crate::backend::draft::color::Rgb;

/// Shapes of all props of a scene, from back to front.
pub fn arrange(spec: &SceneSpec, (width, height, unit): (f32, f32, f32), camera: Camera, lamp: Lamp) -> Vec<Shape> {
    let Camera { ground, horizon, .. } = camera;
    let mut all = Vec::new();
    for used in &spec.props {
        // A stream for each prop, so that another prop does not move it.
        let rng = Rng::new(spec.seed ^ (used.prop as u64 + 1).wrapping_mul(0x9e6c_63d0_876a_68ee));
        let mut stage = Stage { spec, width, height, unit, ground, horizon, camera, lamp, rng, shapes: Vec::new() };
        add(&mut stage, used.prop, used.color);
        all.append(&mut stage.shapes);
    }
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    all
}

/// Adds the shapes of one prop.
fn add(stage: &mut Stage<'_>, prop: Prop, color: Option<Rgb>) {
    match prop {
        Prop::Leaves | Prop::Maple | Prop::Petals | Prop::Confetti | Prop::Feathers | Prop::Hearts => scatter::scatter(stage, prop, color),
        Prop::Flowers => plants::flowers(stage, color),
        Prop::Branches => plants::branches(stage, color),
        Prop::Palms => plants::palms(stage, color),
        Prop::Splash => liquids::splash(stage, color),
        Prop::Drops => liquids::drops(stage, color),
        Prop::Bubbles => liquids::bubbles(stage, color),
        Prop::Gifts => objects::gifts(stage, color),
        Prop::Ribbon => objects::ribbon(stage, color),
        Prop::Lanterns => objects::lanterns(stage, color),
        Prop::StringLights => objects::string_lights(stage, color),
        Prop::Candles => objects::candles(stage, color),
        Prop::Balloons => objects::balloons(stage, color),
        Prop::Blocks => objects::blocks(stage, color),
        Prop::IceCubes => objects::ice_cubes(stage, color),
        Prop::Books => objects::books(stage, color),
        Prop::Coins => objects::coins(stage, color),
        Prop::Stones
        | Prop::Shells
        | Prop::Spheres
        | Prop::Ornaments
        | Prop::Pumpkins
        | Prop::Citrus
        | Prop::Berries
        | Prop::CoffeeBeans => objects::round_things(stage, prop, color),
        // Painted by `air`, `lay_cloth` and `podium`.
        Prop::Smoke | Prop::Podium | Prop::Fabric | Prop::Snowflakes | Prop::Stars | Prop::Sparks => {}
    }
}
