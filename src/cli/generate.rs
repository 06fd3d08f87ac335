//! `generate` and `resume`: one job from the command line, with the same parser and engine as REST.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use nanococoa::api::attach_base64;
use nanococoa::config::Config;
use nanococoa::engine::{Engine, EngineError, SubmitPolicy, project};
use nanococoa::job::{ImageName, JobSnapshot, JobStatus};
use nanococoa::notice::Notice;
use nanococoa::request::fields::LAYERS;
use nanococoa::request::{FieldError, JobSpec, RawRequest, RequestKind};
use nanococoa::templates::free_text_y;
use nanococoa::{notice, paths};
use serde_json::{Value, json};
use uuid::Uuid;

use super::common::{Failure, runtime, start_engine, words};
use super::formats::{self, Target};
use super::generate_args::{GenerateArgs, raw_request};
use super::layers;
use super::output::{self, Output, Saved};
use super::signals::end_signal;
use super::size_set::{self, Master};
use super::templates::Filling;

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
