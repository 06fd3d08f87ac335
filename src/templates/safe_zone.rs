//! The margins of a format that the app covers, and texts in them.

use super::geometry::Margins;
use crate::formats::FormatSpec;
use crate::notice::{Argument, Notice};

impl Margins {
    /// The margins that the app covers in this format, in pixels of the canvas.
    pub fn of_format(format: &FormatSpec, canvas: (u32, u32)) -> Self {
        let scale = canvas.0 as f32 / format.width.max(1) as f32;
        let of = |pixels: u32| pixels as f32 * scale;
        Self { top: of(format.safe.top), bottom: of(format.safe.bottom), left: of(format.safe.left), right: of(format.safe.right) }
    }
}

/// The least `text_y`, as decimal text, that moves a covered text out of the margins of a format. `notices`: what the export reported; `None`
/// if no text is covered in height.
pub fn free_text_y(notices: &[Notice]) -> Option<String> {
    let covered = notices.iter().find(|notice| notice.code() == "formats-rule-safe-height")?;
    match covered.argument("from") {
        Some(Argument::Text(from)) => Some(from.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Catalogue, SafeZone};
    use crate::notice;

    #[test]
    fn margins_are_scaled_to_the_canvas_and_covered_text_names_its_place() {
        let catalogue = Catalogue::embedded();
        let spec = catalogue.get("instagram-story").unwrap();
        let format = FormatSpec { width: 500, height: 800, safe: SafeZone { top: 10, bottom: 20, left: 0, right: 5 }, ..(*spec).clone() };
        let expected = Margins { top: 20.0, bottom: 40.0, left: 0.0, right: 10.0 };
        assert_eq!(Margins::of_format(&format, (1000, 1600)), expected);
        let covered = notice!("formats-rule-safe-height", top = 1, bottom = 2, from = "0.21".to_owned(), to = "0.8".to_owned());
        assert_eq!(free_text_y(&[notice!("brand-not-regular"), covered]).as_deref(), Some("0.21"));
        assert_eq!(free_text_y(&[notice!("brand-not-regular")]), None);
    }
}
