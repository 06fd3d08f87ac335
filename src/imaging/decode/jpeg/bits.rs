//! Huffman tables and the bit reader of entropy-coded segments (ITU-T T.81, annexes C and F).

use super::super::source::Source;

/// Longest code that is decoded by a single table look-up, bits.
const FAST: u32 = 9;

/// Bytes that are read from the source at a time.
const PART: usize = 1 << 16;

/// A Huffman decoding table.
#[derive(Clone)]
pub(super) struct Huffman {
    /// `length << 8 | symbol` for codes of at most [`FAST`] bits; 0 for longer ones.
    fast: [u16; 1 << FAST],
    /// The largest code of each length, left-aligned to 16 bits, plus one.
    limits: [u32; 18],
    /// Offset from a code of each length to the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// Builds a table from the number of codes of each length, 1 to 16, and the symbols in code order. `None` if there are too many codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table = Self { fast: [0; 1 << FAST], limits: [0; 18], offsets: [0; 17], symbols: symbols.to_vec() };
        let (mut code, mut place) = (0u32, 0usize);
        for length in 1..=16u32 {
            table.offsets[length as usize] = place as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                let symbol = *symbols.get(place)?;
                if code >= 1 << length {
                    return None;
                }
                if length <= FAST {
                    let first = (code << (FAST - length)) as usize;
                    table.fast[first..first + (1 << (FAST - length))].fill((length as u16) << 8 | u16::from(symbol));
                }
                code += 1;
                place += 1;
            }
            table.limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        table.limits[17] = u32::MAX;
        Some(table)
    }
}

/// Bit reader of entropy-coded segments. After a marker or the end of the file it returns zeros; [`Bits::exhausted`] tells whether any were
/// used.
pub(super) struct Bits<'a> {
    source: &'a mut dyn Source,
    buffer: Vec<u8>,
    at: usize,
    held: u64,
    count: u32,
    /// Padding zeros at the end of `held`.
    invented: u32,
    /// Whether padding zeros were consumed.
    ran_out: bool,
    marker: Option<u8>,
    end: bool,
}

impl<'a> Bits<'a> {
    pub(super) fn new(source: &'a mut dyn Source) -> Self {
        Self { source, buffer: Vec::new(), at: 0, held: 0, count: 0, invented: 0, ran_out: false, marker: None, end: false }
    }

    /// The next byte outside of entropy-coded segments; `None` at the end of the file.
    pub(super) fn byte(&mut self) -> Option<u8> {
        if self.at == self.buffer.len() {
            if self.end {
                return None;
            }
            self.buffer.clear();
            self.at = 0;
            match self.source.fill_buf() {
                Ok(part) if !part.is_empty() => {
                    let taken = part.len().min(PART);
                    self.buffer.extend_from_slice(&part[..taken]);
                    self.source.consume(taken);
                }
                _ => {
                    self.end = true;
                    return None;
                }
            }
        }
        self.at += 1;
        Some(self.buffer[self.at - 1])
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        (0..count).map(|_| self.byte()).collect()
    }

    #[inline]
    fn fill(&mut self) {
        if self.count < self.invented {
            self.ran_out = true;
            self.invented = self.count;
        }
        while self.count <= 48 {
            let byte = if self.marker.is_some() { None } else { self.data_byte() };
            self.held = self.held << 8 | u64::from(byte.unwrap_or(0));
            self.count += 8;
            if byte.is_none() {
                self.invented += 8;
            }
        }
    }

    /// The next byte of entropy-coded data; `None` at the end of the file or at a marker, which is kept.
    #[inline]
    fn data_byte(&mut self) -> Option<u8> {
        let byte = self.byte()?;
        if byte != 0xFF {
            return Some(byte);
        }
        loop {
            match self.byte()? {
                0 => return Some(0xFF),
                // Fill bytes.
                0xFF => {}
                marker => {
                    self.marker = Some(marker);
                    return None;
                }
            }
        }
    }

    /// Reads up to 16 bits.
    #[inline]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        if self.count < count {
            self.fill();
        }
        self.count -= count;
        (self.held >> self.count) as u32 & ((1 << count) - 1)
    }

    /// Reads a signed value of a size category (T.81, F.2.2.1).
    #[inline]
    pub(super) fn signed(&mut self, size: u32) -> i32 {
        if size == 0 {
            return 0;
        }
        let value = self.take(size) as i32;
        if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value }
    }

    /// Reads the next symbol; `None` for a code that is not in the table.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Huffman) -> Option<u8> {
        if self.count < 16 {
            self.fill();
        }
        let next = (self.held >> (self.count - 16)) as u32 & 0xFFFF;
        let fast = table.fast[(next >> (16 - FAST)) as usize];
        if fast != 0 {
            self.count -= u32::from(fast >> 8);
            return Some(fast as u8);
        }
        let length = (FAST + 1..=17).find(|&l| next < table.limits[l as usize])?;
        if length > 16 {
            return None;
        }
        self.count -= length;
        let place = (next >> (16 - length)) as i32 + table.offsets[length as usize];
        table.symbols.get(usize::try_from(place).ok()?).copied()
    }

    /// Whether more bits were read than the file has.
    #[inline]
    pub(super) fn exhausted(&self) -> bool {
        self.ran_out || self.count < self.invented
    }

    /// Makes the next call of [`Self::next_marker`] return `marker`.
    pub(super) fn put_back(&mut self, marker: Option<u8>) {
        self.marker = marker;
    }

    /// Ends a segment: drops its remaining bits and skips to the next marker. Returns the marker (`None` at the end of the file) and the number
    /// of whole bytes that were skipped, without trailing zeros.
    pub(super) fn next_marker(&mut self) -> (Option<u8>, usize) {
        let whole = (self.count.saturating_sub(self.invented) / 8) as usize;
        let left = self.held >> self.invented.min(63) & ((1u64 << (whole * 8).min(63)) - 1);
        let mut extra = if left == 0 { 0 } else { whole };
        // Encoders pad the last byte with ones, some cameras with zeros. Anything else is data that belongs to no block.
        let part = self.count.saturating_sub(self.invented) % 8;
        let filling = self.held >> (self.invented + whole as u32 * 8).min(63) & ((1 << part) - 1);
        extra += usize::from(filling != 0 && filling != (1 << part) - 1);
        (self.held, self.count, self.invented, self.ran_out) = (0, 0, 0, false);
        let mut zeros = 0;
        while self.marker.is_none() {
            match self.data_byte() {
                Some(0) => zeros += 1,
                Some(_) => {
                    extra += zeros + 1;
                    zeros = 0;
                }
                None if self.marker.is_none() => return (None, extra),
                None => {}
            }
        }
        (self.marker.take(), extra)
    }
}
