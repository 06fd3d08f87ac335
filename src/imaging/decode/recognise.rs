//! Detects the format of a file by its content.

use std::io::{Read as _, SeekFrom};

use super::error::DecodeError;
use super::foreign::{self, Remedy};
use super::format::Format;
use super::source::Source;

/// Bytes at the start of a file that are inspected.
const HEAD: u64 = 4096;
/// Bytes at the end of a file that are inspected: the size of a Targa footer.
const TAIL: u64 = 26;

/// Detects the format of a file of `length` bytes by its first and last bytes, and rewinds the source.
///
/// # Errors
/// The format is not supported; the error names it if it is known.
pub(super) fn recognise(source: &mut dyn Source, length: u64) -> Result<Format, DecodeError> {
    let mut head = Vec::new();
    (&mut *source).take(HEAD).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(DecodeError::Empty);
    }
    if let Some(format) = readable(&head) {
        source.seek(SeekFrom::Start(0))?;
        return Ok(format);
    }
    let mut tail = Vec::new();
    source.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    (&mut *source).take(TAIL).read_to_end(&mut tail)?;
    match foreign::identify(&head, &tail, length) {
        #[cfg(feature = "heic")]
        Some((_, Remedy::Heic)) => {
            source.seek(SeekFrom::Start(0))?;
            Ok(Format::Heic)
        }
        Some((name, remedy)) => Err(DecodeError::Unsupported { format: name.argument(), remedy: remedy.notice() }),
        None => Err(DecodeError::NotAnImage),
    }
}

fn readable(head: &[u8]) -> Option<Format> {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Format::Png),
        // JPEG-LS starts like JPEG.
        [0xFF, 0xD8, 0xFF, 0xF7, ..] => None,
        [0xFF, 0xD8, 0xFF, ..] => Some(Format::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
        // Any text may start with "BM", so the size of the header that follows is checked too.
        [b'B', b'M', _, _, _, _, _, _, _, _, _, _, _, _, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0, ..] => Some(Format::Bmp),
        [b'B', b'M', rest @ ..] if rest.len() < 16 => Some(Format::Bmp),
        [b'I', b'I', 0x2A | 0x2B, 0, ..] | [b'M', b'M', 0, 0x2A | 0x2B, ..] => Some(Format::Tiff),
        _ => None,
    }
}
