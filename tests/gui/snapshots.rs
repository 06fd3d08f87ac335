//! What the studio looks like, compared with committed pictures: both themes, both languages, small and large windows, zoom.
//!
//! `UPDATE_SNAPSHOTS=1 cargo nextest run --test gui snapshots` writes them anew. Rendered with Vulkan on any driver, in CI on lavapipe; without a
//! driver the tests fail and say what to install.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::wgpu::WgpuTestRenderer;
use image::{Rgb, RgbImage};
use nanococoa::config::{Config, Overrides};
use nanococoa::engine::Engine;
use nanococoa::gui::commands::UiCommand;
use nanococoa::gui::{Options, Studio};
use nanococoa::metrics::{MemoryLoad, SystemMetrics};
use nanococoa::notice;
use nanococoa::notice::Language;

use crate::common::Act;
use crate::desk::{Desk, real, sample};
use crate::difference::{difference, marked};

struct Look {
    name: &'static str,
    lang: Language,
    dark: bool,
    size: (f32, f32),
    zoom: f32,
}

const fn look(name: &'static str, lang: Language, dark: bool, size: (f32, f32)) -> Look {
    Look { name, lang, dark, size, zoom: 1.0 }
}

const SMALL: (f32, f32) = (1280.0, 720.0);
const LARGE: (f32, f32) = (2560.0, 1440.0);

fn renderer() -> WgpuTestRenderer {
    std::panic::catch_unwind(WgpuTestRenderer::new).unwrap_or_else(|_| {
        panic!(
            "no graphics driver can render the studio; install a software renderer (Debian, Ubuntu: `apt-get install mesa-vulkan-drivers \
             libvulkan1`), or leave these tests out: `cargo nextest run -E 'not test(snapshots::)'`"
        )
    })
}

fn studio(look: &Look, dir: &Path, engine: Engine) -> Desk {
    let renderer = renderer();
    let none = dir.join("none.toml");
    std::fs::write(&none, "").unwrap();
    let config = Config::load(Overrides { config: Some(none), data_dir: Some(dir.into()), ..Overrides::default() }).unwrap();
    let theirs = engine.clone();
    let (lang, dark, zoom) = (look.lang, look.dark, look.zoom);
    let harness = Harness::builder()
        .with_size(egui::vec2(look.size.0 / zoom, look.size.1 / zoom))
        .with_pixels_per_point(zoom)
        .with_step_dt(1.0 / 30.0)
        .with_max_steps(64)
        .renderer(renderer)
        .build_eframe(move |cx| {
            let mut studio = Studio::new(&cx.egui_ctx, Options { engine: theirs, config });
            (studio.session.lang, studio.session.dark) = (lang, dark);
            studio.session.brief.seed = 1204;
            let memory = Some(MemoryLoad { used_gb: 9.8, total_gb: 24.0 });
            let load = SystemMetrics { cpu_percent: Some(34.0), memory, gpu_info: Some(Vec::new()) };
            studio.freeze_load(load, Some(57.0));
            studio
        });
    let mut desk = Desk { harness, engine };
    // The harness has a theme of its own until then.
    desk.harness.ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
    desk.frames(4);
    desk
}

fn settle(desk: &mut Desk) {
    desk.frames(6);
    desk.until("rest", Studio::is_settled);
    // Pictures that were asked for meanwhile, and animations.
    for _ in 0..3 {
        desk.frames(8);
        desk.until("rest", Studio::is_settled);
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Fewer tones: the pictures stay small, and what is compared is what is kept.
fn fewer(image: &RgbImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| Rgb(image.get_pixel(x, y).0.map(|v| (v.saturating_add(4) / 8).min(31) * 8)))
}

fn check(desk: &mut Desk, look: &Look) {
    desk.harness.remove_cursor();
    settle(desk);
    let shown = desk.harness.render().unwrap();
    let shown = image::DynamicImage::ImageRgba8(shown).into_rgb8();
    let shown = if look.size == LARGE {
        image::imageops::resize(&shown, shown.width() / 2, shown.height() / 2, image::imageops::FilterType::Triangle)
    } else {
        shown
    };
    let shown = fewer(&shown);
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gui/snapshots").join(format!("{}.png", look.name));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        shown.save(&path).unwrap();
        return;
    }
    let kept = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}; write it with UPDATE_SNAPSHOTS=1", path.display())).into_rgb8();
    assert_eq!(kept.dimensions(), shown.dimensions(), "{}", look.name);
    if let Some(cluster) = difference(&kept, &shown) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (now, marks) = (folder.join(format!("{}.png", look.name)), folder.join(format!("{}-marked.png", look.name)));
        shown.save(&now).unwrap();
        marked(&kept, &shown).save(&marks).unwrap();
        panic!(
            "{}: another picture near {}, {} ({} pixels); see {} and {}",
            look.name,
            cluster.x,
            cluster.y,
            cluster.count,
            now.display(),
            marks.display()
        );
    }
}

