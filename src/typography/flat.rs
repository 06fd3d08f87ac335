//! Layout of flat text for layers: runs with their own face and size, lines broken at a width, letters as polygons.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

use super::breaks::Break;
use super::catalog::{FontCatalog, is_invisible};
use super::colored::{Colored, Polygons, place};
use super::faces::{Choice, Faces};
use super::outline::Flattener;
use super::shaping::{Cluster, Paragraph, Span};

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
    /// Glyphs with colours of their own, such as emoji, in order.
    pub colored: Vec<Colored>,
    /// Width of the box: that of the style, or of the longest line.
    pub width: f32,
    /// Height of the box: that of all lines.
    pub height: f32,
    /// Whether the letters were too complex, in which case some are missing.
    pub is_cut: bool,
}

/// A line of a text.
struct Line<'p> {
    paragraph: &'p Paragraph,
    clusters: Vec<Cluster>,
    /// The run of each span of the paragraph.
    runs: &'p [usize],
}

impl Line<'_> {
    fn run(&self, cluster: &Cluster) -> usize {
        self.runs.get(cluster.span).copied().unwrap_or(0)
    }
}

/// The style of all runs, and the type size of each in pixels.
struct Setting<'a> {
    style: &'a FlatStyle,
    sizes: Vec<f32>,
}

/// Sets a text. Characters that no face has are left out.
pub fn layout_flat(catalog: &FontCatalog, runs: &[FlatRun<'_>], style: &FlatStyle) -> FlatText {
    let mut faces = Faces::new(catalog);
    let setting = Setting { style, sizes: runs.iter().map(|run| style.size * run.scale).collect() };
    let paragraphs = paragraphs(&mut faces, runs, style);
    let (mut lines, mut is_cut) = (Vec::new(), false);
    for (paragraph, clusters, runs) in &paragraphs {
        for range in setting.break_lines(clusters, runs) {
            match paragraph.line(clusters, range, &faces) {
                Ok(clusters) => lines.push(Line { paragraph, clusters, runs }),
                Err(_) => is_cut = true,
            }
        }
    }
    let widths: Vec<f32> = lines.iter().map(|line| setting.width(&line.paragraph.visual(&line.clusters), line.runs)).collect();
    let width = style.width.unwrap_or_else(|| widths.iter().copied().fold(0.0, f32::max));
    let heights: Vec<f32> = lines.iter().map(|line| setting.size(line) * style.line_height).collect();
    let height: f32 = heights.iter().sum();
    let mut flatteners: Vec<Flattener> = runs.iter().map(|_| Flattener::default()).collect();
    let mut colored = Vec::new();
    let mut top = -height / 2.0;
    for ((line, line_width), line_height) in lines.iter().zip(&widths).zip(heights) {
        let baseline = top + line_height / 2.0 + setting.cap_height(line, &faces) / 2.0;
        let mut x = -width / 2.0 + (width - line_width) * style.align;
        let clusters = line.paragraph.visual(&line.clusters);
        for (i, cluster) in clusters.iter().enumerate() {
            let run = line.run(cluster);
            let size = setting.sizes.get(run).copied().unwrap_or(style.size);
            if let (Some(face), Some(flattener), false) = (faces.get(cluster.face), flatteners.get_mut(run), cluster.is_space()) {
                for glyph in &cluster.glyphs {
                    let at = [x + glyph.x * size, baseline - glyph.y * size];
                    let Some(own) = face.color_glyph(glyph.id, size) else {
                        flattener.glyph(face, glyph.id, at[0], at[1], size);
                        continue;
                    };
                    is_cut |= !place(own, face, at, size, run, &mut colored);
                }
            }
            x += cluster.advance * size + setting.gap(cluster, clusters.get(i + 1).copied(), size);
        }
        top += line_height;
    }
    let polygons: Vec<Option<Polygons>> = flatteners.into_iter().map(Flattener::finish).collect();
    is_cut |= polygons.iter().any(Option::is_none);
    FlatText { runs: polygons.into_iter().map(Option::unwrap_or_default).collect(), colored, width, height, is_cut }
}

/// Splits the runs at line breaks and shapes the paragraphs; with each, the run of each of its spans.
fn paragraphs(faces: &mut Faces<'_>, runs: &[FlatRun<'_>], style: &FlatStyle) -> Vec<(Paragraph, Vec<Cluster>, Vec<usize>)> {
    let mut texts: Vec<(String, Vec<Span>, Vec<usize>)> = vec![Default::default()];
    for (index, run) in runs.iter().enumerate() {
        let face = faces.index(run.font);
        // Runs that differ in colour only are shaped as one.
        let alike = |other: &FlatRun<'_>| other.font == run.font && other.scale == run.scale;
        let group = runs.iter().position(alike).unwrap_or(index) as u32;
        for (n, part) in run.text.split('\n').enumerate() {
            if n > 0 {
                texts.push(Default::default());
            }
            let Some((text, spans, of_runs)) = texts.last_mut() else { continue };
            let start = text.len();
            text.extend(part.nfc().filter(|c| !c.is_control() || c.is_whitespace()).map(|c| if c.is_whitespace() { ' ' } else { c }));
            spans.push(Span { text: start..text.len(), face, group });
            of_runs.push(index);
        }
    }
    let mut choice = Choice::default();
    let shaped = texts.into_iter().map(|(text, spans, runs)| {
        let (paragraph, mut clusters) = Paragraph::new(text, spans, style.letter_spacing != 0.0, faces, &mut choice);
        clusters.iter_mut().for_each(Cluster::settle_space);
        (paragraph, clusters, runs)
    });
    shaped.collect()
}

