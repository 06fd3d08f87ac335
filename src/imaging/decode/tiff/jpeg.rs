//! Strips and tiles in JPEG or WebP format.

use std::io::Cursor;

use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::super::error::DecodeError;
use super::error::{damaged, remedy_compression, variant};
use crate::notice;

/// Largest decompressed strip or tile that is held in memory as a whole, bytes.
pub(super) const MAX_PICTURE_BYTES: u64 = 256 << 20;
/// Like [`MAX_PICTURE_BYTES`], for progressive JPEG, whose decoder needs several times the memory.
const MAX_PROGRESSIVE_BYTES: u64 = 64 << 20;

/// Expected size of a strip or tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub width: usize,
    /// Rows that are needed; the picture may have more.
    pub rows: usize,
    pub samples: usize,
    /// Rows of a full strip or tile, which limits the picture.
    pub full_rows: usize,
}

/// Pixels per side by which a strip or tile may exceed its size: some programs round up to whole blocks.
const SPARE: usize = 64;

impl Expected {
    /// Whether a picture of this size is acceptable.
    fn fits(self, width: usize, height: usize) -> bool {
        (self.width..=self.width + SPARE).contains(&width) && (self.rows..=self.full_rows + SPARE).contains(&height)
    }

    /// Cuts the needed rows and columns out of a decoded picture.
    fn crop(self, pixels: &[u8], width: usize, samples: usize) -> Vec<u8> {
        let rows = pixels.chunks_exact(width * samples).take(self.rows);
        rows.flat_map(|row| &row[..self.width * samples]).copied().collect()
    }
}

/// The part of a JPEG frame header that is checked before decoding.
struct Frame {
    marker: u8,
    precision: u8,
    width: usize,
    height: usize,
    samples: usize,
}

/// Finds the frame header of a JPEG stream.
fn frame(stream: &[u8]) -> Option<Frame> {
    let mut at = 2;
    loop {
        let [0xFF, marker] = stream.get(at..at + 2)? else { return None };
        if *marker == 0xFF {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(stream.get(at + 2..at + 4)?.try_into().ok()?));
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let header = stream.get(at + 4..at + 10)?;
            let side = |i: usize| usize::from(u16::from_be_bytes([header[i], header[i + 1]]));
            return Some(Frame { marker: *marker, precision: header[0], width: side(3), height: side(1), samples: usize::from(header[5]) });
        }
        at += 2 + length;
    }
}

/// Decodes a JPEG strip or tile with the shared `tables`, without colour conversion.
pub(super) fn decode_jpeg(tables: &[u8], packed: Vec<u8>, expected: Expected) -> Result<Vec<u8>, DecodeError> {
    let invalid = || damaged(notice!("decode-damage-jpeg"));
    let stream = match tables {
        [0xFF, 0xD8, inner @ ..] if !inner.is_empty() => {
            let inner = inner.strip_suffix(&[0xFF, 0xD9]).unwrap_or(inner);
            [&[0xFF, 0xD8], inner, packed.get(2..).unwrap_or_default()].concat()
        }
        _ => packed,
    };
    let frame = frame(&stream).ok_or_else(invalid)?;
    let bytes = (frame.width * frame.height) as u64 * frame.samples as u64;
    let limit = if frame.marker == 0xC2 { MAX_PROGRESSIVE_BYTES } else { MAX_PICTURE_BYTES };
    match frame.marker {
        _ if frame.precision != 8 => return Err(variant(notice!("decode-uses-jpeg-bits", bits = frame.precision), remedy_compression())),
        0xC0..=0xC2 if bytes <= limit => {}
        0xC0..=0xC2 => return Err(variant(notice!("decode-uses-large-jpeg-strips"), remedy_compression())),
        0xC3 => return Err(variant(notice!("decode-uses-lossless-jpeg"), remedy_compression())),
        _ => return Err(variant(notice!("decode-uses-arithmetic-jpeg"), remedy_compression())),
    }
    if frame.samples != expected.samples {
        return Err(damaged(notice!("decode-damage-jpeg-channels")));
    }
    if !expected.fits(frame.width, frame.height) {
        return Err(damaged(notice!("decode-damage-part-size")));
    }
    let options = DecoderOptions::new_safe().set_max_width(usize::from(u16::MAX)).set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(&stream), options);
    decoder.decode_headers().map_err(|_| invalid())?;
    // The TIFF tags define the channels, not the markers of the JPEG stream, so no conversion.
    let stored = decoder.input_colorspace().ok_or_else(invalid)?;
    decoder.set_options(options.jpeg_set_out_colorspace(stored));
    let pixels = decoder.decode().map_err(|_| invalid())?;
    Ok(expected.crop(&pixels, frame.width, expected.samples))
}

/// Decodes a WebP strip or tile.
pub(super) fn decode_webp(packed: &[u8], expected: Expected) -> Result<Vec<u8>, DecodeError> {
    let invalid = || damaged(notice!("decode-damage-webp"));
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(packed)).map_err(|_| invalid())?;
    decoder.set_memory_limit(MAX_PICTURE_BYTES as usize);
    let (width, height) = decoder.dimensions();
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    let bytes = u64::from(width) * u64::from(height) * samples;
    if !expected.fits(width as usize, height as usize) {
        return Err(damaged(notice!("decode-damage-part-size")));
    }
    if bytes > MAX_PICTURE_BYTES {
        return Err(variant(notice!("decode-uses-large-webp-strips"), remedy_compression()));
    }
    let mut pixels = vec![0; bytes as usize];
    decoder.read_image(&mut pixels).map_err(|_| invalid())?;
    let pixels = match (samples, expected.samples) {
        (s, e) if s as usize == e => pixels,
        // WebP omits alpha if all of it is opaque.
        (3, 4) => pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        (4, 3) => pixels.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect(),
        _ => return Err(damaged(notice!("decode-damage-webp-channels"))),
    };
    Ok(expected.crop(&pixels, width as usize, expected.samples))
}
