//! Checks that shaping with a face takes bounded time and memory. The shaper bounds nested lookups and the growth of a text, but it tries every
//! rule of every lookup that a font lists, and offsets let a small file list billions of them. They are counted here before a face is used.

use ttf_parser::{Face, Tag};

use super::table::Table;

/// Most work of all lookups of a table: one for each subtable and for each rule that is tried in vain. Noto Serif Tibetan and Noto Sans Grantha
/// have less than 4,000.
const MAX_WORK: u64 = 40_000;
/// Most work of one lookup of a table with contextual lookups, which may call it again and again. Noto Sans Grantha has 1,837.
const MAX_LOOKUP_WORK: u64 = 8_000;
/// Most entries of all coverage tables and sets of rules: the shaper reads each once. Noto Sans CJK has some hundred thousand.
const MAX_COVERED: u64 = 8_000_000;
/// Most glyphs that stand for one; Nastaliq and Malayalam faces have four.
const MAX_GROWTH: u16 = 32;
/// Most subtables of the tables of Apple's layout, and of sets of marks.
const MAX_SUBTABLES: u32 = 1024;
/// Most products of regions and axes that a variable value is made of.
const MAX_REGIONS: u32 = 16_384;

/// Whether texts are shaped with a face in bounded time.
pub(super) fn is_cheap(face: &Face<'_>) -> bool {
    let table = |tag: &[u8; 4]| face.raw_face().table(Tag::from_bytes(tag)).map(Table);
    let layout = |tag, kinds| table(tag).is_none_or(|t| Layout::new(kinds).admits(t));
    layout(b"GSUB", &SUBSTITUTION)
        && layout(b"GPOS", &POSITIONING)
        && table(b"GDEF").is_none_or(admits_definitions)
        && table(b"HVAR").is_none_or(|t| admits_variations(t, t.u32(4)))
        && table(b"morx").is_none_or(admits_chains)
        && table(b"kerx").is_none_or(|t| t.u32(4) <= MAX_SUBTABLES)
        && table(b"kern").is_none_or(|t| u32::from(if t.u16(0) == 0 { t.u16(2) } else { t.u16(6) }) <= MAX_SUBTABLES)
}

/// Numbers of the types of lookups.
struct Kinds {
    multiple: Option<u16>,
    ligature: Option<u16>,
    context: u16,
    chained: u16,
    extension: u16,
}

const SUBSTITUTION: Kinds = Kinds { multiple: Some(2), ligature: Some(4), context: 5, chained: 6, extension: 7 };
const POSITIONING: Kinds = Kinds { multiple: None, ligature: None, context: 7, chained: 8, extension: 9 };

/// Counts the work of `GSUB` or `GPOS`.
struct Layout {
    kinds: &'static Kinds,
    work: u64,
    covered: u64,
    has_contexts: bool,
}

impl Layout {
    fn new(kinds: &'static Kinds) -> Self {
        Self { kinds, work: 0, covered: 0, has_contexts: false }
    }

    fn admits(mut self, table: Table<'_>) -> bool {
        let lookups = table.from(table.u16(8).into());
        let mut heaviest = 0;
        for index in 0..lookups.u16(0) {
            let lookup = lookups.from(lookups.u16(2 + 2 * u32::from(index)).into());
            let before = self.work;
            for subtable in 0..lookup.u16(4) {
                let mut data = lookup.from(lookup.u16(6 + 2 * u32::from(subtable)).into());
                let mut kind = lookup.u16(0);
                if kind == self.kinds.extension {
                    (kind, data) = (data.u16(2), data.from(data.u32(4)));
                }
                if !self.count(kind, data) {
                    return false;
                }
            }
            heaviest = heaviest.max(self.work - before);
        }
        !self.has_contexts || heaviest <= MAX_LOOKUP_WORK
    }

    /// Adds a subtable; false as soon as there is too much.
    fn count(&mut self, kind: u16, table: Table<'_>) -> bool {
        let format = table.u16(0);
        let (is_context, is_chained) = (kind == self.kinds.context, kind == self.kinds.chained);
        let is_contextual = is_context || is_chained;
        self.has_contexts |= is_contextual;
        // Where the number of sets of rules stands, behind the coverage and, in format 2, the classes.
        let sets = match format {
            1 if is_contextual || Some(kind) == self.kinds.ligature || Some(kind) == self.kinds.multiple => Some(4),
            2 if is_context => Some(6),
            2 if is_chained => Some(10),
            _ => None,
        };
        let coverage = if is_contextual && format == 3 { None } else { Some(table.from(table.u16(2).into())) };
        self.covered += coverage.map_or(0, |c| u64::from(c.u16(2)));
        // Sets are counted like covered glyphs: they are read here.
        self.covered += sets.map_or(0, |at| u64::from(table.u16(at)));
        if !self.is_within() {
            return false;
        }
        let rules_of = |at: u32| {
            let sets = (0..u32::from(table.u16(at))).map(|i| table.u16(at + 2 + 2 * i)).filter(|offset| *offset != 0);
            sets.map(|offset| table.u16(offset.into())).max().unwrap_or(0)
        };
        let rules = sets.map_or(0, rules_of);
        if Some(kind) == self.kinds.multiple {
            self.work += 1;
            return rules <= MAX_GROWTH && self.is_within();
        }
        self.work += 1 + u64::from(rules);
        self.is_within()
    }

    fn is_within(&self) -> bool {
        self.work <= MAX_WORK && self.covered <= MAX_COVERED
    }
}

fn admits_definitions(table: Table<'_>) -> bool {
    let minor = table.u16(2);
    let sets = if minor >= 2 { table.u16(12) } else { 0 };
    let marks = table.from(sets.into());
    (sets == 0 || u32::from(marks.u16(2)) <= MAX_SUBTABLES) && (minor < 3 || admits_variations(table, table.u32(14)))
}

/// Checks an item variation store: `at` is its offset, 0 for none.
fn admits_variations(table: Table<'_>, at: u32) -> bool {
    if at == 0 {
        return true;
    }
    let store = table.from(at);
    let axes = u32::from(store.from(store.u32(2)).u16(0));
    let heaviest = (0..u32::from(store.u16(6))).map(|i| u32::from(store.from(store.u32(8 + 4 * i)).u16(4))).max().unwrap_or(0);
    axes.max(1) * heaviest <= MAX_REGIONS
}

fn admits_chains(table: Table<'_>) -> bool {
    let (chains, mut at, mut subtables) = (table.u32(4), 8_u32, 0_u32);
    for _ in 0..chains.min(MAX_SUBTABLES) {
        let Some(next) = at.checked_add(table.u32(at.saturating_add(4))) else { return false };
        subtables = subtables.saturating_add(table.u32(at.saturating_add(12)));
        at = next;
    }
    chains <= MAX_SUBTABLES && subtables <= MAX_SUBTABLES
}
