//! Decodes photos from untrusted bytes.
//!
//! `recognise` detects the format; the reader of that format passes rows to an `Assembler`, which converts them to sRGB and scales them as
//! they arrive. A reader holds the whole picture in memory only where its format cannot be read row by row.

mod assembler;
mod bmp;
mod color;
mod error;
mod foreign;
mod format;
#[cfg(feature = "heic")]
mod heic;
mod jpeg;
mod limits;
mod png;
mod recognise;
mod row;
mod source;
mod tiff;
mod webp;

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use image::{DynamicImage, GrayImage, RgbaImage};

use crate::notice;
use crate::notice::Notice;
use assembler::Picture;
pub use error::DecodeError;
use format::Format;
pub use format::{EXTENSIONS, READABLE};
pub use limits::{MAX_PIXELS, MAX_SIDE, MAX_STREAMED_PIXELS, WORK_SIDE};
use source::Source;

/// A decoded photo.
#[derive(Clone, Debug)]
pub struct DecodedImage {
    /// sRGB, straight alpha, orientation applied, at most [`WORK_SIDE`] a side unless asked for otherwise.
    pub pixels: RgbaImage,
    /// Format, size and file size, such as "PNG 600×400, 455.8 KiB".
    pub description: String,
    /// Losses and doubts, such as missing rows: clauses without a full stop.
    pub notes: Vec<Notice>,
    /// The mask stored in a step result of this program.
    pub mask: Option<Arc<GrayImage>>,
    /// Text entries of a PNG, keyword and text.
    pub text: Vec<(String, String)>,
}

/// Decodes a photo from untrusted bytes. The format is detected from the content, limits are checked before any pixel is decoded, colours
/// are converted to sRGB and the orientation is applied.
pub fn decode_image(bytes: &[u8]) -> Result<DecodedImage, DecodeError> {
    decode_image_within(bytes, WORK_SIDE)
}

/// As [`decode_image`], scaled down to at most `side` pixels a side instead of [`WORK_SIDE`].
pub fn decode_image_within(bytes: &[u8], side: usize) -> Result<DecodedImage, DecodeError> {
    decode(&mut Cursor::new(bytes), bytes.len() as u64, side)
}

/// Decodes a photo from a file, without reading it into memory as a whole where the format allows that. Blocking.
pub fn decode_file(path: &Path) -> Result<DecodedImage, DecodeError> {
    decode_file_within(path, WORK_SIDE)
}

/// As [`decode_file`], scaled down to at most `side` pixels a side instead of [`WORK_SIDE`].
pub fn decode_file_within(path: &Path, side: usize) -> Result<DecodedImage, DecodeError> {
    // Opening a pipe blocks until it has a writer, and reading a pipe or a device may never end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(DecodeError::NotAFile);
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    decode(&mut BufReader::with_capacity(1 << 16, file), length, side)
}

fn decode(source: &mut dyn Source, length: u64, side: usize) -> Result<DecodedImage, DecodeError> {
    let (format, picture) = read_guarded(source, length, side)?;
    // A mask chunk within the mask is ignored.
    let mask = picture.mask.and_then(|png| read_guarded(&mut Cursor::new(&png), png.len() as u64, side).ok());
    let mask = mask.map(|(_, mask)| Arc::new(DynamicImage::ImageRgba8(mask.pixels).into_luma8()));
    let (w, h) = picture.size;
    let description = format!("{} {w}×{h}, {}", format.name(), file_size(length));
    Ok(DecodedImage { pixels: picture.pixels, description, notes: picture.notes, mask, text: picture.text })
}

fn read_guarded(source: &mut dyn Source, length: u64, side: usize) -> Result<(Format, Picture), DecodeError> {
    let format = recognise::recognise(source, length)?;
    // The input may be hostile: a panic in a decoder must not end the program.
    let picture = catch_unwind(AssertUnwindSafe(|| read(source, format, length, side)))
        .unwrap_or_else(|_| Err(DecodeError::damaged(format.name(), notice!("decode-damage-content"))))?;
    Ok((format, picture))
}

fn read(source: &mut dyn Source, format: Format, length: u64, side: usize) -> Result<Picture, DecodeError> {
    match format {
        Format::Png => png::read(source, side),
        Format::Jpeg => jpeg::read(source, side),
        Format::WebP => webp::read(source, side),
        Format::Bmp => bmp::read(source, side),
        Format::Tiff => tiff::read(source, side),
        #[cfg(feature = "heic")]
        Format::Heic => heic::read(source, length, side),
    }
}

fn file_size(bytes: u64) -> String {
    match bytes as f64 {
        b if b < 1024.0 => format!("{bytes} B"),
        b if b < 1024.0 * 1024.0 => format!("{:.1} KiB", b / 1024.0),
        b => format!("{:.1} MiB", b / (1024.0 * 1024.0)),
    }
}

#[cfg(test)]
mod tests;
