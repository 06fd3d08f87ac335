//! Gives letters contrast where the background does not: a broad soft shadow, light from behind, or a plate, whichever changes the picture
//! least. Chosen by measurement, applied to the background only: the letters keep their pixels, and nothing follows their contour.

use rayon::prelude::*;

use super::layout::Bounds;
use super::legibility::{ContourSample, contour, contrast_ratio, summarize};
use crate::cancel::{CancelToken, Stopped};
use crate::imaging::blur::gaussian_rgb;
use crate::imaging::resize::{Filter, resize_rgb};
use crate::imaging::{LinearRgb, Plane, luminance};
use crate::math;

/// Letters with this share of legible contour need no help. Counted where they border on the background, not on their own side walls.
const ENOUGH: f32 = 0.955;
/// The contrast ratio that the background is prepared for. Above the minimum, because other tools sample the contour differently.
const AIM: f32 = 3.4;
/// Contrast ratios below [`AIM`] that still help, and how much of a legible contour each counts.
const SOME: [(f32, f32); 3] = [(3.05, 0.92), (2.3, 0.55), (1.7, 0.3)];
/// Luminance below which a background is not darkened without good reason: black patches look like holes in the picture.
const BLACK: f32 = 0.035;
/// Part of a colour's squares in a pixel that is darkened to black; less for pixels that keep some of their luminance.
const RICHER: f32 = 0.8;
/// Cost of a black background.
const BLACK_COST: f32 = 60.0;
/// Weight of illegibility against the cost of a change, for flat letters. A change costs the square of its lightness difference (L*, 0..=100) divided
/// by [`CHEAP_CHANGE`]; the share of illegible contour costs this times the share.
const WORTH: f32 = 230.0;
/// The same for letters with depth, whose shape their own light and shadow show too: if their mean colour is like the background's, and if it differs
/// clearly.
const WORTH_OF_DEPTH: [f32; 2] = [48.0, 12.0];
/// Distances of the mean colours (CIE76) at which the two values apply.
const COLOUR_DISTANCE: [f32; 2] = [12.0, 42.0];
/// The same for transparent letters, which a change of the background changes too.
const WORTH_OF_CLEAR: f32 = 30.0;
/// The lightness difference (L*) that costs as much as its value; smaller ones cost less than theirs, larger ones more.
const CHEAP_CHANGE: f32 = 45.0;
/// If the layer covers more than this share of the letters' surroundings, it contains a shadow.
const OWN_SHADOW: f32 = 0.06;
/// Letters count as transparent if more than this share of the background shows through them.
const CLEAR: f32 = 0.12;
/// Cost of light from behind as a multiple of that of an equally strong shadow: it is more conspicuous.
const LIGHT_COST: f32 = 2.0;
/// The same for letters with depth, which look cut out in front of a lit background.
const LIGHT_COST_OF_DEPTH: f32 = 4.0;
/// Lightness difference (L*) above which a plate looks better than a shadow or light.
const MOST_SOFT_CHANGE: f32 = 38.0;
/// A background whose lightness (L*) spreads more than this counts as cluttered and gets a plate sooner.
const CLUTTER: f32 = 38.0;
/// On a background above this luminance a strong shadow looks like dirt.
const BRIGHT: f32 = 0.4;
/// Lightness difference (L*) above which a cluttered background, or a bright one that is darkened, gets a plate.
const MOST_CLUTTERED_CHANGE: f32 = 28.0;
/// How far shadow and light reach beyond the text, as a fraction of the canvas' shorter side.
const SOFTNESS: f32 = 0.28;
/// Largest share of the product that a plate may cover.
const MOST_COVERED: f32 = 0.02;
/// The frosted background is blurred at this fraction of the canvas' size.
const CELL: usize = 4;

/// How the background is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A soft shadow or soft light around the text.
    Soft,
    /// A panel of frosted glass behind the text.
    Plate,
}

/// A change of the background that gives the letters contrast.
#[derive(Clone, Copy, Debug, PartialEq)]
struct BackgroundChange {
    form: Form,
    /// Whether the background is darkened rather than lightened.
    dark: bool,
    /// The largest luminance of the changed background if it is darkened, else the smallest.
    tone: f32,
    /// Expected share of legible contour after the change.
    expected: f32,
    /// Box of the text on the canvas.
    ink: Bounds,
}

