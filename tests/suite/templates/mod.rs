//! Templates and size sets from the command line, and the contact sheet `docs/templates.jpg`.

mod photos;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use image::{Rgb, RgbImage, imageops};
use nanococoa::backend::draft::DraftBackend;
use nanococoa::cancel::CancelToken;
use nanococoa::engine::{decode_source_file, open_request, parse_with_fonts};
use nanococoa::notice::Language;
use nanococoa::pipeline::live::{LivePipeline, LiveRequest};
use nanococoa::request::{Attachment, RawRequest, SourceImage};
use nanococoa::templates::{Margins, Template, TemplateCatalogue, TemplateInput, apply, lay_out};
use nanococoa::typography::FontCatalog;
use serde_json::json;

/// The formats of the contact sheet: canvas and safe zone.
const FORMATS: [((u32, u32), (f32, f32)); 3] = [((1080, 1080), (0.0, 0.0)), ((1080, 1920), (270.0, 384.0)), ((1200, 628), (0.0, 0.0))];
/// Longest side of a picture that is drawn for the sheet, and the height of its rows.
const DRAWN: u32 = 760;
const ROW: u32 = 220;
const GAP: u32 = 8;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source(image: RgbImage) -> SourceImage {
    SourceImage::new(image::DynamicImage::ImageRgb8(image).into_rgba8(), "RGB".into())
}

/// A template with a photo, drawn at a reduced size.
fn drawn(
    template: &Template,
    photo: &SourceImage,
    language: Language,
    (canvas, (top, bottom)): ((u32, u32), (f32, f32)),
    (pipeline, backend, fonts): (&LivePipeline, &mut DraftBackend, &FontCatalog),
) -> RgbImage {
    let texts = BTreeMap::new();
    let margins = Margins { top, bottom, left: 0.0, right: 0.0 };
    let input = TemplateInput { language, texts: &texts, logo: None, brand: None, canvas, margins, least_type: 0.0, fonts };
    let mut raw = RawRequest::default();
    apply(&mut raw, &lay_out(template, &input).unwrap());
    raw.attachments.insert("product_image", Attachment::Image(photo.clone()));
    let mut spec = parse_with_fonts(&open_request(raw), fonts, nanococoa::assets::DEFAULT_FONT, 7, false).unwrap();
    let scale = DRAWN as f32 / canvas.0.max(canvas.1) as f32;
    (spec.width, spec.height) = ((canvas.0 as f32 * scale) as u32, (canvas.1 as f32 * scale) as u32);
    let request = LiveRequest { spec: &spec, stale_headline: false };
    let made = pipeline.draft(request, backend, fonts, &CancelToken::default()).unwrap();
    (*made.picture).clone()
}

/// Makes `docs/templates.jpg` anew: `tests/templates.sh`. `TEMPLATE` names one template, whose pictures then go into the folder `SHEET` at their
/// own size.
#[test]
#[ignore = "makes a document"]
fn contact_sheet() {
    let (templates, mistakes) = TemplateCatalogue::load(&folder().join("assets/templates"));
    assert!(mistakes.is_empty(), "{}", mistakes[0].notice());
    let fonts = FontCatalog::load(&[]);
    let sample = decode_source_file(&folder().join("assets/samples/coffee.png")).unwrap();
    let mut photos = vec![("coffee", sample)];
    photos.extend(photos::all().into_iter().map(|(name, photo)| (name, source(photo))));
    let only = std::env::var("TEMPLATE").ok();
    let loose = std::env::var_os("SHEET").map(std::path::PathBuf::from);
    let widths: Vec<u32> = FORMATS.iter().map(|((w, h), _)| ROW * w / h).collect();
    let group: u32 = widths.iter().sum::<u32>() + GAP * FORMATS.len() as u32;
    let shown: Vec<&Template> = templates.templates().iter().filter(|t| only.as_ref().is_none_or(|only| *only == t.id)).collect();
    let (width, height) = (GAP + group * photos.len() as u32, GAP + (ROW + GAP) * shown.len() as u32);
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    let (pipeline, mut backend) = (LivePipeline::default(), DraftBackend::default());
    for (row, template) in shown.iter().enumerate() {
        let mut x = GAP;
        for (column, (name, photo)) in photos.iter().enumerate() {
            // Korean and English in turn.
            let language = if (row + column) % 2 == 0 { Language::Korean } else { Language::English };
            for (format, cell) in FORMATS.into_iter().zip(&widths) {
                let picture = drawn(template, photo, language, format, (&pipeline, &mut backend, &fonts));
                if let Some(folder) = &loose {
                    std::fs::create_dir_all(folder).unwrap();
                    picture.save(folder.join(format!("{}-{name}-{}x{}.png", template.id, format.0.0, format.0.1))).unwrap();
                }
                let small = imageops::resize(&picture, *cell, ROW, imageops::FilterType::Lanczos3);
                imageops::replace(&mut sheet, &small, i64::from(x), i64::from(GAP + (ROW + GAP) * row as u32));
                x += cell + GAP;
            }
        }
    }
    let out = loose.map_or_else(|| folder().join("docs/templates.jpg"), |folder| folder.join("sheet.jpg"));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 72).encode_image(&sheet).unwrap();
    assert!(bytes.len() < 2_000_000, "{} bytes", bytes.len());
    std::fs::write(out, bytes).unwrap();
}

