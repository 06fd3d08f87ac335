//! A colour: a swatch that opens a picker, and its hexadecimal digits as a text field.

use egui::{
    Color32, CornerRadius, Mesh, Popup, PopupCloseBehavior, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
};
use egui::{pos2, vec2};
use serde_json::json;

use crate::gui::brand_colors::{self, BrandColors};
use crate::gui::{theme, widgets};
use crate::notice;
use crate::notice::Language;
use crate::request::layers::{Color, hex, read_color};

/// Colours that the picker offers beside those of the advertisement.
const OFFERED: [Color; 12] = [
    [255, 255, 255],
    [30, 27, 23],
    [117, 117, 117],
    [229, 57, 53],
    [251, 140, 0],
    [253, 216, 53],
    [67, 160, 71],
    [0, 137, 123],
    [30, 136, 229],
    [57, 73, 171],
    [142, 36, 170],
    [216, 27, 96],
];
/// Most colours of the advertisement that are offered.
const MOST_USED: usize = 12;
/// Width of the picker's contents in points.
const PICKER: f32 = 212.0;
/// Cells of the picker's square in each direction.
const CELLS: usize = 12;

/// Size of a swatch, and its distance from the digits, in points.
const SWATCH: egui::Vec2 = vec2(30.0, 28.0);
const GAP: f32 = 6.0;
/// Margin inside the field of the digits in points.
const DIGITS_MARGIN: i8 = 8;
/// Room for the cursor behind the digits in points.
const CURSOR: f32 = 3.0;

/// Hue, saturation and brightness, 0..=1.
type Hsv = [f32; 3];

/// Draws a row with the name of a colour, its swatch and its digits. `used`: colours of the advertisement. Returns whether it was changed.
pub fn field(ui: &mut Ui, lang: Language, name: &str, color: &mut Color, used: &[Color]) -> bool {
    ui.horizontal(|ui| {
        widgets::caption_cell(ui, name);
        pair(ui, lang, name, color, used)
    })
    .inner
}

/// Draws the swatch and the digits of a colour. Returns whether it was changed.
pub fn pair(ui: &mut Ui, lang: Language, name: &str, color: &mut Color, used: &[Color]) -> bool {
    let before = *color;
    ui.spacing_mut().item_spacing.x = GAP;
    let response = swatch(ui, *color, name);
    Popup::menu(&response).id(response.id.with("picker")).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        picker(ui, lang, color, used);
    });
    digits(ui, lang, name, color);
    *color != before
}

/// Width that [`pair`] takes in points.
pub fn pair_width(ui: &Ui) -> f32 {
    SWATCH.x + GAP + digits_width(ui)
}

/// A button that shows a colour.
fn swatch(ui: &mut Ui, color: Color, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(SWATCH, Sense::click());
    let [r, g, b] = color;
    ui.painter().rect(
        rect,
        CornerRadius::same(6),
        Color32::from_rgb(r, g, b),
        Stroke::new(1.0, theme::colors(ui).border),
        StrokeKind::Inside,
    );
    widgets::focus_ring(ui, &response, rect, 6);
    response.widget_info(|| WidgetInfo { current_text_value: Some(hex(color)), ..WidgetInfo::labeled(Role::Button, true, name) });
    response.on_hover_text(name).on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// A field for hexadecimal digits. The text takes effect as soon as it is a colour.
fn digits(ui: &mut Ui, lang: Language, name: &str, color: &mut Color) {
    let name = lang.notice(&notice!("layer-hex", name = name.to_owned()));
    let id = ui.make_persistent_id(("digits", &name));
    let typed: Option<String> = ui.data(|data| data.get_temp(id));
    let mut text = typed.unwrap_or_else(|| hex(*color));
    let edit = egui::TextEdit::singleline(&mut text).id(id.with("edit")).desired_width(digits_width(ui));
    let edit = edit.margin(egui::Margin::symmetric(DIGITS_MARGIN, 6));
    let response = widgets::named(ui.add(edit), &name);
    if response.changed() {
        let digits = text.trim().trim_start_matches('#');
        if let Some(found) = read_color(&json!(format!("#{digits}"))) {
            *color = found;
        }
    }
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    } else {
        ui.data_mut(|data| data.remove_temp::<String>(id));
    }
}

/// Width of the field of the digits: the widest colour, the margins and the cursor.
fn digits_width(ui: &Ui) -> f32 {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let width_of = |text: String| ui.painter().layout_no_wrap(text, font.clone(), Color32::WHITE).size().x;
    let widest = "0123456789ABCDEFabcdef".chars().map(|digit| width_of(digit.to_string().repeat(6))).fold(0.0, f32::max);
    (width_of("#".into()) + widest + 2.0 * f32::from(DIGITS_MARGIN) + CURSOR).ceil()
}

fn picker(ui: &mut Ui, lang: Language, color: &mut Color, used: &[Color]) {
    ui.set_width(PICKER);
    ui.spacing_mut().item_spacing = vec2(6.0, 8.0);
    // Grey has no hue: that of the last colour stays, so that the square does not jump.
    let id = ui.scope_id().with("hsv");
    let kept: Option<Hsv> = ui.data(|data| data.get_temp(id)).filter(|kept| to_rgb(*kept) == *color);
    let before = kept.unwrap_or_else(|| to_hsv(*color));
    let mut hsv = before;
    square(ui, lang, &mut hsv);
    hue_bar(ui, lang, &mut hsv[0]);
    if hsv != before {
        *color = to_rgb(hsv);
    }
    ui.data_mut(|data| data.insert_temp(id, hsv));
    let brand = brand_colors::offered(ui.ctx());
    if let Some(brand) = &brand {
        of_brand(ui, lang, color, brand);
    }
    let mut offered: Vec<Color> = Vec::new();
    for own in used.iter().take(MOST_USED).chain(&OFFERED) {
        if !offered.contains(own) {
            offered.push(*own);
        }
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for own in offered {
            if swatch(ui, own, &hex(own)).clicked() {
                *color = own;
            }
        }
    });
}

