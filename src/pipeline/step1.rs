//! The result of step 1, opaque or without a background.

use image::{RgbImage, RgbaImage};

use super::clear;
use crate::imaging::Plane;

/// The result of step 1.
pub struct Background {
    /// Canvas size; on white where the request wants no background.
    pub image: RgbImage,
    /// The same with its transparency; `None` if it has a background.
    pub clear: Option<RgbaImage>,
    /// The product's matte on the canvas; `None` without a product.
    pub placed: Option<Plane>,
}

impl Background {
    pub(super) fn opaque(image: RgbImage, placed: Option<Plane>) -> Self {
        Self { image, clear: None, placed }
    }

    pub(super) fn clear(picture: RgbaImage, placed: Option<Plane>) -> Self {
        Self { image: clear::on(&picture, clear::WHITE), clear: Some(picture), placed }
    }
}
