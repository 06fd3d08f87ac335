//! The controls that the studio draws itself. All of them have a name for screen readers.

use egui::{
    Align2, Button, Color32, CornerRadius, FontId, Frame, Margin, Pos2, Rect, Response, RichText, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::theme::{self, CONTROL, RADIUS, UNIT};

/// Sets the accessible name of a control.
pub fn named(response: Response, name: &str) -> Response {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
    response
}

/// Sets role and accessible name of a custom-painted control.
pub fn labelled(response: Response, role: Role, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(role, response.enabled(), name));
    response
}

/// Draws a ring around a control that has the focus.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        ui.painter().rect_stroke(rect, radius, Stroke::new(1.5, theme::colors(ui).accent_text), egui::StrokeKind::Inside);
    }
}

/// An icon as text.
pub fn icon(glyph: &str, size: f32) -> RichText {
    RichText::new(glyph).font(FontId::new(size, theme::icons()))
}

/// A quiet heading of a group, with an optional action at its right end.
pub fn section(ui: &mut Ui, title: &str, action: Option<&str>) -> Option<Response> {
    ui.add_space(UNIT);
    let c = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.spacing_mut().button_padding.y = 0.0;
        ui.set_height(20.0);
        ui.label(RichText::new(title).font(FontId::new(theme::LABEL, theme::bold())).color(c.dim));
        action.map(|words| ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| link(ui, words)).inner)
    })
    .inner
}

/// A text button without a frame.
pub fn link(ui: &mut Ui, words: &str) -> Response {
    let c = theme::colors(ui);
    let text = RichText::new(words).size(theme::LABEL).color(c.accent_text);
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = Vec2::ZERO;
        ui.spacing_mut().interact_size.y = 20.0;
        ui.add(Button::new(text).frame(false))
    })
    .inner
}

/// The frame of a card.
pub fn card(ui: &Ui) -> Frame {
    let c = theme::colors(ui);
    Frame::new().fill(c.raised).stroke(Stroke::new(1.0, c.line)).corner_radius(RADIUS).inner_margin(Margin::same(10))
}

/// A button with an icon only; `name` is its tooltip and accessible name.
pub fn icon_button(ui: &mut Ui, glyph: &str, name: &str) -> Response {
    let c = theme::colors(ui);
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().button_padding = Vec2::ZERO;
            ui.spacing_mut().interact_size = Vec2::splat(28.0);
            ui.add(Button::new(icon(glyph, 16.0).color(c.dim)).frame(false).min_size(Vec2::splat(28.0)))
        })
        .inner;
    if response.hovered() {
        ui.painter().rect_filled(response.rect, CornerRadius::same(6), c.hover);
        paint_icon(ui, response.rect.center(), glyph, 16.0, c.text);
    }
    named(response, name).on_hover_text(name)
}

/// An icon button that looks pressed while `on`.
pub fn icon_toggle(ui: &mut Ui, glyph: &str, name: &str, on: bool) -> Response {
    let c = theme::colors(ui);
    let (fill, text) = if on { (c.selected, c.accent_text) } else { (Color32::TRANSPARENT, c.dim) };
    let button = Button::new(icon(glyph, 16.0).color(text)).fill(fill).stroke(Stroke::NONE).min_size(Vec2::splat(28.0));
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().button_padding = Vec2::ZERO;
            ui.spacing_mut().interact_size = Vec2::splat(28.0);
            ui.add(button.corner_radius(6))
        })
        .inner;
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    response.on_hover_text(name)
}

/// Paints an icon.
pub fn paint_icon(ui: &Ui, at: Pos2, glyph: &str, size: f32, color: Color32) {
    ui.painter().text(at, Align2::CENTER_CENTER, glyph, FontId::new(size, theme::icons()), color);
}

/// A button of full height with icon and words.
pub fn button(ui: &mut Ui, glyph: &str, words: &str) -> Response {
    let c = theme::colors(ui);
    let label = (icon(glyph, 15.0).color(c.dim), RichText::new(words));
    let response = ui.add(Button::new(label).gap(7.0).min_size(vec2(0.0, CONTROL + 2.0)));
    named(response, words)
}

/// A [`button`] whose words end with an ellipsis where the panel is too narrow for them.
pub fn narrow_button(ui: &mut Ui, glyph: &str, words: &str) -> Response {
    let c = theme::colors(ui);
    let label = (icon(glyph, 15.0).color(c.dim), RichText::new(words));
    let response = ui.add(Button::new(label).gap(7.0).truncate().min_size(vec2(0.0, CONTROL + 2.0)));
    named(response, words).on_hover_text(words)
}

