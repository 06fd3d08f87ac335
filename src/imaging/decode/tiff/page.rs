//! The validated description of a page, on which the reading of pixels relies.

use image::metadata::Orientation;

use super::super::error::DecodeError;
use super::super::limits::check_streamed_size;
use super::super::row::{Alpha, ColorModel};
use super::compression::Compression;
use super::error::{damaged, remedy_compression, remedy_rgb, variant};
use super::file::ReadAt;
use super::ifd::{Endian, Ifd, tag};
use crate::notice;
use crate::notice::Notice;

/// Largest decompressed row of a strip or tile, bytes.
const MAX_ROW_BYTES: u64 = 64 << 20;
/// Most decompressed bytes in all; a small file may expand to any size.
const MAX_UNPACKED_BYTES: u64 = 4 << 30;
/// Most compressed bytes of all strips or tiles: a multiple of the file's size, and a minimum. In a hostile file they may overlap.
const MAX_PACKED: (u64, u64) = (4, 64 << 20);
/// Most strips or tiles.
const MAX_CHUNKS: u64 = 4 << 20;

/// The type of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SampleKind {
    Integer,
    Float,
}

/// The meaning of a pixel's samples.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Photometric {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    /// The palette, 8-bit sRGB.
    Palette(Vec<[u8; 3]>),
    Cmyk,
    /// Luma weights of red, green and blue, and the reference black and white of the three channels.
    YCbCr {
        weights: [f32; 3],
        reference: [f32; 6],
    },
    /// CIE L*a*b* with a and b in two's complement.
    CieLab,
    /// CIE L*a*b* as in ICC profiles: a and b with an offset.
    IccLab,
}

impl Photometric {
    /// Samples per pixel in the file without extra samples.
    pub(super) fn samples(&self) -> usize {
        match self {
            Self::WhiteIsZero | Self::BlackIsZero | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr { .. } | Self::CieLab | Self::IccLab => 3,
            Self::Cmyk => 4,
        }
    }

    /// The colour model after conversion.
    pub(super) fn model(&self) -> ColorModel {
        match self {
            Self::WhiteIsZero | Self::BlackIsZero => ColorModel::Gray,
            Self::Rgb | Self::Palette(_) | Self::YCbCr { .. } => ColorModel::Rgb,
            Self::Cmyk => ColorModel::Cmyk,
            Self::CieLab | Self::IccLab => ColorModel::Lab,
        }
    }
}

/// A page of a TIFF file.
pub(super) struct Page {
    pub width: u32,
    pub height: u32,
    pub endian: Endian,
    /// Bits per sample, the same for all samples.
    pub bits: u32,
    pub kind: SampleKind,
    pub photometric: Photometric,
    /// Samples per pixel including extra samples.
    pub samples: usize,
    pub alpha: Alpha,
    /// Index of the alpha sample.
    pub alpha_sample: Option<usize>,
    pub compression: Compression,
    /// Predictor: 1 none, 2 horizontal differencing, 3 floating-point.
    pub predictor: u64,
    /// Whether the bits of every byte are reversed.
    pub reversed: bool,
    /// Horizontal and vertical subsampling of Cb and Cr if samples are packed in units, else (1, 1).
    pub subsampling: (u32, u32),
    /// Whether every channel has its own strips or tiles.
    pub planar: bool,
    /// Size of a strip or tile in pixels.
    pub chunk: (u32, u32),
    /// Strips or tiles per row and column.
    pub grid: (u32, u32),
    /// Position and length of the strips or tiles in row-major order, plane by plane.
    pub chunks: Vec<(u64, u64)>,
    pub icc: Vec<u8>,
    pub orientation: Orientation,
}

