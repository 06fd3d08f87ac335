//! What is found again: the session, projects, and the settings inside pictures and jobs.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::bridge::{Bridge, Message, Say};
use super::execute::random_seed;
use super::state::{Brief, Session};
use crate::engine::project::{self, Project, ProjectError};
use crate::job::{ImageName, JobSnapshot};
use crate::request::fields::FIELDS;

/// Extension of project files.
pub const PROJECT: &str = "ncocoa";
const SESSION: &str = "session.json";
const BROKEN: &str = "session.broken.json";
/// Folder of photos and masks.
pub const PHOTOS: &str = "photos";
/// Photos that nothing refers to are kept for so long.
const UNUSED: Duration = Duration::from_secs(24 * 60 * 60);
/// The session as it was left; a fresh one where there is none, or where it cannot be read.
pub fn session(folder: &Path) -> Session {
    let fresh = || Session { brief: Brief { seed: random_seed(), ..Brief::default() }, ..Session::default() };
    let path = folder.join(SESSION);
    let Ok(bytes) = std::fs::read(&path) else { return fresh() };
    match serde_json::from_slice(&bytes) {
        Ok(session) => {
            sweep(folder, &session);
            session
        }
        Err(error) => {
            tracing::warn!(%error, "the session cannot be read; it is kept aside");
            let _ = std::fs::rename(&path, folder.join(BROKEN));
            fresh()
        }
    }
}

/// Whether there is a session from before.
pub fn is_kept(folder: &Path) -> bool {
    folder.join(SESSION).exists()
}

/// Removes photos and masks that nothing refers to any more. Undo ends with the program, and projects bring their own.
fn sweep(folder: &Path, session: &Session) {
    // A session that was put aside may be mended by hand.
    if folder.join(BROKEN).exists() {
        return;
    }
    let paths = session.briefs().flat_map(|b| b.product.iter().map(|p| &p.path).chain(b.mask.iter().map(|m| &m.path)));
    let kept: HashSet<&OsStr> = paths.chain(&session.recent).filter_map(|p| p.file_name()).collect();
    let Ok(photos) = std::fs::read_dir(folder.join(PHOTOS)) else { return };
    for photo in photos.flatten().filter(|f| !kept.contains(f.file_name().as_os_str())) {
        let age = photo.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
        if age.is_some_and(|age| age > UNUSED)
            && let Err(error) = std::fs::remove_file(photo.path())
        {
            tracing::warn!(%error, "a photo that is not used any more is still there");
        }
    }
}

/// Writes the session. Blocking.
pub fn save_now(folder: &Path, session: &Session) {
    let written = crate::store::create_private_dir(folder).map_err(|e| e.to_string()).and_then(|()| {
        let json = serde_json::to_vec_pretty(session).map_err(|e| e.to_string())?;
        crate::store::write_atomic(&folder.join(SESSION), &json).map_err(|e| e.to_string())
    });
    if let Err(error) = written {
        tracing::error!(%error, "the session cannot be saved");
    }
}

/// The brief inside a picture that was made by this program (its text entries), and whether nobody knows its photo; `None` for any other
/// picture. Blocking.
pub fn from_text(bridge: &Bridge, text: &[(String, String)]) -> Result<Option<(Brief, bool)>, Say> {
    let Some(all) = text.iter().find(|(k, _)| k == "nanococoa").and_then(|(_, v)| serde_json::from_str::<Value>(v).ok()) else {
        return Ok(None);
    };
    let Some(parameters) = all["parameters"].as_object() else { return Ok(None) };
    let id = all["job_id"].as_str().and_then(|t| t.parse::<Uuid>().ok());
    if let Some(job) = id.and_then(|id| bridge.engine().snapshot(id)) {
        return brief_of(bridge, &job).map(Some);
    }
    let side = |key: &str| all[key].as_u64().and_then(|v| u32::try_from(v).ok()).unwrap_or(1024);
    let brief = Brief::from_parameters(parameters, all["seed"].as_u64().unwrap_or(0), (side("width"), side("height")));
    Ok(Some((brief, true)))
}

/// The photo of an earlier job. Blocking.
fn product_of(bridge: &Bridge, id: Uuid) -> Result<Option<super::state::Product>, Say> {
    let Some(path) = bridge.image_path(id, ImageName::Product) else { return Ok(None) };
    let bytes = std::fs::read(&path).map_err(|e| Say::new("error.read", &[&path.display(), &e]))?;
    bridge.keep_photo(&bytes, "product.png").map(Some)
}

/// The job that painted the background which this one was given, if it is still here.
fn painter_of(bridge: &Bridge, job: &JobSnapshot) -> Option<Arc<JobSnapshot>> {
    let step1 = ImageName::Step1.as_str();
    let given = job.hashes.get(step1)?;
    bridge.engine().snapshots().into_iter().find(|j| j.start_step == 1 && j.hashes.get(step1) == Some(given))
}

