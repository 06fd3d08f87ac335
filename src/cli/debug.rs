//! `nanococoa debug`: one component or one pipeline against somebody's own reference.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use nanococoa::backend::diffusion::component::{self, ComponentArgs, ComponentError};

use super::Failure;

#[derive(Subcommand)]
pub enum DebugCommand {
    /// Run one network or schedule from files to files
    Component(ComponentFlags),
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
    }
}
