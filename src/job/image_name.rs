//! The pictures of a job's folder.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::request::StepNumber;

/// A picture of a job's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageName {
    /// The photo as decoded.
    Product,
    /// The own background as decoded.
    Backdrop,
    /// The product with soft alpha.
    Cutout,
    /// The matte at the size of the photo.
    Mask,
    /// The matte of the product as placed on the canvas.
    Placed,
    /// Canny edges of the text.
    Edges,
    /// Front faces of the glyphs, as step 2 draws them.
    Face,
    /// Front faces of the glyphs, as composited into the finished picture.
    Letters,
    /// Result of step 1.
    Step1,
    /// Result of step 2.
    Step2,
    /// The finished advertisement.
    Final,
}

impl ImageName {
    /// Every name, in the order in which front ends list them.
    pub const ALL: &'static [Self] = &[
        Self::Product,
        Self::Backdrop,
        Self::Cutout,
        Self::Mask,
        Self::Placed,
        Self::Edges,
        Self::Face,
        Self::Letters,
        Self::Step1,
        Self::Step2,
        Self::Final,
    ];

    /// The picture that a step results in. If `stop_step` ends the job early, `Final` is a copy of the last step's result.
    pub fn of_result(step: StepNumber) -> Self {
        match step {
            StepNumber::Background => Self::Step1,
            StepNumber::Text => Self::Step2,
            StepNumber::Composite => Self::Final,
        }
    }

    /// Whether this is the result of a step.
    pub fn is_result(self) -> bool {
        matches!(self, Self::Step1 | Self::Step2 | Self::Final)
    }

    /// The name without extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Backdrop => "backdrop",
            Self::Cutout => "cutout",
            Self::Mask => "mask",
            Self::Placed => "placed",
            Self::Edges => "edges",
            Self::Face => "face",
            Self::Letters => "letters",
            Self::Step1 => "step1",
            Self::Step2 => "step2",
            Self::Final => "final",
        }
    }

    /// The name of the file in the job's folder.
    pub fn file_name(self) -> String {
        format!("{}.png", self.as_str())
    }
}

impl FromStr for ImageName {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|n| n.as_str() == s).ok_or(())
    }
}
