//! Fits a picture to the size of a format.

use image::{Rgb, RgbImage, RgbaImage};

use crate::imaging::blur::gaussian_rgb;
use crate::imaging::resize::{Filter, resize_rgb8, resize_rgba8};
use crate::imaging::{LinearRgb, Plane, over_white};
use crate::notice;
use crate::notice::Notice;

/// Up to this share of the picture is cropped without a message, because sizes are rounded.
const ROUNDING: f64 = 0.02;
/// Up to this share of the picture is cropped; otherwise the whole picture is placed on a blurred continuation.
const MOST_CROPPED: f64 = 0.12;
/// Enlargement above which a picture is not sharp.
const MOST_ENLARGED: f64 = 1.2;
/// Share of the format's width or height that a product on white fills.
const PRODUCT_SHARE: f64 = 0.92;
/// The blurred continuation is made at the format's size divided by this.
const FRAME_SCALE: u32 = 8;
/// Pixels with an alpha above this belong to the product.
const IN_PRODUCT: f32 = 0.05;

/// Maps pixels of the picture to pixels of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mapping {
    scale: f64,
    left: f64,
    top: f64,
}

impl Mapping {
    /// Maps a box (left, top, right, bottom) of the picture to pixels of the file.
    pub(super) fn bounds(self, (x0, y0, x1, y1): (usize, usize, usize, usize)) -> [f64; 4] {
        let (x, y) = (|v: usize| v as f64 * self.scale + self.left, |v: usize| v as f64 * self.scale + self.top);
        [x(x0), y(y0), x(x1), y(y1)]
    }
}

/// A picture at the size of a format.
pub(super) struct Fitted {
    pub image: RgbImage,
    pub mapping: Mapping,
    /// Notices about cropping, framing and enlarging.
    pub notices: Vec<Notice>,
}

/// Fits a picture to a size: crops it if the aspect ratios are similar, else places it whole on a blurred continuation of itself.
pub(super) fn fit(picture: &RgbImage, (width, height): (u32, u32)) -> Fitted {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let (across, down) = (f64::from(width) / w, f64::from(height) / h);
    let cover = across.max(down);
    let lost = 1.0 - across.min(down) / cover;
    let mut notices = Vec::new();
    let scale = if lost <= MOST_CROPPED { cover } else { across.min(down) };
    if scale > MOST_ENLARGED {
        let (from_width, from_height) = (picture.width(), picture.height());
        notices.push(notice!("formats-enlarged", from_width = from_width, from_height = from_height, width = width, height = height));
    }
    if lost <= MOST_CROPPED {
        if lost > ROUNDING {
            notices.push(notice!("formats-cropped", percent = (lost * 100.0).round() as u32));
        }
        let (image, left, top) = covered(picture, (width, height), cover);
        return Fitted { image, mapping: Mapping { scale, left: -left * cover, top: -top * cover }, notices };
    }
    notices.push(notice!("formats-framed", width = width, height = height));
    let mut image = frame(picture, (width, height));
    let side = |v: f64, most: u32| ((v * scale).round() as u32).clamp(1, most);
    let (inner_width, inner_height) = (side(w, width), side(h, height));
    let small = resize_rgb8(picture, inner_width as usize, inner_height as usize, Filter::Lanczos3);
    let (left, top) = ((width - inner_width) / 2, (height - inner_height) / 2);
    image::imageops::replace(&mut image, &small, left.into(), top.into());
    Fitted { image, mapping: Mapping { scale, left: left.into(), top: top.into() }, notices }
}

/// The middle of a picture, cropped and scaled by `scale` to the size; and the numbers of picture pixels that were cropped at the left and top.
fn covered(picture: &RgbImage, (width, height): (u32, u32), scale: f64) -> (RgbImage, f64, f64) {
    let part = |side: u32, most: u32| ((f64::from(side) / scale).round() as u32).clamp(1, most);
    let (w, h) = (part(width, picture.width()), part(height, picture.height()));
    let (left, top) = ((picture.width() - w) / 2, (picture.height() - h) / 2);
    if (w, h) == picture.dimensions() {
        let same = picture.dimensions() == (width, height);
        let image = if same { picture.clone() } else { resize_rgb8(picture, width as usize, height as usize, Filter::Lanczos3) };
        return (image, 0.0, 0.0);
    }
    let part = image::imageops::crop_imm(picture, left, top, w, h).to_image();
    (resize_rgb8(&part, width as usize, height as usize, Filter::Lanczos3), f64::from(left), f64::from(top))
}

/// A blurred, slightly darkened continuation of a picture.
fn frame(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let small = ((width / FRAME_SCALE).max(8), (height / FRAME_SCALE).max(8));
    let (across, down) = (f64::from(small.0) / f64::from(picture.width()), f64::from(small.1) / f64::from(picture.height()));
    let (part, _, _) = covered(picture, small, across.max(down));
    let sigma = small.0.max(small.1) as f32 * 0.04;
    let mut soft = gaussian_rgb(&LinearRgb::from_srgb(&part), sigma.max(1.0));
    soft.data.iter_mut().for_each(|colour| *colour = colour.map(|v| v * 0.8));
    resize_rgb8(&soft.to_srgb(), width as usize, height as usize, Filter::CatmullRom)
}

