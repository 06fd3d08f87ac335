//! The sets of models in the window "Engine and models": download, pause, continue, check, delete. A licence is shown before the first byte.

use egui::{RichText, Ui, vec2};

use super::window::{Question, remark};
use crate::gui::commands::{FileCommand, ModelCommand};
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::{icons, theme, widgets};
use crate::hub::{DownloadState, Installed, Phase, SetState};
use crate::notice;
use crate::notice::{Language, Notice};

/// How often the progress is drawn.
const REDRAW: std::time::Duration = std::time::Duration::from_millis(250);

/// Draws the sets.
pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, mut question: Option<Question>) -> Option<Question> {
    let lang = cx.lang();
    widgets::section(ui, lang.t("models-sets"), None);
    if let Some(problem) = cx.models.problem() {
        ui.label(RichText::new(lang.notice(problem)).size(theme::LABEL).color(theme::colors(ui).bad));
        return None;
    }
    let running = cx.models.running();
    let checking = cx.models.checking();
    if running.is_some() || checking.is_some() {
        ui.ctx().request_repaint_after(REDRAW);
    }
    let sets = cx.models.sets();
    let on_disk: u64 = sets.iter().map(|set| set.on_disk).sum();
    for set in &sets {
        question = row(cx, ui, set, running.as_ref(), question);
    }
    let free = cx.watch.load().1.map_or_else(|| "–".to_owned(), |gib| format!("{:.0}", gib * 1.073_741_824));
    remark(ui, &lang.notice(&notice!("models-disk", used = gigabytes(on_disk), free = free)));
    if widgets::button(ui, icons::FOLDER_OPEN, lang.t("models-choose-folder")).clicked() {
        cx.send(FileCommand::Ask(FilePurpose::ModelsFolder, None));
    }
    question
}

fn row(
    cx: &PanelContext<'_>,
    ui: &mut Ui,
    state: &SetState,
    running: Option<&DownloadState>,
    question: Option<Question>,
) -> Option<Question> {
    let (lang, c, key) = (cx.lang(), theme::colors(ui), &state.set.key);
    let mine = running.filter(|running| running.set == *key);
    ui.add_space(theme::UNIT);
    ui.horizontal(|ui| {
        let is_here = state.installed == Installed::Yes;
        let (glyph, color) = if is_here { (icons::CIRCLE_CHECK, c.good) } else { (icons::PACKAGE, c.dim) };
        ui.label(widgets::icon(glyph, 16.0).color(color));
        ui.label(RichText::new(&state.set.title).font(egui::FontId::new(theme::BODY, theme::bold())));
        if cx.models.recommended() == Some(key.as_str()) {
            ui.label(RichText::new(lang.t("models-recommended")).size(theme::SMALL).color(c.accent_text));
        }
    });
    remark(ui, &facts(cx, state));
    if !state.set.family.is_supported() {
        remark(ui, lang.t("models-not-usable"));
    }
    if let Some(running) = mine {
        progress(cx, ui, running);
        if action(ui, lang, icons::SQUARE, lang.t("models-pause"), &notice!("models-pause-set", title = &state.set.title)) {
            cx.send(ModelCommand::Pause(key.clone()));
        }
        return question;
    }
    if let Some((_, part)) = cx.models.checking().filter(|(set, _)| set == key) {
        bar(ui, part);
        remark(ui, lang.t("models-checking"));
        if action(ui, lang, icons::SQUARE, lang.t("models-stop-check"), &notice!("models-pause-set", title = &state.set.title)) {
            cx.send(ModelCommand::Pause(key.clone()));
        }
        return question;
    }
    if let Some(failure) = cx.models.failure(key) {
        ui.add(egui::Label::new(RichText::new(lang.notice(&failure)).size(theme::LABEL).color(c.bad)).wrap());
    }
    if let Some(asked) = question.clone().filter(|asked| asked.set() == key) {
        return ask(cx, ui, state, asked);
    }
    buttons(cx, ui, state, running.is_none() && cx.models.checking().is_none(), question)
}

/// Draws a question about a set, and returns it unless it was answered.
fn ask(cx: &PanelContext<'_>, ui: &mut Ui, state: &SetState, question: Question) -> Option<Question> {
    let (lang, key) = (cx.lang(), &state.set.key);
    let agreed = match &question {
        Question::Licence(_) => licences(cx, ui, state),
        Question::Delete(_) => {
            remark(ui, &lang.notice(&notice!("models-delete-question", gigabytes = gigabytes(state.on_disk))));
            widgets::button(ui, icons::TRASH_2, lang.t("models-delete-now")).clicked()
        }
    };
    if agreed {
        cx.send(match question {
            Question::Licence(_) => ModelCommand::Pull(key.clone()),
            Question::Delete(_) => ModelCommand::Remove(key.clone()),
        });
        return None;
    }
    let cancelled = widgets::button(ui, icons::X, lang.t("window-cancel")).clicked();
    Some(question).filter(|_| !cancelled)
}

