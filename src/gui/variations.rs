//! Variations of a brief: other camera, light, set, layout and seed; other sizes and depth of the text where those are fixed. None is a copy of
//! the brief or of an earlier job.

use serde_json::{Value, json};

use super::state::Brief;
use crate::notice::Language;
use crate::pipeline::layout::columns_beside;
use crate::request::{CompositionMode, TextPosition};

/// Words in English and Korean, from the vocabulary of the draft engine, which models understand too.
type Words = (&'static str, &'static str);

/// Words for the light.
const LIGHTS: [Words; 7] = [
    ("soft light", "은은한 자연광"),
    ("golden hour", "노을"),
    ("dramatic lighting", "극적인 강한 빛"),
    ("bright and airy", "환한 빛"),
    ("backlight", "역광"),
    ("window light", "창가 빛"),
    ("dappled light", "나뭇잎 그림자"),
];
/// Words for the camera; the photo's own elevation stays.
const CAMERAS: [Words; 3] = [("close up", "클로즈업"), ("", ""), ("wide shot", "와이드샷")];
/// Words for the set.
const SETS: [Words; 5] = [("leaves", "나뭇잎"), ("draped fabric", "드리운 천"), ("", ""), ("petals", "꽃잎"), ("podium", "포디움")];
/// Elevations of the camera for scenes without a product; `None` is the scene's own.
const ELEVATIONS: [Option<f32>; 3] = [Some(8.0), None, Some(34.0)];
/// Change of an elevation that the designer has set, degrees.
const TILTS: [f32; 3] = [7.0, -6.0, 3.0];
/// Where the headline stands.
const POSITIONS: [TextPosition; 4] = [TextPosition::Top, TextPosition::Bottom, TextPosition::Center, TextPosition::Auto];
/// Middle of the product as a fraction of the width; `None` is automatic.
const PLACES: [Option<f32>; 3] = [Some(0.4), Some(0.6), None];
/// Where the product stands in its area (0 left, 1 right), and the part of the area that it gets.
const IN_AREA: [(f32, f32); 9] =
    [(0.0, 0.86), (1.0, 0.86), (0.5, 0.86), (0.0, 0.93), (1.0, 0.93), (0.5, 0.93), (0.0, 0.78), (1.0, 0.78), (0.5, 0.78)];
/// Sizes of the product as multiples of the present one, and the range of `product_scale`.
const PRODUCT_SIZES: [f32; 5] = [1.0, 0.85, 1.15, 0.7, 1.3];
const PRODUCT_RANGE: (f32, f32) = (0.1, 4.0);
/// Sizes of the text as multiples of the present one, and the range of `text_scale`.
const TEXT_SIZES: [f32; 5] = [1.0, 0.85, 0.7, 0.6, 0.5];
const TEXT_RANGE: (f32, f32) = (0.2, 1.0);
/// Coprime to every number of combinations of sizes and modes, so that a walk in steps of it meets each one once.
const STRIDE: usize = 7;
/// Most characters of a scene to which words are added.
const MOST_CHARS: usize = 900;

/// At most `count` variations of a brief; fewer if nothing else of it may be changed. `made`: the briefs of earlier jobs, none of which is made
/// again. `language`: that of the words if the scene has none. `seed` draws seeds.
pub fn of(brief: &Brief, made: &[&Brief], count: usize, language: Language, seed: &mut dyn FnMut() -> u64) -> Vec<Brief> {
    let mut all: Vec<Brief> = Vec::new();
    for at in 0..count {
        let mut variation = Brief { seed: seed(), ..brief.clone() };
        camera(&mut variation, at);
        scene(&mut variation, at, language);
        layout(&mut variation, at);
        // Without a scene the seed changes nothing that is seen.
        if !has_scene(brief) {
            let known: Vec<&Brief> = made.iter().copied().chain([brief]).chain(&all).collect();
            let is_copy = |candidate: &Brief| known.iter().any(|known| Brief { seed: known.seed, ..candidate.clone() }.is_same_job(known));
            if is_copy(&variation) {
                let other = resized(&variation).find(|candidate| !is_copy(candidate));
                match other {
                    Some(other) => variation = other,
                    None => break,
                }
            }
        }
        let is_known = |candidate: &Brief| {
            let others = made.iter().copied().chain([brief]).chain(&all);
            others.into_iter().any(|known| known.is_same_job(candidate))
        };
        // A seed in a million can be that of an earlier job.
        while is_known(&variation) {
            variation.seed = variation.seed.wrapping_add(1) % 1_000_000;
        }
        all.push(variation);
    }
    all
}

