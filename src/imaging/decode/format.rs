//! The formats that are read.

/// A format that is read.
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

/// The formats that are read, as a list in a sentence.
#[cfg(feature = "heic")]
pub const READABLE: &str = "PNG, JPEG, WebP, HEIC, BMP or TIFF";
/// The formats that are read, as a list in a sentence.
#[cfg(not(feature = "heic"))]
pub const READABLE: &str = "PNG, JPEG, WebP, BMP or TIFF";
/// File name extensions of photos that are read, for file dialogs; content decides, not the name.
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