impl Page {
    /// Samples per pixel of a strip or tile.
    pub(super) fn chunk_samples(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Bytes per decompressed row of a strip or tile.
    pub(super) fn chunk_row_bytes(&self) -> usize {
        (self.chunk.0 as usize * self.chunk_samples() * self.bits as usize).div_ceil(8)
    }

    /// Reads and validates a directory. Without `use_alpha`, alpha is ignored like other extra samples.
    ///
    /// # Errors
    /// The page is an unsupported variant, too large, or its tags are inconsistent.
    pub(super) fn new(file: &dyn ReadAt, ifd: &Ifd, endian: Endian, use_alpha: bool) -> Result<Self, DecodeError> {
        let number = |tag, default: u64| Ok::<u64, DecodeError>(ifd.number(file, tag)?.unwrap_or(default));
        let (width, height) = size(number(tag::WIDTH, 0)?, number(tag::LENGTH, 0)?)?;
        let compression = Compression::new(file, ifd, number(tag::COMPRESSION, 1)?)?;
        let samples = number(tag::SAMPLES_PER_PIXEL, 1)?;
        if samples == 0 || samples > 65_535 {
            return Err(damaged(notice!("decode-damage-no-samples")));
        }
        let samples = samples as usize;
        let (bits, kind, signed) = sample_type(file, ifd, samples)?;
        let photometric = photometric(file, ifd, &compression, samples, bits)?;
        let colours = photometric.samples();
        if samples < colours {
            return Err(variant(notice!("decode-uses-few-channels", colours = colour_name(&photometric), count = samples), remedy_rgb()));
        }
        if signed && photometric.model() != ColorModel::Lab {
            return Err(variant(notice!("decode-uses-signed"), remedy_rgb()));
        }
        check_depth(&photometric, bits, kind)?;
        if compression.is_picture() && (bits != 8 || kind == SampleKind::Float) {
            return Err(variant(notice!("decode-uses-picture-bits", bits = bits), remedy_compression()));
        }
        let (alpha, alpha_sample) = if use_alpha { alpha(file, ifd, colours, samples)? } else { (Alpha::None, None) };
        let planar = samples > 1 && number(tag::PLANAR_CONFIGURATION, 1)? == 2;
        let predictor = if compression.has_predictor() { number(tag::PREDICTOR, 1)? } else { 1 };
        check_predictor(predictor, bits, kind)?;
        let subsampling = subsampling(file, ifd, &photometric, &compression)?;
        if subsampling != (1, 1) && (planar || predictor != 1 || bits != 8 || samples != 3) {
            return Err(variant(notice!("decode-uses-subsampling"), remedy_rgb()));
        }
        let (chunk, tiled) = chunk_size(file, ifd, (width, height))?;
        let grid = (width.div_ceil(chunk.0), height.div_ceil(chunk.1));
        let orientation = u8::try_from(number(tag::ORIENTATION, 1)?).ok().and_then(Orientation::from_exif);
        let mut page = Self {
            width,
            height,
            endian,
            bits,
            kind,
            photometric,
            samples,
            alpha,
            alpha_sample,
            compression,
            predictor,
            reversed: number(tag::FILL_ORDER, 1)? == 2,
            subsampling,
            planar,
            chunk,
            grid,
            chunks: Vec::new(),
            icc: ifd.bytes(file, tag::ICC_PROFILE)?,
            orientation: orientation.unwrap_or(Orientation::NoTransforms),
        };
        let row_bytes = (u64::from(chunk.0) * page.chunk_samples() as u64).saturating_mul(u64::from(bits)) / 8;
        if row_bytes > MAX_ROW_BYTES || page.compression.is_fax() && (bits != 1 || page.chunk_samples() != 1) {
            return Err(damaged(notice!("decode-damage-layout")));
        }
        let planes = if planar { colours as u64 + 1 } else { 1 };
        // Strips and tiles in picture formats are decompressed as a whole, including rows below the page.
        let rows = if page.compression.is_picture() { u64::from(grid.1) * u64::from(chunk.1) } else { u64::from(height) };
        if (row_bytes * u64::from(grid.0)).saturating_mul(rows).saturating_mul(planes) > MAX_UNPACKED_BYTES {
            let remedy = notice!("decode-remedy-pixel-data");
            return Err(DecodeError::TooLarge { width, height, remedy });
        }
        page.chunks = chunks(file, ifd, &page, tiled)?;
        Ok(page)
    }
}

fn size(width: u64, height: u64) -> Result<(u32, u32), DecodeError> {
    let clamped = |v: u64| u32::try_from(v).unwrap_or(u32::MAX);
    let (width, height) = (clamped(width), clamped(height));
    check_streamed_size(width, height)?;
    Ok((width, height))
}

fn sample_type(file: &dyn ReadAt, ifd: &Ifd, samples: usize) -> Result<(u32, SampleKind, bool), DecodeError> {
    let all_bits = ifd.numbers(file, tag::BITS_PER_SAMPLE, samples as u64)?;
    let bits = all_bits.first().copied().unwrap_or(1);
    if all_bits.iter().any(|&b| b != bits) {
        return Err(variant(notice!("decode-uses-mixed-depth"), remedy_rgb()));
    }
    let (kind, signed) = match ifd.number(file, tag::SAMPLE_FORMAT)?.unwrap_or(1) {
        1 | 4 => (SampleKind::Integer, false),
        2 => (SampleKind::Integer, true),
        3 => (SampleKind::Float, false),
        5 | 6 => return Err(variant(notice!("decode-uses-complex"), remedy_rgb())),
        _ => return Err(variant(notice!("decode-uses-unknown-numbers"), remedy_rgb())),
    };
    let read = match kind {
        SampleKind::Integer => matches!(bits, 1..=16 | 24 | 32 | 64),
        SampleKind::Float => matches!(bits, 16 | 32 | 64),
    };
    if !read {
        let float = kind == SampleKind::Float;
        let numbers = if float { notice!("decode-uses-floats", bits = bits) } else { notice!("decode-uses-numbers", bits = bits) };
        return Err(variant(numbers, remedy_rgb()));
    }
    Ok((bits as u32, kind, signed))
}

fn photometric(file: &dyn ReadAt, ifd: &Ifd, compression: &Compression, samples: usize, bits: u32) -> Result<Photometric, DecodeError> {
    // Without the tag, guess as libtiff does.
    let guess = match samples {
        3.. => 2,
        _ if compression.is_fax() => 0,
        _ => 1,
    };
    Ok(match ifd.number(file, tag::PHOTOMETRIC)?.unwrap_or(guess) {
        0 => Photometric::WhiteIsZero,
        // A transparency mask on its own is a black-and-white picture.
        1 | 4 => Photometric::BlackIsZero,
        2 => Photometric::Rgb,
        3 => Photometric::Palette(palette(file, ifd, bits)?),
        5 if ifd.number(file, tag::INK_SET)?.unwrap_or(1) != 1 => {
            return Err(variant(notice!("decode-uses-spot-colours"), remedy_rgb()));
        }
        5 => Photometric::Cmyk,
        6 => {
            let whole = |values: Vec<f32>| values.iter().all(|v| v.is_finite()).then_some(values);
            let weights = whole(ifd.fractions(file, tag::YCBCR_COEFFICIENTS, 3)?).and_then(|v| v.try_into().ok());
            let reference = whole(ifd.fractions(file, tag::REFERENCE_BLACK_WHITE, 6)?).and_then(|v| v.try_into().ok());
            Photometric::YCbCr {
                weights: weights.filter(|w: &[f32; 3]| w[1] > 0.0).unwrap_or([0.299, 0.587, 0.114]),
                reference: reference.unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]),
            }
        }
        8 => Photometric::CieLab,
        9 => Photometric::IccLab,
        10 => return Err(variant(notice!("decode-uses-itu-lab"), remedy_rgb())),
        32844 | 32845 => return Err(variant(notice!("decode-uses-logluv"), remedy_rgb())),
        other => return Err(variant(notice!("decode-uses-unknown-colours", number = other), remedy_rgb())),
    })
}

