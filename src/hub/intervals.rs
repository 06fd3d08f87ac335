//! Sets of byte ranges: which bytes of a file are there.

use std::ops::Range;

/// Disjoint ranges in ascending order; neighbours are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals(Vec<Range<u64>>);

impl Intervals {
    /// Adds a range.
    pub fn add(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // The ranges that overlap or touch the new one are replaced by their union.
        let first = self.0.partition_point(|old| old.end < range.start);
        let last = self.0.partition_point(|old| old.start <= range.end);
        let start = self.0.get(first).map_or(range.start, |old| old.start.min(range.start));
        let end = last.checked_sub(1).and_then(|at| self.0.get(at)).map_or(range.end, |old| old.end.max(range.end));
        let (start, end) = if first < last { (start, end) } else { (range.start, range.end) };
        self.0.splice(first..last, std::iter::once(start..end));
    }

    /// Number of bytes in all ranges.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// End of the range that begins at 0; 0 if there is none.
    pub fn prefix(&self) -> u64 {
        self.0.first().filter(|range| range.start == 0).map_or(0, |range| range.end)
    }

    /// The first gap at or after `from` and before `end`, at most `longest` bytes of it.
    pub fn first_gap(&self, from: u64, end: u64, longest: u64) -> Option<Range<u64>> {
        let at = self.0.partition_point(|range| range.end <= from);
        let (start, next) = match self.0.get(at) {
            Some(range) if range.start <= from => (range.end, self.0.get(at + 1)),
            next => (from, next),
        };
        let stop = next.map_or(end, |range| range.start.min(end));
        (start < stop).then(|| start..stop.min(start.saturating_add(longest)))
    }

    /// The ranges in ascending order.
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_like_a_set_of_bytes() {
        // Compared with a plain set of flags, over ranges in every order.
        let mut state = 7_u64;
        for _ in 0..200 {
            let (mut set, mut flags) = (Intervals::default(), [false; 64]);
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let (a, b) = ((state >> 33) % 64, (state >> 45) % 65);
                let range = a.min(b)..a.max(b);
                (range.start..range.end).for_each(|at| flags[at as usize] = true);
                set.add(range);
                assert_eq!(set.bytes(), flags.iter().filter(|f| **f).count() as u64);
                assert_eq!(set.prefix(), flags.iter().take_while(|f| **f).count() as u64);
                assert!(set.ranges().windows(2).all(|pair| pair[0].end < pair[1].start), "{set:?}");
                for from in 0..64 {
                    let start = (from..64).find(|at| !flags[*at as usize]);
                    let gap = start.map(|s| s..(s..64).take_while(|at| !flags[*at as usize]).last().unwrap() + 1);
                    assert_eq!(set.first_gap(from, 64, 64), gap, "{set:?} from {from}");
                }
            }
        }
        let mut set = Intervals::default();
        set.add(0..10);
        assert_eq!((set.first_gap(0, 100, 5), set.first_gap(0, 10, 5), set.first_gap(3, 100, 5)), (Some(10..15), None, Some(10..15)));
    }
}
