//! `generate` and `resume`: one job from the command line, with the same parser and engine as REST.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use nanococoa::api::attach_base64;
use nanococoa::config::Config;
use nanococoa::engine::{Engine, EngineError, SubmitPolicy, decode_field_file, project};
use nanococoa::job::{ImageName, JobSnapshot, JobStatus};
use nanococoa::notice::Notice;
use nanococoa::request::fields::{BACKGROUND_COLOR, BACKGROUND_IMAGE, FIELDS, FIELDS_OF_PHOTO, Field, LAYERS, PRODUCT_IMAGE};
use nanococoa::request::{Attachment, FieldError, JobSpec, RawRequest, RequestKind, UnusableImage};
use nanococoa::templates::free_text_y;
use nanococoa::{notice, paths};
use serde_json::{Value, json};
use uuid::Uuid;

use super::common::{Failure, runtime, start_engine, words};
use super::formats::{self, Target};
use super::layers;
use super::output::{self, Output, Saved};
use super::signals::end_signal;
use super::size_set::{self, Master};
use super::templates::{Filling, TemplateArgs};

/// Flags of `generate`. Each flag sets one field of `POST /generate`.
#[derive(Args)]
pub(super) struct GenerateArgs {
    /// Project that was saved in the studio (.ncocoa); the other flags change it
    #[arg(long, value_name = "FILE.ncocoa")]
    project: Option<PathBuf>,
    /// Product photo (PNG, JPEG, WebP, HEIC, BMP, TIFF); without it only the scene is painted
    #[arg(long, value_name = "FILE")]
    product: Option<PathBuf>,
    /// Slogan; without it only the background step runs. "\n" breaks the line
    #[arg(long, allow_hyphen_values = true)]
    text: Option<String>,
    /// Scene, in English or Korean
    #[arg(long)]
    prompt: Option<String>,
    /// What the scene should not have
    #[arg(long)]
    negative_prompt: Option<String>,
    /// Material or look of the letters: gold, neon tube, 유리, 풍선, flat #1e90ff, paper-cut…
    #[arg(long)]
    style: Option<String>,
    /// Face as `nanococoa doctor` and GET /fonts list it
    #[arg(long, value_name = "NAME")]
    font: Option<String>,
    /// overlay, blend or behind
    #[arg(long)]
    mode: Option<String>,
    /// top, center, bottom or auto
    #[arg(long)]
    position: Option<String>,
    /// Centre of the product, 0 left to 1 right; automatic when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    product_x: Option<String>,
    /// Foot of the product, 0 top to 1 bottom; automatic when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    product_y: Option<String>,
    /// Size of the product, 0.1 to 4 times the automatic one
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    product_scale: Option<String>,
    /// Turns the product by these degrees, clockwise, -180 to 180
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    product_rotation: Option<String>,
    /// Mirrors the product: horizontal, vertical, both or none
    #[arg(long, value_name = "WHICH")]
    product_flip: Option<String>,
    /// Part of the photo that is used, as fractions of its sides, such as 0.1,0,0.9,1
    #[arg(long, value_name = "LEFT,TOP,RIGHT,BOTTOM", allow_hyphen_values = true)]
    product_crop: Option<String>,
    /// Lightens or darkens the product, -1 to 1 EV
    #[arg(long, value_name = "EV", allow_negative_numbers = true)]
    product_exposure: Option<String>,
    /// Colours of the product, -1 (cooler) to 1 (warmer)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    product_white_balance: Option<String>,
    /// Density of the product's shadow: 0 none, 1 as the light makes it, 2 twice that
    #[arg(long, value_name = "0..2", allow_negative_numbers = true)]
    shadow_strength: Option<String>,
    /// Softness of the product's shadow, 0 (sun) to 1 (overcast); by the scene's light when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    shadow_softness: Option<String>,
    /// Where the product's shadow falls, in degrees clockwise: 0 right, 90 towards the viewer; by the scene's light when left out
    #[arg(long, value_name = "0..360", allow_negative_numbers = true)]
    shadow_direction: Option<String>,
    /// Whether the surface is darker where the product touches it: true or false
    #[arg(long, value_name = "BOOL")]
    shadow_contact: Option<String>,
    /// Centre of the letters, 0 left to 1 right; automatic when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    text_x: Option<String>,
    /// Centre of the letters, 0 top to 1 bottom; by --position when left out
    #[arg(long, value_name = "0..1", allow_negative_numbers = true)]
    text_y: Option<String>,
    /// Size of the letters, 0.2 to 1 times the largest one that fits
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    text_scale: Option<String>,
    /// From how high the scene is seen, 0 (eye level) to 90 degrees (from above); as the photo was taken when left out
    #[arg(long, value_name = "0..90", allow_negative_numbers = true)]
    camera_elevation: Option<String>,
    /// Corrected cut-out mask of the photo: white (or opaque) is product
    #[arg(long, value_name = "FILE")]
    mask: Option<PathBuf>,
    /// Texts, pictures and shapes on the advertisement: a JSON list as in POST /generate, whose pictures may be paths relative to the file
    #[arg(long, value_name = "FILE.json")]
    layers: Option<PathBuf>,
    /// Plain background of this colour, such as #00C73C, instead of a painted scene; "transparent" for none
    #[arg(long, value_name = "#RRGGBB")]
    background_color: Option<String>,
    /// Own picture as the background instead of a painted scene
    #[arg(long, value_name = "FILE")]
    background_image: Option<PathBuf>,
    /// Run this step and later ones even if their results are kept already
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    force_from_step: Option<String>,
    /// 1 everything, 2 from the text on, 3 composite only
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    from_step: Option<String>,
    /// End after this step, 1 to 3, not below --from-step; its result is written to --out
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    stop_step: Option<String>,
    /// Result of step 1, for --from-step 2 and 3
    #[arg(long, value_name = "FILE")]
    step1: Option<PathBuf>,
    /// Result of step 2 (with transparency), for --from-step 3
    #[arg(long, value_name = "FILE")]
    step2: Option<PathBuf>,
    /// Canvas, such as 1024x1024 or 1080x1350; sides from 256 to 4096 pixels
    #[arg(long, value_name = "WxH", allow_negative_numbers = true)]
    size: Option<String>,
    /// Format of `nanococoa formats`: canvas, layout, file type and byte limit follow from it. Several, separated by commas: --out is then a folder
    #[arg(long = "format", visible_alias = "formats", value_name = "ID", value_delimiter = ',', conflicts_with = "size")]
    formats: Vec<String>,
    /// Same seed, same picture; drawn at random when left out
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<String>,
    /// auto, draft or diffusion
    #[arg(long)]
    engine: Option<String>,
    /// Models of the diffusion engine: auto, flux1 or flux2-klein
    #[arg(long)]
    model: Option<String>,
    /// Inpaint strength, 0 to 1
    #[arg(long, allow_negative_numbers = true)]
    strength: Option<String>,
    /// Composition strength, 0 to 1
    #[arg(long, allow_negative_numbers = true)]
    composition_strength: Option<String>,
    /// Any other field of POST /generate; may be given several times
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    template: TemplateArgs,
    #[command(flatten)]
    output: Output,
}

