//! JPEG: baseline and progressive Huffman coding with 8-bit samples.
//!
//! The program has its own decoder because no crate does all of this: deliver rows as they are decoded, so that a baseline picture of any size
//! needs memory for a few rows only; read non-interleaved scans; round and upsample like libjpeg; and report damage within the data, which
//! others fill with grey or reject.

mod bits;
mod entropy;
mod error;
mod frame;
mod idct;
mod output;
mod tables;

use std::io::SeekFrom;

use super::assembler::{Assembler, Header, Picture, exif_orientation, is_nearly_whole};
use super::color::ColorEncoding;
use super::error::DecodeError;
use super::limits::{MAX_PROFILE, check_streamed_size};
use super::row::{Alpha, ColorModel};
use super::source::Source;
use crate::notice;
use crate::notice::Notice;
use bits::{Bits, Huffman};
use entropy::Entropy;
use error::{damaged, variant};
use frame::{Frame, Scan, ScanPart, ZIGZAG};
use output::{Colors, Output};

/// Largest memory for the coefficients of a picture that is decoded as a whole, bytes.
const MAX_COEFFICIENTS: u64 = 384 << 20;
/// Most scans; a typical progressive file has ten.
const MAX_SCANS: usize = 100;
/// Most APP2 segments of an ICC profile; with more, the profile exceeds its size limit.
const MAX_ICC_PARTS: usize = 256;

fn damage_note() -> Notice {
    notice!("decode-note-damaged-jpeg")
}

fn missing_rows_note() -> Notice {
    notice!("decode-note-missing-rows", format = "JPEG")
}

pub(super) fn read(source: &mut dyn Source, side: usize) -> Result<Picture, DecodeError> {
    Reader { side, ..Reader::default() }.read(source)
}

#[derive(Default)]
struct Reader {
    /// Most pixels a side of the result.
    side: usize,
    frame: Option<Frame>,
    quantisers: [Option<[u16; 64]>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    restart: usize,
    jfif: bool,
    adobe: Option<u8>,
    exif: Option<Vec<u8>>,
    icc: Vec<(u8, u8, Vec<u8>)>,
    icc_bytes: usize,
    scans: usize,
    broken: bool,
    notes: Vec<Notice>,
}

/// How a scan ended.
enum Ended {
    Whole,
    /// MCU row where the data ended, and the number of rows.
    At(usize, usize),
}

impl Reader {
    fn read(mut self, source: &mut dyn Source) -> Result<Picture, DecodeError> {
        let height = find_height(source);
        let mut bits = Bits::new(source);
        bits.bytes(2);
        let mut marker = next_marker(&mut bits);
        while let Some(code) = marker {
            match code {
                0xD9 => break,
                // Markers without a segment.
                0x01 | 0xD0..=0xD8 => marker = next_marker(&mut bits),
                0xDA => {
                    let scan = self.start_scan(&segment(&mut bits)?)?;
                    let frame = self.frame.as_mut().ok_or_else(|| damaged(notice!("decode-damage-data-before-frame")))?;
                    if frame.height == 0 {
                        frame.set_height(height.ok_or_else(|| damaged(notice!("decode-damage-height")))?);
                    }
                    if self.scans == 0 {
                        check_streamed_size(frame.width as u32, frame.height as u32)?;
                        if let Some(frame) = self.frame.take_if(|f| !f.progressive && scan.parts.len() == f.components.len()) {
                            return self.stream(frame, scan, &mut bits);
                        }
                        self.allocate()?;
                    }
                    self.scans += 1;
                    if self.scans > MAX_SCANS {
                        return Err(damaged(notice!("decode-damage-scans")));
                    }
                    marker = self.store(scan, &mut bits)?;
                }
                0xC4 => self.huffman(&segment(&mut bits)?)?,
                0xC0..=0xC2 => {
                    let data = segment(&mut bits)?;
                    if self.frame.is_some() {
                        return Err(variant(notice!("decode-uses-hierarchical")));
                    }
                    self.frame = Some(Frame::read(&data, code == 0xC2)?);
                }
                0xC3 => return Err(variant(notice!("decode-uses-lossless"))),
                0xC5..=0xC7 | 0xDE => return Err(variant(notice!("decode-uses-hierarchical"))),
                0xC8..=0xCF => return Err(variant(notice!("decode-uses-arithmetic"))),
                _ => {
                    let data = segment(&mut bits)?;
                    self.other(code, data)?;
                }
            }
            if !matches!(code, 0xDA | 0x01 | 0xD0..=0xD8) {
                marker = next_marker(&mut bits);
            }
        }
        self.finish(marker.is_some())
    }

