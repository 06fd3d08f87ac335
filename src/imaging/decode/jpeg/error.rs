//! Errors of the JPEG decoder.

use super::super::error::DecodeError;
use crate::notice;
use crate::notice::Notice;

pub(super) fn damaged(detail: Notice) -> DecodeError {
    DecodeError::damaged("JPEG", detail)
}

pub(super) fn variant(variant: Notice) -> DecodeError {
    DecodeError::Variant { format: "JPEG", variant, remedy: notice!("decode-remedy-ordinary-jpeg") }
}
