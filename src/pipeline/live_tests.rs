//! Reuse must be invisible: a draft made from kept results is the draft that a new pipeline makes.

use std::collections::BTreeMap;
use std::sync::Arc;

use image::{Rgba, RgbaImage};

use super::live::*;
use crate::backend::draft::DraftBackend;
use crate::backend::{Backend, BackendError, BlendRequest, HarmonizeRequest, Scene, SceneRequest, SculptRequest, StageCx, TextLayer};
use crate::cancel::CancelToken;
use crate::imaging::{LinearRgb, Matte};
use crate::request::layers::{Layer, LayerContent, ShapeKind, ShapeLayer};
use crate::request::{
    Backdrop, BackendChoice, BackendKind, BackgroundSpec, CompositionMode, CompositionSpec, JobSpec, ModelChoice, Placement, ProductEdit,
    ShadowSpec, SourceImage, Start, StepNumber, TextPosition, TextSpec,
};
use crate::typography::FontCatalog;

/// The draft backend, with its calls counted by stage.
#[derive(Default)]
struct Counting {
    backend: DraftBackend,
    calls: BTreeMap<&'static str, usize>,
}

impl Counting {
    fn count(&mut self, stage: &'static str) -> &mut DraftBackend {
        *self.calls.entry(stage).or_default() += 1;
        &mut self.backend
    }

    /// The stages that ran since the last time.
    fn ran(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls).into_keys().collect()
    }
}

impl Backend for Counting {
    fn kind(&self) -> BackendKind {
        self.backend.kind()
    }
    fn label(&self) -> String {
        self.backend.label()
    }
    fn segment(&mut self, photo: &image::RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        self.count("matte").segment(photo, cx)
    }
    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
        self.count("scene").paint_scene(request, cx)
    }
    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        self.count("blend").blend_product(request, cx)
    }
    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        self.count("sculpt").sculpt_text(request, cx)
    }
    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        self.count("compose").harmonize(request, cx)
    }
}

/// An opaque photo of a dark bottle.
fn photo() -> SourceImage {
    let pixels = RgbaImage::from_fn(160, 200, |x, y| {
        let inside = (60..100).contains(&x) && (40..180).contains(&y);
        if inside { Rgba([40, 70, 50, 255]) } else { Rgba([230, 228, 224, 255]) }
    });
    SourceImage::new(pixels, "PNG".into())
}

/// A mask of the bottle's lower half.
fn mask() -> SourceImage {
    let pixels = RgbaImage::from_fn(160, 200, |x, y| {
        let inside = (60..100).contains(&x) && (110..180).contains(&y);
        if inside { Rgba([255; 4]) } else { Rgba([0, 0, 0, 255]) }
    });
    SourceImage::new(pixels, "PNG".into())
}

pub(super) fn spec() -> JobSpec {
    JobSpec {
        model: ModelChoice::Auto,
        start: Start::Background {
            product: Some(photo()),
            mask: None,
            text: Some(TextSpec {
                content: "SALE".into(),
                style_prompt: "gold".into(),
                negative_prompt: String::new(),
                font: crate::assets::DEFAULT_FONT.into(),
                steps: 1,
                guidance_scale: 1.0,
            }),
        },
        width: 256,
        height: 256,
        seed: 7,
        backend: BackendChoice::Draft,
        background: BackgroundSpec {
            prompt: "qwerty".into(),
            negative_prompt: String::new(),
            composition_prompt: String::new(),
            composition_negative_prompt: String::new(),
            strength: 0.6,
            guidance_scale: 1.0,
            steps: 1,
            true_cfg_scale: 1.0,
            preserve_product: true,
        },
        composition: CompositionSpec {
            mode: CompositionMode::Overlay,
            position: TextPosition::Top,
            prompt: String::new(),
            negative_prompt: String::new(),
            strength: 0.4,
            steps: 1,
            guidance_scale: 1.0,
        },
        backdrop: Backdrop::Scene,
        layers: Vec::new(),
        hidden_layers: Vec::new(),
        placement: Placement::default(),
        product: ProductEdit::default(),
        shadow: ShadowSpec::default(),
        force_from_step: None,
        stop_step: StepNumber::LAST,
        auto_unload: false,
        parameters: serde_json::Map::new(),
        warnings: Vec::new(),
    }
}

fn text(spec: &mut JobSpec) -> &mut Option<TextSpec> {
    let Start::Background { text, .. } = &mut spec.start else { unreachable!() };
    text
}

fn masked(spec: &mut JobSpec, with: Option<SourceImage>) {
    let Start::Background { mask, .. } = &mut spec.start else { unreachable!() };
    *mask = with;
}

