//! Canny edge detection, bit-exact with OpenCV's `Canny(image, low, high, apertureSize=3, L2gradient=true)`.

use image::GrayImage;

use crate::math;

/// OpenCV's tan 22.5° in 15-bit fixed point.
const TAN22: i64 = 13_573;
const SHIFT: u32 = 15;
/// Blur and thresholds of the text step.
const TEXT_SIGMA: f32 = 1.0;
const TEXT_LOW: f32 = 100.0;
const TEXT_HIGH: f32 = 200.0;

/// Detects edges; returns them white on black, one pixel wide.
pub fn canny(image: &GrayImage, low: f32, high: f32) -> GrayImage {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let mut out = GrayImage::new(image.width(), image.height());
    if w == 0 || h == 0 {
        return out;
    }
    // Squared magnitudes are compared with squared, floored thresholds, as OpenCV does.
    let (low, high) = if low > high { (high, low) } else { (low, high) };
    let square = |t: f32| {
        let t = f64::from(t).min(32_767.0);
        if t > 0.0 { (t * t).floor() as i64 } else { t.floor() as i64 }
    };
    let (low, high) = (square(low), square(high));
    let (dx, dy) = sobel(image.as_raw(), w, h);
    let magnitude: Vec<i64> = dx.iter().zip(&dy).map(|(&x, &y)| i64::from(x) * i64::from(x) + i64::from(y) * i64::from(y)).collect();
    // Outside the picture the magnitude is zero.
    let at = |x: isize, y: isize| {
        if x < 0 || y < 0 || x >= w as isize || y >= h as isize { 0 } else { magnitude[y as usize * w + x as usize] }
    };

    // 0: no edge, 1: candidate, 2: edge.
    let mut state = vec![0u8; w * h];
    let mut stack = Vec::new();
    for y in 0..h as isize {
        for x in 0..w as isize {
            let i = y as usize * w + x as usize;
            let m = magnitude[i];
            if m <= low {
                continue;
            }
            let (gx, gy) = (i64::from(dx[i]), i64::from(dy[i]));
            let (ax, ay) = (gx.abs(), gy.abs() << SHIFT);
            let flat = ax * TAN22;
            let peak = if ay < flat {
                m > at(x - 1, y) && m >= at(x + 1, y)
            } else if ay > flat + (ax << (SHIFT + 1)) {
                m > at(x, y - 1) && m >= at(x, y + 1)
            } else {
                let s = if (gx ^ gy) < 0 { -1 } else { 1 };
                m > at(x - s, y - 1) && m > at(x + s, y + 1)
            };
            if peak {
                if m > high {
                    state[i] = 2;
                    stack.push(i);
                } else {
                    state[i] = 1;
                }
            }
        }
    }
    while let Some(i) = stack.pop() {
        let (x, y) = (i % w, i / w);
        for ny in y.saturating_sub(1)..=(y + 1).min(h - 1) {
            for nx in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                let n = ny * w + nx;
                if state[n] == 1 {
                    state[n] = 2;
                    stack.push(n);
                }
            }
        }
    }
    for (pixel, &s) in out.iter_mut().zip(&state) {
        *pixel = if s == 2 { 255 } else { 0 };
    }
    out
}

/// Detects edges for the text step: Gaussian blur with sigma 1, thresholds 100 and 200.
pub fn canny_text(image: &GrayImage) -> GrayImage {
    canny(&gaussian(image, TEXT_SIGMA), TEXT_LOW, TEXT_HIGH)
}

/// Gaussian blur, borders replicated.
pub fn gaussian(image: &GrayImage, sigma: f32) -> GrayImage {
    let (w, h) = (image.width() as usize, image.height() as usize);
    if w == 0 || h == 0 || sigma <= 0.0 {
        return image.clone();
    }
    let radius = (sigma * 3.0).ceil() as isize;
    let mut kernel: Vec<f32> = (-radius..=radius).map(|i| math::exp(-(i * i) as f32 / (2.0 * sigma * sigma))).collect();
    let sum: f32 = kernel.iter().sum();
    kernel.iter_mut().for_each(|k| *k /= sum);
    let clamp = |v: isize, n: usize| v.clamp(0, n as isize - 1) as usize;
    let source = image.as_raw();
    let mut rows = vec![0.0f32; w * h];
    for y in 0..h {
        for x in 0..w {
            rows[y * w + x] =
                kernel.iter().enumerate().map(|(k, v)| v * f32::from(source[y * w + clamp(x as isize + k as isize - radius, w)])).sum();
        }
    }
    let mut out = image.clone();
    for y in 0..h {
        for x in 0..w {
            let v: f32 = kernel.iter().enumerate().map(|(k, v)| v * rows[clamp(y as isize + k as isize - radius, h) * w + x]).sum();
            out.put_pixel(x as u32, y as u32, image::Luma([(v + 0.5).clamp(0.0, 255.0) as u8]));
        }
    }
    out
}

