//! Undo and redo of the brief. Edits of the same kind within a moment count as one.

use super::state::Brief;

/// Most steps back.
const DEPTH: usize = 200;
/// Edits closer together than this (seconds) are one edit.
const MOMENT: f64 = 0.8;

/// The past and the undone future.
#[derive(Debug, Default)]
pub struct Undo {
    past: Vec<Brief>,
    future: Vec<Brief>,
    last: Option<Brief>,
    last_time: f64,
}

impl Undo {
    /// Looks at the brief as it is now and keeps what was before, if it differs. `now` in seconds.
    pub fn observe(&mut self, brief: &Brief, now: f64) -> bool {
        let Some(last) = &self.last else {
            self.last = Some(brief.clone());
            return false;
        };
        if last == brief {
            return false;
        }
        let same_moment = now - self.last_time < MOMENT && !self.past.is_empty() && one_field(last, brief);
        if !same_moment {
            self.past.push(last.clone());
            if self.past.len() > DEPTH {
                self.past.remove(0);
            }
        }
        self.future.clear();
        self.last = Some(brief.clone());
        self.last_time = now;
        true
    }

    /// One step back.
    pub fn undo(&mut self, brief: &mut Brief) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(brief, before.clone()));
        self.last = Some(before);
        self.last_time = f64::NEG_INFINITY;
        true
    }

    /// One step forward again.
    pub fn redo(&mut self, brief: &mut Brief) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(brief, after.clone()));
        self.last = Some(after);
        self.last_time = f64::NEG_INFINITY;
        true
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

/// Typing and sliding change one of these; everything else is an edit of its own.
fn one_field(a: &Brief, b: &Brief) -> bool {
    let blank = |x: &Brief, of: &Brief| Brief {
        text: of.text.clone(),
        scene: of.scene.clone(),
        style: of.style.clone(),
        scene_negative: of.scene_negative.clone(),
        style_negative: of.style_negative.clone(),
        strength: of.strength,
        composition_strength: of.composition_strength,
        guidance: of.guidance,
        steps: of.steps,
        text_steps: of.text_steps,
        product_x: of.product_x,
        product_y: of.product_y,
        product_scale: of.product_scale,
        text_x: of.text_x,
        text_y: of.text_y,
        ..x.clone()
    };
    blank(a, b) == *b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_one_edit_and_choices_are_their_own() {
        let mut undo = Undo::default();
        let mut brief = Brief::default();
        undo.observe(&brief, 0.0);
        for (i, text) in ["신", "신메", "신메뉴"].iter().enumerate() {
            brief.text = (*text).into();
            undo.observe(&brief, 10.0 + i as f64 * 0.2);
        }
        brief.mode = "blend".into();
        undo.observe(&brief, 10.7);
        assert!(undo.undo(&mut brief));
        assert_eq!((brief.mode.as_str(), brief.text.as_str()), ("overlay", "신메뉴"));
        assert!(undo.undo(&mut brief));
        assert_eq!(brief.text, "");
        assert!(!undo.undo(&mut brief));
        assert!(undo.redo(&mut brief) && undo.redo(&mut brief));
        assert_eq!(brief.mode, "blend");
        assert!(!undo.can_redo());
    }
}
