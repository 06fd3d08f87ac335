//! Prepares a stage's prompts for the text encoders, and warns about the parts that have no effect.

use super::prompt_language::translate;
use crate::backend::{Prompts, Sampling, StageCx};
use crate::notice;
use crate::request::{DEFAULT_BG_COMPOSITION_NEGATIVE, DEFAULT_BG_NEGATIVE, DEFAULT_TEXT_NEGATIVE};

/// The prompt fields of one stage.
pub struct PromptFields {
    positive: &'static str,
    negative: &'static str,
    /// The negative prompt of requests that send none; it needs no warning.
    default_negative: &'static str,
}

/// Painting the scene.
pub const SCENE: PromptFields =
    PromptFields { positive: "bg_prompt", negative: "bg_negative_prompt", default_negative: DEFAULT_BG_NEGATIVE };
/// Putting the product into the scene.
pub const BLEND: PromptFields = PromptFields {
    positive: "bg_composition_prompt",
    negative: "bg_composition_negative_prompt",
    default_negative: DEFAULT_BG_COMPOSITION_NEGATIVE,
};
/// Sculpting the text.
pub const TEXT: PromptFields =
    PromptFields { positive: "text_model_prompt", negative: "negative_prompt", default_negative: DEFAULT_TEXT_NEGATIVE };
/// The last pass over text and picture.
pub const COMPOSITE: PromptFields =
    PromptFields { positive: "composition_prompt", negative: "composition_negative_prompt", default_negative: "" };

/// Prompts in English, as the text encoders read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnglishPrompts {
    /// What the picture should show.
    pub positive: String,
    /// What the picture should not show; `None` if the negative prompt is empty or has no effect.
    pub negative: Option<String>,
}

impl PromptFields {
    /// Prompts for FLUX, whose negative prompt acts by true classifier-free guidance.
    pub fn for_flux(&self, prompts: Prompts<'_>, sampling: Sampling, cx: StageCx<'_>) -> EnglishPrompts {
        self.prepare(prompts, ("true_cfg_scale", sampling.true_cfg_scale), cx)
    }

    /// Prompts for SDXL, whose negative prompt acts by classifier-free guidance.
    pub fn for_sdxl(&self, prompts: Prompts<'_>, sampling: Sampling, cx: StageCx<'_>) -> EnglishPrompts {
        self.prepare(prompts, ("text_guidance_scale", sampling.guidance_scale), cx)
    }

    /// The positive and the negative prompt for FLUX.2, whose text encoder reads every language: unchanged. A distilled model takes no negative
    /// prompt.
    pub fn for_flux2(&self, prompts: Prompts<'_>, is_distilled: bool, cx: StageCx<'_>) -> (String, String) {
        let negative = prompts.negative.trim();
        if is_distilled && !negative.is_empty() && negative != self.default_negative {
            cx.observer.notice(notice!("diffusion-negative-ignored").at(self.negative));
        }
        (prompts.positive.trim().to_owned(), negative.to_owned())
    }

    /// `scale`: the field that gives the negative prompt its effect, and its value.
    fn prepare(&self, prompts: Prompts<'_>, (scale, value): (&'static str, f32), cx: StageCx<'_>) -> EnglishPrompts {
        let english = |field: &'static str, prompt: &str| {
            let translation = translate(prompt);
            translation.warning(field).into_iter().for_each(|notice| cx.observer.notice(notice));
            translation.prompt
        };
        let positive = english(self.positive, prompts.positive);
        let negative = prompts.negative.trim();
        if value > 1.0 {
            let negative = Some(english(self.negative, negative)).filter(|text| !text.is_empty());
            return EnglishPrompts { positive, negative };
        }
        if !negative.is_empty() && negative != self.default_negative {
            cx.observer.notice(notice!("diffusion-negative-without-effect", scale = scale).at(self.negative));
        }
        EnglishPrompts { positive, negative: None }
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;
    use crate::backend::StageObserver;
    use crate::cancel::CancelToken;
    use crate::notice::Notice;

    #[derive(Default)]
    struct Warnings(Mutex<Vec<String>>);

    impl StageObserver for Warnings {
        fn progress(&self, _: f32) {}
        fn preview(&self, _: image::RgbImage) {}
        fn notice(&self, notice: Notice) {
            self.0.lock().push(notice.to_string());
        }
        fn wants_preview(&self) -> bool {
            false
        }
    }

    fn prepared(fields: &PromptFields, positive: &str, negative: &str, true_cfg_scale: f32) -> (EnglishPrompts, Vec<String>) {
        let (warnings, cancel) = (Warnings::default(), CancelToken::default());
        let sampling = Sampling { steps: 4, guidance_scale: 3.5, true_cfg_scale, seed: 1 };
        let prompts = fields.for_flux(Prompts { positive, negative }, sampling, StageCx { cancel: &cancel, observer: &warnings });
        (prompts, warnings.0.into_inner())
    }

    #[test]
    fn a_negative_prompt_acts_above_a_scale_of_one_and_is_named_otherwise() {
        for fields in [&SCENE, &BLEND, &COMPOSITE] {
            let (prompts, warnings) = prepared(fields, "wood", "people", 2.0);
            assert_eq!((prompts.negative.as_deref(), warnings.len()), (Some("people"), 0));
            let (prompts, warnings) = prepared(fields, "wood", "people", 1.0);
            assert_eq!(prompts.negative, None);
            assert!(warnings.len() == 1 && warnings[0].starts_with(&format!("{}: ", fields.negative)), "{warnings:?}");
            // A default negative prompt was not sent, so it needs no warning.
            assert_eq!(prepared(fields, "wood", fields.default_negative, 1.0).1, Vec::<String>::new());
        }
    }

    #[test]
    fn untranslated_words_are_named_for_every_field() {
        for fields in [&SCENE, &BLEND, &TEXT, &COMPOSITE] {
            let (prompts, warnings) = prepared(fields, "나무 쀍", "쀓 사람", 2.0);
            assert!(prompts.positive.starts_with("wood"), "{prompts:?}");
            assert_eq!(warnings.len(), 2, "{warnings:?}");
            assert!(warnings[0].starts_with(fields.positive) && warnings[0].contains('쀍'));
            assert!(warnings[1].starts_with(fields.negative) && warnings[1].contains('쀓'));
        }
    }
}
