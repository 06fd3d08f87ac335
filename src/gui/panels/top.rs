//! Menu, project, engine, server, language, theme.

use egui::containers::menu::{MenuBar, MenuButton};
use egui::{Button, Color32, FontId, Layout, Panel, RichText, Stroke, Ui, vec2};

use super::engine;
use crate::gui::app::Studio;
use crate::gui::commands::Command;
use crate::gui::i18n::Lang;
use crate::gui::{icons, theme, widgets};

const MENUS: &[(&str, &[Command])] = &[
    (
        "menu.file",
        &[
            Command::New,
            Command::OpenPhoto,
            Command::OpenPath,
            Command::Paste,
            Command::Sample,
            Command::OpenProject,
            Command::SaveProject,
            Command::SaveProjectAs,
            Command::Export,
            Command::Quit,
        ],
    ),
    (
        "menu.edit",
        &[
            Command::Undo,
            Command::Redo,
            Command::TakeBack,
            Command::Brush,
            Command::MaskAuto,
            Command::TextAuto,
            Command::ProductAuto,
            Command::RollSeed,
            Command::LockSeed,
            Command::CopyCurl,
        ],
    ),
    (
        "menu.make",
        &[
            Command::Generate,
            Command::GenerateFront,
            Command::GenerateAll,
            Command::FromText,
            Command::FromComposite,
            Command::Variations,
            Command::SizeSet,
            Command::Stop,
            Command::StopAll,
        ],
    ),
    (
        "menu.view",
        &[
            Command::TabProduct,
            Command::TabBackground,
            Command::TabText,
            Command::TabFinal,
            Command::Compare,
            Command::DraftOrResult,
            Command::History,
            Command::ZoomFit,
            Command::ZoomActual,
            Command::Theme,
            Command::Language,
            Command::Larger,
            Command::Smaller,
        ],
    ),
    ("menu.help", &[Command::Palette, Command::Shortcuts, Command::Models, Command::Fonts, Command::Server]),
];

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    Panel::top("top").exact_size(48.0).frame(theme::panel_frame(c, vec2(16.0, 8.0))).show(ui, |ui| {
        MenuBar::new().ui(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let (mark, _) = ui.allocate_exact_size(vec2(22.0, 22.0), egui::Sense::hover());
            logo(ui, mark);
            ui.add_space(4.0);
            ui.label(RichText::new("nanoCocoa").font(FontId::new(theme::STRONG, theme::bold())));
            ui.add_space(12.0);
            ui.spacing_mut().button_padding = vec2(8.0, 4.0);
            for (title, commands) in MENUS {
                MenuButton::new(RichText::new(lang.t(title)).color(c.dim)).ui(ui, |ui| {
                    ui.set_min_width(236.0);
                    for command in *commands {
                        entry(studio, ui, *command);
                        if *command == Command::Sample {
                            recent(studio, ui);
                        }
                    }
                });
            }
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                // The menu bar's own style would take the frames of these buttons.
                ui.reset_style();
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.spacing_mut().interact_size.y = 30.0;
                right(studio, ui);
                project(studio, ui);
            });
        });
    });
}

fn entry(studio: &mut Studio, ui: &mut Ui, command: Command) {
    let c = theme::colors(ui);
    let face = command.face();
    let name = studio.lang().t(face.key);
    let shortcut = RichText::new(command.shortcut_words(ui.ctx())).size(theme::SMALL).color(c.dim);
    let label = (widgets::icon(face.icon, 15.0).color(c.dim), RichText::new(name));
    let button = Button::new(label).gap(10.0).shortcut_text(shortcut).min_size(vec2(236.0, 30.0));
    let response = ui.add_enabled(studio.enabled(command), button);
    if widgets::named(response, name).clicked() {
        studio.queue.push_back(command);
        ui.close();
    }
}

