//! Projects of the studio (`.ncocoa`) as requests, for the doors without a window: a ZIP with the request as REST takes it and its pictures
//! beside it.

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use serde_json::{Map, Value};
use zip::ZipArchive;

/// The request without its pictures.
pub const REQUEST: &str = "request.json";
/// The photo, in the format it came in.
pub const PRODUCT: &str = "product.image";
/// The corrected cut-out.
pub const MASK: &str = "mask.png";
/// Largest part of a project that is read, bytes.
const MOST: u64 = 256 << 20;

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

    /// The raw request that it stands for, pictures included.
    ///
    /// # Errors
    /// What is missing in it.
    pub fn request(&mut self) -> Result<Map<String, Value>, String> {
        let json = self.part(REQUEST).ok_or_else(|| format!("the project has no {REQUEST}; save it again in the studio"))?;
        let mut raw: Map<String, Value> = serde_json::from_slice(&json)
            .map_err(|e| format!("the project's {REQUEST} cannot be used ({e}); save it again in the studio"))?;
        for (field, name) in [("product_image", PRODUCT), ("mask_image", MASK)] {
            if let Some(bytes) = self.part(name) {
                raw.insert(field.into(), Value::String(base64::engine::general_purpose::STANDARD.encode(bytes)));
            }
        }
        Ok(raw)
    }
}

/// The raw request of a project in memory.
///
/// # Errors
/// It is none, or not whole.
pub fn request_of(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    Project::open(bytes).ok_or("this is no .ncocoa project; save one in the studio (Ctrl+S)")?.request()
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
    }
}
