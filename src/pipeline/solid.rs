//! The product as a solid on the surface, estimated from its outline: horizontal cross-sections whose depth follows from the base. Shadows are
//! projections of these sections.

use super::outline::{self, Edge};
use crate::backend::{PlacedProduct, View};
use crate::imaging::Plane;

/// Samples of the base's profile.
const PROFILE: usize = 33;
/// Smallest and largest depth of a product as a multiple of its width, if the base does not show it.
const DEPTHS: (f32, f32) = (0.4, 1.0);
/// Most rows of sections above the lowest ones.
const MOST_SECTIONS: usize = 160;
/// Number of rows next to the surface that all have sections.
const EVERY_ROW: usize = 12;
/// Half the depth of a product with feet at different depths, as a multiple of its width.
const SLIM: f32 = 0.2;
/// Height of a product that lies flat, as a fraction of the smaller side of its box.
const THICKNESS: f32 = 0.13;

/// A horizontal cross-section of the product or of one of its parts.
#[derive(Clone, Copy, Debug)]
struct Section {
    /// Height above the surface in pixels, not foreshortened.
    height: f32,
    /// Column of the middle.
    centre: f32,
    /// Half of the width, pixels.
    half: f32,
    /// Row of the surface below the middle.
    ground: f32,
}

/// A product as a stack of sections, in pixels of the reduced canvas.
pub(super) struct Solid {
    sections: Vec<Section>,
    /// Near and far end of a section at points across it, as multiples of half its width; towards the viewer is positive.
    profile: [(f32, f32); PROFILE],
    /// Height of the highest section.
    pub tall: f32,
    foreshortening: f32,
    /// The matte of a product that lies flat, which has no sections.
    lying: Option<Plane>,
    size: (usize, usize),
}

/// The area of the surface that sections cover, and the height of the lowest section above each point.
pub(super) struct Footprint {
    /// Coverage, 0..=1.
    pub cover: Plane,
    /// Height of the lowest section above a point; meaningless where `cover` is 0.
    pub height: Plane,
}

impl Solid {
    /// The solid of a product, measured at 1/`step` of the canvas' size; `None` if nothing of it is on the canvas.
    pub fn new(product: &PlacedProduct, view: View, step: usize) -> Option<Self> {
        let alpha = reduced(&product.alpha, step);
        let (x0, y0, x1, y1) = alpha.bounds(0.5)?;
        let size = (alpha.width, alpha.height);
        let side = (x1 - x0).min(y1 - y0) as f32;
        let foreshortening = view.foreshortening();
        if view.is_flat_lay() {
            let profile = [(0.0, 0.0); PROFILE];
            return Some(Self {
                sections: Vec::new(),
                profile,
                tall: (THICKNESS * side).max(1.0),
                foreshortening,
                lying: Some(alpha),
                size,
            });
        }
        let base = outline::base(&outline::lower_contour(&alpha))?.contact(foreshortening);
        let wide = (x1 - x0) as f32;
        let deep = (1.2 * (y1 - y0) as f32 / wide).clamp(DEPTHS.0, DEPTHS.1) * foreshortening;
        let profile = match base.slanted {
            Some(slope) => leaning(slope, SLIM * foreshortening),
            None => profile(&base, deep),
        };
        let ground = Ground::of(&base, y1 as f32, SLIM * foreshortening);
        let sections = sections(&alpha, (y0, y1), &ground, profile[PROFILE / 2], view.uprightness());
        let tall = sections.iter().fold(1.0_f32, |m, s| m.max(s.height));
        Some(Self { sections, profile, tall, foreshortening, lying: None, size })
    }

    /// Projects the sections below the height `top` onto the surface, each moved to the right and down the picture by these amounts per unit of its
    /// height. `fading`: higher sections count less. `grow`: pixels by which sections are enlarged.
    pub fn project(&self, (right, near): (f32, f32), top: f32, fading: bool, grow: f32) -> Footprint {
        let (w, h) = self.size;
        let mut out = Footprint { cover: Plane::new(w, h, 0.0), height: Plane::new(w, h, f32::MAX) };
        let weight = |height: f32| if fading { (1.0 - height / top.max(1e-3)).clamp(0.0, 1.0) } else { 1.0 };
        if let Some(alpha) = &self.lying {
            let steps = (top * right.abs().max(near.abs())).ceil().clamp(1.0, 24.0);
            for i in 0..=steps as usize {
                let height = top * i as f32 / steps;
                out.shift(alpha, (right * height, near * height), height, weight(height));
            }
            return out;
        }
        for section in self.sections.iter().filter(|s| s.height <= top) {
            let moved = (section.centre + right * section.height, section.ground + near * section.height);
            let grown = Section { half: section.half + grow, ..*section };
            out.stamp(&self.profile, grown, moved, (weight(section.height), grow * self.foreshortening));
        }
        out
    }
}

impl Footprint {
    /// Adds a section whose middle is at `at`.
    fn stamp(&mut self, profile: &[(f32, f32); PROFILE], section: Section, at: (f32, f32), (weight, grow): (f32, f32)) {
        let (w, h) = (self.cover.width, self.cover.height);
        let (from, to) = ((at.0 - section.half).max(0.0), (at.0 + section.half).min(w as f32));
        for x in from as usize..to.max(0.0) as usize {
            let u = ((x as f32 + 0.5 - at.0) / section.half).clamp(-1.0, 1.0);
            let t = (u + 1.0) / 2.0 * (PROFILE - 1) as f32;
            let (i, f) = ((t as usize).min(PROFILE - 2), t - t.floor().min((PROFILE - 2) as f32));
            let (a, b) = (profile[i], profile[i + 1]);
            let (near, far) = (a.0 + (b.0 - a.0) * f, a.1 + (b.1 - a.1) * f);
            let top = (at.1 + far * section.half - grow).round().clamp(0.0, h as f32) as usize;
            let bottom = (at.1 + near * section.half + grow).round().clamp(0.0, h as f32) as usize;
            for y in top..bottom.max(top + 1).min(h) {
                self.add(y * w + x, section.height, weight);
            }
        }
    }