/// CIE lightness L*, 0..=100, of a relative luminance.
pub(super) fn lightness(luminance: f32) -> f32 {
    116.0 * math::powf(luminance.max(0.008_856), 1.0 / 3.0) - 16.0
}

/// Luminances from `from` towards black (`dark`) or white, in steps of increasing change.
fn tones(from: f32, dark: bool) -> impl Iterator<Item = f32> {
    (0..=16).map(move |i| {
        let t = 1.0 - i as f32 / 16.0;
        if dark { 0.003 + (from - 0.003).max(0.0) * t * t } else { 0.96 - (0.96 - from).max(0.0) * t }
    })
}

/// The samples that border on the background rather than on the layer's own walls; all samples if these are few.
fn free(samples: Vec<ContourSample>) -> Vec<ContourSample> {
    let free: Vec<ContourSample> = samples.iter().filter(|s| s.covered < 0.35).copied().collect();
    // Letters that stand close together.
    if free.len() * 8 < samples.len() { samples } else { free }
}

/// Share of the contour that is legible if the background's luminance is limited to `tone` from above (`dark`) or below. `levels`: contrast ratios below
/// [`AIM`] that count in part.
fn share(samples: &[ContourSample], dark: bool, tone: f32, levels: &[(f32, f32)]) -> f32 {
    let good = samples.iter().map(|s| {
        if s.inside < 0.0 || s.outside < 0.0 {
            return 0.0;
        }
        // Where the text layer covers the background, a change of the background does not show.
        let ground = if dark { s.outside.min(tone) } else { s.outside.max(tone) };
        let change = ground - s.outside;
        let ratio = contrast_ratio((s.inside + change * s.clear).max(0.0), s.outside + change * (1.0 - s.covered));
        if ratio >= AIM { 1.0 } else { levels.iter().find(|some| ratio >= some.0).map_or(0.0, |some| some.1) }
    });
    good.sum::<f32>() / samples.len().max(1) as f32
}

/// The text layer on the canvas. All planes have the canvas' size.
pub(super) struct TextOnCanvas<'a> {
    /// Front faces of the letters.
    pub letters: &'a Plane,
    /// Alpha of the whole text layer.
    pub layer: &'a Plane,
    /// 0 where the product is in front of the letters; `None` if nothing is.
    pub visible: Option<&'a Plane>,
    /// Whether the letters have depth: side walls and a cast shadow.
    pub deep: bool,
    /// Matte of the product, which a plate must not cover.
    pub product: Option<&'a Plane>,
}

/// Changes the background where the letters are not legible, and returns the composed picture. `compose` puts the text layer over a background; its
/// second argument tells whether that background is lit from behind.
///
/// # Errors
/// The job was stopped.
pub(super) fn ensure_contrast(
    background: &LinearRgb,
    text: &TextOnCanvas<'_>,
    compose: impl Fn(LinearRgb, bool) -> LinearRgb,
    cancel: &CancelToken,
) -> Result<LinearRgb, Stopped> {
    /// Each round asks for more contrast.
    const ROUNDS: usize = 3;
    let size = (background.width, background.height);
    let mut image = compose(background.clone(), false);
    cancel.check()?;
    let Some(ink) = text.layer.bounds(0.3) else { return Ok(image) };
    if glows(text) {
        return ensure_glow_contrast(background, text, image, compose, ink);
    }
    let seen = |image: &LinearRgb| contour(image, text.letters, Some(text.layer), text.visible);
    let samples = seen(&image);
    let mean = |value: &dyn Fn(&ContourSample) -> f32| samples.iter().map(value).sum::<f32>() / samples.len().max(1) as f32;
    let clear = mean(&|s| s.clear) > CLEAR;
    // Letters without walls may have a shadow of their own.
    let deep = text.deep || (!clear && mean(&|s| s.covered) > OWN_SHADOW);
    let [near, far] = COLOUR_DISTANCE;
    let apart = |distance: f32| ((distance - near) / (far - near)).clamp(0.0, 1.0);
    let worth = if deep {
        WORTH_OF_DEPTH[0] + (WORTH_OF_DEPTH[1] - WORTH_OF_DEPTH[0]) * apart(colour_distance(&image, text, ink))
    } else if clear {
        WORTH_OF_CLEAR
    } else {
        WORTH
    };
    // Flat letters have nothing but their contrast.
    let levels = if deep { &SOME[..] } else { &SOME[..1] };
    let mut change = choose(&free(samples), (deep, worth, levels), ink, text.product, size);
    for round in 1..=ROUNDS {
        let Some(found) = change else { break };
        cancel.check()?;
        let mut ground = background.clone();
        found.apply(&mut ground, text);
        image = compose(ground, !found.dark);
        let done = round == ROUNDS
            || summarize(&free(seen(&image))).is_none_or(|m| m.score >= if worth == WORTH { ENOUGH } else { found.expected.min(ENOUGH) });
        change = (!done).then(|| found.stronger());
    }
    Ok(image)
}

