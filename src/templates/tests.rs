use std::collections::BTreeMap;
use std::path::Path;

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use super::color::{LEAST_CONTRAST, contrast, parsed};
use super::spec::TextSide;
use super::*;
use crate::cancel::CancelToken;
use crate::engine::{open_request, parse_with_fonts};
use crate::layers::{self, LayerContext};
use crate::notice::Language;
use crate::request::layers::{Color, LayerContent};
use crate::request::{JobSpec, RawRequest, SourceImage};
use crate::typography::FontCatalog;

/// Canvas, margins, least type.
type Sheet = ((u32, u32), Margins, f32);

/// Square, 4:5, story with its safe zone, link, banners and small formats.
fn sheets() -> Vec<Sheet> {
    let none = Margins::default();
    vec![
        ((1080, 1080), none, 0.0),
        ((1080, 1350), none, 0.0),
        ((1080, 1920), Margins { top: 270.0, bottom: 384.0, left: 0.0, right: 0.0 }, 0.0),
        ((1200, 628), none, 0.0),
        ((1029, 258), none, 0.0),
        ((2184, 270), none, 30.0),
        ((1940, 500), none, 20.0),
        ((900, 750), none, 30.0),
        ((320, 1200), none, 20.0),
        ((2480, 3508), none, 0.0),
        ((1280, 720), none, 0.0),
    ]
}

fn laid(template: &Template, language: Language, texts: &BTreeMap<String, String>, sheet: &Sheet, fonts: &FontCatalog) -> LaidOut {
    let input = TemplateInput { language, texts, logo: None, brand: None, canvas: sheet.0, margins: sheet.1, least_type: sheet.2, fonts };
    lay_out(template, &input).unwrap()
}

fn spec(laid: &LaidOut, fonts: &FontCatalog) -> JobSpec {
    let mut raw = RawRequest::default();
    raw.fields.insert("seed".into(), json!(1));
    apply(&mut raw, laid);
    parse_with_fonts(&open_request(raw), fonts, crate::assets::DEFAULT_FONT, 1, false).unwrap()
}

/// Texts stand within the canvas' margins, apart from each other and from the product.
fn check_boxes(laid: &LaidOut, sheet: &Sheet, what: &str) {
    let ((w, h), m, _) = *sheet;
    let canvas = Frame { x0: m.left, y0: m.top, x1: w as f32 - m.right, y1: h as f32 - m.bottom };
    let mut boxes: Vec<(String, Frame)> = laid.texts.iter().map(|text| (text.slot.clone(), text.frame)).collect();
    boxes.extend(laid.headline.map(|frame| ("headline".into(), frame)));
    assert!(boxes.iter().any(|(slot, _)| slot == "headline"), "{what} has no headline");
    for (at, (slot, frame)) in boxes.iter().enumerate() {
        assert!(canvas.holds(frame, 1.0), "{what}: {slot} leaves the canvas: {frame:?}");
        for (other, with) in &boxes[at + 1..] {
            assert!(!frame.overlaps(with, 1.0), "{what}: {slot} overlaps {other}");
        }
        let is_badge = laid.texts.iter().any(|text| text.slot == *slot && laid.others.iter().any(|(_, b)| b.holds(&text.frame, 1.0)));
        if !is_badge {
            assert!(!frame.overlaps(&laid.product, 1.0), "{what}: {slot} overlaps the product: {frame:?} {:?}", laid.product);
        }
    }
    for (name, frame) in &laid.others {
        let all = Frame::at(0.0, 0.0, w as f32, h as f32);
        assert!(all.holds(frame, 1.0), "{what}: {name} leaves the canvas: {frame:?}");
        for text in laid.texts.iter().filter(|text| !frame.holds(&text.frame, 1.0)) {
            assert!(!frame.overlaps(&text.frame, 1.0), "{what}: {name} overlaps {}", text.slot);
        }
    }
}

