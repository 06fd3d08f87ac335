//! How large lines can be set on the canvas.

use super::shaping::Cluster;

/// Largest width of the ink as a fraction of the canvas; the rest is for the extrusion and margins.
const INK_WIDTH: f32 = 0.88;
/// Largest height of the text block as a fraction of the canvas.
const BLOCK_HEIGHT: f32 = 0.33;
/// Like [`BLOCK_HEIGHT`], for wide canvases.
const WIDE_BLOCK_HEIGHT: f32 = 0.29;
/// Largest type size as a fraction of the canvas height.
const MAX_SIZE: f32 = 0.24;
/// Vertical centre of the text block as a fraction of the canvas height.
const CENTER: f32 = 0.25;
/// The same for text between two columns, which has the whole height of the canvas.
const COLUMNS_WIDTH: f32 = 0.96;
const COLUMNS_HEIGHT: f32 = 0.66;
const COLUMNS_SIZE: f32 = 0.62;
/// Least gap between the ink of two lines, in ems. It leaves room for the extrusion of the upper line, which runs downwards.
pub const LINE_GAP: f32 = 0.26;

/// Ink extents of a line relative to its origin, in ems.
#[derive(Clone, Copy)]
pub(super) struct LineInk {
    pub(super) left: f32,
    pub(super) right: f32,
    ascent: f32,
    descent: f32,
}

impl LineInk {
    /// Of clusters from left to right.
    pub(super) fn of(line: &[&Cluster]) -> Self {
        let (mut x, mut ink) = (0.0, Self { left: f32::MAX, right: f32::MIN, ascent: f32::MIN, descent: f32::MIN });
        for cluster in line {
            if let Some([x0, y0, x1, y1]) = cluster.ink {
                ink.left = ink.left.min(x + x0);
                ink.right = ink.right.max(x + x1);
                ink.ascent = ink.ascent.max(y1);
                ink.descent = ink.descent.max(-y0);
            }
            x += cluster.advance;
        }
        if ink.left > ink.right { Self { left: 0.0, right: 0.0, ascent: 0.5, descent: 0.0 } } else { ink }
    }
}

/// Where on the canvas the text stands and how large it may be, in pixels.
pub(super) struct Area {
    pub(super) center: (f32, f32),
    ink_width: f32,
    block_height: f32,
    most_size: f32,
    pub(super) short_side: f32,
}

impl Area {
    /// The upper part of the canvas, or all of the height between two columns.
    pub(super) fn of(width: f32, height: f32, columns: Option<(f32, f32)>) -> Self {
        if let Some((left, right)) = columns {
            let width = right - left;
            return Self {
                center: ((left + right) / 2.0, height / 2.0),
                ink_width: width * COLUMNS_WIDTH,
                block_height: height * COLUMNS_HEIGHT,
                most_size: height * COLUMNS_SIZE,
                short_side: height.min(width),
            };
        }
        // Wide canvases have less height for text and product.
        let share = if width > 1.25 * height { WIDE_BLOCK_HEIGHT } else { BLOCK_HEIGHT };
        Self {
            center: (width / 2.0, height * CENTER),
            ink_width: width * INK_WIDTH,
            block_height: height * share,
            most_size: height * MAX_SIZE,
            short_side: height.min(width),
        }
    }
}

/// Largest type size for a set of lines, and the resulting block.
pub(super) struct Fit {
    pub(super) size: f32,
    pub(super) pitch: f32,
    pub(super) block: f32,
    pub(super) first_ascent: f32,
}

impl Fit {
    pub(super) fn of(lines: &[LineInk], area: &Area) -> Self {
        let widest = lines.iter().map(|l| l.right - l.left).fold(1e-3, f32::max);
        let pitch = lines.windows(2).map(|w| w[0].descent + w[1].ascent + LINE_GAP).fold(0.5, f32::max);
        let first_ascent = lines.first().map_or(0.0, |l| l.ascent);
        let last_descent = lines.last().map_or(0.0, |l| l.descent);
        let block = (pitch * (lines.len() as f32 - 1.0) + first_ascent + last_descent).max(1e-3);
        let size = (area.ink_width / widest).min(area.most_size).min(area.block_height / block);
        Self { size, pitch, block, first_ascent }
    }
}
