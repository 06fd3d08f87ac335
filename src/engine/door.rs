//! The one way in: raw fields of any door become a job's specification.

use serde_json::{Map, Value};

use super::Engine;
use crate::imaging::decode::{carried_mask, decode_image, read_png_text};
use crate::request::{FieldError, JobSpec, ParseContext, SourceImage, parse};

/// Reads a raw request with the engine's fonts, the image decoder and a random seed. `lenient` takes numbers and flags written as text. Blocking.
pub fn parse_request(engine: &Engine, raw: &Map<String, Value>, lenient: bool) -> Result<JobSpec, Vec<FieldError>> {
    let fonts = engine.fonts();
    parse(
        raw,
        &ParseContext {
            resolve_font: &|name| fonts.resolve(name),
            default_font: engine.default_font(),
            undrawable: &|font, text| fonts.undrawable(font, text),
            decode: &|bytes| decode_source(bytes),
            // 53 bits: JavaScript clients can read the seed and send it again.
            fallback_seed: (uuid::Uuid::new_v4().as_u128() as u64) >> 11,
            lenient,
        },
    )
}

/// Pixels, and what a picture of this program carries besides them.
pub fn decode_source(bytes: &[u8]) -> Result<SourceImage, String> {
    let (pixels, description) = decode_image(bytes).map_err(|e| e.to_string())?;
    let mut source = SourceImage::new(pixels, description);
    source.mask = carried_mask(bytes);
    source.text = read_png_text(bytes);
    Ok(source)
}
