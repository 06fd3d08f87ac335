//! `u2netp`: `pixel_values` `[B, 3, 320, 320]` → `mask` `[B, 1, 320, 320]`, the network of the draft backend. `--weights` may name another
//! ONNX file of the same network; without it the built-in one runs. Always on the CPU in float32.

use std::path::Path;

use candle_core::{DType, Device, Tensor};

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::backend::draft::segment::raw_masks;

pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let pixels = component.input("pixel_values")?.to_device(&Device::Cpu)?.to_dtype(DType::F32)?;
    let [batch, 3, 320, 320] = *pixels.dims() else {
        let what = format!("the input pixel_values must be [B, 3, 320, 320], it is {:?}", pixels.dims());
        return Err(ComponentError::Input(what));
    };
    let place = component.weights.as_ref().map(|vars| vars.place());
    let masks = raw_masks(place.as_deref().map(Path::new), &pixels.flatten_all()?.to_vec1::<f32>()?);
    let masks = masks.map_err(|e| ComponentError::Input(e.to_string()))?;
    Ok(Tensors::from([("mask".into(), Tensor::from_vec(masks, (batch, 1, 320, 320), &Device::Cpu)?)]))
}
