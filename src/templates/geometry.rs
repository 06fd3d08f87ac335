//! Regions and units of a canvas.

use image::GrayImage;

use super::spec::{CanvasShape, Layout, Region, TextSide};
use crate::imaging::Plane;

/// From this value on a mask counts as product or letter.
const INK: f32 = 0.3;

/// A box in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Frame {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl Frame {
    /// A box by its corner and sides.
    pub fn at(x0: f32, y0: f32, width: f32, height: f32) -> Self {
        Self { x0, y0, x1: x0 + width, y1: y0 + height }
    }

    /// The box around what a mask of a product or of letters covers; `None` if it covers nothing.
    pub fn of_mask(mask: &GrayImage) -> Option<Self> {
        let (x0, y0, x1, y1) = Plane::from_gray(mask).bounds(INK)?;
        Some(Self { x0: x0 as f32, y0: y0 as f32, x1: x1 as f32, y1: y1 as f32 })
    }

    /// A box by its centre and sides.
    pub fn around((x, y): (f32, f32), width: f32, height: f32) -> Self {
        Self::at(x - width / 2.0, y - height / 2.0, width, height)
    }

    /// Width.
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Height.
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// Centre.
    pub fn center(&self) -> (f32, f32) {
        ((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }

    /// The smallest box around both.
    pub fn union(&self, other: &Self) -> Self {
        Self { x0: self.x0.min(other.x0), y0: self.y0.min(other.y0), x1: self.x1.max(other.x1), y1: self.y1.max(other.y1) }
    }

    /// Whether the boxes overlap by more than `slack` pixels.
    pub fn overlaps(&self, other: &Self, slack: f32) -> bool {
        self.x0 + slack < other.x1 && other.x0 + slack < self.x1 && self.y0 + slack < other.y1 && other.y0 + slack < self.y1
    }

    /// Whether the other box lies inside, with a tolerance of `slack` pixels.
    pub fn holds(&self, other: &Self, slack: f32) -> bool {
        other.x0 >= self.x0 - slack && other.y0 >= self.y0 - slack && other.x1 <= self.x1 + slack && other.y1 <= self.y1 + slack
    }

    /// The box, moved into another one. A box that is too large is aligned with one edge.
    pub fn moved_into(&self, within: &Self) -> Self {
        let shift = |a0: f32, a1: f32, b0: f32, b1: f32| if a0 < b0 { b0 - a0 } else { (b1 - a1).min(0.0) };
        let (dx, dy) = (shift(self.x0, self.x1, within.x0, within.x1), shift(self.y0, self.y1, within.y0, within.y1));
        Self { x0: self.x0 + dx, y0: self.y0 + dy, x1: self.x1 + dx, y1: self.y1 + dy }
    }
}

/// Margins of the canvas that texts must leave free, pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Margins {
    pub top: f32,
    pub bottom: f32,
    pub left: f32,
    pub right: f32,
}

/// Bounds of the aspect ratio (width / height) between tall, square, wide and banner.
const TALL: f32 = 0.7;
const WIDE: f32 = 1.3;
const BANNER: f32 = 2.5;
/// Margin at the edges, units.
const MARGIN: f32 = 5.5;
/// Distance between the regions, units.
const GUTTER: f32 = 2.0;
/// Shares of a banner's width.
const BANNER_PRODUCT: f32 = 0.22;
const BANNER_BAR: f32 = 0.23;

/// The shape of a canvas.
pub(super) fn shape_of(width: f32, height: f32) -> CanvasShape {
    match width / height.max(1.0) {
        ratio if ratio < TALL => CanvasShape::Tall,
        ratio if ratio < WIDE => CanvasShape::Square,
        ratio if ratio <= BANNER => CanvasShape::Wide,
        _ => CanvasShape::Banner,
    }
}

/// The unit of lengths in pixels: a hundredth of the square root of the canvas' area, at most 1.35 hundredths of the shorter side.
pub(super) fn unit(width: f32, height: f32) -> f32 {
    (width * height).sqrt().min(1.35 * width.min(height)) / 100.0
}

/// The regions of a canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regions {
    pub(super) canvas: Frame,
    pub(super) safe: Frame,
    pub(super) text: Frame,
    pub(super) product: Frame,
    /// The region of the bar's texts.
    pub(super) bar: Option<Frame>,
    /// The painted area of the bar.
    pub(super) bar_bleed: Option<Frame>,
    pub(super) shape: CanvasShape,
    pub(super) unit: f32,
    /// The box around the texts; set once they are fitted.
    pub(super) text_block: Frame,
    text_first: bool,
}

