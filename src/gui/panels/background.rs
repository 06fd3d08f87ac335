//! The background: a scene that is painted, one colour, an own photo, or none.

use egui::{FontId, Sense, Ui, vec2};
use serde_json::json;

use super::fields::{self, Recall};
use super::{color, layer_properties};
use crate::gui::commands::FileCommand;
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::state::Brief;
use crate::gui::textures::Key;
use crate::gui::{theme, widgets};
use crate::request::fields::TRANSPARENT;
use crate::request::layers::{hex, read_color};

/// The kind of background.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Background {
    Scene,
    Color,
    Photo,
    Nothing,
}

/// The colour that a plain background begins with.
const FIRST: &str = "#FFFFFF";

/// Draws the section.
pub fn show(cx: &PanelContext<'_>, brief: &mut Brief, recall: &mut Option<Recall>, ui: &mut Ui) {
    let lang = cx.lang();
    widgets::section(ui, lang.t("background-title"), None);
    let now = match (&brief.backdrop, brief.background_color.is_empty()) {
        (Some(_), _) => Background::Photo,
        (None, _) if brief.is_clear() => Background::Nothing,
        (None, false) => Background::Color,
        (None, true) => Background::Scene,
    };
    let mut wanted = now;
    let options = [
        (Background::Scene, lang.t("background-scene"), lang.t("background-scene-about")),
        (Background::Color, lang.t("background-color"), lang.t("background-color-about")),
        (Background::Photo, lang.t("background-photo"), lang.t("background-photo-about")),
        (Background::Nothing, lang.t("background-nothing"), lang.t("background-nothing-about")),
    ];
    if widgets::segmented_with_tips(ui, &mut wanted, &options) {
        match wanted {
            // The photo takes effect once it is chosen.
            Background::Photo => cx.send(FileCommand::Ask(FilePurpose::Backdrop, None)),
            Background::Color => (brief.backdrop, brief.background_color) = (None, FIRST.to_owned()),
            Background::Scene => (brief.backdrop, brief.background_color) = (None, String::new()),
            Background::Nothing => (brief.backdrop, brief.background_color) = (None, TRANSPARENT.to_owned()),
        }
    }
    match now {
        Background::Scene => fields::scene(cx, brief, recall, ui),
        Background::Color => {
            let mut own = read_color(&json!(brief.background_color)).unwrap_or([255; 3]);
            let used = layer_properties::used_colors(brief);
            if color::field(ui, lang, lang.t("background-color-name"), &mut own, &used) {
                brief.background_color = hex(own);
            }
        }
        Background::Photo => photo(cx, brief, ui),
        Background::Nothing => {
            ui.label(egui::RichText::new(lang.t("background-nothing-about")).size(theme::SMALL).color(theme::colors(ui).dim));
        }
    }
}

fn photo(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let Some(photo) = brief.backdrop.clone() else { return };
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(72.0, 56.0), Sense::hover());
            ui.painter().rect_filled(rect, 4.0, c.sunken);
            if let Some(texture) = cx.textures.get(Key::File(photo.path.clone(), 440)) {
                widgets::paint_fitted(ui, rect, texture.id, texture.size);
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                let width = ui.available_width();
                let name = widgets::clipped(ui, &photo.name, FontId::new(theme::BODY, theme::bold()), c.text, width);
                ui.label(name).on_hover_text(&photo.name);
                let about = format!("{} × {}", photo.width, photo.height);
                ui.label(egui::RichText::new(about).size(theme::SMALL).color(c.dim));
                let name = lang.t("background-replace");
                if widgets::named(widgets::link(ui, lang.t("product-replace")), name).clicked() {
                    cx.send(FileCommand::Ask(FilePurpose::Backdrop, None));
                }
            });
        });
    });
}
