//! Every word of the interface, from `assets/i18n/*.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 한국어
    #[default]
    Ko,
    /// English
    En,
}

impl Lang {
    /// The language of the desktop; Korean if the locale is unknown.
    pub fn of_machine() -> Self {
        match sys_locale::get_locale() {
            Some(locale) if !locale.starts_with("ko") && locale.starts_with(|c: char| c.is_ascii_lowercase()) => Self::En,
            _ => Self::Ko,
        }
    }
}

type Words = HashMap<String, String>;

fn table(lang: Lang) -> &'static Words {
    static TABLES: OnceLock<[Words; 2]> = OnceLock::new();
    let tables = TABLES.get_or_init(|| {
        [include_str!("../../assets/i18n/ko.toml"), include_str!("../../assets/i18n/en.toml")].map(|text| read(text).unwrap_or_default())
    });
    match lang {
        Lang::Ko => &tables[0],
        Lang::En => &tables[1],
    }
}

fn read(text: &str) -> Result<Words, toml::de::Error> {
    let sections: HashMap<String, Words> = toml::from_str(text)?;
    Ok(sections.into_iter().flat_map(|(s, words)| words.into_iter().map(move |(k, v)| (format!("{s}.{k}"), v))).collect())
}

impl Lang {
    /// Both, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    /// The words of a key; the key itself where there are none (a test forbids it).
    pub fn t(self, key: &'static str) -> &'static str {
        table(self).get(key).map_or(key, String::as_str)
    }

    /// The words of a key that is put together at run time.
    pub fn get(self, key: &str) -> Option<&'static str> {
        table(self).get(key).map(String::as_str)
    }

    /// The words of a key with `{0}`, `{1}` filled in.
    pub fn f(self, key: &'static str, values: &[&dyn std::fmt::Display]) -> String {
        let mut text = self.t(key).to_owned();
        for (i, value) in values.iter().enumerate() {
            text = text.replace(&format!("{{{i}}}"), &value.to_string());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_in(dir: &std::path::Path, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                keys_in(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                let parts: Vec<&str> = text.split('"').collect();
                for pair in parts.windows(2) {
                    let call = pair[0].trim_end();
                    if [".t(", ".f(", "UiText::new(", "face("].iter().any(|c| call.ends_with(c)) {
                        out.push(pair[1].to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn both_languages_have_every_word() {
        let (ko, en) = (table(Lang::Ko), table(Lang::En));
        assert!(ko.len() > 100, "the Korean words could not be read");
        let mut only: Vec<_> = ko.keys().filter(|k| !en.contains_key(*k)).chain(en.keys().filter(|k| !ko.contains_key(*k))).collect();
        only.sort();
        assert!(only.is_empty(), "in one language only: {only:?}");
        let mut used = Vec::new();
        keys_in(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gui"), &mut used);
        let missing: Vec<_> = used.iter().filter(|k| k.contains('.') && !en.contains_key(*k)).collect();
        assert!(used.len() > 50 && missing.is_empty(), "no words for {missing:?}");
        for (key, words) in en {
            let holes = |w: &str| (0..4).map(|i| w.matches(&format!("{{{i}}}")).count() > 0).collect::<Vec<_>>();
            assert_eq!(holes(words), holes(&ko[key]), "{key}");
        }
    }
}
