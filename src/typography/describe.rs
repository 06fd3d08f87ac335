//! What each face is good for, judged by its names and weight.

use serde::Serialize;

use super::face::FontEntry;

/// What a designer wants to know about a face before choosing it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FontMetadata {
    /// Name as used in a job.
    pub name: String,
    /// `gothic`, `serif`, `handwriting`, `mono` or `sans-serif`.
    pub style: &'static str,
    /// `light`, `regular`, `bold`, `extrabold` or `heavy`.
    pub weight: &'static str,
    /// What it is good for.
    pub usage: Vec<&'static str>,
    /// How it sounds.
    pub tone: Vec<&'static str>,
}

/// Known families by a word of their file name: style, usage, tone.
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
    // The two display faces carry weight class 400 though they are heavy.
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
        // Clients choose the face of a headline by these words, so light and regular faces do not get them.
        usage.extend(["promotion", "accent"]);
        tone.push("promotion");
    }
    FontMetadata { name: name.to_owned(), style, weight, usage, tone }
}
