//! Huffman codes and the bits they are read from (ITU-T T.81, annexes C and F).

use super::super::source::Source;

/// Bits of a code that are looked up at once.
const FAST: u32 = 9;

/// Bytes that are taken from the source at a time.
const PART: usize = 1 << 16;

/// A decoding table.
#[derive(Clone)]
pub(super) struct Huffman {
    /// `length << 8 | symbol` for codes of at most [`FAST`] bits; 0 for longer ones.
    fast: [u16; 1 << FAST],
    /// The largest code of a length, aligned to 16 bits, plus one.
    limits: [u32; 18],
    /// What to add to a code of a length to get the symbol's place.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// From the count of codes of each length, 1 to 16, and the symbols in their order. `None` if there are more codes than fit.
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

/// Bits of entropy-coded segments. At a marker or the end of the file it goes on with zeros, and remembers how many were taken.
pub(super) struct Bits<'a> {
    source: &'a mut dyn Source,
    buffer: Vec<u8>,
    at: usize,
    held: u64,
    count: u32,
    /// Zeros at the end of `held` that are not in the file.
    invented: u32,
    /// Some of them were taken.
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

    /// The next byte of entropy-coded data; `None` at a marker, which is kept, and at the end of the file.
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

    /// Takes at most 16 bits.
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

    /// The signed value of a size class (T.81, F.2.2.1).
    #[inline]
    pub(super) fn signed(&mut self, size: u32) -> i32 {
        if size == 0 {
            return 0;
        }
        let value = self.take(size) as i32;
        if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value }
    }

    /// The next symbol; `None` for a code that the table lacks.
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

    /// Whether bits were taken that the file does not have.
    #[inline]
    pub(super) fn exhausted(&self) -> bool {
        self.ran_out || self.count < self.invented
    }

    /// Makes the next call of [`Self::next_marker`] return this marker.
    pub(super) fn put_back(&mut self, marker: Option<u8>) {
        self.marker = marker;
    }

    /// Ends a segment: drops its last bits and the bytes before the next marker. Returns the marker (`None` at the end of the file) and
    /// the number of whole bytes that were left over, without the zeros at their end.
    pub(super) fn next_marker(&mut self) -> (Option<u8>, usize) {
        let whole = (self.count.saturating_sub(self.invented) / 8) as usize;
        let left = self.held >> self.invented.min(63) & ((1u64 << (whole * 8).min(63)) - 1);
        let mut extra = if left == 0 { 0 } else { whole };
        // The last byte is filled up with ones; some cameras use zeros. Anything else is data that no block took.
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
