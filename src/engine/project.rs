//! Reads projects of the studio (`.ncocoa`) as requests, for the command line and the REST API: a ZIP archive with the request in REST form
//! and its pictures as files. The studio stores the parts uncompressed; other programs compress them, and may put them into a folder.

use std::io::{self, Cursor, Read as _, sink};
use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use zip::{CompressionMethod, ZipArchive};

use crate::notice;
use crate::notice::Notice;
use crate::request::fields::LAYERS;
use crate::request::layers::MAX_LAYERS;
use crate::request::{Attachment, RawRequest, read_fields};

/// The request without its pictures.
pub const REQUEST: &str = "request.json";
/// The studio's own data; the other front ends read only which pictures it names.
pub const BRIEF: &str = "project.json";
/// The photo, in its original format.
pub const PRODUCT: &str = "product.image";
/// The corrected mask.
pub const MASK: &str = "mask.png";
/// The own background, in its original format.
pub const BACKDROP: &str = "background.image";
/// Beginning of the names of layers' pictures.
pub const LAYER_PICTURES: &str = "layers/";
/// Most entries of an archive, folders included. A project has its pictures and two parts more.
const MAX_ENTRIES: usize = 1000;
/// Largest part in JSON, bytes.
const MAX_JSON: u64 = 1 << 20;
/// All parts together may unpack to the archive's own size, since photos hardly shrink, but always to `MIN_UNPACKED` and never to more than
/// `MAX_UNPACKED`, bytes.
const MIN_UNPACKED: u64 = 64 << 20;
const MAX_UNPACKED: u64 = 256 << 20;
/// Largest file, bytes.
const MAX_FILE: u64 = 512 << 20;
/// Signature of the record at the end of an archive, and the record's length without the comment.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// The record is searched in this many bytes at the end. The library searches 64 KiB and the size of its own record, which is less.
const END_WITHIN: usize = 1 << 17;
/// Signature of the record of a ZIP64 archive, and the record's length up to and including its counts.
const END64: &[u8] = b"PK\x06\x06";
const END64_LENGTH: usize = 40;

/// Why a project cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.notice())]
pub enum ProjectError {
    /// The file is not a project.
    NoProject,
    /// The project has no part of this name.
    Missing(String),
    /// The project is damaged, too large, or packed in a way that is not read.
    Unusable(Notice),
}

impl ProjectError {
    /// The problem and its remedy, as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::NoProject => notice!("engine-project-unrecognised"),
            Self::Missing(name) => notice!("engine-project-part-missing", part = name.clone()),
            Self::Unusable(notice) => notice.clone(),
        }
    }
}

/// The pictures that [`BRIEF`] names.
#[derive(Default, Deserialize)]
struct NamedPictures {
    #[serde(default)]
    product: Option<NamedPicture>,
    #[serde(default)]
    mask: Option<NamedPicture>,
    #[serde(default)]
    backdrop: Option<NamedPicture>,
}

#[derive(Deserialize)]
struct NamedPicture {
    path: String,
}

/// A project's parts by name.
pub struct Project<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Folder of the parts within the archive, with a slash at the end; empty for the top level.
    folder: String,
    /// How much may still be unpacked, bytes.
    left: u64,
}

