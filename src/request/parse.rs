//! Turns a request into a [`JobSpec`], or reports every wrong field at once.

use super::choices::BackendChoice;
use super::context::ParseContext;
use super::error::FieldError;
use super::fields::{self as f, Field};
use super::input_image::InputImage;
use super::layers::{ReadLayers, read_layers};
use super::pictures::{Canvas, canvas, mask, warn_unused};
use super::raw::OpenRequest;
use super::reader::Reader;
use super::spec::{Area, Backdrop, BackgroundSpec, CompositionSpec, JobSpec, Placement, ProductEdit, ShadowSpec, Start, TextSpec};
use super::step_number::StepNumber;
use super::unknown;
use crate::notice;
use crate::notice::Notice;

/// Least width and height of the area for the product, and of the used part of its photo; fractions of the whole.
const LEAST_AREA: f32 = 0.05;

/// Reads a request. Pure apart from what the context does.
///
/// # Errors
/// Every wrong field.
pub fn parse<I: InputImage>(request: &OpenRequest<I>, cx: &ParseContext<'_>) -> Result<JobSpec<I>, Vec<FieldError>> {
    let mut r = Reader::new(request, cx);
    // The order of the fields is the order of errors and of the job's parameters, which clients see.
    let start_step = r.step(&f::START_STEP);
    let text = r.text(&f::TEXT_CONTENT);
    let product = r.image(&f::PRODUCT_IMAGE);
    let background = background(&mut r);
    let step1 = r.image(&f::STEP1_IMAGE);
    let mut headline = headline(&mut r, start_step, text.as_deref());
    let step2 = r.image(&f::STEP2_IMAGE);
    let composition = composition(&mut r);
    let seed = r.seed(&f::SEED);
    headline.steps = r.count(&f::TEXT_NUM_INFERENCE_STEPS);
    headline.guidance_scale = r.number(&f::TEXT_GUIDANCE_SCALE);
    let auto_unload = r.flag(&f::AUTO_UNLOAD);
    let backend = backend(&mut r);
    let model = r.choice(&f::MODEL);
    if !r.sent(&f::MODEL) {
        r.hide(&f::MODEL);
    }
    let placement = placement(&mut r);
    let product_edit = product_edit(&mut r);
    let shadow = shadow(&mut r);
    let mask = mask(&mut r, start_step, product.as_ref());
    let force_from_step = r.optional_step(&f::FORCE_FROM_STEP);
    let stop_step = stop_step(&mut r, start_step);
    let ReadLayers { drawn: layers, hidden: hidden_layers } = read_layers(&mut r);
    let backdrop = backdrop(&mut r, start_step);
    // Front ends act on it: see `RequestKind`.
    r.flag(&f::DRY_RUN);
    r.hide(&f::DRY_RUN);
    let Canvas { width, height } = canvas(&mut r, start_step, step1.as_ref());
    warn_unused(&mut r, start_step);
    for warning in unknown::warnings(request.fields.keys(), request.more_unknown) {
        r.warn(warning);
    }
    let text = text.map(|content| TextSpec { content, ..headline });
    let start = match start_step {
        Some(StepNumber::Text) => start_with_text(&mut r, text, step1),
        Some(StepNumber::Composite) => start_with_composite(&mut r, text.map(|t| t.content), !layers.is_empty(), step1, step2),
        // An invalid start step has been reported; what it would need is unknown.
        Some(StepNumber::Background) | None => Some(Start::Background { product, mask, text }),
    };
    let (errors, parameters, warnings) = r.finish();
    let Some(start) = start.filter(|_| errors.is_empty()) else { return Err(errors) };
    Ok(JobSpec {
        start,
        width,
        height,
        seed,
        backend,
        model,
        background,
        backdrop,
        layers,
        hidden_layers,
        composition,
        placement,
        product: product_edit,
        shadow,
        force_from_step,
        stop_step,
        auto_unload,
        parameters,
        warnings,
    })
}

fn background<I: InputImage>(r: &mut Reader<'_, I>) -> BackgroundSpec {
    BackgroundSpec {
        prompt: r.prompt(&f::BG_PROMPT),
        negative_prompt: r.prompt(&f::BG_NEGATIVE_PROMPT),
        composition_prompt: r.prompt(&f::BG_COMPOSITION_PROMPT),
        composition_negative_prompt: r.prompt(&f::BG_COMPOSITION_NEGATIVE_PROMPT),
        strength: r.number(&f::STRENGTH),
        guidance_scale: r.number(&f::GUIDANCE_SCALE),
        steps: r.count(&f::NUM_INFERENCE_STEPS),
        true_cfg_scale: r.number(&f::TRUE_CFG_SCALE),
        preserve_product: r.flag(&f::PRESERVE_PRODUCT),
    }
}