impl Setting<'_> {
    fn size_of(&self, cluster: &Cluster, runs: &[usize]) -> f32 {
        runs.get(cluster.span).and_then(|run| self.sizes.get(*run)).copied().unwrap_or(self.style.size)
    }

    /// Size of the largest letters of a line. An empty line is as high as the text's own size.
    fn size(&self, line: &Line<'_>) -> f32 {
        line.clusters.iter().map(|c| self.size_of(c, line.runs)).reduce(f32::max).unwrap_or(self.style.size)
    }

    /// Additional space between a cluster and the one to its right. Letters that join are not torn apart.
    fn gap(&self, cluster: &Cluster, next: Option<&Cluster>, size: f32) -> f32 {
        let is_joined = cluster.is_joined && next.is_some_and(|next| next.is_joined);
        if is_joined || is_invisible(cluster.first) { 0.0 } else { self.style.letter_spacing * size }
    }

    /// Width of a line, of which the clusters are in order.
    fn width(&self, line: &[&Cluster], runs: &[usize]) -> f32 {
        let mut width = 0.0;
        for (i, cluster) in line.iter().enumerate() {
            let (size, next) = (self.size_of(cluster, runs), line.get(i + 1).copied());
            width += cluster.advance * size + if next.is_some() { self.gap(cluster, next, size) } else { 0.0 };
        }
        width
    }

    /// Height of capitals in the largest letters of a line, pixels.
    fn cap_height(&self, line: &Line<'_>, faces: &Faces<'_>) -> f32 {
        let size = |cluster: &Cluster| self.size_of(cluster, line.runs);
        let Some(largest) = line.clusters.iter().max_by(|a, b| size(a).total_cmp(&size(b))) else { return 0.0 };
        let face = faces.get(largest.face);
        let known = face.and_then(|face| Some(f32::from(face.capital_height()?) / f32::from(face.units_per_em())));
        known.filter(|height| (0.5..0.9).contains(height)).unwrap_or(CAP_HEIGHT) * size(largest)
    }

    /// Breaks a paragraph at spaces, and within words that are longer than a line. Spaces at the ends of lines are left out.
    fn break_lines(&self, paragraph: &[Cluster], runs: &[usize]) -> Vec<Range<usize>> {
        let trimmed = |line: Range<usize>| {
            let end = paragraph[line.clone()].iter().rposition(|c| !c.is_space()).map_or(0, |last| last + 1);
            line.start..line.start + end
        };
        let Some(most) = self.style.width else { return vec![trimmed(0..paragraph.len())] };
        let mut lines = Vec::new();
        let mut start = 0;
        loop {
            let rest = &paragraph[start..];
            let (mut width, mut fits) = (0.0, rest.len());
            for (i, cluster) in rest.iter().enumerate() {
                let size = self.size_of(cluster, runs);
                // Spaces may hang over the edge.
                if i > 0 && !cluster.is_space() && width + cluster.advance * size > most + 0.01 {
                    fits = i;
                    break;
                }
                width += cluster.advance * size + self.gap(cluster, rest.get(i + 1), size);
            }
            if fits >= rest.len() {
                lines.push(trimmed(start..paragraph.len()));
                return lines;
            }
            let at = start + break_before(rest, fits);
            lines.push(trimmed(start..at));
            start = at + paragraph[at..].iter().take_while(|c| c.is_space()).count();
            if start >= paragraph.len() {
                return lines;
            }
        }
    }
}

