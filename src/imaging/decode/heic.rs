//! HEIC, the format of iPhone photos, by `heifer`, an HEVC still picture decoder in safe Rust.

use std::io::Read as _;

use image::metadata::Orientation;

use super::assembler::{Assembler, Header, Picture};
use super::color::ColorEncoding;
use super::error::DecodeError;
use super::limits::{MAX_PIXELS, check_size};
use super::row::{Alpha, ColorModel, Row};
use super::source::Source;
use crate::notice;
use crate::notice::Notice;

/// Largest file that is read, bytes; the decoder needs it in memory as a whole. A 48-megapixel iPhone photo has about 10 MB.
const MAX_FILE: u64 = 128 << 20;

pub(super) fn read(source: &mut dyn Source, length: u64, side: usize) -> Result<Picture, DecodeError> {
    if length > MAX_FILE {
        let variant = notice!("decode-uses-file-size", mebibytes = MAX_FILE >> 20);
        return Err(DecodeError::Variant { format: "HEIC", variant, remedy: remedy() });
    }
    let mut bytes = Vec::new();
    source.take(MAX_FILE).read_to_end(&mut bytes)?;
    if let Some((width, height)) = size(&bytes) {
        check_size(width, height)?;
    }
    let options = heifer::Options { max_threads: 0, max_pixels: MAX_PIXELS };
    let mut notes = Vec::new();
    let image = match heifer::decode_srgb_rgba8(&bytes, &options) {
        // HDR signals and profiles other than RGB: keep the colours unconverted instead of failing.
        Err(heifer::Error::Unsupported(_)) => {
            let plain = heifer::decode_rgba8(&bytes, &options).map_err(fail)?;
            notes.push(notice!("decode-note-unconverted"));
            plain
        }
        other => other.map_err(fail)?,
    };
    drop(bytes);
    check_size(image.width, image.height)?;
    let header = Header {
        width: image.width,
        height: image.height,
        model: ColorModel::Rgb,
        alpha: if image.has_alpha { Alpha::Straight } else { Alpha::None },
        encoding: ColorEncoding::Srgb,
        // The decoder has applied rotation and mirroring, which are properties of the container.
        orientation: Orientation::NoTransforms,
    };
    let mut assembler = Assembler::new(header, side);
    let mut opaque = Vec::new();
    for row in image.data.chunks_exact(image.width as usize * 4) {
        if image.has_alpha {
            assembler.push(Row::U8(row))?;
        } else {
            opaque.clear();
            opaque.extend(row.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]));
            assembler.push(Row::U8(&opaque))?;
        }
    }
    Ok(assembler.finish(notes))
}

/// The size that the container declares for its primary item.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let file = heifer::heifer_isobmff::HeifFile::parse(bytes).ok()?;
    file.image_size(file.primary_id).ok().flatten()
}

/// Replaces the decoder's error, which addresses programmers.
fn fail(error: heifer::Error) -> DecodeError {
    use heifer::{Error, heifer_hevc_dec as hevc, heifer_isobmff as container};
    match error {
        Error::Unsupported(_) | Error::Hevc(hevc::Error::Unimplemented(_)) => {
            DecodeError::Variant { format: "HEIC", variant: notice!("decode-uses-coding"), remedy: remedy() }
        }
        Error::Hevc(hevc::Error::UnexpectedEof) | Error::Container(container::Error::UnexpectedEof) => {
            DecodeError::damaged("HEIC", notice!("decode-damage-ends-early"))
        }
        _ => DecodeError::damaged("HEIC", notice!("decode-damage-content")),
    }
}

fn remedy() -> Notice {
    notice!("decode-remedy-heic-to-jpeg")
}
