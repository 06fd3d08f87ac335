//! Random access to a TIFF file: several strips or planes are read at once, so none of them can own the file's cursor.

use std::cell::RefCell;
use std::io::{self, BufRead, Read, SeekFrom};

use super::super::source::Source;

/// A file shared by several readers.
pub(super) struct SharedFile<'a> {
    source: RefCell<&'a mut dyn Source>,
    length: u64,
}

/// Positioned reads.
pub(super) trait ReadAt {
    /// Fills `buffer` with the bytes at `position`.
    ///
    /// # Errors
    /// The file ends too early (`UnexpectedEof`) or cannot be read.
    fn read_exact_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<()>;
    /// Size of the file in bytes.
    fn length(&self) -> u64;
}

impl<'a> SharedFile<'a> {
    pub(super) fn new(source: &'a mut dyn Source) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        Ok(Self { source: RefCell::new(source), length })
    }
}

impl ReadAt for SharedFile<'_> {
    fn read_exact_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<()> {
        if position.checked_add(buffer.len() as u64).is_none_or(|end| end > self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut source = self.source.borrow_mut();
        source.seek(SeekFrom::Start(position))?;
        source.read_exact(buffer)
    }

    fn length(&self) -> u64 {
        self.length
    }
}

/// A sequential reader of a part of a file.
pub(super) struct Segment<'a> {
    file: &'a dyn ReadAt,
    position: u64,
    end: u64,
    /// Whether the part extends beyond the end of the file.
    cut: bool,
    /// Whether the bits of every byte are reversed (FillOrder 2).
    reversed: bool,
    buffer: Vec<u8>,
    filled: usize,
    used: usize,
}

impl<'a> Segment<'a> {
    /// A reader of `length` bytes at `position` that reads `buffer` bytes at a time.
    pub(super) fn new(file: &'a dyn ReadAt, (position, length): (u64, u64), reversed: bool, buffer: usize) -> Self {
        let end = position.saturating_add(length);
        let real_end = end.min(file.length());
        let buffer = buffer.min(real_end.saturating_sub(position) as usize);
        Self { file, position, end: real_end, cut: end > real_end, reversed, buffer: vec![0; buffer], filled: 0, used: 0 }
    }

    /// Reads the whole part.
    ///
    /// # Errors
    /// It is longer than `limit` bytes or extends beyond the end of the file.
    pub(super) fn read_all(mut self, limit: u64) -> io::Result<Vec<u8>> {
        let length = self.end.saturating_sub(self.position);
        if self.cut || length > limit {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = Vec::with_capacity(length as usize);
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Segment<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Segment<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.filled && self.position < self.end {
            let count = self.buffer.len().min((self.end - self.position) as usize);
            self.file.read_exact_at(self.position, &mut self.buffer[..count])?;
            if self.reversed {
                self.buffer[..count].iter_mut().for_each(|b| *b = b.reverse_bits());
            }
            self.position += count as u64;
            (self.filled, self.used) = (count, 0);
        }
        Ok(&self.buffer[self.used..self.filled])
    }

    fn consume(&mut self, count: usize) {
        self.used = (self.used + count).min(self.filled);
    }
}
