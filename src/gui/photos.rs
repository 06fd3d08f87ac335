//! The studio's copies of photos and masks, named by their content. All functions block.

use std::path::{Path, PathBuf};

use super::state::{Mask, Product};
use crate::notice;
use crate::notice::Notice;
use crate::paths;
use crate::request::SourceImage;

/// Folder of photos and masks inside the studio's folder.
pub const PHOTOS: &str = "photos";

static SAMPLE: &[u8] = include_bytes!("../../assets/samples/coffee.png");

/// The folder that keeps photos and masks.
#[derive(Clone)]
pub struct PhotoStore {
    folder: PathBuf,
}

impl PhotoStore {
    /// A store inside the studio's folder; made when the first photo is kept.
    pub fn new(studio_folder: &Path) -> Self {
        Self { folder: studio_folder.join(PHOTOS) }
    }

    /// Keeps a copy of an encoded photo.
    ///
    /// # Errors
    /// The bytes cannot be decoded as a picture, or the copy cannot be written.
    pub fn keep(&self, bytes: &[u8], name: &str) -> Result<Product, Notice> {
        let source = crate::engine::decode_source(bytes)?;
        self.keep_as(&source, name, blake3::hash(bytes), |kept| crate::store::write_atomic(kept, bytes).map_err(|e| e.notice()))
    }

    /// Keeps a copy of the picture of a layer, which may be an SVG.
    ///
    /// # Errors
    /// The bytes cannot be decoded as a picture, or the copy cannot be written.
    pub fn keep_layer(&self, bytes: &[u8], name: &str) -> Result<Product, Notice> {
        let source = crate::engine::decode_layer_source(bytes)?;
        self.keep_as(&source, name, blake3::hash(bytes), |kept| crate::store::write_atomic(kept, bytes).map_err(|e| e.notice()))
    }

    /// Keeps a copy of a photo file that was decoded already.
    ///
    /// # Errors
    /// The file cannot be read, or the copy cannot be written.
    pub fn keep_file(&self, path: &Path, source: &SourceImage) -> Result<Product, Notice> {
        let name = path.file_name().map_or_else(|| "photo".into(), |_| paths::file_name(path));
        let unreadable = |e: std::io::Error| notice!("error-read", path = path.display(), detail = e.to_string());
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(std::fs::File::open(path).map_err(unreadable)?).map_err(unreadable)?;
        self.keep_as(source, &name, hasher.finalize(), |kept| crate::store::copy_atomic(path, kept).map_err(|e| e.notice()))
    }

    /// Keeps a copy of the bundled sample photo.
    ///
    /// # Errors
    /// The copy cannot be written.
    pub fn keep_sample(&self) -> Result<Product, Notice> {
        self.keep(SAMPLE, "coffee.png")
    }

    /// Keeps a mask as PNG under the hash of its pixels.
    ///
    /// # Errors
    /// The bytes cannot be decoded as a picture, or the copy cannot be written.
    pub fn keep_mask(&self, png: &[u8]) -> Result<Mask, Notice> {
        let hash = crate::engine::decode_source(png)?.hash;
        self.create()?;
        let path = self.folder.join(format!("{hash}.mask.png"));
        if !path.is_file() {
            crate::store::write_atomic(&path, png).map_err(|e| e.notice())?;
        }
        Ok(Mask { path, hash })
    }

    /// Describes a photo; `write` makes the copy if there is none with this content yet.
    fn keep_as(
        &self,
        source: &SourceImage,
        name: &str,
        content: blake3::Hash,
        write: impl FnOnce(&Path) -> Result<(), Notice>,
    ) -> Result<Product, Notice> {
        self.create()?;
        let path = self.folder.join(format!("{}.image", content.to_hex()));
        if !path.is_file() {
            write(&path)?;
        }
        let (width, height) = source.pixels.dimensions();
        Ok(Product { path, name: name.into(), hash: source.hash.clone(), width, height, has_alpha: source.has_alpha })
    }

    fn create(&self) -> Result<(), Notice> {
        crate::store::create_private_dir(&self.folder)
            .map_err(|e| notice!("error-write", path = self.folder.display(), detail = e.to_string()))
    }
}
