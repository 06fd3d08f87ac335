//! The stages that differ for FLUX.2 klein, which edits the draft's picture as a reference instead of starting from its noised latents.

use std::time::Instant;

use candle_core::Tensor;
use image::{GrayImage, RgbImage, RgbaImage};

use super::backend::{DiffusionBackend, Repaint, break_if_stopped, log_processor, quiet, report_step, whole};
use super::compositing::{inpaint_mask, whole_squares};
use super::denoise::{PictureSettings, SamplingCallbacks, StepState};
use super::error::DiffusionResult;
use super::flux2::{Flux2Inpaint, Flux2Model, Flux2Request};
use super::instructions;
use super::layout::{glyph_agreement, layout_shift};
use super::models::Painter;
use super::paint_size::PaintSize;
use super::preview::project;
use super::prompt_fields::{self, PromptFields};
use crate::backend::{Backend, BackendError, Prompts, Sampling, Scene, SceneRequest, SculptRequest, StageCx, StageObserver, TextLayer};
use crate::imaging::blur::dilate;
use crate::imaging::{LinearRgb, luminance};
use crate::notice;
use crate::notice::Notice;

/// Pixels of a token's side.
const TOKEN: u32 = 16;
/// Seed offset and strength of each attempt at the letters.
const TEXT_ATTEMPTS: [(u64, f64); 3] = [(0, 0.8), (1, 0.8), (1, 0.5)];
/// Denoising steps for which a distilled model was made. The requests' default for letters is SDXL's, many times as many.
const DISTILLED_STEPS: u32 = 4;
/// Least correlation of painted letters with their glyphs, see [`glyph_agreement`].
const LEGIBLE: f32 = 0.35;
/// Up to this shift of the layout, as a share of the height, the draft's ground line stays.
const STEADY_LAYOUT: f32 = 0.03;

/// Maps the progress of one attempt to its share of the stage.
struct PartOf<'a> {
    inner: &'a dyn StageObserver,
    start: f32,
    share: f32,
}

impl StageObserver for PartOf<'_> {
    fn progress(&self, fraction: f32) {
        self.inner.progress(self.start + fraction * self.share);
    }

    fn preview(&self, picture: RgbImage) {
        self.inner.preview(picture);
    }

    fn notice(&self, notice: Notice) {
        self.inner.notice(notice);
    }

    fn wants_preview(&self) -> bool {
        self.inner.wants_preview()
    }
}

/// Steps of a schedule, of which `strength` leaves as many as a distilled model needs; never more than were asked for. The whole schedule has
/// more steps, so that the first one starts at the noise level of `strength`.
fn distilled_steps(asked: u32, strength: f64) -> u32 {
    asked.min((f64::from(DISTILLED_STEPS) / strength.clamp(0.05, 1.0)).round() as u32)
}

impl DiffusionBackend {
    /// How the last pass samples: its default number of steps is FLUX.1's.
    pub(super) fn sampling_of_pass(&mut self, sampling: Sampling, pixels: usize, cx: StageCx<'_>) -> Result<Sampling, BackendError> {
        let few = self.models.setup().models.painter() == Painter::Flux2 && self.is_distilled_flux2(pixels, cx)?;
        Ok(if few { Sampling { steps: sampling.steps.min(DISTILLED_STEPS), ..sampling } } else { sampling })
    }

    fn is_distilled_flux2(&mut self, pixels: usize, cx: StageCx<'_>) -> Result<bool, BackendError> {
        self.models.with_memory_fallback(pixels, cx, |models| Ok(models.flux2(pixels, cx)?.is_distilled()))
    }

