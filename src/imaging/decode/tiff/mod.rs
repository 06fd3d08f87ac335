//! TIFF and BigTIFF.
//!
//! The `tiff` crate does not cover the variants that design programs write, so directories are read here and only decompression comes from
//! crates. Rows are decompressed one by one, so memory does not grow with the picture.

mod chunks;
mod colors;
mod compression;
mod error;
mod fax;
mod file;
mod ifd;
mod jpeg;
mod page;
mod raw;
mod samples;

use super::assembler::Picture;
use super::error::DecodeError;
use super::row::Alpha;
use super::source::Source;
use crate::notice;
use file::{ReadAt, SharedFile};
use ifd::{Directories, Ifd};
use page::Page;

/// Reads the first page that is a full picture, not a thumbnail or mask.
///
/// # Errors
/// The file is a camera raw file, an unsupported variant, too large, damaged, or cannot be read.
pub(super) fn read(source: &mut dyn Source, side: usize) -> Result<Picture, DecodeError> {
    let file = SharedFile::new(source)?;
    let directories = ifd::walk(&file)?;
    raw::refuse(&file, &directories)?;
    let (ifd, pages) = choose(&file, &directories);
    let mut notes = Vec::new();
    if pages > 1 {
        notes.push(notice!("decode-note-pages", pages = pages));
    }
    let page = Page::new(&file, ifd, directories.endian, true)?;
    let mut picture = chunks::read(&file, &page, side)?;
    if page.alpha == Alpha::Straight && picture.pixels.pixels().all(|p| p[3] == 0) {
        // The picture would be invisible. Programs that ignore alpha write zeros there and show an opaque picture.
        picture = chunks::read(&file, &Page::new(&file, ifd, directories.endian, false)?, side)?;
        notes.push(notice!("decode-note-zero-alpha"));
    }
    notes.append(&mut picture.notes);
    Ok(Picture { notes, ..picture })
}

/// The directory of the picture to read, and the number of pages.
fn choose<'a>(file: &dyn ReadAt, directories: &'a Directories) -> (&'a Ifd, usize) {
    let full = |ifds: &'a [Ifd]| ifds.iter().filter(|ifd| raw::is_full_picture(file, ifd));
    let first = full(&directories.pages).next().or_else(|| full(&directories.subs).next());
    (first.unwrap_or(&directories.pages[0]), full(&directories.pages).count())
}

#[cfg(test)]
mod tests;