/// Flags of `resume`.
#[derive(Args)]
pub(super) struct ResumeArgs {
    /// The job
    #[arg(value_parser = job_id)]
    id: Uuid,
    #[command(flatten)]
    output: Output,
}

fn job_id(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| "this is not a job ID; a failed or stopped `generate` prints it, and so do --json and GET /jobs".into())
}

/// `named_folder`: whether the command line names the data folder, so that no other folder may be used.
pub(super) fn generate(config: Result<Config, Failure>, args: GenerateArgs, named_folder: bool) -> Result<(), Failure> {
    let mut told = false;
    let result = config.and_then(|config| prepare(config, &args, named_folder, &mut told));
    tell_failure(args.output.json && !told, result)
}

/// With `--json` there is one line on standard output whatever happens.
fn tell_failure(json: bool, result: Result<(), Failure>) -> Result<(), Failure> {
    if let (true, Err(failure)) = (json, &result)
        && !failure.notices().is_empty()
    {
        say!("{}", json!({"job_id": null, "status": "failed", "error": failure.text(), "out": null}));
    }
    result
}

fn prepare(mut config: Config, args: &GenerateArgs, named_folder: bool, told: &mut bool) -> Result<(), Failure> {
    let brand = args.template.load_brand(&mut config)?;
    let targets = formats::targets(&config, &args.formats, args.output.file(), args.output.dry_run)?;
    for target in &targets {
        output::check(&args.output, &target.file)?;
    }
    for (flag, input) in [
        ("--project", &args.project),
        ("--product", &args.product),
        ("--step1", &args.step1),
        ("--step2", &args.step2),
        ("--mask", &args.mask),
        ("--layers", &args.layers),
        ("--background-image", &args.background_image),
    ] {
        let same = |a: &Path, b: &Path| matches!((std::fs::canonicalize(a), std::fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b);
        let is_target = |input: &Path| targets.iter().any(|target| same(input, &target.file));
        if !args.output.dry_run && input.as_deref().is_some_and(is_target) {
            return Err(Failure::bad_input(notice!("cli-out-is-input", flag = flag)));
        }
    }
    let mut base = project(args)?;
    let (raw, filling) = if args.template.is_used() {
        attach_base64(&mut base);
        let flags = raw_request(args, RawRequest::default())?;
        let filling = Filling::read(&args.template, &config, brand, (&base, flags))?;
        (base, filling)
    } else {
        (raw_request(args, base)?, None)
    };
    let (engine, temporary) = match start_engine(&config) {
        Ok(engine) => (engine, None),
        // A running studio or server owns the folder; one picture can be made without it.
        Err(EngineError::Store(error)) if error.is_in_use() && !named_folder => {
            say_stderr!("note: {}", words(&notice!("cli-beside", folder = config.data_dir.display())));
            let folder = tempfile::tempdir().map_err(|e| Failure::failed(notice!("cli-temporary-folder", detail = e.to_string())))?;
            let config = Config { data_dir: folder.path().into(), ..config };
            (start_engine(&config).map_err(cannot_start)?, Some(folder))
        }
        Err(error) => return Err(Failure::failed(error.notice())),
    };
    run_jobs(&engine, (raw, filling), args.layers.as_deref(), (&args.output, &targets), temporary.is_none(), told)
}

pub(super) fn resume(config: Result<Config, Failure>, args: ResumeArgs) -> Result<(), Failure> {
    let mut told = false;
    let run = || {
        output::check(&args.output, args.output.file())?;
        let engine = start_engine(&config?).map_err(cannot_start)?;
        let raw = engine
            .resume_request(args.id)
            .map_err(|e| Failure::bad_input(notice!("cli-job-id", id = args.id.to_string(), reason = e.notice())))?;
        let targets = [Target { file: args.output.file().to_path_buf(), format: None }];
        run_jobs(&engine, (raw, None), None, (&args.output, &targets), true, &mut told)
    };
    let result = run();
    tell_failure(args.output.json && !told, result)
}

fn cannot_start(error: EngineError) -> Failure {
    Failure::failed(notice!("cli-engine", reason = error.notice()))
}

/// The request of `--project`, or an empty one.
fn project(args: &GenerateArgs) -> Result<RawRequest, Failure> {
    let Some(path) = &args.project else { return Ok(RawRequest::default()) };
    let bytes = project::read_file(&paths::find(path))
        .map_err(|e| Failure::bad_input(notice!("cli-project-unreadable", path = path.display(), reason = e)))?;
    project::read_project(&bytes).map_err(|e| Failure::bad_input(notice!("cli-project", path = path.display(), reason = e.notice())))
}

/// The request of the other flags on top of `raw`.
fn raw_request(args: &GenerateArgs, mut raw: RawRequest) -> Result<RawRequest, Failure> {
    let names_product = |pair: &String| {
        pair.split_once('=').is_some_and(|(name, _)| field_of(name.trim()).is_some_and(|field| field.name == PRODUCT_IMAGE.name))
    };
    if args.product.is_some() || args.set.iter().any(names_product) {
        // Mask, camera and corrections belong to the project's own photo. The place stays: one project serves many products.
        raw.attachments.remove("mask_image");
        raw.fields.retain(|name, _| !FIELDS_OF_PHOTO.iter().any(|field| field.name == name));
    }
    if args.background_color.is_some() || args.background_image.is_some() {
        // One background replaces the other.
        raw.attachments.remove(BACKGROUND_IMAGE.name);
        raw.fields.retain(|name, _| name != BACKGROUND_IMAGE.name && name != BACKGROUND_COLOR.name);
    }
    add_fields(&mut raw, args)?;
    add_pictures(&mut raw, args);
    if let Some(path) = &args.layers {
        layers::read(&mut raw, path)?;
    }
    // `--set` and projects of other programs may name pictures as over REST.
    attach_base64(&mut raw);
    Ok(raw)
}

/// The fields that flags name.
fn add_fields(raw: &mut RawRequest, args: &GenerateArgs) -> Result<(), Failure> {
    let fields = [
        ("text_content", args.text.as_ref().map(|t| t.replace("\\n", "\n"))),
        ("bg_prompt", args.prompt.clone()),
        ("bg_negative_prompt", args.negative_prompt.clone()),
        ("text_model_prompt", args.style.clone()),
        ("font_name", args.font.clone()),
        ("composition_mode", args.mode.clone()),
        ("text_position", args.position.clone()),
        ("start_step", args.from_step.clone()),
        ("seed", args.seed.clone()),
        ("engine", args.engine.clone()),
        ("model", args.model.clone()),
        ("strength", args.strength.clone()),
        ("composition_strength", args.composition_strength.clone()),
        ("product_x", args.product_x.clone()),
        ("product_y", args.product_y.clone()),
        ("product_scale", args.product_scale.clone()),
        ("product_rotation", args.product_rotation.clone()),
        ("product_flip", args.product_flip.clone()),
        ("product_exposure", args.product_exposure.clone()),
        ("product_white_balance", args.product_white_balance.clone()),
        ("shadow_strength", args.shadow_strength.clone()),
        ("shadow_softness", args.shadow_softness.clone()),
        ("shadow_direction", args.shadow_direction.clone()),
        ("shadow_contact", args.shadow_contact.clone()),
        ("text_x", args.text_x.clone()),
        ("text_y", args.text_y.clone()),
        ("text_scale", args.text_scale.clone()),
        ("camera_elevation", args.camera_elevation.clone()),
        ("force_from_step", args.force_from_step.clone()),
        ("stop_step", args.stop_step.clone()),
        ("background_color", args.background_color.clone()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            raw.fields.insert(name.into(), Value::String(value));
        }
    }
    if let Some(size) = &args.size {
        let Some((w, h)) = size.split_once(['x', 'X', '×']) else {
            return Err(Failure::bad_input(notice!("cli-size", size = size)));
        };
        raw.fields.insert("width".into(), Value::String(w.trim().into()));
        raw.fields.insert("height".into(), Value::String(h.trim().into()));
    }
    if let Some(crop) = &args.product_crop {
        let edges: Vec<&str> = crop.split(',').map(str::trim).collect();
        let [left, top, right, bottom] = edges[..] else {
            return Err(Failure::bad_input(notice!("cli-product-crop", value = crop)));
        };
        let fields = [("left", left), ("top", top), ("right", right), ("bottom", bottom)];
        raw.fields.extend(fields.map(|(edge, value)| (format!("product_crop_{edge}"), Value::String(value.into()))));
    }
    for pair in &args.set {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::bad_input(notice!("cli-set", pair = pair)));
        };
        set_field(raw, name.trim(), value);
    }
    Ok(())
}

