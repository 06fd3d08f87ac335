//! The fields of the brief: scene, text, style, layers, size, seed and the advanced settings.

use std::sync::Arc;

use egui::{Button, CollapsingHeader, Key, Modifiers, RichText, Ui, vec2};

use super::format;
use crate::formats::FormatSpec;
use crate::gui::commands::{EditCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::presets::Kind;
use crate::gui::sizes::SIZES;
use crate::gui::state::{Brief, Session};
use crate::gui::{icons, theme, widgets};
use crate::notice;
use crate::request::fields::{self as limits, MAX_SIDE, MAX_TEXT_CHARS, MIN_SIDE};
use crate::request::{CompositionMode, TextPosition};

/// The scene prompt with its presets.
pub fn scene(cx: &PanelContext<'_>, brief: &mut Brief, recall: &mut Option<Recall>, ui: &mut Ui) {
    let lang = cx.lang();
    let response = widgets::field(ui, &mut brief.scene, lang.t("scene-title"), lang.t("scene-hint"), 2);
    walk(cx, ui, &response, Field::Scene, brief, recall);
    chips(cx, ui, Kind::Scene, &mut brief.scene);
}

/// A field whose earlier values are remembered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Scene,
    Text,
    Style,
}

/// The earlier value that a field shows: the field, and the index in its list of recent values.
#[derive(Clone, Copy)]
pub struct Recall(Field, usize);

impl Field {
    fn words(self, brief: &mut Brief) -> &mut String {
        match self {
            Self::Scene => &mut brief.scene,
            Self::Text => &mut brief.text,
            Self::Style => &mut brief.style,
        }
    }

    fn earlier(self, session: &Session) -> &[String] {
        match self {
            Self::Scene => &session.prompts,
            Self::Text => &session.texts,
            Self::Style => &session.styles,
        }
    }
}

/// Steps through earlier values with Alt+↑ and Alt+↓.
fn walk(cx: &PanelContext<'_>, ui: &Ui, response: &egui::Response, field: Field, brief: &mut Brief, recall: &mut Option<Recall>) {
    if response.changed() {
        *recall = None;
    }
    if !response.has_focus() || cx.composing {
        return;
    }
    let up = ui.input_mut(|i| i.consume_key(Modifiers::ALT, Key::ArrowUp));
    let down = ui.input_mut(|i| i.consume_key(Modifiers::ALT, Key::ArrowDown));
    let used = field.earlier(cx.session);
    let Some(last) = used.len().checked_sub(1).filter(|_| up || down) else { return };
    let cursor = match (recall.filter(|r| r.0 == field).map(|r| r.1), up) {
        (None, true) => 0,
        (None, false) => return,
        (Some(i), true) => (i + 1).min(last),
        (Some(i), false) => i.saturating_sub(1),
    };
    field.words(brief).clone_from(&used[cursor.min(last)]);
    *recall = Some(Recall(field, cursor));
}

/// The presets of a field. "+" saves the field's text as a preset; the context menu of a saved preset removes it.
fn chips(cx: &PanelContext<'_>, ui: &mut Ui, kind: Kind, text: &mut String) {
    let lang = cx.lang();
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        let presets = cx.presets.of(kind);
        for (i, preset) in presets.iter().enumerate() {
            let response = widgets::chip(ui, preset.name(lang), preset.is(text)).on_hover_text(preset.prompt(lang));
            if response.clicked() {
                chosen = Some(preset.prompt(lang).to_owned());
            }
            if preset.own {
                response.context_menu(|ui| {
                    if widgets::named(ui.button(lang.t("preset-remove")), lang.t("preset-remove")).clicked() {
                        cx.send(EditCommand::RemovePreset(kind, i));
                        ui.close();
                    }
                });
            }
        }
        let more = cx.presets.more(kind);
        if !more.is_empty() {
            let name = lang.t("preset-more");
            let response = widgets::named(widgets::chip(ui, "…", more.iter().any(|p| p.is(text))), name).on_hover_text(name);
            egui::Popup::menu(&response).show(|ui| {
                egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                    for preset in more {
                        if ui.button(preset.name(lang)).on_hover_text(preset.prompt(lang)).clicked() {
                            chosen = Some(preset.prompt(lang).to_owned());
                            ui.close();
                        }
                    }
                });
            });
        }
        if !text.trim().is_empty() && !presets.iter().chain(more).any(|p| p.is(text)) {
            let name = lang.t("preset-add");
            if widgets::named(widgets::chip(ui, "+", false), name).on_hover_text(name).clicked() {
                cx.send(EditCommand::AddPreset(kind, text.clone()));
            }
        }
    });
    if let Some(prompt) = chosen {
        *text = prompt;
    }
}

