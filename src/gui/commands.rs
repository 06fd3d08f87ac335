//! Everything that can be done, once: menu, shortcuts, tooltips and the palette are fed from here, and run at one place (`execute`).

use egui::{Key, KeyboardShortcut, Modifiers};

use super::icons;

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Command {
    New,
    OpenPhoto,
    OpenPath,
    Paste,
    Sample,
    OpenProject,
    SaveProject,
    SaveProjectAs,
    Export,
    Quit,
    Undo,
    Redo,
    Generate,
    GenerateFront,
    GenerateAll,
    FromText,
    FromComposite,
    Variations,
    SizeSet,
    Stop,
    StopAll,
    TakeBack,
    TextAuto,
    ProductAuto,
    Brush,
    MaskAuto,
    RollSeed,
    LockSeed,
    TabProduct,
    TabBackground,
    TabText,
    TabFinal,
    ZoomFit,
    ZoomActual,
    ZoomIn,
    ZoomOut,
    Compare,
    DraftOrResult,
    History,
    Theme,
    Language,
    Larger,
    Smaller,
    Server,
    CopyCurl,
    Models,
    Fonts,
    Palette,
    Shortcuts,
}

/// How a command shows itself.
pub struct Face {
    /// Key of its name.
    pub key: &'static str,
    /// Lucide glyph.
    pub icon: &'static str,
    /// Its shortcut.
    pub shortcut: Option<KeyboardShortcut>,
    /// The shortcut also acts while a text field has the focus (never while a syllable is being composed).
    pub in_text: bool,
}

const fn face(key: &'static str, icon: &'static str) -> Face {
    Face { key, icon, shortcut: None, in_text: false }
}

impl Face {
    const fn on(mut self, modifiers: Modifiers, key: Key) -> Self {
        self.shortcut = Some(KeyboardShortcut::new(modifiers, key));
        self
    }
    const fn in_text(mut self) -> Self {
        self.in_text = true;
        self
    }
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Command {
    /// In the order of the palette.
    pub const ALL: &'static [Self] = &[
        Self::Generate,
        Self::GenerateFront,
        Self::GenerateAll,
        Self::FromText,
        Self::FromComposite,
        Self::Variations,
        Self::SizeSet,
        Self::Stop,
        Self::StopAll,
        Self::OpenPhoto,
        Self::OpenPath,
        Self::Paste,
        Self::Sample,
        Self::New,
        Self::OpenProject,
        Self::SaveProject,
        Self::SaveProjectAs,
        Self::Export,
        Self::Undo,
        Self::Redo,
        Self::TakeBack,
        Self::TextAuto,
        Self::ProductAuto,
        Self::Brush,
        Self::MaskAuto,
        Self::RollSeed,
        Self::LockSeed,
        Self::TabProduct,
        Self::TabBackground,
        Self::TabText,
        Self::TabFinal,
        Self::Compare,
        Self::DraftOrResult,
        Self::ZoomFit,
        Self::ZoomActual,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::History,
        Self::Server,
        Self::CopyCurl,
        Self::Models,
        Self::Fonts,
        Self::Theme,
        Self::Language,
        Self::Larger,
        Self::Smaller,
        Self::Palette,
        Self::Shortcuts,
        Self::Quit,
    ];

