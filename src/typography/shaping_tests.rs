use std::path::{Path, PathBuf};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::*;
use crate::assets::DEFAULT_FONT;
use crate::typography::FontCatalog;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The bundled faces and the small ones of `tests/shaping/fonts`.
fn catalog() -> FontCatalog {
    FontCatalog::load(&[project().join("tests/shaping/fonts")])
}

fn shaped(catalog: &FontCatalog, font: &str, text: &str) -> (Paragraph, Vec<Cluster>, Vec<String>, Choice) {
    let mut faces = Faces::new(catalog);
    let spans = vec![Span { text: 0..text.len(), face: faces.index(font), group: 0 }];
    let mut choice = Choice::default();
    let (paragraph, clusters) = Paragraph::new(text.to_owned(), spans, false, &mut faces, &mut choice);
    let names = clusters.iter().map(|c| faces.name(c.face).to_owned()).collect();
    (paragraph, clusters, names, choice)
}

/// The characters that the clusters of a line begin with, from left to right.
fn order(text: &str) -> String {
    let (paragraph, clusters, ..) = shaped(&catalog(), DEFAULT_FONT, text);
    paragraph.visual(&clusters).iter().map(|c| c.first).collect()
}

/// Every glyph, its advance and its place are those of `hb-shape`; `tests/shaping/make_expected.py` made the file.
#[test]
fn glyphs_are_those_of_harfbuzz() {
    let expected: Value = serde_json::from_slice(&std::fs::read(project().join("tests/shaping/expected.json")).unwrap()).unwrap();
    let cases = expected["cases"].as_array().unwrap();
    let c = catalog();
    let mut scripts = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases {
        let [script, font, text] = ["script", "font", "text"].map(|key| case[key].as_str().unwrap());
        let name = font.strip_prefix("fonts/").unwrap_or_else(|| font.rsplit('/').next().unwrap());
        // Requests are composed when they are parsed.
        let (paragraph, clusters, names, choice) = shaped(&c, name, &text.nfc().collect::<String>());
        assert!(choice.missing.is_empty() && names.iter().all(|used| used == name), "{text}: {names:?} {:?}", choice.missing);
        let em = f32::from(c.entry(name).unwrap().open().unwrap().units_per_em());
        let (mut found, mut pen) = (Vec::new(), 0.0);
        for cluster in paragraph.visual(&clusters) {
            found.extend(cluster.glyphs.iter().map(|g| [f32::from(g.id.0), (pen + g.x) * em, g.y * em]));
            pen += cluster.advance;
        }
        let mut x = 0.0;
        let wanted: Vec<[f32; 3]> = case["glyphs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|glyph| {
                let [id, advance, dx, dy] = [0, 1, 2, 3].map(|i| glyph[i].as_f64().unwrap() as f32);
                x += advance;
                [id, x - advance + dx, dy]
            })
            .collect();
        let same = found.len() == wanted.len() && found.iter().flatten().zip(wanted.iter().flatten()).all(|(a, b)| (a - b).abs() < 0.05);
        if !same || (pen * em - x).abs() > 0.05 {
            wrong.push(format!("{script} {text}: {found:?} instead of {wanted:?}"));
        }
        scripts.insert(script);
    }
    assert!(cases.len() >= 40 && scripts.len() >= 12, "{} texts, {} scripts", cases.len(), scripts.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn right_to_left_text_is_reordered() {
    assert_eq!(order("שלום"), "םולש");
    // Numbers and Latin words within keep their order, and brackets their side.
    assert_eq!(order("מבצע 50%"), "50% עצבמ");
    assert_eq!(order("SALE מבצע 2,980"), "SALE 2,980 עצבמ");
    assert_eq!(order("a (שלום) b"), "a (םולש) b");
    assert_eq!(order("안녕 שלום"), "안녕 םולש");
    // The invisible mark turns the mark of exclamation to the right-to-left side.
    assert_eq!(order("שלום!"), "!םולש");
    assert_eq!(order("세일 50%"), "세일 50%");
}

#[test]
fn letters_stay_with_their_marks() {
    let c = catalog();
    for (text, letters) in [("น้ำ", 1), ("ที่นี่", 2), ("हिन्दी", 2), ("مُحَمَّد", 4), ("한\u{301}", 1), ("क्षत्रि", 2)]
    {
        let (_, clusters, ..) = shaped(&c, DEFAULT_FONT, text);
        assert_eq!(clusters.len(), letters, "{text}: {:?}", clusters.iter().map(|c| &text[c.text.clone()]).collect::<Vec<_>>());
        assert_eq!((clusters[0].text.start, clusters[letters - 1].text.end), (0, text.len()), "{text}");
    }
}

#[test]
fn joined_letters_have_other_forms_than_single_ones() {
    let c = catalog();
    let font = "NotoSans/NotoSansArabic-Bold.ttf";
    let (paragraph, clusters, ..) = shaped(&c, font, "ببب");
    let ids: Vec<u16> = clusters.iter().map(|c| c.glyphs[0].id.0).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    assert!(clusters.iter().all(|c| c.is_joined && c.level.is_rtl()));
    // A line that ends within a word has the final form at its end.
    let mut faces = Faces::new(&c);
    faces.index(font);
    let line = paragraph.line(&clusters, 0..2, &faces).unwrap();
    assert_eq!((line.len(), line[1].glyphs[0].id.0), (2, ids[2]));
}

#[test]
fn a_face_stands_in_for_whole_words() {
    let (_, clusters, names, choice) = shaped(&catalog(), DEFAULT_FONT, "SALE خصم");
    assert_eq!(names[..5], [DEFAULT_FONT; 5]);
    assert!(names[5..].iter().all(|n| n == "NotoSans/NotoSansArabic-Bold.ttf"), "{names:?}");
    assert_eq!((choice.missing.len(), choice.stand_ins.len(), clusters.len()), (0, 1, 8));
    let (.., choice) = shaped(&catalog(), DEFAULT_FONT, "가🍕 ᠮ");
    assert_eq!(choice.missing, ['🍕', 'ᠮ']);
}

#[test]
fn spaced_letters_have_no_ligatures() {
    let c = catalog();
    let mut faces = Faces::new(&c);
    let face = faces.index("NotoSans.ttf");
    let mut count = |is_spaced| {
        let spans = vec![Span { text: 0..9, face, group: 0 }];
        Paragraph::new("difficult".to_owned(), spans, is_spaced, &mut faces, &mut Choice::default()).1.len()
    };
    assert_eq!((count(false), count(true)), (7, 9));
}

#[test]
fn damaged_tables_never_panic() {
    let dir = tempfile::tempdir().unwrap();
    let fonts: Vec<PathBuf> =
        ["NotoSans.ttf", "NotoNastaliqUrdu.ttf", "NotoSansBengali.ttf"].map(|n| project().join("tests/shaping/fonts").join(n)).into();
    for (f, path) in fonts.iter().enumerate() {
        let whole = std::fs::read(path).unwrap();
        // A fixed walk over bytes and values, the same at every run.
        for i in 0..80usize {
            let mut bytes = whole.clone();
            for k in 0..8 {
                let at = (i * 7919 + k * 104_729) % bytes.len();
                bytes[at] = bytes[at].wrapping_add((i as u8).wrapping_mul(37) | 1);
            }
            std::fs::write(dir.path().join(format!("{f}-{i}.ttf")), bytes).unwrap();
        }
    }
    let c = FontCatalog::load(&[dir.path().to_path_buf()]);
    let mine: Vec<String> = c.names().into_iter().filter(|n| !n.contains('/')).collect();
    assert!(mine.len() > 60, "{}", mine.len());
    for name in mine {
        for text in ["AVATAR difficult", "خوش آمدید", "স্ত্রী র্ক"] {
            shaped(&c, &name, text);
        }
    }
}

#[test]
fn fonts_whose_rules_take_too_long_are_not_used() {
    let c = FontCatalog::load(&[project().join("tests/shaping/small")]);
    let started = std::time::Instant::now();
    for font in ["rules.ttf", "growth.ttf"] {
        assert_eq!(c.missing_glyphs(font, "A"), ['A'], "{font}");
        let (_, clusters, names, choice) = shaped(&c, font, "AAAA");
        assert!(clusters.len() == 4 && names.iter().all(|n| n.starts_with("Pretendard")), "{font}: {names:?}");
        assert_eq!(choice.stand_ins.len(), 1);
    }
    assert!(started.elapsed().as_secs() < 2);
    // The counts let all other fonts pass.
    for c in [&c, &catalog()] {
        for name in c.names().into_iter().filter(|n| !matches!(n.as_str(), "rules.ttf" | "growth.ttf")) {
            let face = c.entry(&name).unwrap();
            assert!(crate::typography::shaping_guard::is_cheap(&face.open().unwrap()), "{name}");
        }
    }
}

#[test]
fn emoji_come_from_faces_in_colour() {
    let c = FontCatalog::load(&[project().join("tests/shaping/small")]);
    // Woman, joiner and girl are one emoji.
    let (_, clusters, _, choice) = shaped(&c, DEFAULT_FONT, "세일🍕👩\u{200d}👧😀");
    assert_eq!((clusters.len(), choice.missing), (5, Vec::new()));
    assert!(clusters[2..].iter().all(|c| c.ink.is_some_and(|[x0, y0, x1, y1]| x1 - x0 > 0.3 && y1 - y0 > 0.3)));
    let (.., choice) = shaped(&catalog(), DEFAULT_FONT, "세일🍕👩\u{200d}👧😀");
    assert_eq!(choice.missing, ['🍕', '👩', '👧', '😀']);
    assert!(c.has_in_color('🍕') && c.has_in_color('😀') && !c.has_in_color('A') && !c.has_in_color('🍔'));
    assert_eq!((c.undrawable(DEFAULT_FONT, "세일🍕"), catalog().undrawable(DEFAULT_FONT, "세일🍕")), (Vec::new(), vec!['🍕']));
}

/// Texts of any characters are shaped without losing one that a face has, whole and line by line.
#[test]
fn any_text_is_shaped() {
    let c = catalog();
    let ranges = [
        ' '..='~',
        ' '..=' ',
        '\u{300}'..='\u{36f}',
        '\u{590}'..='\u{6ff}',
        '\u{900}'..='\u{9ff}',
        '\u{e00}'..='\u{eff}',
        '\u{1100}'..='\u{11ff}',
        '\u{1780}'..='\u{17ff}',
        '\u{2000}'..='\u{206f}',
        '가'..='힣',
        '\u{1f1e6}'..='\u{1f64f}',
    ];
    let mut state = 1_u64;
    let mut next = |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    for _ in 0..300 {
        let mut text = String::new();
        for _ in 0..1 + next(60) {
            let range = &ranges[next(ranges.len() as u32) as usize];
            let (first, last) = (u32::from(*range.start()), u32::from(*range.end()));
            text.extend(char::from_u32(first + next(last - first + 1)).map(|c| if c.is_whitespace() { ' ' } else { c }));
        }
        let mut faces = Faces::new(&c);
        let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let face = faces.index(DEFAULT_FONT);
        let spans = vec![Span { text: 0..half, face, group: 0 }, Span { text: half..text.len(), face, group: next(2) }];
        let mut choice = Choice::default();
        let (paragraph, clusters) = Paragraph::new(text.clone(), spans, next(2) == 0, &mut faces, &mut choice);
        let mut end = 0;
        for cluster in &clusters {
            assert!(cluster.text.start >= end && cluster.text.end > cluster.text.start, "{text:?}: {:?}", cluster.text);
            let between = &text[end..cluster.text.start];
            assert!(between.chars().all(|c| choice.missing.contains(&c)), "{text:?}: {between:?} is lost");
            end = cluster.text.end;
        }
        assert!(text[end..].chars().all(|c| choice.missing.contains(&c)), "{text:?}: its end is lost");
        assert_eq!(paragraph.visual(&clusters).len(), clusters.len());
        let middle = clusters.len() / 2;
        for line in [0..middle, middle..clusters.len()] {
            let line = paragraph.line(&clusters, line, &faces).unwrap();
            assert!(line.iter().all(|c| c.advance.is_finite() && c.text.end <= text.len()));
        }
    }
}