    /// Reads a segment with tables or metadata.
    fn other(&mut self, code: u8, data: Vec<u8>) -> Result<(), DecodeError> {
        match code {
            0xDB => self.quantisers(&data)?,
            0xDD => match data.as_slice() {
                &[high, low, ..] => self.restart = usize::from(high) << 8 | usize::from(low),
                _ => return Err(damaged(notice!("decode-damage-restart"))),
            },
            0xE0 if data.starts_with(b"JFIF") => self.jfif = true,
            0xE1 if self.exif.is_none() => self.exif = data.strip_prefix(b"Exif\0").and_then(|d| d.get(1..)).map(<[u8]>::to_vec),
            0xE2 => {
                if let Some([number, of, part @ ..]) = data.strip_prefix(b"ICC_PROFILE\0")
                    && self.icc_bytes <= MAX_PROFILE
                    && self.icc.len() < MAX_ICC_PARTS
                {
                    self.icc_bytes += part.len();
                    self.icc.push((*number, *of, part.to_vec()));
                }
            }
            0xEE if data.starts_with(b"Adobe") => self.adobe = data.get(11).copied(),
            _ => {}
        }
        Ok(())
    }

    fn quantisers(&mut self, mut data: &[u8]) -> Result<(), DecodeError> {
        let short = || damaged(notice!("decode-damage-short-quantisation"));
        while let Some((&head, rest)) = data.split_first() {
            let width = if head >> 4 == 0 { 1 } else { 2 };
            let values = rest.get(..64 * width).ok_or_else(short)?;
            let slot = self.quantisers.get_mut(usize::from(head & 15)).ok_or_else(short)?;
            let mut table = [0; 64];
            for (v, &z) in values.chunks_exact(width).zip(&ZIGZAG) {
                table[usize::from(z)] = v.iter().fold(0, |n, &b| n << 8 | u16::from(b));
            }
            *slot = Some(table);
            data = &rest[64 * width..];
        }
        Ok(())
    }

    fn huffman(&mut self, mut data: &[u8]) -> Result<(), DecodeError> {
        let broken = || damaged(notice!("decode-damage-huffman"));
        while let Some((&head, rest)) = data.split_first() {
            let counts: &[u8; 16] = rest.get(..16).and_then(|c| c.try_into().ok()).ok_or_else(broken)?;
            let total: usize = counts.iter().map(|&c| usize::from(c)).sum();
            let symbols = rest.get(16..16 + total).filter(|_| total <= 256).ok_or_else(broken)?;
            let slots = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *slots.get_mut(usize::from(head & 15)).ok_or_else(broken)? = Some(Huffman::new(counts, symbols).ok_or_else(broken)?);
            data = &rest[16 + total..];
        }
        Ok(())
    }

