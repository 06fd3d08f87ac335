//! The middle: tabs, the picture, and below it what can be made.

use egui::{CentralPanel, Color32, CornerRadius, FontId, Frame, Layout, Panel, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::{actions, mask, picture};
use crate::gui::app::{Source, Studio, Tab};
use crate::gui::commands::Command;
use crate::gui::{icons, theme, widgets};

const TABS: [(Tab, &str, Command); 4] = [
    (Tab::Product, "tab.product", Command::TabProduct),
    (Tab::Background, "tab.background", Command::TabBackground),
    (Tab::Text, "tab.text", Command::TabText),
    (Tab::Final, "tab.final", Command::TabFinal),
];

/// Width of the switch between draft and result.
const SWITCH: f32 = 148.0;

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let frame = Frame::new().fill(c.panel);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        Panel::top("tabs").exact_size(48.0).frame(theme::panel_frame(c, vec2(16.0, 8.0))).show(ui, |ui| bar(studio, ui));
        Panel::bottom("actions").resizable(false).frame(theme::panel_frame(c, vec2(16.0, 12.0))).show(ui, |ui| actions::show(studio, ui));
        mask::bar(studio, ui);
        CentralPanel::default().frame(Frame::new().fill(c.canvas)).show(ui, |ui| picture::show(studio, ui));
    });
}

fn bar(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (i, (tab, key, command)) in TABS.into_iter().enumerate() {
            let name = lang.get(key).unwrap_or(key);
            let on = studio.tab == tab;
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
                studio.queue.push_back(command);
            }
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            tools(studio, ui);
        });
    });
}

fn tools(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let tool = |studio: &mut Studio, ui: &mut Ui, command: Command| {
        let face = command.face();
        let on = studio.enabled(command);
        let tip = format!("{} {}", lang.t(face.key), command.shortcut_words(ui.ctx()));
        ui.add_enabled_ui(on, |ui| {
            let response = widgets::icon_button(ui, face.icon, lang.t(face.key));
            if response.on_hover_text(tip.trim()).clicked() {
                studio.queue.push_back(command);
            }
        });
    };
    let history = studio.shows_history(ui.ctx());
    let tip = format!("{} {}", lang.t("command.history"), Command::History.shortcut_words(ui.ctx()));
    if widgets::icon_toggle(ui, icons::HISTORY, lang.t("command.history"), history).on_hover_text(tip).clicked() {
        studio.queue.push_back(Command::History);
    }
    // What has no room is in the menu and on the keyboard.
    let room = |ui: &Ui| ui.available_width() >= 34.0;
    if !room(ui) {
        return;
    }
    tool(studio, ui, Command::Export);
    if !room(ui) {
        return;
    }
    let comparing = studio.compare.is_some();
    ui.add_enabled_ui(studio.enabled(Command::Compare), |ui| {
        if widgets::icon_toggle(ui, icons::SQUARE_SPLIT_HORIZONTAL, lang.t("command.compare"), comparing).clicked() {
            studio.queue.push_back(Command::Compare);
        }
    });
    if ui.available_width() < 72.0 {
        return;
    }
    tool(studio, ui, Command::ZoomFit);
    let words = RichText::new("1:1").font(FontId::new(theme::LABEL, theme::bold())).color(c.dim);
    let actual = ui.add(egui::Button::new(words).frame(false).min_size(vec2(34.0, 28.0)));
    let name = lang.t("command.zoom_actual");
    if widgets::named(actual, name).on_hover_text(format!("{name} {}", Command::ZoomActual.shortcut_words(ui.ctx()))).clicked() {
        studio.queue.push_back(Command::ZoomActual);
    }
    // In a narrow window the wheel and the keys zoom; draft or result matters more.
    let wide = ui.ctx().content_rect().width() > 1360.0;
    if wide {
        tool(studio, ui, Command::ZoomIn);
    }
    // The tabs come first, then draft or result.
    let others = if switched(studio).is_some() { SWITCH + 10.0 } else { 0.0 };
    if ui.available_width() >= 52.0 + others {
        let percent = (studio.view.zoom * ui.ctx().pixels_per_point() * 100.0).round();
        let (rect, _) = ui.allocate_exact_size(vec2(48.0, 28.0), Sense::hover());
        let font = FontId::proportional(theme::LABEL);
        ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, format!("{percent:.0} %"), font, c.dim);
    }
    if wide {
        tool(studio, ui, Command::ZoomOut);
    }
    source(studio, ui);
}

