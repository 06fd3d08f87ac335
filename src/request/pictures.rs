//! Rules about the pictures of a request and the canvas.

use super::field::Field;
use super::fields as f;
use super::fields::{MAX_SIDE, MIN_SIDE};
use super::input_image::InputImage;
use super::reader::Reader;
use super::step_number::StepNumber;
use crate::notice;

/// Side of the canvas when nothing else decides, pixels.
const DEFAULT_SIDE: u32 = 1024;

/// Size of the canvas, pixels.
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The canvas as sent. Sides that were not sent are 1024, or from step 2 on those of `step1_image`, or the nearest that are allowed.
pub(super) fn canvas<I: InputImage>(r: &mut Reader<'_, I>, start_step: Option<StepNumber>, step1: Option<&I>) -> Canvas {
    let given = step1.filter(|_| start_step > Some(StepNumber::FIRST)).and_then(InputImage::dimensions);
    let (w, h) = given.map_or((DEFAULT_SIDE, DEFAULT_SIDE), |(w, h)| nearest_canvas(w, h));
    let asked = r.sent(&f::WIDTH) || r.sent(&f::HEIGHT);
    let (width, height) = (r.count_or(&f::WIDTH, w), r.count_or(&f::HEIGHT, h));
    if let Some((from_width, from_height)) = given
        && (from_width, from_height) != (width, height)
    {
        let notice = if asked {
            notice!("request-scaled-as-asked", from_width = from_width, from_height = from_height, width = width, height = height)
        } else {
            notice!("request-scaled-to-nearest", from_width = from_width, from_height = from_height, width = width, height = height)
                .with("min", MIN_SIDE)
                .with("max", MAX_SIDE)
        };
        r.warn(notice.at(f::STEP1_IMAGE.name));
    }
    Canvas { width, height }
}

fn nearest_canvas(w: u32, h: u32) -> (u32, u32) {
    let (w, h) = (f64::from(w.max(1)), f64::from(h.max(1)));
    let scale = if w.max(h) > f64::from(MAX_SIDE) {
        f64::from(MAX_SIDE) / w.max(h)
    } else if w.min(h) < f64::from(MIN_SIDE) {
        (f64::from(MIN_SIDE) / w.min(h)).min(f64::from(MAX_SIDE) / w.max(h))
    } else {
        1.0
    };
    let side = |v: f64| ((v * scale).round() as u32).clamp(MIN_SIDE, MAX_SIDE);
    (side(w), side(h))
}

/// The corrected mask. It needs a photo of its aspect ratio and must mark some product.
pub(super) fn mask<I: InputImage>(r: &mut Reader<'_, I>, start_step: Option<StepNumber>, product: Option<&I>) -> Option<I> {
    let field = &f::MASK_IMAGE;
    if !r.sent(field) {
        return None;
    }
    if let Some(start) = start_step.filter(|step| *step > StepNumber::FIRST) {
        r.error(field, "not_used", notice!("request-mask-not-used", start = start.get()));
        return None;
    }
    let mask = r.image(field)?;
    if !r.sent(&f::PRODUCT_IMAGE) {
        r.error(field, "missing_product", notice!("request-mask-without-photo"));
        return None;
    }
    // `None`: the photo is invalid, which has been reported.
    let product = product?;
    if let (Some(size), Some(photo)) = (mask.dimensions(), product.dimensions())
        && !same_aspect_ratio(size, photo)
    {
        if r.test_mode() {
            r.warn(notice!("request-mask-ignored").at(field.name));
        } else {
            let notice = notice!("request-mask-shape", width = size.0, height = size.1, photo_width = photo.0, photo_height = photo.1);
            r.error(field, "wrong_shape", notice);
        }
        return None;
    }
    if !mask.marks_product() {
        r.error(field, "mask_empty", notice!("request-mask-empty"));
        return None;
    }
    Some(mask)
}

/// Whether a mask has the photo's aspect ratio, but for 1 % and one pixel of rounding.
fn same_aspect_ratio((w, h): (u32, u32), (photo_w, photo_h): (u32, u32)) -> bool {
    let (a, b) = (u64::from(w) * u64::from(photo_h), u64::from(h) * u64::from(photo_w));
    let rounding = u64::from(photo_w.max(photo_h)).min(a.max(b) / 20);
    a.abs_diff(b) <= rounding + a.max(b) / 100
}

/// Warns about pictures that the start step does not use.
pub(super) fn warn_unused<I: InputImage>(r: &mut Reader<'_, I>, start_step: Option<StepNumber>) {
    let Some(start) = start_step else { return };
    let fields: [&Field; 4] = [&f::PRODUCT_IMAGE, &f::STEP1_IMAGE, &f::STEP2_IMAGE, &f::BACKGROUND_IMAGE];
    for field in fields.into_iter().filter(|field| !field.used_by.contains(&start)) {
        if r.sent(field) {
            r.warn(notice!("request-image-not-used", start = start.get()).at(field.name));
        }
    }
}