/// Font and look of the text. Steps and guidance are read later, the content is in `text`.
fn headline<I: InputImage>(r: &mut Reader<'_, I>, start_step: Option<StepNumber>, text: Option<&str>) -> TextSpec {
    let draws_text = start_step != Some(StepNumber::Composite);
    let style_prompt = r.prompt(&f::TEXT_MODEL_PROMPT);
    let negative_prompt = r.prompt(&f::NEGATIVE_PROMPT);
    let font = r.font(&f::FONT_NAME, text.is_some() && draws_text);
    r.drawable(&f::TEXT_CONTENT, text.filter(|_| draws_text), &font);
    TextSpec { content: String::new(), style_prompt, negative_prompt, font, steps: 0, guidance_scale: 0.0 }
}

fn composition<I: InputImage>(r: &mut Reader<'_, I>) -> CompositionSpec {
    CompositionSpec {
        mode: r.choice(&f::COMPOSITION_MODE),
        position: r.choice(&f::TEXT_POSITION),
        prompt: r.prompt(&f::COMPOSITION_PROMPT),
        negative_prompt: r.prompt(&f::COMPOSITION_NEGATIVE_PROMPT),
        strength: r.number(&f::COMPOSITION_STRENGTH),
        steps: r.count(&f::COMPOSITION_STEPS),
        guidance_scale: r.number(&f::COMPOSITION_GUIDANCE_SCALE),
    }
}

fn placement<I: InputImage>(r: &mut Reader<'_, I>) -> Placement {
    const MIDDLE: f32 = 0.5;
    let pick = (r.optional_number(&f::PRODUCT_PICK_X), r.optional_number(&f::PRODUCT_PICK_Y));
    Placement {
        product_x: r.optional_number(&f::PRODUCT_X),
        product_y: r.optional_number(&f::PRODUCT_Y),
        product_scale: r.optional_number(&f::PRODUCT_SCALE),
        product_area: product_area(r),
        text_x: r.optional_number(&f::TEXT_X),
        text_y: r.optional_number(&f::TEXT_Y),
        text_scale: r.optional_number(&f::TEXT_SCALE),
        camera_elevation: r.optional_number(&f::CAMERA_ELEVATION),
        product_pick: (pick != (None, None)).then(|| (pick.0.unwrap_or(MIDDLE), pick.1.unwrap_or(MIDDLE))),
    }
}

/// The area for a product that is placed automatically; edges that were not sent are those of the canvas.
fn product_area<I: InputImage>(r: &mut Reader<'_, I>) -> Option<Area> {
    let narrow = |other: &Field| notice!("request-product-area", other = other.name, least = LEAST_AREA.to_string());
    area(r, [&f::PRODUCT_LEFT, &f::PRODUCT_TOP, &f::PRODUCT_RIGHT, &f::PRODUCT_BOTTOM], narrow)
}

/// The area between four edges; those that were not sent are those of the whole. `narrow` is the error for a side below [`LEAST_AREA`], with the
/// field of the opposite edge.
fn area<I: InputImage>(r: &mut Reader<'_, I>, fields: [&Field; 4], narrow: impl Fn(&Field) -> Notice) -> Option<Area> {
    let [left, top, right, bottom] = fields.map(|field| r.optional_number(field));
    if [left, top, right, bottom].iter().all(Option::is_none) {
        return None;
    }
    let area = Area { left: left.unwrap_or(0.0), top: top.unwrap_or(0.0), right: right.unwrap_or(1.0), bottom: bottom.unwrap_or(1.0) };
    let [left, top, right, bottom] = fields;
    for (field, other, side) in [(right, left, area.right - area.left), (bottom, top, area.bottom - area.top)] {
        // Differences of decimal edges are not exact.
        if side < LEAST_AREA - 1e-5 {
            r.error(field, "out_of_range", narrow(other));
        }
    }
    Some(area)
}

/// The changes to the cut-out before it is placed.
fn product_edit<I: InputImage>(r: &mut Reader<'_, I>) -> ProductEdit {
    let rotation = r.optional_number(&f::PRODUCT_ROTATION).unwrap_or_default();
    let flip = r.choice(&f::PRODUCT_FLIP);
    let narrow = |other: &Field| notice!("request-product-crop", other = other.name, least = LEAST_AREA.to_string());
    let crop = area(r, [&f::PRODUCT_CROP_LEFT, &f::PRODUCT_CROP_TOP, &f::PRODUCT_CROP_RIGHT, &f::PRODUCT_CROP_BOTTOM], narrow);
    ProductEdit {
        crop: crop.filter(|crop| *crop != Area { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 }),
        flip,
        rotation,
        exposure: r.optional_number(&f::PRODUCT_EXPOSURE).unwrap_or_default(),
        white_balance: r.optional_number(&f::PRODUCT_WHITE_BALANCE).unwrap_or_default(),
    }
}

