//! The faces of a text while it is laid out, and the choice of a face for each word.

use std::ops::Range;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation as _;

use super::catalog::{FontCatalog, needs_ink};
use super::face::{FontEntry, OpenFace};

/// Asks for the coloured form of the character before it (UTS #51).
const EMOJI_STYLE: char = '\u{fe0f}';

/// Faces by name, each opened once.
pub(super) struct Faces<'a> {
    catalog: &'a FontCatalog,
    open: Vec<Used<'a>>,
}

struct Used<'a> {
    name: String,
    /// `None` for a face that cannot be used.
    face: Option<OpenFace<'a>>,
    /// Faces that stand in for this one, once they were looked up.
    fallbacks: Option<Vec<&'a str>>,
}

/// A face that stands in for a requested one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StandIn {
    /// The face that was asked for.
    pub(super) requested: usize,
    /// The face that stands in.
    pub(super) face: usize,
    /// Characters that the requested face lacks, each once.
    pub(super) lacking: Vec<char>,
    /// Whether it also draws characters that the requested face has.
    pub(super) whole_words: bool,
}

/// The result of choosing faces for a text.
#[derive(Default)]
pub(super) struct Choice {
    /// Characters that no face can draw, each once.
    pub(super) missing: Vec<char>,
    /// Faces that stand in, in order of appearance.
    pub(super) stand_ins: Vec<StandIn>,
}

impl Choice {
    pub(super) fn add(&mut self, other: Self) {
        for c in other.missing {
            if !self.missing.contains(&c) {
                self.missing.push(c);
            }
        }
        for stand_in in other.stand_ins {
            match self.stand_ins.iter_mut().find(|s| s.requested == stand_in.requested && s.face == stand_in.face) {
                Some(known) => {
                    known.whole_words |= stand_in.whole_words;
                    let new: Vec<char> = stand_in.lacking.into_iter().filter(|c| !known.lacking.contains(c)).collect();
                    known.lacking.extend(new);
                }
                None => self.stand_ins.push(stand_in),
            }
        }
    }
}

impl<'a> Faces<'a> {
    pub(super) fn new(catalog: &'a FontCatalog) -> Self {
        Self { catalog, open: Vec::new() }
    }

    /// One face, which is number 0, without stand-ins.
    pub(super) fn only(entry: &'a FontEntry) -> Self {
        static NO_OTHERS: LazyLock<FontCatalog> = LazyLock::new(FontCatalog::default);
        Self { catalog: &NO_OTHERS, open: vec![Used { name: String::new(), face: entry.open(), fallbacks: None }] }
    }

    /// The number of a face by its listed name.
    pub(super) fn index(&mut self, name: &str) -> usize {
        self.open.iter().position(|used| used.name == name).unwrap_or_else(|| {
            let face = self.catalog.entry(name).and_then(|entry| entry.open());
            self.open.push(Used { name: name.to_owned(), face, fallbacks: None });
            self.open.len() - 1
        })
    }

