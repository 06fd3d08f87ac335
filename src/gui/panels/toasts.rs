//! The notifications over the canvas, clear of every button.

use egui::{Align2, Area, Context, Id, Order, RichText, vec2};

use crate::gui::commands::AppCommand;
use crate::gui::context::PanelContext;
use crate::gui::toasts::Severity;
use crate::gui::{icons, theme, widgets};

/// Draws the notifications, in the corner of the window while another window is open: its buttons stay free.
pub fn show(cx: &PanelContext<'_>, ctx: &Context, window_open: bool) {
    let lang = cx.lang();
    let corner = if window_open { vec2(-16.0, -46.0) } else { vec2(-248.0, -162.0) };
    Area::new(Id::unique("toasts")).order(Order::Tooltip).anchor(Align2::RIGHT_BOTTOM, corner).show(ctx, |ui| {
        let c = theme::colors(ui);
        for (i, toast) in cx.toasts.iter().enumerate() {
            let (glyph, color) = match toast.severity {
                Severity::Success => (icons::CIRCLE_CHECK, c.good),
                Severity::Info => (icons::INFO, c.dim),
                Severity::Error => (icons::TRIANGLE_ALERT, c.bad),
            };
            egui::Frame::popup(ui.style()).inner_margin(12).show(ui, |ui| {
                ui.set_width(360.0);
                ui.horizontal_top(|ui| {
                    ui.label(widgets::icon(glyph, 16.0).color(color));
                    let side = if toast.undo.is_some() { 110.0 } else { 36.0 };
                    ui.vertical(|ui| {
                        ui.set_width(ui.available_width() - side);
                        ui.add(egui::Label::new(RichText::new(lang.notice(&toast.text))).wrap());
                    });
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                        if widgets::icon_button(ui, icons::X, lang.t("toast-close")).clicked() {
                            cx.send(AppCommand::DismissToast(i));
                        }
                        if let Some(target) = toast.undo
                            && widgets::link(ui, lang.t("toast-undo")).clicked()
                        {
                            cx.send(AppCommand::DismissToast(i));
                            cx.send(AppCommand::Undo(target));
                        }
                    });
                });
            });
        }
    });
}
