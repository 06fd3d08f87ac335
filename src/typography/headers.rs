//! Reads what the catalog lists of a font, its names, weight and instances, without the glyphs: some kilobytes of a file that may have tens of megabytes.

use std::io::{Read, Seek, SeekFrom};

use super::face::MAX_PER_FILE;
use super::formats::Unreadable;

/// Most bytes that are read of one file. A `name` table cannot use more than 1 MiB; the faces of a collection often share theirs.
const MAX_READ_BYTES: u64 = 4 << 20;
/// Size of the file's or a face's header: kind, number of tables, three fields for searching.
const HEADER_BYTES: usize = 12;
/// Size of an entry of a table directory: tag, checksum, offset, length.
const RECORD_BYTES: usize = 16;
/// Bytes of the `post` table without the glyph names.
const POST_BYTES: u32 = 32;
/// `post` in version 3 has no glyph names.
const POST_WITHOUT_NAMES: [u8; 4] = [0, 3, 0, 0];

/// Whether a table is kept, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It is kept whole.
    Whole,
    /// `post`: its first bytes are kept, as a table without glyph names.
    Post,
    /// A table with outlines or colours: it is listed and empty.
    Listed,
}

impl Use {
    fn of(tag: [u8; 4]) -> Option<Self> {
        match &tag {
            b"head" | b"hhea" | b"maxp" | b"OS/2" | b"name" | b"fvar" => Some(Self::Whole),
            b"post" => Some(Self::Post),
            b"glyf" | b"loca" | b"CFF " | b"CFF2" | b"CBDT" | b"sbix" | b"COLR" => Some(Self::Listed),
            _ => None,
        }
    }
}

/// Part of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    offset: u32,
    length: u32,
}

/// Reads the tables for the catalog into a small font file, which parsers accept; its tables with outlines are empty. Of a collection, at most
/// [`MAX_PER_FILE`] faces. A face with a damaged directory has no tables. Adds the number of bytes that were read to `read`.
pub(super) fn read_headers(file: impl Read + Seek, size: u64, read: &mut u64) -> Result<Vec<u8>, Unreadable> {
    let mut source = Source { file, size, read: 0 };
    let font = source.font();
    *read += source.read;
    font
}

struct Source<F> {
    file: F,
    size: u64,
    /// Bytes that were read.
    read: u64,
}

impl<F: Read + Seek> Source<F> {
    fn bytes(&mut self, span: Span) -> Result<Vec<u8>, Unreadable> {
        let length = u64::from(span.length);
        if u64::from(span.offset) + length > self.size || self.read + length > MAX_READ_BYTES {
            return Err(Unreadable::Damaged);
        }
        let mut bytes = vec![0; span.length as usize];
        self.file.seek(SeekFrom::Start(span.offset.into())).map_err(|_| Unreadable::Damaged)?;
        self.file.read_exact(&mut bytes).map_err(|_| Unreadable::Damaged)?;
        self.read += length;
        Ok(bytes)
    }

    fn font(&mut self) -> Result<Vec<u8>, Unreadable> {
        let header = self.bytes(Span { offset: 0, length: HEADER_BYTES as u32 })?;
        let mut out = Out::default();
        match header.get(..4) {
            Some([0, 1, 0, 0] | b"OTTO" | b"true") => {
                let records = self.directory(&header, 0)?;
                self.face(&header, records, &mut out);
            }
            Some(b"ttcf") => {
                let count = u32_at(&header, 8).min(MAX_PER_FILE as u32);
                let offsets = self.bytes(Span { offset: HEADER_BYTES as u32, length: 4 * count })?;
                out.bytes.extend_from_slice(&header[..8]);
                out.bytes.extend(count.to_be_bytes());
                let table = out.bytes.len();
                out.bytes.resize(table + offsets.len(), 0);
                for (index, offset) in offsets.chunks_exact(4).map(|b| u32_at(b, 0)).enumerate() {
                    let face = (out.bytes.len() as u32).to_be_bytes();
                    out.bytes[table + 4 * index..][..4].copy_from_slice(&face);
                    let header = self.bytes(Span { offset, length: HEADER_BYTES as u32 }).unwrap_or_else(|_| vec![0; HEADER_BYTES]);
                    let records = self.directory(&header, offset).unwrap_or_default();
                    self.face(&header, records, &mut out);
                }
            }
            _ => return Err(Unreadable::Damaged),
        }
        Ok(out.bytes)
    }

    /// The tables that are used, each once, from the directory behind the header of the face at `offset`. Tables that lead out of the file are
    /// left out.
    fn directory(&mut self, header: &[u8], offset: u32) -> Result<Vec<([u8; 4], Use, Span)>, Unreadable> {
        let count = u32_at(header, 2) & 0xffff;
        let records = self.bytes(Span { offset: offset.saturating_add(HEADER_BYTES as u32), length: count * RECORD_BYTES as u32 })?;
        let mut found: Vec<([u8; 4], Use, Span)> = Vec::new();
        for record in records.chunks_exact(RECORD_BYTES) {
            let tag = [record[0], record[1], record[2], record[3]];
            let span = Span { offset: u32_at(record, 8), length: u32_at(record, 12) };
            let inside = u64::from(span.offset) + u64::from(span.length) <= self.size;
            if let Some(used) = Use::of(tag).filter(|_| inside && found.iter().all(|known| known.0 != tag)) {
                found.push((tag, used, span));
            }
        }
        Ok(found)
    }

