//! Assembles the rows of a reader into a picture of 8-bit sRGB with straight alpha and a limited number of pixels a side. Rows are converted
//! and scaled as they arrive, so a reader that works row by row never needs memory for the whole picture.

use image::RgbaImage;
use image::metadata::Orientation;

use super::color::{ColorEncoding, RowConverter};
use super::error::DecodeError;
use super::row::{Alpha, ColorModel, Row};
use crate::imaging::resize::{Filter, RowReducer, fit_within};
use crate::notice;
use crate::notice::Notice;

/// Properties of a picture that are known before its first row.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    pub model: ColorModel,
    pub alpha: Alpha,
    pub encoding: ColorEncoding,
    /// Rotation and mirroring to apply.
    pub orientation: Orientation,
}

/// Reads the orientation from EXIF data. It should begin with a TIFF header, but many programs keep the prefix of JPEG's APP1 segment.
pub(super) fn exif_orientation(exif: Option<&[u8]>) -> Orientation {
    let exif = exif.map(|e| e.strip_prefix(b"Exif\0\0").unwrap_or(e));
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// A finished picture.
#[derive(Debug)]
pub(super) struct Picture {
    /// 8-bit sRGB, orientation applied, straight alpha, at most so many pixels a side as its reader was asked for.
    pub pixels: RgbaImage,
    /// Width and height before scaling, orientation applied.
    pub size: (u32, u32),
    /// Losses and doubts: clauses without a full stop.
    pub notes: Vec<Notice>,
    /// Text entries of the file, keyword and text; set by readers of formats that have them.
    pub text: Vec<(String, String)>,
    /// The mask stored in a step result of this program: an encoded PNG.
    pub mask: Option<Vec<u8>>,
}

/// Whether enough of a picture was decoded to use it: 98 %. With less, the file counts as damaged, in every format.
pub(super) fn is_nearly_whole(decoded: usize, total: usize) -> bool {
    decoded * 50 >= total * 49
}

/// Collects rows from top to bottom.
pub(super) struct Assembler {
    header: Header,
    converter: RowConverter,
    /// `None` if the picture is not scaled.
    reducer: Option<RowReducer>,
    pixels: Vec<u8>,
    rows: u32,
    row: Vec<u8>,
}

impl Assembler {
    /// An assembler for a picture whose size was checked (see [`super::limits::check_size`]), scaled down to at most `side` pixels a side. A colour
    /// profile that cannot be used is ignored with a note.
    pub(super) fn new(header: Header, side: usize) -> Self {
        let converter = RowConverter::new(header.model, header.alpha, &header.encoding);
        let (w, h) = (header.width as usize, header.height as usize);
        let fit = fit_within(w, h, side);
        let reducer = (fit != (w, h)).then(|| RowReducer::new((w, h), fit, Filter::CatmullRom));
        let pixels = Vec::with_capacity(if reducer.is_some() { 0 } else { w * h * 4 });
        Self { row: vec![0; w * 4], header, converter, reducer, pixels, rows: 0 }
    }

    /// Samples per row.
    pub(super) fn row_samples(&self) -> usize {
        self.header.width as usize * (self.header.model.channels() + usize::from(self.header.alpha != Alpha::None))
    }

    /// Adds the next row. Rows beyond the height are ignored.
    ///
    /// # Errors
    /// The row has the wrong length.
    pub(super) fn push(&mut self, row: Row<'_>) -> Result<(), DecodeError> {
        let samples = match row {
            Row::U8(r) => r.len(),
            Row::U16(r) => r.len(),
            Row::F32(r) => r.len(),
        };
        if samples != self.row_samples() {
            return Err(DecodeError::damaged_picture(notice!("decode-damage-row-length")));
        }
        if self.rows >= self.header.height {
            return Ok(());
        }
        self.rows += 1;
        self.converter.convert(row, &mut self.row);
        match &mut self.reducer {
            Some(reducer) => reducer.push(&self.row),
            None => self.pixels.extend_from_slice(&self.row),
        }
        Ok(())
    }

    /// Number of rows added so far.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// Applies the orientation and returns the picture. Missing rows are white, or transparent if the picture has alpha; the caller says so
    /// in `notes`.
    pub(super) fn finish(mut self, mut notes: Vec<Notice>) -> Picture {
        notes.extend(self.converter.take_note());
        let blank = if self.header.alpha == Alpha::None { 255 } else { 0 };
        self.row.fill(blank);
        while self.rows < self.header.height {
            self.rows += 1;
            match &mut self.reducer {
                Some(reducer) => reducer.push(&self.row),
                None => self.pixels.extend_from_slice(&self.row),
            }
        }
        let (width, height) = (self.header.width, self.header.height);
        let pixels = match self.reducer {
            Some(reducer) => reducer.finish(),
            None => RgbaImage::from_raw(width, height, self.pixels).unwrap_or_default(),
        };
        let turned = matches!(
            self.header.orientation,
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        let mut upright = image::DynamicImage::ImageRgba8(pixels);
        upright.apply_orientation(self.header.orientation);
        let size = if turned { (height, width) } else { (width, height) };
        Picture { pixels: upright.into_rgba8(), size, notes, text: Vec::new(), mask: None }
    }
}
