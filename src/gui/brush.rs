//! The brush that corrects the cut-out mask. Each stroke is written as a mask file and becomes part of the brief, so that undo of the brief
//! also undoes strokes.

use std::path::{Path, PathBuf};

use egui::{Color32, ColorImage, Context, Pos2, TextureHandle, TextureOptions, pos2};
use image::{DynamicImage, GrayImage};

use super::live::Draft;
use super::state::{Brief, Mask};
use crate::notice::Notice;
use crate::pipeline::live::mask_plane;

/// Longest side of a mask in painting mode, in pixels. Larger masks, which projects may contain, could exceed the texture limit of the
/// graphics card.
const MAX_SIDE: u32 = 4096;
/// Opacity of the tint over the background.
const TINT: f32 = 0.66;

/// Settings of the brush, and the mask that it paints on.
pub struct Brush {
    /// Whether the product tab is in painting mode.
    pub on: bool,
    /// Whether the brush adds to the product instead of removing from it.
    pub add: bool,
    /// Diameter as a fraction of the mask's longer side.
    pub size: f32,
    /// 0 is a hard edge, 1 a gradient to the middle.
    pub softness: f32,
    painted: Option<PaintedMask>,
    loading: Option<MaskKey>,
    /// Number of the newest stroke.
    strokes: u64,
}

/// Hashes of a photo and of its corrected mask.
pub type MaskKey = (String, Option<String>);

/// A mask and its tint for the screen.
pub struct LoadedMask {
    mask: GrayImage,
    tint: ColorImage,
}

impl LoadedMask {
    fn new(mask: GrayImage) -> Self {
        let tint = tint(&mask, (0, 0, mask.width(), mask.height()));
        Self { mask, tint }
    }

    /// Reads a mask, scaled down if it is too large to paint on. Blocks.
    ///
    /// # Errors
    /// The file cannot be read or decoded.
    pub fn read(path: &Path) -> Result<Self, Notice> {
        let source = crate::engine::decode_source_file(path)?;
        let mut image = DynamicImage::ImageLuma8(mask_plane(&source).to_gray());
        if image.width().max(image.height()) > MAX_SIDE {
            image = image.resize(MAX_SIDE, MAX_SIDE, image::imageops::FilterType::Triangle);
        }
        Ok(Self::new(image.into_luma8()))
    }
}

/// A mask file that the brush needs.
pub struct MaskRequest {
    /// The key to load it under.
    pub key: MaskKey,
    /// The file.
    pub path: PathBuf,
}

/// A finished stroke to write.
#[derive(Clone, Debug)]
pub struct FinishedStroke {
    /// Its number.
    pub number: u64,
    /// The whole mask after it.
    pub mask: GrayImage,
}

impl Default for Brush {
    fn default() -> Self {
        Self { on: false, add: false, size: 0.06, softness: 0.35, painted: None, loading: None, strokes: 0 }
    }
}

/// The mask in painting mode.
struct PaintedMask {
    key: MaskKey,
    mask: GrayImage,
    texture: TextureHandle,
    stroke: Option<Stroke>,
    /// Numbers of the strokes that are being written.
    pending: Vec<u64>,
}

/// A stroke that is being painted.
struct Stroke {
    /// The mask before it.
    before: GrayImage,
    /// Strongest coverage of each pixel so far.
    cover: Vec<u8>,
    last: Pos2,
}

fn key_of(brief: &Brief) -> Option<MaskKey> {
    Some((brief.product.as_ref()?.hash.clone(), brief.mask.as_ref().map(|m| m.hash.clone())))
}

impl Brush {
    /// Whether there is a mask of the brief's photo to paint on; takes the draft's automatic mask if the brief has none.
    pub fn prepare(&mut self, ctx: &Context, brief: &Brief, draft: Option<&Draft>) -> bool {
        let Some(key) = key_of(brief) else { return false };
        let same_photo = |painted: &PaintedMask| painted.key.0 == key.0;
        if self.shows(&key) {
            return true;
        }
        if brief.mask.is_none() {
            let draft = draft.filter(|d| d.brief.product.as_ref().is_some_and(|p| p.hash == key.0));
            if let Some(mask) = draft.and_then(|d| d.auto_mask.clone()) {
                self.set_mask(ctx, key.clone(), &LoadedMask::new(GrayImage::clone(&mask)));
            }
        }
        self.painted.as_ref().is_some_and(same_photo)
    }

