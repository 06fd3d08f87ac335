//! The languages that the program speaks, with their Fluent files from `assets/i18n/<language>/`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Korean. The studio's language where the locale is unknown.
    #[default]
    #[serde(rename = "ko")]
    Korean,
    /// English in full-width letters. No menu offers it: tests use it to find words that do not come from the Fluent files.
    #[serde(rename = "en-x-test")]
    Pseudo,
}

/// The Fluent files of one language.
pub(super) struct Files {
    /// Messages, one file for each area.
    pub messages: &'static [&'static str],
    /// Names of request fields: messages `field-<REST name>`.
    pub fields: &'static str,
}

macro_rules! files {
    ($language:literal) => {
        Files {
            messages: &files!($language: "common", "config", "request", "decode", "typography", "draft", "diffusion", "pipeline", "layers", "job", "store",
                "engine", "formats", "templates", "hub", "api", "cli", "studio-brand", "studio-brief", "studio-canvas", "studio-commands", "studio-files", "studio-jobs", "studio-layers", "studio-messages",
                "studio-sets", "studio-windows"),
            fields: include_str!(concat!("../../assets/i18n/", $language, "/fields.ftl")),
        }
    };
    ($language:literal: $($area:literal),+) => {
        [$(include_str!(concat!("../../assets/i18n/", $language, "/", $area, ".ftl"))),+]
    };
}

static ENGLISH: Files = files!("en");
static KOREAN: Files = files!("ko");

impl Language {
    /// The languages that a person can choose, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::Korean, Self::English];
    /// Number of languages, the test language included.
    pub(crate) const COUNT: usize = 3;

    /// The language after this one in the menu; after the last one the first.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|language| *language == self);
        Self::ALL[at.map_or(0, |at| (at + 1) % Self::ALL.len())]
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
            Self::Pseudo => "Ｔｅｓｔ",
        }
    }

    /// The tag of BCP 47 that decides on plural forms.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English | Self::Pseudo => "en",
            Self::Korean => "ko",
        }
    }

    pub(super) fn files(self) -> &'static Files {
        match self {
            Self::English | Self::Pseudo => &ENGLISH,
            Self::Korean => &KOREAN,
        }
    }

    /// The transformation that Fluent applies to the text of a message, but not to its arguments.
    pub(super) fn transform(self) -> Option<fn(&str) -> Cow<'_, str>> {
        (self == Self::Pseudo).then_some(widened as fn(&str) -> Cow<'_, str>)
    }
}

/// Replaces Latin letters by their full-width forms, which Korean faces have and which are about as much wider as translations are longer.
fn widened(text: &str) -> Cow<'_, str> {
    /// Distance of the full-width forms from ASCII in Unicode.
    const OFFSET: u32 = 0xfee0;
    let widen = |c: char| if c.is_ascii_alphabetic() { char::from_u32(u32::from(c) + OFFSET).unwrap_or(c) } else { c };
    text.chars().map(widen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_widened() {
        assert_eq!(widened("Az 9: é한"), "Ａｚ 9: é한");
    }

    #[test]
    fn every_language_of_the_menu_comes_in_turn() {
        let mut language = Language::ALL[0];
        for expected in Language::ALL.into_iter().cycle().skip(1).take(Language::ALL.len()) {
            language = language.next();
            assert_eq!(language, expected);
        }
        assert_eq!(Language::Pseudo.next(), Language::ALL[0]);
    }

    #[test]
    fn sessions_keep_their_language() {
        for (language, word) in [(Language::Korean, "\"ko\""), (Language::English, "\"en\"")] {
            assert_eq!(serde_json::to_string(&language).unwrap(), word);
            assert_eq!(serde_json::from_str::<Language>(word).unwrap(), language);
        }
    }
}
