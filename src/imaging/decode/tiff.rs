//! TIFF.

use super::rows::Picture;
use super::{DecodeError, Source};

pub(super) fn read(source: &mut dyn Source) -> Result<Picture, DecodeError> {
    super::common::read(source, image::ImageFormat::Tiff, "TIFF")
}
