//! Step 1: cut out, paint the set, put the product into it.

use image::{RgbImage, RgbaImage};

use super::{Picture, PipelineError, Sink, grounding, placement};
use crate::backend::{Backend, BlendRequest, Prompts, Sampling, SceneRequest, StageCx};
use crate::imaging::Matte;
use crate::imaging::{LinearRgb, Plane, matting, resize};
use crate::job::{ImageName, Stage};
use crate::request::{JobSpec, SourceImage};

/// The picture of step 1 and where the product is in it.
pub struct Background {
    /// Canvas size.
    pub image: RgbImage,
    /// The product's matte on the canvas; `None` without a product.
    pub placed: Option<Plane>,
}

/// The designer's mask at the photo's size: its transparency where it has any, else its brightness.
fn corrected(mask: &SourceImage, (width, height): (u32, u32)) -> Plane {
    let (w, h) = mask.pixels.dimensions();
    let value = |p: &image::Rgba<u8>| match (mask.has_alpha, p.0) {
        (true, [_, _, _, a]) => f32::from(a) / 255.0,
        (false, [r, g, b, _]) => (f32::from(r) * 0.2126 + f32::from(g) * 0.7152 + f32::from(b) * 0.0722) / 255.0,
    };
    let plane = Plane { width: w as usize, height: h as usize, data: mask.pixels.pixels().map(value).collect() };
    let plane = if (w, h) == (width, height) {
        plane
    } else {
        resize::resize_plane(&plane, width as usize, height as usize, resize::Filter::CatmullRom)
    };
    // What is on disk is what is used, so that a job that is continued gives the same pixels.
    Plane::from_gray(&plane.to_gray())
}

/// Cuts the product out of its photo; a photo with transparency is its own cut-out, and a corrected mask goes before both.
pub fn cut_out(product: &SourceImage, mask: Option<&Plane>, backend: &mut dyn Backend, cx: StageCx<'_>) -> Result<Matte, PipelineError> {
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

/// The whole step.
pub fn run(
    spec: &JobSpec,
    product: Option<&SourceImage>,
    mask: Option<&SourceImage>,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
    sink: &dyn Sink,
) -> Result<Background, PipelineError> {
    let matte = match product {
        Some(product) => {
            sink.save(ImageName::Product, Picture::Rgba(&product.pixels))?;
            cx.check()?;
            let mask = mask.map(|m| corrected(m, product.pixels.dimensions()));
            if let Some(mask) = &mask {
                // Before the stage: whoever continues the job needs it.
                sink.save(ImageName::Mask, Picture::Gray(&mask.to_gray()))?;
            }
            sink.stage(Stage::Segmentation);
            cx.check()?;
            let matte = cut_out(product, mask.as_ref(), backend, cx)?;
            cx.check()?;
            sink.save(ImageName::Mask, Picture::Gray(&matte.alpha.to_gray()))?;
            cx.check()?;
            sink.save(ImageName::Cutout, Picture::Rgba(&with_alpha(&matte)))?;
            Some(matte)
        }
        None => None,
    };
    sink.stage(Stage::Scene);
    let bg = &spec.background;
    let scene = backend.paint_scene(
        &SceneRequest {
            prompts: Prompts { positive: &bg.prompt, negative: &bg.negative_prompt },
            width: spec.width as usize,
            height: spec.height as usize,
            sampling: sampling(spec),
        },
        cx,
    )?;
    preview(cx, &scene.image);
    let Some(matte) = matte else {
        let image = scene.image.to_srgb();
        sink.save(ImageName::Step1, Picture::Rgb(&image))?;
        return Ok(Background { image, placed: None });
    };
    sink.stage(Stage::Injection);
    let (image, placed) = inject(spec, &matte, &scene, backend, cx)?;
    let image = image.to_srgb();
    sink.save(ImageName::Placed, Picture::Gray(&placed.to_gray()))?;
    sink.save(ImageName::Step1, Picture::Rgb(&image))?;
    Ok(Background { image, placed: Some(placed) })
}

/// Lays the product into a painted set.
pub fn inject<I>(
    spec: &JobSpec<I>,
    matte: &Matte,
    scene: &crate::backend::Scene,
    backend: &mut dyn Backend,
    cx: StageCx<'_>,
) -> Result<(LinearRgb, Plane), PipelineError> {
    let bg = &spec.background;
    let placed = placement::place(matte, spec.width as usize, spec.height as usize, scene.ground_line, &spec.placement);
    cx.check()?;
    let ground = grounding::ground(scene, &placed, cx.cancel)?;
    cx.step(0.5)?;
    preview(cx, &ground.grounded);
    let image = backend.blend_product(
        &BlendRequest {
            scene,
            product: &placed,
            grounded: &ground.grounded,
            band: &ground.band,
            prompts: Prompts { positive: &bg.composition_prompt, negative: &bg.composition_negative_prompt },
            strength: bg.strength,
            sampling: sampling(spec),
            preserve_product: bg.preserve_product,
        },
        cx,
    )?;
    Ok((image, placed.alpha))
}

/// How step 1 samples.
pub fn sampling<I>(spec: &JobSpec<I>) -> Sampling {
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

/// Offers a small preview.
pub(super) fn preview(cx: StageCx<'_>, image: &LinearRgb) {
    if cx.observer.wants_preview() {
        let scale = (image.width.max(image.height)).div_ceil(384).max(1);
        let (w, h) = (image.width / scale, image.height / scale);
        let small = LinearRgb {
            width: w,
            height: h,
            data: (0..w * h).map(|i| image.at((i % w) * scale + scale / 2, (i / w) * scale + scale / 2)).collect(),
        };
        cx.observer.preview(small.to_srgb());
    }
}
