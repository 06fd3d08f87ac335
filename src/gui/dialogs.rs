//! File dialogs of the desktop. If the desktop has none, the studio asks for a path instead.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::brand_kit::FONT_FILES;
use super::export::Settings;
use super::format_set::SetOrder;
use super::native_window::NativeWindow;
use super::project_file;
use super::state::FolderKind;
use crate::notice;
use crate::notice::Language;
use crate::notice::Notice;

/// A dialog of the portal that ends sooner than this counts as not shown: it does not tell a failure from "cancel".
const TOO_QUICK: Duration = Duration::from_millis(600);

/// The purpose of a chosen file.
#[derive(Clone, Debug)]
pub enum FilePurpose {
    /// The product photo to read.
    Photo,
    /// A picture to read for a new layer, or for the layer at this place.
    LayerPicture(Option<usize>),
    /// A picture to read as the background.
    Backdrop,
    /// A project to read.
    OpenProject,
    /// A project to write.
    SaveProject,
    /// A folder of fonts to add.
    FontFolder,
    /// The folder of models to use.
    ModelsFolder,
    /// A picture of this job to write.
    Export(Uuid, Box<Settings>),
    /// The folder of a brand kit to use.
    BrandFolder,
    /// The folder of a brand kit to make.
    NewBrandFolder,
    /// A logo to copy into the brand kit.
    BrandLogo,
    /// A font to copy into the brand kit.
    BrandFont,
    /// The folder for the files of a size set.
    SetFolder(Box<SetOrder>),
}

impl FilePurpose {
    /// Title of the dialog.
    pub fn title(&self, lang: Language) -> &'static str {
        match self {
            Self::Photo => lang.t("dialog-photo"),
            Self::LayerPicture(_) => lang.t("dialog-layer-picture"),
            Self::Backdrop => lang.t("dialog-backdrop"),
            Self::OpenProject => lang.t("dialog-open-project"),
            Self::SaveProject => lang.t("dialog-save-project"),
            Self::FontFolder => lang.t("dialog-font-folder"),
            Self::ModelsFolder => lang.t("dialog-models-folder"),
            Self::Export(..) => lang.t("dialog-export"),
            Self::BrandFolder => lang.t("dialog-brand-folder"),
            Self::NewBrandFolder => lang.t("dialog-new-brand-folder"),
            Self::BrandLogo => lang.t("dialog-brand-logo"),
            Self::BrandFont => lang.t("dialog-brand-font"),
            Self::SetFolder(_) => lang.t("dialog-set-folder"),
        }
    }

    fn filter(&self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::Photo | Self::Backdrop => (crate::imaging::decode::READABLE, crate::imaging::decode::EXTENSIONS.to_vec()),
            Self::LayerPicture(_) | Self::BrandLogo => {
                let vectors = crate::imaging::decode::EXTENSIONS.iter().copied().chain(["svg"]);
                (crate::imaging::decode::READABLE, vectors.collect())
            }
            Self::OpenProject | Self::SaveProject => ("nanoCocoa", vec![project_file::EXTENSION]),
            Self::BrandFont => ("TTF, OTF, TTC, WOFF", FONT_FILES.to_vec()),
            Self::FontFolder | Self::ModelsFolder | Self::BrandFolder | Self::NewBrandFolder | Self::SetFolder(_) => ("", Vec::new()),
            Self::Export(_, settings) => (settings.file_type().name(), vec![settings.file_type().extension()]),
        }
    }

    /// The kind of file, under which the session remembers the folder of the last one.
    pub fn kind(&self) -> FolderKind {
        match self {
            Self::Photo | Self::Backdrop => FolderKind::Photos,
            Self::LayerPicture(_) | Self::BrandLogo => FolderKind::Layers,
            Self::BrandFolder | Self::NewBrandFolder => FolderKind::Brands,
            Self::OpenProject | Self::SaveProject => FolderKind::Projects,
            Self::FontFolder | Self::BrandFont => FolderKind::Fonts,
            Self::ModelsFolder => FolderKind::Models,
            Self::Export(..) | Self::SetFolder(_) => FolderKind::Exports,
        }
    }

    /// The folder in which the next dialog of this kind opens after `path` was chosen.
    pub fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        let folder = if self.is_folder() { Some(path) } else { path.parent() };
        folder.filter(|f| f.is_absolute()).map(Path::to_path_buf)
    }

    /// Whether a folder is chosen instead of a file.
    pub fn is_folder(&self) -> bool {
        matches!(self, Self::FontFolder | Self::ModelsFolder | Self::BrandFolder | Self::NewBrandFolder | Self::SetFolder(_))
    }

    /// Whether the folder is made if it does not exist.
    pub fn makes_folder(&self) -> bool {
        matches!(self, Self::NewBrandFolder | Self::SetFolder(_))
    }

    /// Whether a file is written.
    pub fn writes(&self) -> bool {
        matches!(self, Self::SaveProject | Self::Export(..))
    }

    /// The path to write for an entered one: with the usual extension if it has none.
    pub fn written_file(&self, path: &Path) -> PathBuf {
        match self {
            Self::SaveProject if path.extension().is_none() => path.with_extension(project_file::EXTENSION),
            Self::Export(_, settings) => settings.written_file(path),
            _ => path.to_path_buf(),
        }
    }
}