fn fill(desk: &mut Desk) {
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    let lang = desk.studio().lang();
    let brief = &mut desk.harness.state_mut().session.brief;
    brief.text = if lang == Language::Korean { "신메뉴 출시" } else { "SUMMER SALE" }.into();
    brief.scene = if lang == Language::Korean { "흰 스튜디오 배경" } else { "white studio backdrop" }.into();
    (brief.width, brief.height) = (512, 512);
}

#[test]
fn welcome() {
    for look in [look("welcome-ko-dark", Language::Korean, true, SMALL), look("welcome-en-light", Language::English, false, LARGE)] {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = studio(&look, dir.path(), real(dir.path()));
        check(&mut desk, &look);
        desk.end();
    }
}

#[test]
fn draft_and_brush() {
    let shown = look("draft-en-light", Language::English, false, SMALL);
    let dir = tempfile::tempdir().unwrap();
    let mut desk = studio(&shown, dir.path(), real(dir.path()));
    fill(&mut desk);
    check(&mut desk, &shown);
    desk.harness.state_mut().session.lang = Language::Korean;
    desk.frames(3);
    desk.click("product-refine");
    desk.frames(8);
    check(&mut desk, &look("brush-ko-light", Language::Korean, false, SMALL));
    desk.end();
}

#[test]
fn results_and_windows() {
    let shown = look("result-ko-dark", Language::Korean, true, LARGE);
    let dir = tempfile::tempdir().unwrap();
    let mut desk = studio(&shown, dir.path(), real(dir.path()));
    fill(&mut desk);
    desk.click("command-generate");
    desk.until_made(1);
    desk.click("history-star");
    desk.until("the star", |s| s.jobs()[0].starred);
    desk.harness.state_mut().session.brief.mode = nanococoa::request::CompositionMode::Behind;
    desk.click("command-generate");
    desk.until_made(2);
    desk.frames(200);
    check(&mut desk, &shown);
    for (name, lang, dark, command) in [
        ("export-ko-dark", Language::Korean, true, UiCommand::Export),
        ("server-en-light", Language::English, false, UiCommand::Server),
        ("shortcuts-ko-light", Language::Korean, false, UiCommand::Shortcuts),
        ("palette-en-dark", Language::English, true, UiCommand::Palette),
    ] {
        let look = look(name, lang, dark, SMALL);
        desk.harness.set_size(egui::vec2(SMALL.0, SMALL.1));
        desk.harness.state_mut().session.lang = lang;
        desk.harness.state_mut().session.dark = dark;
        desk.harness.ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
        let ctx = desk.harness.ctx.clone();
        desk.harness.state_mut().execute(&ctx, command);
        desk.frames(20);
        check(&mut desk, &look);
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(4);
    }
    desk.end();
}

/// The smallest window, enlarged: the picture keeps its room, nothing is cut off.
#[test]
fn narrow() {
    let shown = Look { zoom: 1.5, ..look("narrow-en-dark-150", Language::English, true, SMALL) };
    let dir = tempfile::tempdir().unwrap();
    let mut desk = studio(&shown, dir.path(), real(dir.path()));
    fill(&mut desk);
    desk.until_drafted();
    check(&mut desk, &shown);
    desk.end();
}

#[test]
fn zoomed_and_failing() {
    let shown = Look { zoom: 1.5, ..look("failed-ko-dark-150", Language::Korean, true, (1920.0, 1080.0)) };
    let dir = tempfile::tempdir().unwrap();
    let script = crate::common::Script::default();
    script.set("sculpt", Act::Fail(notice!("draft-no-photo")));
    let mut desk = studio(&shown, dir.path(), crate::common::engine_in(dir.path(), &script));
    fill(&mut desk);
    desk.click("command-generate");
    desk.until("the failure", |s| s.jobs().first().is_some_and(|j| j.error.is_some()) && !s.is_loading());
    check(&mut desk, &shown);
    desk.end();
}

