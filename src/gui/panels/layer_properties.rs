//! The properties of the selected layer, headline or product.

use egui::{RichText, Ui, vec2};
use serde_json::Value;

use super::layer_text::{self, TextState};
use super::number::{Shown, drag_value, half, number, pair};
use super::{color, product_look};
use crate::gui::commands::{FileCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::selection::Target;
use crate::gui::state::Brief;
use crate::gui::{icons, layer_boxes, layer_fields as fields, layer_names, theme, widgets};
use crate::notice;
use crate::notice::Language;
use crate::request::CompositionMode;
use crate::request::fields::{self as limits, Field};
use crate::request::layers::{Color, LayerType, MAX_LABEL, ShapeKind, read_color};

/// The view state of the properties.
#[derive(Default)]
pub struct PropertyState {
    text: TextState,
}

impl PropertyState {
    /// Puts the cursor into the text of the layer that is shown next.
    pub fn begin_typing(&mut self) {
        self.text.begin_typing();
    }
}

/// Draws the properties.
pub fn show(cx: &PanelContext<'_>, brief: &mut Brief, state: &mut PropertyState, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    ui.spacing_mut().item_spacing.y = 6.0;
    match cx.selection.only() {
        Some(Target::Layer(index)) if index < brief.layers.len() => layer(cx, brief, state, ui, index),
        Some(Target::Headline) => headline(cx, brief, ui),
        Some(Target::Product) => product(cx, brief, ui),
        _ => {
            let words = match cx.selection.len() {
                0 => lang.t("layer-none-selected").to_owned(),
                count => lang.notice(&notice!("layer-many-selected", count = count)),
            };
            ui.add_space(10.0);
            ui.vertical_centered(|ui| ui.label(RichText::new(words).size(theme::LABEL).color(c.dim)));
        }
    }
}

/// The colours of the advertisement, for the picker.
pub fn used_colors(brief: &Brief) -> Vec<Color> {
    fn collect(value: &Value, found: &mut Vec<Color>) {
        match value {
            Value::String(_) => found.extend(read_color(value)),
            Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
            Value::Object(object) => object.values().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    found.extend(read_color(&Value::from(brief.background_color.as_str())));
    for layer in &brief.layers {
        // A text may look like a colour.
        let colors = ["color", "fill", "border", "outline", "shadow", "plate", "runs"];
        colors.iter().filter_map(|name| layer.get(*name)).for_each(|value| collect(value, &mut found));
    }
    found.dedup();
    found
}

fn layer(cx: &PanelContext<'_>, brief: &mut Brief, state: &mut PropertyState, ui: &mut Ui, index: usize) {
    let lang = cx.lang();
    let canvas = (brief.width as f32, brief.height as f32);
    let used = used_colors(brief);
    let kind = fields::kind(&brief.layers[index]);
    match kind {
        LayerType::Text => layer_text::show(cx, &mut brief.layers[index], canvas.1, &used, &mut state.text, ui),
        LayerType::Picture => picture(cx, brief, ui, index),
        LayerType::Shape => shape(lang, &mut brief.layers[index], canvas, &used, ui),
    }
    let layer = &mut brief.layers[index];
    place(lang, layer, canvas, ui);
    if kind == LayerType::Text {
        section(lang, layer, "plate", "layer-plate", ui, |layer, ui| plate(lang, layer, canvas.1, &used, ui));
        section(lang, layer, "outline", "layer-outline", ui, |layer, ui| line(lang, layer, "outline", canvas.1, &used, ui));
    }
    if kind == LayerType::Shape {
        section(lang, layer, "border", "layer-border", ui, |layer, ui| line(lang, layer, "border", canvas.1, &used, ui));
    }
    section(lang, layer, "shadow", "layer-shadow", ui, |layer, ui| shadow(lang, layer, canvas.1, &used, ui));
    ui.add_space(4.0);
    let mut behind = fields::flag(layer, "behind");
    if ui.checkbox(&mut behind, lang.t("layer-behind")).on_hover_text(lang.t("layer-behind-about")).changed() {
        // Its place in the list follows from the flag.
        fields::set_flag(layer, "behind", behind);
    }
    ui.horizontal(|ui| {
        widgets::caption_cell(ui, lang.t("layer-name"));
        let name = lang.t("layer-name");
        let mut own = fields::words(layer, "name").to_owned();
        let edit = egui::TextEdit::singleline(&mut own).id_salt("layer name").char_limit(MAX_LABEL).desired_width(f32::INFINITY);
        if widgets::named(ui.add(edit.margin(egui::Margin::symmetric(8, 6))), name).changed() {
            fields::set_words(layer, "name", &own);
        }
    });
}

/// Position, angle and opacity.
fn place(lang: Language, layer: &mut Value, canvas: (f32, f32), ui: &mut Ui) {
    widgets::section(ui, lang.t("layer-place"), None);
    pair(ui, |ui, width| {
        number(ui, "X", layer, fields::field("x"), Shown::pixels(canvas.0), width);
        number(ui, "Y", layer, fields::field("y"), Shown::pixels(canvas.1), width);
    });
    pair(ui, |ui, width| {
        number(ui, lang.t("layer-rotation"), layer, fields::field("rotation"), Shown::DEGREES, width);
        number(ui, lang.t("layer-opacity"), layer, fields::field("opacity"), Shown::PERCENT, width);
    });
}

/// A part that can be switched on and off.
fn section(lang: Language, layer: &mut Value, part: &'static str, key: &'static str, ui: &mut Ui, draw: impl FnOnce(&mut Value, &mut Ui)) {
    ui.add_space(2.0);
    let mut on = fields::has_part(layer, part);
    if ui.checkbox(&mut on, lang.t(key)).changed() {
        if on {
            fields::part_mut(layer, part);
        } else {
            fields::remove(layer, part);
        }
    }
    if on {
        ui.indent(part, |ui| draw(layer, ui));
    }
}

/// A colour of a part of the layer.
fn part_color(lang: Language, layer: &mut Value, part: &'static str, name: &str, used: &[Color], ui: &mut Ui) {
    let field = fields::part(part, "color");
    let mut own = layer.get(part).map_or_else(|| fields::color(&Value::Null, field), |object| fields::color(object, field));
    if color::field(ui, lang, name, &mut own, used)
        && let Some(object) = fields::part_mut(layer, part)
    {
        fields::set_color(object, field, own);
    }
}

/// A number of a part of the layer.
fn part_number(layer: &mut Value, part: &'static str, field: &str, name: &str, shown: Shown, ui: &mut Ui, width: f32) {
    let field = fields::part(part, field);
    let mut value =
        layer.get(part).map_or_else(|| fields::number(&Value::Null, field), |object| fields::number(object, field)) * shown.scale;
    if drag_value(ui, name, &mut value, field, shown, width)
        && let Some(object) = fields::part_mut(layer, part)
    {
        fields::set_number(object, field, value / shown.scale);
    }
}

fn line(lang: Language, layer: &mut Value, part: &'static str, height: f32, used: &[Color], ui: &mut Ui) {
    let name = if part == "border" { lang.t("layer-border-color") } else { lang.t("layer-outline-color") };
    part_color(lang, layer, part, name, used, ui);
    let width = half(ui);
    part_number(layer, part, "width", lang.t("layer-thickness"), Shown::fine_pixels(height), ui, width);
}

fn shadow(lang: Language, layer: &mut Value, height: f32, used: &[Color], ui: &mut Ui) {
    part_color(lang, layer, "shadow", lang.t("layer-shadow-color"), used, ui);
    pair(ui, |ui, width| {
        part_number(layer, "shadow", "opacity", lang.t("layer-strength"), Shown::PERCENT, ui, width);
        part_number(layer, "shadow", "blur", lang.t("layer-blur"), Shown::fine_pixels(height), ui, width);
    });
    pair(ui, |ui, width| {
        part_number(layer, "shadow", "x", lang.t("layer-shadow-x"), Shown::fine_pixels(height), ui, width);
        part_number(layer, "shadow", "y", lang.t("layer-shadow-y"), Shown::fine_pixels(height), ui, width);
    });
}

fn plate(lang: Language, layer: &mut Value, height: f32, used: &[Color], ui: &mut Ui) {
    part_color(lang, layer, "plate", lang.t("layer-plate-color"), used, ui);
    pair(ui, |ui, width| {
        part_number(layer, "plate", "opacity", lang.t("layer-opacity"), Shown::PERCENT, ui, width);
        part_number(layer, "plate", "padding", lang.t("layer-padding"), Shown::fine_pixels(height), ui, width);
    });
    let width = half(ui);
    part_number(layer, "plate", "radius", lang.t("layer-radius"), Shown::PERCENT, ui, width);
}

fn picture(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui, index: usize) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let (width, height) = (brief.width as f32, brief.height as f32);
    let found = brief.layer_pictures.get(&index).cloned();
    if widgets::section(ui, lang.t("layer-picture"), Some(lang.t("layer-replace"))).is_some_and(|r| r.clicked()) {
        cx.send(FileCommand::Ask(FilePurpose::LayerPicture(Some(index)), None));
    }
    if let Some(picture) = found {
        let about = format!("{} · {} × {}", picture.name, picture.width, picture.height);
        let galley = widgets::clipped(ui, &about, egui::FontId::proportional(theme::LABEL), c.dim, ui.available_width());
        ui.label(galley).on_hover_text(&picture.name);
    }
    let size = layer_boxes::frame(brief, index, None).map_or(vec2(0.0, 0.0), |frame| frame.extent.size() * height);
    let layer = &mut brief.layers[index];
    pair(ui, |ui, half| {
        // Both sides follow each other: one box, into which the picture fits.
        let (mut w, mut h) = (size.x, size.y);
        if drag_value(ui, lang.t("layer-width"), &mut w, fields::field("width"), Shown::pixels(width), half) {
            fields::remove(layer, "height");
            fields::set_number(layer, fields::field("width"), w / width);
        }
        if drag_value(ui, lang.t("layer-height"), &mut h, fields::field("height"), Shown::pixels(height), half) && size.y > 0.0 {
            fields::remove(layer, "height");
            fields::set_number(layer, fields::field("width"), size.x * h / size.y / width);
        }
    });
    let half = half(ui);
    number(ui, lang.t("layer-radius"), layer, fields::field("radius"), Shown::PERCENT, half);
}

fn shape(lang: Language, layer: &mut Value, canvas: (f32, f32), used: &[Color], ui: &mut Ui) {
    widgets::section(ui, lang.t("layer-shape"), None);
    let kind = fields::shape(layer);
    ui.spacing_mut().combo_width = ui.available_width();
    let list = egui::ComboBox::from_id_salt("shape").width(ui.available_width()).selected_text(layer_names::shape(kind, lang));
    let list = list.show_ui(ui, |ui| {
        for other in ShapeKind::ALL {
            if ui.selectable_label(*other == kind, layer_names::shape(*other, lang)).clicked() {
                fields::set_words(layer, "shape", other.as_str());
            }
        }
    });
    widgets::named(list.response, lang.t("layer-shape"));
    let mut filled = fields::own_color(layer, fields::field("fill")).is_some();
    ui.horizontal(|ui| {
        let response = ui.checkbox(&mut filled, lang.t("layer-fill"));
        if response.changed() {
            if filled {
                fields::set_color(layer, fields::field("fill"), [229, 57, 53]);
            } else {
                // One of fill and border is needed.
                fields::remove(layer, "fill");
                fields::part_mut(layer, "border");
            }
        }
        if filled {
            let mut own = fields::color(layer, fields::field("fill"));
            if color::pair(ui, lang, lang.t("layer-fill-color"), &mut own, used) {
                fields::set_color(layer, fields::field("fill"), own);
            }
        }
    });
    if !filled && !fields::has_part(layer, "border") {
        fields::part_mut(layer, "border");
    }
    let size = layer_boxes::shape_size(layer);
    pair(ui, |ui, half| {
        let (mut w, mut h) = (size.x * canvas.0, size.y * canvas.1);
        if drag_value(ui, lang.t("layer-width"), &mut w, fields::field("width"), Shown::pixels(canvas.0), half) {
            fields::set_number(layer, fields::field("width"), w / canvas.0);
        }
        if drag_value(ui, lang.t("layer-height"), &mut h, fields::field("height"), Shown::pixels(canvas.1), half) {
            fields::set_number(layer, fields::field("height"), h / canvas.1);
        }
    });
    match kind {
        ShapeKind::Rounded => {
            let half = half(ui);
            let mut radius = fields::own_number(layer, fields::field("radius")).unwrap_or(0.25) * 100.0;
            if drag_value(ui, lang.t("layer-radius"), &mut radius, fields::field("radius"), Shown::PERCENT, half) {
                fields::set_number(layer, fields::field("radius"), radius / 100.0);
            }
        }
        ShapeKind::Burst => pair(ui, |ui, half| {
            number(ui, lang.t("layer-points"), layer, fields::field("points"), Shown::WHOLE, half);
            number(ui, lang.t("layer-depth"), layer, fields::field("depth"), Shown::PERCENT, half);
        }),
        _ => {}
    }
}

/// A place that may be automatic: the number where it is now.
fn placed(ui: &mut Ui, name: &str, value: &mut Option<f32>, now: f32, field: &'static Field, shown: Shown, width: f32) {
    let mut number = value.unwrap_or(now) * shown.scale;
    if drag_value(ui, name, &mut number, field, shown, width) {
        *value = Some(number / shown.scale);
    }
}

/// Place and scale of the headline or the product.
struct Placement<'a> {
    x: (&'a mut Option<f32>, &'static Field),
    y: (&'a mut Option<f32>, &'static Field),
    scale: (&'a mut Option<f32>, &'static Field),
    /// Where it stands in the draft, as fractions of the canvas.
    now: egui::Pos2,
    /// Width and height of the canvas in pixels.
    canvas: (f32, f32),
}

fn placement(cx: &PanelContext<'_>, ui: &mut Ui, placement: Placement<'_>) {
    let Placement { x, y, scale, now, canvas } = placement;
    pair(ui, |ui, half| {
        placed(ui, "X", x.0, now.x, x.1, Shown::pixels(canvas.0), half);
        placed(ui, "Y", y.0, now.y, y.1, Shown::pixels(canvas.1), half);
    });
    pair(ui, |ui, half| placed(ui, cx.lang().t("layer-scale"), scale.0, 1.0, scale.1, Shown::PERCENT, half));
}

fn headline(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let lang = cx.lang();
    let now = cx.draft().and_then(|draft| draft.boxes.text).map_or(egui::pos2(0.5, 0.5), |found| found.center());
    widgets::section(ui, lang.t("layer-headline"), None);
    ui.label(RichText::new(lang.t("layer-headline-about")).size(theme::SMALL).color(theme::colors(ui).dim));
    let of_headline = Placement {
        x: (&mut brief.text_x, &limits::TEXT_X),
        y: (&mut brief.text_y, &limits::TEXT_Y),
        scale: (&mut brief.text_scale, &limits::TEXT_SCALE),
        now,
        canvas: (brief.width as f32, brief.height as f32),
    };
    placement(cx, ui, of_headline);
    automatic(cx, ui, UiCommand::TextAuto);
    let mut behind = brief.mode == CompositionMode::Behind;
    if ui.checkbox(&mut behind, lang.t("layers-behind")).changed() {
        brief.put_headline_behind(behind);
    }
}

fn product(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let lang = cx.lang();
    let found = cx.draft().and_then(|draft| draft.boxes.product);
    let now = found.map_or(egui::pos2(0.5, 0.9), |found| egui::pos2(found.center().x, found.bottom()));
    widgets::section(ui, lang.t("product-title"), None);
    ui.label(RichText::new(lang.t("layer-product-about")).size(theme::SMALL).color(theme::colors(ui).dim));
    let of_product = Placement {
        x: (&mut brief.product_x, &limits::PRODUCT_X),
        y: (&mut brief.product_y, &limits::PRODUCT_Y),
        scale: (&mut brief.product_scale, &limits::PRODUCT_SCALE),
        now,
        canvas: (brief.width as f32, brief.height as f32),
    };
    placement(cx, ui, of_product);
    automatic(cx, ui, UiCommand::ProductAuto);
    if brief.product.is_some() {
        product_look::show(lang, &mut brief.look, ui);
    }
}

fn automatic(cx: &PanelContext<'_>, ui: &mut Ui, command: UiCommand) {
    ui.add_enabled_ui(cx.enabled(command), |ui| {
        if widgets::narrow_button(ui, icons::ROTATE_CCW, cx.lang().t(command.info().key)).clicked() {
            cx.send(command);
        }
    });
}
