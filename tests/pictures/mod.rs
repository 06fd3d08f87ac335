//! What a designer sees: forty advertisements on one sheet, with their faults measured, and the cut-outs of products whose opacity is known.
//!
//! The photos are rendered here, so there is no question of licences, and camera and opacity are known. To look at the sheet and read the table:
//! `PANEL=DIR cargo test --test suite panel -- --ignored --nocapture`. The figures of the last run are in `docs/pictures.md`.

mod cutouts;
mod measure;
mod panel;
mod render;
mod things;
mod vector;

use image::RgbImage;
use render::{Backdrop, Photo, Shot, Thing, photograph};
use vector::V;

const GREY: Backdrop = Backdrop::Sweep(V(0.55, 0.55, 0.56));
const BEIGE: Backdrop = Backdrop::Sweep(V(0.75, 0.66, 0.55));
const WALL: Backdrop = Backdrop::Wall(V(0.62, 0.60, 0.57), 0.12);

/// A body as it is photographed: elevation in degrees, turn, backdrop.
#[derive(Clone, Copy)]
struct Setup(fn() -> Thing, f32, f32, Backdrop);

/// The photos by name.
static SETUPS: [(&str, Setup); 22] = [
    ("bottle", Setup(things::bottle, 6.0, 0.0, GREY)),
    ("glass bottle", Setup(things::glass_bottle, 12.0, 0.0, BEIGE)),
    ("wine glass", Setup(things::wine_glass, 10.0, 0.0, Backdrop::Room)),
    ("cream jar", Setup(things::jar, 22.0, 0.0, GREY)),
    ("mug", Setup(things::mug, 28.0, -30.0, Backdrop::Wood)),
    ("bowl", Setup(things::bowl, 42.0, 0.0, Backdrop::Wood)),
    ("cake from above", Setup(things::plate, 85.0, 0.0, Backdrop::Wood)),
    ("cake", Setup(things::plate, 32.0, 0.0, BEIGE)),
    ("carton", Setup(things::carton, 24.0, 32.0, GREY)),
    ("two tubes", Setup(things::two_tubes, 10.0, 0.0, BEIGE)),
    ("ball", Setup(things::ball, 14.0, 0.0, Backdrop::Room)),
    ("shirt on a wall", Setup(things::shirt, 0.0, 0.0, WALL)),
    ("shirt from above", Setup(things::lying_shirt, 86.0, 0.0, Backdrop::Wood)),
    ("car", Setup(things::car, 14.0, -35.0, GREY)),
    ("bicycle", Setup(things::bicycle, 5.0, 0.0, BEIGE)),
    ("brush", Setup(things::brush, 8.0, 0.0, GREY)),
    ("plant", Setup(things::plant, 16.0, 0.0, Backdrop::Room)),
    ("teapot", Setup(things::teapot, 24.0, 15.0, Backdrop::Wood)),
    ("headphones", Setup(things::headphones, 12.0, 30.0, GREY)),
    ("spectacles", Setup(things::spectacles, 28.0, 25.0, BEIGE)),
    ("chair", Setup(things::chair, 18.0, 35.0, Backdrop::Room)),
    ("lying tube", Setup(things::cream, 80.0, 0.0, GREY)),
];

fn setup(name: &str) -> &'static Setup {
    &SETUPS.iter().find(|s| s.0 == name).unwrap_or_else(|| panic!("no setup {name}")).1
}

/// Elevation in degrees from which the foot of a product is seen. The camera looks at the middle of the product, so its foot is seen from higher up.
fn elevation(name: &str) -> f32 {
    let Setup(thing, elevation, ..) = *setup(name);
    let (thing, angle) = (thing(), elevation.to_radians());
    let away = render::AWAY * thing.radius;
    (thing.centre.1 + angle.sin() * away).atan2(angle.cos() * away).to_degrees()
}

/// Photographs one of [`SETUPS`].
fn photo(name: &str, side: usize) -> Photo {
    let Setup(thing, elevation, turn, backdrop) = *setup(name);
    photograph(Shot { thing: thing(), elevation, turn, backdrop, light: 0.0, fill: 0.8 }, side)
}

fn picture(photo: &Photo) -> RgbImage {
    RgbImage::from_raw(photo.side as u32, photo.side as u32, photo.rgb.clone()).unwrap()
}