fn palette(file: &dyn ReadAt, ifd: &Ifd, bits: u32) -> Result<Vec<[u8; 3]>, DecodeError> {
    if bits > 16 {
        return Err(variant(notice!("decode-uses-palette", bits = bits), remedy_rgb()));
    }
    let size = 1_usize << bits;
    let map = ifd.numbers(file, tag::COLOR_MAP, 3 << bits)?;
    if map.len() < 3 {
        return Err(damaged(notice!("decode-damage-no-palette")));
    }
    // Old programs wrote 8-bit entries into the 16-bit fields; libtiff checks for this too.
    let shift = if map.iter().all(|&v| v < 256) { 0 } else { 8 };
    let third = map.len() / 3;
    let at = |channel: usize, i: usize| (map[channel * third + i] >> shift) as u8;
    Ok((0..size).map(|i| if i < third { [at(0, i), at(1, i), at(2, i)] } else { [0; 3] }).collect())
}

fn colour_name(photometric: &Photometric) -> Notice {
    match photometric {
        Photometric::WhiteIsZero | Photometric::BlackIsZero => notice!("decode-colours-grey"),
        Photometric::Rgb => notice!("decode-colours-rgb"),
        Photometric::Palette(_) => notice!("decode-colours-palette"),
        Photometric::Cmyk => notice!("decode-colours-cmyk"),
        Photometric::YCbCr { .. } => notice!("decode-colours-ycbcr"),
        Photometric::CieLab | Photometric::IccLab => notice!("decode-colours-lab"),
    }
}