struct Shell {
    dir: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        let shell = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::write(shell.dir.path().join("config.toml"), "").unwrap();
        std::fs::copy(folder().join("assets/samples/coffee.png"), shell.dir.path().join("cup.png")).unwrap();
        shell
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nanococoa"));
        let (data, config) = (self.dir.path().join("data"), self.dir.path().join("config.toml"));
        command.current_dir(self.dir.path()).env("NANOCOCOA_DATA_DIR", data).env("NANOCOCOA_CONFIG", config);
        command.args(args).output().unwrap()
    }

    fn size(&self, file: &str) -> (u32, u32) {
        image::image_dimensions(self.dir.path().join(file)).unwrap()
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_template_is_filled_for_several_formats_and_cut_out_once() {
    let shell = Shell::new();
    let args = ["generate", "--template", "sale", "--product", "cup.png", "--text", "반값 세일", "--slot", "price=2,980원", "--seed", "3"];
    let made = shell.run(&[&args[..], &["--formats", "instagram-square,meta-link,coupang-main", "--out", "set/"]].concat());
    assert!(made.status.success(), "{}", words(&made.stderr));
    assert_eq!((shell.size("set/instagram-square.jpg"), shell.size("set/meta-link.jpg")), ((1080, 1080), (1200, 628)));
    // What a shop forbids is left out: the corners of its main picture are white.
    let plain = image::open(shell.dir.path().join("set/coupang-main.jpg")).unwrap().into_rgb8();
    assert!(
        [(2, 2), (plain.width() - 3, 2), (2, plain.height() - 3)].iter().all(|(x, y)| plain.get_pixel(*x, *y).0.iter().all(|v| *v > 250))
    );
    let listed = shell.run(&["templates", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed["templates"].as_array().unwrap().len(), 12);
    let wrong = shell.run(&[&args[..], &["--slot", "prize=1", "--out", "a.png"]].concat());
    assert!(!wrong.status.success() && words(&wrong.stderr).contains("old_price"), "{}", words(&wrong.stderr));
    let wrong = shell.run(&["generate", "--template", "sail", "--product", "cup.png", "--out", "a.png"]);
    assert!(words(&wrong.stderr).contains("new-menu"), "{}", words(&wrong.stderr));
}

#[test]
fn a_layout_made_by_hand_is_laid_out_again_for_each_format() {
    let shell = Shell::new();
    let layers = json!([
        {"type": "shape", "shape": "burst", "fill": "#E53935", "x": 0.8, "y": 0.6, "width": 0.2, "height": 0.2},
        {"type": "text", "text": "1+1", "size": 0.06, "color": "#FFFFFF", "x": 0.8, "y": 0.6},
        {"type": "shape", "shape": "rectangle", "fill": "#111111", "x": 0.5, "y": 0.95, "width": 1.0, "height": 0.1}
    ]);
    std::fs::write(shell.dir.path().join("layers.json"), layers.to_string()).unwrap();
    let args =
        ["generate", "--product", "cup.png", "--text", "신메뉴", "--text-y", "0.16", "--product-y", "0.88", "--layers", "layers.json"];
    let out = ["--seed", "3", "--size", "1080x1080"];
    let made = shell.run(&[&args[..], &out[..2], &["--formats", "instagram-story,meta-link,kakao-bizboard", "--out", "set/"]].concat());
    assert!(made.status.success(), "{}", words(&made.stderr));
    for (file, size) in [("instagram-story.jpg", (1080, 1920)), ("meta-link.jpg", (1200, 628)), ("kakao-bizboard.png", (1029, 258))] {
        assert_eq!(shell.size(&format!("set/{file}")), size);
        // The bar is at the bottom of every picture, and reaches from side to side.
        let picture = image::open(shell.dir.path().join("set").join(file)).unwrap().into_rgb8();
        for x in [2, size.0 / 2, size.0 - 3] {
            assert!(picture.get_pixel(x, size.1 - 2).0.iter().all(|v| *v < 45), "{file} {x}");
        }
    }
}
