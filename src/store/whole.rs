//! Checks that a PNG file is whole: consecutive chunks, valid checksums, and nothing after the last chunk.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Whether the bytes are a whole PNG: every chunk's checksum is valid, and IEND is last.
pub fn is_whole_png(bytes: &[u8]) -> bool {
    walk(&mut io::Cursor::new(bytes), true).unwrap_or(false)
}

/// As [`is_whole_png`], for a file. Without `checksums` only the chunk structure is checked; the contents are not read.
pub(super) fn is_whole_file(path: &Path, checksums: bool) -> bool {
    File::open(path).and_then(|file| walk(&mut BufReader::with_capacity(1 << 16, file), checksums)).unwrap_or(false)
}

fn walk(png: &mut (impl Read + Seek), checksums: bool) -> io::Result<bool> {
    let mut signature = [0; 8];
    png.read_exact(&mut signature)?;
    if signature != SIGNATURE {
        return Ok(false);
    }
    let (mut is_first, mut has_pixels) = (true, false);
    let mut buffer = [0; 1 << 14];
    loop {
        let mut head = [0; 8];
        png.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        let mut left = u32::from_be_bytes([a, b, c, d]);
        if left > i32::MAX as u32 || is_first != (kind == *b"IHDR") {
            return Ok(false);
        }
        is_first = false;
        has_pixels |= kind == *b"IDAT";
        if checksums {
            let mut sum = crc32fast::Hasher::new();
            sum.update(&kind);
            while left > 0 {
                let part = &mut buffer[..(left as usize).min(1 << 14)];
                png.read_exact(part)?;
                sum.update(part);
                left -= part.len() as u32;
            }
            let mut expected = [0; 4];
            png.read_exact(&mut expected)?;
            if u32::from_be_bytes(expected) != sum.finalize() {
                return Ok(false);
            }
        } else {
            png.seek_relative(i64::from(left) + 4)?;
        }
        if kind == *b"IEND" {
            let here = png.stream_position()?;
            return Ok(has_pixels && png.seek(SeekFrom::End(0))? == here);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_damage_is_seen() {
        let image = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * y) as u8, x as u8, (y * 3) as u8]));
        let png = crate::imaging::encode::encode_png(&image, &[("a", "b")]).unwrap();
        assert!(is_whole_png(&png));
        let mut zeroed = png.clone();
        let middle = png.len() / 2;
        zeroed[middle - 40..middle + 40].fill(0);
        let mut flipped = png.clone();
        flipped[middle] ^= 1;
        let mut cut = png.clone();
        cut.drain(middle - 40..middle + 40);
        let mut longer = png.clone();
        longer.extend(b"more");
        let header_only = [&png[..33], &png[png.len() - 12..]].concat();
        let bad =
            [zeroed, flipped, cut, longer, header_only, png[..png.len() - 1].to_vec(), png[..middle].to_vec(), Vec::new(), b"PNG".to_vec()];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        for (i, bytes) in bad.iter().enumerate() {
            assert!(!is_whole_png(bytes), "{i}");
            std::fs::write(&path, bytes).unwrap();
            assert!(!is_whole_file(&path, true), "{i}");
            // Without the checksums only damage that changes a length is found.
            assert_eq!(is_whole_file(&path, false), i < 2, "{i}");
        }
        std::fs::write(&path, &png).unwrap();
        assert!(is_whole_file(&path, true) && is_whole_file(&path, false));
        assert!(!is_whole_file(&dir.path().join("b.png"), true));
    }
}