/// Where a line of which `fits` clusters have room ends: at least one cluster.
fn break_before(line: &[Cluster], fits: usize) -> usize {
    let after_space = |at: &usize| line[at - 1].is_space() && line[..*at].iter().any(|c| !c.is_space());
    if let Some(at) = (1..=fits).rev().find(after_space) {
        return at;
    }
    let of = |least: Break| (1..=fits).rev().find(|&at| line[at].before >= least);
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

    fn folder(name: &str) -> FontCatalog {
        FontCatalog::load(&[std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shaping").join(name)])
    }

    #[test]
    fn emoji_have_their_colours() {
        let text = layout_flat(&folder("small"), &[FlatRun { text: "1🍕😀", font: DEFAULT_FONT, scale: 1.0 }], &style(None));
        let [
            Colored::Shape { polygons, color: Some(below), .. },
            Colored::Shape { color: Some(above), .. },
            Colored::Picture { pixels, left, top, scale },
        ] = &text.colored[..]
        else {
            panic!("{:?}", text.colored)
        };
        assert_eq!((below, above), (&[255, 0, 0, 255], &[255, 204, 0, 255]));
        assert_eq!((polygons.len(), pixels.dimensions(), pixels.get_pixel(5, 5).0), (1, (64, 64), [0, 160, 0, 255]));
        // The letters and both emoji follow each other, and the picture fills an em.
        let right = ink(&text)[2];
        let shape = polygons[0].iter().map(|p| p[0]).fold(f32::MAX, f32::min);
        assert!(right < shape && shape + 32.0 < *left && (scale * 64.0 - 40.0).abs() < 0.01, "{right} {shape} {left} {scale}");
        assert!(*top < 0.0 && top + scale * 64.0 > 0.0 && !text.is_cut);
    }

    #[test]
    fn a_change_of_colour_does_not_tear_letters_apart() {
        let c = folder("fonts");
        let run = |text, scale| FlatRun { text, font: "NotoSans/NotoSansArabic-Bold.ttf", scale };
        let whole = layout_flat(&c, &[run("خصم", 1.0)], &style(None));
        let parts = layout_flat(&c, &[run("خ", 1.0), run("صم", 1.0)], &style(None));
        assert_eq!((whole.width, parts.runs.len()), (parts.width, 2));
        let points = |text: &FlatText| text.runs.iter().flatten().flatten().count();
        assert_eq!(points(&whole), points(&parts));
        // The first letter is on the right.
        assert!(parts.runs[0][0][0][0] > parts.runs[1][0][0][0]);
        // Letter spacing leaves joined letters together and does not leave out words.
        let spaced = layout_flat(&c, &[run("خصم كبير", 1.0)], &FlatStyle { letter_spacing: 0.5, ..style(None) });
        let plain = layout_flat(&c, &[run("خصم كبير", 1.0)], &style(None));
        assert!((spaced.width - plain.width - 40.0).abs() < 0.1, "{} {}", spaced.width, plain.width);
    }

    #[test]
    fn decomposed_hangul_is_composed_and_right_to_left_lines_are_aligned() {
        assert_eq!(set("\u{1112}\u{1161}\u{11ab}", &style(None)).width, set("한", &style(None)).width);
        let right = set("שלום עולם", &FlatStyle { align: 1.0, width: Some(400.0), ..style(None) });
        assert!((ink(&right)[2] - 200.0).abs() < 6.0);
        let wrapped = set("שלום עולם טוב", &FlatStyle { align: 0.0, width: Some(90.0), ..style(None) });
        assert!(wrapped.height >= 100.0 && (ink(&wrapped)[0] + 45.0).abs() < 6.0, "{:?}", ink(&wrapped));
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
