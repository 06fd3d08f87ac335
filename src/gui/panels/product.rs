//! The product: where a photo is dropped, pasted or opened, and its cut-out.

use egui::{Align2, Button, FontId, Rect, RichText, Role, Sense, Stroke, Ui, pos2, vec2};

use crate::gui::commands::{EditCommand, FileCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::state::Brief;
use crate::gui::{icons, theme, widgets};
use crate::{notice, paths};

/// Draws the section.
pub fn show(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let lang = cx.lang();
    let has = brief.product.is_some();
    let action = has.then(|| lang.t("product-replace"));
    if widgets::section(ui, lang.t("product-title"), action).is_some_and(|r| r.clicked()) {
        cx.send(UiCommand::OpenPhoto);
    }
    if has {
        card(cx, brief, ui);
    } else {
        empty(cx, ui);
    }
    if brief.product.is_none() {
        recent(cx, ui);
    }
}

fn empty(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 112.0), Sense::click());
    let over = response.hovered() || ui.ctx().input(|i| !i.raw.hovered_files.is_empty());
    ui.painter().rect_filled(rect, theme::RADIUS, if over { c.raised } else { c.sunken });
    dashed(ui, rect, if over { c.accent } else { c.border });
    widgets::paint_icon(ui, pos2(rect.center().x, rect.top() + 32.0), icons::IMAGE_PLUS, 24.0, c.accent_text);
    let text = |y: f32, words: &str, size: f32, color| {
        ui.painter().text(pos2(rect.center().x, rect.top() + y), Align2::CENTER_CENTER, words, FontId::proportional(size), color);
    };
    text(66.0, lang.t("product-drop"), 13.5, c.text);
    text(88.0, lang.t("product-formats"), 12.0, c.dim);
    widgets::focus_ring(ui, &response, rect, theme::RADIUS);
    if widgets::labelled(response, Role::Button, lang.t("command-open-photo")).clicked() {
        cx.send(UiCommand::OpenPhoto);
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (command, words) in
            [(UiCommand::OpenPath, "product-path"), (UiCommand::Paste, "product-paste"), (UiCommand::Sample, "product-sample")]
        {
            let name = lang.t(words);
            let label = (widgets::icon(command.info().icon, 14.0).color(c.dim), RichText::new(name).size(theme::LABEL));
            let response = ui.add(Button::new(label).gap(6.0).min_size(vec2(0.0, 30.0)));
            let tip = lang.t(command.info().key);
            if widgets::named(response, name).on_hover_text(tip).clicked() {
                cx.send(command);
            }
        }
    });
}

fn card(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let Some(product) = brief.product.clone() else { return };
    let cut = cx.live.with(|s| s.cut.as_ref().filter(|c| c.0 == product.hash).map(|c| c.1.clone()));
    let mut remove = false;
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(72.0, 72.0), Sense::click());
            widgets::checkerboard(ui, rect);
            if let Some(image) = &cut {
                let texture = cx.textures.live("thumb-cutout", image);
                widgets::paint_fitted(ui, rect, texture.id, texture.size);
            } else if let Some(error) = cx.live.with(|s| s.error.clone().filter(|_| !s.busy)) {
                let at = Rect::from_center_size(rect.center(), vec2(24.0, 24.0));
                ui.put(at, egui::Label::new(widgets::icon(icons::TRIANGLE_ALERT, 20.0).color(c.bad))).on_hover_text(lang.notice(&error));
            } else {
                egui::Spinner::new().color(c.dim).paint_at(ui, Rect::from_center_size(rect.center(), vec2(20.0, 20.0)));
            }
            widgets::focus_ring(ui, &response, rect, 0);
            if widgets::labelled(response, Role::Button, lang.t("product-show")).on_hover_text(lang.t("product-show")).clicked() {
                cx.send(UiCommand::TabProduct);
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                ui.add_space(2.0);
                let width = ui.available_width();
                let name = widgets::clipped(ui, &product.name, FontId::new(theme::BODY, theme::bold()), c.text, width);
                ui.label(name);
                let state = match (&cut, product.has_alpha) {
                    _ if brief.mask.is_some() => lang.t("product-corrected"),
                    (_, true) => lang.t("product-own-alpha"),
                    (Some(_), false) => lang.t("product-cut-out"),
                    (None, false) => lang.t("product-cutting"),
                };
                let about = format!("{} × {} · {state}", product.width, product.height);
                ui.label(RichText::new(about).size(theme::SMALL).color(c.dim));
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 14.0;
                    if widgets::link(ui, lang.t("product-refine")).clicked() {
                        cx.send(EditCommand::RefineMask);
                    }
                    remove = widgets::link(ui, lang.t("product-remove")).clicked();
                });
            });
        });
    });
    if remove {
        brief.remove_product();
    }
}

fn recent(cx: &PanelContext<'_>, ui: &mut Ui) {
    let lang = cx.lang();
    if cx.session.recent.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for path in cx.session.recent.iter().take(4) {
            let name: String = paths::file_name(path).chars().take(18).collect();
            if widgets::chip(ui, &name, false).on_hover_text(lang.notice(&notice!("product-recent", path = path.display()))).clicked() {
                cx.send(FileCommand::Open(path.clone()));
            }
        }
    });
}

fn dashed(ui: &Ui, rect: Rect, color: egui::Color32) {
    let r = rect.shrink(0.5);
    let corners = [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&corners, Stroke::new(1.0, color), 5.0, 4.0));
}
