//! Measures texts with their fonts, as they will be drawn.

use crate::typography::{FlatRun, FlatStyle, FontCatalog, layout_flat, layout_text};

/// A run of a text, with its size as a multiple of the text's size.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) scale: f32,
}

/// A text and how it is set.
#[derive(Clone, Debug)]
pub(super) struct Paragraph<'a> {
    pub(super) parts: &'a [Part],
    pub(super) font: &'a str,
    pub(super) line_height: f32,
    pub(super) spacing: f32,
    pub(super) most_lines: u32,
}

/// The size of a fitted text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fitted {
    /// Type size, pixels.
    pub(super) size: f32,
    /// Width at which lines are broken; `None` for a text without breaks.
    pub(super) width: Option<f32>,
    /// Box of the lines, pixels.
    pub(super) box_width: f32,
    pub(super) box_height: f32,
}

/// Smallest size of a text as a fraction of the wanted one.
const SMALLEST: f32 = 0.3;
/// Margin on measured widths, so that rounding does not break a line.
const ROOM: f32 = 1.015;

/// Splits a price: the number is large, currency and other words are `small`.
pub(super) fn price_parts(text: &str, small: f32) -> Vec<Part> {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let mut parts: Vec<Part> = Vec::new();
    for c in text.chars() {
        let scale = if is_number(c) || matches!(c, '%' | '+') { 1.0 } else { small };
        match parts.last_mut() {
            Some(last) if last.scale == scale || c == ' ' => last.text.push(c),
            _ => parts.push(Part { text: c.into(), scale }),
        }
    }
    parts
}

impl Paragraph<'_> {
    fn boxed(&self, fonts: &FontCatalog, size: f32, width: Option<f32>) -> (f32, f32) {
        let runs: Vec<FlatRun<'_>> =
            self.parts.iter().map(|part| FlatRun { text: &part.text, font: self.font, scale: part.scale }).collect();
        let style = FlatStyle { size, line_height: self.line_height, letter_spacing: self.spacing, align: 0.0, width };
        let laid = layout_flat(fonts, &runs, &style);
        (laid.width, laid.height)
    }

    fn largest(&self) -> f32 {
        self.parts.iter().map(|part| part.scale).fold(0.2, f32::max)
    }

    /// The text at the size `wanted`, or at the largest smaller one at which it fits the width `most` and its number of lines.
    pub(super) fn fit(&self, fonts: &FontCatalog, wanted: f32, most: f32) -> Fitted {
        let mut size = wanted;
        loop {
            if let Some(fitted) = self.fit_at(fonts, size, most) {
                return fitted;
            }
            if size <= SMALLEST * wanted {
                let (w, h) = self.boxed(fonts, size, Some(most));
                return Fitted { size, width: Some(most), box_width: w, box_height: h };
            }
            size *= 0.95;
        }
    }

    fn fit_at(&self, fonts: &FontCatalog, size: f32, most: f32) -> Option<Fitted> {
        let written: u32 = 1 + self.parts.iter().map(|part| part.text.matches('\n').count() as u32).sum::<u32>();
        let (width, height) = self.boxed(fonts, size, None);
        if width * ROOM <= most {
            return Some(Fitted { size, width: None, box_width: width, box_height: height });
        }
        if written >= self.most_lines {
            return None;
        }
        let lines = |height: f32| (height / (size * self.largest() * self.line_height)).round() as u32;
        let (_, height) = self.boxed(fonts, size, Some(most));
        if lines(height) > self.most_lines || !self.keeps_words(fonts, size, most) {
            return None;
        }
        // The narrowest box with as many lines: lines of about equal length look better than a last word alone.
        let (mut low, mut high) = (most * 0.4, most);
        for _ in 0..8 {
            let middle = (low + high) / 2.0;
            let fits = self.boxed(fonts, size, Some(middle)).1 <= height + 0.5 && self.keeps_words(fonts, size, middle);
            if fits { high = middle } else { low = middle }
        }
        let width = (high * ROOM).min(most);
        let (box_width, box_height) = self.boxed(fonts, size, Some(width));
        Some(Fitted { size, width: Some(width), box_width, box_height })
    }

    /// Whether every word fits on a line of this width.
    fn keeps_words(&self, fonts: &FontCatalog, size: f32, most: f32) -> bool {
        self.parts.iter().all(|part| {
            part.text.split_whitespace().all(|word| {
                let one = Paragraph { parts: &[Part { text: word.to_owned(), scale: part.scale }], ..self.clone() };
                one.boxed(fonts, size, None).0 * ROOM <= most
            })
        })
    }
}

