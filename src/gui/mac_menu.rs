//! The menu bar of macOS: the menus of the window's own bar, and what every program has there. UNTESTED: the project has no Mac.
//!
//! winit's own menu ends the program on ⌘Q without asking about unsaved work; here ⌘Q is the command.

use std::sync::mpsc::{Receiver, channel};

use egui::Context;
use muda::accelerator::Accelerator;
use muda::{Menu, MenuEvent, MenuId, MenuItem, PredefinedMenuItem, Submenu};

use super::commands::UiCommand;
use super::panels::top::MENUS;
use crate::notice::Language;

/// The native menu bar. Created once, on the main thread.
pub struct MacMenu {
    titles: Vec<(Submenu, &'static str)>,
    items: Vec<(MenuItem, UiCommand)>,
    chosen: Receiver<MenuId>,
    lang: Language,
}

impl MacMenu {
    /// Replaces the menu bar of the program. `None` if the system refuses it; then winit's own menu stays.
    pub fn install(ctx: &Context, lang: Language) -> Option<Self> {
        let bar = Menu::new();
        let quit = item(UiCommand::Quit, lang);
        let of_program = Submenu::new("nanoCocoa Studio", true);
        of_program
            .append_items(&[
                &PredefinedMenuItem::about(None, None),
                &PredefinedMenuItem::separator(),
                &PredefinedMenuItem::services(None),
                &PredefinedMenuItem::separator(),
                &PredefinedMenuItem::hide(None),
                &PredefinedMenuItem::hide_others(None),
                &PredefinedMenuItem::show_all(None),
                &PredefinedMenuItem::separator(),
                &quit,
            ])
            .ok()?;
        bar.append(&of_program).ok()?;
        let (mut titles, mut items) = (Vec::new(), vec![(quit, UiCommand::Quit)]);
        for (title, groups) in MENUS {
            let menu = Submenu::new(lang.t(title), true);
            for command in groups.iter().copied().flatten().copied().filter(|c| *c != UiCommand::Quit) {
                let item = item(command, lang);
                menu.append(&item).ok()?;
                items.push((item, command));
            }
            bar.append(&menu).ok()?;
            titles.push((menu, *title));
        }
        bar.init_for_nsapp();
        let (sender, chosen) = channel();
        let ctx = ctx.clone();
        MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
            // The receiver is gone when the window closes.
            let _ = sender.send(event.id);
            ctx.request_repaint();
        }));
        Some(Self { titles, items, chosen, lang })
    }

    /// Takes over language and state of the commands, and returns the commands that were chosen since.
    pub fn update(&mut self, lang: Language, enabled: impl Fn(UiCommand) -> bool) -> Vec<UiCommand> {
        if self.lang != lang {
            self.lang = lang;
            self.titles.iter().for_each(|(menu, title)| menu.set_text(lang.t(title)));
            self.items.iter().for_each(|(item, command)| item.set_text(lang.t(command.info().key)));
        }
        for (item, command) in &self.items {
            let enabled = enabled(*command);
            if item.is_enabled() != enabled {
                item.set_enabled(enabled);
            }
        }
        let command = |id: MenuId| self.items.iter().find(|(item, _)| *item.id() == id).map(|(_, command)| *command);
        self.chosen.try_iter().filter_map(command).collect()
    }
}

fn item(command: UiCommand, lang: Language) -> MenuItem {
    let info = command.info();
    // The menu takes its keys before the window does. Those that mean something else in a text field, such as ⌘Z, are left to the window.
    let keys = info.shortcut.filter(|s| s.modifiers.command && (info.in_text || command == UiCommand::Quit));
    let keys = keys.map(|s| format!("Cmd+{}{}", if s.modifiers.shift { "Shift+" } else { "" }, s.logical_key.name()));
    MenuItem::new(lang.t(info.key), true, keys.and_then(|keys| keys.parse::<Accelerator>().ok()))
}
