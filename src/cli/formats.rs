//! `formats`: lists the catalogue; and the files that `generate --format` writes.

use std::path::{Path, PathBuf};

use nanococoa::api::{FormatBody, FormatList};
use nanococoa::config::Config;
use nanococoa::formats::{Catalogue, FileType, FormatRule, FormatSpec};
use nanococoa::notice;
use serde_json::json;

use super::common::Failure;

/// The catalogue with the user's file beside the settings.
pub(super) fn catalogue(config: &Config) -> Result<Catalogue, Failure> {
    Catalogue::load(&Catalogue::user_file(&config.file)).map_err(|e| Failure::bad_input(e.notice()))
}

pub(super) fn formats(config: &Config, as_json: bool) -> Result<(), Failure> {
    let catalogue = catalogue(config)?;
    if as_json {
        let formats = catalogue.formats().iter().map(FormatBody::from).collect();
        say!("{}", json!(FormatList { formats }));
        return Ok(());
    }
    for format in catalogue.formats() {
        let size = format!("{}x{}", format.width, format.height);
        let limit = format.max_bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{} KB", bytes / 1000));
        let name = format.name(nanococoa::notice::Language::English);
        say!("{:<20} {size:>9}  {:<4} {limit:>8}  {name}", format.id, format.file.name());
    }
    Ok(())
}

/// A file to write, and the format that it has.
pub(super) struct Target {
    /// The file; empty only for a dry run.
    pub(super) file: PathBuf,
    /// The format; without one the file is the result as it was made.
    pub(super) format: Option<FormatSpec>,
}

impl Target {
    /// Whether the format allows no headline.
    pub(super) fn leaves_text_out(&self) -> bool {
        self.format.as_ref().is_some_and(|format| format.has(FormatRule::NoText))
    }
}

/// The files of `--out` for the formats of `--format`. `dry_run`: none will be written.
pub(super) fn targets(config: &Config, ids: &[String], out: &Path, dry_run: bool) -> Result<Vec<Target>, Failure> {
    if ids.is_empty() {
        return Ok(vec![Target { file: out.to_path_buf(), format: None }]);
    }
    let catalogue = catalogue(config)?;
    // A name that ends like a folder's is one that is to be made; several files need one.
    let is_several = ids.iter().any(|id| *id != ids[0]);
    let is_named = !out.is_file() && FileType::of_file(out).is_none();
    let is_folder = out.is_dir() || (is_several && is_named) || out.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    if is_several && !is_folder && !dry_run {
        return Err(Failure::bad_input(notice!("cli-out-several", path = out.display())));
    }
    let mut targets: Vec<Target> = Vec::new();
    for id in ids {
        let format = catalogue.get(id).map_err(|why| Failure::bad_input(notice!("cli-format", reason = why)))?.clone();
        if targets.iter().any(|target| target.format.as_ref() == Some(&format)) {
            continue;
        }
        let file = if is_folder { out.join(format!("{}.{}", format.id, format.file.extension())) } else { out.to_path_buf() };
        // Every format can be printed.
        if !dry_run && FileType::of_file(&file).is_none_or(|kind| kind != format.file && kind != FileType::Pdf) {
            let (format, file) = (format.id.clone(), format.file);
            return Err(Failure::bad_input(notice!("cli-out-type", format = format, file = file.name(), extension = file.extension())));
        }
        targets.push(Target { file, format: Some(format) });
    }
    if is_folder && !dry_run {
        let failed = |e: std::io::Error| Failure::bad_input(notice!("error-write", path = out.display(), detail = e.to_string()));
        std::fs::create_dir_all(out).map_err(failed)?;
    }
    Ok(targets)
}
