//! The vocabulary of scene prompts: every word with an effect, in English and Korean, and words without one beside those that come nearest.
//!
//! One row is one meaning, so both languages always mean the same. The reader of prompts, the document of all words and the tests read these
//! tables.

mod colors;
mod hints;
mod looks;
mod places;
mod row;
mod things;

pub use hints::{GRAMMAR_EN, GRAMMAR_KO, HINTS};
#[cfg(test)]
pub use row::Group;
pub use row::{Means, Part, Row};

/// Every row of the vocabulary.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [places::ROWS, looks::ROWS, things::ROWS, colors::ROWS].into_iter().flatten()
}
