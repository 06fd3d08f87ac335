//! Looks without an extrusion: flat, outlined, embossed, engraved, neon tubes, cut paper, brush strokes.

use image::RgbaImage;
use rayon::prelude::*;

use super::field::Field;
use super::material::{Look, Material};
use super::noise::{fbm, noise};
use crate::backend::draft::color::{Rgb, mix3};
use crate::backend::{BackendError, StageCx};
use crate::imaging::linear_to_srgb8;
use crate::math::{self, smoothstep};
use crate::typography::TextLayout;

/// Unit vector towards the light in image axes: to the upper left.
const LIGHT: [f32; 2] = [-0.6, -0.8];
/// Contrast ratio of embossed and engraved faces to the background.
const EMBOSSED_RATIO: f32 = 3.4;

/// Space around the letters that a look needs, in ems.
pub(super) fn margin_em(look: Look) -> f32 {
    match look {
        Look::Sculpted | Look::Flat => 0.0,
        Look::Outlined | Look::HandPainted => 0.1,
        Look::Embossed | Look::Engraved | Look::PaperCut => 0.2,
        Look::NeonTube => 0.6,
    }
}

/// A pixel on which colours are composited; linear and premultiplied.
#[derive(Clone, Copy, Default)]
struct Paint {
    color: Rgb,
    alpha: f32,
}

impl Paint {
    fn over(&mut self, color: Rgb, alpha: f32) {
        let alpha = alpha.clamp(0.0, 1.0);
        self.color = std::array::from_fn(|i| color[i] * alpha + self.color[i] * (1.0 - alpha));
        self.alpha = alpha + self.alpha * (1.0 - alpha);
    }
}

/// The input of a look.
pub(super) struct Drawing<'a> {
    pub glyphs: &'a TextLayout,
    pub field: &'a Field,
    pub material: &'a Material,
    /// Luminance of the background behind the text.
    pub backdrop: f32,
    pub seed: u32,
}

