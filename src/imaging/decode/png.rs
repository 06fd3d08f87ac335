//! PNG: row by row unless it is interlaced.

use std::io::SeekFrom;

use image::metadata::Orientation;

use super::assembler::{Assembler, Header, Picture, exif_orientation, is_nearly_whole};
use super::color::ColorEncoding;
use super::error::DecodeError;
use super::limits::{MAX_ALLOC, check_size, check_streamed_size};
use super::row::{Alpha, ColorModel, Row};
use super::source::Source;
use crate::imaging::png_chunks::{Chunks, read_chunks};
use crate::notice;
use crate::notice::Notice;

/// Interlaced pictures whose 16-bit samples take more memory than this are read with 8 bits, bytes.
const MAX_DEEP_BYTES: u64 = 256 << 20;

fn damaged(detail: Notice) -> DecodeError {
    DecodeError::damaged("PNG", detail)
}

/// Replaces the decoder's error, which addresses programmers.
fn fail(error: png::DecodingError) -> DecodeError {
    match error {
        png::DecodingError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => DecodeError::Io(e.to_string()),
        png::DecodingError::IoError(_) => damaged(notice!("decode-damage-ends-early")),
        png::DecodingError::LimitsExceeded => damaged(notice!("decode-damage-memory")),
        _ => damaged(notice!("decode-damage-packing")),
    }
}

pub(super) fn read(source: &mut dyn Source, side: usize) -> Result<Picture, DecodeError> {
    let chunks = read_chunks(source);
    source.seek(SeekFrom::Start(0))?;
    let bad_name = chunks.bad_name;
    read_pixels(source, chunks, side).map_err(|error| match error {
        DecodeError::Damaged { .. } if bad_name => damaged(notice!("decode-damage-chunk-name")),
        other => other,
    })
}

fn read_pixels(source: &mut dyn Source, chunks: Chunks, side: usize) -> Result<Picture, DecodeError> {
    let mut decoder = png::Decoder::new_with_limits(source, png::Limits { bytes: MAX_ALLOC as usize });
    // `read_chunks` has read text and profiles, within its limits.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let info = decoder.read_header_info().map_err(fail)?;
    let (width, height, interlaced) = (info.width, info.height, info.interlaced);
    let deep = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(8);
    let mut transformations = png::Transformations::EXPAND;
    if interlaced {
        check_size(width, height)?;
        if deep > MAX_DEEP_BYTES {
            transformations |= png::Transformations::STRIP_16;
        }
    } else {
        check_streamed_size(width, height)?;
    }
    decoder.set_transformations(transformations);
    let mut reader = decoder.read_info().map_err(fail)?;
    let (color, depth) = reader.output_color_type();
    let (model, alpha) = match color {
        png::ColorType::Grayscale => (ColorModel::Gray, Alpha::None),
        png::ColorType::GrayscaleAlpha => (ColorModel::Gray, Alpha::Straight),
        png::ColorType::Rgb | png::ColorType::Indexed => (ColorModel::Rgb, Alpha::None),
        png::ColorType::Rgba => (ColorModel::Rgb, Alpha::Straight),
    };
    let exif = chunks.exif.clone().or_else(|| exif_in_text(&chunks.text));
    let orientation = match exif {
        Some(exif) => exif_orientation(Some(&exif)),
        None => orientation_in_xmp(&chunks.text).unwrap_or(Orientation::NoTransforms),
    };
    let header = Header { width, height, model, alpha, encoding: encoding(&chunks), orientation };
    let mut assembler = Assembler::new(header, side);
    let wide = depth == png::BitDepth::Sixteen;
    let mut notes = Vec::new();
    let ended = if interlaced {
        let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(|| damaged(notice!("decode-damage-memory")))?];
        let ended = reader.next_frame(&mut pixels).map(|_| ());
        // Even the first pass covers the whole picture coarsely, so rows cannot measure completeness: it is decoded completely or not at all.
        ended.map_err(fail)?;
        let row = assembler.row_samples() * (1 + usize::from(wide));
        pixels.chunks_exact(row).try_for_each(|row| push(&mut assembler, row, wide))?;
        Ok(())
    } else {
        loop {
            match reader.next_row() {
                Ok(Some(row)) => push(&mut assembler, row.data(), wide)?,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        }
    };
    let rows = assembler.rows();
    match ended {
        Err(_) if rows == height => {}
        Err(_) if is_nearly_whole(rows as usize, height as usize) => {
            notes.push(notice!("decode-note-missing-rows", format = "PNG"));
        }
        Err(error) => return Err(fail(error)),
        Ok(()) => {}
    }
    let mut picture = assembler.finish(notes);
    picture.text = chunks.text;
    picture.mask = chunks.mask;
    Ok(picture)
}

fn push(assembler: &mut Assembler, row: &[u8], wide: bool) -> Result<(), DecodeError> {
    if !wide {
        return assembler.push(Row::U8(row));
    }
    let samples: Vec<u16> = row.chunks_exact(2).map(|s| u16::from_be_bytes([s[0], s[1]])).collect();
    assembler.push(Row::U16(&samples))
}

/// The colour encoding by the precedence of the specification (third edition, 4.3): cICP, iCCP, sRGB, gAMA with cHRM.
fn encoding(chunks: &Chunks) -> ColorEncoding {
    match chunks {
        Chunks { cicp: Some((primaries, transfer)), .. } => ColorEncoding::Cicp { primaries: *primaries, transfer: *transfer },
        Chunks { icc: Some(icc), .. } => ColorEncoding::Icc(icc.clone()),
        Chunks { srgb: true, .. } | Chunks { gamma: None, chromaticities: None, .. } => ColorEncoding::Srgb,
        Chunks { gamma, chromaticities, .. } => {
            ColorEncoding::Gamma { exponent: 1.0 / gamma.unwrap_or(1.0 / 2.2), chromaticities: *chromaticities }
        }
    }
}

/// The orientation in an XMP packet, as an attribute or an element; exiftool and older Adobe programs write it instead of EXIF.
fn orientation_in_xmp(text: &[(String, String)]) -> Option<Orientation> {
    let (_, xmp) = text.iter().find(|(key, _)| key == "XML:com.adobe.xmp")?;
    let (_, value) = xmp.split_once("tiff:Orientation")?;
    let digit = value.trim_start_matches(['=', '"', '\'', '>', ' ']).chars().next()?.to_digit(10)?;
    Orientation::from_exif(u8::try_from(digit).ok()?)
}

/// EXIF as ImageMagick writes it: a text entry with a name, the length and the bytes in hexadecimal.
fn exif_in_text(text: &[(String, String)]) -> Option<Vec<u8>> {
    let (_, value) = text.iter().find(|(key, _)| matches!(key.as_str(), "Raw profile type exif" | "Raw profile type APP1"))?;
    let digits: Vec<u8> = value.lines().skip(3).flat_map(str::chars).filter_map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    Some(digits.chunks_exact(2).map(|d| d[0] << 4 | d[1]).collect())
}
