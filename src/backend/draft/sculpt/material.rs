//! Reads the style prompt: keywords in English and Korean → [`Material`].

use super::colors::{is_color, named, tokens};
use crate::backend::draft::color::from_hex;
use crate::request::DEFAULT_TEXT_NEGATIVE;

/// Shading model of a material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Metal,
    /// Opaque body colour with an optional clear coat.
    Solid,
    Glass,
    Neon,
}

/// Profile of the front edges: straight at 45°, rounded, or inflated across the whole stroke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bevel {
    Chamfer,
    Round,
    Balloon,
}

/// Surface pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texture {
    None,
    Stone,
    Concrete,
    Wood,
    Marble,
    Paper,
    Leather,
    Ice,
    Brushed,
    Stripes,
    Knit,
}

/// How the letters are made. All but the first are drawn without an extrusion (`looks.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Sculpted,
    Flat,
    /// Only the contour, unless two colours are named, which are fill and contour.
    Outlined,
    /// Raised from the surface of the background.
    Embossed,
    /// Pressed into the surface of the background.
    Engraved,
    /// Bent glass tubes along the contour, or along thin strokes.
    NeonTube,
    /// Layers of cut paper.
    PaperCut,
    /// Strokes of a flat brush.
    HandPainted,
}

/// Material of the letters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Material {
    pub look: Look,
    pub kind: Kind,
    pub bevel: Bevel,
    pub texture: Texture,
    /// Linear colours at the top and the bottom of the text block.
    pub colors: [[f32; 3]; 2],
    /// Whether the prompt names the colours: the faces then have them on average.
    pub named: bool,
    /// Roughness of the reflection, 0..=1.
    pub roughness: f32,
    /// Strength of the clear coat of solids, 0..=1.
    pub coat: f32,
    /// Width of the bevel in ems.
    pub bevel_em: f32,
    /// Depth of the extrusion in ems.
    pub depth_em: f32,
    /// Curvature of the faces; 0 is flat.
    pub bow: f32,
    /// Strength of the texture's bump map; 0 for none.
    pub bump: f32,
    /// Opacity of the faces, 0..=1; below 1 for glass.
    pub opacity: f32,
}

/// Keywords of looks; the first matching row wins. A trailing `*` matches the start of a token, `+` joins keywords that must all occur.
const LOOKS: &[(&str, &[&str])] = &[
    ("neon-tube", &["tube*", "tubing", "네온관*", "튜브*", "유리관*", "관*+네온*"]),
    ("paper-cut", &["papercut*", "paper+cut*", "paper+layer*", "종이*+오린*", "종이*+오려*", "종이*+자른*", "종이*+겹*", "페이퍼컷*"]),
    (
        "hand-painted",
        &[
            "handpaint*",
            "painted",
            "painting",
            "brushstroke*",
            "brush",
            "watercolor*",
            "watercolour*",
            "붓*",
            "칠한",
            "손글씨*",
            "수채*",
            "물감*",
            "캘리*",
        ],
    ),
    ("engraved", &["engrav*", "deboss*", "letterpress*", "음각*", "레터프레스*"]),
    ("embossed", &["emboss*", "relief", "엠보*", "양각*", "형압*", "돋을새김*"]),
    ("outlined", &["outline*", "hollow", "stroked", "외곽선*", "테두리*", "아웃라인*", "윤곽*"]),
    ("flat", &["flat", "2d", "플랫*", "평면*", "납작*"]),
];

