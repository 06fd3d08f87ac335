//! Scene, text, look, layers and the advanced settings.

use egui::{Button, CollapsingHeader, Key, Modifiers, RichText, Ui, vec2};

use crate::gui::app::Studio;
use crate::gui::commands::Command;
use crate::gui::execute::SIZES;
use crate::gui::presets::Kind;
use crate::gui::state::{Brief, Session};
use crate::gui::{icons, theme, widgets};

pub fn scene(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    widgets::section(ui, lang.t("scene.title"), None);
    let response = widgets::field(ui, &mut studio.session.brief.scene, lang.t("scene.title"), lang.t("scene.hint"), 2);
    walk(studio, ui, &response, Field::Scene);
    chips(studio, ui, Kind::Scene);
}

/// A field whose earlier words are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Scene,
    Text,
    Style,
}

impl Field {
    fn of(self, session: &mut Session) -> (&mut String, &[String]) {
        match self {
            Self::Scene => (&mut session.brief.scene, &session.prompts),
            Self::Text => (&mut session.brief.text, &session.texts),
            Self::Style => (&mut session.brief.style, &session.styles),
        }
    }
}

/// Alt+↑ and Alt+↓ walk through the words used before.
fn walk(studio: &mut Studio, ui: &Ui, response: &egui::Response, field: Field) {
    if response.changed() {
        studio.prompt_cursor = None;
    }
    if !response.has_focus() || studio.composing {
        return;
    }
    let up = ui.input_mut(|i| i.consume_key(Modifiers::ALT, Key::ArrowUp));
    let down = ui.input_mut(|i| i.consume_key(Modifiers::ALT, Key::ArrowDown));
    let (words, used) = field.of(&mut studio.session);
    let Some(last) = used.len().checked_sub(1).filter(|_| up || down) else { return };
    let cursor = match (studio.prompt_cursor.filter(|c| c.0 == field).map(|c| c.1), up) {
        (None, true) => 0,
        (None, false) => return,
        (Some(i), true) => (i + 1).min(last),
        (Some(i), false) => i.saturating_sub(1),
    };
    words.clone_from(&used[cursor.min(last)]);
    studio.prompt_cursor = Some((field, cursor));
}

/// Presets, the designer's own among them: "+" keeps what the field says, the menu of an own one removes it.
fn chips(studio: &mut Studio, ui: &mut Ui, kind: Kind) {
    let lang = studio.lang();
    let text = match kind {
        Kind::Scene => &studio.session.brief.scene,
        Kind::Style => &studio.session.brief.style,
    };
    let (mut chosen, mut add, mut gone) = (None, false, None);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        let presets = studio.presets.of(kind);
        for (i, preset) in presets.iter().enumerate() {
            let response = widgets::chip(ui, preset.name(lang), preset.is(text)).on_hover_text(preset.prompt(lang));
            if response.clicked() {
                chosen = Some(preset.prompt(lang).to_owned());
            }
            if preset.own {
                response.context_menu(|ui| {
                    if widgets::named(ui.button(lang.t("preset.remove")), lang.t("preset.remove")).clicked() {
                        gone = Some(i);
                        ui.close();
                    }
                });
            }
        }
        if !text.trim().is_empty() && !presets.iter().any(|p| p.is(text)) {
            let name = lang.t("preset.add");
            add = widgets::named(widgets::chip(ui, "+", false), name).on_hover_text(name).clicked();
        }
    });
    if let Some(prompt) = chosen {
        match kind {
            Kind::Scene => studio.session.brief.scene = prompt,
            Kind::Style => studio.session.brief.style = prompt,
        }
    } else if add {
        let text = text.clone();
        studio.presets.add(kind, &text);
        studio.keep_presets(kind);
    } else if let Some(i) = gone {
        studio.presets.remove(kind, i);
        studio.keep_presets(kind);
    }
}

pub fn text(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    widgets::section(ui, lang.t("text.title"), None);
    let response = widgets::field(ui, &mut studio.session.brief.text, lang.t("text.title"), lang.t("text.hint"), 2);
    walk(studio, ui, &response, Field::Text);
    let c = theme::colors(ui);
    let length = studio.session.brief.text.chars().count();
    if length > crate::request::fields::MAX_TEXT_CHARS {
        ui.label(RichText::new(lang.f("text.too_long", &[&length])).size(theme::SMALL).color(c.bad));
    }
}

pub fn style(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    widgets::section(ui, lang.t("style.title"), None);
    chips(studio, ui, Kind::Style);
    let response = widgets::field(ui, &mut studio.session.brief.style, lang.t("style.title"), lang.t("style.hint"), 1);
    walk(studio, ui, &response, Field::Style);
}

pub fn layers(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let brief = &mut studio.session.brief;
    widgets::section(ui, lang.t("layers.title"), None);
    let modes = [
        ("overlay".to_owned(), lang.t("layers.overlay")),
        ("blend".to_owned(), lang.t("layers.blend")),
        ("behind".to_owned(), lang.t("layers.behind")),
    ];
    widgets::segmented(ui, &mut brief.mode, &modes);
    let positions = [
        ("top".to_owned(), lang.t("layers.top")),
        ("center".to_owned(), lang.t("layers.center")),
        ("bottom".to_owned(), lang.t("layers.bottom")),
        ("auto".to_owned(), lang.t("layers.auto")),
    ];
    // A place of the designer's own is none of these.
    let mut position = if brief.text_y.is_some() { String::new() } else { brief.position.clone() };
    if widgets::segmented(ui, &mut position, &positions) {
        (brief.position, brief.text_x, brief.text_y) = (position, None, None);
    }
    placed(studio, ui);
    let brief = &mut studio.session.brief;
    widgets::slider(ui, lang.t("layers.composition"), &mut brief.composition_strength, 0.0..=1.0, 2)
        .on_hover_text(lang.t("layers.composition_about"));
    widgets::slider(ui, lang.t("layers.strength"), &mut brief.strength, 0.0..=1.0, 2).on_hover_text(lang.t("layers.strength_about"));
}

