//! The formats that can be read.

use crate::notice;
use crate::notice::Notice;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    Jpeg,
    WebP,
    Bmp,
    Tiff,
    #[cfg(feature = "heic")]
    Heic,
}

impl Format {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            #[cfg(feature = "heic")]
            Self::Heic => "HEIC",
        }
    }
}

/// Names of these formats.
#[cfg(feature = "heic")]
pub const READABLE: &str = "PNG, JPEG, WebP, HEIC, BMP, TIFF";
/// Names of these formats.
#[cfg(not(feature = "heic"))]
pub const READABLE: &str = "PNG, JPEG, WebP, BMP, TIFF";
/// Names of these formats, as a list within a sentence.
pub(super) fn readable_formats() -> Notice {
    if cfg!(feature = "heic") { notice!("decode-formats") } else { notice!("decode-formats-without-heic") }
}

/// File name extensions of these formats, for file dialogs. Formats are detected by content, not by name.
pub const EXTENSIONS: &[&str] = &[
    "png",
    "apng",
    "jpg",
    "jpeg",
    "jfif",
    "jpe",
    "mpo",
    "webp",
    "bmp",
    "dib",
    "tif",
    "tiff",
    #[cfg(feature = "heic")]
    "heic",
    #[cfg(feature = "heic")]
    "heif",
    #[cfg(feature = "heic")]
    "hif",
];
