//! `cargo bench`: measures the draft backend. Each figure is printed beside its target or a baseline of the same run.
//!
//! The baseline of the segmentation network is ONNX Runtime. Without Python's `onnxruntime` that row is skipped with a note.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use image::{GrayImage, RgbImage, RgbaImage};
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::draft::segment::Segmenter;
use nanococoa::backend::{Backend, BackendError, StageCx, StageObserver};
use nanococoa::cancel::CancelToken;
use nanococoa::engine::{Engine, EngineConfig, SubmitPolicy};
use nanococoa::job::{ImageName, Stage};
use nanococoa::notice::Notice;
use nanococoa::pipeline::composite::CompositeInput;
use nanococoa::pipeline::step1::Background;
use nanococoa::pipeline::text::Headline;
use nanococoa::pipeline::{self, Picture, PipelineError, Recalled, Sink};
use nanococoa::request::{Attachment, JobSpec, RawRequest, SourceImage, Start};
use nanococoa::typography::FontCatalog;
use serde_json::{Value, json};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.png");
const BINARY: &str = env!("CARGO_BIN_EXE_nanococoa");

/// A sink that keeps pictures in memory and records when stages began.
#[derive(Default)]
struct Memory {
    stages: Mutex<Vec<(Stage, Instant)>>,
    rgb: Mutex<Vec<(ImageName, RgbImage)>>,
    rgba: Mutex<Vec<(ImageName, RgbaImage)>>,
    gray: Mutex<Vec<(ImageName, GrayImage)>>,
}

impl StageObserver for Memory {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn notice(&self, _: Notice) {}
    fn wants_preview(&self) -> bool {
        false
    }
}

impl Sink for Memory {
    fn stage(&self, stage: Stage) {
        self.stages.lock().unwrap().push((stage, Instant::now()));
    }
    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError> {
        match picture {
            Picture::Rgb(i) => self.rgb.lock().unwrap().push((name, i.clone())),
            Picture::Rgba(i) => self.rgba.lock().unwrap().push((name, i.clone())),
            Picture::Gray(i) => self.gray.lock().unwrap().push((name, i.clone())),
        }
        Ok(())
    }
    fn save_given(&self, name: ImageName, picture: Picture<'_>, _: &SourceImage) -> Result<(), PipelineError> {
        self.save(name, picture)
    }
    fn finish_with(&self, _: ImageName) -> Result<(), PipelineError> {
        Ok(())
    }
    fn legibility(&self, _: f32) {}
}

