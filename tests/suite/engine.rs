//! The engine with a scriptable backend: order of events, files before events, stop, failure, panic, queue, restart, resume.

use std::time::{Duration, Instant};

use nanococoa::engine::{DeleteError, Engine, SubmitError, SubmitPolicy, parse_request};
use nanococoa::job::{ImageName, JobStatus};
use nanococoa::request::StepNumber;
use serde_json::json;
use uuid::Uuid;

use crate::common::*;

fn submit(engine: &Engine, extra: serde_json::Value) -> Uuid {
    let spec = parse_request(engine, raw(request(extra)), false).unwrap();
    engine.submit(spec, SubmitPolicy::Enqueue).unwrap()
}

#[test]
fn a_whole_job_leaves_every_picture_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let id = submit(&engine, json!({}));
    let job = wait(&engine, id);
    completed(&job);
    assert_eq!(job.progress_percent, 100);
    for &name in ImageName::ALL.iter().filter(|name| **name != ImageName::Backdrop) {
        let path = engine.image_path(id, name).unwrap_or_else(|| panic!("{name:?} is missing"));
        image::open(path).unwrap();
    }
    let text = nanococoa::imaging::png_chunks::read_png_text(&std::fs::read(engine.image_path(id, ImageName::Final).unwrap()).unwrap());
    let meta: serde_json::Value = serde_json::from_str(&text.iter().find(|t| t.0 == "nanococoa").unwrap().1).unwrap();
    assert_eq!(meta["engine"], "draft");
    assert_eq!(meta["draft"], true);
    assert_eq!(meta["seed"], 3);
    assert_eq!(meta["parameters"]["text_content"], "신메뉴 출시");
    assert!(meta["legibility"].is_number());
    assert!(text.iter().any(|t| t.0 == "parameters" && t.1.contains("Seed: 3")));
    engine.shutdown();
}

#[test]
fn progress_never_goes_back_and_steps_come_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    for stage in ["segment", "scene", "blend", "sculpt", "harmonize"] {
        script.set(stage, Act::Slow(Duration::from_millis(60)));
    }
    let engine = engine_in(dir.path(), &script);
    let id = submit(&engine, json!({}));
    let (mut percent, mut seen, mut previews) = (0, Vec::new(), 0);
    loop {
        let job = engine.snapshot(id).unwrap();
        assert!(job.progress_percent >= percent);
        percent = job.progress_percent;
        previews = job.preview.as_ref().map_or(previews, |p| p.sequence);
        if let Some(stage) = job.sub_step()
            && seen.last() != Some(&stage)
        {
            seen.push(stage);
        }
        for &name in &job.images {
            assert!(engine.image_path(id, name).unwrap().is_file(), "{name:?} is listed before it is on disk");
        }
        if !job.status.is_active() {
            completed(&job);
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let order = ["segmentation", "flux_background_generation", "flux_inpaint_injection", "sdxl_text_generation", "intelligent_composition"];
    let mut positions = order.iter().map(|o| seen.iter().position(|s| s == o).unwrap_or_else(|| panic!("{o} was not seen in {seen:?}")));
    let first = positions.next().unwrap();
    positions.fold(first, |before, next| {
        assert!(next > before, "{seen:?}");
        next
    });
    assert!(previews > 0);
    engine.shutdown();
}

#[test]
fn stop_in_each_stage_keeps_finished_steps() {
    for (stage, kept) in [("segment", 0), ("scene", 0), ("blend", 0), ("sculpt", 1), ("cut_text", 1), ("harmonize", 2)] {
        let dir = tempfile::tempdir().unwrap();
        let script = Script::default();
        script.set(stage, Act::Slow(Duration::from_secs(30)));
        let engine = engine_in(dir.path(), &script);
        let id = submit(&engine, json!({}));
        let sub_step = match stage {
            "segment" => "segmentation",
            "scene" => "flux_background_generation",
            "blend" => "flux_inpaint_injection",
            "sculpt" => "sdxl_text_generation",
            "cut_text" => "text_background_removal",
            _ => "intelligent_composition",
        };
        wait_until(&engine, id, |j| j.sub_step() == Some(sub_step) && j.status == JobStatus::Running);
        std::thread::sleep(Duration::from_millis(20));
        let asked = Instant::now();
        engine.stop(id);
        let job = wait(&engine, id);
        assert_eq!(job.status, JobStatus::Stopped, "{stage}");
        assert!(asked.elapsed() < Duration::from_secs(5), "{stage}: {:?}", asked.elapsed());
        let steps = [ImageName::Step1, ImageName::Step2, ImageName::Final];
        assert_eq!(steps.iter().filter(|n| job.images.contains(n)).count(), kept, "{stage}");
        assert_eq!(engine.stop(id), Some(JobStatus::Stopped));
        engine.shutdown();
    }
}

#[test]
fn failure_and_panic_fail_the_job_not_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    script.set("sculpt", Act::Fail(nanococoa::notice::Notice::verbatim("CUDA out of memory. Try a smaller size.")));
    let id = submit(&engine, json!({}));
    let job = wait(&engine, id);
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.message.to_string().contains("CUDA out of memory"));
    assert!(job.error.is_some() && job.images.contains(&ImageName::Step1));
    script.set("sculpt", Act::Panic);
    let id = submit(&engine, json!({}));
    let job = wait(&engine, id);
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.message.to_string().contains("scripted panic"));
    script.set("sculpt", Act::Quick);
    let id = submit(&engine, json!({}));
    completed(&wait(&engine, id));
    engine.shutdown();
}

