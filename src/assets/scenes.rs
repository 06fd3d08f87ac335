//! The table of scenes: what the chips of the studio, the REST help, the document of scenes and the golden pictures list.

use std::sync::OnceLock;

use serde::Deserialize;

/// A scene that front ends offer.
#[derive(Clone, Debug, Deserialize)]
pub struct SceneEntry {
    /// Name of the scene family of the draft backend, kebab-case.
    pub key: String,
    /// Korean name.
    pub ko: String,
    /// English name.
    pub en: String,
    /// A Korean prompt that leads to it.
    pub prompt_ko: String,
    /// An English prompt that leads to it.
    pub prompt_en: String,
    /// Whether the studio shows it beside the prompt, and not only in the menu of all scenes.
    #[serde(default)]
    pub chip: bool,
}

#[derive(Deserialize)]
struct File {
    preset: Vec<SceneEntry>,
}

/// Every scene, in the order in which front ends list them.
pub fn scenes() -> &'static [SceneEntry] {
    static SCENES: OnceLock<Vec<SceneEntry>> = OnceLock::new();
    SCENES.get_or_init(|| {
        let file: Result<File, _> = toml::from_str(include_str!("../../assets/presets/scenes.toml"));
        file.map(|f| f.preset).unwrap_or_else(|error| {
            tracing::error!(%error, "the bundled scenes cannot be read");
            Vec::new()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_its_keys_are_unique() {
        let keys: std::collections::BTreeSet<&str> = scenes().iter().map(|s| s.key.as_str()).collect();
        assert!(scenes().len() >= 40 && keys.len() == scenes().len(), "{}", scenes().len());
        assert!(scenes().iter().filter(|s| s.chip).count() >= 6);
    }
}
