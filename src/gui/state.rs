//! What the designer has entered: the brief, and the session around it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::i18n::Lang;

/// Briefs remembered with the jobs made from them.
const REMEMBERED: usize = 400;
/// Recent files and prompts kept.
const RECENT: usize = 12;

/// The best engine that can run.
pub const AUTO: &str = "auto";
/// Fields without a control: they are kept as they came.
const OTHERS: [&str; 9] = [
    "bg_composition_prompt",
    "bg_composition_negative_prompt",
    "composition_prompt",
    "composition_negative_prompt",
    "composition_steps",
    "composition_guidance_scale",
    "text_guidance_scale",
    "true_cfg_scale",
    "auto_unload",
];

/// A product photo, kept in the studio's own folder so that it is still there tomorrow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Where the bytes are kept.
    pub path: PathBuf,
    /// Name as the designer knows it.
    pub name: String,
    /// Content hash: the key of the cut-out.
    pub hash: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the file brings its own cut-out.
    pub has_alpha: bool,
}

/// A corrected cut-out mask, kept beside the photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Where its PNG is kept.
    pub path: PathBuf,
    /// Content hash, as the engine computes it.
    pub hash: String,
}

/// The fields of `POST /generate` that the studio edits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// The photo; without it only the scene is painted.
    pub product: Option<Product>,
    /// `mask_image`; `None`: cut out automatically.
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
    pub mode: String,
    /// `text_position`
    pub position: String,
    /// `composition_strength`
    pub composition_strength: f32,
    /// `strength`
    pub strength: f32,
    /// `seed`
    pub seed: u64,
    /// Generate never draws a new seed by itself.
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
    /// `product_x`; what is `None` is placed automatically.
    pub product_x: Option<f32>,
    /// `product_y`
    pub product_y: Option<f32>,
    /// `product_scale`
    pub product_scale: Option<f32>,
    /// `text_x`
    pub text_x: Option<f32>,
    /// `text_y`
    pub text_y: Option<f32>,
    /// `engine`
    pub engine: String,
    /// Fields without a control, as they came with a job of another door.
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
            mode: "overlay".into(),
            position: "top".into(),
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
            product_x: None,
            product_y: None,
            product_scale: None,
            text_x: None,
            text_y: None,
            engine: AUTO.into(),
            others: Map::new(),
        }
    }
}

impl Brief {
    /// The raw request without pictures, as REST would send it.
    pub fn to_raw(&self) -> Map<String, Value> {
        // A slider moves in f32; its decimal text is what the designer saw.
        let number = |v: f32| json!((f64::from(v) * 1000.0).round() / 1000.0);
        let mut raw = self.others.clone();
        let words = [
            ("bg_prompt", &self.scene),
            ("bg_negative_prompt", &self.scene_negative),
            ("text_content", &self.text),
            ("text_model_prompt", &self.style),
            ("negative_prompt", &self.style_negative),
            ("font_name", &self.font),
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
        if self.engine != AUTO {
            raw.insert("engine".into(), json!(self.engine));
        }
        let product = self.product.is_some();
        let places = [
            ("product_x", self.product_x.filter(|_| product)),
            ("product_y", self.product_y.filter(|_| product)),
            ("product_scale", self.product_scale.filter(|_| product)),
            ("text_x", self.text_x),
            ("text_y", self.text_y),
        ];
        for (name, value) in places {
            if let Some(value) = value {
                raw.insert(name.into(), number(value));
            }
        }
        raw
    }

    /// Takes over the settings of a job; the product is the caller's.
    pub fn from_parameters(parameters: &Map<String, Value>, seed: u64, size: (u32, u32)) -> Self {
        let fresh = Self::default();
        let text = |key: &str| parameters.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str, or: f32| parameters.get(key).and_then(Value::as_f64).map_or(or, |v| v as f32);
        let place = |key: &str| parameters.get(key).and_then(Value::as_f64).map(|v| v as f32);
        let count = |key: &str, or: u32| parameters.get(key).and_then(Value::as_u64).and_then(|v| v.try_into().ok()).unwrap_or(or);
        // Defaults that the parser filled in read better as empty fields.
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
            mode: text("composition_mode").unwrap_or(fresh.mode),
            position: text("text_position").unwrap_or(fresh.position),
            composition_strength: number("composition_strength", fresh.composition_strength),
            strength: number("strength", fresh.strength),
            seed,
            seed_locked: false,
            width: size.0,
            height: size.1,
            steps: count("num_inference_steps", fresh.steps),
            text_steps: count("text_num_inference_steps", fresh.text_steps),
            guidance: number("guidance_scale", fresh.guidance),
            preserve_product: parameters.get("preserve_product").and_then(Value::as_bool).unwrap_or(true),
            product_x: place("product_x"),
            product_y: place("product_y"),
            product_scale: place("product_scale"),
            text_x: place("text_x"),
            text_y: place("text_y"),
            engine: if parameters.get("test_mode") == Some(&json!(true)) { "draft".into() } else { text("engine").unwrap_or(fresh.engine) },
            others,
        }
    }