#[test]
fn one_job_at_a_time_and_a_queue_for_those_who_wait() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("scene", Act::Slow(Duration::from_millis(300)));
    let engine = engine_in(dir.path(), &script);
    let first = submit(&engine, json!({}));
    let spec = parse_request(&engine, raw(request(json!({}))), false).unwrap();
    match engine.submit(spec, SubmitPolicy::RejectIfBusy) {
        Err(SubmitError::Busy { retry_after }) => assert!(retry_after >= 1),
        other => panic!("{other:?}"),
    }
    let second = submit(&engine, json!({}));
    let third = submit(&engine, json!({}));
    assert_eq!(engine.stop(third), Some(JobStatus::Stopped));
    assert!(matches!(engine.delete(first), Err(DeleteError::Running)));
    completed(&wait(&engine, first));
    completed(&wait(&engine, second));
    assert_eq!(engine.snapshot(third).unwrap().status, JobStatus::Stopped);
    assert_eq!(engine.busy(), None);
    engine.delete(first).unwrap();
    assert!(matches!(engine.delete(first), Err(DeleteError::NotFound)));
    assert!(!dir.path().join("jobs").join(first.to_string()).exists());
    engine.shutdown();
}

#[test]
fn results_survive_a_restart_and_a_stopped_job_is_continued() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    let done = submit(&engine, json!({}));
    completed(&wait(&engine, done));
    script.set("sculpt", Act::Slow(Duration::from_secs(30)));
    let stopped = submit(&engine, json!({"force_from_step": 2}));
    wait_until(&engine, stopped, |j| j.sub_step() == Some("sdxl_text_generation"));
    engine.shutdown();
    drop(engine);

    script.set("sculpt", Act::Quick);
    let engine = engine_in(dir.path(), &script);
    assert_eq!(engine.snapshots().len(), 2);
    assert_eq!(engine.snapshots()[0].id, stopped, "newest first");
    completed(&engine.snapshot(done).unwrap());
    assert!(engine.picture(done, ImageName::Final).unwrap().starts_with(b"\x89PNG"));
    let raw = engine.resume_request(stopped).unwrap();
    assert_eq!((&raw.fields["start_step"], raw.attachments.keys().copied().collect::<Vec<_>>()), (&json!(2), vec!["step1_image"]));
    let spec = parse_request(&engine, raw, false).unwrap();
    let id = engine.submit(spec, SubmitPolicy::RejectIfBusy).unwrap();
    completed(&wait(&engine, id));
    let read = |id, name| image::open(engine.image_path(id, name).unwrap()).unwrap().into_rgb8();
    assert_eq!(read(done, ImageName::Final), read(id, ImageName::Final), "a continued job gives the same pixels");
    engine.shutdown();
}

#[test]
fn two_programs_do_not_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let second = nanococoa::store::JobStore::open(dir.path());
    assert!(second.unwrap_err().to_string().contains("another nanoCocoa"));
    engine.shutdown();
}

