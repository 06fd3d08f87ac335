//! What the studio asks of the engine: placement, corrected masks, kept steps, plans, the queue, notes and undo.

use nanococoa::engine::parse_request;
use nanococoa::engine::{Engine, SubmitPolicy};
use nanococoa::job::ImageName;
use nanococoa::request::Attachment;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::*;

fn submit(engine: &Engine, extra: Value) -> Uuid {
    let spec = parse_request(engine, raw(request(extra)), false).unwrap();
    engine.submit(spec, SubmitPolicy::Enqueue).unwrap()
}

fn run(engine: &Engine, extra: Value) -> Uuid {
    let id = submit(engine, extra);
    completed(&wait(engine, id));
    id
}

fn pixels(engine: &Engine, id: Uuid, name: ImageName) -> image::RgbaImage {
    image::open(engine.image_path(id, name).unwrap_or_else(|| panic!("{name:?}"))).unwrap().into_rgba8()
}

/// A grey PNG as base64.
fn mask_base64(width: u32, height: u32, inside: impl Fn(u32, u32) -> bool) -> String {
    use base64::Engine as _;
    let image = image::GrayImage::from_fn(width, height, |x, y| image::Luma([if inside(x, y) { 255 } else { 0 }]));
    let png = nanococoa::imaging::encode::encode_png(&image, &[]).unwrap();
    base64::engine::general_purpose::STANDARD.encode(png)
}

#[test]
fn absent_placement_changes_no_pixel_and_a_wish_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let plain = run(&engine, json!({}));
    let nulls = json!({"product_x": null, "product_y": null, "product_scale": null, "text_x": null, "text_y": null, "text_scale": null, "mask_image": null,
        "force_from_step": 1});
    let nulls = run(&engine, nulls);
    let one = run(&engine, json!({"product_scale": 1.0, "text_scale": 1.0, "force_from_step": 1}));
    for &name in ImageName::ALL.iter().filter(|name| **name != ImageName::Backdrop) {
        assert_eq!(pixels(&engine, plain, name), pixels(&engine, nulls, name), "{name:?}");
        assert_eq!(pixels(&engine, plain, name), pixels(&engine, one, name), "{name:?}");
    }
    let keys = |id| engine.snapshot(id).unwrap().parameters.keys().cloned().collect::<Vec<_>>();
    assert!(!keys(plain).iter().any(|k| k.starts_with("product_") && k != "product_image"));
    let moved = run(&engine, json!({"product_x": 0.4, "text_x": 0.75, "text_y": 0.8}));
    let across = |id, name| {
        let mask = nanococoa::imaging::Plane::from_gray(&image::open(engine.image_path(id, name).unwrap()).unwrap().into_luma8());
        let (x0, y0, x1, y1) = mask.bounds(0.3).unwrap();
        ((x0 + x1) as f32 / 2.0, (y0 + y1) as f32 / 2.0, x1 - x0)
    };
    assert!((across(moved, ImageName::Placed).0 - 102.4).abs() <= 1.5, "{:?}", across(moved, ImageName::Placed));
    let (before, after) = (across(plain, ImageName::Letters), across(moved, ImageName::Letters));
    assert!(after.1 > before.1 && after.0 >= before.0 && after.2 == before.2, "{before:?} {after:?}");
    let small = across(run(&engine, json!({"text_scale": 0.5})), ImageName::Letters);
    assert!((small.2 as f32 / before.2 as f32 - 0.5).abs() < 0.08 && (small.0 - before.0).abs() <= 1.5, "{before:?} {small:?}");
    let text = nanococoa::imaging::png_chunks::read_png_text(&std::fs::read(engine.image_path(moved, ImageName::Final).unwrap()).unwrap());
    let meta: Value = serde_json::from_str(&text.iter().find(|t| t.0 == "nanococoa").unwrap().1).unwrap();
    assert_eq!(meta["parameters"]["product_x"], 0.4);
    engine.shutdown();
}

