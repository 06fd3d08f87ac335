//! Pictures that replace unusable ones in `test_mode`: clients that are tested without a photo send words such as `DUMMY_IMAGE_DATA`.

use image::{Rgba, RgbaImage};

use super::input_image::SourceImage;

/// Width and height.
const SIDE: u32 = 512;
const GROUND: Rgba<u8> = Rgba([214, 210, 204, 255]);
const BOX: Rgba<u8> = Rgba([126, 138, 150, 255]);
const CLEAR: Rgba<u8> = Rgba([0; 4]);

/// A box on a plain ground, for `step1_image`.
pub(super) fn scene() -> SourceImage {
    picture(GROUND)
}

/// A box on a transparent ground, for every other picture.
pub(super) fn cut_out() -> SourceImage {
    picture(CLEAR)
}

fn picture(ground: Rgba<u8>) -> SourceImage {
    let inside = |v: u32| (SIDE / 4..SIDE * 3 / 4).contains(&v);
    let pixels = RgbaImage::from_fn(SIDE, SIDE, |x, y| if inside(x) && inside(y) { BOX } else { ground });
    SourceImage::new(pixels, format!("placeholder {SIDE}×{SIDE}"))
}
