//! Makes a size set: lays the advertisement out for each format, makes it and writes its file. Blocking.

use std::path::{Path, PathBuf};

use super::export::{self, Part, Settings, Written};
use super::format_set::{FormatSets, Progress, SetOrder, file_names};
use super::job_client::{JobClient, PartFrames, Submission, SubmitOptions};
use super::size_set;
use super::state::Brief;
use crate::formats::{FormatRule, FormatSpec, picture_for};
use crate::job::{JobSnapshot, JobStatus};
use crate::notice;
use crate::notice::{Language, Notice};
use crate::templates::{Margins, free_text_y};
use crate::typography::FontCatalog;

/// The services and settings with which a set is made.
pub struct SetWork<'a> {
    /// The job engine.
    pub jobs: &'a JobClient,
    /// The fonts.
    pub fonts: &'a FontCatalog,
    /// Language of the badge.
    pub lang: Language,
    /// The set, whose entries get their progress.
    pub sets: &'a FormatSets,
    /// Called after every change of the progress, with the submission of a job if there was one.
    pub tell: &'a dyn Fn(Option<Submission>),
}

/// A file of the set.
struct Target<'a> {
    spec: &'a FormatSpec,
    path: PathBuf,
}

impl SetWork<'_> {
    /// Makes every format of the order from this brief, whose parts stand at `frames`. Formats that cannot be made are told in their entries.
    ///
    /// # Errors
    /// The pattern of the file names cannot be used, or the folder cannot be made.
    pub fn run(&self, order: &SetOrder, folder: &Path, brief: &Brief, frames: &PartFrames) -> Result<(), Notice> {
        let names = file_names(order)?;
        let brief = &*brief.drawable();
        std::fs::create_dir_all(folder).map_err(|e| notice!("error-write", path = folder, detail = e.to_string()))?;
        for (at, (spec, name)) in order.formats.iter().zip(names).enumerate() {
            if self.sets.is_stopping() {
                break;
            }
            self.sets.change(at, |entry| entry.progress = Progress::Making);
            (self.tell)(None);
            let target = Target { spec, path: free_path(folder, &name, spec.file.extension(), order.replace) };
            let made = self.make(order, at, &laid_out(brief, frames, spec, self.fonts), &target);
            self.sets.change(at, |entry| {
                entry.progress = match made {
                    Ok(Some(written)) => Progress::Done { file: written.path, summary: written.summary, notices: written.notices },
                    Ok(None) => Progress::Stopped,
                    Err(why) => Progress::Failed(why),
                };
            });
            (self.tell)(None);
        }
        Ok(())
    }

    /// Makes and writes one format; `None` if it was stopped before a file was written.
    fn make(&self, order: &SetOrder, at: usize, brief: &Brief, target: &Target<'_>) -> Result<Option<Written>, Notice> {
        let Some(job) = self.finished(at, brief)? else { return Ok(None) };
        let written = self.export(order, &job, target)?;
        // Text below what the app covers is moved once, unless the designer has placed it.
        let free = free_text_y(&written.notices).and_then(|y| y.parse().ok()).filter(|_: &f32| brief.text_y.is_none());
        let Some(free) = free else { return Ok(Some(written)) };
        let moved = Brief { text_y: Some(free), ..brief.clone() };
        // The first file is written already, and counts if the set is stopped now.
        let Some(job) = self.finished(at, &moved)? else { return Ok(Some(written)) };
        let again = Target { spec: target.spec, path: written.path };
        self.export(order, &job, &again).map(Some)
    }

    /// Runs a brief to its end; `None` if it was stopped.
    fn finished(&self, at: usize, brief: &Brief) -> Result<Option<std::sync::Arc<JobSnapshot>>, Notice> {
        let submission = self.jobs.submit(brief.clone(), SubmitOptions::default())?;
        let id = match &submission {
            Submission::Accepted { id, .. } | Submission::Unchanged(id) => *id,
        };
        self.sets.change(at, |entry| entry.job = Some(id));
        (self.tell)(Some(submission));
        let job = self.jobs.wait(id, &|| self.sets.is_stopping()).ok_or_else(|| notice!("error-export-gone"))?;
        match job.status {
            JobStatus::Completed => Ok(Some(job)),
            JobStatus::Stopped => Ok(None),
            _ => Err(job.message.clone()),
        }
    }

    fn export(&self, order: &SetOrder, job: &JobSnapshot, target: &Target<'_>) -> Result<Written, Notice> {
        let gone = || notice!("error-export-gone");
        let name = picture_for(target.spec, &job.images).ok_or_else(gone)?;
        let part = Part::ALL.into_iter().find(|part| part.image() == name).ok_or_else(gone)?;
        let from = self.jobs.image_path(job.id, name).ok_or_else(gone)?;
        let settings = Settings { part, spec: Some(target.spec.clone().into()), xmp: order.xmp, badge: order.badge, ..Settings::default() };
        export::write(&from, &target.path, settings, self.lang)
    }
}

