//! Number fields in rows of two, with name and unit inside.

use egui::{DragValue, Ui, vec2};
use serde_json::Value;

use crate::gui::{layer_fields as fields, widgets};
use crate::request::fields::Field;

/// A number field with its name inside. `shown` converts the field's value to the displayed unit, such as pixels.
pub fn number(ui: &mut Ui, name: &str, object: &mut Value, field: &'static Field, shown: Shown, width: f32) {
    let mut value = fields::number(object, field) * shown.scale;
    if drag_value(ui, name, &mut value, field, shown, width) {
        fields::set_number(object, field, value / shown.scale);
    }
}

/// How a number is shown.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The displayed value for 1.
    pub scale: f32,
    /// The unit behind the number.
    pub unit: &'static str,
    /// Digits after the point.
    pub decimals: usize,
}

impl Shown {
    /// Pixels of a side of the canvas.
    pub fn pixels(side: f32) -> Self {
        Self { scale: side, unit: " px", decimals: 0 }
    }

    /// Thin lines: pixels with a digit after the point.
    pub fn fine_pixels(side: f32) -> Self {
        Self { scale: side, unit: " px", decimals: 1 }
    }

    /// Parts of a hundred.
    pub const PERCENT: Self = Self { scale: 100.0, unit: " %", decimals: 0 };
    /// As it is, with two digits after the point.
    pub const PLAIN: Self = Self { scale: 1.0, unit: "", decimals: 2 };
    /// Whole numbers.
    pub const WHOLE: Self = Self { scale: 1.0, unit: "", decimals: 0 };
    /// Degrees.
    pub const DEGREES: Self = Self { scale: 1.0, unit: "°", decimals: 0 };
}

/// Draws a number field; returns whether it was changed.
pub fn drag_value(ui: &mut Ui, name: &str, value: &mut f32, field: &'static Field, shown: Shown, width: f32) -> bool {
    let (min, max) = fields::range(field);
    let speed = if shown.decimals == 0 { 0.5 } else { 0.01_f32.max((max - min) * shown.scale / 2000.0) };
    let number = *value;
    let drag = DragValue::new(value).range(min * shown.scale..=max * shown.scale).speed(speed).suffix(shown.unit);
    ui.spacing_mut().button_padding.x = 8.0;
    let shortened = fitting_name(ui, name, number, shown, width);
    let drag = drag.prefix(format!("{shortened}  ")).max_decimals(shown.decimals).update_while_editing(false);
    // While it is edited the field keeps its width: a longer number is seen whole.
    let size = vec2(width, 30.0);
    let response = ui.add_sized(size, drag.min_size(size));
    let changed = response.changed();
    widgets::named(response, name).on_hover_text(name);
    changed
}

/// The name as long as it leaves room for the number: a field never grows over its neighbour, and no digit is cut off.
fn fitting_name(ui: &Ui, name: &str, number: f32, shown: Shown, width: f32) -> String {
    let font = egui::TextStyle::Button.resolve(ui.style());
    let width_of = |text: String| ui.painter().layout_no_wrap(text, font.clone(), egui::Color32::WHITE).size().x;
    let digits = width_of(format!("{number:.*}{}", shown.decimals, shown.unit));
    let room = width - digits - 2.0 * ui.spacing().button_padding.x - 4.0;
    if width_of(format!("{name}  ")) <= room {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    let cut = |count: usize| format!("{}…", chars[..count].iter().collect::<String>().trim_end());
    (1..chars.len()).rev().map(cut).find(|short| width_of(format!("{short}  ")) <= room).unwrap_or_default()
}

/// Width of one of two fields in a row.
pub fn half(ui: &Ui) -> f32 {
    (ui.available_width() - 6.0) / 2.0
}

/// A row of two fields.
pub fn pair(ui: &mut Ui, draw: impl FnOnce(&mut Ui, f32)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let width = half(ui);
        draw(ui, width);
    });
}