    /// Appends a face: its header, its directory, and its tables unless an earlier face shares them. A table that cannot be read is left out.
    fn face(&mut self, header: &[u8], records: Vec<([u8; 4], Use, Span)>, out: &mut Out) {
        let at = out.bytes.len();
        out.bytes.extend_from_slice(header);
        out.bytes.resize(at + HEADER_BYTES + records.len() * RECORD_BYTES, 0);
        let mut written = 0_u16;
        for (tag, used, span) in records {
            let Some(table) = self.table(used, span, out) else { continue };
            let record = at + HEADER_BYTES + usize::from(written) * RECORD_BYTES;
            out.bytes[record..][..4].copy_from_slice(&tag);
            out.bytes[record + 8..][..4].copy_from_slice(&table.offset.to_be_bytes());
            out.bytes[record + 12..][..4].copy_from_slice(&table.length.to_be_bytes());
            written += 1;
        }
        out.bytes[at + 4..][..2].copy_from_slice(&written.to_be_bytes());
    }

    /// Where a table of the file is in `out`, to which it is appended if it is not there yet.
    fn table(&mut self, used: Use, span: Span, out: &mut Out) -> Option<Span> {
        let offset = out.bytes.len() as u32;
        let span = match used {
            Use::Listed => return Some(Span { offset, length: 0 }),
            Use::Post => Span { length: span.length.min(POST_BYTES), ..span },
            Use::Whole => span,
        };
        if let Some((_, known)) = out.shared.iter().find(|(from, _)| *from == span) {
            return Some(*known);
        }
        let mut bytes = self.bytes(span).ok()?;
        if used == Use::Post {
            bytes.get_mut(..4)?.copy_from_slice(&POST_WITHOUT_NAMES);
        }
        out.bytes.append(&mut bytes);
        let table = Span { offset, length: span.length };
        out.shared.push((span, table));
        Some(table)
    }
}

/// The small font file while it is written.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    /// Tables that were written: where they are in the file, and here.
    shared: Vec<(Span, Span)>,
}

/// The big-endian number at `at`; 0 behind the end.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::assets;
    use crate::typography::face::{FontData, FontEntry};

    fn small(name: &str) -> Vec<u8> {
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fonts").join(name)).unwrap()
    }

    fn headers(bytes: &[u8]) -> (Result<Vec<u8>, Unreadable>, u64) {
        let mut read = 0;
        let font = read_headers(Cursor::new(bytes), bytes.len() as u64, &mut read);
        (font, read)
    }

    #[test]
    fn headers_say_of_a_face_what_the_whole_file_says() {
        let bundled = assets::FONTS.iter().map(|f| f.1.to_vec());
        let own = ["plain.ttf", "plain.otf", "variable.ttf", "collection.ttc"].map(small);
        for whole in bundled.chain(own) {
            let (font, read) = headers(&whole);
            let font = font.unwrap();
            assert!(read <= 40 << 10 && read as usize <= whole.len(), "{read} bytes of {}", whole.len());
            let faces = ttf_parser::fonts_in_collection(&whole);
            assert_eq!(ttf_parser::fonts_in_collection(&font), faces);
            for index in 0..faces.unwrap_or(1) {
                let expected = FontEntry::new(FontData::Loaded(whole.clone().into()), index).unwrap();
                let found = FontEntry::from_headers(FontData::Loaded(font.clone().into()), index).unwrap();
                let described = |e: &FontEntry| {
                    let labels = [e.label(false), e.label(true)].map(|l| l.map(str::to_owned));
                    (e.weight(), e.family.clone(), labels, e.monospaced, e.name_in_collection(), e.variations().collect::<Vec<_>>())
                };
                assert_eq!(described(&found), described(&expected));
                let instances = |e: &FontEntry| e.instances().0.iter().map(|(n, e)| (n.clone(), described(e))).collect::<Vec<_>>();
                assert_eq!(instances(&found), instances(&expected));
            }
        }
    }

    #[test]
    fn damaged_headers_are_refused_and_read_in_bounds() {
        assert_eq!(headers(b"").0, Err(Unreadable::Damaged));
        assert_eq!(headers(b"wOF2 and more bytes").0, Err(Unreadable::Damaged));
        let plain = small("plain.ttf");
        assert_eq!(headers(&plain[..20]).0, Err(Unreadable::Damaged));
        // A collection whose faces all claim a table of the size of the file.
        let mut hostile = b"ttcf\0\x01\0\0\xff\xff\xff\xff".to_vec();
        hostile.extend((0..64_u32).flat_map(|_| 268_u32.to_be_bytes()));
        hostile.extend(b"\0\x01\0\0\xff\xff\0\0\0\0\0\0");
        for _ in 0..0xffff_u32 {
            hostile.extend(b"name\0\0\0\0\0\0\0\0\0\x10\0\0");
        }
        let (font, read) = headers(&hostile);
        assert!(font.is_ok() && read <= MAX_READ_BYTES, "{read}");
        for name in ["plain.ttf", "plain.otf", "variable.ttf", "collection.ttc"] {
            let whole = small(name);
            for i in 0..200_usize {
                let mut bytes = whole.clone();
                let at = i * 7919 % bytes.len().min(600);
                bytes[at] = bytes[at].wrapping_add((i as u8).wrapping_mul(37) | 1);
                if let Ok(font) = headers(&bytes).0 {
                    let count = ttf_parser::fonts_in_collection(&font).unwrap_or(1);
                    for index in 0..count {
                        let _ = FontEntry::from_headers(FontData::Loaded(font.clone().into()), index).map(|entry| entry.instances());
                    }
                }
            }
        }
    }
}