fn spec(fonts: &FontCatalog, extra: Value) -> JobSpec {
    let mut raw = json!({
        "text_content": "신메뉴 출시", "bg_prompt": "wooden table in a warm cafe, morning light",
        "text_model_prompt": "gold metallic text", "seed": 7,
    });
    raw.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let mut request = RawRequest { fields: raw.as_object().unwrap().clone(), ..RawRequest::default() };
    let has_photo = request.fields.remove("product_image").is_none_or(|v| !v.is_null());
    if has_photo {
        request.attachments.insert("product_image", Attachment::File(std::fs::read(SAMPLE).unwrap().into()));
    }
    let request = nanococoa::engine::open_request(request);
    nanococoa::engine::parse_with_fonts(&request, fonts, nanococoa::assets::DEFAULT_FONT, 7, false).unwrap()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn time(runs: usize, mut work: impl FnMut()) -> f64 {
    work();
    median(
        (0..runs)
            .map(|_| {
                let t = Instant::now();
                work();
                t.elapsed().as_secs_f64()
            })
            .collect(),
    )
}

fn row(what: &str, value: String, target: &str, ok: bool) {
    println!("{what:<58} {value:>14}   {target:<18} {}", if ok { "met" } else { "MISSED" });
}

fn whole(fonts: &FontCatalog, backend: &mut DraftBackend, job: &JobSpec) -> Memory {
    let memory = Memory::default();
    pipeline::run(job, backend, fonts, Recalled::default(), &CancelToken::default(), &memory).unwrap();
    memory
}

fn drafting() {
    let fonts = FontCatalog::load(&[]);
    let mut backend = DraftBackend::default();
    let job = spec(&fonts, json!({}));
    let seconds = time(5, || {
        whole(&fonts, &mut backend, &job);
    });
    row("whole draft, 1024², models warm (files not written)", format!("{seconds:.2} s"), "≤ 1.5 s", seconds <= 1.5);
    let memory = whole(&fonts, &mut backend, &job);
    let end = Instant::now();
    let stages = memory.stages.lock().unwrap();
    for (i, (stage, at)) in stages.iter().enumerate() {
        let next = stages.get(i + 1).map_or(end, |s| s.1);
        println!("    {:<54} {:>11.0} ms", stage.as_str(), (next - *at).as_secs_f64() * 1e3);
    }
    let cold = median(
        (0..3)
            .map(|_| {
                let dir = tempfile::tempdir().unwrap();
                let t = Instant::now();
                let out = Command::new(BINARY)
                    .args([
                        "--data-dir",
                        dir.path().to_str().unwrap(),
                        "generate",
                        "--product",
                        SAMPLE,
                        "--text",
                        "신메뉴 출시",
                        "--seed",
                        "7",
                        "--json",
                        "--out",
                    ])
                    .arg(dir.path().join("ad.png"))
                    .output()
                    .unwrap();
                assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
                t.elapsed().as_secs_f64()
            })
            .collect(),
    );
    row("whole draft, 1024², cold process, everything written", format!("{cold:.2} s"), "≤ 3 s", cold <= 3.0);

    let small = spec(&fonts, json!({"width": 512, "height": 512}));
    let first = whole(&fonts, &mut backend, &small);
    let step1 = first.rgb.lock().unwrap().iter().find(|i| i.0 == ImageName::Step1).unwrap().1.clone();
    let step2 = first.rgba.lock().unwrap().iter().find(|i| i.0 == ImageName::Step2).unwrap().1.clone();
    let plane = |name| nanococoa::imaging::Plane::from_gray(&first.gray.lock().unwrap().iter().find(|i| i.0 == name).unwrap().1);
    let (placed, front_faces) = (plane(ImageName::Placed), plane(ImageName::Face));
    let layer = Headline { image: std::sync::Arc::new(step2), front_faces: Some(front_faces) };
    let background = || Background { image: step1.clone(), clear: None, placed: Some(placed.clone()) };
    let cancel = CancelToken::default();
    let quiet = Memory::default();
    let cx = StageCx { cancel: &cancel, observer: &quiet };
    let again = time(15, || {
        let parts = CompositeInput { step1: background(), headline: Some(&layer) };
        pipeline::composite::run(&small, parts, &mut backend, &fonts, cx, &Memory::default()).unwrap();
    });
    row("re-compose, 512², cut-out, scene and text cached", format!("{:.0} ms", again * 1e3), "≤ 60 ms", again <= 0.060);
    let Start::Background { text: Some(text), .. } = &small.start else { unreachable!() };
    let retext = time(15, || {
        let memory = Memory::default();
        let layer = pipeline::text::run(&small, text, (&step1, None), &mut backend, &fonts, cx, &memory).unwrap();
        let parts = CompositeInput { step1: background(), headline: Some(&layer) };
        pipeline::composite::run(&small, parts, &mut backend, &fonts, cx, &memory).unwrap();
    });
    row("new text and re-compose, 512²", format!("{:.0} ms", retext * 1e3), "≤ 150 ms", retext <= 0.150);
}

fn network() {
    let mut backend = DraftBackend::default();
    let photo = image::open(SAMPLE).unwrap().into_rgb8();
    let photo = image::imageops::resize(&photo, 320, 320, image::imageops::FilterType::Triangle);
    let cancel = CancelToken::default();
    let quiet = Memory::default();
    let cx = StageCx { cancel: &cancel, observer: &quiet };
    let matte = time(5, || {
        backend.segment(&photo, cx).unwrap();
    });
    let mut segmenter = Segmenter::new();
    let ours = time(5, || {
        segmenter.forward(&photo).unwrap();
    });
    let script = "import onnxruntime,numpy,time,sys\no=onnxruntime.SessionOptions();o.intra_op_num_threads=2\ns=onnxruntime.InferenceSession(sys.argv[1],o,providers=['CPUExecutionProvider'])\nx=numpy.zeros((1,3,320,320),'f')\ns.run(['1959'],{'input.1':x})\nt=[]\nfor _ in range(5):\n a=time.time();s.run(['1959'],{'input.1':x});t.append(time.time()-a)\nprint(sorted(t)[2])";
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/u2netp.onnx");
    let out = Command::new("python3").args(["-c", script, model]).output();
    match out.ok().and_then(|o| String::from_utf8(o.stdout).ok()).and_then(|s| s.trim().parse::<f64>().ok()) {
        Some(theirs) => {
            println!(
                "U²-Netp forward {:.0} ms, ONNX Runtime {:.0} ms: ratio {:.2} (with the matte at 320²: {:.0} ms)",
                ours * 1e3,
                theirs * 1e3,
                ours / theirs,
                matte * 1e3
            )
        }
        None => println!("U²-Netp forward {ours:.2} s; ONNX Runtime is not installed (pip install onnxruntime numpy): no ratio"),
    }
}

/// Stops jobs at random moments and measures the time until the pipeline has returned.
fn stopping() {
    let fonts = FontCatalog::load(&[]);
    let mut backend = DraftBackend::default();
    let job = spec(&fonts, json!({}));
    let t = Instant::now();
    whole(&fonts, &mut backend, &job);
    let length = t.elapsed();
    let mut late: Vec<f64> = (0..100)
        .filter_map(|i| {
            let cancel = CancelToken::default();
            let asked = AtomicU64::new(0);
            let origin = Instant::now();
            let outcome = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(length.mul_f64(f64::from(i) / 100.0));
                    asked.store(origin.elapsed().as_micros() as u64, Ordering::Release);
                    cancel.cancel();
                });
                let memory = Memory::default();
                let result = pipeline::run(&job, &mut backend, &fonts, Recalled::default(), &cancel, &memory);
                let ended = origin.elapsed().as_micros() as u64;
                let ms = ended.saturating_sub(asked.load(Ordering::Acquire)) / 1000;
                if result.is_err() && ms > 50 {
                    let stage = memory.stages.lock().unwrap().last().map_or("start", |s| s.0.as_str());
                    println!("    a slow stop: {ms} ms in {stage}");
                }
                (result, ended)
            });
            match outcome {
                (Err(PipelineError::Backend(BackendError::Stopped(_))), ended) => {
                    Some(ended.saturating_sub(asked.load(Ordering::Acquire)) as f64 / 1e3)
                }
                _ => None,
            }
        })
        .collect();
    late.sort_by(f64::total_cmp);
    let p = |q: f64| late[((late.len() - 1) as f64 * q) as usize];
    row(
        &format!("stop latency p99 of {} stops (median {:.0} ms)", late.len(), p(0.5)),
        format!("{:.0} ms", p(0.99)),
        "≤ 100 ms",
        p(0.99) <= 100.0,
    );
}