impl<'a> Project<'a> {
    /// Opens a project that is in memory.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ProjectError> {
        bound_entries(bytes)?;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ProjectError::NoProject)?;
        if archive.len() > MAX_ENTRIES {
            return Err(too_many());
        }
        let folder = folder_of(&archive)?;
        let left = (bytes.len() as u64).clamp(MIN_UNPACKED, MAX_UNPACKED);
        Ok(Self { archive, folder, left })
    }

    /// The bytes of a part. The sizes that the archive claims are not trusted: a part is unpacked once to be measured, and again into memory
    /// only if it fits.
    ///
    /// # Errors
    /// The part is missing, damaged, too large, encrypted, or compressed in a way that is not read.
    pub fn part(&mut self, name: &str) -> Result<Vec<u8>, ProjectError> {
        let (index, size) = self.measured(name)?;
        let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        self.unpack(index, name, size, &mut out)?;
        Ok(out)
    }

    /// The index of a part and its unpacked size, which is subtracted from what may still be unpacked.
    fn measured(&mut self, name: &str) -> Result<(usize, u64), ProjectError> {
        let index = self.index_of(name).ok_or_else(|| ProjectError::Missing(name.to_owned()))?;
        let most = if name.ends_with(".json") { MAX_JSON.min(self.left) } else { self.left };
        let found = self.archive.by_index_raw(index).map_err(|e| damaged(name, &e))?;
        let (method, encrypted) = (found.compression(), found.encrypted());
        drop(found);
        if encrypted {
            return Err(ProjectError::Unusable(notice!("engine-project-encrypted", part = name.to_owned())));
        }
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(ProjectError::Unusable(notice!(
                "engine-project-compression",
                part = name.to_owned(),
                method = method_name(method)
            )));
        }
        let size = self.unpack(index, name, most, &mut sink())?;
        if size > most {
            let mebibytes = most >> 20;
            return Err(ProjectError::Unusable(if name.ends_with(".json") {
                notice!("engine-project-json-too-large", part = name.to_owned(), mebibytes = mebibytes)
            } else {
                notice!("engine-project-picture-too-large", part = name.to_owned(), mebibytes = mebibytes)
            }));
        }
        self.left -= size.min(self.left);
        Ok((index, size))
    }

    /// Unpacks at most one byte more than `most`; returns how many bytes were unpacked.
    fn unpack(&mut self, index: usize, name: &str, most: u64, out: &mut impl io::Write) -> Result<u64, ProjectError> {
        let part = self.archive.by_index(index).map_err(|e| damaged(name, &e))?;
        io::copy(&mut part.take(most + 1), out).map_err(|e| damaged(name, &e))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let wanted = format!("{}{name}", self.folder);
        (0..self.archive.len()).rev().find(|&i| entry_name(&self.archive, i).is_some_and(|n| n == wanted))
    }

    /// The request of the project, with its pictures.
    ///
    /// # Errors
    /// A part that is needed is missing or cannot be read.
    pub fn request(&mut self) -> Result<RawRequest, ProjectError> {
        let json = self.part(REQUEST)?;
        let mut raw = read_fields(&json).map_err(|errors| {
            let reason = errors.into_iter().next().map(|e| e.notice);
            ProjectError::Unusable(
                notice!("engine-project-request", part = REQUEST).with("reason", reason.unwrap_or_else(|| Notice::verbatim(""))),
            )
        })?;
        self.attach_layer_pictures(&mut raw)?;
        for (field, name) in [("product_image", PRODUCT), ("mask_image", MASK), ("background_image", BACKDROP)] {
            match self.part(name) {
                Ok(bytes) => {
                    raw.attachments.insert(field, Attachment::File(Bytes::from(bytes)));
                }
                Err(ProjectError::Missing(_)) if !self.names(name) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(raw)
    }

    /// Attaches the pictures of layers whose `image` names a part of the project.
    fn attach_layer_pictures(&mut self, raw: &mut RawRequest) -> Result<(), ProjectError> {
        let layers = raw.fields.get_mut(LAYERS.name).and_then(Value::as_array_mut);
        for (index, layer) in layers.into_iter().flatten().enumerate().take(MAX_LAYERS) {
            let Some(image) = layer.get_mut("image") else { continue };
            let Some(name) = image.as_str().filter(|name| name.starts_with(LAYER_PICTURES)).map(str::to_owned) else { continue };
            let bytes = self.part(&name)?;
            *image = Value::Null;
            raw.layer_pictures.insert(index, Attachment::File(Bytes::from(bytes)));
        }
        Ok(())
    }

    /// Whether the studio's own data names this picture as part of the project.
    fn names(&mut self, picture: &str) -> bool {
        let brief = self.part(BRIEF).ok().and_then(|json| serde_json::from_slice::<NamedPictures>(&json).ok()).unwrap_or_default();
        let named = |part: &Option<NamedPicture>| part.as_ref().is_some_and(|p| p.path == picture);
        named(&brief.product) || named(&brief.mask) || named(&brief.backdrop)
    }
}

/// Reads a project's file. A file that is larger than any project can be is refused unread.
///
/// # Errors
/// The file is too large or cannot be read.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Notice> {
    let unreadable = |e: io::Error| Notice::verbatim(e.to_string());
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE {
        return Err(notice!("engine-project-file-too-large", mebibytes = size >> 20));
    }
    std::fs::read(path).map_err(unreadable)
}

