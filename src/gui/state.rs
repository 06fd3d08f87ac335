//! The brief that the designer edits, and the session that is restored at the next start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::lenient::{choice, known_or_default};
use super::product_look::{ProductLook, decimal};
use crate::notice::Language;
use crate::paths;
use crate::request::fields::TRANSPARENT;
use crate::request::{BackendChoice, CompositionMode, ModelChoice, TextPosition};

/// Most jobs whose briefs are remembered.
const REMEMBERED: usize = 400;
/// Most recent files, prompts, texts and styles that are remembered.
const RECENT: usize = 12;

/// Fields without a control in the studio; a brief keeps them as they came with a job.
const OTHERS: [&str; 15] = [
    "bg_composition_prompt",
    "bg_composition_negative_prompt",
    "composition_prompt",
    "composition_negative_prompt",
    "composition_steps",
    "composition_guidance_scale",
    "text_guidance_scale",
    "true_cfg_scale",
    "auto_unload",
    "product_pick_x",
    "product_pick_y",
    "product_left",
    "product_top",
    "product_right",
    "product_bottom",
];

/// A product photo. The studio keeps a copy of the file in its own folder, so the original may be moved or deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Path of the studio's copy.
    pub path: PathBuf,
    /// File name of the original.
    pub name: String,
    /// Hash of the decoded pixels; the cut-out is cached under it.
    pub hash: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the file has transparent pixels, which are then used as the cut-out.
    pub has_alpha: bool,
}

/// A cut-out mask that was corrected with the brush.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Path of the PNG in the studio's folder.
    pub path: PathBuf,
    /// Hash of the decoded pixels, as the job engine computes it.
    pub hash: String,
}

/// Kinds of files whose dialogs open in the folder that was used last for the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderKind {
    /// Product photos and photos for the background.
    Photos,
    /// Logos and other pictures of layers.
    Layers,
    /// Project files.
    Projects,
    /// Folders of fonts.
    Fonts,
    /// The folder of models.
    Models,
    /// Exported pictures.
    Exports,
    /// Folders of brand kits.
    Brands,
}

/// The layers in a job's parameters or in a request, without their pictures, which are descriptions there.
pub(super) fn without_pictures(layers: Option<&Value>) -> Vec<Value> {
    let mut layers = layers.and_then(Value::as_array).cloned().unwrap_or_default();
    layers.iter_mut().filter_map(Value::as_object_mut).for_each(|layer| drop(layer.shift_remove("image")));
    layers
}

/// A seed that people can read and type.
pub fn random_seed() -> u64 {
    u64::from(Uuid::new_v4().as_fields().0) % 1_000_000
}