impl Drawing<'_> {
    /// Draws the letters on a transparent canvas; straight alpha.
    pub(super) fn draw(&self, cx: StageCx<'_>) -> Result<RgbaImage, BackendError> {
        let field = self.field;
        let mut rows = vec![[0u8; 4]; field.w * field.h];
        rows.par_chunks_mut(field.w).enumerate().try_for_each(|(y, row)| -> Result<(), BackendError> {
            cx.check()?;
            for (x, out) in row.iter_mut().enumerate() {
                let (px, py) = (field.x0 + x, field.y0 + y);
                let paint = self.pixel([px as f32 + 0.5, py as f32 + 0.5], self.glyphs.coverage.at(px, py));
                // Transparent pixels keep the colour of the letters, so that filtering causes no dark fringes.
                let color = if paint.alpha > 1e-3 { paint.color.map(|v| v / paint.alpha) } else { self.material.colors[0] };
                let c = color.map(|v| linear_to_srgb8(v.clamp(0.0, 1.0)));
                *out = [c[0], c[1], c[2], (paint.alpha * 255.0 + 0.5) as u8];
            }
            Ok(())
        })?;
        let mut image = RgbaImage::new(self.glyphs.width as u32, self.glyphs.height as u32);
        for (i, pixel) in rows.into_iter().enumerate() {
            image.put_pixel((field.x0 + i % field.w) as u32, (field.y0 + i / field.w) as u32, image::Rgba(pixel));
        }
        Ok(image)
    }

    fn pixel(&self, p: [f32; 2], coverage: f32) -> Paint {
        let mut paint = Paint::default();
        match self.material.look {
            Look::Sculpted | Look::Flat => paint.over(self.base(p), coverage),
            Look::Outlined => self.outlined(p, coverage, &mut paint),
            Look::Embossed => self.embossed(p, coverage, 1.0, &mut paint),
            Look::Engraved => self.embossed(p, coverage, -1.0, &mut paint),
            Look::NeonTube => self.tube(p, &mut paint),
            Look::PaperCut => self.paper(p, coverage, &mut paint),
            Look::HandPainted => self.painted(p, &mut paint),
        }
        paint
    }

    fn em(&self) -> f32 {
        self.glyphs.font_px
    }

    /// The colour at `p`: two named colours make a gradient from the upper left to the lower right.
    fn base(&self, p: [f32; 2]) -> Rgb {
        let [a, b] = self.material.colors;
        if a == b {
            return a;
        }
        let (x0, y0, x1, y1) = self.glyphs.bounds;
        let (u, v) = ((p[0] - x0) / (x1 - x0).max(1.0), (p[1] - y0) / (y1 - y0).max(1.0));
        mix3(a, b, smoothstep(0.1, 0.9, 0.4 * u + 0.6 * v))
    }

    /// Signed distance to the outline at the point `distance` pixels from `p` towards the light.
    fn toward_light(&self, p: [f32; 2], distance: f32) -> f32 {
        self.field.signed([p[0] + LIGHT[0] * distance, p[1] + LIGHT[1] * distance])
    }

    fn outlined(&self, p: [f32; 2], coverage: f32, paint: &mut Paint) {
        let [fill, stroke] = self.material.colors;
        let width = (0.042 * self.em()).max(1.6);
        let d = self.field.signed(p);
        let outside = (1.0 - coverage) * (width - d + 0.5).clamp(0.0, 1.0);
        if fill != stroke {
            paint.over(stroke, (outside + coverage).min(1.0));
            paint.over(fill, coverage);
        } else if self.field.half_stroke > 1.7 * width {
            paint.over(stroke, coverage * (d + width + 0.5).clamp(0.0, 1.0));
        } else {
            // Thin strokes have no room for a line inside.
            paint.over(stroke, outside);
        }
    }

    /// Letters raised from (`side` = 1) or pressed into (−1) the background, which stays visible through the tinted faces.
    fn embossed(&self, p: [f32; 2], coverage: f32, side: f32, paint: &mut Paint) {
        let (em, b) = (self.em(), self.backdrop);
        let reach = 0.028 * em;
        let shade = smoothstep(-0.6 * reach, 0.6 * reach, -side * self.toward_light(p, reach));
        if side > 0.0 {
            paint.over([0.0; 3], 0.38 * shade * (1.0 - coverage));
        }
        let (tint, alpha) = if self.material.named {
            (self.base(p), 0.93)
        } else if b > 0.2 {
            ([0.012, 0.012, 0.016], (1.0 - ((b + 0.05) / EMBOSSED_RATIO - 0.05).max(0.0) / b).clamp(0.3, 0.9))
        } else {
            ([0.96, 0.95, 0.93], (((b + 0.05) * EMBOSSED_RATIO - 0.05 - b) / (1.0 - b)).clamp(0.3, 0.9))
        };
        paint.over(tint, alpha * coverage);
        if side < 0.0 {
            paint.over([0.0; 3], 0.5 * shade * coverage);
        }
        let edge = self.field.edge(p, self.field.signed(p) <= 0.0);
        let width = (0.028 * em).min(0.5 * self.field.half_stroke).max(1.0);
        let slope = side * (edge.out[0] * LIGHT[0] + edge.out[1] * LIGHT[1]);
        let inner = coverage * (1.0 - edge.distance / width).clamp(0.0, 1.0);
        // A named colour is only lightened and darkened; the background's own surface gets white highlights.
        let (bright, dark) =
            if self.material.named { (tint.map(|v| v * 1.6 + 0.012), tint.map(|v| v * 0.3)) } else { ([1.0; 3], [0.0; 3]) };
        paint.over(bright, 0.6 * inner * slope.max(0.0));
        paint.over(dark, 0.5 * inner * (-slope).max(0.0));
        if side < 0.0 {
            // The lower edge of the recess has a highlight.
            let lip = (1.0 - coverage) * (1.0 - edge.distance / 1.6).clamp(0.0, 1.0);
            paint.over([1.0; 3], 0.4 * lip * slope.max(0.0));
        }
    }

    /// A glass tube along the contour; a thin stroke is one tube.
    fn tube(&self, p: [f32; 2], paint: &mut Paint) {
        let (em, half) = (self.em(), self.field.half_stroke);
        let d = self.field.signed(p);
        let radius = (0.026 * em).min(0.34 * half).max(1.2);
        let inset = if half > 2.1 * radius { radius * 1.25 } else { half };
        let radius = if half > 2.1 * radius { radius } else { half * 0.9 };
        let from_axis = (-d - inset).abs();
        let outside = (from_axis - radius).max(0.0) / em;
        let hue = self.base(p);
        let peak = hue[0].max(hue[1]).max(hue[2]).max(1e-3);
        let hue = hue.map(|v| (v / peak).max(0.02));
        let glow = 0.58 * math::exp(-outside / 0.045) + 0.26 * math::exp(-outside / 0.17) - 0.012;
        paint.over(hue, glow.max(0.0));
        let f = (from_axis / radius).min(1.0);
        let core = (1.0 - f * f).max(0.0);
        let lit = mix3(hue.map(|v| v * 0.85), [1.0, 0.985, 0.97], 0.92 * smoothstep(0.15, 0.8, core));
        paint.over(lit, (radius - from_axis + 0.5).clamp(0.0, 1.0));
    }

    /// A sheet of paper with a soft shadow. Broad strokes are cut into layers, each in the shadow of the one above.
    fn paper(&self, p: [f32; 2], coverage: f32, paint: &mut Paint) {
        let (em, half) = (self.em(), self.field.half_stroke);
        let d = self.field.signed(p);
        let lift = 0.05 * em;
        let near = smoothstep(0.7 * lift, -0.5 * lift, self.toward_light(p, lift));
        let far = smoothstep(2.0 * lift, -1.2 * lift, self.toward_light(p, 1.6 * lift));
        paint.over([0.01, 0.008, 0.012], (0.34 * near).max(0.26 * far) * (1.0 - coverage));
        let (ex, ey) = (p[0] / em, p[1] / em);
        let fibre = 0.95 + 0.1 * fbm(ex * 60.0, ey * 45.0, 3, self.seed);
        let mut color = self.base(p).map(|v| v * fibre);
        if half > 0.05 * em {
            // Lighter, because the deeper layers are in shadow: the mean of all layers is the named colour.
            color = color.map(|v| (v * 1.2).min(1.0));
            for (k, (depth, tone)) in [(0.36, 0.80), (0.70, 0.78)].into_iter().enumerate() {
                // A cut by hand is not exactly parallel to the outline.
                let wobble = (noise(ex * 5.0, ey * 5.0, self.seed ^ (k as u32 + 51)) - 0.5) * 0.12 * half;
                let step = depth * half + wobble;
                let inside = (-d - step + 0.5).clamp(0.0, 1.0);
                let drop = 0.022 * em;
                let shadow = smoothstep(-0.4 * drop, 0.9 * drop, self.toward_light(p, drop) + step);
                let deeper = color.map(|v| v * tone * (1.0 - 0.42 * shadow));
                color = mix3(color, deeper, inside);
            }
        }
        let edge = self.field.edge(p, d <= 0.0);
        let facing = edge.out[0] * LIGHT[0] + edge.out[1] * LIGHT[1];
        let cut = (1.0 - edge.distance / (0.008 * em).max(1.2)).clamp(0.0, 1.0) * facing.max(0.0);
        paint.over(mix3(color, [1.0; 3], 0.35 * cut), coverage);
    }

    /// Brush strokes: streaks along the strokes, a slightly ragged contour, dry places.
    fn painted(&self, p: [f32; 2], paint: &mut Paint) {
        let (em, half, s) = (self.em(), self.field.half_stroke, self.seed);
        let signed = self.field.signed(p);
        let edge = self.field.edge(p, signed <= 0.0);
        let (along, across) = (edge.arc / em, edge.distance / em);
        let streaks = |across: f32| 0.62 * noise(along * 1.3, across * 60.0, s) + 0.38 * noise(along * 3.1, across * 130.0, s ^ 5);
        let streak = streaks(across);
        let ragged = (fbm(p[0] / em * 11.0, p[1] / em * 11.0, 3, s ^ 3) - 0.42) + (noise(along * 26.0, 0.5, s ^ 9) - 0.4) * 0.5;
        // The paint stays within the letter.
        let d = signed + ragged.max(-0.05) * (0.03 * em).min(0.35 * half);
        let dry = smoothstep(0.55, 0.72, streak) * smoothstep(0.5, 0.78, noise(p[0] / em * 1.7, p[1] / em * 1.7, s ^ 17));
        let alpha = (0.5 - d / 1.3).clamp(0.0, 1.0) * (1.0 - 0.8 * dry);
        let relief = ((streaks(across + 0.004) - streak) * (edge.out[1] * 0.8 + edge.out[0] * 0.6)).clamp(-0.3, 0.3);
        let tone = (0.86 + 0.28 * streak + relief * 0.6).max(0.0);
        paint.over(self.base(p).map(|c| c * tone + 0.02 * relief.max(0.0)), alpha);
    }
}
