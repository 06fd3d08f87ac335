//! Projects of the studio (`.ncocoa`) as requests, for the command line and the REST server: a ZIP with the request in REST form and its
//! pictures as files. The studio stores the parts uncompressed; other programs compress them, and may put them into a folder.

use std::io::{self, Cursor, Read as _, sink};
use std::path::Path;

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use serde::Deserialize;
use serde_json::{Map, Value};
use zip::{CompressionMethod, ZipArchive};

use crate::request::{RawRequest, read_fields};

/// The request without its pictures.
pub const REQUEST: &str = "request.json";
/// The studio's own data; no other door reads it.
pub const BRIEF: &str = "project.json";
/// The photo, in the format it came in.
pub const PRODUCT: &str = "product.image";
/// The corrected cut-out.
pub const MASK: &str = "mask.png";
/// Entries of an archive, folders included. A project has four parts.
const MOST_ENTRIES: usize = 1000;
/// A part in JSON, bytes.
const MOST_JSON: u64 = 1 << 20;
/// All parts together may unpack to the archive's own size, since photos hardly shrink, but always to `LEAST` and never to more than
/// `MOST`, bytes.
const LEAST: u64 = 64 << 20;
const MOST: u64 = 256 << 20;
/// A project's file, bytes.
const MOST_FILE: u64 = 512 << 20;
/// Record at the end of an archive, and its length without the comment.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// The record is searched in so many last bytes. The library looks at 64 KiB and the size of its own record; this is more in any case.
const END_WITHIN: usize = 1 << 17;
/// Record of a ZIP64 archive, and its length up to its counts.
const END64: &[u8] = b"PK\x06\x06";
const END64_LENGTH: usize = 40;
const NO_PROJECT: &str = "this is no .ncocoa project; save one in the studio (Ctrl+S)";

/// Why a project cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// It is something else.
    #[error("{NO_PROJECT}")]
    NoProject,
    /// It has no part of this name.
    #[error("the project has no {0}; save it again in the studio")]
    Missing(String),
    /// It is one, but not as it should be.
    #[error("{0}")]
    Unusable(String),
}

fn unusable(text: impl Into<String>) -> ProjectError {
    ProjectError::Unusable(text.into())
}

/// The pictures that [`BRIEF`] names.
#[derive(Default, Deserialize)]
struct NamedPictures {
    #[serde(default)]
    product: Option<NamedPicture>,
    #[serde(default)]
    mask: Option<NamedPicture>,
}

#[derive(Deserialize)]
struct NamedPicture {
    path: String,
}

/// A project's parts by name.
pub struct Project<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The folder inside the archive that the parts are in, with the slash; mostly none.
    folder: String,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl<'a> Project<'a> {
    /// Opens a project that is in memory.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ProjectError> {
        bound_entries(bytes)?;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ProjectError::NoProject)?;
        if archive.len() > MOST_ENTRIES {
            return Err(too_many());
        }
        let folder = folder_of(&archive)?;
        let left = (bytes.len() as u64).clamp(LEAST, MOST);
        Ok(Self { archive, folder, left })
    }

    /// A part. Sizes that the archive claims are not believed: a part is unpacked once to be measured and only then
    /// kept, so that what does not fit takes no memory.
    pub fn part(&mut self, name: &str) -> Result<Vec<u8>, ProjectError> {
        let (index, size) = self.measured(name)?;
        let mut out = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        self.unpack(index, name, size, &mut out)?;
        Ok(out)
    }

    /// Where a part is and how large it is unpacked; takes its size from what may still be unpacked.
    fn measured(&mut self, name: &str) -> Result<(usize, u64), ProjectError> {
        let index = self.index_of(name).ok_or_else(|| ProjectError::Missing(name.into()))?;
        let most = if name.ends_with(".json") { MOST_JSON.min(self.left) } else { self.left };
        let found = self.archive.by_index_raw(index).map_err(|e| damaged(name, &e))?;
        let (method, encrypted) = (found.compression(), found.encrypted());
        drop(found);
        if encrypted {
            return Err(unusable(format!("the project's {name} is locked with a password; save it again in the studio")));
        }
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            let method = method_name(method);
            return Err(unusable(format!(
                "the project's {name} is compressed with {method}; zip it again with Deflate, or save it in the studio"
            )));
        }
        let size = self.unpack(index, name, most, &mut sink())?;
        if size > most {
            let remedy = if name.ends_with(".json") { "save it again in the studio" } else { "use a smaller picture" };
            return Err(unusable(format!("the project's {name} unpacks to more than {} MB; {remedy}", most >> 20)));
        }
        self.left -= size.min(self.left);
        Ok((index, size))
    }

    /// Unpacks at most one byte more than `most` and says how many there were.
    fn unpack(&mut self, index: usize, name: &str, most: u64, out: &mut impl io::Write) -> Result<u64, ProjectError> {
        let part = self.archive.by_index(index).map_err(|e| damaged(name, &e))?;
        io::copy(&mut part.take(most + 1), out).map_err(|e| damaged(name, &e))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let wanted = format!("{}{name}", self.folder);
        (0..self.archive.len()).rev().find(|&i| entry_name(&self.archive, i).is_some_and(|n| n == wanted))
    }

    /// The raw request that it stands for, pictures included. `size` is the project's, bytes.
    ///
    /// # Errors
    /// What is missing in it, or cannot be read.
    pub fn request(&mut self) -> Result<RawRequest, ProjectError> {
        let json = self.part(REQUEST)?;
        let bad = |why: &str| unusable(format!("the project's {REQUEST} cannot be used ({why}); save it again in the studio"));
        let mut raw = read_fields(&json).map_err(|e| bad(e.first().map_or("", |e| &e.msg)))?;
        for (field, name) in [("product_image", PRODUCT), ("mask_image", MASK)] {
            match self.base64(name) {
                Ok(text) => {
                    raw.fields.insert(field.into(), Value::String(text));
                }
                Err(ProjectError::Missing(_)) if !self.names(name) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(raw)
    }

    /// Whether the studio's own part says that the project has this picture.
    fn names(&mut self, picture: &str) -> bool {
        let brief = self.part(BRIEF).ok().and_then(|json| serde_json::from_slice::<NamedPictures>(&json).ok()).unwrap_or_default();
        let named = |part: &Option<NamedPicture>| part.as_ref().is_some_and(|p| p.path == picture);
        named(&brief.product) || named(&brief.mask)
    }

    /// A part as base64; the part itself is never whole in memory.
    fn base64(&mut self, name: &str) -> Result<String, ProjectError> {
        let (index, most) = self.measured(name)?;
        let mut writer = EncoderStringWriter::from_consumer(String::with_capacity(base64_length(most)), &STANDARD);
        self.unpack(index, name, most, &mut writer)?;
        Ok(writer.into_inner())
    }
}

fn base64_length(bytes: u64) -> usize {
    usize::try_from(bytes.div_ceil(3) * 4).unwrap_or(0)
}

/// Reads a project's file. One that is larger than any project can be is refused unread.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let size = std::fs::metadata(path)?.len();
    if size > MOST_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has {} MB and is no project", size >> 20)));
    }
    std::fs::read(path)
}