fn check_depth(photometric: &Photometric, bits: u32, kind: SampleKind) -> Result<(), DecodeError> {
    let float = kind == SampleKind::Float;
    let read = match photometric {
        Photometric::YCbCr { .. } => bits == 8 && !float,
        Photometric::Palette(_) => !float,
        Photometric::CieLab | Photometric::IccLab => float || matches!(bits, 8 | 16),
        _ => true,
    };
    if read {
        return Ok(());
    }
    let colours = colour_name(photometric);
    let depth = if float {
        notice!("decode-uses-float-depth", bits = bits, colours = colours)
    } else {
        notice!("decode-uses-depth", bits = bits, colours = colours)
    };
    Err(variant(depth, remedy_rgb()))
}

/// Finds the alpha sample among the extra samples: the first that is marked as alpha. Unmarked ones are saved selections of Photoshop.
fn alpha(file: &dyn ReadAt, ifd: &Ifd, colours: usize, samples: usize) -> Result<(Alpha, Option<usize>), DecodeError> {
    let extra = ifd.numbers(file, tag::EXTRA_SAMPLES, (samples - colours) as u64)?;
    // Old programs write RGBA and grey with alpha without the tag; libtiff and Pillow also read four samples as RGBA.
    if !ifd.has(tag::EXTRA_SAMPLES) && samples == colours + 1 && matches!(colours, 1 | 3) {
        return Ok((Alpha::Straight, Some(colours)));
    }
    let marked = extra.iter().position(|&e| e == 1 || e == 2);
    Ok(match marked {
        Some(i) if extra[i] == 1 => (Alpha::Premultiplied, Some(colours + i)),
        Some(i) => (Alpha::Straight, Some(colours + i)),
        None => (Alpha::None, None),
    })
}

fn check_predictor(predictor: u64, bits: u32, kind: SampleKind) -> Result<(), DecodeError> {
    match predictor {
        1 => Ok(()),
        2 if matches!(bits, 8 | 16 | 32 | 64) => Ok(()),
        3 if kind == SampleKind::Float => Ok(()),
        _ => Err(variant(notice!("decode-uses-predictor", number = predictor, bits = bits), remedy_compression())),
    }
}

