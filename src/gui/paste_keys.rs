//! Notices Ctrl+V of a file that was copied in the Explorer of Windows: it is neither text nor a picture, so egui-winit takes the press of V and reports
//! only its release.

use egui::{Event, Key, Modifiers};

/// The state of the keys during a paste.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasteKeys {
    /// Ctrl was held, alone, since V was last released. It may be released before V.
    had_command: bool,
    /// V was pressed as a letter or for another shortcut.
    is_typing: bool,
    /// Text or a picture was pasted.
    has_pasted: bool,
}

impl PasteKeys {
    /// Reads the events of a frame. Returns whether something was pasted that no event reports.
    pub fn update(&mut self, events: &[Event]) -> bool {
        let mut is_unseen = false;
        for event in events {
            match event {
                // Keys that are held while another window is in front belong to that window.
                Event::WindowFocused(_) => *self = Self::default(),
                Event::Paste(_) | Event::PasteImage(_) => self.has_pasted = true,
                Event::ModifiersChanged(modifiers) => self.follow(*modifiers),
                Event::Key { key: Key::V, pressed: true, .. } => self.is_typing = true,
                Event::Key { key: Key::V, pressed: false, modifiers, .. } => {
                    self.follow(*modifiers);
                    is_unseen |= self.had_command && !self.is_typing && !self.has_pasted;
                    *self = Self::default();
                    // Ctrl may stay down for another V.
                    self.follow(*modifiers);
                }
                _ => {}
            }
        }
        is_unseen
    }

    fn follow(&mut self, modifiers: Modifiers) {
        if modifiers.command_only() {
            // A paste by other keys or from a menu, before this shortcut began.
            self.has_pasted &= self.had_command;
            self.had_command = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CTRL: Modifiers = Modifiers { command: true, ctrl: true, ..Modifiers::NONE };

    fn v(pressed: bool, modifiers: Modifiers) -> Event {
        Event::Key { key: Key::V, physical_key: None, pressed, repeat: false, modifiers }
    }

    fn held(modifiers: Modifiers) -> Event {
        Event::ModifiersChanged(modifiers)
    }

    /// How many of the frames pasted something unseen. One event a frame, or all in one.
    fn unseen(keys: &mut PasteKeys, events: &[Event]) -> usize {
        let mut whole = *keys;
        let count = events.iter().filter(|event| keys.update(std::slice::from_ref(event))).count();
        assert_eq!(whole.update(events), count > 0, "{events:?} in one frame");
        count
    }

    #[test]
    fn a_file_is_pasted_whichever_key_is_released_first() {
        let mut keys = PasteKeys::default();
        // The press of V is not reported.
        assert_eq!(unseen(&mut keys, &[held(CTRL), v(false, CTRL), held(Modifiers::NONE)]), 1);
        assert_eq!(unseen(&mut keys, &[held(CTRL), held(Modifiers::NONE), v(false, Modifiers::NONE)]), 1);
        assert_eq!(unseen(&mut keys, &[held(CTRL), v(false, CTRL), v(false, CTRL), held(Modifiers::NONE)]), 2);
    }

    #[test]
    fn a_text_that_was_pasted_does_not_hide_the_next_file() {
        let text = || Event::Paste("x".into());
        let file = [held(CTRL), v(false, CTRL), held(Modifiers::NONE)];
        for pasted in [
            vec![held(CTRL), text(), v(false, CTRL), held(Modifiers::NONE)],
            vec![held(CTRL), text(), held(Modifiers::NONE), v(false, Modifiers::NONE)],
            // Shift+Insert, or a menu.
            vec![text()],
        ] {
            let mut keys = PasteKeys::default();
            assert_eq!(unseen(&mut keys, &pasted), 0);
            assert_eq!(unseen(&mut keys, &file), 1, "{pasted:?}");
        }
    }

    #[test]
    fn letters_and_other_shortcuts_paste_nothing() {
        let none = Modifiers::NONE;
        let shifted = Modifiers { shift: true, ..CTRL };
        for events in [
            vec![v(true, none), v(false, none)],
            vec![held(CTRL), held(none), v(true, none), v(false, none)],
            vec![held(shifted), v(true, shifted), v(false, shifted), held(none)],
            // V was pressed in another window.
            vec![held(CTRL), Event::WindowFocused(false), Event::WindowFocused(true), held(none), v(false, none)],
            vec![v(false, none)],
        ] {
            assert_eq!(unseen(&mut PasteKeys::default(), &events), 0, "{events:?}");
        }
    }
}
