//! Enforces the directions between modules that ARCHITECTURE.md lists, and that no files depend on each other in a circle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod circles;
mod document;
mod figures;
mod graph;
mod packaging;
mod sentences;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use source::{SourceFile, is_test_only, read_crate, source_root};
use syn::visit::Visit;

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Crates that may be named in these modules only.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["api"]),
    ("base64", &["api"]),
    ("multer", &["api"]),
    ("utoipa", &["api"]),
    ("hyper", &["api"]),
    ("hyper_util", &["api"]),
    ("tower", &["api"]),
    ("tower_http", &["api"]),
    ("utoipa_swagger_ui", &["api"]),
    ("egui", &["gui"]),
    ("eframe", &["gui"]),
    ("muda", &["gui"]),
    ("candle_core", &["backend", "nn", "schedule", "weights"]),
    ("candle_nn", &["backend", "nn", "schedule", "weights"]),
    ("tokenizers", &["backend", "weights"]),
    ("rten", &["backend"]),
    ("reqwest", &["hub"]),
    ("rustls", &["hub"]),
    ("ring", &["hub"]),
    ("fluent_bundle", &["notice"]),
    ("unic_langid", &["notice"]),
    ("nvml_wrapper", &["metrics"]),
    ("sysinfo", &["metrics"]),
    ("rustix", &["metrics"]),
    ("windows", &["gui"]),
    ("raw_window_handle", &["gui"]),
    ("harfrust", &["typography"]),
    ("tiny_skia", &["layers"]),
    ("resvg", &["layers"]),
    ("pdf_writer", &["formats"]),
];

/// Modules that do no I/O, read no clock and start nothing.
const PURE: &[&str] = &["request", "job", "schedule"];
const IMPURE: &[&str] =
    &["std::fs", "std::io", "std::net", "std::thread", "std::process", "std::time::SystemTime", "std::time::Instant", "tokio"];

/// Every path in a file, absolute from the crate's root: `crate::a::b`, `std::fs`, `axum::Json`.
struct Paths {
    module: Vec<String>,
    found: BTreeSet<String>,
}

impl Paths {
    fn add(&mut self, segments: &[String]) {
        let mut base: Vec<String> = Vec::new();
        let mut rest = segments;
        match rest.first().map(String::as_str) {
            Some("crate" | "nanococoa") => {
                base.push("crate".into());
                rest = &rest[1..];
            }
            Some("self") => {
                base.push("crate".into());
                base.extend(self.module.iter().cloned());
                rest = &rest[1..];
            }
            Some("super") => {
                let mut here = self.module.clone();
                while rest.first().is_some_and(|s| s == "super") {
                    here.pop();
                    rest = &rest[1..];
                }
                base.push("crate".into());
                base.extend(here);
            }
            _ => {}
        }
        base.extend(rest.iter().cloned());
        self.found.insert(base.join("::"));
    }

