//! Reads requests of every front end: decodes their pictures and turns them into job specifications.

use std::path::Path;

use super::Engine;
use crate::imaging::decode::{DecodedImage, WORK_SIDE, decode_file_within, decode_image_within};
use crate::layers;
use crate::notice::Notice;
use crate::request::fields::{BACKGROUND_IMAGE, MAX_SIDE, STEP1_IMAGE, STEP2_IMAGE};
use crate::request::{Decode, FieldError, InputImage, JobSpec, OpenRequest, ParseContext, RawRequest, SourceImage, parse};
use crate::typography::FontCatalog;

/// Decodes the pictures of a request and reads its fields with the engine's fonts. `lenient` accepts numbers and flags written as text.
/// Blocking.
///
/// # Errors
/// Every wrong field.
pub fn parse_request(engine: &Engine, raw: RawRequest, lenient: bool) -> Result<JobSpec, Vec<FieldError>> {
    parse_open_request(engine, &open_request(raw), lenient)
}

/// Decodes the pictures of a request. Blocking.
pub fn open_request(raw: RawRequest) -> OpenRequest {
    let decode: Decode<'_> = &|field, bytes| decode_image_within(bytes, most_side(field)).map(source_image).map_err(|e| e.notice());
    raw.open(decode, &decode_layer_source)
}

/// Reads a request with the engine's fonts. Its pictures are decoded already, so it can be read again with other fields at no cost.
///
/// # Errors
/// Every wrong field.
pub fn parse_open_request<I: InputImage>(engine: &Engine, request: &OpenRequest<I>, lenient: bool) -> Result<JobSpec<I>, Vec<FieldError>> {
    // 53 bits: JavaScript clients can read the seed and send it again.
    let seed = (uuid::Uuid::new_v4().as_u128() as u64) >> 11;
    parse_with_fonts(request, &engine.fonts(), engine.default_font(), seed, lenient)
}

/// Reads a request without an engine.
///
/// # Errors
/// Every wrong field.
pub fn parse_with_fonts<I: InputImage>(
    request: &OpenRequest<I>,
    fonts: &FontCatalog,
    default_font: &str,
    fallback_seed: u64,
    lenient: bool,
) -> Result<JobSpec<I>, Vec<FieldError>> {
    let context = ParseContext {
        resolve_font: &|name| fonts.resolve(name),
        skipped_font: &|name| fonts.skip_reason(name).cloned(),
        default_font,
        undrawable: &|font, text| fonts.undrawable(font, text),
        has_in_color: &|c| fonts.has_in_color(c),
        fallback_seed,
        lenient,
    };
    parse(request, &context)
}

/// Decodes a picture in memory.
///
/// # Errors
/// Why it cannot be used and what to do.
pub fn decode_source(bytes: &[u8]) -> Result<SourceImage, Notice> {
    decode_image_within(bytes, WORK_SIDE).map(source_image).map_err(|e| e.notice())
}

/// Decodes the picture of a layer in memory, which may be an SVG.
///
/// # Errors
/// Why it cannot be used and what to do.
pub fn decode_layer_source(bytes: &[u8]) -> Result<SourceImage, Notice> {
    if layers::is_svg(bytes) { layers::decode_svg(bytes) } else { decode_source(bytes) }
}

/// Decodes the picture of a layer on disk, which may be an SVG. Blocking.
///
/// # Errors
/// Why it cannot be used and what to do.
pub fn decode_layer_source_file(path: &Path) -> Result<SourceImage, Notice> {
    let is_svg = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if is_svg && std::fs::metadata(path).is_ok_and(|file| file.len() <= layers::MAX_SVG_BYTES) {
        let bytes = std::fs::read(path).map_err(|e| Notice::verbatim(e.to_string()))?;
        return decode_layer_source(&bytes);
    }
    decode_source_file(path)
}

/// Decodes a picture on disk, without reading the file into memory as a whole where its format allows that. Blocking.
///
/// # Errors
/// Why it cannot be used and what to do.
pub fn decode_source_file(path: &Path) -> Result<SourceImage, Notice> {
    decode_file_within(path, WORK_SIDE).map(source_image).map_err(|e| e.notice())
}

/// As [`decode_source_file`], for the picture of this request field.
///
/// # Errors
/// Why it cannot be used and what to do.
pub fn decode_field_file(field: &str, path: &Path) -> Result<SourceImage, Notice> {
    decode_file_within(path, most_side(field)).map(source_image).map_err(|e| e.notice())
}

/// Most pixels a side at which the picture of a field is decoded. Results of steps have the size of the canvas and keep it, and backgrounds
/// cover it; a product takes half of the canvas at most.
fn most_side(field: &str) -> usize {
    if [STEP1_IMAGE.name, STEP2_IMAGE.name, BACKGROUND_IMAGE.name].contains(&field) { MAX_SIDE as usize } else { WORK_SIDE }
}

fn source_image(image: DecodedImage) -> SourceImage {
    let mut source = SourceImage::new(image.pixels, image.description);
    source.notes = image.notes;
    source.mask = image.mask;
    source.text = image.text;
    source
}
