//! `canny`: `image` `[H, W]` in 0..=255, `low`, `high` → `edges` `[H, W]` u8, as OpenCV's `Canny` with the L2 gradient.

use candle_core::{DType, Device, Tensor};
use image::GrayImage;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::imaging::canny::canny;

pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let image = component.input("image")?.to_device(&Device::Cpu)?;
    let [height, width] = *image.dims() else {
        return Err(ComponentError::Input(format!("the input image must be [H, W], it is {:?}", image.dims())));
    };
    let values = image.to_dtype(DType::U8)?.flatten_all()?.to_vec1::<u8>()?;
    let fits = u32::try_from(width).ok().zip(u32::try_from(height).ok());
    let gray = fits.and_then(|(w, h)| GrayImage::from_raw(w, h, values));
    let gray = gray.ok_or_else(|| ComponentError::Input("the input image is too large".into()))?;
    let edges = canny(&gray, component.scalar("low")? as f32, component.scalar("high")? as f32);
    Ok(Tensors::from([("edges".into(), Tensor::from_vec(edges.into_raw(), (height, width), &Device::Cpu)?)]))
}
