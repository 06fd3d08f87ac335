//! The briefs of the size set. A brief that was laid out by hand is laid out again for each size.

use serde_json::Value;

use super::job_client::PartFrames;
use super::live::Boxes;
use super::sizes::SIZES;
use super::spec;
use super::state::{Brief, without_pictures};
use crate::templates::{Finished, Frame, Margins, adapt_request, is_placed_by_hand};
use crate::typography::FontCatalog;

/// The brief in every usual size. `boxes`: the boxes of its parts. Without them, or if nothing was placed by hand, the pipeline lays out each
/// size. Measures texts, so it must not run on the window's thread.
pub fn briefs(brief: &Brief, boxes: Option<&Boxes>, fonts: &FontCatalog) -> Vec<Brief> {
    let (w, h) = (brief.width as f32, brief.height as f32);
    let frame = |rect: egui::Rect| Frame { x0: rect.min.x * w, y0: rect.min.y * h, x1: rect.max.x * w, y1: rect.max.y * h };
    let frames = boxes.map(|boxes| PartFrames { product: boxes.product.map(frame), headline: boxes.text.map(frame) });
    SIZES.iter().map(|&(_, width, height)| on_canvas(brief, frames.as_ref(), (width, height), &Margins::default(), fonts)).collect()
}

/// The brief on another canvas, whose margins stay free of texts. `frames`: the boxes of its parts in pixels; see [`briefs`].
pub fn on_canvas(brief: &Brief, frames: Option<&PartFrames>, to: (u32, u32), margins: &Margins, fonts: &FontCatalog) -> Brief {
    let mut after = Brief { width: to.0, height: to.1, ..brief.clone() };
    let fields = brief.to_raw();
    // A brief with errors is submitted as it is, so that the errors are reported.
    let (Some(frames), Ok(spec)) = (frames, spec::of(brief, fonts)) else { return after };
    if to == (brief.width, brief.height) || !is_placed_by_hand(&fields) {
        return after;
    }
    let finished = Finished { spec: &spec, product: frames.product, headline: frames.headline };
    let adapted = adapt_request(&fields, &finished, to, margins, fonts);
    let number = |name: &str| adapted.get(name).and_then(Value::as_f64).map(|v| v as f32);
    after.layers = without_pictures(adapted.get("layers"));
    (after.product_x, after.product_y, after.product_scale) = (number("product_x"), number("product_y"), number("product_scale"));
    (after.text_x, after.text_y, after.text_scale) = (number("text_x"), number("text_y"), number("text_scale"));
    if let Some(text) = adapted.get("text_content").and_then(Value::as_str) {
        text.clone_into(&mut after.text);
    }
    for name in ["product_left", "product_top", "product_right", "product_bottom"] {
        if let Some(edge) = adapted.get(name) {
            after.others.insert(name.into(), edge.clone());
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};
    use serde_json::json;

    use super::*;

    #[test]
    fn layers_keep_their_relations_and_a_plain_brief_stays_as_it_is() {
        let fonts = FontCatalog::load(&[]);
        let plain = Brief { text: "신메뉴".into(), ..Brief::default() };
        let boxes = Boxes { text: Some(Rect::from_min_max(pos2(0.2, 0.1), pos2(0.8, 0.25))), ..Boxes::default() };
        let sizes = briefs(&plain, Some(&boxes), &fonts);
        assert!(sizes.len() == SIZES.len() && sizes.iter().all(|brief| brief.text_y.is_none() && brief.layers.is_empty()));
        let layer = json!({"type": "shape", "fill": "#112233", "x": 0.5, "y": 0.9, "width": 0.2, "height": 0.2});
        let placed = Brief { layers: vec![layer], text_y: Some(0.17), ..plain };
        let story = &briefs(&placed, Some(&boxes), &fonts)[2];
        let at = |name: &str| story.layers[0][name].as_f64().unwrap();
        let side = f64::from(story.width) / 1024.0;
        assert!((at("width") - 0.2).abs() < 0.01 && (at("height") * f64::from(story.height) / 1024.0 / side - 0.2).abs() < 0.01);
        assert!((story.text_y.unwrap() * story.height as f32 - 0.175 * 1024.0 * side as f32).abs() < 8.0, "{:?}", story.text_y);
        assert!(briefs(&placed, None, &fonts)[2].layers == placed.layers);
    }
}
