//! The font catalog of the engine.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::typography::FontCatalog;

/// The current catalog. Replacing it does not affect running jobs, which hold their own `Arc`.
pub(super) struct Fonts {
    catalog: RwLock<Arc<FontCatalog>>,
    /// The face that is used when a request names none.
    pub default: String,
}

impl Fonts {
    /// Loads the bundled faces and those in these folders.
    pub fn load(dirs: &[PathBuf], default: String) -> Self {
        Self { catalog: RwLock::new(Arc::new(FontCatalog::load(dirs))), default }
    }

    pub fn catalog(&self) -> Arc<FontCatalog> {
        Arc::clone(&self.catalog.read())
    }

    pub fn reload(&self, dirs: &[PathBuf]) {
        let catalog = Arc::new(FontCatalog::load(dirs));
        *self.catalog.write() = catalog;
    }

    /// Hash of a face's file; empty if there is no such face.
    pub fn content_hash(&self, name: &str) -> String {
        self.catalog().bytes(name).map_or_else(String::new, |bytes| blake3::hash(&bytes).to_hex().to_string())
    }
}
