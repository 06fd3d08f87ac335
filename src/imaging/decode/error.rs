//! Why a file cannot be used.

/// Why a file cannot be used as a photo, in words for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No known signature.
    #[error("This file is not an image. Please send a {} photo.", super::format::READABLE)]
    NotAnImage,
    /// An image, or something that designers take for one, but of a kind that is not read.
    #[error("{name} files are not supported. {remedy}")]
    Unsupported {
        /// The format, such as "AVIF".
        name: String,
        /// What to do instead: one whole sentence.
        remedy: String,
    },
    /// A format that is read, in a variant that is not.
    #[error("This {format} file uses {variant}, which is not supported. {remedy}")]
    Variant {
        /// Such as "TIFF".
        format: &'static str,
        /// Such as "16-bit Lab colour".
        variant: String,
        /// What to do instead: one whole sentence.
        remedy: &'static str,
    },
    /// Above the limits.
    #[error("The image is too large ({width}×{height} pixels). {remedy}")]
    TooLarge {
        /// Width in pixels, as the header says.
        width: u32,
        /// Height in pixels, as the header says.
        height: u32,
        /// The limit that applies, and what to do: one or two whole sentences.
        remedy: String,
    },
    /// Starts like an image but cannot be read to its end.
    #[error("The {format} file is damaged or incomplete: {detail}. Save or copy it again, or choose another.")]
    Damaged {
        /// Such as "PNG".
        format: &'static str,
        /// The damage: one line without quotes, debug text and final full stop.
        detail: String,
    },
    /// No bytes at all: an upload or download that failed, or a cloud placeholder.
    #[error("The file is empty. Save or download it again.")]
    Empty,
    /// The file cannot be opened or read.
    #[error("The file cannot be read: {0}.")]
    Io(String),
}

impl DecodeError {
    /// A damaged file, with the words of a decoder made fit for one line.
    pub(super) fn damaged(format: &'static str, detail: impl std::fmt::Display) -> Self {
        let words = detail.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Self::Damaged { format, detail: words.trim_end_matches('.').to_owned() }
    }
}

impl From<std::io::Error> for DecodeError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
