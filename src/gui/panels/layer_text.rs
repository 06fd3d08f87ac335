//! The properties of a text layer: the text with its runs, font, size, colour, alignment and spacing.

use egui::{ComboBox, Margin, RichText, TextEdit, Ui};
use serde_json::Value;

use super::color;
use super::fonts::{self, FontPanel};
use super::number::{Shown, drag_value, number, pair};
use crate::gui::brand_kit::BrandKit;
use crate::gui::context::PanelContext;
use crate::gui::{icons, layer_fields as fields, theme, widgets};
use crate::notice;
use crate::request::layers::{Color, MAX_LAYER_TEXT};

/// The view state of the text.
#[derive(Default)]
pub struct TextState {
    fonts: FontPanel,
    /// Whether the text gets the focus in the next frame.
    begin: bool,
    /// The last selection in the text, as a range of characters.
    marked: Option<(usize, usize)>,
}

impl TextState {
    /// Puts the cursor into the text that is shown next, and selects all of it.
    pub fn begin_typing(&mut self) {
        self.begin = true;
    }
}

/// Draws the properties. `height`: of the canvas in pixels.
pub fn show(cx: &PanelContext<'_>, layer: &mut Value, height: f32, used: &[Color], state: &mut TextState, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("layer-text"), None);
    text(cx, layer, state, ui);
    runs(cx, layer, used, state, ui);
    pair(ui, |ui, width| {
        let width = width.min(ui.available_width() - color::pair_width(ui) - 6.0);
        number(ui, lang.t("layer-size"), layer, fields::field("size"), Shown::pixels(height), width);
        let mut own = fields::color(layer, fields::field("color"));
        if color::pair(ui, lang, lang.t("layer-color"), &mut own, used) {
            fields::set_color(layer, fields::field("color"), own);
        }
    });
    let aligns = [("left", lang.t("layer-left")), ("center", lang.t("layer-center")), ("right", lang.t("layer-right"))];
    let mut align = Some(fields::words(layer, "align")).filter(|word| !word.is_empty()).unwrap_or("center").to_owned();
    let options = aligns.map(|(word, name)| (word.to_owned(), name));
    if widgets::segmented(ui, &mut align, &options) {
        fields::set_words(layer, "align", if align == "center" { "" } else { &align });
    }
    pair(ui, |ui, width| {
        number(ui, lang.t("layer-line-height"), layer, fields::field("line_height"), Shown::PLAIN, width);
        number(ui, lang.t("layer-letter-spacing"), layer, fields::field("letter_spacing"), Shown::PLAIN, width);
    });
    wrap(cx, layer, ui);
    let mut font =
        Some(fields::words(layer, "font_name")).filter(|name| !name.is_empty()).unwrap_or(crate::assets::DEFAULT_FONT).to_owned();
    let before = font.clone();
    fonts::show(cx, &mut font, &fields::text(layer), &mut state.fonts, ui);
    if font != before {
        fields::set_words(layer, "font_name", &font);
    }
}

fn text(cx: &PanelContext<'_>, layer: &mut Value, state: &mut TextState, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let mut text = fields::text(layer);
    let name = lang.t("layer-text-content");
    let edit = TextEdit::multiline(&mut text).id_salt("layer text").desired_rows(2).desired_width(f32::INFINITY);
    let edit =
        edit.char_limit(MAX_LAYER_TEXT).margin(Margin::symmetric(10, 8)).hint_text(RichText::new(lang.t("layer-new-text")).color(c.dim));
    let mut output = edit.show(ui);
    if std::mem::take(&mut state.begin) {
        output.response.request_focus();
        let all = egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(text.chars().count()));
        output.state.cursor.set_char_range(Some(all));
        output.state.store(ui.ctx(), output.response.id);
    }
    // Kept when the field loses the focus to a button that styles the selection.
    if let Some(range) = output.cursor_range.filter(|_| output.response.has_focus()) {
        let ends = [range.primary.index.0, range.secondary.index.0];
        let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        state.marked = (from < to).then_some((from, to));
    }
    if output.response.changed() {
        fields::set_text(layer, &text);
        state.marked = None;
    }
    widgets::named(output.response.response.clone(), name);
}

