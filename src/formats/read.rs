//! Reads a catalogue and reports every mistake with its line and field.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::spec::{FileType, FormatRule, FormatSource, FormatSpec, SafeZone, canvas};
use crate::limits::{MAX_SIDE, MIN_SIDE};
use crate::notice;
use crate::notice::Notice;

/// Most formats of a file.
const MAX_FORMATS: usize = 500;
/// Most mistakes that are reported; reading stops there.
const MAX_MISTAKES: usize = 20;
/// Longest ID, name and address, characters.
const MAX_TEXT: usize = 200;
/// Largest byte limit, in units of 1000.
const MAX_KB: i64 = 1_000_000;
/// Smallest and largest density, dots per inch.
const DPI: (i64, i64) = (1, 2400);

/// Fields of a format.
const FIELDS: [&str; 11] = ["id", "name", "width", "height", "file", "max_kb", "dpi", "safe", "rules", "min_product", "source"];

/// The formats of a catalogue file.
///
/// # Errors
/// All mistakes, at most [`MAX_MISTAKES`].
pub(super) fn read(text: &str) -> Result<Vec<FormatSpec>, Vec<Notice>> {
    // Editors on Windows begin files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, mistakes: Vec::new() };
    let formats = match DeTable::parse(text) {
        Ok(table) => reader.catalogue(table.get_ref()),
        Err(error) => {
            let line = reader.line(error.span().unwrap_or(0..0));
            reader.mistakes.push(notice!("formats-syntax", line = line, detail = error.message().to_owned()));
            Vec::new()
        }
    };
    if reader.mistakes.is_empty() { Ok(formats) } else { Err(reader.mistakes) }
}

type Value<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Notice>,
}

/// A table with its position in the file, which is reported for missing fields.
struct Table<'t> {
    table: &'t DeTable<'t>,
    span: Range<usize>,
    /// Path of the table within its format, such as `name.`.
    path: &'static str,
}

impl<'t> Table<'t> {
    fn get(&self, field: &str) -> Option<&'t Value<'t>> {
        self.table.iter().find(|(key, _)| &**key.get_ref() == field).map(|(_, value)| value)
    }
}

