//! The brand kit in use, and the order in which its folder is read and written: one task at a time.
//!
//! A save compares the file with the text that it read or wrote last, so two saves at once would take each other for another program.
//! Actions that are asked for meanwhile wait in a queue, and edits are written before the kit is left.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use super::brand_colors::BrandColors;
use super::brand_kit::BrandKit;
use crate::notice::Notice;
use crate::request::layers::Color;
use crate::templates::Brand;

/// Seconds after the last edit at which the kit is written.
const WRITE_DELAY: f64 = 0.8;

/// An action on the brand kit that reads or writes a folder, or leaves the kit.
#[derive(Clone, Debug, PartialEq)]
pub enum BrandAction {
    /// Uses the kit in this folder.
    Open(PathBuf),
    /// Makes a kit in this folder and uses it.
    Create(PathBuf),
    /// Reads the kit again from this folder; edits that are not written are lost.
    Reopen(PathBuf),
    /// Copies a logo or, if the flag is set, a font into the kit.
    Add(PathBuf, bool),
    /// Stops using the kit.
    Leave,
}

/// A task that the state asks for. All but `Leave` are answered by a `BrandOutcome`.
#[derive(Clone, Debug)]
pub enum BrandTask {
    /// Writes the kit.
    Save(Arc<BrandKit>),
    /// Copies a logo or, if the flag is set, a font into the kit, and writes the kit.
    Add(Arc<BrandKit>, PathBuf, bool),
    /// Reads the kit in a folder. The number is that of the outcome.
    Open(PathBuf, u64),
    /// Makes a kit in a folder. The number is that of the outcome.
    Create(PathBuf, u64),
    /// Stops using the kit.
    Leave,
}

/// The task that is running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Work {
    #[default]
    Idle,
    Opening,
    Saving,
    Adding,
}

/// The kit in use, and what is being done with it.
#[derive(Default)]
pub struct BrandState {
    kit: Option<Arc<BrandKit>>,
    colors: Option<Arc<BrandColors>>,
    /// Why the chosen folder's kit cannot be used, or was not written.
    pub problem: Option<Notice>,
    /// When it was edited last, if that is not being written yet; seconds since the window opened.
    edited: Option<f64>,
    /// Whether the last save failed, so that the folder does not have the last edits.
    unsaved: bool,
    work: Work,
    /// Actions that wait, and whether edits that cannot be written are given up for them.
    waiting: VecDeque<(BrandAction, bool)>,
    /// Number of the last request to read a kit. Outcomes of earlier requests are ignored.
    generation: u64,
}

impl BrandState {
    /// The kit as panels see it.
    pub fn kit(&self) -> Option<&BrandKit> {
        self.kit.as_deref()
    }

    /// The kit, to be shared with a task.
    pub fn shared(&self) -> Option<Arc<BrandKit>> {
        self.kit.clone()
    }

    /// The colours for colour fields.
    pub fn colors(&self) -> Option<Arc<BrandColors>> {
        self.colors.clone()
    }

    /// Whether an edit waits for its save, or the folder is being read or written.
    pub fn is_saving(&self) -> bool {
        self.edited.is_some() || self.work != Work::Idle
    }

