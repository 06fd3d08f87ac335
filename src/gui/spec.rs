//! A brief as the engine's parser reads it, without its pictures: they stand there as small stubs with the hashes of the real ones, so that
//! drafts and plans need not read or decode anything.

use std::sync::Arc;

use base64::Engine as _;
use image::{Rgba, RgbaImage};
use serde_json::json;

use super::state::Brief;
use crate::request::{Attachments, JobSpec, ParseContext, SourceImage, parse};
use crate::typography::{FontCatalog, unsettable};

const PRODUCT: &str = "product";
const MASK: &str = "mask";

/// The request of a brief, or what is wrong with it, a sentence a line.
pub fn of(brief: &Brief, fonts: &FontCatalog) -> Result<JobSpec, String> {
    let mut raw = brief.to_raw();
    let name = |name: &str| json!(base64::engine::general_purpose::STANDARD.encode(name));
    if brief.product.is_some() {
        raw.insert("product_image".into(), name(PRODUCT));
        if brief.mask.is_some() {
            raw.insert("mask_image".into(), name(MASK));
        }
    }
    let stub = |hash: &str, has_alpha: bool| SourceImage {
        pixels: Arc::new(RgbaImage::from_pixel(2, 2, Rgba([255; 4]))),
        has_alpha,
        hash: hash.to_owned(),
        description: String::new(),
        notes: Vec::new(),
        mask: None,
        text: Vec::new(),
    };
    let decode = |bytes: &[u8]| {
        let found = if bytes == MASK.as_bytes() {
            brief.mask.as_ref().map(|m| stub(&m.hash, false))
        } else {
            brief.product.as_ref().map(|p| stub(&p.hash, p.has_alpha))
        };
        found.ok_or_else(String::new)
    };
    let context = ParseContext {
        resolve_font: &|name| fonts.resolve(name),
        skipped_font: &|name| fonts.skip_reason(name).map(crate::notice::Notice::english),
        unsettable: &|text| unsettable(text).map(|reason| reason.english()),
        default_font: crate::assets::DEFAULT_FONT,
        undrawable: &|font, text| fonts.undrawable(font, text),
        decode: &decode,
        attachments: &Attachments::new(),
        fallback_seed: brief.seed,
        lenient: false,
    };
    parse(&raw, &context).map_err(|errors| errors.iter().map(|e| e.msg.clone()).collect::<Vec<_>>().join("\n"))
}
