//! Font file formats, and bounded decompression of WOFF and WOFF2.

use std::cell::Cell;
use std::error::Error;
use std::io::Read;

/// Largest font file, compressed or decompressed, bytes; a variable CJK face of Noto has about 30 MB.
pub(super) const MAX_FONT_BYTES: u64 = 64 << 20;
/// Supported file name extensions.
const READ: [&str; 6] = ["ttf", "otf", "ttc", "otc", "woff", "woff2"];
/// File name extensions of unsupported font formats, which are reported as skipped.
const NOT_READ: [&str; 10] = ["eot", "pfb", "pfa", "pfm", "afm", "dfont", "fon", "otb", "pcf", "bdf"];

/// Kind of a file by its name extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A supported font format.
    Font,
    /// An unsupported font format.
    OtherFont,
    /// Not a font.
    Other,
}

impl Kind {
    pub(super) fn of(extension: Option<&str>) -> Self {
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some(e) if READ.contains(&e) => Self::Font,
            Some(e) if NOT_READ.contains(&e) => Self::OtherFont,
            _ => Self::Other,
        }
    }
}

/// Why a font file cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// The file is damaged or not a font.
    Damaged,
    /// The decompressed font exceeds [`MAX_FONT_BYTES`].
    TooLarge,
    /// The file is a WOFF2 collection.
    PackedCollection,
}

/// Returns the sfnt font of a file, whose format is detected by its first bytes. Adds the number of decompressed bytes to `spent`.
pub(super) fn unpack(bytes: Vec<u8>, spent: &Cell<u64>) -> Result<Vec<u8>, Unreadable> {
    match bytes.get(..4) {
        Some([0, 1, 0, 0] | b"OTTO" | b"true" | b"ttcf") => Ok(bytes),
        Some(b"wOFF") => unpack_woff(&bytes, spent),
        Some(b"wOF2") => unpack_woff2(&bytes, spent),
        _ => Err(Unreadable::Damaged),
    }
}

fn unpack_woff(bytes: &[u8], spent: &Cell<u64>) -> Result<Vec<u8>, Unreadable> {
    // The decoder allocates memory by the declared sizes of the tables, the fourth field of each 20-byte directory entry.
    let count = bytes.get(12..14).map_or(0, |b| usize::from(u16::from_be_bytes([b[0], b[1]])));
    let sizes = bytes.get(44..).unwrap_or_default().chunks_exact(20).take(count);
    if sizes.map(|e| u64::from(u32::from_be_bytes([e[12], e[13], e[14], e[15]]))).sum::<u64>() > MAX_FONT_BYTES {
        return Err(Unreadable::TooLarge);
    }
    guarded(spent, |inflate| {
        wuff::decompress_woff1_with_custom_z(bytes, &mut |data, size| inflate(&mut flate2::read::ZlibDecoder::new(data), size))
    })
}

fn unpack_woff2(bytes: &[u8], spent: &Cell<u64>) -> Result<Vec<u8>, Unreadable> {
    // Collections are rejected: a hostile one may repeat its tables without bound, and real ones are rare.
    if bytes.get(4..8) == Some(b"ttcf") {
        return Err(Unreadable::PackedCollection);
    }
    guarded(spent, |inflate| {
        wuff::decompress_woff2_with_custom_brotli(bytes, &mut |data, size| {
            inflate(&mut brotli_decompressor::Decompressor::new(data, 1 << 14), size)
        })
    })
}

type Inflate<'a> = dyn FnMut(&mut dyn Read, usize) -> Result<Vec<u8>, Box<dyn Error>> + 'a;

/// Runs a decoder with a decompressor that stops at the size limit.
fn guarded(spent: &Cell<u64>, decode: impl FnOnce(&mut Inflate<'_>) -> Result<Vec<u8>, wuff::WuffErr>) -> Result<Vec<u8>, Unreadable> {
    let (mut left, too_large) = (MAX_FONT_BYTES, Cell::new(false));
    let mut inflate = |from: &mut dyn Read, size: usize| -> Result<Vec<u8>, Box<dyn Error>> {
        if size as u64 > left {
            too_large.set(true);
            return Err("too large".into());
        }
        let mut out = Vec::new();
        from.take(size as u64).read_to_end(&mut out)?;
        left -= out.len() as u64;
        spent.set(spent.get() + out.len() as u64);
        Ok(out)
    };
    // The decoder validates its input, but the overflow checks of a debug build panic where a release build returns an error.
    let unpacked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| decode(&mut inflate)));
    match unpacked {
        Ok(Ok(font)) if font.len() as u64 <= MAX_FONT_BYTES => Ok(font),
        Ok(Ok(_)) => Err(Unreadable::TooLarge),
        _ if too_large.get() => Err(Unreadable::TooLarge),
        _ => Err(Unreadable::Damaged),
    }
}