/// As [`stopping`], through the job engine with its files and a photo of 16 megapixels.
fn stopping_with_files() {
    let dir = tempfile::tempdir().unwrap();
    let config = EngineConfig { data_dir: dir.path().into(), font_dirs: Vec::new(), default_font: nanococoa::assets::DEFAULT_FONT.into() };
    let engine = Engine::start(config, Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap();
    let photo = image::open(SAMPLE).unwrap().resize_exact(4896, 3264, image::imageops::FilterType::Triangle).into_rgb8();
    let mut jpeg = std::io::Cursor::new(Vec::new());
    photo.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let source = nanococoa::engine::decode_source(jpeg.get_ref()).unwrap();
    // Step reuse must not shorten the runs.
    let mut job = spec(&FontCatalog::load(&[]), json!({ "force_from_step": 1 }));
    let Start::Background { product, .. } = &mut job.start else { unreachable!() };
    *product = Some(source);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = |id| {
        runtime.block_on(async {
            let mut updates = engine.subscribe(id).unwrap();
            let _ = updates.wait_for(|j| !j.status.is_active()).await;
        });
    };
    let t = Instant::now();
    ended(engine.submit(job.clone(), SubmitPolicy::Enqueue).unwrap());
    let length = t.elapsed();
    let mut late: Vec<f64> = (0..50)
        .map(|i| {
            let id = engine.submit(job.clone(), SubmitPolicy::Enqueue).unwrap();
            std::thread::sleep(length.mul_f64(f64::from(i) / 50.0));
            let t = Instant::now();
            engine.stop(id);
            ended(id);
            t.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    late.sort_by(f64::total_cmp);
    let p = |q: f64| late[((late.len() - 1) as f64 * q) as usize];
    row(
        &format!("stop with files, 16 megapixels: worst of 50 (median {:.0} ms)", p(0.5)),
        format!("{:.0} ms", p(1.0)),
        "≤ 100 ms",
        p(1.0) <= 100.0,
    );
    engine.shutdown();
}

fn http(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let (mut seen, mut buffer) = (Vec::new(), [0; 65536]);
    loop {
        let n = stream.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&seen);
        if let Some(head) = text.find("\r\n\r\n") {
            let length: usize =
                text.to_ascii_lowercase().split("content-length: ").nth(1).and_then(|s| s.split("\r\n").next()?.parse().ok()).unwrap_or(0);
            if seen.len() >= head + 4 + length || n == 0 {
                return text[head + 4..].to_owned();
            }
        }
    }
}

fn resident(pid: u32, key: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn serving() {
    let dir = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Command::new(BINARY)
        .args(["--data-dir", dir.path().to_str().unwrap(), "serve", "--bind", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let connect = || {
        (0..200)
            .find_map(|_| {
                std::thread::sleep(Duration::from_millis(20));
                TcpStream::connect(("127.0.0.1", port)).ok()
            })
            .unwrap()
    };
    let mut stream = connect();
    let body = json!({"product_image": base64::engine::general_purpose::STANDARD.encode(std::fs::read(SAMPLE).unwrap()), "text_content": "SALE", "width": 2048, "height": 2048}).to_string();
    let post = |body: &str| {
        format!(
            "POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let answer: Value = serde_json::from_str(&http(&mut stream, &post(&body))).unwrap();
    let id = answer["job_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let get = format!("GET /status/{id}?images=false HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (count, start) = (AtomicU64::new(0), Instant::now());
    let running = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut stream = connect();
                while start.elapsed() < Duration::from_secs(2) {
                    http(&mut stream, &get);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(1900));
        http(&mut stream, &get).contains("\"running\"")
    });
    let rate = count.load(Ordering::Relaxed) as f64 / 2.0;
    let when = if running { "during a 2048² job" } else { "job ended early" };
    row(&format!("GET /status?images=false a second, 2 clients, {when}"), format!("{rate:.0}"), "≥ 5000", running && rate >= 5000.0);
    http(&mut stream, &format!("POST /stop/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"));
    let _ = server.kill();
    let _ = server.wait();

    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(BINARY)
        .args(["--data-dir", dir.path().to_str().unwrap(), "generate", "--product", SAMPLE, "--text", "SALE", "--json", "--out"])
        .arg(dir.path().join("ad.png"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0.0_f64;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(resident(child.id(), "VmHWM"));
        std::thread::sleep(Duration::from_millis(5));
    }
    row("peak resident memory, draft at 1024²", format!("{peak:.0} MB"), "≤ 400 MB", peak <= 400.0);
}

fn main() {
    println!("draft engine on {} threads", std::thread::available_parallelism().map_or(1, usize::from));
    drafting();
    network();
    stopping();
    stopping_with_files();
    serving();
}