/// Material keywords; the first matching row wins. A trailing `*` matches the start of a token.
const MATERIALS: &[(&str, &[&str])] = &[
    ("neon", &["neon*", "네온*", "led", "glow*", "luminous", "발광*"]),
    ("balloon", &["balloon*", "foil*", "inflat*", "풍선*", "포일*", "은박*", "벌룬*"]),
    ("rosegold", &["rosegold", "로즈골드*", "핑크골드*"]),
    ("ice", &["ice", "icy", "frozen", "얼음*", "아이스*", "빙하*"]),
    ("glass", &["glass*", "crystal*", "acrylic", "유리*", "글라스*", "크리스탈*", "수정*", "아크릴*", "투명*"]),
    ("chocolate", &["chocolate*", "choco*", "초콜릿*", "초코*", "쇼콜라*"]),
    ("candy", &["candy", "candies", "jelly", "gummy", "lollipop", "사탕*", "캔디*", "젤리*"]),
    ("marble", &["marble*", "대리석*", "마블*"]),
    ("wood", &["wood*", "oak", "walnut", "timber", "bamboo", "나무*", "목재*", "원목*", "우드*", "참나무*", "목*재"]),
    ("concrete", &["concrete*", "cement*", "콘크리트*", "시멘트*"]),
    ("stone", &["stone*", "rock*", "granite*", "brick*", "돌*", "바위*", "석재*", "화강암*", "벽돌*", "암석*", "스톤*"]),
    ("paper", &["paper*", "origami", "cardboard", "종이*", "한지*", "페이퍼*"]),
    ("leather", &["leather*", "가죽*", "레더*"]),
    ("knit", &["knit*", "wool*", "yarn*", "crochet*", "니트*", "뜨개*", "털실*", "울로", "양모*"]),
    ("plastic", &["plastic*", "vinyl", "rubber", "플라스틱*", "고무*"]),
    ("ceramic", &["ceramic*", "porcelain*", "도자기*", "세라믹*", "clay", "점토*", "백자*"]),
    ("chrome", &["chrome*", "크롬*"]),
    ("copper", &["copper*", "bronze*", "구리*", "동판*", "청동*", "코퍼*", "브론즈*"]),
    ("silver", &["silver*", "platinum", "은", "은색*", "은빛*", "은으로", "실버*", "백금*"]),
    ("gold", &["gold*", "brass", "금", "금색*", "금빛*", "금으로", "금박*", "금장*", "황금*", "순금*", "골드*", "골든*"]),
    // Words for the finish come after words for the material.
    ("chrome", &["mirror*", "liquid", "거울*"]),
    ("plastic", &["glossy", "enamel", "lacquer*", "광택*"]),
    (
        "steel",
        &[
            "steel*",
            "iron",
            "metal*",
            "aluminum*",
            "aluminium*",
            "titanium*",
            "금속*",
            "메탈*",
            "철",
            "철제*",
            "강철*",
            "스틸*",
            "알루미늄*",
        ],
    ),
];

/// Whether a token matches a keyword.
fn matches(token: &str, word: &str) -> bool {
    match word.strip_suffix('*') {
        Some(start) => token.starts_with(start),
        None => token == word,
    }
}

/// Whether the words match any entry of a list of keywords.
fn any(words: &[String], list: &[&str]) -> bool {
    list.iter().any(|entry| entry.split('+').all(|word| words.iter().any(|token| matches(token, word))))
}

/// Whether a prompt contains a known look, material or colour.
pub(super) fn has_known_words(style: &str) -> bool {
    let words = tokens(style);
    words.iter().any(|t| is_color(t)) || MATERIALS.iter().chain(LOOKS).any(|(_, list)| any(&words, list))
}

/// The words of a style prompt without those that it negates: "no outline", "테두리 없는".
fn wanted(style: &str) -> Vec<String> {
    let all = tokens(style);
    let negated = |i: usize| {
        i.checked_sub(1).is_some_and(|k| ["no", "not", "without"].contains(&all[k].as_str()))
            || all.get(i + 1).is_some_and(|t| t.starts_with("없"))
    };
    all.iter().enumerate().filter(|(i, _)| !negated(*i)).map(|(_, t)| t.clone()).collect()
}

/// The look that the words name, else [`Look::Sculpted`].
fn look(words: &[String]) -> Look {
    match LOOKS.iter().find(|(_, list)| any(words, list)).map(|look| look.0) {
        Some("flat") => Look::Flat,
        Some("outlined") => Look::Outlined,
        Some("embossed") => Look::Embossed,
        Some("engraved") => Look::Engraved,
        Some("neon-tube") => Look::NeonTube,
        Some("paper-cut") => Look::PaperCut,
        Some("hand-painted") => Look::HandPainted,
        _ => Look::Sculpted,
    }
}

/// Linear colour of a look without an extrusion if the prompt names neither colour nor material: the look's usual colour, or one that contrasts with
/// the backdrop.
fn default_color(look: Look, backdrop: f32) -> [f32; 3] {
    match look {
        Look::NeonTube => from_hex(0xff2f9a),
        _ if backdrop < 0.3 => from_hex(0xf7f4ec),
        Look::PaperCut => from_hex(0xd9482f),
        _ => from_hex(0x1d1f24),
    }
}

