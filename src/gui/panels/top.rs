//! The top bar: menus, project name, backend, server, language and theme.

use egui::containers::menu::{MenuBar, MenuButton};
use egui::{Button, Color32, FontId, Layout, Panel, RichText, Stroke, Ui, vec2};

use super::backend;
use crate::gui::commands::{EditCommand, FileCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::{icons, theme, widgets};
use crate::notice;
use crate::notice::Language;
use crate::paths;
use crate::request::{BackendChoice, BackendKind};

/// The title of a menu, and its commands in groups.
type Menu = (&'static str, &'static [&'static [UiCommand]]);

/// The menus.
pub const MENUS: &[Menu] = &[
    (
        "menu-file",
        &[&[
            UiCommand::New,
            UiCommand::Templates,
            UiCommand::Brand,
            UiCommand::OpenPhoto,
            UiCommand::OpenPath,
            UiCommand::Paste,
            UiCommand::Sample,
            UiCommand::OpenProject,
            UiCommand::SaveProject,
            UiCommand::SaveProjectAs,
            UiCommand::Export,
            UiCommand::FormatSet,
            UiCommand::Quit,
        ]],
    ),
    (
        "menu-edit",
        &[&[
            UiCommand::Undo,
            UiCommand::Redo,
            UiCommand::TakeBack,
            UiCommand::Brush,
            UiCommand::MaskAuto,
            UiCommand::TextAuto,
            UiCommand::ProductAuto,
            UiCommand::RollSeed,
            UiCommand::LockSeed,
            UiCommand::CopyCurl,
        ]],
    ),
    ("menu-layer", &[UiCommand::ADD_LAYER, UiCommand::EDIT_LAYERS, UiCommand::ALIGN]),
    (
        "menu-make",
        &[&[
            UiCommand::Generate,
            UiCommand::GenerateFront,
            UiCommand::GenerateAll,
            UiCommand::FromText,
            UiCommand::FromComposite,
            UiCommand::Variations,
            UiCommand::SizeSet,
            UiCommand::Stop,
            UiCommand::StopAll,
        ]],
    ),
    (
        "menu-view",
        &[&[
            UiCommand::TabProduct,
            UiCommand::TabBackground,
            UiCommand::TabText,
            UiCommand::TabFinal,
            UiCommand::Compare,
            UiCommand::DraftOrResult,
            UiCommand::Layers,
            UiCommand::History,
            UiCommand::ZoomFit,
            UiCommand::ZoomActual,
            UiCommand::Theme,
            UiCommand::Language,
            UiCommand::Larger,
            UiCommand::Smaller,
        ]],
    ),
    ("menu-help", &[&[UiCommand::Palette, UiCommand::Shortcuts, UiCommand::Models, UiCommand::Fonts, UiCommand::Server]]),
];

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    Panel::top("top").exact_size(48.0).frame(theme::panel_frame(c, vec2(16.0, 8.0))).show(ui, |ui| {
        MenuBar::new().ui(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let (mark, _) = ui.allocate_exact_size(vec2(22.0, 22.0), egui::Sense::hover());
            logo(ui, mark);
            ui.add_space(4.0);
            ui.label(RichText::new("nanoCocoa").font(FontId::new(theme::STRONG, theme::bold())));
            ui.add_space(12.0);
            ui.spacing_mut().button_padding = vec2(8.0, 4.0);
            for (title, groups) in MENUS {
                MenuButton::new(RichText::new(lang.t(title)).color(c.dim)).ui(ui, |ui| {
                    ui.set_min_width(236.0);
                    // The longest menu is higher than small windows.
                    let height = ui.ctx().content_rect().height() - 72.0;
                    egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
                        for command in groups.iter().copied().flatten() {
                            entry(cx, ui, *command);
                            if *command == UiCommand::Sample {
                                recent(cx, ui);
                            }
                        }
                        widgets::scroll_to_focus(ui);
                    });
                });
            }
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                // The menu bar's style draws buttons without frames.
                ui.reset_style();
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.spacing_mut().interact_size.y = 30.0;
                right(cx, ui);
                project(cx, ui);
            });
        });
    });
}

fn entry(cx: &PanelContext<'_>, ui: &mut Ui, command: UiCommand) {
    let c = theme::colors(ui);
    let info = command.info();
    let name = cx.lang().t(info.key);
    let shortcut = RichText::new(command.shortcut_words(ui.ctx())).size(theme::SMALL).color(c.dim);
    let label = (widgets::icon(info.icon, 15.0).color(c.dim), RichText::new(name));
    let button = Button::new(label).gap(10.0).shortcut_text(shortcut).min_size(vec2(236.0, 30.0));
    let response = ui.add_enabled(cx.enabled(command), button);
    if widgets::named(response, name).clicked() {
        cx.send(command);
        ui.close();
    }
}

