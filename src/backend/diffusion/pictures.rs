//! Pictures to tensors and back, as diffusers' image processor does it, and FLUX's packing of latents.

use candle_core::{DType, Device, Result, Tensor};
use image::{GrayImage, RgbImage};

use crate::schedule::TorchRng;
use crate::schedule::torch_rng::NoiseType;

/// 8-bit sRGB → `[1, 3, H, W]` in −1..1, float32.
///
/// # Errors
/// No memory.
pub fn pixels(image: &RgbImage, device: &Device) -> Result<Tensor> {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let values: Vec<f32> = image.as_raw().iter().map(|&v| 2.0 * (f32::from(v) / 255.0) - 1.0).collect();
    Tensor::from_vec(values, (1, h, w, 3), device)?.permute((0, 3, 1, 2))?.contiguous()
}

/// `[1, 3, H, W]` in −1..1 → 8-bit sRGB, rounded to the nearest.
///
/// # Errors
/// Another shape; values that are not finite.
pub fn picture(pixels: &Tensor) -> Result<RgbImage> {
    let (_, channels, h, w) = pixels.dims4()?;
    if channels != 3 {
        candle_core::bail!("a picture has 3 channels, this has {channels}");
    }
    let values = pixels.to_dtype(DType::F32)?.to_device(&Device::Cpu)?.permute((0, 2, 3, 1))?.flatten_all()?.to_vec1::<f32>()?;
    if values.iter().any(|v| !v.is_finite()) {
        candle_core::bail!(
            "The picture holds values that are no numbers; its model's weights are damaged, or this precision is too small for them."
        );
    }
    let bytes: Vec<u8> = values.iter().map(|v| ((v / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0).round_ties_even() as u8).collect();
    RgbImage::from_raw(w as u32, h as u32, bytes).ok_or_else(|| candle_core::Error::Msg("the picture has too few values".into()))
}

/// A mask → `[1, 1, H, W]` of 0 and 1: 1 where the picture is painted anew.
///
/// # Errors
/// No memory.
pub fn binary_mask(mask: &GrayImage, device: &Device) -> Result<Tensor> {
    let (w, h) = (mask.width() as usize, mask.height() as usize);
    let values: Vec<f32> = mask.as_raw().iter().map(|&v| if f32::from(v) / 255.0 < 0.5 { 0.0 } else { 1.0 }).collect();
    Tensor::from_vec(values, (1, 1, h, w), device)
}

/// Nearest neighbours, as `torch.nn.functional.interpolate` picks them: `[B, C, H, W]` → `[B, C, height, width]`.
///
/// # Errors
/// No memory.
pub fn nearest(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (_, _, h, w) = x.dims4()?;
    let rows: Vec<u32> = (0..height).map(|y| (y * h / height) as u32).collect();
    let columns: Vec<u32> = (0..width).map(|x| (x * w / width) as u32).collect();
    let device = x.device();
    x.index_select(&Tensor::new(rows, device)?, 2)?.index_select(&Tensor::new(columns, device)?, 3)
}

/// Latents `[B, C, h, w]` → tokens `[B, h/2 · w/2, 4 C]`: squares of 2×2. Reference: diffusers `FluxPipeline._pack_latents`.
///
/// # Errors
/// Odd sides.
pub fn pack(latents: &Tensor) -> Result<Tensor> {
    let (b, c, h, w) = latents.dims4()?;
    latents.reshape((b, c, h / 2, 2, w / 2, 2))?.permute((0, 2, 4, 1, 3, 5))?.contiguous()?.reshape((b, (h / 2) * (w / 2), c * 4))
}

/// The way back, for latents of `height` × `width`.
///
/// # Errors
/// Tokens that do not fit.
pub fn unpack(tokens: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, _, c) = tokens.dims3()?;
    let squares = tokens.reshape((b, height / 2, width / 2, c / 4, 2, 2))?;
    squares.permute((0, 3, 1, 4, 2, 5))?.contiguous()?.reshape((b, c / 4, height, width))
}

/// The noise of a seed as torch draws it, `[1, C, h, w]`, float32; rounded to `dtype`, the network's type, as the reference draws it.
///
/// # Errors
/// No memory.
pub fn noise(rng: &mut TorchRng, (channels, height, width): (usize, usize, usize), dtype: DType, device: &Device) -> Result<Tensor> {
    let kind = if dtype == DType::F32 { NoiseType::Single } else { NoiseType::Half };
    let values = rng.randn_as(channels * height * width, kind);
    Tensor::from_vec(values, (1, channels, height, width), device)?.to_dtype(dtype)?.to_dtype(DType::F32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let image = RgbImage::from_fn(6, 4, |x, y| image::Rgb([(x * 40) as u8, (y * 60) as u8, 255]));
        let tensor = pixels(&image, &Device::Cpu).unwrap();
        assert_eq!(tensor.dims(), [1, 3, 4, 6]);
        assert_eq!(picture(&tensor).unwrap(), image);
        let latents = Tensor::arange(0f32, 96.0, &Device::Cpu).unwrap().reshape((1, 4, 4, 6)).unwrap();
        let packed = pack(&latents).unwrap();
        assert_eq!(packed.dims(), [1, 6, 16]);
        // The first token: channel by channel, the square's rows.
        assert_eq!(packed.get(0).unwrap().get(0).unwrap().to_vec1::<f32>().unwrap()[..6], [0.0, 1.0, 6.0, 7.0, 24.0, 25.0]);
        let back = unpack(&packed, 4, 6).unwrap();
        assert_eq!(back.flatten_all().unwrap().to_vec1::<f32>().unwrap(), latents.flatten_all().unwrap().to_vec1::<f32>().unwrap());
        let small = nearest(&latents, 2, 3).unwrap();
        assert_eq!(small.get(0).unwrap().get(0).unwrap().to_vec2::<f32>().unwrap(), [[0.0, 2.0, 4.0], [12.0, 14.0, 16.0]]);
    }
}
