//! Notifications: sentences in the lower right corner of the canvas that disappear by themselves.

use uuid::Uuid;

use crate::notice::Language;
use crate::notice::Notice;

/// Most notifications that are shown at a time.
const MAX_SHOWN: usize = 4;

/// How serious a notification is; decides icon and duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something succeeded.
    Success,
    /// Information.
    Info,
    /// Something failed.
    Error,
}

/// One notification.
pub struct Toast {
    /// How serious it is.
    pub severity: Severity,
    /// The sentence.
    pub text: Notice,
    /// The action that it offers to undo.
    pub undo: Option<UndoTarget>,
    until: f64,
}

/// An action that a notification offers to undo.
#[derive(Clone, Copy, Debug)]
pub enum UndoTarget {
    /// The deletion of a job.
    Job(Uuid),
    /// The replacement of a project, by the number that undo gave it.
    Project(u32),
}

/// The notifications that are shown, oldest first.
#[derive(Default)]
pub struct Toasts(Vec<Toast>);

impl Toasts {
    /// Shows a notification; `now` in seconds since the window opened.
    pub fn notify(&mut self, severity: Severity, text: Notice, now: f64) {
        let seconds = match severity {
            Severity::Success => 5.0,
            Severity::Info => 8.0,
            Severity::Error => 12.0,
        };
        self.push(Toast { severity, text, until: now + seconds, undo: None });
    }

    /// Shows a notification that offers to undo something until `until`.
    pub fn offer_undo(&mut self, target: UndoTarget, text: Notice, until: f64) {
        self.push(Toast { severity: Severity::Info, text, until, undo: Some(target) });
    }

    /// Removes the notifications with this code: their cause is gone.
    pub fn dismiss_all(&mut self, code: &str) {
        self.0.retain(|t| t.text.code() != code);
    }

    /// Removes the notification at an index.
    pub fn dismiss(&mut self, index: usize) {
        if index < self.0.len() {
            self.0.remove(index);
        }
    }

    /// Removes the notifications whose time is over; returns when the next one ends.
    pub fn expire(&mut self, now: f64) -> Option<f64> {
        self.0.retain(|t| t.until > now);
        self.0.iter().map(|t| t.until).min_by(f64::total_cmp)
    }

    /// The notifications, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Toast> {
        self.0.iter()
    }

    fn push(&mut self, toast: Toast) {
        if self.0.len() >= MAX_SHOWN {
            self.0.remove(0);
        }
        self.0.push(toast);
    }

    /// The sentences, oldest first.
    pub fn words(&self, lang: Language) -> Vec<String> {
        self.0.iter().map(|t| lang.notice(&t.text)).collect()
    }
}
