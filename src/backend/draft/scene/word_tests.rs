//! Every word of the vocabulary changes the picture in the direction it names, every word without an effect is named, and the document of
//! words is up to date.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rayon::prelude::*;

use super::spec::{Light, Mood, Prop, Time, Weather};
use super::words::{Group, Meaning, Part, Row, rows};
use super::*;
use crate::assets::scenes;
use crate::backend::{Quiet, Sampling};
use crate::cancel::CancelToken;

const SIDE: usize = 128;

fn scene(prompt: &str) -> Scene {
    let cancel = CancelToken::default();
    let sampling = Sampling { steps: 1, guidance_scale: 1.0, true_cfg_scale: 1.0, seed: 7 };
    let request = SceneRequest {
        prompts: Prompts { positive: prompt, negative: "" },
        width: SIDE,
        height: SIDE,
        framing: Framing::default(),
        sampling,
    };
    paint(&request, StageCx { cancel: &cancel, observer: &Quiet }).unwrap()
}

/// Mean colour on an approximately perceptual scale (square roots).
fn mean(scene: &Scene) -> Rgb {
    let n = scene.image.data.len() as f32;
    std::array::from_fn(|k| scene.image.data.iter().map(|c| c[k].max(0.0).sqrt()).sum::<f32>() / n)
}

fn level(scene: &Scene) -> f32 {
    mean(scene).iter().sum::<f32>() / 3.0
}

/// Spread of brightness.
fn contrast(scene: &Scene) -> f32 {
    let (level, n) = (level(scene), scene.image.data.len() as f32);
    let spread = scene.image.data.iter().map(|c| (c.iter().map(|v| v.sqrt()).sum::<f32>() / 3.0 - level).powi(2)).sum::<f32>();
    (spread / n).sqrt()
}

fn saturation(scene: &Scene) -> f32 {
    let chroma = |c: &Rgb| c[0].max(c[1]).max(c[2]).sqrt() - c[0].min(c[1]).min(c[2]).sqrt();
    scene.image.data.iter().map(chroma).sum::<f32>() / scene.image.data.len() as f32
}

/// Number of pixels that are visibly brighter than all around them.
fn flecks(scene: &Scene) -> usize {
    let at = |x: usize, y: usize| scene.image.at(x, y)[1].sqrt();
    let inside = (3..SIDE - 3).flat_map(|y| (3..SIDE - 3).map(move |x| (x, y)));
    inside.filter(|&(x, y)| [(0, 3), (6, 3), (3, 0), (3, 6)].iter().all(|(dx, dy)| at(x, y) > at(x + dx - 3, y + dy - 3) + 0.035)).count()
}

/// Mean and largest difference.
fn difference(a: &Scene, b: &Scene) -> (f32, f32) {
    let each: Vec<f32> = a
        .image
        .data
        .iter()
        .zip(&b.image.data)
        .map(|(a, b)| (0..3).map(|k| (a[k].sqrt() - b[k].sqrt()).abs()).fold(0.0, f32::max))
        .collect();
    (each.iter().sum::<f32>() / each.len() as f32, each.iter().copied().fold(0.0, f32::max))
}

/// The prompt to which a word is added; it must not have the property that the word names already.
fn base(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Place(Family::Gallery) => "cafe",
        Meaning::Place(_) => "gallery",
        Meaning::Color(_) => "studio",
        Meaning::Weather(_) | Meaning::Season(_) | Meaning::Time(_) => "garden",
        Meaning::Part(Part::Table) => "beach",
        Meaning::Part(_) => "red gallery",
        Meaning::Prop(Prop::Gifts | Prop::Snowflakes | Prop::Lanterns) => "lake",
        Meaning::Light(Light::Rays | Light::Spot) | Meaning::Mood(_) => "cafe",
        Meaning::Surface(SurfaceKind::Concrete, _) => "cafe",
        _ => "gallery",
    }
}

use super::spec::Family;
use crate::backend::draft::color::from_hex;

