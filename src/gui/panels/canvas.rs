//! The middle panel: tabs, picture, and the buttons that start jobs.

use egui::{CentralPanel, CornerRadius, FontId, Frame, Layout, Panel, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::canvas_state::CanvasState;
use super::{actions, mask, picture};
use crate::gui::brush::Brush;
use crate::gui::commands::{EditCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::view::{Source, Tab};
use crate::gui::{icons, theme, widgets};

const TABS: [(Tab, &str, UiCommand); 4] = [
    (Tab::Product, "tab-product", UiCommand::TabProduct),
    (Tab::Background, "tab-background", UiCommand::TabBackground),
    (Tab::Text, "tab-text", UiCommand::TabText),
    (Tab::Final, "tab-final", UiCommand::TabFinal),
];

/// Width of the switch between draft and result.
const SWITCH: f32 = 148.0;

/// Draws the panel.
pub fn show(cx: &PanelContext<'_>, state: &mut CanvasState, brush: &mut Brush, ui: &mut Ui) {
    let c = theme::colors(ui);
    let frame = Frame::new().fill(c.panel);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        Panel::top("tabs").exact_size(48.0).frame(theme::panel_frame(c, vec2(16.0, 8.0))).show(ui, |ui| bar(cx, state.zoom.scale, ui));
        Panel::bottom("actions").resizable(false).frame(theme::panel_frame(c, vec2(16.0, 12.0))).show(ui, |ui| actions::show(cx, ui));
        mask::bar(cx, brush, ui);
        CentralPanel::default().frame(Frame::new().fill(c.canvas)).show(ui, |ui| picture::show(cx, state, brush, ui));
    });
}

fn bar(cx: &PanelContext<'_>, scale: f32, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (i, (tab, key, command)) in TABS.into_iter().enumerate() {
            let name = lang.t(key);
            let on = cx.view.tab == tab;
            let font = FontId::new(theme::BODY, if on { theme::bold() } else { egui::FontFamily::Proportional });
            let words = ui.painter().layout_no_wrap(name.to_owned(), font, if on { c.text } else { c.dim });
            let digit = ui.painter().layout_no_wrap((i + 1).to_string(), FontId::proportional(theme::SMALL), c.dim);
            let size = vec2(words.size().x + digit.size().x + 30.0, 32.0);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            if on || response.hovered() {
                ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), if on { c.raised } else { c.hover });
            }
            if response.has_focus() {
                ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, c.accent), egui::StrokeKind::Inside);
            }
            let at = egui::pos2(rect.left() + 12.0, rect.center().y - words.size().y / 2.0);
            let end = at.x + words.size().x + 6.0;
            ui.painter().galley(at, words, c.text);
            ui.painter().galley(egui::pos2(end, rect.center().y - digit.size().y / 2.0 + 1.0), digit, c.dim);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, name));
            if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                cx.send(command);
            }
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            tools(cx, scale, ui);
        });
    });
}

fn tools(cx: &PanelContext<'_>, scale: f32, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let tool = |ui: &mut Ui, command: UiCommand| {
        let info = command.info();
        let on = cx.enabled(command);
        let tip = format!("{} {}", lang.t(info.key), command.shortcut_words(ui.ctx()));
        ui.add_enabled_ui(on, |ui| {
            let response = widgets::icon_button(ui, info.icon, lang.t(info.key));
            if response.on_hover_text(tip.trim()).clicked() {
                cx.send(command);
            }
        });
    };
    let history = cx.history_shown;
    let tip = format!("{} {}", lang.t("command-history"), UiCommand::History.shortcut_words(ui.ctx()));
    if widgets::icon_toggle(ui, icons::HISTORY, lang.t("command-history"), history).on_hover_text(tip).clicked() {
        cx.send(UiCommand::History);
    }
    let tip = format!("{} {}", lang.t("command-layers"), UiCommand::Layers.shortcut_words(ui.ctx()));
    if widgets::icon_toggle(ui, icons::LAYERS, lang.t("command-layers"), cx.layers_shown).on_hover_text(tip).clicked() {
        cx.send(UiCommand::Layers);
    }
    // Tools without room are still in the menu and on the keyboard.
    let room = |ui: &Ui| ui.available_width() >= 34.0;
    if !room(ui) {
        return;
    }
    tool(ui, UiCommand::Export);
    if !room(ui) {
        return;
    }
    let comparing = cx.view.compare.is_some();
    ui.add_enabled_ui(cx.enabled(UiCommand::Compare), |ui| {
        if widgets::icon_toggle(ui, icons::SQUARE_SPLIT_HORIZONTAL, lang.t("command-compare"), comparing).clicked() {
            cx.send(UiCommand::Compare);
        }
    });
    if ui.available_width() < 72.0 {
        return;
    }
    tool(ui, UiCommand::ZoomFit);
    let words = RichText::new("1:1").font(FontId::new(theme::LABEL, theme::bold())).color(c.dim);
    let actual = ui.add(egui::Button::new(words).frame(false).min_size(vec2(34.0, 28.0)));
    let name = lang.t("command-zoom-actual");
    if widgets::named(actual, name).on_hover_text(format!("{name} {}", UiCommand::ZoomActual.shortcut_words(ui.ctx()))).clicked() {
        cx.send(UiCommand::ZoomActual);
    }
    // In a narrow window the wheel and the keys zoom; draft or result matters more.
    let wide = ui.ctx().content_rect().width() > 1360.0;
    if wide {
        tool(ui, UiCommand::ZoomIn);
    }
    // The tabs come first, then draft or result.
    let others = if switched(cx).is_some() { SWITCH + 10.0 } else { 0.0 };
    if ui.available_width() >= 52.0 + others {
        let percent = (scale * ui.ctx().pixels_per_point() * 100.0).round();
        let (rect, _) = ui.allocate_exact_size(vec2(48.0, 28.0), Sense::hover());
        let font = FontId::proportional(theme::LABEL);
        ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, format!("{percent:.0} %"), font, c.dim);
    }
    if wide {
        tool(ui, UiCommand::ZoomOut);
    }
    source(cx, ui);
}

/// The job whose result the switch between draft and result shows.
fn switched(cx: &PanelContext<'_>) -> Option<uuid::Uuid> {
    cx.view.job().or(cx.session.base).filter(|id| cx.job(*id).is_some())
}

/// Draws the switch between draft and result, once there is a result.
fn source(cx: &PanelContext<'_>, ui: &mut Ui) {
    let lang = cx.lang();
    let Some(id) = switched(cx) else { return };
    if ui.available_width() < SWITCH + 2.0 {
        return;
    }
    ui.add_space((ui.available_width() - SWITCH - 2.0).min(8.0));
    let (rect, _) = ui.allocate_exact_size(vec2(SWITCH, 32.0), Sense::hover());
    ui.scope_builder(egui::UiBuilder::new().max_rect(Rect::from_center_size(rect.center(), vec2(SWITCH, 32.0))), |ui| {
        let mut source = cx.view.source;
        let options = [(Source::Draft, lang.t("canvas-draft")), (Source::Job(id), lang.t("canvas-result"))];
        if widgets::segmented(ui, &mut source, &options) {
            cx.send(EditCommand::Show(source));
        }
    });
}
