//! The live draft: a thread with an engine of its own that redraws the advertisement after every edit, small, with the layout of the final.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use egui::{ColorImage, Context, Rect, pos2};
use image::{GrayImage, RgbImage, RgbaImage};

use super::state::{Brief, Mask, Product};
use super::watch::Watch;
use crate::backend::draft::DraftBackend;
use crate::backend::{Backend, Prompts, Scene, SceneRequest, StageCx, StageObserver};
use crate::cancel::CancelToken;
use crate::imaging::Matte;
use crate::imaging::Plane;
use crate::imaging::resize::{Filter, fit_within, resize_plane, resize_rgb8, resize_rgba8};
use crate::imaging::{LinearRgb, matting};
use crate::job::{ImageName, Stage};
use crate::pipeline::text::Layer;
use crate::pipeline::{Picture, PipelineError, Sink, background, composite, layers, placement, position, text};
use crate::request::{CompositionMode, JobSpec, KnownImage, Placement, SourceImage, Start, TextPosition};
use crate::typography::FontCatalog;

/// Long side of the draft in pixels.
pub const SIDE: u32 = 576;
/// The cut-out never needs more than this for a draft.
const MATTE_SIDE: usize = 900;
/// Longest side of a mask that is painted on.
const MASK_SIDE: usize = 1600;

/// Where things stand on the canvas, as fractions of its sides.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Boxes {
    /// The product, shadow not included.
    pub product: Option<Rect>,
    /// The letters' ink.
    pub text: Option<Rect>,
    /// Centre of the letters where `auto` would put them.
    pub auto_y: f32,
    /// Foot of the product where it would stand by itself.
    pub ground: f32,
    /// The product within its own cut-out.
    pub cut: Option<Rect>,
}

/// A finished draft.
#[derive(Clone)]
pub struct Draft {
    /// Rises with each draft.
    pub sequence: u64,
    /// The brief it shows.
    pub brief: Brief,
    /// The product without its background; with alpha.
    pub cutout: Option<Arc<ColorImage>>,
    /// The automatic mask, for the brush to begin with.
    pub auto_mask: Option<Arc<GrayImage>>,
    /// Where product and letters stand.
    pub boxes: Boxes,
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
    /// The newest cut-out with the hash of its photo: there also while the rest of the brief cannot be drawn.
    pub cut: Option<(String, Arc<ColorImage>)>,
}

/// What a draft is wanted of.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// What was entered.
    pub brief: Brief,
    /// While something is dragged: the letters may mirror a picture that is a moment old.
    pub quick: bool,
    /// The mask that the engine which will make the brief found in this photo before; without one the draft engine looks for its own.
    pub cut: Option<PathBuf>,
}

#[derive(Default)]
struct Slot {
    wanted: Option<(Wish, Instant)>,
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
    pub fn start(ctx: Context, watch: Watch) -> Self {
        let slot = Arc::new((Mutex::new(Slot::default()), Condvar::new()));
        let theirs = Arc::clone(&slot);
        super::bridge::spawn("nanococoa-draft", move || run(&theirs, &ctx, &watch));
        Self { slot }
    }