fn shadow<I: InputImage>(r: &mut Reader<'_, I>) -> ShadowSpec {
    let usual = ShadowSpec::default();
    ShadowSpec {
        strength: r.optional_number(&f::SHADOW_STRENGTH).unwrap_or(usual.strength),
        softness: r.optional_number(&f::SHADOW_SOFTNESS),
        direction: r.optional_number(&f::SHADOW_DIRECTION),
        contact: r.optional_flag(&f::SHADOW_CONTACT).unwrap_or(usual.contact),
    }
}

/// The backdrop of step 1. Later steps take it from `step1_image`, but leave a plain colour or an absent background as it is.
fn backdrop<I: InputImage>(r: &mut Reader<'_, I>, start_step: Option<StepNumber>) -> Backdrop<I> {
    let plain = r.background(&f::BACKGROUND_COLOR);
    let picture = r.image(&f::BACKGROUND_IMAGE);
    if r.sent(&f::BACKGROUND_COLOR) && r.sent(&f::BACKGROUND_IMAGE) {
        r.error(&f::BACKGROUND_IMAGE, "conflict", notice!("request-two-backgrounds"));
    }
    match (plain, picture) {
        (Some(plain), _) => plain,
        (None, Some(picture)) if start_step == Some(StepNumber::Background) => Backdrop::Picture(picture),
        (None, _) => Backdrop::Scene,
    }
}

/// `engine`, and `test_mode`, which stands for the draft backend.
fn backend<I: InputImage>(r: &mut Reader<'_, I>) -> BackendChoice {
    let choice = r.choice(&f::ENGINE);
    let test_mode = r.flag(&f::TEST_MODE);
    match choice {
        choice if !test_mode => choice,
        BackendChoice::Diffusion => {
            r.error(&f::TEST_MODE, "conflict", notice!("request-test-mode-conflict"));
            choice
        }
        BackendChoice::Auto | BackendChoice::Draft => {
            r.set(&f::ENGINE, BackendChoice::Draft.as_str().into());
            BackendChoice::Draft
        }
    }
}

fn stop_step<I: InputImage>(r: &mut Reader<'_, I>, start_step: Option<StepNumber>) -> StepNumber {
    let stop = r.optional_step(&f::STOP_STEP);
    if let (Some(stop), Some(start)) = (stop, start_step)
        && stop < start
    {
        r.error(&f::STOP_STEP, "before_start_step", notice!("request-stop-before-start", stop = stop.get(), start = start.get()));
    }
    stop.unwrap_or(StepNumber::LAST)
}

fn start_with_text<I: InputImage>(r: &mut Reader<'_, I>, text: Option<TextSpec>, step1: Option<I>) -> Option<Start<I>> {
    let text = r.need(&f::TEXT_CONTENT, text, notice!("request-text-missing"));
    let step1 = r.need(&f::STEP1_IMAGE, step1, notice!("request-step1-missing", step = StepNumber::Text.get()));
    text.zip(step1).map(|(text, step1)| Start::Text { step1, text })
}

fn start_with_composite<I: InputImage>(
    r: &mut Reader<'_, I>,
    text_content: Option<String>,
    has_layers: bool,
    step1: Option<I>,
    step2: Option<I>,
) -> Option<Start<I>> {
    let step1 = r.need(&f::STEP1_IMAGE, step1, notice!("request-step1-missing", step = StepNumber::Composite.get()));
    if !r.sent(&f::STEP2_IMAGE) && text_content.is_none() && has_layers {
        // An advertisement without headline.
        return step1.map(|step1| Start::Composite { step1, step2: None, text_content });
    }
    let step2 = r.need(&f::STEP2_IMAGE, step2, notice!("request-step2-missing"));
    let step2 = match step2 {
        Some(opaque) if !opaque.has_alpha() && r.test_mode() => Some(r.placeholder(&f::STEP2_IMAGE)),
        Some(opaque) if !opaque.has_alpha() => {
            r.error(&f::STEP2_IMAGE, "image_without_alpha", notice!("request-step2-opaque"));
            None
        }
        other => other,
    };
    step1.zip(step2).map(|(step1, step2)| Start::Composite { step1, step2: Some(step2), text_content })
}
