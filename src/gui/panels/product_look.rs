//! The controls of the product's pixels and of its shadow.

use egui::{RichText, Ui};

use super::number::{Shown, drag_value, pair};
use crate::gui::product_look::{ProductLook, WHOLE};
use crate::gui::{layer_fields as fields, theme, widgets};
use crate::notice::Language;
use crate::request::Flip;
use crate::request::fields::{self as limits, Field};

/// Least share of the photo's sides that a crop leaves.
const LEAST: f32 = 0.05;
/// Where the sliders start that replace what the scene's light gives.
const FIRST_SOFTNESS: f32 = 0.5;
const FIRST_DIRECTION: f32 = 30.0;

/// Draws the sections.
pub fn show(lang: Language, look: &mut ProductLook, ui: &mut Ui) {
    shape(lang, look, ui);
    light(lang, look, ui);
    shadow(lang, look, ui);
}

fn slider(ui: &mut Ui, (name, about): (&str, &str), value: &mut f32, field: &'static Field, step: f32) {
    let (min, max) = fields::range(field);
    let decimals = if step < 0.1 { 2 } else { 0 };
    let before = *value;
    widgets::slider(ui, name, value, min..=max, decimals).on_hover_text(about);
    // Untouched values keep the digits that a request gave them.
    if *value != before {
        *value = (*value / step).round() * step;
    }
}

/// Angle, mirroring and crop.
fn shape(lang: Language, look: &mut ProductLook, ui: &mut Ui) {
    let reset = (!look.keeps_shape()).then(|| lang.t("product-look-reset"));
    if widgets::section(ui, lang.t("product-look-shape"), reset).is_some_and(|link| link.clicked()) {
        (look.rotation, look.flip, look.crop) = (0.0, Flip::None, WHOLE);
    }
    slider(ui, (lang.t("product-rotation"), lang.t("product-rotation-about")), &mut look.rotation, &limits::PRODUCT_ROTATION, 1.0);
    let (mut across, mut down) = match look.flip {
        Flip::None => (false, false),
        Flip::Horizontal => (true, false),
        Flip::Vertical => (false, true),
        Flip::Both => (true, true),
    };
    ui.horizontal_wrapped(|ui| {
        let changed = ui.checkbox(&mut across, lang.t("product-flip-horizontal")).changed();
        if ui.checkbox(&mut down, lang.t("product-flip-vertical")).changed() || changed {
            look.flip = match (across, down) {
                (false, false) => Flip::None,
                (true, false) => Flip::Horizontal,
                (false, true) => Flip::Vertical,
                (true, true) => Flip::Both,
            };
        }
    });
    ui.label(RichText::new(lang.t("product-crop")).size(theme::SMALL).color(theme::colors(ui).dim));
    let edges = [
        (lang.t("product-crop-left"), &limits::PRODUCT_CROP_LEFT),
        (lang.t("product-crop-top"), &limits::PRODUCT_CROP_TOP),
        (lang.t("product-crop-right"), &limits::PRODUCT_CROP_RIGHT),
        (lang.t("product-crop-bottom"), &limits::PRODUCT_CROP_BOTTOM),
    ];
    for row in [[0, 2], [1, 3]] {
        pair(ui, |ui, half| {
            for i in row {
                let (name, field) = edges[i];
                let mut percent = look.crop[i] * 100.0;
                if drag_value(ui, name, &mut percent, field, Shown::PERCENT, half) {
                    look.crop[i] = percent / 100.0;
                    keep_apart(&mut look.crop, i);
                }
            }
        });
    }
}

/// Moves the edge that was changed so far that the part of the photo is not too small.
fn keep_apart(crop: &mut [f32; 4], changed: usize) {
    let opposite = crop[(changed + 2) % 4];
    crop[changed] = if changed < 2 { crop[changed].min(opposite - LEAST).max(0.0) } else { crop[changed].max(opposite + LEAST).min(1.0) };
    // The opposite edge may lie at the end of the photo.
    let (from, to) = (changed % 2, changed % 2 + 2);
    if crop[to] - crop[from] < LEAST {
        crop[from] = (crop[to] - LEAST).max(0.0);
        crop[to] = crop[to].max(crop[from] + LEAST);
    }
}

/// Exposure and white balance.
fn light(lang: Language, look: &mut ProductLook, ui: &mut Ui) {
    let own = look.exposure != 0.0 || look.white_balance != 0.0;
    let reset = own.then(|| lang.t("product-look-reset"));
    if widgets::section(ui, lang.t("product-look-light"), reset).is_some_and(|link| link.clicked()) {
        (look.exposure, look.white_balance) = (0.0, 0.0);
    }
    slider(ui, (lang.t("product-exposure"), lang.t("product-exposure-about")), &mut look.exposure, &limits::PRODUCT_EXPOSURE, 0.05);
    let white = (lang.t("product-white-balance"), lang.t("product-white-balance-about"));
    slider(ui, white, &mut look.white_balance, &limits::PRODUCT_WHITE_BALANCE, 0.05);
}

fn shadow(lang: Language, look: &mut ProductLook, ui: &mut Ui) {
    widgets::section(ui, lang.t("product-shadow"), None);
    slider(ui, (lang.t("product-shadow-strength"), lang.t("product-shadow-about")), &mut look.shadow, &limits::SHADOW_STRENGTH, 0.05);
    ui.add_enabled_ui(look.shadow > 0.0, |ui| {
        ui.checkbox(&mut look.contact, lang.t("product-shadow-contact")).on_hover_text(lang.t("product-shadow-contact-about"));
        let mut soft = look.softness.is_some();
        if ui.checkbox(&mut soft, lang.t("product-shadow-own-softness")).on_hover_text(lang.t("product-shadow-scene")).changed() {
            look.softness = soft.then_some(FIRST_SOFTNESS);
        }
        if let Some(softness) = &mut look.softness {
            let words = (lang.t("product-shadow-softness"), lang.t("product-shadow-softness-about"));
            slider(ui, words, softness, &limits::SHADOW_SOFTNESS, 0.05);
        }
        let mut turned = look.direction.is_some();
        if ui.checkbox(&mut turned, lang.t("product-shadow-own-direction")).on_hover_text(lang.t("product-shadow-scene")).changed() {
            look.direction = turned.then_some(FIRST_DIRECTION);
        }
        if let Some(direction) = &mut look.direction {
            let words = (lang.t("product-shadow-direction"), lang.t("product-shadow-direction-about"));
            slider(ui, words, direction, &limits::SHADOW_DIRECTION, 1.0);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_a_crop_stay_apart() {
        for (crop, changed, kept) in [
            ([0.9, 0.0, 0.5, 1.0], 0, [0.45, 0.0, 0.5, 1.0]),
            ([0.2, 0.0, 0.1, 1.0], 2, [0.2, 0.0, 0.25, 1.0]),
            ([0.0, 1.0, 1.0, 1.0], 1, [0.0, 0.95, 1.0, 1.0]),
            ([0.0, 0.3, 1.0, 0.0], 3, [0.0, 0.3, 1.0, 0.35]),
        ] {
            let mut found = crop;
            keep_apart(&mut found, changed);
            assert!(found.iter().zip(kept).all(|(a, b)| (a - b).abs() < 1e-6), "{crop:?}: {found:?}");
        }
    }
}