/// Whether the letters stand out by their colour or light, whatever the luminance along their contour is.
pub(super) fn stands_out(image: &LinearRgb, text: &TextOnCanvas<'_>) -> bool {
    /// Distance of mean colours (CIE76) that nobody overlooks.
    const OBVIOUS: f32 = 30.0;
    glows(text) || text.layer.bounds(0.3).is_some_and(|ink| colour_distance(image, text, ink) >= OBVIOUS)
}

/// Whether the letters glow: their glow covers more pixels than they do.
fn glows(text: &TextOnCanvas<'_>) -> bool {
    let glow = text.layer.data.iter().zip(&text.letters.data).filter(|(a, l)| **l < 0.02 && (0.04..0.8).contains(*a)).count();
    glow > text.letters.data.iter().filter(|l| **l > 0.5).count()
}

/// Darkens the background of glowing letters. Their contour is not measured, because their glow surrounds it.
fn ensure_glow_contrast(
    background: &LinearRgb,
    text: &TextOnCanvas<'_>,
    image: LinearRgb,
    compose: impl Fn(LinearRgb, bool) -> LinearRgb,
    ink: Bounds,
) -> Result<LinearRgb, Stopped> {
    /// Up to this luminance of the background, glow is visible.
    const DARK_ENOUGH: f32 = 0.09;
    let (mut sum, mut count) = (0.0, 0.0f32);
    for y in (ink.1..ink.3).step_by(4) {
        for x in (ink.0..ink.2).step_by(4) {
            sum += luminance(background.data[y * background.width + x]);
            count += 1.0;
        }
    }
    let mean = sum / count.max(1.0);
    if mean <= DARK_ENOUGH {
        return Ok(image);
    }
    let size = (background.width, background.height);
    let mut change = BackgroundChange { form: Form::Soft, dark: true, tone: DARK_ENOUGH * 0.6, expected: 0.0, ink };
    if lightness(mean) - lightness(change.tone) > MOST_SOFT_CHANGE && change.plate_is_free(text.product, size) {
        change.form = Form::Plate;
    }
    let mut ground = background.clone();
    change.apply(&mut ground, text);
    Ok(compose(ground, false))
}

