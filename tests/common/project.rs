//! A project file as the studio writes it.
#![allow(clippy::unwrap_used)]

use std::io::Write as _;

use serde_json::Value;

pub fn project(request: &Value, photo: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [("request.json", request.to_string().as_bytes()), ("product.image", photo)] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
