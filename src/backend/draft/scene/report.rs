//! Notices about words of a prompt that have no effect.

use super::nearest::nearest;
use super::reading::Reading;
use crate::notice;
use crate::notice::Notice;

/// Most words with a notice of their own; one further notice lists the others.
const MOST_NOTICES: usize = 4;
/// Most words that a notice lists; it gives the number of the others.
const MOST_LISTED: usize = 12;
/// Longest word that is quoted, characters.
const LONGEST: usize = 40;

/// Notices that name every word of the prompt without an effect, and the nearest word that has one. Their number and length are bounded.
pub fn words(prompt: &str, reading: &Reading) -> Vec<Notice> {
    let mut out = Vec::new();
    if prompt.trim().is_empty() {
        return out;
    }
    let mut plain = Vec::new();
    for (i, word) in reading.unknown.iter().enumerate() {
        // Looking up a word takes milliseconds, so their number is bounded.
        let looked_up = out.len() < MOST_NOTICES && i < MOST_LISTED;
        match looked_up.then(|| nearest(word)).flatten() {
            Some(near) => out.push(notice!("draft-word-near", word = quoted(word), near = near).at("bg_prompt")),
            None => plain.push(quoted(word)),
        }
    }
    let more = plain.len().saturating_sub(MOST_LISTED);
    plain.truncate(MOST_LISTED);
    let listed = plain.join(", ");
    if reading.is_empty() {
        let words = if listed.is_empty() { quoted(prompt.trim()) } else { listed };
        out.insert(0, notice!("draft-unknown-scene", words = words).at("bg_prompt"));
    } else if !listed.is_empty() {
        out.push(notice!("draft-words-unknown", words = listed, more = more).at("bg_prompt"));
    }
    for (word, winner) in reading.overruled.iter().take(MOST_NOTICES) {
        out.push(notice!("draft-word-overruled", word = quoted(word), winner = quoted(winner)).at("bg_prompt"));
    }
    if !reading.crowded.is_empty() {
        let words = reading.crowded.iter().take(MOST_LISTED).map(|w| quoted(w)).collect::<Vec<_>>().join(", ");
        out.push(notice!("draft-words-crowded", words = words).at("bg_prompt"));
    }
    out
}

fn quoted(word: &str) -> String {
    let short: String = word.chars().take(LONGEST).collect();
    if short.len() < word.len() { format!("{short}…") } else { short }
}