/// What was placed by hand, with a way back.
fn placed(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let c = theme::colors(ui);
    for (command, key) in [(Command::TextAuto, "layers.text_placed"), (Command::ProductAuto, "layers.product_placed")] {
        if !studio.enabled(command) {
            continue;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            ui.label(widgets::icon(icons::MOVE, 13.0).color(c.accent_text));
            ui.label(RichText::new(lang.get(key).unwrap_or(key)).size(theme::LABEL).color(c.dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let response = widgets::link(ui, lang.t("layers.automatic"));
                if widgets::named(response, lang.t(command.face().key)).clicked() {
                    studio.queue.push_back(command);
                }
            });
        });
    }
}

pub fn advanced(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let c = theme::colors(ui);
    size(studio, ui);
    seed(studio, ui);
    ui.add_space(theme::UNIT);
    let title = RichText::new(lang.t("advanced.title")).font(egui::FontId::new(theme::LABEL, theme::bold())).color(c.dim);
    CollapsingHeader::new(title).id_salt("advanced").show_unindented(ui, |ui| {
        super::engine::choice(studio, ui);
        let brief = &mut studio.session.brief;
        caption(ui, lang.t("advanced.scene_negative"));
        widgets::field(ui, &mut brief.scene_negative, lang.t("advanced.scene_negative"), lang.t("advanced.negative_hint"), 1);
        caption(ui, lang.t("advanced.style_negative"));
        widgets::field(ui, &mut brief.style_negative, lang.t("advanced.style_negative"), lang.t("advanced.negative_hint"), 1);
        ui.add_space(4.0);
        ui.checkbox(&mut brief.preserve_product, lang.t("advanced.preserve"));
        caption(ui, lang.t("advanced.diffusion_only"));
        count(ui, lang.t("advanced.steps"), &mut brief.steps);
        count(ui, lang.t("advanced.text_steps"), &mut brief.text_steps);
        widgets::slider(ui, lang.t("advanced.guidance"), &mut brief.guidance, 0.0..=20.0, 1);
    });
}

fn caption(ui: &mut Ui, words: &str) {
    let c = theme::colors(ui);
    ui.label(RichText::new(words).size(theme::SMALL).color(c.dim));
}

fn count(ui: &mut Ui, name: &str, value: &mut u32) {
    let mut number = *value as f32;
    widgets::slider(ui, name, &mut number, 1.0..=50.0, 0);
    *value = number.round() as u32;
}

fn size(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let brief = &mut studio.session.brief;
    widgets::section(ui, lang.t("size.title"), None);
    let options: Vec<((u32, u32), &str)> = SIZES.iter().map(|&(name, w, h)| ((w, h), name)).collect();
    let mut chosen = (brief.width, brief.height);
    if widgets::segmented(ui, &mut chosen, &options) {
        (brief.width, brief.height) = chosen;
    }
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 24.0) / 2.0;
        side(ui, lang, &mut brief.width, lang.t("size.width"), width);
        ui.label("×");
        side(ui, lang, &mut brief.height, lang.t("size.height"), width);
    });
}

/// Multiples of 16 from 256 to 2048, as the request allows.
fn side(ui: &mut Ui, lang: crate::gui::i18n::Lang, value: &mut u32, name: &'static str, width: f32) {
    let mut typed = *value;
    let drag = egui::DragValue::new(&mut typed).range(256..=2048).speed(4.0).update_while_editing(false);
    let response = ui.add_sized(vec2(width, 34.0), drag);
    if typed != *value {
        *value = ((typed + 8) / 16 * 16).clamp(256, 2048);
    }
    widgets::named(response, name).on_hover_text(lang.f("size.step", &[&name]));
}

fn seed(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    widgets::section(ui, lang.t("seed.title"), None);
    ui.horizontal(|ui| {
        let c = theme::colors(ui);
        let brief: &mut Brief = &mut studio.session.brief;
        let width = ui.available_width() - 2.0 * (34.0 + 8.0);
        ui.spacing_mut().button_padding.x = 6.0;
        let drag = egui::DragValue::new(&mut brief.seed).speed(1.0).range(0..=u64::MAX);
        let response = ui.add_sized(vec2(width, 34.0), drag);
        widgets::named(response, lang.t("seed.title")).on_hover_text(lang.t("seed.about"));
        let dice = Button::new(widgets::icon(icons::DICES, 16.0).color(c.dim)).min_size(vec2(34.0, 34.0));
        let dice = widgets::named(ui.add(dice), lang.t("command.roll_seed"));
        if dice.on_hover_text(lang.t("command.roll_seed")).clicked() {
            studio.queue.push_back(Command::RollSeed);
        }
        let locked = studio.session.brief.seed_locked;
        let (glyph, color) = if locked { (icons::LOCK, c.accent_text) } else { (icons::LOCK_OPEN, c.dim) };
        let response = ui.add(Button::new(widgets::icon(glyph, 16.0).color(color)).min_size(vec2(34.0, 34.0)));
        let name = lang.t("command.lock_seed");
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, locked, name));
        if response.on_hover_text(lang.t("seed.lock_about")).clicked() {
            studio.queue.push_back(Command::LockSeed);
        }
    });
}
