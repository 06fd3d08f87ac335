//! The vocabulary of scene prompts: every word with an effect, in English and Korean, and common words without one with the nearest word that has
//! one.
//!
//! A row is one meaning in both languages. The lexer, `docs/scenes.md` and the tests read these tables.

mod colors;
mod hints;
mod looks;
mod places;
mod row;
mod things;

pub use hints::{GRAMMAR_EN, GRAMMAR_KO, HINTS};
#[cfg(test)]
pub use row::Group;
pub use row::{Meaning, Part, Row};

/// Every row of the vocabulary.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [places::ROWS, looks::ROWS, things::ROWS, colors::ROWS].into_iter().flatten()
}
