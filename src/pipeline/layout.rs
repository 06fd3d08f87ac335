//! Where product and letters stand on the canvas.

/// A box in pixels: left, top, right, bottom; right and bottom are exclusive.
pub type Bounds = (usize, usize, usize, usize);

/// Where the product stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProductLayout {
    /// The part of the product's box that is on the canvas; shadows not included.
    pub bounds: Bounds,
    /// Row of the product's foot where `product_y` is absent.
    pub automatic_foot: f32,
}

/// Where the letters stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextLayout {
    /// The letters' ink with its bevels, on the canvas; shadows not included.
    pub ink: Bounds,
}

/// Moves a box, and clips it to the canvas.
pub(super) fn moved(bounds: Bounds, (dx, dy): (i64, i64), (width, height): (usize, usize)) -> Bounds {
    let shift = |at: usize, by: i64, most: usize| (at as i64 + by).clamp(0, most as i64) as usize;
    (shift(bounds.0, dx, width), shift(bounds.1, dy, height), shift(bounds.2, dx, width), shift(bounds.3, dy, height))
}

/// A share in whole percent, for messages.
pub(super) fn percent(share: f32) -> u32 {
    (share * 100.0).round_ties_even() as u32
}
