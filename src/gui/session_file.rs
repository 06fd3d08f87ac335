//! The session on disk. All functions block.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::photos::PHOTOS;
use super::state::{Brief, Session};

const SESSION: &str = "session.json";
/// Name under which an unreadable session is kept.
const BROKEN: &str = "session.broken.json";
/// How long unreferenced photos are kept.
const UNUSED: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads the session of the last start. Returns a new one if there is none or it cannot be read.
pub fn load(folder: &Path) -> Session {
    let fresh = || Session { brief: Brief::fresh(), ..Session::default() };
    let path = folder.join(SESSION);
    let Ok(bytes) = std::fs::read(&path) else { return fresh() };
    match serde_json::from_slice(&bytes) {
        Ok(session) => {
            sweep(folder, &session);
            session
        }
        Err(error) => {
            tracing::warn!(%error, "the session cannot be read; it is kept as {BROKEN}");
            let _ = std::fs::rename(&path, folder.join(BROKEN));
            fresh()
        }
    }
}

/// Whether the studio was used in this folder before.
pub fn exists(folder: &Path) -> bool {
    folder.join(SESSION).exists()
}

/// Removes photos and masks that the session does not refer to. Undo does not survive the program, and projects
/// contain their own pictures.
fn sweep(folder: &Path, session: &Session) {
    // A session that could not be read may be repaired by hand.
    if folder.join(BROKEN).exists() {
        return;
    }
    let paths = session.briefs().flat_map(Brief::picture_paths);
    let kept: HashSet<&OsStr> = paths.chain(session.recent.iter().map(PathBuf::as_path)).filter_map(|p| p.file_name()).collect();
    let Ok(photos) = std::fs::read_dir(folder.join(PHOTOS)) else { return };
    for photo in photos.flatten().filter(|f| !kept.contains(f.file_name().as_os_str())) {
        let age = photo.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
        if age.is_some_and(|age| age > UNUSED)
            && let Err(error) = std::fs::remove_file(photo.path())
        {
            tracing::warn!(%error, "an unused photo cannot be removed");
        }
    }
}

/// Writes the session; a failure is logged only, because the window may be closing.
pub fn save(folder: &Path, session: &Session) {
    let written = crate::store::create_private_dir(folder).map_err(|e| e.to_string()).and_then(|()| {
        let json = serde_json::to_vec_pretty(session).map_err(|e| e.to_string())?;
        crate::store::write_atomic(&folder.join(SESSION), &json).map_err(|e| e.to_string())
    });
    if let Err(error) = written {
        tracing::error!(%error, "the session cannot be saved");
    }
}
