//! A look into a GGUF header before the tensor library parses it: the one value there that the library trusts blindly.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3.

use std::io::{Read, Seek};

const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// `general.alignment` in bytes; `None` where the file does not say or is damaged (the parser then says how).
pub(super) fn alignment(file: &mut (impl Read + Seek)) -> Option<u64> {
    let _magic = u32_of(file)?;
    if u32_of(file)? < 2 {
        return None;
    }
    let _tensors = u64_of(file)?;
    for _ in 0..u64_of(file)? {
        let length = u64_of(file)?;
        let mut key = Vec::new();
        // A length beyond the file ends at the file's end, without that much memory.
        file.by_ref().take(length).read_to_end(&mut key).ok()?;
        let kind = u32_of(file)?;
        if key == b"general.alignment" {
            let mut value = [0u8; 8];
            file.read_exact(value.get_mut(..size_of_kind(kind)? as usize)?).ok()?;
            return Some(u64::from_le_bytes(value));
        }
        skip(file, kind)?;
    }
    None
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

/// Bytes of a value that is neither string nor array.
fn size_of_kind(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn skip(file: &mut (impl Read + Seek), kind: u32) -> Option<()> {
    match kind {
        STRING => skip_bytes(file, 1),
        ARRAY => {
            let inner = u32_of(file)?;
            match size_of_kind(inner) {
                Some(size) => skip_bytes(file, size),
                None if inner == STRING => (0..u64_of(file)?).try_for_each(|_| skip_bytes(file, 1)),
                None => None,
            }
        }
        _ => file.seek_relative(i64::try_from(size_of_kind(kind)?).ok()?).ok(),
    }
}

/// A length and so many times `size` bytes.
fn skip_bytes(file: &mut (impl Read + Seek), size: u64) -> Option<()> {
    let bytes = u64_of(file)?.checked_mul(size)?;
    file.seek_relative(i64::try_from(bytes).ok()?).ok()
}
