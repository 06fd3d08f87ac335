//! One network or schedule at a time, from files to files: how anybody checks a component against their own reference
//! (`nanococoa debug component`).

mod birefnet;
mod canny;
pub mod full_size;
mod u2netp;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};

use super::device::DeviceChoice;
use super::folder::read_json;
use crate::weights::{Vars, WeightsError, one_line, open};

mod autoencoder_kl;
mod clip_text;
mod flux_transformer;
mod schedules;
mod sdxl;
mod t5_encoder;

/// What `debug component` was asked for.
#[derive(Clone, Debug)]
pub struct ComponentArgs {
    /// Which component: `birefnet`, `flux-transformer`, …; see [`KINDS`].
    pub kind: String,
    /// The component's own Hugging Face config.
    pub config: Option<PathBuf>,
    /// Weights: safetensors, an index of shards, GGUF, or a folder.
    pub weights: Option<PathBuf>,
    /// Input tensors, safetensors.
    pub inputs: PathBuf,
    /// Where the output tensors go, safetensors.
    pub outputs: PathBuf,
    /// `cpu`, `cuda` or `cuda:N`.
    pub device: String,
    /// `f32`, `bf16` or `f16`.
    pub dtype: String,
}

/// Why a component could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// Something that was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// The weights cannot.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The computation failed.
    #[error("{}", one_line(.0))]
    Run(#[from] candle_core::Error),
}

/// Named tensors, in or out.
pub type Tensors = HashMap<String, Tensor>;

/// What a component is made of and fed with.
pub struct Component<'a> {
    /// Path and content of the config; an empty object where none was given.
    pub config: serde_json::Value,
    /// Where the config came from, for messages.
    pub place: String,
    /// The weights' root.
    pub weights: Option<Vars>,
    /// The inputs, on the device, floating point ones in float32.
    pub inputs: &'a Tensors,
    /// Where to compute.
    pub device: Device,
    /// In which type.
    pub dtype: DType,
}

impl Component<'_> {
    /// The weights.
    ///
    /// # Errors
    /// None were given.
    pub fn vars(&self) -> Result<&Vars, ComponentError> {
        self.weights.as_ref().ok_or_else(|| ComponentError::Input("--weights is missing: this component has weights".into()))
    }

    /// The config in the component's own words.
    ///
    /// # Errors
    /// It does not say what the component needs.
    pub fn config_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, ComponentError> {
        serde_json::from_value(self.config.clone()).map_err(|e| ComponentError::Input(format!("{}: {e}", self.place)))
    }

    /// An input tensor.
    ///
    /// # Errors
    /// It is missing.
    pub fn input(&self, name: &str) -> Result<&Tensor, ComponentError> {
        self.inputs.get(name).ok_or_else(|| {
            let mut have: Vec<&str> = self.inputs.keys().map(String::as_str).collect();
            have.sort_unstable();
            ComponentError::Input(format!("the inputs have no tensor {name} (they have {})", have.join(", ")))
        })
    }

    /// An input tensor in the network's type.
    ///
    /// # Errors
    /// It is missing or has no elements.
    pub fn input_typed(&self, name: &str) -> Result<Tensor, ComponentError> {
        let tensor = self.input(name)?;
        if tensor.elem_count() == 0 {
            return Err(ComponentError::Input(format!("the input {name} is empty: its shape is {:?}", tensor.dims())));
        }
        Ok(tensor.to_dtype(self.dtype)?)
    }

    /// A scalar input: a tensor of one element.
    ///
    /// # Errors
    /// It is missing or has more elements.
    pub fn scalar(&self, name: &str) -> Result<f64, ComponentError> {
        let tensor = self.input(name)?;
        if tensor.elem_count() != 1 {
            return Err(ComponentError::Input(format!("the input {name} must have one element, it has {}", tensor.elem_count())));
        }
        Ok(tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?[0])
    }
}

/// Runs one component on tensors.
pub type Run = fn(&Component<'_>) -> Result<Tensors, ComponentError>;

/// Every component by name.
pub const KINDS: &[(&str, Run)] = &[
    ("flux-transformer", flux_transformer::run),
    ("t5-encoder", t5_encoder::run),
    ("clip-text", clip_text::run),
    ("autoencoder-kl", autoencoder_kl::run),
    ("sdxl-unet", sdxl::unet),
    ("sdxl-controlnet", sdxl::controlnet),
    ("flow-match-euler", schedules::flow_match_euler),
    ("euler-discrete", schedules::euler_discrete),
    ("torch-randn", schedules::torch_randn),
    ("birefnet", birefnet::run),
    ("canny", canny::run),
    ("u2netp", u2netp::run),
];

/// A device by name.
///
/// # Errors
/// An unknown name; a device that this build or machine does not have.
pub fn device_named(name: &str) -> Result<Device, ComponentError> {
    let open = |choice: DeviceChoice| choice.open().map(|(device, _)| device);
    name.parse().and_then(open).map_err(|why| ComponentError::Input(format!("--device {name}: {why}")))
}

/// A floating point type by name.
///
/// # Errors
/// An unknown name.
pub fn dtype_named(name: &str) -> Result<DType, ComponentError> {
    match name {
        "f32" => Ok(DType::F32),
        "bf16" => Ok(DType::BF16),
        "f16" => Ok(DType::F16),
        _ => Err(ComponentError::Input(format!("--dtype {name}: use f32, bf16 or f16"))),
    }
}

/// Whether a device multiplies matrices of a type.
///
/// # Errors
/// It does not; what to use instead.
pub fn can_compute(device: &Device, dtype: DType) -> Result<(), ComponentError> {
    if device.is_cpu() && dtype == DType::BF16 {
        return Err(ComponentError::Input("--dtype bf16: the CPU does not compute in bf16; use f32, or --device cuda".into()));
    }
    Ok(())
}

/// From files to files.
///
/// # Errors
/// Anything that is missing, damaged or does not fit, in one line.
pub fn run_files(args: &ComponentArgs) -> Result<(), ComponentError> {
    let kinds = || KINDS.iter().map(|k| k.0).collect::<Vec<_>>().join(", ");
    let (_, run) = KINDS
        .iter()
        .find(|k| k.0 == args.kind)
        .ok_or_else(|| ComponentError::Input(format!("--kind {}: there is no such component; there are {}", args.kind, kinds())))?;
    let device = device_named(&args.device)?;
    let dtype = dtype_named(&args.dtype)?;
    if args.weights.is_some() {
        can_compute(&device, dtype)?;
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