struct Studio {
    fonts: FontCatalog,
    backend: Counting,
    pipeline: LivePipeline,
}

impl Studio {
    fn new() -> Self {
        Self { fonts: FontCatalog::load(&[]), backend: Counting::default(), pipeline: LivePipeline::default() }
    }

    fn draft(&mut self, spec: &JobSpec, stale_headline: bool) -> LiveDraft {
        let request = LiveRequest { spec, stale_headline };
        self.pipeline.draft(request, &mut self.backend, &self.fonts, &CancelToken::default()).unwrap()
    }

    /// A draft by a pipeline that has kept nothing.
    fn anew(&mut self, spec: &JobSpec) -> LiveDraft {
        let mut pipeline = std::mem::take(&mut self.pipeline);
        let made = self.draft(spec, false);
        std::mem::swap(&mut self.pipeline, &mut pipeline);
        self.backend.ran();
        made
    }
}

fn same(a: &LiveDraft, b: &LiveDraft) {
    assert!(a.picture == b.picture && a.background == b.background && a.headline == b.headline, "other pixels");
    assert_eq!(a.layout, b.layout);
    assert_eq!(a.notices, b.notices);
    assert_eq!(a.cutout.as_ref().map(|c| (&c.mask, c.bounds)), b.cutout.as_ref().map(|c| (&c.mask, c.bounds)));
}

#[test]
fn an_edit_runs_the_stages_that_it_changes_and_gives_the_same_draft() {
    type Edit = fn(&mut JobSpec);
    let edits: [(Edit, &[&str]); 11] = [
        (|_| {}, &["compose"]),
        (|s| s.composition.mode = CompositionMode::Behind, &["compose"]),
        (|s| s.placement.text_y = Some(0.4), &["compose"]),
        (|s| text(s).as_mut().unwrap().content = "신메뉴".into(), &["compose", "sculpt"]),
        (|s| s.placement.product_x = Some(0.3), &["blend", "compose", "sculpt"]),
        (|s| s.background.prompt = "beach at noon".into(), &["blend", "compose", "scene", "sculpt"]),
        (|s| masked(s, Some(mask())), &["blend", "compose", "sculpt"]),
        (|s| masked(s, None), &["blend", "compose", "sculpt"]),
        (|s| *text(s) = None, &[]),
        (|s| s.seed = 8, &["blend", "scene"]),
        (|s| s.width = 320, &["blend", "scene"]),
    ];
    let mut studio = Studio::new();
    let mut spec = spec();
    studio.draft(&spec, false);
    assert_eq!(studio.backend.ran(), ["blend", "compose", "matte", "scene", "sculpt"]);
    for (i, (edit, stages)) in edits.into_iter().enumerate() {
        edit(&mut spec);
        let made = studio.draft(&spec, false);
        assert_eq!(studio.backend.ran(), stages, "edit {i}");
        same(&made, &studio.anew(&spec));
    }
}

#[test]
fn a_drag_keeps_the_headline_and_its_end_sculpts_it_anew() {
    let mut studio = Studio::new();
    let mut spec = spec();
    let before = studio.draft(&spec, false);
    spec.placement.product_x = Some(0.3);
    studio.backend.ran();
    let dragged = studio.draft(&spec, true);
    assert_eq!(studio.backend.ran(), ["blend", "compose"]);
    assert!(Arc::ptr_eq(before.headline.as_ref().unwrap(), dragged.headline.as_ref().unwrap()));
    let released = studio.draft(&spec, false);
    assert_eq!(studio.backend.ran(), ["compose", "sculpt"]);
    same(&released, &studio.anew(&spec));
    // Another text is never shown in place of the one that was asked for.
    text(&mut spec).as_mut().unwrap().content = "NEW".into();
    spec.placement.product_x = Some(0.5);
    studio.draft(&spec, true);
    assert_eq!(studio.backend.ran(), ["blend", "compose", "sculpt"]);
}

#[test]
fn warnings_stay_as_long_as_what_they_are_about() {
    let mut studio = Studio::new();
    let mut spec = spec();
    let codes = |draft: &LiveDraft| draft.notices.iter().map(|n| n.to_string()).filter(|n| n.starts_with("bg_prompt")).count();
    let first = studio.draft(&spec, false);
    assert_eq!(codes(&first), 1, "{:?}", first.notices);
    spec.composition.mode = CompositionMode::Blend;
    assert_eq!(codes(&studio.draft(&spec, false)), 1);
    spec.placement.product_y = Some(0.8);
    assert_eq!(codes(&studio.draft(&spec, false)), 1);
    spec.background.prompt = "beach at noon".into();
    assert_eq!(codes(&studio.draft(&spec, false)), 0);
}

