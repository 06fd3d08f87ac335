//! The output of `generate` and `resume`: the advertisement, the pictures of the steps, the report.

use std::path::{Path, PathBuf};

use clap::Args;
use nanococoa::engine::{Engine, Layered};
use nanococoa::formats::{self, Compression, Exported, FileType, FormatSpec, Master, OraLayer};
use nanococoa::imaging::mark;
use nanococoa::job::{ImageName, JobSnapshot};
use nanococoa::notice;
use nanococoa::notice::Notice;
use nanococoa::paths::{self, WindowsNameProblem};
use serde_json::{Value, json};

use super::common::Failure;
use super::formats::Target;

/// Flags for the written files.
#[derive(Args)]
pub(super) struct Output {
    /// Where the advertisement is written: .png, .jpg, .webp, .pdf (for print) or .ora (with layers); with --format also a folder
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    pub(super) out: Option<PathBuf>,
    /// Only tell which steps would run, which are kept already, and how long it would take
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Also write every intermediate picture into this folder
    #[arg(long, value_name = "DIR")]
    save_steps: Option<PathBuf>,
    /// One line of JSON on standard output, no progress bar
    #[arg(long)]
    pub(super) json: bool,
}

impl Output {
    /// The file of the advertisement; empty only for a dry run.
    pub(super) fn file(&self) -> &Path {
        self.out.as_deref().unwrap_or(Path::new(""))
    }
}

/// Checks the flags before any work is done, and creates the folder of `--save-steps`. `file`: one that will be written.
pub(super) fn check(output: &Output, file: &Path) -> Result<(), Failure> {
    if output.dry_run {
        return Ok(());
    }
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Failure::bad_input(notice!("cli-out-folder", folder = folder.display())));
    }
    if cfg!(windows)
        && let Some(notice) = windows_refusal(file)
    {
        return Err(Failure::bad_input(notice));
    }
    if file.is_dir() {
        return Err(Failure::bad_input(notice!("cli-out-is-folder", path = file.display())));
    }
    if file.exists() && !file.is_file() {
        return Err(Failure::bad_input(notice!("cli-out-not-a-file", path = file.display())));
    }
    out_format(file)?;
    if let Some(folder) = &output.save_steps {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::bad_input(notice!("cli-steps-folder", folder = folder.display(), detail = e.to_string())))?;
    }
    Ok(())
}

/// Why Windows cannot write a file of this name. Without this check the job would fail at its end, or write a file of another name.
fn windows_refusal(path: &Path) -> Option<Notice> {
    Some(match paths::windows_name_problem(&path.to_string_lossy())? {
        WindowsNameProblem::Device => notice!("cli-out-device-name", path = path.display()),
        WindowsNameProblem::Character(c) => {
            notice!(
                "cli-out-character",
                path = path.display(),
                character = if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
            )
        }
        WindowsNameProblem::End => notice!("cli-out-name-end", path = path.display()),
    })
}

/// The type of a file that is written without a format of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OutFile {
    Picture(image::ImageFormat),
    Pdf,
    Ora,
}

fn out_format(path: &Path) -> Result<OutFile, Failure> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("png").to_ascii_lowercase();
    match extension.as_str() {
        "png" => Ok(OutFile::Picture(image::ImageFormat::Png)),
        "jpg" | "jpeg" => Ok(OutFile::Picture(image::ImageFormat::Jpeg)),
        "webp" => Ok(OutFile::Picture(image::ImageFormat::WebP)),
        "pdf" => Ok(OutFile::Pdf),
        "ora" => Ok(OutFile::Ora),
        other => Err(Failure::bad_input(notice!("cli-out-format", extension = other.to_owned()))),
    }
}

/// A file in a format.
pub(super) struct Saved {
    /// The file; `None` without a format.
    pub(super) exported: Option<Exported>,
}

/// Writes the finished job's pictures.
pub(super) fn save(engine: &Engine, job: &JobSnapshot, output: &Output, target: &Target) -> Result<Saved, Failure> {
    let exported = target.format.as_ref().map(|format| export(engine, job, format, &target.file)).transpose()?;
    let plain;
    let bytes = match &exported {
        Some(exported) => &exported.bytes,
        None => {
            plain = result(engine, job, &target.file)?;
            &plain
        }
    };
    // If the target is a symbolic link, the file that it points to is written.
    let file = std::fs::canonicalize(&target.file).unwrap_or_else(|_| target.file.clone());
    nanococoa::store::write_atomic(&file, bytes).map_err(|e| {
        if e.is_full() || e.is_busy() {
            return Failure::failed(notice!("cli-out-refused", reason = e.notice()));
        }
        Failure::failed(notice!("cli-out-unwritable", path = target.file.display(), detail = e.system_message()))
    })?;
    save_steps(engine, job, output)?;
    Ok(Saved { exported })
}

/// The advertisement in a format of the catalogue.
fn export(engine: &Engine, job: &JobSnapshot, format: &FormatSpec, to: &Path) -> Result<Exported, Failure> {
    let missing = || Failure::failed(notice!("cli-result-missing"));
    let name = formats::picture_for(format, &job.images).ok_or_else(missing)?;
    let png = engine.picture(job.id, name).ok_or_else(missing)?;
    let letters = engine.picture(job.id, ImageName::Letters);
    let placed = engine.picture(job.id, ImageName::Placed);
    let master = Master { name, png: &png, letters: letters.as_deref(), placed: placed.as_deref() };
    let file = FileType::of_file(to);
    formats::export(&master, format, formats::Options { file, ..formats::Options::default() }).map_err(Failure::failed)
}