/// The primary button of a view; `hint` is its shortcut.
pub fn primary(ui: &mut Ui, glyph: &str, words: &str, hint: &str) -> Response {
    let c = theme::colors(ui);
    let faint = Color32::from_rgba_unmultiplied(c.on_accent.r(), c.on_accent.g(), c.on_accent.b(), 190);
    let title = RichText::new(words).font(FontId::new(theme::STRONG, theme::bold())).color(c.on_accent);
    let mut atoms = egui::Atoms::default();
    atoms.push_right(icon(glyph, 15.0).color(c.on_accent));
    atoms.push_right(title);
    if !hint.is_empty() {
        atoms.push_right(RichText::new(hint).size(theme::SMALL).color(faint));
    }
    let response = ui
        .scope(|ui| {
            let w = &mut ui.style_mut().visuals.widgets;
            for (state, fill) in [(&mut w.inactive, c.accent), (&mut w.hovered, c.accent_hover), (&mut w.active, c.accent)] {
                state.weak_bg_fill = fill;
                state.bg_stroke = Stroke::NONE;
            }
            ui.add(Button::new(atoms).gap(8.0).min_size(vec2(0.0, CONTROL + 4.0)))
        })
        .inner;
    named(response, words)
}

/// A selectable pill.
pub fn chip(ui: &mut Ui, words: &str, selected: bool) -> Response {
    let c = theme::colors(ui);
    let (fill, line, text) = if selected { (c.selected, c.accent, c.accent_text) } else { (c.raised, c.border, c.text) };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(theme::LABEL), text);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 22.0, 28.0), Sense::click());
    if ui.is_rect_visible(rect) {
        let fill = if response.hovered() && !selected { c.hover } else { fill };
        let line = if response.has_focus() { c.accent } else { line };
        ui.painter().rect(rect, 14.0, fill, Stroke::new(1.0, line), egui::StrokeKind::Inside);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, text);
    }
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, words));
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// A row of exclusive options over the whole width. Returns whether another one was chosen.
pub fn segmented<T: PartialEq + Clone>(ui: &mut Ui, value: &mut T, options: &[(T, &str)]) -> bool {
    let options: Vec<(T, &str, &str)> = options.iter().map(|(option, words)| (option.clone(), *words, "")).collect();
    segmented_with_tips(ui, value, &options)
}

/// Like [`segmented`], with a tooltip for each option.
pub fn segmented_with_tips<T: PartialEq + Clone>(ui: &mut Ui, value: &mut T, options: &[(T, &str, &str)]) -> bool {
    let c = theme::colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL + 2.0), Sense::hover());
    ui.painter().rect(rect, RADIUS, c.sunken, Stroke::new(1.0, c.border), egui::StrokeKind::Inside);
    let inner = rect.shrink(3.0);
    let width = inner.width() / options.len().max(1) as f32;
    let mut changed = false;
    for (i, (option, words, tip)) in options.iter().enumerate() {
        let cell = Rect::from_min_size(pos2(inner.left() + width * i as f32, inner.top()), vec2(width, inner.height()));
        let response = ui.interact(cell, ui.scope_id().with(("segment", i, words)), Sense::click());
        let on = value == option;
        if on {
            let fill = if ui.visuals().dark_mode { c.hover } else { c.selected };
            ui.painter().rect_filled(cell, CornerRadius::same(RADIUS - 2), fill);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(cell, CornerRadius::same(RADIUS - 2), Stroke::new(1.0, c.accent), egui::StrokeKind::Inside);
        }
        let color = if on || response.hovered() { c.text } else { c.dim };
        ui.painter().text(cell.center(), Align2::CENTER_CENTER, *words, FontId::proportional(theme::BODY), color);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, *words));
        if response.clicked() && !on {
            *value = option.clone();
            changed = true;
        }
        let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
        if !tip.is_empty() {
            response.on_hover_text(*tip);
        }
    }
    changed
}

/// A row with a name, a slider and its value.
pub fn slider(ui: &mut Ui, name: &str, value: &mut f32, range: std::ops::RangeInclusive<f32>, decimals: usize) -> Response {
    let c = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        // In a narrow panel the name is shorter: a row that is too wide would push the panel out of the window.
        let name_width = (ui.available_width() - 112.0).clamp(56.0, 104.0);
        let (cell, _) = ui.allocate_exact_size(vec2(name_width, 24.0), Sense::hover());
        let galley = clipped(ui, name, FontId::proportional(theme::BODY), c.dim, cell.width());
        ui.painter().galley(pos2(cell.left(), cell.center().y - galley.size().y / 2.0), galley, c.dim);
        let width = (ui.available_width() - 36.0 - ui.spacing().item_spacing.x).max(60.0);
        ui.spacing_mut().slider_width = width;
        ui.spacing_mut().interact_size.y = 20.0;
        ui.style_mut().visuals.selection.bg_fill = c.accent;
        ui.style_mut().visuals.widgets.inactive.bg_fill = c.border;
        let response = named(ui.add(egui::Slider::new(value, range).show_value(false)), name);
        let (cell, _) = ui.allocate_exact_size(vec2(36.0, 24.0), Sense::hover());
        let number = format!("{value:.decimals$}");
        ui.painter().text(cell.right_center(), Align2::RIGHT_CENTER, number, FontId::proportional(theme::BODY), c.text);
        response
    })
    .inner
}

