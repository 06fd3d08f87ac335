//! The one way in: raw fields of any door become a job's specification.

use std::path::Path;

use serde_json::{Map, Value};

use super::Engine;
use crate::imaging::decode::{DecodedImage, decode_file, decode_image};
use crate::request::{Attachments, FieldError, JobSpec, ParseContext, SourceImage, parse};
use crate::typography::unsettable;

/// Reads a raw request with the engine's fonts, the image decoder and a random seed. `lenient` takes numbers and flags written as text. Blocking.
pub fn parse_request(engine: &Engine, raw: &Map<String, Value>, lenient: bool) -> Result<JobSpec, Vec<FieldError>> {
    parse_with_attachments(engine, raw, &Attachments::new(), lenient)
}

/// The same with pictures that are decoded already.
pub fn parse_with_attachments(
    engine: &Engine,
    raw: &Map<String, Value>,
    attachments: &Attachments,
    lenient: bool,
) -> Result<JobSpec, Vec<FieldError>> {
    let fonts = engine.fonts();
    parse(
        raw,
        &ParseContext {
            resolve_font: &|name| fonts.resolve(name),
            skipped_font: &|name| fonts.skip_reason(name).map(crate::notice::Notice::english),
            unsettable: &|text| unsettable(text).map(|reason| reason.english()),
            default_font: engine.default_font(),
            undrawable: &|font, text| fonts.undrawable(font, text),
            decode: &|bytes| decode_source(bytes),
            attachments,
            // 53 bits: JavaScript clients can read the seed and send it again.
            fallback_seed: (uuid::Uuid::new_v4().as_u128() as u64) >> 11,
            lenient,
        },
    )
}

/// A picture in memory, or one sentence that says why it cannot be used.
pub fn decode_source(bytes: &[u8]) -> Result<SourceImage, String> {
    decode_image(bytes).map(source_image).map_err(|e| e.to_string())
}

/// A picture on disk, which need not fit into memory as a whole; or one sentence that says why it cannot be used.
pub fn decode_source_file(path: &Path) -> Result<SourceImage, String> {
    decode_file(path).map(source_image).map_err(|e| e.to_string())
}

fn source_image(image: DecodedImage) -> SourceImage {
    let mut source = SourceImage::new(image.pixels, image.description);
    source.notes = image.notes.iter().map(crate::notice::Notice::english).collect();
    source.mask = image.mask;
    source.text = image.text;
    source
}
