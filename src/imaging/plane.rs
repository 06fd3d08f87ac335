//! Single-channel `f32` images.

use image::GrayImage;

/// A single-channel image in row-major order: mattes and masks in 0..=1, or any other scalar field.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width × height` values, row by row.
    pub data: Vec<f32>,
}

/// The pixels beside, above and below pixel `i` of a picture of `w` × `h`.
pub fn neighbours(i: usize, w: usize, h: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (i % w, i / w);
    [(x > 0).then(|| i - 1), (x + 1 < w).then(|| i + 1), (y > 0).then(|| i - w), (y + 1 < h).then(|| i + w)].into_iter().flatten()
}

impl Plane {
    /// A plane filled with one value.
    pub fn new(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, data: vec![value; width * height] }
    }

    /// 0..=255 becomes 0..=1.
    pub fn from_gray(gray: &GrayImage) -> Self {
        Self {
            width: gray.width() as usize,
            height: gray.height() as usize,
            data: gray.as_raw().iter().map(|&v| f32::from(v) / 255.0).collect(),
        }
    }

    /// 0..=1 becomes 0..=255, rounded and clamped.
    pub fn to_gray(&self) -> GrayImage {
        let raw = self.data.iter().map(|&v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect();
        GrayImage::from_raw(self.width as u32, self.height as u32, raw).unwrap_or_default()
    }

    /// Copies a rectangle. `right` and `bottom` are exclusive and must lie within the image.
    pub fn crop(&self, (left, top, right, bottom): (usize, usize, usize, usize)) -> Self {
        let rows = self.data.chunks_exact(self.width.max(1)).take(bottom).skip(top);
        Self { width: right - left, height: bottom - top, data: rows.flat_map(|row| &row[left..right]).copied().collect() }
    }

    /// The value at a pixel, which must lie within the image.
    #[inline]
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// Bilinear sample at pixel coordinates (pixel centres at +0.5), clamped to the edge.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let (x, y) = ((x - 0.5).clamp(0.0, self.width as f32 - 1.0), (y - 0.5).clamp(0.0, self.height as f32 - 1.0));
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let top = self.at(x0, y0) * (1.0 - fx) + self.at(x1, y0) * fx;
        let bottom = self.at(x0, y1) * (1.0 - fx) + self.at(x1, y1) * fx;
        top * (1.0 - fy) + bottom * fy
    }

    /// Bounding box `(x0, y0, x1, y1)`, end exclusive, of the values above `threshold`; `None` if there are none.
    pub fn bounds(&self, threshold: f32) -> Option<(usize, usize, usize, usize)> {
        let (mut x0, mut y0, mut x1, mut y1) = (usize::MAX, usize::MAX, 0, 0);
        for y in 0..self.height {
            let row = &self.data[y * self.width..(y + 1) * self.width];
            let Some(first) = row.iter().position(|&v| v > threshold) else { continue };
            let last = row.iter().rposition(|&v| v > threshold).unwrap_or(first);
            x0 = x0.min(first);
            x1 = x1.max(last + 1);
            y0 = y0.min(y);
            y1 = y + 1;
        }
        (x0 != usize::MAX).then_some((x0, y0, x1, y1))
    }
}