/// A cut-out product, centred on pure white and scaled to [`PRODUCT_SHARE`] of the size.
///
/// # Errors
/// The cut-out is empty.
pub(super) fn on_white(cutout: &RgbaImage, (width, height): (u32, u32)) -> Result<Fitted, Notice> {
    let (w, h) = (cutout.width() as usize, cutout.height() as usize);
    let alpha = Plane { width: w, height: h, data: cutout.pixels().map(|p| f32::from(p[3]) / 255.0).collect() };
    let (x0, y0, x1, y1) = alpha.bounds(IN_PRODUCT).ok_or_else(|| notice!("formats-no-product"))?;
    let product = image::imageops::crop_imm(cutout, x0 as u32, y0 as u32, (x1 - x0) as u32, (y1 - y0) as u32).to_image();
    let (pw, ph) = (f64::from(product.width()), f64::from(product.height()));
    let scale = (f64::from(width) * PRODUCT_SHARE / pw).min(f64::from(height) * PRODUCT_SHARE / ph);
    let mut notices = Vec::new();
    if scale > MOST_ENLARGED {
        notices.push(notice!("formats-product-enlarged", width = product.width(), height = product.height()));
    }
    let side = |v: f64, most: u32| ((v * scale).round() as u32).clamp(1, most);
    let (inner_width, inner_height) = (side(pw, width), side(ph, height));
    let small = resize_rgba8(&product, inner_width as usize, inner_height as usize, Filter::Lanczos3);
    let (left, top) = ((width - inner_width) / 2, (height - inner_height) / 2);
    let mut image = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    for (x, y, pixel) in small.enumerate_pixels() {
        image.put_pixel(left + x, top + y, Rgb(over_white(pixel.0)));
    }
    let mapping = Mapping { scale, left: f64::from(left) - x0 as f64 * scale, top: f64::from(top) - y0 as f64 * scale };
    Ok(Fitted { image, mapping, notices })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(fitted: &Fitted) -> Vec<&str> {
        fitted.notices.iter().map(Notice::code).collect()
    }

    #[test]
    fn pictures_of_any_shape_are_fitted() {
        let picture = RgbImage::from_fn(600, 300, |x, y| Rgb([(x / 4) as u8, (y / 2) as u8, 80]));
        let same = fit(&picture, (600, 300));
        assert_eq!((same.image, same.notices.len()), (picture.clone(), 0));
        assert!(codes(&fit(&picture, (300, 150))).is_empty());
        assert_eq!(codes(&fit(&picture, (300, 160))), ["formats-cropped"]);
        assert_eq!(codes(&fit(&picture, (1200, 600))), ["formats-enlarged"]);
        for (w, h) in [(90, 700), (700, 40), (1, 1), (1080, 1920), (300, 300)] {
            let fitted = fit(&picture, (w, h));
            assert_eq!(fitted.image.dimensions(), (w, h));
            assert!(codes(&fitted).contains(&"formats-framed"), "{w}x{h}");
            let [x0, y0, x1, y1] = fitted.mapping.bounds((0, 0, 600, 300));
            assert!(x0 >= -0.5 && y0 >= -0.5 && x1 <= f64::from(w) + 1.0 && y1 <= f64::from(h) + 1.0, "{w}x{h}");
        }
    }

    #[test]
    fn boxes_follow_a_crop() {
        let picture = RgbImage::new(1000, 500);
        let fitted = fit(&picture, (450, 250));
        // 900 of 1000 columns are left.
        let [x0, _, x1, _] = fitted.mapping.bounds((50, 0, 950, 500));
        assert!(x0.abs() < 1.0 && (x1 - 450.0).abs() < 1.0, "{x0} {x1}");
    }

    #[test]
    fn a_product_stands_on_pure_white() {
        let cutout = RgbaImage::from_fn(300, 200, |x, y| {
            let inside = (100..160).contains(&x) && (20..180).contains(&y);
            image::Rgba([30, 60, 90, if inside { 255 } else { 0 }])
        });
        let fitted = on_white(&cutout, (200, 200)).unwrap();
        let dark = |x, y| fitted.image.get_pixel(x, y).0 == [30, 60, 90];
        assert!(dark(100, 100) && fitted.image.get_pixel(0, 100).0 == [255; 3] && fitted.image.get_pixel(100, 3).0 == [255; 3]);
        let [_, y0, _, y1] = fitted.mapping.bounds((100, 20, 160, 180));
        assert!((y1 - y0 - 184.0).abs() < 1.0 && (y0 - 8.0).abs() < 1.0, "{y0} {y1}");
        assert_eq!(on_white(&RgbaImage::new(10, 10), (100, 100)).err().unwrap().code(), "formats-no-product");
    }
}