/// Distance (CIE76) between the mean colours of the letters and of the background between and around them.
fn colour_distance(image: &LinearRgb, text: &TextOnCanvas<'_>, (x0, y0, x1, y1): Bounds) -> f32 {
    let (mut letter, mut ground) = ([0.0f32; 4], [0.0f32; 4]);
    for y in (y0..y1).step_by(2) {
        for x in (x0..x1).step_by(2) {
            let i = y * image.width + x;
            let to = if text.letters.data[i] > 0.95 {
                &mut letter
            } else if text.layer.data[i] < 0.05 {
                &mut ground
            } else {
                continue;
            };
            (0..3).for_each(|k| to[k] += image.data[i][k]);
            to[3] += 1.0;
        }
    }
    let lab = |sum: [f32; 4]| {
        let [r, g, b] = [0, 1, 2].map(|k| sum[k] / sum[3].max(1.0));
        let xyz = [(0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, luminance([r, g, b]), (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089];
        let f = xyz.map(|v| math::powf(v.max(0.008_856), 1.0 / 3.0));
        [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
    };
    let (a, b) = (lab(letter), lab(ground));
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f32>().sqrt()
}

/// The change of lowest cost; `None` if the letters are legible or cannot be measured, or if no change helps.
fn choose(
    samples: &[ContourSample],
    (deep, worth, levels): (bool, f32, &[(f32, f32)]),
    ink: Bounds,
    product: Option<&Plane>,
    size: (usize, usize),
) -> Option<BackgroundChange> {
    if summarize(samples)?.score >= ENOUGH {
        return None;
    }
    let mut grounds: Vec<f32> = samples.iter().map(|s| s.outside.max(0.0)).collect();
    grounds.sort_by(f32::total_cmp);
    let at = |share: f32| grounds[((grounds.len() - 1) as f32 * share) as usize];
    let (low, middle, high) = (at(0.1), at(0.5), at(0.9));
    let candidates = [true, false].into_iter().flat_map(|dark| {
        tones(if dark { high } else { low }, dark).map(move |tone| {
            let (before, after) = (lightness(middle), lightness(if dark { middle.min(tone) } else { middle.max(tone) }));
            (dark, tone, (after - before).abs(), share(samples, dark, tone, levels))
        })
    });
    // For letters with depth, the last few per cent of the contour matter little.
    let missed = |share: f32| if deep { (1.0 - share) * (1.0 - share) } else { 1.0 - share };
    // More light on a bright background is hardly visible.
    let light = if deep { LIGHT_COST_OF_DEPTH * (1.0 + 5.0 * middle) } else { LIGHT_COST };
    let black = |c: &(bool, f32, f32, f32)| {
        if c.0 && c.1 < middle { BLACK_COST * ((BLACK.min(0.8 * middle) - c.1) / BLACK).max(0.0) } else { 0.0 }
    };
    let cost = |c: &(bool, f32, f32, f32)| c.2 * c.2 / CHEAP_CHANGE * if c.0 { 1.0 } else { light } + worth * missed(c.3) + black(c);
    let (dark, tone, lightness_change, expected) = candidates.min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
    let cluttered = lightness(high) - lightness(low) > CLUTTER;
    let mut change = BackgroundChange { form: Form::Soft, dark, tone, expected: expected - 0.01, ink };
    let grey = dark && middle > BRIGHT;
    let most = if cluttered || grey { MOST_CLUTTERED_CHANGE } else { MOST_SOFT_CHANGE };
    if lightness_change > most && change.plate_is_free(product, size) {
        change.form = Form::Plate;
    }
    // No change helps enough.
    (expected > share(samples, true, f32::MAX, levels) + 0.005).then_some(change)
}

impl BackgroundChange {
    /// The same with more contrast.
    fn stronger(self) -> Self {
        let tone = if self.dark { self.tone * 0.72 } else { (self.tone + 0.25 * (1.0 - self.tone)).min(0.96) };
        Self { tone, ..self }
    }

    /// Box of the plate: left, top, right, bottom in pixels.
    fn plate(&self, (width, height): (usize, usize)) -> (f32, f32, f32, f32) {
        let (x0, y0, x1, y1) = self.ink;
        let unit = width.min(height) as f32;
        let pad = 0.028 * unit + 0.09 * (y1 - y0) as f32;
        let margin = 0.014 * unit;
        (
            (x0 as f32 - 1.25 * pad).max(margin),
            (y0 as f32 - pad).max(margin),
            (x1 as f32 + 1.25 * pad).min(width as f32 - margin),
            (y1 as f32 + pad).min(height as f32 - margin),
        )
    }

    /// Whether a plate would leave the product free.
    fn plate_is_free(&self, product: Option<&Plane>, size: (usize, usize)) -> bool {
        let Some(product) = product else { return true };
        let (x0, y0, x1, y1) = self.plate(size);
        let (mut all, mut covered) = (1e-3, 0.0);
        for y in (0..product.height).step_by(3) {
            for x in (0..product.width).step_by(3) {
                let a = product.at(x, y);
                all += a;
                if (x0..x1).contains(&(x as f32)) && (y0..y1).contains(&(y as f32)) {
                    covered += a;
                }
            }
        }
        covered / all <= MOST_COVERED
    }

    /// Changes the background behind the text.
    fn apply(&self, background: &mut LinearRgb, text: &TextOnCanvas<'_>) {
        match self.form {
            Form::Soft => self.soften(background, text),
            Form::Plate => self.put_plate(background, text.visible),
        }
    }

    /// A colour whose luminance is compressed below (darkened) or above the tone.
    fn toned(&self, c: [f32; 3]) -> [f32; 3] {
        let squeezed = |v: f32, most: f32| most * (1.0 - math::exp(-v / most));
        let l = luminance(c);
        if self.dark {
            let to = squeezed(l, self.tone);
            let gain = to / l.max(1e-4);
            // Wood in the sun is paler than wood in the shade. Darkened with its own saturation it would look grey, so it takes a part of the hue
            // that its squares have; greys stay grey.
            let squares = c.map(|v| v * v);
            let of_squares = to / luminance(squares).max(1e-6);
            let part = RICHER * (1.0 - gain);
            std::array::from_fn(|k| c[k] * gain * (1.0 - part) + squares[k] * of_squares * part)
        } else {
            let gain = squeezed(1.0 - l, 1.0 - self.tone) / (1.0 - l).max(1e-4);
            c.map(|v| 1.0 - (1.0 - v) * gain)
        }
    }

    /// The box behind the text. It reaches beyond the canvas where the text is near its edges: a gradient from the edge of the picture looks like light,
    /// a box in it like a stain.
    fn scrim(&self, (width, height): (usize, usize), pad: f32) -> (f32, f32, f32, f32) {
        /// Text of this share of the width reaches from side to side, text that ends in this share of the height is at the edge.
        const WIDE: f32 = 0.5;
        const EDGE: f32 = 0.42;
        let (x0, y0, x1, y1) = self.ink;
        let (w, h) = (width as f32, height as f32);
        let (mut left, mut top, mut right, mut bottom) = (x0 as f32 - pad, y0 as f32 - pad, x1 as f32 + pad, y1 as f32 + pad);
        if (x1 - x0) as f32 > WIDE * w {
            (left, right) = (left.min(-w), right.max(2.0 * w));
        }
        if (y1 as f32) < EDGE * h {
            top = top.min(-h);
        } else if (y0 as f32) > (1.0 - EDGE) * h {
            bottom = bottom.max(2.0 * h);
        }
        (left, top, right, bottom)
    }

    /// Changes the background evenly behind the whole text, fading out far around it and on the product. The change does not follow the letters.
    fn soften(&self, background: &mut LinearRgb, text: &TextOnCanvas<'_>) {
        let (width, height) = (background.width, background.height);
        let unit = width.min(height) as f32;
        let pad = 0.02 * unit;
        let text_box = Rounded::new(self.scrim((width, height), pad), pad * 2.0);
        let reach = SOFTNESS * unit;
        background.data.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            for (x, c) in row.iter_mut().enumerate() {
                let d = (text_box.distance(x as f32 + 0.5, y as f32 + 0.5) / reach).max(0.0);
                if d >= 1.0 {
                    continue;
                }
                // About a Gaussian, so that neither its start nor its end is a visible edge.
                let fall = math::exp(-5.5 * d * d) * (1.0 - d * d * d);
                let i = y * width + x;
                // Light in front of the product would be fog.
                let near = if self.dark { (d * 8.0).min(1.0) } else { 1.0 };
                let own = text.product.map_or(0.0, |p| p.data[i]) * near * 0.8;
                let t = fall * (1.0 - own) * text.visible.map_or(1.0, |v| v.data[i]);
                let to = self.toned(*c);
                (0..3).for_each(|k| c[k] += (to[k] - c[k]) * t);
            }
        });
    }

    /// Puts a panel of frosted glass with a soft shadow on the background.
    fn put_plate(&self, background: &mut LinearRgb, visible: Option<&Plane>) {
        let (width, height) = (background.width, background.height);
        let unit = width.min(height) as f32;
        let (x0, y0, x1, y1) = self.plate((width, height));
        let frosted = {
            let (w, h) = ((width / CELL).max(1), (height / CELL).max(1));
            let small = resize_rgb(background, w, h, Filter::Triangle);
            gaussian_rgb(&small, unit * 0.02 / CELL as f32)
        };
        let (rx, ry) = (frosted.width as f32 / width as f32, frosted.height as f32 / height as f32);
        let plate = Rounded::new((x0, y0, x1, y1), 0.024 * unit + 0.05 * (y1 - y0));
        let distance = |x: f32, y: f32| plate.distance(x, y);
        let blur = 0.018 * unit;
        background.data.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            for (x, c) in row.iter_mut().enumerate() {
                let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
                let shown = visible.map_or(1.0, |v| v.data[y * width + x]);
                let cast = distance(px, py - 0.6 * blur);
                if cast > blur {
                    continue;
                }
                let shadow = ((blur - cast) / (2.0 * blur)).clamp(0.0, 1.0);
                let dim = 1.0 - 0.22 * shadow * shadow * (3.0 - 2.0 * shadow) * shown;
                *c = c.map(|v| v * dim);
                let d = distance(px, py);
                let inside = (0.5 - d).clamp(0.0, 1.0) * shown;
                if inside > 0.0 {
                    let glass = self.toned(frosted.sample(px * rx, py * ry));
                    // A slight sheen at the top, and the polished edge of the glass.
                    let sheen = 0.012 * (1.0 - (py - y0) / (y1 - y0).max(1.0)) + 0.05 * (1.0 - (d + 1.0).abs()).max(0.0);
                    (0..3).for_each(|k| c[k] += ((glass[k] + sheen).min(1.0) - c[k]) * inside);
                }
            }
        });
    }
}

