//! Errors of the TIFF reader.

use super::super::error::DecodeError;
use crate::notice;
use crate::notice::Notice;

/// Remedy for unsupported colours and sample types.
pub(super) fn remedy_rgb() -> Notice {
    notice!("decode-remedy-rgb")
}

/// Remedy for unsupported compression.
pub(super) fn remedy_compression() -> Notice {
    notice!("decode-remedy-compression")
}

pub(super) fn variant(variant: Notice, remedy: Notice) -> DecodeError {
    DecodeError::Variant { format: "TIFF", variant, remedy }
}

pub(super) fn damaged(detail: Notice) -> DecodeError {
    DecodeError::damaged("TIFF", detail)
}
