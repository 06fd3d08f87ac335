//! Positions of tokens: picture, row, column and word.

use candle_core::{Device, Result, Tensor};

/// Distance between pictures on the first axis: the painted picture is at 0, references at 10, 20 and so on.
const BETWEEN_PICTURES: usize = 10;

/// Ids of text tokens: `[tokens, 4]` of (0, 0, 0, number).
///
/// # Errors
/// Out of memory.
pub fn text_ids(tokens: usize, device: &Device) -> Result<Tensor> {
    let ids: Vec<f32> = (0..tokens).flat_map(|word| [0.0, 0.0, 0.0, word as f32]).collect();
    Tensor::from_vec(ids, (tokens, 4), device)
}

/// Ids of the tokens of a painted picture, then of its references, each `(rows, columns)`: `[tokens, 4]` of (picture, row, column, 0). Rows and
/// columns count latents (16 pixels).
///
/// # Errors
/// Out of memory.
pub fn image_ids(pictures: &[(usize, usize)], device: &Device) -> Result<Tensor> {
    let mut ids: Vec<f32> = Vec::new();
    for (i, &(rows, columns)) in pictures.iter().enumerate() {
        let picture = (i * BETWEEN_PICTURES) as f32;
        ids.extend((0..rows).flat_map(|y| (0..columns).flat_map(move |x| [picture, y as f32, x as f32, 0.0])));
    }
    let tokens = ids.len() / 4;
    Tensor::from_vec(ids, (tokens, 4), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_has_its_own_place() {
        let ids = image_ids(&[(1, 2), (2, 1), (1, 1)], &Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(ids, [[0.0; 4], [0.0, 0.0, 1.0, 0.0], [10.0, 0.0, 0.0, 0.0], [10.0, 1.0, 0.0, 0.0], [20.0, 0.0, 0.0, 0.0]]);
        assert_eq!(text_ids(2, &Device::Cpu).unwrap().to_vec2::<f32>().unwrap()[1], [0.0, 0.0, 0.0, 1.0]);
    }
}
