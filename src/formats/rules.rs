//! Checks a fitted picture against the rules of its format.

use image::RgbImage;

use super::fit::Fitted;
use super::spec::{FormatRule, FormatSpec};
use crate::imaging::Plane;
use crate::notice;
use crate::notice::Notice;

/// Channels from this value on count as pure white, because JPEG decoders differ by a few values.
const WHITE: u8 = 250;
/// Largest share of the outermost pixels that may not be white: a product may touch the edge.
const MOST_COLOURED: f64 = 0.005;
/// Pixels with a mask value above this belong to the letters or the product.
const COVERED: f32 = 0.5;

/// Additional distance of moved text from the margins, as a fraction of the side: text is positioned by a box that includes its side walls, which the
/// mask of front faces does not.
const SPARE: f64 = 0.01;

/// Masks of letters and product in the picture before it was fitted; `None` if there are none or their position is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Masks<'a> {
    pub letters: Option<&'a Plane>,
    pub product: Option<&'a Plane>,
}

/// The rules that the picture breaks, each with its remedy.
pub(super) fn check(fitted: &Fitted, format: &FormatSpec, masks: Masks<'_>) -> Vec<Notice> {
    let mut broken = Vec::new();
    let letters = masks.letters.and_then(|letters| letters.bounds(COVERED));
    if format.has(FormatRule::NoText) && letters.is_some() {
        broken.push(notice!("formats-rule-text"));
    }
    if let Some(letters) = letters {
        broken.extend(covered_text(fitted.mapping.bounds(letters), format));
    }
    let white = format.has(FormatRule::WhiteBackground);
    if white && !has_white_edge(&fitted.image) {
        broken.push(notice!("formats-rule-white"));
    } else if let Some(least) = format.min_product {
        let (w, h) = (f64::from(format.width), f64::from(format.height));
        let product = if white {
            coloured(&fitted.image).map(|b| b.map(|v| v as f64))
        } else {
            masks.product.and_then(|product| product.bounds(COVERED)).map(|bounds| fitted.mapping.bounds(bounds))
        };
        let share = product.map_or(0.0, |[x0, y0, x1, y1]| ((x1 - x0) / w).max((y1 - y0) / h));
        if share < f64::from(least) {
            let percent = |share: f64| (share * 100.0).floor() as u32;
            broken.push(notice!("formats-rule-product", percent = percent(share), least = percent(f64::from(least) + 1e-6)));
        }
    }
    broken
}

/// The notice about text within the margins that the app covers, with the range for the text's centre.
fn covered_text([x0, y0, x1, y1]: [f64; 4], format: &FormatSpec) -> Option<Notice> {
    let (safe, w, h) = (format.safe, f64::from(format.width), f64::from(format.height));
    let (top, bottom) = (f64::from(safe.top), h - f64::from(safe.bottom));
    let (left, right) = (f64::from(safe.left), w - f64::from(safe.right));
    // A pixel of tolerance: boxes are rounded when the picture is resized.
    if y0 >= top - 1.0 && y1 <= bottom + 1.0 && x0 >= left - 1.0 && x1 <= right + 1.0 {
        return None;
    }
    if y1 - y0 > bottom - top - 2.0 * SPARE * h || x1 - x0 > right - left - 2.0 * SPARE * w {
        return Some(notice!("formats-rule-safe-size", width = (right - left) as u32, height = (bottom - top) as u32));
    }
    if y0 < top - 1.0 || y1 > bottom + 1.0 {
        let half = (y1 - y0) / 2.0;
        // As text, because Fluent would round the decimals.
        let (from, to) =
            (format!("{:.2}", ceil_percent((top + half) / h + SPARE)), format!("{:.2}", floor_percent((bottom - half) / h - SPARE)));
        return Some(notice!("formats-rule-safe-height", top = safe.top, bottom = safe.bottom, from = from, to = to));
    }
    let half = (x1 - x0) / 2.0;
    let (from, to) =
        (format!("{:.2}", ceil_percent((left + half) / w + SPARE)), format!("{:.2}", floor_percent((right - half) / w - SPARE)));
    Some(notice!("formats-rule-safe-width", left = safe.left, right = safe.right, from = from, to = to))
}

