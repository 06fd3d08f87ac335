//! Fields that the table does not have.

use super::fields::{FIELDS, Field, IGNORED};
use super::value::quoted;
use crate::notice;
use crate::notice::Notice;

/// Unknown fields that are named one by one; the others are counted.
pub(super) const MAX_NAMED: usize = 20;
/// Longest name of an unknown field that is kept, characters; messages show fewer.
pub(super) const MAX_NAME: usize = 100;
/// Names that differ from a field's name by at most this many edits are taken for misspellings of it.
const MAX_EDITS: usize = 2;
/// Longer names than this are not compared with the fields' names, bytes.
const MAX_COMPARED: usize = 40;

/// The table's spelling of a field's name or alias.
pub(super) fn known(name: &str) -> Option<&'static str> {
    FIELDS.iter().flat_map(|f| f.names()).find(|n| *n == name)
}

/// Warnings about unknown fields; `more` further ones are only counted.
pub(super) fn warnings<'a>(names: impl Iterator<Item = &'a String>, more: usize) -> Vec<Notice> {
    let unknown: Vec<&String> = names.filter(|name| known(name).is_none() && !IGNORED.contains(&name.as_str())).collect();
    let more = more + unknown.len().saturating_sub(MAX_NAMED);
    let named = unknown.iter().take(MAX_NAMED).map(|name| match similar(name, FIELDS.iter().copied()) {
        Some(field) => notice!("request-unknown-field-hint", name = quoted(name), field = field),
        None => notice!("request-unknown-field", name = quoted(name)),
    });
    named.chain((more > 0).then(|| notice!("request-more-unknown-fields", count = more))).collect()
}

/// The field of these that a misspelt name stands for.
pub(super) fn similar(name: &str, fields: impl Iterator<Item = &'static Field>) -> Option<&'static str> {
    if name.len() > MAX_COMPARED {
        return None;
    }
    let lower = name.to_lowercase();
    fields.map(|f| (strsim::levenshtein(&lower, f.name), f.name)).filter(|(edits, _)| *edits <= MAX_EDITS).min().map(|(_, n)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised() {
        for (name, field) in [
            ("bg_promt", Some("bg_prompt")),
            ("SEED", Some("seed")),
            ("text_contents", Some("text_content")),
            ("teksst_content", None),
            ("colour", None),
        ] {
            assert_eq!(similar(name, FIELDS.iter().copied()), field, "{name}");
        }
        assert_eq!(similar(&"s".repeat(MAX_COMPARED + 1), FIELDS.iter().copied()), None);
    }

    #[test]
    fn most_unknown_fields_are_only_counted() {
        let names: Vec<String> = (0..MAX_NAMED + 2).map(|i| format!("unknown{i}")).collect();
        let warnings = warnings(names.iter(), 3);
        assert_eq!((warnings.len(), warnings[MAX_NAMED].to_string().as_str()), (MAX_NAMED + 1, "5 more unknown fields, ignored"));
        assert!(super::warnings(["bg_model".to_owned(), "seed".to_owned(), "input_image".to_owned()].iter(), 0).is_empty());
    }
}