/// Draws the buttons of a set without a running task. `idle`: no other set has one either.
fn buttons(cx: &PanelContext<'_>, ui: &mut Ui, state: &SetState, idle: bool, mut question: Option<Question>) -> Option<Question> {
    let (lang, key) = (cx.lang(), &state.set.key);
    ui.horizontal(|ui| {
        let title = &state.set.title;
        ui.add_enabled_ui(idle, |ui| {
            if state.installed == Installed::Yes {
                if action(ui, lang, icons::SCAN, lang.t("models-verify"), &notice!("models-verify-set", title = title)) {
                    cx.send(ModelCommand::Verify(key.clone()));
                }
            } else {
                let words = if state.installed == Installed::Partly { "models-continue" } else { "models-download" };
                if action(ui, lang, icons::DOWNLOAD, lang.t(words), &notice!("models-download-set", title = title)) {
                    question = Some(Question::Licence(key.clone()));
                }
            }
            if state.installed != Installed::No
                && action(ui, lang, icons::TRASH_2, lang.t("models-delete"), &notice!("models-delete-set", title = title))
            {
                question = Some(Question::Delete(key.clone()));
            }
        });
    });
    question
}

/// A button whose accessible name also names the set.
fn action(ui: &mut Ui, lang: Language, glyph: &str, words: &str, name: &Notice) -> bool {
    widgets::named(widgets::button(ui, glyph, words), &lang.notice(name)).clicked()
}

/// Memory, size and state of a set.
fn facts(cx: &PanelContext<'_>, state: &SetState) -> String {
    let lang = cx.lang();
    let memory = match state.set.memory_gb.to {
        Some(to) => format!("{}–{to}", state.set.memory_gb.from),
        None => state.set.memory_gb.from.to_string(),
    };
    let size = match state.installed {
        Installed::Yes => notice!("models-on-disk", gigabytes = gigabytes(state.on_disk)),
        Installed::Partly => notice!("models-partly", gigabytes = gigabytes(state.on_disk)),
        Installed::No => notice!("models-to-download", gigabytes = format!("{:.1}", cx.models.gigabytes(state))),
    };
    [lang.notice(&notice!("models-memory", gigabytes = memory)), lang.notice(&size)].join(" · ")
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e9)
}

/// Draws the licences and returns whether the designer agrees to them.
fn licences(cx: &PanelContext<'_>, ui: &mut Ui, state: &SetState) -> bool {
    let lang = cx.lang();
    for licence in cx.models.licences(state) {
        ui.horizontal_wrapped(|ui| {
            ui.hyperlink_to(&licence.name, &licence.page);
            ui.label(RichText::new(lang.notice(&licence.sale.notice())).size(theme::LABEL));
        });
    }
    widgets::primary(ui, icons::DOWNLOAD, lang.t("models-agree"), "").clicked()
}

fn progress(cx: &PanelContext<'_>, ui: &mut Ui, running: &DownloadState) {
    let (lang, now) = (cx.lang(), running.progress);
    bar(ui, now.done_bytes as f32 / now.total_bytes.max(1) as f32);
    let words = match now.phase {
        Phase::Asking => lang.t("models-asking").to_owned(),
        Phase::Checking => lang.t("models-checking").to_owned(),
        Phase::Placing | Phase::Packing => lang.t("models-placing").to_owned(),
        Phase::Downloading => {
            let speed = cx.models.speed(now);
            let megabytes = format!("{:.1}", speed / 1e6);
            let left = (now.total_bytes - now.done_bytes) as f64 / speed;
            let (done, total) = (gigabytes(now.done_bytes), gigabytes(now.total_bytes));
            // A speed near zero gives no useful estimate.
            if left.is_finite() && left < 360_000.0 {
                let minutes = (left / 60.0).ceil() as u64;
                lang.notice(&notice!("models-progress-left", done = done, total = total, speed = megabytes, minutes = minutes))
            } else {
                lang.notice(&notice!("models-progress", done = done, total = total, speed = megabytes))
            }
        }
    };
    remark(ui, &words);
}

fn bar(ui: &mut Ui, part: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), egui::Sense::hover());
    widgets::bar(ui, rect, part);
}