/// A rectangle with round corners.
struct Rounded {
    center: (f32, f32),
    half: (f32, f32),
    radius: f32,
}

impl Rounded {
    fn new((x0, y0, x1, y1): (f32, f32, f32, f32), radius: f32) -> Self {
        let half = ((x1 - x0) / 2.0, (y1 - y0) / 2.0);
        Self { center: ((x0 + x1) / 2.0, (y0 + y1) / 2.0), half, radius: radius.min(half.0).min(half.1) }
    }

    /// Signed distance to the edge in pixels, negative inside.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = ((x - self.center.0).abs() - self.half.0 + self.radius, (y - self.center.1).abs() - self.half.1 + self.radius);
        math::hypot(dx.max(0.0), dy.max(0.0)) + dx.max(dy).min(0.0) - self.radius
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::legibility::measure;

    const SIZE: (usize, usize) = (512, 256);

    /// Bars of 12 pixels: strokes and counters as tight as real letters have them.
    fn bars() -> Plane {
        let mut mask = Plane::new(SIZE.0, SIZE.1, 0.0);
        for y in 60..SIZE.1 - 60 {
            for x in 60..SIZE.0 - 60 {
                if (x / 12) % 3 != 2 && (y / 40) % 4 != 3 {
                    mask.data[y * SIZE.0 + x] = 1.0;
                }
            }
        }
        mask
    }

