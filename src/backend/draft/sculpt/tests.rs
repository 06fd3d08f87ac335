use super::*;
use crate::backend::draft::color::from_hex;
use crate::backend::{Prompts, Quiet, Sampling};
use crate::cancel::CancelToken;
use crate::typography::{FontCatalog, TextLayout, layout_text};

fn render(glyphs: &TextLayout, style: &str, backdrop: &RgbImage, cancel: &CancelToken) -> Result<TextLayer, BackendError> {
    let edges = image::GrayImage::new(1, 1);
    let sampling = Sampling { steps: 1, guidance_scale: 1.0, true_cfg_scale: 1.0, seed: 7 };
    let request = SculptRequest { glyphs, edges: &edges, prompts: Prompts { positive: style, negative: "" }, backdrop, sampling };
    sculpt(&request, StageCx { cancel, observer: &Quiet })
}

fn grey(w: usize, h: usize) -> RgbImage {
    RgbImage::from_pixel(w as u32, h as u32, image::Rgb([150, 150, 158]))
}

#[test]
fn faces_are_the_layout_and_results_repeat() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, &c.default_name(), "세일 50%", (256, 256), 1.0).unwrap();
    for style in ["gold", "neon", "glass", "wood", "balloon", ""] {
        let a = render(&glyphs, style, &grey(256, 256), &CancelToken::default()).unwrap();
        assert_eq!(a.front_faces, glyphs.coverage);
        let b = render(&glyphs, style, &grey(256, 256), &CancelToken::default()).unwrap();
        assert_eq!(a.image, b.image, "{style}");
        // Glass lets the background through.
        let least = if style == "glass" { 0.16 } else { 1.0 };
        for (p, &cov) in a.image.pixels().zip(&glyphs.coverage.data) {
            assert!(f32::from(p.0[3]) / 255.0 >= cov * least - 0.003, "{style}");
        }
    }
}

#[test]
fn faces_stand_out_from_their_walls() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, &c.default_name(), "꿻 SALE", (384, 384), 1.0).unwrap();
    for style in
        ["gold", "chrome", "red plastic", "wood", "stone", "silver", "ceramic", "chocolate", "black plastic", "navy", "ice", "neon"]
    {
        let layer = render(&glyphs, style, &grey(384, 384), &CancelToken::default()).unwrap();
        let (mut face, mut wall) = ((0.0, 0.0f32), (0.0, 0.0f32));
        for (p, &cov) in layer.image.pixels().zip(&glyphs.coverage.data) {
            let l = luminance([0, 1, 2].map(|i| srgb8_to_linear(p.0[i])));
            if cov == 1.0 {
                face = (face.0 + l, face.1 + 1.0);
            } else if cov == 0.0 && p.0[3] == 255 {
                wall = (wall.0 + l, wall.1 + 1.0);
            }
        }
        assert!(wall.1 > 100.0, "{style}: no walls");
        let (f, w) = (face.0 / face.1 + 0.05, wall.0 / wall.1 + 0.05);
        assert!((f / w).max(w / f) >= 3.0, "{style}: {:.2}", (f / w).max(w / f));
    }
}

#[test]
fn a_stop_is_heard() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, &c.default_name(), "가", (64, 64), 1.0).unwrap();
    let cancel = CancelToken::default();
    cancel.cancel();
    assert!(matches!(render(&glyphs, "gold", &grey(64, 64), &cancel), Err(BackendError::Stopped(_))));
    assert!(matches!(render(&glyphs, "gold", &grey(32, 64), &CancelToken::default()), Err(BackendError::Failed(_))));
}