/// The brief with other sizes of product and text and other modes of the text. The places stay.
fn resized(brief: &Brief) -> impl Iterator<Item = Brief> + use<> {
    let scales = |own: Option<f32>, sizes: &[f32], (least, most): (f32, f32)| -> Vec<Option<f32>> {
        let scaled = |factor: &f32| Some(((own.unwrap_or(1.0) * factor).clamp(least, most) * 100.0).round() / 100.0);
        std::iter::once(own).chain(sizes[1..].iter().map(scaled)).collect()
    };
    let products =
        if brief.product.is_some() { scales(brief.product_scale, &PRODUCT_SIZES, PRODUCT_RANGE) } else { vec![brief.product_scale] };
    let texts = if brief.has_text() { scales(brief.text_scale, &TEXT_SIZES, TEXT_RANGE) } else { vec![brief.text_scale] };
    // Text behind the product needs a product. On a transparent background there is nothing to blend with.
    let can_use = |mode: &CompositionMode| match mode {
        CompositionMode::Behind => brief.product.is_some(),
        CompositionMode::Blend => !brief.is_clear(),
        CompositionMode::Overlay => true,
    };
    let others = [CompositionMode::Overlay, CompositionMode::Behind, CompositionMode::Blend];
    let others = others.into_iter().filter(|mode| brief.has_text() && *mode != brief.mode && can_use(mode));
    let modes: Vec<CompositionMode> = std::iter::once(brief.mode).chain(others).collect();
    let count = products.len() * texts.len() * modes.len();
    let brief = brief.clone();
    (1..count).map(move |number| {
        let number = number * STRIDE % count;
        let (product, text) = (number % products.len(), number / products.len() % texts.len());
        let mode = modes[number / products.len() / texts.len()];
        Brief { product_scale: products[product], text_scale: texts[text], mode, ..brief.clone() }
    })
}

/// Whether a scene is painted.
fn has_scene(brief: &Brief) -> bool {
    brief.backdrop.is_none() && brief.background_color.is_empty()
}

fn camera(brief: &mut Brief, at: usize) {
    if brief.product.is_none() && !has_scene(brief) {
        return;
    }
    match brief.camera_elevation {
        Some(own) => brief.camera_elevation = Some((own + TILTS[at % TILTS.len()] * (1 + at / TILTS.len()) as f32).clamp(0.0, 90.0)),
        // A product is seen from where its photo was taken, or it would float.
        None if brief.product.is_none() => brief.camera_elevation = ELEVATIONS[at % ELEVATIONS.len()],
        None => {}
    }
}

/// Adds words for light, set and distance to the scene.
fn scene(brief: &mut Brief, at: usize, language: Language) {
    if !has_scene(brief) || brief.scene.chars().count() > MOST_CHARS {
        return;
    }
    let is_hangul = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
    let korean = if brief.scene.trim().is_empty() { language == Language::Korean } else { brief.scene.chars().any(is_hangul) };
    // A scene that names nothing is the usual one, whose words would be lost beside others.
    let usual = || if korean { "아늑한 카페의 나무 테이블" } else { "wooden table in a cozy cafe" }.to_owned();
    let mut parts = vec![if brief.scene.trim().is_empty() { usual() } else { brief.scene.trim().trim_end_matches(['.', ',']).to_owned() }];
    let chosen = [CAMERAS[at % CAMERAS.len()], SETS[at % SETS.len()], LIGHTS[at % LIGHTS.len()]];
    for (english, korean_words) in chosen {
        let words = if korean { korean_words } else { english };
        if !words.is_empty() && !parts[0].to_lowercase().contains(words) {
            parts.push(words.to_owned());
        }
    }
    brief.scene = parts.join(", ");
}

