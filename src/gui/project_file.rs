//! Project files: a ZIP archive with the brief, the request in REST form, and the pictures. All functions block.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::photos::PhotoStore;
use super::state::Brief;
use crate::engine::project::{self, Project, ProjectError};
use crate::notice;
use crate::notice::Notice;

/// Extension of project files.
pub const EXTENSION: &str = "ncocoa";

/// Writes a project and returns the path with its extension.
///
/// # Errors
/// The studio's copy of the photo is missing, or the file cannot be written.
pub fn save(brief: &Brief, path: PathBuf) -> Result<PathBuf, Notice> {
    let path = if path.extension().is_some() { path } else { path.with_extension(EXTENSION) };
    let bytes = pack(brief)?;
    crate::store::write_atomic(&path, &bytes).map_err(|e| e.notice())?;
    Ok(path)
}

fn pack(brief: &Brief) -> Result<Vec<u8>, Notice> {
    let failed = |e: &dyn std::fmt::Display| notice!("error-project-not-packed", detail = e.to_string());
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut put = |name: &str, bytes: &[u8]| {
        zip.start_file(name, stored).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))
    };
    // Paths of this machine are replaced by names inside the archive, so that they are not given away.
    let mut packed = brief.clone();
    if let Some(product) = &mut packed.product {
        product.path = project::PRODUCT.into();
    }
    if let Some(mask) = &mut packed.mask {
        mask.path = project::MASK.into();
    }
    if let Some(backdrop) = &mut packed.backdrop {
        backdrop.path = project::BACKDROP.into();
    }
    for (layer, picture) in &mut packed.layer_pictures {
        picture.path = layer_part(*layer).into();
    }
    put(project::BRIEF, &serde_json::to_vec_pretty(&packed).map_err(|e| failed(&e))?)?;
    put(project::REQUEST, &serde_json::to_vec_pretty(&brief.to_raw_with(layer_part)).map_err(|e| failed(&e))?)?;
    if let Some(product) = &brief.product {
        let bytes = std::fs::read(&product.path).map_err(|e| notice!("error-photo-gone", photo = &product.name, detail = e.to_string()))?;
        put(project::PRODUCT, &bytes)?;
    }
    if let Some(mask) = &brief.mask {
        let bytes = std::fs::read(&mask.path).map_err(|e| notice!("error-photo-gone", photo = project::MASK, detail = e.to_string()))?;
        put(project::MASK, &bytes)?;
    }
    let backdrop = brief.backdrop.iter().map(|picture| (project::BACKDROP.to_owned(), picture));
    for (part, picture) in backdrop.chain(brief.layer_pictures.iter().map(|(layer, picture)| (layer_part(*layer), picture))) {
        let bytes = std::fs::read(&picture.path).map_err(|e| notice!("error-photo-gone", photo = &picture.name, detail = e.to_string()))?;
        put(&part, &bytes)?;
    }
    zip.finish().map(std::io::Cursor::into_inner).map_err(|e| failed(&e))
}

/// Reads a project and copies its pictures to the studio's folder.
///
/// # Errors
/// The file cannot be read, is no project, or lacks a picture.
pub fn open(path: &Path, photos: &PhotoStore) -> Result<Brief, Notice> {
    let bytes = project::read_file(path).map_err(|reason| notice!("error-read", path = path.display(), detail = reason))?;
    let bad = || notice!("error-project", path = path.display());
    let worded = |e: ProjectError| match e {
        ProjectError::Unusable(notice) => notice,
        ProjectError::NoProject | ProjectError::Missing(_) => bad(),
    };
    let mut project = Project::open(&bytes).map_err(worded)?;
    let mut part = |name: &str| project.part(name).map_err(worded);
    let mut brief: Brief = serde_json::from_slice(&part(project::BRIEF)?).map_err(|_| bad())?;
    if let Some(product) = &mut brief.product {
        let photo = part(project::PRODUCT)?;
        let name = product.name.clone();
        *product = photos.keep(&photo, &name)?;
    }
    if brief.mask.is_some() {
        brief.mask = Some(photos.keep_mask(&part(project::MASK)?)?);
    }
    if let Some(backdrop) = &mut brief.backdrop {
        let name = backdrop.name.clone();
        *backdrop = photos.keep(&part(project::BACKDROP)?, &name)?;
    }
    for (layer, picture) in &mut brief.layer_pictures {
        let name = picture.name.clone();
        *picture = photos.keep_layer(&part(&layer_part(*layer))?, &name)?;
    }
    Ok(brief)
}

/// Name of the part with a layer's picture.
fn layer_part(layer: usize) -> String {
    format!("{}{layer}.image", project::LAYER_PICTURES)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::backend::draft::DraftBackend;
    use crate::engine::{Engine, EngineConfig, SubmitPolicy, parse_request};
    use crate::gui::job_client::{JobClient, Submission, SubmitOptions};
    use crate::job::ImageName;

    const LOGO: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1' fill='#1E88E5'/></svg>";

    fn finished(engine: &Engine, id: uuid::Uuid) -> image::RgbImage {
        while engine.snapshot(id).unwrap().status.is_active() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        image::open(engine.image_path(id, ImageName::Final).unwrap()).unwrap().into_rgb8()
    }

    /// Studio → project → other front ends → studio: the same brief and the same pixels.
    #[test]
    fn a_project_keeps_its_layers_and_its_background() {
        let dir = tempfile::tempdir().unwrap();
        let config =
            EngineConfig { data_dir: dir.path().join("data"), font_dirs: Vec::new(), default_font: crate::assets::DEFAULT_FONT.into() };
        let engine = Engine::start(config, Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap();
        let photos = PhotoStore::new(&dir.path().join("studio"));
        let backdrop = image::RgbaImage::from_fn(40, 30, |x, _| image::Rgba([x as u8 * 6, 90, 40, 255]));
        let backdrop = crate::imaging::encode::encode_png(&backdrop, &[]).unwrap();
        let brief = Brief {
            text: "세일".into(),
            width: 256,
            height: 256,
            layers: vec![
                json!({"type": "picture", "x": 0.8, "y": 0.8, "width": 0.2}),
                json!({"type": "text", "text": "2,980원", "color": "#E53935", "y": 0.9}),
            ],
            layer_pictures: [(0, photos.keep_layer(LOGO, "logo.svg").unwrap())].into(),
            backdrop: Some(photos.keep(&backdrop, "wall.png").unwrap()),
            ..Brief::default()
        };
        let client = JobClient::new(engine.clone(), photos.clone());
        let submitted = |brief: &Brief| match client.submit(brief.clone(), SubmitOptions::default()) {
            Ok(Submission::Accepted { id, .. }) => id,
            _ => panic!("not accepted"),
        };
        let id = submitted(&brief);
        let wanted = finished(&engine, id);
        assert_eq!(wanted.get_pixel(205, 205).0, [0x1E, 0x88, 0xE5]);

        let path = save(&brief, dir.path().join("summer")).unwrap();
        let raw = project::read_project(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(raw.layer_pictures.len(), 1);
        let spec = parse_request(&engine, raw, true).unwrap();
        let again = engine.submit(spec, SubmitPolicy::Enqueue).unwrap();
        assert!(finished(&engine, again) == wanted);

        let opened = open(&path, &photos).unwrap();
        assert_eq!(opened, brief);
        let restored = client.brief_of(&engine.snapshot(id).unwrap()).unwrap().brief;
        assert_eq!((&restored.layers, restored.background_color.as_str()), (&brief.layers, ""));
        assert!(finished(&engine, submitted(&restored)) == wanted);
        engine.shutdown();
    }
}
