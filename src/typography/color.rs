//! Glyphs with colours of their own, as emoji have: pictures in PNG (`sbix`, `CBDT`), and layers of one colour each (`COLR` version 0, with the
//! first palette). Gradients (`COLR` version 1) and SVG are not read.

use image::RgbaImage;
use ttf_parser::{Face, GlyphId, RasterGlyphImage, RasterImageFormat, Tag};

use super::table::Table;
use crate::imaging::decode::decode_image_within;

/// Largest side of a glyph's picture, pixels; larger ones are scaled down.
const MAX_SIDE: usize = 512;
/// Most layers of a glyph; emoji have up to some dozens.
const MAX_LAYERS: u16 = 128;
/// The entry of a palette that stands for the colour of the text.
const TEXT_COLOR: u16 = 0xffff;

/// A glyph with colours of its own.
pub(super) enum ColorGlyph {
    /// A picture; its left and top edge and the size of a pixel, ems, y up.
    Picture { pixels: RgbaImage, left: f32, top: f32, pixel: f32 },
    /// Outlines, the lowest first, with red, green, blue and alpha; `None` for the colour of the text.
    Layers(Vec<(GlyphId, Option<[u8; 4]>)>),
}

/// Whether a face has coloured glyphs.
pub(super) fn has_any(face: &Face<'_>) -> bool {
    let tables = face.tables();
    tables.sbix.is_some() || tables.cbdt.is_some() || table(face, b"COLR").is_some_and(|t| t.u16(2) > 0)
}

/// Whether a glyph has colours of its own.
pub(super) fn is_colored(face: &Face<'_>, id: GlyphId) -> bool {
    picture(face, id, u16::MAX).is_some() || layers(face, id).is_some()
}

/// A coloured glyph for a type size in pixels per em; `None` for a plain or damaged one.
pub(super) fn glyph(face: &Face<'_>, id: GlyphId, size: f32) -> Option<ColorGlyph> {
    if let Some(layers) = layers(face, id) {
        return Some(ColorGlyph::Layers(layers));
    }
    let raster = picture(face, id, size.ceil().clamp(1.0, 1024.0) as u16)?;
    let pixels = decode_image_within(raster.data, MAX_SIDE).ok()?.pixels;
    // The height that the font declares may differ from that of the picture.
    let pixel = f32::from(raster.height.max(1)) / f32::from(raster.pixels_per_em.max(1)) / pixels.height().max(1) as f32;
    let em = f32::from(raster.pixels_per_em.max(1));
    let (left, top) = (f32::from(raster.x) / em, (f32::from(raster.y) + f32::from(raster.height)) / em);
    Some(ColorGlyph::Picture { pixels, left, top, pixel })
}

/// The box of a coloured glyph, ems, y up: left, bottom, right, top. `outline`: that of an outline.
pub(super) fn ink_box(face: &Face<'_>, id: GlyphId, outline: impl Fn(GlyphId) -> Option<[f32; 4]>) -> Option<[f32; 4]> {
    if let Some(layers) = layers(face, id) {
        let boxes = layers.into_iter().filter_map(|(id, _)| outline(id));
        return boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    }
    let raster = picture(face, id, u16::MAX)?;
    let em = f32::from(raster.pixels_per_em.max(1));
    let [x, y, w, h] = [f32::from(raster.x), f32::from(raster.y), f32::from(raster.width), f32::from(raster.height)];
    Some([x, y, x + w, y + h].map(|v| v / em))
}

fn picture<'f>(face: &'f Face<'_>, id: GlyphId, pixels_per_em: u16) -> Option<RasterGlyphImage<'f>> {
    let image = face.glyph_raster_image(id, pixels_per_em)?;
    (image.format == RasterImageFormat::PNG && image.width > 1 && image.height > 1 && image.pixels_per_em > 0).then_some(image)
}

/// Layers of a glyph, from the records of `COLR` version 0.
fn layers(face: &Face<'_>, id: GlyphId) -> Option<Vec<(GlyphId, Option<[u8; 4]>)>> {
    let (colr, cpal) = (table(face, b"COLR")?, table(face, b"CPAL")?);
    let records = colr.from(colr.u32(4));
    let (mut low, mut high) = (0, u32::from(colr.u16(2)));
    while low < high {
        let middle = (low + high) / 2;
        if records.u16(6 * middle) < id.0 { low = middle + 1 } else { high = middle }
    }
    if low >= u32::from(colr.u16(2)) || records.u16(6 * low) != id.0 {
        return None;
    }
    let (first, count) = (u32::from(records.u16(6 * low + 2)), records.u16(6 * low + 4));
    if count == 0 || count > MAX_LAYERS || first + u32::from(count) > u32::from(colr.u16(12)) {
        return None;
    }
    let layers = colr.from(colr.u32(8));
    let colors = cpal.from(cpal.u32(8)).from(4 * u32::from(cpal.u16(12)));
    let layer = |i: u32| {
        let entry = layers.u16(4 * i + 2);
        let [b, g, r, a] = colors.u32(4 * u32::from(entry)).to_be_bytes();
        (GlyphId(layers.u16(4 * i)), (entry != TEXT_COLOR).then_some([r, g, b, a]))
    };
    Some((first..first + u32::from(count)).map(layer).collect())
}

fn table<'a>(face: &Face<'a>, tag: &[u8; 4]) -> Option<Table<'a>> {
    face.raw_face().table(Tag::from_bytes(tag)).map(Table)
}
