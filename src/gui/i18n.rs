//! The words of the interface, from `assets/i18n/{en,ko}/studio-*.ftl`.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::RwLock;

use crate::notice::{Language, Notice, Wording};

impl Language {
    /// The language of the desktop; Korean if the locale is unknown.
    pub fn of_machine() -> Self {
        match sys_locale::get_locale() {
            Some(locale) if !locale.starts_with("ko") && locale.starts_with(|c: char| c.is_ascii_lowercase()) => Self::English,
            _ => Self::Korean,
        }
    }

    /// A message in this language, as the studio words it.
    pub fn notice(self, notice: &Notice) -> String {
        Wording::studio(self).notice(notice)
    }

    /// The words of a message without arguments. Formatted at the first call and kept, because panels ask for hundreds of them per frame.
    pub fn t(self, code: &'static str) -> &'static str {
        static KEPT: LazyLock<[RwLock<HashMap<&'static str, &'static str>>; Language::COUNT]> = LazyLock::new(Default::default);
        let kept = &KEPT[self as usize];
        if let Some(words) = kept.read().get(code) {
            return words;
        }
        let words = self.notice(&Notice::new(code));
        // There are as many as messages in the Fluent files, so the leaked memory is bounded.
        kept.write().entry(code).or_insert_with(|| Box::leak(words.into_boxed_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_arguments_are_formatted_once() {
        for (lang, words) in [(Language::Korean, "취소"), (Language::English, "Cancel")] {
            let [first, second] = [0, 1].map(|_| lang.t("window-cancel"));
            assert_eq!(first, words);
            assert!(std::ptr::eq(first, second));
        }
    }

    /// Messages of the backends, the networks' files and the fonts, made by the code that reports them.
    #[test]
    fn messages_from_below_have_korean_words() {
        use crate::backend::diffusion::device::DeviceChoice;
        use crate::backend::diffusion::models::Models;
        use crate::backend::diffusion::prompt_language::translate;
        use crate::backend::diffusion::residency::{Sizes, plans};
        use crate::notice;
        use crate::typography::{FontCatalog, layout_text};
        use crate::weights::WeightsError;
        let (place, name, path) = ("/m/unet".to_owned(), "conv.weight".to_owned(), std::path::PathBuf::from("/m/a.safetensors"));
        let mut notices: Vec<Notice> = [
            WeightsError::MissingFile { path: path.clone() },
            WeightsError::Corrupt { path: path.clone(), what: "x".into() },
            WeightsError::Io { path, source: std::io::Error::other("x") },
            WeightsError::MissingTensor { place: place.clone(), name: name.clone() },
            WeightsError::ExtraTensors { place: place.clone(), name: name.clone(), count: 2 },
            WeightsError::Shape { place, name, expected: vec![1], found: vec![2] },
        ]
        .iter()
        .map(WeightsError::notice)
        .collect();
        notices.extend(plans(&Sizes::default(), 1 << 20, candle_core::DType::BF16).iter().map(|plan| plan.notice()));
        notices.extend(translate("위의").warning("bg_prompt"));
        notices.extend(Models::default().missing_notice().map(|missing| notice!("diffusion-cannot-run", reason = missing)));
        notices.extend((!cfg!(any(feature = "cuda", feature = "metal"))).then(|| DeviceChoice::Auto.open().err()).flatten());
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.eot", "b.ttf", "c\nd.otf", "NanumGothic.woff"] {
            std::fs::write(dir.path().join(name), b"wOF2\0\0\0\0").unwrap();
        }
        let fonts = FontCatalog::load(&[dir.path().to_path_buf()]);
        assert!(fonts.skipped().len() >= 3);
        notices.extend(fonts.skipped().iter().map(|font| font.reason.clone()));
        let drawn = |text| layout_text(&fonts, &fonts.default_name(), text, (64, 64), 1.0);
        notices.push(drawn("🍕").unwrap_err().notice());
        for notice in &notices {
            let words = Language::Korean.notice(notice);
            let left: Vec<&str> =
                ["the ", "it is", "Install", "missing", "cannot", "letters", "Use "].into_iter().filter(|w| words.contains(w)).collect();
            assert!(words.chars().any(|c| ('가'..='힣').contains(&c)) && left.is_empty(), "{notice}: {words}");
        }
        assert!(notices.len() > 15, "{notices:?}");
    }
}