    fn start_scan(&mut self, data: &[u8]) -> Result<Scan, DecodeError> {
        let broken = || damaged(notice!("decode-damage-scan-header"));
        let frame = self.frame.as_mut().ok_or_else(|| damaged(notice!("decode-damage-data-before-frame")))?;
        let (&count, rest) = data.split_first().ok_or_else(broken)?;
        let count = usize::from(count);
        let (&[first, last, approximation], list) =
            rest.get(count * 2..count * 2 + 3).and_then(|t| t.try_into().ok()).zip(rest.get(..count * 2)).ok_or_else(broken)?;
        let (mut first, mut last, mut high, mut low) = (first, last, approximation >> 4, approximation & 15);
        if !frame.progressive {
            (first, last, high, low) = (0, 63, 0, 0);
        }
        let band = first <= last && last < 64 && low < 14 && (first > 0 || last == 0 || !frame.progressive) && (first == 0 || count == 1);
        if !(1..=4).contains(&count) || !band || high > 0 && high != low + 1 {
            return Err(broken());
        }
        let mut parts: Vec<ScanPart> = Vec::new();
        for pair in list.chunks_exact(2) {
            let component = frame.components.iter().position(|c| c.id == pair[0]).ok_or_else(broken)?;
            let (dc, ac) = (usize::from(pair[1] >> 4), usize::from(pair[1] & 15));
            if parts.iter().any(|p| p.component == component) || dc > 3 || ac > 3 {
                return Err(broken());
            }
            let c = &mut frame.components[component];
            if c.quantisers.is_none() {
                c.quantisers = Some(self.quantisers[c.table].ok_or_else(|| damaged(notice!("decode-damage-no-quantisation")))?);
            }
            c.precision[usize::from(first)..=usize::from(last)].fill(low);
            // Motion JPEG omits the standard tables.
            let dc = self.dc[dc].clone().or_else(|| tables::standard(false, dc));
            let ac = self.ac[ac].clone().or_else(|| tables::standard(true, ac));
            parts.push(ScanPart { component, dc, ac, predictor: 0 });
        }
        Ok(Scan { parts, first: first.into(), last: last.into(), high: high.into(), low: low.into() })
    }

    /// Allocates the coefficients of the whole picture.
    fn allocate(&mut self) -> Result<(), DecodeError> {
        let Some(frame) = &mut self.frame else { return Ok(()) };
        if frame.coefficient_bytes() > MAX_COEFFICIENTS {
            let remedy = notice!("decode-remedy-progressive");
            return Err(DecodeError::TooLarge { width: frame.width as u32, height: frame.height as u32, remedy });
        }
        frame.allocate(frame.mcus.1);
        Ok(())
    }

    fn colors(&self, frame: &Frame) -> Colors {
        let ids: Vec<u8> = frame.components.iter().map(|c| c.id).collect();
        // In libjpeg's order of precedence: JFIF, Adobe, component IDs.
        match (frame.components.len(), self.adobe) {
            (1, _) => Colors::Gray,
            (3, _) if self.jfif => Colors::YCbCr,
            (3, Some(0)) => Colors::Rgb,
            (3, None) if ids == *b"RGB" => Colors::Rgb,
            (3, _) => Colors::YCbCr,
            (_, Some(0) | None) => Colors::Cmyk,
            _ => Colors::Ycck,
        }
    }

    fn assembler(&mut self, frame: &Frame) -> (Assembler, Output) {
        let colors = self.colors(frame);
        let model = match colors {
            Colors::Gray => ColorModel::Gray,
            Colors::Rgb | Colors::YCbCr => ColorModel::Rgb,
            Colors::Cmyk | Colors::Ycck => ColorModel::Cmyk,
        };
        let orientation = exif_orientation(self.exif.as_deref());
        let header = Header {
            width: frame.width as u32,
            height: frame.height as u32,
            model,
            alpha: Alpha::None,
            encoding: self.profile(),
            orientation,
        };
        (Assembler::new(header, self.side), Output::new(frame, colors))
    }

    fn profile(&mut self) -> ColorEncoding {
        let mut parts = std::mem::take(&mut self.icc);
        let Some(&(_, of, _)) = parts.first() else { return ColorEncoding::Srgb };
        parts.sort_by_key(|p| p.0);
        let whole = usize::from(of) == parts.len() && parts.iter().zip(1..).all(|(p, n)| p.0 == n);
        // With a part missing, the profile is empty and will be reported as damaged.
        ColorEncoding::Icc(if whole || self.icc_bytes > MAX_PROFILE { parts.into_iter().flat_map(|p| p.2).collect() } else { Vec::new() })
    }

