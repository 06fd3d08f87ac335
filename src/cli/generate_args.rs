//! The flags of `generate`, and the request that they make.

use std::path::PathBuf;

use clap::Args;
use nanococoa::api::attach_base64;
use nanococoa::engine::decode_field_file;
use nanococoa::request::fields::{BACKGROUND_COLOR, BACKGROUND_IMAGE, FIELDS, Field, LAYERS, PRODUCT_IMAGE};
use nanococoa::request::{Attachment, RawRequest, UnusableImage};
use nanococoa::{notice, paths};
use serde_json::Value;

use super::common::Failure;
use super::layers;
use super::output::Output;
use super::templates::TemplateArgs;

/// Flags of `generate`. Each flag sets one field of `POST /generate`.
#[derive(Args)]
pub(super) struct GenerateArgs {
    /// Project that was saved in the studio (.ncocoa); the other flags change it
    #[arg(long, value_name = "FILE.ncocoa")]
    pub(super) project: Option<PathBuf>,
    /// Product photo (PNG, JPEG, WebP, HEIC, BMP, TIFF); without it only the scene is painted
    #[arg(long, value_name = "FILE")]
    pub(super) product: Option<PathBuf>,
    /// Slogan; without it only the background step runs. "\n" breaks the line
    #[arg(long, allow_hyphen_values = true)]
    pub(super) text: Option<String>,
    /// Scene, in English or Korean
    #[arg(long)]
    pub(super) prompt: Option<String>,
    /// What the scene should not have
    #[arg(long)]
    pub(super) negative_prompt: Option<String>,
    /// Material or look of the letters: gold, neon tube, 유리, 풍선, flat #1e90ff, paper-cut…
    #[arg(long)]
    pub(super) style: Option<String>,
    /// Face as `nanococoa doctor` and GET /fonts list it
    #[arg(long, value_name = "NAME")]
    pub(super) font: Option<String>,
    /// overlay, blend or behind
    #[arg(long)]
    pub(super) mode: Option<String>,
    /// top, center, bottom or auto
    #[arg(long)]
    pub(super) position: Option<String>,
    /// Centre of the product, 0 left to 1 right; automatic when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    pub(super) product_x: Option<String>,
    /// Foot of the product, 0 top to 1 bottom; automatic when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    pub(super) product_y: Option<String>,
    /// Size of the product, 0.1 to 4 times the automatic one
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) product_scale: Option<String>,
    /// Turns the product by these degrees, clockwise, -180 to 180
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    pub(super) product_rotation: Option<String>,
    /// Mirrors the product: horizontal, vertical, both or none
    #[arg(long, value_name = "WHICH")]
    pub(super) product_flip: Option<String>,
    /// Part of the photo that is used, as fractions of its sides, such as 0.1,0,0.9,1
    #[arg(long, value_name = "LEFT,TOP,RIGHT,BOTTOM", allow_hyphen_values = true)]
    pub(super) product_crop: Option<String>,
    /// Lightens or darkens the product, -1 to 1 EV
    #[arg(long, value_name = "EV", allow_negative_numbers = true)]
    pub(super) product_exposure: Option<String>,
    /// Colours of the product, -1 (cooler) to 1 (warmer)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) product_white_balance: Option<String>,
    /// Density of the product's shadow: 0 none, 1 as the light makes it, 2 twice that
    #[arg(long, value_name = "0..2", allow_negative_numbers = true)]
    pub(super) shadow_strength: Option<String>,
    /// Softness of the product's shadow, 0 (sun) to 1 (overcast); by the scene's light when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    pub(super) shadow_softness: Option<String>,
    /// Where the product's shadow falls, in degrees clockwise: 0 right, 90 towards the viewer; by the scene's light when left out
    #[arg(long, value_name = "0..360", allow_negative_numbers = true)]
    pub(super) shadow_direction: Option<String>,
    /// Whether the surface is darker where the product touches it: true or false
    #[arg(long, value_name = "BOOL")]
    pub(super) shadow_contact: Option<String>,
    /// Centre of the letters, 0 left to 1 right; automatic when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    pub(super) text_x: Option<String>,
    /// Centre of the letters, 0 top to 1 bottom; by --position when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    pub(super) text_y: Option<String>,
    /// Size of the letters, 0.2 to 1 times the largest one that fits
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) text_scale: Option<String>,
    /// From how high the scene is seen, 0 (eye level) to 90 degrees (from above); as the photo was taken when left out
    #[arg(long, value_name = "0..90", allow_negative_numbers = true)]
    pub(super) camera_elevation: Option<String>,
    /// Corrected cut-out mask of the photo: white (or opaque) is product
    #[arg(long, value_name = "FILE")]
    pub(super) mask: Option<PathBuf>,
    /// Texts, pictures and shapes on the advertisement: a JSON list as in POST /generate, whose pictures may be paths relative to the file
    #[arg(long, value_name = "FILE.json")]
    pub(super) layers: Option<PathBuf>,
    /// Plain background of this colour, such as #00C73C, instead of a painted scene; "transparent" for none
    #[arg(long, value_name = "#RRGGBB")]
    pub(super) background_color: Option<String>,
    /// Own picture as the background instead of a painted scene
    #[arg(long, value_name = "FILE")]
    pub(super) background_image: Option<PathBuf>,
    /// Run this step and later ones even if their results are kept already
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) force_from_step: Option<String>,
    /// 1 everything, 2 from the text on, 3 composite only
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) from_step: Option<String>,
    /// End after this step, 1 to 3, not below --from-step; its result is written to --out
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) stop_step: Option<String>,
    /// Result of step 1, for --from-step 2 and 3
    #[arg(long, value_name = "FILE")]
    pub(super) step1: Option<PathBuf>,
    /// Result of step 2 (with transparency), for --from-step 3
    #[arg(long, value_name = "FILE")]
    pub(super) step2: Option<PathBuf>,
    /// Canvas, such as 1024x1024 or 1080x1350; sides from 256 to 4096 pixels
    #[arg(long, value_name = "WxH", allow_negative_numbers = true)]
    pub(super) size: Option<String>,
    /// Format of `nanococoa formats`: canvas, layout, file type and byte limit follow from it. Several, separated by commas: --out is then a folder
    #[arg(long = "format", visible_alias = "formats", value_name = "ID", value_delimiter = ',', conflicts_with = "size")]
    pub(super) formats: Vec<String>,
    /// Same seed, same picture; drawn at random when left out
    #[arg(long, allow_negative_numbers = true)]
    pub(super) seed: Option<String>,
    /// auto, draft or diffusion
    #[arg(long)]
    pub(super) engine: Option<String>,
    /// Models of the diffusion engine: auto, flux1 or flux2-klein
    #[arg(long)]
    pub(super) model: Option<String>,
    /// Inpaint strength, 0 to 1
    #[arg(long, allow_negative_numbers = true)]
    pub(super) strength: Option<String>,
    /// Composition strength, 0 to 1
    #[arg(long, allow_negative_numbers = true)]
    pub(super) composition_strength: Option<String>,
    /// Any other field of POST /generate; may be given several times
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub(super) set: Vec<String>,
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    #[command(flatten)]
    pub(super) output: Output,
}

