//! The left panel: edits the brief.

use egui::{Panel, ScrollArea, Ui, vec2};

use super::fields::{self, Recall};
use super::fonts::{self, FontPanel};
use super::{background, product};
use crate::gui::commands::EditCommand;
use crate::gui::context::{NARROW, PanelContext};
use crate::gui::{theme, widgets};

/// Width of the panel in points, in wide and in narrow windows.
const WIDTH: (f32, f32) = (316.0, 288.0);

/// The view state of the panel.
#[derive(Default)]
pub struct BriefPanel {
    fonts: FontPanel,
    /// The earlier words that a field shows.
    recall: Option<Recall>,
}

/// Draws the panel; edits become one command.
pub fn show(cx: &PanelContext<'_>, state: &mut BriefPanel, ui: &mut Ui) {
    let mut brief = cx.brief().clone();
    let c = theme::colors(ui);
    let frame = theme::panel_frame(c, vec2(0.0, 0.0));
    let width = if ui.ctx().content_rect().width() < NARROW { WIDTH.1 } else { WIDTH.0 };
    Panel::left("brief").exact_size(width).resizable(false).frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin { left: 16, right: 16, top: 4, bottom: 24 }).show(ui, |ui| {
                ui.set_width(width - 32.0);
                product::show(cx, &mut brief, ui);
                background::show(cx, &mut brief, &mut state.recall, ui);
                fields::text(cx, &mut brief, &mut state.recall, ui);
                fonts::show(cx, &mut brief.font, &brief.text, &mut state.fonts, ui);
                fields::style(cx, &mut brief, &mut state.recall, ui);
                fields::layers(cx, &mut brief, ui);
                fields::advanced(cx, &mut brief, ui);
            });
            widgets::scroll_to_focus(ui);
        });
    });
    if brief != *cx.brief() {
        cx.send(EditCommand::Brief(Box::new(brief)));
    }
}