/// How a dialog ended.
pub enum Answer {
    /// The designer chose this path.
    Chosen(PathBuf),
    /// The designer chose nothing.
    Cancelled,
    /// This desktop cannot show dialogs.
    Unavailable,
}

/// Whether there is a D-Bus session bus, which file dialogs need on Linux. Without one the portal would answer only after a long timeout.
fn reachable() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let socket = set("XDG_RUNTIME_DIR").is_some_and(|d| Path::new(&d).join("bus").exists());
    set("DBUS_SESSION_BUS_ADDRESS").is_some() || socket
}

/// Shows a dialog that belongs to `window` and waits for its end. It opens in `folder` if that still exists, else where the desktop wants; `name` is the
/// suggested name of a file to write. Blocks.
///
/// # Errors
/// The asynchronous runtime cannot be started.
pub fn ask(
    purpose: &FilePurpose,
    name: Option<String>,
    folder: Option<PathBuf>,
    lang: Language,
    window: NativeWindow,
) -> Result<Answer, Notice> {
    if !reachable() {
        return Ok(Answer::Unavailable);
    }
    let began = Instant::now();
    let (label, extensions) = purpose.filter();
    let dialog = window.set_owner(rfd::AsyncFileDialog::new()).set_title(purpose.title(lang));
    let dialog = match folder.filter(|f| f.is_dir()) {
        Some(folder) => dialog.set_directory(folder),
        None => dialog,
    };
    let folder = purpose.is_folder();
    let dialog = if folder { dialog } else { dialog.add_filter(label, &extensions) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|_| notice!("error-thread"))?;
    let chosen: Option<PathBuf> = runtime.block_on(async move {
        let file = match name {
            Some(name) => dialog.set_file_name(name).save_file().await,
            None if folder => dialog.pick_folder().await,
            None => dialog.pick_file().await,
        };
        file.map(|f| f.path().to_path_buf())
    });
    Ok(match chosen {
        Some(path) => Answer::Chosen(path),
        None if cfg!(target_os = "linux") && began.elapsed() < TOO_QUICK => Answer::Unavailable,
        None => Answer::Cancelled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_opens_in_the_folder_of_the_last_file_of_its_kind() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("컵 사진.png");
        assert_eq!(FilePurpose::Photo.folder_of(&file).as_deref(), Some(dir.path()));
        assert_eq!(FilePurpose::ModelsFolder.folder_of(dir.path()).as_deref(), Some(dir.path()));
        assert_eq!(FilePurpose::Photo.folder_of(Path::new("cup.png")), None, "a relative path depends on where the program was started");
        assert_eq!(FilePurpose::OpenProject.kind(), FilePurpose::SaveProject.kind());
    }
}
