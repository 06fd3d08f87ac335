//! The metadata in step results: text chunks of the PNG files.

use serde_json::{Map, Value, json};

use crate::job::{ImageName, JobSnapshot};
use crate::request::fields::FIELDS;
use crate::request::{BackendKind, StepNumber};

const PROGRAM: &str = concat!("nanoCocoa Studio ", env!("CARGO_PKG_VERSION"));

/// The text chunks of a result: `parameters` in the format of other tools, and `nanococoa` with all data as JSON.
pub(super) fn of_result(job: &JobSnapshot, name: ImageName) -> Vec<(String, String)> {
    vec![
        ("Software".into(), format!("{PROGRAM} ({} engine)", job.backend.as_str())),
        ("parameters".into(), parameters(job, name)),
        ("nanococoa".into(), all_data(job, name).to_string()),
    ]
}

/// Prompt and settings in the `parameters` format of AUTOMATIC1111's web UI, which most Stable Diffusion tools read.
fn parameters(job: &JobSnapshot, name: ImageName) -> String {
    let text = |field: &str| job.parameters.get(field).and_then(Value::as_str).unwrap_or_default();
    let number = |field: &str| job.parameters.get(field).map(ToString::to_string).unwrap_or_default();
    let (prompt, negative) = match (name, job.start_step) {
        // A job that starts at step 2 has no scene prompt of its own.
        (ImageName::Step2, _) | (_, StepNumber::Text) => ("text_model_prompt", "negative_prompt"),
        (_, StepNumber::Composite) => ("composition_prompt", "composition_negative_prompt"),
        (_, StepNumber::Background) => ("bg_prompt", "bg_negative_prompt"),
    };
    format!(
        "{}\nNegative prompt: {}\nSteps: {}, CFG scale: {}, Seed: {}, Size: {}x{}, Model: {}, Engine: {}",
        text(prompt),
        text(negative),
        number("num_inference_steps"),
        number("guidance_scale"),
        job.seed,
        job.width,
        job.height,
        job.backend_label,
        job.backend.as_str(),
    )
}

fn all_data(job: &JobSnapshot, name: ImageName) -> Value {
    let is_used = |key: &str| FIELDS.iter().find(|field| field.name == key).is_none_or(|field| field.used_by.contains(&job.start_step));
    let used: Map<String, Value> = job.parameters.iter().filter(|(key, _)| is_used(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    json!({
        "program": PROGRAM,
        "job_id": job.id,
        "image": name.as_str(),
        "engine": job.backend,
        "engine_label": job.backend_label,
        "draft": job.backend == BackendKind::Draft,
        "seed": job.seed,
        "width": job.width,
        "height": job.height,
        "legibility": job.legibility,
        "warnings": job.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "parameters": used,
    })
}
