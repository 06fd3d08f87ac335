//! Layout of flat text for layers: runs with their own face and size, lines broken at a width, letters as polygons.

use ttf_parser::GlyphId;

use super::breaks::{self, Break};
use super::catalog::{FontCatalog, is_invisible, needs_ink};
use super::face::OpenFace;
use super::outline::{Flattener, pair_kerning};

/// Closed polygons in pixels, y down. They may overlap: fill them nonzero.
pub type Polygons = Vec<Vec<[f32; 2]>>;

/// Advance of a space where the face does not say, ems.
const SPACE: f32 = 0.28;
/// Height of capitals where the face does not say, ems. Hangul has its centre at about half of it too.
const CAP_HEIGHT: f32 = 0.7;

/// A part of a text that looks alike.
#[derive(Clone, Copy, Debug)]
pub struct FlatRun<'a> {
    /// Its text; line breaks end the line.
    pub text: &'a str,
    /// Listed name of its font.
    pub font: &'a str,
    /// Its size as a multiple of [`FlatStyle::size`].
    pub scale: f32,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub struct FlatStyle {
    /// Type size in pixels per em.
    pub size: f32,
    /// Distance of the lines in ems.
    pub line_height: f32,
    /// Additional distance of the letters in ems.
    pub letter_spacing: f32,
    /// 0 left, 0.5 centred, 1 right.
    pub align: f32,
    /// Width at which lines are broken, pixels.
    pub width: Option<f32>,
}

/// A text as polygons about its centre.
#[derive(Clone, Debug, Default)]
pub struct FlatText {
    /// The letters of each run, with the centre of the text's box at the origin.
    pub runs: Vec<Polygons>,
    /// Width of the box: that of the style, or of the longest line.
    pub width: f32,
    /// Height of the box: that of all lines.
    pub height: f32,
    /// Whether the letters were too complex, in which case some are missing.
    pub is_cut: bool,
}

#[derive(Clone, Copy)]
struct Glyph {
    ch: char,
    run: usize,
    face: usize,
    id: GlyphId,
    /// Pixels per em.
    size: f32,
    /// Pixels.
    advance: f32,
}

impl Glyph {
    fn is_space(&self) -> bool {
        !needs_ink(self.ch)
    }
}

/// The faces in use by name.
struct Faces<'a> {
    catalog: &'a FontCatalog,
    open: Vec<(String, Option<OpenFace<'a>>)>,
}

impl<'a> Faces<'a> {
    fn index(&mut self, name: &str) -> usize {
        self.open.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.open.push((name.to_owned(), self.catalog.entry(name).and_then(|entry| entry.open())));
            self.open.len() - 1
        })
    }

    fn get(&self, index: usize) -> Option<&OpenFace<'a>> {
        self.open.get(index).and_then(|(_, face)| face.as_ref())
    }

    fn glyph(&self, face: usize, c: char) -> Option<GlyphId> {
        self.get(face)?.inked_glyph(c)
    }

    /// The face for a word: the requested one, else the first fallback that has every character.
    fn of_word(&mut self, requested: usize, fallbacks: &[&str], word: &[char]) -> usize {
        let suits = |faces: &Self, face: usize| word.iter().all(|&c| faces.glyph(face, c).is_some());
        if suits(self, requested) {
            return requested;
        }
        let found = fallbacks.iter().find_map(|name| {
            let face = self.index(name);
            suits(self, face).then_some(face)
        });
        found.unwrap_or(requested)
    }
}

