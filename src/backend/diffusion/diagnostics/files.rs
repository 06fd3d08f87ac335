//! `nanococoa debug component`: runs one component from input tensors in a file to output tensors in a file.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};

use super::component::{Component, ComponentError, Tensors, check_dtype, device_named, dtype_named};
use super::networks::KINDS;
use crate::backend::diffusion::folder::read_json;
use crate::weights::{Vars, open};

/// The arguments of `nanococoa debug component`.
#[derive(Clone, Debug)]
pub struct ComponentArgs {
    /// The kind of component, such as `birefnet` or `flux-transformer`; see [`KINDS`].
    pub kind: String,
    /// The component's own Hugging Face config.
    pub config: Option<PathBuf>,
    /// Weights: safetensors, an index of shards, GGUF, or a folder.
    pub weights: Option<PathBuf>,
    /// The safetensors file with the input tensors.
    pub inputs: PathBuf,
    /// The safetensors file for the output tensors.
    pub outputs: PathBuf,
    /// `cpu`, `cuda` or `cuda:N`.
    pub device: String,
    /// `f32`, `bf16` or `f16`.
    pub dtype: String,
}

/// Runs a component from files to files.
///
/// # Errors
/// A file or an argument cannot be used; the message is one line.
pub fn run_files(args: &ComponentArgs) -> Result<(), ComponentError> {
    let kinds = || KINDS.iter().map(|k| k.0).collect::<Vec<_>>().join(", ");
    let (_, run) = KINDS
        .iter()
        .find(|k| k.0 == args.kind)
        .ok_or_else(|| ComponentError::Input(format!("--kind {}: there is no such component; there are {}", args.kind, kinds())))?;
    let device = device_named(&args.device)?;
    let dtype = dtype_named(&args.dtype)?;
    if args.weights.is_some() {
        check_dtype(&device, dtype)?;
    }
    let (config, place) = match &args.config {
        Some(path) => (serde_json::Value::Object(read_json(path)?), path.display().to_string()),
        None => (serde_json::Value::Object(serde_json::Map::new()), "no --config given".into()),
    };
    let weights = match &args.weights {
        Some(path) => Some(Vars::new(open(path)?, dtype, &device)),
        None => None,
    };
    let store = open(&args.inputs)?;
    let mut inputs = Tensors::new();
    for name in store.names() {
        inputs.insert(name.clone(), store.tensor(&name, DType::F32, &device)?);
    }
    let component = Component { config, place, weights, inputs: &inputs, device, dtype };
    let outputs = run(&component)?;
    save(&outputs, &args.outputs)
}

fn save(outputs: &Tensors, path: &Path) -> Result<(), ComponentError> {
    let mut on_cpu = Tensors::new();
    for (name, tensor) in outputs {
        let tensor = tensor.to_device(&Device::Cpu)?;
        let tensor = if tensor.dtype().is_float() && tensor.dtype() != DType::F64 { tensor.to_dtype(DType::F32)? } else { tensor };
        on_cpu.insert(name.clone(), tensor.contiguous()?);
    }
    candle_core::safetensors::save(&on_cpu, path).map_err(|e| ComponentError::Input(format!("{}: cannot be written: {e}", path.display())))
}
