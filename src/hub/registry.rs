//! The registry of models: licences, parts and sets, typed. The text is `models/registry.toml`, and `registry.d/*.toml` in the data folder.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::HubError;
use crate::notice;
use crate::notice::Notice;

/// The registry that is part of the program.
const EMBEDDED: &str = include_str!("../../models/registry.toml");

/// Subfolder of the data folder whose `*.toml` files add to the registry.
const ADDED: &str = "registry.d";

/// Largest file of `registry.d` in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Every licence, part and set that can be downloaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    licences: BTreeMap<String, Licence>,
    parts: Vec<Part>,
    sets: Vec<ModelSet>,
}

/// A licence of models.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Its name: an SPDX identifier where it has one.
    pub name: String,
    /// The page with its text.
    pub page: String,
    /// Whether pictures that were made with the models may be sold.
    pub sale: Sale,
}

/// Whether pictures that were made with a model may be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sale {
    /// They may.
    Yes,
    /// They may, within the licence's rules of use.
    Rules,
    /// They may not.
    No,
}

impl Sale {
    /// The answer in plain words.
    pub fn notice(self) -> Notice {
        match self {
            Self::Yes => notice!("hub-sale-yes"),
            Self::Rules => notice!("hub-sale-rules"),
            Self::No => notice!("hub-sale-no"),
        }
    }
}

/// How the weights of a part are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Format {
    /// bfloat16.
    #[serde(rename = "bf16")]
    Bf16,
    /// float16.
    #[serde(rename = "f16")]
    F16,
    /// float32.
    #[serde(rename = "f32")]
    F32,
    /// GGUF, 8 bits a weight.
    #[serde(rename = "gguf-q8_0")]
    GgufQ8_0,
    /// GGUF, about 4.5 bits a weight.
    #[serde(rename = "gguf-q4_k")]
    GgufQ4K,
    /// No weights.
    #[serde(rename = "config")]
    Config,
}

/// Files of one repository.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its key.
    pub key: String,
    /// Its name for people: product names, the same in every language.
    pub title: String,
    /// Repository on the hub: `owner/name`.
    pub repository: String,
    /// Branch, tag or commit.
    pub revision: String,
    /// How its weights are stored.
    pub format: Format,
    /// Key of its licence.
    pub licence: String,
    /// About the size of all files, 10⁹ bytes.
    pub gigabytes: f64,
    /// Its files.
    pub files: Vec<PartFile>,
}

/// A file of a part.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartFile {
    /// Path in the repository, with `/`.
    pub path: String,
    /// Path in the model's folder; by default the same as in the repository.
    #[serde(default)]
    pub to: Option<String>,
    /// SHA-256 of the content in hexadecimal, if known for this revision.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Size in bytes, if known for this revision.
    #[serde(default)]
    pub size: Option<u64>,
    /// Whether the part is complete without the file.
    #[serde(default)]
    pub optional: bool,
}

impl PartFile {
    /// Path in the model's folder, with `/`.
    pub fn target(&self) -> &str {
        self.to.as_deref().unwrap_or(&self.path)
    }
}

/// The network that paints the scene. It decides whether this version of the program can use a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// FLUX.1.
    Flux1,
    /// FLUX.2.
    Flux2,
    /// The set has no such network.
    None,
}

impl Family {
    /// Whether this version of the program runs the family. It runs every family that a registry can name today.
    pub fn is_supported(self) -> bool {
        matches!(self, Self::Flux1 | Self::Flux2 | Self::None)
    }
}

/// GPU memory that a set is meant for, 10⁹ bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryNeed {
    /// At least so much.
    pub from: u32,
    /// Up to so much; a larger set makes better use of more.
    #[serde(default)]
    pub to: Option<u32>,
}

