//! The left side: everything that goes into the advertisement, from top to bottom.

use egui::{Panel, ScrollArea, Ui, vec2};

use super::{fields, fonts, product};
use crate::gui::app::{NARROW, Studio};
use crate::gui::theme;

/// Width of the panel, also in narrow windows.
const WIDTH: (f32, f32) = (316.0, 288.0);

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let frame = theme::panel_frame(c, vec2(0.0, 0.0));
    let width = if ui.ctx().content_rect().width() < NARROW { WIDTH.1 } else { WIDTH.0 };
    Panel::left("brief").exact_size(width).resizable(false).frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin { left: 16, right: 16, top: 4, bottom: 24 }).show(ui, |ui| {
                ui.set_width(width - 32.0);
                product::show(studio, ui);
                fields::scene(studio, ui);
                fields::text(studio, ui);
                fonts::show(studio, ui);
                fields::style(studio, ui);
                fields::layers(studio, ui);
                fields::advanced(studio, ui);
            });
        });
    });
}
