//! Reads the strips or tiles of a page, row by row.

use std::io::{Cursor, Read};

use super::super::assembler::{Assembler, Header, Picture, is_nearly_whole};
use super::super::color::ColorEncoding;
use super::super::error::DecodeError;
use super::super::row::{Alpha, ColorModel};
use super::colors::ColorRows;
use super::compression::{Compression, Subsampled, unpack};
use super::error::{damaged, remedy_compression, variant};
use super::fax;
use super::file::{ReadAt, Segment};
use super::jpeg::{self, Expected, MAX_PICTURE_BYTES};
use super::page::{Page, SampleKind};
use super::samples::{Placement, RowDecoder, Samples, place};
use crate::notice;

/// Most strips or tiles that are decompressed side by side row by row, each with its own decompressor. More are decompressed as a whole.
const MAX_STREAMS: usize = 64;
/// Largest Zstandard window of a single stream, bytes: what the highest level of the reference encoder uses.
const MAX_WINDOW: u64 = 128 << 20;
/// Memory for the windows of all streams that are open at once, bytes.
const MAX_WINDOWS: u64 = 256 << 20;

/// Decodes a page.
///
/// # Errors
/// More than the last rows are damaged; missing last rows are left blank with a note.
pub(super) fn read(file: &dyn ReadAt, page: &Page, side: usize) -> Result<Picture, DecodeError> {
    let model = page.photometric.model();
    let light = page.kind == SampleKind::Float && matches!(model, ColorModel::Gray | ColorModel::Rgb);
    let encoding = match (page.icc.is_empty(), light) {
        (false, _) => ColorEncoding::Icc(page.icc.clone()),
        (true, true) => ColorEncoding::Linear,
        (true, false) => ColorEncoding::Srgb,
    };
    let header = Header { width: page.width, height: page.height, model, alpha: page.alpha, encoding, orientation: page.orientation };
    let mut assembler = Assembler::new(header, side);
    let mut reader = PageReader::new(file, page);
    let mut notes = Vec::new();
    for band in 0..page.grid.1 {
        match reader.read_band(band, &mut assembler) {
            Ok(()) => {}
            Err(DecodeError::Damaged { .. }) if is_nearly_whole(assembler.rows() as usize, page.height as usize) => {
                notes.push(notice!("decode-note-missing-rows", format = "TIFF"));
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(assembler.finish(notes))
}

/// A strip or tile whose rows are being read.
struct Lane<'a> {
    rows: Box<dyn Read + 'a>,
    /// Column of its first pixel.
    x: usize,
    /// Index of its channel in a planar file.
    plane: usize,
}

struct PageReader<'a> {
    file: &'a dyn ReadAt,
    page: &'a Page,
    /// Maps samples of a pixel in the file to samples of the picture.
    channels: Vec<(usize, usize)>,
    samples: Samples,
    colors: ColorRows,
    decoder: RowDecoder,
    row: Vec<u8>,
}

impl<'a> PageReader<'a> {
    fn new(file: &'a dyn ReadAt, page: &'a Page) -> Self {
        let colours = page.photometric.samples();
        let mut channels: Vec<(usize, usize)> = (0..colours).map(|c| (c, c)).collect();
        channels.extend(page.alpha_sample.filter(|_| page.alpha != Alpha::None).map(|c| (c, colours)));
        let samples = Samples::for_page(page, page.width as usize * channels.len());
        let row = vec![0; page.chunk_row_bytes()];
        Self { file, page, channels, samples, colors: ColorRows::new(page), decoder: RowDecoder::new(page), row }
    }

    /// Reads a row of tiles, or one strip of each plane.
    fn read_band(&mut self, band: u32, assembler: &mut Assembler) -> Result<(), DecodeError> {
        let page = self.page;
        let rows = page.chunk.1.min(page.height - band * page.chunk.1) as usize;
        let mut lanes = self.open(band, rows)?;
        for _ in 0..rows {
            for lane in &mut lanes {
                lane.rows.read_exact(&mut self.row).map_err(damage)?;
                self.decoder.decode(&mut self.row);
                let plane;
                let channels = if page.planar {
                    plane = [(0, lane.plane)];
                    &plane[..]
                } else {
                    &self.channels
                };
                let count = (page.width as usize - lane.x).min(page.chunk.0 as usize);
                let to_samples = self.channels.len();
                let placement = Placement { x: lane.x, count, from_samples: page.chunk_samples(), to_samples, channels };
                place(&self.row, page, &placement, &mut self.samples);
            }
            assembler.push(self.colors.convert(&mut self.samples))?;
        }
        Ok(())
    }

    fn open(&self, band: u32, rows: usize) -> Result<Vec<Lane<'a>>, DecodeError> {
        let page = self.page;
        let across = page.grid.0 as usize;
        let planes: Vec<(usize, usize)> = if page.planar { self.channels.clone() } else { vec![(0, 0)] };
        let count = across * planes.len();
        let unpacked = self.row.len() as u64 * rows as u64;
        let whole = count > MAX_STREAMS;
        if (whole || page.compression.is_picture() || page.compression.is_fax()) && unpacked * count as u64 > MAX_PICTURE_BYTES {
            return Err(variant(notice!("decode-uses-large-strips"), remedy_compression()));
        }
        let mut lanes = Vec::with_capacity(count);
        for (from, plane) in planes {
            let first = (from * page.grid.1 as usize + band as usize) * across;
            for column in 0..across {
                let chunk = page.chunks[first + column];
                let mut stream = self.stream(chunk, rows, count)?;
                if whole {
                    let mut bytes = Vec::with_capacity(unpacked as usize);
                    stream.take(unpacked).read_to_end(&mut bytes).map_err(damage)?;
                    stream = Box::new(Cursor::new(bytes));
                }
                lanes.push(Lane { rows: stream, x: column * page.chunk.0 as usize, plane });
            }
        }
        Ok(lanes)
    }

    /// Largest Zstandard window of each of `lanes` streams. A window is never larger than the decompressed data, so only large streams share
    /// the memory.
    fn max_window(&self, rows: usize, lanes: usize) -> u64 {
        let unpacked = (self.row.len() * rows * lanes) as u64;
        if unpacked <= MAX_WINDOWS { MAX_WINDOW } else { MAX_WINDOW.min(MAX_WINDOWS / lanes.max(1) as u64) }
    }

    /// Opens the decompressed bytes of a strip or tile, of which at least `rows` rows are needed. `lanes` streams are open at once.
    fn stream(&self, chunk: (u64, u64), rows: usize, lanes: usize) -> Result<Box<dyn Read + 'a>, DecodeError> {
        let page = self.page;
        let buffer = if lanes > 8 { 1 << 14 } else { 1 << 16 };
        let reversed = page.reversed && !page.compression.is_picture();
        let packed = Segment::new(self.file, chunk, reversed, buffer);
        let width = page.chunk.0 as usize;
        let expected = Expected { width, rows, samples: page.chunk_samples(), full_rows: page.chunk.1 as usize };
        let all = |packed: Segment<'_>| packed.read_all(MAX_PICTURE_BYTES).map_err(damage);
        Ok(match &page.compression {
            Compression::Jpeg(tables) => Box::new(Cursor::new(jpeg::decode_jpeg(tables, all(packed)?, expected)?)),
            Compression::WebP => Box::new(Cursor::new(jpeg::decode_webp(&all(packed)?, expected)?)),
            Compression::Fax(kind) => Box::new(Cursor::new(fax::unpack(&all(packed)?, *kind, width, rows))),
            scheme => {
                let unpacked = unpack(scheme, packed, self.max_window(rows, lanes)).map_err(damage)?;
                if page.subsampling == (1, 1) { unpacked } else { Box::new(Subsampled::new(unpacked, width, page.subsampling)) }
            }
        })
    }
}

/// Replaces the error of a decompressor, which addresses programmers.
fn damage(error: std::io::Error) -> DecodeError {
    match error.kind() {
        std::io::ErrorKind::OutOfMemory => variant(notice!("decode-uses-large-strips"), remedy_compression()),
        std::io::ErrorKind::UnexpectedEof => damaged(notice!("decode-damage-last-row")),
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Other => {
            damaged(notice!("decode-damage-compressed-data"))
        }
        _ => DecodeError::Io(error.to_string()),
    }
}
