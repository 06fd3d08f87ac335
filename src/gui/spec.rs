//! The specification of a brief without its pictures, for drafts and plans: nothing is read or decoded.

use super::state::Brief;
use crate::request::{JobSpec, KnownImage, OpenRequest};
use crate::typography::FontCatalog;

/// Reads a brief with the parser of every front end.
///
/// # Errors
/// What is wrong with the brief, one sentence a line.
pub fn of(brief: &Brief, fonts: &FontCatalog) -> Result<JobSpec<KnownImage>, String> {
    let mut request = OpenRequest::new(brief.to_raw());
    if let Some(product) = &brief.product {
        let dimensions = Some((product.width, product.height));
        request = request.with_image("product_image", KnownImage { hash: product.hash.clone(), has_alpha: product.has_alpha, dimensions });
        if let Some(mask) = &brief.mask {
            // Its shape was checked when it was kept.
            request = request.with_image("mask_image", KnownImage { hash: mask.hash.clone(), has_alpha: false, dimensions: None });
        }
    }
    crate::engine::parse_with_fonts(&request, fonts, crate::assets::DEFAULT_FONT, brief.seed, false)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
