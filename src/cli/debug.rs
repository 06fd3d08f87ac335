//! `nanococoa debug`: one component or one pipeline against somebody's own reference.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use nanococoa::backend::diffusion::diagnostics::component::{self, ComponentError};
use nanococoa::backend::diffusion::diagnostics::files::{self, ComponentArgs};
use nanococoa::backend::diffusion::diagnostics::full_size::NETWORKS;
use nanococoa::backend::diffusion::diagnostics::pipeline::{self, PipelineArgs};
use nanococoa::backend::diffusion::error::DiffusionError;
use nanococoa::backend::diffusion::flux::FluxRequest;
use nanococoa::imaging::decode::decode_file;
use nanococoa::imaging::encode::encode_png;
use nanococoa::metrics::Sampler;
use serde_json::json;

use super::Failure;

#[derive(Subcommand)]
pub enum DebugCommand {
    /// Run one network or schedule from files to files
    Component(ComponentFlags),
    /// Run one whole pipeline from a model's folder to a picture
    Pipeline(PipelineFlags),
    /// Run the public models' networks at full size with made-up weights: does this machine carry them, and in how much memory?
    FullSize(FullSizeFlags),
    /// Read pictures as a job would and write what was read: one line of JSON a file
    Picture(PictureFlags),
}

#[derive(Args)]
pub struct PictureFlags {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder for the pictures as they were read: 8-bit sRGB PNG files named NAME.png
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub struct FullSizeFlags {
    /// Networks by name, one after the other; all of them where none is named
    #[arg(long = "only", value_name = "NAME")]
    only: Vec<String>,
    /// Side of the picture in pixels, a multiple of 64
    #[arg(long, default_value_t = 1024)]
    side: usize,
    /// cpu, cuda or cuda:N
    #[arg(long, default_value = "cpu")]
    device: String,
    /// f32, bf16 or f16
    #[arg(long, default_value = "f32")]
    dtype: String,
}

#[derive(Args)]
pub struct PipelineFlags {
    /// flux-text-to-image, flux-inpaint or sdxl-controlnet
    #[arg(long)]
    kind: String,
    /// The model's folder, as diffusers saves it
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// What should be seen
    #[arg(long)]
    prompt: String,
    /// What should not
    #[arg(long)]
    negative_prompt: Option<String>,
    #[arg(long, default_value_t = 1024)]
    width: usize,
    #[arg(long, default_value_t = 1024)]
    height: usize,
    /// Denoising steps
    #[arg(long, default_value_t = 28)]
    steps: usize,
    /// Guidance scale
    #[arg(long, default_value_t = 3.5)]
    guidance: f64,
    /// True classifier-free guidance (FLUX); 1 is none
    #[arg(long, default_value_t = 1.0)]
    true_cfg_scale: f64,
    /// Seed of the noise
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How much is changed, 0 to 1 (inpaint)
    #[arg(long, default_value_t = 0.6)]
    strength: f64,
    /// The picture to paint into
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// White is painted anew
    #[arg(long, value_name = "FILE")]
    mask: Option<PathBuf>,
    /// Edges, white on black
    #[arg(long, value_name = "FILE")]
    control: Option<PathBuf>,
    /// How much the edges count
    #[arg(long, default_value_t = 1.0)]
    conditioning_scale: f64,
    /// Where the picture goes
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// cpu, cuda or cuda:N
    #[arg(long, default_value = "cpu")]
    device: String,
    /// f32, bf16 or f16
    #[arg(long, default_value = "f32")]
    dtype: String,
}

#[derive(Args)]
pub struct ComponentFlags {
    /// birefnet, flux-transformer, autoencoder-kl, …
    #[arg(long)]
    kind: String,
    /// The component's own Hugging Face config
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Weights: safetensors, an index of shards, GGUF, or a folder
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Input tensors, safetensors
    #[arg(long, value_name = "FILE")]
    inputs: PathBuf,
    /// Where the output tensors go, safetensors
    #[arg(long, value_name = "FILE")]
    outputs: PathBuf,
    /// cpu, cuda or cuda:N
    #[arg(long, default_value = "cpu")]
    device: String,
    /// f32, bf16 or f16
    #[arg(long, default_value = "f32")]
    dtype: String,
}

/// Bad files are bad input (exit code 2); a computation that breaks has failed (1).
fn failure(error: ComponentError) -> Failure {
    match error {
        ComponentError::Input(_) | ComponentError::Weights(_) => Failure::BadInput(error.to_string()),
        ComponentError::Run(_) => Failure::Failed(error.to_string()),
    }
}

/// Whether sizes did not fit, rather than the machine.
fn is_misfit(words: &str) -> bool {
    let device = ["CUDA", "cublas", "out of memory", "allocation"];
    let sizes = [
        "shape",
        "rank",
        "reshape",
        "broadcast",
        "matmul",
        "channel",
        "tokens",
        "axes",
        "residuals",
        "vocabulary",
        "too small",
        "kernel of",
        "sides that",
    ];
    !device.iter().any(|w| words.contains(w)) && sizes.iter().any(|w| words.contains(w))
}

pub fn debug(command: DebugCommand) -> Result<(), Failure> {
    match command {
        DebugCommand::Component(flags) => {
            let place = flags.inputs.display().to_string();
            files::run_files(&ComponentArgs {
                kind: flags.kind,
                config: flags.config,
                weights: flags.weights,
                inputs: flags.inputs,
                outputs: flags.outputs,
                device: flags.device,
                dtype: flags.dtype,
            })
            .map_err(|error| match error {
                // The weights were held against the config before.
                ComponentError::Run(_) if is_misfit(&error.to_string()) => {
                    Failure::BadInput(format!("{place}: the inputs do not fit the config: {error}"))
                }
                error => failure(error),
            })
        }
        DebugCommand::Pipeline(flags) => run_pipeline(flags),
        DebugCommand::FullSize(flags) => full_size(&flags),
        DebugCommand::Picture(flags) => {
            if let Some(out) = &flags.out {
                std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
            }
            flags.files.iter().try_for_each(|file| picture(file, flags.out.as_deref()))
        }
    }
}

/// Reads one picture. A file that cannot be used is an answer, not a failure.
fn picture(file: &Path, out: Option<&Path>) -> Result<(), Failure> {
    let image = match decode_file(file) {
        Ok(image) => image,
        Err(error) => {
            say!("{}", json!({"file": file.display().to_string(), "error": error.to_string()}));
            return Ok(());
        }
    };
    if let Some(out) = out {
        let png = encode_png(&image.pixels, &[]).context("cannot encode the picture")?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = out.join(format!("{name}.png"));
        std::fs::write(&path, png).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let (width, height) = image.pixels.dimensions();
    say!(
        "{}",
        json!({
            "file": file.display().to_string(),
            "description": image.description,
            "width": width,
            "height": height,
            "notes": image.notes,
        })
    );
    Ok(())
}

/// The most memory that was in use while something ran, above what was in use before: of the first GPU, or of the machine.
struct Watch {
    before: f64,
    most: Arc<Mutex<f64>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    fn start(cpu: bool) -> std::io::Result<Self> {
        let sampler = Sampler::default();
        let used = move || {
            let now = sampler.sample_now();
            if cpu { now.ram_used_gb } else { now.gpu_info.first().map_or(0.0, |gpu| gpu.vram_used_gb) }
        };
        let before = used();
        let (most, end) = (Arc::new(Mutex::new(before)), Arc::new(AtomicBool::new(false)));
        let (seen, ended) = (Arc::clone(&most), Arc::clone(&end));
        let thread = std::thread::Builder::new().name("memory".into()).spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let mut most = seen.lock().unwrap_or_else(PoisonError::into_inner);
                *most = most.max(used());
                drop(most);
                std::thread::sleep(Duration::from_millis(10));
            }
        })?;
        Ok(Self { before, most, end, thread: Some(thread) })
    }

    /// GiB.
    fn peak(mut self) -> f64 {
        self.end.store(true, Ordering::Relaxed);
        // A watcher that broke has still seen something.
        let _ = self.thread.take().map(JoinHandle::join);
        *self.most.lock().unwrap_or_else(PoisonError::into_inner) - self.before
    }
}