impl Reader<'_> {
    /// Line of a position in the file, from 1.
    fn line(&self, span: Range<usize>) -> usize {
        self.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1)
    }

    fn mistake(&mut self, span: Range<usize>, field: &str, reason: Notice) {
        if self.mistakes.len() < MAX_MISTAKES {
            let line = self.line(span);
            self.mistakes.push(notice!("formats-mistake", line = line, name = field.to_owned(), reason = reason));
        }
    }

    fn catalogue(&mut self, root: &DeTable<'_>) -> Vec<FormatSpec> {
        let mut formats: Vec<FormatSpec> = Vec::new();
        for (key, value) in root.iter() {
            let DeValue::Array(entries) = value.get_ref() else {
                self.mistake(key.span(), key.get_ref(), notice!("formats-unknown-field", known = vec!["[[formats]]"]));
                continue;
            };
            if &**key.get_ref() != "formats" {
                self.mistake(key.span(), key.get_ref(), notice!("formats-unknown-field", known = vec!["[[formats]]"]));
                continue;
            }
            for entry in entries.iter() {
                if formats.len() >= MAX_FORMATS || self.mistakes.len() >= MAX_MISTAKES {
                    self.mistake(entry.span(), "formats", notice!("formats-too-many", most = MAX_FORMATS));
                    return formats;
                }
                let DeValue::Table(table) = entry.get_ref() else {
                    self.mistake(entry.span(), "formats", notice!("formats-not-a-table"));
                    continue;
                };
                let table = Table { table, span: entry.span(), path: "" };
                let Some(format) = self.format(&table) else { continue };
                if formats.iter().any(|known| known.id == format.id) {
                    let span = table.get("id").map_or(table.span.clone(), Spanned::span);
                    self.mistake(span, "id", notice!("formats-twice", format = format.id));
                    continue;
                }
                formats.push(format);
            }
        }
        formats
    }

    /// A format; `None` if it has a mistake.
    fn format(&mut self, table: &Table<'_>) -> Option<FormatSpec> {
        let before = self.mistakes.len();
        self.unknown(table, &FIELDS);
        let id = self.id(table);
        let (name_en, name_ko) = self.names(table);
        let (width, height) = (self.side(table, "width"), self.side(table, "height"));
        let file = self.choice(table, "file", &FileType::FLAT.map(|file| (file, file.word())));
        let max_bytes = self.whole(table, "max_kb", (1, MAX_KB), false).map(|kb| kb * 1000);
        let dpi = self.whole(table, "dpi", DPI, false).and_then(|dpi| u32::try_from(dpi).ok());
        let safe = self.safe(table, (width, height));
        let rules = self.rules(table);
        let min_product = self.share(table, "min_product");
        let source = self.source(table);
        if let (Some(FileType::Webp), Some(_), Some(value)) = (file, dpi, table.get("dpi")) {
            self.mistake(value.span(), "dpi", notice!("formats-webp-density"));
        }
        if let (Some(w), Some(h)) = (width, height)
            && canvas(w, h).is_none()
        {
            let span = table.get("width").map_or(table.span.clone(), Spanned::span);
            self.mistake(span, "width", notice!("formats-too-long", width = w, height = h, min = MIN_SIDE, max = MAX_SIDE));
        }
        let format = FormatSpec {
            id: id?,
            name_en: name_en?,
            name_ko: name_ko?,
            width: width?,
            height: height?,
            file: file?,
            max_bytes,
            dpi,
            safe,
            rules,
            min_product,
            source: source?,
        };
        (self.mistakes.len() == before).then_some(format)
    }

    fn unknown(&mut self, table: &Table<'_>, known: &[&'static str]) {
        for (key, _) in table.table.iter() {
            if !known.iter().any(|known| *known == &**key.get_ref()) {
                let field = format!("{}{}", table.path, key.get_ref());
                self.mistake(key.span(), &field, notice!("formats-unknown-field", known = known.to_vec()));
            }
        }
    }

    /// A required value.
    fn need<'t>(&mut self, table: &Table<'t>, field: &str) -> Option<&'t Value<'t>> {
        let value = table.get(field);
        if value.is_none() {
            let field = format!("{}{field}", table.path);
            self.mistake(table.span.clone(), &field, notice!("formats-missing"));
        }
        value
    }

    fn text(&mut self, table: &Table<'_>, field: &str) -> Option<(String, Range<usize>)> {
        let value = self.need(table, field)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() && text.chars().count() <= MAX_TEXT => {
                Some((text.trim().to_owned(), value.span()))
            }
            _ => {
                let field = format!("{}{field}", table.path);
                self.mistake(value.span(), &field, notice!("formats-not-a-text", most = MAX_TEXT));
                None
            }
        }
    }

    fn id(&mut self, table: &Table<'_>) -> Option<String> {
        let (id, span) = self.text(table, "id")?;
        if id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Some(id);
        }
        self.mistake(span, "id", notice!("formats-id-characters"));
        None
    }

    /// A table within a format.
    fn inner<'t>(&mut self, table: &Table<'t>, field: &'static str, path: &'static str) -> Option<Table<'t>> {
        let value = table.get(field)?;
        match value.get_ref() {
            DeValue::Table(inner) => Some(Table { table: inner, span: value.span(), path }),
            _ => {
                self.mistake(value.span(), field, notice!("formats-not-a-table"));
                None
            }
        }
    }

    fn names(&mut self, table: &Table<'_>) -> (Option<String>, Option<String>) {
        if self.need(table, "name").is_none() {
            return (None, None);
        }
        let Some(names) = self.inner(table, "name", "name.") else { return (None, None) };
        self.unknown(&names, &["en", "ko"]);
        let mut one = |field| self.text(&names, field).map(|(name, _)| name);
        (one("en"), one("ko"))
    }

    /// A whole number in a range.
    fn whole(&mut self, table: &Table<'_>, field: &str, (min, max): (i64, i64), required: bool) -> Option<u64> {
        let value = if required { self.need(table, field)? } else { table.get(field)? };
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| (min..=max).contains(number)).and_then(|number| u64::try_from(number).ok());
        if number.is_none() {
            let field = format!("{}{field}", table.path);
            self.mistake(value.span(), &field, notice!("formats-not-whole", min = min.to_string(), max = max.to_string()));
        }
        number
    }

    fn side(&mut self, table: &Table<'_>, field: &str) -> Option<u32> {
        self.whole(table, field, (1, MAX_SIDE.into()), true).and_then(|side| u32::try_from(side).ok())
    }

    fn share(&mut self, table: &Table<'_>, field: &str) -> Option<f32> {
        let value = table.get(field)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse::<f32>().ok(),
            DeValue::Integer(number) => number.as_str().parse::<f32>().ok(),
            _ => None,
        };
        let number = number.filter(|number| (0.0..=1.0).contains(number));
        if number.is_none() {
            self.mistake(value.span(), field, notice!("formats-not-a-share"));
        }
        number
    }

    fn choice<T: Copy>(&mut self, table: &Table<'_>, field: &str, choices: &[(T, &'static str)]) -> Option<T> {
        let value = self.need(table, field)?;
        self.word(field, value, choices)
    }

    fn word<T: Copy>(&mut self, field: &str, value: &Value<'_>, choices: &[(T, &'static str)]) -> Option<T> {
        let found = match value.get_ref() {
            DeValue::String(word) => choices.iter().find(|(_, known)| *known == &**word),
            _ => None,
        };
        if found.is_none() {
            let words: Vec<&'static str> = choices.iter().map(|(_, word)| *word).collect();
            self.mistake(value.span(), field, notice!("formats-not-a-choice", words = words));
        }
        found.map(|(choice, _)| *choice)
    }

    fn rules(&mut self, table: &Table<'_>) -> Vec<FormatRule> {
        let Some(value) = table.get("rules") else { return Vec::new() };
        let DeValue::Array(rules) = value.get_ref() else {
            let words: Vec<&'static str> = FormatRule::ALL.iter().map(|(_, word)| *word).collect();
            self.mistake(value.span(), "rules", notice!("formats-not-a-list", words = words));
            return Vec::new();
        };
        rules.iter().filter_map(|rule| self.word("rules", rule, &FormatRule::ALL)).collect()
    }

    fn safe(&mut self, table: &Table<'_>, (width, height): (Option<u32>, Option<u32>)) -> SafeZone {
        let Some(safe) = self.inner(table, "safe", "safe.") else { return SafeZone::default() };
        self.unknown(&safe, &["top", "bottom", "left", "right"]);
        let mut margin = |field| self.whole(&safe, field, (0, MAX_SIDE.into()), false).map_or(0, |margin| margin as u32);
        let zone = SafeZone { top: margin("top"), bottom: margin("bottom"), left: margin("left"), right: margin("right") };
        let leaves_room = width.is_none_or(|w| zone.left + zone.right < w) && height.is_none_or(|h| zone.top + zone.bottom < h);
        if !leaves_room {
            self.mistake(safe.span, "safe", notice!("formats-no-room"));
        }
        zone
    }

    fn source(&mut self, table: &Table<'_>) -> Option<FormatSource> {
        self.need(table, "source")?;
        let source = self.inner(table, "source", "source.")?;
        self.unknown(&source, &["url", "date"]);
        let url = self.text(&source, "url");
        let date = self.text(&source, "date");
        let (url, span) = url?;
        if !url.starts_with("https://") && !url.starts_with("http://") {
            self.mistake(span, "source.url", notice!("formats-not-an-address"));
        }
        let (date, span) = date?;
        let is_date =
            date.len() == 10 && date.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
        if !is_date {
            self.mistake(span, "source.date", notice!("formats-not-a-date"));
        }
        Some(FormatSource { url, date })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[formats]]
