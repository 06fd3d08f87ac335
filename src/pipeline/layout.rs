//! Positions of product and text on the canvas.

use crate::imaging::Plane;

/// A box in pixels: left, top, right, bottom; right and bottom are exclusive.
pub type Bounds = (usize, usize, usize, usize);

/// The position of the product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProductLayout {
    /// The part of the product's box that is on the canvas; shadows not included.
    pub bounds: Bounds,
    /// Row of the product's foot where `product_y` is absent.
    pub automatic_foot: f32,
}

/// The position of the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextLayout {
    /// Box of the letters including their side walls, on the canvas; shadows not included.
    pub ink: Bounds,
}

/// Moves a box, and clips it to the canvas.
pub(super) fn moved(bounds: Bounds, (dx, dy): (i64, i64), (width, height): (usize, usize)) -> Bounds {
    let shift = |at: usize, by: i64, most: usize| (at as i64 + by).clamp(0, most as i64) as usize;
    (shift(bounds.0, dx, width), shift(bounds.1, dy, height), shift(bounds.2, dx, width), shift(bounds.3, dy, height))
}

/// Canvases with a larger ratio of width to height are banners: text stands beside the product instead of above it.
const BANNER: f32 = 2.5;
/// Canvases with a larger ratio of height to width have room for a wider product.
pub(super) const TALL: f32 = 1.9;
/// Distance of the text from the product and from the edges on a banner, as a fraction of the canvas' width.
const GAP: f32 = 0.025;
/// Smallest share of the canvas' width for text beside the product. If less is free, the text stands over the product.
const LEAST_COLUMNS: f32 = 0.34;

/// Whether a canvas is so wide that text stands beside the product.
pub(super) fn is_banner(width: usize, height: usize) -> bool {
    width as f32 > BANNER * height as f32
}

/// The columns between which text stands on a banner: the wider side of the product. `None` for other canvases.
pub(super) fn text_columns((width, height): (usize, usize), product: Option<&Plane>) -> Option<(f32, f32)> {
    let sides = product.and_then(|product| product.bounds(0.5)).map(|(x0, _, x1, _)| (x0 as f32, x1 as f32));
    columns_beside((width, height), sides)
}

/// As the columns of text beside a product whose left and right side are known.
pub fn columns_beside((width, height): (usize, usize), product: Option<(f32, f32)>) -> Option<(f32, f32)> {
    if !is_banner(width, height) {
        return None;
    }
    let (w, gap) = (width as f32, width as f32 * GAP);
    let whole = (gap, w - gap);
    let Some((x0, x1)) = product else { return Some(whole) };
    let (left, right) = ((gap, x0 - gap), (x1 + gap, w - gap));
    let free = |side: (f32, f32)| side.1 - side.0;
    let wider = if free(left) > free(right) { left } else { right };
    Some(if free(wider) >= LEAST_COLUMNS * w { wider } else { whole })
}

/// A share in whole percent, for messages.
pub(super) fn percent(share: f32) -> u32 {
    (share * 100.0).round_ties_even() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_banner_stands_at_the_wider_side_of_the_product() {
        let product = |x0: usize, x1: usize| {
            let mut plane = Plane::new(1000, 200, 0.0);
            (20..180).for_each(|y| plane.data[y * 1000 + x0..y * 1000 + x1].fill(1.0));
            plane
        };
        let columns = |x0, x1| text_columns((1000, 200), Some(&product(x0, x1))).unwrap();
        assert_eq!(columns(100, 240), (265.0, 975.0));
        assert_eq!(columns(700, 900), (25.0, 675.0));
        // A product that leaves too little room at both sides is written over.
        assert_eq!(columns(300, 700), (25.0, 975.0));
        assert_eq!(text_columns((1000, 200), None), Some((25.0, 975.0)));
        assert_eq!(text_columns((1000, 400), Some(&product(0, 10))), None);
    }
}