#[test]
fn recovery_drops_what_is_broken_and_says_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let id = submit(&engine, json!({}));
    completed(&wait(&engine, id));
    engine.shutdown();
    drop(engine);
    let job = dir.path().join("jobs").join(id.to_string());
    let record = std::fs::read_to_string(job.join("job.json")).unwrap().replace("\"completed\"", "\"running\"");
    std::fs::write(job.join("job.json"), record).unwrap();
    let whole = std::fs::read(job.join("final.png")).unwrap();
    std::fs::write(job.join("final.png"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(job.join(".half.tmp"), b"x").unwrap();
    std::fs::create_dir(dir.path().join("jobs").join(Uuid::new_v4().to_string())).unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let found = engine.snapshot(id).unwrap();
    assert_eq!(found.status, JobStatus::Failed);
    assert!(found.message.to_string().contains("Interrupted") && found.error.as_ref().unwrap().to_string().contains("interrupted"));
    assert!(!found.images.contains(&ImageName::Final) && found.images.contains(&ImageName::Step2));
    assert_eq!(found.resume_step(), StepNumber::Composite);
    assert!(!job.join(".half.tmp").exists());
    assert_eq!(engine.snapshots().len(), 1);
    assert_eq!(std::fs::read_dir(dir.path().join("jobs")).unwrap().count(), 1, "a folder with nothing in it is removed");
    engine.shutdown();
}

#[test]
fn a_picture_that_was_damaged_meanwhile_is_noticed_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let id = submit(&engine, json!({}));
    completed(&wait(&engine, id));
    engine.shutdown();
    drop(engine);
    let folder = dir.path().join("jobs").join(id.to_string());
    let whole = std::fs::read(folder.join("step2.png")).unwrap();
    let middle = whole.len() / 2;
    let zeroed = [&whole[..middle], &[0; 50], &whole[middle + 50..]].concat();
    let holed = [&whole[..middle], &whole[middle + 50..]].concat();
    let longer = [&whole[..], b"x"].concat();
    for (what, bytes) in [("zeroed", zeroed.clone()), ("holed", holed.clone()), ("cut", whole[..middle].to_vec()), ("longer", longer)] {
        std::fs::write(folder.join("step2.png"), bytes).unwrap();
        let engine = engine_in(dir.path(), &Script::default());
        let job = engine.snapshot(id).unwrap();
        assert!(!job.images.contains(&ImageName::Step2) && job.images.contains(&ImageName::Final), "{what}");
        assert!(job.message.to_string().contains("missing or damaged and are not shown: step2.png."), "{what}: {}", job.message);
        assert!(engine.picture(id, ImageName::Step2).is_none(), "{what}");
        assert_eq!(job.resume_step(), StepNumber::Text, "{what}");
        engine.shutdown();
    }
    // Whole again, it is listed again.
    std::fs::write(folder.join("step2.png"), &whole).unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    assert_eq!(engine.snapshot(id).unwrap().message.to_string(), "All steps completed");
    engine.shutdown();
    drop(engine);

    // A disk that loses bits changes no date: what is used is read to the end.
    let path = folder.join("step2.png");
    let date = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::write(&path, &zeroed).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(date).unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    assert!(engine.snapshot(id).unwrap().images.contains(&ImageName::Step2));
    let again = submit(&engine, json!({}));
    completed(&wait(&engine, again));
    assert_eq!(engine.snapshot(again).unwrap().cached_steps, [StepNumber::Background, StepNumber::Composite]);
    assert!(engine.resume_request(id).is_ok() && engine.checked(id).unwrap().lost == [ImageName::Step2]);
    engine.shutdown();
    drop(engine);

    // Records of earlier versions know nothing of their files.
    let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("job.json")).unwrap()).unwrap();
    assert!(record["files"]["step1"]["bytes"].as_u64().unwrap() > 0);
    for field in ["files", "sequence"] {
        record.as_object_mut().unwrap().remove(field);
    }
    std::fs::write(folder.join("job.json"), record.to_string()).unwrap();
    std::fs::write(&path, &holed).unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let images = &engine.snapshot(id).unwrap().images;
    assert!(!images.contains(&ImageName::Step2) && images.contains(&ImageName::Step1), "{images:?}");
    engine.shutdown();
}

#[test]
fn the_order_of_jobs_does_not_depend_on_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let ids: Vec<Uuid> = (0..3).map(|seed| submit(&engine, json!({"seed": seed, "text_content": null}))).collect();
    ids.iter().for_each(|id| completed(&wait(&engine, *id)));
    engine.shutdown();
    drop(engine);
    // The clock was set back by a year before the second and by another before the third.
    for (i, id) in ids.iter().enumerate() {
        let path = dir.path().join("jobs").join(id.to_string()).join("job.json");
        let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for field in ["start_time", "end_time"] {
            record[field] = json!(record[field].as_f64().unwrap() - 31e6 * i as f64);
        }
        std::fs::write(path, record.to_string()).unwrap();
    }
    let engine = engine_in(dir.path(), &Script::default());
    let last = submit(&engine, json!({"seed": 9, "text_content": null}));
    completed(&wait(&engine, last));
    let order: Vec<Uuid> = engine.snapshots().iter().map(|j| j.id).collect();
    assert_eq!(order, [last, ids[2], ids[1], ids[0]]);
    engine.shutdown();
}

#[cfg(unix)]
#[test]
fn job_folders_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let outer = tempfile::tempdir().unwrap();
    let data = outer.path().join("new/data");
    let engine = engine_in(&data, &Script::default());
    let id = submit(&engine, json!({}));
    completed(&wait(&engine, id));
    engine.delete(id).unwrap();
    for folder in
        [data.parent().unwrap().to_path_buf(), data.clone(), data.join("jobs"), data.join("trash"), data.join("trash").join(id.to_string())]
    {
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
    }
    engine.shutdown();
}
