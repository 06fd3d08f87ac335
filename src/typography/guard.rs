//! Checks that a glyph can be outlined in bounded time. `ttf-parser` bounds the depth of composite glyphs and subroutines but not their number,
//! so a small hostile file can require 2³¹ copies of a shape. The work is counted here before it is done.

use std::cell::Cell;

use read_fonts::ps::cff::CffFontRef;
use read_fonts::ps::cff::blend::BlendState;
use read_fonts::ps::cff::index::Index;
use read_fonts::ps::cs::{CharstringContext, CharstringKind, CommandSink, evaluate};
use read_fonts::ps::error::Error;
use read_fonts::types::{F2Dot14, Fixed, GlyphId as ReadId};
use ttf_parser::{Face, GlyphId, Tag};

/// Most components of a composite glyph on all levels; Hangul fonts built from components use a dozen.
const MAX_COMPONENTS: u32 = 512;
/// Most points of a glyph; calligraphic faces have some thousands.
const MAX_POINTS: u64 = 60_000;
/// Largest sum over the components of a variable glyph of the squared number of points: interpolating deltas compares points with each other.
const MAX_SQUARED_POINTS: u64 = 4_000_000;
/// Most bytes of charstrings that a glyph executes, including subroutines.
const MAX_CHARSTRING_BYTES: usize = 500_000;
/// Most subroutine calls of a glyph.
const MAX_CALLS: usize = 20_000;

/// Whether the outline of a glyph takes bounded time. False also for invalid charstrings.
pub(super) fn is_cheap(face: &Face<'_>, id: GlyphId) -> bool {
    let tables = face.tables();
    if tables.glyf.is_some() {
        return Composite::of(face).is_some_and(|mut c| c.visit(id.0, 0));
    }
    let cff = |tag| face.raw_face().table(Tag::from_bytes(tag));
    let axes = usize::from(face.variation_axes().len());
    match (cff(b"CFF "), cff(b"CFF2")) {
        (Some(data), _) if tables.cff.is_some() => CffFontRef::new_cff(data, 0, None).is_ok_and(|font| runs(data, &font, false, id, axes)),
        (_, Some(data)) => CffFontRef::new_cff2(data, None).is_ok_and(|font| runs(data, &font, true, id, axes)),
        _ => true,
    }
}

/// Counts components and points of a TrueType glyph.
struct Composite<'a> {
    glyf: &'a [u8],
    loca: &'a [u8],
    long: bool,
    variable: bool,
    components: u32,
    points: u64,
    squared: u64,
}

impl<'a> Composite<'a> {
    fn of(face: &Face<'a>) -> Option<Self> {
        let table = |tag| face.raw_face().table(Tag::from_bytes(tag));
        let long = face.tables().head.index_to_location_format == ttf_parser::head::IndexToLocationFormat::Long;
        let variable = face.is_variable();
        Some(Self { glyf: table(b"glyf")?, loca: table(b"loca")?, long, variable, components: 0, points: 0, squared: 0 })
    }

    fn visit(&mut self, id: u16, depth: u8) -> bool {
        // `ttf-parser` draws nothing for a glyph ID out of range.
        let Some(data) = self.data(id) else { return true };
        let u16_at = |at: usize| data.get(at..at + 2).map(|b| u16::from_be_bytes([b[0], b[1]]));
        let Some(contours) = u16_at(0).map(|v| v as i16) else { return true };
        if contours >= 0 {
            let last = usize::from(contours as u16).checked_sub(1).and_then(|n| u16_at(10 + 2 * n));
            let points = last.map_or(0, |l| u64::from(l) + 1);
            self.points += points;
            self.squared += points * points;
            return self.points <= MAX_POINTS && (!self.variable || self.squared <= MAX_SQUARED_POINTS);
        }
        // `ttf-parser` stops at this depth too.
        if depth >= 32 {
            return false;
        }
        let mut at = 10;
        while let (Some(flags), Some(child)) = (u16_at(at), u16_at(at + 2)) {
            self.components += 1;
            if self.components > MAX_COMPONENTS || !self.visit(child, depth + 1) {
                return false;
            }
            // ARG_1_AND_2_ARE_WORDS; WE_HAVE_A_SCALE, AN_X_AND_Y_SCALE, A_TWO_BY_TWO; MORE_COMPONENTS.
            at += if flags & 1 != 0 { 8 } else { 6 };
            at += match flags {
                f if f & 0x08 != 0 => 2,
                f if f & 0x40 != 0 => 4,
                f if f & 0x80 != 0 => 8,
                _ => 0,
            };
            if flags & 0x20 == 0 {
                break;
            }
        }
        true
    }

