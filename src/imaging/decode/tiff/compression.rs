//! Compression schemes of strips and tiles, and their decompression as streams.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::{StreamingDecoder, errors::FrameDecoderError};
use weezl::{BitOrder, LzwStatus, decode::Decoder as LzwDecoder};

use super::super::error::DecodeError;
use super::error::{remedy_compression, variant};
use super::fax::FaxKind;
use super::file::{ReadAt, Segment};
use super::ifd::{Ifd, tag};
use crate::notice;

/// A supported compression scheme.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Compression {
    None,
    Lzw,
    Deflate,
    PackBits,
    Zstd,
    /// Baseline and progressive JPEG with the tables that all strips or tiles share (may be empty).
    Jpeg(Vec<u8>),
    WebP,
    Fax(FaxKind),
}

impl Compression {
    /// Reads the scheme of a directory.
    ///
    /// # Errors
    /// The scheme is not supported; the error names it.
    pub(super) fn new(file: &dyn ReadAt, ifd: &Ifd, number: u64) -> Result<Self, DecodeError> {
        Ok(match number {
            1 => Self::None,
            2 => Self::Fax(FaxKind::Rows { align: 8 }),
            3 => match ifd.number(file, tag::T4_OPTIONS)?.unwrap_or(0) {
                options if options & 2 != 0 => return Err(variant(notice!("decode-uses-group-3"), remedy_compression())),
                options => Self::Fax(FaxKind::Group3 { two_dimensional: options & 1 != 0 }),
            },
            4 => Self::Fax(FaxKind::Group4),
            5 => Self::Lzw,
            7 => Self::Jpeg(ifd.bytes(file, tag::JPEG_TABLES)?),
            8 | 32946 => Self::Deflate,
            32771 => Self::Fax(FaxKind::Rows { align: 16 }),
            32773 => Self::PackBits,
            50000 => Self::Zstd,
            50001 => Self::WebP,
            other => {
                let scheme = match other {
                    6 => return Err(variant(notice!("decode-uses-old-jpeg"), remedy_compression())),
                    9 | 10 => "JBIG",
                    32766 => "NeXT",
                    32809 => "ThunderScan",
                    32895..=32898 => return Err(variant(notice!("decode-uses-prepress"), remedy_compression())),
                    32908 | 32909 => "Pixar",
                    33003 | 33005 | 34712 => "JPEG 2000",
                    34661 => "JBIG",
                    34676 | 34677 => "SGI LogLuv",
                    34887 => "LERC",
                    34925 => "LZMA",
                    50002 | 52546 => "JPEG XL",
                    _ => return Err(variant(notice!("decode-uses-unknown-compression", number = other), remedy_compression())),
                };
                return Err(variant(notice!("decode-uses-compression", scheme = scheme), remedy_compression()));
            }
        })
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::None
    }

    pub(super) fn is_fax(&self) -> bool {
        matches!(self, Self::Fax(_))
    }

    /// Whether every strip or tile is a complete picture file.
    pub(super) fn is_picture(&self) -> bool {
        matches!(self, Self::Jpeg(_) | Self::WebP)
    }

    /// Whether the scheme supports the Predictor tag; libtiff ignores it for the others too.
    pub(super) fn has_predictor(&self) -> bool {
        matches!(self, Self::Lzw | Self::Deflate | Self::Zstd)
    }
}

