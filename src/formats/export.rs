//! Exports a picture of a job to a format.

use image::{DynamicImage, RgbImage};

use super::compress::{Compression, FileMetadata, compress, kilobytes};
use super::fit::{fit, on_white};
use super::rules::{Masks, check};
use super::spec::{FileType, FormatRule, FormatSpec};
use crate::imaging::mark::Origin;
use crate::imaging::png_chunks::read_png_text;
use crate::imaging::{Plane, flattened};
use crate::job::ImageName;
use crate::notice;
use crate::notice::Notice;

/// A picture of a job, with the masks for checking rules.
#[derive(Clone, Copy, Debug)]
pub struct Master<'a> {
    /// Which picture it is.
    pub name: ImageName,
    /// Its PNG file.
    pub png: &'a [u8],
    /// PNG of [`ImageName::Letters`], if the job has it.
    pub letters: Option<&'a [u8]>,
    /// PNG of [`ImageName::Placed`], if the job has it.
    pub placed: Option<&'a [u8]>,
}

/// Options of an export.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Whether to write the XMP packet that tells how the picture was made.
    pub mark: bool,
    /// Draws over the fitted picture, for example a badge.
    pub overlay: Option<&'a dyn Fn(&mut RgbImage)>,
    /// The type of the file; `None` is that of the format.
    pub file: Option<FileType>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { mark: true, overlay: None, file: None }
    }
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its type.
    pub file: FileType,
    /// Its size in pixels.
    pub size: (u32, u32),
    /// How it was compressed to meet the byte limit.
    pub compression: Compression,
    /// The rules that the picture breaks, then the changes that fit it to the format, each with a remedy.
    pub notices: Vec<Notice>,
}

impl Exported {
    /// Type, quality and size in one sentence.
    pub fn summary(&self, format: &FormatSpec) -> Notice {
        let (file, size) = (self.file.name(), kilobytes(self.bytes.len() as u64));
        let limit = match format.max_bytes {
            Some(most) => notice!("formats-of-limit", size = size, most = kilobytes(most)),
            None => notice!("formats-without-limit", size = size),
        };
        match self.compression {
            Compression::Lossless => notice!("formats-made-lossless", file = file, limit = limit),
            Compression::Quality(quality) => notice!("formats-made-quality", file = file, quality = quality, limit = limit),
            Compression::Colours(colours) => notice!("formats-made-colours", file = file, colours = colours, limit = limit),
        }
    }
}

/// The picture of a job that suits a format: the cut-out product if the background must be white, the picture of step 1 if text is not allowed, else
/// the finished advertisement. `None` if the job has no such picture.
pub fn picture_for(format: &FormatSpec, images: &[ImageName]) -> Option<ImageName> {
    let mut wanted = Vec::new();
    if format.has(FormatRule::WhiteBackground) {
        wanted.push(ImageName::Cutout);
    }
    if format.has(FormatRule::NoText) {
        wanted.push(ImageName::Step1);
    }
    wanted.push(ImageName::Final);
    wanted.into_iter().find(|name| images.contains(name))
}

/// Fits a picture to a format and encodes it at the best quality below the format's byte limit.
///
/// # Errors
/// The picture cannot be decoded or encoded, or no quality meets the limit.
pub fn export(master: &Master<'_>, format: &FormatSpec, options: Options<'_>) -> Result<Exported, Notice> {
    let decoded = decode(master.png)?;
    let size = (format.width, format.height);
    let on_white_ground = format.has(FormatRule::WhiteBackground) && decoded.color().has_alpha();
    let loses_transparency = matches!(master.name, ImageName::Final | ImageName::Step1) && has_clear_pixels(&decoded);
    let mut fitted = if on_white_ground { on_white(&decoded.into_rgba8(), size)? } else { fit(&flattened(decoded), size) };
    // The masks do not apply to the cut-out, which is not on the canvas.
    let on_canvas = matches!(master.name, ImageName::Final | ImageName::Step1 | ImageName::Step2);
    let has_letters = matches!(master.name, ImageName::Final | ImageName::Step2);
    let letters = master.letters.filter(|_| has_letters).map(mask).transpose()?;
    let product = master.placed.filter(|_| on_canvas).map(mask).transpose()?;
    let broken = check(&fitted, format, Masks { letters: letters.as_ref(), product: product.as_ref() });
    if let Some(overlay) = options.overlay {
        overlay(&mut fitted.image);
    }
    // Every pixel of the cut-out comes from the photo, so it has no digital source type.
    let origin = Origin::of_text(&read_png_text(master.png)).filter(|_| options.mark && master.name != ImageName::Cutout);
    let xmp = origin.map(Origin::xmp);
    let metadata = FileMetadata { dpi: format.dpi, xmp: xmp.as_deref() };
    let file = options.file.unwrap_or(format.file);
    let (bytes, compression) = compress(&fitted.image, file, format.max_bytes, metadata)?;
    let transparency = loses_transparency.then(|| no_transparency(file));
    let notices = transparency.into_iter().chain(broken).chain(fitted.notices).collect();
    Ok(Exported { bytes, file, size, compression, notices })
}

/// Whether a picture has pixels that are not opaque.
pub fn has_clear_pixels(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().any(|pixel| pixel.0[3] < 255),
        _ => false,
    }
}

/// The rule that an advertisement without a background breaks in an opaque file.
pub fn no_transparency(file: FileType) -> Notice {
    notice!("formats-rule-transparent", file = file.name())
}

fn decode(png: &[u8]) -> Result<DynamicImage, Notice> {
    image::load_from_memory_with_format(png, image::ImageFormat::Png).map_err(|e| notice!("formats-undecodable", detail = e.to_string()))
}

fn mask(png: &[u8]) -> Result<Plane, Notice> {
    Ok(Plane::from_gray(&decode(png)?.into_luma8()))
}