#[test]
fn a_corrected_mask_goes_before_segmentation() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("segment", Act::Fail(nanococoa::notice::Notice::verbatim("the photo must not be segmented")));
    let engine = engine_in(dir.path(), &script);
    // Half the photo's size: it is brought to the photo's.
    let mask = mask_base64(24, 20, |x, _| x < 12);
    let id = run(&engine, json!({"mask_image": mask}));
    let kept = pixels(&engine, id, ImageName::Mask);
    assert_eq!(kept.dimensions(), (48, 40));
    assert!(kept.get_pixel(5, 5).0[0] == 255 && kept.get_pixel(44, 5).0[0] == 0);
    assert_eq!(pixels(&engine, id, ImageName::Cutout).get_pixel(44, 5).0[3], 0);
    assert!(engine.snapshot(id).unwrap().parameters["mask_image"].as_str().unwrap().starts_with("PNG 24×20"));

    // Continued before its first step was finished, the job still knows its mask.
    script.set("scene", Act::Slow(std::time::Duration::from_secs(30)));
    let id = submit(&engine, json!({"mask_image": mask, "seed": 4}));
    wait_until(&engine, id, |j| j.sub_step() == Some("flux_background_generation"));
    engine.stop(id);
    wait(&engine, id);
    let raw = engine.resume_request(id).unwrap();
    assert!(matches!(&raw.attachments["mask_image"], Attachment::File(bytes) if bytes.starts_with(b"\x89PNG")));
    script.set("scene", Act::Quick);
    let spec = parse_request(&engine, raw, false).unwrap();
    let again = engine.submit(spec, SubmitPolicy::Enqueue).unwrap();
    completed(&wait(&engine, again));
    assert_eq!(pixels(&engine, again, ImageName::Mask), kept);
    engine.shutdown();
}

fn cached(engine: &Engine, id: Uuid) -> Vec<u8> {
    engine.snapshot(id).unwrap().cached_steps.iter().map(|step| step.get()).collect()
}

#[test]
fn steps_with_the_same_inputs_are_taken_not_run() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    let stages = || script.1.load(std::sync::atomic::Ordering::Relaxed);
    let first = run(&engine, json!({}));
    assert!(cached(&engine, first).is_empty());
    assert_eq!(engine.snapshot(first).unwrap().step_keys.len(), 3);

    let before = stages();
    let same = run(&engine, json!({}));
    assert_eq!((cached(&engine, same), stages() - before), (vec![1, 2, 3], 0));
    let job = engine.snapshot(same).unwrap();
    assert_eq!((job.progress_percent, job.sub_step()), (100, Some("intelligent_composition")));
    assert_eq!((job.legibility, &job.hashes), (engine.snapshot(first).unwrap().legibility, &engine.snapshot(first).unwrap().hashes));
    let forced = run(&engine, json!({"force_from_step": 1}));
    assert!(cached(&engine, forced).is_empty());
    for &name in ImageName::ALL.iter().filter(|name| **name != ImageName::Backdrop) {
        assert_eq!(pixels(&engine, same, name), pixels(&engine, forced, name), "{name:?}");
    }
    for (change, steps) in [
        (json!({"composition_mode": "behind"}), vec![1, 2]),
        (json!({"text_content": "Other"}), vec![1]),
        (json!({"text_content": null}), vec![1]),
        (json!({"seed": 4}), vec![]),
        (json!({"force_from_step": 2}), vec![1]),
        (json!({"force_from_step": 3}), vec![1, 2]),
    ] {
        let mut again = change.clone();
        again.as_object_mut().unwrap().entry("force_from_step").or_insert(json!(1));
        let taken = run(&engine, change.clone());
        assert_eq!(cached(&engine, taken), steps, "{change}");
        let ran = run(&engine, again);
        assert_eq!(pixels(&engine, taken, ImageName::Final), pixels(&engine, ran, ImageName::Final), "{change}");
        if !change["text_content"].is_null() || change.get("text_content").is_none() {
            assert_eq!(pixels(&engine, taken, ImageName::Step2), pixels(&engine, ran, ImageName::Step2), "{change}");
        }
    }
    engine.shutdown();
}

#[test]
fn what_was_taken_needs_nobody_and_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    let first = run(&engine, json!({}));
    let second = run(&engine, json!({}));
    let whole = pixels(&engine, first, ImageName::Final);
    engine.delete(first).unwrap();
    assert_eq!(pixels(&engine, second, ImageName::Final), whole);
    engine.shutdown();
    drop(engine);
    let engine = engine_in(dir.path(), &script);
    assert_eq!(cached(&engine, second), [1, 2, 3]);
    let third = run(&engine, json!({}));
    assert_eq!((cached(&engine, third), pixels(&engine, third, ImageName::Final)), (vec![1, 2, 3], whole.clone()));
    // Files that are not what they were are not taken.
    for id in [second, third] {
        std::fs::write(engine.image_path(id, ImageName::Step1).unwrap(), b"broken").unwrap();
        std::fs::remove_file(engine.image_path(id, ImageName::Step2).unwrap()).unwrap();
    }
    let fourth = run(&engine, json!({}));
    assert_eq!((cached(&engine, fourth), pixels(&engine, fourth, ImageName::Final)), (vec![3], whole));
    engine.shutdown();
}