/// Sets a text. Characters that no face has are left out.
pub fn layout_flat(catalog: &FontCatalog, runs: &[FlatRun<'_>], style: &FlatStyle) -> FlatText {
    let mut faces = Faces { catalog, open: Vec::new() };
    let mut paragraphs: Vec<Vec<Glyph>> = vec![Vec::new()];
    for (index, run) in runs.iter().enumerate() {
        shape_run(&mut faces, index, run, style.size * run.scale, &mut paragraphs);
    }
    let lines: Vec<Vec<Glyph>> = paragraphs.iter().flat_map(|paragraph| break_lines(paragraph, &faces, style)).collect();
    let widths: Vec<f32> = lines.iter().map(|line| line_width(line, &faces, style)).collect();
    let width = style.width.unwrap_or_else(|| widths.iter().copied().fold(0.0, f32::max));
    // An empty line is as high as the text's own size.
    let scale = |line: &[Glyph]| line.iter().map(|g| g.size).reduce(f32::max).unwrap_or(style.size);
    let height: f32 = lines.iter().map(|line| scale(line) * style.line_height).sum();
    let mut flatteners: Vec<Flattener> = runs.iter().map(|_| Flattener::default()).collect();
    let mut top = -height / 2.0;
    for (line, line_width) in lines.iter().zip(&widths) {
        let line_height = scale(line) * style.line_height;
        let baseline = top + line_height / 2.0 + cap_height(line, &faces) / 2.0;
        let mut x = -width / 2.0 + (width - line_width) * style.align;
        for (i, glyph) in line.iter().enumerate() {
            if i > 0 {
                x += kerning(&line[i - 1], glyph, &faces);
            }
            if let (Some(face), Some(flattener), false) = (faces.get(glyph.face), flatteners.get_mut(glyph.run), glyph.is_space()) {
                flattener.glyph(face, glyph.id, x, baseline, glyph.size);
            }
            x += glyph.advance + style.letter_spacing * glyph.size;
        }
        top += line_height;
    }
    let polygons: Vec<Option<Polygons>> = flatteners.into_iter().map(Flattener::finish).collect();
    let is_cut = polygons.iter().any(Option::is_none);
    FlatText { runs: polygons.into_iter().map(Option::unwrap_or_default).collect(), width, height, is_cut }
}

/// Adds the glyphs of a run to the last paragraph, and a paragraph for each line break.
fn shape_run(faces: &mut Faces<'_>, index: usize, run: &FlatRun<'_>, size: f32, paragraphs: &mut Vec<Vec<Glyph>>) {
    let requested = faces.index(run.font);
    let fallbacks = faces.catalog.fallback_faces(run.font);
    for (n, line) in run.text.split('\n').enumerate() {
        if n > 0 {
            paragraphs.push(Vec::new());
        }
        let Some(glyphs) = paragraphs.last_mut() else { return };
        for part in line.split_inclusive(char::is_whitespace) {
            let word: Vec<char> = part.chars().filter(|&c| needs_ink(c) && !is_invisible(c)).collect();
            let whole = faces.of_word(requested, &fallbacks, &word);
            for ch in word {
                let own = if faces.glyph(whole, ch).is_some() { whole } else { faces.of_word(requested, &fallbacks, &[ch]) };
                let Some(id) = faces.glyph(own, ch) else { continue };
                let advance = advance(faces, own, id).unwrap_or(0.0) * size;
                glyphs.push(Glyph { ch, run: index, face: own, id, size, advance });
            }
            if part.ends_with(char::is_whitespace) {
                let id = faces.get(requested).and_then(|face| face.glyph_index(' ')).unwrap_or(GlyphId(0));
                let advance = advance(faces, requested, id).map_or(SPACE, |a| a.clamp(0.15, 0.4)) * size;
                glyphs.push(Glyph { ch: ' ', run: index, face: requested, id, size, advance });
            }
        }
    }
}

fn advance(faces: &Faces<'_>, face: usize, id: GlyphId) -> Option<f32> {
    let face = faces.get(face)?;
    Some(f32::from(face.glyph_hor_advance(id)?) / f32::from(face.units_per_em()))
}

/// Height of capitals in the largest letters of a line, pixels.
fn cap_height(line: &[Glyph], faces: &Faces<'_>) -> f32 {
    let Some(largest) = line.iter().max_by(|a, b| a.size.total_cmp(&b.size)) else { return 0.0 };
    let face = faces.get(largest.face);
    let known = face.and_then(|face| Some(f32::from(face.capital_height()?) / f32::from(face.units_per_em())));
    known.filter(|height| (0.5..0.9).contains(height)).unwrap_or(CAP_HEIGHT) * largest.size
}

fn kerning(a: &Glyph, b: &Glyph, faces: &Faces<'_>) -> f32 {
    // Hangul and ideographs have a fixed advance; only alphabets are kerned.
    if a.face != b.face || a.run != b.run || a.is_space() || b.is_space() || a.ch > '\u{1100}' || b.ch > '\u{1100}' {
        return 0.0;
    }
    faces.get(a.face).map_or(0.0, |face| pair_kerning(face, a.id, b.id)) * a.size
}

/// Width of a line without the spaces at its end.
fn line_width(line: &[Glyph], faces: &Faces<'_>, style: &FlatStyle) -> f32 {
    let end = line.iter().rposition(|g| !g.is_space()).map_or(0, |last| last + 1);
    let mut width = 0.0;
    for (i, glyph) in line[..end].iter().enumerate() {
        if i > 0 {
            width += kerning(&line[i - 1], glyph, faces) + style.letter_spacing * line[i - 1].size;
        }
        width += glyph.advance;
    }
    width
}

/// Breaks a paragraph at spaces, and within words that are longer than a line.
fn break_lines(paragraph: &[Glyph], faces: &Faces<'_>, style: &FlatStyle) -> Vec<Vec<Glyph>> {
    let Some(most) = style.width else { return vec![paragraph.to_vec()] };
    let mut lines = Vec::new();
    let mut rest = paragraph;
    loop {
        let (mut width, mut fits) = (0.0, rest.len());
        for (i, glyph) in rest.iter().enumerate() {
            if i > 0 {
                width += kerning(&rest[i - 1], glyph, faces) + style.letter_spacing * rest[i - 1].size;
            }
            // Spaces may hang over the edge.
            if i > 0 && !glyph.is_space() && width + glyph.advance > most + 0.01 {
                fits = i;
                break;
            }
            width += glyph.advance;
        }
        if fits >= rest.len() {
            lines.push(rest.to_vec());
            return lines;
        }
        let at = break_before(rest, fits);
        lines.push(rest[..at].to_vec());
        rest = &rest[at..];
        while rest.first().is_some_and(Glyph::is_space) {
            rest = &rest[1..];
        }
        if rest.is_empty() {
            return lines;
        }
    }
}

/// Where a line of which `fits` glyphs have room ends: at least one glyph.
fn break_before(line: &[Glyph], fits: usize) -> usize {
    let after_space = |at: &usize| line[at - 1].is_space() && line[..*at].iter().any(|g| !g.is_space());
    if let Some(at) = (1..=fits).rev().find(after_space) {
        return at;
    }
    let of = |least: Break| (1..=fits).rev().find(|&at| breaks::between(line[at - 1].ch, line[at].ch) >= least);
    of(Break::Good).or_else(|| of(Break::Poor)).unwrap_or(fits).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::DEFAULT_FONT;

    fn style(width: Option<f32>) -> FlatStyle {
        FlatStyle { size: 40.0, line_height: 1.25, letter_spacing: 0.0, align: 0.5, width }
    }

    fn set(text: &str, style: &FlatStyle) -> FlatText {
        layout_flat(&FontCatalog::load(&[]), &[FlatRun { text, font: DEFAULT_FONT, scale: 1.0 }], style)
    }

    fn ink(text: &FlatText) -> [f32; 4] {
        let points = text.runs.iter().flatten().flatten();
        points.fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, p| [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])])
    }

    #[test]
    fn letters_are_centred_on_the_origin() {
        for text in ["HH", "2,980원", "신메뉴 출시", "50%"] {
            let [x0, y0, x1, y1] = ink(&set(text, &style(None)));
            assert!((x0 + x1).abs() < 6.0 && (y0 + y1).abs() < 6.0, "{text}: {x0} {y0} {x1} {y1}");
        }
    }

    #[test]
    fn lines_are_broken_at_spaces_and_long_words_within() {
        let one = set("신메뉴 출시 기념 할인", &style(None));
        let wrapped = set("신메뉴 출시 기념 할인", &style(Some(one.width * 0.6)));
        assert_eq!((one.height, wrapped.height, wrapped.width), (50.0, 100.0, one.width * 0.6));
        let [x0, _, x1, _] = ink(&wrapped);
        assert!(x1 - x0 <= wrapped.width + 1.0);
        let narrow = set("가나다라마바사", &style(Some(80.0)));
        assert!(narrow.height >= 150.0, "{}", narrow.height);
        // A box narrower than a letter gets one letter a line.
        assert_eq!(set("가나다", &style(Some(1.0))).height, 150.0);
        assert_eq!(set("a\n\nb", &style(None)).height, 150.0);
    }

    #[test]
    fn alignment_spacing_and_scale_move_the_letters() {
        let left = set("I\nWWWW", &FlatStyle { align: 0.0, ..style(None) });
        let right = set("I\nWWWW", &FlatStyle { align: 1.0, ..style(None) });
        let first = |text: &FlatText| text.runs[0][0][0][0];
        assert!(first(&left) < -20.0 && first(&right) > 20.0);
        let spaced = set("WWWW", &FlatStyle { letter_spacing: 0.5, ..style(None) });
        assert!((spaced.width - set("WWWW", &style(None)).width - 60.0).abs() < 0.01);
        let run = |text, scale| FlatRun { text, font: DEFAULT_FONT, scale };
        let two = layout_flat(&FontCatalog::load(&[]), &[run("2,980", 2.0), run("원", 1.0)], &style(None));
        assert_eq!((two.runs.len(), two.height), (2, 100.0));
        let bottom = |polygons: &Polygons| polygons.iter().flatten().map(|p| p[1]).fold(f32::MIN, f32::max);
        assert!(bottom(&two.runs[1]) > 0.0 && (bottom(&two.runs[0]) - bottom(&two.runs[1])).abs() < 12.0, "one baseline");
    }
}
