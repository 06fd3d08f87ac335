//! The desktop's clipboard. All functions block.

use egui::ColorImage;

use crate::notice;
use crate::notice::Notice;

/// What can be pasted as a photo.
pub enum Pasted {
    /// Pixels.
    Picture(ColorImage),
    /// The path of a copied file.
    Text(String),
}

/// Reads the clipboard.
///
/// # Errors
/// There is no clipboard, or it holds neither a picture nor text.
pub fn read() -> Result<Pasted, Notice> {
    let mut clipboard = arboard::Clipboard::new().map_err(|_| notice!("error-clipboard"))?;
    if let Ok(picture) = clipboard.get_image() {
        let size = [picture.width, picture.height];
        return Ok(Pasted::Picture(ColorImage::from_rgba_unmultiplied(size, &picture.bytes)));
    }
    if let Ok(text) = clipboard.get_text() {
        return Ok(Pasted::Text(text));
    }
    // Windows and macOS keep copied files apart from text.
    let first = clipboard.get().file_list().ok().and_then(|files| files.into_iter().next());
    first.map(|file| Pasted::Text(file.display().to_string())).ok_or_else(empty)
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
