//! Step 1: cuts the product out, paints the empty scene and places the product in it.

use std::sync::Arc;

use image::{RgbImage, RgbaImage};

use super::borders::CutSides;
use super::error::PipelineError;
use super::layout::percent;
use super::sink::{Picture, Sink};
use super::step1::Background;
use super::{adjust, clear, composite, grounding, outline, pick, placement, posture, preview};
use crate::backend::{Backend, BlendRequest, Framing, KeyLight, PlacedProduct, Prompts, Sampling, Scene, SceneRequest, StageCx, View};
use crate::imaging::Matte;
use crate::imaging::{LinearRgb, Plane, matting, resize};
use crate::job::{ImageName, Stage};
use crate::notice;
use crate::request::{Backdrop, JobSpec, ProductEdit, SourceImage};

/// Enlargement of the product above which it looks soft.
const MOST_ENLARGED: f32 = 1.6;

/// Balls look the same from everywhere: they are seen from this elevation.
const BALL: f32 = 20.0;

/// The mask of the request at the photo's size.
fn resized_mask(mask: &SourceImage, (width, height): (u32, u32)) -> Plane {
    let plane = mask_plane(mask);
    let plane = if mask.pixels.dimensions() == (width, height) {
        plane
    } else {
        resize::resize_plane(&plane, width as usize, height as usize, resize::Filter::CatmullRom)
    };
    // Quantised to 8 bits as on disk, so that a resumed job gives the same pixels.
    Plane::from_gray(&plane.to_gray())
}

/// A picture read as a mask: its alpha if it has transparency, else its luma.
pub(super) fn mask_plane(mask: &SourceImage) -> Plane {
    let (w, h) = mask.pixels.dimensions();
    let value = |p: &image::Rgba<u8>| match (mask.has_alpha, p.0) {
        (true, [_, _, _, a]) => f32::from(a) / 255.0,
        (false, [r, g, b, _]) => (f32::from(r) * 0.2126 + f32::from(g) * 0.7152 + f32::from(b) * 0.0722) / 255.0,
    };
    Plane { width: w as usize, height: h as usize, data: mask.pixels.pixels().map(value).collect() }
}

/// Cuts the product out of its photo: by the mask if there is one, else by the photo's own transparency, else by the backend.
fn cut_out(product: &SourceImage, mask: Option<&Plane>, backend: &mut dyn Backend, cx: StageCx<'_>) -> Result<Matte, PipelineError> {
    if let Some(mask) = mask {
        let photo = rgb(product);
        let foreground = if product.has_alpha {
            matting::from_alpha(&product.pixels).foreground
        } else {
            matting::estimate_foreground(&photo, mask, cx.cancel)?
        };
        cx.step(1.0)?;
        return Ok(Matte { alpha: mask.clone(), foreground });
    }
    if product.has_alpha {
        return Ok(matting::from_alpha(&product.pixels));
    }
    Ok(backend.segment(&rgb(product), cx)?)
}

fn rgb(product: &SourceImage) -> RgbImage {
    let photo = product.pixels.as_ref();
    RgbImage::from_raw(photo.width(), photo.height(), photo.as_raw().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect())
        .unwrap_or_default()
}

