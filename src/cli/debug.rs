//! `nanococoa debug`: runs single components and whole pipelines for comparison with their references.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use clap::{Args, Subcommand};
use nanococoa::backend::diffusion::denoise::PictureSettings;
use nanococoa::backend::diffusion::diagnostics::component::{self, ComponentError};
use nanococoa::backend::diffusion::diagnostics::files::{self, ComponentArgs};
use nanococoa::backend::diffusion::diagnostics::full_size::NETWORKS;
use nanococoa::backend::diffusion::diagnostics::pipeline::{self, PipelineArgs};
use nanococoa::backend::diffusion::error::DiffusionError;
use nanococoa::backend::diffusion::flux::FluxRequest;
use nanococoa::imaging::decode::decode_file;
use nanococoa::imaging::encode::encode_png;
use nanococoa::metrics::Sampler;
use nanococoa::notice::Notice;
use parking_lot::Mutex;
use serde_json::json;

use super::common::Failure;

#[derive(Subcommand)]
pub enum DebugCommand {
    /// Run one network or schedule from files to files
    Component(ComponentFlags),
    /// Run one whole pipeline from a model's folder to a picture
    Pipeline(PipelineFlags),
    /// Run the public models' networks at full size with generated weights: can this machine run them, and in how much memory?
    FullSize(FullSizeFlags),
    /// Read pictures as a job would and print one line of JSON per file
    Picture(PictureFlags),
}

#[derive(Args)]
pub struct PictureFlags {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder for the decoded pictures: 8-bit sRGB PNG files named NAME.png
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub struct FullSizeFlags {
    /// Networks by name; all of them without this flag
    #[arg(long = "only", value_name = "NAME")]
    only: Vec<String>,
    /// Side of the picture in pixels, a multiple of 64
    #[arg(long, default_value_t = 1024)]
    side: usize,
    /// cpu, cuda, cuda:N or metal
    #[arg(long, default_value = "cpu")]
    device: String,
    /// f32, bf16 or f16
    #[arg(long, default_value = "f32")]
    dtype: String,
}

#[derive(Args)]
pub struct PipelineFlags {
    /// flux-text-to-image, flux-inpaint, flux2-text-to-image, flux2-edit, flux2-inpaint or sdxl-controlnet
    #[arg(long)]
    kind: String,
    /// The model's folder, as diffusers saves it
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// What the picture should show
    #[arg(long)]
    prompt: String,
    /// What the picture should not show
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
    /// Scale of true classifier-free guidance (FLUX); 1 switches it off
    #[arg(long, default_value_t = 1.0)]
    true_cfg_scale: f64,
    /// Seed of the noise
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How far the picture may change, 0 to 1 (inpainting)
    #[arg(long, default_value_t = 0.6)]
    strength: f64,
    /// The picture to inpaint
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// The inpainting mask; white is repainted
    #[arg(long, value_name = "FILE")]
    mask: Option<PathBuf>,
    /// The control picture: edges, white on black
    #[arg(long, value_name = "FILE")]
    control: Option<PathBuf>,
    /// A reference picture of any size (flux2-edit, flux2-inpaint); may be given several times
    #[arg(long = "reference", value_name = "FILE")]
    references: Vec<PathBuf>,
    /// Scale of the ControlNet's residuals
    #[arg(long, default_value_t = 1.0)]
    conditioning_scale: f64,
    /// The file for the picture
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// cpu, cuda, cuda:N or metal
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
    /// The safetensors file with the input tensors
    #[arg(long, value_name = "FILE")]
    inputs: PathBuf,
    /// The safetensors file for the output tensors
    #[arg(long, value_name = "FILE")]
    outputs: PathBuf,
    /// cpu, cuda, cuda:N or metal
    #[arg(long, default_value = "cpu")]
    device: String,
    /// f32, bf16 or f16
    #[arg(long, default_value = "f32")]
    dtype: String,
}

/// Checks are for engineers and speak English, so their messages are plain texts.
fn bad_input(text: impl std::fmt::Display) -> Failure {
    Failure::bad_input(Notice::verbatim(text.to_string()))
}

fn failed(text: impl std::fmt::Display) -> Failure {
    Failure::failed(Notice::verbatim(text.to_string()))
}

/// Files that cannot be used are bad input (exit code 2); a computation that fails is a failure (1).
fn failure(error: ComponentError) -> Failure {
    match error {
        ComponentError::Input(_) | ComponentError::Weights(_) => bad_input(error),
        ComponentError::Run(_) => failed(error),
    }
}

/// Whether an error of candle is about shapes rather than the device.
fn is_shape_error(words: &str) -> bool {
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
                // The weights were checked against the config before, so a wrong shape comes from the inputs.
                ComponentError::Run(_) if is_shape_error(&error.to_string()) => {
                    bad_input(format!("{place}: the inputs do not fit the config: {error}"))
                }
                error => failure(error),
            })
        }
        DebugCommand::Pipeline(flags) => run_pipeline(flags),
        DebugCommand::FullSize(flags) => full_size(&flags),
        DebugCommand::Picture(flags) => {
            if let Some(out) = &flags.out {
                std::fs::create_dir_all(out).map_err(|e| failed(format!("cannot create {}: {e}", out.display())))?;
            }
            flags.files.iter().try_for_each(|file| picture(file, flags.out.as_deref()))
        }
    }
}