/// The advertising text.
pub fn text(cx: &PanelContext<'_>, brief: &mut Brief, recall: &mut Option<Recall>, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("text-title"), None);
    let response = widgets::field(ui, &mut brief.text, lang.t("text-title"), lang.t("text-hint"), 2);
    walk(cx, ui, &response, Field::Text, brief, recall);
    let c = theme::colors(ui);
    let length = brief.text.chars().count();
    if length > MAX_TEXT_CHARS {
        ui.label(
            RichText::new(lang.notice(&notice!("text-too-long", count = length, most = MAX_TEXT_CHARS))).size(theme::SMALL).color(c.bad),
        );
    }
}

/// The style prompt with its presets.
pub fn style(cx: &PanelContext<'_>, brief: &mut Brief, recall: &mut Option<Recall>, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("style-title"), None);
    chips(cx, ui, Kind::Style, &mut brief.style);
    let response = widgets::field(ui, &mut brief.style, lang.t("style-title"), lang.t("style-hint"), 1);
    walk(cx, ui, &response, Field::Style, brief, recall);
}

/// How text and product are arranged.
pub fn layers(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("layers-title"), None);
    let modes = [
        (CompositionMode::Overlay, lang.t("layers-overlay"), lang.t("layers-overlay-about")),
        (CompositionMode::Blend, lang.t("layers-blend"), lang.t("layers-blend-about")),
        (CompositionMode::Behind, lang.t("layers-behind"), lang.t("layers-behind-about")),
    ];
    widgets::segmented_with_tips(ui, &mut brief.mode, &modes);
    let positions = [
        (Some(TextPosition::Top), lang.t("layers-top"), lang.t("layers-top-about")),
        (Some(TextPosition::Center), lang.t("layers-center"), lang.t("layers-center-about")),
        (Some(TextPosition::Bottom), lang.t("layers-bottom"), lang.t("layers-bottom-about")),
        (Some(TextPosition::Auto), lang.t("layers-auto"), lang.t("layers-auto-about")),
    ];
    // No position is marked while the text is placed by hand.
    let mut position = if brief.text_y.is_some() { None } else { Some(brief.position) };
    if widgets::segmented_with_tips(ui, &mut position, &positions)
        && let Some(position) = position
    {
        brief.position = position;
        brief.place_text_automatically();
    }
    placed(cx, ui);
    widgets::slider(ui, lang.t("layers-composition"), &mut brief.composition_strength, number_range(&limits::COMPOSITION_STRENGTH), 2)
        .on_hover_text(lang.t("layers-composition-about"));
    widgets::slider(ui, lang.t("layers-strength"), &mut brief.strength, number_range(&limits::STRENGTH), 2)
        .on_hover_text(lang.t("layers-strength-about"));
    camera(brief, lang, ui);
}

/// The height of the camera: as the photo was taken, or a slider.
fn camera(brief: &mut Brief, lang: crate::notice::Language, ui: &mut Ui) {
    /// Where the slider starts: the height of scenes without a product.
    const USUAL: f32 = 20.0;
    let mut own = brief.camera_elevation.is_some();
    if ui.checkbox(&mut own, lang.t("layers-camera-own")).on_hover_text(lang.t("layers-camera-about")).changed() {
        brief.camera_elevation = own.then_some(USUAL);
    }
    if let Some(elevation) = &mut brief.camera_elevation {
        widgets::slider(ui, lang.t("layers-camera"), elevation, number_range(&limits::CAMERA_ELEVATION), 0)
            .on_hover_text(lang.t("layers-camera-about"));
        *elevation = elevation.round_ties_even();
    }
}

/// Lists the objects that were placed by hand, each with a button that places it automatically.
fn placed(cx: &PanelContext<'_>, ui: &mut Ui) {
    let lang = cx.lang();
    let c = theme::colors(ui);
    for (command, key) in [(UiCommand::TextAuto, "layers-text-placed"), (UiCommand::ProductAuto, "layers-product-placed")] {
        if !cx.enabled(command) {
            continue;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            ui.label(widgets::icon(icons::MOVE, 13.0).color(c.accent_text));
            ui.label(RichText::new(lang.t(key)).size(theme::LABEL).color(c.dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let response = widgets::link(ui, lang.t("layers-automatic"));
                if widgets::named(response, lang.t(command.info().key)).clicked() {
                    cx.send(command);
                }
            });
        });
    }
}