    fn data(&self, id: u16) -> Option<&'a [u8]> {
        let id = usize::from(id);
        let range = if self.long {
            let at = |i: usize| self.loca.get(4 * i..4 * i + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize);
            at(id)?..at(id + 1)?
        } else {
            let at = |i: usize| self.loca.get(2 * i..2 * i + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])) * 2);
            at(id)?..at(id + 1)?
        };
        self.glyf.get(range).filter(|d| !d.is_empty())
    }
}

/// Executes a charstring without drawing it, with limits on its size and on subroutine calls; false if it exceeds them or is invalid.
fn runs<'a>(data: &'a [u8], font: &CffFontRef<'a>, is_cff2: bool, id: GlyphId, axes: usize) -> bool {
    let run = || {
        let gid = ReadId::new(u32::from(id.0));
        let coordinates = vec![F2Dot14::ZERO; axes];
        let subfont = font.subfont(font.subfont_index(gid)?, &coordinates).ok()?;
        let local = match subfont.subrs_offset() {
            0 => Index::Empty,
            at => Index::new(data.get(at as usize..)?, is_cff2).ok()?,
        };
        let charstring = font.charstrings().get(usize::from(id.0)).ok()?;
        let blend = font.var_store().and_then(|store| BlendState::new(store.clone(), &coordinates, subfont.vs_index()).ok());
        let plain = (data, font.charstrings(), font.global_subrs(), &local);
        let bytes = Cell::new(MAX_CHARSTRING_BYTES.checked_sub(charstring.len())?);
        let context = Counted { plain, bytes, calls: Cell::new(MAX_CALLS) };
        evaluate(&context, blend, charstring, &mut Ignore).ok().map(drop)
    };
    run().is_some()
}

/// The subroutines of a CFF font; fails once a charstring has exceeded the limits.
struct Counted<'a> {
    plain: (&'a [u8], &'a Index<'a>, &'a Index<'a>, &'a Index<'a>),
    bytes: Cell<usize>,
    calls: Cell<usize>,
}

impl Counted<'_> {
    fn spend<'b>(&self, charstring: &'b [u8]) -> Result<&'b [u8], Error> {
        const SPENT: Error = Error::CharstringNestingDepthLimitExceeded;
        self.calls.set(self.calls.get().checked_sub(1).ok_or(SPENT)?);
        self.bytes.set(self.bytes.get().checked_sub(charstring.len()).ok_or(SPENT)?);
        Ok(charstring)
    }
}

impl CharstringContext for Counted<'_> {
    fn kind(&self) -> CharstringKind {
        CharstringKind::Type2
    }

    fn seac_components(&self, base_code: i32, accent_code: i32) -> Result<[&[u8]; 2], Error> {
        let [base, accent] = self.plain.seac_components(base_code, accent_code)?;
        Ok([self.spend(base)?, self.spend(accent)?])
    }

    fn global_subr(&self, index: i32) -> Result<&[u8], Error> {
        self.spend(self.plain.global_subr(index)?)
    }

    fn subr(&self, index: i32) -> Result<&[u8], Error> {
        self.spend(self.plain.subr(index)?)
    }
}

struct Ignore;

impl CommandSink for Ignore {
    fn move_to(&mut self, _: Fixed, _: Fixed) {}
    fn line_to(&mut self, _: Fixed, _: Fixed) {}
    fn curve_to(&mut self, _: Fixed, _: Fixed, _: Fixed, _: Fixed, _: Fixed, _: Fixed) {}
    fn close(&mut self) {}
}