/// The table's field with this name or alias.
fn field_of(name: &str) -> Option<&'static Field> {
    FIELDS.iter().copied().find(|field| field.names().any(|known| known == name))
}

/// Replaces a field, whichever of its names the project uses, and its attached picture.
fn set_field(raw: &mut RawRequest, name: &str, value: &str) {
    if let Some(field) = field_of(name) {
        raw.attachments.remove(field.name);
        for known in field.names() {
            raw.fields.remove(known);
        }
        if field.name == LAYERS.name {
            raw.layer_pictures.clear();
        }
    }
    raw.fields.insert(name.into(), Value::String(value.into()));
}

/// The pictures that flags name.
fn add_pictures(raw: &mut RawRequest, args: &GenerateArgs) {
    let files = [
        ("product_image", &args.product),
        ("mask_image", &args.mask),
        ("step1_image", &args.step1),
        ("step2_image", &args.step2),
        ("background_image", &args.background_image),
    ];
    for (field, path) in files {
        let Some(path) = path.as_deref().map(paths::find) else { continue };
        let attachment = match decode_field_file(field, &path) {
            Ok(image) => Attachment::Image(image),
            Err(why) if path.is_file() => Attachment::Unusable(UnusableImage::undecodable(why)),
            Err(why) => {
                let why = notice!("cli-not-a-file", path = path.display().to_string(), reason = why);
                Attachment::Unusable(UnusableImage::undecodable(why))
            }
        };
        raw.attachments.insert(field, attachment);
    }
}

