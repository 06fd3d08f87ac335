//! Conversions between pictures and tensors, as in diffusers' image processor, and FLUX's packing of latents.

use candle_core::{DType, Device, Result, Tensor};
use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::error::{DiffusionError, DiffusionResult};
use crate::schedule::TorchRng;
use crate::schedule::torch_rng::NoiseType;

/// 8-bit sRGB → `[1, 3, H, W]` in −1..1, float32.
///
/// # Errors
/// Out of memory.
pub fn to_tensor(image: &RgbImage, device: &Device) -> Result<Tensor> {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let values: Vec<f32> = image.as_raw().par_iter().map(|&v| 2.0 * (f32::from(v) / 255.0) - 1.0).collect();
    Tensor::from_vec(values, (1, h, w, 3), device)?.permute((0, 3, 1, 2))?.contiguous()
}

/// `[1, 3, H, W]` in −1..1 → 8-bit sRGB, rounded to nearest.
///
/// # Errors
/// The shape is different, or a value is NaN or infinite.
pub fn to_image(pixels: &Tensor) -> DiffusionResult<RgbImage> {
    let (_, channels, h, w) = pixels.dims4()?;
    if channels != 3 {
        return Err(candle_core::Error::Msg(format!("a picture has 3 channels, this tensor has {channels}")).into());
    }
    let values = pixels.to_dtype(DType::F32)?.to_device(&Device::Cpu)?.permute((0, 2, 3, 1))?.flatten_all()?.to_vec1::<f32>()?;
    if values.par_iter().any(|v| !v.is_finite()) {
        return Err(DiffusionError::NotFinite);
    }
    let bytes: Vec<u8> = values.par_iter().map(|v| ((v / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0).round_ties_even() as u8).collect();
    let image = RgbImage::from_raw(w as u32, h as u32, bytes);
    image.ok_or_else(|| candle_core::Error::Msg("the picture has too few values".into()).into())
}

/// A mask → `[1, 1, H, W]` of 0 and 1: 1 where the picture is repainted.
///
/// # Errors
/// Out of memory.
pub fn binary_mask(mask: &GrayImage, device: &Device) -> Result<Tensor> {
    let (w, h) = (mask.width() as usize, mask.height() as usize);
    let values: Vec<f32> = mask.as_raw().iter().map(|&v| if f32::from(v) / 255.0 < 0.5 { 0.0 } else { 1.0 }).collect();
    Tensor::from_vec(values, (1, 1, h, w), device)
}

/// Resizes by nearest neighbour as `torch.nn.functional.interpolate` does: `[B, C, H, W]` → `[B, C, height, width]`.
///
/// # Errors
/// Out of memory.
pub fn resize_nearest(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (_, _, h, w) = x.dims4()?;
    let rows: Vec<u32> = (0..height).map(|y| (y * h / height) as u32).collect();
    let columns: Vec<u32> = (0..width).map(|x| (x * w / width) as u32).collect();
    let device = x.device();
    x.index_select(&Tensor::new(rows, device)?, 2)?.index_select(&Tensor::new(columns, device)?, 3)
}

/// A mask, made black and white, → `[1, 1, rows, columns]` in 0..1 by bilinear interpolation without antialiasing, as
/// `torch.nn.functional.interpolate` does: 1 where the picture is repainted.
///
/// # Errors
/// Out of memory.
pub fn bilinear_mask(mask: &GrayImage, rows: usize, columns: usize, device: &Device) -> Result<Tensor> {
    /// The two samples around each target sample, and the weight of the second.
    fn taps(from: u32, to: usize) -> Vec<(u32, u32, f32)> {
        let scale = f64::from(from) / to as f64;
        let tap = |i: usize| {
            let at = ((i as f64 + 0.5) * scale - 0.5).max(0.0);
            let first = (at as u32).min(from - 1);
            (first, (first + 1).min(from - 1), (at - f64::from(first)) as f32)
        };
        (0..to).map(tap).collect()
    }
    let (columns_at, rows_at) = (taps(mask.width(), columns), taps(mask.height(), rows));
    let value = |x: u32, y: u32| if f32::from(mask.get_pixel(x, y)[0]) / 255.0 < 0.5 { 0.0 } else { 1.0 };
    let mut values = Vec::with_capacity(rows * columns);
    for &(top, bottom, down) in &rows_at {
        for &(left, right, across) in &columns_at {
            let row = |y: u32| value(left, y) * (1.0 - across) + value(right, y) * across;
            values.push(row(top) * (1.0 - down) + row(bottom) * down);
        }
    }
    Tensor::from_vec(values, (1, 1, rows, columns), device)
}

/// Latents `[B, C, h, w]` → tokens `[B, h/2 · w/2, 4 C]` of 2×2 latent pixels. Reference: diffusers `FluxPipeline._pack_latents`.
///
/// # Errors
/// Odd sides.
pub fn pack(latents: &Tensor) -> Result<Tensor> {
    let (b, c, h, w) = latents.dims4()?;
    latents.reshape((b, c, h / 2, 2, w / 2, 2))?.permute((0, 2, 4, 1, 3, 5))?.contiguous()?.reshape((b, (h / 2) * (w / 2), c * 4))
}

/// The inverse of [`pack`] for latents of `height` × `width`.
///
/// # Errors
/// The number of tokens does not fit.
pub fn unpack(tokens: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, _, c) = tokens.dims3()?;
    let squares = tokens.reshape((b, height / 2, width / 2, c / 4, 2, 2))?;
    squares.permute((0, 3, 1, 4, 2, 5))?.contiguous()?.reshape((b, c / 4, height, width))
}

