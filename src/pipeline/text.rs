//! Step 2: lays the text out, finds its edges and turns it into a sculpted headline.

use std::sync::Arc;

use image::{RgbImage, RgbaImage};

use super::error::PipelineError;
use super::layout::{is_banner, text_columns};
use super::preview;
use super::sink::{Picture, Sink};
use crate::backend::{Backend, Prompts, Sampling, SculptRequest, StageCx};
use crate::imaging::{Plane, canny};
use crate::job::{ImageName, Stage};
use crate::notice;
use crate::notice::Notice;
use crate::request::{CompositionMode, JobSpec, SourceImage, TextPosition, TextSpec};
use crate::typography::{FontCatalog, layout_text_between};

/// Margin above the headline and its distance from the product together, as a share of the canvas' height.
const ABOVE: f32 = 0.085;
/// A headline is made no smaller than this share of its usual size to leave the product free, and not at all if even so it would cover much.
const SMALLEST_ABOVE: f32 = 0.56;
const LEAST_ROOM: f32 = 0.42;
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

/// The headline from `step2_image`. Front faces of another size are ignored.
pub(super) fn given(step2: &SourceImage, front_faces: Option<Plane>) -> Headline {
    let front_faces = front_faces.filter(|f| (f.width, f.height) == (step2.pixels.width() as usize, step2.pixels.height() as usize));
    Headline { image: Arc::clone(&step2.pixels), front_faces }
}

/// The scale at which a headline that would cover the product fits above it; `None` if it fits, or if the designer has said how large it is or
/// where it stands.
fn scale_above(spec: &JobSpec, product: &Plane, letters: &Plane) -> Option<f32> {
    let (at, canvas) = (&spec.placement, (spec.width as usize, spec.height as usize));
    let above = matches!(spec.composition.position, TextPosition::Top | TextPosition::Auto);
    let chosen = at.text_scale.is_some() || at.text_x.is_some() || at.text_y.is_some();
    if chosen || !above || spec.composition.mode == CompositionMode::Behind || is_banner(canvas.0, canvas.1) {
        return None;
    }
    let (left, top, right, _) = product.bounds(0.5)?;
    let (x0, y0, x1, y1) = letters.bounds(0.5)?;
    // Beside each other they do not meet.
    if x1 <= left || x0 >= right {
        return None;
    }
    let free = top as f32 - ABOVE * canvas.1 as f32;
    let share = free / (y1 - y0) as f32;
    // A product that leaves less room is written over.
    (LEAST_ROOM..1.0).contains(&share).then(|| share.max(SMALLEST_ABOVE))
}

/// The warning about type below [`SMALLEST_LEGIBLE`].
fn small_letters(font_px: f32, scale: f32) -> Option<Notice> {
    let pixels = font_px.round_ties_even() as u32;
    (font_px < SMALLEST_LEGIBLE).then(|| match scale < 1.0 {
        true => notice!("pipeline-type-small-by-scale", pixels = pixels),
        false => notice!("pipeline-type-small", pixels = pixels),
    })
}

/// Runs step 2. `product` is its matte on the canvas, if known.
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
    let lay_out = |scale: f32| layout_text_between(fonts, &text.font, &text.content, canvas, scale, text_columns(canvas, product));
    let mut layout = lay_out(scale)?;
    if let Some(smaller) = product.and_then(|product| scale_above(spec, product, &layout.coverage)) {
        layout = lay_out(smaller)?;
    }
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
    fn a_headline_leaves_the_product_free() {
        let mut spec = crate::pipeline::live_tests::spec();
        let filled = |x: std::ops::Range<usize>, y: std::ops::Range<usize>| {
            let mut plane = Plane::new(256, 256, 0.0);
            y.for_each(|y| plane.data[y * 256 + x.start..y * 256 + x.end].fill(1.0));
            plane
        };
        let letters = filled(20..236, 16..96);
        let scale = |spec: &JobSpec, top: usize| scale_above(spec, &filled(90..160, top..220), &letters);
        assert_eq!(scale(&spec, 120), None);
        assert!(scale(&spec, 80).is_some_and(|s| (s - (80.0 - 0.085 * 256.0) / 80.0).abs() < 1e-6));
        assert_eq!(scale(&spec, 60), Some(SMALLEST_ABOVE));
        assert_eq!(scale(&spec, 20), None);
        assert_eq!(scale_above(&spec, &filled(240..250, 20..220), &letters), None);
        spec.placement.text_scale = Some(0.9);
        assert_eq!(scale(&spec, 80), None);
    }

    #[test]
    fn small_letters_have_a_remedy_that_helps() {
        let said = |font_px, scale| small_letters(font_px, scale).map(|notice| notice.to_string());
        let whole = said(12.0, 1.0).unwrap();
        assert!(whole.starts_with("the letters are only 12 pixels tall") && !whole.contains("text_scale"), "{whole}");
        assert!(said(12.0, 0.5).unwrap().ends_with("or raise text_scale"));
        assert_eq!(said(SMALLEST_LEGIBLE, 0.5), None);
    }
}
