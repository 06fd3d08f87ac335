use egui::{ComboBox, RichText, Ui, vec2};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::brand_kit::{BrandKit, free_name};
use crate::gui::commands::{EditCommand, FileCommand};
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::panels::{color, fonts};
use crate::gui::textures::Key;
use crate::gui::{icons, theme, widgets};
use crate::notice;
use crate::paths;
use crate::request::layers::MAX_LAYER_TEXT;
use crate::templates::{Brand, MAX_BRAND_ENTRIES, Slot, SlotKind};

/// Side of a logo's picture, and width of a name's field, in points.
const THUMB: f32 = 40.0;
const NAME: f32 = 130.0;
/// Most characters of a role and of the kit's name.
const MAX_ROLE: usize = 40;
const MAX_NAME: usize = 100;
/// The colour that a new entry begins with.
const FIRST: [u8; 3] = [229, 57, 53];

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) -> Stay {
    let lang = cx.lang();
    width(ui, 560.0);
    let close = head(cx, ui, lang.t("brand-title"));
    remark(ui, lang.t("brand-about"));
    if let Some(problem) = &cx.brand.problem {
        ui.label(RichText::new(lang.notice(problem)).size(theme::LABEL).color(theme::colors(ui).bad));
    }
    if let Some(kit) = cx.brand() {
        let mut brand = kit.brand.clone();
        // A kit that is being read replaces this one, and edits with it.
        if ui.add_enabled_ui(!cx.brand.is_opening(), |ui| contents(cx, ui, kit, &mut brand)).inner {
            cx.send(EditCommand::Brand(Box::new(brand)));
        }
    }
    ui.add_space(12.0);
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, icons::FOLDER_OPEN, lang.t("brand-open")).clicked() {
            cx.send(FileCommand::Ask(FilePurpose::BrandFolder, None));
        }
        if widgets::button(ui, icons::FOLDER_PLUS, lang.t("brand-create")).clicked() {
            cx.send(FileCommand::Ask(FilePurpose::NewBrandFolder, None));
        }
        if cx.session.brand.is_some() {
            if widgets::button(ui, icons::REFRESH_CW, lang.t("brand-reopen")).on_hover_text(lang.t("brand-reopen-about")).clicked() {
                cx.send(FileCommand::ReopenBrand);
            }
            if widgets::button(ui, icons::X, lang.t("brand-close")).on_hover_text(lang.t("brand-close-about")).clicked() {
                cx.send(FileCommand::CloseBrand);
            }
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::brand()) }
}

/// Draws what is in the kit; returns whether it was edited.
fn contents(cx: &PanelContext<'_>, ui: &mut Ui, kit: &BrandKit, brand: &mut Brand) -> bool {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let words = paths::display_path(&kit.folder);
    let (saved, tint) = match cx.brand {
        brand if brand.is_saving() => ("brand-saving", c.dim),
        brand if brand.is_unsaved() => ("brand-unsaved", c.bad),
        _ => ("brand-saved", c.dim),
    };
    let state = RichText::new(format!("{words} · {}", lang.t(saved))).size(theme::LABEL).color(tint);
    ui.add(egui::Label::new(state).truncate()).on_hover_text(words);
    if cx.brand.is_unsaved() {
        remark(ui, lang.t("brand-unsaved-about"));
        if widgets::button(ui, icons::REFRESH_CW, lang.t("brand-save-again")).clicked() {
            cx.send(FileCommand::SaveBrand);
        }
    }
    let mut edited = false;
    ui.add_space(4.0);
    let name = lang.t("brand-name");
    let edit = egui::TextEdit::singleline(&mut brand.name).id_salt("brand name").char_limit(MAX_NAME).hint_text(name);
    edited |= widgets::named(ui.add(edit.desired_width(f32::INFINITY).margin(egui::Margin::symmetric(10, 8))), name).changed();
    edited |= colors(cx, ui, brand);
    edited |= faces(cx, ui, brand);
    edited |= logos(cx, ui, kit, brand);
    edited |= texts(cx, ui, brand);
    edited
}

fn colors(cx: &PanelContext<'_>, ui: &mut Ui, brand: &mut Brand) -> bool {
    let lang = cx.lang();
    let room = brand.colors.len() < MAX_BRAND_ENTRIES;
    let mut edited = false;
    let add = room.then(|| lang.t("brand-new-color"));
    if widgets::section(ui, lang.t("brand-colors"), add).is_some_and(|r| r.clicked()) {
        brand.colors.insert(free_name(brand, "color"), FIRST);
        edited = true;
    }
    remark(ui, lang.t("brand-roles"));
    let (mut renamed, mut removed) = (None, None);
    for (role, own) in &mut brand.colors {
        ui.push_id(("brand color", role), |ui| {
            ui.horizontal(|ui| {
                if let Some(name) = role_field(ui, &lang.notice(&notice!("brand-role", role = role.clone())), role) {
                    renamed = Some((role.clone(), name));
                }
                let name = lang.notice(&notice!("brand-color-of", role = role.clone()));
                edited |= color::pair(ui, lang, &name, own, &[]);
                if widgets::icon_button(ui, icons::TRASH_2, &lang.notice(&notice!("brand-remove", name = role.clone()))).clicked() {
                    removed = Some(role.clone());
                }
            });
        });
    }
    if let Some((role, name)) = renamed.filter(|(_, name)| !brand.colors.contains_key(name))
        && let Some(own) = brand.colors.remove(&role)
    {
        brand.colors.insert(name, own);
        edited = true;
    }
    if let Some(role) = removed {
        brand.colors.remove(&role);
        edited = true;
    }
    edited
}

