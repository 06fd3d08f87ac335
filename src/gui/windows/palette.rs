use egui::{Align2, FontId, Key, Modifiers, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::window::{Stay, Window, width};
use crate::gui::commands::UiCommand;
use crate::gui::context::PanelContext;
use crate::gui::search::Query;
use crate::gui::{theme, widgets};

const ROW: f32 = 36.0;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, mut query: String, mut cursor: usize) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 520.0);
    let down = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowDown));
    let up = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowUp));
    let enter = !cx.composing && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
    let response = widgets::field(ui, &mut query, lang.t("command-palette"), lang.t("palette-hint"), 1);
    if !response.has_focus() {
        response.request_focus();
    }
    if response.changed() {
        cursor = 0;
    }
    let wanted = Query::new(&query);
    let fits = |command: &UiCommand| {
        let key = command.info().key;
        wanted.matches(&crate::notice::Language::ALL.map(|l| l.t(key)).join(" "))
    };
    let found: Vec<UiCommand> = UiCommand::ALL.iter().copied().filter(|x| *x != UiCommand::Palette && fits(x)).collect();
    cursor = (cursor + usize::from(down)).saturating_sub(usize::from(up)).min(found.len().saturating_sub(1));
    let mut run = if enter { found.get(cursor).copied() } else { None };
    ui.add_space(4.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().max_height(ROW * 9.5).auto_shrink([false, true]).show(ui, |ui| {
        for (i, command) in found.iter().enumerate() {
            let info = command.info();
            let on = cx.enabled(*command);
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
            if i == cursor || response.hovered() {
                ui.painter().rect_filled(rect, theme::RADIUS, if i == cursor { c.selected } else { c.hover });
            }
            let color = if on { c.text } else { c.dim };
            widgets::paint_icon(ui, rect.left_center() + vec2(20.0, 0.0), info.icon, 16.0, c.dim);
            let body = FontId::proportional(theme::BODY);
            ui.painter().text(rect.left_center() + vec2(42.0, 0.0), Align2::LEFT_CENTER, lang.t(info.key), body.clone(), color);
            let shortcut = command.shortcut_words(ui.ctx());
            ui.painter().text(
                rect.right_center() - vec2(14.0, 0.0),
                Align2::RIGHT_CENTER,
                shortcut,
                FontId::proportional(theme::SMALL),
                c.dim,
            );
            if i == cursor && (up || down) {
                response.scroll_to_me(None);
            }
            response.widget_info(|| WidgetInfo::labeled(Role::Button, on, lang.t(info.key)));
            if response.clicked() {
                run = Some(*command);
            }
        }
        if found.is_empty() {
            ui.add_space(12.0);
            ui.vertical_centered(|ui| ui.weak(lang.t("palette-none")));
            ui.add_space(12.0);
        }
    });
    match run.filter(|command| cx.enabled(*command)) {
        Some(command) => {
            cx.send(command);
            Stay::Close
        }
        None => Stay::Open(Window::Palette { query, cursor }),
    }
}