/// The brief on a format's canvas, without what the format forbids.
fn laid_out(brief: &Brief, frames: &PartFrames, spec: &FormatSpec, fonts: &FontCatalog) -> Brief {
    let canvas = spec.canvas();
    let mut after = size_set::on_canvas(brief, Some(frames), canvas, &Margins::of_format(spec, canvas), fonts);
    if spec.has(FormatRule::NoText) {
        after.text = String::new();
        after.layers.clear();
        after.layer_pictures.clear();
    }
    after
}

/// The path of a new file: one that is free, unless files are replaced.
fn free_path(folder: &Path, name: &str, extension: &str, replace: bool) -> PathBuf {
    let path = |name: &str| folder.join(format!("{name}.{extension}"));
    let numbered = (2..10_000).map(|number| path(&format!("{name} ({number})")));
    let first = path(name);
    std::iter::once(first.clone()).chain(numbered).find(|path| replace || !path.exists()).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;
    use serde_json::json;

    use super::*;
    use crate::backend::draft::DraftBackend;
    use crate::engine::{Engine, EngineConfig};
    use crate::formats::{Catalogue, SafeZone};
    use crate::gui::photos::PhotoStore;
    use crate::request::TextPosition;

    fn engine_and_jobs(dir: &Path) -> (Engine, JobClient) {
        let config = EngineConfig { data_dir: dir.join("data"), font_dirs: Vec::new(), default_font: crate::assets::DEFAULT_FONT.into() };
        let engine = Engine::start(config, Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap();
        let jobs = JobClient::new(engine.clone(), PhotoStore::new(&dir.join("studio")));
        (engine, jobs)
    }

    #[test]
    fn a_set_is_laid_out_written_within_its_limits_and_every_result_is_a_brief() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, jobs) = engine_and_jobs(dir.path());
        let fonts = engine.fonts();
        let bar = json!({"type": "shape", "fill": "#E53935", "x": 0.5, "y": 0.95, "width": 1.0, "height": 0.1});
        let brief = Brief { text: "세일".into(), scene: "sea".into(), width: 512, height: 512, layers: vec![bar], ..Brief::default() };
        let Ok(Submission::Accepted { id, .. }) = jobs.submit(brief.clone(), SubmitOptions::default()) else { panic!("not accepted") };
        jobs.wait(id, &|| false).unwrap();
        let catalogue = Catalogue::embedded();
        let spec = |id: &str| Arc::new(catalogue.get(id).unwrap().clone());
        let tiny = Arc::new(FormatSpec { id: "tiny".into(), max_bytes: Some(600), ..(*spec("google-300x250")).clone() });
        let formats = vec![spec("kakao-bizboard"), tiny, spec("google-300x250")];
        let order =
            SetOrder { job: id, name: "봄".into(), formats, pattern: "{name}-{format}".into(), xmp: true, badge: false, replace: false };
        let (sets, submitted) = (FormatSets::default(), Mutex::new(Vec::new()));
        assert!(sets.begin(&order));
        let tell = |submission: Option<Submission>| submitted.lock().extend(submission);
        let work = SetWork { jobs: &jobs, fonts: &fonts, lang: Language::Korean, sets: &sets, tell: &tell };
        let out = dir.path().join("새 폴더");
        work.run(&order, &out, &brief, &jobs.frames(id)).unwrap();
        assert_eq!(sets.end(), (2, 3));
        let entries = sets.entries();
        // The limit that no quality meets is named.
        assert!(
            matches!(&entries[1].progress, Progress::Failed(why) if why.code() == "formats-jpeg-too-large"),
            "{:?}",
            entries[1].progress
        );
        for (at, name, size, most) in
            [(0, "봄-kakao-bizboard.png", (1029, 258), 300_000), (2, "봄-google-300x250.jpg", (300, 250), 150_000)]
        {
            let file = out.join(name);
            assert_eq!(image::image_dimensions(&file).unwrap(), size);
            assert!(std::fs::metadata(&file).unwrap().len() <= most);
            assert!(matches!(&entries[at].progress, Progress::Done { file: told, .. } if *told == file));
            // The bar is at the foot of every picture.
            let picture = image::open(&file).unwrap().into_rgb8();
            let foot = picture.get_pixel(size.0 / 2, size.1 - 3).0;
            assert!(foot[0] > 200 && foot[1] < 90, "{name}: {foot:?}");
        }
        let briefs = submitted.lock();
        assert!(briefs.iter().all(|s| matches!(s, Submission::Accepted { brief, .. } if brief.layers.len() == 1)));
        drop(briefs);
        // A second set does not replace the first one's files, and a stop ends it.
        assert!(sets.begin(&order));
        work.run(&order, &out, &brief, &jobs.frames(id)).unwrap();
        sets.end();
        assert!(out.join("봄-kakao-bizboard (2).png").is_file());
        assert!(sets.begin(&order));
        sets.stop();
        work.run(&order, &out, &brief, &jobs.frames(id)).unwrap();
        assert_eq!(sets.end(), (0, 3));
        engine.shutdown();
    }

    #[test]
    fn a_file_that_is_written_counts_if_the_set_is_stopped_while_its_text_is_moved() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, jobs) = engine_and_jobs(dir.path());
        let fonts = engine.fonts();
        let brief =
            Brief { text: "Sale".into(), scene: "sea".into(), position: TextPosition::Top, width: 512, height: 512, ..Brief::default() };
        let Ok(Submission::Accepted { id, .. }) = jobs.submit(brief.clone(), SubmitOptions::default()) else { panic!("not accepted") };
        jobs.wait(id, &|| false).unwrap();
        let square = Catalogue::embedded().get("instagram-square").unwrap().clone();
        let safe = SafeZone { top: square.height * 2 / 5, ..SafeZone::default() };
        let formats = vec![Arc::new(FormatSpec { safe, ..square })];
        let order = SetOrder { job: id, name: "a".into(), formats, pattern: "{name}".into(), xmp: true, badge: false, replace: false };
        let (sets, submitted) = (FormatSets::default(), Mutex::new(0));
        assert!(sets.begin(&order));
        // The second submission is that with the moved text.
        let tell = |submission: Option<Submission>| {
            *submitted.lock() += usize::from(submission.is_some());
            if *submitted.lock() == 2 {
                sets.stop();
            }
        };
        let work = SetWork { jobs: &jobs, fonts: &fonts, lang: Language::Korean, sets: &sets, tell: &tell };
        work.run(&order, dir.path(), &brief, &jobs.frames(id)).unwrap();
        assert_eq!((*submitted.lock(), sets.end()), (2, (1, 1)), "{:?}", sets.entries()[0].progress);
        assert!(dir.path().join("a.jpg").is_file());
        engine.shutdown();
    }
}
