//! Checks a GGUF header before candle parses it: candle divides by one of its values unchecked.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3.

use std::io::{Read, Seek};

const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Deepest nesting of arrays that is followed.
const DEPTH: usize = 4;

/// Whether candle can parse the header without dividing by zero: version 2 or 3, and no `general.alignment` of 0, even if the key is
/// repeated. `None` if the file is damaged; candle then reports how.
pub(super) fn usable(file: &mut (impl Read + Seek)) -> Option<bool> {
    let _magic = u32_of(file)?;
    if u32_of(file)? < 2 {
        return Some(false);
    }
    let _tensors = u64_of(file)?;
    for _ in 0..u64_of(file)? {
        let length = u64_of(file)?;
        let mut key = Vec::new();
        // A length beyond the end of the file allocates no more than the file has.
        file.by_ref().take(length).read_to_end(&mut key).ok()?;
        let kind = u32_of(file)?;
        // candle strips zeros at the end.
        while key.last() == Some(&0) {
            key.pop();
        }
        match size_of_kind(kind) {
            Some(size) if key == b"general.alignment" => {
                let mut value = [0u8; 8];
                file.read_exact(value.get_mut(..size as usize)?).ok()?;
                if u64::from_le_bytes(value) == 0 {
                    return Some(false);
                }
            }
            _ => skip(file, kind, DEPTH)?,
        }
    }
    Some(true)
}

fn u32_of(file: &mut impl Read) -> Option<u32> {
    let mut bytes = [0u8; 4];
    file.read_exact(&mut bytes).ok()?;
    Some(u32::from_le_bytes(bytes))
}

fn u64_of(file: &mut impl Read) -> Option<u64> {
    let mut bytes = [0u8; 8];
    file.read_exact(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// Size in bytes of a value that is neither string nor array.
fn size_of_kind(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn skip(file: &mut (impl Read + Seek), kind: u32, depth: usize) -> Option<()> {
    match kind {
        STRING => skip_bytes(file, 1),
        ARRAY => {
            let inner = u32_of(file)?;
            match size_of_kind(inner) {
                Some(size) => skip_bytes(file, size),
                None => {
                    let depth = depth.checked_sub(1)?;
                    (0..u64_of(file)?).try_for_each(|_| skip(file, inner, depth))
                }
            }
        }
        _ => file.seek_relative(i64::try_from(size_of_kind(kind)?).ok()?).ok(),
    }
}

/// Skips a length and that many values of `size` bytes.
fn skip_bytes(file: &mut (impl Read + Seek), size: u64) -> Option<()> {
    let bytes = u64_of(file)?.checked_mul(size)?;
    file.seek_relative(i64::try_from(bytes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn header(version: u32, pairs: &[(&[u8], u32, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(version.to_le_bytes());
        bytes.extend(0u64.to_le_bytes());
        bytes.extend((pairs.len() as u64).to_le_bytes());
        for (key, kind, value) in pairs {
            bytes.extend((key.len() as u64).to_le_bytes());
            bytes.extend(*key);
            bytes.extend(kind.to_le_bytes());
            bytes.extend(value);
        }
        bytes
    }

    #[test]
    fn an_alignment_of_zero_is_found_anywhere_in_the_header() {
        let number = |n: u32| n.to_le_bytes().to_vec();
        let look = |version, pairs: &[(&[u8], u32, Vec<u8>)]| usable(&mut Cursor::new(header(version, pairs)));
        let key: &[u8] = b"general.alignment";
        // An array of one array of two numbers.
        let nested = [number(ARRAY), 1u64.to_le_bytes().to_vec(), number(4), 2u64.to_le_bytes().to_vec(), number(1), number(2)].concat();
        assert_eq!(look(3, &[]), Some(true));
        assert_eq!(look(1, &[]), Some(false));
        assert_eq!(look(3, &[(key, 4, number(32))]), Some(true));
        assert_eq!(look(3, &[(key, 4, number(0))]), Some(false));
        assert_eq!(look(2, &[(key, 4, number(32)), (key, 4, number(0))]), Some(false));
        assert_eq!(look(3, &[(b"general.alignment\0", 4, number(0))]), Some(false));
        assert_eq!(look(3, &[(b"a", ARRAY, nested.clone()), (key, 4, number(0))]), Some(false));
        assert_eq!(look(3, &[(b"a", ARRAY, nested), (key, 4, number(16))]), Some(true));
        let cut = header(3, &[(key, 4, number(0))]);
        assert_eq!(usable(&mut Cursor::new(&cut[..cut.len() - 2])), None);
    }
}
