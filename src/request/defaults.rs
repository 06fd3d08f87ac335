//! The words that stand in for prompts that were not sent.

/// Default of `bg_prompt`.
pub const DEFAULT_BG_PROMPT: &str =
    "wooden table in a cozy cafe, warm morning light through the window, softly blurred background, professional product photography";
/// Default of `bg_negative_prompt`.
pub const DEFAULT_BG_NEGATIVE: &str = "text, letters, watermark, logo, people, hands, clutter, blurry, low quality, distorted";
/// Default of `bg_composition_prompt`.
pub const DEFAULT_BG_COMPOSITION: &str =
    "the product stands naturally in the scene, realistic contact shadow and reflection, consistent light and perspective";
/// Default of `bg_composition_negative_prompt`.
pub const DEFAULT_BG_COMPOSITION_NEGATIVE: &str = "floating object, missing shadow, wrong scale, hard cut-out edges, halo, distorted label";
/// Default of `text_model_prompt`.
pub const DEFAULT_TEXT_STYLE: &str = "3D letters in polished gold, soft studio reflections, crisp bevelled edges, high detail";
/// Default of `negative_prompt`.
pub const DEFAULT_TEXT_NEGATIVE: &str =
    "flat, blurry, illegible, misspelled, broken letters, extra letters, low quality, background clutter";