/// Photos used before.
fn recent(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let mut chosen = None;
    for path in studio.session.recent.iter().take(4) {
        let name: String = path.file_name().map(|n| n.to_string_lossy().chars().take(28).collect()).unwrap_or_default();
        let label = (widgets::icon(icons::IMAGE, 15.0).color(c.dim), RichText::new(&name));
        let response = ui.add(Button::new(label).gap(10.0).min_size(vec2(236.0, 30.0)));
        if widgets::named(response, &name).on_hover_text(lang.f("product.recent", &[&path.display()])).clicked() {
            chosen = Some(path.clone());
            ui.close();
        }
    }
    if let Some(path) = chosen {
        studio.open(path);
    }
}

fn logo(ui: &Ui, rect: egui::Rect) {
    let c = theme::colors(ui);
    ui.painter().rect_filled(rect, 6.0, c.accent);
    widgets::paint_icon(ui, rect.center(), icons::COFFEE, 14.0, c.on_accent);
}

/// The project's name in the middle of what is left.
fn project(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let space = ui.available_width();
    if space < 150.0 {
        return;
    }
    ui.with_layout(Layout::top_down(egui::Align::Center), |ui| {
        let width = space.min(260.0);
        let hint = RichText::new(lang.t("top.untitled")).color(c.dim);
        let name = lang.t("top.project");
        let edit = egui::TextEdit::singleline(&mut studio.session.project).id_salt("project").hint_text(hint);
        let edit = edit.desired_width(width).align(egui::Align2::CENTER_CENTER).background_color(Color32::TRANSPARENT);
        let edit = edit.frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 7))).font(FontId::new(theme::BODY, theme::bold()));
        let response = widgets::named(ui.add(edit), name).on_hover_text(name);
        if response.changed() {
            studio.touch(ui.ctx());
        }
    });
}

fn right(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let glyph = if studio.session.dark { icons::SUN } else { icons::MOON };
    if widgets::icon_button(ui, glyph, lang.t("command.theme")).clicked() {
        studio.queue.push_back(Command::Theme);
    }
    let label = (widgets::icon(icons::LANGUAGES, 15.0).color(c.dim), RichText::new(lang.name()).size(theme::LABEL));
    let button = Button::new(label).corner_radius(15).min_size(vec2(0.0, 30.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        for other in Lang::ALL {
            let choice = Button::selectable(other == lang, other.name()).min_size(vec2(120.0, 30.0));
            if ui.add(choice).clicked() {
                studio.session.lang = other;
                studio.touch(ui.ctx());
                ui.close();
            }
        }
    });
    widgets::named(response, lang.t("command.language"));

    let on = studio.server.is_on();
    let address = studio.server.address().map_or_else(|| studio.server.bind.clone(), |a| a.to_string());
    let words = if on { address } else { lang.t("top.server_off").to_owned() };
    let color = if on { c.good } else { c.dim };
    let label = (widgets::icon(icons::SERVER, 14.0).color(color), RichText::new(words).size(theme::LABEL));
    let response = ui.add(Button::new(label).corner_radius(15).min_size(vec2(0.0, 30.0)));
    if widgets::named(response, lang.t("command.server")).on_hover_text(lang.t("server.about")).clicked() {
        studio.queue.push_back(Command::Server);
    }
    let diffusion = engine::of(studio) == crate::request::BackendKind::Diffusion;
    let name = if diffusion { lang.f("top.engine_diffusion", &[&engine::device(studio)]) } else { lang.t("top.engine_draft").to_owned() };
    let about = match (diffusion, engine::chosen_draft(studio)) {
        (true, _) => lang.t("models.ready_short"),
        (false, true) => lang.t("models.chosen_short"),
        (false, false) => lang.t("models.why_short"),
    };
    let label = RichText::new(&name).size(theme::LABEL).color(c.accent_text);
    let button = Button::new(label).corner_radius(15).min_size(vec2(0.0, 30.0)).fill(Color32::TRANSPARENT);
    let response = ui.add(button.stroke(Stroke::new(1.0, c.accent)));
    if widgets::named(response, &name).on_hover_text(about).clicked() {
        studio.queue.push_back(Command::Models);
    }
}