/// Runs step 1.
pub fn run(
    spec: &JobSpec,
    product: Option<&SourceImage>,
    mask: Option<&SourceImage>,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Background, PipelineError> {
    let matte = match (product, spec.placement.product_pick) {
        (Some(product), None) => Some(matte(product, mask, backend, cx, sink)?),
        (Some(product), Some(point)) => {
            let mut picked = matte(product, mask, backend, cx, sink)?.as_ref().clone();
            pick::nearest_part(&mut picked, point);
            Some(Arc::new(picked))
        }
        (None, _) => None,
    };
    let subject = match (matte, product) {
        // Without a mask, a file with transparency is the designer's own cut-out.
        (Some(matte), Some(product)) => Some(CutOut::of(matte, &spec.product, product.has_alpha && mask.is_none())),
        _ => None,
    };
    cx.check()?;
    let chosen = spec.placement.camera_elevation.map(|elevation| View { elevation });
    let view = chosen.or(subject.as_ref().and_then(|subject| subject.view));
    if let Some(scene) = own_scene(spec, view.unwrap_or_default(), cx, sink)? {
        return on_own_scene(spec, subject.as_ref(), &scene, cx, sink);
    }
    let mut framing = Framing { view, chosen: chosen.is_some(), subject: None };
    if let Some(CutOut { matte, cut, .. }) = subject.as_ref().filter(|_| backend.follows_product(prompts(spec))) {
        framing.subject = placement::subject(matte, (spec.width as usize, spec.height as usize), view, *cut, &spec.placement);
    }
    let scene = scene(spec, framing, backend, cx, sink)?;
    let Some(subject) = subject else {
        let image = scene.image.to_srgb();
        sink.save(ImageName::Step1, Picture::Rgb(&image))?;
        return Ok(Background::opaque(image, None));
    };
    sink.stage(Stage::Injection);
    let (image, placed) = inject(spec, &subject, &scene, backend, cx, sink)?;
    let image = image.to_srgb();
    sink.save(ImageName::Placed, Picture::Gray(&placed.to_gray()))?;
    sink.save(ImageName::Step1, Picture::Rgb(&image))?;
    Ok(Background::opaque(image, Some(placed)))
}

/// The cut-out as it is placed, and the geometry of its photo as far as the cut-out shows it.
struct CutOut {
    matte: Arc<Matte>,
    /// Sides on which the photo's border cuts it off.
    cut: CutSides,
    /// Whether such a side was turned away from the canvas' border, where it shows.
    turned_cut: bool,
    view: Option<View>,
}

impl CutOut {
    /// `cut_out`: see [`CutSides::of`]. The camera is that of the upright product: turning the product does not turn the scene.
    fn of(matte: Arc<Matte>, edit: &ProductEdit, cut_out: bool) -> Self {
        let matte = adjust::upright(matte, edit);
        let cut = CutSides::of(&matte.alpha, cut_out);
        let view = placement::cutout_bounds(&matte).and_then(|bounds| match () {
            () if cut.any() => outline::view(&matte.alpha, bounds, cut),
            () if posture::is_ball(&matte, bounds) => Some(View { elevation: BALL }),
            () if posture::is_garment(&matte.alpha, bounds) => Some(View { elevation: outline::FROM_ABOVE }),
            () => outline::view(&matte.alpha, bounds, cut),
        });
        let tilt = adjust::tilt(edit);
        if tilt == 0.0 {
            return Self { matte, cut, turned_cut: false, view };
        }
        Self { matte: adjust::turned(matte, tilt), cut: CutSides::default(), turned_cut: cut.any(), view }
    }
}

/// The product's cut-out, from an earlier run or made now.
pub(super) fn matte(
    product: &SourceImage,
    mask: Option<&SourceImage>,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Arc<Matte>, PipelineError> {
    if let Some(matte) = sink.take_matte() {
        return Ok(matte);
    }
    sink.save_given(ImageName::Product, Picture::Rgba(&product.pixels), product)?;
    cx.check()?;
    let mask = mask.map(|m| resized_mask(m, product.pixels.dimensions()));
    if let Some(mask) = &mask {
        // Saved before segmentation, so that a job that is stopped here resumes with this mask.
        sink.save(ImageName::Mask, Picture::Gray(&mask.to_gray()))?;
    }
    sink.stage(Stage::Segmentation);
    cx.check()?;
    let matte = cut_out(product, mask.as_ref(), backend, cx)?;
    cx.check()?;
    sink.save(ImageName::Mask, Picture::Gray(&matte.alpha.to_gray()))?;
    cx.check()?;
    sink.save(ImageName::Cutout, Picture::Rgba(&with_alpha(&matte)))?;
    Ok(sink.keep_matte(matte))
}

/// The scene of a background that the request gives, a colour, nothing or a picture: lit softly from above and seen from `view`. `None` if a scene must be
/// painted.
fn own_scene(spec: &JobSpec, view: View, cx: StageCx<'_>, sink: &dyn Sink) -> Result<Option<Scene>, PipelineError> {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let image = match &spec.backdrop {
        Backdrop::Scene => return Ok(None),
        Backdrop::Color(color) => RgbImage::from_pixel(spec.width, spec.height, image::Rgb(*color)),
        Backdrop::Transparent => RgbImage::from_pixel(spec.width, spec.height, image::Rgb([clear::WHITE; 3])),
        Backdrop::Picture(picture) => {
            sink.save_given(ImageName::Backdrop, Picture::Rgba(&picture.pixels), picture)?;
            cx.check()?;
            composite::flatten(&composite::cover(&picture.pixels, width, height), width, height)
        }
    };
    let image = LinearRgb::from_srgb(&image);
    let key = KeyLight { direction: [-0.30, 0.86, 0.41], color: [1.0; 3], softness: 0.65 };
    Ok(Some(Scene { image, ground_line: height as f32 * view.ground(), view, key, ambient: [1.0; 3], gloss: 0.0, roughness: 1.0 }))
}

/// Places the product on a background that the request gives. The product keeps its pixels, and only its shadow changes the background.
fn on_own_scene(
    spec: &JobSpec,
    subject: Option<&CutOut>,
    scene: &Scene,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Background, PipelineError> {
    sink.stage(Stage::Injection);
    let is_clear = matches!(spec.backdrop, Backdrop::Transparent);
    let Some(subject) = subject else {
        if is_clear {
            let picture = clear::empty(spec.width, spec.height);
            sink.save(ImageName::Step1, Picture::Rgba(&picture))?;
            return Ok(Background::clear(picture, None));
        }
        let image = scene.image.to_srgb();
        sink.save(ImageName::Step1, Picture::Rgb(&image))?;
        return Ok(Background::opaque(image, None));
    };
    let product = place(spec, subject, scene, cx, sink)?;
    let lit = grounding::lit(scene, &spec.shadow);
    let ground = grounding::ground(&lit, &product, subject.cut, &spec.shadow, cx.cancel)?;
    cx.step(0.8)?;
    if is_clear {
        let picture = clear::product_on_clear(&product, &ground.shadow);
        sink.save(ImageName::Placed, Picture::Gray(&product.alpha.to_gray()))?;
        sink.save(ImageName::Step1, Picture::Rgba(&picture))?;
        return Ok(Background::clear(picture, Some(product.alpha)));
    }
    let mut image = ground.grounded;
    for ((to, from), alpha) in image.data.iter_mut().zip(&product.image.data).zip(&product.alpha.data) {
        (0..3).for_each(|k| to[k] += (from[k] - to[k]) * alpha);
    }
    let image = image.to_srgb();
    sink.save(ImageName::Placed, Picture::Gray(&product.alpha.to_gray()))?;
    sink.save(ImageName::Step1, Picture::Rgb(&image))?;
    Ok(Background::opaque(image, Some(product.alpha)))
}

/// The empty scene, from an earlier run or painted now.
fn scene(
    spec: &JobSpec,
    framing: Framing,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Arc<Scene>, PipelineError> {
    if let Some(scene) = sink.take_scene(framing) {
        return Ok(scene);
    }
    sink.stage(Stage::Scene);
    let scene = backend.paint_scene(
        &SceneRequest {
            prompts: prompts(spec),
            width: spec.width as usize,
            height: spec.height as usize,
            framing,
            sampling: sampling(spec),
        },
        cx,
    )?;
    preview::offer(cx, &scene.image);
    Ok(sink.keep_scene(framing, scene))
}

/// Places the product in an empty scene. Returns the picture and the product's matte on the canvas.
fn inject(
    spec: &JobSpec,
    subject: &CutOut,
    scene: &Scene,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<(LinearRgb, Plane), PipelineError> {
    let bg = &spec.background;
    let product = place(spec, subject, scene, cx, sink)?;
    let scene = &*grounding::lit(scene, &spec.shadow);
    let ground = grounding::ground(scene, &product, subject.cut, &spec.shadow, cx.cancel)?;
    cx.step(0.5)?;
    preview::offer(cx, &ground.grounded);
    let image = backend.blend_product(
        &BlendRequest {
            scene,
            product: &product,
            grounded: &ground.grounded,
            band: &ground.band,
            prompts: Prompts { positive: &bg.composition_prompt, negative: &bg.composition_negative_prompt },
            strength: bg.strength,
            sampling: sampling(spec),
            preserve_product: bg.preserve_product,
        },
        cx,
    )?;
    Ok((image, product.alpha))
}

/// Places the product on the canvas, and reports its place and problems of its photo to the sink.
fn place(
    spec: &JobSpec,
    CutOut { matte, cut, turned_cut, .. }: &CutOut,
    scene: &Scene,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<PlacedProduct, PipelineError> {
    let canvas = (spec.width as usize, spec.height as usize);
    let mut placed = placement::place(matte, canvas, scene.into(), *cut, &spec.placement);
    if let Some(layout) = placed.layout {
        sink.product_placed(layout);
    }
    placed.shows_cut |= turned_cut;
    warn_about_photo(&placed, sink);
    cx.check()?;
    adjust::correct_colours(&mut placed.product, &spec.product);
    Ok(placed.product)
}

/// Warns if the canvas shows where the photo cuts the product off, and if the photo is too small for the product's size on the canvas.
fn warn_about_photo(placed: &placement::Placed, sink: &dyn Sink) {
    if placed.shows_cut {
        sink.notice(notice!("pipeline-product-cut").at("product_image"));
    }
    if placed.factor > MOST_ENLARGED {
        let (width, height) = placed.size;
        sink.notice(
            notice!("pipeline-product-enlarged", width = width, height = height, percent = percent(placed.factor)).at("product_image"),
        );
    }
}

/// The scene in words.
fn prompts(spec: &JobSpec) -> Prompts<'_> {
    Prompts { positive: &spec.background.prompt, negative: &spec.background.negative_prompt }
}

/// How step 1 samples.
fn sampling(spec: &JobSpec) -> Sampling {
    let bg = &spec.background;
    Sampling { steps: bg.steps, guidance_scale: bg.guidance_scale, true_cfg_scale: bg.true_cfg_scale, seed: spec.seed }
}

fn with_alpha(matte: &Matte) -> RgbaImage {
    let mut out = RgbaImage::new(matte.foreground.width(), matte.foreground.height());
    for ((pixel, colour), alpha) in out.pixels_mut().zip(matte.foreground.pixels()).zip(&matte.alpha.data) {
        let [r, g, b] = colour.0;
        pixel.0 = [r, g, b, (alpha.clamp(0.0, 1.0) * 255.0 + 0.5) as u8];
    }
    out
}