/// Size, seed and the advanced settings.
pub fn advanced(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let lang = cx.lang();
    let c = theme::colors(ui);
    size(cx, brief, ui);
    seed(cx, &mut brief.seed, ui);
    ui.add_space(theme::UNIT);
    let title = RichText::new(lang.t("advanced-title")).font(egui::FontId::new(theme::LABEL, theme::bold())).color(c.dim);
    CollapsingHeader::new(title).id_salt("advanced").show_unindented(ui, |ui| {
        super::backend::choice(cx, &mut brief.engine, ui);
        super::backend::model_choice(cx, brief.engine, &mut brief.model, ui);
        caption(ui, lang.t("advanced-scene-negative"));
        widgets::field(ui, &mut brief.scene_negative, lang.t("advanced-scene-negative"), lang.t("advanced-negative-hint"), 1);
        caption(ui, lang.t("advanced-style-negative"));
        widgets::field(ui, &mut brief.style_negative, lang.t("advanced-style-negative"), lang.t("advanced-negative-hint"), 1);
        ui.add_space(4.0);
        ui.checkbox(&mut brief.preserve_product, lang.t("advanced-preserve"));
        caption(ui, lang.t("advanced-diffusion-only"));
        let steps = (lang.t("advanced-steps"), lang.t("advanced-steps-about"));
        count(ui, steps, &mut brief.steps, &limits::NUM_INFERENCE_STEPS);
        let steps = (lang.t("advanced-text-steps"), lang.t("advanced-text-steps-about"));
        count(ui, steps, &mut brief.text_steps, &limits::TEXT_NUM_INFERENCE_STEPS);
        widgets::slider(ui, lang.t("advanced-guidance"), &mut brief.guidance, number_range(&limits::GUIDANCE_SCALE), 1)
            .on_hover_text(lang.t("advanced-guidance-about"));
    });
}

/// The range that the request allows.
fn number_range(field: &limits::Field) -> std::ops::RangeInclusive<f32> {
    match field.kind {
        limits::Kind::Integer { min, max, .. } => min as f32..=max as f32,
        limits::Kind::Number { min, max } => min as f32..=max as f32,
        _ => 0.0..=1.0,
    }
}

fn caption(ui: &mut Ui, words: &str) {
    let c = theme::colors(ui);
    ui.label(RichText::new(words).size(theme::SMALL).color(c.dim));
}

fn count(ui: &mut Ui, (name, about): (&str, &str), value: &mut u32, field: &limits::Field) {
    let mut number = *value as f32;
    widgets::slider(ui, name, &mut number, number_range(field), 0).on_hover_text(about);
    *value = number.round() as u32;
}

fn size(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("size-title"), None);
    let options: Vec<((u32, u32), &str)> = SIZES.iter().map(|&(name, w, h)| ((w, h), name)).collect();
    let mut chosen = (brief.width, brief.height);
    if widgets::segmented(ui, &mut chosen, &options) {
        (brief.width, brief.height) = chosen;
    }
    ui.add_space(theme::UNIT / 2.0);
    let fits = |spec: &&FormatSpec| spec.canvas() == (brief.width, brief.height);
    let mut spec = cx.formats.formats().iter().find(fits).cloned().map(Arc::new);
    if format::choice(cx, ui, lang.t("size-formats"), lang.t("format-none"), &mut spec)
        && let Some(spec) = spec
    {
        (brief.width, brief.height) = spec.canvas();
    }
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 24.0) / 2.0;
        side(ui, lang, &mut brief.width, lang.t("size-width"), width);
        ui.label("×");
        side(ui, lang, &mut brief.height, lang.t("size-height"), width);
    });
}

/// A side of the canvas, within the limits that the request allows.
fn side(ui: &mut Ui, lang: crate::notice::Language, value: &mut u32, name: &'static str, width: f32) {
    let drag = egui::DragValue::new(value).range(MIN_SIDE..=MAX_SIDE).speed(4.0).update_while_editing(false);
    let size = vec2(width, 34.0);
    let response = ui.add_sized(size, drag.min_size(size));
    // As text, so that no language groups the digits.
    let [min, max] = [MIN_SIDE, MAX_SIDE].map(|n| n.to_string());
    let rule = notice!("size-range", side = name, min = min, max = max);
    widgets::named(response, name).on_hover_text(lang.notice(&rule));
}

fn seed(cx: &PanelContext<'_>, seed: &mut u64, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("seed-title"), None);
    ui.horizontal(|ui| {
        let c = theme::colors(ui);
        let width = ui.available_width() - 2.0 * (34.0 + 8.0);
        ui.spacing_mut().button_padding.x = 6.0;
        let drag = egui::DragValue::new(seed).speed(1.0).range(0..=u64::MAX);
        let size = vec2(width, 34.0);
        let response = ui.add_sized(size, drag.min_size(size));
        widgets::named(response, lang.t("seed-title")).on_hover_text(lang.t("seed-about"));
        let dice = Button::new(widgets::icon(icons::DICES, 16.0).color(c.dim)).min_size(vec2(34.0, 34.0));
        let dice = widgets::named(ui.add(dice), lang.t("command-roll-seed"));
        if dice.on_hover_text(lang.t("command-roll-seed")).clicked() {
            cx.send(UiCommand::RollSeed);
        }
        let locked = cx.brief().seed_locked;
        let (glyph, color) = if locked { (icons::LOCK, c.accent_text) } else { (icons::LOCK_OPEN, c.dim) };
        let response = ui.add(Button::new(widgets::icon(glyph, 16.0).color(color)).min_size(vec2(34.0, 34.0)));
        let name = lang.t("command-lock-seed");
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, locked, name));
        if response.on_hover_text(lang.t("seed-lock-about")).clicked() {
            cx.send(UiCommand::LockSeed);
        }
    });
}
