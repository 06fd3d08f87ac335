//! Live drafts: the pipeline at reduced size. Results are kept in memory, so that an edit runs only the stages that it changes.

use std::collections::VecDeque;
use std::sync::Arc;

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use parking_lot::Mutex;

use super::error::PipelineError;
use super::layout::{Bounds, ProductLayout, TextLayout};
use super::plan::{self, StepKeys};
use super::run::{Recalled, run};
use super::sink::{Picture, Sink, Taken};
use super::text::Headline;
use super::{background, clear, placement, position};
use crate::backend::{Backend, Framing, Scene, StageCx, StageObserver, backend_version};
use crate::cancel::CancelToken;
use crate::imaging::resize::{Filter, fit_within, resize_plane, resize_rgb8, resize_rgba8};
use crate::imaging::{Matte, Plane};
use crate::job::{ImageName, Stage};
use crate::layers::text_extent;
use crate::notice;
use crate::notice::Notice;
use crate::request::layers::{Layer, LayerContent};
use crate::request::{JobSpec, SourceImage, StepNumber};
use crate::typography::FontCatalog;

/// Longest side of a live draft in pixels.
pub const SIDE: usize = 576;
/// Longest side of a cut-out, and of the photo that it comes from, in pixels.
const MATTE_SIDE: usize = 900;
/// Longest side in pixels of the mask that a designer corrects.
const MASK_SIDE: usize = 1600;
/// How many cut-outs are kept: the automatic one and corrected ones.
const MATTES: usize = 3;

/// The spec at the size of a live draft.
pub fn reduced(mut spec: JobSpec) -> JobSpec {
    let (width, height) = fit_within(spec.width as usize, spec.height as usize, SIDE);
    (spec.width, spec.height) = (width as u32, height as u32);
    spec.stop_step = StepNumber::LAST;
    spec
}

/// The photo at the size that live drafts need, with the hash of the original, which is part of the cut-out's key.
pub fn reduced_photo(photo: &SourceImage) -> SourceImage {
    let (width, height) = (photo.pixels.width() as usize, photo.pixels.height() as usize);
    if width.max(height) <= MATTE_SIDE {
        return photo.clone();
    }
    let (width, height) = fit_within(width, height, MATTE_SIDE);
    SourceImage { pixels: Arc::new(resize_rgba8(&photo.pixels, width, height, Filter::CatmullRom)), ..photo.clone() }
}

/// A mask file as coverage, 0..=1, read as the pipeline reads `mask_image`.
pub fn mask_plane(mask: &SourceImage) -> Plane {
    background::mask_plane(mask)
}

/// A mask at the size at which it is corrected by hand.
pub fn reduced_mask(mask: &Plane) -> GrayImage {
    let (width, height) = fit_within(mask.width, mask.height, MASK_SIDE.min(mask.width.max(mask.height)));
    resize_plane(mask, width, height, Filter::CatmullRom).to_gray()
}

/// A cut-out product.
#[derive(Clone)]
pub struct Cutout {
    /// The product at reduced size.
    pub matte: Arc<Matte>,
    /// Its mask, large enough to be corrected by hand.
    pub mask: Arc<GrayImage>,
    /// The product's box within the cut-out; `None` if the cut-out is empty.
    pub bounds: Option<Bounds>,
}

/// A spec to be drafted.
#[derive(Clone, Copy)]
pub struct LiveRequest<'a> {
    /// The job to draft, at the size of a live draft; see [`reduced`].
    pub spec: &'a JobSpec,
    /// Accept a headline that mirrors an older background. For drags, where sculpting the headline anew would make every frame late.
    pub stale_headline: bool,
}

/// A live draft.
#[derive(Clone)]
pub struct LiveDraft {
    /// The product; `None` without one.
    pub cutout: Option<Cutout>,
    /// The result of step 1. The same `Arc` as in the draft before if step 1 was reused.
    pub background: Arc<RgbImage>,
    /// The same with its transparency; `None` if it has a background.
    pub clear_background: Option<Arc<RgbaImage>>,
    /// The result of step 2; `None` without text.
    pub headline: Option<Arc<RgbaImage>>,
    /// The advertisement.
    pub picture: Arc<RgbImage>,
    /// The same with its transparency; `None` if it has a background, `picture` is then on white.
    pub clear_picture: Option<Arc<RgbaImage>>,
    /// Where the parts stand.
    pub layout: LiveLayout,
    /// How far the text layers reach.
    pub texts: Vec<TextExtent>,
    /// Warnings of every step, reused ones included.
    pub notices: Vec<Notice>,
}

