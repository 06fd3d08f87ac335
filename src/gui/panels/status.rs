//! The status bar: jobs and load of the machine.

use egui::{Layout, Panel, Rect, RichText, Sense, Ui, pos2, vec2};

use crate::gui::context::PanelContext;
use crate::gui::{theme, widgets};
use crate::job::JobStatus;
use crate::metrics::MemoryLoad;
use crate::notice;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    Panel::bottom("status").exact_size(30.0).frame(theme::panel_frame(c, vec2(16.0, 4.0))).show(ui, |ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.horizontal_centered(|ui| {
            let jobs = cx.jobs();
            let running = jobs.iter().filter(|j| j.status == JobStatus::Running).count();
            let waiting = jobs.iter().filter(|j| j.status == JobStatus::Pending).count();
            let words = if running + waiting == 0 {
                lang.t("status-idle").to_owned()
            } else {
                lang.notice(&notice!("status-jobs", running = running, waiting = waiting))
            };
            ui.label(RichText::new(words).size(theme::SMALL).color(c.dim));
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| meters(cx, ui));
        });
    });
}

fn meters(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let (load, disk) = cx.watch.load();
    if let Some(disk) = disk {
        ui.label(RichText::new(lang.notice(&notice!("status-disk", gigabytes = format!("{disk:.0}")))).size(theme::SMALL).color(c.dim));
        ui.add_space(8.0);
    }
    match load.gpu_info.as_deref().map(<[_]>::first) {
        Some(Some(gpu)) => {
            memory(ui, "VRAM", gpu.memory);
            percentage(ui, "GPU", gpu.gpu_util);
        }
        // The driver does not answer.
        None => percentage(ui, "GPU", None),
        Some(None) => {
            ui.label(RichText::new(lang.t("status-no-gpu")).size(theme::SMALL).color(c.dim));
            ui.add_space(8.0);
        }
    }
    memory(ui, "RAM", load.memory);
    percentage(ui, "CPU", load.cpu_percent);
}

/// Shown for a value that is not known.
const UNKNOWN: &str = "–";

fn memory(ui: &mut Ui, name: &str, load: Option<MemoryLoad>) {
    let words = load.map_or_else(|| UNKNOWN.to_owned(), |m| format!("{:.1} / {:.0} GB", m.used_gb, m.total_gb));
    meter(ui, name, load.map_or(0.0, MemoryLoad::percent), &words, 92.0);
}

fn percentage(ui: &mut Ui, name: &str, percent: Option<f64>) {
    let words = percent.map_or_else(|| UNKNOWN.to_owned(), |p| format!("{p:.0} %"));
    meter(ui, name, percent.unwrap_or_default(), &words, 36.0);
}

/// Draws a meter from right to left: value, bar, name.
fn meter(ui: &mut Ui, name: &str, percent: f64, words: &str, width: f32) {
    let c = theme::colors(ui);
    let (cell, _) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    let font = egui::FontId::proportional(theme::SMALL);
    ui.painter().text(cell.left_center(), egui::Align2::LEFT_CENTER, words, font, c.text);
    let (cell, _) = ui.allocate_exact_size(vec2(48.0, 20.0), Sense::hover());
    let bar = Rect::from_center_size(pos2(cell.center().x, cell.center().y), vec2(48.0, 4.0));
    widgets::bar(ui, bar, percent as f32 / 100.0);
    ui.label(RichText::new(name).size(theme::SMALL).color(c.dim));
    ui.add_space(8.0);
}
