//! Undo and redo of the brief. Quick edits of one field count as one. Each step belongs to a project: undoing "New" or the opening of a
//! project restores the name and the file of the project before.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::brief_layers::quick_edit;
use super::product_look::ProductLook;
use super::state::{Brief, Session};

/// Most steps that can be undone.
const MAX_STEPS: usize = 200;
/// Edits of one field within this time count as one edit, in seconds.
const MERGE_WITHIN: f64 = 0.8;
/// Typing without a pause becomes a new edit after this time, in seconds.
const LONGEST_TYPING: f64 = 3.0;
/// Most characters that typing changes at once. A larger change is a preset or a pasted text.
const MOST_TYPED: usize = 4;

/// A brief and the number of its project.
#[derive(Clone, Debug)]
struct Step {
    brief: Brief,
    project: u32,
}

/// A project that is not open: its name, its file and the brief in that file.
type ClosedProject = (String, Option<(PathBuf, Brief)>);

/// The undo and redo stacks.
#[derive(Debug, Default)]
pub struct Undo {
    past: Vec<Step>,
    future: Vec<Step>,
    last: Option<Step>,
    last_time: f64,
    began: f64,
    field: Option<Field>,
    project: u32,
    newest: u32,
    closed: BTreeMap<u32, ClosedProject>,
}

impl Undo {
    /// Records the brief if it changed since the last call, and returns whether it did. `now` in seconds.
    pub fn observe(&mut self, brief: &Brief, now: f64) -> bool {
        let step = Step { brief: brief.clone(), project: self.project };
        let Some(last) = self.last.replace(step) else { return false };
        if last.brief == *brief {
            return false;
        }
        let field = Some((&last.brief, brief)).filter(|_| last.project == self.project).and_then(|(a, b)| only_field(a, b));
        let pause = now - self.last_time >= MERGE_WITHIN;
        let long = matches!(&field, Some(Field::Words(_) | Field::Layers(_))) && now - self.began >= LONGEST_TYPING;
        let same_edit =
            field.is_some() && field == self.field && !pause && !long && !self.past.is_empty() && !more_than_typing(&last.brief, brief);
        if !same_edit {
            self.past.push(last);
            self.began = now;
            if self.past.len() > MAX_STEPS {
                self.past.remove(0);
            }
        }
        self.future.clear();
        self.field = field;
        self.last_time = now;
        true
    }

    /// Undoes one step; returns whether there was one.
    pub fn undo(&mut self, session: &mut Session) -> bool {
        let Some(before) = self.past.pop() else { return false };
        let now = self.move_to(session, before);
        self.future.push(now);
        true
    }

    /// Repeats one undone step; returns whether there was one.
    pub fn redo(&mut self, session: &mut Session) -> bool {
        let Some(after) = self.future.pop() else { return false };
        let now = self.move_to(session, after);
        self.past.push(now);
        true
    }

    /// Makes a step the current one and returns the step before.
    fn move_to(&mut self, session: &mut Session, to: Step) -> Step {
        let now = Step { brief: std::mem::replace(&mut session.brief, to.brief.clone()), project: self.project };
        if to.project != self.project {
            self.close_project(session);
            (session.project, session.saved) = self.closed.remove(&to.project).unwrap_or_default();
            self.project = to.project;
        }
        self.last = Some(to);
        self.last_time = f64::NEG_INFINITY;
        self.field = None;
        now
    }

    fn close_project(&mut self, session: &mut Session) {
        self.closed.insert(self.project, (std::mem::take(&mut session.project), session.saved.take()));
    }

    /// Starts another project, without name and file; undo brings the present one back.
    pub fn start_project(&mut self, session: &mut Session) {
        self.close_project(session);
        self.newest += 1;
        self.project = self.newest;
    }

    /// The number of the open project.
    pub fn project(&self) -> u32 {
        self.project
    }

    /// Records that a project was saved; it may not be open any more.
    pub fn saved(&mut self, session: &mut Session, project: u32, path: PathBuf, brief: Brief) {
        if project == self.project {
            session.saved = Some((path, brief));
        } else if let Some(closed) = self.closed.get_mut(&project) {
            closed.1 = Some((path, brief));
        }
    }