/// The look and material that `style` names, else defaults that depend on `backdrop`, the mean luminance of the picture behind the text.
pub(super) fn choose(style: &str, negative: &str, backdrop: f32) -> Material {
    let (wanted, refused) = (wanted(style), tokens(negative));
    let words: Vec<String> = wanted.iter().filter(|t| !refused.contains(t)).cloned().collect();
    // The default negative prompt contains "flat", which must not cancel a style that asks for flat letters.
    let look = look(if negative == DEFAULT_TEXT_NEGATIVE { &wanted } else { &words });
    let mut colors = named(&words);
    let rose = words.iter().any(|t| t == "rose" || t == "로즈" || t == "장미")
        && words.iter().any(|t| ["gold", "골드", "금", "금색"].contains(&t.as_str()));
    let found = MATERIALS.iter().find(|(_, list)| any(&words, list)).map(|m| m.0);
    let name = match found {
        Some("gold") if rose => "rosegold",
        Some(name) => name,
        None if look == Look::NeonTube => "neon",
        None if look == Look::PaperCut => "paper",
        None if !colors.is_empty() || look != Look::Sculpted => "plastic",
        // Ceramic stands out from a dark backdrop, gold from a light one.
        None if backdrop < 0.18 => "ceramic",
        None => "gold",
    };
    let has = |list: &[&str]| any(&words, list);
    // A relief for which no colour or material is named keeps those of the background.
    let relief = matches!(look, Look::Embossed | Look::Engraved) && found.is_some();
    let mut material = Material { look, named: !colors.is_empty() || relief, ..preset(name) };
    // The materials of paper and tubes belong to their looks; they do not choose a colour.
    let own = found.is_none() || (look == Look::PaperCut && name == "paper") || (look == Look::NeonTube && name == "neon");
    if look != Look::Sculpted && colors.is_empty() && own {
        colors.push(default_color(look, backdrop));
    }
    // A gold or silver balloon has the colour of metallic foil.
    if name == "balloon" && colors.is_empty() {
        let metal = if has(&["silver*", "은색*", "은박*", "실버*"]) { 0xe8eaee } else { 0xf2b62c };
        colors.push(from_hex(metal));
    }
    if let Some(&first) = colors.first() {
        let second = colors.get(1).copied().unwrap_or(first);
        material.colors = [first, second];
    }
    if has(&["matte", "matt", "satin", "brushed", "무광*", "매트*"]) {
        material.roughness = (material.roughness + 0.22).min(0.8);
        material.coat *= 0.35;
    }
    if has(&["frost*", "milky", "opal*", "반투명*", "서리*", "불투명*"]) && material.kind == Kind::Glass {
        material.opacity = material.opacity.max(0.8);
        material.roughness = material.roughness.max(0.3);
    }
    if material.kind == Kind::Metal && has(&["brushed", "헤어라인*"]) {
        material.texture = Texture::Brushed;
        material.bump = 0.05;
    }
    material
}