fn subsampling(file: &dyn ReadAt, ifd: &Ifd, photometric: &Photometric, compression: &Compression) -> Result<(u32, u32), DecodeError> {
    // JPEG and WebP streams declare their own subsampling.
    if !matches!(photometric, Photometric::YCbCr { .. }) || compression.is_picture() {
        return Ok((1, 1));
    }
    let factors = ifd.numbers(file, tag::YCBCR_SUBSAMPLING, 2)?;
    match factors[..] {
        [] => Ok((2, 2)),
        [h @ (1 | 2 | 4), v @ (1 | 2 | 4)] => Ok((h as u32, v as u32)),
        _ => Err(damaged(notice!("decode-damage-subsampling"))),
    }
}

fn chunk_size(file: &dyn ReadAt, ifd: &Ifd, (width, height): (u32, u32)) -> Result<((u32, u32), bool), DecodeError> {
    let number = |tag| Ok::<_, DecodeError>(ifd.number(file, tag)?.unwrap_or(0));
    let (w, h) = (number(tag::TILE_WIDTH)?, number(tag::TILE_LENGTH)?);
    if w == 0 && h == 0 {
        let rows = match number(tag::ROWS_PER_STRIP)? {
            0 => height,
            rows => rows.min(u64::from(height)) as u32,
        };
        return Ok(((width, rows), false));
    }
    match (u32::try_from(w), u32::try_from(h)) {
        (Ok(w @ 1..), Ok(h @ 1..)) => Ok(((w, h), true)),
        _ => Err(damaged(notice!("decode-damage-tile-size"))),
    }
}

/// Reads the positions and lengths of the strips or tiles.
fn chunks(file: &dyn ReadAt, ifd: &Ifd, page: &Page, tiled: bool) -> Result<Vec<(u64, u64)>, DecodeError> {
    let planes = if page.planar { page.samples as u64 } else { 1 };
    let count = u64::from(page.grid.0) * u64::from(page.grid.1) * planes;
    if count > MAX_CHUNKS {
        return Err(damaged(notice!("decode-damage-many-strips")));
    }
    let either = |first: u16, second: u16| if ifd.has(first) { first } else { second };
    // Some programs use the strip tags for tiles.
    let (offsets, lengths) = if tiled {
        (either(tag::TILE_OFFSETS, tag::STRIP_OFFSETS), either(tag::TILE_BYTE_COUNTS, tag::STRIP_BYTE_COUNTS))
    } else {
        (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
    };
    let offsets = ifd.numbers(file, offsets, count)?;
    let mut lengths = ifd.numbers(file, lengths, count)?;
    if (offsets.len() as u64) < count {
        return Err(damaged(notice!("decode-damage-strips")));
    }
    lengths.resize(offsets.len(), 0);
    // As in libtiff: without a byte count, a strip has the size that it needs; so has a single uncompressed strip in any case.
    if page.compression.is_none() {
        let unpacked = unpacked_bytes(page);
        lengths.iter_mut().filter(|l| **l == 0 || count == 1).for_each(|l| *l = unpacked);
    } else if lengths.contains(&0) {
        let mut sorted = offsets.clone();
        sorted.sort_unstable();
        for (length, offset) in lengths.iter_mut().zip(&offsets).filter(|(l, _)| **l == 0) {
            let next = sorted.get(sorted.partition_point(|o| o <= offset)).copied().unwrap_or(file.length());
            *length = next.saturating_sub(*offset);
        }
    }
    let packed = lengths.iter().fold(0_u64, |sum, &l| sum.saturating_add(l.min(file.length())));
    if packed > (MAX_PACKED.0 * file.length()).max(MAX_PACKED.1) {
        return Err(damaged(notice!("decode-damage-overlap")));
    }
    Ok(offsets.into_iter().zip(lengths).collect())
}

/// Decompressed size of a strip or tile of full height, bytes.
fn unpacked_bytes(page: &Page) -> u64 {
    let (h, v) = page.subsampling;
    if page.subsampling != (1, 1) {
        let unit = u64::from(h * v + 2);
        return u64::from(page.chunk.0.div_ceil(h)) * u64::from(page.chunk.1.div_ceil(v)) * unit;
    }
    page.chunk_row_bytes() as u64 * u64::from(page.chunk.1)
}
