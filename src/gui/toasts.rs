//! Notifications: sentences in the lower right corner of the canvas, clear of every button, that go by themselves.

use egui::{Align2, Area, Context, Id, Order, RichText, vec2};
use uuid::Uuid;

use super::app::Studio;
use super::bridge::Say;
use super::{icons, theme, widgets};

/// Most at a time.
const MOST: usize = 4;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Well.
    Good,
    /// Something to know.
    Note,
    /// Not at all.
    Bad,
}

struct Toast {
    kind: Kind,
    say: Say,
    until: f64,
    undo: Option<Back>,
}

/// What a notification offers to take back.
#[derive(Clone, Copy, Debug)]
pub enum Back {
    /// A job out of the trash.
    Job(Uuid),
    /// The project that was on the desk.
    Project(u32),
}

/// Those that are shown.
#[derive(Default)]
pub struct Toasts(Vec<Toast>);

impl Toasts {
    /// Says something.
    pub fn say(&mut self, kind: Kind, say: Say, now: f64) {
        let seconds = match kind {
            Kind::Good => 5.0,
            // There is more to read.
            Kind::Note => 8.0,
            Kind::Bad => 12.0,
        };
        self.push(Toast { kind, say, until: now + seconds, undo: None });
    }

    /// Says that something is gone, and offers to take it back until then.
    pub fn undo(&mut self, back: Back, say: Say, until: f64) {
        self.push(Toast { kind: Kind::Note, say, until, undo: Some(back) });
    }

    /// What was complained about is mended.
    pub fn settle(&mut self, key: &str) {
        self.0.retain(|t| !t.say.is(key));
    }

    fn push(&mut self, toast: Toast) {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(toast);
    }

    /// The sentences shown, oldest first.
    pub fn words(&self, lang: super::i18n::Lang) -> Vec<String> {
        self.0.iter().map(|t| t.say.words(lang)).collect()
    }
}

pub(super) fn show(studio: &mut Studio, ctx: &Context) {
    let now = ctx.input(|i| i.time);
    studio.toasts.0.retain(|t| t.until > now);
    if let Some(next) = studio.toasts.0.iter().map(|t| t.until).min_by(f64::total_cmp) {
        ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.0) + 0.05));
    }
    let lang = studio.lang();
    let (mut gone, mut back) = (None, None);
    // An open window's buttons stay free.
    let corner = if studio.window.is_some() { vec2(-16.0, -46.0) } else { vec2(-248.0, -162.0) };
    Area::new(Id::unique("toasts")).order(Order::Tooltip).anchor(Align2::RIGHT_BOTTOM, corner).show(ctx, |ui| {
        let c = theme::colors(ui);
        for (i, toast) in studio.toasts.0.iter().enumerate() {
            let (glyph, color) = match toast.kind {
                Kind::Good => (icons::CIRCLE_CHECK, c.good),
                Kind::Note => (icons::INFO, c.dim),
                Kind::Bad => (icons::TRIANGLE_ALERT, c.bad),
            };
            egui::Frame::popup(ui.style()).inner_margin(12).show(ui, |ui| {
                ui.set_width(360.0);
                ui.horizontal_top(|ui| {
                    ui.label(widgets::icon(glyph, 16.0).color(color));
                    let side = if toast.undo.is_some() { 110.0 } else { 36.0 };
                    ui.vertical(|ui| {
                        ui.set_width(ui.available_width() - side);
                        ui.add(egui::Label::new(RichText::new(toast.say.words(lang))).wrap());
                    });
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                        if widgets::icon_button(ui, icons::X, lang.t("toast.close")).clicked() {
                            gone = Some(i);
                        }
                        if let Some(what) = toast.undo
                            && widgets::link(ui, lang.t("toast.undo")).clicked()
                        {
                            back = Some(what);
                            gone = Some(i);
                        }
                    });
                });
            });
        }
    });
    if let Some(i) = gone {
        studio.toasts.0.remove(i);
    }
    match back {
        Some(Back::Job(id)) => studio.bridge.take_back(Some(id)),
        Some(Back::Project(number)) => {
            studio.undo.back_to(&mut studio.session, number);
            studio.touch(ctx);
        }
        None => {}
    }
}
