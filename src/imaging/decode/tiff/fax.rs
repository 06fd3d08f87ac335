//! CCITT fax compression (ITU-T T.4 and T.6): the code tables are those of the `fax` crate, whose own decoders read neither rows without
//! end-of-line codes nor two-dimensional Group 3.

use std::convert::Infallible;

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};

/// Which of the CCITT schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaxKind {
    /// Modified Huffman: one-dimensional rows without end-of-line codes, each starting at a multiple of `align` bits.
    Rows { align: usize },
    /// Group 3, with one-dimensional or two-dimensional rows.
    Group3 { two_dimensional: bool },
    /// Group 4, with two-dimensional rows only.
    Group4,
}

/// Decompresses at most `height` rows of 1-bit pixels (1 is black), each starting at a byte. Returns fewer rows if the data is damaged.
pub(super) fn unpack(packed: &[u8], kind: FaxKind, width: usize, height: usize) -> Vec<u8> {
    let mut reader = Bits { bytes: packed, position: 0 };
    let row_bytes = width.div_ceil(8);
    let mut out = Vec::with_capacity(row_bytes * height);
    let mut above = Vec::new();
    for _ in 0..height {
        if kind == FaxKind::Group4 && !reader.ended() && reader.at_end_of_line() {
            // The end-of-block code; some programs omit white rows at the end.
            out.resize(row_bytes * height, 0);
            break;
        }
        let row = match kind {
            FaxKind::Rows { align } => {
                reader.position = reader.position.next_multiple_of(align);
                reader.row(width)
            }
            FaxKind::Group3 { two_dimensional } => {
                let marked = reader.skip_end_of_line();
                // The bit after the end-of-line code says how the row is coded.
                let refers = two_dimensional && marked && !reader.bit();
                if refers { reader.row_from(&above, width) } else { reader.row(width) }
            }
            FaxKind::Group4 => reader.row_from(&above, width),
        };
        let Some(row) = row else { break };
        above = row;
        paint(&above, width, &mut out);
    }
    out
}

/// Appends a row that starts white and changes its colour at these positions.
fn paint(changes: &[usize], width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + width.div_ceil(8), 0);
    for black in changes.chunks(2) {
        let end = black.get(1).copied().unwrap_or(width);
        for x in black[0]..end.min(width) {
            out[start + x / 8] |= 0x80 >> (x % 8);
        }
    }
}

/// Most colour changes of a row. Encoders use runs of length 0 to split long runs, so without a limit a hostile row could have any number.
fn most_changes(width: usize) -> usize {
    2 * width + 4
}

/// Bit reader, most significant bit first. Zeros follow the end of the data.
struct Bits<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl BitReader for Bits<'_> {
    type Error = Infallible;

    fn peek(&self, count: u8) -> Option<u16> {
        let at = |i: usize| self.bytes.get(self.position / 8 + i).copied().map_or(0, u32::from);
        let window = at(0) << 16 | at(1) << 8 | at(2);
        (count <= 16).then(|| ((window << (8 + self.position % 8)) >> (32 - u32::from(count)).min(31)) as u16)
    }

    fn consume(&mut self, count: u8) -> Result<(), Infallible> {
        self.position += usize::from(count);
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (self.position.wrapping_neg() & 7) as u8
    }
}