/// The contrast of each flat text with the picture as it was drawn before the text: what 95 % of the pixels behind it reach.
fn check_contrast(laid: &LaidOut, fonts: &FontCatalog, what: &str) {
    let spec = spec(laid, fonts);
    let flat = laid.fields.get("background_color").and_then(Value::as_str).and_then(parsed);
    // Where a scene shows, no colour is known: red and white as the background make sure that the template covers it.
    let (w, h) = (spec.width, spec.height);
    let scene = RgbImage::from_fn(w, h, |x, y| if (x / 8 + y / 8) % 2 == 0 { Rgb([255, 255, 255]) } else { Rgb([90, 20, 20]) });
    let plain = flat.map(|color| RgbImage::from_pixel(w, h, Rgb(color)));
    let mut image = laid.backdrop.clone().or(plain).unwrap_or(scene);
    let cancel = CancelToken::default();
    let mut texts = laid.texts.iter();
    let (behind, above): (Vec<_>, Vec<_>) = spec.layers.iter().partition(|layer| layer.behind);
    for layer in behind.into_iter().chain(above) {
        if let LayerContent::Text(text) = &layer.content {
            let placed = texts.next().unwrap();
            let ratio = match &text.plate {
                Some(plate) => contrast(text.runs[0].color, plate.color),
                None => drawn_contrast(&image, &placed.frame, text.runs[0].color),
            };
            assert!(ratio >= LEAST_CONTRAST - 0.01, "{what}: {} has a contrast of {ratio:.2}", placed.slot);
            assert_eq!(text.runs[0].color, placed.color);
        }
        let context = LayerContext { fonts, hidden: None, cancel: &cancel };
        let notices = layers::draw(&mut image, [layer], context).unwrap();
        assert!(notices.is_empty(), "{what}: {}", notices[0]);
    }
    assert!(texts.next().is_none());
}

fn drawn_contrast(image: &RgbImage, frame: &Frame, color: Color) -> f32 {
    let (x0, y0) = (frame.x0.max(0.0) as u32, frame.y0.max(0.0) as u32);
    let (x1, y1) = ((frame.x1 as u32).min(image.width()), (frame.y1 as u32).min(image.height()));
    let mut ratios: Vec<f32> = Vec::new();
    for y in (y0..y1).step_by(3) {
        ratios.extend((x0..x1).step_by(3).map(|x| contrast(color, image.get_pixel(x, y).0)));
    }
    ratios.sort_by(f32::total_cmp);
    ratios[ratios.len() / 20]
}

#[test]
fn the_templates_of_the_program_can_be_read_and_differ() {
    let catalogue = TemplateCatalogue::embedded();
    assert_eq!(catalogue.templates().len(), 12);
    for template in catalogue.templates() {
        assert!(!template.name.en.is_empty() && !template.name.ko.is_empty());
        for slot in template.slots.iter().filter(|slot| slot.kind != SlotKind::Logo) {
            assert!(!slot.en.is_empty() && !slot.ko.is_empty(), "{}: {}", template.id, slot.name);
        }
        assert!(template.slots.iter().any(|slot| slot.kind == SlotKind::Logo), "{} has no logo", template.id);
    }
    assert!(catalogue.get("sale").is_ok());
    let error = catalogue.get("sail").unwrap_err().to_string();
    assert!(error.contains("sail") && error.contains("new-menu"), "{error}");
}

#[test]
fn every_template_fits_every_canvas_in_both_languages() {
    let (fonts, none) = (FontCatalog::load(&[]), BTreeMap::new());
    for template in TemplateCatalogue::embedded().templates() {
        for language in Language::ALL {
            for sheet in sheets() {
                let what = format!("{} {language:?} {:?}", template.id, sheet.0);
                let laid = laid(template, language, &none, &sheet, &fonts);
                check_boxes(&laid, &sheet, &what);
                check_contrast(&laid, &fonts, &what);
            }
        }
    }
}

#[test]
fn long_texts_and_a_logo_fit_too() {
    let fonts = FontCatalog::load(&[]);
    let logo = SourceImage::new(image::RgbaImage::from_pixel(300, 100, image::Rgba([200, 30, 20, 255])), "PNG".into());
    let long = "오래 기다리셨던 우리 동네 로스터리의 겨울 한정 스페셜 블렌드 원두";
    for template in TemplateCatalogue::embedded().templates() {
        let texts: BTreeMap<String, String> =
            template.slots.iter().filter(|slot| slot.kind == SlotKind::Text).map(|slot| (slot.name.clone(), long.into())).collect();
        for sheet in sheets() {
            let input = TemplateInput {
                language: Language::Korean,
                texts: &texts,
                logo: Some(&logo),
                brand: None,
                canvas: sheet.0,
                margins: sheet.1,
                least_type: sheet.2,
                fonts: &fonts,
            };
            let laid = lay_out(template, &input).unwrap();
            check_boxes(&laid, &sheet, &format!("{} {:?}", template.id, sheet.0));
        }
    }
}

