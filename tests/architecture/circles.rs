//! No file may depend on itself through others. `circles.txt` lists the circles that are still to be undone: it may only shrink.

use std::fs;
use std::path::Path;

use crate::graph::Graph;
use crate::source::read_crate;

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/architecture/circles.txt");

/// One circle a line, its files separated by spaces.
fn known() -> Vec<Vec<String>> {
    let text = fs::read_to_string(LIST).unwrap_or_default();
    text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(|l| l.split(' ').map(str::to_owned).collect()).collect()
}

fn is_part_of(circle: &[String], known: &[Vec<String>]) -> bool {
    known.iter().any(|k| circle.iter().all(|file| k.contains(file)))
}

#[test]
fn files_form_no_circles() {
    let graph = Graph::new(&read_crate());
    let (found, known) = (graph.circles(), known());
    let new: Vec<String> = found.iter().filter(|c| !is_part_of(c, &known)).flat_map(|c| graph.inside(c)).collect();
    assert!(new.is_empty(), "a new circle, or a known one with more files:\n{}", new.join("\n"));
    if found == known {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_CIRCLES").is_some(),
        "circles became fewer or smaller: run `UPDATE_CIRCLES=1 cargo test --test architecture circles` and commit {LIST}"
    );
    let mut text = String::from(
        "# Circles of files that are still to be undone. Written by `UPDATE_CIRCLES=1 cargo test --test architecture circles`.\n",
    );
    for circle in &found {
        text += &circle.join(" ");
        text.push('\n');
    }
    fs::write(Path::new(LIST), text).unwrap();
}
