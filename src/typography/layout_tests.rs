use super::*;
use crate::typography::breaks;
use crate::typography::sample::sample;
use crate::typography::wrap::wrap;

const EB: &str = "NanumSquare/NanumSquareEB.ttf";
const PHRASES: [&str; 60] = [
    "신메뉴",
    "SALE",
    "오픈",
    "여름",
    "반값",
    "NEW",
    "전통시장",
    "Coffee",
    "NIGHT",
    "A",
    "가",
    "50%",
    "1+1",
    "₩9,900",
    "여름 한정 세일",
    "블랙프라이데이",
    "Black Friday",
    "BLACK FRIDAY SALE",
    "오늘만 이 가격",
    "지금 바로 만나보세요",
    "신선함이 가득한 하루",
    "Fresh every morning",
    "Summer Collection 2026",
    "새로운 시작",
    "겨울맞이 특가",
    "단 하루!",
    "놓치지 마세요!",
    "최대 70% 할인",
    "Buy one, get one free",
    "Limited edition",
    "한정판 출시",
    "그랜드 오픈",
    "GRAND OPENING",
    "무료 배송",
    "Free shipping worldwide",
    "향기로운 커피 한 잔",
    "Taste the difference",
    "맛있는 한 끼",
    "건강한 습관",
    "Hello, World!",
    "안녕하세요",
    "크리스마스 선물",
    "Merry Christmas",
    "Happy New Year 2027",
    "새해 복 많이 받으세요",
    "프리미엄 스킨케어",
    "Premium skincare",
    "촉촉한 피부의 비밀",
    "AVATAR WAVE To Ty",
    "i",
    "WWWWWWWWWWWWWWWWWWWW",
    "가나다라마바사아자차카타파하가나다라마바사아자차카타파하",
    "두 줄\n제목",
    "Three\r\nlines\nhere",
    "위\n\n아래",
    "Supercalifragilisticexpialidocious",
    "당신의 하루를 바꾸는 작은 습관, 지금 시작하세요",
    "a b c d e f g h i j k l m n o p",
    "…!?",
    "올여름 가장 시원한 바다 향을 담은 새로운 향수를 지금 가까운 매장에서 만나보세요. 첫 구매 고객께는 특별한 선물을 드립니다.",
];

fn catalog() -> FontCatalog {
    FontCatalog::load(&[])
}

#[test]
fn every_phrase_fits() {
    let c = catalog();
    for (w, h) in [(512, 512), (640, 360), (360, 640)] {
        for phrase in PHRASES {
            let l = layout_text(&c, EB, phrase, (w, h), 1.0).unwrap();
            let (x0, y0, x1, y1) = l.bounds;
            assert!(x1 - x0 <= 0.9 * w as f32, "{phrase}: width {}", x1 - x0);
            assert!(y1 - y0 <= 0.365 * h as f32, "{phrase}: height {}", y1 - y0);
            assert!(x0 >= 0.04 * w as f32 && x1 <= 0.96 * w as f32 && y0 > 0.0, "{phrase}: {:?}", l.bounds);
            assert!(((x0 + x1) / 2.0 - w as f32 / 2.0).abs() < 1.0);
            assert!(l.coverage.data.iter().all(|v| (0.0..=1.0).contains(v)));
            assert!(l.coverage.data.contains(&1.0) || l.font_px < 12.0, "{phrase}");
        }
    }
}

#[test]
fn short_slogans_take_one_wide_line() {
    let c = catalog();
    for phrase in ["여름 한정 세일", "Summer Sale", "Last days", "오늘만 이 가격"] {
        let l = layout_text(&c, EB, phrase, (1024, 1024), 1.0).unwrap();
        assert_eq!(l.lines.len(), 1, "{phrase}");
        let part = (l.bounds.2 - l.bounds.0) / 1024.0;
        assert!((0.84..=0.9).contains(&part), "{phrase}: {part}");
    }
    assert_eq!(layout_text(&c, EB, "두 줄\n제목", (1024, 1024), 1.0).unwrap().lines, ["두 줄", "제목"]);
}