/// How far a text layer reaches about its centre, before it is turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextExtent {
    /// The layer's place in the request's list.
    pub layer: usize,
    /// Left, top, right and bottom, as fractions of the canvas' height.
    pub edges: [f32; 4],
}

fn text_extents(spec: &JobSpec, fonts: &FontCatalog) -> Vec<TextExtent> {
    let canvas = (spec.width as f32, spec.height as f32);
    let extent = |layer: &Layer<SourceImage>| {
        let LayerContent::Text(text) = &layer.content else { return None };
        let edges = text_extent(text, canvas, fonts)?.map(|edge| edge / canvas.1);
        Some(TextExtent { layer: layer.index, edges })
    };
    spec.layers.iter().filter_map(extent).collect()
}

/// Where the parts of a live draft stand, in pixels of its canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LiveLayout {
    /// The product; `None` without one.
    pub product: Option<ProductLayout>,
    /// The letters; `None` without text.
    pub text: Option<TextLayout>,
    /// Row of the letters' centre at position `auto`; `None` without text.
    pub automatic_text_row: Option<f32>,
}

/// Results by content key, newest first.
struct Recent<T> {
    most: usize,
    entries: VecDeque<(String, T)>,
}

impl<T: Clone> Recent<T> {
    fn new(most: usize) -> Self {
        Self { most, entries: VecDeque::new() }
    }

    fn get(&mut self, key: &str) -> Option<T> {
        let at = self.entries.iter().position(|(kept, _)| kept == key)?;
        let entry = self.entries.remove(at)?;
        let result = entry.1.clone();
        self.entries.push_front(entry);
        Some(result)
    }

    fn keep(&mut self, key: &str, result: T) {
        self.entries.retain(|(kept, _)| kept != key);
        self.entries.push_front((key.to_owned(), result));
        self.entries.truncate(self.most);
    }
}

/// The result of a stage or step with the warnings that came with it.
#[derive(Clone)]
struct WithNotices<T> {
    result: T,
    notices: Vec<(Stage, Notice)>,
}

#[derive(Clone)]
struct Step1 {
    image: Arc<RgbImage>,
    clear: Option<Arc<RgbaImage>>,
    placed: Option<Arc<Plane>>,
    layout: Option<ProductLayout>,
    cutout: Option<Cutout>,
}

#[derive(Clone)]
struct Step2 {
    headline: Headline,
    style: String,
}

struct Results {
    mattes: Recent<WithNotices<Cutout>>,
    scenes: Recent<WithNotices<Arc<Scene>>>,
    step1: Recent<WithNotices<Step1>>,
    step2: Recent<WithNotices<Step2>>,
}

impl Default for Results {
    fn default() -> Self {
        Self { mattes: Recent::new(MATTES), scenes: Recent::new(2), step1: Recent::new(1), step2: Recent::new(1) }
    }
}

/// Makes live drafts one after the other.
#[derive(Default)]
pub struct LivePipeline {
    results: Mutex<Results>,
}

impl LivePipeline {
    /// Whether the product's cut-out is cached. If so, only the hashes of photo and mask are used, not their pixels.
    pub fn has_cutout(&self, product: &SourceImage, mask: Option<&SourceImage>, backend: &dyn Backend) -> bool {
        let key = plan::matte(&backend_version(backend.kind()), product, mask);
        self.results.lock().mattes.get(&key).is_some()
    }

    /// Cuts the product out, or returns the cached cut-out.
    pub fn cut_out(
        &self,
        product: &SourceImage,
        mask: Option<&SourceImage>,
        backend: &mut dyn Backend,
        cancel: &CancelToken,
    ) -> Result<Option<Cutout>, PipelineError> {
        let keys = StepKeys::of_matte(plan::matte(&backend_version(backend.kind()), product, mask));
        let sink = MemorySink::new(&self.results, keys, false);
        background::matte(product, mask, backend, StageCx { cancel, observer: &sink }, &sink)?;
        Ok(sink.run.into_inner().cutout)
    }

    /// Makes a draft. Runs only the stages whose content keys changed since the drafts before.
    pub fn draft(
        &self,
        request: LiveRequest<'_>,
        backend: &mut dyn Backend,
        fonts: &FontCatalog,
        cancel: &CancelToken,
    ) -> Result<LiveDraft, PipelineError> {
        let spec = request.spec;
        let keys = plan::keys(spec, &backend_version(backend.kind()), &Recalled::default(), &|font| plan::font_hash(fonts, font));
        let sink = MemorySink::new(&self.results, keys, request.stale_headline);
        run(spec, backend, fonts, Recalled::default(), cancel, &sink)?;
        let run = sink.run.into_inner();
        let unsaved = || PipelineError::Sink(notice!("pipeline-no-picture"));
        let step1 = run.step1.ok_or_else(unsaved)?;
        let picture = run.picture.ok_or_else(unsaved)?;
        let automatic_text_row = run
            .headline
            .as_ref()
            .and_then(|headline| position::automatic_row(&step1.image, headline, step1.placed.as_deref(), spec.composition.mode));
        Ok(LiveDraft {
            cutout: step1.cutout,
            background: step1.image,
            clear_background: step1.clear,
            headline: run.headline.map(|headline| headline.image),
            picture,
            clear_picture: run.clear_picture,
            layout: LiveLayout { product: step1.layout, text: run.text, automatic_text_row },
            texts: text_extents(spec, fonts),
            notices: run.notices.into_iter().map(|(_, notice)| notice).collect(),
        })
    }
}

