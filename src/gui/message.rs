//! Messages from background tasks to the window.

use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use super::brand_kit::BrandKit;
use super::brush::{LoadedMask, MaskKey};
use super::dialogs::FilePurpose;
use super::job_client::{RestoredBrief, Submission};
use super::path_entry::{CheckReason, PathState};
use super::state::{Brief, Mask, Product};
use crate::notice::Notice;

/// The outcome of a task on a brand kit.
pub enum BrandOutcome {
    /// The kit in a folder was read, or could not be; with the number of the request.
    Opened(u64, Result<Box<BrandKit>, Notice>),
    /// This kit was written and read again, or could not be; and whether it has a new font.
    Written(Arc<BrandKit>, Result<Box<BrandKit>, Notice>, bool),
}

/// A message of a background task.
pub enum Message {
    /// A brief was submitted.
    Submitted(Submission),
    /// A job is in the trash.
    Deleted(Uuid),
    /// A photo was kept; the path is there if it came from a file.
    Product(Box<Product>, Option<PathBuf>),
    /// A picture for a new layer, or for the layer at this place, was kept.
    LayerPicture(Box<Product>, Option<usize>),
    /// A picture for the background was kept.
    Backdrop(Box<Product>),
    /// A brief was found in a picture, or read from the job.
    Restored(Box<RestoredBrief>, Option<Uuid>),
    /// A template was laid out.
    TemplateApplied {
        /// The brief for which that was done.
        before: Box<Brief>,
        /// The brief with the template.
        after: Box<Brief>,
    },
    /// A brand kit was read or written.
    Brand(BrandOutcome),
    /// A job of the size set was submitted.
    SetSubmitted(Submission),
    /// The progress of the size set changed.
    SetChanged,
    /// A task succeeded.
    Succeeded(Notice),
    /// A remark on a file that was opened.
    Noted(Notice),
    /// A task failed.
    Failed(Notice),
    /// A file was chosen in a dialog.
    FileChosen(FilePurpose, PathBuf),
    /// This desktop cannot show file dialogs.
    NoFileDialog(FilePurpose),
    /// A path that was entered was checked.
    PathChecked(String, PathState, CheckReason),
    /// A project was read.
    ProjectOpened {
        /// Its brief.
        brief: Box<Brief>,
        /// Its file.
        path: PathBuf,
    },
    /// A project was written.
    ProjectSaved {
        /// The brief in the file.
        brief: Box<Brief>,
        /// The file.
        path: PathBuf,
        /// The number that undo gave the project.
        project: u32,
    },
    /// The brush stroke with this number was written, or could not be.
    StrokeSaved(u64, Result<Mask, Notice>),
    /// A download or check of models began or ended, or a set was removed.
    ModelsChanged,
    /// The sets of models were read.
    ModelsListed,
    /// A signal tells the program to end.
    EndRequested,
    /// A mask was read for the brush.
    MaskLoaded(MaskKey, Arc<LoadedMask>),
}
