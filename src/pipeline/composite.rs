//! Step 3: composes headline and background as layers, matches their light, and draws the layers of the request.

use image::{RgbImage, RgbaImage};

use super::error::PipelineError;
use super::layers::{ComposeInput, compose};
use super::layout::{TextLayout, moved, percent};
use super::sink::{Picture, Sink};
use super::step1::Background;
use super::text::Headline;
use super::{clear, legibility, preview};
use crate::backend::{Backend, HarmonizeRequest, Prompts, Sampling, StageCx};
use crate::imaging::{LinearRgb, Plane, over_white, resize};
use crate::job::{ImageName, Stage};
use crate::layers::{self, LayerContext};
use crate::notice;
use crate::request::layers::Layer;
use crate::request::{Backdrop, CompositionMode, JobSpec, SourceImage, StepNumber, TextPosition};
use crate::typography::FontCatalog;

/// The user is warned if a smaller share of the letters' contour reaches a contrast ratio of 3:1, unless their colour stands out.
const LEGIBLE_SHARE: f32 = 0.95;

/// The input of step 3.
pub struct CompositeInput<'a> {
    /// Result of step 1.
    pub step1: Background,
    /// Result of step 2; `None` for an advertisement of layers alone.
    pub headline: Option<&'a Headline>,
}

/// Runs step 3. If the product's matte is unknown, mode `behind`, position `auto` and layers behind the product segment the picture to find it.
pub fn run(
    spec: &JobSpec,
    parts: CompositeInput<'_>,
    backend: &mut dyn Backend,
    fonts: &FontCatalog,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<(), PipelineError> {
    sink.stage(Stage::Composition);
    let CompositeInput { step1: Background { image: step1, clear, placed: product_alpha }, headline } = parts;
    let c = &spec.composition;
    let (behind, above): (Vec<_>, Vec<_>) = spec.layers.iter().partition(|layer| layer.behind);
    let placed_by_product = c.mode == CompositionMode::Behind || c.position == TextPosition::Auto;
    let needs_product = !behind.is_empty() || (headline.is_some() && placed_by_product);
    let product_alpha = match product_alpha {
        Some(alpha) => Some(Plane::from_gray(&alpha.to_gray())),
        None if needs_product && spec.start.step() > StepNumber::FIRST => {
            sink.notice(notice!("pipeline-product-segmented").at("step1_image"));
            Some(backend.segment(&step1, cx)?.alpha)
        }
        None => None,
    };
    cx.step(0.2)?;
    let mut ground = Ground { image: step1, black: clear.as_ref().map(|clear| clear::on(clear, clear::BLACK)) };
    if !behind.is_empty() {
        let product = product_alpha.as_ref().filter(|p| (p.width as u32, p.height as u32) == ground.image.dimensions());
        ground.draw(&behind, LayerContext { fonts, hidden: product, cancel: cx.cancel }, sink)?;
    }
    let letters = match headline {
        Some(headline) => Some(add_headline(spec, &mut ground, headline, product_alpha.as_ref(), backend, cx, sink)?),
        None => None,
    };
    ground.draw(&above, LayerContext { fonts, hidden: None, cancel: cx.cancel }, sink)?;
    cx.check()?;
    match (clear, ground.black) {
        (Some(clear), Some(black)) => {
            // What the letters are read on is not known.
            if letters.is_some() {
                sink.notice(notice!("pipeline-legibility-transparent").at("background_color"));
            }
            sink.save(ImageName::Final, Picture::Rgba(&clear::separated(&clear, &ground.image, &black)))
        }
        _ => {
            if let Some(letters) = letters {
                report_legibility(&ground.image, &letters, sink);
            }
            sink.save(ImageName::Final, Picture::Rgb(&ground.image))
        }
    }
}

/// The picture that step 3 draws on.
struct Ground {
    /// Opaque; on white if the request wants no background.
    image: RgbImage,
    /// The same on black, if the request wants no background: see [`super::clear`].
    black: Option<RgbImage>,
}

impl Ground {
    fn draw(&mut self, layers: &[&Layer<SourceImage>], cx: LayerContext<'_>, sink: &dyn Sink) -> Result<(), PipelineError> {
        layers::draw(&mut self.image, layers.iter().copied(), cx)?.into_iter().for_each(|notice| sink.notice(notice));
        if let Some(black) = &mut self.black {
            // The warnings are the same.
            layers::draw(black, layers.iter().copied(), cx)?;
        }
        Ok(())
    }
}

/// The letters of the headline in the composed picture.
struct ComposedLetters {
    letters: Plane,
    visible: Option<Plane>,
    /// See [`super::layers::Composed::stands_out`].
    stands_out: bool,
}

/// Composes the headline with the background and harmonises them.
fn add_headline(
    spec: &JobSpec,
    ground: &mut Ground,
    headline: &Headline,
    product_alpha: Option<&Plane>,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<ComposedLetters, PipelineError> {
    let c = &spec.composition;
    let composed = compose(
        &ComposeInput {
            background: &ground.image,
            black: ground.black.as_ref(),
            text: &headline.image,
            front_faces: headline.front_faces.as_ref(),
            product_alpha,
            mode: c.mode,
            position: c.position,
            placement: spec.placement,
            strength: c.strength,
            exact_background: matches!(spec.backdrop, Backdrop::Color(_) | Backdrop::Transparent),
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
    let request = HarmonizeRequest {
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
    };
    // A plain colour has no light to match, and must stay the requested colour.
    ground.image = match spec.backdrop {
        Backdrop::Color(_) | Backdrop::Transparent => composed.image.to_srgb(),
        Backdrop::Scene | Backdrop::Picture(_) => backend.harmonize(&request, cx)?.to_srgb(),
    };
    ground.black = composed.black.map(|black| black.to_srgb());
    cx.check()?;
    sink.save(ImageName::Letters, Picture::Gray(&composed.letters.to_gray()))?;
    Ok(ComposedLetters { letters: composed.letters, visible: composed.visible, stands_out: composed.stands_out })
}

/// Measures the legibility of the letters, and warns if it is low.
fn report_legibility(image: &RgbImage, ComposedLetters { letters, visible, stands_out }: &ComposedLetters, sink: &dyn Sink) {
    // Measured on the delivered picture: light matching and quantisation may have changed the contrast.
    let final_tones = LinearRgb::from_srgb(image);
    match legibility::measure(&final_tones, letters, visible.as_ref()) {
        Some(found) => {
            sink.legibility(found.score);
            if found.score < LEGIBLE_SHARE && !stands_out {
                sink.notice(notice!("pipeline-contrast-low", percent = percent(found.score)).at("text_content"));
            }
        }
        None => sink.notice(notice!("pipeline-legibility-unknown").at("text_content")),
    }
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
        to.0 = over_white(from.0);
    }
    out
}
