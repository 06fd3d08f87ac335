//! The list of fonts, each with a sample of the text.

use egui::{Align2, CornerRadius, FontId, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::gui::brand_kit::BrandKit;
use crate::gui::commands::UiCommand;
use crate::gui::context::PanelContext;
use crate::gui::search::Query;
use crate::gui::textures::Key;
use crate::gui::{theme, widgets};
use crate::notice;
use crate::notice::Language;
use crate::typography::FontCatalog;

const ROW: f32 = 38.0;
/// Number of visible rows.
const ROWS: f32 = 4.0;
/// Characters of the text in a sample.
const SHOWN: usize = 13;

/// The view state of the list.
#[derive(Default)]
pub struct FontPanel {
    query: String,
    /// The chosen font when the list last scrolled to it.
    in_view: Option<String>,
}

/// Draws the list; a click changes `font`. `text` is the advertising text.
pub fn show(cx: &PanelContext<'_>, font: &mut String, text: &str, state: &mut FontPanel, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    if widgets::section(ui, lang.t("font-title"), Some(lang.t("font-folders"))).is_some_and(|r| r.clicked()) {
        cx.send(UiCommand::Fonts);
    }
    let hint = lang.t("font-search");
    let fonts = cx.fonts();
    let edit = egui::TextEdit::singleline(&mut state.query).id_salt(("fonts", "query")).hint_text(egui::RichText::new(hint).color(c.dim));
    let edit = edit.prefix(widgets::icon(crate::gui::icons::SEARCH, 14.0).color(c.dim)).margin(egui::Margin::symmetric(10, 7));
    widgets::named(ui.add(edit.desired_width(f32::INFINITY)), hint);
    let query = Query::new(&state.query);
    // The search covers file name and family name in both languages.
    let found = |name: &String| {
        let label = |korean| fonts.entry(name).and_then(|f| f.label(korean)).unwrap_or_default();
        query.matches(&format!("{name} {} {}", label(false), label(true)))
    };
    let names: Vec<String> = BrandKit::sorted(cx.brand(), &fonts).into_iter().filter(found).collect();
    // A project may spell the name in another Unicode normal form, or without its folder.
    let chosen = fonts.resolve(font).unwrap_or_else(|| font.clone());
    let line: String = text.lines().find(|l| !l.trim().is_empty()).unwrap_or(lang.t("font-sample")).chars().take(SHOWN).collect();
    egui::Frame::new().fill(c.sunken).stroke(Stroke::new(1.0, c.border)).corner_radius(theme::RADIUS).inner_margin(1).show(ui, |ui| {
        ui.set_width(ui.available_width());
        if names.is_empty() {
            ui.add_space(10.0);
            ui.vertical_centered(|ui| ui.weak(lang.t("font-none")));
            ui.add_space(10.0);
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut area =
            ScrollArea::vertical().id_salt("fonts").max_height(ROW * ROWS).min_scrolled_height(ROW * ROWS).auto_shrink([false, true]);
        // Scrolls to a font that was chosen elsewhere, such as by undo.
        if state.in_view.as_ref() != Some(font) {
            let at = names.iter().position(|n| *n == chosen).unwrap_or(0);
            area = area.vertical_scroll_offset((at as f32 - 1.0).max(0.0) * ROW);
            state.in_view = Some(font.clone());
        }
        area.show_rows(ui, ROW, names.len(), |ui, range| {
            for name in &names[range] {
                if row(cx, ui, (name, *name == chosen), &line, text, &fonts) {
                    font.clone_from(name);
                    state.in_view = Some(name.clone());
                }
            }
        });
    });
    let missing = fonts.missing_glyphs(&chosen, text);
    let in_no_font = if missing.is_empty() { Vec::new() } else { fonts.undrawable(&chosen, text) };
    let missing: Vec<char> = missing.into_iter().filter(|c| !in_no_font.contains(c)).collect();
    if !in_no_font.is_empty() {
        let chars: String = in_no_font.iter().take(8).collect();
        ui.label(
            egui::RichText::new(lang.notice(&notice!("font-nowhere", characters = chars))).size(theme::SMALL).color(theme::colors(ui).bad),
        );
    }
    if !missing.is_empty() {
        let chars: String = missing.iter().take(8).collect();
        ui.label(egui::RichText::new(lang.notice(&notice!("font-missing", characters = chars))).size(theme::SMALL).color(c.accent_text));
    }
}

/// Draws a row; returns whether it was clicked.
fn row(cx: &PanelContext<'_>, ui: &mut Ui, (name, on): (&str, bool), line: &str, text: &str, fonts: &FontCatalog) -> bool {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    if on || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(6), if on { c.selected } else { c.hover });
    }
    widgets::focus_ring(ui, &response, rect, 6);
    if on {
        let mark = Rect::from_min_size(rect.min + vec2(0.0, 8.0), vec2(3.0, ROW - 16.0));
        ui.painter().rect_filled(mark, 2.0, c.accent);
    }
    let short = label(fonts, name, lang);
    let label = widgets::clipped(ui, &short, FontId::proportional(theme::SMALL), c.dim, 134.0);
    let label_at = pos2(rect.right() - 12.0 - label.size().x, rect.center().y - label.size().y / 2.0);
    let lacks = !fonts.missing_glyphs(name, text).is_empty();
    let end = label_at.x - if lacks { 26.0 } else { 10.0 };
    ui.painter().galley(label_at, label, c.dim);
    if lacks {
        widgets::paint_icon(ui, pos2(label_at.x - 13.0, rect.center().y), crate::gui::icons::TRIANGLE_ALERT, 14.0, c.accent_text);
    }
    let key = Key::FontSample { font: name.to_owned(), text: line.to_owned() };
    if let Some(sample) = cx.textures.get(key) {
        let left = rect.left() + 12.0;
        let size = sample.size * (22.0 / crate::gui::images::SAMPLE_SIZE);
        // A slightly smaller sample is better than a clipped glyph.
        let size = size * ((end - left) / size.x).clamp(0.7, 1.0);
        let target = Rect::from_min_size(pos2(left, rect.center().y - size.y / 2.0), size);
        let clip = Rect::from_min_max(rect.min, pos2(end, rect.max.y)).intersect(ui.clip_rect());
        let painter = ui.painter().with_clip_rect(clip);
        painter.image(sample.id, target, widgets::full_uv(), c.text);
    } else {
        let font = FontId::proportional(theme::BODY);
        ui.painter().text(rect.left_center() + vec2(12.0, 0.0), Align2::LEFT_CENTER, "…", font, c.dim);
    }
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, short.clone()));
    let tip = if lacks { lang.notice(&notice!("font-lacks", font = name.to_owned())) } else { name.to_owned() };
    response.on_hover_text(tip).clicked()
}

/// The name of a font in lists.
pub fn label(fonts: &FontCatalog, name: &str, lang: Language) -> String {
    // The catalogue of bundled fonts carries their labels in Korean and English; every other language reads the English ones.
    let korean = lang == Language::Korean;
    fonts.entry(name).and_then(|f| f.label(korean)).map_or_else(|| short_name(name), str::to_owned)
}

/// "NanumSquare/NanumSquareEB.ttf" reads as "NanumSquareEB".
fn short_name(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |p| p.0);
    stem.trim_end_matches("_ttf").replace('_', " ")
}