/// Sobel 3×3 derivatives, borders replicated.
fn sobel(p: &[u8], w: usize, h: usize) -> (Vec<i32>, Vec<i32>) {
    let (mut dx, mut dy) = (vec![0; w * h], vec![0; w * h]);
    for y in 0..h {
        let (up, down) = (y.saturating_sub(1) * w, (y + 1).min(h - 1) * w);
        for x in 0..w {
            let (l, r) = (x.saturating_sub(1), (x + 1).min(w - 1));
            let v = |i: usize| i32::from(p[i]);
            let row = y * w;
            dx[row + x] = v(up + r) - v(up + l) + 2 * (v(row + r) - v(row + l)) + v(down + r) - v(down + l);
            dy[row + x] = v(down + l) - v(up + l) + 2 * (v(down + x) - v(up + x)) + v(down + r) - v(up + r);
        }
    }
    (dx, dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pseudo-random picture from which OpenCV's reference values were computed: smooth waves and noise.
    fn picture(w: u32, h: u32, seed: u32) -> GrayImage {
        let mut state = seed;
        GrayImage::from_fn(w, h, |x, y| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let block = ((x / 7 + y / 5) % 2) * 120 + (x * 3 + y * 2) % 60;
            image::Luma([(block + ((state >> 24) % 50)) as u8])
        })
    }

    /// Count and FNV-1a hash of the edges that OpenCV 5.0.0 finds (`cv2.Canny(…, L2gradient=True)`).
    const OPENCV: [(u32, f32, f32, usize, u64); 8] = [
        (0, 100.0, 200.0, 845, 0xee6ae11f0b5c5c9e),
        (0, 60.5, 350.0, 890, 0x96b55f56b9abdd9b),
        (1, 100.0, 200.0, 1164, 0xb77d3180991c0117),
        (1, 60.5, 350.0, 1208, 0x1ff74966b8330a57),
        (2, 100.0, 200.0, 1619, 0x137a609daf6f5e88),
        (2, 60.5, 350.0, 1675, 0xf82341d287012e76),
        (3, 100.0, 200.0, 2021, 0x5ffae514f7d46d5a),
        (3, 60.5, 350.0, 2082, 0xf02665d47ba5b50d),
    ];

    #[test]
    fn edges_are_those_of_opencv_pixel_by_pixel() {
        for (seed, low, high, count, hash) in OPENCV {
            let edges = canny(&picture(61 + seed * 13, 47 + seed * 7, seed), low, high);
            assert_eq!(edges.iter().filter(|&&v| v == 255).count(), count, "picture {seed}, thresholds {low} and {high}");
            let found = edges.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, &v| (h ^ u64::from(v)).wrapping_mul(0x0100_0000_01b3));
            assert_eq!(found, hash, "picture {seed}, thresholds {low} and {high}");
        }
    }

    #[test]
    fn a_square_has_a_thin_closed_outline() {
        let square = GrayImage::from_fn(24, 24, |x, y| image::Luma([if (8..16).contains(&x) && (8..16).contains(&y) { 255 } else { 0 }]));
        let edges = canny(&square, 100.0, 200.0);
        let count = edges.iter().filter(|&&v| v == 255).count();
        assert_eq!(count, EXPECTED_SQUARE);
        assert_eq!(edges.get_pixel(12, 12).0[0], 0);
        assert!(canny_text(&square).contains(&255));
    }

    const EXPECTED_SQUARE: usize = 28;

    #[test]
    fn flat_and_tiny_pictures_have_no_edges() {
        for (w, h) in [(0, 0), (1, 1), (2, 3), (9, 9)] {
            let flat = GrayImage::from_pixel(w, h, image::Luma([77]));
            assert!(canny(&flat, 100.0, 200.0).iter().all(|&v| v == 0));
            assert!(canny_text(&flat).iter().all(|&v| v == 0));
        }
    }
}
