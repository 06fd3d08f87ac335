//! The specification of a brief without its pictures, for drafts and plans: nothing is read or decoded.

use super::state::{Brief, Product};
use crate::notice::Notice;
use crate::request::fields::{BACKGROUND_IMAGE, MASK_IMAGE, PRODUCT_IMAGE};
use crate::request::{FieldError, JobSpec, KnownImage, OpenRequest};
use crate::typography::FontCatalog;

/// Reads a brief with the parser of every front end.
///
/// # Errors
/// The brief has errors; the notice has one a line.
pub fn of(brief: &Brief, fonts: &FontCatalog) -> Result<JobSpec<KnownImage>, Notice> {
    let brief = &*brief.drawable();
    let mut request = OpenRequest::new(brief.to_raw());
    if let Some(product) = &brief.product {
        let dimensions = Some((product.width, product.height));
        request =
            request.with_image(PRODUCT_IMAGE.name, KnownImage { hash: product.hash.clone(), has_alpha: product.has_alpha, dimensions });
        if let Some(mask) = &brief.mask {
            // Its shape was checked when it was kept.
            request = request.with_image(MASK_IMAGE.name, KnownImage { hash: mask.hash.clone(), has_alpha: false, dimensions: None });
        }
    }
    let known = |picture: &Product| KnownImage {
        hash: picture.hash.clone(),
        has_alpha: picture.has_alpha,
        dimensions: Some((picture.width, picture.height)),
    };
    for (layer, picture) in &brief.layer_pictures {
        request = request.with_layer_image(*layer, known(picture));
    }
    if let Some(backdrop) = &brief.backdrop {
        request = request.with_image(BACKGROUND_IMAGE.name, known(backdrop));
    }
    crate::engine::parse_with_fonts(&request, fonts, crate::assets::DEFAULT_FONT, brief.seed, false).map_err(FieldError::join)
}
