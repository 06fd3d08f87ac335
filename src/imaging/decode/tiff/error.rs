//! Errors of the TIFF reader.

use super::super::error::DecodeError;

/// Remedy for unsupported colours and sample types.
pub(super) const REMEDY_RGB: &str = "Save it as 8-bit or 16-bit RGB, or as PNG.";
/// Remedy for unsupported compression.
pub(super) const REMEDY_COMPRESSION: &str = "Save it with LZW or no compression, or as PNG.";

pub(super) fn variant(what: impl Into<String>, remedy: &'static str) -> DecodeError {
    DecodeError::Variant { format: "TIFF", variant: what.into(), remedy }
}

pub(super) fn damaged(detail: &str) -> DecodeError {
    DecodeError::damaged("TIFF", detail)
}