#[test]
fn an_unfinished_step_is_never_taken() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    for act in [Act::Fail(nanococoa::notice::Notice::verbatim("no")), Act::Panic] {
        script.set("sculpt", act);
        let id = submit(&engine, json!({}));
        assert_eq!(wait(&engine, id).status, nanococoa::job::JobStatus::Failed);
    }
    script.set("sculpt", Act::Slow(std::time::Duration::from_secs(30)));
    let id = submit(&engine, json!({}));
    wait_until(&engine, id, |j| j.sub_step() == Some("sdxl_text_generation"));
    engine.stop(id);
    wait(&engine, id);
    script.set("sculpt", Act::Quick);
    let id = run(&engine, json!({}));
    assert_eq!(cached(&engine, id), [1], "finished steps of unfinished jobs are good, the others are not");
    engine.shutdown();
}

#[test]
fn warnings_of_a_step_come_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    // Behind a product that is as large as the canvas something is always hidden.
    let raw = json!({"composition_mode": "behind", "product_scale": 2.1, "text_y": 0.5});
    let first = engine.snapshot(run(&engine, raw.clone())).unwrap();
    let second = engine.snapshot(run(&engine, raw)).unwrap();
    assert!(first.warnings.iter().any(|w| w.to_string().starts_with("text_y:")), "{:?}", first.warnings);
    assert_eq!((&first.warnings, &first.step_notes), (&second.warnings, &second.step_notes));
    engine.shutdown();
}

#[test]
fn a_plan_tells_what_would_run_and_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    let plan = |extra: Value| engine.plan(&parse_request(&engine, raw(request(extra)), false).unwrap()).unwrap();
    let folders = || std::fs::read_dir(dir.path().join("jobs")).unwrap().count();
    let steps = |extra: Value| plan(extra).steps.iter().map(|s| (s.step.get(), s.cached)).collect::<Vec<_>>();
    assert_eq!(steps(json!({})), [(1, false), (2, false), (3, false)]);
    assert!(plan(json!({})).eta_seconds > 0.0 && folders() == 0);
    run(&engine, json!({}));
    assert_eq!(steps(json!({})), [(1, true), (2, true), (3, true)]);
    assert_eq!(plan(json!({})).eta_seconds, 0.0);
    assert_eq!(steps(json!({"text_content": "x"})), [(1, true), (2, false), (3, false)]);
    assert_eq!(steps(json!({"text_content": null})), [(1, true)]);
    assert_eq!(steps(json!({"force_from_step": 3})), [(1, true), (2, true), (3, false)]);
    assert_eq!(steps(json!({"stop_step": 2, "force_from_step": 2})), [(1, true), (2, false)]);
    assert!(plan(json!({"stop_step": 1, "force_from_step": 1})).eta_seconds < plan(json!({"force_from_step": 1})).eta_seconds);
    let step1 = picture_base64(&engine, engine.snapshots()[0].id, ImageName::Step1);
    let from2 = json!({"start_step": 2, "step1_image": &*step1, "product_image": null});
    assert_eq!(steps(from2.clone()), [(2, false), (3, false)]);
    run(&engine, from2.clone());
    assert_eq!(steps(from2), [(2, true), (3, true)]);
    let (jobs, names) = (engine.snapshots().len(), plan(json!({})));
    assert_eq!((jobs, folders()), (2, 2));
    assert_eq!(names.steps.iter().map(|s| s.name).collect::<Vec<_>>(), ["step1_background", "step2_text", "step3_composite"]);
    engine.shutdown();
}

