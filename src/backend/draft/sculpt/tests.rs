use super::*;
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
        for (p, &cov) in a.image.pixels().zip(&glyphs.coverage.data) {
            assert!(f32::from(p.0[3]) / 255.0 >= cov - 0.003, "{style}");
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