/// The results of the current run.
#[derive(Default)]
struct CurrentRun {
    stage: Option<Stage>,
    cutout: Option<Cutout>,
    /// The mask that belongs to the next step result.
    mask: Option<Plane>,
    product: Option<ProductLayout>,
    step1: Option<Step1>,
    headline: Option<Headline>,
    text: Option<TextLayout>,
    picture: Option<Arc<RgbImage>>,
    clear_picture: Option<Arc<RgbaImage>>,
    notices: Vec<(Stage, Notice)>,
}

impl CurrentRun {
    fn notices_of(&self, belongs: impl Fn(Stage) -> bool) -> Vec<(Stage, Notice)> {
        self.notices.iter().filter(|(stage, _)| belongs(*stage)).cloned().collect()
    }
}

/// The sink of live drafts: keeps results in memory and reuses those of earlier runs.
struct MemorySink<'a> {
    results: &'a Mutex<Results>,
    keys: StepKeys,
    stale_headline: bool,
    run: Mutex<CurrentRun>,
}

impl<'a> MemorySink<'a> {
    fn new(results: &'a Mutex<Results>, keys: StepKeys, stale_headline: bool) -> Self {
        Self { results, keys, stale_headline, run: Mutex::default() }
    }

    fn take_background(&self) -> Option<Taken> {
        let kept = self.results.lock().step1.get(self.keys.get(StepNumber::Background)?)?;
        let image = match &kept.result.clear {
            Some(clear) => DynamicImage::ImageRgba8(RgbaImage::clone(clear)),
            None => DynamicImage::ImageRgb8(RgbImage::clone(&kept.result.image)),
        };
        let taken = Taken { image, mask: kept.result.placed.as_deref().cloned() };
        let mut run = self.run.lock();
        run.notices.extend(kept.notices);
        run.step1 = Some(kept.result);
        Some(taken)
    }

    fn take_headline(&self) -> Option<Taken> {
        let mut results = self.results.lock();
        let mut kept = results.step2.get(self.keys.get(StepNumber::Text)?);
        if kept.is_none() && self.stale_headline {
            let newest = results.step2.entries.front().map(|(_, newest)| newest.clone());
            kept = newest.filter(|newest| Some(newest.result.style.as_str()) == self.keys.headline_style());
        }
        let kept = kept?;
        let headline = kept.result.headline;
        let taken = Taken { image: DynamicImage::ImageRgba8(RgbaImage::clone(&headline.image)), mask: headline.front_faces.clone() };
        let mut run = self.run.lock();
        run.notices.extend(kept.notices);
        run.headline = Some(headline);
        Some(taken)
    }

    fn keep_background(&self, image: RgbImage, clear: Option<&RgbaImage>) {
        let mut run = self.run.lock();
        let placed = run.mask.take().map(Arc::new);
        let clear = clear.map(|clear| Arc::new(clear.clone()));
        let step1 = Step1 { image: Arc::new(image), clear, placed, layout: run.product, cutout: run.cutout.clone() };
        run.step1 = Some(step1.clone());
        if let Some(key) = self.keys.get(StepNumber::Background) {
            let notices = run.notices_of(|stage| stage.step() == StepNumber::Background);
            self.results.lock().step1.keep(key, WithNotices { result: step1, notices });
        }
    }

    fn keep_headline(&self, image: &RgbaImage) {
        let mut run = self.run.lock();
        let headline = Headline { image: Arc::new(image.clone()), front_faces: run.mask.take() };
        run.headline = Some(headline.clone());
        if let (Some(key), Some(style)) = (self.keys.get(StepNumber::Text), self.keys.headline_style()) {
            let notices = run.notices_of(|stage| stage.step() == StepNumber::Text);
            let result = Step2 { headline, style: style.to_owned() };
            self.results.lock().step2.keep(key, WithNotices { result, notices });
        }
    }
}

