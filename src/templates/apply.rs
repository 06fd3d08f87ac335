//! Puts a laid-out template into a request.

use serde_json::Value;

use super::lay_out::LaidOut;
use crate::request::fields::{BACKGROUND_COLOR, BACKGROUND_IMAGE, LAYERS};
use crate::request::{Attachment, RawRequest, SourceImage};

/// The fields of a request that a template replaces, whether or not it sets them.
pub fn replaced_fields() -> [&'static str; 17] {
    [
        "text_content",
        "text_model_prompt",
        "font_name",
        "text_x",
        "text_y",
        "text_scale",
        "text_position",
        "product_x",
        "product_y",
        "product_scale",
        "product_left",
        "product_top",
        "product_right",
        "product_bottom",
        LAYERS.name,
        BACKGROUND_COLOR.name,
        BACKGROUND_IMAGE.name,
    ]
}

/// Replaces texts, layers, places and background of a request by those of a template. The photo and all other fields stay.
pub fn apply(raw: &mut RawRequest, laid: &LaidOut) {
    for name in replaced_fields() {
        raw.fields.shift_remove(name);
    }
    raw.attachments.remove(BACKGROUND_IMAGE.name);
    raw.layer_pictures.clear();
    if laid.fields.contains_key("bg_prompt") {
        raw.fields.shift_remove("bg_prompt");
    }
    raw.fields.extend(laid.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    raw.fields.entry("composition_mode").or_insert(Value::String("overlay".into()));
    let pictures = laid.pictures.iter().map(|(at, picture)| (*at, Attachment::Image(picture.clone())));
    raw.layer_pictures.extend(pictures);
    if let Some(backdrop) = &laid.backdrop {
        let pixels = image::DynamicImage::ImageRgb8(backdrop.clone()).into_rgba8();
        let description = format!("RGB {}×{}", backdrop.width(), backdrop.height());
        raw.attachments.insert(BACKGROUND_IMAGE.name, Attachment::Image(SourceImage::new(pixels, description)));
    }
}
