//! The chunks of a PNG beside its pixels: text entries, and the mask of the program's own step results.

use std::io::Cursor;

/// Private, ancillary, safe-to-copy chunk: a grey PNG with the mask that belongs to a step result.
pub(super) const MASK_CHUNK: [u8; 4] = *b"ncMk";
/// Largest mask chunk that is read.
const MAX_MASK_BYTES: usize = 16 << 20;

/// The grey PNG that [`super::encode::encode_png_with_mask`] put beside the pixels of one of the program's own pictures.
pub(super) fn mask_chunk(png: &[u8]) -> Option<&[u8]> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let kind = rest.get(4..8)?;
        let data = rest.get(8..8usize.checked_add(length)?)?;
        if kind == MASK_CHUNK && length <= MAX_MASK_BYTES {
            return Some(data);
        }
        // The chunk stands in front of the pixels.
        if kind == b"IDAT" || kind == b"IEND" {
            return None;
        }
        rest = rest.get(length.checked_add(12)?..)?;
    }
}

/// The text entries of a PNG in front of its pixels; empty for anything else.
pub fn read_png_text(bytes: &[u8]) -> Vec<(String, String)> {
    let Ok(reader) = png::Decoder::new(Cursor::new(bytes)).read_info() else {
        return Vec::new();
    };
    let info = reader.info();
    let latin = info.uncompressed_latin1_text.iter().map(|t| (t.keyword.clone(), t.text.clone()));
    let packed = info.compressed_latin1_text.iter().filter_map(|t| Some((t.keyword.clone(), t.get_text().ok()?)));
    let utf8 = info.utf8_text.iter().filter_map(|t| Some((t.keyword.clone(), t.get_text().ok()?)));
    latin.chain(packed).chain(utf8).collect()
}
