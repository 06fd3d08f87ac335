//! Step 3: text and picture as layers, then the light pass over both.

use image::{RgbImage, RgbaImage};

use super::layers::{ComposeInput, compose};
use super::legibility;
use super::text::Layer;
use super::{Picture, PipelineError, Sink};
use crate::backend::{Backend, HarmonizeRequest, Prompts, Sampling, StageCx};
use crate::imaging::{LinearRgb, Plane, resize};
use crate::job::{ImageName, Stage};
use crate::request::{CompositionMode, JobSpec, StepNumber, TextPosition};

/// Part of the contour that should reach a contrast ratio of 3:1.
const ENOUGH_CONTOUR: f32 = 0.95;

/// The whole step. Without a product mask, `behind` and `auto` find the product by segmenting the picture itself.
pub fn run<I>(
    spec: &JobSpec<I>,
    step1: &RgbImage,
    layer: &Layer,
    product_alpha: Option<Plane>,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<RgbImage, PipelineError> {
    sink.stage(Stage::Composition);
    let c = &spec.composition;
    let needs_product = c.mode == CompositionMode::Behind || c.position == TextPosition::Auto;
    let product_alpha = match product_alpha {
        Some(alpha) => Some(Plane::from_gray(&alpha.to_gray())),
        None if needs_product && spec.start.step() > StepNumber::FIRST => {
            sink.warn(
                "step1_image: its product was found by cutting the picture out again; an outline made with the picture is more exact",
            );
            Some(backend.segment(step1, cx)?.alpha)
        }
        None => None,
    };
    cx.step(0.2)?;
    let composed = compose(
        &ComposeInput {
            background: step1,
            text: &layer.image,
            face: layer.face.as_ref(),
            product_alpha: product_alpha.as_ref(),
            mode: c.mode,
            position: c.position,
            placement: spec.placement,
            strength: c.strength,
        },
        cx.cancel,
    )?;
    cx.step(0.8)?;
    super::background::preview(cx, &composed.image);
    for note in &composed.notes {
        sink.warn(note);
    }
    let image = backend.harmonize(
        &HarmonizeRequest {
            image: &composed.image,
            mask: &composed.mask,
            prompts: Prompts { positive: &c.prompt, negative: &c.negative_prompt },
            strength: c.strength,
            sampling: Sampling {
                steps: c.steps,
                guidance_scale: c.guidance_scale,
                true_cfg_scale: spec.background.true_cfg_scale,
                seed: spec.seed,
            },
        },
        cx,
    )?;
    cx.check()?;
    let image = image.to_srgb();
    sink.save(ImageName::Letters, Picture::Gray(&composed.letters.to_gray()))?;
    // Measured on what is delivered: the light pass and the rounding to 8 bits may have moved it.
    let final_tones = LinearRgb::from_srgb(&image);
    match legibility::measure(&final_tones, &composed.letters, composed.visible.as_ref()) {
        Some(found) => {
            sink.legibility(found.score);
            if found.score < ENOUGH_CONTOUR {
                sink.warn(&format!(
                    "text_content: only {:.0} % of the letters' outline stands out from what is behind it; use fewer words, a bolder font or \
                     another style",
                    found.score * 100.0
                ));
            }
        }
        None => sink.warn("text_content: the letters are too small or too hidden for their legibility to be measured"),
    }
    sink.save(ImageName::Final, Picture::Rgb(&image))?;
    Ok(image)
}

/// The middle of a picture in the shape of the canvas.
pub fn cover(source: &RgbaImage, width: usize, height: usize) -> RgbaImage {
    let (w, h) = source.dimensions();
    let scale = (f64::from(w) / width as f64).min(f64::from(h) / height as f64);
    let cut = |side: usize, most: u32| ((side as f64 * scale).round() as u32).clamp(1, most);
    let (cw, ch) = (cut(width, w), cut(height, h));
    image::imageops::crop_imm(source, (w - cw) / 2, (h - ch) / 2, cw, ch).to_image()
}

/// An input picture as an opaque canvas: transparency over white, resized when it has another size.
pub fn flatten(source: &RgbaImage, width: usize, height: usize) -> RgbImage {
    let (width, height) = (width as u32, height as u32);
    let resized;
    let source = if source.dimensions() == (width, height) {
        source
    } else {
        resized = resize::resize_rgba8(source, width as usize, height as usize, resize::Filter::Lanczos3);
        &resized
    };
    let mut out = RgbImage::new(width, height);
    for (to, from) in out.pixels_mut().zip(source.pixels()) {
        let [r, g, b, a] = from.0;
        let over = |v: u8| ((u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
        to.0 = [over(r), over(g), over(b)];
    }
    out
}
