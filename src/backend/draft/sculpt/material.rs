//! Reads the style prompt: keywords in English and Korean → [`Material`].

use crate::imaging::srgb8_to_linear;

/// Shading model of a material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Metal,
    /// Opaque body colour with an optional clear coat.
    Solid,
    Glass,
    Neon,
}

/// Profile of the front edges.
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

/// Material of the letters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Material {
    pub kind: Kind,
    pub bevel: Bevel,
    pub texture: Texture,
    /// Linear colours at the top and the bottom of the text block.
    pub colors: [[f32; 3]; 2],
    pub roughness: f32,
    /// Strength of the clear coat of solids, 0..=1.
    pub coat: f32,
    /// Width of the bevel in ems.
    pub bevel_em: f32,
    /// Depth of the extrusion in ems.
    pub depth_em: f32,
    /// Curvature of the faces, 0 flat.
    pub bow: f32,
    /// Strength of the texture's bump map.
    pub bump: f32,
}

const fn rgb(hex: u32) -> [u8; 3] {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

/// Colour keywords. English ones match whole tokens, Korean ones the start of a token.
const COLORS: &[(&str, u32)] = &[
    ("red", 0xdc1a20),
    ("빨간", 0xdc1a20),
    ("빨강", 0xdc1a20),
    ("붉은", 0xc5221f),
    ("레드", 0xdc1a20),
    ("적색", 0xc5221f),
    ("crimson", 0xb0102c),
    ("burgundy", 0x7a1030),
    ("와인", 0x7a1030),
    ("scarlet", 0xe02a10),
    ("coral", 0xff6f5a),
    ("코랄", 0xff6f5a),
    ("산호", 0xff6f5a),
    ("orange", 0xf67a10),
    ("주황", 0xf67a10),
    ("오렌지", 0xf67a10),
    ("peach", 0xffb38a),
    ("복숭아", 0xffb38a),
    ("피치", 0xffb38a),
    ("yellow", 0xf9cb16),
    ("노란", 0xf9cb16),
    ("노랑", 0xf9cb16),
    ("옐로", 0xf9cb16),
    ("lemon", 0xf7e13a),
    ("레몬", 0xf7e13a),
    ("lime", 0xa6d81e),
    ("라임", 0xa6d81e),
    ("연두", 0x9ccb3c),
    ("green", 0x1f9a48),
    ("초록", 0x1f9a48),
    ("녹색", 0x1f9a48),
    ("그린", 0x1f9a48),
    ("emerald", 0x0d9a66),
    ("에메랄드", 0x0d9a66),
    ("mint", 0x79dcb8),
    ("민트", 0x79dcb8),
    ("olive", 0x7d8230),
    ("올리브", 0x7d8230),
    ("teal", 0x0f8a8a),
    ("청록", 0x0f8a8a),
    ("turquoise", 0x21c3c0),
    ("터키석", 0x21c3c0),
    ("cyan", 0x15cfe6),
    ("시안", 0x15cfe6),
    ("aqua", 0x21d0dc),
    ("sky", 0x58b4f2),
    ("하늘", 0x58b4f2),
    ("blue", 0x1e62dc),
    ("파란", 0x1e62dc),
    ("파랑", 0x1e62dc),
    ("푸른", 0x1e62dc),
    ("블루", 0x1e62dc),
    ("navy", 0x1a2f6e),
    ("남색", 0x1a2f6e),
    ("네이비", 0x1a2f6e),
    ("indigo", 0x3d34a8),
    ("purple", 0x8434c8),
    ("보라", 0x8434c8),
    ("퍼플", 0x8434c8),
    ("violet", 0x7a3de0),
    ("바이올렛", 0x7a3de0),
    ("lavender", 0xb69bea),
    ("라벤더", 0xb69bea),
    ("magenta", 0xe32aa8),
    ("마젠타", 0xe32aa8),
    ("pink", 0xff6fae),
    ("분홍", 0xff6fae),
    ("핑크", 0xff6fae),
    ("brown", 0x7b4a28),
    ("갈색", 0x7b4a28),
    ("브라운", 0x7b4a28),
    ("beige", 0xdcc7a2),
    ("베이지", 0xdcc7a2),
    ("ivory", 0xf4ecd8),
    ("아이보리", 0xf4ecd8),
    ("cream", 0xf5e6c4),
    ("크림", 0xf5e6c4),
    ("white", 0xf4f4f2),
    ("흰", 0xf4f4f2),
    ("하얀", 0xf4f4f2),
    ("화이트", 0xf4f4f2),
    ("백색", 0xf4f4f2),
    ("gray", 0x8a8d92),
    ("grey", 0x8a8d92),
    ("회색", 0x8a8d92),
    ("그레이", 0x8a8d92),
    ("black", 0x1a1b1e),
    ("검은", 0x1a1b1e),
    ("검정", 0x1a1b1e),
    ("블랙", 0x1a1b1e),
    ("pastel", 0xf5b7d0),
    ("파스텔", 0xf5b7d0),
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

fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

fn matches(token: &str, word: &str) -> bool {
    match word.strip_suffix('*') {
        Some(start) => token.starts_with(start),
        None => token == word,
    }
}

fn linear(hex: u32) -> [f32; 3] {
    rgb(hex).map(srgb8_to_linear)
}

/// Whether a prompt contains a known material or colour.
pub(super) fn has_known_words(style: &str) -> bool {
    let words = tokens(style);
    let color = |t: &String| COLORS.iter().any(|(w, _)| if w.is_ascii() { t == w } else { t.starts_with(w) });
    words.iter().any(color) || MATERIALS.iter().any(|(_, list)| list.iter().any(|w| words.iter().any(|t| matches(t, w))))
}

/// The material named in `style`, else a default that depends on `backdrop`, the mean luminance behind the text.
pub(super) fn choose(style: &str, negative: &str, backdrop: f32) -> Material {
    let refused = tokens(negative);
    let words: Vec<String> = tokens(style).into_iter().filter(|t| !refused.contains(t)).collect();
    let mut colors: Vec<[f32; 3]> = Vec::new();
    for token in &words {
        let hit = COLORS.iter().find(|(w, _)| if w.is_ascii() { token == w } else { token.starts_with(w) });
        if let Some(&(_, hex)) = hit
            && !colors.contains(&linear(hex))
        {
            colors.push(linear(hex));
        }
    }
    let rose = words.iter().any(|t| t == "rose" || t == "로즈" || t == "장미")
        && words.iter().any(|t| ["gold", "골드", "금", "금색"].contains(&t.as_str()));
    let named = MATERIALS.iter().find(|(_, list)| list.iter().any(|w| words.iter().any(|t| matches(t, w)))).map(|m| m.0);
    let name = match named {
        Some("gold") if rose => "rosegold",
        Some(name) => name,
        None if !colors.is_empty() => "plastic",
        // Ceramic stands out from a dark backdrop, gold from a light one.
        None if backdrop < 0.18 => "ceramic",
        None => "gold",
    };
    let has = |list: &[&str]| list.iter().any(|w| words.iter().any(|t| matches(t, w)));
    let mut material = preset(name);
    // A gold or silver balloon has the colour of metallic foil.
    if name == "balloon" && colors.is_empty() {
        let metal = if has(&["silver*", "은색*", "은박*", "실버*"]) { 0xe8eaee } else { 0xf2b62c };
        colors.push(linear(metal));
    }
    if let Some(&first) = colors.first() {
        let second = colors.get(1).copied().unwrap_or(first);
        material.colors = match material.kind {
            // Keep coloured glass and metal bright.
            Kind::Metal if material.bevel != Bevel::Balloon => [first.map(lift), second.map(lift)],
            _ => [first, second],
        };
        if matches!(material.texture, Texture::Wood | Texture::Marble | Texture::Stone) && material.colors[0].iter().all(|&c| c < 0.02) {
            material.colors = material.colors.map(|c| c.map(|v| v + 0.02));
        }
    }
    if has(&["matte", "matt", "satin", "brushed", "무광*", "매트*"]) {
        material.roughness = (material.roughness + 0.22).min(0.8);
        material.coat *= 0.35;
    }
    if material.kind == Kind::Metal && has(&["brushed", "헤어라인*"]) {
        material.texture = Texture::Brushed;
        material.bump = 0.05;
    }
    material
}

fn lift(v: f32) -> f32 {
    0.12 + 0.88 * v
}

fn preset(name: &str) -> Material {
    let base = Material {
        kind: Kind::Solid,
        bevel: Bevel::Round,
        texture: Texture::None,
        colors: [linear(0xd3201f); 2],
        roughness: 0.25,
        coat: 1.0,
        bevel_em: 0.035,
        depth_em: 0.17,
        bow: 0.35,
        bump: 0.0,
    };
    let metal = |hex: u32, roughness: f32| Material {
        kind: Kind::Metal,
        bevel: Bevel::Chamfer,
        colors: [linear(hex); 2],
        roughness,
        bevel_em: 0.03,
        bow: 1.5,
        ..base
    };
    let solid = |hex: u32, texture: Texture, roughness: f32, coat: f32, bump: f32| Material {
        colors: [linear(hex); 2],
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
        "balloon" => Material { bevel: Bevel::Balloon, depth_em: 0.1, bow: 0.2, ..metal(0xf6c032, 0.09) },
        "neon" => Material { kind: Kind::Neon, bevel: Bevel::Round, colors: [linear(0xff2f9a); 2], depth_em: 0.12, ..base },
        "glass" => {
            Material { kind: Kind::Glass, colors: [linear(0xdcecf2); 2], roughness: 0.04, bevel_em: 0.05, depth_em: 0.14, bow: 0.6, ..base }
        }
        "ice" => Material {
            kind: Kind::Glass,
            texture: Texture::Ice,
            colors: [linear(0xb4ddf4); 2],
            roughness: 0.12,
            bevel_em: 0.06,
            depth_em: 0.16,
            bump: 0.25,
            ..base
        },
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
        "candy" => Material { bevel: Bevel::Balloon, texture: Texture::Stripes, ..solid(0xff5f8f, Texture::Stripes, 0.06, 1.0, 0.0) },
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
            ("frosted glass", "유리"),
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
    fn colours_tint_and_two_make_a_gradient() {
        let m = choose("red plastic", "", 0.5);
        assert_eq!(m.colors[0], linear(0xdc1a20));
        let g = choose("pink and blue", "", 0.5);
        assert_ne!(g.colors[0], g.colors[1]);
        assert_eq!(choose("red or blue plastic", "red", 0.5).colors[0], linear(0x1e62dc));
    }
}
