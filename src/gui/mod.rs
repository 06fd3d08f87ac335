//! The studio: the window over the same engine that REST and the command line use. egui appears only below this module.
//!
//! `bridge` (what is done) and `watch` (what is shown) are the only places that talk to the engine, `live` is the only one that calls the
//! pipeline; panels draw and send commands.

pub mod app;
mod bridge;
mod brush;
pub mod commands;
mod dialogs;
mod execute;
mod export;
mod follow;
mod fonts;
pub mod i18n;
mod icons;
mod images;
pub mod live;
mod messages;
mod panels;
mod presets;
mod restore;
mod server;
mod spec;
pub mod state;
mod textures;
mod theme;
mod toasts;
pub mod trouble;
mod undo;
mod watch;
mod widgets;
mod windows;
mod writer;

use std::path::PathBuf;

pub use app::{Options, Studio};

/// The program's own icon.
fn icon() -> Option<egui::IconData> {
    let image = image::load_from_memory(include_bytes!("../../packaging/icons/nanococoa-256.png")).ok()?.into_rgba8();
    let (width, height) = image.dimensions();
    Some(egui::IconData { rgba: image.into_raw(), width, height })
}

/// Opens the window and returns when it is closed.
pub fn run(options: Options, open: Option<PathBuf>) -> Result<(), String> {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("nanoCocoa Studio")
        // The desktop entry's name: Wayland finds the icon by it.
        .with_app_id("io.github.nanococoa.Studio")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([1024.0, 640.0]);
    if let Some(icon) = icon() {
        viewport = viewport.with_icon(icon);
    }
    let native = eframe::NativeOptions { viewport, centered: true, renderer: eframe::Renderer::Glow, ..eframe::NativeOptions::default() };
    eframe::run_native(
        "nanoCocoa Studio",
        native,
        Box::new(move |cx| {
            let first = !restore::is_kept(&options.config.data_dir.join("studio"));
            let mut studio = Studio::new(&cx.egui_ctx, options);
            if first {
                studio.session.lang = i18n::Lang::of_machine();
            }
            if let Some(path) = open {
                studio.open(path);
            }
            Ok(Box::new(studio))
        }),
    )
    .map_err(|e| format!("the window cannot be opened: {e}. On a machine without a display use `nanococoa serve` or `nanococoa generate`"))
}
