//! Fits the texts of a template into a region. If they do not fit, they become smaller; if they would be illegible, the least important ones are left
//! out.

use super::geometry::{Frame, Regions};
use super::measure::{Fitted, Paragraph, Part, Sculpted, sculpted};
use super::spec::{CanvasShape, Item};
use crate::request::layers::Align;
use crate::typography::FontCatalog;

/// The content of an item.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A flat text, and its face.
    Text(Vec<Part>, String),
    /// A logo: its width as a multiple of its height.
    Logo(f32),
    /// The sculpted headline, and its face.
    Sculpted(String, String),
}

/// An item and its content.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) item: &'a Item,
    pub(super) content: Content,
}

/// The result of fitting an item.
#[derive(Clone, Debug)]
pub(super) enum Fit {
    Text(Fitted),
    Logo,
    Sculpted(Sculpted),
}

/// An item in its place.
#[derive(Clone, Debug)]
pub(super) struct Placed<'a> {
    pub(super) entry: Entry<'a>,
    pub(super) fit: Fit,
    /// The text's own box.
    pub(super) frame: Frame,
    /// The box with its plate.
    pub(super) block: Frame,
    pub(super) align: Align,
}

/// Largest and smallest multiple of the template's sizes, and the step between two attempts.
const LARGEST_ON_BANNERS: f32 = 2.0;
const SMALLEST: f32 = 0.55;
const SMALLEST_ALONE: f32 = 0.2;
const STEP: f32 = 0.05;
/// Smallest type, fraction of the canvas' shorter side.
const SMALLEST_TYPE: f32 = 0.022;
const SMALLEST_TYPE_ON_BANNERS: f32 = 0.085;
/// Room for the extrusion of sculpted letters, fraction of their height.
const EXTRUSION: f32 = 0.16;
/// Horizontal padding of a plate as a multiple of the vertical padding.
const PLATE_SIDES: f32 = 1.5;
/// Largest width of a logo, fraction of the region.
const LOGO_WIDTH: f32 = 0.6;

/// Fits items into regions of a canvas.
#[derive(Clone, Copy)]
pub(super) struct Stacker<'a> {
    pub(super) fonts: &'a FontCatalog,
    pub(super) regions: &'a Regions,
    pub(super) canvas: (u32, u32),
    /// Smallest type in pixels that is still legible where the file is shown.
    pub(super) least: f32,
}

/// An item's size, before its place is known.
struct Measured {
    fit: Fit,
    /// The text's own size, and that with its plate.
    text: (f32, f32),
    block: (f32, f32),
    is_legible: bool,
}

impl<'a> Stacker<'a> {
    /// Smallest type in pixels.
    pub(super) fn smallest_type(&self) -> f32 {
        let share = if self.regions.shape == CanvasShape::Banner { SMALLEST_TYPE_ON_BANNERS } else { SMALLEST_TYPE };
        (share * self.canvas.0.min(self.canvas.1) as f32).max(self.least)
    }