/// The brief that a job stands for, whichever door it came through, and whether nobody knows its photo. Blocking.
pub fn brief_of(bridge: &Bridge, job: &JobSnapshot) -> Result<(Brief, bool), Say> {
    let painter = if job.start_step > 1 { painter_of(bridge, job) } else { None };
    let mut parameters = Map::clone(&job.parameters);
    if let Some(painter) = &painter {
        let of_scene = FIELDS
            .iter()
            .filter(|f| f.used_by == [crate::request::StepNumber::Background])
            .filter_map(|f| painter.parameters.get_key_value(f.name));
        parameters.extend(of_scene.map(|(k, v)| (k.clone(), v.clone())));
    }
    let unknown = job.start_step > 1 && painter.is_none();
    let photo = painter.as_deref().unwrap_or(job);
    let mut brief = Brief::from_parameters(&parameters, job.seed, (job.width, job.height));
    brief.product = product_of(bridge, photo.id)?;
    let corrected = photo.parameters.get("mask_image").is_some_and(|v| !v.is_null());
    if let Some(path) = bridge.image_path(photo.id, ImageName::Mask).filter(|_| corrected && brief.product.is_some()) {
        let bytes = std::fs::read(&path).map_err(|e| Say::new("error.read", &[&path.display(), &e]))?;
        brief.mask = Some(bridge.keep_mask(&bytes)?);
    }
    Ok((brief, unknown))
}

/// Takes over the settings of a job.
pub fn from_job(bridge: &Bridge, job: &Arc<JobSnapshot>, made: Option<Brief>) {
    let job = Arc::clone(job);
    bridge.work("nanococoa-restore", move |bridge| {
        let (brief, unknown) = made.map_or_else(|| brief_of(bridge, &job), |brief| Ok((brief, false)))?;
        Ok(Some(Message::Restored(Box::new(brief), Some(job.id), unknown)))
    });
}

/// Writes a project: a ZIP with `project.json`, the request as REST takes it, and the photo.
pub fn save_project(bridge: &Bridge, brief: Brief, path: PathBuf, number: u32) {
    bridge.write("nanococoa-project", move |_| {
        let path = if path.extension().is_some() { path } else { path.with_extension(PROJECT) };
        let bytes = pack(&brief)?;
        crate::store::write_atomic(&path, &bytes).map_err(|e| Say::from(e.to_string()))?;
        Ok(Some(Message::Saved(Box::new(brief), path, number)))
    });
}

fn pack(brief: &Brief) -> Result<Vec<u8>, Say> {
    let failed = |e: &dyn std::fmt::Display| Say::from(e.to_string());
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut put = |name: &str, bytes: &[u8]| {
        zip.start_file(name, stored).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))
    };
    // Its pictures lie beside it: where they are kept on this machine is nobody's business.
    let mut packed = brief.clone();
    if let Some(product) = &mut packed.product {
        product.path = project::PRODUCT.into();
    }
    if let Some(mask) = &mut packed.mask {
        mask.path = project::MASK.into();
    }
    put(project::BRIEF, &serde_json::to_vec_pretty(&packed).map_err(|e| failed(&e))?)?;
    put(project::REQUEST, &serde_json::to_vec_pretty(&brief.to_raw()).map_err(|e| failed(&e))?)?;
    if let Some(product) = &brief.product {
        let bytes = std::fs::read(&product.path).map_err(|e| Say::new("error.photo_gone", &[&product.name, &e]))?;
        put(project::PRODUCT, &bytes)?;
    }
    if let Some(mask) = &brief.mask {
        let bytes = std::fs::read(&mask.path).map_err(|e| Say::new("error.photo_gone", &[&project::MASK, &e]))?;
        put(project::MASK, &bytes)?;
    }
    zip.finish().map(std::io::Cursor::into_inner).map_err(|e| failed(&e))
}

/// Reads a project off the window's thread.
pub fn open_project(bridge: &Bridge, path: PathBuf) {
    bridge.work("nanococoa-project", move |bridge| {
        let bytes = project::read_file(&path).map_err(|e| Say::new("error.read", &[&path.display(), &e]))?;
        let bad = || Say::new("error.project", &[&path.display()]);
        let why = |e: ProjectError| match e {
            ProjectError::Unusable(notice) => Say::from(notice.to_string()),
            ProjectError::NoProject | ProjectError::Missing(_) => bad(),
        };
        let mut project = Project::open(&bytes).map_err(why)?;
        let mut part = |name: &str| project.part(name).map_err(why);
        let mut brief: Brief = serde_json::from_slice(&part(project::BRIEF)?).map_err(|_| bad())?;
        if let Some(product) = &mut brief.product {
            let photo = part(project::PRODUCT)?;
            let name = product.name.clone();
            *product = bridge.keep_photo(&photo, &name)?;
        }
        if brief.mask.is_some() {
            brief.mask = Some(bridge.keep_mask(&part(project::MASK)?)?);
        }
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Some(Message::Project(Box::new(brief), name, path)))
    });
}