/// The material of a row of [`MATERIALS`]; any other name is plain plastic.
fn preset(name: &str) -> Material {
    let base = Material {
        look: Look::Sculpted,
        kind: Kind::Solid,
        bevel: Bevel::Round,
        texture: Texture::None,
        colors: [from_hex(0xd3201f); 2],
        named: false,
        roughness: 0.25,
        coat: 1.0,
        bevel_em: 0.035,
        depth_em: 0.13,
        bow: 0.35,
        bump: 0.0,
        opacity: 1.0,
    };
    let metal = |hex: u32, roughness: f32| Material {
        kind: Kind::Metal,
        bevel: Bevel::Chamfer,
        colors: [from_hex(hex); 2],
        roughness,
        bevel_em: 0.03,
        bow: 1.5,
        ..base
    };
    let clear = |hex: u32| Material { kind: Kind::Glass, colors: [from_hex(hex); 2], opacity: 0.8, ..base };
    let solid = |hex: u32, texture: Texture, roughness: f32, coat: f32, bump: f32| Material {
        colors: [from_hex(hex); 2],
        texture,
        roughness,
        coat,
        bump,
        ..base
    };
    match name {
        "gold" => metal(0xfccb50, 0.1),
        "rosegold" => metal(0xf2aa94, 0.13),
        "copper" => metal(0xf09a6c, 0.18),
        "silver" => metal(0xf2f2f0, 0.2),
        "chrome" => Material { bow: 2.1, ..metal(0xf0f3f6, 0.03) },
        "steel" => Material { texture: Texture::Brushed, bump: 0.05, ..metal(0xc4c9d0, 0.28) },
        "balloon" => Material { bevel: Bevel::Balloon, depth_em: 0.03, bow: 0.2, ..metal(0xf6c032, 0.09) },
        "neon" => Material { kind: Kind::Neon, bevel: Bevel::Round, colors: [from_hex(0xff2f9a); 2], depth_em: 0.12, ..base },
        "glass" => Material { bow: 0.6, roughness: 0.04, bevel_em: 0.05, depth_em: 0.09, opacity: 0.25, ..clear(0xe4f1f4) },
        "ice" => Material { texture: Texture::Ice, bump: 0.25, roughness: 0.12, bevel_em: 0.06, depth_em: 0.12, ..clear(0xb4ddf4) },
        "stone" => Material { bevel: Bevel::Chamfer, bevel_em: 0.03, ..solid(0xbcb8b0, Texture::Stone, 0.8, 0.0, 0.6) },
        "concrete" => Material { bevel: Bevel::Chamfer, bevel_em: 0.02, ..solid(0xc2bfb9, Texture::Concrete, 0.85, 0.0, 0.3) },
        "marble" => Material { bevel: Bevel::Chamfer, ..solid(0xf1eeea, Texture::Marble, 0.15, 0.8, 0.0) },
        "wood" => solid(0xb98350, Texture::Wood, 0.5, 0.25, 0.18),
        "paper" => {
            Material { bevel: Bevel::Chamfer, bevel_em: 0.008, depth_em: 0.12, bow: 0.15, ..solid(0xf3efe6, Texture::Paper, 0.9, 0.0, 0.1) }
        }
        "leather" => solid(0xa3643a, Texture::Leather, 0.5, 0.4, 0.35),
        "knit" => Material { bevel_em: 0.07, depth_em: 0.14, ..solid(0xb9414a, Texture::Knit, 0.95, 0.0, 0.55) },
        "chocolate" => Material { bevel_em: 0.06, ..solid(0x84492a, Texture::None, 0.25, 0.8, 0.0) },
        "candy" => Material {
            bevel: Bevel::Balloon,
            depth_em: 0.05,
            texture: Texture::Stripes,
            ..solid(0xff5f8f, Texture::Stripes, 0.06, 1.0, 0.0)
        },
        "ceramic" => Material { bevel_em: 0.05, ..solid(0xf5f2ea, Texture::None, 0.12, 1.0, 0.0) },
        _ => base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_materials() {
        assert_eq!(choose("gold metallic text with glossy surface", "", 0.5), choose("gold", "", 0.5));
        assert_eq!(choose("chrome reflective text with mirror finish", "", 0.5), choose("chrome", "", 0.5));
        for (en, ko) in [
            ("shiny gold letters", "황금 글자"),
            ("chrome", "크롬 질감"),
            ("rose gold", "로즈 골드"),
            ("neon sign", "네온사인"),
            ("clear glass", "투명한 유리"),
            ("frosted glass", "반투명 유리"),
            ("stone", "돌 조각"),
            ("wooden", "나무"),
            ("balloon", "풍선"),
            ("ice", "얼음"),
            ("candy", "사탕"),
            ("paper", "종이"),
            ("knitted wool", "니트 털실"),
        ] {
            assert_eq!(choose(en, "", 0.5), choose(ko, "", 0.5), "{en}");
        }
        // Parts of other words mean nothing.
        assert_eq!(choose("textured price, nice", "", 0.5), choose("", "", 0.5));
        assert_eq!(choose("지금", "", 0.05), preset("ceramic"));
    }

    #[test]
    fn words_choose_looks() {
        let of = |style: &str| choose(style, DEFAULT_TEXT_NEGATIVE, 0.5).look;
        for (en, ko, look) in [
            ("flat white letters", "플랫 디자인 흰 글자", Look::Flat),
            ("outlined letters", "외곽선 글자", Look::Outlined),
            ("embossed gold", "양각 금", Look::Embossed),
            ("letterpress", "음각", Look::Engraved),
            ("pink neon tubes", "분홍 네온관", Look::NeonTube),
            ("paper-cut letters", "종이를 오린 글자", Look::PaperCut),
            ("hand-painted brush letters", "붓으로 칠한 글자", Look::HandPainted),
            ("brushed steel", "종이", Look::Sculpted),
        ] {
            assert_eq!((of(en), of(ko)), (look, look), "{en}, {ko}");
            assert!(look == Look::Sculpted || has_known_words(en) && has_known_words(ko));
        }
        assert_eq!(choose("flat letters", "flat", 0.5).look, Look::Sculpted);
        assert_eq!((of("gold without outline"), of("테두리 없는 금")), (Look::Sculpted, Look::Sculpted));
        assert_eq!(choose("flat gold", "", 0.5).colors, preset("gold").colors);
        assert_ne!(choose("flat", "", 0.05).colors, choose("flat", "", 0.9).colors);
    }

    #[test]
    fn colours_tint_and_two_make_a_gradient() {
        let m = choose("red plastic", "", 0.5);
        assert_eq!(m.colors[0], from_hex(0xdc1a20));
        let g = choose("pink and blue", "", 0.5);
        assert_ne!(g.colors[0], g.colors[1]);
        assert_eq!(choose("red or blue plastic", "red", 0.5).colors[0], from_hex(0x1e62dc));
    }
}
