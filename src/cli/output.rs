//! What `generate` and `resume` write: the advertisement, the pictures of the steps, the report.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use nanococoa::engine::Engine;
use nanococoa::imaging::mark;
use nanococoa::job::{ImageName, JobSnapshot};
use nanococoa::notice::Notice;
use serde_json::{Value, json};

use super::common::{Failure, words};

/// Flags that say what is written and where.
#[derive(Args)]
pub(super) struct Output {
    /// Where the advertisement is written (PNG, or JPEG/WebP by its extension)
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

/// Checks the flags before any work is done, and makes the folder of the steps.
pub(super) fn check(output: &Output) -> Result<(), Failure> {
    if output.dry_run {
        return Ok(());
    }
    let folder = output.file().parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Failure::BadInput(format!("--out: the folder {} does not exist", folder.display())));
    }
    if output.file().is_dir() {
        return Err(Failure::BadInput(format!("--out: {} is a folder; name a file in it", output.file().display())));
    }
    if output.file().exists() && !output.file().is_file() {
        return Err(Failure::BadInput(format!("--out: {} is a device or pipe; name a file", output.file().display())));
    }
    out_format(output.file())?;
    if let Some(folder) = &output.save_steps {
        std::fs::create_dir_all(folder).map_err(|e| Failure::BadInput(format!("--save-steps: cannot create {}: {e}", folder.display())))?;
    }
    Ok(())
}

fn out_format(path: &Path) -> Result<image::ImageFormat, Failure> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("png").to_ascii_lowercase();
    match extension.as_str() {
        "png" => Ok(image::ImageFormat::Png),
        "jpg" | "jpeg" => Ok(image::ImageFormat::Jpeg),
        "webp" => Ok(image::ImageFormat::WebP),
        other => Err(Failure::BadInput(format!("--out: .{other} is not supported; use .png, .jpg or .webp"))),
    }
}

/// Writes the finished job's pictures.
pub(super) fn save(engine: &Engine, job: &JobSnapshot, output: &Output) -> Result<(), Failure> {
    let from = engine.image_path(job.id, ImageName::Final).context("the result is missing")?;
    let bytes = std::fs::read(&from).with_context(|| format!("cannot read {}", from.display()))?;
    let format = out_format(output.file())?;
    let bytes = if format == image::ImageFormat::Png { bytes } else { convert(&bytes, format)? };
    // A link stays a link: what it names is written.
    let target = std::fs::canonicalize(output.file()).unwrap_or_else(|_| output.file().to_path_buf());
    nanococoa::store::write_atomic(&target, &bytes).map_err(|e| {
        if e.is_full() {
            return Failure::Failed(format!("--out: {}", words(&e.notice())));
        }
        let why = e.system_message();
        Failure::Failed(format!("--out: {} cannot be written ({why}); choose a folder that you may write to", output.file().display()))
    })?;
    if let Some(folder) = &output.save_steps {
        for &name in &job.images {
            if let Some(path) = engine.image_path(job.id, name) {
                let to = folder.join(name.file_name());
                std::fs::copy(&path, &to).with_context(|| format!("cannot write {}", to.display()))?;
            }
        }
    }
    Ok(())
}

/// The picture on white: JPEG and WebP are written without transparency, which the result of step 2 (`--stop-step 2`) has.
fn on_white(image: &image::DynamicImage) -> image::RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let rgba = image.to_rgba8();
    image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, alpha] = rgba.get_pixel(x, y).0;
        let over = |v: u8| ((u32::from(v) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

fn convert(png: &[u8], format: image::ImageFormat) -> anyhow::Result<Vec<u8>> {
    let image = on_white(&image::load_from_memory(png).context("the result cannot be read back")?);
    let packet = mark::Origin::of_text(&nanococoa::imaging::png_chunks::read_png_text(png)).map(mark::Origin::xmp);
    let mut out = std::io::Cursor::new(Vec::new());
    if format == image::ImageFormat::Jpeg {
        image.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 92))?;
        Ok(mark::add_jpeg_metadata(out.get_ref(), packet.as_deref()))
    } else {
        Ok(mark::encode_webp(&image, packet.as_deref())?)
    }
}

/// The line of `--json`.
pub(super) fn report(job: &JobSnapshot, output: &Output, saved: bool) -> Value {
    json!({
        "job_id": job.id,
        "status": job.status,
        "message": job.message.to_string(),
        "error": job.error.as_ref().map(Notice::to_string),
        "out": saved.then(|| output.file().display().to_string()),
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
    })
}