/// Standard normal noise `[1, C, h, w]` as PyTorch draws it, in float32 but rounded to `dtype`, the network's type, as in the reference.
///
/// # Errors
/// Out of memory.
pub fn seeded_noise(rng: &mut TorchRng, (channels, height, width): (usize, usize, usize), dtype: DType, device: &Device) -> Result<Tensor> {
    let kind = if dtype == DType::F32 { NoiseType::Single } else { NoiseType::Half };
    let values = rng.randn_as(channels * height * width, kind);
    Tensor::from_vec(values, (1, channels, height, width), device)?.to_dtype(dtype)?.to_dtype(DType::F32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `torch.nn.functional.interpolate(mask, size=(2, 3), mode="bilinear")`, torch 2.15.
    #[test]
    fn masks_are_sampled_in_the_middle_of_each_latent() {
        let mask = GrayImage::from_fn(12, 8, |x, y| image::Luma([if x > 5 || (x == 1 && y == 1) { 200 } else { 100 }]));
        let small = bilinear_mask(&mask, 2, 3, &Device::Cpu).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(small, [0.25, 0.5, 1.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn conversions_are_inverses() {
        let image = RgbImage::from_fn(6, 4, |x, y| image::Rgb([(x * 40) as u8, (y * 60) as u8, 255]));
        let tensor = to_tensor(&image, &Device::Cpu).unwrap();
        assert_eq!(tensor.dims(), [1, 3, 4, 6]);
        assert_eq!(to_image(&tensor).unwrap(), image);
        let latents = Tensor::arange(0f32, 96.0, &Device::Cpu).unwrap().reshape((1, 4, 4, 6)).unwrap();
        let packed = pack(&latents).unwrap();
        assert_eq!(packed.dims(), [1, 6, 16]);
        // The first token: channel by channel, each 2×2 square row by row.
        assert_eq!(packed.get(0).unwrap().get(0).unwrap().to_vec1::<f32>().unwrap()[..6], [0.0, 1.0, 6.0, 7.0, 24.0, 25.0]);
        let back = unpack(&packed, 4, 6).unwrap();
        assert_eq!(back.flatten_all().unwrap().to_vec1::<f32>().unwrap(), latents.flatten_all().unwrap().to_vec1::<f32>().unwrap());
        let small = resize_nearest(&latents, 2, 3).unwrap();
        assert_eq!(small.get(0).unwrap().get(0).unwrap().to_vec2::<f32>().unwrap(), [[0.0, 2.0, 4.0], [12.0, 14.0, 16.0]]);
    }
}