/// The jobs of one call: one for each file.
struct Run<'a> {
    engine: &'a Engine,
    output: &'a Output,
    /// The file that the layers come from, for messages.
    layers: Option<&'a Path>,
    /// Ends when the person or the system asks the program to end.
    ended: std::pin::Pin<Box<dyn Future<Output = ()>>>,
    runtime: tokio::runtime::Runtime,
    /// Whether the job stays in the data folder after the program has ended.
    kept: bool,
}

fn run_jobs(
    engine: &Engine,
    (raw, filling): (RawRequest, Option<Filling>),
    layers: Option<&Path>,
    (output, targets): (&Output, &[Target]),
    kept: bool,
    told: &mut bool,
) -> Result<(), Failure> {
    let runtime = runtime(&mut tokio::runtime::Builder::new_current_thread())?;
    // Before the pictures are read, which takes seconds for large ones: Ctrl-C must not end the program without a word.
    let ended: std::pin::Pin<Box<dyn Future<Output = ()>>> = {
        let _within = runtime.enter();
        Box::pin(end_signal())
    };
    let mut run = Run { engine, output, layers, ended, runtime, kept };
    let mut raw = raw;
    let needs_master = filling.is_none() && !output.dry_run && size_set::needs_master(&raw, targets);
    let master = if needs_master { Some(run.master(&mut raw)?) } else { None };
    for (at, target) in targets.iter().enumerate() {
        let raw = match (&filling, &master, &target.format) {
            (Some(filling), ..) => filling.request(&raw, target, engine)?,
            (None, Some(master), Some(format)) => fitted(master.request(&raw, format, engine), target),
            (None, ..) => fitted(raw.clone(), target),
        };
        run.target(raw, target, at + 1 == targets.len(), told)?;
    }
    Ok(())
}

