//! Image file directories (IFDs) of TIFF and BigTIFF files, and the values of their tags.

use super::super::error::DecodeError;
use super::error::damaged;
use super::file::ReadAt;
use crate::notice;

/// Tags that are read; others are skipped.
pub(super) mod tag {
    pub const NEW_SUBFILE_TYPE: u16 = 254;
    pub const SUBFILE_TYPE: u16 = 255;
    pub const WIDTH: u16 = 256;
    pub const LENGTH: u16 = 257;
    pub const BITS_PER_SAMPLE: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const MAKE: u16 = 271;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES_PER_PIXEL: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_BYTE_COUNTS: u16 = 279;
    pub const PLANAR_CONFIGURATION: u16 = 284;
    pub const T4_OPTIONS: u16 = 292;
    pub const PREDICTOR: u16 = 317;
    pub const COLOR_MAP: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_LENGTH: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_BYTE_COUNTS: u16 = 325;
    pub const SUB_IFDS: u16 = 330;
    pub const INK_SET: u16 = 332;
    pub const EXTRA_SAMPLES: u16 = 338;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const JPEG_TABLES: u16 = 347;
    pub const YCBCR_COEFFICIENTS: u16 = 529;
    pub const YCBCR_SUBSAMPLING: u16 = 530;
    pub const REFERENCE_BLACK_WHITE: u16 = 532;
    pub const CFA_PATTERN: u16 = 33422;
    pub const LEAF_DATA: u16 = 34310;
    pub const ICC_PROFILE: u16 = 34675;
    pub const DNG_VERSION: u16 = 50706;
    pub const DNG_PRIVATE_DATA: u16 = 50740;

    pub(super) const ALL: [u16; 35] = [
        NEW_SUBFILE_TYPE,
        SUBFILE_TYPE,
        WIDTH,
        LENGTH,
        BITS_PER_SAMPLE,
        COMPRESSION,
        PHOTOMETRIC,
        FILL_ORDER,
        MAKE,
        STRIP_OFFSETS,
        ORIENTATION,
        SAMPLES_PER_PIXEL,
        ROWS_PER_STRIP,
        STRIP_BYTE_COUNTS,
        PLANAR_CONFIGURATION,
        T4_OPTIONS,
        PREDICTOR,
        COLOR_MAP,
        TILE_WIDTH,
        TILE_LENGTH,
        TILE_OFFSETS,
        TILE_BYTE_COUNTS,
        SUB_IFDS,
        INK_SET,
        EXTRA_SAMPLES,
        SAMPLE_FORMAT,
        JPEG_TABLES,
        YCBCR_COEFFICIENTS,
        YCBCR_SUBSAMPLING,
        REFERENCE_BLACK_WHITE,
        CFA_PATTERN,
        LEAF_DATA,
        ICC_PROFILE,
        DNG_VERSION,
        DNG_PRIVATE_DATA,
    ];
}

/// Most directories that are read; further pages are ignored, and loops end.
const MAX_IFDS: usize = 1000;
/// Most entries of all directories together; the directories of a hostile file may overlap.
const MAX_ENTRIES: u64 = 500_000;
/// Largest value that is read as bytes, such as a colour profile or JPEG tables.
const MAX_BLOB: u64 = 16 << 20;

/// Byte order of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endian {
    pub big: bool,
}

impl Endian {
    fn number(self, bytes: &[u8]) -> u64 {
        let fold = |n: u64, b: &u8| n << 8 | u64::from(*b);
        if self.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// The value, or the offset of the value.
    field: [u8; 8],
}

/// A directory: a page, a thumbnail or a mask.
#[derive(Clone, Debug)]
pub(super) struct Ifd {
    entries: Vec<Entry>,
    endian: Endian,
    big_tiff: bool,
}

/// The directories of a file.
pub(super) struct Directories {
    pub endian: Endian,
    /// The main chain, first page first. Never empty.
    pub pages: Vec<Ifd>,
    /// Sub-directories of the main chain.
    pub subs: Vec<Ifd>,
}

fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

impl Ifd {
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.iter().any(|e| e.tag == tag)
    }

