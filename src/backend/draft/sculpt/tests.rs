use super::*;
use crate::backend::StageObserver;
use crate::job::CancelToken;
use crate::typography::{FontCatalog, TextLayout, layout_text};

struct Silent;

impl StageObserver for Silent {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn wants_preview(&self) -> bool {
        false
    }
}

fn render(glyphs: &TextLayout, style: &str, backdrop: &RgbImage, cancel: &CancelToken) -> Result<TextLayer, BackendError> {
    let edges = image::GrayImage::new(1, 1);
    let request =
        SculptRequest { glyphs, edges: &edges, style_prompt: style, negative_prompt: "", backdrop, steps: 1, guidance_scale: 1.0, seed: 7 };
    sculpt(&request, StageCx { cancel, observer: &Silent })
}

fn grey(w: usize, h: usize) -> RgbImage {
    RgbImage::from_pixel(w as u32, h as u32, image::Rgb([150, 150, 158]))
}

#[test]
fn faces_are_the_layout_and_results_repeat() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, &c.default_name(), "세일 50%", 256, 256).unwrap();
    for style in ["gold", "neon", "glass", "wood", "balloon", ""] {
        let a = render(&glyphs, style, &grey(256, 256), &CancelToken::default()).unwrap();
        assert_eq!(a.face, glyphs.coverage);
        let b = render(&glyphs, style, &grey(256, 256), &CancelToken::default()).unwrap();
        assert_eq!(a.image, b.image, "{style}");
        for (p, &cov) in a.image.pixels().zip(&glyphs.coverage.data) {
            assert!(f32::from(p.0[3]) / 255.0 >= cov - 0.003, "{style}");
        }
    }
}

#[test]
fn faces_stand_out_from_their_walls() {
    let c = FontCatalog::load(&[]);
    let glyphs = layout_text(&c, &c.default_name(), "꿻 SALE", 384, 384).unwrap();
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
    let glyphs = layout_text(&c, &c.default_name(), "가", 64, 64).unwrap();
    let cancel = CancelToken::default();
    cancel.cancel();
    assert!(matches!(render(&glyphs, "gold", &grey(64, 64), &cancel), Err(BackendError::Stopped(_))));
    assert!(matches!(render(&glyphs, "gold", &grey(32, 64), &CancelToken::default()), Err(BackendError::Failed(_))));
}

#[test]
#[ignore = "renders /tmp/sculpt_sheet.png"]
fn contact_sheet() {
    let c = FontCatalog::load(&[]);
    let eb = "NanumSquare/NanumSquareEB.ttf";
    let (black, jua, dh) = ("Pretendard/Pretendard-Black.otf", "BM/BMJUA_ttf.ttf", "BM/BMDOHYEON_ttf.ttf");
    let cells = [
        ("신메뉴", eb, "gold"),
        ("SALE", black, "chrome"),
        ("오픈", jua, "gold balloon"),
        ("여름", dh, "glass"),
        ("반값", dh, "red plastic"),
        ("NEW", eb, "silver"),
        ("전통시장", eb, "stone"),
        ("Coffee", black, "wood"),
        ("NIGHT", jua, "neon pink"),
        ("얼음 뷁홟", black, "ice"),
        ("Candy", jua, "candy"),
        ("Rosé", black, "rose gold"),
        ("대리석", eb, "marble"),
        ("종이 꽃", jua, "paper"),
        ("무지개", eb, "pink and blue plastic"),
        ("Choco", jua, "chocolate"),
        ("콘크리트", dh, "concrete"),
        ("Leather", eb, "leather"),
        ("도자기", black, "ceramic"),
        ("파란 네온", dh, "파란 네온"),
        ("블랙", black, "black plastic"),
        ("지금 바로 만나보세요 단 하루", eb, "gold"),
        ("Steel", eb, "brushed steel"),
        ("하트", jua, "pink balloon"),
    ];
    let (w, h) = (480usize, 480usize);
    let (crop, columns) = (240u32, 4u32);
    let photo = image::open("assets/samples/coffee.png")
        .unwrap()
        .resize_to_fill(w as u32, h as u32, image::imageops::FilterType::Triangle)
        .to_rgb8();
    let mut sheet = RgbImage::new(w as u32 * columns, crop * 2 * (cells.len() as u32).div_ceil(columns));
    for (i, (text, font, style)) in cells.iter().enumerate() {
        let glyphs = layout_text(&c, font, text, w, h).unwrap();
        for (j, back) in [grey(w, h), photo.clone()].iter().enumerate() {
            let layer = render(&glyphs, style, back, &CancelToken::default()).unwrap();
            for y in 0..crop {
                for x in 0..w as u32 {
                    let (p, b) = (layer.image.get_pixel(x, y).0, back.get_pixel(x, y).0);
                    let a = f32::from(p[3]) / 255.0;
                    let o = std::array::from_fn(|k| linear_to_srgb8(srgb8_to_linear(p[k]) * a + srgb8_to_linear(b[k]) * (1.0 - a)));
                    let at = (x + (i as u32 % columns) * w as u32, y + (i as u32 / columns * 2 + j as u32) * crop);
                    sheet.put_pixel(at.0, at.1, image::Rgb(o));
                }
            }
        }
    }
    sheet.save("/tmp/sculpt_sheet.png").unwrap();
    for size in [512, 1024] {
        let glyphs = layout_text(&c, eb, "여름 한정 세일", size, size).unwrap();
        let back = grey(size, size);
        for style in ["gold", "red plastic", "neon", "wood", "glass"] {
            let t = std::time::Instant::now();
            let layer = render(&glyphs, style, &back, &CancelToken::default()).unwrap();
            println!("{size} {style}: {:?}", t.elapsed());
            if size == 1024 {
                layer.image.save(format!("/tmp/sculpt_{}.png", &style[..3])).unwrap();
            }
        }
    }
}