/// The request on the canvas of the target's format.
fn fitted(mut raw: RawRequest, target: &Target) -> RawRequest {
    let Some(format) = &target.format else { return raw };
    let (width, height) = format.canvas();
    raw.fields.insert("width".into(), json!(width));
    raw.fields.insert("height".into(), json!(height));
    let has_text = raw.fields.get("text_content").is_some_and(|text| !text.is_null());
    if target.leaves_text_out() && has_text {
        say_stderr!("note: {}", words(&notice!("cli-format-without-text", format = &format.id)));
        raw.fields.remove("text_content");
    }
    if target.leaves_text_out() {
        raw.fields.remove(LAYERS.name);
        raw.layer_pictures.clear();
    }
    raw
}

/// The request with its text moved out of the margins that the app covers; `None` if it is not covered, or was placed by hand.
fn uncovered(raw: &RawRequest, saved: &Saved) -> Option<RawRequest> {
    let free = free_text_y(&saved.exported.as_ref()?.notices)?;
    if raw.fields.get("text_y").is_some_and(|y| !y.is_null()) {
        return None;
    }
    let mut moved = raw.clone();
    moved.fields.insert("text_y".into(), Value::String(free));
    Some(moved)
}

impl Run<'_> {
    /// Makes the advertisement from which formats are laid out, and turns its layers into a list.
    fn master(&mut self, raw: &mut RawRequest) -> Result<Master, Failure> {
        raw.expand_layers();
        let spec = self.parse(raw.clone())?;
        let job = self.run(spec.clone())?;
        match job.status {
            JobStatus::Completed => Ok(Master::of(self.engine, spec, &job)),
            JobStatus::Stopped => Err(Failure::failed(notice!("cli-stopped"))),
            _ => Err(Failure::failed(job.message.clone())),
        }
    }

    /// Makes one file. `last`: no other follows.
    fn target(&mut self, raw: RawRequest, target: &Target, last: bool, told: &mut bool) -> Result<(), Failure> {
        let (engine, output) = (self.engine, self.output);
        let plan_only = output.dry_run || RequestKind::of(&raw.fields) == RequestKind::Plan;
        let spec = self.parse(raw.clone())?;
        let asked: Vec<Notice> = spec.warnings.iter().map(|warning| in_file(warning.clone(), self.layers)).collect();
        for warning in &asked {
            say_stderr!("note: {}", words(warning));
        }
        if plan_only {
            let told = tell_plan(engine, &spec, output.json);
            if last {
                engine.shutdown();
            }
            return told;
        }
        let job = self.run(spec)?;
        let mut result = self.save(&job, target);
        let mut job = job;
        if let Ok(saved) = &result
            && let Some(moved) = uncovered(&raw, saved)
        {
            let spec = self.parse(moved)?;
            job = self.run(spec)?;
            result = self.save(&job, target);
        }
        if last || result.is_err() {
            engine.shutdown();
        }
        if output.json {
            *told = true;
            say!("{}", output::report(&job, target, result.as_ref().ok()));
        } else if let Ok(saved) = &result {
            for warning in job.warnings.iter().map(|w| in_file(w.clone(), self.layers)).filter(|w| !asked.contains(w)) {
                say_stderr!("note: {}", words(&warning));
            }
            tell_made(&job, target, saved);
        }
        result.map(|_| ())
    }

    fn parse(&self, raw: RawRequest) -> Result<JobSpec, Failure> {
        let named = |errors: Vec<FieldError>| Failure::bad_fields(errors.into_iter().map(|e| in_file(e.notice, self.layers)).collect());
        nanococoa::engine::parse_request(self.engine, raw, true).map_err(named)
    }

    /// Runs a job to its end.
    fn run(&mut self, spec: JobSpec) -> Result<Arc<JobSnapshot>, Failure> {
        let id = self.engine.submit(spec, SubmitPolicy::Enqueue).map_err(|e| match e {
            nanococoa::engine::SubmitError::BackendUnavailable(notice) => Failure::bad_input(notice),
            other => Failure::failed(other.notice()),
        })?;
        self.runtime.block_on(watch(self.engine, id, self.output.json, &mut self.ended))
    }

    /// Writes the files of a job that has ended.
    fn save(&self, job: &JobSnapshot, target: &Target) -> Result<Saved, Failure> {
        match job.status {
            JobStatus::Completed => output::save(self.engine, job, self.output, target),
            JobStatus::Stopped if !self.kept => Err(Failure::failed(notice!("cli-stopped"))),
            JobStatus::Stopped if job.images.iter().any(|i| matches!(i, ImageName::Step1 | ImageName::Step2)) => {
                Err(Failure::failed(notice!("cli-stopped-kept", id = job.id.to_string())))
            }
            JobStatus::Stopped => Err(Failure::failed(notice!("cli-stopped-early", id = job.id.to_string()))),
            _ => Err(Failure::failed(job.message.clone())),
        }
    }
}

