//! Windows over the panels: one at a time, closed by Esc or by a click beside it.

mod brand;
mod export;
mod fonts;
mod model_sets;
mod models;
mod note;
mod palette;
mod path;
mod quit;
mod server;
mod set;
mod shortcuts;
mod templates;
mod window;

use egui::{Context, Id, Modal, Ui};

use super::context::PanelContext;
use super::widgets;
use window::Stay;
pub use window::Window;

/// Draws a window and returns it if it stays open.
pub fn show(cx: &PanelContext<'_>, ctx: &Context, window: Window) -> Option<Window> {
    let dark = if cx.session.dark { 150 } else { 90 };
    let modal = Modal::new(Id::unique("window")).backdrop_color(egui::Color32::from_black_alpha(dark));
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(24);
    // Contents that do not fit scroll; the palette scrolls its own list.
    let room = ctx.content_rect().size() - egui::vec2(72.0, 72.0);
    let answer = modal.frame(frame).show(ctx, |ui| {
        ui.set_max_width(room.x);
        let palette = matches!(window, Window::Palette { .. });
        let height = if palette { f32::INFINITY } else { room.y };
        let area = egui::ScrollArea::vertical().max_height(height).min_scrolled_height(room.y);
        let scrolled = area.show(ui, |ui| {
            let stay = content(cx, ui, window);
            widgets::scroll_to_focus(ui);
            stay
        });
        scrolled.inner
    });
    let close = answer.should_close();
    match answer.inner {
        Stay::Open(window) if !close => Some(window),
        _ => None,
    }
}

fn content(cx: &PanelContext<'_>, ui: &mut Ui, window: Window) -> Stay {
    match window {
        Window::Export { job, settings } => export::show(cx, ui, job, settings),
        Window::Set(choice) => set::show(cx, ui, choice),
        Window::Brand => brand::show(cx, ui),
        Window::Server => server::show(cx, ui),
        Window::Fonts => fonts::show(cx, ui),
        Window::Palette { query, cursor } => palette::show(cx, ui, query, cursor),
        Window::Shortcuts => shortcuts::show(cx, ui),
        Window::Templates => templates::show(cx, ui),
        Window::Models { question } => models::show(cx, ui, question),
        Window::Path { purpose, entry } => path::show(cx, ui, purpose, entry),
        Window::Quit => quit::show(cx, ui),
        Window::Note { id, title, note } => note::show(cx, ui, id, title, note),
    }
}
