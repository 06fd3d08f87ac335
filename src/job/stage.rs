//! The steps of a job and their stages.

use serde::{Deserialize, Serialize};

use crate::notice;
use crate::notice::Notice;
use crate::request::{Backdrop, JobSpec, Start, StepNumber};

/// How far a job has come: before its first step, or in one of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Before the first step.
    Init,
    /// Step 1: the scene with the product.
    Background,
    /// Step 2: the headline.
    Text,
    /// Step 3: both together.
    Composite,
}

impl Step {
    /// The word used over REST.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Background => "step1_background",
            Self::Text => "step2_text",
            Self::Composite => "step3_composite",
        }
    }

    /// The step's number; `None` before the first step.
    pub fn number(self) -> Option<StepNumber> {
        match self {
            Self::Init => None,
            Self::Background => Some(StepNumber::Background),
            Self::Text => Some(StepNumber::Text),
            Self::Composite => Some(StepNumber::Composite),
        }
    }
}

impl From<StepNumber> for Step {
    fn from(number: StepNumber) -> Self {
        match number {
            StepNumber::Background => Self::Background,
            StepNumber::Text => Self::Text,
            StepNumber::Composite => Self::Composite,
        }
    }
}

/// A stage within a step (`sub_step` over REST).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Cuts the product out of the photo.
    Segmentation,
    /// Paints the empty scene.
    Scene,
    /// Blends the product into the scene.
    Injection,
    /// Lays out the text.
    TextCanvas,
    /// Finds the edges of the glyphs.
    Canny,
    /// Sculpts the headline.
    SdxlText,
    /// Cuts the headline out of its background.
    TextMatte,
    /// Composites the headline and the scene.
    Composition,
}

impl Stage {
    /// Every stage, in running order.
    pub const ALL: &'static [Self] = &[
        Self::Segmentation,
        Self::Scene,
        Self::Injection,
        Self::TextCanvas,
        Self::Canny,
        Self::SdxlText,
        Self::TextMatte,
        Self::Composition,
    ];

    /// The documented `sub_step`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segmentation => "segmentation",
            Self::Scene => "flux_background_generation",
            Self::Injection => "flux_inpaint_injection",
            Self::TextCanvas => "text_canvas_preparation",
            Self::Canny => "canny_edge_detection",
            Self::SdxlText => "sdxl_text_generation",
            Self::TextMatte => "text_background_removal",
            Self::Composition => "intelligent_composition",
        }
    }

    /// The step that the stage belongs to.
    pub fn step(self) -> StepNumber {
        match self {
            Self::Segmentation | Self::Scene | Self::Injection => StepNumber::Background,
            Self::TextCanvas | Self::Canny | Self::SdxlText | Self::TextMatte => StepNumber::Text,
            Self::Composition => StepNumber::Composite,
        }
    }

    /// The progress line while the stage runs.
    pub fn notice(self) -> Notice {
        match self {
            Self::Segmentation => notice!("job-stage-segmentation"),
            Self::Scene => notice!("job-stage-scene"),
            Self::Injection => notice!("job-stage-injection"),
            Self::TextCanvas => notice!("job-stage-text-canvas"),
            Self::Canny => notice!("job-stage-canny"),
            Self::SdxlText => notice!("job-stage-sdxl-text"),
            Self::TextMatte => notice!("job-stage-text-matte"),
            Self::Composition => notice!("job-stage-composition"),
        }
    }

    /// The stages of a job, in running order.
    pub fn plan<I>(spec: &JobSpec<I>) -> Vec<Self> {
        Self::of_start(spec).into_iter().filter(|stage| stage.step() <= spec.stop_step).collect()
    }

    fn of_start<I>(spec: &JobSpec<I>) -> Vec<Self> {
        const FROM_TEXT: [Stage; 5] = [Stage::TextCanvas, Stage::Canny, Stage::SdxlText, Stage::TextMatte, Stage::Composition];
        match &spec.start {
            Start::Background { product, text, .. } => {
                let background: &[Self] = match (product, &spec.backdrop) {
                    (Some(_), Backdrop::Scene) => &[Self::Segmentation, Self::Scene, Self::Injection],
                    (None, Backdrop::Scene) => &[Self::Scene],
                    (Some(_), Backdrop::Color(_) | Backdrop::Transparent | Backdrop::Picture(_)) => &[Self::Segmentation, Self::Injection],
                    (None, Backdrop::Color(_) | Backdrop::Transparent | Backdrop::Picture(_)) => &[Self::Injection],
                };
                let rest: &[Self] = match text {
                    Some(_) => &FROM_TEXT,
                    None if spec.layers.is_empty() => &[],
                    None => &[Self::Composition],
                };
                [background, rest].concat()
            }
            Start::Text { .. } => FROM_TEXT.to_vec(),
            Start::Composite { .. } => vec![Self::Composition],
        }
    }
}