/// Moves what was not placed by hand.
fn layout(brief: &mut Brief, at: usize) {
    // On a banner the text stands beside the product wherever its position says.
    let is_banner = columns_beside((brief.width as usize, brief.height as usize), None).is_some();
    if brief.text_x.is_none() && brief.text_y.is_none() && brief.has_text() && !is_banner {
        let others: Vec<TextPosition> = POSITIONS.into_iter().filter(|position| *position != brief.position).collect();
        brief.position = others[at % others.len()];
    }
    if brief.product.is_none() || brief.product_x.is_some() || brief.product_y.is_some() {
        return;
    }
    let edge = |name: &str| brief.others.get(name).and_then(Value::as_f64).map(|v| v as f32);
    match (edge("product_left"), edge("product_right"), edge("product_top"), edge("product_bottom")) {
        (Some(left), Some(right), Some(top), Some(bottom)) if right > left && bottom > top => {
            let (side, part) = IN_AREA[at % IN_AREA.len()];
            let (width, height) = ((right - left) * part, (bottom - top) * part);
            let (x, y) = (left + (right - left - width) * side, top + (bottom - top - height) * 0.5);
            let rounded = |v: f32| json!((f64::from(v) * 10_000.0).round() / 10_000.0);
            for (name, value) in [("product_left", x), ("product_right", x + width), ("product_top", y), ("product_bottom", y + height)] {
                brief.others.insert(name.into(), rounded(value));
            }
        }
        _ => brief.product_x = PLACES[at % PLACES.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::Product;

    fn product() -> Option<Product> {
        Some(Product { path: "cup".into(), name: String::new(), hash: "a".into(), width: 10, height: 10, has_alpha: false })
    }

    fn seeds() -> impl FnMut() -> u64 {
        let mut next = 100;
        move || {
            next += 1;
            next
        }
    }

    #[test]
    fn camera_light_set_layout_and_seed_vary() {
        let brief = Brief { product: product(), scene: "marble counter".into(), text: "Sale".into(), seed: 7, ..Brief::default() };
        let all = of(&brief, &[], 9, Language::Korean, &mut seeds());
        let distinct = |value: &dyn Fn(&Brief) -> String| all.iter().map(value).collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!((all.len(), distinct(&|b| b.seed.to_string()), distinct(&|b| b.scene.clone())), (9, 9, 9));
        assert!(distinct(&|b| format!("{:?}", b.position)) >= 3 && distinct(&|b| format!("{:?}", b.product_x)) == 3);
        assert!(all.iter().all(|b| b.scene.starts_with("marble counter, ") && b.position != brief.position && b.seed != 7));
        // Seen from where the photo was taken.
        assert!(all.iter().all(|b| b.camera_elevation.is_none()));
        let alone = of(&Brief { scene: "바다".into(), ..Brief::default() }, &[], 3, Language::English, &mut seeds());
        assert!(alone.iter().any(|b| b.camera_elevation.is_some()) && alone.iter().all(|b| b.scene.contains("바다, ")));
        assert!(alone.iter().all(|b| !b.scene.chars().any(|c| c.is_ascii_alphabetic())), "one language");
    }

    #[test]
    fn what_was_placed_by_hand_stays_and_nothing_is_made_twice() {
        let brief = Brief {
            product: product(),
            background_color: "#FFFFFF".into(),
            text: "Sale".into(),
            text_y: Some(0.2),
            product_x: Some(0.3),
            camera_elevation: Some(88.0),
            ..Brief::default()
        };
        let first = of(&brief, &[], 4, Language::English, &mut seeds());
        assert!(first.iter().all(|b| (b.text_y, b.product_x, b.scene.as_str()) == (Some(0.2), Some(0.3), "")));
        assert!(first.iter().all(|b| b.camera_elevation.is_some_and(|e| (0.0..=90.0).contains(&e))));
        let made: Vec<&Brief> = first.iter().collect();
        let again = of(&brief, &made, 4, Language::English, &mut seeds());
        assert!(again.iter().all(|b| !b.is_same_job(&brief) && first.iter().all(|known| !known.is_same_job(b))));
        // In a template the product stays in its area.
        let mut laid = Brief { product: product(), background_color: "#FFFFFF".into(), ..Brief::default() };
        for (name, value) in [("product_left", 0.1), ("product_right", 0.9), ("product_top", 0.4), ("product_bottom", 0.9)] {
            laid.others.insert(name.into(), json!(value));
        }
        let all = of(&laid, &[], 9, Language::English, &mut seeds());
        let areas: std::collections::BTreeSet<String> = all.iter().map(|b| json!(b.others).to_string()).collect();
        assert_eq!(areas.len(), 9);
        assert!(
            all.iter().all(|b| b.others["product_left"].as_f64() >= Some(0.0999) && b.others["product_bottom"].as_f64() <= Some(0.9001))
        );
    }

    #[test]
    fn without_a_scene_the_pictures_differ_in_more_than_the_seed() {
        let differ = |brief: &Brief, made: &[&Brief], count: usize| {
            let all = of(brief, made, count, Language::Korean, &mut seeds());
            let unseeded = |brief: &Brief| serde_json::to_string(&Brief { seed: 0, ..brief.clone() }).unwrap();
            let seen: std::collections::BTreeSet<String> = all.iter().chain([brief]).chain(made.iter().copied()).map(unseeded).collect();
            assert_eq!(seen.len(), all.len() + 1 + made.len());
            all
        };
        let placed = Brief {
            product: product(),
            background_color: "#FFFFFF".into(),
            text: "Sale".into(),
            text_y: Some(0.2),
            product_x: Some(0.3),
            ..Brief::default()
        };
        let first = differ(&placed, &[], 9);
        assert!(first.len() == 9 && first.iter().all(|b| (b.text_y, b.product_x) == (Some(0.2), Some(0.3))));
        assert!(differ(&placed, &first.iter().collect::<Vec<_>>(), 9).len() == 9);
        let clear = Brief { background_color: crate::request::fields::TRANSPARENT.into(), ..placed.clone() };
        assert!(differ(&clear, &[], 9).iter().all(|b| b.mode != CompositionMode::Blend));
        // A hand-set size stays within its range.
        let large = Brief { product_scale: Some(3.9), text_scale: Some(0.21), ..placed.clone() };
        let all = differ(&large, &[], 9);
        assert!(all.iter().all(|b| b.product_scale <= Some(4.0) && b.text_scale >= Some(0.2)));
        // Of a product alone there are few; of layers alone there are none.
        let bare = Brief { text: String::new(), ..placed };
        assert_eq!(differ(&bare, &[], 9).len(), PRODUCT_SIZES.len() - 1);
        let layers = Brief { product: None, layers: vec![json!({"type": "shape"})], camera_elevation: Some(20.0), ..bare };
        assert_eq!(differ(&layers, &[], 4).len(), 0);
    }
}
