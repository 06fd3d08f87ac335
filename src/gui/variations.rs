//! Variations of a brief: other camera, light, set, layout and seed. None is a copy of the brief or of what was made before.

use serde_json::{Value, json};

use super::state::Brief;
use crate::notice::Language;
use crate::request::TextPosition;

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
/// Most characters of a scene to which words are added.
const MOST_CHARS: usize = 900;

/// `count` variations of a brief. `made`: the briefs of earlier jobs, none of which is made again. `language`: that of the words if the scene has
/// none. `seed` draws seeds.
pub fn of(brief: &Brief, made: &[&Brief], count: usize, language: Language, seed: &mut dyn FnMut() -> u64) -> Vec<Brief> {
    let mut all: Vec<Brief> = Vec::new();
    for at in 0..count {
        let mut variation = Brief { seed: seed(), ..brief.clone() };
        camera(&mut variation, at);
        scene(&mut variation, at, language);
        layout(&mut variation, at);
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

/// Whether a scene is painted.
fn has_scene(brief: &Brief) -> bool {
    brief.backdrop.is_none() && brief.background_color.is_empty()
}

fn camera(brief: &mut Brief, at: usize) {
    match brief.camera_elevation {
        Some(own) => brief.camera_elevation = Some((own + TILTS[at % TILTS.len()] * (1 + at / TILTS.len()) as f32).clamp(0.0, 90.0)),
        // A product is seen from where its photo was taken, or it would float.
        None if brief.product.is_none() && has_scene(brief) => brief.camera_elevation = ELEVATIONS[at % ELEVATIONS.len()],
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
    if brief.text_x.is_none() && brief.text_y.is_none() && brief.has_text() {
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
}
