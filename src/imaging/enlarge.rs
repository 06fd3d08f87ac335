//! Enlarges cut-outs that are smaller than their place.

use rayon::prelude::*;

use super::blur::gaussian_plane;
use super::resize::{Filter, resize_plane, resize_rgb};
use super::{LinearRgb, Plane, luminance};

/// Share of the blurred-away detail that is added again.
const SHARPEN: f32 = 0.55;
/// Steps of lightness (square root of luminance) well above this are edges already and are not made steeper, so that they get no halo.
const EDGE: f32 = 0.06;
/// Largest gain of the outline's contrast.
const STEEPEN: f32 = 1.8;

/// Enlarges a premultiplied picture and its matte by Lanczos' kernel (Duchon 1979), sharpens fine detail and steepens the outline by as much as
/// the enlargement softened it.
pub fn enlarge(colour: &LinearRgb, alpha: &Plane, width: usize, height: usize) -> (LinearRgb, Plane) {
    let factor = (width as f32 / colour.width.max(1) as f32).max(1.0);
    let mut large = resize_rgb(colour, width, height, Filter::Lanczos3);
    let mut matte = resize_plane(alpha, width, height, Filter::Lanczos3);
    let tone = Plane { width, height, data: large.data.iter().map(|c| luminance(*c).max(0.0).sqrt()).collect() };
    let low = gaussian_plane(&tone, 0.6 * factor);
    let steep = (1.0 + 0.5 * (factor - 1.0)).min(STEEPEN);
    large.data.par_iter_mut().zip(&mut matte.data).enumerate().for_each(|(i, (c, a))| {
        let detail = tone.data[i] - low.data[i];
        // The outline itself is no detail of the product.
        let inside = ((*a - 0.9) * 10.0).clamp(0.0, 1.0);
        let gain = 1.0 + SHARPEN * inside * detail / (1.0 + (detail / EDGE) * (detail / EDGE)) / tone.data[i].max(0.05);
        let gain = gain.clamp(0.7, 1.3);
        let sharp = ((*a - 0.5) * steep + 0.5).clamp(0.0, 1.0);
        // Stays premultiplied by the steeper matte.
        let cover = if *a > 1e-3 { sharp / *a } else { 0.0 };
        *c = c.map(|v| v * gain * gain * cover);
        *a = sharp;
    });
    (large, matte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_is_sharper_than_interpolated_and_flat_colour_stays() {
        let (w, h) = (64, 48);
        let stripe = |x: usize| if (x / 4).is_multiple_of(2) { 0.30 } else { 0.22 };
        let colour = LinearRgb { width: w, height: h, data: (0..w * h).map(|i| [stripe(i % w); 3]).collect() };
        let alpha = Plane::new(w, h, 1.0);
        let (sharp, _) = enlarge(&colour, &alpha, 3 * w, 3 * h);
        let plain = resize_rgb(&colour, 3 * w, 3 * h, Filter::CatmullRom);
        let slope = |image: &LinearRgb| (60..130).map(|x| (image.at(x + 1, 70)[0] - image.at(x, 70)[0]).abs()).fold(0.0, f32::max);
        assert!(slope(&sharp) > 1.08 * slope(&plain), "{} {}", slope(&sharp), slope(&plain));
        let flat = LinearRgb::new(w, h, [0.2, 0.4, 0.1]);
        let (flat, matte) = enlarge(&flat, &alpha, 2 * w, 2 * h);
        assert!(flat.data.iter().all(|c| (c[1] - 0.4).abs() < 1e-3) && matte.data.iter().all(|a| *a > 0.999));
    }

    #[test]
    fn the_outline_gets_no_softer() {
        let mut alpha = Plane::new(60, 20, 0.0);
        alpha.data.iter_mut().enumerate().filter(|(i, _)| i % 60 >= 30).for_each(|(_, a)| *a = 1.0);
        let colour = LinearRgb { width: 60, height: 20, data: alpha.data.iter().map(|a| [0.5 * a; 3]).collect() };
        let (_, matte) = enlarge(&colour, &alpha, 240, 80);
        let soft = (0..240).filter(|x| (0.05..0.95).contains(&matte.at(*x, 40))).count();
        assert!(soft <= 4, "{soft} pixels for an edge enlarged four times");
    }
}
