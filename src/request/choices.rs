//! Fields with a fixed set of words, as enums.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A field whose value is one of a few words.
pub(super) trait Choice: FromStr + fmt::Display + Default {}

macro_rules! choice {
    ($(#[$attribute:meta])* $name:ident { $($(#[$variant_attribute:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_attribute])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The words of [`Self::ALL`].
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word in requests, answers and files.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// In upper or lower case.
        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.as_str().eq_ignore_ascii_case(word)).ok_or(UnknownWord)
            }
        }
    };
}

pub(super) use choice;

/// A word that names no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord;

choice! {
    /// The backend that made or makes a picture.
    BackendKind {
        /// The embedded CPU renderer.
        Draft = "draft",
        /// FLUX, SDXL and BiRefNet.
        Diffusion = "diffusion",
    }
}

choice! {
    /// The backend that a request asks for.
    #[derive(Default)]
    BackendChoice {
        /// The best one that can run here.
        #[default]
        Auto = "auto",
        /// The embedded CPU renderer.
        Draft = "draft",
        /// The diffusion models; an error where they cannot run.
        Diffusion = "diffusion",
    }
}

choice! {
    /// The family of models that a request asks the diffusion backend for.
    #[derive(Default)]
    ModelChoice {
        /// The one that is installed and fits.
        #[default]
        Auto = "auto",
        /// FLUX.1 for pictures, SDXL for letters.
        Flux1 = "flux1",
        /// FLUX.2 klein for both.
        Flux2Klein = "flux2-klein",
    }
}

choice! {
    /// How the headline is combined with the picture.
    #[derive(Default)]
    CompositionMode {
        /// Above everything, with a contact shadow.
        #[default]
        Overlay = "overlay",
        /// Matched to the picture under it in light and colour.
        Blend = "blend",
        /// Behind the product, which casts its shadow on it.
        Behind = "behind",
    }
}

choice! {
    /// Where the text stands.
    #[derive(Default)]
    TextPosition {
        /// Upper part.
        #[default]
        Top = "top",
        /// Middle.
        Center = "center",
        /// Lower part.
        Bottom = "bottom",
        /// Where it is most legible and hides least.
        Auto = "auto",
    }
}

choice! {
    /// How the product is mirrored.
    #[derive(Default)]
    Flip {
        /// As photographed.
        #[default]
        None = "none",
        /// Left and right change places.
        Horizontal = "horizontal",
        /// Top and bottom change places.
        Vertical = "vertical",
        /// Both.
        Both = "both",
    }
}

impl Choice for BackendChoice {}
impl Choice for CompositionMode {}
impl Choice for Flip {}
impl Choice for ModelChoice {}
impl Choice for TextPosition {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_in_json_and_text() {
        for mode in CompositionMode::ALL {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.as_str());
            assert_eq!(mode.to_string().to_uppercase().parse(), Ok(*mode));
        }
        assert_eq!(BackendChoice::WORDS, ["auto", "draft", "diffusion"]);
        assert_eq!("middle".parse::<TextPosition>(), Err(UnknownWord));
        assert_eq!(serde_json::from_str::<TextPosition>("\"center\"").unwrap(), TextPosition::Center);
    }
}
