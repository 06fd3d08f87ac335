//! Crops, mirrors and turns the cut-out before it is placed, and corrects the colours of the placed product.

use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use crate::backend::PlacedProduct;
use crate::imaging::{Matte, Plane, linear_to_srgb8, luminance, srgb8_to_linear};
use crate::math;
use crate::request::{Area, Flip, ProductEdit};

/// Rotations that differ from a quarter turn by less than this many degrees are quarter turns.
const LEAST_TILT: f32 = 0.01;
/// Pixels with at most this opacity do not belong to the product.
const EMPTY: f32 = 1.0 / 512.0;
/// Change of red, up, and of blue, down, at the ends of the white balance, in EV.
const WARMEST: f32 = 0.30;

/// The quarter turns clockwise of a rotation, 0..=3, and the rest in degrees, -45..=45.
fn turns(rotation: f32) -> (u8, f32) {
    let quarters = (rotation / 90.0).round_ties_even();
    let rest = rotation - 90.0 * quarters;
    ((quarters as i32).rem_euclid(4) as u8, if rest.abs() < LEAST_TILT { 0.0 } else { rest })
}

/// Degrees by which a product is turned besides quarter turns.
pub(super) fn tilt(edit: &ProductEdit) -> f32 {
    turns(edit.rotation).1
}

/// The cut-out cropped, mirrored and turned by quarters: as if the photo had been, so its borders still cut the product off.
pub(super) fn upright(matte: Arc<Matte>, edit: &ProductEdit) -> Arc<Matte> {
    let (quarters, _) = turns(edit.rotation);
    if edit.crop.is_none() && edit.flip == Flip::None && quarters == 0 {
        return matte;
    }
    let (w, h) = (matte.alpha.width, matte.alpha.height);
    let Area { left, top, right, bottom } = edit.crop.unwrap_or(Area { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 });
    let (x0, x1) = part(left, right, w);
    let (y0, y1) = part(top, bottom, h);
    let (cw, ch) = (x1 - x0, y1 - y0);
    let across = matches!(edit.flip, Flip::Horizontal | Flip::Both);
    let down = matches!(edit.flip, Flip::Vertical | Flip::Both);
    let source = |x: usize, y: usize| {
        let (x, y) = match quarters {
            1 => (y, ch - 1 - x),
            2 => (cw - 1 - x, ch - 1 - y),
            3 => (cw - 1 - y, x),
            _ => (x, y),
        };
        (x0 + if across { cw - 1 - x } else { x }, y0 + if down { ch - 1 - y } else { y })
    };
    let (tw, th) = if quarters % 2 == 1 { (ch, cw) } else { (cw, ch) };
    let pixel = |x: usize, y: usize| {
        let (x, y) = source(x, y);
        (matte.alpha.at(x, y), matte.foreground.get_pixel(x as u32, y as u32).0)
    };
    Arc::new(made(tw, th, pixel))
}

/// The pixels from one edge to the other, at least one.
fn part(from: f32, to: f32, side: usize) -> (usize, usize) {
    let at = |v: f32| (v * side as f32).round() as usize;
    let start = at(from).min(side.saturating_sub(1));
    (start, at(to).clamp(start + 1, side.max(start + 1)))
}

/// The cut-out turned clockwise by an angle, on a canvas that holds all of it. 0 changes nothing.
pub(super) fn turned(matte: Arc<Matte>, degrees: f32) -> Arc<Matte> {
    let Some((x0, y0, x1, y1)) = matte.alpha.bounds(EMPTY).filter(|_| degrees != 0.0) else { return matte };
    let (sin, cos) = math::sin_cos(degrees.to_radians());
    let (w, h) = ((x1 - x0) as f32, (y1 - y0) as f32);
    // A pixel on each side for the soft edge.
    let side = |across: f32, down: f32| (across * cos.abs() + down * sin.abs()).ceil() as usize + 2;
    let (tw, th) = (side(w, h), side(h, w));
    let middle = ((x0 + x1) as f32 / 2.0, (y0 + y1) as f32 / 2.0);
    let pixel = |x: usize, y: usize| {
        let (dx, dy) = (x as f32 + 0.5 - tw as f32 / 2.0, y as f32 + 0.5 - th as f32 / 2.0);
        sample(&matte, dx * cos + dy * sin + middle.0 - 0.5, dy * cos - dx * sin + middle.1 - 0.5)
    };
    Arc::new(made(tw, th, pixel))
}

/// A cut-out from a function of its pixels: opacity and colour.
fn made(width: usize, height: usize, pixel: impl Fn(usize, usize) -> (f32, [u8; 3]) + Sync) -> Matte {
    let mut alpha = Plane::new(width, height, 0.0);
    let mut foreground = RgbImage::new(width as u32, height as u32);
    let rows = foreground.as_flat_samples_mut().samples;
    alpha.data.par_chunks_mut(width).zip(rows.par_chunks_mut(3 * width)).enumerate().for_each(|(y, (alpha, colours))| {
        for (x, (a, colour)) in alpha.iter_mut().zip(colours.chunks_exact_mut(3)).enumerate() {
            let (opacity, rgb) = pixel(x, y);
            *a = opacity;
            colour.copy_from_slice(&rgb);
        }
    });
    Matte { alpha, foreground }
}