/// What a person chooses: parts, and where each goes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSet {
    /// Its key, as the command line and REST name it.
    pub key: String,
    /// Its name for people: product names, the same in every language.
    pub title: String,
    /// The network of the scene.
    pub family: Family,
    /// Whether it is offered first.
    #[serde(default)]
    pub recommended: bool,
    /// GPU memory that it is meant for.
    pub memory_gb: MemoryNeed,
    /// Its parts.
    pub contents: Vec<Content>,
}

/// A part of a set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Key of the part.
    pub part: String,
    /// Subfolder of the models folder that its files go into.
    pub folder: String,
}

/// A file of a set, with everything that its download needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// Repository on the hub.
    pub repository: String,
    /// Branch, tag or commit.
    pub revision: String,
    /// The file.
    pub file: PartFile,
    /// Subfolder of the models folder.
    pub folder: String,
}

impl WantedFile {
    /// Path below the models folder.
    pub fn place(&self) -> PathBuf {
        Path::new(&self.folder).join(self.file.target().split('/').collect::<PathBuf>())
    }
}

/// The text of a registry file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RegistryFile {
    licences: BTreeMap<String, Licence>,
    parts: Vec<Part>,
    sets: Vec<ModelSet>,
}

impl Registry {
    /// The registry of the program, completed by the files of `registry.d` in the data folder in the order of their names. Blocking.
    ///
    /// # Errors
    /// A file cannot be read, or names what does not exist.
    pub fn load(data_dir: &Path) -> Result<Self, HubError> {
        let mut registry = Self::default();
        registry.add(EMBEDDED).map_err(|detail| HubError::Registry { file: "registry.toml".into(), detail })?;
        let mut files: Vec<PathBuf> = std::fs::read_dir(data_dir.join(ADDED))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "toml"))
            .collect();
        files.sort();
        for path in files {
            let mut read = || {
                let size = std::fs::metadata(&path).map_err(|e| e.to_string())?.len();
                if size > MAX_FILE {
                    return Err(format!("{size} bytes"));
                }
                let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
                registry.add(&text)
            };
            read().map_err(|detail| HubError::Registry { file: path.display().to_string(), detail })?;
        }
        Ok(registry)
    }

    /// Adds the entries of a file and checks the whole. An entry with a known key replaces the old one.
    fn add(&mut self, text: &str) -> Result<(), String> {
        let file: RegistryFile = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut next = self.clone();
        next.licences.extend(file.licences);
        for part in file.parts {
            next.parts.retain(|old| old.key != part.key);
            next.parts.push(part);
        }
        for set in file.sets {
            match next.sets.iter_mut().find(|old| old.key == set.key) {
                Some(old) => *old = set,
                None => next.sets.push(set),
            }
        }
        next.check()?;
        *self = next;
        Ok(())
    }

    /// What is wrong with the registry, in the terms of its file.
    fn check(&self) -> Result<(), String> {
        let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
        for part in &self.parts {
            let at = |what: &str| Err(format!("parts.{}: {what}", part.key));
            if !is_key(&part.key) {
                return at("key");
            }
            if !self.licences.contains_key(&part.licence) {
                return at(&format!("licence = {:?}", part.licence));
            }
            let repository: Vec<&str> = part.repository.split('/').collect();
            if repository.len() != 2 || !repository.iter().all(|name| is_plain_name(name)) {
                return at(&format!("repository = {:?}", part.repository));
            }
            if part.revision.is_empty() || !part.revision.split('/').all(is_plain_name) {
                return at(&format!("revision = {:?}", part.revision));
            }
            if part.files.is_empty() || !(part.gigabytes.is_finite() && part.gigabytes >= 0.0) {
                return at("files, gigabytes");
            }
            for file in &part.files {
                if !is_inner_path(&file.path) || !is_inner_path(file.target()) {
                    return at(&format!("path = {:?}", file.path));
                }
                if file.sha256.as_ref().is_some_and(|hash| !is_sha256(hash)) {
                    return at(&format!("sha256 = {:?}", file.sha256));
                }
            }
        }
        for set in &self.sets {
            let at = |what: &str| Err(format!("sets.{}: {what}", set.key));
            if !is_key(&set.key) || set.contents.is_empty() {
                return at("key, contents");
            }
            let mut places = std::collections::BTreeSet::new();
            for content in &set.contents {
                let Some(part) = self.part(&content.part) else { return at(&format!("part = {:?}", content.part)) };
                // Names that begin with a dot are this program's own.
                if !is_plain_name(&content.folder) || content.folder.starts_with('.') {
                    return at(&format!("folder = {:?}", content.folder));
                }
                for file in &part.files {
                    if !places.insert((&content.folder, file.target())) {
                        return at(&format!("{}/{}", content.folder, file.target()));
                    }
                }
            }
        }
        Ok(())
    }

    /// The sets in the order in which they are offered.
    pub fn sets(&self) -> &[ModelSet] {
        &self.sets
    }

    /// A set by its key.
    ///
    /// # Errors
    /// There is no such set.
    pub fn set(&self, key: &str) -> Result<&ModelSet, HubError> {
        let known = || self.sets.iter().map(|set| set.key.clone()).collect();
        self.sets.iter().find(|set| set.key == key).ok_or_else(|| HubError::UnknownSet { set: key.to_owned(), known: known() })
    }

    /// The set that a new user is offered: the first recommended one that this version of the program runs.
    pub fn recommended(&self) -> Option<&ModelSet> {
        self.sets.iter().find(|set| set.recommended && set.family.is_supported())
    }

    fn part(&self, key: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.key == key)
    }

    /// The parts of a set.
    pub fn parts_of<'a>(&'a self, set: &'a ModelSet) -> impl Iterator<Item = (&'a Content, &'a Part)> {
        set.contents.iter().filter_map(|content| self.part(&content.part).map(|part| (content, part)))
    }

    /// The licences of a set, each once, the strictest first.
    pub fn licences_of(&self, set: &ModelSet) -> Vec<&Licence> {
        let mut found: Vec<&Licence> = Vec::new();
        for (_, part) in self.parts_of(set) {
            found.extend(self.licences.get(&part.licence).filter(|licence| !found.contains(licence)));
        }
        found.sort_by(|a, b| b.sale.cmp(&a.sale).then_with(|| a.name.cmp(&b.name)));
        found
    }

    /// The files of a set.
    pub fn files_of(&self, set: &ModelSet) -> Vec<WantedFile> {
        let files = self.parts_of(set).flat_map(|(content, part)| {
            part.files.iter().map(|file| WantedFile {
                repository: part.repository.clone(),
                revision: part.revision.clone(),
                file: file.clone(),
                folder: content.folder.clone(),
            })
        });
        files.collect()
    }

    /// About the size of a set's download, 10⁹ bytes.
    pub fn gigabytes_of(&self, set: &ModelSet) -> f64 {
        self.parts_of(set).map(|(_, part)| part.gigabytes).sum()
    }
}

