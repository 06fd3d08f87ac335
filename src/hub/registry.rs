//! The registry of models: licences, parts and sets. Its files are `models/*.toml`, and `registry.d/*.toml` in the data folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::HubError;
use crate::notice;
use crate::notice::Notice;

/// Name and text of each embedded registry file.
const EMBEDDED: [(&str, &str); 2] =
    [("registry.toml", include_str!("../../models/registry.toml")), ("cuda.toml", include_str!("../../models/cuda.toml"))];

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
    /// The answer as a message to people.
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
    /// Libraries that the program opens.
    #[serde(rename = "library")]
    Library,
}

/// A source of files other than the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Index {
    /// The Python package index.
    Pypi,
}

/// The operating system and processor that a part is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Platform {
    /// Linux on x86-64.
    #[serde(rename = "linux-x86_64")]
    LinuxX64,
    /// Windows on x86-64.
    #[serde(rename = "windows-x86_64")]
    WindowsX64,
}

impl Platform {
    /// The platform that this program was built for; `None` if the registry has no parts for it.
    pub fn here() -> Option<Self> {
        match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => Some(Self::LinuxX64),
            ("windows", "x86_64") => Some(Self::WindowsX64),
            _ => None,
        }
    }
}

/// Files of one repository.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its key.
    pub key: String,
    /// Display name, the same in every language.
    pub title: String,
    /// The source of its files; `None` for the hub.
    #[serde(default)]
    pub index: Option<Index>,
    /// The platform that it is for; `None` for every platform.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// Repository on the hub: `owner/name`. In a package index: the project.
    pub repository: String,
    /// Branch, tag or commit. In a package index: the version.
    pub revision: String,
    /// How its weights are stored.
    pub format: Format,
    /// Key of its licence.
    pub licence: String,
    /// Approximate size of all files, 10⁹ bytes.
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
    /// The files to extract if the file is an archive, which is not kept itself. Empty for a file that is kept as it is.
    #[serde(default)]
    pub unpack: Vec<Member>,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Path in the archive, with `/`.
    pub path: String,
    /// Name in the model's folder; by default the last part of the path.
    #[serde(default)]
    pub to: Option<String>,
    /// Size in bytes.
    pub size: u64,
}

impl Member {
    /// Name in the model's folder.
    pub fn target(&self) -> &str {
        self.to.as_deref().unwrap_or_else(|| self.path.rsplit('/').next().unwrap_or_default())
    }
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
    /// Not a model: the libraries that the program needs to run models on a GPU.
    Runtime,
}

impl Family {
    /// Whether this version of the program can use sets of the family: every family that a registry can name today. The runtime is for the build
    /// for NVIDIA GPUs, which the program starts by itself.
    pub fn is_supported(self) -> bool {
        [Self::Flux1, Self::Flux2, Self::None, Self::Runtime].contains(&self)
    }
}

/// GPU memory that a set is meant for, 10⁹ bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryNeed {
    /// The minimum.
    pub from: u32,
    /// The maximum that the set makes use of; with more, a larger set is the better choice.
    #[serde(default)]
    pub to: Option<u32>,
}

/// Parts that are downloaded together. People choose between sets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSet {
    /// Its key on the command line and in REST.
    pub key: String,
    /// Display name, the same in every language.
    pub title: String,
    /// The network of the scene.
    pub family: Family,
    /// Whether it is offered to new users.
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

/// A file of a set, and where to download it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// The source of the file; `None` for the hub.
    pub index: Option<Index>,
    /// Repository on the hub; project of the package index.
    pub repository: String,
    /// Branch, tag or commit; version.
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

    /// Path of the file in the incoming folder. Archives are in a subfolder of their own, because a model's folder is placed as a whole.
    pub(super) fn waiting_place(&self) -> PathBuf {
        if self.file.unpack.is_empty() { self.place() } else { Path::new(".archives").join(self.file.target()) }
    }

    /// Path of an unpacked member below the models folder.
    pub(super) fn member_place(&self, member: &Member) -> PathBuf {
        Path::new(&self.folder).join(member.target())
    }
}

/// The form of a registry file.
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
    /// A file cannot be read, is not valid, or refers to a licence or part that does not exist.
    pub fn load(data_dir: &Path) -> Result<Self, HubError> {
        let mut registry = Self::default();
        for (file, text) in EMBEDDED {
            registry.add(text).map_err(|detail| HubError::Registry { file: file.into(), detail })?;
        }
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
        Ok(registry.for_platform(Platform::here()))
    }

    /// The registry without the parts for other platforms, and without the sets that then have no parts.
    fn for_platform(mut self, platform: Option<Platform>) -> Self {
        self.parts.retain(|part| part.platform.is_none() || part.platform == platform);
        for set in &mut self.sets {
            set.contents.retain(|content| self.parts.iter().any(|part| part.key == content.part));
        }
        self.sets.retain(|set| !set.contents.is_empty());
        self
    }

    /// Adds the entries of a file and checks the whole registry. An entry replaces an old one with the same key.
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

    /// Checks the registry. The error names the entry and the field.
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
            let names = if part.index.is_some() { 1 } else { 2 };
            if repository.len() != names || !repository.iter().all(|name| is_plain_name(name)) {
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
                // A package index vouches for a file only by its own page, and an archive is parsed.
                if (part.index.is_some() || !file.unpack.is_empty()) && (file.sha256.is_none() || file.size.is_none()) {
                    return at(&format!("{:?}: sha256, size", file.path));
                }
                if let Some(member) = file.unpack.iter().find(|member| !is_plain_name(member.target())) {
                    return at(&format!("unpack: path = {:?}", member.path));
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
            for content in &set.contents {
                if self.part(&content.part).is_none() {
                    return at(&format!("part = {:?}", content.part));
                }
                // Names that begin with a dot are this program's own.
                if !is_plain_name(&content.folder) || content.folder.starts_with('.') {
                    return at(&format!("folder = {:?}", content.folder));
                }
            }
            for platform in [None, Some(Platform::LinuxX64), Some(Platform::WindowsX64)] {
                if let Some(twice) = self.placed_twice(set, platform) {
                    return at(&twice);
                }
            }
        }
        Ok(())
    }

    /// A path below the models folder that two files of a set share on a platform.
    fn placed_twice(&self, set: &ModelSet, platform: Option<Platform>) -> Option<String> {
        let mut places = BTreeSet::new();
        for (content, part) in self.parts_of(set).filter(|(_, part)| part.platform.is_none() || part.platform == platform) {
            for file in &part.files {
                let mut targets = file.unpack.iter().map(Member::target).chain([file.target()]);
                if let Some(twice) = targets.find(|target| !places.insert((&content.folder, *target))) {
                    return Some(format!("{}/{twice}", content.folder));
                }
            }
        }
        None
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

    /// The set that is offered to new users: the first recommended one that this version of the program can run.
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
                index: part.index,
                repository: part.repository.clone(),
                revision: part.revision.clone(),
                file: file.clone(),
                folder: content.folder.clone(),
            })
        });
        files.collect()
    }

    /// Approximate size of a set's download, 10⁹ bytes.
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
#[path = "registry_tests.rs"]
mod tests;
