//! The fonts of the interface: bundled Nanum fonts for Hangul and Latin, Noto fonts for scripts of texts, and the icon subset.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontTweak};

/// Name of the bold family in egui.
pub const BOLD_FAMILY: &str = "bold";
/// Name of the icon family in egui.
pub const ICON_FAMILY: &str = "icons";

const REGULAR: &str = "NanumSquare/NanumSquareR.ttf";
const BOLD: &str = "NanumSquare/NanumSquareB.ttf";
const FALLBACK: &str = "NanumGothic/NanumGothic.ttf";
/// Has the signs of a Mac's modifier keys, which neither Nanum nor egui's own fonts have: without all four, egui writes "Cmd+S".
const KEY_SIGNS: &str = "Pretendard/Pretendard-Bold.otf";
/// Scripts that texts may have and the interface has not, so that their letters are seen while they are typed.
const OTHER_SCRIPTS: [&str; 4] = [
    "NotoSans/NotoSansArabic-Bold.ttf",
    "NotoSans/NotoSansDevanagari-Bold.ttf",
    "NotoSans/NotoSansHebrew-Bold.ttf",
    "NotoSans/NotoSansThai-Bold.ttf",
];

fn bundled(name: &str) -> Option<&'static [u8]> {
    crate::assets::FONTS.iter().find(|f| f.0 == name).map(|f| f.1)
}

/// Registers the fonts with egui. Fonts of the system are not needed: the bundled ones have every Hangul syllable.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    // Nanum glyphs stand a little high in their line box.
    let tweak = FontTweak { y_offset_factor: 0.05, ..FontTweak::default() };
    for name in [REGULAR, BOLD, FALLBACK, KEY_SIGNS].into_iter().chain(OTHER_SCRIPTS) {
        if let Some(bytes) = bundled(name) {
            fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes).tweak(tweak.clone())));
        }
    }
    let icon_tweak = FontTweak { y_offset_factor: 0.02, ..FontTweak::default() };
    let icons = ICON_FAMILY.to_owned();
    fonts.font_data.insert(icons.clone(), Arc::new(FontData::from_static(super::icons::FONT).tweak(icon_tweak)));
    let stock: Vec<String> = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| -> Vec<String> {
        let named = [first.to_owned(), FALLBACK.to_owned(), icons.clone(), KEY_SIGNS.to_owned()];
        named.into_iter().chain(stock.iter().cloned()).chain(OTHER_SCRIPTS.map(str::to_owned)).collect()
    };
    let (regular, bold) = (family(REGULAR), family(BOLD));
    if let Some(mono) = fonts.families.get_mut(&FontFamily::Monospace) {
        mono.push(FALLBACK.to_owned());
        mono.push(icons.clone());
    }
    fonts.families.insert(FontFamily::Proportional, regular);
    fonts.families.insert(FontFamily::Name(BOLD_FAMILY.into()), bold);
    fonts.families.insert(FontFamily::Name(ICON_FAMILY.into()), vec![icons]);
    ctx.set_fonts(fonts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_draws_hangul_without_fonts_of_the_system() {
        let face = ttf_parser::Face::parse(bundled(FALLBACK).unwrap(), 0).unwrap();
        let missing: String = ('가'..='힣').chain('ㄱ'..='ㅣ').filter(|&c| face.glyph_index(c).is_none()).collect();
        assert_eq!(missing, "");
    }
}