/// How the effect of a word is wrong; `None` if the word changes the picture in the direction that it names.
fn fault(row: &Row, word: &str) -> Option<String> {
    let base = base(row.meaning);
    let with = match row.meaning {
        // Parts take the colour before them.
        Meaning::Part(Part::Backdrop) => format!("gallery, red {word}"),
        Meaning::Part(Part::Light) => format!("gallery, red {word}"),
        // Of two places one is painted.
        Meaning::Place(_) => word.to_owned(),
        _ => format!("{base}, {word}"),
    };
    let before = if matches!(row.meaning, Meaning::Part(Part::Backdrop | Part::Light)) { scene("gallery") } else { scene(base) };
    let after = scene(&with);
    let (average, most) = difference(&before, &after);
    if average < 0.0012 || most < 0.03 {
        return Some(format!("changes the picture by {average:.4} ({most:.3} at most)"));
    }
    let (dark, calm) = (level(&after) < level(&before) - 0.01, contrast(&after) < contrast(&before));
    let (a, b) = (mean(&before), mean(&after));
    let warmer = (b[0] - b[2]) > (a[0] - a[2]) + 0.004;
    let right = match row.meaning {
        Meaning::Time(Time::Night | Time::Dusk) | Meaning::Light(Light::Dark) => dark,
        Meaning::Time(Time::Golden) | Meaning::Light(Light::Warm) | Meaning::Mood(Mood::Cozy) => warmer,
        Meaning::Light(Light::Cool) | Meaning::Season(spec::Season::Winter) => (b[0] - b[2]) < (a[0] - a[2]) - 0.004,
        Meaning::Light(Light::Bright) | Meaning::Mood(Mood::Fresh) => level(&after) > level(&before) + 0.01,
        Meaning::Weather(Weather::Rain | Weather::Cloudy) => dark,
        Meaning::Weather(Weather::Fog) => calm,
        Meaning::Weather(Weather::Snowfall) | Meaning::Prop(Prop::Snowflakes | Prop::Stars) => flecks(&after) > flecks(&before) + 8,
        Meaning::Mood(Mood::Monochrome) => saturation(&after) < 0.03,
        Meaning::Mood(Mood::Muted | Mood::Vintage) => saturation(&after) < saturation(&before),
        Meaning::Mood(Mood::Vivid) => saturation(&after) > saturation(&before) * 1.1,
        Meaning::View(View::FlatLay) => after.ground_line <= 0.0,
        Meaning::View(View::Low) => after.ground_line > before.ground_line + 4.0,
        Meaning::View(View::High) => after.ground_line < before.ground_line - 4.0,
        Meaning::Color(rgb) => approaches(a, b, from_hex(rgb)),
        Meaning::Place(family) => compose::read(word, "", 7).0.family == family,
        Meaning::Surface(kind, _) => compose::read(word, "", 7).0.surface.kind == kind,
        _ => true,
    };
    (!right).then(|| "changes the picture in another direction than it names".to_owned())
}

/// Whether the mean colour moved to the hue and brightness of `target`.
fn approaches(before: Rgb, after: Rgb, target: Rgb) -> bool {
    let split = |c: Rgb| {
        let level = (c[0] + c[1] + c[2]) / 3.0;
        (level, c.map(|v| (v - level) / level.max(0.05)))
    };
    let goal = target.map(|v| v.max(0.0).sqrt());
    let ((l0, h0), (l1, h1), (lt, ht)) = (split(before), split(after), split(goal));
    let far = |h: Rgb| (0..3).map(|k| (h[k] - ht[k]).powi(2)).sum::<f32>().sqrt();
    let gray = ht.iter().all(|v| v.abs() < 0.10);
    // A grey is known by its brightness, a colour by its hue.
    if gray { (l1 - lt).abs() <= (l0 - lt).abs() + 0.06 } else { far(h1) < far(h0) * 0.85 }
}

