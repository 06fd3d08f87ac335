//! Finds the word of the vocabulary that is nearest to a word without an effect, in the same language.

use std::sync::OnceLock;

use super::lexer::{is_ending, is_hangul};
use super::words::{HINTS, Row, rows};

/// Longest word that is compared, characters.
const LONGEST: usize = 24;

/// The nearest word with an effect: by meaning ([`HINTS`]), else by spelling, else by its beginning.
pub fn nearest(word: &str) -> Option<String> {
    if word.chars().count() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let korean = lower.chars().any(is_hangul);
    by_meaning(&lower, korean).or_else(|| by_spelling(&lower, korean)).or_else(|| by_beginning(&lower, korean))
}

/// The longest word that this one begins with: "farmhouse" begins with "farm".
fn by_beginning(word: &str, korean: bool) -> Option<String> {
    let all = rows().flat_map(|row| if korean { row.ko } else { row.en }.split('|'));
    let least = if korean { 2 } else { 4 };
    let begins = all.filter(|w| w.chars().count() >= least && word.starts_with(w));
    begins.max_by_key(|w| w.len()).map(str::to_owned)
}

/// The word that a hint names.
fn by_meaning(word: &str, korean: bool) -> Option<String> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let (.., near) = HINTS.iter().find(|(en, ko, _)| {
        if korean {
            // The hint may be followed by a particle, or by any two syllables if it has more than one syllable.
            let fits = |hint: &str, rest: &str| is_ending(rest) || rest.chars().count() <= 2 && hint.chars().count() > 1;
            ko.split('|').any(|hint| word.strip_prefix(hint).is_some_and(|rest| fits(hint, rest)))
        } else {
            en.split('|').any(|hint| hint == word || hint == singular)
        }
    })?;
    near.split_once('|').map(|(english, own)| if korean { own } else { english }.to_owned())
}

/// A word as letters for comparison, and as it is written.
type Spelling = (Vec<char>, &'static str);

/// The vocabulary in one language.
fn spellings(korean: bool) -> &'static [Spelling] {
    static LISTS: OnceLock<[Vec<Spelling>; 2]> = OnceLock::new();
    let lists = LISTS.get_or_init(|| {
        let english = rows().flat_map(Row::english).map(|w| (w.chars().collect(), w)).collect();
        let korean = rows().flat_map(Row::korean).map(|w| (letters(w), w)).collect();
        [english, korean]
    });
    &lists[usize::from(korean)]
}

/// The word with the fewest wrong letters.
fn by_spelling(word: &str, korean: bool) -> Option<String> {
    let own: Vec<char> = if korean { letters(word) } else { word.chars().collect() };
    // One wrong letter in five; with more, unrelated words would match.
    let most = own.len() / 5;
    if most == 0 {
        return None;
    }
    let near = |list: &Spelling| {
        if list.0.len().abs_diff(own.len()) > most {
            return None;
        }
        let edits = strsim::generic_damerau_levenshtein(&own, &list.0);
        (edits <= most).then_some((edits, list.0[0] != own[0], list.1))
    };
    spellings(korean).iter().filter_map(near).min().map(|(.., word)| word.to_owned())
}

/// The letters of Hangul syllables, so that one wrong letter is one edit and not a whole syllable.
fn letters(word: &str) -> Vec<char> {
    let mut out = Vec::new();
    for c in word.chars() {
        match u32::from(c).checked_sub(0xac00).filter(|code| *code < 11_172) {
            Some(code) => {
                let parts = [0x1100 + code / 588, 0x1161 + code % 588 / 28, 0x11a7 + code % 28];
                out.extend(parts.into_iter().filter(|p| *p != 0x11a7).filter_map(char::from_u32));
            }
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_neighbour_and_others_a_near_meaning() {
        for (word, near) in [
            ("marbel", "marble"),
            ("forrest", "forest"),
            ("autum", "autumn"),
            ("confeti", "confetti"),
            ("대리썩", "대리석"),
            ("포디엄", "포디움"),
            ("크리스마쓰", "크리스마스"),
            ("windy", "falling leaves"),
            ("바람", "떨어지는 나뭇잎"),
            ("lakehouse", "lake"),
            ("puppy", "feather"),
            ("자동차", "도로"),
            ("트렌디한", "미니멀"),
        ] {
            assert_eq!(nearest(word).as_deref(), Some(near), "{word}");
        }
        for word in ["qwerty", "xyz", "뷁", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(nearest(word), None, "{word}");
        }
    }

    #[test]
    fn every_hint_leads_to_words_of_one_meaning_in_both_languages() {
        for (.., near) in HINTS {
            let (english, korean) = near.split_once('|').unwrap();
            let meaning =
                |word: &str, ko: bool| rows().find(|r| if ko { r.ko } else { r.en }.split('|').any(|w| w == word)).map(|r| r.meaning);
            assert!(meaning(english, false).is_some() && meaning(english, false) == meaning(korean, true), "{near}");
        }
    }
}