/// CIE L*a*b* (D65) of a linear colour.
fn lab(c: [f32; 3]) -> [f32; 3] {
    let xyz = [
        (0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.9505,
        0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2],
        (0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.089,
    ];
    let f = xyz.map(|t| if t > 0.008_856 { math::powf(t, 1.0 / 3.0) } else { 7.787 * t + 16.0 / 116.0 });
    [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
}

/// Mean linear colour of what is painted on the faces; hollow letters have their line beside them in thin fonts.
fn mean_face(layer: &TextLayer, hollow: bool) -> [f32; 3] {
    let (mut sum, mut count) = ([0.0f32; 3], 0.0f32);
    for (p, _) in layer.image.pixels().zip(&layer.front_faces.data).filter(|(p, f)| (hollow || **f > 0.99) && p.0[3] > 200) {
        (0..3).for_each(|i| sum[i] += srgb8_to_linear(p.0[i]));
        count += 1.0;
    }
    sum.map(|v| v / count.max(1.0))
}

#[test]
fn named_colours_are_those_colours() {
    let c = FontCatalog::load(&[]);
    for font in ["NanumSquare/NanumSquareEB.ttf", "NanumSquare/NanumSquareL.ttf"] {
        let glyphs = layout_text(&c, font, "세일 Sale", (384, 384), 1.0).unwrap();
        for (style, hex) in [
            ("#1e90ff", 0x1e90ff),
            ("#ff0000 letters", 0xff0000),
            ("glossy plastic #00a86b", 0x00a86b),
            ("#ffcc00", 0xffcc00),
            ("#808080 matte", 0x808080),
            ("#ffffff", 0xffffff),
            ("#101014", 0x101014),
            ("빨간 글자", 0xdc1a20),
            ("navy blue", 0x1a2f6e),
            ("gold #d4af37", 0xd4af37),
            ("#ff6fae 풍선", 0xff6fae),
            ("white wood", 0xf4f4f2),
            ("flat #e4572e", 0xe4572e),
            ("outlined #2a9d8f", 0x2a9d8f),
            ("hand-painted #264653", 0x264653),
            ("paper-cut #2a9d8f", 0x2a9d8f),
            ("embossed #7a1030", 0x7a1030),
        ] {
            let layer = render(&glyphs, style, &grey(384, 384), &CancelToken::default()).unwrap();
            let (found, wanted) = (lab(mean_face(&layer, style.starts_with("outlined"))), lab(from_hex(hex)));
            let difference = (0..3).map(|i| (found[i] - wanted[i]).powi(2)).sum::<f32>().sqrt();
            println!("{style} in {font}: dE {difference:.1}");
            // Foil mirrors the room: a foil that is the named colour everywhere would be matt.
            assert!(
                difference <= if style.contains("풍선") { 8.0 } else { 6.0 },
                "{style} in {font}: {found:?} for {wanted:?}, dE {difference:.1}"
            );
        }
    }
}

/// The rows between two lines are free: the walls of the upper line end above the lower one.
#[test]
fn lines_do_not_run_into_each_other() {
    let c = FontCatalog::load(&[]);
    for (font, text) in
        [("NanumSquare/NanumSquareEB.ttf", "여름 특가\n한정 수량"), ("Pretendard/Pretendard-Black.otf", "SUMMER\nSALE\nHOT")]
    {
        let glyphs = layout_text(&c, font, text, (512, 512), 1.0).unwrap();
        let lines = text.lines().count();
        for style in ["gold", "stone", "wood", "glass", "red balloon", "candy", "chocolate", "#1e90ff"] {
            let layer = render(&glyphs, style, &grey(512, 512), &CancelToken::default()).unwrap();
            let inked = |y: u32| (0..512).any(|x| layer.image.get_pixel(x, y).0[3] > 12);
            let starts = (1..512).filter(|&y| inked(y) && !inked(y - 1)).count();
            assert_eq!(starts, lines, "{style} {text:?}");
        }
    }
}

#[test]
fn looks_have_no_walls_and_follow_the_font() {
    let c = FontCatalog::load(&[]);
    for font in ["NanumSquare/NanumSquareEB.ttf", "NanumSquare/NanumSquareL.ttf"] {
        let glyphs = layout_text(&c, font, "봄 Sale", (384, 384), 1.0).unwrap();
        for style in ["flat red", "outlined", "embossed", "engraved", "neon tube", "paper-cut", "hand-painted blue"] {
            let layer = render(&glyphs, style, &grey(384, 384), &CancelToken::default()).unwrap();
            let (mut on, mut off) = ((0.0f32, 0.0f32), (0.0f32, 0.0f32));
            for (p, &cov) in layer.image.pixels().zip(&glyphs.coverage.data) {
                let a = f32::from(p.0[3]) / 255.0;
                if cov == 1.0 {
                    on = (on.0 + a, on.1 + 1.0);
                } else if cov == 0.0 {
                    off = (off.0 + a, off.1 + 1.0);
                }
            }
            let (on, off) = (on.0 / on.1, off.0 / off.1);
            assert!(off < 0.25, "{style} {font}: paint beside the letters, {off}");
            // Hollow letters in a thin font have their line outside.
            assert!(on > 0.3 || style == "outlined", "{style} {font}: {on}");
            assert!(layer.front_faces == glyphs.coverage);
        }
    }
}

#[test]
fn glass_is_clear_and_frosted_glass_less_so() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, &c.default_name(), "유리", (384, 384), 1.0).unwrap();
    let opacity = |style: &str| {
        let layer = render(&glyphs, style, &grey(384, 384), &CancelToken::default()).unwrap();
        let inside: Vec<f32> =
            layer.image.pixels().zip(&glyphs.coverage.data).filter(|(_, c)| **c == 1.0).map(|(p, _)| f32::from(p.0[3]) / 255.0).collect();
        inside.iter().sum::<f32>() / inside.len() as f32
    };
    let (clear, frosted, plastic) = (opacity("glass"), opacity("frosted glass"), opacity("red plastic"));
    assert!(clear < 0.8 && clear + 0.05 < frosted && frosted < 1.0 && plastic == 1.0, "{clear} {frosted} {plastic}");
}

/// A tube has no flat part: its tone changes all across the stroke.
#[test]
fn thin_strokes_keep_a_flat_face() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, "NanumSquare/NanumSquareL.ttf", "얇은 Thin", (768, 768), 1.0).unwrap();
    for style in ["red plastic", "silver", "ceramic"] {
        let layer = render(&glyphs, style, &grey(768, 768), &CancelToken::default()).unwrap();
        let mut tones: Vec<f32> = Vec::new();
        for (p, _) in layer.image.pixels().zip(&glyphs.coverage.data).filter(|(_, cov)| **cov == 1.0) {
            tones.push(luminance([0, 1, 2].map(|i| srgb8_to_linear(p.0[i]))));
        }
        tones.sort_by(f32::total_cmp);
        let median = tones[tones.len() / 2];
        let flat = tones.iter().filter(|t| (**t - median).abs() < 0.15 * median).count() as f32 / tones.len() as f32;
        assert!(flat > 0.72, "{style}: {flat:.2} of the face is flat");
    }
}
