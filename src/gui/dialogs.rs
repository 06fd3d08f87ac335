//! File dialogs of the desktop, off the window's thread; where none can be shown, the in-app path box takes over.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::bridge::{Bridge, Message};
use super::export::Settings;
use super::i18n::Lang;

/// A dialog that is gone sooner than this was never there.
const TOO_QUICK: Duration = Duration::from_millis(600);

/// What a file is wanted for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// The product.
    Photo,
    /// A project to read.
    OpenProject,
    /// A project to write.
    SaveProject,
    /// A folder with fonts.
    FontFolder,
    /// A picture of this job to write.
    Export(uuid::Uuid, Box<Settings>),
}

impl Purpose {
    /// Key of the title.
    pub fn title(&self, lang: Lang) -> &'static str {
        match self {
            Self::Photo => lang.t("dialog.photo"),
            Self::OpenProject => lang.t("dialog.open_project"),
            Self::SaveProject => lang.t("dialog.save_project"),
            Self::FontFolder => lang.t("dialog.font_folder"),
            Self::Export(..) => lang.t("dialog.export"),
        }
    }

    fn filter(&self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::Photo => (crate::imaging::decode::READABLE, crate::imaging::decode::EXTENSIONS.to_vec()),
            Self::OpenProject | Self::SaveProject => ("nanoCocoa", vec![super::restore::PROJECT]),
            Self::FontFolder => ("", Vec::new()),
            Self::Export(_, settings) => (settings.format.name(), vec![settings.format.extension()]),
        }
    }

    /// Whether a folder is wanted.
    pub fn folder(&self) -> bool {
        matches!(self, Self::FontFolder)
    }

    /// Whether a file is written.
    pub fn writes(&self) -> bool {
        matches!(self, Self::SaveProject | Self::Export(..))
    }

    /// The file that is written where this path was entered.
    pub fn file(&self, path: &std::path::Path) -> PathBuf {
        match self {
            Self::SaveProject if path.extension().is_none() => path.with_extension(super::restore::PROJECT),
            Self::Export(_, settings) => settings.file(path),
            _ => path.to_path_buf(),
        }
    }
}

/// Asks for a file to read.
pub fn open(bridge: &Bridge, purpose: Purpose, lang: Lang) {
    ask(bridge, purpose, None, lang);
}

/// Asks for a file to write.
pub fn save(bridge: &Bridge, purpose: Purpose, name: &str, lang: Lang) {
    ask(bridge, purpose, Some(name.to_owned()), lang);
}

/// Whether there is a session bus, over which Linux desktops show their dialogs: without one the wait would be long and for nothing.
fn reachable() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let socket = set("XDG_RUNTIME_DIR").is_some_and(|d| std::path::Path::new(&d).join("bus").exists());
    set("DBUS_SESSION_BUS_ADDRESS").is_some() || socket
}

fn ask(bridge: &Bridge, purpose: Purpose, name: Option<String>, lang: Lang) {
    bridge.work("nanococoa-dialog", move |_| {
        if !reachable() {
            return Ok(Some(Message::NoDialog(purpose)));
        }
        let began = Instant::now();
        let (label, extensions) = purpose.filter();
        let dialog = rfd::AsyncFileDialog::new().set_title(purpose.title(lang));
        let folder = purpose.folder();
        let dialog = if folder { dialog } else { dialog.add_filter(label, &extensions) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| super::bridge::Say::from(e.to_string()))?;
        let chosen: Option<PathBuf> = runtime.block_on(async move {
            let file = match name {
                Some(name) => dialog.set_file_name(name).save_file().await,
                None if folder => dialog.pick_folder().await,
                None => dialog.pick_file().await,
            };
            file.map(|f| f.path().to_path_buf())
        });
        Ok(match chosen {
            Some(path) => Some(Message::Chosen(purpose, path)),
            None if began.elapsed() < TOO_QUICK => Some(Message::NoDialog(purpose)),
            None => None,
        })
    });
}
