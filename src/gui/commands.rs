//! Commands: sent by panels, menus, shortcuts and the palette, carried out by `execute` alone.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};
use uuid::Uuid;

use super::brush::{FinishedStroke, MaskRequest};
use super::dialogs::FilePurpose;
use super::icons;
use super::path_entry::CheckReason;
use super::presets::Kind;
use super::selection::Selection;
use super::state::Brief;
use super::toasts::UndoTarget;
use super::view::Source;
use crate::notice::Language;
use crate::request::StepNumber;
use crate::request::layers::ShapeKind;
use crate::templates::Brand;

/// Name, icon and shortcut of a command.
#[derive(Clone, Copy)]
pub struct CommandInfo {
    /// Key of the name.
    pub key: &'static str,
    /// Lucide glyph.
    pub icon: &'static str,
    /// The shortcut.
    pub shortcut: Option<KeyboardShortcut>,
    /// Whether the shortcut also acts while a text field has the focus. No shortcut acts during IME composition.
    pub in_text: bool,
}

const fn info(key: &'static str, icon: &'static str) -> CommandInfo {
    CommandInfo { key, icon, shortcut: None, in_text: false }
}

impl CommandInfo {
    const fn on(mut self, modifiers: Modifiers, key: Key) -> Self {
        self.shortcut = Some(KeyboardShortcut::new(modifiers, key));
        self
    }
    const fn in_text(mut self) -> Self {
        self.in_text = true;
        self
    }
}

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// Declares the commands once: the enum, the list of all, and their descriptions come from the same rows.
macro_rules! ui_commands {
    ($($(#[$doc:meta])* $name:ident = $info:expr,)*) => {
        /// A command without data. It has a name, is listed in the palette and may have a shortcut.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum UiCommand {
            $($(#[$doc])* $name,)*
        }

        impl UiCommand {
            /// Every command, in the order of the palette.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Name, icon and shortcut.
            pub const fn info(self) -> CommandInfo {
                match self {
                    $(Self::$name => $info,)*
                }
            }
        }
    };
}

ui_commands! {
    /// Runs the steps that are not cached; draws a new seed if none is left and the seed is not locked.
    Generate = info("command-generate", icons::SPARKLES).on(CTRL, Key::Enter).in_text(),
    /// Like `Generate`, before the jobs that wait.
    GenerateFront = info("command-generate-front", icons::LIST_START).on(CTRL_SHIFT, Key::Enter).in_text(),
    /// Runs all steps, cached or not.
    GenerateAll = info("command-generate-all", icons::REFRESH_CW),
    /// Runs the text step and the composite step.
    FromText = info("command-from-text", icons::TYPE),
    /// Runs the composite step.
    FromComposite = info("command-from-composite", icons::LAYERS),
    /// Submits variations of the brief.
    Variations = info("command-variations", icons::GRID_2X2),
    /// Submits the brief once for each usual aspect ratio.
    SizeSet = info("command-size-set", icons::RATIO),
    /// Stops the running job.
    Stop = info("command-stop", icons::SQUARE).on(NONE, Key::Escape),
    /// Stops every job.
    StopAll = info("command-stop-all", icons::CIRCLE_STOP),
    /// Opens a photo with the file dialog.
    OpenPhoto = info("command-open-photo", icons::IMAGE_PLUS).on(CTRL, Key::O).in_text(),
    /// Opens a photo by its path.
    OpenPath = info("command-open-path", icons::FOLDER_OPEN).on(CTRL_SHIFT, Key::O).in_text(),
    /// Opens the photo in the clipboard.
    Paste = info("command-paste", icons::CLIPBOARD_PASTE).on(CTRL, Key::V),
    /// Opens the bundled sample photo.
    Sample = info("command-sample", icons::COFFEE),
    /// Opens the gallery of templates.
    Templates = info("command-templates", icons::GRID_2X2).on(CTRL, Key::T).in_text(),
    /// Opens the brand kit.
    Brand = info("command-brand", icons::PALETTE).on(CTRL, Key::B).in_text(),
    /// Starts an empty project.
    New = info("command-new", icons::PLUS).on(CTRL, Key::N).in_text(),
    /// Opens a project with the file dialog.
    OpenProject = info("command-open-project", icons::FOLDER_OPEN),
    /// Saves the project to its file.
    SaveProject = info("command-save-project", icons::SAVE).on(CTRL, Key::S).in_text(),
    /// Saves the project to another file.
    SaveProjectAs = info("command-save-project-as", icons::SAVE).on(CTRL_SHIFT, Key::S).in_text(),
    /// Opens the export window.
    Export = info("command-export", icons::DOWNLOAD).on(CTRL, Key::E).in_text(),
    /// Opens the window that makes a result in several formats.
    FormatSet = info("command-format-set", icons::RATIO).on(CTRL_SHIFT, Key::E).in_text(),
    /// Undoes the last edit of the brief.
    Undo = info("command-undo", icons::UNDO_2).on(CTRL, Key::Z),
    /// Repeats the edit that was undone.
    Redo = info("command-redo", icons::REDO_2).on(CTRL_SHIFT, Key::Z),
    /// Takes the job that was deleted last out of the trash.
    TakeBack = info("command-take-back", icons::ARCHIVE_RESTORE),
    /// Places the text automatically.
    TextAuto = info("command-text-auto", icons::TYPE),
    /// Places the product automatically.
    ProductAuto = info("command-product-auto", icons::COFFEE),
    /// Turns the brush on the product tab on or off.
    Brush = info("command-brush", icons::BRUSH).on(NONE, Key::B),
    /// Removes the corrected mask.
    MaskAuto = info("command-mask-auto", icons::ROTATE_CCW),
    /// Adds a text layer.
    AddText = info("command-add-text", icons::TYPE).on(NONE, Key::T),
    /// Adds a picture layer from a file.
    AddPicture = info("command-add-picture", icons::IMAGE_PLUS),
    /// Adds a shape layer.
    AddShape = info("command-add-shape", icons::SHAPES),
    /// Selects every layer.
    SelectAll = info("command-select-all", icons::SQUARE_DASHED_MOUSE_POINTER).on(CTRL, Key::A),
    /// Duplicates the selected layers.
    Duplicate = info("command-duplicate", icons::COPY).on(CTRL, Key::D),
    /// Deletes the selected things.
    Delete = info("command-delete", icons::TRASH_2).on(NONE, Key::Delete),
    /// Moves the selected layers one step to the front.
    Forward = info("command-forward", icons::ARROW_UP).on(CTRL, Key::CloseBracket),
    /// Moves the selected layers one step to the back.
    Backward = info("command-backward", icons::ARROW_DOWN).on(CTRL, Key::OpenBracket),
    /// Moves the selected layers in front of everything.
    ToFront = info("command-to-front", icons::ARROW_UP_TO_LINE),
    /// Moves the selected layers behind product and headline.
    ToBack = info("command-to-back", icons::ARROW_DOWN_TO_LINE),
    /// Hides or shows the selected layers.
    HideLayer = info("command-hide-layer", icons::EYE_OFF).on(CTRL_SHIFT, Key::H),
    /// Locks or unlocks the selected layers.
    LockLayer = info("command-lock-layer", icons::LOCK).on(CTRL_SHIFT, Key::L),
    /// Aligns left edges.
    AlignLeft = info("command-align-left", icons::ALIGN_START_VERTICAL),
    /// Aligns the middles horizontally.
    AlignCenter = info("command-align-center", icons::ALIGN_CENTER_VERTICAL),
    /// Aligns right edges.
    AlignRight = info("command-align-right", icons::ALIGN_END_VERTICAL),
    /// Aligns upper edges.
    AlignTop = info("command-align-top", icons::ALIGN_START_HORIZONTAL),
    /// Aligns the middles vertically.
    AlignMiddle = info("command-align-middle", icons::ALIGN_CENTER_HORIZONTAL),
    /// Aligns lower edges.
    AlignBottom = info("command-align-bottom", icons::ALIGN_END_HORIZONTAL),
    /// Distributes three and more things evenly from left to right.
    DistributeX = info("command-distribute-x", icons::ALIGN_HORIZONTAL_DISTRIBUTE_CENTER),
    /// Distributes three and more things evenly from top to bottom.
    DistributeY = info("command-distribute-y", icons::ALIGN_VERTICAL_DISTRIBUTE_CENTER),
    /// Draws a new seed.
    RollSeed = info("command-roll-seed", icons::DICES).on(NONE, Key::R),
    /// Locks or unlocks the seed.
    LockSeed = info("command-lock-seed", icons::LOCK),
    /// Shows the cut-out product.
    TabProduct = info("command-tab-product", icons::COFFEE).on(NONE, Key::Num1),
    /// Shows the background.
    TabBackground = info("command-tab-background", icons::IMAGE).on(NONE, Key::Num2),
    /// Shows the headline.
    TabText = info("command-tab-text", icons::TYPE).on(NONE, Key::Num3),
    /// Shows the finished advertisement.
    TabFinal = info("command-tab-final", icons::LAYERS).on(NONE, Key::Num4),
    /// Starts or ends the comparison of draft and result.
    Compare = info("command-compare", icons::SQUARE_SPLIT_HORIZONTAL).on(NONE, Key::C),
    /// Switches between draft and result.
    DraftOrResult = info("command-draft-or-result", icons::LAYERS).on(NONE, Key::D),
    /// Fits the picture into the canvas.
    ZoomFit = info("command-zoom-fit", icons::MAXIMIZE).on(CTRL, Key::Num0),
    /// Shows one pixel of the picture on one pixel of the screen.
    ZoomActual = info("command-zoom-actual", icons::SCAN).on(CTRL, Key::Num1),
    /// Enlarges the picture.
    ZoomIn = info("command-zoom-in", icons::ZOOM_IN).on(NONE, Key::Plus),
    /// Reduces the picture.
    ZoomOut = info("command-zoom-out", icons::ZOOM_OUT).on(NONE, Key::Minus),
    /// Shows or hides the history.
    History = info("command-history", icons::HISTORY).on(NONE, Key::H),
    /// Shows or hides the layers.
    Layers = info("command-layers", icons::LAYERS).on(NONE, Key::L),
    /// Opens the server window.
    Server = info("command-server", icons::SERVER),
    /// Copies the request as a `curl` command.
    CopyCurl = info("command-copy-curl", icons::COPY),
    /// Opens the models window.
    Models = info("command-models", icons::PACKAGE),
    /// Opens the font folders window.
    Fonts = info("command-fonts", icons::FOLDER_PLUS),
    /// Switches between the dark and the light theme.
    Theme = info("command-theme", icons::SUN),
    /// Switches the language.
    Language = info("command-language", icons::LANGUAGES),
    /// Enlarges the interface.
    Larger = info("command-larger", icons::PLUS).on(CTRL, Key::Plus),
    /// Reduces the interface.
    Smaller = info("command-smaller", icons::MINUS).on(CTRL, Key::Minus),
    /// Opens the command palette.
    Palette = info("command-palette", icons::COMMAND).on(CTRL, Key::K).in_text(),
    /// Opens the list of shortcuts.
    Shortcuts = info("command-shortcuts", icons::KEYBOARD).on(NONE, Key::Questionmark),
    /// Closes the window.
    Quit = info("command-quit", icons::POWER).on(CTRL, Key::Q),
}

impl UiCommand {
    /// Commands that add layers.
    pub const ADD_LAYER: &'static [Self] = &[Self::AddText, Self::AddPicture, Self::AddShape];
    /// Commands that edit layers or the selection, in the order of the menu.
    pub const EDIT_LAYERS: &'static [Self] = &[
        Self::SelectAll,
        Self::Duplicate,
        Self::Delete,
        Self::ToFront,
        Self::Forward,
        Self::Backward,
        Self::ToBack,
        Self::HideLayer,
        Self::LockLayer,
    ];
    /// Commands that align or distribute the selected layers.
    pub const ALIGN: &'static [Self] = &[
        Self::AlignLeft,
        Self::AlignCenter,
        Self::AlignRight,
        Self::AlignTop,
        Self::AlignMiddle,
        Self::AlignBottom,
        Self::DistributeX,
        Self::DistributeY,
    ];

    /// Whether it adds, edits, selects or aligns layers.
    pub fn is_about_layers(self) -> bool {
        Self::ADD_LAYER.contains(&self) || Self::EDIT_LAYERS.contains(&self) || self.aligns()
    }

    /// Whether it aligns or distributes the selected layers.
    pub fn aligns(self) -> bool {
        Self::ALIGN.contains(&self)
    }

    /// The shortcut in words, such as "Ctrl+Enter".
    pub fn shortcut_words(self, ctx: &egui::Context) -> String {
        let words = self.info().shortcut.map(|s| ctx.format_shortcut(&s)).unwrap_or_default();
        let names = [("Questionmark", "?"), ("Escape", "Esc"), ("Plus", "+"), ("Minus", "-"), ("OpenBracket", "["), ("CloseBracket", "]")];
        names.iter().fold(words, |words, (name, sign)| words.replace(name, sign))
    }
}

/// An action on a job.
#[derive(Clone, Debug)]
pub enum JobAction {
    /// Shows its result and compares the draft with it.
    Show,
    /// Compares it with the shown picture.
    Compare,
    /// Restores its settings into the brief.
    Restore,
    /// Continues it after its last finished step.
    Resume,
    /// Runs this step and the later ones again.
    Rerun(StepNumber),
    /// Gives it a star or takes it away.
    Star,
    /// Opens the window for title and note.
    EditNote,
    /// Sets its title and note.
    Annotate {
        /// The title; empty removes it.
        title: String,
        /// The note; empty removes it.
        note: String,
    },
    /// Shows it and opens the export window.
    Export,
    /// Stops it.
    Stop,
    /// Moves it to the trash.
    Delete,
}

/// An action on one job.
#[derive(Clone, Debug)]
pub struct JobCommand {
    /// The job.
    pub job: Uuid,
    /// The action.
    pub action: JobAction,
}

/// Changes of the session and of the view.
#[derive(Clone, Debug)]
pub enum EditCommand {
    /// Replaces the brief by an edited one.
    Brief(Box<Brief>),
    /// Renames the project.
    ProjectName(String),
    /// Sets the language.
    Language(Language),
    /// Sets the number of jobs of "Variations".
    Variations(u32),
    /// Applies the template with this ID to the brief.
    ApplyTemplate(String),
    /// Shows this source and ends a comparison.
    Show(Source),
    /// Opens the product tab with the brush on.
    RefineMask,
    /// Selects these things on the canvas.
    Select(Selection),
    /// Selects a text layer and puts the cursor into its text.
    EditText(usize),
    /// Adds a shape.
    AddShape(ShapeKind),
    /// Replaces the contents of the brand kit by edited ones.
    Brand(Box<Brand>),
    /// Opens the result of this job as a project of its own, with this name.
    OpenAlone(Uuid, String),
    /// Moves a layer to another place in the order, counted from the lowest.
    MoveLayer(usize, usize),
    /// Adds the field's text to the designer's presets.
    AddPreset(Kind, String),
    /// Removes a preset of the designer by its index.
    RemovePreset(Kind, usize),
}

/// Work with files.
pub enum FileCommand {
    /// Opens a photo, a picture of this program or a project.
    Open(PathBuf),
    /// Shows a file dialog, with a suggested name for a file to write.
    Ask(FilePurpose, Option<String>),
    /// Checks a path that was entered, and uses it if that is the reason.
    CheckPath(FilePurpose, String, CheckReason),
    /// Saves the project to a file.
    SaveProject(PathBuf),
    /// Stops using the fonts of a folder that was added in the studio.
    RemoveFontFolder(PathBuf),
    /// Inserts a logo of the brand kit as a layer.
    InsertLogo(String),
    /// Reads the brand kit again from its folder.
    ReopenBrand,
    /// Writes the brand kit again after a save failed.
    SaveBrand,
    /// Stops using the brand kit. Its folder stays.
    CloseBrand,
    /// Stops making the size set.
    StopSet,
    /// Loads a mask for the brush.
    LoadMask(MaskRequest),
    /// Writes a brush stroke.
    SaveStroke(FinishedStroke),
}

/// The REST server.
pub enum ServerCommand {
    /// Sets the address for the next start.
    Address(String),
    /// Sets the token for the next start.
    Token(String),
    /// Starts the server.
    Start,
    /// Stops the server.
    Stop,
    /// Copies the request as a `curl` command, also if the brief is empty.
    CopyCurl,
}

/// Models of the diffusion engine; each names the key of a set.
pub enum ModelCommand {
    /// Downloads it, or continues. The designer has agreed to its licences.
    Pull(String),
    /// Stops its download or check.
    Pause(String),
    /// Reads its files and compares their hashes.
    Verify(String),
    /// Removes it.
    Remove(String),
}

/// The program itself.
pub enum AppCommand {
    /// Closes the window without asking again.
    Quit,
    /// Removes the notification at this index.
    DismissToast(usize),
    /// Undoes the action that a notification reported.
    Undo(UndoTarget),
}

/// Declares [`Command`], and the conversion of each kind of command into it.
macro_rules! command_kinds {
    ($($kind:ident($command:ty),)*) => {
        /// Anything that a panel can ask for.
        #[allow(missing_docs)]
        pub enum Command {
            $($kind($command),)*
        }

        $(impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$kind(command)
            }
        })*
    };
}

