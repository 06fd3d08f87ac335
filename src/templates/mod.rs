//! Templates: advertisements whose texts, price, photo and logo are named slots, laid out again for every canvas.
//!
//! A template places its parts in regions and units, not in pixels. [`lay_out`] measures the texts with their fonts, fits them into the regions of
//! the canvas and returns the fields, layers and background of a request. The program's templates are in `assets/templates/`; a
//! folder `templates` beside the settings adds to them.

mod adapt_request;
mod apply;
mod brand;
mod brand_text;
mod catalogue;
mod color;
mod geometry;
mod lay_out;
mod measure;
mod safe_zone;
mod shapes;
mod size_set;
mod spec;
mod stack;
#[cfg(test)]
mod tests;

pub use adapt_request::{Finished, adapt_request, is_placed_by_hand};
pub use apply::{apply, replaced_fields};
pub use brand::{Brand, BrandError, MAX_ENTRIES as MAX_BRAND_ENTRIES};
pub use catalogue::{TemplateCatalogue, TemplateError};
pub use geometry::{Frame, Margins};
pub use lay_out::{LaidOut, PlacedText, TemplateInput, lay_out};
pub use safe_zone::free_text_y;
pub use size_set::{Adapted, Boxes, Moved, adapt};
pub use spec::{HEADLINE, Slot, SlotKind, Template};