    /// Decodes a picture of a single scan row by row.
    fn stream(mut self, mut frame: Frame, mut scan: Scan, bits: &mut Bits<'_>) -> Result<Picture, DecodeError> {
        let (mut assembler, mut output) = self.assembler(&frame);
        frame.allocate(1);
        let mut failure = None;
        let ended = self.scan(&mut frame, &mut scan, bits, true, &mut |frame| {
            let result = output.add(frame, 0, &mut assembler);
            frame.components.iter_mut().for_each(|c| c.coefficients.fill(0));
            failure = result.err();
            failure.is_none()
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        if let Ended::At(row, rows) = ended {
            self.accept_missing_end(row, rows)?;
        } else if bits.next_marker().1 > 0 {
            self.broken = true;
        }
        if self.broken {
            self.notes.push(damage_note());
        }
        Ok(assembler.finish(self.notes))
    }

    /// Accepts missing rows at the end with a note.
    ///
    /// # Errors
    /// More than the last rows are missing.
    fn accept_missing_end(&mut self, row: usize, rows: usize) -> Result<(), DecodeError> {
        if !is_nearly_whole(row, rows) {
            return Err(damaged(notice!("decode-damage-progress", percent = row * 100 / rows.max(1))));
        }
        let note = missing_rows_note();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        Ok(())
    }

    /// Decodes a scan into the stored coefficients; returns the marker after it.
    fn store(&mut self, mut scan: Scan, bits: &mut Bits<'_>) -> Result<Option<u8>, DecodeError> {
        let Some(mut frame) = self.frame.take() else { return Ok(None) };
        let ended = self.scan(&mut frame, &mut scan, bits, false, &mut |_| true);
        if let Ended::At(row, rows) = ended {
            self.accept_missing_end(row, rows)?;
        }
        self.frame = Some(frame);
        let (marker, extra) = bits.next_marker();
        self.broken |= extra > 0;
        Ok(marker)
    }

    /// Decodes the blocks of a scan and calls `row` after each row of MCUs. `one_row`: only one row of MCUs is allocated.
    fn scan(
        &mut self,
        frame: &mut Frame,
        scan: &mut Scan,
        bits: &mut Bits<'_>,
        one_row: bool,
        row: &mut dyn FnMut(&mut Frame) -> bool,
    ) -> Ended {
        let mut entropy = Entropy::new();
        let single = match scan.parts.as_slice() {
            [one] => Some(one.component),
            _ => None,
        };
        // In a non-interleaved scan, an MCU is one block, and there are no padding blocks.
        let (across, down) = single.map_or(frame.mcus, |c| frame.components[c].blocks);
        let nearly_all = |x: usize, y: usize| is_nearly_whole(y * across + x, across * down);
        let (mut left, mut expected, mut skipping, mut ended) = (self.restart, 0u8, false, None);
        for y in 0..down {
            let stored = if one_row { 0 } else { y };
            for x in 0..across {
                if self.restart > 0 && left == 0 {
                    let (marker, extra) = bits.next_marker();
                    self.broken |= extra > 0;
                    let Some(code @ 0xD0..=0xD7) = marker else {
                        // The scan ended early; the marker belongs to the next segment.
                        bits.put_back(marker);
                        ended = Some(x);
                        break;
                    };
                    self.broken |= code & 7 != expected;
                    (left, expected, skipping) = (self.restart, (expected + 1) & 7, false);
                    entropy.restart(scan);
                }
                left = left.wrapping_sub(1);
                if skipping {
                    continue;
                }
                let whole = match single {
                    Some(_) => entropy.block(bits, frame, scan, 0, (x, stored)),
                    None => mcu(&mut entropy, bits, frame, scan, (x, stored)),
                };
                if whole.is_none() {
                    self.broken = true;
                    // Decoding resumes at the next restart marker.
                    if self.restart == 0 {
                        ended = Some(x);
                        break;
                    }
                    skipping = true;
                }
            }
            if let Some(x) = ended {
                // The rest of the last row stays grey.
                if y + 1 < down || !nearly_all(x, y) {
                    return Ended::At(y, down);
                }
                self.broken = true;
            }
            if !row(frame) {
                return Ended::Whole;
            }
        }
        self.broken |= entropy.suspicious;
        Ended::Whole
    }

    /// Builds the picture from the stored coefficients. `ended`: an end-of-image marker was read.
    fn finish(mut self, ended: bool) -> Result<Picture, DecodeError> {
        let frame = self.frame.take().filter(|_| self.scans > 0).ok_or_else(|| damaged(notice!("decode-damage-no-data")))?;
        if frame.components.iter().any(|c| c.precision[0] == u8::MAX) {
            return Err(damaged(notice!("decode-damage-no-component")));
        }
        let finished = frame.components.iter().all(|c| c.precision.iter().all(|&p| p == 0));
        if !ended && !finished {
            return Err(damaged(notice!("decode-damage-no-detail")));
        }
        self.broken |= !finished;
        let (mut assembler, mut output) = self.assembler(&frame);
        for row in 0..frame.mcus.1 {
            output.add(&frame, row, &mut assembler)?;
        }
        if self.broken {
            self.notes.push(damage_note());
        }
        Ok(assembler.finish(self.notes))
    }
}

/// Decodes an MCU of an interleaved scan; `None` if the data is damaged.
#[inline]
fn mcu(entropy: &mut Entropy, bits: &mut Bits<'_>, frame: &mut Frame, scan: &mut Scan, (x, y): (usize, usize)) -> Option<()> {
    for part in 0..scan.parts.len() {
        let c = &frame.components[scan.parts[part].component];
        let (h, v) = (c.h, c.v);
        for by in 0..v {
            for bx in 0..h {
                entropy.block(bits, frame, scan, part, (x * h + bx, y * v + by))?;
            }
        }
    }
    Some(())
}

/// Skips to the next marker outside of entropy-coded data; `None` at the end of the file.
fn next_marker(bits: &mut Bits<'_>) -> Option<u8> {
    loop {
        while bits.byte()? != 0xFF {}
        let mut code = bits.byte()?;
        while code == 0xFF {
            code = bits.byte()?;
        }
        if code != 0 {
            return Some(code);
        }
    }
}

/// Reads the content of a segment.
fn segment(bits: &mut Bits<'_>) -> Result<Vec<u8>, DecodeError> {
    let length =
        bits.bytes(2).map(|b| usize::from(b[0]) << 8 | usize::from(b[1])).ok_or_else(|| damaged(notice!("decode-damage-segment")))?;
    let length = length.checked_sub(2).ok_or_else(|| damaged(notice!("decode-damage-segment-length")))?;
    bits.bytes(length).ok_or_else(|| damaged(notice!("decode-damage-segment")))
}

/// Finds the height in a DNL segment after the first scan, for files whose frame header omits it.
fn find_height(source: &mut dyn Source) -> Option<usize> {
    let mut bits = Bits::new(source);
    bits.bytes(2);
    let mut unknown = false;
    let found = loop {
        let Some(code) = next_marker(&mut bits) else { break None };
        match code {
            0x01 | 0xD0..=0xD8 => {}
            0xC0..=0xC2 => match segment(&mut bits) {
                Ok(data) if data.get(1..3) == Some(&[0, 0]) => unknown = true,
                _ => break None,
            },
            0xDC if unknown => break segment(&mut bits).ok().and_then(|d| Some(usize::from(*d.first()?) << 8 | usize::from(*d.get(1)?))),
            0xD9 => break None,
            0xDA if !unknown => break None,
            _ if segment(&mut bits).is_err() => break None,
            _ => {}
        }
    };
    source.seek(SeekFrom::Start(0)).ok()?;
    found.filter(|&h| h > 0)
}
