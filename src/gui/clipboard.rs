//! The desktop's clipboard. All functions block.

use std::path::PathBuf;

use egui::ColorImage;

use crate::notice;
use crate::notice::Notice;

/// Clipboard content that can be pasted as a photo.
#[derive(Debug, PartialEq)]
pub enum Pasted {
    /// A copied file.
    File(PathBuf),
    /// Pixels.
    Picture(ColorImage),
    /// Text, such as the path of a file.
    Text(String),
}

/// Reads the clipboard.
///
/// # Errors
/// There is no clipboard, or it holds neither a file, a picture nor text.
pub fn read() -> Result<Pasted, Notice> {
    let clipboard = std::cell::RefCell::new(arboard::Clipboard::new().map_err(|_| notice!("error-clipboard"))?);
    let file = || clipboard.borrow_mut().get().file_list().ok().and_then(|files| files.into_iter().next());
    let picture = || {
        let picture = clipboard.borrow_mut().get_image().ok()?;
        Some(ColorImage::from_rgba_unmultiplied([picture.width, picture.height], &picture.bytes))
    };
    let text = || clipboard.borrow_mut().get_text().ok();
    choose(file, picture, text).ok_or_else(empty)
}

/// The file that was copied, if the clipboard holds one.
pub fn file() -> Option<PathBuf> {
    match read() {
        Ok(Pasted::File(path)) => Some(path),
        _ => None,
    }
}

/// The Finder of macOS copies a file with its icon as a picture and its bare name as text, so the file comes first.
fn choose(
    file: impl FnOnce() -> Option<PathBuf>,
    picture: impl FnOnce() -> Option<ColorImage>,
    text: impl FnOnce() -> Option<String>,
) -> Option<Pasted> {
    file().map(Pasted::File).or_else(|| picture().map(Pasted::Picture)).or_else(|| text().map(Pasted::Text))
}

/// Encodes pasted pixels as PNG.
///
/// # Errors
/// The picture has no pixels.
pub fn to_png(picture: &ColorImage) -> Result<Vec<u8>, Notice> {
    let rgba = picture.pixels.iter().flat_map(|p| p.to_srgba_unmultiplied()).collect();
    let [w, h] = picture.size.map(|v| v as u32);
    let pixels = image::RgbaImage::from_raw(w, h, rgba).filter(|p| !p.is_empty()).ok_or_else(empty)?;
    crate::imaging::encode::encode_png(&pixels, &[]).map_err(|e| notice!("error-encode", detail = e.to_string()))
}

/// The sentence for a clipboard without a photo.
pub fn empty() -> Notice {
    notice!("error-clipboard-empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_file_comes_before_its_icon_and_its_name() {
        let file = || Some(PathBuf::from("/Users/me/cup.png"));
        let icon = || ColorImage::filled([2, 2], egui::Color32::RED);
        let name = || Some("cup.png".to_owned());
        assert_eq!(choose(file, || Some(icon()), name), Some(Pasted::File("/Users/me/cup.png".into())));
        assert_eq!(choose(|| None, || Some(icon()), name), Some(Pasted::Picture(icon())));
        assert_eq!(choose(|| None, || None, name), Some(Pasted::Text("cup.png".into())));
        assert_eq!(choose(|| None, || None, || None), None);
    }
}