#[test]
fn every_scene_of_the_table_leads_to_its_family_in_both_languages_and_leaves_no_word_out() {
    let mut wrong = Vec::new();
    for entry in scenes() {
        for prompt in [&entry.prompt_en, &entry.prompt_ko] {
            let (spec, reading) = compose::read(prompt, "", 5);
            let name: String = format!("{:?}", spec.family).to_lowercase();
            if name != entry.key.replace('-', "") {
                wrong.push(format!("{prompt}: {name}, not {}", entry.key));
            }
            if !(reading.unknown.is_empty() && reading.overruled.is_empty() && reading.crowded.is_empty()) {
                wrong.push(format!("{prompt}: {:?} {:?} {:?}", reading.unknown, reading.overruled, reading.crowded));
            }
        }
        for name in [&entry.en, &entry.ko] {
            if !reading::read(name, "").unknown.is_empty() {
                wrong.push(format!("{name} is not in the vocabulary"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_meaning_changes_the_picture_as_it_says() {
    let all: Vec<&Row> = rows().collect();
    let faults: Vec<String> = all
        .par_iter()
        .filter_map(|row| {
            let word = row.english().next()?;
            fault(row, word).map(|fault| format!("{word}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_word_of_both_languages_has_the_meaning_of_its_row() {
    let mut wrong = Vec::new();
    for row in rows() {
        assert!(row.english().next().is_some() && row.korean().next().is_some(), "{row:?}");
        for word in row.english().chain(row.korean()) {
            for text in [word.to_owned(), format!("cafe, {word}"), word.to_uppercase()] {
                let read = lexer::read(&text);
                let found = read.found.last().map(|f| f.meaning);
                if (found, read.unknown.len()) != (Some(row.meaning), 0) {
                    wrong.push(format!("{text}: {:?}, not {:?}", read.found.iter().map(|f| f.meaning).collect::<Vec<_>>(), row.meaning));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_word_has_two_meanings() {
    let mut seen: BTreeMap<&str, Meaning> = BTreeMap::new();
    for row in rows() {
        for word in row.english().chain(row.korean()) {
            if let Some(other) = seen.insert(word, row.meaning) {
                panic!("{word}: {other:?} and {:?}", row.meaning);
            }
        }
    }
}

/// Notices about a prompt, in English.
fn notices(prompt: &str) -> Vec<String> {
    let (_, reading) = compose::read(prompt, "", 1);
    report::words(prompt, &reading).iter().map(ToString::to_string).collect()
}

#[test]
fn every_word_without_an_effect_is_named_with_the_nearest_that_has_one() {
    assert_eq!(notices("autumn forest at dusk with falling leaves, wooden table, close-up"), Vec::<String>::new());
    assert_eq!(notices("눈 내리는 겨울 밤, 대리석 테이블, 선물 상자"), Vec::<String>::new());
    assert_eq!(notices(""), Vec::<String>::new());
    for (prompt, word, near) in [
        ("forrest with a gizmo", "forrest", Some("forest")),
        ("forrest with a gizmo", "gizmo", None),
        ("windy beach", "windy", Some("falling leaves")),
        ("대리썩 위의 기즈모", "대리썩", Some("대리석")),
        ("대리썩 위의 기즈모", "기즈모", None),
        ("바람 부는 해변", "바람", Some("떨어지는 나뭇잎")),
        ("beach, cafe", "cafe", Some("beach")),
        ("beach with 猫", "猫", None),
    ] {
        let all = notices(prompt);
        let named = all.iter().find(|n| n.contains(word)).unwrap_or_else(|| panic!("{prompt}: {word} is not named: {all:?}"));
        assert!(near.is_none_or(|near| named.contains(near) || all.len() > 1), "{named}");
    }
    // Bounded for any prompt.
    let many: String = (0..300).map(|i| format!("w{i:03}x ")).collect();
    let all = notices(&many);
    assert!(all.len() < 10 && all.iter().all(|n| n.len() < 1000), "{all:?}");
}

#[test]
fn words_for_different_parts_combine() {
    let (spec, reading) = compose::read("autumn forest at dusk with falling leaves, wooden table, close-up", "", 3);
    assert_eq!((spec.family, spec.view, spec.surface.kind), (Family::Forest, View::CloseUp, SurfaceKind::Wood));
    assert!(spec.props.iter().any(|p| p.prop == Prop::Maple) && reading.time == Some(Time::Dusk));
    let (spec, _) = compose::read("눈 내리는 겨울 밤, 대리석 테이블, 빨간 선물 상자", "", 3);
    assert_eq!((spec.family, spec.surface.kind), (Family::Snow, SurfaceKind::Marble));
    assert!(spec.air.snow > 0.9 && spec.props.iter().any(|p| p.prop == Prop::Gifts && p.color.is_some()));
    let (spec, reading) = compose::read("#336699 wall, red gift boxes on green marble", "", 3);
    assert_eq!(reading.color, Some(from_hex(0x0033_6699)));
    assert!(reading.surface_color.is_some() && spec.props[0].color.is_some());
    let (spec, reading) = compose::read("a christmas living room", "", 3);
    assert_eq!((spec.family, reading.overruled.len()), (Family::Home, 0));
    assert!(spec.props.iter().any(|p| p.prop == Prop::Ornaments));
    let (spec, _) = compose::read("cafe, blurred background", "text, people, blurry, low quality", 3);
    assert!(spec.blur > 0.0);
    // A word leaves what it does not name as it was.
    let (plain, _) = compose::read("cafe", "", 9);
    let (more, _) = compose::read("cafe, gift boxes, candles", "", 9);
    assert_eq!((plain.seed, plain.surface.seed, plain.ground), (more.seed, more.surface.seed, more.ground));
}

/// The document of scenes and words.
fn document() -> String {
    let mut out = String::from(
        "# Scenes and words of the draft engine\n\nMade from `assets/presets/scenes.toml` and `src/backend/draft/scene/words/` by\n`UPDATE_WORDS=1 cargo test --lib the_document_lists_every_word`.\n\n\
         Place, surface, season, weather, time, viewpoint, light, look, things and colours combine freely, in English and Korean. A colour (by name\n\
         or as `#2a9d8f`) belongs to the word behind it, else to the scene. A prompt's words without an effect are named in a warning, with the nearest word that has one.\n\n",
    );
    out.push_str("## Scenes\n\n| scene | 장면 | prompt | 프롬프트 |\n|---|---|---|---|\n");
    for s in scenes() {
        let _ = writeln!(out, "| {} | {} | {} | {} |", s.en, s.ko, s.prompt_en, s.prompt_ko);
    }
    let groups = [
        (Group::Places, "Places"),
        (Group::Surfaces, "Surfaces"),
        (Group::Times, "Times of day"),
        (Group::Seasons, "Seasons"),
        (Group::Weather, "Weather"),
        (Group::Views, "Viewpoints"),
        (Group::Lights, "Light"),
        (Group::Moods, "Looks"),
        (Group::Props, "Things around the product"),
        (Group::Colors, "Colours"),
        (Group::Parts, "Parts of a scene"),
    ];
    for (group, title) in groups {
        let _ = write!(out, "\n## {title}\n\n| English | 한국어 |\n|---|---|\n");
        for row in rows().filter(|row| row.meaning.group() == group) {
            let _ = writeln!(out, "| {} | {} |", row.en.replace('|', ", "), row.ko.replace('|', ", "));
        }
    }
    out
}

#[test]
fn the_document_lists_every_word() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenes.md");
    if std::env::var_os("UPDATE_WORDS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == document(), "run UPDATE_WORDS=1 cargo test --lib the_document_lists_every_word");
}

#[test]
fn colours_belong_to_the_noun_behind_them() {
    let (_, reading) = compose::read("strawberries and cream, pink background", "", 3);
    assert_eq!((reading.color, reading.plain_backdrop), (Some(from_hex(0x00f2_b8c0)), true));
    for thing in ["smoke", "sparks", "stars", "confetti", "balloons", "gift boxes", "candles", "petals"] {
        let (own, colored) = (scene(&format!("gallery, {thing}")), scene(&format!("gallery, purple {thing}")));
        let (average, _) = difference(&own, &colored);
        assert!(average > 0.0006, "{thing}: {average}");
        // Purple things have less green than their own colour.
        let green = |s: &Scene| mean(s)[1] * 2.0 - mean(s)[0] - mean(s)[2];
        assert!(green(&colored) < green(&own), "{thing}");
    }
}
