//! A path that is entered where the desktop has no file dialog, and the check whether it can be used. The check touches the disk, which may be a
//! network drive that does not answer, so it runs in a task.

use std::path::PathBuf;

use super::dialogs::FilePurpose;
use crate::paths;

/// Seconds without an edit after which a path is checked.
pub const SETTLED: f64 = 0.25;

/// The result of checking an entered path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathState {
    /// Nothing that can be read, or no folder to write into.
    Missing,
    /// The path can be used.
    Usable(PathBuf),
    /// A file that would be replaced.
    Taken(PathBuf),
}

/// Why a path is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckReason {
    /// It was edited.
    Edited,
    /// It was confirmed, and is used unless that would replace a file.
    Entered,
    /// It was confirmed on a button that says that the file is replaced.
    Replaced,
}

/// The contents of the window for a path.
#[derive(Clone, Debug, Default)]
pub struct PathEntry {
    /// The entered text.
    pub text: String,
    /// The text whose replacement is asked about.
    asked: String,
    /// The text that was checked, and the result.
    checked: Option<(String, PathState)>,
    /// The text whose check was requested.
    requested: String,
    /// When the text was edited, in seconds of the window's clock.
    edited: f64,
}

impl PathEntry {
    /// Notes that the text was edited.
    pub fn edit(&mut self, now: f64) {
        self.edited = now;
    }

    /// Whether a check is due: once for each text that has settled.
    pub fn is_check_due(&mut self, now: f64) -> bool {
        let is_due = !self.text.trim().is_empty() && self.requested != self.text && now - self.edited >= SETTLED;
        if is_due {
            self.requested.clone_from(&self.text);
        }
        is_due
    }

    /// The result of the check of the present text, if it is known.
    pub fn state(&self) -> Option<&PathState> {
        self.checked.as_ref().filter(|(text, _)| *text == self.text).map(|(_, state)| state)
    }

    /// Whether the window asks to replace the file.
    pub fn is_confirming(&self) -> bool {
        !self.text.is_empty() && self.asked == self.text
    }

    /// Takes the result of a check; returns the path if it is to be used. A result for another text is dropped.
    pub fn take_result(&mut self, text: String, state: PathState, reason: CheckReason) -> Option<PathBuf> {
        if text != self.text {
            return None;
        }
        let used = match (&state, reason) {
            (PathState::Usable(path), CheckReason::Entered | CheckReason::Replaced) | (PathState::Taken(path), CheckReason::Replaced) => {
                Some(path.clone())
            }
            (PathState::Taken(_), CheckReason::Entered) => {
                self.asked.clone_from(&text);
                None
            }
            _ => None,
        };
        self.requested.clone_from(&text);
        self.checked = Some((text, state));
        used
    }
}

/// Checks an entered path. Blocking.
pub fn check(purpose: &FilePurpose, text: &str) -> PathState {
    let typed = expand(text.trim());
    // A file to read may be named in another Unicode normal form; a file to write is named as typed.
    if !purpose.writes() {
        let path = paths::find(&typed);
        // A folder that will be made needs one to be made in.
        let can_be_made =
            || purpose.makes_folder() && !path.exists() && path.parent().is_some_and(|p| p.as_os_str().is_empty() || p.is_dir());
        let exists = if purpose.is_folder() { path.is_dir() || can_be_made() } else { path.is_file() };
        return if exists { PathState::Usable(path) } else { PathState::Missing };
    }
    let has_folder = typed.parent().is_some_and(|p| p.as_os_str().is_empty() || p.is_dir());
    if !has_folder || typed.is_dir() {
        PathState::Missing
    } else if typed.is_file() || purpose.written_file(&typed).is_file() {
        PathState::Taken(typed)
    } else {
        PathState::Usable(typed)
    }
}

fn expand(text: &str) -> PathBuf {
    let home = directories::BaseDirs::new().map(|d| d.home_dir().to_path_buf());
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => paths::from_text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_checked_once_after_it_has_settled_whatever_the_number_of_frames() {
        let mut entry = PathEntry::default();
        assert!(!entry.is_check_due(9.0), "nothing was entered");
        let mut checks = Vec::new();
        for frame in 0..200_u32 {
            let now = f64::from(frame) / 60.0;
            // One letter in each frame of the first second.
            if frame < 60 {
                entry.text.push('x');
                entry.edit(now);
            }
            if entry.is_check_due(now) {
                checks.push(entry.text.len());
            }
        }
        assert_eq!(checks, [60]);
        assert!(entry.state().is_none());
        entry.take_result("another".into(), PathState::Missing, CheckReason::Edited);
        assert!(entry.state().is_none());
        entry.take_result(entry.text.clone(), PathState::Missing, CheckReason::Edited);
        assert!(entry.state() == Some(&PathState::Missing) && !entry.is_check_due(9.0));
    }

    #[test]
    fn a_file_is_replaced_only_by_the_button_that_says_so() {
        let mut entry = PathEntry { text: "ad.png".into(), ..PathEntry::default() };
        let taken = || PathState::Taken("ad.png".into());
        let mut result = |reason| (entry.take_result("ad.png".into(), taken(), reason), entry.is_confirming());
        assert_eq!(result(CheckReason::Edited), (None, false));
        assert_eq!(result(CheckReason::Entered), (None, true));
        assert_eq!(result(CheckReason::Entered), (None, true));
        assert_eq!(result(CheckReason::Replaced), (Some("ad.png".into()), true));
        let mut free = PathEntry { text: "ad.png".into(), ..PathEntry::default() };
        assert_eq!(free.take_result("ad.png".into(), PathState::Usable("ad.png".into()), CheckReason::Edited), None);
        assert_eq!(free.take_result("ad.png".into(), PathState::Usable("ad.png".into()), CheckReason::Entered), Some("ad.png".into()));
        assert_eq!(free.take_result("ad.png".into(), PathState::Missing, CheckReason::Entered), None);
    }

    #[test]
    fn what_is_at_a_path_depends_on_the_purpose() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("봄 project.ncocoa");
        std::fs::write(&file, b"x").unwrap();
        let text = |path: &std::path::Path| path.display().to_string();
        let (folder, none) = (text(dir.path()), text(&dir.path().join("none/x.png")));
        let quoted = format!("  \"{}\" ", text(&file));
        assert_eq!(check(&FilePurpose::Photo, &quoted), PathState::Usable(file.clone()));
        assert_eq!(check(&FilePurpose::Photo, &folder), PathState::Missing);
        assert_eq!(check(&FilePurpose::FontFolder, &folder), PathState::Usable(dir.path().into()));
        assert_eq!(check(&FilePurpose::FontFolder, &quoted), PathState::Missing);
        assert_eq!(check(&FilePurpose::SaveProject, &quoted), PathState::Taken(file.clone()));
        // The extension is added when the project is written.
        let bare = file.with_extension("");
        assert_eq!(check(&FilePurpose::SaveProject, &text(&bare)), PathState::Taken(bare));
        let new = dir.path().join("new.ncocoa");
        assert_eq!(check(&FilePurpose::SaveProject, &text(&new)), PathState::Usable(new));
        for text in [folder, none] {
            assert_eq!(check(&FilePurpose::SaveProject, &text), PathState::Missing);
        }
    }
}
