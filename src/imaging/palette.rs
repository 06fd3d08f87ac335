//! Palettes for PNG files with few colours, and dithering.

use color_quant::NeuQuant;
use image::RgbImage;
use rayon::prelude::*;

/// Pixels that are looked at to find a palette. More change nothing that can be seen.
const SAMPLES: usize = 300_000;
/// How few of the samples are learned from: 1 (all) to 30 (fastest).
const QUICKNESS: i32 = 4;
/// Bits of a channel by which nearest colours are looked up.
const BITS: u32 = 5;

/// At most 256 colours that represent a picture.
pub struct Palette {
    colours: Vec<[u8; 3]>,
    /// Index of the nearest colour by the upper bits of red, green and blue.
    nearest: Vec<u8>,
}

impl Palette {
    /// The palette of a picture; `most`: 2 to 256 colours.
    pub fn of(image: &RgbImage, most: usize) -> Self {
        let step = (image.pixels().len() / SAMPLES).max(1);
        let samples: Vec<u8> = image.pixels().step_by(step).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let mut colours: Vec<[u8; 3]> = if samples.len() < 4 * most {
            // Too few pixels to learn from: they are the palette.
            samples.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect()
        } else {
            NeuQuant::new(QUICKNESS, most.clamp(2, 256), &samples).color_map_rgb().chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect()
        };
        colours.sort_unstable();
        colours.dedup();
        if colours.is_empty() {
            colours.push([0; 3]);
        }
        let cells = 1_usize << (3 * BITS);
        let nearest = (0..cells).into_par_iter().map(|cell| {
            let channel = |shift: u32| ((cell >> shift) as i32 & ((1 << BITS) - 1)) * (1 << (8 - BITS)) + (1 << (7 - BITS));
            nearest_of(&colours, [channel(2 * BITS), channel(BITS), channel(0)])
        });
        Self { nearest: nearest.collect(), colours }
    }

    /// The colours.
    pub fn colours(&self) -> &[[u8; 3]] {
        &self.colours
    }

    fn nearest(&self, colour: [i32; 3]) -> u8 {
        let bits = |v: i32| (v.clamp(0, 255) as usize) >> (8 - BITS);
        self.nearest[(bits(colour[0]) << (2 * BITS)) | (bits(colour[1]) << BITS) | bits(colour[2])]
    }

    /// The picture as indices into the palette. Errors are spread to the neighbours (Floyd and Steinberg 1976), at three quarters: all of it
    /// would make visible grain.
    pub fn dither(&self, image: &RgbImage) -> Vec<u8> {
        let width = image.width() as usize;
        let mut out = Vec::with_capacity(image.pixels().len());
        // Errors in sixteenths of the rows that follow, with a column more at each side.
        let (mut here, mut below) = (vec![[0_i32; 3]; width + 2], vec![[0_i32; 3]; width + 2]);
        for row in image.as_raw().chunks_exact((width * 3).max(1)) {
            below.fill([0; 3]);
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                let wanted: [i32; 3] = std::array::from_fn(|k| i32::from(pixel[k]) + here[x + 1][k] / 16);
                let index = self.nearest(wanted);
                let chosen = self.colours[usize::from(index)];
                for k in 0..3 {
                    let error = (wanted[k].clamp(0, 255) - i32::from(chosen[k])) * 3 / 4;
                    here[x + 2][k] += error * 7;
                    below[x][k] += error * 3;
                    below[x + 1][k] += error * 5;
                    below[x + 2][k] += error;
                }
                out.push(index);
            }
            std::mem::swap(&mut here, &mut below);
        }
        out
    }
}

/// Index of the colour at the least distance; green counts most, blue least, as the eye sees them.
fn nearest_of(colours: &[[u8; 3]], wanted: [i32; 3]) -> u8 {
    const WEIGHTS: [i32; 3] = [3, 6, 2];
    let distance = |colour: &[u8; 3]| -> i32 {
        (0..3).map(|k| (i32::from(colour[k]) - wanted[k]) * (i32::from(colour[k]) - wanted[k]) * WEIGHTS[k]).sum()
    };
    let best = colours.iter().enumerate().min_by_key(|(_, colour)| distance(colour));
    best.map_or(0, |(index, _)| index as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_stay_close() {
        let image = RgbImage::from_fn(200, 100, |x, y| if y < 50 { image::Rgb([255, 255, 255]) } else { image::Rgb([x as u8, 40, 200]) });
        let palette = Palette::of(&image, 64);
        assert!(palette.colours().len() <= 64);
        let indices = palette.dither(&image);
        assert_eq!(indices.len(), 20_000);
        let mean = |from: usize, to: usize, k: usize| {
            indices[from..to].iter().map(|i| f64::from(palette.colours()[usize::from(*i)][k])).sum::<f64>() / (to - from) as f64
        };
        // White stays white, and the mean of a ramp stays its mean.
        assert!(mean(0, 10_000, 0) > 250.0 && mean(0, 10_000, 2) > 250.0);
        assert!((mean(10_000, 20_000, 0) - 99.5).abs() < 6.0, "{}", mean(10_000, 20_000, 0));
        let tiny = Palette::of(&RgbImage::from_pixel(2, 2, image::Rgb([9, 8, 7])), 256);
        assert_eq!((tiny.colours(), tiny.dither(&RgbImage::from_pixel(2, 2, image::Rgb([9, 8, 7])))), ([[9, 8, 7]].as_slice(), vec![0; 4]));
    }
}
