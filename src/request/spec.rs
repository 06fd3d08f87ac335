//! What a job is: valid by construction.

use std::sync::Arc;

use image::{GrayImage, RgbaImage};
use serde::{Deserialize, Serialize};

use super::step_number::StepNumber;

/// The engine that made or makes a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// The embedded CPU engine.
    Draft,
    /// FLUX, SDXL and BiRefNet.
    Diffusion,
}

impl BackendKind {
    /// The word used in requests, status and metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Diffusion => "diffusion",
        }
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendChoice {
    /// The best that can run here.
    #[default]
    Auto,
    /// The embedded engine.
    Draft,
    /// The diffusion models, or an error.
    Diffusion,
}

/// How text and picture go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompositionMode {
    /// Above everything, with a contact shadow.
    #[default]
    Overlay,
    /// Matched in light and colour to what is under it.
    Blend,
    /// Behind the product, which throws its shadow on it.
    Behind,
}

/// Where the text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextPosition {
    /// Upper part.
    #[default]
    Top,
    /// Middle.
    Center,
    /// Lower part.
    Bottom,
    /// Where it reads best and hides least.
    Auto,
}

/// A decoded input picture.
#[derive(Clone, Debug)]
pub struct SourceImage {
    /// sRGB, straight alpha, orientation applied.
    pub pixels: Arc<RgbaImage>,
    /// Whether the file is a cut-out: some of its pixels are not opaque. Its alpha is then the cut-out, however small the clear part is.
    pub has_alpha: bool,
    /// BLAKE3 of size and pixels, hexadecimal: the cache key.
    pub hash: String,
    /// For status and logs, such as "PNG 600×400, 455.8 KiB".
    pub description: String,
    /// What the designer should know about the file, such as "the last rows are missing": clauses without a field name and a full stop.
    pub notes: Vec<String>,
    /// The mask that belongs to a step result of this program: the product's matte on the canvas, or the letters' front faces.
    pub mask: Option<Arc<GrayImage>>,
    /// Text entries of the file: who made it, and how.
    pub text: Vec<(String, String)>,
}

/// From this alpha on a pixel counts as opaque: some programs write 254 where they mean it. A lower bound would miss a few clear pixels in
/// a large picture, which scaling averages with their neighbours.
const OPAQUE: u8 = 254;

impl SourceImage {
    /// Wraps decoded pixels and computes what follows from them.
    pub fn new(pixels: RgbaImage, description: String) -> Self {
        let has_alpha = pixels.pixels().any(|p| p.0[3] < OPAQUE);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&pixels.width().to_le_bytes());
        hasher.update(&pixels.height().to_le_bytes());
        hasher.update(pixels.as_raw());
        let hash = hasher.finalize().to_hex().to_string();
        Self { pixels: Arc::new(pixels), has_alpha, hash, description, notes: Vec::new(), mask: None, text: Vec::new() }
    }
}

/// The slogan.
#[derive(Clone, Debug)]
pub struct TextSpec {
    /// NFC, trimmed, 1..=200 characters, `\n` between lines.
    pub content: String,
    /// Material words.
    pub style_prompt: String,
    /// What to avoid.
    pub negative_prompt: String,
    /// Full name of a listed face.
    pub font: String,
    /// 1..=50.
    pub steps: u32,
    /// 0..=20.
    pub guidance_scale: f32,
}

/// Step 1.
#[derive(Clone, Debug)]
pub struct BackgroundSpec {
    /// The scene.
    pub prompt: String,
    /// What to avoid.
    pub negative_prompt: String,
    /// How the product is put in.
    pub composition_prompt: String,
    /// What to avoid there.
    pub composition_negative_prompt: String,
    /// Inpaint strength, 0..=1.
    pub strength: f32,
    /// 0..=20.
    pub guidance_scale: f32,
    /// 1..=50.
    pub steps: u32,
    /// Above 1 the negative prompt acts.
    pub true_cfg_scale: f32,
    /// Keep the product's own pixels.
    pub preserve_product: bool,
}

/// Where the designer put things; what is absent is placed automatically.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placement {
    /// Centre of the product's box, 0..=1 of the canvas' width.
    pub product_x: Option<f32>,
    /// Foot of the product, 0..=1 of the canvas' height from its top.
    pub product_y: Option<f32>,
    /// 0.1..=4 times the automatic size.
    pub product_scale: Option<f32>,
    /// Centre of the letters' ink, 0..=1 of the canvas' width.
    pub text_x: Option<f32>,
    /// Centre of the letters' ink, 0..=1 of the canvas' height from its top.
    pub text_y: Option<f32>,
}

/// Step 3.
#[derive(Clone, Debug)]
pub struct CompositionSpec {
    /// Layer order and matching.
    pub mode: CompositionMode,
    /// Where the text stands.
    pub position: TextPosition,
    /// May be empty.
    pub prompt: String,
    /// May be empty.
    pub negative_prompt: String,
    /// 0..=1.
    pub strength: f32,
    /// 1..=50.
    pub steps: u32,
    /// 0..=20.
    pub guidance_scale: f32,
}

/// Where the job starts, with exactly the inputs that start needs.
#[derive(Clone, Debug)]
pub enum Start {
    /// All steps; without text only the first.
    Background {
        /// The photo; without it the set stays empty.
        product: Option<SourceImage>,
        /// The product's corrected mask; never there without a product. Any size of the photo's shape.
        mask: Option<SourceImage>,
        /// The slogan.
        text: Option<TextSpec>,
    },
    /// From the text on.
    Text {
        /// Result of step 1.
        step1: SourceImage,
        /// The slogan.
        text: TextSpec,
    },
    /// The composite only.
    Composite {
        /// Result of step 1.
        step1: SourceImage,
        /// Result of step 2; has alpha.
        step2: SourceImage,
        /// The slogan, when the caller repeats it (for labels only).
        text_content: Option<String>,
    },
}

impl Start {
    /// The first step that runs.
    pub fn step(&self) -> StepNumber {
        match self {
            Self::Background { .. } => StepNumber::Background,
            Self::Text { .. } => StepNumber::Text,
            Self::Composite { .. } => StepNumber::Composite,
        }
    }
}

impl JobSpec {
    /// The step with which the job ends: without text, the first.
    pub fn last_step(&self) -> StepNumber {
        match &self.start {
            Start::Background { text: None, .. } => StepNumber::Background,
            _ => self.stop_step,
        }
    }
}

/// A job that can be run. [`super::parse`] is the only maker outside tests.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// Where it starts and with what.
    pub start: Start,
    /// Canvas width in pixels, 256..=2048, multiple of 16.
    pub width: u32,
    /// Canvas height in pixels, 256..=2048, multiple of 16.
    pub height: u32,
    /// Same spec, seed and backend: same pixels.
    pub seed: u64,
    /// Which backend; `engine` in JSON.
    pub backend: BackendChoice,
    /// Step 1.
    pub background: BackgroundSpec,
    /// Step 3.
    pub composition: CompositionSpec,
    /// Where product and text stand.
    pub placement: Placement,
    /// Run this step and later ones even if an earlier job has finished them.
    pub force_from_step: Option<StepNumber>,
    /// The last step to run, not before the start.
    pub stop_step: StepNumber,
    /// Only plan it. The engine's `submit` does not look at this: the doors do.
    pub dry_run: bool,
    /// Free the models when the job has ended.
    pub auto_unload: bool,
    /// As sent, defaults filled in, image fields replaced by a description: for status, history and metadata.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// What was ignored or adjusted, in words.
    pub warnings: Vec<String>,
}