    /// Whether the last save failed and is not being repeated.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved && !self.is_saving()
    }

    /// Whether a kit is being read, which will replace the present one; the present one is not edited meanwhile.
    pub fn is_opening(&self) -> bool {
        self.work == Work::Opening
    }

    /// Whether the folder is being written to.
    pub fn is_writing(&self) -> bool {
        matches!(self.work, Work::Saving | Work::Adding)
    }

    /// Whether everything that was asked for is done and every edit is written.
    pub fn is_settled(&self) -> bool {
        !self.is_saving() && !self.unsaved && self.waiting.is_empty()
    }

    /// Uses a kit from now on, or none. Colours that were added to the present one and not taken yet go to the new one.
    pub fn set(&mut self, kit: Option<BrandKit>) {
        let added = self.colors.take().map(|colors| colors.take_added()).unwrap_or_default();
        if let Some(kit) = &kit {
            let colors = BrandColors::new(kit.colors().map(|(role, color)| (role.to_owned(), color)).collect());
            added.into_iter().for_each(|color| colors.add(color));
            self.colors = Some(Arc::new(colors));
        }
        self.kit = kit.map(Arc::new);
    }

    /// Replaces the contents of the kit. `now`: seconds since the window opened.
    pub fn edit(&mut self, brand: Brand, now: f64) {
        if let Some(kit) = self.kit().filter(|_| !self.is_opening()) {
            let kit = kit.edited(brand);
            self.set(Some(kit));
            self.edited = Some(now);
        }
    }

    /// Adds the colours that colour fields added; returns those that the kit did not have. `now`: seconds since the window opened.
    pub fn take_added(&mut self, now: f64) -> Vec<Color> {
        if self.is_opening() {
            return Vec::new();
        }
        let mut added = self.colors().map(|colors| colors.take_added()).unwrap_or_default();
        added.retain(|color| {
            let Some(kit) = self.kit() else { return false };
            let with = kit.with_color(*color);
            let is_new = with != *kit;
            if is_new {
                self.set(Some(with));
                self.edited = Some(now);
            }
            is_new
        });
        added
    }

    /// Asks for an action. It takes its turn in [`BrandState::next_task`].
    pub fn ask(&mut self, action: BrandAction) {
        // A folder that answers slowly must not keep the designer from choosing another one.
        if self.is_opening() && !matches!(action, BrandAction::Add(..)) {
            self.generation += 1;
            self.work = Work::Idle;
        }
        let gives_up = self.is_unsaved() && !matches!(action, BrandAction::Add(..));
        self.waiting.push_back((action, gives_up));
    }

    /// Begins the next task; `None` while another one runs or nothing is to be done.
    pub fn next_task(&mut self) -> Option<BrandTask> {
        if self.work != Work::Idle {
            return None;
        }
        let (action, _) = self.waiting.front()?;
        let needs_save = !matches!(action, BrandAction::Reopen(_)) && (self.edited.is_some() || self.unsaved);
        if needs_save && let Some(kit) = self.shared() {
            return Some(self.save(kit));
        }
        let (action, _) = self.waiting.pop_front()?;
        match action {
            BrandAction::Open(folder) | BrandAction::Reopen(folder) => Some(BrandTask::Open(folder, self.begin_opening())),
            BrandAction::Create(folder) => Some(BrandTask::Create(folder, self.begin_opening())),
            BrandAction::Add(path, is_font) => match self.shared() {
                Some(kit) => {
                    self.work = Work::Adding;
                    Some(BrandTask::Add(kit, path, is_font))
                }
                None => self.next_task(),
            },
            BrandAction::Leave => {
                self.problem = None;
                Some(BrandTask::Leave)
            }
        }
    }

    /// Seconds until the edits have settled and are written; `None` if there are none or another task runs.
    pub fn until_save(&self, now: f64) -> Option<f64> {
        let edited = self.edited.filter(|_| self.work == Work::Idle)?;
        Some(WRITE_DELAY - (now - edited))
    }

    /// Begins a save, also of a kit whose last save failed; `None` while another task runs or if there is nothing to write.
    pub fn next_save(&mut self) -> Option<BrandTask> {
        let is_due = self.work == Work::Idle && (self.edited.is_some() || self.unsaved);
        let kit = self.shared().filter(|_| is_due)?;
        Some(self.save(kit))
    }

    fn save(&mut self, kit: Arc<BrandKit>) -> BrandTask {
        self.edited = None;
        self.work = Work::Saving;
        BrandTask::Save(kit)
    }

    fn begin_opening(&mut self) -> u64 {
        self.work = Work::Opening;
        self.generation += 1;
        self.generation
    }

    /// Ends the reading with this number. Returns `false` if a later action replaced it; then its outcome must be ignored.
    pub fn end_opening(&mut self, generation: u64) -> bool {
        let is_current = self.is_opening() && generation == self.generation;
        if is_current {
            self.work = Work::Idle;
        }
        is_current
    }

    /// Drops edits that are not written, and the problem: a kit that was just read takes the place of the present one.
    pub fn forget_edits(&mut self) {
        (self.edited, self.unsaved, self.problem) = (None, false, None);
    }

    /// Takes what a save or a copy did with the kit `of`. What was edited meanwhile stays, and is written later. `now`: seconds since the
    /// window opened.
    pub fn take_written(&mut self, of: &BrandKit, written: Result<BrandKit, Notice>, now: f64) {
        let was_saving = self.work == Work::Saving;
        self.work = Work::Idle;
        let written = match written {
            Ok(written) => written,
            Err(why) => {
                self.problem = Some(why);
                if was_saving {
                    self.unsaved = true;
                    match self.waiting.front() {
                        // The designer has seen that the kit cannot be written, and asked again.
                        Some((_, true)) => (self.edited, self.unsaved) = (None, false),
                        _ => self.waiting.clear(),
                    }
                }
                return;
            }
        };
        (self.problem, self.unsaved) = (None, false);
        match self.kit.as_deref() {
            Some(kit) if kit.folder != written.folder => {}
            Some(kit) if kit != of => {
                let mut brand = kit.brand.clone();
                if kit.brand.logos == of.brand.logos {
                    (brand.logos, brand.logo) = (written.brand.logos.clone(), written.brand.logo.clone());
                }
                brand.fonts.clone_from(&written.brand.fonts);
                self.set(Some(written.edited(brand)));
                self.edited = self.edited.or(Some(now));
            }
            Some(_) => self.set(Some(written)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(kit: &BrandKit, name: &str) -> Brand {
        Brand { name: name.into(), ..kit.brand.clone() }
    }

    fn saved(task: Option<BrandTask>) -> Arc<BrandKit> {
        let Some(BrandTask::Save(kit)) = task else { panic!("{task:?} is not a save") };
        kit
    }

    fn state(dir: &tempfile::TempDir, name: &str) -> (BrandState, PathBuf) {
        let folder = dir.path().join(name);
        let mut state = BrandState::default();
        state.set(Some(BrandKit::create(&folder, &[]).unwrap()));
        (state, folder)
    }

    fn text(folder: &std::path::Path) -> String {
        std::fs::read_to_string(Brand::file(folder)).unwrap()
    }

    #[test]
    fn actions_wait_for_the_save_that_runs_and_no_edit_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let (mut state, folder) = state(&dir, "a");
        let logo = dir.path().join("logo.svg");
        std::fs::write(&logo, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1'/></svg>").unwrap();
        state.edit(named(state.kit().unwrap(), "first"), 1.0);
        assert!(state.until_save(1.5).is_some_and(|left| left > 0.0) && state.until_save(2.0).is_some_and(|left| left < 0.0));
        let first = saved(state.next_save());
        // The folder is slow: meanwhile a second edit, a logo and "Do not use".
        state.edit(named(state.kit().unwrap(), "second"), 1.2);
        state.ask(BrandAction::Add(logo, false));
        state.ask(BrandAction::Leave);
        assert!(state.next_task().is_none() && state.next_save().is_none() && state.is_saving());
        state.take_written(&first, first.save(), 1.4);
        assert_eq!(state.kit().unwrap().brand.name, "second");
        // The edit is written first, then the logo, and then the kit is left.
        let second = saved(state.next_task());
        assert!(state.next_task().is_none());
        state.take_written(&second, second.save(), 1.6);
        let Some(BrandTask::Add(kit, path, false)) = state.next_task() else { panic!("no logo") };
        state.take_written(&kit, kit.with_logo(&path), 1.8);
        assert!(state.problem.is_none() && matches!(state.next_task(), Some(BrandTask::Leave)) && state.is_settled());
        assert!(text(&folder).contains("\"second\"") && text(&folder).contains("logo.svg"), "{}", text(&folder));
    }

    #[test]
    fn another_kit_is_opened_after_the_present_one_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let (mut state, folder) = state(&dir, "a");
        let other = BrandKit::create(&dir.path().join("b"), &[]).unwrap().folder;
        state.edit(named(state.kit().unwrap(), "kept"), 1.0);
        state.ask(BrandAction::Open(other.clone()));
        let kit = saved(state.next_task());
        state.take_written(&kit, kit.save(), 1.1);
        let Some(BrandTask::Open(asked, generation)) = state.next_task() else { panic!("not opened") };
        assert_eq!((asked, text(&folder).contains("\"kept\"")), (other, true));
        // While a kit is read, the one that it replaces is not edited.
        state.edit(named(state.kit().unwrap(), "lost"), 1.2);
        assert_eq!(state.kit().unwrap().brand.name, "kept");
        assert!(state.end_opening(generation) && !state.end_opening(generation));
    }

    #[test]
    fn a_kit_that_was_left_does_not_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut state = BrandState::default();
        state.ask(BrandAction::Open(dir.path().join("slow")));
        let Some(BrandTask::Open(_, slow)) = state.next_task() else { panic!("not opened") };
        state.ask(BrandAction::Leave);
        assert!(matches!(state.next_task(), Some(BrandTask::Leave)) && !state.end_opening(slow));
        // Nor does the first of two.
        state.ask(BrandAction::Open(dir.path().join("a")));
        let Some(BrandTask::Open(_, first)) = state.next_task() else { panic!("not opened") };
        state.ask(BrandAction::Open(dir.path().join("b")));
        let Some(BrandTask::Open(_, second)) = state.next_task() else { panic!("not opened") };
        assert!(!state.end_opening(first) && state.is_opening() && state.end_opening(second));
    }

    #[test]
    fn a_failed_save_is_told_and_repeated_and_the_kit_can_still_be_left() {
        let dir = tempfile::tempdir().unwrap();
        let (mut state, folder) = state(&dir, "a");
        let fail = |state: &mut BrandState, task: Option<BrandTask>| {
            let kit = saved(task);
            let before = text(&folder);
            std::fs::remove_file(Brand::file(&folder)).unwrap();
            let outcome = kit.save();
            assert!(outcome.is_err());
            std::fs::write(Brand::file(&folder), before).unwrap();
            state.take_written(&kit, outcome, 2.0);
        };
        state.edit(named(state.kit().unwrap(), "kept"), 1.0);
        let task = state.next_save();
        fail(&mut state, task);
        assert!(state.is_unsaved() && !state.is_settled() && state.problem.is_some() && state.until_save(9.0).is_none());
        // A repeated save writes it.
        let kit = saved(state.next_save());
        assert!(!state.is_unsaved());
        state.take_written(&kit, kit.save(), 3.0);
        assert!(state.is_settled() && state.problem.is_none() && text(&folder).contains("\"kept\""));
        // A kit with edits stays if they cannot be written; after that it is left without them.
        state.edit(named(state.kit().unwrap(), "given up"), 4.0);
        state.ask(BrandAction::Leave);
        let task = state.next_task();
        fail(&mut state, task);
        assert!(state.is_unsaved() && state.next_task().is_none() && state.kit().is_some());
        state.ask(BrandAction::Leave);
        let task = state.next_task();
        fail(&mut state, task);
        assert!(matches!(state.next_task(), Some(BrandTask::Leave)) && !text(&folder).contains("given up"));
    }

    #[test]
    fn a_logo_that_cannot_be_added_leaves_the_kit_saved() {
        let dir = tempfile::tempdir().unwrap();
        let (mut state, _) = state(&dir, "a");
        state.ask(BrandAction::Add(dir.path().join("missing.png"), false));
        let Some(BrandTask::Add(kit, path, false)) = state.next_task() else { panic!("no logo") };
        state.take_written(&kit, kit.with_logo(&path), 1.0);
        assert!(state.is_settled() && state.problem.is_some());
    }

    #[test]
    fn a_colour_that_was_added_meanwhile_goes_to_the_next_state_of_the_kit() {
        let dir = tempfile::tempdir().unwrap();
        let (mut state, _) = state(&dir, "a");
        state.colors().unwrap().add([1, 2, 3]);
        state.edit(named(state.kit().unwrap(), "renamed"), 1.0);
        assert_eq!(state.take_added(1.0), [[1, 2, 3]]);
        assert!(state.kit().unwrap().colors().any(|(_, color)| color == [1, 2, 3]));
        // A colour that the kit has is not added twice.
        state.colors().unwrap().add([1, 2, 3]);
        assert!(state.take_added(2.0).is_empty());
    }
}