#[test]
fn a_cut_out_is_made_once_and_kept_small() {
    let mut studio = Studio::new();
    let large = image::imageops::resize(photo().pixels.as_ref(), 1600, 2000, image::imageops::FilterType::Triangle);
    let large = SourceImage::new(large, "PNG".into());
    assert!(!studio.pipeline.has_cutout(&large, None, &studio.backend));
    let cut = studio.pipeline.cut_out(&large, None, &mut studio.backend, &CancelToken::default()).unwrap().unwrap();
    assert_eq!((cut.matte.alpha.width, cut.matte.alpha.height), (720, 900));
    assert_eq!(cut.mask.dimensions(), (1280, 1600));
    assert!(studio.pipeline.has_cutout(&reduced_photo(&large), None, &studio.backend));
    assert!(!studio.pipeline.has_cutout(&large, Some(&mask()), &studio.backend));
    studio.backend.ran();
    let mut spec = spec();
    let Start::Background { product, .. } = &mut spec.start else { unreachable!() };
    *product = Some(reduced_photo(&large));
    let made = studio.draft(&spec, false);
    assert!(Arc::ptr_eq(&made.cutout.unwrap().matte, &cut.matte));
    assert!(!studio.backend.ran().contains(&"matte"));
}

#[test]
fn the_layout_follows_the_parts() {
    let mut studio = Studio::new();
    let mut spec = spec();
    spec.placement = Placement { product_x: Some(0.3), product_y: Some(0.7), text_y: Some(0.25), ..Placement::default() };
    let layout = studio.draft(&spec, false).layout;
    let product = layout.product.unwrap();
    assert!(((product.bounds.0 + product.bounds.2) as f32 / 2.0 - 0.3 * 256.0).abs() <= 1.0, "{product:?}");
    assert!((product.bounds.3 as f32 - 0.7 * 256.0).abs() <= 1.0 && product.automatic_foot > 0.75 * 256.0, "{product:?}");
    let ink = layout.text.unwrap().ink;
    assert!(((ink.1 + ink.3) as f32 / 2.0 - 0.25 * 256.0).abs() <= 1.0, "{ink:?}");
    spec.placement.text_y = None;
    spec.composition.position = TextPosition::Auto;
    let layout = studio.draft(&spec, false).layout;
    let ink = layout.text.unwrap().ink;
    assert_eq!(layout.automatic_text_row, Some((ink.1 + ink.3) as f32 / 2.0));
    *text(&mut spec) = None;
    let layout = studio.draft(&spec, false).layout;
    assert_eq!((layout.text, layout.automatic_text_row), (None, None));
    assert_eq!(layout.product, Some(product));
}

fn plate(color: [u8; 3]) -> Layer<SourceImage> {
    let shape = ShapeLayer {
        kind: ShapeKind::Rectangle,
        width: 0.2,
        height: 0.1,
        fill: Some(color),
        border: None,
        radius: 0.0,
        points: 16,
        depth: 0.14,
    };
    let content = LayerContent::Shape(shape);
    Layer { index: 0, x: 0.8, y: 0.9, rotation: 0.0, opacity: 1.0, behind: false, shadow: None, content }
}

#[test]
fn layers_are_drawn_and_their_edits_run_the_last_stage_only() {
    let (fonts, pipeline, cancel) = (FontCatalog::load(&[]), LivePipeline::default(), CancelToken::default());
    let mut backend = Counting::default();
    let mut spec = spec();
    let draft = |spec: &JobSpec, backend: &mut Counting| {
        pipeline.draft(LiveRequest { spec, stale_headline: false }, backend, &fonts, &cancel).unwrap()
    };
    draft(&spec, &mut backend);
    backend.ran();
    for color in [[0, 199, 60], [229, 57, 53]] {
        spec.layers = vec![plate(color)];
        let made = draft(&spec, &mut backend);
        assert_eq!(backend.ran(), ["compose"]);
        assert_eq!(made.picture.get_pixel(205, 230).0, color);
    }
    // Without text too; an own background needs no backend at all.
    *text(&mut spec) = None;
    assert_eq!(draft(&spec, &mut backend).picture.get_pixel(205, 230).0, [229, 57, 53]);
    assert!(backend.ran().is_empty());
    spec.backdrop = Backdrop::Color([0, 199, 60]);
    let made = draft(&spec, &mut backend);
    assert!(backend.ran().is_empty(), "only the cut-out, which is there");
    assert_eq!((made.picture.get_pixel(2, 2).0, made.background.get_pixel(2, 2).0), ([0, 199, 60], [0, 199, 60]));
}