    /// A face by its number; `None` if it cannot be used.
    pub(super) fn get(&self, index: usize) -> Option<&OpenFace<'a>> {
        self.open.get(index).and_then(|used| used.face.as_ref())
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.open.get(index).map_or("", |used| &used.name)
    }

    /// Takes a face out of use, whose glyphs turned out to be too complex.
    pub(super) fn refuse(&mut self, index: usize) {
        if let Some(used) = self.open.get_mut(index) {
            used.face = None;
        }
    }

    /// Whether a face draws every character of a text.
    fn covers(&self, face: usize, text: &str) -> bool {
        self.get(face).is_some_and(|face| text.chars().all(|c| !needs_ink(c) || face.covers(c)))
    }

    /// The first stand-in for `requested` that draws every character of a text.
    fn fallback(&mut self, requested: usize, text: &str) -> Option<usize> {
        self.fallbacks(requested).into_iter().find_map(|name| {
            let face = self.index(name);
            self.covers(face, text).then_some(face)
        })
    }

    /// The first face that has an emoji in colours.
    fn colored(&mut self, requested: usize, emoji: &str) -> Option<usize> {
        let covers = |face: &OpenFace<'_>| emoji.chars().all(|c| !needs_ink(c) || face.covers_in_color(c));
        self.fallbacks(requested).into_iter().find_map(|name| {
            let face = self.index(name);
            self.get(face).is_some_and(covers).then_some(face)
        })
    }

    fn fallbacks(&mut self, requested: usize) -> Vec<&'a str> {
        let known = self.open.get(requested).and_then(|used| used.fallbacks.clone());
        known.unwrap_or_else(|| {
            let names = self.catalog.fallback_faces(&self.open[requested].name);
            self.open[requested].fallbacks = Some(names.clone());
            names
        })
    }

    /// Chooses a face for each word of a text: the requested one, or a single other one that draws the whole word, or one for each letter. Calls
    /// `put` with every part of a word, in order, and its face. Letters that no face draws are left out.
    pub(super) fn choose(&mut self, requested: usize, text: &str, choice: &mut Choice, mut put: impl FnMut(Range<usize>, usize)) {
        for (start, word) in words(text) {
            let asks_for_color = word.contains(EMOJI_STYLE);
            if !asks_for_color && self.covers(requested, word) {
                put(start..start + word.len(), requested);
                continue;
            }
            if !asks_for_color && let Some(face) = self.fallback(requested, word) {
                self.note(requested, face, word, choice);
                put(start..start + word.len(), face);
                continue;
            }
            for (at, letter) in word.grapheme_indices(true) {
                let at = start + at..start + at + letter.len();
                let colored = if letter.contains(EMOJI_STYLE) { self.colored(requested, letter) } else { None };
                let own = || self.covers(requested, letter).then_some(requested);
                if let Some(face) = colored.or_else(own).or_else(|| self.fallback(requested, letter)) {
                    if face != requested {
                        self.note(requested, face, letter, choice);
                    }
                    put(at, face);
                    continue;
                }
                self.choose_apart(requested, letter, at.start, choice, &mut put);
            }
        }
    }

    /// Chooses a face for each character of a letter that no face has whole: a mark then stands where its own face puts it.
    fn choose_apart(
        &mut self,
        requested: usize,
        letter: &str,
        start: usize,
        choice: &mut Choice,
        put: &mut impl FnMut(Range<usize>, usize),
    ) {
        for (at, c) in letter.char_indices() {
            let single = &letter[at..at + c.len_utf8()];
            let own = self.covers(requested, single).then_some(requested);
            let Some(face) = own.or_else(|| self.fallback(requested, single)) else {
                if !choice.missing.contains(&c) {
                    choice.missing.push(c);
                }
                continue;
            };
            if face != requested {
                self.note(requested, face, single, choice);
            }
            put(start + at..start + at + single.len(), face);
        }
    }

    fn note(&self, requested: usize, face: usize, part: &str, choice: &mut Choice) {
        let known = choice.stand_ins.iter().position(|s| s.requested == requested && s.face == face);
        let at = known.unwrap_or_else(|| {
            choice.stand_ins.push(StandIn { requested, face, lacking: Vec::new(), whole_words: false });
            choice.stand_ins.len() - 1
        });
        let stand_in = &mut choice.stand_ins[at];
        for c in part.chars().filter(|&c| needs_ink(c)) {
            let lacks = !self.get(requested).is_some_and(|own| own.covers(c));
            stand_in.whole_words |= !lacks;
            if lacks && !stand_in.lacking.contains(&c) {
                stand_in.lacking.push(c);
            }
        }
    }
}

/// The words of a text, without the spaces between them, and where they start.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let parts = text.split_inclusive(' ').map(move |part| {
        let start = at;
        at += part.len();
        (start, part.trim_end_matches(' '))
    });
    parts.filter(|(_, word)| !word.is_empty())
}
