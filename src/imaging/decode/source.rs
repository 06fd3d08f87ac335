//! The input of the readers.

use std::io::{BufRead, Seek};

/// A file that can be read more than once, in memory or on disk.
pub(super) trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}