/// The raw request of a project in memory.
///
/// # Errors
/// It is none, or cannot be used.
pub fn request_of(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    read_project(bytes).map(|raw| raw.fields)
}

/// As [`request_of`], with the count of unknown fields that are not named.
///
/// # Errors
/// It is none, or cannot be used.
pub fn read_project(bytes: &[u8]) -> Result<RawRequest, String> {
    Project::open(bytes).and_then(|mut project| project.request()).map_err(|e| e.to_string())
}

fn too_many() -> ProjectError {
    unusable(format!("the project has more than {MOST_ENTRIES} files; zip only its own folder"))
}

/// The library keeps every entry of an archive in memory, so the counts that the archive claims are checked before it is opened.
fn bound_entries(bytes: &[u8]) -> Result<(), ProjectError> {
    let tail = &bytes[bytes.len().saturating_sub(END_WITHIN)..];
    let mut has_zip64 = false;
    for end in tail.windows(END_LENGTH).filter(|end| end.starts_with(END)) {
        let counts = [u16::from_le_bytes([end[8], end[9]]), u16::from_le_bytes([end[10], end[11]])];
        // 65535 refers to the count of the ZIP64 record; it is too many in any case.
        if counts.iter().any(|&count| usize::from(count) > MOST_ENTRIES) {
            return Err(too_many());
        }
        // A size or an offset of all ones makes the library read the ZIP64 record, whatever this record's own count is.
        has_zip64 |= end[12..16] == [0xff; 4] || end[16..20] == [0xff; 4];
    }
    let is_large = |end: &[u8]| {
        let counts = end[24..END64_LENGTH].chunks_exact(8).filter_map(|count| <[u8; 8]>::try_from(count).ok());
        counts.map(u64::from_le_bytes).any(|count| count > MOST_ENTRIES as u64)
    };
    if has_zip64 && bytes.windows(END64_LENGTH).any(|end| end.starts_with(END64) && is_large(end)) {
        return Err(too_many());
    }
    Ok(())
}

/// Some programs write backslashes.
fn entry_name(archive: &ZipArchive<Cursor<&[u8]>>, index: usize) -> Option<String> {
    Some(archive.name_for_index(index)?.ok()?.replace('\\', "/").trim_start_matches("./").to_owned())
}

/// Where the parts are: at the top, or in the one folder that has them.
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
            [a, b, ..] => return Err(unusable(format!("the archive has several projects ({a} and {b}); zip only one of these folders"))),
        }
    }
    Ok(String::new())
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> ProjectError {
    unusable(format!("the project's {name} is damaged ({error}); copy the file again or save it again in the studio"))
}

fn method_name(method: CompressionMethod) -> String {
    // The only way to the number of a method that the library was built without.
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