/// A field with a role; returns the new one once it was entered.
fn role_field(ui: &mut Ui, name: &str, role: &str) -> Option<String> {
    let id = ui.make_persistent_id("role");
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| role.to_owned());
    let edit = egui::TextEdit::singleline(&mut text).id(id.with("edit")).char_limit(MAX_ROLE).desired_width(NAME);
    let response = widgets::named(ui.add(edit.margin(egui::Margin::symmetric(8, 6))), name);
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
        return None;
    }
    ui.data_mut(|data| data.remove_temp::<String>(id));
    let entered = text.trim().to_owned();
    (response.lost_focus() && !entered.is_empty() && entered != role).then_some(entered)
}

fn faces(cx: &PanelContext<'_>, ui: &mut Ui, brand: &mut Brand) -> bool {
    let lang = cx.lang();
    if widgets::section(ui, lang.t("brand-fonts"), Some(lang.t("brand-add-font"))).is_some_and(|r| r.clicked()) {
        cx.send(FileCommand::Ask(FilePurpose::BrandFont, None));
    }
    let all = cx.fonts();
    let names = BrandKit::sorted(cx.brand(), &all);
    let mut edited = false;
    for (key, own) in [("brand-heading", &mut brand.heading_font), ("brand-body", &mut brand.body_font)] {
        ui.horizontal(|ui| {
            widgets::caption_cell(ui, lang.t(key));
            let shown = own.as_deref().map_or_else(|| lang.t("brand-font-none").to_owned(), |name| fonts::label(&all, name, lang));
            let list = ComboBox::from_id_salt(key).width(ui.available_width()).height(280.0).selected_text(shown).show_ui(ui, |ui| {
                if ui.selectable_label(own.is_none(), lang.t("brand-font-none")).clicked() {
                    *own = None;
                    edited = true;
                }
                for name in &names {
                    if ui.selectable_label(own.as_ref() == Some(name), fonts::label(&all, name, lang)).clicked() {
                        *own = Some(name.clone());
                        edited = true;
                    }
                }
            });
            widgets::named(list.response, lang.t(key));
        });
    }
    edited
}

fn logos(cx: &PanelContext<'_>, ui: &mut Ui, kit: &BrandKit, brand: &mut Brand) -> bool {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    if widgets::section(ui, lang.t("brand-logos"), Some(lang.t("brand-add-logo"))).is_some_and(|r| r.clicked()) {
        cx.send(FileCommand::Ask(FilePurpose::BrandLogo, None));
    }
    if brand.logos.is_empty() {
        remark(ui, lang.t("brand-no-logo"));
    }
    let mut removed = None;
    for (at, name) in brand.logos.iter().enumerate() {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(THUMB, THUMB), egui::Sense::hover());
            widgets::checkerboard(ui, rect);
            let is_vector = name.to_lowercase().ends_with(".svg");
            match cx.textures.get(Key::File(kit.folder.join(name), 440)).filter(|_| !is_vector) {
                Some(texture) => widgets::paint_fitted(ui, rect, texture.id, texture.size),
                None => widgets::paint_icon(ui, rect.center(), icons::IMAGE, 18.0, c.dim),
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_button(ui, icons::TRASH_2, &lang.notice(&notice!("brand-remove", name = name.clone()))).clicked() {
                    removed = Some(at);
                }
                let words = lang.notice(&notice!("brand-insert", name = name.clone()));
                if widgets::icon_button(ui, icons::PLUS, &words).clicked() {
                    cx.send(FileCommand::InsertLogo(name.clone()));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(name).truncate());
                });
            });
        });
    }
    if let Some(at) = removed {
        // The file stays in the folder.
        brand.logos.remove(at);
    }
    removed.is_some()
}

/// The default texts by slot.
fn texts(cx: &PanelContext<'_>, ui: &mut Ui, brand: &mut Brand) -> bool {
    let lang = cx.lang();
    widgets::section(ui, lang.t("brand-texts"), None);
    let (mut edited, mut removed) = (false, None);
    for (slot, text) in &mut brand.texts {
        ui.horizontal(|ui| {
            widgets::caption_cell(ui, slot);
            let name = lang.notice(&notice!("brand-text-of", slot = slot.clone()));
            let width = ui.available_width() - 36.0;
            let edit = egui::TextEdit::singleline(text).id_salt(("brand text", &*slot)).char_limit(MAX_LAYER_TEXT).desired_width(width);
            edited |= widgets::named(ui.add(edit.margin(egui::Margin::symmetric(8, 6))), &name).changed();
            if widgets::icon_button(ui, icons::TRASH_2, &lang.notice(&notice!("brand-remove", name = slot.clone()))).clicked() {
                removed = Some(slot.clone());
            }
        });
    }
    if let Some(slot) = removed {
        brand.texts.remove(&slot);
        edited = true;
    }
    let mut free: Vec<&Slot> = Vec::new();
    for slot in cx.templates.templates().iter().flat_map(|template| &template.slots).filter(|slot| slot.kind != SlotKind::Logo) {
        if !brand.texts.contains_key(&slot.name) && free.iter().all(|known| known.name != slot.name) {
            free.push(slot);
        }
    }
    if free.is_empty() || brand.texts.len() >= MAX_BRAND_ENTRIES {
        return edited;
    }
    let name = lang.t("brand-add-text");
    let list = ComboBox::from_id_salt("brand slot").width(220.0).height(280.0).selected_text(name).show_ui(ui, |ui| {
        for slot in free {
            if ui.selectable_label(false, &slot.name).clicked() {
                brand.texts.insert(slot.name.clone(), slot.default_text(lang).to_owned());
                edited = true;
            }
        }
    });
    widgets::named(list.response, name);
    edited
}
