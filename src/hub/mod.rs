//! Models from the hub: the registry of models, downloads that survive broken connections and crashes, and installed models. This is the only module
//! that opens connections to other machines, and only at the user's request.

mod downloads;
mod error;
mod fetch;
mod hash;
mod http;
mod import;
mod index;
mod installed;
mod intervals;
mod journal;
mod limits;
mod place;
mod progress;
mod pull;
mod receipts;
mod registry;
mod retry;
mod source;
mod wheels;

pub use downloads::{DownloadState, Downloads};
pub use error::HubError;
pub use installed::{Damage, Installed, SetState, Verified};
pub use limits::Limits;
pub use progress::{Phase, Progress, ProgressNow};
pub use pull::{FreeSpace, Hub};
pub use registry::{
    Content, Family, Format, Index, Licence, Member, MemoryNeed, ModelSet, Part, PartFile, Platform, Registry, Sale, WantedFile,
};
pub use source::Source;