impl Regions {
    pub(super) fn of(layout: &Layout, (width, height): (u32, u32), margins: &Margins) -> Self {
        let (w, h) = (width as f32, height as f32);
        let (shape, unit) = (shape_of(w, h), unit(w, h));
        let canvas = Frame::at(0.0, 0.0, w, h);
        let least = MARGIN * unit;
        let safe = Frame {
            x0: margins.left.max(least),
            y0: margins.top.max(least),
            x1: w - margins.right.max(least),
            y1: h - margins.bottom.max(least),
        };
        let mut regions = Self {
            canvas,
            safe,
            text: safe,
            product: safe,
            bar: None,
            bar_bleed: None,
            shape,
            unit,
            text_block: Frame::default(),
            text_first: layout.text == TextSide::First,
        };
        regions.divide(layout, margins);
        regions
    }

    fn divide(&mut self, layout: &Layout, margins: &Margins) {
        let (w, h, unit, safe) = (self.canvas.x1, self.canvas.y1, self.unit, self.safe);
        let mut body = safe;
        if layout.bar > 0.0 && self.shape == CanvasShape::Banner {
            let left = w - BANNER_BAR * w;
            self.bar = Some(Frame { x0: left + 2.0 * unit, x1: w - 2.0 * unit, ..safe });
            self.bar_bleed = Some(Frame { x0: left, x1: w, y0: 0.0, y1: h });
            body.x1 = left - GUTTER * unit;
        } else if layout.bar > 0.0 {
            let bottom = h - margins.bottom;
            let top = bottom - layout.bar * unit;
            self.bar = Some(Frame { y0: top, y1: bottom, ..safe });
            self.bar_bleed = Some(Frame { x0: 0.0, x1: w, y0: top, y1: h });
            body.y1 = top - GUTTER * unit;
        }
        let half = GUTTER / 2.0 * unit;
        match self.shape {
            CanvasShape::Tall | CanvasShape::Square => {
                let first = if self.text_first { layout.share } else { 1.0 - layout.share };
                let split = body.y0 + body.height() * first;
                let (upper, lower) = (Frame { y1: split - half, ..body }, Frame { y0: split + half, ..body });
                (self.text, self.product) = if self.text_first { (upper, lower) } else { (lower, upper) };
            }
            CanvasShape::Wide | CanvasShape::Banner => {
                let share = match self.shape {
                    CanvasShape::Banner => 1.0 - (BANNER_PRODUCT * w / body.width()).min(0.5),
                    _ => layout.wide_share,
                };
                let first = if self.text_first { share } else { 1.0 - share };
                let split = body.x0 + body.width() * first;
                let (left, right) = (Frame { x1: split - half, ..body }, Frame { x0: split + half, ..body });
                (self.text, self.product) = if self.text_first { (left, right) } else { (right, left) };
            }
        }
    }

    /// The box of a region.
    pub(super) fn frame(&self, region: Region) -> Frame {
        let c = self.canvas;
        let is_upright = matches!(self.shape, CanvasShape::Tall | CanvasShape::Square);
        let bottom = self.bar_bleed.filter(|_| self.shape != CanvasShape::Banner).map_or(c.y1, |bar| bar.y0);
        let right = self.bar_bleed.filter(|_| self.shape == CanvasShape::Banner).map_or(c.x1, |bar| bar.x0);
        let split = match (is_upright, self.text_first) {
            (true, true) => (self.text.y1 + self.product.y0) / 2.0,
            (true, false) => (self.product.y1 + self.text.y0) / 2.0,
            (false, true) => (self.text.x1 + self.product.x0) / 2.0,
            (false, false) => (self.product.x1 + self.text.x0) / 2.0,
        };
        let (first, last) = match is_upright {
            true => (Frame { y1: split, ..c }, Frame { y0: split, y1: bottom, ..c }),
            false => (Frame { x1: split, y1: bottom, ..c }, Frame { x0: split, x1: right, y1: bottom, ..c }),
        };
        match region {
            Region::Canvas => c,
            Region::Text => self.text,
            Region::TextBlock => self.text_block,
            Region::Product => self.product,
            Region::TextBleed => {
                if self.text_first {
                    first
                } else {
                    last
                }
            }
            Region::ProductBleed => {
                if self.text_first {
                    last
                } else {
                    first
                }
            }
        }
    }
}