/// The fields of `POST /generate` that the studio edits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// `product_image`; `None` paints the scene alone.
    pub product: Option<Product>,
    /// `mask_image`; `None` cuts the product out automatically.
    pub mask: Option<Mask>,
    /// `bg_prompt`
    pub scene: String,
    /// `bg_negative_prompt`
    pub scene_negative: String,
    /// `text_content`
    pub text: String,
    /// `text_model_prompt`
    pub style: String,
    /// `negative_prompt`
    pub style_negative: String,
    /// `font_name`
    pub font: String,
    /// `composition_mode`
    #[serde(deserialize_with = "known_or_default")]
    pub mode: CompositionMode,
    /// `text_position`
    #[serde(deserialize_with = "known_or_default")]
    pub position: TextPosition,
    /// `composition_strength`
    pub composition_strength: f32,
    /// `strength`
    pub strength: f32,
    /// `seed`
    pub seed: u64,
    /// Whether "Generate" keeps the seed even if nothing else changed.
    pub seed_locked: bool,
    /// `width`
    pub width: u32,
    /// `height`
    pub height: u32,
    /// `num_inference_steps`
    pub steps: u32,
    /// `text_num_inference_steps`
    pub text_steps: u32,
    /// `guidance_scale`
    pub guidance: f32,
    /// `preserve_product`
    pub preserve_product: bool,
    /// `layers`, without their pictures.
    pub layers: Vec<Value>,
    /// The pictures of layers by the layer's place in `layers`.
    pub layer_pictures: BTreeMap<usize, Product>,
    /// `background_color`, or [`TRANSPARENT`]; empty paints a scene.
    pub background_color: String,
    /// `background_image`; `None` paints a scene.
    pub backdrop: Option<Product>,
    /// `product_x`; `None` in this and the next four fields places automatically.
    pub product_x: Option<f32>,
    /// `product_y`
    pub product_y: Option<f32>,
    /// `product_scale`
    pub product_scale: Option<f32>,
    /// Changes to the product's pixels, and its shadow.
    pub look: ProductLook,
    /// `text_x`
    pub text_x: Option<f32>,
    /// `text_y`
    pub text_y: Option<f32>,
    /// `text_scale`; `None` is the largest size that fits.
    pub text_scale: Option<f32>,
    /// `camera_elevation`; `None` is as the photo was taken.
    pub camera_elevation: Option<f32>,
    /// `engine`
    #[serde(deserialize_with = "known_or_default")]
    pub engine: BackendChoice,
    /// `model`
    #[serde(deserialize_with = "known_or_default")]
    pub model: ModelChoice,
    /// Fields without a control in the studio, as they came with a job of the CLI or the REST API.
    pub others: Map<String, Value>,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            product: None,
            mask: None,
            scene: String::new(),
            scene_negative: String::new(),
            text: String::new(),
            style: String::new(),
            style_negative: String::new(),
            font: crate::assets::DEFAULT_FONT.into(),
            mode: CompositionMode::default(),
            position: TextPosition::default(),
            composition_strength: 0.4,
            strength: 0.6,
            seed: 42,
            seed_locked: false,
            width: 1024,
            height: 1024,
            steps: 4,
            text_steps: 30,
            guidance: 3.5,
            preserve_product: true,
            layers: Vec::new(),
            layer_pictures: BTreeMap::new(),
            background_color: String::new(),
            backdrop: None,
            product_x: None,
            product_y: None,
            product_scale: None,
            look: ProductLook::default(),
            text_x: None,
            text_y: None,
            text_scale: None,
            camera_elevation: None,
            engine: BackendChoice::Auto,
            model: ModelChoice::Auto,
            others: Map::new(),
        }
    }
}

impl Brief {
    /// A brief with a random seed and defaults otherwise.
    pub fn fresh() -> Self {
        Self { seed: random_seed(), ..Self::default() }
    }

    /// Whether the advertisement has no background.
    pub fn is_clear(&self) -> bool {
        self.background_color == TRANSPARENT
    }