/// The runs of the text with their own style, and the button that makes a run of the selected letters.
fn runs(cx: &PanelContext<'_>, layer: &mut Value, used: &[Color], state: &mut TextState, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let marked = state.marked.filter(|(_, to)| *to <= fields::text(layer).chars().count());
    ui.add_enabled_ui(marked.is_some(), |ui| {
        let words = lang.t("layer-restyle");
        let response = widgets::button(ui, icons::PALETTE, words).on_hover_text(lang.t("layer-restyle-about"));
        if response.on_disabled_hover_text(lang.t("layer-restyle-about")).clicked()
            && let Some((from, to)) = marked
        {
            let base = fields::color(layer, fields::field("color"));
            // Red stands out, unless the text is red already.
            let other = if base == [229, 57, 53] { [253, 216, 53] } else { [229, 57, 53] };
            fields::restyle(layer, from, to, |run| fields::set_color(run, fields::part("runs", "color"), other));
            state.marked = None;
        }
    });
    if layer.get("runs").is_none() {
        return;
    }
    let mut runs = fields::runs(layer);
    let base = fields::color(layer, fields::field("color"));
    let before = runs.clone();
    for (at, run) in runs.iter_mut().enumerate() {
        let words = fields::words(run, "text").trim().to_owned();
        if words.is_empty() {
            continue;
        }
        egui::Frame::new().fill(c.raised).stroke(egui::Stroke::new(1.0, c.line)).corner_radius(6).inner_margin(8).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.push_id(("run", at), |ui| self::run(cx, run, &words, base, used, ui));
        });
    }
    if runs != before {
        fields::set_runs(layer, runs);
    }
}

fn run(cx: &PanelContext<'_>, run: &mut Value, words: &str, base: Color, used: &[Color], ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.horizontal(|ui| {
        let width = ui.available_width() - 34.0;
        let galley = widgets::clipped(ui, words, egui::FontId::new(theme::BODY, theme::bold()), c.text, width);
        ui.label(galley);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = lang.notice(&notice!("layer-run-plain", text = words.to_owned()));
            if widgets::icon_button(ui, icons::X, &name).clicked() {
                for field in ["color", "font_name", "scale"] {
                    fields::remove(run, field);
                }
            }
        });
    });
    pair(ui, |ui, width| {
        let name = lang.notice(&notice!("layer-run-size", text = words.to_owned()));
        let mut scale = fields::number(run, fields::part("runs", "scale")) * 100.0;
        ui.scope(|ui| {
            let field = fields::part("runs", "scale");
            let drag = egui::DragValue::new(&mut scale).range(20.0..=400.0).speed(0.5).suffix(" %").max_decimals(0);
            let size = egui::vec2((width - 24.0).min(ui.available_width() - color::pair_width(ui) - 6.0), 28.0);
            let response = ui.add_sized(size, drag.min_size(size).update_while_editing(false));
            if response.changed() {
                fields::set_number(run, field, scale / 100.0);
            }
            widgets::named(response, &name).on_hover_text(&name);
        });
        let mut own = fields::own_color(run, fields::part("runs", "color")).unwrap_or(base);
        let name = lang.notice(&notice!("layer-run-color", text = words.to_owned()));
        if color::pair(ui, lang, &name, &mut own, used) {
            fields::set_color(run, fields::part("runs", "color"), own);
        }
    });
    let own = fields::words(run, "font_name").to_owned();
    let all = cx.fonts();
    let shown = if own.is_empty() { lang.t("layer-run-font-same").to_owned() } else { fonts::label(&all, &own, lang) };
    let list = ComboBox::from_id_salt("run font").width(ui.available_width()).height(260.0).selected_text(shown).show_ui(ui, |ui| {
        if ui.selectable_label(own.is_empty(), lang.t("layer-run-font-same")).clicked() {
            fields::remove(run, "font_name");
        }
        for name in BrandKit::sorted(cx.brand(), &all) {
            if ui.selectable_label(name == own, fonts::label(&all, &name, lang)).clicked() {
                fields::set_words(run, "font_name", &name);
            }
        }
    });
    widgets::named(list.response, &lang.notice(&notice!("layer-run-font", text = words.to_owned())));
}

/// Whether lines are broken at a width, and the width.
fn wrap(cx: &PanelContext<'_>, layer: &mut Value, ui: &mut Ui) {
    let lang = cx.lang();
    let field = fields::field("width");
    let canvas = cx.brief().width as f32;
    pair(ui, |ui, width| {
        let mut on = fields::own_number(layer, field).is_some();
        let response = ui.add_sized(egui::vec2(width, 30.0), egui::Checkbox::new(&mut on, lang.t("layer-wrap")));
        if response.on_hover_text(lang.t("layer-wrap-about")).changed() {
            if on { fields::set_number(layer, field, 0.6) } else { fields::remove(layer, "width") }
        }
        if let Some(own) = fields::own_number(layer, field) {
            let mut own = own * canvas;
            if drag_value(ui, lang.t("layer-box-width"), &mut own, field, Shown::pixels(canvas), width) {
                fields::set_number(layer, field, own / canvas);
            }
        }
    });
}
