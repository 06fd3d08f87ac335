//! The command line as people and scripts call it: the real binary, its exit codes, what it prints and what it writes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

#[cfg(target_os = "linux")]
use crate::served::{call_at, serve_with_errors_to};

struct Shell {
    dir: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nanococoa"));
        command
            .current_dir(self.dir.path())
            .env("NANOCOCOA_DATA_DIR", self.path("data"))
            .env("NANOCOCOA_CONFIG", self.path("config.toml"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn new_with_config() -> Self {
        let shell = Self::new();
        std::fs::write(shell.path("config.toml"), "").unwrap();
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.png"), shell.path("cup.png")).unwrap();
        shell
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(unix)]
#[test]
fn a_closed_terminal_stops_the_job_cleanly() {
    for signal in ["TERM", "HUP"] {
        let shell = Shell::new_with_config();
        let args = ["generate", "--product", "cup.png", "--text", "Sale", "--size", "2048x2048", "--json", "--out", "ad.png"];
        let child = shell.command(&args).stdout(std::process::Stdio::piped()).spawn().unwrap();
        // The job has begun once its record is there.
        let begun = || std::fs::read_dir(shell.path("data/jobs")).is_ok_and(|mut jobs| jobs.next().is_some());
        while !begun() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        // The program listens for signals once it waits for the job, a moment later.
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{signal}");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["status"], "stopped", "{told}");
        assert!(!shell.path("ad.png").exists());
    }
}

#[test]
fn an_advertisement_in_every_format_says_that_it_is_a_draft() {
    let shell = Shell::new_with_config();
    for name in ["ad.png", "ad.jpg", "ad.webp"] {
        let out = shell.run(&[
            "generate",
            "--product",
            "cup.png",
            "--text",
            "-50% 세일",
            "--size",
            "256x256",
            "--seed",
            "3",
            "--out",
            name,
            "--json",
            "--save-steps",
            "steps",
        ]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        let lines = text(&out.stdout);
        assert_eq!(lines.lines().count(), 1);
        let report: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(report["engine"], "draft");
        assert_eq!(report["status"], "completed");
        let bytes = std::fs::read(shell.path(name)).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (256, 256));
        let says = |words: &str| bytes.windows(words.len()).any(|w| w == words.as_bytes());
        assert!(says("(draft engine)"), "{name} does not say which engine made it");
    }
    assert!(shell.path("steps/step1.png").is_file() && shell.path("steps/step2.png").is_file());
    // The text again on the saved picture; a picture of another shape is cut, not stretched, and that is said.
    let again = ["generate", "--from-step", "2", "--step1", "steps/step1.png", "--text", "가을", "--out", "again.png"];
    assert!(shell.run(&again).status.success());
    let wide = shell.run(&[&again[..], &["--size", "512x256"]].concat());
    assert!(wide.status.success() && text(&wide.stderr).contains("step1_image"), "{}", text(&wide.stderr));
}

#[test]
fn bad_input_is_exit_code_2_and_names_the_flag_or_field() {
    let shell = Shell::new_with_config();
    std::fs::write(shell.path("not.png"), b"hello").unwrap();
    let base = ["generate", "--product", "cup.png", "--text", "a", "--out", "x.png"];
    let with = |extra: &[&'static str]| -> Vec<&'static str> { base.iter().copied().chain(extra.iter().copied()).collect() };
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["generate", "--product", "none.png", "--text", "a", "--out", "x.png"], "--product"),
        (vec!["generate", "--product", "not.png", "--text", "a", "--out", "x.png"], "product_image"),
        (vec!["generate", "--product", "cup.png", "--text", "a", "--out", "nowhere/x.png"], "--out"),
        (vec!["generate", "--product", "cup.png", "--text", "a", "--out", "x.gif"], "--out"),
        (vec!["generate", "--product", "cup.png", "--text", "a", "--out", "cup.png"], "--out"),
        (vec!["generate", "--product", "cup.png", "--text", "\u{1f600}", "--out", "x.png"], "--text (text_content)"),
        (with(&["--size", "big"]), "--size"),
        (with(&["--size", "100x100"]), "--size (width)"),
        (with(&["--font", "../../etc/passwd"]), "nanococoa doctor"),
        (with(&["--mode", "sideways"]), "--mode (composition_mode)"),
        (with(&["--seed", "-3"]), "seed"),
        (with(&["--set", "colour"]), "--set"),
        (with(&["--from-step", "3"]), "with --step1"),
        (with(&["--fonts", "none"]), "--fonts"),
        (with(&["--engine", "magic"]), "engine"),
        (with(&["--device", "tpu"]), "device tpu"),
        (with(&["--project", "cup.png"]), "--project"),
        (vec!["serve", "--bind", "nowhere"], "bind"),
        (vec!["serve", "--bind", "0.0.0.0:0"], "--token"),
        (vec!["serve", "--bind", "0.0.0.0:0"], "NANOCOCOA_TOKEN="),
        (vec!["serve", "--bind", "0.0.0.0:0", "--token", "0123456789abcde"], "at least 16 characters"),
        (vec!["serve", "--token", "a\tb"], "control character"),
        (vec!["serve", "--allow-origin", "*"], "--allow-origin"),
        (vec!["serve", "--allow-origin", "https://shop.example/cart"], "write it as https://shop.example"),
        (vec!["serve", "--allow-host", "http://studio.lan"], "--allow-host: \"http://studio.lan\" has a scheme"),
        (vec!["resume", "00000000-0000-0000-0000-000000000000", "--out", "x.png"], "JOB_ID"),
        (vec!["--open", "none.png"], "--open"),
    ];
    for (args, named) in cases {
        let out = shell.run(&args);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(named), "{args:?} does not name {named}: {said}");
    }
    assert!(!shell.path("x.png").exists());
    let out = shell.run(&with(&["--seed", "many", "--json"]));
    assert_eq!(out.status.code(), Some(2));
    let report: serde_json::Value = serde_json::from_str(text(&out.stdout).trim()).unwrap();
    assert!(report["error"].as_str().unwrap().contains("seed"));
    std::fs::write(shell.path("config.toml"), "max_body_mib = 0").unwrap();
    let out = shell.run(&["doctor"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("max_body_mib"));
}

/// Standard errors that take nothing: of a full disk, and of a reader that has gone away.
#[cfg(target_os = "linux")]
fn errors_that_nobody_reads() -> [Stdio; 2] {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    [full.into(), closed.into()]
}

#[cfg(target_os = "linux")]
#[test]
fn messages_that_nobody_reads_change_no_exit_code() {
    let shell = Shell::new_with_config();
    for errors in errors_that_nobody_reads() {
        let bad = shell.command(&["generate", "--product", "cup.png", "--text", "a", "--out", "x.gif"]).stderr(errors).status().unwrap();
        assert_eq!(bad.code(), Some(2));
    }
    // A note, because another program holds the data folder.
    std::fs::create_dir_all(shell.path("data")).unwrap();
    let lock = std::fs::File::create(shell.path("data/lock")).unwrap();
    lock.lock().unwrap();
    for errors in errors_that_nobody_reads() {
        let args = ["generate", "--product", "cup.png", "--text", "a", "--out", "x.png", "--dry-run", "--json"];
        let out = shell.command(&args).stdout(Stdio::piped()).stderr(errors).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stdout));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_nobody_reads_stops_no_job() {
    let request = serde_json::json!({"bg_prompt": "wooden table", "text_content": null, "width": 256, "height": 256, "seed": 1});
    for errors in errors_that_nobody_reads() {
        let outer = tempfile::tempdir().unwrap();
        let data = outer.path().join("data");
        let server = serve_with_errors_to(errors, &data, &["--allow-origin", "null"]);
        // The folder is made again, which is logged.
        std::fs::remove_dir_all(&data).unwrap();
        let (answered, answers) = std::sync::mpsc::channel();
        let (address, asked) = (server.address.clone(), request.clone());
        std::thread::spawn(move || {
            let job = call_at(&address, "POST", "/generate", Some(&asked));
            let path = format!("/status/{}?images=false", job["job_id"].as_str().unwrap());
            loop {
                let status = call_at(&address, "GET", &path, None);
                if !["pending", "running"].contains(&status["status"].as_str().unwrap()) {
                    return answered.send(status);
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        let status = answers.recv_timeout(std::time::Duration::from_secs(120)).expect("the job does not end");
        assert_eq!(status["status"], "completed", "{status}");
    }
}

#[test]
fn doctor_says_which_engine_would_run() {
    let shell = Shell::new_with_config();
    let out = shell.run(&["doctor", "--json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let report: serde_json::Value = serde_json::from_str(text(&out.stdout).trim()).unwrap();
    assert!(report.is_object());
    assert!(text(&shell.run(&["doctor"]).stdout).to_lowercase().contains("draft"));
    std::fs::write(shell.path("config.toml"), "font_dirs = [\"/no/such/fonts\"]\n").unwrap();
    let told = text(&shell.run(&["doctor"]).stdout);
    assert!(told.contains("The font folder /no/such/fonts was not found."), "{told}");
}

#[test]
fn a_project_is_made_again_and_flags_change_it() {
    let shell = Shell::new_with_config();
    let request = serde_json::json!({"text_content": "신메뉴", "width": 320, "height": 256, "seed": 8, "text_position": "bottom"});
    let photo = std::fs::read(shell.path("cup.png")).unwrap();
    std::fs::write(shell.path("summer.ncocoa"), crate::project::project(&request, &photo)).unwrap();
    let make = |extra: &[&'static str]| {
        let out = shell.run(&[&["generate", "--project", "summer.ncocoa", "--out", "ad.png", "--json"], extra].concat());
        assert!(out.status.success(), "{}", text(&out.stderr));
        std::fs::read(shell.path("ad.png")).unwrap()
    };
    let first = make(&[]);
    let picture = image::load_from_memory(&first).unwrap();
    assert_eq!((picture.width(), picture.height()), (320, 256));
    let again = image::load_from_memory(&make(&[])).unwrap();
    assert!(picture.to_rgb8() == again.to_rgb8(), "the same project gave another picture");
    let other = image::load_from_memory(&make(&["--text", "가을"])).unwrap();
    assert!(picture.to_rgb8() != other.to_rgb8());
}

/// The product's flags, advertisements without a background, and files with layers and for print.
#[test]
fn the_product_is_turned_and_the_file_has_layers_or_a_page() {
    let shell = Shell::new_with_config();
    let make = |extra: &[&'static str]| {
        let args = ["generate", "--product", "cup.png", "--size", "256x256", "--engine", "draft", "--seed", "1"];
        shell.run(&[&args[..], extra].concat())
    };
    let turned = make(&[
        "--product-rotation",
        "-20",
        "--product-flip",
        "horizontal",
        "--product-crop",
        "0,0,1,0.9",
        "--shadow-strength",
        "0",
        "--out",
        "a.ora",
    ]);
    assert!(turned.status.success(), "{}", text(&turned.stderr));
    let mut zip = zip::ZipArchive::new(std::fs::File::open(shell.path("a.ora")).unwrap()).unwrap();
    let names: Vec<String> = (0..zip.len()).map(|i| zip.by_index(i).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!((names[0].as_str(), names.contains(&"stack.xml".to_owned())), ("mimetype", true), "{names:?}");
    let mut stack = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("stack.xml").unwrap(), &mut stack).unwrap();
    assert!(stack.contains("name=\"Product\"") && stack.contains("name=\"Background\""), "{stack}");

    let printed = shell.run(&["generate", "--product", "cup.png", "--engine", "draft", "--size", "600x300", "--out", "a.pdf"]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let pdf = std::fs::read(shell.path("a.pdf")).unwrap();
    assert!(String::from_utf8_lossy(&pdf).contains("/MediaBox [0 0 144 72]"));

    let clear = make(&["--background-color", "transparent", "--out", "a.png"]);
    assert!(clear.status.success(), "{}", text(&clear.stderr));
    assert_eq!(image::open(shell.path("a.png")).unwrap().into_rgba8().get_pixel(0, 0).0[3], 0);
    let webp = make(&["--background-color", "transparent", "--out", "a.webp"]);
    assert!(webp.status.success() && image::open(shell.path("a.webp")).unwrap().into_rgba8().get_pixel(0, 0).0[3] == 0);
    let jpeg = make(&["--background-color", "transparent", "--out", "a.jpg"]);
    assert!(jpeg.status.success() && text(&jpeg.stderr).contains("this JPEG file cannot be transparent"), "{}", text(&jpeg.stderr));

    for (flags, said) in [
        (["--product-rotation", "200"], "--product-rotation (product_rotation): "),
        (
            ["--product-crop", "0.2,0,0.22,1"],
            "--product-crop (product_crop_right): must lie at least 0.05 of the photo beyond --product-crop",
        ),
        (["--product-crop", "0.2,0,1"], "--product-crop: \"0.2,0,1\" is not a part of the photo"),
        (["--shadow-contact", "maybe"], "--shadow-contact (shadow_contact): "),
    ] {
        let out = make(&[&flags[..], &["--out", "b.png"]].concat());
        assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
        assert!(text(&out.stderr).contains(said), "{}", text(&out.stderr));
    }
}

/// Layers from a file: pictures by path or base64, a background of one's own, errors that name field and file.
#[test]
fn layers_come_from_a_file() {
    let shell = Shell::new_with_config();
    std::fs::create_dir(shell.path("brand")).unwrap();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><rect width='1' height='1' fill='#1E88E5'/></svg>";
    std::fs::write(shell.path("brand/logo.svg"), svg).unwrap();
    let write = |layers: serde_json::Value| std::fs::write(shell.path("brand/layers.json"), layers.to_string()).unwrap();
    let layers = |image: &str| {
        serde_json::json!([
            {"type": "picture", "image": image, "x": 0.9, "y": 0.1, "width": 0.1},
            {"type": "text", "text": "2,980원", "size": 0.1, "color": "#E53935", "x": 0.5, "y": 0.9}
        ])
    };
    let args = ["generate", "--layers", "brand/layers.json", "--background-color", "#00C73C", "--size", "256x256", "--engine", "draft"];
    let make = |extra: &[&'static str]| shell.run(&[&args[..], &["--seed", "1", "--out", "ad.png"], extra].concat());
    write(layers("logo.svg"));
    let out = make(&[]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let picture = image::open(shell.path("ad.png")).unwrap().into_rgb8();
    assert_eq!((picture.get_pixel(0, 0).0, picture.get_pixel(230, 26).0), ([0, 0xC7, 0x3C], [0x1E, 0x88, 0xE5]));
    assert!(picture.pixels().any(|p| p.0 == [0xE5, 0x39, 0x35]));
    // The same in an object, with base64, on an own picture.
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(svg);
    write(serde_json::json!({"layers": layers(&encoded)}));
    let out = make(&[]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(image::open(shell.path("ad.png")).unwrap().into_rgb8() == picture);

    for (list, said) in [
        (layers("gone.png").to_string(), "brand/layers.json: layers[0].image: "),
        (
            r##"[{"type": "text", "text": "a", "color": "rot"}]"##.to_owned(),
            "brand/layers.json: layers[0].color: \"rot\" is not a colour; use a colour such as #E53935",
        ),
        ("[{]".to_owned(), "--layers: brand/layers.json: "),
    ] {
        std::fs::write(shell.path("brand/layers.json"), list).unwrap();
        let out = make(&[]);
        assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
        assert!(text(&out.stderr).contains(said), "{}", text(&out.stderr));
    }
    let out = shell.run(&["generate", "--layers", "gone.json", "--out", "x.png"]);
    assert!(text(&out.stderr).contains("gone.json"), "{}", text(&out.stderr));
    let out = shell.run(&["generate", "--background-color", "green", "--out", "x.png"]);
    assert!(text(&out.stderr).contains("--background-color (background_color): \"green\" is not a colour"), "{}", text(&out.stderr));
}

/// Elsewhere there always is a display, and a window would wait for somebody.
#[cfg(target_os = "linux")]
#[test]
fn a_studio_that_cannot_open_says_why_once_and_fails() {
    let shell = Shell::new_with_config();
    std::fs::write(shell.path("config.toml"), "colour = 1").unwrap();
    let out = shell.run(&[]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("config.toml cannot be used").count(), 1, "{said}");
    let shell = Shell::new_with_config();
    std::fs::create_dir_all(shell.path("data")).unwrap();
    let lock = std::fs::File::create(shell.path("data/lock")).unwrap();
    lock.lock().unwrap();
    let out = shell.run(&[]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("another nanoCocoa uses it").count(), 1, "{said}");
}

/// Names from a Mac are decomposed; Linux keeps them so, and people type them composed.
#[cfg(target_os = "linux")]
#[test]
fn files_and_fonts_are_found_in_either_spelling() {
    use unicode_normalization::UnicodeNormalization as _;
    let shell = Shell::new_with_config();
    let nfd = |text: &str| text.nfd().collect::<String>();
    let fonts = shell.path(&nfd("글꼴"));
    std::fs::create_dir(&fonts).unwrap();
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fonts");
    std::fs::copy(small.join("plain.ttf"), fonts.join(nfd("신메뉴.ttf"))).unwrap();
    std::fs::write(fonts.join("old.eot"), b"x").unwrap();
    std::fs::rename(shell.path("cup.png"), shell.path(&nfd("제품.png"))).unwrap();
    let spellings: [fn(&str) -> String; 2] = [|t| t.to_owned(), |t| t.nfd().collect()];
    for spell in spellings {
        let (product, folder, font) = (spell("제품.png"), spell("글꼴"), spell("신메뉴.ttf"));
        let mut args = vec!["generate", "--product", &product, "--fonts", &folder, "--font", &font, "--text", "신메뉴"];
        args.extend(["--size", "256x256", "--engine", "draft", "--out", "ad.png", "--json"]);
        let out = shell.run(&args);
        assert!(out.status.success(), "{}{}", text(&out.stdout), text(&out.stderr));
    }
    let out = shell.run(&["doctor", "--fonts", "글꼴"]);
    let said = text(&out.stdout);
    assert!(said.contains("신메뉴.ttf") && said.contains("old.eot is skipped: this kind of font file is not read"), "{said}");
    let out = shell.run(&["doctor", "--fonts", "글꼴", "--json"]);
    let report: serde_json::Value = serde_json::from_str(text(&out.stdout).trim()).unwrap();
    assert_eq!(report["fonts_skipped"][0]["name"], "old.eot");
}
