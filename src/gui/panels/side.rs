//! The right panel: the layers, or the history.

use egui::{Panel, Pos2, Rect, Ui, vec2};

use super::history::{self, HistoryPanel};
use super::layer_list::{self, LayerPanel};
use crate::gui::commands::UiCommand;
use crate::gui::context::PanelContext;
use crate::gui::view::Side;
use crate::gui::{theme, widgets};

/// Width of the panel in points. Both contents have the same, so that the picture does not jump.
const WIDTH: f32 = 264.0;

/// The view state of the panel.
#[derive(Default)]
pub struct SidePanel {
    history: HistoryPanel,
    layers: LayerPanel,
    area: Option<Rect>,
}

impl SidePanel {
    /// Whether a point is on the panel.
    pub fn contains(&self, at: Pos2) -> bool {
        self.area.is_some_and(|area| area.contains(at))
    }

    /// Puts the cursor into the text of the layer that is selected next.
    pub fn begin_typing(&mut self) {
        self.layers.begin_typing();
    }
}

/// Draws the panel.
pub fn show(cx: &PanelContext<'_>, state: &mut SidePanel, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let panel = Panel::right("side").exact_size(WIDTH).resizable(false).frame(theme::panel_frame(c, vec2(0.0, 4.0)));
    let shown = panel.show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 14, right: 14, top: 6, bottom: 4 }).show(ui, |ui| {
            let mut side = cx.view.side;
            let options = [(Side::Layers, lang.t("layer-panel")), (Side::History, lang.t("history-title"))];
            if widgets::segmented(ui, &mut side, &options) {
                cx.send(if side == Side::Layers { UiCommand::Layers } else { UiCommand::History });
            }
        });
        match cx.view.side {
            Side::History => history::show(cx, &mut state.history, ui),
            Side::Layers => layer_list::show(cx, &mut state.layers, ui),
        }
    });
    state.area = Some(shown.response.rect);
}
