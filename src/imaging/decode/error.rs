//! Decoding errors.

use crate::notice;
use crate::notice::{Argument, Notice};

/// Why a file cannot be used as a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The content has no known signature.
    NotAnImage,
    /// An unsupported image format, or another kind of file that people take for an image.
    Unsupported {
        /// Name of the format.
        format: Argument,
        /// What to do instead: one sentence.
        remedy: Notice,
    },
    /// An unsupported variant of a supported format.
    Variant {
        /// Name of the format.
        format: &'static str,
        /// The variant, as the object of "uses".
        variant: Notice,
        /// What to do instead: one sentence.
        remedy: Notice,
    },
    /// The picture exceeds a limit.
    TooLarge {
        /// Width in pixels according to the header.
        width: u32,
        /// Height in pixels according to the header.
        height: u32,
        /// The limit, and what to do instead: one or two sentences.
        remedy: Notice,
    },
    /// The file starts like an image but cannot be decoded.
    Damaged {
        /// Name of the format.
        format: Argument,
        /// The damage: a clause without a full stop.
        detail: Notice,
    },
    /// The file has no bytes: a failed upload or download, or a placeholder of a cloud drive.
    Empty,
    /// The path is a folder, pipe or device.
    NotAFile,
    /// The file cannot be opened or read: the error of the operating system.
    Io(String),
}

impl DecodeError {
    /// A damaged file of a known format.
    pub(super) fn damaged(format: &'static str, detail: Notice) -> Self {
        Self::Damaged { format: format.into(), detail }
    }

    /// A damaged file, where the format does not matter.
    pub(super) fn damaged_picture(detail: Notice) -> Self {
        Self::Damaged { format: notice!("decode-picture").into(), detail }
    }

    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::NotAnImage => notice!("decode-not-an-image", formats = super::format::readable_formats()),
            Self::Unsupported { format, remedy } => notice!("decode-unsupported", format = format.clone(), remedy = remedy.clone()),
            Self::Variant { format, variant, remedy } => {
                notice!("decode-variant", format = *format, variant = variant.clone(), remedy = remedy.clone())
            }
            Self::TooLarge { width, height, remedy } => {
                notice!("decode-too-large", width = *width, height = *height, remedy = remedy.clone())
            }
            Self::Damaged { format, detail } => notice!("decode-damaged", format = format.clone(), detail = detail.clone()),
            Self::Empty => notice!("decode-empty"),
            Self::NotAFile => notice!("decode-not-a-file"),
            Self::Io(error) => notice!("decode-unreadable", error = error.clone()),
        }
    }
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.notice().fmt(f)
    }
}

impl std::error::Error for DecodeError {}

impl From<std::io::Error> for DecodeError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