    /// Number of values of a tag; 0 if it is missing.
    pub(super) fn count(&self, tag: u16) -> u64 {
        self.entries.iter().find(|e| e.tag == tag).map_or(0, |e| e.count)
    }

    /// The type and at most `limit` bytes of a value; empty if the tag is missing.
    fn raw(&self, file: &dyn ReadAt, tag: u16, limit: u64) -> Result<(u16, Vec<u8>), DecodeError> {
        let Some(entry) = self.entries.iter().find(|e| e.tag == tag) else { return Ok((0, Vec::new())) };
        let size = size_of(entry.kind).unwrap_or(1);
        let inline = if self.big_tiff { 8 } else { 4 };
        let whole = entry.count.saturating_mul(size);
        let length = whole.min(limit.saturating_mul(size));
        if whole <= inline {
            return Ok((entry.kind, entry.field[..length as usize].to_vec()));
        }
        let position = self.endian.number(&entry.field[..inline as usize]);
        if position.saturating_add(length) > file.length() {
            return Err(damaged(notice!("decode-damage-value")));
        }
        let mut bytes = vec![0; length as usize];
        file.read_exact_at(position, &mut bytes)?;
        Ok((entry.kind, bytes))
    }

    /// The first `limit` integers of a tag; values of other types count as missing.
    ///
    /// # Errors
    /// The value lies beyond the end of the file.
    pub(super) fn numbers(&self, file: &dyn ReadAt, tag: u16, limit: u64) -> Result<Vec<u64>, DecodeError> {
        let (kind, bytes) = self.raw(file, tag, limit)?;
        match kind {
            1 | 2 | 3 | 4 | 6 | 7 | 8 | 9 | 13 | 16 | 17 | 18 => {
                let size = size_of(kind).unwrap_or(1) as usize;
                Ok(bytes.chunks_exact(size).map(|b| self.endian.number(b)).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The first integer of a tag.
    pub(super) fn number(&self, file: &dyn ReadAt, tag: u16) -> Result<Option<u64>, DecodeError> {
        Ok(self.numbers(file, tag, 1)?.first().copied())
    }

    /// The first `limit` rationals or integers of a tag; a rational with a denominator of 0 is 0.
    pub(super) fn fractions(&self, file: &dyn ReadAt, tag: u16, limit: u64) -> Result<Vec<f32>, DecodeError> {
        let (kind, bytes) = self.raw(file, tag, limit)?;
        if kind != 5 {
            return Ok(self.numbers(file, tag, limit)?.into_iter().map(|n| n as f32).collect());
        }
        let fraction = |b: &[u8]| {
            let (n, d) = (self.endian.number(&b[..4]) as f32, self.endian.number(&b[4..]) as f32);
            if d == 0.0 { 0.0 } else { n / d }
        };
        Ok(bytes.chunks_exact(8).map(fraction).collect())
    }

    /// A value as bytes; empty if the tag is missing.
    pub(super) fn bytes(&self, file: &dyn ReadAt, tag: u16) -> Result<Vec<u8>, DecodeError> {
        let (kind, bytes) = self.raw(file, tag, MAX_BLOB)?;
        Ok(if matches!(kind, 1 | 2 | 6 | 7) && self.count(tag) <= MAX_BLOB { bytes } else { Vec::new() })
    }
}

/// Reads the directories of a file. A damaged later directory ends the walk without an error, because only the first page is used.
///
/// # Errors
/// The first directory cannot be read.
pub(super) fn walk(file: &dyn ReadAt) -> Result<Directories, DecodeError> {
    let cut = |_| damaged(notice!("decode-damage-short-header"));
    let mut head = [0; 8];
    file.read_exact_at(0, &mut head).map_err(cut)?;
    let endian = Endian { big: &head[..2] == b"MM" };
    let big_tiff = endian.number(&head[2..4]) == 43;
    let first = if big_tiff {
        let mut rest = [0; 8];
        file.read_exact_at(8, &mut rest).map_err(cut)?;
        endian.number(&rest)
    } else {
        endian.number(&head[4..8])
    };
    let mut walk = Walk { file, endian, big_tiff, entries: 0, seen: Vec::new() };
    let (page, next) = walk.directory(first)?;
    let mut pages = vec![page];
    walk.chain(next, &mut pages);
    let (mut subs, mut from) = (Vec::new(), 0);
    for page in &pages {
        walk.below(page, &mut subs);
    }
    // Sub-directories; raw files of some cameras nest them twice.
    for _ in 0..2 {
        let level: Vec<Ifd> = subs[from..].to_vec();
        from = subs.len();
        for ifd in &level {
            walk.below(ifd, &mut subs);
        }
    }
    Ok(Directories { endian, pages, subs })
}

struct Walk<'a> {
    file: &'a dyn ReadAt,
    endian: Endian,
    big_tiff: bool,
    entries: u64,
    seen: Vec<u64>,
}

impl Walk<'_> {
    fn chain(&mut self, mut next: u64, into: &mut Vec<Ifd>) {
        while next != 0 {
            let Ok((ifd, after)) = self.directory(next) else { return };
            into.push(ifd);
            next = after;
        }
    }

    fn below(&mut self, parent: &Ifd, into: &mut Vec<Ifd>) {
        for offset in parent.numbers(self.file, tag::SUB_IFDS, 64).unwrap_or_default() {
            self.chain(offset, into);
        }
    }

    /// Reads the directory at `position`; also returns the position of the next one (0 for none).
    fn directory(&mut self, position: u64) -> Result<(Ifd, u64), DecodeError> {
        if self.seen.contains(&position) || self.seen.len() >= MAX_IFDS {
            return Err(damaged(notice!("decode-damage-loop")));
        }
        self.seen.push(position);
        let cut = |_| damaged(notice!("decode-damage-directory-position"));
        let (count_size, entry_size, next_size) = if self.big_tiff { (8, 20, 8) } else { (2, 12, 4) };
        let mut number = [0; 8];
        self.file.read_exact_at(position, &mut number[..count_size]).map_err(cut)?;
        let count = self.endian.number(&number[..count_size]);
        self.entries = self.entries.saturating_add(count);
        if count == 0 || count > 65_535 || self.entries > MAX_ENTRIES {
            return Err(damaged(notice!("decode-damage-directory")));
        }
        let start = position + count_size as u64;
        let mut bytes = vec![0; count as usize * entry_size];
        self.file.read_exact_at(start, &mut bytes).map_err(cut)?;
        let mut entries: Vec<Entry> = Vec::new();
        for e in bytes.chunks_exact(entry_size) {
            let number = |range: std::ops::Range<usize>| self.endian.number(&e[range]);
            let tag = number(0..2) as u16;
            let kind = number(2..4) as u16;
            let known = tag::ALL.contains(&tag);
            if !known || size_of(kind).is_none() || entries.iter().any(|e| e.tag == tag) {
                continue;
            }
            let (count, value) = if self.big_tiff { (number(4..12), &e[12..20]) } else { (number(4..8), &e[8..12]) };
            let mut field = [0; 8];
            field[..value.len()].copy_from_slice(value);
            entries.push(Entry { tag, kind, count, field });
        }
        let ifd = Ifd { entries, endian: self.endian, big_tiff: self.big_tiff };
        let after = start + bytes.len() as u64;
        // Some programs omit the offset of the next directory at the end of the file.
        let next = match self.file.read_exact_at(after, &mut number[..next_size]) {
            Ok(()) => self.endian.number(&number[..next_size]),
            Err(_) => 0,
        };
        Ok((ifd, next))
    }
}
