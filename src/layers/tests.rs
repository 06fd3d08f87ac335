use image::{Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

use super::{LayerContext, decode_svg, draw, is_svg};
use crate::cancel::CancelToken;
use crate::imaging::Plane;
use crate::notice::Notice;
use crate::request::layers::Layer;
use crate::request::{OpenRequest, ParseContext, SourceImage, parse};
use crate::typography::FontCatalog;

const GROUND: Rgb<u8> = Rgb([240, 240, 240]);

/// The layers of a request; `pictures` by their place.
fn layers(list: Value, pictures: &[(usize, SourceImage)]) -> Vec<Layer<SourceImage>> {
    let context = ParseContext {
        resolve_font: &|name| Some(name.to_owned()),
        skipped_font: &|_| None,
        default_font: crate::assets::DEFAULT_FONT,
        undrawable: &|_, _| Vec::new(),
        has_in_color: &|_| false,
        fallback_seed: 1,
        lenient: false,
    };
    let mut request = OpenRequest::new(json!({"layers": list}).as_object().unwrap().clone());
    for (index, picture) in pictures {
        request = request.with_layer_image(*index, picture.clone());
    }
    parse(&request, &context).unwrap().layers
}

fn drawn_with(list: Value, pictures: &[(usize, SourceImage)], hidden: Option<&Plane>) -> (RgbImage, Vec<Notice>) {
    let mut image = RgbImage::from_pixel(400, 200, GROUND);
    let fonts = FontCatalog::load(&[]);
    let cancel = CancelToken::default();
    let notices = draw(&mut image, &layers(list, pictures), LayerContext { fonts: &fonts, hidden, cancel: &cancel }).unwrap();
    (image, notices)
}

fn drawn(list: Value) -> RgbImage {
    drawn_with(list, &[], None).0
}

/// The box of all pixels that are not the ground: left, top, right, bottom, the last two exclusive.
fn ink(image: &RgbImage) -> (u32, u32, u32, u32) {
    let inked = image.enumerate_pixels().filter(|(_, _, p)| **p != GROUND);
    inked.fold((u32::MAX, u32::MAX, 0, 0), |b, (x, y, _)| (b.0.min(x), b.1.min(y), b.2.max(x + 1), b.3.max(y + 1)))
}

#[test]
fn shapes_have_exactly_their_colour_place_and_size() {
    for shape in ["rectangle", "rounded", "ellipse", "line", "burst"] {
        let image = drawn(json!([{"type": "shape", "shape": shape, "fill": "#00C73C", "x": 0.25, "y": 0.5, "width": 0.3, "height": 0.4}]));
        assert_eq!(image.get_pixel(100, 100).0, [0, 0xC7, 0x3C], "{shape}");
        let (x0, y0, x1, y1) = ink(&image);
        assert!(
            x0.abs_diff(40) <= 3 && x1.abs_diff(160) <= 3 && y0.abs_diff(60) <= 1 && y1.abs_diff(140) <= 1,
            "{shape}: {x0} {y0} {x1} {y1}"
        );
    }
    let image = drawn(json!([{"type": "shape", "fill": "#00C73C", "x": 0.25, "y": 0.5, "width": 0.3, "height": 0.4}]));
    assert_eq!(ink(&image), (40, 60, 160, 140));
    assert!(image.pixels().all(|p| *p == GROUND || p.0 == [0, 0xC7, 0x3C]), "an edge on whole pixels is sharp");
    let ribbon = drawn(json!([{"type": "shape", "shape": "ribbon", "fill": "#C62828", "width": 0.6, "height": 0.2}]));
    assert_eq!(ribbon.get_pixel(200, 100).0, [0xC6, 0x28, 0x28]);
    let (x0, y0, x1, y1) = ink(&ribbon);
    assert!(x0.abs_diff(80) <= 1 && x1.abs_diff(320) <= 1 && y0 == 80 && y1 > 120, "{x0} {y0} {x1} {y1}");
}

#[test]
fn edges_are_antialiased_and_rotation_is_clockwise() {
    let image = drawn(json!([{"type": "shape", "fill": "#000000", "width": 0.2, "height": 0.1, "rotation": 90}]));
    assert_eq!(ink(&image), (190, 60, 210, 140));
    let tilted = drawn(json!([{"type": "shape", "fill": "#000000", "width": 0.4, "height": 0.05, "rotation": 30}]));
    assert_eq!(tilted.get_pixel(200, 100).0, [0; 3]);
    // Clockwise on a canvas whose y points down: the right end is lower.
    assert_ne!(tilted.get_pixel(250, 129), &GROUND);
    assert_eq!(tilted.get_pixel(250, 71), &GROUND);
    let tones: std::collections::HashSet<u8> = tilted.pixels().map(|p| p.0[0]).collect();
    assert!(tones.len() > 20, "{}", tones.len());
}

#[test]
fn the_order_of_the_list_is_the_order_of_the_layers() {
    let red = json!({"type": "shape", "fill": "#FF0000", "width": 0.4, "height": 0.4});
    let blue = json!({"type": "shape", "fill": "#0000FF", "width": 0.2, "height": 0.2});
    assert_eq!(drawn(json!([red, blue])).get_pixel(200, 100).0, [0, 0, 255]);
    assert_eq!(drawn(json!([blue, red])).get_pixel(200, 100).0, [255, 0, 0]);
    let mut hidden = blue;
    hidden["hidden"] = json!(true);
    assert_eq!(drawn(json!([red, hidden])), drawn(json!([red])));
}

#[test]
fn opacity_mixes_and_what_lies_in_front_hides() {
    let half = json!([{"type": "shape", "fill": "#000000", "width": 0.5, "height": 0.5, "opacity": 0.5}]);
    assert_eq!(drawn(half).get_pixel(200, 100).0, [120; 3]);
    let mut front = Plane::new(400, 200, 0.0);
    front.data.iter_mut().enumerate().filter(|(i, _)| i % 400 < 200).for_each(|(_, v)| *v = 1.0);
    let full = json!([{"type": "shape", "fill": "#000000", "width": 0.5, "height": 0.5, "shadow": true}]);
    let (image, _) = drawn_with(full, &[], Some(&front));
    assert!(image.enumerate_pixels().all(|(x, _, p)| x >= 200 || *p == GROUND));
    assert_eq!(image.get_pixel(210, 100).0, [0; 3]);
}

#[test]
fn shadows_are_soft_and_lie_where_they_are_asked_to() {
    let shape = |shadow: Value| json!([{"type": "shape", "fill": "#FFFFFF", "width": 0.3, "height": 0.4, "shadow": shadow}]);
    let image = drawn(shape(json!({"color": "#000000", "opacity": 1, "x": 0.1, "y": 0.1, "blur": 0.0})));
    assert_eq!((image.get_pixel(270, 155).0, image.get_pixel(200, 100).0), ([0; 3], [255; 3]));
    assert_eq!(image.get_pixel(139, 59), &GROUND);
    let soft = drawn(shape(json!({"opacity": 0.5, "y": 0.05, "blur": 0.03})));
    let below: Vec<u8> = (141..170).map(|y| soft.get_pixel(200, y).0[0]).collect();
    assert!(below[0] < 200 && below.windows(2).all(|w| w[0] <= w[1]) && below.last() == Some(&240), "{below:?}");
}

#[test]
fn text_has_its_colour_at_its_place() {
    let layer = |more: Value| {
        let mut layer = json!({"type": "text", "text": "2,980원", "size": 0.3, "color": "#E53935", "x": 0.5, "y": 0.5});
        layer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([layer])
    };
    let image = drawn(layer(json!({})));
    let exact = image.pixels().filter(|p| p.0 == [0xE5, 0x39, 0x35]).count();
    let (x0, y0, x1, y1) = ink(&image);
    assert!(exact > 1000 && (x0 + x1).abs_diff(400) <= 8 && (y0 + y1).abs_diff(200) <= 16, "{exact}: {x0} {y0} {x1} {y1}");
    // Small enough to fit the height of the canvas.
    let small = ink(&drawn(layer(json!({"size": 0.2}))));
    let turned = ink(&drawn(layer(json!({"size": 0.2, "rotation": 90}))));
    let size = |(x0, y0, x1, y1): (u32, u32, u32, u32)| (x1 - x0, y1 - y0);
    let ((wide, high), (across, down)) = (size(small), size(turned));
    assert!(down.abs_diff(wide) <= 2 && across.abs_diff(high) <= 2, "{small:?} {turned:?}");
    let outlined = drawn(layer(json!({"outline": {"color": "#0000FF", "width": 0.02}})));
    assert!(outlined.pixels().any(|p| p.0 == [0, 0, 255]) && ink(&outlined).0 < x0 - 2);
    let plated = drawn(layer(json!({"plate": {"color": "#FFEB3B", "padding": 0.05, "radius": 0}})));
    assert_eq!(plated.get_pixel(x0, (y0 + y1) / 2).0.map(|v| v > 0), [true; 3]);
    assert_eq!(plated.get_pixel(x0 - 10, (y0 + y1) / 2).0, [0xFF, 0xEB, 0x3B]);
    let runs =
        drawn(json!([{"type": "text", "size": 0.3, "runs": [{"text": "AA", "color": "#FF0000"}, {"text": "BB", "color": "#00FF00"}]}]));
    let of = |color: [u8; 3]| runs.enumerate_pixels().filter(|(_, _, p)| p.0 == color).map(|(x, _, _)| x).max().unwrap();
    assert!(of([255, 0, 0]) < of([0, 255, 0]));
}

#[test]
fn text_that_leaves_the_canvas_or_is_tiny_is_reported() {
    let said = |layer: Value| drawn_with(json!([layer]), &[], None).1.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(said(json!({"type": "text", "text": "Sale", "size": 0.2}))[..].is_empty());
    assert!(
        said(json!({"type": "text", "text": "Sale Sale Sale Sale Sale", "size": 0.5}))[0].starts_with("layers[0].text: part of the text")
    );
    assert!(said(json!({"type": "text", "text": "Sale", "size": 0.02}))[0].starts_with("layers[0].size: the letters are only 4 pixels"));
}

#[test]
fn pictures_keep_their_pixels_proportions_and_alpha() {
    let mut pixels = RgbaImage::from_pixel(80, 40, Rgba([10, 200, 30, 255]));
    (0..40).for_each(|y| (0..40).for_each(|x| pixels.put_pixel(x, y, Rgba([0; 4]))));
    let picture = SourceImage::new(pixels, "PNG".into());
    let of = |more: Value| {
        let mut layer = json!({"type": "picture", "image": "x"});
        layer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        drawn_with(json!([layer]), &[(0, picture.clone())], None).0
    };
    // At its own size the pixels are kept.
    let image = of(json!({"width": 0.2}));
    assert_eq!(ink(&image), (200, 80, 240, 120));
    assert_eq!((image.get_pixel(239, 119).0, image.get_pixel(199, 100)), ([10, 200, 30], &GROUND));
    assert_eq!(ink(&of(json!({"width": 0.9, "height": 0.2}))), (200, 80, 240, 120));
    let turned = of(json!({"width": 0.2, "rotation": 180}));
    assert_eq!(turned.get_pixel(180, 100).0, [10, 200, 30]);
    let round = of(json!({"width": 0.2, "radius": 0.5}));
    assert_eq!((round.get_pixel(239, 81), round.get_pixel(225, 100).0), (&GROUND, [10, 200, 30]));
}

#[test]
fn svg_is_drawn_at_the_size_that_is_needed() {
    let svg = br##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><rect width="4" height="2" fill="#00C73C"/><circle cx="1" cy="1" r=".5" fill="#fff"/></svg>"##;
    assert!(is_svg(svg) && !is_svg(b"\x89PNG\r\n\x1a\n <svg") && !is_svg(b"<html></html>"));
    let picture = decode_svg(svg).unwrap();
    assert_eq!((picture.pixels.dimensions(), picture.has_alpha, picture.notes.len()), ((512, 256), false, 0));
    let (image, _) = drawn_with(json!([{"type": "picture", "image": "x", "width": 0.5}]), &[(0, picture)], None);
    assert_eq!(ink(&image), (100, 50, 300, 150));
    assert_eq!((image.get_pixel(250, 60).0, image.get_pixel(150, 100).0), ([0, 0xC7, 0x3C], [255; 3]));
    let text = decode_svg(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>a</text></svg>").unwrap();
    assert_eq!(text.notes[0].code(), "layers-svg-text");
}

#[test]
fn hostile_svg_is_refused_in_little_time() {
    let started = std::time::Instant::now();
    let nested = |n: usize| {
        let uses: String = (1..n).map(|i: usize| format!("<g id='g{i}'>{}</g>", format!("<use href='#g{}'/>", i - 1).repeat(10))).collect();
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><defs><rect id='g0' width='9' height='9'/>{uses}</defs><use href='#g{}'/></svg>",
            n - 1
        )
    };
    for bad in [
        "<svg".to_owned(),
        "<svg xmlns='http://www.w3.org/2000/svg' width='0' height='5'/>".to_owned(),
        nested(12),
        nested(300),
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{}<rect width='9' height='9' fill='url(#p9)'/></svg>",
            (0..10)
                .map(|i: i32| {
                    let rect = format!("<rect width='1' height='1' fill='url(#p{})'/>", i - 1);
                    format!("<pattern id='p{i}' width='.1' height='.1'>{}</pattern>", rect.repeat(10))
                })
                .collect::<String>()
        ),
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{}</svg>", "<rect width='9' height='9'/>".repeat(30_000)),
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{}</svg>",
            "<g opacity='.5'><rect width='9' height='9'/><path d='M0 0L9 9'/></g>".repeat(500)
        ),
    ] {
        assert!(decode_svg(bad.as_bytes()).is_err(), "{}", &bad[..bad.len().min(200)]);
    }
    assert!(decode_svg(&vec![b' '; 5 << 20]).is_err());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn layers_at_the_edge_and_beyond_do_no_harm() {
    for x in [-0.5, 0.0, 1.0, 1.5] {
        for rotation in [0, 45] {
            let list = json!([
                {"type": "shape", "fill": "#123456", "x": x, "y": x, "width": 2, "height": 2, "rotation": rotation, "shadow": true},
                {"type": "text", "text": "가\n나", "x": x, "y": 0.5, "size": 1, "width": 0.001, "rotation": rotation, "outline": true, "plate": true},
                {"type": "shape", "shape": "ribbon", "border": {"width": 0.1}, "width": 0.001, "height": 2, "x": x},
                {"type": "shape", "shape": "burst", "fill": "#fff", "points": 60, "depth": 0.9, "width": 0.001, "height": 0.001, "x": x}
            ]);
            let image = drawn(list.clone());
            assert_eq!(image, drawn(list), "the same each time");
        }
    }
    let cancel = CancelToken::default();
    cancel.cancel();
    let fonts = FontCatalog::load(&[]);
    let list = layers(json!([{"type": "shape", "fill": "#fff"}]), &[]);
    let cx = LayerContext { fonts: &fonts, hidden: None, cancel: &cancel };
    assert!(draw(&mut RgbImage::new(8, 8), &list, cx).is_err());
}