/// The job that draft and result are switched between.
fn switched(studio: &Studio) -> Option<uuid::Uuid> {
    let shown = if let Source::Job(id) = studio.source { Some(id) } else { None };
    shown.or(studio.session.base).filter(|id| studio.job(*id).is_some())
}

/// Draft or result, once there is a result.
fn source(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let Some(id) = switched(studio) else { return };
    if ui.available_width() < SWITCH + 2.0 {
        return;
    }
    ui.add_space((ui.available_width() - SWITCH - 2.0).min(8.0));
    let (rect, _) = ui.allocate_exact_size(vec2(SWITCH, 32.0), Sense::hover());
    ui.scope_builder(egui::UiBuilder::new().max_rect(Rect::from_center_size(rect.center(), vec2(SWITCH, 32.0))), |ui| {
        let mut source = studio.source;
        let options = [(Source::Draft, lang.t("canvas.draft")), (Source::Job(id), lang.t("canvas.result"))];
        if widgets::segmented(ui, &mut source, &options) {
            studio.source = source;
            studio.compare = None;
        }
    });
}

/// A small label on the picture.
pub fn badge(ui: &Ui, at: egui::Pos2, anchor: egui::Align2, words: &str, accent: bool) {
    let color = if accent { theme::DARK.accent_text } else { Color32::WHITE };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(theme::SMALL), color);
    let rect = anchor.anchor_size(at, galley.size() + vec2(20.0, 10.0));
    ui.painter().rect_filled(rect, 13.0, Color32::from_black_alpha(170));
    ui.painter().galley(rect.min + vec2(10.0, 5.0), galley, color);
}

/// How one begins: shown where there is nothing yet.
pub fn welcome(studio: &mut Studio, ui: &mut Ui, rect: Rect) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let size = vec2(460.0_f32.min(rect.width() - 32.0), 330.0);
    let place = Rect::from_center_size(rect.center(), size);
    ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        ui.vertical_centered(|ui| {
            ui.label(widgets::icon(icons::COFFEE, 40.0).color(c.accent_text));
            ui.add_space(8.0);
            ui.label(RichText::new(lang.t("welcome.title")).font(FontId::new(theme::DISPLAY, theme::bold())));
            ui.add_space(2.0);
            ui.label(RichText::new(lang.t("welcome.about")).color(c.dim));
            ui.add_space(20.0);
        });
        for (number, key) in ["welcome.one", "welcome.two", "welcome.three"].into_iter().enumerate() {
            ui.horizontal(|ui| {
                ui.add_space((size.x - 380.0).max(0.0) / 2.0);
                let (dot, _) = ui.allocate_exact_size(vec2(26.0, 26.0), Sense::hover());
                ui.painter().circle_filled(dot.center(), 12.0, c.selected);
                let font = FontId::new(theme::LABEL, theme::bold());
                ui.painter().text(dot.center(), egui::Align2::CENTER_CENTER, number + 1, font, c.accent_text);
                ui.label(lang.get(key).unwrap_or(key));
            });
        }
        ui.add_space(20.0);
        ui.horizontal(|ui| {
            let sample = lang.t("command.sample");
            let open = lang.t("command.open_photo");
            ui.add_space((size.x - 320.0).max(0.0) / 2.0);
            if widgets::primary(ui, icons::IMAGE_PLUS, open, "").clicked() {
                studio.queue.push_back(Command::OpenPhoto);
            }
            if widgets::button(ui, icons::COFFEE, sample).clicked() {
                studio.queue.push_back(Command::Sample);
            }
        });
    });
}
