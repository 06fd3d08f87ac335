//! Errors of the JPEG decoder.

use super::super::error::DecodeError;

pub(super) fn damaged(detail: impl std::fmt::Display) -> DecodeError {
    DecodeError::damaged("JPEG", detail)
}

pub(super) fn variant(variant: &str) -> DecodeError {
    let remedy = "Please open it in a picture editor, save it as an ordinary JPEG or as PNG, and send that.";
    DecodeError::Variant { format: "JPEG", variant: variant.into(), remedy }
}
