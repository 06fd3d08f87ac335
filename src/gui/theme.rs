//! Design tokens of both themes: colours, spacing, corner radii, type scale. All visuals are built from them.

use std::collections::BTreeMap;

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Theme, Vec2, vec2};

use super::fonts;

/// Colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Colors {
    /// Behind the picture.
    pub canvas: Color32,
    /// Panels.
    pub panel: Color32,
    /// Cards, buttons.
    pub raised: Color32,
    /// Cards and buttons under the pointer.
    pub hover: Color32,
    /// Text fields, tracks.
    pub sunken: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Borders of controls.
    pub border: Color32,
    /// Main text.
    pub text: Color32,
    /// Secondary text.
    pub dim: Color32,
    /// Accent as a surface.
    pub accent: Color32,
    /// Accent surface under the pointer.
    pub accent_hover: Color32,
    /// Accent as text on a panel.
    pub accent_text: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Tinted surface of selected items.
    pub selected: Color32,
    /// Success.
    pub good: Color32,
    /// Stop, delete, errors.
    pub bad: Color32,
    /// The two colours of the checkerboard behind transparent pixels.
    pub checker: (Color32, Color32),
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Colors = Colors {
    canvas: rgb(0x0f0e0d),
    panel: rgb(0x191816),
    raised: rgb(0x24221f),
    hover: rgb(0x302d29),
    sunken: rgb(0x100f0e),
    line: rgb(0x2b2926),
    border: rgb(0x3b3833),
    text: rgb(0xf2efea),
    dim: rgb(0xa69f95),
    accent: rgb(0xd9a441),
    accent_hover: rgb(0xe6b65b),
    accent_text: rgb(0xe8b659),
    on_accent: rgb(0x1d1405),
    selected: rgb(0x352913),
    good: rgb(0x6fc28b),
    bad: rgb(0xf08a7b),
    checker: (rgb(0x2a2825), rgb(0x211f1d)),
};

/// The light theme.
pub const LIGHT: Colors = Colors {
    canvas: rgb(0xe2dfda),
    panel: rgb(0xf8f6f3),
    raised: rgb(0xffffff),
    hover: rgb(0xefebe5),
    sunken: rgb(0xffffff),
    line: rgb(0xe0dcd5),
    border: rgb(0xc9c3b9),
    text: rgb(0x1e1b17),
    dim: rgb(0x686157),
    accent: rgb(0xd79b2c),
    accent_hover: rgb(0xe0a941),
    accent_text: rgb(0x85570a),
    on_accent: rgb(0x1d1405),
    selected: rgb(0xf6e7c8),
    good: rgb(0x2a7a48),
    bad: rgb(0xb3382a),
    checker: (rgb(0xffffff), rgb(0xe9e6e1)),
};

/// The spacing unit.
pub const UNIT: f32 = 8.0;
/// Height of buttons, fields and rows.
pub const CONTROL: f32 = 32.0;
/// Corners of controls.
pub const RADIUS: u8 = 8;
/// Remarks.
pub const SMALL: f32 = 12.0;
/// Captions and quiet labels.
pub const LABEL: f32 = 12.5;
/// Everything else.
pub const BODY: f32 = 13.5;
/// Emphasis in a row and on the main button.
pub const STRONG: f32 = 14.0;
/// The heading of the welcome screen.
pub const DISPLAY: f32 = 22.0;
/// Titles of windows.
pub const TITLE: f32 = 18.0;

/// The bold face of the interface.
pub fn bold() -> FontFamily {
    FontFamily::Name(fonts::BOLD_FAMILY.into())
}

/// The icon face.
pub fn icons() -> FontFamily {
    FontFamily::Name(fonts::ICON_FAMILY.into())
}

/// The colours of the theme in use.
pub fn colors(ui: &egui::Ui) -> &'static Colors {
    of(ui.visuals().dark_mode)
}

/// The colours of one theme.
pub fn of(dark: bool) -> &'static Colors {
    if dark { &DARK } else { &LIGHT }
}

/// Installs the fonts and the styles of both themes.
pub fn install(ctx: &egui::Context) {
    fonts::install(ctx);
    for (theme, colors) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| apply(style, colors, theme == Theme::Dark));
    }
}