    /// Whether nothing was entered yet.
    pub fn is_blank(&self) -> bool {
        self.product.is_none() && self.scene.trim().is_empty() && self.text.trim().is_empty()
    }
}

/// Everything that is found again at the next start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The brief on the desk.
    pub brief: Brief,
    /// Name of the project, for people.
    pub project: String,
    /// Language.
    pub lang: Lang,
    /// Dark theme.
    pub dark: bool,
    /// Zoom of the interface.
    pub zoom: f32,
    /// Photos used before, newest first.
    pub recent: Vec<PathBuf>,
    /// Scene prompts used before, newest first.
    pub prompts: Vec<String>,
    /// Slogans used before, newest first.
    pub texts: Vec<String>,
    /// Looks of letters used before, newest first.
    pub styles: Vec<String>,
    /// Which brief made which job.
    pub made: BTreeMap<Uuid, Brief>,
    /// The jobs in `made`, oldest first; those that are missing here are older still.
    pub order: Vec<Uuid>,
    /// Jobs that were starred before stars were kept with the jobs.
    #[serde(skip_serializing)]
    pub starred: Vec<Uuid>,
    /// The job whose result is shown and whose steps are re-used.
    pub base: Option<Uuid>,
    /// How many variations the button makes.
    pub variations: u32,
    /// The project file and what it holds, once one was saved or opened.
    pub saved: Option<(PathBuf, Brief)>,
    /// The server's address, where it was entered here; `None`: as configured.
    pub server: Option<String>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            brief: Brief::default(),
            project: String::new(),
            lang: Lang::default(),
            dark: true,
            zoom: 1.0,
            recent: Vec::new(),
            prompts: Vec::new(),
            texts: Vec::new(),
            styles: Vec::new(),
            made: BTreeMap::new(),
            order: Vec::new(),
            starred: Vec::new(),
            base: None,
            variations: 4,
            saved: None,
            server: None,
        }
    }
}

fn push_recent<T: PartialEq>(list: &mut Vec<T>, value: T) {
    list.retain(|v| *v != value);
    list.insert(0, value);
    list.truncate(RECENT);
}

impl Session {
    /// Remembers a photo.
    pub fn used_file(&mut self, path: PathBuf) {
        push_recent(&mut self.recent, path);
    }

    /// Whether the project's file lacks what is on the desk.
    pub fn unsaved(&self) -> bool {
        self.saved.as_ref().is_some_and(|s| s.1 != self.brief)
    }

