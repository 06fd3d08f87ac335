//! Limits that several modules enforce.

/// Most characters of the advertisement's text.
pub const MAX_TEXT_CHARS: usize = 200;
/// Shortest side of the canvas, pixels.
pub const MIN_SIDE: u32 = 256;
/// Longest side of the canvas, pixels.
pub const MAX_SIDE: u32 = 4096;
