//! Enforces the directions that ARCHITECTURE.md writes down.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// (folder or file, words it must not name, why)
const RULES: &[(&str, &[&str], &str)] = &[
    (
        "request",
        &["crate::job", "crate::engine", "crate::api", "crate::backend", "crate::store", "std::fs", "std::time", "tokio"],
        "request is pure",
    ),
    ("job", &["crate::engine", "crate::api", "crate::backend", "crate::store", "std::fs", "SystemTime", "Instant", "tokio"], "job is pure"),
    (
        "imaging",
        &["crate::request", "crate::engine", "crate::api", "crate::pipeline", "crate::backend::draft", "std::fs"],
        "imaging knows pixels only",
    ),
    ("typography", &["crate::engine", "crate::api", "crate::pipeline", "crate::backend"], "typography knows letters only"),
    (
        "pipeline",
        &["crate::engine", "crate::api", "crate::store", "crate::backend::draft", "std::fs", "axum"],
        "pipeline knows the trait, not an engine or a door",
    ),
    ("backend", &["crate::engine", "crate::api", "crate::store", "crate::pipeline", "axum"], "backends are told, they do not ask"),
    ("store", &["crate::engine", "crate::api", "crate::backend", "crate::pipeline"], "store keeps files"),
    ("engine", &["crate::api", "crate::gui", "axum", "crate::backend::draft"], "engine does not know its doors"),
    ("gui", &["axum", "crate::backend::diffusion", "candle"], "gui is a door: it drives the engine"),
    ("api", &["crate::gui", "crate::backend", "crate::pipeline", "crate::store", "candle"], "api is a thin door"),
];

#[test]
fn modules_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    let mut read = 0;
    for (module, forbidden, why) in RULES {
        let mut files = Vec::new();
        sources(&root.join(module), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            read += 1;
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                let line = line.split("//").next().unwrap_or_default();
                for word in *forbidden {
                    if line.contains(word) {
                        broken.push(format!("{}:{}: `{word}`: {why}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(read > 20, "only {read} files were scanned");
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn axum_stays_in_the_api() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        if file.starts_with(root.join("api")) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("axum::"), "{} names axum", file.display());
        assert!(file.starts_with(root.join("gui")) || !text.contains("egui"), "{} names egui", file.display());
    }
}

#[test]
fn files_stay_readable() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let long: Vec<_> = files.iter().filter(|f| fs::read_to_string(f).unwrap().lines().count() > 700).collect();
    assert!(long.is_empty(), "over 700 lines: {long:?}");
}
