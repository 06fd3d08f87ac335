//! The language of the interface and its words, from `assets/i18n/{en,ko}/studio-*.ftl`.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::notice::Notice;

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

    /// The words of a message without arguments. Formatted at the first call and kept, because panels ask for hundreds of them per frame.
    pub fn t(self, code: &'static str) -> &'static str {
        static KEPT: LazyLock<[RwLock<HashMap<&'static str, &'static str>>; 2]> = LazyLock::new(Default::default);
        let kept = &KEPT[self as usize];
        if let Some(words) = kept.read().get(code) {
            return words;
        }
        let words = self.notice(&Notice::new(code));
        // There are as many as messages in the Fluent files, so what is leaked is bounded.
        kept.write().entry(code).or_insert_with(|| Box::leak(words.into_boxed_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_arguments_are_formatted_once() {
        for (lang, words) in [(Lang::Ko, "취소"), (Lang::En, "Cancel")] {
            let [first, second] = [0, 1].map(|_| lang.t("window-cancel"));
            assert_eq!(first, words);
            assert!(std::ptr::eq(first, second));
        }
    }
}
