//! Harmonises text and picture with a slight bloom, as if both were photographed through the same lens.

use rayon::prelude::*;

use crate::backend::{BackendError, HarmonizeRequest, StageCx};
use crate::imaging::LinearRgb;
use crate::imaging::blur::gaussian_rgb;
use crate::imaging::resize::{Filter, resize_rgb};

/// Linear value above which highlights bloom.
const KNEE: f32 = 0.72;

/// Adds bloom within the mask. Dark areas around the text, which make it legible, are hardly brightened.
pub fn harmonize(request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
    let image = request.image;
    let amount = 0.045 * request.strength.clamp(0.0, 1.0);
    if amount <= 0.0 {
        return Ok(image.clone());
    }
    let (w, h) = ((image.width / 4).max(1), (image.height / 4).max(1));
    let mut bright = resize_rgb(image, w, h, Filter::Triangle);
    bright.data.iter_mut().for_each(|c| *c = c.map(|v| (v - KNEE).max(0.0)));
    cx.step(0.3)?;
    let glow = gaussian_rgb(&bright, w.min(h) as f32 * 0.02);
    cx.step(0.6)?;
    let mut out = image.clone();
    out.data.par_chunks_mut(image.width).enumerate().for_each(|(y, row)| {
        for (x, c) in row.iter_mut().enumerate() {
            let m = request.mask.data[y * image.width + x];
            if m > 0.0 {
                let g = glow.sample((x as f32 + 0.5) / 4.0, (y as f32 + 0.5) / 4.0);
                (0..3).for_each(|k| c[k] = (c[k] + g[k] * amount * m * (1.0 - c[k]).max(0.0)).min(1.0));
            }
        }
    });
    cx.step(1.0)?;
    Ok(out)
}