#[test]
fn a_smaller_scale_keeps_lines_and_centre() {
    let c = catalog();
    for text in ["Summer Sale", "두 줄\n제목", "오늘만 이 가격, 놓치지 마세요 지금 바로"] {
        let [whole, half] = [1.0, 0.5].map(|scale| layout_text(&c, EB, text, (1024, 768), scale).unwrap());
        assert_eq!((half.font_px, &half.lines), (whole.font_px / 2.0, &whole.lines));
        let (a, b) = (whole.bounds, half.bounds);
        assert!(((b.2 - b.0) / (a.2 - a.0) - 0.5).abs() < 0.01 && ((b.3 - b.1) / (a.3 - a.1) - 0.5).abs() < 0.01, "{a:?} {b:?}");
        assert!((a.0 + a.2 - b.0 - b.2).abs() < 2.0 && (a.1 + a.3 - b.1 - b.3).abs() < 12.0, "{a:?} {b:?}");
    }
}

#[test]
fn two_hundred_characters_fit_and_one_more_is_refused() {
    let c = catalog();
    for text in ["가".repeat(200), "가나 다라".repeat(40), "W".repeat(200), "a\n".repeat(99)] {
        let l = layout_text(&c, EB, &text, (512, 512), 1.0).unwrap();
        assert!(l.bounds.2 - l.bounds.0 <= 0.9 * 512.0 && l.bounds.3 - l.bounds.1 <= 0.365 * 512.0);
    }
    assert_eq!(layout_text(&c, EB, &"가".repeat(201), (512, 512), 1.0), Err(LayoutError::TooLong(201)));
    assert_eq!(layout_text(&c, EB, " \n\t\u{200d}", (512, 512), 1.0), Err(LayoutError::Empty));
    assert_eq!(layout_text(&c, "nope.ttf", "a", (512, 512), 1.0), Err(LayoutError::UnknownFont("nope.ttf".into())));
}

#[test]
fn decomposed_jamo_are_composed() {
    let c = catalog();
    let composed = layout_text(&c, EB, "한글", (256, 256), 1.0).unwrap();
    assert_eq!(layout_text(&c, EB, "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", (256, 256), 1.0).unwrap(), composed);
    assert_eq!(composed.lines, ["한글"]);
}

#[test]
fn stand_ins_are_reported_and_missing_characters_named() {
    let c = catalog();
    let l = layout_text(&c, EB, "꿻 세일", (512, 512), 1.0).unwrap();
    assert_eq!(l.fallbacks.len(), 1);
    assert!(l.fallbacks[0].english().contains('꿻') && l.fallbacks[0].english().contains("Pretendard"), "{:?}", l.fallbacks);
    let error = layout_text(&c, EB, "세일 🍕🍕 \u{1200}", (512, 512), 1.0).unwrap_err();
    assert_eq!(error, LayoutError::MissingGlyphs { chars: vec!['🍕', '\u{1200}'], font: EB.into() });
    assert!(error.to_string().contains("🍕") && error.to_string().contains(EB));
}

#[test]
fn alphabets_are_kerned() {
    let c = catalog();
    let mut faces = Faces::new(&c);
    let face = faces.index("Pretendard/Pretendard-Black.otf");
    let mut width = |text: &str| -> f32 { shape(&mut faces, face, text).unwrap().clusters[0].iter().map(|c| c.advance).sum() };
    assert!(width("AV") < width("A") + width("V") - 0.02);
    assert_eq!(width("HH"), 2.0 * width("H"));
}