    /// How it shows itself.
    pub const fn face(self) -> Face {
        const NONE: Modifiers = Modifiers::NONE;
        match self {
            Self::New => face("command.new", icons::PLUS),
            Self::OpenPhoto => face("command.open_photo", icons::IMAGE_PLUS).on(CTRL, Key::O).in_text(),
            Self::OpenPath => face("command.open_path", icons::FOLDER_OPEN).on(CTRL_SHIFT, Key::O).in_text(),
            Self::Paste => face("command.paste", icons::CLIPBOARD_PASTE).on(CTRL, Key::V),
            Self::Sample => face("command.sample", icons::COFFEE),
            Self::OpenProject => face("command.open_project", icons::FOLDER_OPEN),
            Self::SaveProject => face("command.save_project", icons::SAVE).on(CTRL, Key::S).in_text(),
            Self::SaveProjectAs => face("command.save_project_as", icons::SAVE).on(CTRL_SHIFT, Key::S).in_text(),
            Self::Export => face("command.export", icons::DOWNLOAD).on(CTRL, Key::E).in_text(),
            Self::Quit => face("command.quit", icons::POWER).on(CTRL, Key::Q),
            Self::Undo => face("command.undo", icons::UNDO_2).on(CTRL, Key::Z),
            Self::Redo => face("command.redo", icons::REDO_2).on(CTRL_SHIFT, Key::Z),
            Self::Generate => face("command.generate", icons::SPARKLES).on(CTRL, Key::Enter).in_text(),
            Self::GenerateFront => face("command.generate_front", icons::LIST_START).on(CTRL_SHIFT, Key::Enter).in_text(),
            Self::GenerateAll => face("command.generate_all", icons::REFRESH_CW),
            Self::FromText => face("command.from_text", icons::TYPE),
            Self::FromComposite => face("command.from_composite", icons::LAYERS),
            Self::Variations => face("command.variations", icons::GRID_2X2),
            Self::SizeSet => face("command.size_set", icons::RATIO),
            Self::Stop => face("command.stop", icons::SQUARE).on(NONE, Key::Escape),
            Self::StopAll => face("command.stop_all", icons::CIRCLE_STOP),
            Self::TakeBack => face("command.take_back", icons::ARCHIVE_RESTORE),
            Self::TextAuto => face("command.text_auto", icons::TYPE),
            Self::ProductAuto => face("command.product_auto", icons::COFFEE),
            Self::Brush => face("command.brush", icons::BRUSH).on(NONE, Key::B),
            Self::MaskAuto => face("command.mask_auto", icons::ROTATE_CCW),
            Self::RollSeed => face("command.roll_seed", icons::DICES).on(NONE, Key::R),
            Self::LockSeed => face("command.lock_seed", icons::LOCK),
            Self::TabProduct => face("command.tab_product", icons::COFFEE).on(NONE, Key::Num1),
            Self::TabBackground => face("command.tab_background", icons::IMAGE).on(NONE, Key::Num2),
            Self::TabText => face("command.tab_text", icons::TYPE).on(NONE, Key::Num3),
            Self::TabFinal => face("command.tab_final", icons::LAYERS).on(NONE, Key::Num4),
            Self::ZoomFit => face("command.zoom_fit", icons::MAXIMIZE).on(CTRL, Key::Num0),
            Self::ZoomActual => face("command.zoom_actual", icons::SCAN).on(CTRL, Key::Num1),
            Self::ZoomIn => face("command.zoom_in", icons::ZOOM_IN).on(NONE, Key::Plus),
            Self::ZoomOut => face("command.zoom_out", icons::ZOOM_OUT).on(NONE, Key::Minus),
            Self::Compare => face("command.compare", icons::SQUARE_SPLIT_HORIZONTAL).on(NONE, Key::C),
            Self::DraftOrResult => face("command.draft_or_result", icons::LAYERS).on(NONE, Key::D),
            Self::History => face("command.history", icons::HISTORY).on(NONE, Key::H),
            Self::Theme => face("command.theme", icons::SUN),
            Self::Language => face("command.language", icons::LANGUAGES),
            Self::Larger => face("command.larger", icons::PLUS).on(CTRL, Key::Plus),
            Self::Smaller => face("command.smaller", icons::MINUS).on(CTRL, Key::Minus),
            Self::Server => face("command.server", icons::SERVER),
            Self::CopyCurl => face("command.copy_curl", icons::COPY),
            Self::Models => face("command.models", icons::PACKAGE),
            Self::Fonts => face("command.fonts", icons::FOLDER_PLUS),
            Self::Palette => face("command.palette", icons::COMMAND).on(CTRL, Key::K).in_text(),
            Self::Shortcuts => face("command.shortcuts", icons::KEYBOARD).on(NONE, Key::Questionmark),
        }
    }

    /// The shortcut in words, such as "Ctrl+Enter".
    pub fn shortcut_words(self, ctx: &egui::Context) -> String {
        let words = self.face().shortcut.map(|s| ctx.format_shortcut(&s)).unwrap_or_default();
        words.replace("Questionmark", "?").replace("Escape", "Esc").replace("Plus", "+").replace("Minus", "-")
    }
}

/// The commands whose shortcuts were pressed. Plain keys never fire while one types, and nothing fires while a syllable is being composed.
/// `typing`: a text field had the keyboard when the keys were pressed; Esc takes it away before anybody asks.
pub fn pressed(ctx: &egui::Context, composing: bool, typing: bool) -> Vec<Command> {
    if composing {
        return Vec::new();
    }
    // The longer combination first: Ctrl+Shift+Z is also Ctrl+Z.
    let mut order: Vec<Command> = Command::ALL.to_vec();
    order.sort_by_key(|c| c.face().shortcut.is_none_or(|s| !s.modifiers.shift));
    let may = |c: &Command| c.face().in_text || !typing;
    let hit = |c: &&Command| {
        c.face().shortcut.is_some_and(|s| {
            ctx.input_mut(|i| {
                // A plain key means exactly that key: egui would let Shift and Alt pass.
                let plain = s.modifiers == Modifiers::NONE;
                let bare = !i.modifiers.command && !i.modifiers.alt && !i.modifiers.ctrl;
                // On most keyboards plus shares its key with equals.
                let equals = s.logical_key == Key::Plus && i.consume_shortcut(&KeyboardShortcut::new(s.modifiers, Key::Equals));
                // As Windows has it.
                let again = **c == Command::Redo && i.consume_shortcut(&KeyboardShortcut::new(CTRL, Key::Y));
                (!plain || bare) && (equals || again || i.consume_shortcut(&s))
            })
        })
    };
    order.into_iter().filter(|c| may(c) && hit(&c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_share_a_shortcut_and_enter_alone_does_nothing() {
        let all: Vec<_> = Command::ALL.iter().filter_map(|c| c.face().shortcut.map(|s| (c, s))).collect();
        for (i, (a, s)) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|(_, other)| other != s), "{a:?}");
            assert!(s.logical_key != Key::Enter || s.modifiers.command, "{a:?}");
        }
    }
}
