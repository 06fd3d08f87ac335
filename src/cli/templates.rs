//! `templates`: lists the templates; and `generate --template`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use nanococoa::api::TemplateList;
use nanococoa::config::Config;
use nanococoa::engine::{Engine, decode_layer_source_file};
use nanococoa::formats::{FormatRule, FormatSpec};
use nanococoa::notice::{Language, Notice};
use nanococoa::request::fields::{BACKGROUND_COLOR, BACKGROUND_IMAGE, LAYERS, PRODUCT_IMAGE, TEXT_CONTENT};
use nanococoa::request::{RawRequest, SourceImage};
use nanococoa::templates::{
    Brand, HEADLINE, Margins, SlotKind, Template, TemplateCatalogue, TemplateInput, apply, lay_out, replaced_fields,
};
use nanococoa::{notice, paths};
use serde_json::{Value, json};

use super::common::{Failure, words};
use super::formats::Target;

/// Sides of a canvas that no flag sets.
const DEFAULT_SIDE: u32 = 1024;
/// Smallest type on small formats, pixels of the file.
const SMALLEST_TYPE: f32 = 10.0;

/// Flags of `generate` that choose and fill a template.
#[derive(Args)]
pub(super) struct TemplateArgs {
    /// Template of `nanococoa templates`, or a file of one (.toml); --text fills its headline, the other flags change what it sets
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Text of a slot, such as price=2,980원, or the file of its logo; empty leaves the slot out. May be given several times
    #[arg(long = "slot", value_name = "NAME=VALUE", requires = "template")]
    slots: Vec<String>,
    /// Language of the template's own texts, en or ko; by default that of the texts that are given, else of the system
    #[arg(long, value_name = "en|ko", requires = "template")]
    language: Option<String>,
    /// Folder of a brand kit (brand.toml): its colours, fonts, logo and texts take the place of the template's
    #[arg(long, value_name = "DIR", requires = "template")]
    brand: Option<PathBuf>,
}

impl TemplateArgs {
    /// Whether a template is used.
    pub(super) fn is_used(&self) -> bool {
        self.template.is_some()
    }

    /// Reads the brand kit. Its fonts are added to the settings.
    pub(super) fn load_brand(&self, config: &mut Config) -> Result<Option<Brand>, Failure> {
        let Some(folder) = &self.brand else { return Ok(None) };
        let brand = Brand::load(&brand_folder(folder), &decode_layer_source_file).map_err(|e| Failure::bad_input(e.notice()))?;
        config.font_dirs.extend(brand.fonts.clone());
        Ok(Some(brand))
    }
}

/// The templates with those of the user's folder. Files that cannot be used are told.
pub(super) fn catalogue(config: &Config) -> TemplateCatalogue {
    let (catalogue, errors) = TemplateCatalogue::load(&TemplateCatalogue::user_folder(&config.file));
    for error in errors {
        say_stderr!("note: {}", words(&error.notice()));
    }
    catalogue
}

pub(super) fn templates(config: &Config, as_json: bool) {
    let catalogue = catalogue(config);
    if as_json {
        say!("{}", json!(TemplateList::of(&catalogue)));
        return;
    }
    for template in catalogue.templates() {
        let slots: Vec<&str> = template.slots.iter().map(|slot| slot.name.as_str()).collect();
        say!("{:<16} {:<18} {}", template.id, template.name.en, slots.join(", "));
    }
}

/// A template with what fills it.
pub(super) struct Filling {
    template: Template,
    texts: BTreeMap<String, String>,
    logo: Option<SourceImage>,
    brand: Option<Brand>,
    language: Language,
    /// The fields of flags, which take precedence over the template.
    flags: RawRequest,
}

impl Filling {
    /// Reads the flags. `base` is the project, and `flags` what the other flags say.
    pub(super) fn read(
        args: &TemplateArgs,
        config: &Config,
        brand: Option<Brand>,
        (base, flags): (&RawRequest, RawRequest),
    ) -> Result<Option<Self>, Failure> {
        let Some(name) = &args.template else { return Ok(None) };
        let template = catalogue(config).get(name).map_err(Failure::bad_input)?;
        let (mut texts, mut logo) = (BTreeMap::new(), None);
        for pair in &args.slots {
            let Some((slot, value)) = pair.split_once('=') else {
                return Err(Failure::bad_input(notice!("cli-slot", pair = pair)));
            };
            let is_logo = template.slots.iter().any(|known| known.name == slot.trim() && known.kind == SlotKind::Logo);
            if is_logo && !value.trim().is_empty() {
                logo = Some(picture(slot, value.trim())?);
            } else {
                texts.insert(slot.trim().to_owned(), value.to_owned());
            }
        }
        let written = |raw: &RawRequest| raw.fields.get(TEXT_CONTENT.name).and_then(Value::as_str).map(str::to_owned);
        if let Some(headline) = written(&flags).or_else(|| written(base)) {
            texts.entry(HEADLINE.into()).or_insert(headline);
        }
        let language = match args.language.as_deref() {
            Some("en") => Language::English,
            Some("ko") => Language::Korean,
            Some(other) => return Err(Failure::bad_input(notice!("cli-language", language = other.to_owned()))),
            None => language_of(texts.values()),
        };
        let has_own = |slot: &str| texts.contains_key(slot) || brand.as_ref().is_some_and(|brand| brand.texts.contains_key(slot));
        let examples = template.slots.iter().filter(|slot| !has_own(&slot.name) && !slot.default_text(language).is_empty());
        let examples: Vec<&str> = examples.map(|slot| slot.name.as_str()).collect();
        if !examples.is_empty() {
            // Prices and dates that nobody gave must not be published unseen.
            say_stderr!("note: {}", words(&notice!("cli-slot-examples", slots = examples.join(", "))));
        }
        Ok(Some(Self { template, texts, logo, brand, language, flags }))
    }

