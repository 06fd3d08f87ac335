//! A job's specification: valid by construction.

use super::choices::{BackendChoice, CompositionMode, Flip, ModelChoice, TextPosition};
use super::input_image::SourceImage;
use super::layers::{Color, Layer};
use super::step_number::StepNumber;
use crate::notice::Notice;

/// The advertisement's text and how it looks.
#[derive(Clone, Debug)]
pub struct TextSpec {
    /// NFC, trimmed, 1..=200 characters, `\n` between lines.
    pub content: String,
    /// Material and look of the letters.
    pub style_prompt: String,
    /// What to avoid in the letters.
    pub negative_prompt: String,
    /// Full name of a listed font.
    pub font: String,
    /// Denoising steps, 1..=50.
    pub steps: u32,
    /// Classifier-free guidance, 0..=20.
    pub guidance_scale: f32,
}

/// Settings of step 1.
#[derive(Clone, Debug)]
pub struct BackgroundSpec {
    /// Prompt of the scene.
    pub prompt: String,
    /// What to avoid in the scene.
    pub negative_prompt: String,
    /// How the product is placed into the scene.
    pub composition_prompt: String,
    /// What to avoid when it is placed.
    pub composition_negative_prompt: String,
    /// Inpaint strength, 0..=1.
    pub strength: f32,
    /// Classifier-free guidance, 0..=20.
    pub guidance_scale: f32,
    /// Denoising steps, 1..=50.
    pub steps: u32,
    /// Above 1 the negative prompts act.
    pub true_cfg_scale: f32,
    /// Whether the product keeps its own pixels.
    pub preserve_product: bool,
}

/// The backdrop of the product. `I` is the type of pictures.
#[derive(Clone, Debug)]
pub enum Backdrop<I = SourceImage> {
    /// A scene that the backend paints.
    Scene,
    /// One colour.
    Color(Color),
    /// Nothing: the advertisement has an alpha channel.
    Transparent,
    /// An own picture, which covers the canvas.
    Picture(I),
}

/// A part of the canvas as fractions of its sides. Left is less than right, top less than bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

/// Where the designer put product and text; `None` is placed automatically.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placement {
    /// Centre of the product's box, 0..=1 of the canvas' width.
    pub product_x: Option<f32>,
    /// Foot of the product, 0..=1 of the canvas' height from its top.
    pub product_y: Option<f32>,
    /// 0.1..=4 times the automatic size.
    pub product_scale: Option<f32>,
    /// The area for a product that is placed automatically; `None` is the canvas.
    pub product_area: Option<Area>,
    /// Centre of the letters' ink, 0..=1 of the canvas' width.
    pub text_x: Option<f32>,
    /// Centre of the letters' ink, 0..=1 of the canvas' height from its top.
    pub text_y: Option<f32>,
    /// 0.2..=1 of the largest type size that fits.
    pub text_scale: Option<f32>,
    /// Degrees above the horizon from which the scene is seen; `None` is as the product's photo was taken.
    pub camera_elevation: Option<f32>,
    /// The point of the photo, as fractions of its sides, whose product alone is kept.
    pub product_pick: Option<(f32, f32)>,
}

/// Changes to the cut-out before it is placed, in this order: crop, flip, rotation. The default leaves it as photographed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProductEdit {
    /// The part of the photo that is used; `None` is all of it.
    pub crop: Option<Area>,
    /// How it is mirrored.
    pub flip: Flip,
    /// Degrees clockwise, -180..=180.
    pub rotation: f32,
    /// EV, -1..=1.
    pub exposure: f32,
    /// -1 (cooler) ..= 1 (warmer).
    pub white_balance: f32,
}

impl ProductEdit {
    /// Whether the product keeps its shape and stands as photographed.
    pub fn keeps_shape(&self) -> bool {
        *self == Self { exposure: self.exposure, white_balance: self.white_balance, ..Self::default() }
    }
}

/// The product's shadow. The default is as the scene's light makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShadowSpec {
    /// Density, 0 (none) ..= 2.
    pub strength: f32,
    /// 0 (hard) ..= 1 (soft); `None` is by the scene's light.
    pub softness: Option<f32>,
    /// Direction on the surface in degrees, clockwise: 0 right, 90 towards the viewer; `None` is by the scene's light.
    pub direction: Option<f32>,
    /// Whether the surface is darker where the product touches it.
    pub contact: bool,
}

impl Default for ShadowSpec {
    fn default() -> Self {
        Self { strength: 1.0, softness: None, direction: None, contact: true }
    }
}

/// Settings of step 3.
#[derive(Clone, Debug)]
pub struct CompositionSpec {
    /// Order of the layers, and whether the headline is matched to the picture.
    pub mode: CompositionMode,
    /// Where the text stands.
    pub position: TextPosition,
    /// Prompt of the last pass; may be empty.
    pub prompt: String,
    /// What to avoid in the last pass; may be empty.
    pub negative_prompt: String,
    /// How far the last pass may change the picture, 0..=1.
    pub strength: f32,
    /// Denoising steps, 1..=50.
    pub steps: u32,
    /// Classifier-free guidance, 0..=20.
    pub guidance_scale: f32,
}