    fn tree(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(p) => {
                prefix.push(p.ident.to_string());
                self.tree(prefix, &p.tree);
                prefix.pop();
            }
            syn::UseTree::Name(n) => self.leaf(prefix, &n.ident),
            syn::UseTree::Rename(n) => self.leaf(prefix, &n.ident),
            syn::UseTree::Glob(_) => self.add(prefix),
            syn::UseTree::Group(g) => g.items.iter().for_each(|t| self.tree(prefix, t)),
        }
    }

    fn leaf(&mut self, prefix: &mut Vec<String>, ident: &syn::Ident) {
        prefix.push(ident.to_string());
        self.add(prefix);
        prefix.pop();
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_test_only(&item.attrs) {
            return;
        }
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test_only(&item.attrs) {
            self.tree(&mut Vec::new(), &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if segments.len() > 1 {
            self.add(&segments);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        match graph::macro_arguments(call) {
            Ok(arguments) => arguments.iter().for_each(|a| self.visit_expr(a)),
            Err(_) => graph::token_paths(call.tokens.clone(), &mut |path| self.add(path)),
        }
    }
}

/// The paths that each source file names.
fn files() -> Vec<(SourceFile, BTreeSet<String>)> {
    let found = |file: SourceFile| {
        let mut paths = Paths { module: file.module[1..].to_vec(), found: BTreeSet::new() };
        paths.visit_file(&file.syntax);
        (file, paths.found)
    };
    read_crate().into_iter().map(found).collect()
}

#[test]
fn modules_point_one_way() {
    let (files, modules) = (files(), document::modules());
    assert!(files.len() > 60, "only {} files were read", files.len());
    let mut broken = Vec::new();
    for (file, paths) in &files {
        let top = file.top();
        if matches!(top, "main" | "lib" | "cli") {
            continue;
        }
        let allowed = &modules.iter().find(|m| m.name == top).unwrap_or_else(|| panic!("{top} has no row in ARCHITECTURE.md")).allowed;
        for path in paths {
            let Some(target) = path.strip_prefix("crate::").and_then(|p| p.split("::").next()) else { continue };
            let known = modules.iter().any(|m| m.name == target);
            if known && target != top && !allowed.iter().any(|name| name == target) {
                broken.push(format!("{}: {path}", file.name));
            }
            // Only the code that creates a backend names its type; all others use the trait.
            if path.starts_with("crate::backend::draft") && top != "backend" && top != "gui" {
                broken.push(format!("{}: {path}", file.name));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn libraries_stay_at_home() {
    let mut broken = Vec::new();
    for (file, paths) in files() {
        for path in &paths {
            for (library, homes) in HOMES {
                if path.split("::").next() == Some(library) && !homes.contains(&file.top()) {
                    broken.push(format!("{}: {path}", file.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn pure_modules_touch_nothing() {
    let mut broken = Vec::new();
    for (file, paths) in files() {
        if PURE.contains(&file.top()) {
            let impure = |path: &&String| IMPURE.iter().any(|i| path.as_str() == *i || path.starts_with(&format!("{i}::")));
            broken.extend(paths.iter().filter(impure).map(|p| format!("{}: {p}", file.name)));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_scan_sees_through_groups_and_parents() {
    let code = "use super::super::{engine::Engine, job as j}; fn f() { crate::api::serve(); } #[cfg(test)] mod tests { use axum::Json; } #[cfg(all(test, unix))] mod more { use axum::Router; } use std::{fs, io::Read};";
    let mut paths = Paths { module: vec!["backend".into(), "draft".into()], found: BTreeSet::new() };
    paths.visit_file(&syn::parse_file(code).unwrap());
    let found: Vec<&str> = paths.found.iter().map(String::as_str).collect();
    assert_eq!(found, ["crate::api::serve", "crate::engine::Engine", "crate::job", "std::fs", "std::io::Read"]);
}

#[test]
fn the_scan_sees_into_macros() {
    let code = "fn f() { notice!(\"a-code\", x = crate::api::port()); vec![crate::gui::open; 2]; json!({\"a\": {\"b\": std::fs::read(p)}}); tokio::select! { _ = super::stop::now() => {} } }";
    let mut paths = Paths { module: vec!["backend".into(), "draft".into()], found: BTreeSet::new() };
    paths.visit_file(&syn::parse_file(code).unwrap());
    let found: Vec<&str> = paths.found.iter().map(String::as_str).collect();
    assert_eq!(found, ["crate::api::port", "crate::backend::stop::now", "crate::gui::open", "std::fs::read", "tokio::select"]);
}

#[test]
fn files_stay_readable() {
    let mut files = Vec::new();
    rust_files(&source_root(), &mut files);
    let long: Vec<_> = files.iter().filter(|f| fs::read_to_string(f).unwrap().lines().count() > 600).collect();
    assert!(long.is_empty(), "over 600 lines: {long:?}");
}