/// Reports the written file and, for a format, its compression and broken rules.
fn tell_made(job: &JobSnapshot, target: &Target, saved: &Saved) {
    let (path, seconds) = (target.file.display(), format!("{:.1}", job.elapsed(0.0)));
    let exported = saved.exported.as_ref();
    let (width, height) = exported.map_or((job.width, job.height), |exported| exported.size);
    let backend = job.backend.as_str();
    let made = notice!("cli-made", path = path, width = width, height = height, backend = backend, seed = job.seed, seconds = seconds);
    say!("{}", words(&made));
    if let (Some(format), Some(exported)) = (&target.format, exported) {
        for notice in &exported.notices {
            say_stderr!("note: {}: {}", format.id, words(notice));
        }
        say!("{}: {}", format.id, words(&exported.summary(format)));
    }
}

/// A message about a layer, with the file that the layer is in.
fn in_file(notice: Notice, layers_file: Option<&Path>) -> Notice {
    match layers_file {
        Some(path) if notice.field().is_some_and(|field| field.starts_with(LAYERS.name)) => layers::about(path, notice),
        _ => notice,
    }
}

fn tell_plan(engine: &Engine, spec: &JobSpec, as_json: bool) -> Result<(), Failure> {
    let plan = engine.plan(spec).map_err(|e| Failure::bad_input(e.notice()))?;
    if as_json {
        say!("{}", json!({"dry_run": true, "engine": plan.backend, "steps": plan.steps, "eta_seconds": plan.eta_seconds}));
        return Ok(());
    }
    for step in &plan.steps {
        let what = match step.cached {
            true => words(&notice!("cli-plan-kept")),
            false => words(&notice!("cli-plan-runs", seconds = format!("{:.1}", step.eta_seconds))),
        };
        say!("{:<18} {what}", step.name);
    }
    let all = notice!("cli-plan-all", seconds = format!("{:.1}", plan.eta_seconds), backend = plan.backend.as_str());
    say!("{:<18} {}", "all", words(&all));
    Ok(())
}

