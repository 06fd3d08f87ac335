//! Limits on the size of a picture, checked before any pixel is decoded.

use super::error::DecodeError;
use crate::notice;

/// Most pixels of a photo whose format must be decoded in memory as a whole.
pub const MAX_PIXELS: u64 = 64_000_000;
/// Most pixels of a photo that is read row by row; more would take too long.
pub const MAX_STREAMED_PIXELS: u64 = 400_000_000;
/// Longest side of a photo, pixels.
pub const MAX_SIDE: u32 = 65_535;
/// Longest side of a decoded photo, pixels; larger ones are scaled down while they are read. The largest canvas has 4096 pixels, of which the
/// product takes half at most, so more would only cost memory and time.
pub const WORK_SIDE: usize = 2560;
/// Largest colour profile that is read, bytes; CMYK press profiles have about 2 MiB.
pub(super) const MAX_PROFILE: usize = 4 << 20;
/// Memory that a decoder of another crate may allocate, bytes.
pub(super) const MAX_ALLOC: u64 = 512 << 20;

/// Rejects a picture without pixels or above [`MAX_PIXELS`], for readers that hold the whole picture in memory.
pub(super) fn check_size(width: u32, height: u32) -> Result<(), DecodeError> {
    check_limits(width, height, MAX_PIXELS)
}

/// Rejects a picture without pixels or above [`MAX_STREAMED_PIXELS`], for readers that work row by row.
pub(super) fn check_streamed_size(width: u32, height: u32) -> Result<(), DecodeError> {
    check_limits(width, height, MAX_STREAMED_PIXELS)
}

fn check_limits(width: u32, height: u32, max_pixels: u64) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        return Err(DecodeError::damaged_picture(notice!("decode-damage-no-pixels")));
    }
    if u64::from(width) * u64::from(height) > max_pixels || width.max(height) > MAX_SIDE {
        let remedy = notice!("decode-remedy-pixels", megapixels = max_pixels / 1_000_000);
        return Err(DecodeError::TooLarge { width, height, remedy });
    }
    Ok(())
}
