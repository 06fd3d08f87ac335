//! Presets for scenes and looks: bundled data files, and the user's own beside them.

use std::path::Path;

use serde::Deserialize;

use super::i18n::Lang;

/// One preset.
#[derive(Clone, Debug, Deserialize)]
pub struct Preset {
    ko: String,
    en: String,
    prompt_ko: String,
    prompt_en: String,
}

impl Preset {
    /// What the chip says.
    pub fn name(&self, lang: Lang) -> &str {
        if lang == Lang::Ko { &self.ko } else { &self.en }
    }

    /// What it writes into the field.
    pub fn prompt(&self, lang: Lang) -> &str {
        if lang == Lang::Ko { &self.prompt_ko } else { &self.prompt_en }
    }

    /// Whether a field says this, in either language.
    pub fn is(&self, text: &str) -> bool {
        let text = text.trim();
        !text.is_empty() && (text == self.prompt_ko || text == self.prompt_en)
    }
}

#[derive(Deserialize)]
struct File {
    preset: Vec<Preset>,
}

/// All of them.
pub struct Presets {
    /// For the scene prompt.
    pub scenes: Vec<Preset>,
    /// For the look of the letters.
    pub styles: Vec<Preset>,
}

impl Presets {
    /// The bundled ones and those in `<studio folder>/presets`.
    pub fn load(folder: &Path) -> Self {
        let all = |bundled: &str, file: &str| {
            let mut list = read(bundled);
            match std::fs::read_to_string(folder.join("presets").join(file)) {
                Ok(text) => list.extend(read(&text).into_iter().filter(|p| !bundled.contains(&p.prompt_en))),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, file, "presets cannot be read"),
            }
            list
        };
        Self {
            scenes: all(include_str!("../../assets/presets/scenes.toml"), "scenes.toml"),
            styles: all(include_str!("../../assets/presets/styles.toml"), "styles.toml"),
        }
    }
}

fn read(text: &str) -> Vec<Preset> {
    toml::from_str::<File>(text).map(|f| f.preset).unwrap_or_else(|error| {
        tracing::warn!(%error, "presets cannot be used");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_and_own_presets_are_offered() {
        let folder = tempfile::tempdir().unwrap();
        let bundled = Presets::load(folder.path());
        assert!(bundled.scenes.len() >= 6 && bundled.styles.len() >= 6);
        std::fs::create_dir(folder.path().join("presets")).unwrap();
        let own = "[[preset]]\nko = \"달\"\nen = \"Moon\"\nprompt_ko = \"달 표면\"\nprompt_en = \"surface of the moon\"\n";
        std::fs::write(folder.path().join("presets/scenes.toml"), own).unwrap();
        let both = Presets::load(folder.path());
        assert_eq!(both.scenes.len(), bundled.scenes.len() + 1);
        assert!(both.scenes.last().unwrap().is("달 표면"));
    }
}
