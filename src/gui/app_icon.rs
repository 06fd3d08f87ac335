//! The program's icon.

/// The icon of the program's windows.
pub fn load() -> Option<egui::IconData> {
    let image = image::load_from_memory(include_bytes!("../../packaging/icons/nanococoa-256.png")).ok()?.into_rgba8();
    let (width, height) = image.dimensions();
    Some(egui::IconData { rgba: image.into_raw(), width, height })
}