    /// Undoes until this project is open again, if it is in the past.
    pub fn back_to(&mut self, session: &mut Session, project: u32) {
        if self.past.iter().any(|s| s.project == project) {
            while self.project != project && self.undo(session) {}
        }
    }

    /// Whether there is anything to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is anything to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

/// Fields whose quick edits count as one. Every other change is an edit of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Words(usize),
    Number(usize),
    ProductPlace,
    TextPlace,
    Layers(Vec<(usize, String)>),
}

fn words(brief: &Brief) -> [&String; 5] {
    [&brief.text, &brief.scene, &brief.style, &brief.scene_negative, &brief.style_negative]
}

/// The field in which the briefs differ, if it is the only one and can be typed or slid.
fn only_field(a: &Brief, b: &Brief) -> Option<Field> {
    // Automatic is no height that a slider has.
    let camera = |x: &Brief| x.camera_elevation.unwrap_or(-1.0);
    let numbers = |x: &Brief| {
        let sliders = [x.strength, x.composition_strength, x.guidance, x.steps as f32, x.text_steps as f32, camera(x)];
        sliders.into_iter().chain(x.look.numbers()).collect::<Vec<f32>>()
    };
    let text = words(a).into_iter().zip(words(b)).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| Field::Words(i));
    let slid = numbers(a).into_iter().zip(numbers(b)).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| Field::Number(i));
    let product = |x: &Brief| (x.product_x, x.product_y, x.product_scale);
    let text_place = |x: &Brief| (x.text_x, x.text_y, x.text_scale);
    let places = [(product(a) != product(b), Field::ProductPlace), (text_place(a) != text_place(b), Field::TextPlace)];
    let moved = places.into_iter().filter(|p| p.0).map(|p| p.1);
    let layers = if a.layers == b.layers { None } else { Some(Field::Layers(quick_edit(&a.layers, &b.layers)?)) };
    let mut changed: Vec<Field> = text.chain(slid).chain(moved).chain(layers).collect();
    let one = changed.pop().filter(|_| changed.is_empty())?;
    let rest = Brief {
        text: b.text.clone(),
        scene: b.scene.clone(),
        style: b.style.clone(),
        scene_negative: b.scene_negative.clone(),
        style_negative: b.style_negative.clone(),
        strength: b.strength,
        composition_strength: b.composition_strength,
        guidance: b.guidance,
        steps: b.steps,
        text_steps: b.text_steps,
        product_x: b.product_x,
        product_y: b.product_y,
        product_scale: b.product_scale,
        look: ProductLook { flip: a.look.flip, contact: a.look.contact, ..b.look.clone() },
        text_x: b.text_x,
        text_y: b.text_y,
        text_scale: b.text_scale,
        camera_elevation: b.camera_elevation,
        layers: b.layers.clone(),
        ..a.clone()
    };
    (rest == *b).then_some(one)
}