async fn watch(engine: &Engine, id: Uuid, json: bool, ended: impl Future<Output = ()>) -> Result<Arc<JobSnapshot>, Failure> {
    let mut updates = engine.subscribe(id).ok_or_else(|| Failure::failed(notice!("cli-job-gone")))?;
    let bar = if json || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(100) };
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos:>3} %  {msg}") {
        bar.set_style(style);
    }
    let mut ended = std::pin::pin!(ended);
    let mut stopping = false;
    loop {
        let job = updates.borrow_and_update().clone();
        bar.set_position(u64::from(job.progress_percent));
        bar.set_message(words(&job.message));
        if !job.status.is_active() {
            bar.finish_and_clear();
            return Ok(job);
        }
        tokio::select! {
            changed = updates.changed() => changed.map_err(|e| Failure::failed(notice!("cli-engine-gone", detail = e.to_string())))?,
            () = &mut ended, if !stopping => {
                stopping = true;
                engine.stop(id);
            }
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_picture_replaces_the_one_of_the_project() {
        for name in ["product_image", "input_image"] {
            let mut raw = RawRequest::default();
            raw.attachments.insert("product_image", Attachment::File("project".into()));
            raw.fields.insert("text_model_prompt".into(), json!("gold"));
            set_field(&mut raw, name, "c2V0");
            set_field(&mut raw, "text_prompt", "chrome");
            set_field(&mut raw, "unknown", "1");
            attach_base64(&mut raw);
            assert!(matches!(&raw.attachments["product_image"], Attachment::File(bytes) if &bytes[..] == b"set"), "{raw:?}");
            assert!(!raw.fields.contains_key("text_model_prompt") && raw.fields["text_prompt"] == "chrome", "{raw:?}");
            assert_eq!(raw.fields["unknown"], "1");
        }
    }
}
