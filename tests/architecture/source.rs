//! Reads the crate as the compiler does: from `lib.rs` and `main.rs` along the `mod` declarations, without anything behind `#[cfg(test)]`.

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;

/// A source file that is compiled into the program.
pub struct SourceFile {
    /// Path below `src`, with forward slashes.
    pub name: String,
    /// Module path; the first segment is the crate: `crate` for the library, `main` for the program.
    pub module: Vec<String>,
    pub syntax: syn::File,
    /// Lines of the file, inline test modules excluded.
    pub lines: usize,
}

impl SourceFile {
    /// The top-level module, or the name of the crate root.
    pub fn top(&self) -> &str {
        match (self.module[0].as_str(), self.module.get(1)) {
            (_, Some(top)) => top,
            ("crate", None) => "lib",
            _ => "main",
        }
    }
}

/// The `src` folder: this crate's, or the one that `NANOCOCOA_SOURCES` names (to measure another commit).
pub fn source_root() -> PathBuf {
    std::env::var_os("NANOCOCOA_SOURCES").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from)
}

/// Every source file of the library and the program.
pub fn read_crate() -> Vec<SourceFile> {
    let root = source_root();
    let mut files = Vec::new();
    read_file(&root, &root.join("lib.rs"), &root, vec!["crate".into()], &mut files);
    read_file(&root, &root.join("main.rs"), &root, vec!["main".into()], &mut files);
    files
}

/// Whether an item exists in tests only.
pub fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test") || a.path().is_ident("cfg") && a.parse_args::<syn::Meta>().is_ok_and(|condition| needs_test(&condition))
    })
}

/// Whether a condition of `cfg` holds in tests only: `test`, or `all` with it.
fn needs_test(condition: &syn::Meta) -> bool {
    match condition {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated)
            .is_ok_and(|all| all.iter().any(needs_test)),
        _ => false,
    }
}

/// Lines from the first to the last token, both included.
pub fn line_count(span: proc_macro2::Span) -> usize {
    span.end().line - span.start().line + 1
}

fn read_file(root: &Path, path: &Path, children: &Path, module: Vec<String>, files: &mut Vec<SourceFile>) {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let syntax = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let mut tests = 0;
    let mut inner = Vec::new();
    for item in &syntax.items {
        if let syn::Item::Mod(m) = item {
            match (is_test_only(&m.attrs), &m.content) {
                (true, Some(_)) => tests += line_count(m.span()),
                (false, _) => inner.push(m.clone()),
                _ => {}
            }
        }
    }
    files.push(SourceFile { name, module: module.clone(), lines: text.lines().count() - tests, syntax });
    for item in inner {
        read_module(root, &item, path, children, &module, files);
    }
}

fn read_module(root: &Path, item: &syn::ItemMod, parent: &Path, children: &Path, module: &[String], files: &mut Vec<SourceFile>) {
    let ident = item.ident.to_string();
    let module = [module, std::slice::from_ref(&ident)].concat();
    let inside = children.join(&ident);
    if let Some((_, items)) = &item.content {
        for nested in items {
            if let syn::Item::Mod(m) = nested
                && !is_test_only(&m.attrs)
            {
                read_module(root, m, parent, &inside, &module, files);
            }
        }
        return;
    }
    let named = item.attrs.iter().find(|a| a.path().is_ident("path")).map(|a| match &a.meta {
        syn::Meta::NameValue(syn::MetaNameValue { value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. }), .. }) => s.value(),
        _ => panic!("#[path] without a string in {}", parent.display()),
    });
    let path = match named {
        Some(named) => parent.parent().unwrap().join(named),
        None if inside.with_extension("rs").is_file() => inside.with_extension("rs"),
        None => inside.join("mod.rs"),
    };
    read_file(root, &path, &inside, module, files);
}