    /// Remembers what made a job.
    pub fn made(&mut self, id: Uuid, brief: Brief) {
        let used = [(&mut self.prompts, &brief.scene), (&mut self.texts, &brief.text), (&mut self.styles, &brief.style)];
        for (list, words) in used {
            if !words.trim().is_empty() {
                push_recent(list, words.clone());
            }
        }
        self.made.insert(id, brief);
        self.order.retain(|o| *o != id && self.made.contains_key(o));
        self.order.push(id);
        while self.made.len() > REMEMBERED {
            let unknown = self.made.keys().find(|id| !self.order.contains(id)).copied();
            let oldest = unknown.unwrap_or_else(|| self.order.remove(0));
            self.made.remove(&oldest);
        }
    }

    /// Every brief that is kept.
    pub fn briefs(&self) -> impl Iterator<Item = &Brief> {
        self.made.values().chain([&self.brief]).chain(self.saved.as_ref().map(|s| &s.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_survives_the_parser_and_comes_back() {
        let brief = Brief {
            scene: "marble table".into(),
            text: "신메뉴".into(),
            style: "chrome".into(),
            mode: "behind".into(),
            position: "auto".into(),
            composition_strength: 0.35,
            seed: 7,
            width: 768,
            text_x: Some(0.25),
            text_y: Some(0.8),
            engine: "draft".into(),
            others: [("composition_steps".to_owned(), json!(9)), ("auto_unload".to_owned(), json!(true))].into_iter().collect(),
            ..Brief::default()
        };
        let context = crate::request::ParseContext {
            resolve_font: &|name| Some(name.to_owned()),
            skipped_font: &|_| None,
            unsettable: &|_| None,
            default_font: crate::assets::DEFAULT_FONT,
            undrawable: &|_, _| Vec::new(),
            fallback_seed: 1,
            lenient: false,
        };
        let request = crate::request::OpenRequest::<crate::request::KnownImage>::new(brief.to_raw());
        let spec = crate::request::parse(&request, &context).unwrap();
        assert!(spec.warnings.is_empty(), "{:?}", spec.warnings);
        assert_eq!(Brief::from_parameters(&spec.parameters, spec.seed, (spec.width, spec.height)), brief);
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let id = |n: usize| Uuid::from_u128((n as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let mut session = Session::default();
        // From before the order was kept.
        session.made.insert(Uuid::from_u128(u128::MAX), Brief::default());
        for n in 0..REMEMBERED + 3 {
            session.made(id(n), Brief::default());
        }
        session.made(id(3), Brief::default());
        session.made(id(REMEMBERED + 3), Brief::default());
        let mut kept: Vec<usize> = (0..REMEMBERED + 4).filter(|n| session.made.contains_key(&id(*n))).collect();
        assert_eq!((session.made.len(), session.order.len()), (REMEMBERED, REMEMBERED));
        let last = kept.split_off(1);
        assert_eq!((kept, last), (vec![3], (5..REMEMBERED + 4).collect()));
    }

    /// A field that a brief neither keeps nor passes on would be lost when a job of another door is run again.
    #[test]
    fn every_field_has_its_place() {
        let product = Product { path: "a".into(), name: String::new(), hash: String::new(), width: 1, height: 1, has_alpha: false };
        let some = Some(0.5);
        let full = Brief {
            product: Some(product),
            scene: "a".into(),
            scene_negative: "a".into(),
            text: "a".into(),
            style: "a".into(),
            style_negative: "a".into(),
            engine: "draft".into(),
            product_x: some,
            product_y: some,
            product_scale: some,
            text_x: some,
            text_y: some,
            ..Brief::default()
        };
        let kept = full.to_raw();
        // Pictures are put in beside it; the rest says how a job is run, not what it makes; test_mode is an engine.
        let apart = [
            "product_image",
            "mask_image",
            "step1_image",
            "step2_image",
            "start_step",
            "force_from_step",
            "stop_step",
            "dry_run",
            "test_mode",
        ];
        for field in crate::request::fields::FIELDS.iter().map(|f| f.name) {
            assert!(kept.contains_key(field) || OTHERS.contains(&field) || apart.contains(&field), "{field} is lost");
        }
    }
}
