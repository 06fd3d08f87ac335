//! The live draft: a thread with an engine of its own that redraws the advertisement after every edit, small, with the layout of the final.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use egui::{ColorImage, Context};
use image::{RgbImage, RgbaImage};

use super::state::Brief;
use crate::backend::draft::DraftBackend;
use crate::backend::{Backend, Matte, Scene, SceneRequest, StageCx, StageObserver};
use crate::imaging::Plane;
use crate::imaging::resize::{Filter, fit_within, resize_plane, resize_rgb8};
use crate::job::{CancelToken, ImageName, Stage};
use crate::pipeline::text::Layer;
use crate::pipeline::{Picture, PipelineError, Sink, background, composite, text};
use crate::request::{JobSpec, ParseContext, SourceImage, Start, parse};
use crate::typography::FontCatalog;

/// Long side of the draft in pixels.
pub const SIDE: u32 = 576;
/// The cut-out never needs more than this for a draft.
const MATTE_SIDE: usize = 900;

/// A finished draft.
#[derive(Clone)]
pub struct Draft {
    /// Rises with each draft.
    pub sequence: u64,
    /// The brief it shows.
    pub brief: Brief,
    /// The product without its background; with alpha.
    pub cutout: Option<Arc<ColorImage>>,
    /// Step 1.
    pub background: Arc<ColorImage>,
    /// Step 2; with alpha. `None` without text.
    pub letters: Option<Arc<ColorImage>>,
    /// The advertisement.
    pub picture: Arc<ColorImage>,
    /// What the pipeline noticed.
    pub notes: Vec<String>,
    /// Milliseconds from the edit to this picture.
    pub millis: f64,
}

/// What the window sees of the drafts.
#[derive(Default)]
pub struct Shown {
    /// The newest draft.
    pub draft: Option<Draft>,
    /// Why there is none for the newest brief.
    pub error: Option<String>,
    /// A draft is being made.
    pub busy: bool,
}

#[derive(Default)]
struct Slot {
    wanted: Option<(Brief, Instant)>,
    closing: bool,
    shown: Shown,
}

/// Handle to the thread; it ends when the handle is dropped.
pub struct Live {
    slot: Arc<(Mutex<Slot>, Condvar)>,
}

fn lock(slot: &(Mutex<Slot>, Condvar)) -> std::sync::MutexGuard<'_, Slot> {
    slot.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    /// Starts the thread.
    pub fn start(ctx: Context, fonts: Arc<FontCatalog>) -> Self {
        let slot = Arc::new((Mutex::new(Slot::default()), Condvar::new()));
        let theirs = Arc::clone(&slot);
        super::bridge::spawn("nanococoa-draft", move || run(&theirs, &ctx, &fonts));
        Self { slot }
    }

    /// Asks for a draft of this brief; an older wish that was not begun is forgotten.
    pub fn want(&self, brief: Brief) {
        lock(&self.slot).wanted = Some((brief, Instant::now()));
        self.slot.1.notify_one();
    }

    /// Looks at what is there.
    pub fn with<R>(&self, look: impl FnOnce(&Shown) -> R) -> R {
        look(&lock(&self.slot).shown)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        lock(&self.slot).closing = true;
        self.slot.1.notify_one();
    }
}

fn run(slot: &(Mutex<Slot>, Condvar), ctx: &Context, fonts: &FontCatalog) {
    let mut maker = Maker::default();
    let mut sequence = 0;
    loop {
        let (brief, since) = {
            let mut guard = lock(slot);
            loop {
                if guard.closing {
                    return;
                }
                if let Some(wanted) = guard.wanted.take() {
                    guard.shown.busy = true;
                    break wanted;
                }
                guard.shown.busy = false;
                guard = slot.1.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
        };
        ctx.request_repaint();
        // A panic in the engine costs this draft, not the window.
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| maker.make(&brief, fonts)));
        let made = made.unwrap_or_else(|_| {
            maker = Maker::default();
            Err("The draft could not be drawn.".into())
        });
        let mut guard = lock(slot);
        match made {
            Ok(mut draft) => {
                sequence += 1;
                draft.sequence = sequence;
                draft.millis = since.elapsed().as_secs_f64() * 1000.0;
                tracing::debug!(millis = draft.millis, "draft");
                guard.shown.draft = Some(draft);
                guard.shown.error = None;
            }
            Err(text) => guard.shown.error = Some(text),
        }
        guard.shown.busy = guard.wanted.is_some();
        drop(guard);
        ctx.request_repaint();
    }
}

