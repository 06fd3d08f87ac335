//! The usual sizes of advertisements.

/// Aspect ratio, width and height in pixels of the square, feed, story and wide formats.
pub const SIZES: [(&str, u32, u32); 4] = [("1:1", 1024, 1024), ("4:5", 1024, 1280), ("9:16", 1008, 1792), ("16:9", 1792, 1008)];