/// Menu entries for recent photos.
fn recent(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    for path in cx.session.recent.iter().take(4) {
        let name: String = paths::file_name(path).chars().take(28).collect();
        let label = (widgets::icon(icons::IMAGE, 15.0).color(c.dim), RichText::new(&name));
        let response = ui.add(Button::new(label).gap(10.0).min_size(vec2(236.0, 30.0)));
        if widgets::named(response, &name).on_hover_text(lang.notice(&notice!("product-recent", path = path.display()))).clicked() {
            cx.send(FileCommand::Open(path.clone()));
            ui.close();
        }
    }
}

fn logo(ui: &Ui, rect: egui::Rect) {
    let c = theme::colors(ui);
    ui.painter().rect_filled(rect, 6.0, c.accent);
    widgets::paint_icon(ui, rect.center(), icons::COFFEE, 14.0, c.on_accent);
}

/// Draws the project's name in the middle of the remaining space.
fn project(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let space = ui.available_width();
    if space < 150.0 {
        return;
    }
    ui.with_layout(Layout::top_down(egui::Align::Center), |ui| {
        let width = space.min(260.0);
        let hint = RichText::new(lang.t("top-untitled")).color(c.dim);
        let name = lang.t("top-project");
        let mut project = cx.session.project.clone();
        let edit = egui::TextEdit::singleline(&mut project).id_salt("project").hint_text(hint);
        let edit = edit.desired_width(width).align(egui::Align2::CENTER_CENTER).background_color(Color32::TRANSPARENT);
        let edit = edit.frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 7))).font(FontId::new(theme::BODY, theme::bold()));
        let response = widgets::named(ui.add(edit), name).on_hover_text(name);
        if response.changed() {
            cx.send(EditCommand::ProjectName(project));
        }
    });
}

fn right(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let glyph = if cx.session.dark { icons::SUN } else { icons::MOON };
    if widgets::icon_button(ui, glyph, lang.t("command-theme")).clicked() {
        cx.send(UiCommand::Theme);
    }
    let label = (widgets::icon(icons::LANGUAGES, 15.0).color(c.dim), RichText::new(lang.name()).size(theme::LABEL));
    let button = Button::new(label).corner_radius(15).min_size(vec2(0.0, 30.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        for other in Language::ALL {
            let choice = Button::selectable(other == lang, other.name()).min_size(vec2(120.0, 30.0));
            if ui.add(choice).clicked() {
                cx.send(EditCommand::Language(other));
                ui.close();
            }
        }
    });
    widgets::named(response, lang.t("command-language"));

    let on = cx.server.is_on();
    let address = cx.server.address().map_or_else(|| cx.server.bind.clone(), |a| a.to_string());
    let words = if on { address } else { lang.t("top-server-off").to_owned() };
    let color = if on { c.good } else { c.dim };
    let label = (widgets::icon(icons::SERVER, 14.0).color(color), RichText::new(words).size(theme::LABEL));
    let response = ui.add(Button::new(label).corner_radius(15).min_size(vec2(0.0, 30.0)));
    if widgets::named(response, lang.t("command-server")).on_hover_text(lang.t("server-about")).clicked() {
        cx.send(UiCommand::Server);
    }
    let diffusion = cx.backend() == BackendKind::Diffusion;
    let name = if diffusion {
        lang.notice(&notice!("top-engine-diffusion", device = backend::device(cx)))
    } else {
        lang.t("top-engine-draft").to_owned()
    };
    let about = match (diffusion, cx.brief().engine == BackendChoice::Draft) {
        (true, _) => lang.t("models-ready-short"),
        (false, true) => lang.t("models-chosen-short"),
        (false, false) => lang.t("models-why-short"),
    };
    let label = RichText::new(&name).size(theme::LABEL).color(c.accent_text);
    let button = Button::new(label).corner_radius(15).min_size(vec2(0.0, 30.0)).fill(Color32::TRANSPARENT);
    let response = ui.add(button.stroke(Stroke::new(1.0, c.accent)));
    if widgets::named(response, &name).on_hover_text(about).clicked() {
        cx.send(UiCommand::Models);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands that have a control on the canvas or a shortcut instead of a menu entry.
    const NOT_IN_MENUS: [UiCommand; 2] = [UiCommand::ZoomIn, UiCommand::ZoomOut];

    #[test]
    fn every_command_stands_in_one_menu() {
        for command in UiCommand::ALL {
            let places = MENUS.iter().filter(|(_, groups)| groups.concat().contains(command)).count();
            assert_eq!(places, usize::from(!NOT_IN_MENUS.contains(command)), "{command:?}");
        }
    }
}