    fn cluttered(tone: f32) -> LinearRgb {
        let busy = |i: usize| if (i % 512 / 5 + i / 512 / 7).is_multiple_of(2) { 1.3 } else { 0.6 };
        LinearRgb { width: SIZE.0, height: SIZE.1, data: (0..SIZE.0 * SIZE.1).map(|i| [(tone * busy(i)).min(1.0); 3]).collect() }
    }

    fn secured(background: &LinearRgb, mask: &Plane, letter: f32, product: Option<&Plane>) -> LinearRgb {
        let compose = |mut ground: LinearRgb, _: bool| {
            ground.data.iter_mut().zip(&mask.data).for_each(|(c, m)| *c = c.map(|v| v + (letter - v) * m));
            ground
        };
        let text = TextOnCanvas { letters: mask, layer: mask, visible: None, deep: false, product };
        ensure_contrast(background, &text, compose, &CancelToken::default()).unwrap()
    }

    #[test]
    fn every_tone_becomes_legible_on_every_background() {
        let mask = bars();
        for letter in [0.01, 0.06, 0.11, 0.14, 0.2, 0.4, 0.7, 0.95] {
            for ground in [0.0, 0.02, 0.1, 0.2, 0.45, 0.8, 1.0] {
                let image = secured(&cluttered(ground), &mask, letter, None);
                let found = measure(&image, &mask, None).unwrap();
                assert!(found.score >= 0.95, "letter {letter} on {ground}: {found:?}");
                assert!(image.data.iter().zip(&mask.data).all(|(c, m)| *m < 1.0 || (c[0] - letter).abs() < 1e-5), "the letters changed");
            }
        }
    }

    #[test]
    fn legible_letters_leave_the_background_alone() {
        let (mask, ground) = (bars(), cluttered(0.05));
        let image = secured(&ground, &mask, 0.9, None);
        assert!(image.data.iter().zip(&ground.data).zip(&mask.data).all(|((c, g), m)| *m > 0.0 || c == g));
    }

    #[test]
    fn a_plate_does_not_cover_the_product() {
        let mask = bars();
        let everywhere = Plane::new(SIZE.0, SIZE.1, 1.0);
        let ink = mask.bounds(0.3).unwrap();
        let samples = vec![ContourSample { inside: 0.9, outside: 0.95, covered: 0.0, clear: 0.0 }; 100];
        let form = |product| choose(&samples, (false, WORTH, &SOME), ink, product, SIZE).unwrap().form;
        assert_eq!((form(None), form(Some(&everywhere))), (Form::Plate, Form::Soft));
    }
}