    /// Asks for a draft; an older wish that was not begun is forgotten.
    pub fn want(&self, wish: Wish) {
        lock(&self.slot).wanted = Some((wish, Instant::now()));
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

fn run(slot: &(Mutex<Slot>, Condvar), ctx: &Context, watch: &Watch) {
    let mut maker = Maker::default();
    let mut sequence = 0;
    loop {
        let (wish, since) = {
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
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| maker.make(&wish, &watch.fonts())));
        let made = made.unwrap_or_else(|_| {
            maker = Maker::default();
            Err("The draft could not be drawn.".into())
        });
        let mut guard = lock(slot);
        guard.shown.cut.clone_from(&maker.cut);
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

/// A photo in the sizes that drafts need.
struct Photo {
    small: SourceImage,
    matte: Arc<Matte>,
    mask: Arc<GrayImage>,
}

/// A cut-out with its picture and the part of it that the product takes.
type CutOut = (Arc<Matte>, Arc<ColorImage>, Option<Rect>);

/// Letters with their picture and the bounds of ink and front faces.
type Letters = (Layer, Arc<ColorImage>, Bounds, Bounds);
type Bounds = (usize, usize, usize, usize);

#[derive(Default)]
struct Maker {
    backend: DraftBackend,
    photo: Kept<Photo>,
    matte: Kept<CutOut>,
    scene: Kept<Arc<Scene>>,
    step1: Kept<Arc<Step1>>,
    letters: Kept<Letters>,
    cut: Option<(String, Arc<ColorImage>)>,
}

impl Maker {
    fn cut(&mut self, wish: &Wish, cx: StageCx<'_>) -> Result<Option<(CutOut, Arc<GrayImage>)>, String> {
        let brief = &wish.brief;
        let Some(product) = &brief.product else { return Ok(None) };
        let backend = &mut self.backend;
        let photo_key = photo_key(wish);
        let key = format!("{photo_key} {}", brief.mask.as_ref().map_or("", |m| &m.hash));
        let photo = self.photo.get_or(photo_key, || read_photo(product, wish.cut.as_deref(), backend, cx))?;
        let cut = self.matte.get_or(key, || {
            let matte = match &brief.mask {
                Some(mask) => Arc::new(masked(photo, mask, backend, cx)?),
                None => Arc::clone(&photo.matte),
            };
            let shown = Arc::new(cutout(&matte));
            let part = matte.alpha.bounds(0.05).map(|b| share(b, (matte.alpha.width, matte.alpha.height)));
            Ok((matte, shown, part))
        })?;
        self.cut = Some((product.hash.clone(), Arc::clone(&cut.1)));
        Ok(Some((cut.clone(), Arc::clone(&photo.mask))))
    }

    fn make(&mut self, wish: &Wish, fonts: &FontCatalog) -> Result<Draft, String> {
        let brief = &wish.brief;
        let (cancel, sink) = (CancelToken::default(), Quiet::default());
        let cx = StageCx { cancel: &cancel, observer: &sink };
        let matte = self.cut(wish, cx)?;
        let spec = spec_of(brief, fonts)?;
        let words = |e: PipelineError| e.to_string();
        let size = format!("{}x{} {}", spec.width, spec.height, spec.seed);
        let backend = &mut self.backend;
        let bg = &spec.background;
        let scene_key = format!("{size} {:?} {:?}", bg.prompt, bg.negative_prompt);
        let scene = self.scene.get_or(scene_key.clone(), || {
            let request = SceneRequest {
                prompts: Prompts { positive: &bg.prompt, negative: &bg.negative_prompt },
                width: spec.width as usize,
                height: spec.height as usize,
                sampling: background::sampling(&spec),
            };
            backend.paint_scene(&request, cx).map(Arc::new).map_err(|e| e.to_string())
        })?;
        let scene_ground = scene.ground_line;
        let hash = photo_key(wish);
        let mask = brief.mask.as_ref().map(|m| m.hash.as_str()).unwrap_or_default();
        let at = &spec.placement;
        let place = format!("{:?} {:?} {:?}", at.product_x, at.product_y, at.product_scale);
        let step1_key = format!("{scene_key} {hash} {mask} {place} {} {}", bg.strength, bg.preserve_product);
        let step1 = Arc::clone(self.step1.get_or(step1_key.clone(), || {
            let (image, placed) = match &matte {
                Some(((matte, ..), _)) => {
                    let (image, placed) = background::inject(&spec, matte, scene, backend, cx).map_err(words)?;
                    (image.to_srgb(), Some(placed))
                }
                None => (scene.image.to_srgb(), None),
            };
            let shown = Arc::new(opaque(&image));
            Ok(Arc::new((image, placed, shown)))
        })?);
        let (image, placed, background) = (&step1.0, &step1.1, Arc::clone(&step1.2));
        let side = (spec.width as usize, spec.height as usize);
        let mut boxes = Boxes {
            product: placed.as_ref().and_then(|p| p.bounds(0.05)).map(|b| share(b, side)),
            cut: matte.as_ref().and_then(|m| m.0.2),
            ground: matte.as_ref().map_or(1.0, |m| ground(&m.0.0, scene_ground, &spec)),
            ..Boxes::default()
        };
        let draft = |letters, picture, notes, boxes| Draft {
            sequence: 0,
            brief: brief.clone(),
            cutout: matte.as_ref().map(|m| Arc::clone(&m.0.1)),
            auto_mask: matte.as_ref().map(|m| Arc::clone(&m.1)),
            boxes,
            background: Arc::clone(&background),
            letters,
            picture,
            notes,
            millis: 0.0,
        };
        let Start::Background { text: Some(slogan), .. } = &spec.start else {
            return Ok(draft(None, Arc::clone(&background), Vec::new(), boxes));
        };
        let slogan_key = format!(" {size} {slogan:?}");
        let old = self.letters.0.as_ref().map(|l| l.0.clone()).filter(|k| wish.quick && k.ends_with(&slogan_key));
        let letters_key = old.unwrap_or_else(|| format!("{step1_key}{slogan_key}"));
        let (layer, letters, ink, face) = self.letters.get_or(letters_key, || {
            let layer = text::run(&spec, slogan, image, backend, fonts, cx, &sink).map_err(words)?;
            let shown = Arc::new(transparent(&layer.image));
            let ink = alpha_of(&layer.image).bounds(0.3).unwrap_or_default();
            let face = layer.face.as_ref().and_then(|f| f.bounds(0.3)).unwrap_or(ink);
            Ok((layer, shown, ink, face))
        })?;
        let (layer, letters, ink, face) = (layer.clone(), Arc::clone(letters), *ink, *face);
        let finished = composite::run(&spec, image, &layer, placed.clone(), backend, cx, &sink).map_err(words)?;
        if let Some(stands) = sink.letters() {
            // As far as the faces were moved, so was all ink.
            let shift = |from: usize, to: usize, edge: usize| (edge + to).saturating_sub(from);
            let b = (
                shift(face.0, stands.0, ink.0),
                shift(face.1, stands.1, ink.1),
                shift(face.0, stands.0, ink.2),
                shift(face.1, stands.1, ink.3),
            );
            boxes.text = Some(share(b, side));
        }
        boxes.auto_y = auto_y(image, &layer, placed.as_ref(), spec.composition.mode);
        Ok(draft(Some(letters), Arc::new(opaque(&finished)), sink.notes(), boxes))
    }
}

/// Where the product's foot would be without a wish: asked of the pipeline with a small block of the product's shape.
fn ground(matte: &Matte, ground_line: f32, spec: &JobSpec<KnownImage>) -> f32 {
    let whole = (0, 0, matte.alpha.width, matte.alpha.height);
    let (x0, y0, x1, y1) = matte.alpha.bounds(0.05).unwrap_or(whole);
    let (w, h) = fit_within((x1 - x0).max(1), (y1 - y0).max(1), 64);
    let block = Matte { alpha: Plane::new(w, h, 1.0), foreground: RgbImage::new(w as u32, h as u32) };
    let wish = Placement { product_scale: spec.placement.product_scale, ..Placement::default() };
    placement::place(&block, spec.width as usize, spec.height as usize, ground_line, &wish).foot / spec.height as f32
}

/// Where `auto` would put the letters' centre.
fn auto_y(step1: &RgbImage, layer: &Layer, product: Option<&Plane>, mode: CompositionMode) -> f32 {
    let alpha = alpha_of(&layer.image);
    let Some((_, y0, _, y1)) = alpha.bounds(0.3) else { return 0.5 };
    let tone = layers::mean_luminance(&layer.image, layer.face.as_ref().unwrap_or(&alpha));
    let free = Placement::default();
    let ((_, dy), _) = position::text_offset(&LinearRgb::from_srgb(step1), &alpha, tone, product, mode, TextPosition::Auto, &free);
    ((y0 + y1) as f32 / 2.0 + dy as f32) / alpha.height.max(1) as f32
}

fn alpha_of(image: &RgbaImage) -> Plane {
    let data = image.pixels().map(|p| f32::from(p.0[3]) / 255.0).collect();
    Plane { width: image.width() as usize, height: image.height() as usize, data }
}

fn share((x0, y0, x1, y1): Bounds, (w, h): (usize, usize)) -> Rect {
    let at = |x: usize, y: usize| pos2(x as f32 / w.max(1) as f32, y as f32 / h.max(1) as f32);
    Rect::from_min_max(at(x0, y0), at(x1, y1))
}

/// The photo and who cut it out.
fn photo_key(wish: &Wish) -> String {
    let hash = wish.brief.product.as_ref().map(|p| p.hash.as_str()).unwrap_or_default();
    format!("{hash} {}", wish.cut.as_deref().unwrap_or(Path::new("")).display())
}

fn read_photo(product: &Product, cut: Option<&Path>, backend: &mut DraftBackend, cx: StageCx<'_>) -> Result<Photo, String> {
    let photo = crate::engine::decode_source_file(&product.path).map_err(|e| e.to_string())?;
    let brush = |alpha: &Plane| {
        let (w, h) = fit_within(alpha.width, alpha.height, MASK_SIDE.min(alpha.width.max(alpha.height)));
        Arc::new(resize_plane(alpha, w, h, Filter::CatmullRom).to_gray())
    };
    let (w, h) = (photo.pixels.width() as usize, photo.pixels.height() as usize);
    let small = |photo: SourceImage| {
        if w.max(h) <= MATTE_SIDE {
            return photo;
        }
        let (w, h) = fit_within(w, h, MATTE_SIDE);
        SourceImage { pixels: Arc::new(resize_rgba8(&photo.pixels, w, h, Filter::CatmullRom)), ..photo }
    };
    // The job may have been deleted since.
    let known = cut.and_then(|path| image::load_from_memory(&std::fs::read(path).ok()?).ok()).map(|i| Plane::from_gray(&i.into_luma8()));
    if let Some(alpha) = known {
        let small = small(photo);
        let plane = resize_plane(&alpha, small.pixels.width() as usize, small.pixels.height() as usize, Filter::CatmullRom);
        let matte = background::cut_out(&small, Some(&plane), backend, cx).map_err(|e| e.to_string())?;
        return Ok(Photo { small, matte: Arc::new(matte), mask: brush(&alpha) });
    }
    let matte = background::cut_out(&photo, None, backend, cx).map_err(|e| e.to_string())?;
    let mask = brush(&matte.alpha);
    Ok(Photo { small: small(photo), matte: Arc::new(smaller(matte)), mask })
}

/// The cut-out by the designer's mask.
fn masked(photo: &Photo, mask: &Mask, backend: &mut DraftBackend, cx: StageCx<'_>) -> Result<Matte, String> {
    let bytes = std::fs::read(&mask.path).map_err(|e| e.to_string())?;
    let gray = image::load_from_memory(&bytes).map_err(|e| e.to_string())?.into_luma8();
    let (w, h) = (photo.small.pixels.width() as usize, photo.small.pixels.height() as usize);
    let plane = resize_plane(&Plane::from_gray(&gray), w, h, Filter::CatmullRom);
    if photo.small.has_alpha {
        return Ok(Matte { alpha: plane, foreground: matting::from_alpha(&photo.small.pixels).foreground });
    }
    background::cut_out(&photo.small, Some(&plane), backend, cx).map_err(|e| e.to_string())
}

/// The same request that will be sent, at draft size; parsed by the same parser.
fn spec_of(brief: &Brief, fonts: &FontCatalog) -> Result<JobSpec<KnownImage>, String> {
    let mut spec = super::spec::of(brief, fonts)?;
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

/// Keeps notes and where the letters stand, forgets everything else.
#[derive(Default)]
struct Quiet(Mutex<(Vec<String>, Option<Bounds>)>);

impl Quiet {
    fn notes(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).0)
    }

    fn letters(&self) -> Option<Bounds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl StageObserver for Quiet {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn warn(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push(text.to_owned());
    }
    fn wants_preview(&self) -> bool {
        false
    }
}

impl Sink for Quiet {
    fn stage(&self, _: Stage) {}
    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError> {
        if let (ImageName::Letters, Picture::Gray(gray)) = (name, picture) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Plane::from_gray(gray).bounds(0.3);
        }
        Ok(())
    }
    fn save_given(&self, _: ImageName, _: Picture<'_>, _: &SourceImage) -> Result<(), PipelineError> {
        Ok(())
    }
    fn finish_with(&self, _: ImageName) -> Result<(), PipelineError> {
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
        let wish = |brief| Wish { brief, quick: false, cut: None };
        let first = maker.make(&wish(brief.clone()), &fonts).unwrap();
        let start = Instant::now();
        let second = maker.make(&wish(Brief { text: "신메뉴 출시".into(), ..brief.clone() }), &fonts).unwrap();
        println!("draft after a text edit: {:.0} ms", start.elapsed().as_secs_f64() * 1000.0);
        assert!(Arc::ptr_eq(&first.background, &second.background), "the background was painted again");
        assert_ne!(first.picture.pixels, second.picture.pixels);
        assert_eq!(first.picture.size, [SIDE as usize, SIDE as usize]);
        let mut image = crate::imaging::LinearRgb::new(4, 4, [0.0; 3]);
        image.data[0] = [1.0; 3];
        assert_eq!(opaque(&image.to_srgb()).pixels[0], egui::Color32::WHITE);
    }
}
