//! Step 2: lay the slogan out, find its edges, make it solid, cut it out.

use std::sync::Arc;

use image::{RgbImage, RgbaImage};

use super::{Picture, PipelineError, Sink};
use crate::backend::{Backend, Prompts, Sampling, SculptRequest, StageCx};
use crate::imaging::{Plane, canny};
use crate::job::{ImageName, Stage};
use crate::request::{JobSpec, SourceImage, TextSpec};
use crate::typography::{FontCatalog, layout_text};

/// Type below this height in pixels is noted as too small.
const SMALLEST_TYPE: f32 = 20.0;

/// Sculpted text as step 3 takes it.
#[derive(Clone)]
pub struct Layer {
    /// sRGB, straight alpha.
    pub image: Arc<RgbaImage>,
    /// Front faces of the letters in the same coordinates, when they are known.
    pub face: Option<Plane>,
}

/// A layer that the caller sent.
pub fn given(step2: &SourceImage, face: Option<Plane>) -> Layer {
    let face = face.filter(|f| (f.width, f.height) == (step2.pixels.width() as usize, step2.pixels.height() as usize));
    Layer { image: Arc::clone(&step2.pixels), face }
}

/// The whole step.
pub fn run<I>(
    spec: &JobSpec<I>,
    text: &TextSpec,
    step1: &RgbImage,
    backend: &mut dyn Backend,
    fonts: &FontCatalog,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Layer, PipelineError> {
    sink.stage(Stage::TextCanvas);
    let layout = layout_text(fonts, &text.font, &text.content, spec.width as usize, spec.height as usize)?;
    for warning in &layout.fallbacks {
        sink.warn(&warning.to_string());
    }
    if layout.font_px < SMALLEST_TYPE {
        sink.warn(&format!(
            "text_content: the letters are only {:.0} pixels tall and hard to read; use fewer words or lines, or a larger canvas",
            layout.font_px
        ));
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
    let layer = backend.cut_text(sculpted, &request, cx)?;
    preview(cx, step1, &layer.image);
    cx.check()?;
    sink.save(ImageName::Face, Picture::Gray(&layer.face.to_gray()))?;
    sink.save(ImageName::Step2, Picture::Rgba(&layer.image))?;
    // What is on disk is what step 3 works with, so that a re-run from the files gives the same pixels.
    let face = Plane::from_gray(&layer.face.to_gray());
    Ok(Layer { image: Arc::new(layer.image), face: Some(face) })
}

/// A small picture of the letters over the scene.
fn preview(cx: StageCx<'_>, step1: &RgbImage, letters: &RgbaImage) {
    if !cx.observer.wants_preview() || step1.dimensions() != letters.dimensions() {
        return;
    }
    let scale = step1.width().max(step1.height()).div_ceil(384).max(1);
    let small = RgbImage::from_fn(step1.width() / scale, step1.height() / scale, |x, y| {
        let (x, y) = (x * scale + scale / 2, y * scale + scale / 2);
        let (below, above) = (step1.get_pixel(x, y).0, letters.get_pixel(x, y).0);
        let a = u32::from(above[3]);
        image::Rgb(std::array::from_fn(|k| ((u32::from(above[k]) * a + u32::from(below[k]) * (255 - a)) / 255) as u8))
    });
    cx.observer.preview(small);
}
