//! Answers that the parser needs from its caller, because `request` reads no files.

use crate::notice::Notice;

/// Fonts, defaults and strictness.
pub struct ParseContext<'a> {
    /// The listed name of a font, from the full name or a unique file name.
    pub resolve_font: &'a dyn Fn(&str) -> Option<String>,
    /// Why a font file of this name cannot be used and what to do, if there is such a file.
    pub skipped_font: &'a dyn Fn(&str) -> Option<Notice>,
    /// The font when none is named.
    pub default_font: &'a str,
    /// Characters of a text (second argument) that neither the named font (first argument) nor any other can draw.
    pub undrawable: &'a dyn Fn(&str, &str) -> Vec<char>,
    /// Whether a font has a character with colours of its own, as emoji have.
    pub has_in_color: &'a dyn Fn(char) -> bool,
    /// The seed when none is sent.
    pub fallback_seed: u64,
    /// Whether numbers and flags may be written as text (command line, forms, clients of the original system).
    pub lenient: bool,
}

#[cfg(test)]
impl<'a> ParseContext<'a> {
    /// A strict context that accepts every font name and every text.
    pub fn permissive(default_font: &'a str) -> Self {
        Self {
            resolve_font: &|name| Some(name.to_owned()),
            skipped_font: &|_| None,
            default_font,
            undrawable: &|_, _| Vec::new(),
            has_in_color: &|_| false,
            fallback_seed: 1,
            lenient: false,
        }
    }
}