/// Where a job starts, with exactly the inputs that it needs there. `I` is the type of its pictures.
#[derive(Clone, Debug)]
pub enum Start<I = SourceImage> {
    /// With step 1. Without text it is the only step.
    Background {
        /// The product photo; without it the scene stays empty.
        product: Option<I>,
        /// The product's corrected mask: any size of the photo's aspect ratio. Always `None` without a product.
        mask: Option<I>,
        /// The text.
        text: Option<TextSpec>,
    },
    /// With step 2.
    Text {
        /// Result of step 1.
        step1: I,
        /// The text.
        text: TextSpec,
    },
    /// With step 3.
    Composite {
        /// Result of step 1.
        step1: I,
        /// Result of step 2; has transparency. `None` if the advertisement has layers and no headline.
        step2: Option<I>,
        /// The text if it was sent; only for labels.
        text_content: Option<String>,
    },
}

impl<I> Start<I> {
    /// The first step that runs.
    pub fn step(&self) -> StepNumber {
        match self {
            Self::Background { .. } => StepNumber::Background,
            Self::Text { .. } => StepNumber::Text,
            Self::Composite { .. } => StepNumber::Composite,
        }
    }
}

impl<I> Start<I> {
    /// The settings of step 2, if the job has that step.
    pub fn into_text(self) -> Option<TextSpec> {
        match self {
            Self::Background { text, .. } => text,
            Self::Text { text, .. } => Some(text),
            Self::Composite { .. } => None,
        }
    }
}

impl<I> JobSpec<I> {
    /// The same job with another start and other pictures in the background and the layers, without hidden layers. `picture` gets the layer's
    /// place in the list; `None` is the background.
    ///
    /// # Errors
    /// Those of `picture`.
    pub fn with_start<J, E>(
        self,
        start: impl FnOnce(Start<I>) -> Start<J>,
        mut picture: impl FnMut(Option<usize>, I) -> Result<J, E>,
    ) -> Result<JobSpec<J>, E> {
        let backdrop = match self.backdrop {
            Backdrop::Scene => Backdrop::Scene,
            Backdrop::Color(color) => Backdrop::Color(color),
            Backdrop::Transparent => Backdrop::Transparent,
            Backdrop::Picture(image) => Backdrop::Picture(picture(None, image)?),
        };
        let layers =
            self.layers.into_iter().map(|layer| layer.try_map(|index, image| picture(Some(index), image))).collect::<Result<_, E>>()?;
        Ok(JobSpec {
            start: start(self.start),
            backdrop,
            layers,
            hidden_layers: Vec::new(),
            width: self.width,
            height: self.height,
            seed: self.seed,
            backend: self.backend,
            model: self.model,
            background: self.background,
            composition: self.composition,
            placement: self.placement,
            product: self.product,
            shadow: self.shadow,
            force_from_step: self.force_from_step,
            stop_step: self.stop_step,
            auto_unload: self.auto_unload,
            parameters: self.parameters,
            warnings: self.warnings,
        })
    }

    /// The step with which the job ends. Without text there is no step 2, and without text and layers no step 3.
    pub fn last_step(&self) -> StepNumber {
        match &self.start {
            Start::Background { text: None, .. } if self.layers.is_empty() || self.stop_step < StepNumber::LAST => StepNumber::Background,
            _ => self.stop_step,
        }
    }

    /// Whether the advertisement has a headline.
    pub fn has_headline(&self) -> bool {
        match &self.start {
            Start::Background { text, .. } => text.is_some(),
            Start::Text { .. } => true,
            Start::Composite { step2, .. } => step2.is_some(),
        }
    }
}

/// A job that can be run; with [`KnownImage`](super::KnownImage) pictures one that can be planned. Made by [`parse`](super::parse()) only,
/// tests apart.
#[derive(Clone, Debug)]
pub struct JobSpec<I = SourceImage> {
    /// Where it starts and with what.
    pub start: Start<I>,
    /// Canvas width in pixels, 256..=4096.
    pub width: u32,
    /// Canvas height in pixels, 256..=4096.
    pub height: u32,
    /// Same spec, seed and backend: same pixels.
    pub seed: u64,
    /// Which backend; `engine` in JSON.
    pub backend: BackendChoice,
    /// Which models of the diffusion backend.
    pub model: ModelChoice,
    /// Settings of step 1.
    pub background: BackgroundSpec,
    /// The backdrop of step 1.
    pub backdrop: Backdrop<I>,
    /// The layers that are drawn in step 3, lowest first.
    pub layers: Vec<Layer<I>>,
    /// The layers that are not drawn. Their pictures are kept with the job.
    pub hidden_layers: Vec<Layer<I>>,
    /// Settings of step 3.
    pub composition: CompositionSpec,
    /// Where product and text stand.
    pub placement: Placement,
    /// Changes to the cut-out product.
    pub product: ProductEdit,
    /// The product's shadow.
    pub shadow: ShadowSpec,
    /// Run this step and later ones even if an earlier job has finished them.
    pub force_from_step: Option<StepNumber>,
    /// The last step to run, not before the start.
    pub stop_step: StepNumber,
    /// Whether the models are unloaded when the job has ended.
    pub auto_unload: bool,
    /// The fields as sent, with defaults filled in and pictures replaced by their descriptions: for status, history and metadata.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Inputs that were ignored or adjusted.
    pub warnings: Vec<Notice>,
}