/// The result as it was made, in the file type of the target's extension.
fn result(engine: &Engine, job: &JobSnapshot, file: &Path) -> Result<Vec<u8>, Failure> {
    let from = engine.image_path(job.id, ImageName::Final).ok_or_else(|| Failure::failed(notice!("cli-result-missing")))?;
    let bytes = std::fs::read(&from)
        .map_err(|e| Failure::failed(notice!("cli-result-unreadable", path = from.display(), detail = e.to_string())))?;
    match out_format(file)? {
        OutFile::Picture(image::ImageFormat::Png) => Ok(bytes),
        OutFile::Picture(format) => convert(&bytes, format, job.is_clear()),
        OutFile::Pdf => {
            let picture = image::load_from_memory(&bytes);
            let picture = picture.map_err(|e| Failure::failed(notice!("cli-result-undecodable", detail = e.to_string())))?;
            formats::write_pdf(&picture.into_rgba8(), None, origin(&bytes).as_deref()).map_err(Failure::failed)
        }
        OutFile::Ora => layered(engine, job, origin(&bytes).as_deref()),
    }
}

/// The advertisement as a file with layers.
fn layered(engine: &Engine, job: &JobSnapshot, xmp: Option<&str>) -> Result<Vec<u8>, Failure> {
    let Layered { parts, picture } = engine.layered(job.id).map_err(Failure::failed)?;
    let names: Vec<String> = parts.iter().map(|(name, _)| super::common::words(name)).collect();
    let layers: Vec<OraLayer<'_>> = names
        .iter()
        .zip(&parts)
        .map(|(name, (_, part))| OraLayer { name, image: &part.image, left: part.left, top: part.top, is_hidden: part.is_hidden })
        .collect();
    formats::write_ora(&layers, &picture, formats::PRINT_DPI, xmp).map_err(Failure::failed)
}

/// The XMP packet with the origin of a result.
fn origin(png: &[u8]) -> Option<String> {
    mark::Origin::of_text(&nanococoa::imaging::png_chunks::read_png_text(png)).map(mark::Origin::xmp)
}

/// Writes the pictures of the steps into the folder of `--save-steps`.
fn save_steps(engine: &Engine, job: &JobSnapshot, output: &Output) -> Result<(), Failure> {
    if let Some(folder) = &output.save_steps {
        for &name in &job.images {
            if let Some(path) = engine.image_path(job.id, name) {
                let to = folder.join(name.file_name());
                std::fs::copy(&path, &to)
                    .map_err(|e| Failure::failed(notice!("cli-step-unwritable", path = to.display(), detail = e.to_string())))?;
            }
        }
    }
    Ok(())
}

/// Converts a picture to JPEG or WebP, over white: the result of `--stop-step 2` has transparency. `is_clear`: it has no background, which WebP
/// can store.
fn convert(png: &[u8], format: image::ImageFormat, is_clear: bool) -> Result<Vec<u8>, Failure> {
    let not_encoded = |e: &dyn std::fmt::Display| Failure::failed(notice!("cli-result-not-encoded", detail = e.to_string()));
    let image = image::load_from_memory(png).map_err(|e| Failure::failed(notice!("cli-result-undecodable", detail = e.to_string())))?;
    if is_clear && format == image::ImageFormat::Jpeg && formats::has_clear_pixels(&image) {
        say_stderr!("note: {}", super::common::words(&formats::no_transparency(FileType::Jpeg)));
    }
    let clear = (is_clear && format == image::ImageFormat::WebP).then(|| image.to_rgba8());
    let image = nanococoa::imaging::flattened(image);
    let packet = origin(png);
    let mut out = std::io::Cursor::new(Vec::new());
    if format == image::ImageFormat::Jpeg {
        image.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 92)).map_err(|e| not_encoded(&e))?;
        Ok(mark::add_jpeg_metadata(out.get_ref(), packet.as_deref()))
    } else {
        match clear {
            Some(clear) => mark::encode_webp(&clear, packet.as_deref()),
            None => mark::encode_webp(&image, packet.as_deref()),
        }
        .map_err(|e| not_encoded(&e))
    }
}

/// The line of `--json`.
pub(super) fn report(job: &JobSnapshot, target: &Target, saved: Option<&Saved>) -> Value {
    let mut line = json!({
        "job_id": job.id,
        "status": job.status,
        "message": job.message.to_string(),
        "error": job.error.as_ref().map(Notice::to_string),
        "out": saved.map(|_| target.file.display().to_string()),
        "engine": job.backend,
        "engine_label": job.backend_label,
        "engine_reason": job.backend_reason.to_string(),
        "seed": job.seed,
        "width": job.width,
        "height": job.height,
        "legibility": job.legibility,
        "elapsed_sec": job.elapsed(0.0),
        "warnings": job.warnings.iter().map(Notice::to_string).collect::<Vec<_>>(),
        "cached_steps": job.cached_steps,
    });
    if let Some(format) = &target.format {
        line["format"] = json!(format.id);
    }
    if let (Some(format), Some(exported)) = (&target.format, saved.and_then(|saved| saved.exported.as_ref())) {
        let (quality, colours) = match exported.compression {
            Compression::Lossless => (None, None),
            Compression::Quality(quality) => (Some(quality), None),
            Compression::Colours(colours) => (None, Some(colours)),
        };
        line["export"] = json!({
            "file": exported.file.word(),
            "width": exported.size.0,
            "height": exported.size.1,
            "bytes": exported.bytes.len(),
            "quality": quality,
            "colours": colours,
            "message": exported.summary(format).to_string(),
            "notices": exported.notices.iter().map(|n| json!({"code": n.code(), "text": super::common::words(n)})).collect::<Vec<_>>(),
        });
    }
    line
}