/// Every window and menu in both languages and themes, for people to look at:
/// `cargo nextest run --test gui gallery --run-ignored only` writes them to the build folder's `tmp/gallery`.
#[test]
#[ignore = "writes pictures for people, compares nothing"]
fn gallery() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for (lang, dark) in [(Language::Korean, true), (Language::English, false), (Language::Korean, false), (Language::English, true)] {
        let look = look("gallery", lang, dark, SMALL);
        let dir = tempfile::tempdir().unwrap();
        let mut desk = studio(&look, dir.path(), real(dir.path()));
        let shoot = |desk: &mut Desk, name: &str| {
            desk.frames(10);
            let name = format!("{name}-{}-{}.png", if lang == Language::Korean { "ko" } else { "en" }, if dark { "dark" } else { "light" });
            desk.harness.render().unwrap().save(folder.join(name)).unwrap();
        };
        fill(&mut desk);
        settle(&mut desk);
        desk.click("command-generate");
        desk.until_made(1);
        desk.frames(4);
        let ctx = desk.harness.ctx.clone();
        for command in
            [UiCommand::Models, UiCommand::Fonts, UiCommand::OpenPath, UiCommand::Export, UiCommand::Server, UiCommand::Shortcuts]
        {
            desk.harness.state_mut().execute(&ctx, command);
            shoot(&mut desk, command.info().key);
            desk.harness.key_press(egui::Key::Escape);
            desk.frames(4);
        }
        for menu in ["menu-file", "menu-edit", "menu-make", "menu-view", "menu-help", "generate-more", "history-more"] {
            desk.click(menu);
            shoot(&mut desk, menu);
            desk.harness.key_press(egui::Key::Escape);
            desk.frames(4);
        }
        desk.click("history-more");
        desk.click("history-annotate");
        shoot(&mut desk, "note");
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(4);
        desk.click("command-compare");
        shoot(&mut desk, "compare");
        desk.click("command-compare");
        // Held, with its guides.
        let at = desk.place("canvas-move-product");
        desk.harness.hover_at(at);
        desk.frames(2);
        desk.harness.drag_at(at);
        desk.frames(2);
        desk.harness.hover_at(at + egui::vec2(-30.0, 4.0));
        desk.frames(2);
        desk.harness.hover_at(at + egui::vec2(-69.0, 2.0));
        shoot(&mut desk, "drag");
        desk.harness.drop_at(at + egui::vec2(-69.0, 2.0));
        desk.frames(4);
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
        settle(&mut desk);
        desk.click("tab-product");
        shoot(&mut desk, "product");
        desk.click("tab-text");
        shoot(&mut desk, "text");
        let title = desk.studio().jobs()[0].parameters["text_content"].as_str().unwrap().to_owned();
        desk.click_label(&lang.notice(&notice!("history-entry", title = title)));
        desk.click("history-delete");
        desk.until("the empty history", |s| s.jobs().is_empty());
        shoot(&mut desk, "deleted");
        desk.end();
    }
}

/// The layers with each kind of properties, for people to look at; as [`gallery`].
#[test]
#[ignore = "writes pictures for people, compares nothing"]
fn layer_gallery() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for (lang, dark, size) in [
        (Language::Korean, true, SMALL),
        (Language::English, false, SMALL),
        (Language::Korean, false, LARGE),
        (Language::English, true, LARGE),
    ] {
        let look = look("layers", lang, dark, size);
        let dir = tempfile::tempdir().unwrap();
        let mut desk = studio(&look, dir.path(), real(dir.path()));
        let shoot = |desk: &mut Desk, name: &str| {
            desk.harness.remove_cursor();
            desk.frames(10);
            let tag = if lang == Language::Korean { "ko" } else { "en" };
            desk.harness.render().unwrap().save(folder.join(format!("layers-{name}-{tag}-{}.png", size.0))).unwrap();
        };
        fill(&mut desk);
        settle(&mut desk);
        let price = if lang == Language::Korean { "오늘만 2,980원" } else { "Today $2.98" };
        desk.harness.state_mut().session.brief.layers = vec![
            serde_json::json!({"type": "shape", "shape": "burst", "fill": "#E53935", "x": 0.82, "y": 0.2, "width": 0.26, "height": 0.26}),
            serde_json::json!({"type": "text", "text": price, "size": 0.06, "color": "#FFFFFF", "x": 0.5, "y": 0.9, "plate": {"color": "#1E1B17"}}),
            serde_json::json!({"type": "text", "text": "-50 %", "size": 0.08, "color": "#FFFFFF", "x": 0.82, "y": 0.2, "rotation": -12}),
        ];
        settle(&mut desk);
        desk.harness.key_press(egui::Key::L);
        desk.frames(3);
        shoot(&mut desk, "none");
        let row = |name: &str| lang.notice(&notice!("layer-row", name = name.to_owned()));
        for (name, title) in [("text", price), ("turned", "-50 %"), ("shape", lang.t("layer-burst"))] {
            desk.click_label(&row(title));
            settle(&mut desk);
            shoot(&mut desk, name);
        }
        desk.click("layer-fill-color");
        desk.frames(6);
        shoot(&mut desk, "picker");
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(3);
        desk.click_label(lang.t("product-title"));
        shoot(&mut desk, "product");
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        desk.frames(3);
        shoot(&mut desk, "several");
        desk.click("background-color");
        settle(&mut desk);
        shoot(&mut desk, "plain");
        desk.click("menu-layer");
        shoot(&mut desk, "menu");
        desk.end();
    }
}

