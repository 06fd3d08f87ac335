//! Describes faces for choosing one: style, weight, usage and tone, derived from names and weight.

use serde::Serialize;

use super::face::FontEntry;

/// Description of a face.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FontMetadata {
    /// Listed name, as in `font_name`.
    pub name: String,
    /// `gothic`, `serif`, `handwriting`, `mono` or `sans-serif`.
    pub style: &'static str,
    /// `light`, `regular`, `bold`, `extrabold` or `heavy`.
    pub weight: &'static str,
    /// Suitable uses, such as `headline`.
    pub usage: Vec<&'static str>,
    /// Tone, such as `friendly`.
    pub tone: Vec<&'static str>,
}

/// Description of a bundled family: a part of its file name, style, usage, tone.
type Family = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);
const FAMILIES: &[Family] = &[
    ("bmdohyeon", "gothic", &["headline", "sale", "poster"], &["bold", "retro", "confident"]),
    ("bmjua", "handwriting", &["headline", "food", "kids", "casual"], &["friendly", "cute", "warm", "casual"]),
    ("nanumgothic", "gothic", &["body", "caption", "headline"], &["neutral", "clean", "trustworthy"]),
    ("nanumsquare", "gothic", &["headline", "title", "banner"], &["modern", "clean", "strong"]),
    ("pretendard", "sans-serif", &["headline", "title", "brand", "premium"], &["modern", "neutral", "premium"]),
];

pub(super) fn describe(name: &str, entry: &FontEntry) -> FontMetadata {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let text = format!("{file} {}", entry.family.to_lowercase());
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    // These two display faces declare weight class 400 although they are heavy.
    let weight = match entry.weight() {
        _ if has(&["bmdohyeon", "bmjua"]) => "bold",
        _ if has(&["black", "heavy"]) => "heavy",
        0..=349 => "light",
        350..=599 => "regular",
        600..=749 => "bold",
        750..=849 => "extrabold",
        _ => "heavy",
    };
    let (style, usage, tone): (_, &[&str], &[&str]) = match FAMILIES.iter().find(|f| file.contains(f.0)) {
        Some(&(_, style, usage, tone)) => (style, usage, tone),
        None if entry.monospaced || has(&["mono", "code", "courier"]) => ("mono", &["tech", "caption"], &["technical", "precise"]),
        None if has(&["hand", "script", "pen", "brush", "손글씨", "펜", "붓"]) => {
            ("handwriting", &["headline", "card", "casual"], &["personal", "warm", "casual"])
        }
        None if !has(&["sans"]) && has(&["serif", "myeongjo", "myungjo", "batang", "명조", "바탕"]) => {
            ("serif", &["title", "body", "premium"], &["elegant", "classic", "premium"])
        }
        None if has(&["gothic", "dotum", "고딕", "돋움"]) => ("gothic", &["headline", "body"], &["neutral", "clean"]),
        None => ("sans-serif", &["headline", "body"], &["neutral", "modern"]),
    };
    let (mut usage, mut tone) = (usage.to_vec(), tone.to_vec());
    if !matches!(weight, "light" | "regular") {
        // Clients choose headline faces by these words, so light and regular faces do not have them.
        usage.extend(["promotion", "accent"]);
        tone.push("promotion");
    }
    FontMetadata { name: name.to_owned(), style, weight, usage, tone }
}
