//! Archives of a package index, and the files that are extracted from them.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use zip::ZipArchive;

use super::error::HubError;
use super::fetch::{Download, discard};
use super::hash::Check;
use super::place::{Arrival, remove_empty_folders};
use super::receipts::{Entry, Origin};
use super::registry::{Member, WantedFile};
use crate::cancel::CancelToken;

/// Bytes that are unpacked at once.
const BLOCK: usize = 256 << 10;

/// The unpacked files of an archive if all of them are in their places; `None` otherwise, and for a file that is not an archive.
///
/// # Errors
/// A place is taken by a file that this program did not write.
pub(super) fn already_unpacked(download: &Download, known: &[Entry], models: &Path) -> Result<Option<Vec<Arrival>>, HubError> {
    let wanted = &download.wanted;
    let mut found = Vec::new();
    for member in &wanted.file.unpack {
        let path = models.join(wanted.member_place(member));
        let entry = known.iter().find(|entry| entry.path(models) == path);
        if entry.is_none() && path.symlink_metadata().is_ok() {
            return Err(HubError::Exists { path });
        }
        let entry = entry.filter(|entry| entry.etag == download.head.etag && entry.size == member.size && entry.is_there(models));
        found.extend(entry.map(|entry| Arrival { entry: entry.clone(), ready: None }));
    }
    let is_whole = !found.is_empty() && found.len() == wanted.file.unpack.len();
    Ok(Some(found).filter(|_| is_whole))
}

/// Replaces each archive among the arrivals by the files that the registry names in it. The archives stay. Blocking.
///
/// # Errors
/// An archive lacks a file or has one of another size, a file cannot be written, the work was stopped.
pub(super) fn unpack(
    arrivals: Vec<Arrival>,
    wanted: &[WantedFile],
    incoming: &Path,
    cancel: &CancelToken,
) -> Result<Vec<Arrival>, HubError> {
    let mut all = Vec::with_capacity(arrivals.len());
    for arrival in arrivals {
        let is_of = |wanted: &&WantedFile| format!("{}/{}", wanted.folder, wanted.file.target()) == arrival.entry.place;
        let wanted = wanted.iter().filter(|wanted| !wanted.file.unpack.is_empty()).find(is_of);
        let (Some(wanted), Some(archive)) = (wanted, &arrival.ready) else {
            all.push(arrival);
            continue;
        };
        let unusable = || HubError::UnexpectedContent { path: wanted.file.path.clone() };
        let file = File::open(archive).map_err(HubError::io(archive))?;
        let mut zip = ZipArchive::new(std::io::BufReader::new(file)).map_err(|_| unusable())?;
        for member in &wanted.file.unpack {
            let ready = incoming.join(wanted.member_place(member));
            let hash = extract(&mut zip, member, &ready, cancel)?.ok_or_else(unusable)?;
            let place = format!("{}/{}", wanted.folder, member.target());
            let entry = Entry { place, size: member.size, hash, ..arrival.entry.clone() };
            all.push(Arrival { entry: Entry { origin: Origin::Hub, ..entry }, ready: Some(ready) });
        }
    }
    Ok(all)
}

/// Writes a member of an archive to a file and returns its SHA-256; `None` if the archive does not have it, or not with this size.
fn extract(
    zip: &mut ZipArchive<std::io::BufReader<File>>,
    member: &Member,
    to: &Path,
    cancel: &CancelToken,
) -> Result<Option<String>, HubError> {
    let Ok(mut from) = zip.by_name(&member.path) else { return Ok(None) };
    if from.size() != member.size {
        return Ok(None);
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(HubError::io(folder))?;
    }
    let mut file = File::create(to).map_err(HubError::io(to))?;
    let mut digest = Check::SizeOnly.start(member.size);
    let (mut block, mut left) = (vec![0; BLOCK], member.size);
    loop {
        cancel.check().map_err(|_| HubError::Stopped)?;
        // An archive may hold more than it announces.
        let count = match from.read(&mut block) {
            Ok(count) if count as u64 <= left => count,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            // The archive has the right hash, so it was built with this damage.
            Err(_) => return Ok(None),
        };
        if count == 0 {
            break;
        }
        left -= count as u64;
        digest.update(&block[..count]);
        file.write_all(&block[..count]).map_err(HubError::io(to))?;
    }
    file.sync_all().map_err(HubError::io(to))?;
    Ok(Some(digest.finish()).filter(|_| left == 0))
}

/// Removes archives that are unpacked and placed.
pub(super) fn discard_archives(wanted: &[WantedFile], incoming: &Path) {
    for wanted in wanted.iter().filter(|wanted| !wanted.file.unpack.is_empty()) {
        let archive = incoming.join(wanted.waiting_place());
        discard(&archive);
        let _ = fs::remove_file(archive);
    }
    remove_empty_folders(incoming);
}
