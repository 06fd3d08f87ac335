//! Line breaks of the headline: all useful line widths are tried, and those with the best score are kept.

use std::ops::Range;

use unicode_bidi::Level;

use super::breaks::{self, Break};
use super::fit::{Area, Fit, LineInk};
use super::shaping::{Cluster, visual};
use crate::math;

/// A line: the number of its paragraph, and its clusters.
pub(super) type Line = (usize, Range<usize>);

/// Tries all useful line widths and keeps the breaks with the best score: large type, few lines of even width, few broken words.
pub(super) fn break_lines(paragraphs: &[Vec<Cluster>], area: &Area) -> Vec<Line> {
    let mut widths = vec![f32::MAX];
    let length = |part: &[Cluster]| part.iter().map(|g| g.advance).sum::<f32>();
    for paragraph in paragraphs {
        let total = length(paragraph);
        widths.extend((2..=24).map(|n| total / n as f32 * 1.02));
        let words: Vec<f32> = paragraph.split(Cluster::is_space).map(length).collect();
        add_runs(&words, 0.3, &mut widths);
        let phrases: Vec<f32> = paragraph.chunk_by(|_, b| b.before != Break::Best).map(length).collect();
        if phrases.len() > 1 {
            add_runs(&phrases, 0.0, &mut widths);
        }
    }
    let mut best: Option<(f32, Vec<Line>)> = None;
    for limit in widths {
        let mut lines: Vec<Line> = Vec::new();
        let mut cuts = 0.0f32;
        for (index, paragraph) in paragraphs.iter().enumerate() {
            let (broken, cost) = wrap(paragraph, limit);
            lines.extend(broken.into_iter().map(|line| (index, line)));
            cuts = cuts.max(cost);
        }
        if lines.len() > 40 && best.is_some() {
            continue;
        }
        // The order within a line hardly changes its ink, so the direction of the paragraph does not matter here.
        let ink = |(index, line): &Line| LineInk::of(&visual(&paragraphs[*index][line.clone()], Level::ltr()));
        let metrics: Vec<LineInk> = lines.iter().map(ink).collect();
        let fit = Fit::of(&metrics, area);
        let extra = lines.len().saturating_sub(paragraphs.len()) as f32;
        // Prefer a single line unless breaking it gives much larger type …
        let mut score = fit.size * if extra > 0.0 { 0.66 * math::powf(0.97, extra - 1.0) } else { 1.0 };
        // … and penalise type that is too small to read.
        score *= (fit.size / (0.1 * area.short_side)).min(1.0).sqrt();
        score *= 1.0 - 0.45 * cuts;
        let (wide, narrow) = metrics.iter().fold((0.0f32, f32::MAX), |(w, n), m| (w.max(m.right - m.left), n.min(m.right - m.left)));
        score *= 1.0 + 0.08 * narrow / wide.max(1e-3);
        if best.as_ref().is_none_or(|(s, _)| score > *s * 1.0001) {
            best = Some((score, lines));
        }
    }
    best.map(|(_, lines)| lines).unwrap_or_default()
}

/// Adds the width of every run of adjacent parts.
fn add_runs(parts: &[f32], gap: f32, widths: &mut Vec<f32>) {
    for i in 0..parts.len() {
        let mut run = 0.0;
        for part in parts.iter().skip(i).take(40) {
            run += part + if run > 0.0 { gap } else { 0.0 };
            widths.push(run + 1e-3);
        }
    }
}

/// Greedy line breaking to at most `limit` ems. Also returns the penalty for broken words: 0 for none, up to 1 for alphabetic ones.
pub(super) fn wrap(paragraph: &[Cluster], limit: f32) -> (Vec<Range<usize>>, f32) {
    let mut lines = Vec::new();
    // The line so far, `None` if it is empty.
    let (mut line, mut used, mut cuts): (Option<Range<usize>>, f32, f32) = (None, 0.0, 0.0);
    let gap = paragraph.iter().find(|c| c.is_space()).map_or(0.0, |space| space.advance);
    let length = |range: Range<usize>| paragraph[range].iter().map(|c| c.advance).sum::<f32>();
    for word in words(paragraph) {
        let wide = length(word.clone());
        if used + gap + wide > limit
            && let Some(full) = line.take()
        {
            lines.push(full);
            used = 0.0;
        }
        used += if line.is_some() { gap } else { 0.0 };
        let mut rest = word.clone();
        if wide > limit {
            // A word that is too wide starts on a new line and is broken.
            while let Some(at) = cut(&paragraph[rest.clone()], limit) {
                let at = rest.start + at;
                cuts = cuts.max(cost(&paragraph[at]));
                lines.push(rest.start..at);
                rest = at..rest.end;
            }
        }
        used += length(rest.clone());
        line = Some(line.map_or(rest.start, |line| line.start)..rest.end);
    }
    // Empty lines are kept.
    lines.push(line.unwrap_or(0..0));
    (lines, cuts)
}

/// The penalty for a word that is broken before this cluster.
fn cost(cluster: &Cluster) -> f32 {
    if cluster.first > '\u{2e80}' || cluster.before >= Break::Good { 0.8 } else { 1.0 }
}

/// Splits a paragraph into words. Closing punctuation after a space belongs to the previous word, as does a word after an opening bracket.
fn words(paragraph: &[Cluster]) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for part in paragraph.split(Cluster::is_space) {
        let word = start..start + part.len();
        start = word.end + 1;
        if word.is_empty() {
            continue;
        }
        match words.last_mut() {
            Some(last)
                if breaks::is_closing_punctuation(part.iter().map(|c| c.first))
                    || paragraph[last.end - 1..last.end].iter().any(|c| breaks::cannot_end_line(c.last)) =>
            {
                last.end = word.end;
            }
            _ => words.push(word),
        }
    }
    words
}

/// The index at which to break a word that is wider than `limit`; `None` if it fits or cannot be broken.
fn cut(word: &[Cluster], limit: f32) -> Option<usize> {
    /// Clusters beyond the limit in which a break is searched for; without one, the word is broken at the limit.
    const OVERHANG: usize = 24;
    let mut width = 0.0;
    let fits = word.iter().take_while(|c| {
        width += c.advance;
        width <= limit
    });
    let fits = fits.count().max(1);
    if fits >= word.len() {
        return None;
    }
    // No break at a space: it stands before closing punctuation or after an opening bracket.
    let quality = |at: usize| if word[at - 1].is_space() || word[at].is_space() { Break::Never } else { word[at].before };
    let last = |least: Break| (1..=fits).rev().find(|&at| quality(at) >= least);
    // Prefer the end of a phrase in the second half of the line to a full line.
    let phrase = last(Break::Best).filter(|at| at * 2 >= fits);
    let beyond = || (fits + 1..word.len().min(fits + OVERHANG)).find(|&at| quality(at) >= Break::Poor);
    let all = || word.len() <= fits + OVERHANG;
    phrase.or_else(|| last(Break::Good)).or_else(|| last(Break::Poor)).or_else(beyond).or_else(|| if all() { None } else { Some(fits) })
}