/// The bundled faces and the small ones of `tests/fonts`.
fn with_small_fonts() -> FontCatalog {
    FontCatalog::load(&[std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fonts")])
}

#[test]
fn a_word_is_set_in_one_face() {
    let c = catalog();
    let l = layout_text(&c, EB, "Café 세일", (1024, 1024), 1.0).unwrap();
    assert_eq!(l.fallbacks.len(), 1);
    assert!(
        l.fallbacks[0].english().contains("\"é\" (U+00E9); Pretendard/Pretendard-Black.otf stands in for the whole word"),
        "{:?}",
        l.fallbacks
    );
    // "Caf" comes from the stand-in as well: the outline is that of the stand-in alone.
    let names = faces_of(&c, EB, "Café 세일");
    assert_eq!(names[..4], ["Pretendard/Pretendard-Black.otf"; 4]);
    assert_eq!(names[4..], [EB; 2]);
}

/// The face of each letter.
fn faces_of(c: &FontCatalog, font: &str, text: &str) -> Vec<String> {
    let mut faces = Faces::new(c);
    let requested = faces.index(font);
    let shaped = shape(&mut faces, requested, text).unwrap();
    shaped.clusters.iter().flatten().filter(|c| !c.is_space()).map(|c| faces.name(c.face).to_owned()).collect()
}

#[test]
fn a_word_that_no_face_covers_is_mixed() {
    let c = with_small_fonts();
    // The small faces alone have no "Z"; no bundled one has the private character of none.
    let used = faces_of(&c, "plain.ttf", "AZ ABEL");
    assert!(used[..2].iter().all(|n| n.starts_with("Pretendard")), "{used:?}");
    assert_eq!(used[2..], ["plain.ttf"; 4]);
    assert_eq!(layout_text(&c, "plain.ttf", "AZ ABEL", (256, 256), 1.0).unwrap().fallbacks.len(), 1);
}

/// Clusters of a character each, one em wide.
fn clusters(text: &str) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for (at, first) in text.char_indices() {
        let before = clusters.last().map_or(breaks::Break::Never, |last| breaks::between(last.first, first));
        let (level, ink) = (unicode_bidi::Level::ltr(), (first != ' ').then_some([0.0, 0.0, 0.9, 0.9]));
        let text = at..at + first.len_utf8();
        clusters.push(Cluster {
            text,
            first,
            last: first,
            face: 0,
            span: 0,
            level,
            glyphs: Vec::new(),
            advance: 1.0,
            ink,
            before,
            is_joined: false,
        });
    }
    clusters
}

#[test]
fn no_line_begins_with_closing_punctuation() {
    let c = catalog();
    for text in [
        "春の新作発表会、開催中！お見逃しなく。",
        "「新製品」（期間限定）今だけ、半額！？",
        "新しいコーヒーメーカー、ついに登場。あなたの朝が、もっと楽しくなる！",
        "가나다라마바사아자차카타파하!가나다라마바사아자차카타파하?",
        "오늘만 이 가격 ! 지금 바로 만나보세요 !",
        "「「「新」」」！！！？？？。。。、、、",
    ] {
        // The bundled faces have no ideographs; the rules need only the characters.
        let letters = clusters(text);
        for limit in 1..=40 {
            let (lines, _) = wrap(&letters, limit as f32 + 0.5);
            let lines: Vec<&[Cluster]> = lines.into_iter().map(|line| &letters[line]).collect();
            let all: String = lines.iter().copied().flatten().map(|c| c.first).filter(|c| !c.is_whitespace()).collect();
            assert_eq!(all, text.replace(' ', ""), "nothing is lost");
            for line in &lines {
                let (first, last) = (line[0].first, line[line.len() - 1].first);
                assert!(!"。、！？」）ー!?ッョ".contains(first), "{text} at {limit}: a line begins with {first}");
                assert!(!"「（".contains(last), "{text} at {limit}: a line ends with {last}");
            }
        }
    }
    let l =
        layout_text(&c, "Pretendard/Pretendard-Black.otf", "가나다라마바사아자차카타파하가나다라마바사아자차카타파하!", (512, 512), 1.0)
            .unwrap();
    assert!(l.lines.iter().all(|l| !l.starts_with('!')), "{:?}", l.lines);
}

#[test]
fn numbers_and_latin_words_stay_whole_in_long_words() {
    let letters = clusters("신제품2026년SALE할인행사");
    let (lines, _) = wrap(&letters, 5.5);
    let lines: Vec<String> = lines.into_iter().map(|line| letters[line].iter().map(|c| c.first).collect()).collect();
    assert_eq!(lines, ["신제품", "2026년", "SALE할", "인행사"]);
}

#[test]
fn texts_of_other_scripts_are_set_and_broken() {
    let c = catalog();
    for text in ["خصم كبير على كل شيء", "מבצע ענק היום", "नमस्ते भारत", "Giảm giá Tết", "SALE خصم 50%", "가\u{202e}나", "서울\u{301}"]
    {
        let l = layout_text(&c, EB, text, (640, 360), 1.0).unwrap();
        assert!(l.bounds.2 - l.bounds.0 <= 0.9 * 640.0 && l.bounds.3 - l.bounds.1 <= 0.365 * 360.0, "{text}: {:?}", l.bounds);
    }
    // No spaces: words end where the dictionary says.
    let text = "ลดราคาพิเศษวันนี้เท่านั้นลดราคาพิเศษวันนี้เท่านั้น";
    let l = layout_text(&c, EB, text, (512, 512), 1.0).unwrap();
    assert_eq!(l.lines.concat(), text);
    let ends = ["ลด", "ราคา", "พิเศษ", "วัน", "วันนี้", "นี้", "เท่า", "เท่านั้น", "นั้น"];
    assert!(l.lines.len() > 1 && l.lines.iter().all(|line| ends.iter().any(|end| line.ends_with(end))), "{:?}", l.lines);
}

#[test]
fn emoji_are_sculpted_by_their_outlines_and_painted_in_their_colours() {
    let c = FontCatalog::load(&[std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shaping/small")]);
    let l = layout_text(&c, EB, "A🍕😀", (512, 256), 1.0).unwrap();
    // The letter's two contours, the layers of one emoji, and the outline of the other's picture.
    assert_eq!((l.contours.len(), l.colored.len()), (5, 3));
    let mut front = image::RgbaImage::new(512, 256);
    l.colored.iter().for_each(|part| part.paint(&mut front));
    let colors = [[255, 0, 0], [255, 204, 0], [0, 160, 0]];
    for color in colors {
        let covered = front.enumerate_pixels().filter(|(_, _, p)| p.0[3] == 255 && p.0[..3] == color);
        let (mut count, mut sculpted) = (0, 0);
        for (x, y, _) in covered {
            count += 1;
            sculpted += i32::from(l.coverage.data[(y * 512 + x) as usize] > 0.9);
        }
        assert!(count > 200 && sculpted * 10 > count * 9, "{color:?}: {sculpted} of {count}");
    }
}

#[test]
fn named_instances_are_drawn_with_their_weight() {
    let c = with_small_fonts();
    let width = |font: &str| {
        let l = layout_text(&c, font, "A", (512, 512), 1.0).unwrap();
        (l.bounds.2 - l.bounds.0) / l.font_px
    };
    let (regular, bold, black) = (width("variable.ttf"), width("variable.ttf#Bold"), width("variable.ttf#Black"));
    assert!((regular - 0.2).abs() < 0.01 && (bold - 0.32).abs() < 0.01 && (black - 0.4).abs() < 0.01, "{regular} {bold} {black}");
    let (one, two) = (width("collection.ttc#Box One"), width("collection.ttc#Box Two"));
    assert!((one - 0.3).abs() < 0.01 && (two - 0.4).abs() < 0.01, "{one} {two}");
    for packed in ["plain.woff", "plain.woff2", "plain.otf"] {
        assert!((width(packed) - width("plain.ttf")).abs() < 1e-3, "{packed}");
    }
}

#[test]
fn hostile_glyphs_are_left_out_in_bounded_time() {
    let c = with_small_fonts();
    let started = std::time::Instant::now();
    for font in ["laughs.ttf", "laughs.otf", "cycle.ttf"] {
        assert_eq!(c.missing_glyphs(font, "A"), ['A'], "{font}");
        assert!(sample(c.entry(font).unwrap(), "A", 44.0, 640.0).is_none());
        let l = layout_text(&c, font, "A", (256, 256), 1.0).unwrap();
        assert!(l.fallbacks[0].english().contains("Pretendard"), "{font}");
    }
    assert!(started.elapsed().as_secs() < 5);
    for font in ["plain.ttf", "plain.otf", "variable.ttf#Black", "collection.ttc#Box Two"] {
        assert!(sample(c.entry(font).unwrap(), "ABEL", 44.0, 640.0).is_some(), "{font}");
    }
}
