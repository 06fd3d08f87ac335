//! Detects the sides on which the photo's border cuts the product off.

use crate::imaging::Plane;

/// A product is cut off by a border if it covers more than this share of its bounding box's side there.
const CONTACT: f32 = 0.15;
/// A cut-out that covers more than this share of its picture is the whole picture, such as a print or a screen, and not cut off on all sides.
const WHOLE: f32 = 0.97;

/// The sides on which the photo's border cuts the product off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutSides {
    /// On the left.
    pub left: bool,
    /// Above.
    pub top: bool,
    /// On the right.
    pub right: bool,
    /// Below.
    pub bottom: bool,
}

impl CutSides {
    /// Finds the cut sides of a matte. `cut_out`: the file has its own transparency. Such files are often cropped to the product, so a side counts
    /// only if the opposite side is free.
    pub fn of(alpha: &Plane, cut_out: bool) -> Self {
        let covered = alpha.data.iter().filter(|a| **a > 0.5).count() as f32;
        let Some((x0, y0, x1, y1)) = alpha.bounds(0.5).filter(|_| covered < WHOLE * alpha.data.len() as f32) else {
            return Self::default();
        };
        let (w, h) = (alpha.width, alpha.height);
        let column = |x: usize| (0..h).filter(|&y| alpha.at(x, y) > 0.5).count() as f32 > CONTACT * (y1 - y0) as f32;
        let row = |y: usize| alpha.data[y * w..(y + 1) * w].iter().filter(|a| **a > 0.5).count() as f32 > CONTACT * (x1 - x0) as f32;
        // Mattes may end slightly before the border.
        let (near_x, near_y) = (w / 200 + 1, h / 200 + 1);
        let found = Self {
            left: x0 < near_x && column(x0.min(near_x)),
            top: y0 < near_y && row(y0.min(near_y)),
            right: x1 + near_x > w && column(x1 - 1),
            bottom: y1 + near_y > h && row(y1 - 1),
        };
        if !cut_out {
            return found;
        }
        let (free_x, free_y) = (w / 50 + 1, h / 50 + 1);
        Self {
            left: found.left && x1 + free_x <= w,
            top: found.top && y1 + free_y <= h,
            right: found.right && x0 >= free_x,
            bottom: found.bottom && y0 >= free_y,
        }
    }

    /// Whether any side is cut.
    pub fn any(self) -> bool {
        self != Self::default()
    }

    /// Whether a cut side is visible on a canvas of `width` × `height`, for a cut-out whose box is `left`, `top`, `right`, `bottom`.
    pub(super) fn show(self, (left, top, right, bottom): (i64, i64, i64, i64), (width, height): (usize, usize)) -> bool {
        (self.left && left > 0) || (self.top && top > 0) || (self.right && right < width as i64) || (self.bottom && bottom < height as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(inside: impl Fn(usize, usize) -> bool) -> Plane {
        let mut mask = Plane::new(200, 160, 0.0);
        for (i, a) in mask.data.iter_mut().enumerate() {
            *a = f32::from(u8::from(inside(i % 200, i / 200)));
        }
        mask
    }

    #[test]
    fn a_side_is_cut_if_the_product_ends_there_broadly() {
        let bust = mask(|x, y| y > 40 && x.abs_diff(100) < 20 + y / 3);
        assert_eq!(CutSides::of(&bust, false), CutSides { bottom: true, ..CutSides::default() });
        // A disc that just reaches the border, and a picture without a product.
        let disc = mask(|x, y| (x as f32 - 100.0).powi(2) + (y as f32 - 80.0).powi(2) < 79.6_f32.powi(2));
        let tip = mask(|x, y| x.abs_diff(100) * 10 < y);
        assert!(!CutSides::of(&tip, false).top);
        assert!(!CutSides::of(&disc, true).any() && !CutSides::of(&mask(|_, _| true), false).any());
        assert!(!CutSides::of(&mask(|_, _| false), false).any());
    }

    #[test]
    fn a_transparent_file_cropped_to_the_product_is_not_cut() {
        let phone = mask(|x, y| x.min(199 - x) + y.min(159 - y) > 8);
        assert!(!CutSides::of(&phone, true).any());
        let car = mask(|x, y| x > 30 && (60..120).contains(&y));
        assert_eq!(CutSides::of(&car, true), CutSides { right: true, ..CutSides::default() });
        assert!(
            CutSides::of(&car, false).show((60, 0, 199, 90), (200, 160)) && !CutSides::of(&car, false).show((60, 0, 200, 90), (200, 160))
        );
    }
}