    /// The request with the template on the target's canvas.
    pub(super) fn request(&self, base: &RawRequest, target: &Target, engine: &Engine) -> Result<RawRequest, Failure> {
        let mut raw = base.clone();
        let canvas = target.format.as_ref().map_or_else(|| self.canvas(base), FormatSpec::canvas);
        if target.leaves_text_out() {
            clear(&mut raw, target);
        } else {
            let fonts = engine.fonts();
            let input = TemplateInput {
                language: self.language,
                texts: &self.texts,
                logo: self.logo.as_ref(),
                brand: self.brand.as_ref(),
                canvas,
                margins: target.format.as_ref().map_or_else(Margins::default, |format| Margins::of_format(format, canvas)),
                least_type: target.format.as_ref().map_or(0.0, |format| SMALLEST_TYPE * canvas.0 as f32 / format.width as f32),
                fonts: &fonts,
            };
            apply(&mut raw, &lay_out(&self.template, &input).map_err(Failure::bad_input)?);
        }
        self.overlay(&mut raw, target);
        if target.format.is_some() {
            raw.fields.insert("width".into(), json!(canvas.0));
            raw.fields.insert("height".into(), json!(canvas.1));
        }
        Ok(raw)
    }

    /// The canvas that flags or the project ask for. Values that are not numbers are left to the parser.
    fn canvas(&self, base: &RawRequest) -> (u32, u32) {
        let side = |name: &str| {
            let value = self.flags.fields.get(name).or_else(|| base.fields.get(name))?;
            value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).and_then(|side| u32::try_from(side).ok())
        };
        let bounded = |name: &str| side(name).filter(|side| (1..=8192).contains(side)).unwrap_or(DEFAULT_SIDE);
        (bounded("width"), bounded("height"))
    }

    /// Flags take precedence over the template.
    fn overlay(&self, raw: &mut RawRequest, target: &Target) {
        let flags = &self.flags;
        let has = |name: &str| flags.fields.contains_key(name) || flags.attachments.contains_key(name);
        if has(PRODUCT_IMAGE.name) {
            raw.forget_photo();
        }
        if has(BACKGROUND_COLOR.name) || has(BACKGROUND_IMAGE.name) || has("bg_prompt") {
            raw.attachments.remove(BACKGROUND_IMAGE.name);
            raw.fields.shift_remove(BACKGROUND_IMAGE.name);
            raw.fields.shift_remove(BACKGROUND_COLOR.name);
        }
        if has(LAYERS.name) && !target.leaves_text_out() {
            raw.layer_pictures.clone_from(&flags.layer_pictures);
        }
        let skipped = |name: &str| {
            name == TEXT_CONTENT.name || (target.leaves_text_out() && replaced_fields().contains(&name) && !name.starts_with("product"))
        };
        raw.fields.extend(flags.fields.iter().filter(|(name, _)| !skipped(name)).map(|(name, value)| (name.clone(), value.clone())));
        raw.attachments.extend(flags.attachments.iter().map(|(name, attachment)| (*name, attachment.clone())));
    }
}

/// Only the product, for formats that allow nothing else.
fn clear(raw: &mut RawRequest, target: &Target) {
    for name in replaced_fields() {
        raw.fields.shift_remove(name);
    }
    raw.layer_pictures.clear();
    raw.attachments.remove(BACKGROUND_IMAGE.name);
    if target.format.as_ref().is_some_and(|format| format.has(FormatRule::WhiteBackground)) {
        raw.fields.insert(BACKGROUND_COLOR.name.into(), json!("#FFFFFF"));
    }
    for (name, edge) in [("product_left", 0.04), ("product_top", 0.04), ("product_right", 0.96), ("product_bottom", 0.96)] {
        raw.fields.insert(name.into(), json!(edge));
    }
}

/// The folder of `--brand`: also that of a named `brand.toml`.
fn brand_folder(path: &Path) -> PathBuf {
    let path = paths::find(path);
    match path.parent() {
        Some(folder) if path.is_file() && path == Brand::file(folder) => {
            if folder.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                folder.to_path_buf()
            }
        }
        _ => path,
    }
}

fn picture(slot: &str, path: &str) -> Result<SourceImage, Failure> {
    let unusable =
        |reason: Notice| Failure::bad_input(notice!("cli-slot-picture", slot = slot.to_owned(), path = path.to_owned(), reason = reason));
    decode_layer_source_file(&paths::find(Path::new(path))).map_err(unusable)
}

/// Korean if a text has Hangul, English if the texts have none; without texts, the language of the system.
fn language_of<'t>(texts: impl Iterator<Item = &'t String>) -> Language {
    let is_hangul = |c: char| matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}');
    let letters: Vec<char> = texts.flat_map(|text| text.chars()).filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() {
        let korean = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        return if korean.is_some_and(|locale| locale.starts_with("ko")) { Language::Korean } else { Language::English };
    }
    if letters.iter().any(|c| is_hangul(*c)) { Language::Korean } else { Language::English }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_tell_the_language() {
        let of = |texts: &[&str]| language_of(texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>().iter());
        assert_eq!(of(&["SALE", "2,980원"]), Language::Korean);
        assert_eq!(of(&["SALE", "$29"]), Language::English);
    }
}