#[test]
fn the_queue_lets_in_front_and_stops_as_a_whole() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("scene", Act::Slow(std::time::Duration::from_secs(30)));
    let engine = engine_in(dir.path(), &script);
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let (counter, watched) = (calls.clone(), engine.clone());
    engine.on_change(Box::new(move || {
        // The callback may ask the engine.
        let _ = watched.snapshots().len();
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }));
    let running = submit(&engine, json!({}));
    wait_until(&engine, running, |j| j.sub_step() == Some("flux_background_generation"));
    let last = submit(&engine, json!({"seed": 5}));
    let spec = parse_request(&engine, raw(request(json!({"seed": 6}))), false).unwrap();
    let front = engine.submit(spec, SubmitPolicy::Front).unwrap();
    assert_eq!(engine.waiting(), [front, last]);
    script.set("scene", Act::Slow(std::time::Duration::from_millis(100)));
    engine.stop(running);
    wait_until(&engine, front, |j| j.status == nanococoa::job::JobStatus::Running);
    assert_eq!(engine.snapshot(last).unwrap().status, nanococoa::job::JobStatus::Pending);
    let more = submit(&engine, json!({"seed": 7}));
    let stopped = engine.stop_all();
    assert_eq!(stopped.len(), 3);
    for id in [front, last, more] {
        assert_eq!(wait(&engine, id).status, nanococoa::job::JobStatus::Stopped);
    }
    assert!(engine.waiting().is_empty() && engine.busy().is_none());
    assert!(calls.load(std::sync::atomic::Ordering::Relaxed) > 5 && engine.changes() > 5);
    script.set("scene", Act::Quick);
    run(&engine, json!({}));
    engine.shutdown();
}

#[test]
fn marks_are_kept_and_a_deleted_job_comes_back() {
    use nanococoa::engine::{DeleteError, ManageError};
    use nanococoa::job::Annotation;
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let engine = engine_in(dir.path(), &script);
    let (first, second) = (run(&engine, json!({})), run(&engine, json!({"seed": 9})));
    let change = Annotation { starred: Some(true), title: Some(" 봄 시안 ".into()), note: Some("good".into()) };
    assert!(engine.annotate(first, change).unwrap().starred);
    let job = engine.annotate(first, Annotation { note: Some(" ".into()), ..Annotation::default() }).unwrap();
    assert_eq!((job.starred, job.title.as_deref(), job.note.as_deref()), (true, Some("봄 시안"), None));
    assert!(matches!(engine.annotate(Uuid::nil(), Annotation::default()), Err(ManageError::NotFound)));

    // Marked while it runs, it stays marked when it ends.
    script.set("sculpt", Act::Slow(std::time::Duration::from_millis(200)));
    let running = submit(&engine, json!({"seed": 10}));
    wait_until(&engine, running, |j| j.sub_step() == Some("sdxl_text_generation"));
    engine.annotate(running, Annotation { starred: Some(true), ..Annotation::default() }).unwrap();
    assert!(matches!(engine.delete(running), Err(DeleteError::Running)));
    completed(&wait(&engine, running));

    let whole = pixels(&engine, first, ImageName::Final);
    engine.delete(first).unwrap();
    assert!(engine.snapshot(first).is_none() && engine.load_image(first, ImageName::Final).is_none());
    assert!(!dir.path().join("jobs").join(first.to_string()).exists());
    assert_eq!(engine.trashed().iter().map(|j| j.id).collect::<Vec<_>>(), [first]);
    assert_eq!(engine.restore(first).unwrap().title.as_deref(), Some("봄 시안"));
    assert!(matches!(engine.restore(first), Err(ManageError::NotFound)));
    assert_eq!(engine.snapshots().iter().map(|j| j.id).collect::<Vec<_>>(), [running, second, first]);
    assert_eq!(engine.load_image(first, ImageName::Final).unwrap().into_rgba8(), whole);

    engine.delete(second).unwrap();
    engine.shutdown();
    drop(engine);
    let engine = engine_in(dir.path(), &script);
    assert!(engine.snapshot(first).unwrap().starred && engine.snapshot(running).unwrap().starred);
    assert!(engine.snapshot(second).is_none() && !dir.path().join("trash").exists());
    engine.shutdown();
}

#[test]
fn the_trash_does_not_grow_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let ids: Vec<Uuid> = (0..23).map(|_| run(&engine, json!({"text_content": null}))).collect();
    ids.iter().for_each(|id| engine.delete(*id).unwrap());
    assert_eq!(std::fs::read_dir(dir.path().join("trash")).unwrap().count(), 20);
    assert!(engine.restore(ids[0]).is_err() && engine.restore(ids[22]).is_ok());
    engine.shutdown();
}
