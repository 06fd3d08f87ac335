//! One network or schedule with its config, weights and input tensors, as the checks in this room run it.

use std::collections::HashMap;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use crate::backend::diffusion::device::DeviceChoice;
use crate::weights::{LoadResult, TensorStore, Vars, WeightsError, one_line};

/// Why a component could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// An argument, config or input tensor cannot be used.
    #[error("{0}")]
    Input(String),
    /// The weights cannot be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The computation failed.
    #[error("{}", one_line(.0))]
    Run(#[from] candle_core::Error),
}

/// Input or output tensors by name.
pub type Tensors = HashMap<String, Tensor>;

/// A component with its inputs.
pub struct Component<'a> {
    /// The config; an empty object if none was given.
    pub config: serde_json::Value,
    /// The config's file, for messages.
    pub place: String,
    /// The weights; `None` for components without weights.
    pub weights: Option<Vars>,
    /// The inputs on the device; floating point tensors in float32.
    pub inputs: &'a Tensors,
    /// The compute device.
    pub device: Device,
    /// The type to compute in.
    pub dtype: DType,
}

impl Component<'_> {
    /// The weights.
    ///
    /// # Errors
    /// No weights were given.
    pub fn vars(&self) -> Result<&Vars, ComponentError> {
        self.weights.as_ref().ok_or_else(|| ComponentError::Input("--weights is missing: this component has weights".into()))
    }

    /// The config as the component's own type.
    ///
    /// # Errors
    /// The config does not fit.
    pub fn config_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, ComponentError> {
        serde_json::from_value(self.config.clone()).map_err(|e| ComponentError::Input(format!("{}: {e}", self.place)))
    }

    /// The config in a network's own form, read from the shapes of the tensors if there is none.
    ///
    /// # Errors
    /// The config does not fit, or the shapes are another network's.
    pub fn config_or_shapes<T: serde::de::DeserializeOwned>(
        &self,
        vars: &Vars,
        from_shapes: fn(Arc<dyn TensorStore>) -> LoadResult<T>,
    ) -> Result<T, ComponentError> {
        match self.config.as_object().is_none_or(serde_json::Map::is_empty) {
            true => Ok(from_shapes(vars.store())?),
            false => self.config_as(),
        }
    }

    /// An input tensor.
    ///
    /// # Errors
    /// The input is missing.
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
    /// The input is missing or empty.
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
    /// The input is missing or has another number of elements.
    pub fn scalar(&self, name: &str) -> Result<f64, ComponentError> {
        let tensor = self.input(name)?;
        if tensor.elem_count() != 1 {
            return Err(ComponentError::Input(format!("the input {name} must have one element, it has {}", tensor.elem_count())));
        }
        Ok(tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?[0])
    }
}

/// Builds a component and runs it on its inputs.
pub type Run = fn(&Component<'_>) -> Result<Tensors, ComponentError>;

/// Opens a device by name.
///
/// # Errors
/// The name is unknown, or this build or machine does not have the device.
pub fn device_named(name: &str) -> Result<Device, ComponentError> {
    let open = |choice: DeviceChoice| choice.open().map(|(device, _)| device);
    name.parse().and_then(open).map_err(|why| ComponentError::Input(format!("--device {name}: {why}")))
}

/// A floating point type by name.
///
/// # Errors
/// The name is unknown.
pub fn dtype_named(name: &str) -> Result<DType, ComponentError> {
    match name {
        "f32" => Ok(DType::F32),
        "bf16" => Ok(DType::BF16),
        "f16" => Ok(DType::F16),
        _ => Err(ComponentError::Input(format!("--dtype {name}: use f32, bf16 or f16"))),
    }
}

/// Checks that a device can multiply matrices of a type.
///
/// # Errors
/// It cannot; the message says what to use instead.
pub fn check_dtype(device: &Device, dtype: DType) -> Result<(), ComponentError> {
    if device.is_cpu() && dtype == DType::BF16 {
        return Err(ComponentError::Input("--dtype bf16: the CPU does not compute in bf16; use f32, or --device cuda".into()));
    }
    Ok(())
}
