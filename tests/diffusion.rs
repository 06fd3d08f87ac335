//! The whole advertisement on tiny random models of every kind, through the engine, the command line and REST's parser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "parity/models.rs"]
mod models;
#[path = "common/on.rs"]
mod on;
#[path = "common/served.rs"]
mod served;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::Device;
use common::{photo_base64, wait};
use nanococoa::backend::diffusion::backend::DiffusionBackend;
use nanococoa::backend::diffusion::loaded::Setup;
use nanococoa::backend::diffusion::models::Models;
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::{Backends, StageCx};
use nanococoa::engine::{Engine, EngineConfig, SubmitPolicy};
use nanococoa::job::{ImageName, JobStatus};
use nanococoa::request::BackendKind;
use serde_json::{Map, Value, json};

fn setup(root: &Path, free: Option<u64>) -> Setup {
    let (device, device_name, _) = on::place();
    Setup {
        models: Models::scan(root),
        device,
        device_name,
        float8: false,
        free: Arc::new(move || free),
        prompts: Default::default(),
        sizes: Default::default(),
    }
}

fn engine(data: &Path, root: PathBuf) -> Engine {
    let here = root.clone();
    let engines = Backends {
        make: Arc::new(move |kind| match kind {
            BackendKind::Draft => Ok(Box::new(DraftBackend::default())),
            BackendKind::Diffusion => Ok(Box::new(DiffusionBackend::new(setup(&root, None))?)),
        }),
        available: Arc::new(|_| Ok(nanococoa::notice::Notice::verbatim("tiny models are here"))),
        version: Arc::new(move |kind| format!("{} {}", nanococoa::backend::backend_version(kind), Models::scan(&here).identity())),
        installed: Arc::new(Default::default),
    };
    let config = EngineConfig { data_dir: data.into(), font_dirs: Vec::new(), default_font: nanococoa::assets::DEFAULT_FONT.into() };
    Engine::start_with(config, engines).unwrap()
}

fn request(extra: Value) -> Map<String, Value> {
    let mut raw = json!({
        "product_image": photo_base64(96, 80), "text_content": "신메뉴", "bg_prompt": "나무 테이블, warm light", "text_model_prompt": "gold letters",
        "width": 256, "height": 256, "seed": 5, "num_inference_steps": 3, "text_num_inference_steps": 2, "composition_steps": 3, "guidance_scale": 3.5, "strength": 0.7, "composition_strength": 0.4,
    });
    raw.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    raw.as_object().unwrap().clone()
}

fn submit(engine: &Engine, raw: &Map<String, Value>) -> uuid::Uuid {
    let spec = nanococoa::engine::parse_request(engine, common::raw(raw.clone()), false).unwrap_or_else(|e| panic!("{e:?}"));
    engine.submit(spec, SubmitPolicy::Enqueue).unwrap()
}

fn base64_of(path: &Path) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(std::fs::read(path).unwrap())
}

#[test]
fn a_whole_job_and_both_re_runs() {
    whole_job_and_re_runs(models::write_tiny_models, "flux-tiny");
}

#[test]
fn klein_runs_a_whole_job_and_both_re_runs() {
    whole_job_and_re_runs(models::write_tiny_klein, "klein-tiny");
}