/// Decompresses a segment as a stream, for schemes other than fax and picture formats.
///
/// # Errors
/// The stream is invalid; `OutOfMemory` if a Zstandard window exceeds `max_window` bytes.
pub(super) fn unpack<'a>(scheme: &Compression, mut packed: Segment<'a>, max_window: u64) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match scheme {
        Compression::Lzw => {
            // Old programs wrote LZW with reversed bit order. Current streams start with code 256, so they cannot begin like this.
            let old = matches!(packed.fill_buf()?, [0, second, ..] if second & 1 == 1);
            let decoder = if old { LzwDecoder::new(BitOrder::Lsb, 8) } else { LzwDecoder::with_tiff_size_switch(BitOrder::Msb, 8) };
            Box::new(Lzw { packed, decoder, done: false })
        }
        Compression::Deflate => Box::new(flate2::bufread::ZlibDecoder::new(packed)),
        Compression::PackBits => Box::new(PackBits { packed, run: Run::Header }),
        Compression::Zstd => Box::new(StreamingDecoder::new_with_max_window_size(packed, max_window).map_err(|error| match error {
            FrameDecoderError::WindowSizeTooBig { .. } => io::Error::from(io::ErrorKind::OutOfMemory),
            _ => io::ErrorKind::InvalidData.into(),
        })?),
        _ => Box::new(packed),
    })
}

struct Lzw<'a> {
    packed: Segment<'a>,
    decoder: LzwDecoder,
    done: bool,
}

impl Read for Lzw<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.done && !out.is_empty() {
            let input = self.packed.fill_buf()?;
            let result = self.decoder.decode_bytes(input, out);
            self.packed.consume(result.consumed_in);
            match result.status {
                Ok(LzwStatus::Ok) => {}
                Ok(LzwStatus::Done) => self.done = true,
                // weezl also reports this when it has written bytes from codes that it had read before.
                Ok(LzwStatus::NoProgress) => self.done = result.consumed_out == 0,
                Err(_) if result.consumed_out == 0 => return Err(io::ErrorKind::InvalidData.into()),
                Err(_) => {}
            }
            if result.consumed_out > 0 {
                return Ok(result.consumed_out);
            }
        }
        Ok(0)
    }
}

struct PackBits<'a> {
    packed: Segment<'a>,
    run: Run,
}

#[derive(Clone, Copy)]
enum Run {
    Header,
    Literal(usize),
    Repeat(usize, u8),
}

impl PackBits<'_> {
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.packed.fill_buf()?.first().copied();
        self.packed.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

impl Read for PackBits<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < out.len() {
            match self.run {
                Run::Header => match self.byte()? {
                    None => break,
                    Some(128) => {}
                    Some(n @ 0..128) => self.run = Run::Literal(usize::from(n) + 1),
                    Some(n) => {
                        let Some(value) = self.byte()? else { break };
                        self.run = Run::Repeat(257 - usize::from(n), value);
                    }
                },
                Run::Literal(left) => {
                    let input = self.packed.fill_buf()?;
                    let count = left.min(out.len() - written).min(input.len());
                    if count == 0 {
                        break;
                    }
                    out[written..written + count].copy_from_slice(&input[..count]);
                    self.packed.consume(count);
                    written += count;
                    self.run = if left == count { Run::Header } else { Run::Literal(left - count) };
                }
                Run::Repeat(left, value) => {
                    let count = left.min(out.len() - written);
                    out[written..written + count].fill(value);
                    written += count;
                    self.run = if left == count { Run::Header } else { Run::Repeat(left - count, value) };
                }
            }
        }
        Ok(written)
    }
}

/// Expands blocks of Y with one shared Cb and Cr to three samples per pixel.
pub(super) struct Subsampled<R> {
    units: R,
    width: usize,
    factors: (usize, usize),
    packed: Vec<u8>,
    rows: Vec<u8>,
    used: usize,
}

impl<R: Read> Subsampled<R> {
    /// An expander for rows of `width` pixels in blocks of `h` × `v`.
    pub(super) fn new(units: R, width: usize, (h, v): (u32, u32)) -> Self {
        let factors = (h as usize, v as usize);
        let packed = vec![0; width.div_ceil(factors.0) * (factors.0 * factors.1 + 2)];
        let rows = vec![0; width * 3 * factors.1];
        Self { units, width, factors, used: rows.len(), packed, rows }
    }
}

