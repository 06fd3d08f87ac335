//! `nanococoa debug`: one component or one pipeline against somebody's own reference.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use nanococoa::backend::diffusion::component::{self, ComponentArgs, ComponentError};
use nanococoa::backend::diffusion::error::DiffusionError;
use nanococoa::backend::diffusion::pipeline::{self, PipelineArgs};

use super::Failure;

#[derive(Subcommand)]
pub enum DebugCommand {
    /// Run one network or schedule from files to files
    Component(ComponentFlags),
    /// Run one whole pipeline from a model's folder to a picture
    Pipeline(PipelineFlags),
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

pub fn debug(command: DebugCommand) -> Result<(), Failure> {
    match command {
        DebugCommand::Component(flags) => component::run_files(&ComponentArgs {
            kind: flags.kind,
            config: flags.config,
            weights: flags.weights,
            inputs: flags.inputs,
            outputs: flags.outputs,
            device: flags.device,
            dtype: flags.dtype,
        })
        .map_err(failure),
        DebugCommand::Pipeline(flags) => run_pipeline(flags),
    }
}

fn run_pipeline(flags: PipelineFlags) -> Result<(), Failure> {
    let device = component::device_named(&flags.device).map_err(failure)?;
    let dtype = component::dtype_named(&flags.dtype).map_err(failure)?;
    let args = PipelineArgs {
        kind: flags.kind,
        model: flags.model,
        prompt: flags.prompt,
        negative_prompt: flags.negative_prompt,
        width: flags.width,
        height: flags.height,
        steps: flags.steps,
        guidance: flags.guidance,
        true_cfg_scale: flags.true_cfg_scale,
        seed: flags.seed,
        strength: flags.strength,
        image: flags.image,
        mask: flags.mask,
        control: flags.control,
        conditioning_scale: flags.conditioning_scale,
    };
    let picture = pipeline::run(&args, &device, dtype).map_err(|e| match e {
        DiffusionError::Tensor(_) | DiffusionError::Stopped => Failure::Failed(e.to_string()),
        other => Failure::BadInput(other.to_string()),
    })?;
    picture.save(&flags.out).map_err(|e| Failure::BadInput(format!("--out: {}: {e}", flags.out.display())))
}