/// Reads one picture. A file that cannot be decoded is a result, not a failure.
fn picture(file: &Path, out: Option<&Path>) -> Result<(), Failure> {
    let image = match decode_file(file) {
        Ok(image) => image,
        Err(error) => {
            say!("{}", json!({"file": file.display().to_string(), "error": error.to_string()}));
            return Ok(());
        }
    };
    if let Some(out) = out {
        let png = encode_png(&image.pixels, &[]).map_err(|e| failed(format!("cannot encode the picture: {e}")))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = out.join(format!("{name}.png"));
        std::fs::write(&path, png).map_err(|e| failed(format!("cannot write {}: {e}", path.display())))?;
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

/// Records the peak of memory use, of the first GPU or of the machine, above the use at the start.
struct PeakMemory {
    before: f64,
    peak: Arc<Mutex<f64>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl PeakMemory {
    fn start(cpu: bool) -> std::io::Result<Self> {
        let sampler = Sampler::default();
        let used = move || {
            let of_gpu = || sampler.sample_now().gpu_info?.first()?.memory;
            let memory = if cpu { sampler.memory_now() } else { of_gpu() };
            memory.map_or(0.0, |m| m.used_gb)
        };
        let before = used();
        let (peak, stop) = (Arc::new(Mutex::new(before)), Arc::new(AtomicBool::new(false)));
        let (seen, ended) = (Arc::clone(&peak), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("memory".into()).spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let mut peak = seen.lock();
                *peak = peak.max(used());
                drop(peak);
                std::thread::sleep(Duration::from_millis(10));
            }
        })?;
        Ok(Self { before, peak, stop, thread: Some(thread) })
    }

    /// Stops recording and returns the peak in GiB.
    fn finish(mut self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        // If the thread panicked, the peak so far is still valid.
        let _ = self.thread.take().map(JoinHandle::join);
        *self.peak.lock() - self.before
    }
}

fn full_size(flags: &FullSizeFlags) -> Result<(), Failure> {
    let names = || NETWORKS.iter().map(|n| n.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = flags.only.iter().find(|o| NETWORKS.iter().all(|n| n.name != o.as_str())) {
        return Err(bad_input(format!("--only {unknown}: unknown network; use one of {}", names())));
    }
    if flags.side == 0 || !flags.side.is_multiple_of(64) || flags.side > 4096 {
        return Err(bad_input(format!("--side {}: use a multiple of 64 up to 4096", flags.side)));
    }
    let device = component::device_named(&flags.device).map_err(failure)?;
    let dtype = component::dtype_named(&flags.dtype).map_err(failure)?;
    component::check_dtype(&device, dtype).map_err(failure)?;
    let mut broken = Vec::new();
    for network in NETWORKS.iter().filter(|n| flags.only.is_empty() || flags.only.iter().any(|o| o == n.name)) {
        let memory = PeakMemory::start(device.is_cpu()).map_err(failed)?;
        let outcome = network.run(flags.side, dtype, &device);
        let peak = memory.finish();
        let name = network.name;
        match outcome {
            Ok(outcome) => {
                let billions = outcome.parameters as f64 / 1e9;
                let verdict = if outcome.finite { "all numbers finite" } else { "NaN or infinite values" };
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
    if broken.is_empty() { Ok(()) } else { Err(failed(format!("these networks cannot be used here: {}", broken.join(", ")))) }
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
            true_cfg_scale: flags.true_cfg_scale,
            picture: PictureSettings {
                width: flags.width,
                height: flags.height,
                steps: flags.steps,
                guidance: flags.guidance,
                seed: flags.seed,
            },
        },
        strength: flags.strength,
        image: flags.image,
        mask: flags.mask,
        control: flags.control,
        conditioning_scale: flags.conditioning_scale,
        references: flags.references,
    };
    let picture = pipeline::run(&args, &device, dtype).map_err(|e| match e {
        DiffusionError::Tensor(_) if is_shape_error(&e.to_string()) => {
            bad_input(format!("{}: the model's parts do not fit each other: {e}", args.model.display()))
        }
        DiffusionError::Tensor(_) | DiffusionError::Stopped => failed(e),
        other => bad_input(other),
    })?;
    picture.save(&flags.out).map_err(|e| bad_input(format!("--out: {}: {e}", flags.out.display())))
}
