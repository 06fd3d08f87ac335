//! Pictures of a request.

use std::sync::Arc;

use image::{GrayImage, RgbaImage};

use crate::notice::Notice;

/// An input picture of a [`JobSpec`](super::JobSpec): decoded ([`SourceImage`]), or known by its facts only ([`KnownImage`]).
pub trait InputImage: Clone + From<SourceImage> {
    /// BLAKE3 of size and pixels, hexadecimal. Equal pictures have equal hashes.
    fn hash(&self) -> &str;
    /// Whether the picture is a cut-out: some of its pixels are not opaque.
    fn has_alpha(&self) -> bool;
    /// Width and height in pixels, if they are known.
    fn dimensions(&self) -> Option<(u32, u32)>;
    /// For status and logs, such as "PNG 600×400, 455.8 KiB".
    fn description(&self) -> &str;
    /// Losses and doubts about the file: clauses without a full stop.
    fn notes(&self) -> &[Notice];
    /// The mask stored in a step result of this program.
    fn mask(&self) -> Option<&GrayImage>;
    /// Whether any pixel is visible.
    fn is_visible(&self) -> bool;
    /// Whether, read as a mask, the picture marks any pixel as product: white, or opaque where the picture has transparency.
    fn marks_product(&self) -> bool;
}

/// A decoded input picture.
#[derive(Clone, Debug)]
pub struct SourceImage {
    /// sRGB, straight alpha, orientation applied.
    pub pixels: Arc<RgbaImage>,
    /// Whether the file is a cut-out: some of its pixels are not opaque. Its alpha is then the cut-out, however small the clear part is.
    pub has_alpha: bool,
    /// BLAKE3 of size and pixels, hexadecimal: the cache key.
    pub hash: String,
    /// For status and logs, such as "PNG 600×400, 455.8 KiB".
    pub description: String,
    /// Losses and doubts about the file, such as missing rows: clauses without a full stop.
    pub notes: Vec<Notice>,
    /// The mask stored in a step result of this program: the product's matte on the canvas, or the letters' front faces.
    pub mask: Option<Arc<GrayImage>>,
    /// Text entries of the file, keyword and text.
    pub text: Vec<(String, String)>,
    /// The SVG that `pixels` are a small raster of; `None` for other pictures.
    pub vector: Option<Arc<str>>,
}

/// From this alpha on a pixel counts as opaque: some programs write 254 where they mean it. A lower bound would miss a few clear pixels in
/// a large picture, which scaling averages with their neighbours.
const OPAQUE: u8 = 254;
/// Above this, a pixel of a mask counts as product.
const HALF: u8 = 127;

impl SourceImage {
    /// Wraps decoded pixels; computes their hash and whether they have transparency.
    pub fn new(pixels: RgbaImage, description: String) -> Self {
        let has_alpha = pixels.pixels().any(|p| p.0[3] < OPAQUE);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&pixels.width().to_le_bytes());
        hasher.update(&pixels.height().to_le_bytes());
        hasher.update(pixels.as_raw());
        let hash = hasher.finalize().to_hex().to_string();
        Self { pixels: Arc::new(pixels), has_alpha, hash, description, notes: Vec::new(), mask: None, text: Vec::new(), vector: None }
    }
}

impl InputImage for SourceImage {
    fn hash(&self) -> &str {
        &self.hash
    }

    fn has_alpha(&self) -> bool {
        self.has_alpha
    }

    fn dimensions(&self) -> Option<(u32, u32)> {
        Some(self.pixels.dimensions())
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn notes(&self) -> &[Notice] {
        &self.notes
    }

    fn mask(&self) -> Option<&GrayImage> {
        self.mask.as_deref()
    }

    fn is_visible(&self) -> bool {
        self.pixels.pixels().any(|p| p.0[3] != 0)
    }

    fn marks_product(&self) -> bool {
        if self.has_alpha {
            self.pixels.pixels().any(|p| p.0[3] > HALF)
        } else {
            self.pixels.pixels().any(|p| p.0[..3].iter().any(|v| *v > HALF))
        }
    }
}

/// A picture that was decoded and checked before and is not loaded. A job made of it can be planned, not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownImage {
    /// [`SourceImage::hash`].
    pub hash: String,
    /// [`SourceImage::has_alpha`].
    pub has_alpha: bool,
    /// Width and height in pixels, if they were kept.
    pub dimensions: Option<(u32, u32)>,
}

impl From<SourceImage> for KnownImage {
    fn from(source: SourceImage) -> Self {
        Self { dimensions: Some(source.pixels.dimensions()), hash: source.hash, has_alpha: source.has_alpha }
    }
}

impl InputImage for KnownImage {
    fn hash(&self) -> &str {
        &self.hash
    }

    fn has_alpha(&self) -> bool {
        self.has_alpha
    }

    fn dimensions(&self) -> Option<(u32, u32)> {
        self.dimensions
    }

    fn description(&self) -> &str {
        ""
    }

    fn notes(&self) -> &[Notice] {
        &[]
    }

    fn mask(&self) -> Option<&GrayImage> {
        None
    }

    /// Invisible pictures are refused when they are first read.
    fn is_visible(&self) -> bool {
        true
    }

    /// Empty masks are refused when they are first read.
    fn marks_product(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn a_known_picture_has_the_facts_of_its_source() {
        let source = SourceImage::new(RgbaImage::from_pixel(3, 2, Rgba([0, 0, 0, 253])), "PNG".into());
        let known = KnownImage::from(source.clone());
        assert_eq!((known.hash(), known.has_alpha(), known.dimensions()), (source.hash(), true, Some((3, 2))));
        assert!(source.is_visible() && source.marks_product());
        let clear = SourceImage::new(RgbaImage::new(3, 2), "PNG".into());
        assert!(!clear.is_visible() && !clear.marks_product());
        assert_ne!(clear.hash(), source.hash());
    }
}