    /// The mask file that must be loaded to paint on the brief's mask, once for each mask.
    pub fn request(&mut self, brief: &Brief) -> Option<MaskRequest> {
        let key = key_of(brief)?;
        if self.shows(&key) || self.loading.as_ref() == Some(&key) {
            return None;
        }
        let path = brief.mask.as_ref()?.path.clone();
        self.loading = Some(key.clone());
        Some(MaskRequest { key, path })
    }

    /// Whether this mask is loaded for painting, or strokes on the same photo are still being written.
    fn shows(&self, key: &MaskKey) -> bool {
        self.painted.as_ref().is_some_and(|s| s.key == *key || (s.key.0 == key.0 && !s.pending.is_empty()))
    }

    /// Takes a loaded mask, unless the brief has another one by now.
    pub fn mask_loaded(&mut self, ctx: &Context, brief: &Brief, key: MaskKey, loaded: &LoadedMask) {
        if key_of(brief).as_ref() == Some(&key) && self.painted.as_ref().is_none_or(|s| s.key != key) {
            self.set_mask(ctx, key, loaded);
        } else {
            self.loading = None;
        }
    }

    fn set_mask(&mut self, ctx: &Context, key: MaskKey, loaded: &LoadedMask) {
        let texture = ctx.load_texture("mask", loaded.tint.clone(), TextureOptions::LINEAR);
        self.loading = None;
        self.painted = Some(PaintedMask { key, mask: loaded.mask.clone(), texture, stroke: None, pending: Vec::new() });
    }

    /// Handles the end of writing a stroke; `mask` is `None` if writing failed. The brief gets the new mask unless its mask was changed
    /// meanwhile.
    pub fn stroke_saved(&mut self, brief: &mut Brief, number: u64, mask: Option<Mask>) {
        let Some(painted) = &mut self.painted else { return };
        let Some(at) = painted.pending.iter().position(|n| *n == number) else { return };
        painted.pending.remove(at);
        match mask {
            Some(mask) if key_of(brief).as_ref() == Some(&painted.key) => {
                painted.key.1 = Some(mask.hash.clone());
                brief.mask = Some(mask);
            }
            // A later stroke includes this one. Without a later one the painted mask differs from the brief and is dropped.
            _ if painted.pending.is_empty() && painted.stroke.is_none() => self.painted = None,
            _ => {}
        }
    }

    /// The tint over the background, and its size in pixels.
    pub fn shown(&self) -> Option<(egui::TextureId, egui::Vec2)> {
        self.painted.as_ref().map(|s| (s.texture.id(), s.texture.size_vec2()))
    }

    /// Radius in pixels of the mask.
    pub fn radius(&self) -> f32 {
        let side = self.painted.as_ref().map_or(0, |s| s.mask.width().max(s.mask.height()));
        (self.size * side as f32 / 2.0).max(1.0)
    }

    /// Paints from the last point to this one, in pixels of the mask.
    pub fn paint(&mut self, to: Pos2) {
        let (radius, soft, add) = (self.radius(), self.softness, self.add);
        let Some(painted) = &mut self.painted else { return };
        let (w, h) = painted.mask.dimensions();
        let stroke =
            painted.stroke.get_or_insert_with(|| Stroke { before: painted.mask.clone(), cover: vec![0; (w * h) as usize], last: to });
        let from = stroke.last;
        let steps = ((to - from).length() / (radius / 4.0).max(1.0)).ceil().max(1.0) as usize;
        for i in 1..=steps {
            dab(&mut stroke.cover, (w, h), from + (to - from) * (i as f32 / steps as f32), radius, soft);
        }
        stroke.last = to;
        let around = |a: f32, b: f32, most: u32| {
            let (low, high) = (a.min(b) - radius - 1.0, a.max(b) + radius + 1.0);
            (low.clamp(0.0, most as f32) as u32, (high.clamp(0.0, most as f32)) as u32)
        };
        let ((x0, x1), (y0, y1)) = (around(from.x, to.x, w), around(from.y, to.y, h));
        if x0 >= x1 || y0 >= y1 {
            return;
        }
        let target = if add { 255.0 } else { 0.0 };
        for y in y0..y1 {
            for x in x0..x1 {
                let before = f32::from(stroke.before.get_pixel(x, y).0[0]);
                let cover = f32::from(stroke.cover[(y * w + x) as usize]) / 255.0;
                painted.mask.get_pixel_mut(x, y).0[0] = (before + (target - before) * cover).round() as u8;
            }
        }
        let image = tint(&painted.mask, (x0, y0, x1, y1));
        painted.texture.set_partial([x0 as usize, y0 as usize], image, TextureOptions::LINEAR);
    }