fn apply(style: &mut egui::Style, c: &Colors, dark: bool) {
    let id = |size, family: FontFamily| FontId::new(size, family);
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, id(SMALL, FontFamily::Proportional)),
        (TextStyle::Body, id(BODY, FontFamily::Proportional)),
        (TextStyle::Button, id(BODY, FontFamily::Proportional)),
        (TextStyle::Heading, id(TITLE, bold())),
        (TextStyle::Monospace, id(SMALL, FontFamily::Monospace)),
    ]);
    let s = &mut style.spacing;
    s.item_spacing = vec2(UNIT, UNIT);
    s.button_padding = vec2(12.0, 6.0);
    s.interact_size = vec2(CONTROL, CONTROL);
    s.window_margin = Margin::same(20);
    s.menu_margin = Margin::same(6);
    s.slider_rail_height = 4.0;
    s.icon_width = 18.0;
    s.icon_width_inner = 10.0;
    s.combo_width = 120.0;
    s.tooltip_width = 320.0;
    s.scroll = egui::style::ScrollStyle::thin();
    s.text_edit_width = f32::INFINITY;
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.animation_time = 0.1;

    let v = &mut style.visuals;
    *v = if dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    v.override_text_color = None;
    v.panel_fill = c.panel;
    v.window_fill = c.panel;
    v.window_stroke = Stroke::new(1.0, c.border);
    v.window_corner_radius = CornerRadius::same(12);
    v.menu_corner_radius = CornerRadius::same(10);
    let shadow = Shadow { offset: [0, 8], blur: 28, spread: 0, color: Color32::from_black_alpha(if dark { 140 } else { 50 }) };
    v.window_shadow = shadow;
    v.popup_shadow = shadow;
    v.extreme_bg_color = c.sunken;
    v.text_edit_bg_color = Some(c.sunken);
    v.faint_bg_color = c.raised;
    v.code_bg_color = c.sunken;
    v.weak_text_color = Some(c.dim);
    v.hyperlink_color = c.accent_text;
    v.warn_fg_color = c.accent_text;
    v.error_fg_color = c.bad;
    v.slider_trailing_fill = true;
    v.selection.bg_fill = if dark { rgb(0x6b501d) } else { rgb(0xf0d9a8) };
    v.selection.stroke = Stroke::new(1.0, c.accent_text);
    v.interact_cursor = Some(egui::CursorIcon::PointingHand);
    let radius = CornerRadius::same(RADIUS);
    let states = [
        (&mut v.widgets.noninteractive, c.raised, c.line, c.text),
        (&mut v.widgets.inactive, c.raised, c.border, c.text),
        (&mut v.widgets.hovered, c.hover, c.border, c.text),
        (&mut v.widgets.active, c.hover, c.accent, c.text),
        (&mut v.widgets.open, c.hover, c.border, c.text),
    ];
    for (w, fill, border, text) in states {
        w.bg_fill = fill;
        w.weak_bg_fill = fill;
        w.bg_stroke = Stroke::new(1.0, border);
        w.fg_stroke = Stroke::new(1.0, text);
        w.corner_radius = radius;
        w.expansion = 0.0;
    }
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, c.line);
}

/// The frame of a side panel.
pub fn panel_frame(c: &Colors, margin: Vec2) -> egui::Frame {
    egui::Frame::new().fill(c.panel).inner_margin(Margin::symmetric(margin.x as i8, margin.y as i8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: Color32) -> f32 {
        let f = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * f(c.r()) + 0.7152 * f(c.g()) + 0.0722 * f(c.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_surface() {
        for c in [DARK, LIGHT] {
            let pairs = [(c.text, c.panel), (c.dim, c.panel), (c.dim, c.raised), (c.accent_text, c.panel), (c.accent_text, c.selected)];
            for (text, surface) in pairs.into_iter().chain([(c.on_accent, c.accent), (c.bad, c.panel), (c.good, c.panel)]) {
                assert!(contrast(text, surface) >= 4.5, "{text:?} on {surface:?}: {:.2}", contrast(text, surface));
            }
        }
    }
}