impl<R: Read> Read for Subsampled<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.rows.len() {
            self.units.read_exact(&mut self.packed)?;
            let (h, v) = self.factors;
            for (i, unit) in self.packed.chunks_exact(h * v + 2).enumerate() {
                for (row, luma) in unit[..h * v].chunks_exact(h).enumerate() {
                    for (x, &y) in (i * h..self.width).zip(luma) {
                        let at = (row * self.width + x) * 3;
                        self.rows[at..at + 3].copy_from_slice(&[y, unit[h * v], unit[h * v + 1]]);
                    }
                }
            }
            self.used = 0;
        }
        let count = out.len().min(self.rows.len() - self.used);
        out[..count].copy_from_slice(&self.rows[self.used..self.used + count]);
        self.used += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::SharedFile;
    use super::*;

    #[test]
    fn pack_bits_reads_literals_runs_and_the_byte_that_does_nothing() {
        let packed = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 128, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let mut source = io::Cursor::new(packed);
        let file = SharedFile::new(&mut source).unwrap();
        let segment = Segment::new(&file, (0, packed.len() as u64), false, 3);
        let mut out = Vec::new();
        unpack(&Compression::PackBits, segment, 0).unwrap().read_to_end(&mut out).unwrap();
        let expected = [&[0xAA; 3][..], &[0x80, 0, 0x2A], &[0xAA; 4], &[0x80, 0, 0x2A, 0x22], &[0xAA; 10]].concat();
        assert_eq!(out, expected);
    }

    #[test]
    fn zstandard_windows_are_bounded() {
        // A frame with a window of 8 MiB and one last block: the byte 7, four times.
        let packed = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 13 << 3, 0x23, 0, 0, 7];
        let mut source = io::Cursor::new(packed);
        let file = SharedFile::new(&mut source).unwrap();
        let open = |window| unpack(&Compression::Zstd, Segment::new(&file, (0, packed.len() as u64), false, 64), window);
        let mut out = Vec::new();
        open(8 << 20).unwrap().read_to_end(&mut out).unwrap();
        assert_eq!(out, [7; 4]);
        assert_eq!(open((8 << 20) - 1).err().map(|e| e.kind()), Some(io::ErrorKind::OutOfMemory));
    }

    #[test]
    fn the_last_codes_of_lzw_are_not_lost_when_the_input_has_ended() {
        // 64 zeros in one code each of growing length, read in small pieces.
        let mut bits = Vec::new();
        let codes = std::iter::once(256).chain([0]).chain(258..269).chain([257]);
        codes.for_each(|code: u16| bits.extend((0..9).rev().map(|i| (code >> i & 1) as u8)));
        let packed: Vec<u8> = bits.chunks(8).map(|c| c.iter().enumerate().fold(0, |b, (i, v)| b | v << (7 - i))).collect();
        let mut source = io::Cursor::new(&packed);
        let file = SharedFile::new(&mut source).unwrap();
        for size in [1, 3, 4, 8, 77, 78] {
            let mut stream = unpack(&Compression::Lzw, Segment::new(&file, (0, packed.len() as u64), false, 1 << 16), 0).unwrap();
            let (mut piece, mut total) = (vec![1; size], 0);
            while total + size <= 78 {
                stream.read_exact(&mut piece).unwrap();
                assert!(piece.iter().all(|&b| b == 0));
                total += size;
            }
        }
    }

    #[test]
    fn blocks_with_shared_colour_become_pixels() {
        let units = [1, 2, 3, 4, 100, 200, 5, 6, 7, 8, 110, 210];
        let mut out = Vec::new();
        let mut rows = Subsampled::new(&units[..], 3, (2, 2)).take(18);
        rows.read_to_end(&mut out).unwrap();
        assert_eq!(out, [1, 100, 200, 2, 100, 200, 5, 110, 210, 3, 100, 200, 4, 100, 200, 7, 110, 210]);
    }
}