#[test]
fn slots_are_filled_left_out_and_checked() {
    let fonts = FontCatalog::load(&[]);
    let sale = TemplateCatalogue::embedded().get("sale").unwrap();
    let sheet = sheets()[0];
    let texts: BTreeMap<String, String> = [("price".into(), "2,980원".into()), ("old_price".into(), String::new())].into();
    let laid = laid(&sale, Language::Korean, &texts, &sheet, &fonts);
    let layers = laid.fields["layers"].as_array().unwrap();
    let named = |name: &str| layers.iter().find(|layer| layer["name"] == name);
    assert_eq!(named("price").unwrap()["runs"][0]["text"], "2,980");
    assert!(named("old_price").is_none() && named("line").is_none());
    assert_eq!(named("headline").unwrap()["text"], "최대 50%");
    let input = |texts| TemplateInput {
        language: Language::Korean,
        texts,
        logo: None,
        brand: None,
        canvas: (512, 512),
        margins: Margins::default(),
        least_type: 0.0,
        fonts: &fonts,
    };
    let unknown = [("prize".to_owned(), "1".to_owned())].into();
    let error = lay_out(&sale, &input(&unknown)).unwrap_err().to_string();
    assert!(error.contains("prize") && error.contains("old_price"), "{error}");
    let logo = [("logo".to_owned(), "ACME".to_owned())].into();
    assert!(lay_out(&sale, &input(&logo)).is_err());
    let long = [("kicker".to_owned(), "x".repeat(501))].into();
    assert!(lay_out(&sale, &input(&long)).unwrap_err().to_string().contains("500"));
}

#[test]
fn a_brand_takes_the_place_of_colours_texts_and_logo_and_stays_legible() {
    let (dir, fonts) = (tempfile::tempdir().unwrap(), FontCatalog::load(&[]));
    let write = |text: &str| std::fs::write(dir.path().join("brand.toml"), text).unwrap();
    let decode = |_: &Path| Ok(SourceImage::new(image::RgbaImage::from_pixel(80, 40, image::Rgba([1, 2, 3, 255])), "PNG".into()));
    let load = || Brand::load(dir.path(), &decode);
    assert!(load().unwrap_err().notice().to_string().contains("brand.toml"));
    write(
        "name = \"Bom\"\nlogo = \"logo.png\"\n[colors]\npaper = \"#FFFF00\"\nink = \"#FFEE55\"\nprimary = \"#00C73C\"\n[texts]\nkicker = \"봄 카페\"",
    );
    let brand = load().unwrap();
    assert_eq!(brand.color("primary"), Some([0, 0xC7, 0x3C]));
    for template in TemplateCatalogue::embedded().templates() {
        for sheet in sheets() {
            let input = TemplateInput {
                language: Language::Korean,
                texts: &BTreeMap::new(),
                logo: None,
                brand: Some(&brand),
                canvas: sheet.0,
                margins: sheet.1,
                least_type: sheet.2,
                fonts: &fonts,
            };
            let laid = lay_out(template, &input).unwrap();
            let what = format!("{} {:?}", template.id, sheet.0);
            check_boxes(&laid, &sheet, &what);
            check_contrast(&laid, &fonts, &what);
        }
    }
    for (text, said) in [
        ("name = 1", "brand.toml"),
        ("name = \"a\"\nsize = 1", "size"),
        ("name = \"a\"\n[colors]\nink = \"red\"", "colors.ink"),
        ("name = \"a\"\nlogo = \"../secret.png\"", "same folder"),
    ] {
        write(text);
        let error = load().unwrap_err().notice().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn mistakes_of_own_templates_are_named() {
    let good = include_str!("../../assets/templates/new-menu.toml");
    let read = |text: &str| super::catalogue::read(text, Path::new("own.toml"));
    assert!(read(good).is_ok());
    for (from, to, said) in [
        ("id = \"new-menu\"", "id = \"New Menu\"", "id"),
        ("ink = \"#3B2116\"", "", "palette.ink"),
        ("ink = \"#3B2116\"", "ink = \"brown\"", "palette.ink"),
        ("fill = \"soft\"", "fill = \"sofa\"", "shapes[0].fill"),
        ("share = 0.38", "share = 3", "layout.share"),
        ("slot = \"kicker\"", "slot = \"kick\"", "items[1].slot"),
        ("size = 11.5", "sise = 11.5", "sise"),
        ("size = 11.5", "size = 1150", "items[2].size"),
        ("shape = \"burst\"", "shape = \"bust\"", "burst"),
        ("name = \"headline\"", "name = \"title\"", "headline"),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        let error = read(&text).unwrap_err().notice().to_string();
        assert!(error.contains("own.toml") && error.contains(said), "{to}: {error}");
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), good.replacen("id = \"new-menu\"", "id = \"mine\"", 1)).unwrap();
    std::fs::write(dir.path().join("b.toml"), "id = 1").unwrap();
    let (catalogue, errors) = TemplateCatalogue::load(dir.path());
    assert_eq!((catalogue.templates().len(), errors.len()), (13, 1));
    assert_eq!(catalogue.get("mine").unwrap().layout.text, TextSide::First);
}
