//! Step 3: composes headline and background as layers, then matches their light.

use image::{RgbImage, RgbaImage};

use super::error::PipelineError;
use super::layers::{ComposeInput, compose};
use super::layout::{TextLayout, moved, percent};
use super::sink::{Picture, Sink};
use super::text::Headline;
use super::{legibility, preview};
use crate::backend::{Backend, HarmonizeRequest, Prompts, Sampling, StageCx};
use crate::imaging::{LinearRgb, Plane, resize};
use crate::job::{ImageName, Stage};
use crate::notice;
use crate::request::{CompositionMode, JobSpec, StepNumber, TextPosition};

/// The user is warned if less of the letters' contour reaches a contrast ratio of 3:1 and their colour is like the background's.
const LEGIBLE_SHARE: f32 = 0.95;

/// Runs step 3. Where `step1_image` came without the product's matte, mode `behind` and position `auto` segment the picture to find the
/// product.
pub fn run(
    spec: &JobSpec,
    step1: &RgbImage,
    headline: &Headline,
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
            sink.notice(notice!("pipeline-product-segmented").at("step1_image"));
            Some(backend.segment(step1, cx)?.alpha)
        }
        None => None,
    };
    cx.step(0.2)?;
    let composed = compose(
        &ComposeInput {
            background: step1,
            text: &headline.image,
            front_faces: headline.front_faces.as_ref(),
            product_alpha: product_alpha.as_ref(),
            mode: c.mode,
            position: c.position,
            placement: spec.placement,
            strength: c.strength,
        },
        cx.cancel,
    )?;
    cx.step(0.8)?;
    preview::offer(cx, &composed.image);
    for notice in composed.notices {
        sink.notice(notice);
    }
    if let Some(ink) = composed.ink {
        sink.text_placed(TextLayout { ink: moved(ink, composed.offset, (composed.image.width, composed.image.height)) });
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
    // Measured on the delivered picture: light matching and quantisation may have changed the contrast.
    let final_tones = LinearRgb::from_srgb(&image);
    match legibility::measure(&final_tones, &composed.letters, composed.visible.as_ref()) {
        Some(found) => {
            sink.legibility(found.score);
            if found.score < LEGIBLE_SHARE && !composed.stands_out {
                sink.notice(notice!("pipeline-contrast-low", percent = percent(found.score)).at("text_content"));
            }
        }
        None => sink.notice(notice!("pipeline-legibility-unknown").at("text_content")),
    }
    sink.save(ImageName::Final, Picture::Rgb(&image))?;
    Ok(image)
}

/// The centre of a picture, cropped to the aspect ratio of the canvas.
pub(super) fn cover(source: &RgbaImage, width: usize, height: usize) -> RgbaImage {
    let (w, h) = source.dimensions();
    let scale = (f64::from(w) / width as f64).min(f64::from(h) / height as f64);
    let cut = |side: usize, most: u32| ((side as f64 * scale).round() as u32).clamp(1, most);
    let (cw, ch) = (cut(width, w), cut(height, h));
    image::imageops::crop_imm(source, (w - cw) / 2, (h - ch) / 2, cw, ch).to_image()
}

/// A picture over white, resized to the canvas.
pub(super) fn flatten(source: &RgbaImage, width: usize, height: usize) -> RgbImage {
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