/// The request of the other flags on top of `raw`.
pub(super) fn raw_request(args: &GenerateArgs, mut raw: RawRequest) -> Result<RawRequest, Failure> {
    let names_product = |pair: &String| {
        pair.split_once('=').is_some_and(|(name, _)| field_of(name.trim()).is_some_and(|field| field.name == PRODUCT_IMAGE.name))
    };
    if args.product.is_some() || args.set.iter().any(names_product) {
        // Mask, camera and corrections belong to the project's own photo. The place stays: one project serves many products.
        raw.forget_photo();
    }
    if args.background_color.is_some() || args.background_image.is_some() {
        // One background replaces the other.
        raw.attachments.remove(BACKGROUND_IMAGE.name);
        raw.fields.retain(|name, _| name != BACKGROUND_IMAGE.name && name != BACKGROUND_COLOR.name);
    }
    add_fields(&mut raw, args)?;
    add_pictures(&mut raw, args);
    if let Some(path) = &args.layers {
        layers::read(&mut raw, path)?;
    }
    // `--set` and projects of other programs may name pictures as over REST.
    attach_base64(&mut raw);
    Ok(raw)
}

/// The fields that flags name.
fn add_fields(raw: &mut RawRequest, args: &GenerateArgs) -> Result<(), Failure> {
    let fields = [
        ("text_content", args.text.as_ref().map(|t| t.replace("\\n", "\n"))),
        ("bg_prompt", args.prompt.clone()),
        ("bg_negative_prompt", args.negative_prompt.clone()),
        ("text_model_prompt", args.style.clone()),
        ("font_name", args.font.clone()),
        ("composition_mode", args.mode.clone()),
        ("text_position", args.position.clone()),
        ("start_step", args.from_step.clone()),
        ("seed", args.seed.clone()),
        ("engine", args.engine.clone()),
        ("model", args.model.clone()),
        ("strength", args.strength.clone()),
        ("composition_strength", args.composition_strength.clone()),
        ("product_x", args.product_x.clone()),
        ("product_y", args.product_y.clone()),
        ("product_scale", args.product_scale.clone()),
        ("product_rotation", args.product_rotation.clone()),
        ("product_flip", args.product_flip.clone()),
        ("product_exposure", args.product_exposure.clone()),
        ("product_white_balance", args.product_white_balance.clone()),
        ("shadow_strength", args.shadow_strength.clone()),
        ("shadow_softness", args.shadow_softness.clone()),
        ("shadow_direction", args.shadow_direction.clone()),
        ("shadow_contact", args.shadow_contact.clone()),
        ("text_x", args.text_x.clone()),
        ("text_y", args.text_y.clone()),
        ("text_scale", args.text_scale.clone()),
        ("camera_elevation", args.camera_elevation.clone()),
        ("force_from_step", args.force_from_step.clone()),
        ("stop_step", args.stop_step.clone()),
        ("background_color", args.background_color.clone()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            raw.fields.insert(name.into(), Value::String(value));
        }
    }
    if let Some(size) = &args.size {
        let Some((w, h)) = size.split_once(['x', 'X', '×']) else {
            return Err(Failure::bad_input(notice!("cli-size", size = size)));
        };
        raw.fields.insert("width".into(), Value::String(w.trim().into()));
        raw.fields.insert("height".into(), Value::String(h.trim().into()));
    }
    if let Some(crop) = &args.product_crop {
        let edges: Vec<&str> = crop.split(',').map(str::trim).collect();
        let [left, top, right, bottom] = edges[..] else {
            return Err(Failure::bad_input(notice!("cli-product-crop", value = crop)));
        };
        let fields = [("left", left), ("top", top), ("right", right), ("bottom", bottom)];
        raw.fields.extend(fields.map(|(edge, value)| (format!("product_crop_{edge}"), Value::String(value.into()))));
    }
    for pair in &args.set {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::bad_input(notice!("cli-set", pair = pair)));
        };
        set_field(raw, name.trim(), value);
    }
    Ok(())
}