impl Bits<'_> {
    fn bit(&mut self) -> bool {
        let bit = self.peek(1) == Some(1);
        self.position += 1;
        bit
    }

    fn ended(&self) -> bool {
        self.position >= self.bytes.len() * 8
    }

    /// Whether an end-of-line code follows: no code within a row starts with so many zeros.
    fn at_end_of_line(&self) -> bool {
        self.peek(11) == Some(0)
    }

    /// Skips an end-of-line code and the fill bits before it; returns false if there is none.
    fn skip_end_of_line(&mut self) -> bool {
        if !self.at_end_of_line() {
            return false;
        }
        while !self.ended() && !self.bit() {}
        true
    }

    /// Reads the length of a run: make-up codes, then a terminating code.
    fn run(&mut self, white: bool) -> Option<usize> {
        let mut sum = 0;
        loop {
            let part = usize::from(if white { white::decode(self) } else { black::decode(self) }?);
            sum += part;
            if part < 64 {
                return Some(sum);
            }
            if sum > 1 << 20 {
                return None;
            }
        }
    }

    /// Reads the colour changes of a one-dimensional row.
    fn row(&mut self, width: usize) -> Option<Vec<usize>> {
        let (mut at, mut changes) = (0, Vec::new());
        while at < width {
            at += self.run(changes.len().is_multiple_of(2))?;
            changes.push(at.min(width));
            if changes.len() > most_changes(width) {
                return None;
            }
        }
        Some(changes)
    }

    /// Reads the colour changes of a two-dimensional row, which is coded relative to the row above.
    fn row_from(&mut self, above: &[usize], width: usize) -> Option<Vec<usize>> {
        let (mut at, mut changes) = (0, Vec::new());
        // Index of the first change above that can still be b1; it moves right with `at`.
        let mut next = 0_usize;
        while at < width {
            // b1: the next change above to the opposite colour; at the start of a row it may be at 0.
            while next > 0 && above[next - 1] > at {
                next -= 1;
            }
            let started = at > 0 || !changes.is_empty();
            while next < above.len() && (above[next] < at || above[next] == at && started || next % 2 != changes.len() % 2) {
                next += 1;
            }
            let change = |i: usize| above.get(i).copied().unwrap_or(width);
            match mode::decode(self)? {
                Mode::Pass => at = change(next + 1),
                Mode::Horizontal => {
                    let white = changes.len().is_multiple_of(2);
                    let first = at + self.run(white)?;
                    let second = first + self.run(!white)?;
                    changes.extend([first.min(width), second.min(width)]);
                    if changes.len() > most_changes(width) {
                        return None;
                    }
                    at = second;
                }
                Mode::Vertical(delta) => {
                    let to = change(next).checked_add_signed(isize::from(delta))?;
                    if to < at || to > width {
                        return None;
                    }
                    changes.push(to);
                    at = to;
                }
                Mode::Extension | Mode::EOF => return None,
            }
        }
        Some(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
        digits.chunks(8).map(|c| c.iter().enumerate().fold(0, |byte, (i, b)| byte | b << (7 - i))).collect()
    }

    #[test]
    fn rows_without_marks_start_at_bytes() {
        // 3 white, 2 black, 3 white; then 8 white.
        let packed = bits("1000 11 1000 000000  10011 000");
        assert_eq!(unpack(&packed, FaxKind::Rows { align: 8 }, 8, 2), [0b0001_1000, 0]);
    }

    #[test]
    fn rows_of_empty_runs_end() {
        let empty = "00110101 0000110111";
        let row = |count: usize| bits(&format!("{} 10011", empty.repeat(count)));
        assert_eq!(unpack(&row(9), FaxKind::Rows { align: 8 }, 8, 1), [0]);
        assert!(unpack(&row(11), FaxKind::Rows { align: 8 }, 8, 1).is_empty());
        let pairs = |count: usize| bits(&format!("{} 1", format!("001 {empty}").repeat(count)));
        assert_eq!(unpack(&pairs(9), FaxKind::Group4, 8, 1), [0]);
        assert!(unpack(&pairs(11), FaxKind::Group4, 8, 1).is_empty());
    }

    #[test]
    fn group_3_rows_may_refer_to_the_row_above() {
        let end = "000000000001";
        let packed = bits(&format!("{end}1 1000 11 1000 0000{end}0 1 011 1 {end}1 10011"));
        let rows = unpack(&packed, FaxKind::Group3 { two_dimensional: true }, 8, 3);
        assert_eq!(rows, [0b0001_1000, 0b0001_1100, 0]);
    }

    #[test]
    fn group_4_ends_early_with_white_rows_and_stops_at_damage() {
        let packed = bits("001 1000 11 1 000000000001000000000001");
        assert_eq!(unpack(&packed, FaxKind::Group4, 8, 3), [0b0001_1000, 0, 0]);
        assert_eq!(unpack(&bits("001 1000 11 1 0000001111"), FaxKind::Group4, 8, 3), [0b0001_1000]);
    }
}
