//! Previews while latents are being denoised: one pixel per latent pixel, colours by a linear projection of the latent channels.
//!
//! The factors are the published fits for each model family (ComfyUI `comfy/latent_formats.py`).

use candle_core::{DType, Device, Result, Tensor};
use image::RgbImage;

/// The model family that latents belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatentFamily {
    /// FLUX.1, 16 channels.
    Flux,
    /// SDXL, 4 channels.
    Sdxl,
}

const FLUX: [[f32; 3]; 16] = [
    [-0.0346, 0.0244, 0.0681],
    [0.0034, 0.0210, 0.0687],
    [0.0275, -0.0668, -0.0433],
    [-0.0174, 0.0160, 0.0617],
    [0.0859, 0.0721, 0.0329],
    [0.0004, 0.0383, 0.0115],
    [0.0405, 0.0861, 0.0915],
    [-0.0236, -0.0185, -0.0259],
    [-0.0245, 0.0250, 0.1180],
    [0.1008, 0.0755, -0.0421],
    [-0.0515, 0.0201, 0.0011],
    [0.0428, -0.0012, -0.0036],
    [0.0817, 0.0765, 0.0749],
    [-0.1264, -0.0522, -0.1103],
    [-0.0280, -0.0881, -0.0499],
    [-0.1262, -0.0982, -0.0778],
];
const FLUX_BIAS: [f32; 3] = [-0.0329, -0.0718, -0.0851];

const SDXL: [[f32; 3]; 4] = [[0.3651, 0.4232, 0.4341], [-0.2533, -0.0042, 0.1068], [0.1076, 0.1111, -0.0362], [-0.3165, -0.2492, -0.2188]];
const SDXL_BIAS: [f32; 3] = [0.1084, -0.0175, -0.0011];

/// A linear projection of latents to colours.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewFactors {
    /// Of each channel on red, green and blue, −1 to 1.
    pub factors: Vec<[f32; 3]>,
    /// The colour of latents that are zero.
    pub bias: [f32; 3],
}

impl LatentFamily {
    fn table(self) -> (&'static [[f32; 3]], [f32; 3]) {
        match self {
            Self::Flux => (&FLUX, FLUX_BIAS),
            Self::Sdxl => (&SDXL, SDXL_BIAS),
        }
    }
}

/// Projects scaled latents `[B, C, h, w]`, usually the predicted x₀ of a step, to a picture of `w` × `h` pixels. Shows the first entry of a
/// batch. Latents with another number of channels (test models) become grey.
///
/// # Errors
/// Another rank, out of memory.
pub fn preview(latents: &Tensor, family: LatentFamily) -> Result<RgbImage> {
    let channels = latents.dim(1)?;
    let (table, bias) = family.table();
    let grey = vec![[1.0 / channels.max(1) as f32; 3]; channels];
    let (factors, bias) = if table.len() == channels { (table, bias) } else { (grey.as_slice(), [0.0; 3]) };
    project(latents, factors, bias)
}

/// Like [`preview`], with given factors, one for each channel.
///
/// # Errors
/// As [`preview`]; another number of channels.
pub fn project(latents: &Tensor, factors: &[[f32; 3]], bias: [f32; 3]) -> Result<RgbImage> {
    let (_, channels, h, w) = latents.dims4()?;
    // The product runs on the latents' device, so that three values per pixel are copied instead of all channels.
    let factors = Tensor::from_vec(factors.concat(), (channels, 3), latents.device())?;
    let places = latents.get(0)?.to_dtype(DType::F32)?.reshape((channels, h * w))?.t()?.contiguous()?;
    let colours = places.matmul(&factors)?.broadcast_add(&Tensor::new(&bias, latents.device())?)?;
    let values = colours.to_device(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?;
    let bytes: Vec<u8> = values.iter().map(|v| ((v / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8).collect();
    RgbImage::from_raw(w as u32, h as u32, bytes).ok_or_else(|| candle_core::Error::Msg("a preview has too few values".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pixel_for_each_latent_pixel() {
        for (family, channels) in [(LatentFamily::Flux, 16), (LatentFamily::Sdxl, 4), (LatentFamily::Flux, 3)] {
            let zeros = Tensor::zeros((1, channels, 5, 7), DType::F32, &Device::Cpu).unwrap();
            let image = preview(&zeros, family).unwrap();
            assert_eq!(image.dimensions(), (7, 5));
            // Zero latents are about mid-grey.
            assert!(image.as_raw().iter().all(|v| (110..=145).contains(v)), "{:?}", image.get_pixel(0, 0));
        }
        // SDXL's first channel is brightness.
        let ones = Tensor::ones((2, 1, 1, 2), DType::F32, &Device::Cpu).unwrap().pad_with_zeros(1, 0, 3).unwrap();
        let bright = preview(&ones, LatentFamily::Sdxl).unwrap();
        assert_eq!(bright.get_pixel(1, 0).0, [188, 179, 183]);
    }
}