/// The colours of the brand kit, and the button that adds the present one.
fn of_brand(ui: &mut Ui, lang: Language, color: &mut Color, brand: &BrandColors) {
    ui.label(egui::RichText::new(lang.t("brand-colors")).size(theme::SMALL).color(theme::colors(ui).dim));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for (role, own) in &brand.colors {
            let name = lang.notice(&notice!("brand-color", role = role.clone(), color = hex(*own)));
            if swatch(ui, *own, &name).clicked() {
                *color = *own;
            }
        }
    });
    if brand.colors.iter().all(|(_, own)| own != color) && widgets::link(ui, lang.t("brand-add-color")).clicked() {
        brand.add(*color);
        ui.ctx().request_repaint();
    }
    ui.separator();
}

/// Saturation to the right, brightness upwards. Arrow keys move by a hundredth.
fn square(ui: &mut Ui, lang: Language, hsv: &mut Hsv) {
    let (rect, response) = ui.allocate_exact_size(vec2(PICKER, 132.0), Sense::click_and_drag());
    if let Some(at) = response.interact_pointer_pos() {
        let share = (at - rect.min) / rect.size();
        (hsv[1], hsv[2]) = (share.x.clamp(0.0, 1.0), 1.0 - share.y.clamp(0.0, 1.0));
    }
    let step = keys(ui, &response);
    hsv[1] = (hsv[1] + step.x * 0.01).clamp(0.0, 1.0);
    hsv[2] = (hsv[2] - step.y * 0.01).clamp(0.0, 1.0);
    let hue = hsv[0];
    gradient(ui, rect, (CELLS, CELLS), |x, y| to_rgb([hue, x, 1.0 - y]));
    dot(ui, pos2(rect.left() + rect.width() * hsv[1], rect.bottom() - rect.height() * hsv[2]), rect);
    widgets::focus_ring(ui, &response, rect, 0);
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, lang.t("layer-shade")));
}

fn hue_bar(ui: &mut Ui, lang: Language, hue: &mut f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(PICKER, 16.0), Sense::click_and_drag());
    if let Some(at) = response.interact_pointer_pos() {
        *hue = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
    }
    *hue = (*hue + keys(ui, &response).x * 0.005).clamp(0.0, 1.0);
    gradient(ui, rect, (36, 1), |x, _| to_rgb([x, 1.0, 1.0]));
    dot(ui, pos2(rect.left() + rect.width() * *hue, rect.center().y), rect);
    widgets::focus_ring(ui, &response, rect, 0);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(*hue), lang.t("layer-hue")));
}

/// The arrow keys that were pressed while the control has the focus.
fn keys(ui: &Ui, response: &Response) -> egui::Vec2 {
    if !response.has_focus() {
        return egui::Vec2::ZERO;
    }
    let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    ui.input(|i| {
        let pressed = |key| i.num_presses(key) as f32;
        vec2(pressed(egui::Key::ArrowRight) - pressed(egui::Key::ArrowLeft), pressed(egui::Key::ArrowDown) - pressed(egui::Key::ArrowUp))
    })
}

fn dot(ui: &Ui, at: Pos2, inside: Rect) {
    let painter = ui.painter_at(inside.expand(6.0));
    painter.circle_stroke(at, 6.0, Stroke::new(3.0, Color32::from_black_alpha(120)));
    painter.circle_stroke(at, 6.0, Stroke::new(1.5, Color32::WHITE));
}

fn gradient(ui: &Ui, rect: Rect, (columns, rows): (usize, usize), color: impl Fn(f32, f32) -> Color) {
    let mut mesh = Mesh::default();
    for y in 0..=rows {
        for x in 0..=columns {
            let share = vec2(x as f32 / columns as f32, y as f32 / rows as f32);
            let [r, g, b] = color(share.x, share.y);
            mesh.colored_vertex(rect.min + share * rect.size(), Color32::from_rgb(r, g, b));
        }
    }
    let width = columns as u32 + 1;
    for y in 0..rows as u32 {
        for x in 0..columns as u32 {
            let at = y * width + x;
            mesh.add_triangle(at, at + 1, at + width);
            mesh.add_triangle(at + 1, at + width, at + width + 1);
        }
    }
    ui.painter().add(Shape::mesh(mesh));
}

fn to_hsv(color: Color) -> Hsv {
    let [r, g, b] = color.map(|v| f32::from(v) / 255.0);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let range = most - least;
    let hue = if range == 0.0 {
        0.0
    } else if most == r {
        ((g - b) / range).rem_euclid(6.0)
    } else if most == g {
        (b - r) / range + 2.0
    } else {
        (r - g) / range + 4.0
    };
    [hue / 6.0, if most == 0.0 { 0.0 } else { range / most }, most]
}

fn to_rgb([hue, saturation, value]: Hsv) -> Color {
    [5.0, 3.0, 1.0].map(|shift| {
        let k = (shift + hue * 6.0) % 6.0;
        let share = k.min(4.0 - k).clamp(0.0, 1.0);
        ((value - value * saturation * share) * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offered_colour_survives_the_picker() {
        for color in OFFERED.into_iter().chain([[0, 199, 60], [1, 2, 3], [254, 0, 255]]) {
            assert_eq!(to_rgb(to_hsv(color)), color);
        }
        assert_eq!((to_rgb([0.0, 1.0, 1.0]), to_rgb([1.0 / 3.0, 1.0, 1.0])), ([255, 0, 0], [0, 255, 0]));
    }
}
