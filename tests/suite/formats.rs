//! Sizes in steps of one pixel, and every format of the catalogue, as files on the disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nanococoa::formats::{Catalogue, Compression, FileType, FormatRule, Master, Options, export, picture_for};
use nanococoa::job::ImageName;

struct Shell {
    dir: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        let shell = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::write(shell.path("config.toml"), "").unwrap();
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.png"), shell.path("cup.png")).unwrap();
        shell
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nanococoa"));
        command.current_dir(self.dir.path()).env("NANOCOCOA_DATA_DIR", self.path("data")).env("NANOCOCOA_CONFIG", self.path("config.toml"));
        command.args(args).output().unwrap()
    }

    /// One line of JSON.
    fn json(&self, args: &[&str]) -> serde_json::Value {
        let output = self.run(args);
        assert!(output.status.success(), "{}", words(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn size(path: &Path) -> (u32, u32) {
    image::image_dimensions(path).unwrap()
}

#[test]
fn sides_of_any_length_are_made_exactly_and_made_again_from_kept_steps() {
    for (width, height) in [(257, 1023), (1080, 1350), (4095, 256)] {
        let (shell, canvas) = (Shell::new(), format!("{width}x{height}"));
        let args = ["generate", "--product", "cup.png", "--text", "신메뉴", "--seed", "4", "--json", "--size", &canvas];
        let made = shell.json(&[&args[..], &["--out", "ad.png", "--save-steps", "steps"]].concat());
        assert_eq!((&made["width"], &made["height"]), (&width.into(), &height.into()));
        for name in ["ad.png", "steps/step1.png", "steps/step2.png", "steps/placed.png", "steps/letters.png"] {
            assert_eq!(size(&shell.path(name)), (width, height), "{name}");
        }
        let again = shell.json(&[&args[..], &["--out", "again.png"]].concat());
        assert_eq!(again["cached_steps"], serde_json::json!([1, 2, 3]));
        // From the files of the steps, with no size: the canvas is that of the pictures.
        let steps = ["generate", "--from-step", "3", "--step1", "steps/step1.png", "--step2", "steps/step2.png", "--text", "신메뉴"];
        let composed = shell.json(&[&steps[..], &["--seed", "4", "--json", "--out", "composed.png"]].concat());
        assert_eq!((&composed["width"], &composed["height"]), (&width.into(), &height.into()));
        assert!(!composed["warnings"].to_string().contains("step1_image"), "{}", composed["warnings"]);
        let pixels = |name: &str| image::open(shell.path(name)).unwrap().into_rgb8();
        assert!(pixels("composed.png") == pixels("ad.png"), "{canvas}: the composite differs from that of one run");
    }
    let shell = Shell::new();
    for bad in ["255x300", "4097x300", "300x300.5", "300"] {
        let output = shell.run(&["generate", "--size", bad, "--out", "ad.png"]);
        assert_eq!(output.status.code(), Some(2), "{bad}");
    }
}

/// Density and colour profile that a file states: dots per inch, and whether it says sRGB.
fn statements(bytes: &[u8]) -> (Option<u32>, bool) {
    if bytes.starts_with(b"\x89PNG") {
        let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let info = reader.info();
        let dpi = info.pixel_dims.map(|dims| (f64::from(dims.xppu) * 0.0254).round() as u32);
        return (dpi, info.srgb.is_some());
    }
    let says = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
    // JFIF: units (1: per inch), then the density across.
    let at = bytes.windows(5).position(|w| w == b"JFIF\0").unwrap() + 7;
    let dpi = (bytes[at] == 1).then(|| u32::from(bytes[at + 1]) << 8 | u32::from(bytes[at + 2]));
    (dpi, says(b"ICC_PROFILE\0") && says(b"acsp"))
}

#[test]
fn every_format_is_exported_from_one_master() {
    let shell = Shell::new();
    shell.json(&[
        "generate",
        "--product",
        "cup.png",
        "--text",
        "신메뉴 출시",
        "--prompt",
        "wooden table in a cafe",
        "--seed",
        "5",
        "--size",
        "1080x1080",
        "--json",
        "--out",
        "ad.png",
        "--save-steps",
        "steps",
    ]);
    let read = |name: ImageName| std::fs::read(shell.path("steps").join(name.file_name())).unwrap();
    let (letters, placed) = (read(ImageName::Letters), read(ImageName::Placed));
    let images = [ImageName::Cutout, ImageName::Step1, ImageName::Final];
    for format in Catalogue::embedded().formats() {
        let name = picture_for(format, &images).unwrap();
        let png = read(name);
        let master = Master { name, png: &png, letters: Some(&letters), placed: Some(&placed) };
        let exported = export(&master, format, Options::default()).unwrap_or_else(|why| panic!("{}: {why}", format.id));
        if format.file == FileType::Pdf {
            // Its pixels are read back in the tests of the module.
            assert!(exported.bytes.starts_with(b"%PDF-") && exported.summary(format).to_string().starts_with("PDF, lossless"));
            continue;
        }
        let picture = image::load_from_memory(&exported.bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (format.width, format.height), "{}", format.id);
        let kind = image::guess_format(&exported.bytes).unwrap();
        let wanted = match format.file {
            FileType::Jpeg => image::ImageFormat::Jpeg,
            FileType::Png => image::ImageFormat::Png,
            FileType::Webp => image::ImageFormat::WebP,
            FileType::Pdf | FileType::Ora => unreachable!(),
        };
        assert_eq!(kind, wanted, "{}", format.id);
        let bytes = exported.bytes.len() as u64;
        assert!(format.max_bytes.is_none_or(|most| bytes <= most), "{}: {bytes}", format.id);
        assert_eq!(statements(&exported.bytes), (format.dpi, true), "{}", format.id);
        // Good enough to publish: the limits of the catalogue leave room for it.
        assert!(!matches!(exported.compression, Compression::Quality(..70)), "{}: {:?}", format.id, exported.compression);
        assert!(exported.summary(format).to_string().contains(&bytes.div_ceil(1000).to_string()));
        if format.has(FormatRule::WhiteBackground) {
            assert!(exported.notices.iter().all(|n| !n.code().starts_with("formats-rule-")), "{}: {:?}", format.id, exported.notices);
            assert!(picture.to_rgb8().get_pixel(2, 2).0.iter().all(|v| *v >= 254), "{}", format.id);
        }
    }
}

#[test]
fn a_format_is_laid_out_painted_and_written_within_its_rules() {
    let shell = Shell::new();
    std::fs::create_dir(shell.path("out")).unwrap();
    let formats = ["google-728x90", "kakao-bizboard", "coupang-main", "instagram-story"];
    let mut args = vec!["generate", "--product", "cup.png", "--text", "신메뉴 출시", "--seed", "2", "--json", "--out", "out"];
    formats.iter().for_each(|id| args.extend(["--format", id]));
    let output = shell.run(&args);
    assert!(output.status.success(), "{}", words(&output.stderr));
    let lines: Vec<serde_json::Value> = words(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["format"].as_str().unwrap()).collect::<Vec<_>>(), formats);
    let catalogue = Catalogue::embedded();
    for line in &lines {
        let format = catalogue.get(line["format"].as_str().unwrap()).unwrap();
        let file = shell.path("out").join(format!("{}.{}", format.id, format.file.extension()));
        assert_eq!(size(&file), (format.width, format.height));
        assert!(std::fs::metadata(&file).unwrap().len() <= format.max_bytes.unwrap());
        // The sample photo is small: its product is enlarged for a main image, which is said.
        let notices = line["export"]["notices"].as_array().unwrap();
        assert!(notices.iter().all(|n| format.id == "coupang-main" && n["code"] == "formats-product-enlarged"), "{line}");
    }
    assert!(words(&output.stderr).contains("coupang-main allows no text"), "{}", words(&output.stderr));
}

#[test]
fn flags_of_formats_are_checked_before_any_work() {
    let shell = Shell::new();
    let refused = |args: &[&str], says: &str| {
        let output = shell.run(&[&["generate", "--text", "a", "--out"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(words(&output.stderr).contains(says), "{args:?}: {}", words(&output.stderr));
    };
    refused(&["ad.png", "--format", "instagram"], "instagram-square");
    refused(&["ad.png", "--format", "instagram-square"], "ends in .jpg");
    refused(&["ad.jpg", "--format", "instagram-square", "--format", "meta-link"], "is not a folder");
    refused(&["ad.jpg", "--format", "instagram-square", "--size", "512x512"], "cannot be used with");
    assert!(!shell.path("data/jobs").exists() || std::fs::read_dir(shell.path("data/jobs")).unwrap().next().is_none());
}

#[test]
fn a_users_catalogue_is_listed_and_its_mistakes_are_named() {
    let shell = Shell::new();
    let own = "[[formats]]\nid = \"shop-window\"\nname = { en = \"Shop window\", ko = \"매장 화면\" }\nwidth = 900\nheight = 300\nfile = \"webp\"\n\
               source = { url = \"https://example.com\", date = \"2026-11-30\" }\n";
    std::fs::write(shell.path("formats.toml"), own).unwrap();
    let listed = words(&shell.run(&["formats"]).stdout);
    assert!(listed.contains("shop-window") && listed.contains("900x300") && listed.contains("kakao-bizboard"), "{listed}");
    let all = shell.json(&["formats", "--json"]);
    assert_eq!(all["formats"].as_array().unwrap().last().unwrap()["name_ko"], "매장 화면");
    std::fs::write(shell.path("formats.toml"), own.replace("width = 900", "width = \"900\"").replace("webp", "gif")).unwrap();
    for args in [&["formats"][..], &["generate", "--format", "a4-print", "--out", "a.png"], &["serve", "--bind", "127.0.0.1:0"]] {
        let output = shell.run(args);
        let told = words(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {told}");
        assert!(told.contains("line 4, width: ") && told.contains("line 6, file: "), "{args:?}: {told}");
    }
    // A call that needs no format is not disturbed.
    assert!(shell.run(&["generate", "--size", "256x256", "--out", "plain.png"]).status.success());
}