fn ceil_percent(share: f64) -> f64 {
    (share * 100.0).ceil() / 100.0
}

fn floor_percent(share: f64) -> f64 {
    (share * 100.0).floor() / 100.0
}

fn is_white(pixel: &image::Rgb<u8>) -> bool {
    pixel.0.iter().all(|v| *v >= WHITE)
}

fn has_white_edge(image: &RgbImage) -> bool {
    let (w, h) = image.dimensions();
    let across = (0..w).flat_map(|x| [(x, 0), (x, h - 1)]);
    let edge: Vec<(u32, u32)> = across.chain((0..h).flat_map(|y| [(0, y), (w - 1, y)])).collect();
    let coloured = edge.iter().filter(|(x, y)| !is_white(image.get_pixel(*x, *y))).count();
    coloured as f64 <= edge.len() as f64 * MOST_COLOURED
}

/// The bounding box of all pixels that are not white.
fn coloured(image: &RgbImage) -> Option<[u32; 4]> {
    let mut found: Option<[u32; 4]> = None;
    for (x, y, _) in image.enumerate_pixels().filter(|(_, _, pixel)| !is_white(pixel)) {
        let [x0, y0, x1, y1] = found.unwrap_or([x, y, x + 1, y + 1]);
        found = Some([x0.min(x), y0.min(y), x1.max(x + 1), y1.max(y + 1)]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Catalogue;
    use crate::formats::fit::fit;

    fn plane(width: usize, height: usize, (x0, y0, x1, y1): (usize, usize, usize, usize)) -> Plane {
        let mut plane = Plane::new(width, height, 0.0);
        for y in y0..y1 {
            plane.data[y * width + x0..y * width + x1].fill(1.0);
        }
        plane
    }

    fn broken(id: &str, picture: &RgbImage, masks: Masks<'_>) -> Vec<Notice> {
        let catalogue = Catalogue::embedded();
        let format = catalogue.get(id).unwrap();
        check(&fit(picture, (format.width, format.height)), format, masks)
    }

    #[test]
    fn text_under_the_apps_buttons_is_named_with_the_range_that_is_free() {
        let picture = RgbImage::new(540, 960);
        let at = |y: usize| {
            let letters = plane(540, 960, (40, y, 500, y + 100));
            broken("instagram-story", &picture, Masks { letters: Some(&letters), product: None })
        };
        assert!(at(140).is_empty() && at(600).is_empty());
        let [high] = &at(60)[..] else { panic!() };
        // 270 of 1920 pixels are covered; half of the text has 100 pixels, and a hundredth is spare.
        assert_eq!((high.code(), high.argument("from")), ("formats-rule-safe-height", Some(&"0.21".to_owned().into())));
        assert_eq!(at(760)[0].argument("to"), Some(&"0.73".to_owned().into()));
        let tall = plane(540, 960, (40, 100, 500, 900));
        assert_eq!(broken("instagram-story", &picture, Masks { letters: Some(&tall), product: None })[0].code(), "formats-rule-safe-size");
    }

    #[test]
    fn a_main_image_is_white_with_a_large_product_and_no_text() {
        let codes = |picture: &RgbImage, masks: Masks<'_>| -> Vec<String> {
            broken("coupang-main", picture, masks).iter().map(|n| n.code().to_owned()).collect()
        };
        let of = |side: u32| {
            RgbImage::from_fn(500, 500, |x, y| {
                let inside = x.abs_diff(250) < side / 2 && y.abs_diff(250) < side / 4;
                image::Rgb(if inside { [20, 90, 60] } else { [255; 3] })
            })
        };
        assert!(codes(&of(450), Masks::default()).is_empty());
        assert_eq!(codes(&of(400), Masks::default()), ["formats-rule-product"]);
        assert_eq!(codes(&RgbImage::from_pixel(500, 500, image::Rgb([240; 3])), Masks::default()), ["formats-rule-white"]);
        let letters = plane(500, 500, (100, 100, 300, 200));
        assert_eq!(codes(&of(450), Masks { letters: Some(&letters), product: None }), ["formats-rule-text"]);
    }
}
