//! Detects camera raw files: TIFF containers whose photo is sensor data and whose other pictures are previews.

use super::super::error::DecodeError;
use super::super::foreign::{Name, Remedy};
use super::file::ReadAt;
use super::ifd::{Directories, Ifd, tag};

/// Sensor data behind a colour filter array, and linear sensor data (PhotometricInterpretation).
const SENSOR_DATA: [u64; 3] = [32803, 34892, 32892];
/// Compression schemes that occur in raw files only: Sony, Samsung, Nikon, Kodak, Pentax, lossy DNG.
const RAW_COMPRESSIONS: [u64; 8] = [32767, 32769, 32770, 34713, 34892, 65000, 65535, 262];

/// Rejects camera raw files.
///
/// # Errors
/// The photo in the file is sensor data.
pub(super) fn refuse(file: &dyn ReadAt, directories: &Directories) -> Result<(), DecodeError> {
    let mut head = [0; 16];
    // A file that is too short for these marks is not a raw file.
    let marked = file.read_exact_at(0, &mut head).is_ok() && is_marked(&head);
    let all = || directories.pages.iter().chain(&directories.subs);
    if !marked && !all().any(|ifd| is_sensor_data(file, ifd)) && !only_previews(file, directories) {
        return Ok(());
    }
    Err(DecodeError::Unsupported { format: Name::CameraRaw.argument(), remedy: Remedy::Raw.notice() })
}

/// Whether the file has the mark of Canon (CR2) or Phase One (IIQ) after the header.
fn is_marked(head: &[u8; 16]) -> bool {
    let behind = &head[8..];
    head[4..8] == [16, 0, 0, 0] && behind.starts_with(b"CR\x02")
        || behind.starts_with(b"IIII") && behind[5..] == *b"waR"
        || behind.starts_with(b"MMMMRaw")
}

fn number(file: &dyn ReadAt, ifd: &Ifd, tag: u16) -> Option<u64> {
    ifd.number(file, tag).ok().flatten()
}

fn is_sensor_data(file: &dyn ReadAt, ifd: &Ifd) -> bool {
    number(file, ifd, tag::PHOTOMETRIC).is_some_and(|p| SENSOR_DATA.contains(&p))
        || number(file, ifd, tag::COMPRESSION).is_some_and(|c| RAW_COMPRESSIONS.contains(&c))
        || ifd.has(tag::CFA_PATTERN)
        || ifd.has(tag::LEAF_DATA)
}

/// Whether all readable pictures are previews of a photo that the camera stores elsewhere in the file.
fn only_previews(file: &dyn ReadAt, directories: &Directories) -> bool {
    let first = &directories.pages[0];
    let camera = first.has(tag::MAKE) || first.has(tag::DNG_VERSION) || first.has(tag::DNG_PRIVATE_DATA);
    camera && !directories.pages.iter().chain(&directories.subs).any(|ifd| is_full_picture(file, ifd))
}

/// Whether the directory is a full picture, not a thumbnail or a mask.
pub(super) fn is_full_picture(file: &dyn ReadAt, ifd: &Ifd) -> bool {
    // Old-style JPEG stores its position in another tag; it counts as a picture so that the error can name the scheme.
    let old_jpeg = number(file, ifd, tag::COMPRESSION) == Some(6);
    let located = ifd.has(tag::STRIP_OFFSETS) || ifd.has(tag::TILE_OFFSETS) || old_jpeg;
    let bits = number(file, ifd, tag::NEW_SUBFILE_TYPE).unwrap_or(0);
    located && ifd.has(tag::WIDTH) && bits & 0b101 == 0 && number(file, ifd, tag::SUBFILE_TYPE) != Some(2)
}