impl StageObserver for MemorySink<'_> {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn notice(&self, notice: Notice) {
        let mut run = self.run.lock();
        let stage = run.stage.unwrap_or(Stage::Scene);
        run.notices.push((stage, notice));
    }
    fn wants_preview(&self) -> bool {
        false
    }
}

impl Sink for MemorySink<'_> {
    fn stage(&self, stage: Stage) {
        self.run.lock().stage = Some(stage);
    }

    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError> {
        match (name, picture) {
            // The mask belongs to the step result that is saved next.
            (ImageName::Placed | ImageName::Face, Picture::Gray(mask)) => self.run.lock().mask = Some(Plane::from_gray(mask)),
            (ImageName::Step1, Picture::Rgb(image)) => self.keep_background(image.clone(), None),
            (ImageName::Step1, Picture::Rgba(clear)) => self.keep_background(clear::on(clear, clear::WHITE), Some(clear)),
            (ImageName::Step2, Picture::Rgba(image)) => self.keep_headline(image),
            (ImageName::Final, Picture::Rgb(image)) => self.run.lock().picture = Some(Arc::new(image.clone())),
            (ImageName::Final, Picture::Rgba(clear)) => {
                let mut run = self.run.lock();
                run.picture = Some(Arc::new(clear::on(clear, clear::WHITE)));
                run.clear_picture = Some(Arc::new(clear.clone()));
            }
            _ => {}
        }
        Ok(())
    }

    fn save_given(&self, name: ImageName, picture: Picture<'_>, _: &SourceImage) -> Result<(), PipelineError> {
        self.save(name, picture)
    }

    fn finish_with(&self, _: ImageName) -> Result<(), PipelineError> {
        let mut run = self.run.lock();
        run.picture = run.step1.as_ref().map(|step1| Arc::clone(&step1.image));
        run.clear_picture = run.step1.as_ref().and_then(|step1| step1.clear.clone());
        Ok(())
    }

    fn take(&self, step: StepNumber) -> Option<Taken> {
        match step {
            StepNumber::Background => self.take_background(),
            StepNumber::Text => self.take_headline(),
            StepNumber::Composite => None,
        }
    }

    fn take_matte(&self) -> Option<Arc<Matte>> {
        let kept = self.results.lock().mattes.get(self.keys.matte()?)?;
        let mut run = self.run.lock();
        run.notices.extend(kept.notices);
        let matte = Arc::clone(&kept.result.matte);
        run.cutout = Some(kept.result);
        Some(matte)
    }

    fn keep_matte(&self, matte: Matte) -> Arc<Matte> {
        let mask = Arc::new(reduced_mask(&matte.alpha));
        let matte = Arc::new(reduced_matte(matte));
        let cutout = Cutout { mask, bounds: placement::cutout_bounds(&matte), matte: Arc::clone(&matte) };
        let mut run = self.run.lock();
        run.cutout = Some(cutout.clone());
        if let Some(key) = self.keys.matte() {
            let notices = run.notices_of(|stage| stage == Stage::Segmentation);
            self.results.lock().mattes.keep(key, WithNotices { result: cutout, notices });
        }
        matte
    }

    fn take_scene(&self, framing: Framing) -> Option<Arc<Scene>> {
        let kept = self.results.lock().scenes.get(&scene_key(self.keys.scene()?, framing))?;
        self.run.lock().notices.extend(kept.notices);
        Some(kept.result)
    }

    fn keep_scene(&self, framing: Framing, scene: Scene) -> Arc<Scene> {
        let scene = Arc::new(scene);
        if let Some(key) = self.keys.scene() {
            let notices = self.run.lock().notices_of(|stage| stage == Stage::Scene);
            self.results.lock().scenes.keep(&scene_key(key, framing), WithNotices { result: Arc::clone(&scene), notices });
        }
        scene
    }

    fn product_placed(&self, layout: ProductLayout) {
        self.run.lock().product = Some(layout);
    }

    fn text_placed(&self, layout: TextLayout) {
        self.run.lock().text = Some(layout);
    }

    fn legibility(&self, _: f32) {}
}

/// The key of a scene that is framed in this way. What the photo tells about the camera is known only once the product is cut out.
fn scene_key(key: &str, framing: Framing) -> String {
    format!("{key} {framing:?}")
}

fn reduced_matte(matte: Matte) -> Matte {
    let (width, height) = (matte.alpha.width, matte.alpha.height);
    if width.max(height) <= MATTE_SIDE {
        return matte;
    }
    let (width, height) = fit_within(width, height, MATTE_SIDE);
    let filter = Filter::CatmullRom;
    Matte { alpha: resize_plane(&matte.alpha, width, height, filter), foreground: resize_rgb8(&matte.foreground, width, height, filter) }
}