/// The cut-out between pixels, by Catmull-Rom over 4×4 premultiplied pixels. Outside it is clear.
fn sample(matte: &Matte, x: f32, y: f32) -> (f32, [u8; 3]) {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let (left, top) = (left as i64 - 1, top as i64 - 1);
    let (w, h) = (matte.alpha.width as i64, matte.alpha.height as i64);
    let (mut alpha, mut colour) = (0.0, [0.0; 3]);
    for (row, down) in (top..).zip(down).filter(|(row, _)| (0..h).contains(row)) {
        for (column, across) in (left..).zip(across).filter(|(column, _)| (0..w).contains(column)) {
            let a = matte.alpha.data[(row * w + column) as usize] * across * down;
            if a == 0.0 {
                continue;
            }
            alpha += a;
            let rgb = matte.foreground.get_pixel(column as u32, row as u32).0;
            (0..3).for_each(|k| colour[k] += srgb8_to_linear(rgb[k]) * a);
        }
    }
    if alpha <= EMPTY {
        return (0.0, [0; 3]);
    }
    (alpha.min(1.0), colour.map(|v| linear_to_srgb8(v / alpha)))
}

/// Catmull-Rom weights of the pixels at -1, 0, 1 and 2 for a point between 0 and 1.
fn weights(t: f32) -> [f32; 4] {
    [((1.0 - 0.5 * t) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1.0, ((2.0 - 1.5 * t) * t + 0.5) * t, (0.5 * t - 0.5) * t * t]
}

/// Corrects exposure and white balance of the placed product.
pub(super) fn correct_colours(product: &mut PlacedProduct, edit: &ProductEdit) {
    if edit.exposure == 0.0 && edit.white_balance == 0.0 {
        return;
    }
    let warm = edit.white_balance * WARMEST;
    let tint = [math::powf(2.0, warm), 1.0, math::powf(2.0, -warm)];
    // White keeps its brightness.
    let level = math::powf(2.0, edit.exposure) / luminance(tint);
    let gains = tint.map(|v| v * level);
    product.image.data.par_iter_mut().zip(&product.alpha.data).filter(|(_, a)| **a > 0.0).for_each(|(colour, _)| {
        (0..3).for_each(|k| colour[k] = exposed(colour[k], gains[k]));
    });
}

/// A linear value with this gain. White stays white, and what is just below it stays below, up to a gain of 3.
fn exposed(value: f32, gain: f32) -> f32 {
    if gain <= 1.0 { value * gain } else { gain * value / (1.0 + (gain - 1.0) * value * value.max(0.0).sqrt()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::LinearRgb;

    /// A bar of 60×20 pixels on 100×80, red on its left half and blue on its right one.
    fn bar() -> Arc<Matte> {
        let inside = |x: usize, y: usize| (20..80).contains(&x) && (30..50).contains(&y);
        let rgb = |x: usize| if x < 50 { [200, 20, 20] } else { [20, 20, 200] };
        Arc::new(made(100, 80, |x, y| (f32::from(u8::from(inside(x, y))), rgb(x))))
    }

    fn colour(matte: &Matte, (x, y): (usize, usize)) -> Option<u8> {
        (matte.alpha.at(x, y) > 0.9).then(|| matte.foreground.get_pixel(x as u32, y as u32).0[0])
    }

    #[test]
    fn a_quarter_turn_is_exact_and_clockwise() {
        let edit = |rotation| ProductEdit { rotation, ..ProductEdit::default() };
        let quarter = upright(bar(), &edit(90.0));
        assert_eq!((quarter.alpha.width, quarter.alpha.height, quarter.alpha.bounds(0.5)), (80, 100, Some((30, 20, 50, 80))));
        // What was on the left is on top.
        assert_eq!((colour(&quarter, (40, 25)), colour(&quarter, (40, 75))), (Some(200), Some(20)));
        let back = upright(quarter, &edit(-90.0));
        assert!(back.alpha.data == bar().alpha.data && back.foreground == bar().foreground);
        let half = upright(bar(), &edit(180.0));
        assert_eq!((colour(&half, (25, 40)), half.alpha.bounds(0.5)), (Some(20), Some((20, 30, 80, 50))));
        assert_eq!(upright(bar(), &edit(-180.0)).foreground, half.foreground);
        assert_eq!(turns(100.0), (1, 10.0));
        assert_eq!(turns(-100.0), (3, -10.0));
        assert!(Arc::ptr_eq(&turned(half.clone(), tilt(&edit(180.0))), &half));
    }

    #[test]
    fn mirrored_twice_is_as_before() {
        for flip in [Flip::Horizontal, Flip::Vertical, Flip::Both] {
            let edit = ProductEdit { flip, ..ProductEdit::default() };
            let once = upright(bar(), &edit);
            assert_eq!(colour(&once, (25, 40)), Some(if flip == Flip::Vertical { 200 } else { 20 }), "{flip}");
            let twice = upright(once, &edit);
            assert!(twice.alpha.data == bar().alpha.data && twice.foreground == bar().foreground, "{flip}");
        }
        let same = bar();
        assert!(Arc::ptr_eq(&upright(same.clone(), &ProductEdit { exposure: 1.0, ..ProductEdit::default() }), &same));
    }

    #[test]
    fn a_crop_is_a_smaller_photo() {
        let area = |left, top, right, bottom| ProductEdit { crop: Some(Area { left, top, right, bottom }), ..ProductEdit::default() };
        let right = upright(bar(), &area(0.5, 0.25, 1.0, 1.0));
        assert_eq!((right.alpha.width, right.alpha.height, right.alpha.bounds(0.5)), (50, 60, Some((0, 10, 30, 30))));
        assert_eq!(colour(&right, (2, 20)), Some(20));
        let tiny = upright(Arc::new(made(3, 2, |_, _| (1.0, [1; 3]))), &area(0.9, 0.9, 0.95, 0.95));
        assert_eq!((tiny.alpha.width, tiny.alpha.height), (1, 1));
    }

    #[test]
    fn a_turned_product_keeps_its_area_colours_and_shape() {
        let area = |matte: &Matte| matte.alpha.data.iter().sum::<f32>();
        for degrees in [-40.0_f32, -7.0, 12.0, 30.0, 45.0] {
            let tilted = turned(bar(), degrees);
            assert!((area(&tilted) / area(&bar()) - 1.0).abs() < 0.01, "{degrees}: {}", area(&tilted));
            let (x0, y0, x1, y1) = tilted.alpha.bounds(0.5).unwrap();
            let (sin, cos) = (math::sin(degrees.to_radians()).abs(), math::cos(degrees.to_radians()));
            let expected = (60.0 * cos + 20.0 * sin, 60.0 * sin + 20.0 * cos);
            assert!(((x1 - x0) as f32 - expected.0).abs() < 2.5 && ((y1 - y0) as f32 - expected.1).abs() < 2.5, "{degrees}");
            // Clockwise: the left, red end goes up.
            let red = (0..tilted.alpha.data.len())
                .filter(|i| tilted.alpha.data[*i] > 0.9 && tilted.foreground.as_raw()[3 * i] > 150)
                .map(|i| i / tilted.alpha.width);
            let row = red.clone().sum::<usize>() as f32 / red.count() as f32;
            assert_eq!(row < tilted.alpha.height as f32 / 2.0, degrees > 0.0, "{degrees}: {row}");
        }
        let empty = Arc::new(made(9, 9, |_, _| (0.0, [0; 3])));
        assert!(Arc::ptr_eq(&turned(empty.clone(), 20.0), &empty));
    }

    #[test]
    fn exposure_and_white_balance_stay_within_limits() {
        let lit = |exposure, white_balance| {
            let values = [[0.2, 0.2, 0.2], [0.9, 0.9, 0.9], [1.0, 1.0, 1.0]];
            let mut product = PlacedProduct {
                image: LinearRgb { width: 3, height: 1, data: values.to_vec() },
                alpha: Plane::new(3, 1, 1.0),
                bounds: (0, 0, 3, 1),
                foot: 1.0,
            };
            correct_colours(&mut product, &ProductEdit { exposure, white_balance, ..ProductEdit::default() });
            product.image.data
        };
        assert_eq!(lit(0.0, 0.0), [[0.2; 3], [0.9; 3], [1.0; 3]]);
        let (bright, dark) = (lit(1.0, 0.0), lit(-1.0, 0.0));
        assert!(bright[0][0] > 0.34 && bright[1][0] < bright[2][0] && bright[2][0] <= 1.0 + 1e-6, "{bright:?}");
        assert!((dark[0][0] - 0.1).abs() < 1e-4 && (dark[2][0] - 0.5).abs() < 1e-4, "{dark:?}");
        let (warm, cool) = (lit(0.0, 1.0)[0], lit(0.0, -1.0)[0]);
        assert!(warm[0] > warm[1] && warm[1] > warm[2] && cool[2] > cool[1] && cool[1] > cool[0], "{warm:?} {cool:?}");
        assert!((luminance(warm) - 0.2).abs() < 0.01 && (luminance(cool) - 0.2).abs() < 0.01, "{warm:?} {cool:?}");
        // A larger gain is never darker.
        for gain in [1.0, 1.3, 2.0, 2.46] {
            let steps: Vec<f32> = (0..=100).map(|i| exposed(i as f32 / 100.0, gain)).collect();
            assert!(steps.windows(2).all(|w| w[1] > w[0]) && steps[100] <= 1.0 + 1e-6, "{gain}");
        }
    }
}
