//! One product of several in a photo.

use crate::imaging::resize::{Filter, fit_within, resize_plane};
use crate::imaging::{Matte, Plane, neighbours};

/// Longest side at which the parts of a matte are told apart.
const SIDE: usize = 320;
/// Opacity from which a pixel belongs to a product. Low, so that a product of glass is one piece.
const PART: f32 = 0.2;

/// Keeps the connected part of a matte that is nearest to a point of the photo, given as fractions of its sides.
pub(super) fn nearest_part(matte: &mut Matte, (x, y): (f32, f32)) {
    let (width, height) = (matte.alpha.width, matte.alpha.height);
    let (w, h) = fit_within(width, height, SIDE);
    let small = resize_plane(&matte.alpha, w, h, Filter::Triangle);
    let (px, py) = (x * w as f32, y * h as f32);
    let distance = |i: usize| ((i % w) as f32 + 0.5 - px).powi(2) + ((i / w) as f32 + 0.5 - py).powi(2);
    let inside = |i: &usize| small.data[*i] > PART;
    let Some(start) = (0..w * h).filter(inside).min_by(|a, b| distance(*a).total_cmp(&distance(*b))) else { return };
    let kept = connected(&small, start);
    let others = (0..w * h).filter(|i| inside(i) && !kept[*i]).count();
    if others == 0 {
        return;
    }
    // A pixel belongs to the part that is next to it.
    let near = |kept: bool, of: &[bool], i: usize| {
        let (x, y) = (i % w, i / w);
        (y.saturating_sub(1)..(y + 2).min(h))
            .flat_map(|y| (x.saturating_sub(1)..(x + 2).min(w)).map(move |x| y * w + x))
            .any(|j| of[j] == kept && small.data[j] > PART)
    };
    let keep: Vec<bool> = (0..w * h).map(|i| if inside(&i) { kept[i] } else { near(true, &kept, i) }).collect();
    for (i, alpha) in matte.alpha.data.iter_mut().enumerate() {
        let (x, y) = ((i % width) * w / width, (i / width) * h / height);
        if !keep[y * w + x] {
            *alpha = 0.0;
        }
    }
}

/// The pixels of a plane that are connected to one of them.
fn connected(plane: &Plane, start: usize) -> Vec<bool> {
    let (w, h) = (plane.width, plane.height);
    let mut kept = vec![false; w * h];
    let mut stack = vec![start];
    kept[start] = true;
    while let Some(i) = stack.pop() {
        for j in neighbours(i, w, h).filter(|j| plane.data[*j] > PART) {
            if !kept[j] {
                kept[j] = true;
                stack.push(j);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_at_the_point_is_kept_whole() {
        let inside = |x: usize, y: usize| (60..540).contains(&y) && ((50..250).contains(&x) || (400..700).contains(&x));
        let mut alpha = Plane::new(800, 600, 0.0);
        alpha.data.iter_mut().enumerate().filter(|(i, _)| inside(i % 800, i / 800)).for_each(|(_, a)| *a = 1.0);
        let whole = Matte { foreground: image::RgbImage::new(800, 600), alpha };
        for (point, kept) in [((0.2, 0.5), 50..250), ((0.6, 0.1), 400..700), ((0.99, 0.99), 400..700)] {
            let mut matte = whole.clone();
            nearest_part(&mut matte, point);
            let found = |x: usize| matte.alpha.at(x, 300) == 1.0;
            assert!((0..800).all(|x| found(x) == kept.contains(&x)), "{point:?}");
        }
        let mut one = whole.clone();
        one.alpha.data.iter_mut().enumerate().filter(|(i, _)| i % 800 > 300).for_each(|(_, a)| *a = 0.0);
        let before = one.alpha.data.clone();
        nearest_part(&mut one, (0.9, 0.5));
        assert_eq!(one.alpha.data, before);
    }
}
