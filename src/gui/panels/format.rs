//! The choice of a format of the catalogue.

use std::sync::Arc;

use egui::{ComboBox, Ui};

use crate::formats::FormatSpec;
use crate::gui::context::PanelContext;
use crate::gui::{theme, widgets};
use crate::notice;
use crate::notice::Notice;

/// Draws a list of the formats, called `name`, with `none` as the first entry. Returns whether another one was chosen.
pub fn choice(cx: &PanelContext<'_>, ui: &mut Ui, name: &str, none: &str, chosen: &mut Option<Arc<FormatSpec>>) -> bool {
    let lang = cx.lang();
    let words = chosen.as_ref().map_or_else(|| none.to_owned(), |spec| spec.name(lang).to_owned());
    let width = ui.available_width();
    let mut next = None;
    let list = ComboBox::from_id_salt(name).width(width).height(360.0).selected_text(words).show_ui(ui, |ui| {
        if ui.selectable_label(chosen.is_none(), none).clicked() {
            next = Some(None);
        }
        for spec in cx.formats.formats() {
            let words = format!("{}  {}×{}", spec.name(lang), spec.width, spec.height);
            let is_chosen = chosen.as_ref().is_some_and(|chosen| chosen.id == spec.id);
            if ui.selectable_label(is_chosen, words).clicked() {
                next = Some(Some(Arc::new(spec.clone())));
            }
        }
    });
    widgets::named(list.response, name);
    ui.add_space(theme::UNIT / 2.0);
    let changed = next.is_some();
    if let Some(next) = next {
        *chosen = next;
    }
    changed
}

/// Size, file type and byte limit in one sentence.
pub fn limits(spec: &FormatSpec) -> Notice {
    let (width, height, file) = (spec.width.to_string(), spec.height.to_string(), spec.file.name());
    match spec.max_bytes {
        Some(most) => notice!("format-limits", width = width, height = height, file = file, most = (most / 1000).to_string()),
        None => notice!("format-no-limit", width = width, height = height, file = file),
    }
}