fn full_size(flags: &FullSizeFlags) -> Result<(), Failure> {
    let names = || NETWORKS.iter().map(|n| n.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = flags.only.iter().find(|o| NETWORKS.iter().all(|n| n.name != o.as_str())) {
        return Err(Failure::BadInput(format!("--only {unknown}: there is no such network; there are {}", names())));
    }
    if flags.side == 0 || !flags.side.is_multiple_of(64) || flags.side > 4096 {
        return Err(Failure::BadInput(format!("--side {}: use a multiple of 64 up to 4096", flags.side)));
    }
    let device = component::device_named(&flags.device).map_err(failure)?;
    let dtype = component::dtype_named(&flags.dtype).map_err(failure)?;
    component::check_dtype(&device, dtype).map_err(failure)?;
    let mut broken = Vec::new();
    for network in NETWORKS.iter().filter(|n| flags.only.is_empty() || flags.only.iter().any(|o| o == n.name)) {
        let watch = Watch::start(device.is_cpu()).map_err(|e| Failure::Failed(e.to_string()))?;
        let outcome = network.run(flags.side, dtype, &device);
        let peak = watch.peak();
        let name = network.name;
        match outcome {
            Ok(outcome) => {
                let billions = outcome.parameters as f64 / 1e9;
                let verdict = if outcome.finite { "all numbers finite" } else { "NaN or infinity" };
                say!("{name:<17} {billions:>7.3} billion parameters, {:>6.1} s, peak {peak:>5.1} GiB, {verdict}", outcome.seconds);
                if !outcome.finite {
                    broken.push(name);
                }
            }
            Err(error) => {
                say!("{name:<17} failed at {peak:.1} GiB: {error}");
                broken.push(name);
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Failure::Failed(format!("these networks cannot be used here: {}", broken.join(", ")))) }
}

fn run_pipeline(flags: PipelineFlags) -> Result<(), Failure> {
    let device = component::device_named(&flags.device).map_err(failure)?;
    let dtype = component::dtype_named(&flags.dtype).map_err(failure)?;
    component::check_dtype(&device, dtype).map_err(failure)?;
    let args = PipelineArgs {
        kind: flags.kind,
        model: flags.model,
        request: FluxRequest {
            prompt: flags.prompt,
            negative_prompt: flags.negative_prompt,
            width: flags.width,
            height: flags.height,
            steps: flags.steps,
            guidance: flags.guidance,
            true_cfg_scale: flags.true_cfg_scale,
            seed: flags.seed,
        },
        strength: flags.strength,
        image: flags.image,
        mask: flags.mask,
        control: flags.control,
        conditioning_scale: flags.conditioning_scale,
    };
    let picture = pipeline::run(&args, &device, dtype).map_err(|e| match e {
        DiffusionError::Tensor(_) if is_misfit(&e.to_string()) => {
            Failure::BadInput(format!("{}: the model's parts do not fit each other: {e}", args.model.display()))
        }
        DiffusionError::Tensor(_) | DiffusionError::Stopped => Failure::Failed(e.to_string()),
        other => Failure::BadInput(other.to_string()),
    })?;
    picture.save(&flags.out).map_err(|e| Failure::BadInput(format!("--out: {}: {e}", flags.out.display())))
}