    /// Whether the brief asks for text.
    pub fn has_text(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// Places the product automatically.
    pub fn place_product_automatically(&mut self) {
        (self.product_x, self.product_y, self.product_scale) = (None, None, None);
    }

    /// Resets the settings that belong to the photo: mask, place, camera, corrections and the point of the chosen product.
    pub fn forget_photo(&mut self) {
        self.mask = None;
        self.camera_elevation = None;
        self.look.forget_photo();
        self.others.retain(|name, _| !name.starts_with("product_pick_"));
        self.place_product_automatically();
    }

    /// Places the text where `position` says, as large as it fits.
    pub fn place_text_automatically(&mut self) {
        (self.text_x, self.text_y, self.text_scale) = (None, None, None);
    }

    /// Removes the photo with its mask and its place.
    pub fn remove_product(&mut self) {
        self.product = None;
        self.forget_photo();
    }

    /// Whether both briefs ask for the same job: everything but the lock on the seed is equal.
    pub fn is_same_job(&self, other: &Self) -> bool {
        let unlocked = |brief: &Self| Self { seed_locked: false, ..brief.clone() };
        unlocked(self) == unlocked(other)
    }

    /// The request as REST takes it, without its pictures.
    pub fn to_raw(&self) -> Map<String, Value> {
        let number = decimal;
        let mut raw = self.others.clone();
        let words = [
            ("bg_prompt", &self.scene),
            ("bg_negative_prompt", &self.scene_negative),
            ("text_content", &self.text),
            ("text_model_prompt", &self.style),
            ("negative_prompt", &self.style_negative),
            ("font_name", &self.font),
            ("background_color", &self.background_color),
        ];
        for (name, text) in words {
            if !text.trim().is_empty() {
                raw.insert(name.into(), json!(text));
            }
        }
        raw.insert("composition_mode".into(), json!(self.mode));
        raw.insert("text_position".into(), json!(self.position));
        raw.insert("composition_strength".into(), number(self.composition_strength));
        raw.insert("strength".into(), number(self.strength));
        raw.insert("seed".into(), json!(self.seed));
        raw.insert("width".into(), json!(self.width));
        raw.insert("height".into(), json!(self.height));
        raw.insert("num_inference_steps".into(), json!(self.steps));
        raw.insert("text_num_inference_steps".into(), json!(self.text_steps));
        raw.insert("guidance_scale".into(), number(self.guidance));
        raw.insert("preserve_product".into(), json!(self.preserve_product));
        if self.engine != BackendChoice::Auto {
            raw.insert("engine".into(), json!(self.engine));
        }
        if self.model != ModelChoice::Auto {
            raw.insert("model".into(), json!(self.model));
        }
        if !self.layers.is_empty() {
            raw.insert("layers".into(), json!(self.layers));
        }
        let product = self.product.is_some();
        if product {
            self.look.add_to(&mut raw);
        }
        let places = [
            ("product_x", self.product_x.filter(|_| product)),
            ("product_y", self.product_y.filter(|_| product)),
            ("product_scale", self.product_scale.filter(|_| product)),
            ("text_x", self.text_x),
            ("text_y", self.text_y),
            ("text_scale", self.text_scale),
            ("camera_elevation", self.camera_elevation),
        ];
        for (name, value) in places {
            if let Some(value) = value {
                raw.insert(name.into(), number(value));
            }
        }
        raw
    }

    /// The brief that gives these job parameters, without photo and mask.
    pub fn from_parameters(parameters: &Map<String, Value>, seed: u64, size: (u32, u32)) -> Self {
        let fresh = Self::default();
        let text = |key: &str| parameters.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str, or: f32| parameters.get(key).and_then(Value::as_f64).map_or(or, |v| v as f32);
        let place = |key: &str| parameters.get(key).and_then(Value::as_f64).map(|v| v as f32);
        let count = |key: &str, or: u32| parameters.get(key).and_then(Value::as_u64).and_then(|v| v.try_into().ok()).unwrap_or(or);
        // A prompt that the parser filled in is the default's text: the field stays empty instead.
        let own = |key: &str| {
            let field = crate::request::fields::FIELDS.iter().find(|f| f.name == key);
            text(key).filter(|t| field.is_none_or(|f| f.default_value() != json!(t))).unwrap_or_default()
        };
        let others = crate::request::fields::FIELDS.iter().filter(|f| OTHERS.contains(&f.name)).filter_map(|f| {
            let value = parameters.get(f.name).filter(|v| !v.is_null() && **v != f.default_value())?;
            Some((f.name.to_owned(), value.clone()))
        });
        let others = others.collect();
        Self {
            product: None,
            mask: None,
            scene: own("bg_prompt"),
            scene_negative: own("bg_negative_prompt"),
            text: text("text_content").unwrap_or_default(),
            style: own("text_model_prompt"),
            style_negative: own("negative_prompt"),
            font: text("font_name").filter(|f| !f.is_empty()).unwrap_or(fresh.font),
            mode: choice(parameters.get("composition_mode")),
            position: choice(parameters.get("text_position")),
            composition_strength: number("composition_strength", fresh.composition_strength),
            strength: number("strength", fresh.strength),
            seed,
            seed_locked: false,
            width: size.0,
            height: size.1,
            steps: count("num_inference_steps", fresh.steps),
            text_steps: count("text_num_inference_steps", fresh.text_steps),
            guidance: number("guidance_scale", fresh.guidance),
            layers: without_pictures(parameters.get("layers")),
            layer_pictures: BTreeMap::new(),
            background_color: text("background_color").unwrap_or_default(),
            backdrop: None,
            preserve_product: parameters.get("preserve_product").and_then(Value::as_bool).unwrap_or(true),
            product_x: place("product_x"),
            product_y: place("product_y"),
            product_scale: place("product_scale"),
            look: ProductLook::from_parameters(parameters),
            text_x: place("text_x"),
            text_y: place("text_y"),
            text_scale: place("text_scale"),
            camera_elevation: place("camera_elevation"),
            model: choice(parameters.get("model")),
            engine: if parameters.get("test_mode") == Some(&json!(true)) { BackendChoice::Draft } else { choice(parameters.get("engine")) },
            others,
        }
    }

    /// Whether photo, background, text and layers are all missing.
    pub fn is_blank(&self) -> bool {
        let no_background = self.scene.trim().is_empty() && self.background_color.is_empty() && self.backdrop.is_none();
        self.product.is_none() && no_background && !self.has_text() && self.layers.is_empty()
    }
}

/// Everything that is restored at the next start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The brief that is being edited.
    pub brief: Brief,
    /// Name of the project.
    pub project: String,
    /// Language of the interface.
    pub lang: Language,
    /// Whether the dark theme is used.
    pub dark: bool,
    /// Zoom of the interface; 1 is the desktop's size.
    pub zoom: f32,
    /// The folders in which file dialogs open, by kind of file. A kind that this version does not know must not cost the session, so unreadable tables are empty.
    #[serde(deserialize_with = "known_or_default")]
    pub folders: BTreeMap<FolderKind, PathBuf>,
    /// Photos used before, newest first.
    pub recent: Vec<PathBuf>,
    /// Scene prompts used before, newest first.
    pub prompts: Vec<String>,
    /// Advertising texts used before, newest first.
    pub texts: Vec<String>,
    /// Style prompts used before, newest first.
    pub styles: Vec<String>,
    /// The briefs of the newest jobs.
    #[serde(rename = "made")]
    pub job_briefs: BTreeMap<Uuid, Brief>,
    /// The jobs in `job_briefs`, oldest first. Sessions of earlier versions lack it; jobs that are missing here count as the oldest.
    #[serde(rename = "order")]
    pub job_order: Vec<Uuid>,
    /// Read only: earlier versions kept the stars here. The studio moves them to the jobs.
    #[serde(skip_serializing)]
    pub starred: Vec<Uuid>,
    /// The finished job that the draft is compared with.
    pub base: Option<Uuid>,
    /// Number of jobs that "Variations" submits.
    pub variations: u32,
    /// The project file and the brief in it, once the project was saved or opened.
    pub saved: Option<(PathBuf, Brief)>,
    /// The server's address as entered in the studio; `None` uses the configured one.
    pub server: Option<String>,
    /// The folder of the brand kit.
    pub brand: Option<PathBuf>,
    /// IDs of the formats that were chosen for the last size set.
    pub set_formats: Vec<String>,
    /// The pattern of its file names; empty for the usual one.
    pub set_pattern: String,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            brief: Brief::default(),
            project: String::new(),
            lang: Language::default(),
            dark: true,
            zoom: 1.0,
            folders: BTreeMap::new(),
            recent: Vec::new(),
            prompts: Vec::new(),
            texts: Vec::new(),
            styles: Vec::new(),
            job_briefs: BTreeMap::new(),
            job_order: Vec::new(),
            starred: Vec::new(),
            base: None,
            variations: 4,
            saved: None,
            server: None,
            brand: None,
            set_formats: Vec::new(),
            set_pattern: String::new(),
        }
    }
}

