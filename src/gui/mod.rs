//! The studio: the window over the same job engine that the CLI and the REST API use. egui appears only below this module.
//!
//! Panels read a `PanelContext`, own only their view state, and send commands. `execute` alone carries commands out; `tasks` runs everything
//! that blocks, on threads of `background`. Only `job_client`, `tasks`, `watch`, `server` and `context` (reads) use the job engine, and only
//! `live` uses the pipeline.

pub mod app;
mod app_icon;
mod background;
mod brand_colors;
mod brand_kit;
mod brand_state;
mod brief_layers;
mod brush;
mod clipboard;
pub mod commands;
mod context;
mod dialogs;
mod execute;
mod execute_brand;
mod execute_layers;
mod execute_set;
mod export;
mod fonts;
mod format_set;
mod gallery;
pub mod i18n;
mod icons;
mod images;
mod job_client;
mod job_title;
mod known_mask;
mod layer_boxes;
mod layer_edits;
mod layer_fields;
mod layer_names;
mod lenient;
pub mod live;
#[cfg(target_os = "macos")]
mod mac_menu;
mod message;
mod model_client;
mod native_window;
mod panels;
mod paste_keys;
mod path_entry;
mod photos;
mod presets;
pub mod product_look;
mod project_file;
mod receive;
mod search;
pub mod selection;
mod server;
mod session_file;
mod set_work;
mod size_set;
mod sizes;
mod spec;
pub mod state;
mod tasks;
mod template_brief;
mod textures;
mod theme;
mod toasts;
pub mod trouble;
mod undo;
mod variations;
pub mod view;
mod watch;
mod widgets;
mod windows;
mod writer;

use std::path::PathBuf;

pub use app::{Options, Side, Studio};

use crate::notice;
use crate::notice::Notice;

/// Opens the window and returns when it is closed. `open` is a photo or project to open first. `end_signal` blocks until the system or a person
/// at the terminal tells the program to end: the window is closed without a question, and the second signal ends the program at once.
///
/// # Errors
/// There is no display, or the window cannot be opened.
pub fn run(options: Options, open: Option<PathBuf>, end_signal: impl Fn() + Send + 'static) -> Result<(), Notice> {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("nanoCocoa Studio")
        // The desktop entry's name: Wayland finds the icon by it.
        .with_app_id("io.github.nanococoa.Studio")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([1024.0, 600.0]);
    if let Some(icon) = app_icon::load() {
        viewport = viewport.with_icon(icon);
    }
    let native = eframe::NativeOptions { viewport, centered: true, renderer: eframe::Renderer::Glow, ..eframe::NativeOptions::default() };
    eframe::run_native(
        "nanoCocoa Studio",
        native,
        Box::new(move |cx| {
            let first_start = !session_file::exists(&options.config.data_dir.join("studio"));
            let mut studio = Studio::new(&cx.egui_ctx, options);
            studio.window_created(native_window::NativeWindow::of(cx));
            studio.end_at(end_signal);
            if first_start {
                studio.session.lang = crate::notice::Language::of_machine();
            }
            if let Some(path) = open {
                studio.open(path);
            }
            Ok(Box::new(studio))
        }),
    )
    .map_err(|e| notice!("cli-no-window", detail = e.to_string()))
}
