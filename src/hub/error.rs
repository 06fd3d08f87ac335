//! Why models could not be downloaded, checked or removed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::notice;
use crate::notice::Notice;

/// Why models could not be downloaded, checked or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubError {
    /// The caller stopped the work.
    Stopped,
    /// No set has this key.
    UnknownSet {
        /// The key.
        set: String,
        /// The keys that exist.
        known: Vec<String>,
    },
    /// The licences of the set were not accepted.
    LicenceNotAccepted {
        /// The set.
        set: String,
        /// Names of its licences.
        licences: Vec<String>,
    },
    /// The set is not installed.
    NotInstalled {
        /// The set.
        set: String,
    },
    /// A registry file cannot be used.
    Registry {
        /// The file.
        file: String,
        /// The mistake, in English.
        detail: String,
    },
    /// `HF_ENDPOINT` or the address in a redirect is not an http address.
    BadAddress {
        /// The address.
        address: String,
    },
    /// `PIP_INDEX_URL` is not an http address.
    BadIndex,
    /// Another program downloads into the folder.
    Busy {
        /// The models folder.
        folder: PathBuf,
    },
    /// The licence of the repository must first be accepted on its page.
    Gated {
        /// The repository.
        repository: String,
        /// Its page.
        page: String,
        /// Whether a token was sent.
        with_token: bool,
    },
    /// The hub refuses the repository: the token is wrong, or the repository is private or does not exist.
    Refused {
        /// The repository.
        repository: String,
        /// Whether a token was sent.
        with_token: bool,
    },
    /// The repository does not have the file.
    NotFound {
        /// The repository.
        repository: String,
        /// Path of the file in it.
        path: String,
    },
    /// A server answers with an error.
    Status {
        /// The server.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// A server asks for a pause of more than five minutes.
    Throttled {
        /// The server.
        host: String,
        /// Seconds.
        seconds: u64,
    },
    /// A server cannot be reached, or the connection breaks again and again.
    Network {
        /// The server.
        host: String,
        /// The library's message, in English.
        detail: String,
    },
    /// A server sends nothing, or next to nothing, for too long.
    Stalled {
        /// The server.
        host: String,
    },
    /// A server redirects too often or to an address that must not be followed.
    Redirect {
        /// The server.
        host: String,
    },
    /// The file changed again and again while it was downloaded.
    Changed {
        /// The file.
        path: String,
    },
    /// The server sends another number of bytes than announced.
    WrongLength {
        /// The file.
        path: String,
        /// Announced bytes.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
    /// The content does not have the announced hash.
    WrongHash {
        /// The file.
        path: String,
    },
    /// The hub announces other content than the registry.
    UnexpectedContent {
        /// The file.
        path: String,
    },
    /// The disk has too little space.
    DiskFull {
        /// The models folder.
        folder: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free, if known.
        free: Option<u64>,
    },
    /// A file or folder cannot be read or written.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's message.
        detail: String,
    },
    /// A file or folder that was to be imported is not a model that this program knows.
    NotAModel {
        /// The file or folder.
        path: PathBuf,
    },
    /// A folder of this name is in the models folder already.
    Exists {
        /// The folder.
        path: PathBuf,
    },
}

impl HubError {
    /// For `map_err`: adds the path. A full disk keeps its own variant.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { folder: path.parent().unwrap_or(&path).to_path_buf(), needed: 0, free: None }
            }
            _ => Self::Io { path, detail: error.to_string() },
        }
    }

    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        let gigabytes = |bytes: u64| format!("{:.2}", bytes as f64 / 1e9);
        match self {
            Self::Stopped => notice!("hub-stopped"),
            Self::UnknownSet { set, known } => notice!("hub-unknown-set", set = set, known = known.clone()),
            Self::LicenceNotAccepted { set, licences } => notice!("hub-licence-not-accepted", set = set, licences = licences.clone()),
            Self::NotInstalled { set } => notice!("hub-not-installed", set = set),
            Self::Registry { file, detail } => notice!("hub-registry", file = file, detail = detail),
            Self::BadAddress { address } => notice!("hub-bad-address", address = address),
            Self::BadIndex => notice!("hub-bad-index"),
            Self::Busy { folder } => notice!("hub-busy", folder = folder.as_path()),
            Self::Gated { repository, page, with_token: false } => notice!("hub-gated", repository = repository, page = page),
            Self::Gated { repository, page, with_token: true } => notice!("hub-gated-with-token", repository = repository, page = page),
            Self::Refused { repository, with_token: false } => notice!("hub-refused", repository = repository),
            Self::Refused { repository, with_token: true } => notice!("hub-refused-with-token", repository = repository),
            Self::NotFound { repository, path } => notice!("hub-not-found", repository = repository, path = path),
            Self::Status { host, status } => notice!("hub-status", host = host, status = status.to_string()),
            Self::Throttled { host, seconds } => notice!("hub-throttled", host = host, seconds = *seconds),
            Self::Network { host, detail } => notice!("hub-network", host = host, detail = detail),
            Self::Stalled { host } => notice!("hub-stalled", host = host),
            Self::Redirect { host } => notice!("hub-redirect", host = host),
            Self::Changed { path } => notice!("hub-changed", path = path),
            Self::WrongLength { path, expected, found } => {
                notice!("hub-wrong-length", path = path, expected = expected.to_string(), found = found.to_string())
            }
            Self::WrongHash { path } => notice!("hub-wrong-hash", path = path),
            Self::UnexpectedContent { path } => notice!("hub-unexpected-content", path = path),
            Self::DiskFull { folder, free: None, .. } => notice!("hub-disk-full", folder = folder.as_path()),
            Self::DiskFull { folder, needed, free: Some(free) } => {
                notice!("hub-disk-too-small", folder = folder.as_path(), needed = gigabytes(*needed), free = gigabytes(*free))
            }
            Self::Io { path, detail } => notice!("hub-io", path = path.as_path(), detail = detail),
            Self::NotAModel { path } => notice!("hub-not-a-model", path = path.as_path()),
            Self::Exists { path } => notice!("hub-exists", path = path.as_path()),
        }
    }

    /// Whether the input is wrong, not the machine or the network: an unknown set, a licence that was not accepted, a file that is no model.
    pub fn is_bad_input(&self) -> bool {
        matches!(
            self,
            Self::UnknownSet { .. }
                | Self::LicenceNotAccepted { .. }
                | Self::NotInstalled { .. }
                | Self::Registry { .. }
                | Self::BadAddress { .. }
                | Self::BadIndex
                | Self::NotAModel { .. }
                | Self::Exists { .. }
        )
    }
}

impl fmt::Display for HubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.notice().fmt(f)
    }
}

impl std::error::Error for HubError {}
