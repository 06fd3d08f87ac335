use egui::{Align2, FontId, ScrollArea, Sense, Spinner, Ui, vec2};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::EditCommand;
use crate::gui::context::PanelContext;
use crate::gui::gallery::GalleryRequest;
use crate::gui::{theme, widgets};
use crate::notice;
use crate::templates::Template;

/// Width of a picture's place in points, and the space between places.
const TILE: f32 = 200.0;
const SPACE: f32 = 12.0;
/// Most height of a place, as a multiple of its width.
const TALLEST: f32 = 1.4;
/// Height of the name below a picture in points.
const NAME: f32 = 26.0;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) -> Stay {
    let lang = cx.lang();
    width(ui, 4.0 * TILE + 3.0 * SPACE + 16.0);
    let mut close = head(cx, ui, lang.t("templates-title"));
    if let Some(kit) = cx.brand() {
        remark(ui, &lang.notice(&notice!("templates-with-brand", name = kit.brand.name.clone())));
    }
    remark(ui, lang.t(if cx.brief().product.is_some() { "templates-about" } else { "templates-about-sample" }));
    ui.add_space(10.0);
    cx.gallery.request(GalleryRequest::of(cx.brief(), cx.templates, lang, &cx.fonts(), cx.brand.shared()));
    let columns = ((ui.available_width() + SPACE) / (TILE + SPACE)).floor().max(1.0) as usize;
    let room = ui.ctx().content_rect().height() - 220.0;
    ScrollArea::vertical().id_salt("templates").max_height(room.max(200.0)).auto_shrink([false, true]).show(ui, |ui| {
        for row in cx.templates.templates().chunks(columns) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = SPACE;
                for template in row {
                    if tile(cx, ui, template) {
                        cx.send(EditCommand::ApplyTemplate(template.id.clone()));
                        close = true;
                    }
                }
            });
            ui.add_space(SPACE);
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Templates) }
}

/// Draws a template with its name; returns whether it was chosen.
fn tile(cx: &PanelContext<'_>, ui: &mut Ui, template: &Template) -> bool {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let name = template.name.of(lang);
    let brief = cx.brief();
    let tall = (brief.height as f32 / brief.width.max(1) as f32).clamp(0.4, TALLEST);
    let (rect, response) = ui.allocate_exact_size(vec2(TILE, TILE * tall + NAME), Sense::click());
    let response = widgets::labelled(response, egui::Role::Button, name);
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    let picture = rect.with_max_y(rect.max.y - NAME);
    ui.painter().rect_filled(picture, theme::RADIUS, c.sunken);
    match cx.gallery.picture(&template.id) {
        Some(Some(texture)) => widgets::paint_fitted(ui, picture, texture.id(), texture.size_vec2()),
        Some(None) => drop(ui.painter().text(
            picture.center(),
            Align2::CENTER_CENTER,
            lang.t("templates-failed"),
            FontId::proportional(theme::LABEL),
            c.dim,
        )),
        None => Spinner::new().paint_at(ui, egui::Rect::from_center_size(picture.center(), vec2(20.0, 20.0))),
    }
    if response.hovered() {
        ui.painter().rect_stroke(picture, theme::RADIUS, egui::Stroke::new(2.0, c.accent), egui::StrokeKind::Inside);
    }
    widgets::focus_ring(ui, &response, picture, theme::RADIUS);
    let words = widgets::clipped(ui, name, FontId::proportional(theme::BODY), c.text, TILE);
    ui.painter().galley(egui::pos2(rect.min.x, picture.max.y + 4.0), words, c.text);
    response.clicked()
}
