//! WebP: lossy, lossless, and the first frame of an animation.

use image_webp::{DecodingError, WebPDecoder};

use super::assembler::{Assembler, Header, Picture, exif_orientation};
use super::color::ColorEncoding;
use super::error::DecodeError;
use super::limits::{MAX_ALLOC, check_size};
use super::row::{Alpha, ColorModel, Row};
use super::source::Source;
use crate::notice;

/// Largest chunk of metadata that is read, bytes.
const MAX_METADATA: usize = 5 << 20;

fn fail(error: DecodingError) -> DecodeError {
    let detail = match error {
        DecodingError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => return DecodeError::Io(e.to_string()),
        DecodingError::IoError(_) => notice!("decode-damage-ends-early"),
        DecodingError::MemoryLimitExceeded | DecodingError::ImageTooLarge => notice!("decode-damage-memory"),
        DecodingError::NoMoreFrames | DecodingError::ChunkMissing => notice!("decode-damage-no-picture"),
        _ => notice!("decode-damage-packing"),
    };
    DecodeError::damaged("WebP", detail)
}

pub(super) fn read(source: &mut dyn Source, side: usize) -> Result<Picture, DecodeError> {
    let mut decoder = WebPDecoder::new(source).map_err(fail)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    // Metadata first: the memory limit applies to each of its chunks.
    decoder.set_memory_limit(MAX_METADATA);
    let encoding = match decoder.icc_profile() {
        Ok(Some(icc)) => ColorEncoding::Icc(icc),
        // A profile that is too large or truncated is reported as damaged.
        Err(_) => ColorEncoding::Icc(Vec::new()),
        Ok(None) => ColorEncoding::Srgb,
    };
    let exif = decoder.exif_metadata().ok().flatten();
    let orientation = exif_orientation(exif.as_deref());
    decoder.set_memory_limit(MAX_ALLOC as usize);
    let (alpha, channels) = if decoder.has_alpha() { (Alpha::Straight, 4) } else { (Alpha::None, 3) };
    let size = decoder.output_buffer_size().ok_or_else(|| fail(DecodingError::ImageTooLarge))?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(fail)?;
    let mut assembler = Assembler::new(Header { width, height, model: ColorModel::Rgb, alpha, encoding, orientation }, side);
    for row in pixels.chunks_exact(width as usize * channels) {
        assembler.push(Row::U8(row))?;
    }
    Ok(assembler.finish(Vec::new()))
}