/// Clicks on what may be out of sight in a small window.
fn press_below_the_fold(desk: &mut Desk, words: &str) {
    desk.harness.get_all_by_label(words).last().unwrap().scroll_to_me();
    desk.frames(6);
    desk.click_label(words);
}

/// The brand kit and the size set, for people to look at; as [`gallery`].
#[test]
#[ignore = "writes pictures for people, compares nothing"]
fn kit_gallery() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for (lang, dark) in [(Language::Korean, true), (Language::English, false)] {
        let look = look("kit", lang, dark, SMALL);
        let dir = tempfile::tempdir().unwrap();
        let kit = dir.path().join("봄 카페");
        std::fs::create_dir_all(kit.join("fonts")).unwrap();
        std::fs::create_dir_all(dir.path().join("studio")).unwrap();
        std::fs::copy(crate::desk::sample(), kit.join("logo.png")).unwrap();
        let text = "name = \"Café Bom\"\nlogo = \"logo.png\"\n[colors]\nprimary = \"#00704A\"\non_primary = \"#FFFFFF\"\naccent = \"#C8102E\"\n\
                    [texts]\nkicker = \"봄 카페 소식\"\n";
        std::fs::write(kit.join("brand.toml"), text).unwrap();
        std::fs::write(dir.path().join("studio/session.json"), serde_json::json!({"brand": kit}).to_string()).unwrap();
        let mut desk = studio(&look, dir.path(), real(dir.path()));
        let shoot = |desk: &mut Desk, name: &str| {
            desk.harness.remove_cursor();
            desk.frames(10);
            let tag = if lang == Language::Korean { "ko" } else { "en" };
            desk.harness.render().unwrap().save(folder.join(format!("kit-{name}-{tag}.png"))).unwrap();
        };
        desk.until("the kit", |s| s.brand_kit().is_some());
        fill(&mut desk);
        settle(&mut desk);
        desk.click("command-generate");
        desk.until_made(1);
        desk.frames(4);
        let ctx = desk.harness.ctx.clone();
        desk.harness.state_mut().execute(&ctx, UiCommand::Brand);
        shoot(&mut desk, "brand");
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(4);
        desk.harness.state_mut().execute(&ctx, UiCommand::Templates);
        desk.until("the pictures", |s| !s.is_loading());
        shoot(&mut desk, "templates");
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(4);
        desk.harness.state_mut().execute(&ctx, UiCommand::AddText);
        desk.frames(6);
        desk.click("layer-color");
        shoot(&mut desk, "picker");
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(4);
        desk.harness.state_mut().execute(&ctx, UiCommand::FormatSet);
        desk.frames(4);
        for id in ["instagram-square", "instagram-story", "google-300x250"] {
            let spec = nanococoa::formats::Catalogue::embedded().get(id).unwrap().clone();
            press_below_the_fold(&mut desk, &format!("{}  {}×{}", spec.name(lang), spec.width, spec.height));
        }
        shoot(&mut desk, "set");
        press_below_the_fold(&mut desk, &lang.notice(&notice!("set-start", count = 3)));
        desk.until("the path box", |s| s.window_name() == Some("path"));
        desk.frames(3);
        desk.fill("path-field", &dir.path().join("set").display().to_string());
        desk.click("path-read");
        desk.until("a running set", |s| s.is_making_set());
        shoot(&mut desk, "making");
        desk.until("the set", |s| !s.is_making_set());
        shoot(&mut desk, "made");
        desk.end();
    }
}