/// The table's field with this name or alias.
fn field_of(name: &str) -> Option<&'static Field> {
    FIELDS.iter().copied().find(|field| field.names().any(|known| known == name))
}

/// Replaces a field, whichever of its names the project uses, and its attached picture.
fn set_field(raw: &mut RawRequest, name: &str, value: &str) {
    if let Some(field) = field_of(name) {
        raw.attachments.remove(field.name);
        for known in field.names() {
            raw.fields.remove(known);
        }
        if field.name == LAYERS.name {
            raw.layer_pictures.clear();
        }
    }
    raw.fields.insert(name.into(), Value::String(value.into()));
}

/// The pictures that flags name.
fn add_pictures(raw: &mut RawRequest, args: &GenerateArgs) {
    let files = [
        ("product_image", &args.product),
        ("mask_image", &args.mask),
        ("step1_image", &args.step1),
        ("step2_image", &args.step2),
        ("background_image", &args.background_image),
    ];
    for (field, path) in files {
        let Some(path) = path.as_deref().map(paths::find) else { continue };
        let attachment = match decode_field_file(field, &path) {
            Ok(image) => Attachment::Image(image),
            Err(why) if path.is_file() => Attachment::Unusable(UnusableImage::undecodable(why)),
            Err(why) => {
                let why = notice!("cli-not-a-file", path = path.display().to_string(), reason = why);
                Attachment::Unusable(UnusableImage::undecodable(why))
            }
        };
        raw.attachments.insert(field, attachment);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_set_picture_replaces_the_one_of_the_project() {
        for name in ["product_image", "input_image"] {
            let mut raw = RawRequest::default();
            raw.attachments.insert("product_image", Attachment::File("project".into()));
            raw.fields.insert("text_model_prompt".into(), json!("gold"));
            set_field(&mut raw, name, "c2V0");
            set_field(&mut raw, "text_prompt", "chrome");
            set_field(&mut raw, "unknown", "1");
            attach_base64(&mut raw);
            assert!(matches!(&raw.attachments["product_image"], Attachment::File(bytes) if &bytes[..] == b"set"), "{raw:?}");
            assert!(!raw.fields.contains_key("text_model_prompt") && raw.fields["text_prompt"] == "chrome", "{raw:?}");
            assert_eq!(raw.fields["unknown"], "1");
        }
    }
}
