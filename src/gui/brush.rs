//! The brush that corrects the cut-out: a sheet of grey that is painted on, kept as a file of the brief after each stroke, so that the
//! brief's own undo is the brush's undo.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Pos2, TextureHandle, TextureOptions, pos2};
use image::GrayImage;

use super::bridge::{Bridge, Message, Say};
use super::live::Draft;
use super::state::{Brief, Mask};

/// Longest side that is painted on; masks of imported projects may be larger than textures may be.
const LARGEST: u32 = 4096;
/// How strongly what is left out is tinted.
const TINT: f32 = 0.66;

/// What it is set to, and what is painted on.
pub struct Brush {
    /// Whether the product tab is for painting.
    pub on: bool,
    /// Adds to the product; otherwise removes from it.
    pub add: bool,
    /// Diameter as a part of the sheet's longer side.
    pub size: f32,
    /// 0: hard edge, 1: soft to the middle.
    pub soft: f32,
    sheet: Option<Sheet>,
    loading: Option<Key>,
    /// Strokes so far.
    strokes: u64,
}

/// Hashes of a photo and of its corrected mask.
pub type Key = (String, Option<String>);

impl Default for Brush {
    fn default() -> Self {
        Self { on: false, add: false, size: 0.06, soft: 0.35, sheet: None, loading: None, strokes: 0 }
    }
}

struct Sheet {
    /// Photo and mask that it shows.
    key: Key,
    mask: GrayImage,
    texture: TextureHandle,
    stroke: Option<Stroke>,
    /// Numbers of the strokes on their way to the disk.
    pending: Vec<u64>,
}

struct Stroke {
    before: GrayImage,
    cover: Vec<u8>,
    last: Pos2,
}

fn key_of(brief: &Brief) -> Option<Key> {
    Some((brief.product.as_ref()?.hash.clone(), brief.mask.as_ref().map(|m| m.hash.clone())))
}

impl Brush {
    /// Brings the sheet up to the brief; says whether there is one to paint on.
    pub fn prepare(&mut self, ctx: &Context, bridge: &Bridge, brief: &Brief, draft: Option<&Draft>) -> bool {
        let Some(key) = key_of(brief) else { return false };
        let same_photo = |sheet: &Sheet| sheet.key.0 == key.0;
        if self.sheet.as_ref().is_some_and(|s| s.key == key || (same_photo(s) && !s.pending.is_empty())) {
            return true;
        }
        match &brief.mask {
            None => {
                let draft = draft.filter(|d| d.brief.product.as_ref().is_some_and(|p| p.hash == key.0));
                if let Some(mask) = draft.and_then(|d| d.auto_mask.clone()) {
                    let tinted = tint(&mask, (0, 0, mask.width(), mask.height()));
                    self.lay(ctx, key.clone(), GrayImage::clone(&mask), tinted);
                }
            }
            Some(mask) if self.loading.as_ref() != Some(&key) => {
                self.loading = Some(key.clone());
                let (path, key) = (mask.path.clone(), key.clone());
                bridge.work("nanococoa-mask", move |_| {
                    let bytes = std::fs::read(&path).map_err(|e| Say::new("error.read", &[&path.display(), &e]))?;
                    let mut image = image::load_from_memory(&bytes).map_err(|e| Say::from(e.to_string()))?;
                    if image.width().max(image.height()) > LARGEST {
                        image = image.resize(LARGEST, LARGEST, image::imageops::FilterType::Triangle);
                    }
                    let gray = image.into_luma8();
                    let tinted = tint(&gray, (0, 0, gray.width(), gray.height()));
                    Ok(Some(Message::Sheet(key, Arc::new((gray, tinted)))))
                });
            }
            Some(_) => {}
        }
        self.sheet.as_ref().is_some_and(same_photo)
    }

    /// A mask from the disk and its tint; by now the brief may have another.
    pub fn read(&mut self, ctx: &Context, brief: &Brief, key: Key, (mask, tinted): &(GrayImage, ColorImage)) {
        if key_of(brief).as_ref() == Some(&key) && self.sheet.as_ref().is_none_or(|s| s.key != key) {
            self.lay(ctx, key, mask.clone(), tinted.clone());
        } else {
            self.loading = None;
        }
    }

    fn lay(&mut self, ctx: &Context, key: Key, mask: GrayImage, tinted: ColorImage) {
        let texture = ctx.load_texture("mask", tinted, TextureOptions::LINEAR);
        self.loading = None;
        self.sheet = Some(Sheet { key, mask, texture, stroke: None, pending: Vec::new() });
    }

    /// A stroke is on disk, or lost: the brief gets its mask if it still is the one that was painted on.
    pub fn kept(&mut self, brief: &mut Brief, number: u64, mask: Option<Mask>) {
        let Some(sheet) = &mut self.sheet else { return };
        let Some(at) = sheet.pending.iter().position(|n| *n == number) else { return };
        sheet.pending.remove(at);
        match mask {
            Some(mask) if key_of(brief).as_ref() == Some(&sheet.key) => {
                sheet.key.1 = Some(mask.hash.clone());
                brief.mask = Some(mask);
            }
            // A later stroke holds this one too; without one the sheet shows what the brief has not.
            _ if sheet.pending.is_empty() && sheet.stroke.is_none() => self.sheet = None,
            _ => {}
        }
    }

    /// Size of the sheet and the tint over what is left out.
    pub fn shown(&self) -> Option<(egui::TextureId, egui::Vec2)> {
        self.sheet.as_ref().map(|s| (s.texture.id(), s.texture.size_vec2()))
    }

    /// Radius in pixels of the sheet.
    pub fn radius(&self) -> f32 {
        let side = self.sheet.as_ref().map_or(0, |s| s.mask.width().max(s.mask.height()));
        (self.size * side as f32 / 2.0).max(1.0)
    }

    /// Paints to a point, in pixels of the sheet.
    pub fn paint(&mut self, to: Pos2) {
        let (radius, soft, add) = (self.radius(), self.soft, self.add);
        let Some(sheet) = &mut self.sheet else { return };
        let (w, h) = sheet.mask.dimensions();
        let stroke = sheet.stroke.get_or_insert_with(|| Stroke { before: sheet.mask.clone(), cover: vec![0; (w * h) as usize], last: to });
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
                sheet.mask.get_pixel_mut(x, y).0[0] = (before + (target - before) * cover).round() as u8;
            }
        }
        let image = tint(&sheet.mask, (x0, y0, x1, y1));
        sheet.texture.set_partial([x0 as usize, y0 as usize], image, TextureOptions::LINEAR);
    }

    /// Ends a stroke; it becomes the brief's mask once it is on disk.
    pub fn lift(&mut self, bridge: &Bridge, brief: &Brief) {
        let Some(sheet) = self.sheet.as_mut().filter(|s| s.stroke.is_some()) else { return };
        sheet.stroke = None;
        if brief.product.as_ref().is_none_or(|p| p.hash != sheet.key.0) {
            self.sheet = None;
            return;
        }
        self.strokes += 1;
        sheet.pending.push(self.strokes);
        bridge.keep_stroke(self.strokes, sheet.mask.clone());
    }

    /// Whether a stroke is being made or written.
    pub fn busy(&self) -> bool {
        self.sheet.as_ref().is_some_and(|s| s.stroke.is_some() || !s.pending.is_empty())
    }
}

/// One touch of the brush: the strongest of all touches of a stroke counts.
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

/// What is left out, tinted.
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
        // Beside the sheet nothing happens.
        dab(&mut cover, (64, 64), pos2(-40.0, 900.0), 16.0, 0.5);
        assert_eq!(cover, once);
    }
}