/// The name of a control at the left of its row.
pub fn caption_cell(ui: &mut Ui, name: &str) {
    let c = theme::colors(ui);
    let (cell, _) = ui.allocate_exact_size(vec2(78.0, 28.0), Sense::hover());
    let galley = clipped(ui, name, FontId::proportional(theme::LABEL), c.dim, cell.width());
    ui.painter().galley(pos2(cell.left(), cell.center().y - galley.size().y / 2.0), galley, c.dim);
}

/// Scrolls to the control that Tab has reached. Called at the end of a scrolled area's contents.
pub fn scroll_to_focus(ui: &Ui) {
    let id = ui.scope_id().with("focus seen");
    let focused = ui.memory(|m| m.focused());
    let seen: Option<Option<egui::Id>> = ui.data(|data| data.get_temp(id));
    if seen == Some(focused) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, focused));
    // A clicked widget is visible already, and must not move under the pointer.
    let pointing = ui.input(|i| i.pointer.any_down() || i.pointer.any_released());
    let reached = focused.filter(|_| seen.is_some() && !pointing).and_then(|focused| ui.ctx().read_response(focused));
    if let Some(response) = reached.filter(|response| response.layer_id == ui.layer_id() && ui.min_rect().contains_rect(response.rect)) {
        ui.scroll_to_rect(response.rect.expand(UNIT), None);
    }
}

/// A text field with a name.
pub fn field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, rows: usize) -> Response {
    let c = theme::colors(ui);
    let hint = RichText::new(hint).color(c.dim);
    let edit = if rows > 1 { egui::TextEdit::multiline(text).desired_rows(rows) } else { egui::TextEdit::singleline(text) };
    let edit = edit.id_salt(name).hint_text(hint).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 8));
    named(ui.add(edit), name)
}

/// A text field that hides its text.
pub fn secret(ui: &mut Ui, text: &mut String, name: &str, hint: &str) -> Response {
    let hint = RichText::new(hint).color(theme::colors(ui).dim);
    let edit = egui::TextEdit::singleline(text).password(true).id_salt(name).hint_text(hint);
    named(ui.add(edit.desired_width(f32::INFINITY).margin(Margin::symmetric(10, 8))), name)
}

/// Paints the checkerboard behind transparent pixels.
pub fn checkerboard(ui: &Ui, rect: Rect) {
    let (a, b) = theme::colors(ui).checker;
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, a);
    let size = 12.0;
    let clip = rect.intersect(ui.clip_rect());
    let (from, to) = ((clip.min - rect.min) / size, (clip.max - rect.min) / size);
    for y in from.y.floor().max(0.0) as i32..=to.y.ceil() as i32 {
        for x in from.x.floor().max(0.0) as i32..=to.x.ceil() as i32 {
            if (x + y) % 2 == 0 {
                let at = rect.min + vec2(x as f32, y as f32) * size;
                painter.rect_filled(Rect::from_min_size(at, Vec2::splat(size)), 0.0, b);
            }
        }
    }
}

/// Paints a progress bar; `fraction` is 0..=1.
pub fn bar(ui: &Ui, rect: Rect, fraction: f32) {
    let c = theme::colors(ui);
    ui.painter().rect_filled(rect, rect.height() / 2.0, c.border);
    let mut done = rect;
    done.set_width(rect.width() * fraction.clamp(0.0, 1.0));
    ui.painter().rect_filled(done, rect.height() / 2.0, c.accent);
}

/// Lays out one line that ends in "…" if it does not fit.
pub fn clipped(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.replace('\n', " "), font, color);
    job.wrap = egui::text::TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..Default::default() };
    ui.painter().layout_job(job)
}

/// All of a texture, as texture coordinates.
pub fn full_uv() -> Rect {
    Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0))
}

/// Paints a texture as large as fits into a rectangle.
pub fn paint_fitted(ui: &Ui, rect: Rect, id: egui::TextureId, size: Vec2) {
    let scale = (rect.width() / size.x).min(rect.height() / size.y);
    let target = Rect::from_center_size(rect.center(), size * scale);
    ui.painter().image(id, target, full_uv(), Color32::WHITE);
}

/// Paints a small label on the picture.
pub fn badge(ui: &Ui, at: Pos2, anchor: Align2, words: &str, accent: bool) {
    let color = if accent { theme::DARK.accent_text } else { Color32::WHITE };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(theme::SMALL), color);
    let rect = anchor.anchor_size(at, galley.size() + vec2(20.0, 10.0));
    ui.painter().rect_filled(rect, 13.0, Color32::from_black_alpha(170));
    ui.painter().galley(rect.min + vec2(10.0, 5.0), galley, color);
}