/// A fitted sculpted headline.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sculpted {
    /// The text with its line breaks.
    pub(super) text: String,
    /// Value for the field `text_scale`.
    pub(super) scale: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Range of `text_scale`.
const SCALES: (f32, f32) = (0.2, 1.0);
/// Longest side of the canvas on which headlines are measured: the layout is the same at every size, and a small one is drawn quickly.
const MEASURED: f32 = 400.0;

/// The text as it is, and with one line break at each of its spaces. A text with line breaks is left as it is.
fn broken(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if !text.contains('\n') {
        let spaces = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
        all.extend(spaces.map(|at| format!("{}\n{}", text[..at].trim_end(), text[at..].trim_start())));
    }
    all
}

/// Fits a sculpted headline into a box. `None` if its font lacks the characters, or if it would be smaller than `text_scale` allows.
pub(super) fn sculpted(fonts: &FontCatalog, font: &str, text: &str, canvas: (u32, u32), most: (f32, f32)) -> Option<Sculpted> {
    let factor = canvas.0.max(canvas.1) as f32 / MEASURED;
    let side = |pixels: u32| ((pixels as f32 / factor).round() as usize).max(1);
    let size = (side(canvas.0), side(canvas.1));
    let mut best: Option<(f32, Sculpted)> = None;
    for candidate in broken(text) {
        let Ok(laid) = layout_text(fonts, font, &candidate, size, 1.0) else { continue };
        if laid.lines.len() > candidate.lines().count() {
            // Broken elsewhere than asked for.
            continue;
        }
        let (x0, y0, x1, y1) = laid.bounds;
        let (x0, y0, x1, y1) = (x0 * factor, y0 * factor, x1 * factor, y1 * factor);
        let scale = (most.0 / (x1 - x0)).min(most.1 / (y1 - y0)).min(SCALES.1);
        if scale < SCALES.0 {
            continue;
        }
        let letters = laid.font_px * scale;
        let is_better = best.as_ref().is_none_or(|(known, _)| letters > known * 1.02);
        if is_better {
            let (width, height) = ((x1 - x0) * scale, (y1 - y0) * scale);
            best = Some((letters, Sculpted { text: candidate, scale, width, height }));
        }
    }
    best.map(|(_, sculpted)| sculpted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::DEFAULT_FONT;

    #[test]
    fn numbers_of_prices_are_large() {
        let parts = |text: &str| price_parts(text, 0.5).into_iter().map(|p| (p.text, p.scale)).collect::<Vec<_>>();
        assert_eq!(parts("2,980원"), [("2,980".into(), 1.0), ("원".into(), 0.5)]);
        assert_eq!(parts("$4.50"), [("$".into(), 0.5), ("4.50".into(), 1.0)]);
        assert_eq!(parts("최대 50% 할인"), [("최대 ".into(), 0.5), ("50% ".into(), 1.0), ("할인".into(), 0.5)]);
    }

    #[test]
    fn texts_fit_their_width_and_break_between_words() {
        let fonts = FontCatalog::load(&[]);
        let fit = |text: &str, lines: u32, most: f32| {
            let parts = [Part { text: text.into(), scale: 1.0 }];
            Paragraph { parts: &parts, font: DEFAULT_FONT, line_height: 1.2, spacing: 0.0, most_lines: lines }.fit(&fonts, 80.0, most)
        };
        let one = fit("Fresh from the oven this morning", 1, 600.0);
        assert!(one.size < 80.0 && one.box_width <= 600.0 && one.width.is_none());
        let two = fit("Fresh from the oven this morning", 2, 800.0);
        assert!(two.size > one.size && two.width.is_some_and(|w| w <= 800.0), "{two:?}");
        assert!((two.box_height / (two.size * 1.2) - 2.0).abs() < 0.1, "{two:?}");
        assert_eq!(fit("SALE", 2, 800.0).width, None);
    }

    #[test]
    fn a_sculpted_headline_takes_the_breaks_that_make_it_largest() {
        let fonts = FontCatalog::load(&[]);
        let wide = sculpted(&fonts, DEFAULT_FONT, "오늘만 반값", (1080, 1080), (950.0, 140.0)).unwrap();
        let narrow = sculpted(&fonts, DEFAULT_FONT, "오늘만 반값", (1200, 628), (360.0, 300.0)).unwrap();
        assert_eq!((wide.text.lines().count(), narrow.text.lines().count()), (1, 2));
        assert!(narrow.width <= 360.5 && narrow.height <= 300.5 && wide.height <= 140.5);
    }
}