    /// The request for a stage. Prompts are not translated: the text encoder reads Korean.
    fn flux2_request(
        &mut self,
        (fields, prompts, instruction): (&PromptFields, Prompts<'_>, &str),
        sampling: Sampling,
        size: PaintSize,
        cx: StageCx<'_>,
    ) -> Result<Flux2Request, BackendError> {
        let pixels = size.pixels();
        let distilled = self.is_distilled_flux2(pixels, cx)?;
        let (positive, negative_prompt) = fields.for_flux2(prompts, distilled, cx);
        let picture = PictureSettings::new(size.painted(), sampling);
        Ok(Flux2Request { prompt: instructions::instructed(&positive, instruction), negative_prompt, picture })
    }

    /// Repaints a picture of any size. The network repaints whole tokens; the caller restores the pixels outside the mask.
    pub(super) fn inpaint_flux2(&mut self, repaint: &Repaint<'_>, cx: StageCx<'_>) -> Result<RgbImage, BackendError> {
        let Repaint { image, mask, strength, references, framed, .. } = *repaint;
        let size = PaintSize::of(image.width() as usize, image.height() as usize);
        let request = self.flux2_request((repaint.fields, repaint.prompts, repaint.instruction), repaint.sampling, size, cx)?;
        let (image, mask) = (size.picture(image), whole_squares(&size.mask(mask), TOKEN));
        let framed = |preview: RgbImage| framed(size.preview(preview));
        let inpaint = Flux2Inpaint { image: &image, mask: &mask, strength, references };
        let painted = self.run_flux2(&request, size, &framed, cx, |model, callbacks| model.inpaint(&request, &inpaint, callbacks))?;
        Ok(size.canvas(painted))
    }

    /// Lets the model make a picture, with previews at each step, and warns if the prompt did not fit.
    fn run_flux2(
        &mut self,
        request: &Flux2Request,
        size: PaintSize,
        framed: &dyn Fn(RgbImage) -> RgbImage,
        cx: StageCx<'_>,
        make: impl Fn(&mut Flux2Model, SamplingCallbacks<'_>) -> DiffusionResult<RgbImage>,
    ) -> Result<RgbImage, BackendError> {
        let pixels = size.pixels();
        let start = Instant::now();
        let made = self.models.with_memory_fallback(pixels, cx, |models| {
            let model = models.flux2(pixels, cx)?;
            let colours = model.preview_factors()?;
            let colours = |latents: &Tensor| project(latents, &colours.factors, colours.bias);
            let mut step = |state: &StepState<'_>| report_step(state, cx, &colours, framed);
            make(model, SamplingCallbacks { step: &mut step, autoencoder: &mut |_| break_if_stopped(cx) })
        })?;
        self.log_time("FLUX.2", start);
        self.models.warn_of_truncated_flux2_prompt(&request.prompt, cx);
        Ok(made)
    }

    /// Paints the scene with the draft's as the reference, so that camera and light stay. Warns if the layout differs.
    pub(super) fn paint_scene_flux2(&mut self, draft: Scene, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
        let size = PaintSize::of(request.width, request.height);
        let reference = draft.image.to_srgb();
        let prompts = (&prompt_fields::SCENE, request.prompts, instructions::SCENE);
        let flux2 = self.flux2_request(prompts, request.sampling, size, cx)?;
        let references = std::slice::from_ref(&reference);
        let painted = self
            .run_flux2(&flux2, size, &|preview| size.preview(preview), cx, |model, callbacks| model.paint(&flux2, references, callbacks))?;
        let picture = size.canvas(painted);
        let height = request.height as f32;
        let ground_line = match layout_shift(&reference, &picture) {
            Some(shift) if shift.abs() <= STEADY_LAYOUT => draft.ground_line,
            // The same layout, higher or lower: the ground moves with it.
            Some(shift) => draft.ground_line + shift * height,
            None => {
                cx.observer.notice(notice!("diffusion-layout-differs"));
                draft.ground_line
            }
        };
        Ok(Scene { image: LinearRgb::from_srgb(&picture), ground_line, ..draft })
    }

    /// Repaints the draft's letters. If they lose their shape in every attempt, the draft's letters are used.
    pub(super) fn sculpt_text_flux2(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        let start = Instant::now();
        let draft = self.draft.sculpt_text(request, quiet(cx))?;
        log_processor("draft of the letters", start);
        let reference = on_plain_ground(&draft.image);
        let region = dilate(&request.glyphs.coverage, (request.glyphs.font_px * 0.12).round().max(2.0) as usize);
        let mask: GrayImage = inpaint_mask(&region);
        let share = 1.0 / TEXT_ATTEMPTS.len() as f32;
        let pixels = PaintSize::of(request.glyphs.width, request.glyphs.height).pixels();
        let distilled = self.is_distilled_flux2(pixels, cx)?;
        for (attempt, (seed, strength)) in TEXT_ATTEMPTS.into_iter().enumerate() {
            let part = PartOf { inner: cx.observer, start: attempt as f32 * share, share };
            let steps = if distilled { distilled_steps(request.sampling.steps, strength) } else { request.sampling.steps };
            let sampling = Sampling { seed: request.sampling.seed.wrapping_add(seed), steps, ..request.sampling };
            let repaint = Repaint {
                fields: &prompt_fields::TEXT,
                prompts: request.prompts,
                sampling,
                image: &reference,
                mask: &mask,
                strength: strength.max(1.0 / f64::from(sampling.steps.max(1)) + 1e-6).min(1.0),
                references: &[],
                instruction: instructions::TEXT,
                framed: &whole,
            };
            // Nothing but the letters is used, and beside them is plain ground.
            let picture = self.inpaint_around(&repaint, &region, StageCx { cancel: cx.cancel, observer: &part })?;
            if glyph_agreement(&picture, &request.glyphs.coverage, &region) >= LEGIBLE {
                let image = image::DynamicImage::ImageRgb8(picture).into_rgba8();
                return Ok(TextLayer { image, front_faces: draft.front_faces });
            }
        }
        cx.observer.notice(notice!("diffusion-letters-illegible"));
        Ok(draft)
    }
}

/// The letters on plain grey of another brightness.
fn on_plain_ground(letters: &RgbaImage) -> RgbImage {
    let (mut sum, mut weight) = (0.0f32, 0.0f32);
    for pixel in letters.pixels().filter(|pixel| pixel[3] > 0) {
        let alpha = f32::from(pixel[3]) / 255.0;
        sum += alpha * luminance([0, 1, 2].map(|i| f32::from(pixel[i]) / 255.0));
        weight += alpha;
    }
    let ground = if weight > 0.0 && sum / weight > 0.5 { 48.0 } else { 208.0 };
    RgbImage::from_fn(letters.width(), letters.height(), |x, y| {
        let pixel = letters.get_pixel(x, y);
        let alpha = f32::from(pixel[3]) / 255.0;
        image::Rgb([0, 1, 2].map(|i| (f32::from(pixel[i]) * alpha + ground * (1.0 - alpha)).round() as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distilled_models_take_few_steps_at_the_noise_level_of_the_strength() {
        use crate::schedule::strength::first_step;
        for (asked, strength, total) in [(30, 0.8, 5), (30, 0.5, 8), (30, 1.0, 4), (2, 0.8, 2), (5, 0.5, 5)] {
            let steps = distilled_steps(asked, strength);
            assert_eq!(steps, total, "{asked} {strength}");
            let left = steps as usize - first_step(steps as usize, strength).unwrap();
            assert!(left <= DISTILLED_STEPS as usize && (asked < 30 || left == DISTILLED_STEPS as usize), "{asked} {strength}: {left}");
        }
    }

    #[test]
    fn letters_stand_on_a_ground_that_differs() {
        let letters = |value: u8| RgbaImage::from_fn(4, 1, |x, _| image::Rgba([value, value, value, if x == 0 { 255 } else { 0 }]));
        let ground = |value: u8| on_plain_ground(&letters(value)).get_pixel(3, 0)[0];
        assert_eq!((ground(250), ground(10)), (48, 208));
    }
}
