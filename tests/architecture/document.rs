//! ARCHITECTURE.md as the tests read it: the table of modules, and the files that the documents name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A module and the modules that it may name.
pub struct Module {
    pub name: String,
    pub allowed: Vec<String>,
}

/// The words between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rows of the table under "Modules and directions". Every module may name `notice`.
fn rows(document: &str) -> Vec<Module> {
    let section = document.split("\n## ").find(|s| s.starts_with("Modules and directions\n")).expect("the section is missing");
    let module = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [name, _, allowed] = cells[..] else { panic!("a row has {} cells: {row}", cells.len()) };
        let allowed = code(allowed).chain(["notice"]).map(str::to_owned).collect();
        Module { name: code(name).next().expect(row).to_owned(), allowed }
    };
    section.lines().filter(|line| line.starts_with("| `")).map(module).collect()
}

/// The modules of the library.
pub fn modules() -> Vec<Module> {
    rows(&fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap())
}

#[test]
fn every_module_has_a_row() {
    let rows: BTreeSet<String> = modules().into_iter().map(|m| m.name).collect();
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared = |line: &str| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned);
    let sources: BTreeSet<String> = library.lines().filter_map(declared).collect();
    assert!(sources.len() > 15, "{sources:?}");
    assert_eq!(rows, sources);
}

/// `{en,ko}` in a path stands for several paths.
fn expand(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?))) {
        Some((start, (list, end))) => list.split(',').flat_map(|word| expand(&format!("{start}{word}{end}"))).collect(),
        None => vec![path.to_owned()],
    }
}

/// Whether a word between backticks looks like a file of this repository.
fn is_path(word: &str) -> bool {
    let known = ["src/", "tests/", "assets/", "benches/", "docs/"].iter().any(|folder| word.starts_with(folder));
    let file = [".rs", ".ftl", ".toml", ".md", ".cu"].iter().any(|end| word.ends_with(end)) && word.contains('/');
    (known || file) && !word.contains(['<', '*', ' ', '$', '~']) && !word.starts_with('/')
}

fn exists(path: &str) -> bool {
    [root().to_path_buf(), root().join("src")].iter().any(|base| base.join(path).exists())
}

#[test]
fn files_that_documents_name_exist() {
    let mut documents: Vec<PathBuf> = ["ARCHITECTURE.md", "README.md"].map(|name| root().join(name)).into();
    documents
        .extend(fs::read_dir(root().join("docs")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "md")));
    let (mut count, mut missing) = (0, Vec::new());
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for path in code(&text).filter(|word| is_path(word)).flat_map(expand) {
            count += 1;
            if !exists(&path) {
                missing.push(format!("{}: {path}", document.file_name().unwrap().display()));
            }
        }
    }
    assert!(count > 20, "only {count} paths were found");
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn rows_and_paths_are_read() {
    let document = "# A\n\n## Modules and directions\n\n| module | what | may name |\n|---|---|---|\n| `b` | the `x` | `a`, `c` |\n\n## C\n| `d` | | |\n";
    let [row] = &rows(document)[..] else { panic!() };
    assert_eq!((row.name.as_str(), row.allowed.join(" ").as_str()), ("b", "a c notice"));
    assert_eq!(expand("a/{en,ko}/x.ftl"), ["a/en/x.ftl", "a/ko/x.ftl"]);
    assert!(is_path("request/fields.rs") && is_path("tests/golden/") && !is_path("assets/i18n/<language>/x.ftl") && !is_path("fields.rs"));
    assert!(exists("lib.rs") && !exists("nowhere.rs"));
}
