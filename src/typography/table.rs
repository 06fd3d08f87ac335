//! A table of a font file as bytes.

/// Bytes of a table, big-endian; behind the end are zeros.
#[derive(Clone, Copy)]
pub(super) struct Table<'a>(pub(super) &'a [u8]);

impl Table<'_> {
    pub(super) fn u16(self, at: u32) -> u16 {
        let at = at as usize;
        self.0.get(at..at + 2).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]))
    }

    pub(super) fn u32(self, at: u32) -> u32 {
        u32::from(self.u16(at)) << 16 | u32::from(self.u16(at.saturating_add(2)))
    }

    /// The data from an offset on.
    pub(super) fn from(self, at: u32) -> Self {
        Table(self.0.get(at as usize..).unwrap_or_default())
    }
}
