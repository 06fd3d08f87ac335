//! A size set: one advertisement laid out for several formats and exported in each. The order and its progress; `set_work` makes the files.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use uuid::Uuid;

use crate::formats::FormatSpec;
use crate::notice;
use crate::notice::Notice;
use crate::paths;

/// The usual pattern of file names.
pub const PATTERN: &str = "{name}_{format}";
/// The placeholders of a pattern.
pub const PLACEHOLDERS: [&str; 5] = ["{name}", "{format}", "{width}", "{height}", "{number}"];
/// Most bytes of a file name. File systems allow 255, and another program may append a few.
const MAX_NAME: usize = 200;
/// Bytes of the number that a name gets if files of that name exist.
const NUMBER: usize = " (9999)".len();

/// An order for a size set.
#[derive(Clone, Debug)]
pub struct SetOrder {
    /// The finished job that the formats are laid out from.
    pub job: Uuid,
    /// Name of the advertisement, for file names.
    pub name: String,
    /// The formats.
    pub formats: Vec<Arc<FormatSpec>>,
    /// Pattern of the file names.
    pub pattern: String,
    /// Whether to write the XMP `DigitalSourceType`.
    pub xmp: bool,
    /// Whether to draw a visible badge in the corner.
    pub badge: bool,
    /// Whether files of the same name are replaced; else the new files get a number.
    pub replace: bool,
}

/// The choices in the window of size sets.
#[derive(Clone, Debug)]
pub struct SetChoice {
    /// The job that the formats are laid out from.
    pub job: Uuid,
    /// IDs of the formats.
    pub chosen: BTreeSet<String>,
    /// Pattern of the file names.
    pub pattern: String,
    /// Whether to write the XMP `DigitalSourceType`.
    pub xmp: bool,
    /// Whether to draw a visible badge.
    pub badge: bool,
    /// Whether files of the same name are replaced.
    pub replace: bool,
    /// Whether the choice is shown though a set was made.
    pub again: bool,
}

/// The names of a set's files, without their extensions.
///
/// # Errors
/// The pattern has an unknown placeholder, or gives two files one name.
pub fn file_names(order: &SetOrder) -> Result<Vec<String>, Notice> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for (at, spec) in order.formats.iter().enumerate() {
        let name = file_name(&order.pattern, &order.name, spec, at + 1)?;
        if !seen.insert(format!("{}.{}", name.to_lowercase(), spec.file.extension())) {
            return Err(notice!("set-pattern-same", name = name, format = "{format}"));
        }
        names.push(name);
    }
    Ok(names)
}

fn file_name(pattern: &str, name: &str, spec: &FormatSpec, number: usize) -> Result<String, Notice> {
    let values = [name.trim().to_owned(), spec.id.clone(), spec.width.to_string(), spec.height.to_string(), number.to_string()];
    let (mut text, mut rest) = (String::new(), pattern.trim());
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = PLACEHOLDERS.iter().zip(&values).find(|(placeholder, _)| rest.starts_with(**placeholder));
        let Some((placeholder, value)) = known else {
            let wrong: String = rest.find('}').map_or(rest, |end| &rest[..=end]).chars().take(40).collect();
            return Err(notice!("set-pattern-unknown", placeholder = wrong, known = PLACEHOLDERS.map(str::to_owned).to_vec()));
        };
        text.push_str(value);
        rest = &rest[placeholder.len()..];
    }
    text.push_str(rest);
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let text = paths::portable_name(text.trim());
    let most = MAX_NAME - NUMBER - ".".len() - spec.file.extension().len();
    // Windows drops spaces and dots at the end.
    let text = text[..text.floor_char_boundary(most)].trim_end_matches([' ', '.']);
    // A name with a dot in front would be hidden.
    let text = text.trim_start_matches('.').to_owned();
    if text.is_empty() { Err(notice!("set-pattern-empty")) } else { Ok(text) }
}

/// The progress of a format.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It waits for its turn.
    Waiting,
    /// It is being made.
    Making,
    /// Its file is written.
    Done {
        /// The file.
        file: PathBuf,
        /// Type, quality and size.
        summary: Option<Notice>,
        /// Rules that it breaks, and what was done to fit it.
        notices: Vec<Notice>,
    },
    /// It could not be made.
    Failed(Notice),
    /// It was stopped before it was made.
    Stopped,
}

/// A format of a set.
#[derive(Clone, Debug)]
pub struct SetEntry {
    /// The format.
    pub spec: Arc<FormatSpec>,
    /// Its job, once it is submitted.
    pub job: Option<Uuid>,
    /// Its progress.
    pub progress: Progress,
}

#[derive(Debug, Default)]
struct State {
    /// The job that the set is laid out from, and the name of the advertisement.
    of: Option<(Uuid, String)>,
    entries: Vec<SetEntry>,
    running: bool,
    stopping: bool,
}

/// The size set that is or was made last; clones share it.
#[derive(Clone, Debug, Default)]
pub struct FormatSets(Arc<Mutex<State>>);

