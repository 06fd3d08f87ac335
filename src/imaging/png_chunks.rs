//! Reads the metadata chunks of a PNG: text entries, colour description, orientation, and the mask of the program's own step results. Every
//! decompression is bounded, because a file of 1 MB can expand to gigabytes.

use std::io::{BufRead, Cursor, Read as _, Seek, SeekFrom};

/// Private, ancillary, safe-to-copy chunk type: a grey PNG with the mask of a step result.
pub(super) const MASK_CHUNK: [u8; 4] = *b"ncMk";
/// Largest mask chunk that is read.
const MAX_MASK_BYTES: u32 = 16 << 20;
/// Largest text entry that is read, compressed or not; the program's own settings take some kilobytes.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// Largest total size of all text entries, bytes.
const MAX_ALL_TEXT: usize = 4 << 20;
/// Longest keyword of a text entry (PNG specification, 11.3.3).
const MAX_KEYWORD: usize = 79;
/// Most text entries that are decompressed; entries that turn out to be too large count too, because they take time.
const MAX_TEXT_ENTRIES: usize = 1000;
/// Largest colour profile after decompression, bytes.
const MAX_PROFILE_BYTES: usize = 4 << 20;
/// Largest EXIF chunk that is read, bytes.
const MAX_EXIF_BYTES: u32 = 1 << 20;
/// Most chunks that are visited.
const MAX_CHUNKS: usize = 200_000;

/// Metadata of a PNG.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    /// Keyword and text.
    pub text: Vec<(String, String)>,
    /// Content of the mask chunk: a grey PNG.
    pub mask: Option<Vec<u8>>,
    /// Code points of the colour primaries and the transfer function (ITU-T H.273).
    pub cicp: Option<(u8, u8)>,
    /// The decompressed colour profile. Empty if damaged; truncated to one byte more than the limit if too large.
    pub icc: Option<Vec<u8>>,
    /// The file has an `sRGB` chunk.
    pub srgb: bool,
    /// Exponent from light to sample, such as 0.45455 (`gAMA`).
    pub gamma: Option<f64>,
    /// CIE x and y of red, green, blue and white (`cHRM`).
    pub chromaticities: Option<[(f64, f64); 4]>,
    /// EXIF data, starting with the TIFF header.
    pub exif: Option<Vec<u8>>,
    /// The type of a chunk is not four letters, so the file is damaged from there on.
    pub bad_name: bool,
}

/// Reads the metadata chunks of a PNG and skips its pixels; empty for other files. The position of the source afterwards is unspecified.
pub(super) fn read_chunks<R: BufRead + Seek + ?Sized>(source: &mut R) -> Chunks {
    let mut chunks = Chunks::default();
    // At the end of the file or a read error, the chunks found so far are kept.
    let _ = chunks.read(source);
    chunks
}

/// The text entries of a PNG; empty for anything else.
pub fn read_png_text(bytes: &[u8]) -> Vec<(String, String)> {
    read_chunks(&mut Cursor::new(bytes)).text
}

