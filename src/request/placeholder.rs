//! Pictures that stand in for those that cannot be read, in `test_mode` only: clients that are tested without a photo send words such as
//! `DUMMY_IMAGE_DATA` in their place.

use image::{Rgba, RgbaImage};

use super::fields::Field;
use super::spec::SourceImage;

/// Width and height.
const SIDE: u32 = 512;
const SCENE: Rgba<u8> = Rgba([214, 210, 204, 255]);
const SHAPE: Rgba<u8> = Rgba([126, 138, 150, 255]);
const CLEAR: Rgba<u8> = Rgba([0; 4]);

/// A picture that fits the field: a plain scene for step 1, and for everything else a plain box on a transparent ground.
pub(super) fn picture(field: &Field) -> SourceImage {
    let ground = if field.name == super::fields::STEP1_IMAGE.name { SCENE } else { CLEAR };
    let inside = |v: u32| (SIDE / 4..SIDE * 3 / 4).contains(&v);
    let pixels = RgbaImage::from_fn(SIDE, SIDE, |x, y| if inside(x) && inside(y) { SHAPE } else { ground });
    SourceImage::new(pixels, format!("placeholder {SIDE}×{SIDE}"))
}
