//! Every control has a name that a screen reader can say.

use egui::Role;
use egui_kittest::kittest::NodeT as _;
use nanococoa::gui::commands::UiCommand;
use nanococoa::notice::Language;

use crate::common::Script;
use crate::desk::Desk;

/// Roles of interactive controls.
const ACTING: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::Slider,
    Role::SpinButton,
    Role::ComboBox,
    Role::Link,
];

fn check(desk: &Desk, place: &str) {
    let mut count = 0;
    for node in desk.harness.root().children_recursive() {
        let node = node.accesskit_node();
        assert!(node.role() != Role::Unknown || node.label().is_none(), "{place}: {:?} has no role", node.label());
    }
    for node in desk.harness.root().children_recursive() {
        let node = node.accesskit_node();
        if !ACTING.contains(&node.role()) {
            continue;
        }
        count += 1;
        let name = node.label().unwrap_or_default();
        let readable = name.chars().any(|c| c.is_alphanumeric());
        assert!(readable || node.value().is_some(), "{place}: a {:?} without a name: {name:?}", node.role());
        assert!(!name.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)), "{place}: an icon in the name {name:?}");
    }
    assert!(count > 20, "{place}: only {count} controls");
}

/// In the smallest window, enlarged, every window keeps what one acts on within reach.
#[test]
fn small_windows_hold_everything() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &Script::default(), lang);
        desk.fill("text-title", "한글 Text");
        desk.click("command-generate");
        desk.until_made(1);
        let size = egui::vec2(1280.0, 720.0) / 1.5;
        desk.harness.set_size(size);
        desk.frames(4);
        let windows = [
            UiCommand::Export,
            UiCommand::Server,
            UiCommand::Models,
            UiCommand::Shortcuts,
            UiCommand::Palette,
            UiCommand::OpenPath,
            UiCommand::Fonts,
            UiCommand::Brand,
            UiCommand::FormatSet,
        ];
        for command in [None].into_iter().chain(windows.map(Some)) {
            let place = command.map_or("desk", |c| c.info().key);
            if let Some(command) = command {
                let ctx = desk.harness.ctx.clone();
                desk.harness.state_mut().execute(&ctx, command);
                desk.frames(4);
            }
            for node in desk.harness.root().children_recursive() {
                let node = node.accesskit_node();
                let Some(at) = node.bounding_box().filter(|_| ACTING.contains(&node.role())) else { continue };
                let inside = at.x0 >= -1.0 && at.x1 <= f64::from(size.x) + 1.0;
                assert!(inside, "{lang:?} {place}: {:?} {:?} lies at {at:?}", node.role(), node.label());
            }
            desk.harness.key_press(egui::Key::Escape);
            desk.frames(3);
        }
        desk.end();
    }
}

#[test]
fn every_control_has_a_name() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &Script::default(), lang);
        check(&desk, "empty");
        desk.fill("text-title", "한글 Text");
        desk.click("command-generate");
        desk.until_made(1);
        desk.frames(4);
        check(&desk, "with a result");
        for command in [
            UiCommand::Export,
            UiCommand::Server,
            UiCommand::Models,
            UiCommand::Shortcuts,
            UiCommand::Palette,
            UiCommand::OpenPath,
            UiCommand::Fonts,
            UiCommand::Brand,
            UiCommand::FormatSet,
        ] {
            let ctx = desk.harness.ctx.clone();
            desk.harness.state_mut().execute(&ctx, command);
            desk.frames(3);
            check(&desk, command.info().key);
            desk.harness.key_press(egui::Key::Escape);
            desk.frames(3);
        }
        desk.end();
    }
}

/// Whether a text has a word in plain letters although the language has only full-width ones: it does not come from the Fluent files.
/// `phrases`: names that are excused wherever they stand, the longest first. `words`: excused as whole words.
fn has_plain_words(text: &str, phrases: &[String], words: &[&str]) -> bool {
    let rest = phrases.iter().fold(text.to_owned(), |rest, phrase| rest.replace(phrase.as_str(), " "));
    let is_plain =
        |word: &str| word.len() > 2 && word.chars().all(|c| c.is_ascii_alphabetic()) && word.chars().any(|c| c.is_ascii_lowercase());
    rest.split(|c: char| !c.is_alphanumeric()).any(|word| is_plain(word) && !words.contains(&word))
}

