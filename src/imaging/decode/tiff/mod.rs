//! TIFF and BigTIFF.
//!
//! The variants that designers' programs write are too many for the `tiff` crate, so the directories are read here and only the
//! decompression comes from crates. Rows are unpacked one by one: memory does not grow with the picture.

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
use file::{ReadAt, SharedFile};
use ifd::{Directories, Ifd};
use page::Page;

/// Reads the first page that is a picture of its own.
///
/// # Errors
/// The file is a camera raw file, of a variant that is not read, too large, damaged, or cannot be read.
pub(super) fn read(source: &mut dyn Source) -> Result<Picture, DecodeError> {
    let file = SharedFile::new(source)?;
    let directories = ifd::walk(&file)?;
    raw::refuse(&file, &directories)?;
    let (ifd, pages) = choose(&file, &directories);
    let mut notes = Vec::new();
    if pages > 1 {
        notes.push(format!("the file has {pages} pages; the first is used"));
    }
    let page = Page::new(&file, ifd, directories.endian, true)?;
    let mut picture = chunks::read(&file, &page)?;
    if page.alpha == Alpha::Straight && picture.pixels.pixels().all(|p| p[3] == 0) {
        // Nothing would be left. Programs that ignore alpha write zeros there, and the designer sees an opaque picture.
        picture = chunks::read(&file, &Page::new(&file, ifd, directories.endian, false)?)?;
        notes.push("its alpha is 0 everywhere and was ignored".into());
    }
    notes.append(&mut picture.notes);
    Ok(Picture { notes, ..picture })
}

/// The directory of the picture, and how many pages the file has.
fn choose<'a>(file: &dyn ReadAt, directories: &'a Directories) -> (&'a Ifd, usize) {
    let full = |ifds: &'a [Ifd]| ifds.iter().filter(|ifd| raw::is_full_picture(file, ifd));
    let first = full(&directories.pages).next().or_else(|| full(&directories.subs).next());
    (first.unwrap_or(&directories.pages[0]), full(&directories.pages).count())
}

#[cfg(test)]
mod tests;