/// A result under the key of its inputs.
struct Kept<T>(Option<(String, T)>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Kept<T> {
    fn get_or(&mut self, key: String, make: impl FnOnce() -> Result<T, String>) -> Result<&T, String> {
        if self.0.as_ref().is_none_or(|(k, _)| *k != key) {
            self.0 = Some((key.clone(), make()?));
        }
        self.0.as_ref().map(|(_, v)| v).ok_or(key)
    }
}

type Step1 = (RgbImage, Option<Plane>, Arc<ColorImage>);

#[derive(Default)]
struct Maker {
    backend: DraftBackend,
    matte: Kept<(Arc<Matte>, Arc<ColorImage>)>,
    scene: Kept<Arc<Scene>>,
    step1: Kept<Arc<Step1>>,
    letters: Kept<(Layer, Arc<ColorImage>)>,
}

impl Maker {
    fn make(&mut self, brief: &Brief, fonts: &FontCatalog) -> Result<Draft, String> {
        let spec = spec_of(brief, fonts)?;
        let (cancel, sink) = (CancelToken::default(), Quiet::default());
        let cx = StageCx { cancel: &cancel, observer: &sink };
        let words = |e: PipelineError| e.to_string();
        let size = format!("{}x{} {}", spec.width, spec.height, spec.seed);
        let backend = &mut self.backend;

        let matte = match &brief.product {
            None => None,
            Some(product) => Some(self.matte.get_or(product.hash.clone(), || {
                let bytes = std::fs::read(&product.path).map_err(|e| e.to_string())?;
                let (pixels, about) = crate::imaging::decode::decode_image(&bytes).map_err(|e| e.to_string())?;
                let matte = background::cut_out(&SourceImage::new(pixels, about), None, backend, cx).map_err(words)?;
                let matte = smaller(matte);
                let shown = Arc::new(cutout(&matte));
                Ok((Arc::new(matte), shown))
            })?),
        };
        let matte = matte.map(|(m, c)| (Arc::clone(m), Arc::clone(c)));
        let bg = &spec.background;
        let scene_key = format!("{size} {:?} {:?}", bg.prompt, bg.negative_prompt);
        let scene = self.scene.get_or(scene_key.clone(), || {
            let request = SceneRequest {
                prompt: &bg.prompt,
                negative_prompt: &bg.negative_prompt,
                width: spec.width as usize,
                height: spec.height as usize,
                seed: spec.seed,
                steps: bg.steps,
                guidance_scale: bg.guidance_scale,
                true_cfg_scale: bg.true_cfg_scale,
            };
            backend.paint_scene(&request, cx).map(Arc::new).map_err(|e| e.to_string())
        })?;
        let hash = brief.product.as_ref().map(|p| p.hash.as_str()).unwrap_or_default();
        let step1_key = format!("{scene_key} {hash} {} {}", bg.strength, bg.preserve_product);
        let step1 = Arc::clone(self.step1.get_or(step1_key.clone(), || {
            let (image, placed) = match &matte {
                Some((matte, _)) => {
                    let (image, placed) = background::inject(&spec, matte, scene, backend, cx).map_err(words)?;
                    (image.to_srgb(), Some(placed))
                }
                None => (scene.image.to_srgb(), None),
            };
            let shown = Arc::new(opaque(&image));
            Ok(Arc::new((image, placed, shown)))
        })?);
        let (image, placed, background) = (&step1.0, &step1.1, Arc::clone(&step1.2));
        let draft = |letters, picture, notes| Draft {
            sequence: 0,
            brief: brief.clone(),
            cutout: matte.as_ref().map(|m| Arc::clone(&m.1)),
            background: Arc::clone(&background),
            letters,
            picture,
            notes,
            millis: 0.0,
        };
        let Start::Background { text: Some(slogan), .. } = &spec.start else {
            return Ok(draft(None, Arc::clone(&background), Vec::new()));
        };
        let letters_key = format!("{step1_key} {slogan:?}");
        let (layer, letters) = self.letters.get_or(letters_key, || {
            let layer = text::run(&spec, slogan, image, backend, fonts, cx, &sink).map_err(words)?;
            let shown = Arc::new(transparent(&layer.image));
            Ok((layer, shown))
        })?;
        let (layer, letters) = (layer.clone(), Arc::clone(letters));
        let finished = composite::run(&spec, image, &layer, placed.clone(), backend, cx, &sink).map_err(words)?;
        let notes = std::mem::take(&mut *sink.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(draft(Some(letters), Arc::new(opaque(&finished)), notes))
    }
}

/// The same request that will be sent, at draft size; parsed by the same parser.
fn spec_of(brief: &Brief, fonts: &FontCatalog) -> Result<JobSpec, String> {
    let raw = brief.to_raw();
    let context = ParseContext {
        resolve_font: &|name| fonts.resolve(name),
        default_font: crate::assets::DEFAULT_FONT,
        undrawable: &|font, text| fonts.undrawable(font, text),
        decode: &|_| Err("not here".into()),
        fallback_seed: brief.seed,
        lenient: false,
    };
    let mut spec = parse(&raw, &context).map_err(|errors| errors.iter().map(|e| e.msg.clone()).collect::<Vec<_>>().join("\n"))?;
    let (w, h) = fit_within(spec.width as usize, spec.height as usize, SIDE as usize);
    (spec.width, spec.height) = (w as u32, h as u32);
    Ok(spec)
}

fn smaller(matte: Matte) -> Matte {
    let (w, h) = (matte.alpha.width, matte.alpha.height);
    if w.max(h) <= MATTE_SIDE {
        return matte;
    }
    let (w, h) = fit_within(w, h, MATTE_SIDE);
    let filter = Filter::CatmullRom;
    Matte { alpha: resize_plane(&matte.alpha, w, h, filter), foreground: resize_rgb8(&matte.foreground, w, h, filter) }
}

fn opaque(image: &RgbImage) -> ColorImage {
    ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw())
}

fn transparent(image: &RgbaImage) -> ColorImage {
    ColorImage::from_rgba_unmultiplied([image.width() as usize, image.height() as usize], image.as_raw())
}

fn cutout(matte: &Matte) -> ColorImage {
    let alpha = matte.alpha.data.iter().map(|a| (a.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
    let rgba: Vec<u8> = matte.foreground.pixels().zip(alpha).flat_map(|(p, a)| [p.0[0], p.0[1], p.0[2], a]).collect();
    ColorImage::from_rgba_unmultiplied([matte.alpha.width, matte.alpha.height], &rgba)
}

/// Keeps notes, forgets everything else.
#[derive(Default)]
struct Quiet(Mutex<Vec<String>>);

impl StageObserver for Quiet {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn warn(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }
    fn wants_preview(&self) -> bool {
        false
    }
}

impl Sink for Quiet {
    fn stage(&self, _: Stage) {}
    fn save(&self, _: ImageName, _: Picture<'_>) -> Result<(), PipelineError> {
        Ok(())
    }
    fn save_given(&self, _: ImageName, _: Picture<'_>, _: &SourceImage) -> Result<(), PipelineError> {
        Ok(())
    }
    fn legibility(&self, _: f32) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The draft and the finished picture of the same brief agree in layout: scaled down, they look alike.
    #[test]
    fn the_draft_shows_what_will_be_made() {
        let fonts = FontCatalog::load(&[]);
        let brief = Brief { text: "신메뉴".into(), scene: "wooden table".into(), ..Brief::default() };
        let mut maker = Maker::default();
        let first = maker.make(&brief, &fonts).unwrap();
        let start = Instant::now();
        let second = maker.make(&Brief { text: "신메뉴 출시".into(), ..brief.clone() }, &fonts).unwrap();
        println!("draft after a text edit: {:.0} ms", start.elapsed().as_secs_f64() * 1000.0);
        assert!(Arc::ptr_eq(&first.background, &second.background), "the background was painted again");
        assert_ne!(first.picture.pixels, second.picture.pixels);
        assert_eq!(first.picture.size, [SIDE as usize, SIDE as usize]);
        let mut image = crate::imaging::LinearRgb::new(4, 4, [0.0; 3]);
        image.data[0] = [1.0; 3];
        assert_eq!(opaque(&image.to_srgb()).pixels[0], egui::Color32::WHITE);
    }
}