#[test]
fn only_whole_names_are_excused() {
    let plain = |text: &str| has_plain_words(text, &["FLUX.1 dev".into()], &["End", "Ctrl"]);
    assert!(!plain("ＦＬＵＸ · FLUX.1 dev (Ctrl+End)"));
    assert!(plain("Ending"));
    assert!(plain("Ctrl+End · export"));
    assert!(plain("FLUX.1 development"));
}

/// The words on the screen.
fn texts(desk: &Desk) -> Vec<String> {
    let nodes = desk.harness.root().children_recursive();
    nodes.map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()).unwrap_or_default().to_string()).collect()
}

/// Names of the fonts as lists show them.
fn font_names(desk: &Desk) -> Vec<String> {
    let fonts = desk.engine.fonts();
    let labels = fonts.names().into_iter().filter_map(|name| Some(fonts.entry(&name)?.label(false)?.to_owned()));
    labels.chain(fonts.names()).collect()
}

/// Every word in the window comes from the Fluent files, so that a new language is complete once its files are.
#[test]
fn every_word_can_be_translated() {
    /// Names of products, models, licences, formats and languages.
    const NAMES: &[&str] = &[
        "nanoCocoa",
        "FLUX.1 (schnell or dev)",
        "FLUX.1 schnell / dev",
        "FLUX.1 [dev] Non-Commercial",
        "FLUX.1 schnell",
        "FLUX.1 dev",
        "SDXL base 1.0",
        "ControlNet canny for SDXL",
        "ControlNet canny SDXL",
        "BiRefNet",
        "U²-Netp",
        "Apache-2.0 / Non-Commercial",
        "Apache-2.0",
        "FLUX.1 schnell (Q4_K) + SDXL",
        "FLUX.1 schnell (Q8_0) + SDXL",
        "FLUX.1 schnell (bf16) + SDXL",
        "FLUX.1 dev (Q8_0) + SDXL",
        "FLUX.2 klein 4B",
        "NVIDIA CUDA runtime",
        "NVIDIA CUDA EULA",
        "NVIDIA cuDNN SLA",
        "MIT",
        "CreativeML Open RAIL++-M",
        "Open RAIL++-M",
        "WebP",
        "OpenRaster",
        "English",
        "{name}",
        "{format}",
        "{width}",
        "{height}",
        "{number}",
    ];
    const KEYS: &[&str] = &["Ctrl", "Shift", "Alt", "Delete", "Enter", "Esc", "Space", "Tab"];
    // Presets are data with their own words for each language.
    let presets = [include_str!("../../assets/presets/scenes.toml"), include_str!("../../assets/presets/styles.toml")].join("\n");
    let presets: Vec<&str> = presets.lines().filter_map(|line| line.strip_prefix("en = \"")?.strip_suffix('"')).collect();

    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::Pseudo);
    let mut found = std::collections::BTreeSet::new();
    found.extend(texts(&desk));
    desk.fill("text-title", "한글");
    desk.click("command-generate");
    desk.until_made(1);
    desk.frames(4);
    found.extend(texts(&desk));
    for command in UiCommand::ALL.iter().copied().filter(|c| {
        matches!(
            c,
            UiCommand::Export
                | UiCommand::Server
                | UiCommand::Models
                | UiCommand::Shortcuts
                | UiCommand::Palette
                | UiCommand::OpenPath
                | UiCommand::Fonts
                | UiCommand::Brand
                | UiCommand::FormatSet
        )
    }) {
        let ctx = desk.harness.ctx.clone();
        desk.harness.state_mut().execute(&ctx, command);
        desk.frames(3);
        found.extend(texts(&desk));
        desk.harness.key_press(egui::Key::Escape);
        desk.frames(3);
    }
    let mut names = font_names(&desk);
    desk.end();
    names.extend(NAMES.iter().map(|name| (*name).to_owned()));
    // The catalogue has its own words for each language.
    names.extend(nanococoa::formats::Catalogue::embedded().formats().iter().map(|format| format.name_en.clone()));
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let folder = dir.path().to_str().unwrap();
    // Paths in messages are arguments; the folder's own path has no blanks.
    let without_paths = |text: &str| text.split_whitespace().filter(|part| !part.contains(folder)).collect::<Vec<_>>().join(" ");
    found.retain(|text| !presets.contains(&text.as_str()) && has_plain_words(&without_paths(text), &names, KEYS));
    assert!(found.is_empty(), "not from the Fluent files: {found:#?}");
}