    /// Stacks items vertically, centred in a region.
    pub(super) fn stack(&self, entries: Vec<Entry<'a>>, region: Frame, align: Align) -> Vec<Placed<'a>> {
        let mut entries = entries;
        let largest = if self.regions.shape == CanvasShape::Banner { LARGEST_ON_BANNERS } else { 1.0 };
        loop {
            let last = entries.iter().map(|entry| entry.item.priority).max().unwrap_or(0);
            let can_drop = entries.len() > 1 && last > 1;
            let least = if can_drop { SMALLEST } else { SMALLEST_ALONE };
            let mut scale = largest;
            while scale >= least {
                if let Some(sizes) = self.sizes(&entries, region, scale, can_drop) {
                    return self.arranged(entries, sizes, region, align, scale);
                }
                scale -= STEP;
            }
            if !can_drop {
                // At the smallest size texts may exceed the region: they must not vanish.
                let sizes = entries.iter().map(|entry| self.sized(entry, region, SMALLEST_ALONE)).collect();
                return self.arranged(entries, sizes, region, align, SMALLEST_ALONE);
            }
            if let Some(at) = entries.iter().rposition(|entry| entry.item.priority == last) {
                entries.remove(at);
            }
        }
    }

    /// The sizes of all items if they fit the region's height.
    fn sizes(&self, entries: &[Entry<'a>], region: Frame, scale: f32, must_be_legible: bool) -> Option<Vec<Measured>> {
        let sizes: Vec<Measured> = entries.iter().map(|entry| self.sized(entry, region, scale)).collect();
        let gaps: f32 = entries.iter().skip(1).map(|entry| self.gap(entry, scale)).sum();
        let height: f32 = gaps + sizes.iter().map(|size| size.block.1).sum::<f32>();
        let fits = height <= region.height() && sizes.iter().all(|size| size.block.0 <= region.width() + 0.5);
        (fits && (!must_be_legible || sizes.iter().all(|size| size.is_legible))).then_some(sizes)
    }

    fn gap(&self, entry: &Entry<'a>, scale: f32) -> f32 {
        entry.item.gap * self.regions.unit * scale
    }

    fn sized(&self, entry: &Entry<'a>, region: Frame, scale: f32) -> Measured {
        let item = entry.item;
        let wanted = item.size * self.regions.unit * scale;
        match &entry.content {
            Content::Text(parts, font) => {
                let paragraph = Paragraph { parts, font, line_height: item.line_height, spacing: item.spacing, most_lines: item.lines };
                let wanted = wanted.max(self.smallest_type());
                let padding = if item.plate.is_some() { item.padding } else { 0.0 };
                let most = (region.width() - 2.0 * PLATE_SIDES * padding * wanted).max(1.0);
                let fitted = paragraph.fit(self.fonts, wanted, most);
                let pad = padding * fitted.size;
                let trimmed = if item.plate.is_some() { (item.line_height - 1.0).max(0.0) * fitted.size } else { 0.0 };
                let block = (fitted.box_width + 2.0 * PLATE_SIDES * pad, fitted.box_height - trimmed + 2.0 * pad);
                let is_legible = fitted.size >= 0.9 * self.smallest_type();
                Measured { fit: Fit::Text(fitted), text: (fitted.box_width, fitted.box_height), block, is_legible }
            }
            Content::Logo(aspect) => {
                let height = wanted.min(LOGO_WIDTH * region.width() / aspect);
                let size = (height * aspect, height);
                Measured { fit: Fit::Logo, text: size, block: size, is_legible: true }
            }
            Content::Sculpted(text, font) => {
                let height = wanted * f32::from(u8::try_from(item.lines).unwrap_or(2)) * 1.1;
                match sculpted(self.fonts, font, text, self.canvas, (region.width() * 0.96, height)) {
                    Some(found) => {
                        let text = (found.width, found.height);
                        let block = (found.width, found.height * (1.0 + EXTRUSION));
                        Measured { fit: Fit::Sculpted(found), text, block, is_legible: true }
                    }
                    None => {
                        // The letters cannot be made so small: a flat headline takes their place.
                        let flat = Content::Text(vec![Part { text: text.clone(), scale: 1.0 }], font.clone());
                        self.sized(&Entry { item, content: flat }, region, scale)
                    }
                }
            }
        }
    }

    fn arranged(&self, entries: Vec<Entry<'a>>, sizes: Vec<Measured>, region: Frame, align: Align, scale: f32) -> Vec<Placed<'a>> {
        let gaps: f32 = entries.iter().skip(1).map(|entry| self.gap(entry, scale)).sum();
        let height: f32 = gaps + sizes.iter().map(|size| size.block.1).sum::<f32>();
        let mut top = region.center().1 - height / 2.0;
        let mut placed = Vec::new();
        for (at, (entry, size)) in entries.into_iter().zip(sizes).enumerate() {
            if at > 0 {
                top += self.gap(&entry, scale);
            }
            let left = match align {
                Align::Left => region.x0,
                Align::Center => region.center().0 - size.block.0 / 2.0,
                Align::Right => region.x1 - size.block.0,
            };
            let block = Frame::at(left, top, size.block.0, size.block.1);
            let frame = match &size.fit {
                Fit::Sculpted(found) => Frame::at(left, top + 0.02 * found.height, found.width, found.height),
                _ => Frame::around(block.center(), size.text.0, size.text.1),
            };
            top += size.block.1;
            placed.push(Placed { entry, fit: size.fit, frame, block, align });
        }
        placed
    }

    /// Places items side by side in a bar: the first at the left, the others at the right; a single one is centred.
    pub(super) fn row(&self, entries: Vec<Entry<'a>>, bar: Frame) -> Vec<Placed<'a>> {
        let placed = self.in_row(entries.clone(), bar);
        let is_small = |placed: &Placed<'a>| matches!(&placed.fit, Fit::Text(fitted) if fitted.size < 0.9 * self.smallest_type());
        let last = entries.iter().map(|entry| entry.item.priority).max();
        match entries.iter().rposition(|entry| Some(entry.item.priority) == last) {
            Some(at) if entries.len() > 1 && placed.iter().any(is_small) => {
                let mut fewer = entries;
                fewer.remove(at);
                self.row(fewer, bar)
            }
            _ => placed,
        }
    }

    fn in_row(&self, entries: Vec<Entry<'a>>, bar: Frame) -> Vec<Placed<'a>> {
        let count = entries.len();
        let width = bar.width() / count.max(1) as f32 - if count > 1 { 1.5 * self.regions.unit } else { 0.0 };
        let room = Frame::at(0.0, 0.0, width, bar.height() * 0.86);
        let mut placed = Vec::new();
        for (at, entry) in entries.into_iter().enumerate() {
            let align = match at {
                0 if count == 1 => Align::Center,
                0 => Align::Left,
                _ => Align::Right,
            };
            for mut one in self.stack(vec![entry], room, align) {
                let left = match align {
                    Align::Left => bar.x0,
                    Align::Center => bar.center().0 - one.block.width() / 2.0,
                    Align::Right => bar.x1 - one.block.width(),
                };
                let (dx, dy) = (left - one.block.x0, bar.center().1 - one.block.center().1);
                for frame in [&mut one.frame, &mut one.block] {
                    *frame = Frame { x0: frame.x0 + dx, y0: frame.y0 + dy, x1: frame.x1 + dx, y1: frame.y1 + dy };
                }
                placed.push(one);
            }
        }
        placed
    }
}
