//! `--layers`: reads the file of layers, and the pictures that it names.

use std::path::Path;

use nanococoa::engine::decode_layer_source_file;
use nanococoa::notice::Notice;
use nanococoa::request::fields::LAYERS;
use nanococoa::request::layers::parse_list;
use nanococoa::request::{Attachment, RawRequest, UnusableImage};
use nanococoa::{notice, paths};
use serde_json::Value;

use super::common::Failure;

/// Largest file, bytes; pictures in it are base64.
const MAX_FILE: u64 = 96 << 20;
/// Longest path of a picture, bytes.
const MAX_PATH: usize = 4096;

/// Replaces the layers of a request by those of a file: a list, or an object with the field `layers`. Pictures are base64, or paths
/// relative to the file.
pub(super) fn read(raw: &mut RawRequest, path: &Path) -> Result<(), Failure> {
    let path = paths::find(path);
    let unreadable = |reason: Notice| Failure::bad_input(about(&path, reason));
    let io = |e: std::io::Error| unreadable(Notice::verbatim(e.to_string()));
    if std::fs::metadata(&path).map_err(io)?.len() > MAX_FILE {
        return Err(unreadable(notice!("cli-layers-too-large", mebibytes = MAX_FILE >> 20)));
    }
    let text = std::fs::read_to_string(&path).map_err(io)?;
    let mut list = match parse_list(&text).map_err(unreadable)? {
        Value::Object(mut object) if object.contains_key(LAYERS.name) => object.remove(LAYERS.name).unwrap_or_default(),
        other => other,
    };
    raw.layer_pictures.clear();
    for (index, layer) in list.as_array_mut().into_iter().flatten().enumerate() {
        let Some(image) = layer.get_mut("image") else { continue };
        let Some(file) = image.as_str().and_then(|text| picture_path(text, &path)) else { continue };
        let attachment = match decode_layer_source_file(&file) {
            Ok(picture) => Attachment::Image(picture),
            Err(why) if file.is_file() => Attachment::Unusable(UnusableImage::undecodable(why)),
            Err(why) => {
                let why = notice!("cli-not-a-file", path = file.display().to_string(), reason = why);
                Attachment::Unusable(UnusableImage::undecodable(why))
            }
        };
        *image = Value::Null;
        raw.layer_pictures.insert(index, attachment);
    }
    raw.fields.insert(LAYERS.name.into(), list);
    Ok(())
}

/// The message about something in the file of layers.
pub(super) fn about(path: &Path, reason: Notice) -> Notice {
    notice!("cli-layers-file", path = path.display().to_string(), reason = reason)
}

/// The file that a picture's text names; `None` if it is base64, whose alphabet has no full stop.
fn picture_path(text: &str, layers: &Path) -> Option<std::path::PathBuf> {
    if text.len() > MAX_PATH || text.starts_with("data:") || text.trim().is_empty() {
        return None;
    }
    let file = layers.parent().unwrap_or(Path::new("")).join(text);
    (text.contains('.') || file.is_file()).then(|| paths::find(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_paths_or_base64() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("layers.json");
        let path = |text: &str| picture_path(text, &file);
        assert_eq!(path("logo.png"), Some(folder.path().join("logo.png")));
        assert_eq!(path("iVBORw0KGgoAAAANSUhEUg=="), None);
        assert_eq!(path("data:image/png;base64,a.b"), None);
        std::fs::write(folder.path().join("logo"), b"").unwrap();
        assert!(path("logo").is_some() && path("other").is_none());
    }
}
