//! Presets of scene and style prompts: the bundled ones, and those that the user saved.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::assets::{SceneEntry, scenes};
use crate::notice::Language;

/// One preset. Preset files carry their words per language, in Korean and English; every other language reads the English ones.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Preset {
    ko: String,
    en: String,
    prompt_ko: String,
    prompt_en: String,
    /// Whether the user saved it; bundled presets cannot be removed.
    #[serde(skip)]
    pub own: bool,
}

/// The field that a preset fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The scene prompt.
    Scene,
    /// The style prompt.
    Style,
}

impl Kind {
    fn file(self) -> &'static str {
        match self {
            Self::Scene => "scenes.toml",
            Self::Style => "styles.toml",
        }
    }
}

/// Length of a saved preset's name: the first characters of its prompt.
const NAME_LENGTH: usize = 12;

impl Preset {
    /// The label of the chip.
    pub fn name(&self, lang: Language) -> &str {
        if lang == Language::Korean { &self.ko } else { &self.en }
    }

    /// The prompt that it inserts.
    pub fn prompt(&self, lang: Language) -> &str {
        if lang == Language::Korean { &self.prompt_ko } else { &self.prompt_en }
    }

    /// Whether a field contains exactly this preset's prompt, in either language.
    pub fn is(&self, text: &str) -> bool {
        let text = text.trim();
        !text.is_empty() && (text == self.prompt_ko || text == self.prompt_en)
    }
}

#[derive(Deserialize, Serialize)]
struct File {
    preset: Vec<Preset>,
}

/// The presets of both kinds.
pub struct Presets {
    scenes: Vec<Preset>,
    styles: Vec<Preset>,
    /// Bundled scenes without a chip.
    more: Vec<Preset>,
}

impl Presets {
    /// Loads the bundled presets and those in `<folder>/presets`.
    pub fn load(folder: &Path) -> Self {
        let all = |mut list: Vec<Preset>, file: &str| {
            match std::fs::read_to_string(folder.join("presets").join(file)) {
                Ok(text) => {
                    let bundled: Vec<String> = list.iter().map(|p| p.prompt_en.clone()).collect();
                    let others = read(&text).into_iter().filter(|p| !bundled.contains(&p.prompt_en));
                    list.extend(others.map(|p| Preset { own: true, ..p }));
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, file, "presets cannot be read"),
            }
            list
        };
        Self {
            scenes: all(table_of_scenes(|scene| scene.chip), Kind::Scene.file()),
            styles: all(read(include_str!("../../assets/presets/styles.toml")), Kind::Style.file()),
            more: table_of_scenes(|scene| !scene.chip),
        }
    }

    /// The presets of a kind, bundled ones first.
    pub fn of(&self, kind: Kind) -> &[Preset] {
        match kind {
            Kind::Scene => &self.scenes,
            Kind::Style => &self.styles,
        }
    }

    /// Bundled presets of a kind that have no chip of their own.
    pub fn more(&self, kind: Kind) -> &[Preset] {
        match kind {
            Kind::Scene => &self.more,
            Kind::Style => &[],
        }
    }

    fn list(&mut self, kind: Kind) -> &mut Vec<Preset> {
        match kind {
            Kind::Scene => &mut self.scenes,
            Kind::Style => &mut self.styles,
        }
    }

    /// Saves a field's text as a preset, named after the beginning of the text.
    pub fn add(&mut self, kind: Kind, text: &str) {
        let text = text.trim().to_owned();
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(NAME_LENGTH).collect();
        let name = if short.len() < line.len() { format!("{}…", short.trim_end()) } else { short };
        self.list(kind).push(Preset { ko: name.clone(), en: name, prompt_ko: text.clone(), prompt_en: text, own: true });
    }

    /// Removes a preset that the user saved.
    pub fn remove(&mut self, kind: Kind, i: usize) {
        if self.of(kind).get(i).is_some_and(|p| p.own) {
            self.list(kind).remove(i);
        }
    }

    /// Path and new contents of the file with the user's presets of a kind.
    pub fn file(&self, kind: Kind, folder: &Path) -> (PathBuf, String) {
        let preset = self.of(kind).iter().filter(|p| p.own).cloned().collect();
        (folder.join("presets").join(kind.file()), toml::to_string(&File { preset }).unwrap_or_default())
    }
}

/// Whether a file of presets can be parsed.
pub fn is_readable(text: &str) -> bool {
    toml::from_str::<File>(text).is_ok()
}

/// Presets of the bundled scenes that `wanted` accepts.
fn table_of_scenes(wanted: impl Fn(&SceneEntry) -> bool) -> Vec<Preset> {
    let preset = |s: &SceneEntry| Preset {
        ko: s.ko.clone(),
        en: s.en.clone(),
        prompt_ko: s.prompt_ko.clone(),
        prompt_en: s.prompt_en.clone(),
        own: false,
    };
    scenes().iter().filter(|s| wanted(s)).map(preset).collect()
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

        // Added in the window, kept in the same file, removed again.
        let mut both = both;
        both.add(Kind::Scene, " a very long prompt about the sea\n");
        let (path, text) = both.file(Kind::Scene, folder.path());
        std::fs::write(&path, text).unwrap();
        let mut again = Presets::load(folder.path());
        let last = again.scenes.len() - 1;
        assert_eq!((last, again.scenes[last].name(Language::Korean)), (bundled.scenes.len() + 1, "a very long…"));
        assert!(again.scenes[last].is("a very long prompt about the sea"));
        again.remove(Kind::Scene, last);
        again.remove(Kind::Scene, 0);
        assert_eq!(again.scenes.len(), bundled.scenes.len() + 1, "the program's own stay");
    }
}