id = "mine"
name = { en = "Mine", ko = "내 것" }
width = 1000
height = 500
file = "jpeg"
max_kb = 200
dpi = 150
safe = { top = 20 }
rules = ["no-text"]
min_product = 0.5
source = { url = "https://example.com/spec", date = "2026-01-31" }
"#;

    /// Line and field of every mistake, with the English words.
    fn mistakes(text: &str) -> Vec<String> {
        read(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_field_is_read() {
        let [format] = &read(GOOD).unwrap()[..] else { panic!() };
        assert_eq!((format.max_bytes, format.dpi, format.safe.top, format.min_product), (Some(200_000), Some(150), 20, Some(0.5)));
        assert_eq!((format.rules.as_slice(), format.file), ([FormatRule::NoText].as_slice(), FileType::Jpeg));
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn a_mistake_is_named_by_line_and_field() {
        for (from, to, line, field) in [
            ("id = \"mine\"", "id = \"My Banner\"", 3, "id"),
            ("id = \"mine\"", "", 2, "id"),
            ("ko = \"내 것\"", "kr = \"내 것\"", 4, "name.kr"),
            ("width = 1000", "width = \"1000\"", 5, "width"),
            ("width = 1000", "width = 0", 5, "width"),
            ("width = 1000", "width = 4097", 5, "width"),
            ("height = 500", "height = 12.5", 6, "height"),
            ("width = 1000\nheight = 500", "width = 4000\nheight = 100", 5, "width"),
            ("file = \"jpeg\"", "file = \"gif\"", 7, "file"),
            ("file = \"jpeg\"", "file = \"webp\"", 9, "dpi"),
            ("max_kb = 200", "max_kb = -1", 8, "max_kb"),
            ("max_kb", "max_bytes", 8, "max_bytes"),
            ("top = 20", "top = 500", 10, "safe"),
            ("rules = [\"no-text\"]", "rules = [\"no-logo\"]", 11, "rules"),
            ("rules = [\"no-text\"]", "rules = true", 11, "rules"),
            ("min_product = 0.5", "min_product = 50", 12, "min_product"),
            ("https://example.com/spec", "my colleague", 13, "source.url"),
            ("2026-01-31", "yesterday", 13, "source.date"),
            ("source = {", "source = 3 # {", 13, "source"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from}");
            let found = mistakes(&text);
            assert!(found.iter().any(|m| m.starts_with(&format!("line {line}, {field}: "))), "{to}: {found:?}");
        }
        let twice = mistakes(&format!("{GOOD}{GOOD}"));
        assert!(twice[0].starts_with("line 16, id: "), "{twice:?}");
        assert!(mistakes(&GOOD.replace("width = 1000", "width = "))[0].starts_with("line 5: "));
        assert!(mistakes("[[format]]\nid = 1")[0].starts_with("line 1, format: "));
    }

    #[test]
    fn all_mistakes_are_found_at_once_and_their_number_is_bounded() {
        let text = GOOD.replace("1000", "0").replace("500", "0").replace("jpeg", "x");
        assert_eq!(mistakes(&text).len(), 3);
        assert_eq!(mistakes(&text.repeat(30)).len(), MAX_MISTAKES);
    }
}