/// Whether the text changed by more than typing does, or a new word begins.
fn more_than_typing(a: &Brief, b: &Brief) -> bool {
    words(a).into_iter().zip(words(b)).filter(|(a, b)| a != b).any(|(a, b)| {
        let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        let (a_rest, b_rest): (Vec<char>, Vec<char>) = (a.chars().skip(same).collect(), b.chars().skip(same).collect());
        let tail = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(|(a, b)| a == b).count();
        let new_word = a_rest.is_empty() && a.ends_with(char::is_whitespace) && !b.ends_with(char::is_whitespace);
        a_rest.len().max(b_rest.len()) - tail > MOST_TYPED || new_word
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::CompositionMode;

    #[test]
    fn a_slider_of_the_product_is_one_edit_and_mirroring_its_own() {
        let mut undo = Undo::default();
        let mut s = Session::default();
        undo.observe(&s.brief, 0.0);
        for (i, rotation) in [3.0, 8.0, 15.0].iter().enumerate() {
            s.brief.look.rotation = *rotation;
            undo.observe(&s.brief, 10.0 + i as f64 * 0.1);
        }
        s.brief.look.flip = crate::request::Flip::Horizontal;
        undo.observe(&s.brief, 10.4);
        s.brief.look.shadow = 0.0;
        undo.observe(&s.brief, 10.5);
        assert!(undo.undo(&mut s));
        assert_eq!((s.brief.look.shadow, s.brief.look.flip), (1.0, crate::request::Flip::Horizontal));
        assert!(undo.undo(&mut s));
        assert_eq!((s.brief.look.rotation, s.brief.look.flip), (15.0, crate::request::Flip::None));
        assert!(undo.undo(&mut s) && s.brief.look == ProductLook::default() && !undo.can_undo());
    }

    #[test]
    fn typing_is_one_edit_and_choices_are_their_own() {
        let mut undo = Undo::default();
        let mut s = Session::default();
        undo.observe(&s.brief, 0.0);
        for (i, text) in ["신", "신메", "신메뉴"].iter().enumerate() {
            s.brief.text = (*text).into();
            undo.observe(&s.brief, 10.0 + i as f64 * 0.2);
        }
        s.brief.mode = CompositionMode::Blend;
        undo.observe(&s.brief, 10.7);
        assert!(undo.undo(&mut s));
        assert_eq!((s.brief.mode, s.brief.text.as_str()), (CompositionMode::Overlay, "신메뉴"));
        assert!(undo.undo(&mut s));
        assert_eq!(s.brief.text, "");
        assert!(!undo.undo(&mut s));
        assert!(undo.redo(&mut s) && undo.redo(&mut s));
        assert_eq!(s.brief.mode, CompositionMode::Blend);
        assert!(!undo.can_redo());
    }

    #[test]
    fn an_edit_is_one_field_for_a_few_seconds_to_the_end_of_a_word() {
        let steps = |edits: &[(f64, &str, &str)]| {
            let mut undo = Undo::default();
            let mut brief = Brief::default();
            undo.observe(&brief, 0.0);
            for (at, text, scene) in edits {
                (brief.text, brief.scene) = ((*text).into(), (*scene).into());
                undo.observe(&brief, *at);
            }
            undo.past.len()
        };
        assert_eq!(steps(&[(10.0, "a", ""), (10.1, "ab", "")]), 1);
        assert_eq!(steps(&[(10.0, "a", ""), (10.1, "a", "b")]), 2, "another field");
        assert_eq!(steps(&[(10.0, "a", ""), (10.1, "a ", ""), (10.2, "a b", ""), (10.3, "a bc", "")]), 2, "another word");
        assert_eq!(steps(&[(10.0, "", "wooden table"), (10.2, "", "marble, daylight")]), 2, "two presets");
        let long: Vec<_> = (0..12).map(|i| (10.0 + f64::from(i) * 0.5, &"abcdefghijkl"[..=i as usize], "")).collect();
        assert_eq!(steps(&long), 2, "typing without a pause");
    }

    #[test]
    fn past_another_project_its_name_and_file_come_back() {
        let mut undo = Undo::default();
        let mut s = Session { project: "a".into(), ..Session::default() };
        s.brief.text = "of a".into();
        let kept = (PathBuf::from("a.ncocoa"), s.brief.clone());
        s.saved = Some(kept.clone());
        undo.observe(&s.brief, 0.0);
        let a = undo.project();
        undo.start_project(&mut s);
        s.brief = Brief::default();
        undo.observe(&s.brief, 5.0);
        assert_eq!((s.project.as_str(), &s.saved), ("", &None));
        assert!(undo.undo(&mut s));
        assert_eq!((s.project.as_str(), &s.saved, s.brief.text.as_str()), ("a", &Some(kept), "of a"));
        assert!(undo.redo(&mut s));
        assert_eq!((s.project.as_str(), &s.saved), ("", &None));
        // A save that ends late is of the project that it was begun for.
        undo.saved(&mut s, a, "late.ncocoa".into(), Brief::default());
        assert_eq!(s.saved, None);
        undo.back_to(&mut s, a);
        assert_eq!(s.saved.map(|s| s.0), Some("late.ncocoa".into()));
    }
}
