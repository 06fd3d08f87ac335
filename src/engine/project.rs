//! Projects of the studio (`.ncocoa`) as requests, for the doors without a window: a ZIP with the request as REST takes it and its pictures
//! beside it.

use std::io::{Cursor, Read as _};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use serde_json::{Map, Value};
use zip::ZipArchive;

use crate::request::{RawRequest, read_fields};

/// The request without its pictures.
pub const REQUEST: &str = "request.json";
/// The photo, in the format it came in.
pub const PRODUCT: &str = "product.image";
/// The corrected cut-out.
pub const MASK: &str = "mask.png";
/// Largest part of a project that is read, bytes.
const MOST: u64 = 256 << 20;
/// Largest [`REQUEST`], bytes: texts and numbers.
const MOST_REQUEST: u64 = 1 << 20;
/// Pictures of a project may be this large together, or as large as the project where that is more, bytes.
const MOST_PICTURES: u64 = 64 << 20;

/// A project's parts by name.
pub struct Project<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Project<'a> {
    /// Opens a project that is in memory. `None`: this is none.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        ZipArchive::new(Cursor::new(bytes)).ok().map(Self)
    }

    /// A part, where the project has it.
    pub fn part(&mut self, name: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        self.0.by_name(name).ok()?.take(MOST).read_to_end(&mut out).ok().map(|_| out)
    }

    /// The raw request that it stands for, pictures included. `size` is the project's, bytes.
    ///
    /// # Errors
    /// What is missing in it, or too large.
    fn request(&mut self, size: usize) -> Result<RawRequest, String> {
        let bad = |why: &str| format!("the project's {REQUEST} cannot be used ({why}); save it again in the studio");
        let file = self.0.by_name(REQUEST).map_err(|_| format!("the project has no {REQUEST}; save it again in the studio"))?;
        let mut json = Vec::new();
        file.take(MOST_REQUEST + 1).read_to_end(&mut json).map_err(|e| bad(&e.to_string()))?;
        if json.len() as u64 > MOST_REQUEST {
            return Err(bad("it is larger than 1 MiB"));
        }
        let mut raw = read_fields(&json).map_err(|e| bad(e.first().map_or("", |e| &e.msg)))?;
        // Entries may share their bytes, so that what they unpack to can be more than the file.
        let mut left = MOST_PICTURES.max(size as u64);
        for (field, name) in [("product_image", PRODUCT), ("mask_image", MASK)] {
            if let Some(text) = self.base64(name, &mut left)? {
                raw.fields.insert(field.into(), Value::String(text));
            }
        }
        Ok(raw)
    }

    /// A part as base64, where the project has it. Takes its size from `left`; the part itself is never whole in memory.
    fn base64(&mut self, name: &str, left: &mut u64) -> Result<Option<String>, String> {
        let Ok(file) = self.0.by_name(name) else { return Ok(None) };
        let text = String::with_capacity(usize::try_from(file.size().min(*left)).unwrap_or_default().div_ceil(3) * 4);
        let mut writer = EncoderStringWriter::from_consumer(text, &STANDARD);
        let copied = std::io::copy(&mut file.take(*left + 1), &mut writer)
            .map_err(|e| format!("the project's {name} cannot be read ({e}); save it again in the studio"))?;
        *left = left.checked_sub(copied).ok_or("the project's pictures are too large; save it again with smaller ones")?;
        Ok(Some(writer.into_inner()))
    }
}

/// The raw request of a project in memory.
///
/// # Errors
/// It is none, or not whole.
pub fn request_of(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    read_project(bytes).map(|raw| raw.fields)
}

/// As [`request_of`], with the count of unknown fields that are not named.
///
/// # Errors
/// It is none, or not whole.
pub fn read_project(bytes: &[u8]) -> Result<RawRequest, String> {
    Project::open(bytes).ok_or("this is no .ncocoa project; save one in the studio (Ctrl+S)")?.request(bytes.len())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in parts {
            zip.start_file(*name, stored).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_project_is_a_request_with_its_pictures() {
        let bytes = zipped(&[(REQUEST, br#"{"text_content": "a", "seed": 4}"#), (PRODUCT, b"photo"), (MASK, b"mask")]);
        let raw = request_of(&bytes).unwrap();
        assert_eq!(raw["seed"], 4);
        assert_eq!((&raw["product_image"], &raw["mask_image"]), (&"cGhvdG8=".into(), &"bWFzaw==".into()));
        assert!(request_of(b"PNG").unwrap_err().contains("no .ncocoa project"));
        assert!(request_of(&zipped(&[(PRODUCT, b"photo")])).unwrap_err().contains(REQUEST));
        assert!(request_of(&zipped(&[(REQUEST, b"[1]")])).unwrap_err().contains(REQUEST));
        let cut = &bytes[..bytes.len() / 2];
        assert!(request_of(cut).is_err());
        let large = vec![b' '; MOST_REQUEST as usize + 1];
        assert!(request_of(&zipped(&[(REQUEST, &large)])).unwrap_err().contains("1 MiB"));
        let pictures = zipped(&[(REQUEST, b"{}"), (PRODUCT, &[7; 1000]), (MASK, &[7; 1001])]);
        let mut left = 2000;
        let mut project = Project::open(&pictures).unwrap();
        assert!(project.base64(PRODUCT, &mut left).unwrap().unwrap().len() == 1336 && left == 1000);
        assert!(project.base64(MASK, &mut left).unwrap_err().contains("too large"));
    }
}