/// Whether a text is 64 hexadecimal digits in lower case.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a name is one component of a path on every system and needs no escapes in a URL.
fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty()
        && name.len() <= 128
        && name.chars().all(plain)
        && !name.ends_with('.')
        && !crate::paths::is_device_name(Path::new(name))
}

/// Whether a path with `/` stays inside the folder that it starts from.
fn is_inner_path(path: &str) -> bool {
    path.split('/').all(is_plain_name) && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded() -> Registry {
        let mut registry = Registry::default();
        registry.add(EMBEDDED).unwrap();
        registry
    }

    #[test]
    fn the_registry_is_complete_and_consistent() {
        let registry = embedded();
        let keys: Vec<&str> = registry.sets().iter().map(|set| set.key.as_str()).collect();
        assert_eq!(keys, ["klein-4b", "schnell-12gb", "schnell-24gb", "schnell-48gb", "dev", "birefnet"]);
        let recommended: Vec<&str> = registry.sets().iter().filter(|s| s.recommended).map(|s| s.key.as_str()).collect();
        assert_eq!(recommended[0], "klein-4b");
        assert!(registry.recommended().is_some_and(|set| set.family.is_supported()));
        for set in registry.sets() {
            let licences = registry.licences_of(set);
            assert!(!licences.is_empty() && licences.iter().all(|l| l.page.starts_with("https://")), "{}", set.key);
            let may_sell = licences.iter().all(|licence| licence.sale != Sale::No);
            assert_eq!(may_sell, set.key != "dev", "{}", set.key);
            assert!(registry.gigabytes_of(set) > 0.1 && set.memory_gb.from > 0);
            // Everything that a person needs for the diffusion engine comes with each set of FLUX.1.
            if set.family == Family::Flux1 {
                let parts: Vec<&str> = set.contents.iter().map(|c| c.part.as_str()).collect();
                for needed in ["sdxl-f16", "controlnet-canny-f16", "birefnet"] {
                    assert!(parts.contains(&needed), "{} lacks {needed}", set.key);
                }
            }
        }
        for part in &registry.parts {
            assert!(registry.sets.iter().any(|set| set.contents.iter().any(|c| c.part == part.key)), "no set has {}", part.key);
            // A hash is only right for one commit.
            let pinned = part.revision.len() == 40 && part.revision.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(pinned || part.files.iter().all(|f| f.sha256.is_none() && f.size.is_none()), "{}", part.key);
            let gguf = matches!(part.format, Format::GgufQ8_0 | Format::GgufQ4K);
            assert_eq!(gguf, part.files.iter().any(|f| f.path.ends_with(".gguf")), "{}", part.key);
        }
        for licence in registry.licences.keys() {
            assert!(registry.parts.iter().any(|part| &part.licence == licence), "no part has {licence}");
        }
    }

    #[test]
    fn files_in_the_data_folder_add_to_the_registry() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Registry::load(dir.path()).unwrap(), embedded());
        std::fs::create_dir(dir.path().join(ADDED)).unwrap();
        let own = r#"
            [[parts]]
            key = "mine"
            title = "Mine"
            repository = "me/mine"
            revision = "v1"
            format = "bf16"
            licence = "mit"
            gigabytes = 1.0
            files = [{ path = "a.safetensors", to = "transformer/model.safetensors" }]
            [[sets]]
            key = "mine"
            title = "Mine"
            family = "flux1"
            memory_gb = { from = 24 }
            contents = [{ part = "mine", folder = "mine" }]
        "#;
        let path = dir.path().join(ADDED).join("mine.toml");
        std::fs::write(&path, own).unwrap();
        let registry = Registry::load(dir.path()).unwrap();
        let set = registry.set("mine").unwrap();
        assert_eq!(registry.files_of(set)[0].place(), Path::new("mine/transformer/model.safetensors"));
        assert!(registry.set("none").unwrap_err().to_string().contains("schnell-12gb, schnell-24gb"));
        for (old, new) in [
            ("me/mine", "me/../mine"),
            ("me/mine", "mine"),
            ("\"a.safetensors\"", "\"../a.safetensors\""),
            ("\"a.safetensors\"", "\"/etc/passwd\""),
            ("transformer/model.safetensors", "transformer/../../model.safetensors"),
            ("folder = \"mine\"", "folder = \".pull\""),
            ("folder = \"mine\"", "folder = \"a/b\""),
            ("part = \"mine\"", "part = \"other\""),
            ("licence = \"mit\"", "licence = \"none\""),
            ("revision = \"v1\"", "revision = \"../v1\""),
            ("gigabytes = 1.0", "gigabytes = -1.0"),
            ("title = \"Mine\"", "titel = \"Mine\""),
            ("to = \"transformer/model.safetensors\"", "sha256 = \"12\""),
        ] {
            assert!(own.contains(old), "{old}");
            std::fs::write(&path, own.replace(old, new)).unwrap();
            let error = Registry::load(dir.path()).unwrap_err().to_string();
            assert!(error.contains("mine.toml"), "{new}: {error}");
        }
    }
}