/// The request of a project in memory.
///
/// # Errors
/// The bytes are not a project, or it cannot be used.
pub fn read_project(bytes: &[u8]) -> Result<RawRequest, ProjectError> {
    Project::open(bytes)?.request()
}

fn too_many() -> ProjectError {
    ProjectError::Unusable(notice!("engine-project-entries", most = MAX_ENTRIES))
}

/// Checks the counts that the archive claims before it is opened, because the library keeps every entry in memory.
fn bound_entries(bytes: &[u8]) -> Result<(), ProjectError> {
    let tail = &bytes[bytes.len().saturating_sub(END_WITHIN)..];
    let mut has_zip64 = false;
    for end in tail.windows(END_LENGTH).filter(|end| end.starts_with(END)) {
        let counts = [u16::from_le_bytes([end[8], end[9]]), u16::from_le_bytes([end[10], end[11]])];
        // 65535 refers to the count of the ZIP64 record; it is too many in any case.
        if counts.iter().any(|&count| usize::from(count) > MAX_ENTRIES) {
            return Err(too_many());
        }
        // A size or an offset of all ones makes the library read the ZIP64 record, whatever this record's own count is.
        has_zip64 |= end[12..16] == [0xff; 4] || end[16..20] == [0xff; 4];
    }
    let is_large = |end: &[u8]| {
        let counts = end[24..END64_LENGTH].chunks_exact(8).filter_map(|count| <[u8; 8]>::try_from(count).ok());
        counts.map(u64::from_le_bytes).any(|count| count > MAX_ENTRIES as u64)
    };
    if has_zip64 && bytes.windows(END64_LENGTH).any(|end| end.starts_with(END64) && is_large(end)) {
        return Err(too_many());
    }
    Ok(())
}

/// The name of an entry with slashes; some programs write backslashes.
fn entry_name(archive: &ZipArchive<Cursor<&[u8]>>, index: usize) -> Option<String> {
    Some(archive.name_for_index(index)?.ok()?.replace('\\', "/").trim_start_matches("./").to_owned())
}

/// The folder of the parts: the top level, or the only folder that has them.
fn folder_of(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<String, ProjectError> {
    let names: Vec<String> = (0..archive.len()).filter_map(|i| entry_name(archive, i)).collect();
    for part in [REQUEST, BRIEF] {
        // macOS adds a folder of its own.
        let mut folders: Vec<&str> = names
            .iter()
            .filter(|n| !n.starts_with("__MACOSX/"))
            .filter_map(|n| n.strip_suffix(part))
            .filter(|f| f.is_empty() || f.ends_with('/'))
            .collect();
        folders.sort_unstable();
        folders.dedup();
        match folders.as_slice() {
            [] => {}
            ["", ..] => return Ok(String::new()),
            [one] => return Ok((*one).to_owned()),
            [a, b, ..] => {
                let (first, second) = ((*a).to_owned(), (*b).to_owned());
                return Err(ProjectError::Unusable(notice!("engine-project-several", first = first, second = second)));
            }
        }
    }
    Ok(String::new())
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> ProjectError {
    ProjectError::Unusable(notice!("engine-project-damaged", part = name.to_owned(), detail = error.to_string()))
}

fn method_name(method: CompressionMethod) -> String {
    // The library names a method that it was built without only by its number, in a deprecated variant.
    #[allow(deprecated)]
    let CompressionMethod::Unsupported(number) = method else { return format!("{method:?}") };
    match number {
        1 => "Shrink".into(),
        6 | 10 => "Implode".into(),
        9 => "Deflate64".into(),
        12 => "bzip2".into(),
        14 => "LZMA".into(),
        20 | 93 => "Zstandard".into(),
        95 => "xz".into(),
        98 => "PPMd".into(),
        other => format!("method {other}"),
    }
}

#[cfg(test)]
#[path = "project_tests.rs"]
mod tests;
