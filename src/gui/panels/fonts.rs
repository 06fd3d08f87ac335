//! The list of faces, each drawn in itself.

use egui::{Align2, CornerRadius, FontId, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::gui::app::Studio;
use crate::gui::commands::Command;
use crate::gui::textures::Key;
use crate::gui::{theme, widgets};

const ROW: f32 = 38.0;
/// Rows in view.
const ROWS: f32 = 4.0;
/// Characters of the text that a row shows.
const SHOWN: usize = 13;

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    if widgets::section(ui, lang.t("font.title"), Some(lang.t("font.folders"))).is_some_and(|r| r.clicked()) {
        studio.queue.push_back(Command::Fonts);
    }
    let hint = lang.t("font.search");
    let fonts = studio.bridge.fonts();
    let edit = egui::TextEdit::singleline(&mut studio.font_query).id_salt("font-query").hint_text(egui::RichText::new(hint).color(c.dim));
    let edit = edit.prefix(widgets::icon(crate::gui::icons::SEARCH, 14.0).color(c.dim)).margin(egui::Margin::symmetric(10, 7));
    widgets::named(ui.add(edit.desired_width(f32::INFINITY)), hint);
    let query = studio.font_query.to_lowercase();
    // Found by its file's name and by what it is called in both languages.
    let found = |name: &String| {
        let label = |korean| fonts.entry(name).and_then(|f| f.label(korean)).unwrap_or_default();
        let all = format!("{name} {} {}", label(false), label(true)).to_lowercase();
        query.split_whitespace().all(|w| all.contains(w))
    };
    let names: Vec<String> = fonts.names().into_iter().filter(found).collect();
    // A project may spell the name in another normal form, or name the file alone.
    let chosen = fonts.resolve(&studio.session.brief.font).unwrap_or_else(|| studio.session.brief.font.clone());
    let text = studio.session.brief.text.clone();
    let line: String = text.lines().find(|l| !l.trim().is_empty()).unwrap_or(lang.t("font.sample")).chars().take(SHOWN).collect();
    egui::Frame::new().fill(c.sunken).stroke(Stroke::new(1.0, c.border)).corner_radius(theme::RADIUS).inner_margin(1).show(ui, |ui| {
        ui.set_width(ui.available_width());
        if names.is_empty() {
            ui.add_space(10.0);
            ui.vertical_centered(|ui| ui.weak(lang.t("font.none")));
            ui.add_space(10.0);
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut area =
            ScrollArea::vertical().id_salt("fonts").max_height(ROW * ROWS).min_scrolled_height(ROW * ROWS).auto_shrink([false, true]);
        // A face that was chosen elsewhere (restored, undone) is brought into view.
        if studio.font_in_view.as_ref() != Some(&studio.session.brief.font) {
            let at = names.iter().position(|n| *n == chosen).unwrap_or(0);
            area = area.vertical_scroll_offset((at as f32 - 1.0).max(0.0) * ROW);
            studio.font_in_view = Some(studio.session.brief.font.clone());
        }
        area.show_rows(ui, ROW, names.len(), |ui, range| {
            for name in &names[range] {
                row(studio, ui, (name, *name == chosen), &line, &text, &fonts);
            }
        });
    });
    let missing = fonts.missing_glyphs(&chosen, &text);
    let nowhere = if missing.is_empty() { Vec::new() } else { fonts.undrawable(&chosen, &text) };
    let missing: Vec<char> = missing.into_iter().filter(|c| !nowhere.contains(c)).collect();
    if !nowhere.is_empty() {
        let chars: String = nowhere.iter().take(8).collect();
        ui.label(egui::RichText::new(lang.f("font.nowhere", &[&chars])).size(theme::SMALL).color(theme::colors(ui).bad));
    }
    if !missing.is_empty() {
        let chars: String = missing.iter().take(8).collect();
        ui.label(egui::RichText::new(lang.f("font.missing", &[&chars])).size(theme::SMALL).color(c.accent_text));
    }
}

fn row(studio: &mut Studio, ui: &mut Ui, (name, on): (&str, bool), line: &str, text: &str, fonts: &crate::typography::FontCatalog) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    if on || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(6), if on { c.selected } else { c.hover });
    }
    widgets::focus_ring(ui, &response, rect, 6);
    if on {
        let mark = Rect::from_min_size(rect.min + vec2(0.0, 8.0), vec2(3.0, ROW - 16.0));
        ui.painter().rect_filled(mark, 2.0, c.accent);
    }
    let korean = lang == crate::gui::i18n::Lang::Ko;
    let short = fonts.entry(name).and_then(|f| f.label(korean)).map_or_else(|| short_name(name), str::to_owned);
    let label = widgets::clipped(ui, &short, FontId::proportional(theme::SMALL), c.dim, 134.0);
    let label_at = pos2(rect.right() - 12.0 - label.size().x, rect.center().y - label.size().y / 2.0);
    let lacks = !fonts.missing_glyphs(name, text).is_empty();
    let end = label_at.x - if lacks { 26.0 } else { 10.0 };
    ui.painter().galley(label_at, label, c.dim);
    if lacks {
        widgets::paint_icon(ui, pos2(label_at.x - 13.0, rect.center().y), crate::gui::icons::TRIANGLE_ALERT, 14.0, c.accent_text);
    }
    let key = Key::Sample { font: name.to_owned(), text: line.to_owned() };
    if let Some(sample) = studio.textures.get(key) {
        let left = rect.left() + 12.0;
        let size = sample.size * (22.0 / crate::gui::images::SAMPLE_SIZE);
        // A little smaller rather than cut through a letter.
        let size = size * ((end - left) / size.x).clamp(0.7, 1.0);
        let target = Rect::from_min_size(pos2(left, rect.center().y - size.y / 2.0), size);
        let clip = Rect::from_min_max(rect.min, pos2(end, rect.max.y)).intersect(ui.clip_rect());
        let painter = ui.painter().with_clip_rect(clip);
        painter.image(sample.id, target, super::product::full_uv(), c.text);
    } else {
        let font = FontId::proportional(theme::BODY);
        ui.painter().text(rect.left_center() + vec2(12.0, 0.0), Align2::LEFT_CENTER, "…", font, c.dim);
    }
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, short.clone()));
    let tip = if lacks { lang.f("font.lacks", &[&name]) } else { name.to_owned() };
    if response.on_hover_text(tip).clicked() {
        studio.session.brief.font = name.to_owned();
        studio.font_in_view = Some(name.to_owned());
    }
}

/// "NanumSquare/NanumSquareEB.ttf" reads as "NanumSquareEB".
fn short_name(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |p| p.0);
    stem.trim_end_matches("_ttf").replace('_', " ")
}
