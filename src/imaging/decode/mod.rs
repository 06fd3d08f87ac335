//! Untrusted bytes in, pixels out.
//!
//! `recognise` names the format, a reader for it hands rows to an `Assembler`, which converts them to
//! sRGB and scales them as they come. A reader needs memory for the whole picture only where its format cannot be read row by row.

mod bmp;
mod color;
mod error;
mod foreign;
mod format;
#[cfg(feature = "heic")]
mod heic;
mod jpeg;
mod png;
mod rows;
mod tiff;
mod webp;

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use image::{DynamicImage, GrayImage, RgbaImage};

pub use error::DecodeError;
use format::Format;
use rows::Picture;

/// Most pixels a photo may have where its format needs the whole picture in memory.
pub const MAX_PIXELS: u64 = 64_000_000;
/// Most pixels a photo may have where it is read row by row: more would take too long.
pub const MAX_STREAMED_PIXELS: u64 = 400_000_000;
/// Longest side a photo may have.
pub const MAX_SIDE: u32 = 65_535;
/// Longest side the program works with; larger photos are scaled down to it. The largest canvas has 2048 pixels, of which the product takes
/// about half: more would cost memory and time, and stops would come late.
pub const WORK_SIDE: usize = 2560;
/// The formats that are read, as a list in a sentence.
#[cfg(feature = "heic")]
pub const READABLE: &str = "PNG, JPEG, WebP, HEIC, BMP or TIFF";
/// The formats that are read, as a list in a sentence.
#[cfg(not(feature = "heic"))]
pub const READABLE: &str = "PNG, JPEG, WebP, BMP or TIFF";
/// File name extensions of photos that are read, for file dialogs; content decides, not the name.
pub const EXTENSIONS: &[&str] = &[
    "png",
    "apng",
    "jpg",
    "jpeg",
    "jfif",
    "jpe",
    "mpo",
    "webp",
    "bmp",
    "dib",
    "tif",
    "tiff",
    #[cfg(feature = "heic")]
    "heic",
    #[cfg(feature = "heic")]
    "heif",
    #[cfg(feature = "heic")]
    "hif",
];
/// Memory a decoder may ask for, bytes.
const MAX_ALLOC: u64 = 512 << 20;

/// A file that can be read more than once, in memory or on disk.
trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}

/// A decoded picture.
#[derive(Clone, Debug)]
pub struct DecodedImage {
    /// sRGB, straight alpha, orientation applied, at most [`WORK_SIDE`] a side.
    pub pixels: RgbaImage,
    /// What it was, such as "PNG 600×400, 455.8 KiB".
    pub description: String,
    /// What the designer should know, such as "the last rows are missing": clauses without a field name and a full stop.
    pub notes: Vec<String>,
    /// The mask that a step result of this program carries.
    pub mask: Option<Arc<GrayImage>>,
    /// Text entries of a PNG in front of its pixels.
    pub text: Vec<(String, String)>,
}

/// A photo from bytes of any origin. The format is guessed from the content, limits are checked before any pixel is decoded, colours are
/// converted to sRGB and the orientation is applied.
pub fn decode_image(bytes: &[u8]) -> Result<DecodedImage, DecodeError> {
    decode(&mut Cursor::new(bytes), bytes.len() as u64)
}

/// A photo from a file, which is not read into memory as a whole where its format allows that.
pub fn decode_file(path: &Path) -> Result<DecodedImage, DecodeError> {
    // Opening a pipe waits for its writer, and reading it or a device may never end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(DecodeError::Io("it is a folder, pipe or device".into()));
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    decode(&mut BufReader::with_capacity(1 << 16, file), length)
}

fn decode(source: &mut dyn Source, length: u64) -> Result<DecodedImage, DecodeError> {
    let (format, picture) = read_guarded(source, length)?;
    // The mask's own mask chunk is ignored.
    let mask = picture.mask.and_then(|png| read_guarded(&mut Cursor::new(&png), png.len() as u64).ok());
    let mask = mask.map(|(_, mask)| Arc::new(DynamicImage::ImageRgba8(mask.pixels).into_luma8()));
    let (w, h) = picture.size;
    let description = format!("{} {w}×{h}, {}", format.name(), file_size(length));
    Ok(DecodedImage { pixels: picture.pixels, description, notes: picture.notes, mask, text: picture.text })
}

fn read_guarded(source: &mut dyn Source, length: u64) -> Result<(Format, Picture), DecodeError> {
    let format = format::recognise(source, length)?;
    // The input may be hostile: a panic in a decoder must not end the server.
    let picture = catch_unwind(AssertUnwindSafe(|| read(source, format, length)))
        .unwrap_or_else(|_| Err(DecodeError::damaged(format.name(), "its content makes no sense")))?;
    Ok((format, picture))
}

fn read(source: &mut dyn Source, format: Format, length: u64) -> Result<Picture, DecodeError> {
    match format {
        Format::Png => png::read(source),
        Format::Jpeg => jpeg::read(source),
        Format::WebP => webp::read(source),
        Format::Bmp => bmp::read(source),
        Format::Tiff => tiff::read(source),
        #[cfg(feature = "heic")]
        Format::Heic => heic::read(source, length),
    }
}

/// Refuses a picture without pixels, or one that is too large for a reader that needs it whole in memory.
fn check_size(width: u32, height: u32) -> Result<(), DecodeError> {
    check_limits(width, height, MAX_PIXELS)
}

/// Refuses a picture without pixels, or one that is too large even for a reader that takes it row by row.
fn check_streamed_size(width: u32, height: u32) -> Result<(), DecodeError> {
    check_limits(width, height, MAX_STREAMED_PIXELS)
}

fn check_limits(width: u32, height: u32, max_pixels: u64) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        return Err(DecodeError::damaged("image", "it has no pixels"));
    }
    if u64::from(width) * u64::from(height) > max_pixels || width.max(height) > MAX_SIDE {
        let megapixels = max_pixels / 1_000_000;
        let remedy = format!(
            "The limit is {megapixels} megapixels and 65,535 pixels a side. Please make it smaller in a picture editor and send that."
        );
        return Err(DecodeError::TooLarge { width, height, remedy });
    }
    Ok(())
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