fn whole_job_and_re_runs(write: fn(&Path), label: &str) {
    let (models, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(models.path());
    let engine = engine(data.path(), models.path().into());
    let id = submit(&engine, &request(json!({})));
    let mut previews = 0;
    let mut percent = 0;
    let start = Instant::now();
    let job = loop {
        let job = engine.snapshot(id).unwrap();
        assert!(job.progress_percent >= percent, "progress went back");
        percent = job.progress_percent;
        previews = previews.max(job.preview.as_ref().map_or(0, |p| p.sequence));
        if !job.status.is_active() {
            break job;
        }
        assert!(start.elapsed() < Duration::from_secs(300));
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(job.status, JobStatus::Completed, "{}", job.message);
    assert_eq!(job.backend, BackendKind::Diffusion);
    assert!(job.backend_label.contains(label), "{}", job.backend_label);
    assert_eq!(job.backend_reason.to_string(), "tiny models are here");
    assert!(previews > 0, "no preview was shown");
    let open = |name: ImageName| image::open(engine.image_path(id, name).unwrap()).unwrap();
    for name in [ImageName::Cutout, ImageName::Mask, ImageName::Step1, ImageName::Step2, ImageName::Final] {
        let picture = open(name);
        let size = if matches!(name, ImageName::Cutout | ImageName::Mask) { (96, 80) } else { (256, 256) };
        assert_eq!((picture.width(), picture.height()), size, "{name:?}");
    }
    let text = open(ImageName::Step2).into_rgba8();
    let (clear, solid) = text.pixels().fold((0, 0), |(c, s), p| (c + usize::from(p.0[3] == 0), s + usize::from(p.0[3] == 255)));
    assert!(clear > 20_000 && solid > 500, "{clear} clear, {solid} solid");
    let meta = std::fs::read(engine.image_path(id, ImageName::Final).unwrap()).unwrap();
    let says = |words: &str| meta.windows(words.len()).any(|w| w == words.as_bytes());
    assert!(says("diffusion engine") && says("\"draft\":false"));

    // From step 2 and from step 3, on the saved pictures; the same seed gives the same pixels.
    let step1 = base64_of(&engine.image_path(id, ImageName::Step1).unwrap());
    let step2 = base64_of(&engine.image_path(id, ImageName::Step2).unwrap());
    let again = request(json!({"start_step": 2, "step1_image": step1, "force_from_step": 2, "product_image": null}));
    let second = submit(&engine, &again);
    let job = wait(&engine, second);
    assert_eq!(job.status, JobStatus::Completed, "{}", job.message);
    let picture = |id, name| image::open(engine.image_path(id, name).unwrap()).unwrap().into_rgba8();
    assert!(picture(second, ImageName::Step2) == text, "the same seed gave other letters");
    let last = request(json!({
        "start_step": 3, "step1_image": step1, "step2_image": step2, "text_position": "bottom", "product_image": null, "text_content": null
    }));
    let third = submit(&engine, &last);
    let job = wait(&engine, third);
    assert_eq!(job.status, JobStatus::Completed, "{}", job.message);
    assert!(picture(third, ImageName::Final) != picture(id, ImageName::Final));
    engine.shutdown();
}

#[test]
fn changed_models_paint_again() {
    let (models, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    models::write_tiny_models(models.path());
    let engine = engine(data.path(), models.path().into());
    let make = || {
        let job = wait(&engine, submit(&engine, &request(json!({"text_content": null}))));
        assert_eq!(job.status, JobStatus::Completed, "{}", job.message);
        let picture = image::open(engine.image_path(job.id, ImageName::Step1).unwrap()).unwrap().into_rgb8();
        (picture, job.cached_steps.clone())
    };
    let (first, cached) = make();
    assert!(cached.is_empty());
    let (again, cached) = make();
    assert!(again == first && cached == [nanococoa::request::StepNumber::Background], "{cached:?}");
    // Another model in the same folder: steps of the old one are not reused, and the loaded model is replaced.
    let mut other = models::case("pipeline--flux-dev-wide.json");
    other["parts"]["transformer"]["seed"] = json!(4711);
    models::write_model(&models.path().join("flux-tiny"), &other);
    let (new, cached) = make();
    assert!(new != first && cached.is_empty(), "{cached:?}");
    engine.shutdown();
}

#[test]
fn a_job_stops_between_denoising_steps() {
    for write in [models::write_tiny_models, models::write_tiny_klein] {
        job_stops_between_steps(write);
    }
}

fn job_stops_between_steps(write: fn(&Path)) {
    let (models, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(models.path());
    let engine = engine(data.path(), models.path().into());
    let id = submit(&engine, &request(json!({"num_inference_steps": 50})));
    let start = Instant::now();
    // During the fifty steps of the scene.
    while engine.snapshot(id).unwrap().preview.is_none() {
        assert!(start.elapsed() < Duration::from_secs(300));
        std::thread::sleep(Duration::from_millis(2));
    }
    let before = engine.snapshot(id).unwrap().progress_percent;
    engine.stop(id);
    let job = wait(&engine, id);
    assert_eq!(job.status, JobStatus::Stopped);
    assert!(job.progress_percent <= before + 10, "{before} → {}", job.progress_percent);
    engine.shutdown();
}

#[test]
fn little_memory_is_same_job_picture_and_damage_is_named() {
    use nanococoa::backend::{Backend, Framing, Prompts, Quiet, Sampling, SceneRequest};
    let models = tempfile::tempdir().unwrap();
    models::write_tiny_models(models.path());
    let paint = |free: Option<u64>| {
        let mut backend = DiffusionBackend::new(setup(models.path(), free)).unwrap_or_else(|e| panic!("{e}"));
        let cancel = nanococoa::cancel::CancelToken::default();
        let request = SceneRequest {
            prompts: Prompts { positive: "wooden table", negative: "" },
            width: 256,
            height: 256,
            framing: Framing::default(),
            sampling: Sampling { steps: 2, guidance_scale: 3.5, true_cfg_scale: 1.0, seed: 1 },
        };
        backend.paint_scene(&request, StageCx { cancel: &cancel, observer: &Quiet }).unwrap_or_else(|e| panic!("{e}")).image.to_srgb()
    };
    let rich = paint(Some(64 << 30));
    // Parts are freed in between. The picture is smaller than a tile, so nothing else changes.
    let poor = paint(Some(1 << 20));
    assert_eq!(rich.dimensions(), poor.dimensions());
    let differ = rich.as_raw().iter().zip(poor.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(differ <= 1, "{differ}");
    // A file that is cut short fails the job with its name, and nothing panics.
    let file = models.path().join("flux-tiny/transformer/diffusion_pytorch_model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let error = DiffusionBackend::new(setup(models.path(), None)).err().unwrap().to_string();
    assert!(error.contains("transformer") && error.contains("cut short") && !error.contains('\n'), "{error}");
}

#[test]
fn klein_keeps_pixels_outside_of_the_mask_and_names_damage() {
    use nanococoa::backend::{Backend, HarmonizeRequest, Prompts, Quiet, Sampling};
    use nanococoa::imaging::{LinearRgb, Plane};
    let models = tempfile::tempdir().unwrap();
    models::write_tiny_klein(models.path());
    let mut backend = DiffusionBackend::new(setup(models.path(), None)).unwrap_or_else(|e| panic!("{e}"));
    let cancel = nanococoa::cancel::CancelToken::default();
    let cx = StageCx { cancel: &cancel, observer: &Quiet };
    // A canvas off the grid of 16, with a mask in one corner.
    let (width, height) = (83, 70);
    let image = LinearRgb::new(width, height, [0.4, 0.3, 0.2]);
    let data = (0..width * height).map(|i| if i % width < 20 && i / width < 20 { 1.0 } else { 0.0 }).collect();
    let mask = Plane { width, height, data };
    let sampling = Sampling { steps: 2, guidance_scale: 1.0, true_cfg_scale: 1.0, seed: 3 };
    let prompts = Prompts { positive: "따뜻한 빛", negative: "" };
    let request = HarmonizeRequest { image: &image, mask: &mask, prompts, strength: 1.0, sampling };
    let out = backend.harmonize(&request, cx).unwrap();
    assert_eq!((out.width, out.height), (width, height));
    let draft = DraftBackend::default().harmonize(&request, cx).unwrap();
    assert!(out.at(60, 50) == draft.at(60, 50) && out.at(30, 10) == draft.at(30, 10));
    assert!(out.at(5, 5) != draft.at(5, 5));
    let file = models.path().join("klein-tiny/text_encoder/model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let error = DiffusionBackend::new(setup(models.path(), None)).err().unwrap().to_string();
    assert!(error.contains("text_encoder") && error.contains("cut short") && !error.contains('\n'), "{error}");
}

#[test]
fn a_negative_prompt_acts_where_the_product_is_blended_and_the_text_harmonised() {
    use nanococoa::backend::{Backend, BlendRequest, HarmonizeRequest, KeyLight, PlacedProduct, Prompts, Quiet, Sampling, Scene, View};
    use nanococoa::imaging::{LinearRgb, Plane};
    let models = tempfile::tempdir().unwrap();
    models::write_tiny_models(models.path());
    let mut backend = DiffusionBackend::new(setup(models.path(), None)).unwrap_or_else(|e| panic!("{e}"));
    let cancel = nanococoa::cancel::CancelToken::default();
    let cx = StageCx { cancel: &cancel, observer: &Quiet };
    let side = 64;
    let image = LinearRgb::new(side, side, [0.4, 0.3, 0.2]);
    let everywhere = Plane::new(side, side, 1.0);
    let key = KeyLight { direction: [0.0, 1.0, 0.0], color: [1.0; 3], softness: 0.5 };
    let scene =
        Scene { image: image.clone(), ground_line: 40.0, view: View::default(), key, ambient: [1.0; 3], gloss: 0.0, roughness: 1.0 };
    let product = PlacedProduct { image: image.clone(), alpha: everywhere.clone(), bounds: (0, 0, side, side), foot: 60.0 };
    let mut painted = |negative: &str, true_cfg_scale: f32| {
        let sampling = Sampling { steps: 2, guidance_scale: 3.5, true_cfg_scale, seed: 3 };
        let prompts = Prompts { positive: "a cup", negative };
        let blended = backend.blend_product(
            &BlendRequest {
                scene: &scene,
                product: &product,
                grounded: &image,
                band: &everywhere,
                prompts,
                strength: 1.0,
                sampling,
                preserve_product: false,
            },
            cx,
        );
        let request = HarmonizeRequest { image: &image, mask: &everywhere, prompts, strength: 1.0, sampling };
        (blended.unwrap().data, backend.harmonize(&request, cx).unwrap().data)
    };
    let (blended, harmonised) = painted("people", 1.0);
    assert!(painted("clutter", 1.0) == (blended.clone(), harmonised.clone()), "without true guidance the negative prompt has no effect");
    let guided = painted("people", 4.0);
    assert!(guided.0 != blended && guided.1 != harmonised);
}

#[test]
fn encoded_prompts_outlive_the_backend_and_are_lost_with_the_model() {
    use nanococoa::backend::{Backend, Framing, Prompts, Quiet, Sampling, SceneRequest};
    let models = tempfile::tempdir().unwrap();
    models::write_tiny_models(models.path());
    let shared = setup(models.path(), Some(1 << 20));
    let paint = |prompt: &str| {
        let mut backend = DiffusionBackend::new(shared.clone()).unwrap_or_else(|e| panic!("{e}"));
        let cancel = nanococoa::cancel::CancelToken::default();
        let sampling = Sampling { steps: 1, guidance_scale: 3.5, true_cfg_scale: 1.0, seed: 1 };
        let request = SceneRequest {
            prompts: Prompts { positive: prompt, negative: "" },
            width: 64,
            height: 64,
            framing: Framing::default(),
            sampling,
        };
        let scene = backend.paint_scene(&request, StageCx { cancel: &cancel, observer: &Quiet });
        scene.map(|scene| scene.image.data).map_err(|e| e.to_string())
    };
    let first = paint("a cup").unwrap();
    // A text encoder that cannot be loaded any more, in a file that looks the same from outside.
    let file = models.path().join("flux-tiny/text_encoder_2/config.json");
    let (text, time) = (std::fs::read_to_string(&file).unwrap(), std::fs::metadata(&file).unwrap().modified().unwrap());
    let rewrite = |text: &str, time| {
        std::fs::write(&file, text).unwrap();
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    };
    rewrite(&"x".repeat(text.len()), time);
    assert!(paint("a cup").unwrap() == first);
    assert!(paint("a bowl").unwrap_err().contains("text_encoder_2"));
    // Another file: what the old model encoded is not used for it.
    rewrite(&"x".repeat(text.len()), time + Duration::from_secs(5));
    assert!(paint("a cup").unwrap_err().contains("text_encoder_2"));
}

#[test]
fn the_command_line_runs_both_engines_and_says_which() {
    let (models, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    models::write_tiny_models(models.path());
    std::fs::write(dir.path().join("config.toml"), "").unwrap();
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_nanococoa"))
            .current_dir(dir.path())
            .env("NANOCOCOA_DATA_DIR", dir.path().join("data"))
            .env("NANOCOCOA_CONFIG", dir.path().join("config.toml"))
            .args(args)
            .output()
            .unwrap()
    };
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.png");
    let sample = sample.to_str().unwrap();
    let folder = models.path().to_str().unwrap();
    let base = ["generate", "--product", sample, "--text", "Hi", "--size", "256x256", "--seed", "4", "--json", "--models", folder];
    let with = |extra: &[&'static str]| -> Vec<&str> { base.iter().copied().chain(extra.iter().copied()).collect() };
    let device = on::place().1;
    let sampled = with(&[
        "--set",
        "num_inference_steps=2",
        "--set",
        "text_num_inference_steps=2",
        "--set",
        "composition_steps=2",
        "--out",
        "render.png",
    ]);
    let out = run(&[&sampled[..], &["--device", &device]].concat());
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&out.stderr)));
    assert_eq!((&report["status"], &report["engine"]), (&json!("completed"), &json!("diffusion")), "{report}");
    let out = run(&with(&["--device", "cpu", "--engine", "draft", "--out", "draft.png"]));
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(report["engine"], "draft");
    if !cfg!(feature = "cuda") {
        // Models without a GPU: a draft, and the reason.
        let out = run(&with(&["--out", "auto.png"]));
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(report["engine"], "draft");
        assert!(report["engine_reason"].as_str().unwrap().contains("NVIDIA"), "{report}");
        let out = run(&with(&["--engine", "diffusion", "--out", "none.png"]));
        assert_eq!(out.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&out.stderr).contains("engine"));
    }
    let out = run(&["doctor", "--models", folder, "--device", "cpu"]);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(said.contains("flux-tiny") && said.contains("GiB"), "{said}");
}

#[test]
fn a_whole_job_over_a_rest_socket() {
    let (models, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    models::write_tiny_models(models.path());
    let folder = models.path().to_str().unwrap();
    let server = served::serve(data.path(), &["--models", folder, "--device", &on::place().1]);
    let finish = |id: &str| {
        let start = Instant::now();
        let mut percent = 0;
        loop {
            let job = served::call(&server, "GET", &format!("/status/{id}"), None);
            let now = job["progress_percent"].as_u64().unwrap_or_else(|| panic!("{job}"));
            assert!(now >= percent, "progress went back");
            percent = now;
            if job["status"] != "running" && job["status"] != "pending" {
                return job;
            }
            assert!(start.elapsed() < Duration::from_secs(300));
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let start = |extra: Value| {
        let answer = served::call(&server, "POST", "/generate", Some(&Value::Object(request(extra))));
        answer["job_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let id = start(json!({"engine": "diffusion"}));
    // The events end with the job.
    let events = served::text(&server, "GET", &format!("/jobs/{id}/events"), None);
    let job = finish(&id);
    assert_eq!((&job["status"], &job["engine"]), (&json!("completed"), &json!("diffusion")), "{}", job["message"]);
    assert!(events.contains("event: preview") && events.contains("event: end"), "no preview was served");
    let picture = |field: &str| {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(job[field].as_str().unwrap()).unwrap();
        image::load_from_memory(&bytes).unwrap()
    };
    for field in ["step1_result", "step2_result", "final_result"] {
        assert_eq!((picture(field).width(), picture(field).height()), (256, 256), "{field}");
    }
    assert!(picture("step2_result").color().has_alpha());
    // Steps 2 and 3 again from the pictures that were served.
    let again = json!({"start_step": 2, "step1_image": job["step1_result"], "product_image": null, "text_content": "가을"});
    assert_eq!(finish(&start(again))["status"], "completed");
    let last = json!({"start_step": 3, "step1_image": job["step1_result"], "step2_image": job["step2_result"], "product_image": null,
        "text_content": null, "composition_mode": "behind"});
    assert_eq!(finish(&start(last))["status"], "completed");
    // A stop within the denoising steps.
    let id = start(json!({"num_inference_steps": 50, "seed": 6}));
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    served::call(&server, "POST", &format!("/stop/{id}"), None);
    assert_eq!(finish(&id)["status"], "stopped");
    println!("stopped after {:?}", asked.elapsed());
}

#[test]
fn a_separate_autoencoder_replaces_the_one_of_sdxl() {
    let models = tempfile::tempdir().unwrap();
    models::write_tiny_models(models.path());
    // SDXL's own autoencoder is damaged; a good one is beside it.
    let broken = models.path().join("sdxl-tiny/vae");
    std::fs::create_dir_all(models.path().join("vae-fix")).unwrap();
    for file in ["config.json", "diffusion_pytorch_model.safetensors"] {
        std::fs::copy(broken.join(file), models.path().join("vae-fix").join(file)).unwrap();
    }
    let config = models.path().join("vae-fix/config.json");
    let mut value: Value = serde_json::from_slice(&std::fs::read(&config).unwrap()).unwrap();
    value["_class_name"] = json!("AutoencoderKL");
    std::fs::write(&config, value.to_string()).unwrap();
    std::fs::write(broken.join("diffusion_pytorch_model.safetensors"), "broken").unwrap();
    let found = Models::scan(models.path());
    assert_eq!(found.sdxl_vae, Some(models.path().join("vae-fix")));
    let control = image::RgbImage::new(64, 64);
    let callbacks = nanococoa::backend::diffusion::denoise::SamplingCallbacks {
        step: &mut |_| std::ops::ControlFlow::Continue(()),
        autoencoder: &mut |_| std::ops::ControlFlow::Continue(()),
    };
    use nanococoa::backend::diffusion::sdxl::{SdxlFolders, SdxlModel, SdxlRequest};
    let sdxl = found.sdxl.unwrap();
    let folders = SdxlFolders { autoencoder: found.sdxl_vae.as_deref(), ..SdxlFolders::one(&sdxl) };
    let mut model = SdxlModel::open(folders, &Device::Cpu, candle_core::DType::F32).unwrap();
    let picture = nanococoa::backend::diffusion::denoise::PictureSettings { width: 64, height: 64, steps: 1, guidance: 1.0, seed: 1 };
    let request = SdxlRequest { picture, conditioning_scale: 1.0 };
    let made = model.text_to_image(&request, "a", None, &control, callbacks).unwrap();
    assert_eq!(made.dimensions(), (64, 64));
}

/// For trying things out by hand: `NANOCOCOA_KEEP_MODELS=DIR cargo test --test diffusion -- --ignored`, then `nanococoa --models DIR …`.
#[test]
#[ignore = "writes models into the folder that NANOCOCOA_KEEP_MODELS names"]
fn keep_the_tiny_models() {
    models::write_tiny_models(Path::new(&std::env::var("NANOCOCOA_KEEP_MODELS").unwrap()));
}

#[test]
fn a_canvas_off_the_models_grid_is_painted_larger_and_cropped() {
    let (models, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    models::write_tiny_models(models.path());
    let engine = engine(data.path(), models.path().into());
    let id = submit(&engine, &request(json!({"width": 257, "height": 300})));
    let job = wait(&engine, id);
    assert_eq!((job.status, job.backend), (JobStatus::Completed, BackendKind::Diffusion), "{}", job.message);
    for name in [ImageName::Step1, ImageName::Step2, ImageName::Final] {
        let picture = image::open(engine.image_path(id, name).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (257, 300), "{name:?}");
    }
}

/// For `packaging/linux/try-cuda.sh`, which needs models that run within seconds.
#[test]
#[ignore = "writes into the folder that NANOCOCOA_TINY_MODELS names"]
fn tiny_models_are_written() {
    let folder = std::env::var_os("NANOCOCOA_TINY_MODELS").expect("NANOCOCOA_TINY_MODELS names a folder");
    models::write_tiny_models(Path::new(&folder));
}