    /// Ends a stroke and returns it for writing.
    pub fn end_stroke(&mut self, brief: &Brief) -> Option<FinishedStroke> {
        let painted = self.painted.as_mut().filter(|s| s.stroke.is_some())?;
        painted.stroke = None;
        if brief.product.as_ref().is_none_or(|p| p.hash != painted.key.0) {
            self.painted = None;
            return None;
        }
        self.strokes += 1;
        painted.pending.push(self.strokes);
        Some(FinishedStroke { number: self.strokes, mask: painted.mask.clone() })
    }

    /// Whether a stroke is being painted or written.
    pub fn is_busy(&self) -> bool {
        self.painted.as_ref().is_some_and(|s| s.stroke.is_some() || !s.pending.is_empty())
    }
}

/// Adds one dab to a stroke's coverage. The maximum of all dabs counts, so that overlapping dabs do not add up.
fn dab(cover: &mut [u8], (w, h): (u32, u32), at: Pos2, radius: f32, soft: f32) {
    let hard = radius * (1.0 - soft.clamp(0.0, 0.98));
    let (x0, x1) = ((at.x - radius).max(0.0) as u32, ((at.x + radius + 1.0).max(0.0) as u32).min(w));
    let (y0, y1) = ((at.y - radius).max(0.0) as u32, ((at.y + radius + 1.0).max(0.0) as u32).min(h));
    for y in y0..y1 {
        for x in x0..x1 {
            let away = at.distance(pos2(x as f32 + 0.5, y as f32 + 0.5));
            let t = ((radius - away) / (radius - hard).max(1.0)).clamp(0.0, 1.0);
            let value = (t * t * (3.0 - 2.0 * t) * 255.0) as u8;
            let slot = &mut cover[(y * w + x) as usize];
            *slot = (*slot).max(value);
        }
    }
}

/// The tint over the background in a rectangle of the mask.
fn tint(mask: &GrayImage, (x0, y0, x1, y1): (u32, u32, u32, u32)) -> ColorImage {
    let mut pixels = Vec::with_capacity(((x1 - x0) * (y1 - y0)) as usize);
    for y in y0..y1 {
        for x in x0..x1 {
            let out = f32::from(255 - mask.get_pixel(x, y).0[0]) * TINT;
            pixels.push(Color32::from_rgba_unmultiplied(46, 70, 196, out as u8));
        }
    }
    ColorImage::new([(x1 - x0) as usize, (y1 - y0) as usize], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touches_do_not_add_up_and_the_edge_is_soft() {
        let mut cover = vec![0; 64 * 64];
        dab(&mut cover, (64, 64), pos2(32.0, 32.0), 16.0, 0.5);
        let once = cover.clone();
        dab(&mut cover, (64, 64), pos2(32.0, 32.0), 16.0, 0.5);
        assert_eq!(cover, once);
        let at = |x: usize| once[32 * 64 + x];
        assert_eq!((at(32), at(60)), (255, 0));
        assert!(at(43) > 20 && at(43) < 235, "{}", at(43));
        // Outside of the mask nothing happens.
        dab(&mut cover, (64, 64), pos2(-40.0, 900.0), 16.0, 0.5);
        assert_eq!(cover, once);
    }
}
