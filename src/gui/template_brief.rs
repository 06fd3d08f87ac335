//! Fills a template with the texts of a brief, and applies it to the brief. Blocking.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::brand_kit::BrandKit;
use super::photos::PhotoStore;
use super::state::{Brief, Product, without_pictures};
use crate::imaging::encode::{ImageRef, encode_png};
use crate::notice;
use crate::notice::{Language, Notice};
use crate::request::SourceImage;
use crate::request::layers::LayerType;
use crate::templates::{HEADLINE, LaidOut, Margins, SlotKind, Template, TemplateCatalogue, TemplateInput, lay_out};
use crate::typography::FontCatalog;

/// The texts and the brand kit that fill a template's slots.
#[derive(Clone, Debug, PartialEq)]
pub struct Filling {
    /// The designer's own texts by slot.
    pub texts: BTreeMap<String, String>,
    /// Language of the template's texts.
    pub language: Language,
    /// The brand kit: its colours, fonts, logo and texts take the place of the template's.
    pub brand: Option<Arc<BrandKit>>,
}

/// The designer's own texts in a brief, by slot. Texts that come from a template or from the brand kit as they are do not count.
pub fn own_texts(brief: &Brief, templates: &TemplateCatalogue, kit: Option<&BrandKit>) -> BTreeMap<String, String> {
    let is_default = |slot: &str, text: &str| {
        if kit.and_then(|kit| kit.brand.texts.get(slot)).is_some_and(|own| joined(own) == joined(text)) {
            return true;
        }
        let slots = templates.templates().iter().flat_map(|template| &template.slots).filter(|known| known.name == slot);
        slots.clone().any(|known| [&known.en, &known.ko].iter().any(|default| joined(default) == joined(text)))
    };
    let mut texts = BTreeMap::new();
    for layer in &brief.layers {
        let field = |name: &str| layer.get(name).and_then(Value::as_str);
        if field("type") != Some(LayerType::Text.as_str()) {
            continue;
        }
        let runs = || {
            let runs = layer.get("runs")?.as_array()?;
            Some(runs.iter().filter_map(|run| run.get("text")?.as_str()).collect::<String>())
        };
        if let (Some(name), Some(text)) = (field("name"), field("text").map(str::to_owned).or_else(runs)) {
            texts.insert(name.to_owned(), text);
        }
    }
    if brief.has_text() {
        texts.insert(HEADLINE.into(), brief.text.clone());
    }
    texts.retain(|slot, text| !is_default(slot, text));
    texts
}

/// The text with single spaces, for comparison.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lays a template out on a canvas. Texts without a slot in it are left out.
///
/// # Errors
/// A text cannot be used.
pub fn lay_out_for_brief(template: &Template, filling: &Filling, canvas: (u32, u32), fonts: &FontCatalog) -> Result<LaidOut, Notice> {
    let has = |name: &String| template.slots.iter().any(|slot| slot.name == *name && slot.kind != SlotKind::Logo);
    let texts = filling.texts.iter().filter(|(name, _)| has(name)).map(|(n, t)| (n.clone(), t.clone())).collect();
    let input = TemplateInput {
        language: filling.language,
        texts: &texts,
        logo: None,
        brand: filling.brand.as_deref().map(|kit| &kit.brand),
        canvas,
        margins: Margins::default(),
        least_type: 0.0,
        fonts,
    };
    lay_out(template, &input)
}

/// Replaces texts, layers, places and background of a brief by those of a template. Photo, mask and everything else stay.
///
/// # Errors
/// A picture cannot be kept.
pub fn apply_to_brief(brief: &Brief, laid: &LaidOut, photos: &PhotoStore) -> Result<Brief, Notice> {
    let text = |name: &str| laid.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| laid.fields.get(name).and_then(Value::as_f64).map(|v| v as f32);
    let mut after = brief.clone();
    after.place_product_automatically();
    after.text = text("text_content");
    after.style = text("text_model_prompt");
    if let Some(font) = laid.fields.get("font_name").and_then(Value::as_str) {
        font.clone_into(&mut after.font);
    }
    (after.text_x, after.text_y, after.text_scale) = (number("text_x"), number("text_y"), number("text_scale"));
    after.mode = crate::request::CompositionMode::Overlay;
    after.background_color = text("background_color");
    after.scene = text("bg_prompt");
    after.layers = without_pictures(laid.fields.get("layers"));
    for name in ["product_left", "product_top", "product_right", "product_bottom"] {
        after.others.shift_remove(name);
        if let Some(edge) = laid.fields.get(name) {
            after.others.insert(name.into(), edge.clone());
        }
    }
    after.layer_pictures = BTreeMap::new();
    for (layer, picture) in &laid.pictures {
        after.layer_pictures.insert(*layer, keep_picture(picture, photos)?);
    }
    after.backdrop = match &laid.backdrop {
        Some(picture) => Some(photos.keep(&png(picture)?, "background.png")?),
        None => None,
    };
    Ok(after)
}

fn keep_picture(picture: &SourceImage, photos: &PhotoStore) -> Result<Product, Notice> {
    match &picture.vector {
        Some(source) => photos.keep_layer(source.as_bytes(), "logo.svg"),
        None => photos.keep_layer(&png(&*picture.pixels)?, "logo.png"),
    }
}

fn png<'a>(picture: impl Into<ImageRef<'a>>) -> Result<Vec<u8>, Notice> {
    encode_png(picture, &[]).map_err(|e| notice!("error-encode", detail = e.to_string()))
}