    /// Adds an outline that is moved by whole pixels.
    fn shift(&mut self, alpha: &Plane, by: (f32, f32), height: f32, weight: f32) {
        let (w, h) = (alpha.width as i64, alpha.height as i64);
        let (dx, dy) = (by.0.round() as i64, by.1.round() as i64);
        for y in dy.max(0)..(h + dy).min(h) {
            for x in dx.max(0)..(w + dx).min(w) {
                let a = alpha.data[((y - dy) * w + x - dx) as usize];
                if a > 0.0 {
                    self.add((y * w + x) as usize, height, weight * a);
                }
            }
        }
    }

    fn add(&mut self, at: usize, height: f32, weight: f32) {
        self.cover.data[at] = self.cover.data[at].max(weight);
        self.height.data[at] = self.height.data[at].min(height);
    }
}

/// A plane whose pixels are means of squares of `step` pixels.
pub(super) fn reduced(source: &Plane, step: usize) -> Plane {
    if step <= 1 {
        return source.clone();
    }
    let (w, h) = (source.width.div_ceil(step), source.height.div_ceil(step));
    let mut out = Plane::new(w, h, 0.0);
    for (y, row) in out.data.chunks_exact_mut(w).enumerate() {
        let rows = y * step..((y + 1) * step).min(source.height);
        for (x, v) in row.iter_mut().enumerate() {
            let columns = x * step..((x + 1) * step).min(source.width);
            let count = (rows.len() * columns.len()) as f32;
            *v = rows.clone().map(|y| source.data[y * source.width..][columns.clone()].iter().sum::<f32>()).sum::<f32>() / count;
        }
    }
    out
}

/// The profile of a section, from the edge of the base. `deep`: half the depth of a section as a multiple of half its width.
fn profile(base: &Edge, deep: f32) -> [(f32, f32); PROFILE] {
    let half = (base.width() as f32 / 2.0).max(1.0);
    // The far edge mirrors the near one. Behind a flat front the product extends by its depth.
    let behind = 2.0 * (deep - base.sag / half).max(0.0);
    let near = |i: usize| {
        let at = (i as f32 / (PROFILE - 1) as f32 * (base.rise.len() - 1) as f32).round() as usize;
        ((base.sag - base.rise[at]) / half).max(0.0)
    };
    std::array::from_fn(|i| (near(i), -near(PROFILE - 1 - i) - behind))
}

/// The profile of a section of a product with feet at different depths: a band along the line through the feet, `deep` to either side.
fn leaning(slope: f32, deep: f32) -> [(f32, f32); PROFILE] {
    std::array::from_fn(|i| {
        let u = 2.0 * i as f32 / (PROFILE - 1) as f32 - 1.0;
        (deep - slope * u, -deep - slope * u)
    })
}

/// The row of the surface below the middle of the product, column by column: a straight line.
struct Ground {
    row: f32,
    slope: f32,
    from: f32,
}

impl Ground {
    fn of(base: &Edge, foot: f32, deep: f32) -> Self {
        match base.slanted {
            Some(slope) => Self { row: foot - deep * base.width() as f32 * 0.1, slope, from: base.lowest },
            None => Self { row: foot - base.sag, slope: 0.0, from: 0.0 },
        }
    }

    fn at(&self, x: f32) -> f32 {
        self.row - self.slope * (x - self.from)
    }

    /// The lowest row of the surface.
    fn lowest(&self, width: usize) -> f32 {
        self.at(0.0).max(self.at(width as f32))
    }
}

/// The runs of covered pixels in each row from the surface upwards. `middle`: how far the middle of a section reaches down and up on the picture, in
/// halves of its width. Where a section would reach below the product it is narrower; where it would reach above it is no section, but the
/// product's top face.
fn sections(alpha: &Plane, (top, foot): (usize, usize), ground: &Ground, middle: (f32, f32), upright: f32) -> Vec<Section> {
    let mut out = Vec::new();
    let w = alpha.width;
    let end = (ground.lowest(w).max(0.0) as usize + 1).min(foot);
    // Near the surface every row counts; higher up neighbours overlap, and time must not grow with the product's size.
    let stride = (end.saturating_sub(top) / MOST_SECTIONS).max(1);
    for y in (top..end).rev().filter(|y| end - y < EVERY_ROW || (end - y).is_multiple_of(stride)) {
        let row = &alpha.data[y * w..(y + 1) * w];
        let mut x = 0;
        while x < w {
            if row[x] <= 0.5 {
                x += 1;
                continue;
            }
            let end = row[x..].iter().position(|a| *a <= 0.5).map_or(w, |n| x + n);
            let centre = (x + end) as f32 / 2.0;
            let below = ground.at(centre);
            let (row, height) = (y as f32 + 0.5, below - y as f32 - 0.5);
            let most = (foot as f32 - row.min(below)) / middle.0.max(1e-3);
            let half = ((end - x) as f32 / 2.0).min(most.max(1.0));
            let height = height / upright;
            if (-1.0 - middle.0 * half..=1.0).contains(&height) || (height > 0.0 && row + middle.1 * half >= top as f32 - 1.5) {
                out.push(Section { height: height.max(0.0), centre, half, ground: below });
            }
            x = end;
        }
    }
    out
}
