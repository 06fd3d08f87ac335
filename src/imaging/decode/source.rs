//! The input of the readers.

use std::io::{BufRead, Seek};

/// A seekable file in memory or on disk.
pub(super) trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}
