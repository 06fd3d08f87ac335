//! The size at which the models paint a canvas of any size.

use std::borrow::Cow;

use image::{GrayImage, Luma, RgbImage};

use crate::imaging::Plane;
use crate::imaging::resize::{Filter, resize_plane, resize_rgb8};

/// The models paint sides that are multiples of this: FLUX packs two latents of eight pixels into a token.
const STEP: usize = 16;
/// Most pixels that the models paint. Memory plans and time hold up to this size, and FLUX repeats its motifs on larger pictures.
const MOST_PIXELS: usize = 2048 * 2048;
/// Values of a resized mask from which a pixel belongs to the mask.
const IN_MASK: f32 = 0.25;

/// A canvas, and the size at which the models paint it: the next multiple of 16 on each side, of which the canvas is the upper left part.
/// A canvas with more than 2048² pixels is painted smaller and enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaintSize {
    canvas: (usize, usize),
    painted: (usize, usize),
    is_reduced: bool,
}

impl PaintSize {
    /// The size for a canvas.
    pub fn of(width: usize, height: usize) -> Self {
        let canvas = (width, height);
        if width * height <= MOST_PIXELS {
            let painted = (width.next_multiple_of(STEP), height.next_multiple_of(STEP));
            return Self { canvas, painted, is_reduced: false };
        }
        let scale = (MOST_PIXELS as f64 / (width * height) as f64).sqrt();
        let side = |v: usize| ((v as f64 * scale) as usize / STEP * STEP).max(STEP);
        Self { canvas, painted: (side(width), side(height)), is_reduced: true }
    }

    /// Width and height that the models paint.
    pub fn painted(self) -> (usize, usize) {
        self.painted
    }

    /// Number of pixels that the models paint.
    pub fn pixels(self) -> usize {
        self.painted.0 * self.painted.1
    }

    /// A picture of the canvas as the models take it: reduced, or continued by its last column and row.
    pub fn picture(self, canvas: &RgbImage) -> Cow<'_, RgbImage> {
        let (width, height) = self.painted;
        if self.canvas == self.painted {
            Cow::Borrowed(canvas)
        } else if self.is_reduced {
            Cow::Owned(resize_rgb8(canvas, width, height, Filter::CatmullRom))
        } else {
            let (right, bottom) = (canvas.width() - 1, canvas.height() - 1);
            Cow::Owned(RgbImage::from_fn(width as u32, height as u32, |x, y| *canvas.get_pixel(x.min(right), y.min(bottom))))
        }
    }

    /// A black and white mask of the canvas as the models take it; see [`PaintSize::picture`].
    pub fn mask(self, canvas: &GrayImage) -> Cow<'_, GrayImage> {
        let (width, height) = self.painted;
        if self.canvas == self.painted {
            Cow::Borrowed(canvas)
        } else if self.is_reduced {
            let small = resize_plane(&Plane::from_gray(canvas), width, height, Filter::Triangle);
            let data = small.data.iter().map(|&v| if v >= IN_MASK { 1.0 } else { 0.0 }).collect();
            Cow::Owned(Plane { width, height, data }.to_gray())
        } else {
            let (right, bottom) = (canvas.width() - 1, canvas.height() - 1);
            Cow::Owned(GrayImage::from_fn(width as u32, height as u32, |x, y| *canvas.get_pixel(x.min(right), y.min(bottom))))
        }
    }

    /// Edges of the canvas as ControlNet takes them: reduced, or continued by black.
    pub fn edges(self, canvas: &GrayImage) -> Cow<'_, GrayImage> {
        if self.canvas == self.painted || self.is_reduced {
            return self.mask(canvas);
        }
        let (width, height) = (self.painted.0 as u32, self.painted.1 as u32);
        let inside = |x: u32, y: u32| x < canvas.width() && y < canvas.height();
        Cow::Owned(GrayImage::from_fn(width, height, |x, y| if inside(x, y) { *canvas.get_pixel(x, y) } else { Luma([0]) }))
    }

    /// The canvas of a painted picture: enlarged, or its upper left part.
    pub fn canvas(self, painted: RgbImage) -> RgbImage {
        let (width, height) = self.canvas;
        if self.canvas == self.painted {
            painted
        } else if self.is_reduced {
            resize_rgb8(&painted, width, height, Filter::Lanczos3)
        } else {
            image::imageops::crop_imm(&painted, 0, 0, width as u32, height as u32).to_image()
        }
    }

    /// The preview of the canvas within the preview of a painted picture.
    pub fn preview(self, painted: RgbImage) -> RgbImage {
        if self.canvas == self.painted || self.is_reduced {
            return painted;
        }
        let part = |shown: u32, canvas: usize, painted: usize| ((shown as usize * canvas).div_ceil(painted) as u32).clamp(1, shown.max(1));
        let width = part(painted.width(), self.canvas.0, self.painted.0);
        let height = part(painted.height(), self.canvas.1, self.painted.1);
        image::imageops::crop_imm(&painted, 0, 0, width, height).to_image()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_next_that_the_models_paint_and_bounded() {
        assert_eq!(PaintSize::of(1024, 1008).painted(), (1024, 1008));
        assert_eq!(PaintSize::of(257, 1023).painted(), (272, 1024));
        assert_eq!(PaintSize::of(4095, 256).painted(), (4096, 256));
        for (w, h) in [(4096, 4096), (4096, 1025), (2480, 3508), (2049, 2048)] {
            let (pw, ph) = PaintSize::of(w, h).painted();
            assert!(pw * ph <= MOST_PIXELS && pw % STEP == 0 && ph % STEP == 0, "{w}x{h}: {pw}x{ph}");
            assert!((pw as f64 / ph as f64 / (w as f64 / h as f64) - 1.0).abs() < 0.02, "{w}x{h}: {pw}x{ph}");
        }
    }

    #[test]
    fn a_canvas_returns_from_the_painted_size_unchanged() {
        let picture = RgbImage::from_fn(257, 300, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let size = PaintSize::of(257, 300);
        let painted = size.picture(&picture).into_owned();
        assert_eq!(painted.dimensions(), (272, 304));
        assert_eq!(painted.get_pixel(271, 303), picture.get_pixel(256, 299));
        assert_eq!(size.canvas(painted), picture);
        let edges = GrayImage::from_pixel(257, 300, Luma([255]));
        assert_eq!((size.edges(&edges).get_pixel(256, 299)[0], size.edges(&edges).get_pixel(257, 299)[0]), (255, 0));
        assert!(size.mask(&edges).pixels().all(|p| p[0] == 255));
        assert_eq!(size.preview(RgbImage::new(34, 38)).dimensions(), (33, 38));
        let grid = PaintSize::of(256, 304);
        assert!(matches!(grid.picture(&RgbImage::new(256, 304)), Cow::Borrowed(_)));
    }

    #[test]
    fn a_large_canvas_is_painted_smaller_and_enlarged() {
        let size = PaintSize::of(4096, 2048);
        let picture = RgbImage::from_pixel(4096, 2048, image::Rgb([10, 200, 90]));
        let painted = size.picture(&picture).into_owned();
        assert_eq!(painted.dimensions(), (size.painted().0 as u32, size.painted().1 as u32));
        let back = size.canvas(painted);
        assert_eq!(back.dimensions(), (4096, 2048));
        assert!(back.pixels().all(|p| p.0 == [10, 200, 90]));
    }
}