impl FormatSets {
    /// Begins a set; returns `false` if another one is being made.
    pub fn begin(&self, order: &SetOrder) -> bool {
        let mut state = self.0.lock();
        if state.running {
            return false;
        }
        let entry = |spec: &Arc<FormatSpec>| SetEntry { spec: Arc::clone(spec), job: None, progress: Progress::Waiting };
        *state = State {
            of: Some((order.job, order.name.clone())),
            entries: order.formats.iter().map(entry).collect(),
            running: true,
            stopping: false,
        };
        true
    }

    /// Changes a format's entry.
    pub fn change(&self, at: usize, change: impl FnOnce(&mut SetEntry)) {
        if let Some(entry) = self.0.lock().entries.get_mut(at) {
            change(entry);
        }
    }

    /// Ends the set: what still waits is stopped. Returns the number of written files and of all.
    pub fn end(&self) -> (usize, usize) {
        let mut state = self.0.lock();
        (state.running, state.stopping) = (false, false);
        for entry in &mut state.entries {
            if matches!(entry.progress, Progress::Waiting | Progress::Making) {
                entry.progress = Progress::Stopped;
            }
        }
        let done = state.entries.iter().filter(|entry| matches!(entry.progress, Progress::Done { .. })).count();
        (done, state.entries.len())
    }

    /// Asks for the end of the set. The job that runs is stopped, and the formats that wait are not made.
    pub fn stop(&self) {
        let mut state = self.0.lock();
        state.stopping = state.running;
    }

    /// Whether the set should end.
    pub fn is_stopping(&self) -> bool {
        self.0.lock().stopping
    }

    /// Whether a set is being made.
    pub fn is_running(&self) -> bool {
        self.0.lock().running
    }

    /// The job that the set is laid out from, and the advertisement's name; `None` before the first set.
    pub fn of(&self) -> Option<(Uuid, String)> {
        self.0.lock().of.clone()
    }

    /// The formats of the set.
    pub fn entries(&self) -> Vec<SetEntry> {
        self.0.lock().entries.clone()
    }

    /// The format of the set that has this canvas.
    pub fn format_of(&self, canvas: (u32, u32)) -> Option<Arc<FormatSpec>> {
        self.0.lock().entries.iter().find(|entry| entry.spec.canvas() == canvas).map(|entry| Arc::clone(&entry.spec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Catalogue;

    fn order(pattern: &str, ids: &[&str]) -> SetOrder {
        let catalogue = Catalogue::embedded();
        let formats = ids.iter().map(|id| Arc::new(catalogue.get(id).unwrap().clone())).collect();
        SetOrder { job: Uuid::nil(), name: "봄 세일?".into(), formats, pattern: pattern.into(), xmp: true, badge: false, replace: false }
    }

    #[test]
    fn names_come_from_the_pattern_and_are_names_everywhere() {
        let ids = ["instagram-square", "kakao-bizboard"];
        let names = |pattern: &str| file_names(&order(pattern, &ids));
        assert_eq!(names(PATTERN).unwrap(), ["봄 세일__instagram-square", "봄 세일__kakao-bizboard"]);
        assert_eq!(names(" {number} {width}x{height}").unwrap(), ["1 1080x1080", "2 1029x258"]);
        assert_eq!(names("../{format}").unwrap()[0], "_instagram-square");
        for (pattern, code) in
            [("{name}-{size}", "set-pattern-unknown"), ("{name}", "ok"), ("{", "set-pattern-unknown"), (" . ", "set-pattern-empty")]
        {
            let code_of = names(pattern).map_or_else(|e| e.code().to_owned(), |_| "ok".into());
            assert_eq!(code_of, code, "{pattern}");
        }
        // Two files of one type may not have one name.
        let same = file_names(&order("{name}", &["instagram-square", "instagram-story"])).unwrap_err();
        assert_eq!(same.code(), "set-pattern-same");
    }

    #[test]
    fn a_long_name_is_cut_to_bytes_that_file_systems_take() {
        let order = SetOrder { name: "봄".repeat(120), ..order("{name}", &["instagram-square"]) };
        let name = file_names(&order).unwrap().remove(0);
        assert!((180..=200).contains(&format!("{name} (9999).jpg").len()) && name.chars().all(|c| c == '봄'), "{name}");
        // A cut at a space leaves none at the end.
        let order = SetOrder { name: format!("{} {}", "a".repeat(188), "b".repeat(50)), ..order };
        assert_eq!(file_names(&order).unwrap(), ["a".repeat(188)]);
    }

    #[test]
    fn a_set_that_ends_says_what_was_made() {
        let (sets, order) = (FormatSets::default(), order(PATTERN, &["instagram-square", "instagram-story"]));
        assert!(sets.begin(&order) && !sets.begin(&order) && sets.is_running());
        let done = Progress::Done { file: "a.jpg".into(), summary: None, notices: Vec::new() };
        sets.change(0, |entry| entry.progress = done.clone());
        sets.stop();
        assert!(sets.is_stopping());
        assert_eq!(sets.end(), (1, 2));
        let progress: Vec<Progress> = sets.entries().into_iter().map(|entry| entry.progress).collect();
        assert_eq!(progress, [done, Progress::Stopped]);
        assert!(!sets.is_running() && sets.begin(&order));
    }
}
