//! Step 2: lays the text out, finds its edges and turns it into a sculpted headline.

use std::sync::Arc;

use image::{RgbImage, RgbaImage};

use super::error::PipelineError;
use super::layout::text_columns;
use super::preview;
use super::sink::{Picture, Sink};
use crate::backend::{Backend, Prompts, Sampling, SculptRequest, StageCx};
use crate::imaging::{Plane, canny};
use crate::job::{ImageName, Stage};
use crate::notice;
use crate::notice::Notice;
use crate::request::{JobSpec, SourceImage, TextSpec};
use crate::typography::{FontCatalog, layout_text_between};

/// The user is warned about type below this size in pixels.
const SMALLEST_LEGIBLE: f32 = 20.0;

/// The sculpted text.
#[derive(Clone)]
pub struct Headline {
    /// sRGB, straight alpha.
    pub image: Arc<RgbaImage>,
    /// Front faces of the letters in the same coordinates; `None` if unknown.
    pub front_faces: Option<Plane>,
}

/// `step2_image` as the headline. Front faces of another size do not belong to it.
pub(super) fn given(step2: &SourceImage, front_faces: Option<Plane>) -> Headline {
    let front_faces = front_faces.filter(|f| (f.width, f.height) == (step2.pixels.width() as usize, step2.pixels.height() as usize));
    Headline { image: Arc::clone(&step2.pixels), front_faces }
}

/// The warning about letters that are hard to read.
fn small_letters(font_px: f32, scale: f32) -> Option<Notice> {
    let pixels = font_px.round_ties_even() as u32;
    (font_px < SMALLEST_LEGIBLE).then(|| match scale < 1.0 {
        true => notice!("pipeline-type-small-by-scale", pixels = pixels),
        false => notice!("pipeline-type-small", pixels = pixels),
    })
}

/// Runs step 2. `product`: its matte on the canvas, if known.
pub fn run(
    spec: &JobSpec,
    text: &TextSpec,
    (step1, product): (&RgbImage, Option<&Plane>),
    backend: &mut dyn Backend,
    fonts: &FontCatalog,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Headline, PipelineError> {
    sink.stage(Stage::TextCanvas);
    let scale = spec.placement.text_scale.unwrap_or(1.0);
    let canvas = (spec.width as usize, spec.height as usize);
    let layout = layout_text_between(fonts, &text.font, &text.content, canvas, scale, text_columns(canvas, product))?;
    for fallback in &layout.fallbacks {
        sink.notice(fallback.clone());
    }
    if let Some(notice) = small_letters(layout.font_px, scale) {
        sink.notice(notice.at("text_content"));
    }
    cx.check()?;
    sink.stage(Stage::Canny);
    let edges = canny::canny_text(&layout.coverage.to_gray());
    sink.save(ImageName::Edges, Picture::Gray(&edges))?;
    sink.stage(Stage::SdxlText);
    let request = SculptRequest {
        glyphs: &layout,
        edges: &edges,
        prompts: Prompts { positive: &text.style_prompt, negative: &text.negative_prompt },
        backdrop: step1,
        sampling: Sampling { steps: text.steps, guidance_scale: text.guidance_scale, true_cfg_scale: 1.0, seed: spec.seed },
    };
    let sculpted = backend.sculpt_text(&request, cx)?;
    sink.stage(Stage::TextMatte);
    let mut layer = backend.cut_text(sculpted, &request, cx)?;
    layout.colored.iter().for_each(|emoji| emoji.paint(&mut layer.image));
    preview::offer_headline(cx, step1, &layer.image);
    cx.check()?;
    sink.save(ImageName::Face, Picture::Gray(&layer.front_faces.to_gray()))?;
    sink.save(ImageName::Step2, Picture::Rgba(&layer.image))?;
    // Quantised to 8 bits as on disk, so that a re-run from the files gives the same pixels.
    let front_faces = Plane::from_gray(&layer.front_faces.to_gray());
    Ok(Headline { image: Arc::new(layer.image), front_faces: Some(front_faces) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_have_a_remedy_that_helps() {
        let said = |font_px, scale| small_letters(font_px, scale).map(|notice| notice.to_string());
        let whole = said(12.0, 1.0).unwrap();
        assert!(whole.starts_with("the letters are only 12 pixels tall") && !whole.contains("text_scale"), "{whole}");
        assert!(said(12.0, 0.5).unwrap().ends_with("or raise text_scale"));
        assert_eq!(said(SMALLEST_LEGIBLE, 0.5), None);
    }
}