fn push_recent<T>(list: &mut Vec<T>, value: T, same: impl Fn(&T, &T) -> bool) {
    list.retain(|v| !same(v, &value));
    list.insert(0, value);
    list.truncate(RECENT);
}

impl Session {
    /// Puts a photo first among the recent ones.
    pub fn remember_file(&mut self, path: PathBuf) {
        push_recent(&mut self.recent, path, |a, b| paths::are_equal(a, b));
    }

    /// Whether the project file differs from the brief.
    pub fn is_unsaved(&self) -> bool {
        self.saved.as_ref().is_some_and(|s| s.1 != self.brief)
    }

    /// Remembers the brief of a job, and its words among the recent ones.
    pub fn remember_job(&mut self, id: Uuid, brief: Brief) {
        let used = [(&mut self.prompts, &brief.scene), (&mut self.texts, &brief.text), (&mut self.styles, &brief.style)];
        for (list, words) in used {
            if !words.trim().is_empty() {
                push_recent(list, words.clone(), String::eq);
            }
        }
        self.job_briefs.insert(id, brief);
        self.job_order.retain(|o| *o != id && self.job_briefs.contains_key(o));
        self.job_order.push(id);
        while self.job_briefs.len() > REMEMBERED {
            let unordered = self.job_briefs.keys().find(|id| !self.job_order.contains(id)).copied();
            let oldest = unordered.unwrap_or_else(|| self.job_order.remove(0));
            self.job_briefs.remove(&oldest);
        }
    }

    /// Every brief of the session: of its jobs, of the project file, and the one that is being edited.
    pub fn briefs(&self) -> impl Iterator<Item = &Brief> {
        self.job_briefs.values().chain([&self.brief]).chain(self.saved.as_ref().map(|s| &s.1))
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