command_kinds! {
    Ui(UiCommand),
    Job(JobCommand),
    Edit(EditCommand),
    File(FileCommand),
    Server(ServerCommand),
    Model(ModelCommand),
    App(AppCommand),
}

/// The commands of a frame, in the order in which they were sent.
#[derive(Default)]
pub struct CommandQueue(RefCell<VecDeque<Command>>);

impl CommandQueue {
    /// Adds a command.
    pub fn send(&self, command: impl Into<Command>) {
        self.0.borrow_mut().push_back(command.into());
    }

    /// Takes the oldest command.
    pub fn next(&self) -> Option<Command> {
        self.0.borrow_mut().pop_front()
    }

    /// Takes every edit of the brief, oldest first.
    pub fn take_brief_edits(&self) -> Vec<Brief> {
        let mut edits = Vec::new();
        let mut queue = self.0.borrow_mut();
        let others = std::mem::take(&mut *queue).into_iter().filter_map(|command| match command {
            Command::Edit(EditCommand::Brief(brief)) => {
                edits.push(*brief);
                None
            }
            other => Some(other),
        });
        *queue = others.collect();
        edits
    }
}

/// The commands whose shortcuts were pressed. None while `composing` (IME). `typing`: a text field had the focus when the keys were pressed;
/// Esc takes the focus away before this is called.
pub fn pressed(ctx: &egui::Context, composing: bool, typing: bool) -> Vec<UiCommand> {
    if composing {
        return Vec::new();
    }
    // The longer combination first: Ctrl+Shift+Z also matches Ctrl+Z.
    let mut order: Vec<UiCommand> = UiCommand::ALL.to_vec();
    order.sort_by_key(|c| c.info().shortcut.is_none_or(|s| !s.modifiers.shift));
    let may = |c: &UiCommand| c.info().in_text || !typing;
    let hit = |c: &&UiCommand| {
        c.info().shortcut.is_some_and(|s| {
            ctx.input_mut(|i| {
                // A key without modifiers means exactly that: egui ignores Shift and Alt here.
                let plain = s.modifiers == Modifiers::NONE;
                let bare = !i.modifiers.command && !i.modifiers.alt && !i.modifiers.ctrl;
                // On most keyboards plus shares its key with equals.
                let equals = s.logical_key == Key::Plus && i.consume_shortcut(&KeyboardShortcut::new(s.modifiers, Key::Equals));
                // The Windows convention for redo.
                let redo = **c == UiCommand::Redo && i.consume_shortcut(&KeyboardShortcut::new(CTRL, Key::Y));
                // The large delete key of Macs.
                let back = **c == UiCommand::Delete && bare && i.consume_key(NONE, Key::Backspace);
                (!plain || bare) && (equals || redo || back || i.consume_shortcut(&s))
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
        let all: Vec<_> = UiCommand::ALL.iter().filter_map(|c| c.info().shortcut.map(|s| (c, s))).collect();
        for (i, (a, s)) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|(_, other)| other != s), "{a:?}");
            assert!(s.logical_key != Key::Enter || s.modifiers.command, "{a:?}");
        }
    }

    #[test]
    fn shortcuts_are_written_as_on_each_system() {
        let ctx = egui::Context::default();
        crate::gui::fonts::install(&ctx);
        // Fonts are there after the first frame.
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let commands = [UiCommand::SaveProject, UiCommand::SaveProjectAs, UiCommand::Generate, UiCommand::Larger, UiCommand::Shortcuts];
        let words = |os| {
            ctx.set_os(os);
            commands.map(|c| c.shortcut_words(&ctx))
        };
        assert_eq!(words(egui::os::OperatingSystem::Mac), ["⌘S", "⇧⌘S", "⌘Enter", "⌘+", "?"]);
        for os in [egui::os::OperatingSystem::Windows, egui::os::OperatingSystem::Nix] {
            assert_eq!(words(os), ["Ctrl+S", "Ctrl+Shift+S", "Ctrl+Enter", "Ctrl++", "?"]);
        }
    }

    #[test]
    fn edits_of_the_brief_leave_the_queue_first() {
        let queue = CommandQueue::default();
        queue.send(UiCommand::Undo);
        queue.send(EditCommand::Brief(Box::new(Brief { seed: 1, ..Brief::default() })));
        queue.send(UiCommand::Redo);
        assert_eq!(queue.take_brief_edits().iter().map(|b| b.seed).collect::<Vec<_>>(), [1]);
        assert!(matches!(queue.next(), Some(Command::Ui(UiCommand::Undo))));
        assert!(matches!(queue.next(), Some(Command::Ui(UiCommand::Redo))));
        assert!(queue.next().is_none());
    }
}