impl Chunks {
    fn read<R: BufRead + Seek + ?Sized>(&mut self, source: &mut R) -> std::io::Result<()> {
        let mut signature = [0; 8];
        source.read_exact(&mut signature)?;
        if signature != *b"\x89PNG\r\n\x1a\n" {
            return Ok(());
        }
        let (mut text_bytes, mut text_entries) = (0, 0);
        for _ in 0..MAX_CHUNKS {
            let mut head = [0; 8];
            source.read_exact(&mut head)?;
            let [l0, l1, l2, l3, name @ ..] = head;
            let length = u32::from_be_bytes([l0, l1, l2, l3]);
            if !name.iter().all(u8::is_ascii_alphabetic) {
                self.bad_name = true;
                return Ok(());
            }
            let most = match &name {
                b"tEXt" | b"zTXt" | b"iTXt" => MAX_TEXT_BYTES as u32,
                b"iCCP" => MAX_PROFILE_BYTES as u32,
                b"eXIf" => MAX_EXIF_BYTES,
                b"cICP" | b"sRGB" | b"gAMA" | b"cHRM" => 64,
                _ if name == MASK_CHUNK => MAX_MASK_BYTES,
                b"IEND" => return Ok(()),
                _ => 0,
            };
            let taken = if length <= most { length } else { 0 };
            let mut data = Vec::new();
            source.take(taken.into()).read_to_end(&mut data)?;
            // The rest of the chunk and its checksum.
            source.seek(SeekFrom::Current(i64::from(length - taken) + 4))?;
            if taken == 0 {
                // A chunk above the limit is not read: report the profile as too large.
                if &name == b"iCCP" && length > most {
                    self.icc = Some(vec![0; MAX_PROFILE_BYTES + 1]);
                }
                continue;
            }
            match &name {
                b"tEXt" | b"zTXt" | b"iTXt" if text_entries < MAX_TEXT_ENTRIES => {
                    text_entries += 1;
                    if let Some((key, value)) = text(name, &data, MAX_TEXT_BYTES.min(MAX_ALL_TEXT - text_bytes)) {
                        text_bytes += value.len().min(MAX_ALL_TEXT - text_bytes);
                        self.text.push((key, value));
                    }
                }
                b"iCCP" if self.icc.is_none() => self.icc = Some(profile(&data).unwrap_or_default()),
                b"eXIf" => self.exif = Some(data),
                b"sRGB" => self.srgb = true,
                // PNG requires matrix 0 and full range; other values describe video.
                b"cICP" => self.cicp = if let [primaries, transfer, 0, 1] = *data { Some((primaries, transfer)) } else { None },
                b"gAMA" => self.gamma = numbers(&data).first().copied().filter(|&g| g > 0.0),
                b"cHRM" => {
                    if let [wx, wy, rx, ry, gx, gy, bx, by] = *numbers(&data) {
                        self.chromaticities = Some([(rx, ry), (gx, gy), (bx, by), (wx, wy)]);
                    }
                }
                _ if name == MASK_CHUNK => self.mask = Some(data),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Fixed-point numbers with five decimals.
fn numbers(data: &[u8]) -> Vec<f64> {
    data.chunks_exact(4).map(|n| f64::from(u32::from_be_bytes([n[0], n[1], n[2], n[3]])) / 100_000.0).collect()
}

/// Decompresses to at most `most` bytes; `None` for damaged or larger data.
fn inflate(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(data).take(most as u64 + 1).read_to_end(&mut out).ok()?;
    (out.len() <= most).then_some(out)
}

fn profile(data: &[u8]) -> Option<Vec<u8>> {
    let (_name, rest) = split(data)?;
    let mut out = Vec::new();
    let packed = rest.strip_prefix(&[0])?;
    flate2::read::ZlibDecoder::new(packed).take(MAX_PROFILE_BYTES as u64 + 1).read_to_end(&mut out).ok()?;
    Some(out)
}

/// Splits at the first NUL.
fn split(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = data.iter().position(|&b| b == 0)?;
    Some((&data[..at], &data[at + 1..]))
}

/// Parses a text entry; `None` if it is damaged, its keyword is too long, or its text exceeds `most` bytes.
fn text(kind: [u8; 4], data: &[u8], most: usize) -> Option<(String, String)> {
    let latin = |bytes: &[u8]| bytes.iter().map(|&b| char::from(b)).collect::<String>();
    let (key, rest) = split(data).filter(|(key, _)| key.len() <= MAX_KEYWORD)?;
    let value = match &kind {
        b"tEXt" => latin(rest),
        b"zTXt" => latin(&inflate(rest.strip_prefix(&[0])?, most)?),
        _ => {
            let [packed, _method, rest @ ..] = rest else { return None };
            let (_language, rest) = split(rest)?;
            let (_translated, rest) = split(rest)?;
            let bytes = if *packed == 1 { inflate(rest, most)? } else { rest.to_vec() };
            String::from_utf8(bytes).ok()?
        }
    };
    // Latin-1 text grows when it becomes UTF-8.
    (value.len() <= most * 2).then(|| (latin(key), value))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), name.as_slice(), data, &[0; 4]].concat()
    }

    fn packed(bytes: usize) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'a'; bytes]).unwrap();
        encoder.finish().unwrap()
    }

    fn read(chunks: &[Vec<u8>]) -> Chunks {
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat(), &chunk(b"IDAT", &[1; 3000]), &chunk(b"IEND", b"")].concat();
        read_chunks(&mut Cursor::new(png))
    }

    #[test]
    fn texts_are_unpacked_within_bounds() {
        let z = |bytes| chunk(b"zTXt", &[b"Key\0\0".as_slice(), &packed(bytes)].concat());
        let i = |bytes| chunk(b"iTXt", &[b"Key\0\x01\0ko\0\0".as_slice(), &packed(bytes)].concat());
        assert_eq!(read(&[z(5), i(7)]).text, [("Key".into(), "aaaaa".into()), ("Key".into(), "aaaaaaa".into())]);
        assert_eq!(read(&[z(2 << 20), i(2 << 20), z(3)]).text, [("Key".into(), "aaa".into())]);
        let many = vec![z(1 << 20); 40];
        assert_eq!(read(&many).text.iter().map(|(_, t)| t.len()).sum::<usize>(), MAX_ALL_TEXT);
        let long = chunk(b"tEXt", &[vec![b'k'; MAX_KEYWORD + 1].as_slice(), b"\0a"].concat());
        assert_eq!(read(&[long, z(1)]).text, [("Key".into(), "a".into())]);
        assert!(read(&[chunk(b"tEXt", b"no end"), chunk(b"zTXt", b"a\0\0broken")]).text.is_empty());
    }

    #[test]
    fn texts_that_are_too_large_count_as_entries() {
        let bombs = vec![chunk(b"zTXt", &[b"Key\0\0".as_slice(), &packed(MAX_TEXT_BYTES + 1)].concat()); MAX_TEXT_ENTRIES];
        let small = chunk(b"tEXt", b"Key\0a");
        assert_eq!(read(&[&bombs[1..], std::slice::from_ref(&small)].concat()).text.len(), 1);
        assert!(read(&[bombs.as_slice(), &[small]].concat()).text.is_empty());
    }

    #[test]
    fn a_profile_that_is_too_large_is_cut() {
        let of = |bytes| chunk(b"iCCP", &[b"p\0\0".as_slice(), &packed(bytes)].concat());
        assert_eq!(read(&[of(3000)]).icc.map(|p| p.len()), Some(3000));
        assert_eq!(read(&[of(60 << 20)]).icc.map(|p| p.len()), Some(MAX_PROFILE_BYTES + 1));
        assert_eq!(read(&[chunk(b"iCCP", b"p\0\0broken")]).icc, Some(Vec::new()));
    }

    #[test]
    fn chunks_behind_the_pixels_and_damage_are_seen() {
        let late = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IDAT", b"x"), &chunk(b"eXIf", b"MM\0*")].concat();
        assert_eq!(read_chunks(&mut Cursor::new(&late)).exif.as_deref(), Some(b"MM\0*".as_slice()));
        assert!(read(&[chunk(b"I\x80AT", b"x")]).bad_name);
        assert!(!read_chunks(&mut Cursor::new(b"no png")).bad_name);
        let said = read(&[chunk(b"gAMA", &100_000u32.to_be_bytes()), chunk(b"cICP", &[12, 13, 0, 1]), chunk(b"sRGB", &[0])]);
        assert_eq!((said.gamma, said.cicp, said.srgb), (Some(1.0), Some((12, 13)), true));
    }
}
