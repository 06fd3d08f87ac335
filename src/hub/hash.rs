//! Hashes of files: SHA-256, which the hub uses for large files, and Git's blob hash for small ones.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

use super::error::HubError;
use crate::cancel::CancelToken;

/// Bytes that are read at once.
const BLOCK: usize = 256 << 10;

/// How the content of a file is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// SHA-256 in hexadecimal.
    Sha256(String),
    /// Hash of a Git blob (SHA-1) in hexadecimal.
    GitBlob(String),
    /// The hub sent no hash; only the size is checked.
    SizeOnly,
}

impl Check {
    /// The check for a tag (`ETag`) of the hub.
    pub fn of_tag(etag: &str) -> Self {
        let is_hex = etag.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match etag.len() {
            64 if is_hex => Self::Sha256(etag.to_owned()),
            40 if is_hex => Self::GitBlob(etag.to_owned()),
            _ => Self::SizeOnly,
        }
    }

    /// Starts hashing content of `size` bytes.
    pub(super) fn start(&self, size: u64) -> Digest {
        match self {
            Self::GitBlob(_) => {
                let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
                context.update(format!("blob {size}\0").as_bytes());
                Digest(context)
            }
            // Also without an expected hash: the receipt keeps it for `verify`.
            Self::Sha256(_) | Self::SizeOnly => Digest(Context::new(&SHA256)),
        }
    }

    /// Whether content with this hash is the expected content.
    pub(super) fn accepts(&self, found: &str) -> bool {
        match self {
            Self::Sha256(expected) | Self::GitBlob(expected) => expected == found,
            Self::SizeOnly => true,
        }
    }
}

/// A hash that is being computed.
pub(super) struct Digest(Context);

impl Digest {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash in hexadecimal.
    pub(super) fn finish(self) -> String {
        self.0.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Computes the kind of hash that `check` needs, and the file's size in bytes. Blocking; a stop ends it early. `read` is called with the bytes of
/// each block.
///
/// # Errors
/// The file cannot be read; the work was stopped.
pub(super) fn hash_file(path: &Path, check: &Check, cancel: &CancelToken, mut read: impl FnMut(u64)) -> Result<(String, u64), HubError> {
    let open = || -> io::Result<(File, u64)> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    };
    let (mut file, size) = open().map_err(HubError::io(path))?;
    let mut digest = check.start(size);
    let mut block = vec![0; BLOCK];
    let mut total = 0;
    loop {
        cancel.check().map_err(|_| HubError::Stopped)?;
        match file.read(&mut block).map_err(HubError::io(path))? {
            0 => return Ok((digest.finish(), total)),
            count => {
                digest.update(&block[..count]);
                total += count as u64;
                read(count as u64);
            }
        }
    }
}

/// Reads at an offset without moving the file's position.
pub(super) fn read_at(file: &File, block: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, block, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, block, offset);
}

/// Writes all bytes at an offset.
pub(super) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, bytes, offset);
    #[cfg(windows)]
    {
        let (mut bytes, mut offset) = (bytes, offset);
        while !bytes.is_empty() {
            let count = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[count..];
            offset += count as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_hub() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, "hello\n").unwrap();
        let of = |check: &Check| hash_file(&path, check, &CancelToken::default(), |_| {}).unwrap();
        let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        // As `git hash-object` prints it.
        let blob = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert_eq!(of(&Check::of_tag(sha256)), (sha256.into(), 6));
        assert_eq!(of(&Check::of_tag(blob)), (blob.into(), 6));
        assert!(Check::of_tag(blob).accepts(blob) && !Check::of_tag(blob).accepts(sha256) && Check::of_tag("v1").accepts("x"));
        assert_eq!((Check::of_tag(""), Check::of_tag(&"g".repeat(64))), (Check::SizeOnly, Check::SizeOnly));
        let stopped = CancelToken::default();
        stopped.cancel();
        assert_eq!(hash_file(&path, &Check::SizeOnly, &stopped, |_| {}), Err(HubError::Stopped));
    }
}
