//! Raw fields become a [`JobSpec`], or every field error at once.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::{self as f, FIELDS, MAX_SIDE, MIN_SIDE, SIDE_STEP};
use super::reader::{Reader, quoted, to_flag};
use super::spec::{
    BackendChoice, BackgroundSpec, CompositionMode, CompositionSpec, JobSpec, Placement, SourceImage, Start, TextPosition, TextSpec,
};
use super::step_number::StepNumber;

/// Side of the canvas when nothing else decides.
const DEFAULT_SIDE: u32 = 1024;
/// Unknown fields named one by one; the others are counted.
pub(super) const UNKNOWN_NAMED: usize = 20;

/// Turns the bytes of a file into a picture, or says in words why not.
pub type Decode<'a> = &'a dyn Fn(&[u8]) -> Result<SourceImage, String>;

/// Decoded pictures by field name (not its aliases), or a sentence that says why one cannot be used. They take precedence over the fields
/// of the raw request.
pub type Attachments = BTreeMap<&'static str, Result<SourceImage, String>>;

/// Fonts, decoder and defaults that the caller supplies.
pub struct ParseContext<'a> {
    /// The listed name of a face, from the full name or a unique file name.
    pub resolve_font: &'a dyn Fn(&str) -> Option<String>,
    /// Why a font file that was found under a name cannot be used, and what to do.
    pub skipped_font: &'a dyn Fn(&str) -> Option<String>,
    /// The face when none is named.
    pub default_font: &'a str,
    /// Why a text cannot be set right whatever the font, and what to do.
    pub unsettable: &'a dyn Fn(&str) -> Option<String>,
    /// Characters that no face can draw, whatever stands in for the named one.
    pub undrawable: &'a dyn Fn(&str, &str) -> Vec<char>,
    /// The image decoder.
    pub decode: Decode<'a>,
    /// Pictures that the door has decoded already.
    pub attachments: &'a Attachments,
    /// The seed when none is sent.
    pub fallback_seed: u64,
    /// Take numbers and flags written as text (command line, clients of the original system).
    pub lenient: bool,
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// `["body", field]`.
    pub loc: Vec<String>,
    /// What is wrong and what to do, beginning with the field's name.
    pub msg: String,
    /// Machine-readable kind, such as `missing`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl FieldError {
    /// An error of a field of the body.
    pub fn new(field: &str, kind: &str, msg: impl Into<String>) -> Self {
        Self { loc: vec!["body".into(), field.into()], msg: format!("{field}: {}", msg.into()), kind: kind.into() }
    }

    /// The field's name.
    pub fn field(&self) -> &str {
        self.loc.last().map_or("", String::as_str)
    }
}

/// Whether a raw request only asks for a plan: answered even while a job runs.
pub fn asks_for_plan(raw: &Map<String, Value>) -> bool {
    raw.get(f::DRY_RUN.name).is_some_and(|v| to_flag(v, true) == Some(true))
}

/// Reads a request. Pure apart from what the context does; decoding pictures takes its time.
pub fn parse(raw: &Map<String, Value>, cx: &ParseContext<'_>) -> Result<JobSpec, Vec<FieldError>> {
    let mut r = Reader::new(raw, cx);
    let start_step = r.integer(&f::START_STEP);
    let text = r.slogan(&f::TEXT_CONTENT);
    let product = r.image(&f::PRODUCT_IMAGE);
    let background = BackgroundSpec {
        prompt: r.prompt(&f::BG_PROMPT),
        negative_prompt: r.prompt(&f::BG_NEGATIVE_PROMPT),
        composition_prompt: r.prompt(&f::BG_COMPOSITION_PROMPT),
        composition_negative_prompt: r.prompt(&f::BG_COMPOSITION_NEGATIVE_PROMPT),
        strength: r.number(&f::STRENGTH),
        guidance_scale: r.number(&f::GUIDANCE_SCALE),
        steps: small(r.integer(&f::NUM_INFERENCE_STEPS)),
        true_cfg_scale: r.number(&f::TRUE_CFG_SCALE),
        preserve_product: r.flag(&f::PRESERVE_PRODUCT),
    };
    let step1 = r.image(&f::STEP1_IMAGE);
    let style_prompt = r.prompt(&f::TEXT_MODEL_PROMPT);
    let negative_prompt = r.prompt(&f::NEGATIVE_PROMPT);
    let font = r.font(&f::FONT_NAME, text.is_some() && start_step != 3);
    if start_step != 3 {
        r.drawable(&f::TEXT_CONTENT, text.as_deref(), &font);
    }
    let step2 = r.image(&f::STEP2_IMAGE);
    let composition = CompositionSpec {
        mode: mode(r.choice(&f::COMPOSITION_MODE)),
        position: position(r.choice(&f::TEXT_POSITION)),
        prompt: r.prompt(&f::COMPOSITION_PROMPT),
        negative_prompt: r.prompt(&f::COMPOSITION_NEGATIVE_PROMPT),
        strength: r.number(&f::COMPOSITION_STRENGTH),
        steps: small(r.integer(&f::COMPOSITION_STEPS)),
        guidance_scale: r.number(&f::COMPOSITION_GUIDANCE_SCALE),
    };
    let seed = r.seed(&f::SEED);
    let text_steps = small(r.integer(&f::TEXT_NUM_INFERENCE_STEPS));
    let text_guidance = r.number(&f::TEXT_GUIDANCE_SCALE);
    let auto_unload = r.flag(&f::AUTO_UNLOAD);
    let backend = backend(&mut r);
    let placement = Placement {
        product_x: r.optional_number(&f::PRODUCT_X),
        product_y: r.optional_number(&f::PRODUCT_Y),
        product_scale: r.optional_number(&f::PRODUCT_SCALE),
        text_x: r.optional_number(&f::TEXT_X),
        text_y: r.optional_number(&f::TEXT_Y),
    };
    let mask = mask(&mut r, start_step, product.as_ref());
    let force_from_step = r.optional_integer(&f::FORCE_FROM_STEP).and_then(|v| StepNumber::try_from(v).ok());
    let stop_step = stop_step(&mut r, start_step);
    let dry_run = r.silent_flag(&f::DRY_RUN);
    let (width, height) = canvas(&mut r, start_step, step1.as_ref());
    unused_images(&mut r, start_step);
    unknown_fields(&mut r);

    let text_spec = |content| TextSpec { content, style_prompt, negative_prompt, font, steps: text_steps, guidance_scale: text_guidance };
    let start = match start_step {
        2 => {
            let text = r.need(&f::TEXT_CONTENT, 2, text, "send the slogan to make");
            let step1 = r.need(&f::STEP1_IMAGE, 2, step1, "send the step1_result of an earlier job");
            text.zip(step1).map(|(text, step1)| Start::Text { step1, text: text_spec(text) })
        }
        3 => {
            let step1 = r.need(&f::STEP1_IMAGE, 3, step1, "send the step1_result of an earlier job");
            let mut step2 = r.need(&f::STEP2_IMAGE, 3, step2, "send the step2_result of an earlier job");
            if r.test_mode() && step2.as_ref().is_some_and(|s| !s.has_alpha) {
                step2 = Some(r.placeholder(&f::STEP2_IMAGE));
            }
            if step2.as_ref().is_some_and(|s| !s.has_alpha) {
                r.error(
                    &f::STEP2_IMAGE,
                    "image_without_alpha",
                    "the picture has no transparency, so text and background cannot be told apart; send the step2_result of an earlier \
                     job, or a PNG whose background is transparent",
                );
            }
            step1.zip(step2).map(|(step1, step2)| Start::Composite { step1, step2, text_content: text })
        }
        // A wrong start_step has been reported; what it would need is not known.
        _ => Some(Start::Background { product, mask, text: text.map(text_spec) }),
    };
    let (errors, parameters, warnings) = r.finish();
    match start {
        Some(start) if errors.is_empty() => Ok(JobSpec {
            start,
            width,
            height,
            seed,
            backend,
            background,
            composition,
            placement,
            force_from_step,
            stop_step,
            dry_run,
            auto_unload,
            parameters,
            warnings,
        }),
        _ => Err(errors),
    }
}

/// The last step to run.
fn stop_step(r: &mut Reader<'_>, start_step: u64) -> StepNumber {
    let field = &f::STOP_STEP;
    let Some(stop) = r.optional_integer(field) else { return StepNumber::LAST };
    // 0 stands for an invalid step, which has been reported.
    if stop != 0 && stop < start_step {
        let better: Vec<String> = (start_step..=3).map(|s| s.to_string()).collect();
        r.error(
            field,
            "before_start_step",
            format!("{stop} comes before start_step {start_step}; send {}, or leave it out", better.join(" or ")),
        );
    }
    StepNumber::try_from(stop).unwrap_or(StepNumber::LAST)
}

fn small(v: u64) -> u32 {
    u32::try_from(v).unwrap_or(u32::MAX)
}

fn mode(word: &str) -> CompositionMode {
    match word {
        "blend" => CompositionMode::Blend,
        "behind" => CompositionMode::Behind,
        _ => CompositionMode::Overlay,
    }
}

fn position(word: &str) -> TextPosition {
    match word {
        "center" => TextPosition::Center,
        "bottom" => TextPosition::Bottom,
        "auto" => TextPosition::Auto,
        _ => TextPosition::Top,
    }
}

fn backend(r: &mut Reader<'_>) -> BackendChoice {
    let word = r.choice(&f::ENGINE);
    let test = r.flag(&f::TEST_MODE);
    match (word, test) {
        ("diffusion", true) => {
            r.error(&f::TEST_MODE, "conflict", "test_mode means the draft engine, but engine is \"diffusion\"; send one of the two");
            BackendChoice::Draft
        }
        ("draft", _) | (_, true) => {
            r.set(&f::ENGINE, "draft".into());
            BackendChoice::Draft
        }
        ("diffusion", false) => BackendChoice::Diffusion,
        _ => BackendChoice::Auto,
    }
}

/// The canvas: as sent; from step 2 on otherwise the size of `step1_image`, or the nearest size that is allowed.
fn canvas(r: &mut Reader<'_>, start_step: u64, step1: Option<&SourceImage>) -> (u32, u32) {
    let given = step1.filter(|_| start_step >= 2).map(|s| s.pixels.dimensions());
    let (w, h) = given.map_or((DEFAULT_SIDE, DEFAULT_SIDE), |(w, h)| nearest_canvas(w, h));
    let asked = (r.sent(&f::WIDTH), r.sent(&f::HEIGHT));
    let width = small(r.integer_or(&f::WIDTH, u64::from(w)));
    let height = small(r.integer_or(&f::HEIGHT, u64::from(h)));
    if let Some((w0, h0)) = given
        && (w0, h0) != (width, height)
    {
        let why = match asked {
            (false, false) => "the nearest size with sides from 256 to 2048 in steps of 16",
            _ => "the size that was asked for",
        };
        r.warn(format!("step1_image: {w0}×{h0} is scaled to {width}×{height}, {why}"));
    }
    (width, height)
}

fn nearest_canvas(w: u32, h: u32) -> (u32, u32) {
    let (w, h) = (f64::from(w.max(1)), f64::from(h.max(1)));
    let scale = if w.max(h) > f64::from(MAX_SIDE) {
        f64::from(MAX_SIDE) / w.max(h)
    } else if w.min(h) < f64::from(MIN_SIDE) {
        (f64::from(MIN_SIDE) / w.min(h)).min(f64::from(MAX_SIDE) / w.max(h))
    } else {
        1.0
    };
    let side = |v: f64| (((v * scale / f64::from(SIDE_STEP)).round() as u32) * SIDE_STEP).clamp(MIN_SIDE, MAX_SIDE);
    (side(w), side(h))
}

/// The corrected mask: it belongs to a photo of the same shape, and shows something.
fn mask(r: &mut Reader<'_>, start_step: u64, product: Option<&SourceImage>) -> Option<SourceImage> {
    let field = &f::MASK_IMAGE;
    if !r.sent(field) {
        return None;
    }
    if start_step > 1 {
        r.error(field, "not_used", format!("only start_step 1 cuts the product out; leave it out when start_step is {start_step}"));
        return None;
    }
    let mask = r.image(field)?;
    if !r.sent(&f::PRODUCT_IMAGE) {
        r.error(field, "missing_product", "a mask needs its photo; send product_image too");
        return None;
    }
    let (w, h) = mask.pixels.dimensions();
    let (pw, ph) = product?.pixels.dimensions();
    // One pixel of rounding for a mask that was made at another size.
    let (a, b) = (u64::from(w) * u64::from(ph), u64::from(h) * u64::from(pw));
    let rounding = u64::from(pw.max(ph)).min(a.max(b) / 20);
    let fits = a.abs_diff(b) <= rounding + a.max(b) / 100;
    if !fits && r.test_mode() {
        r.warn("mask_image: its aspect ratio does not match the photo; test_mode ignores it".into());
        return None;
    }
    if !fits {
        r.error(
            field,
            "wrong_shape",
            format!("{w}×{h} does not match the aspect ratio of the photo ({pw}×{ph}); send a mask made from it"),
        );
        return None;
    }
    let opaque = if mask.has_alpha {
        mask.pixels.pixels().any(|p| p.0[3] > 127)
    } else {
        mask.pixels.pixels().any(|p| p.0[..3].iter().any(|v| *v > 127))
    };
    if !opaque {
        r.error(field, "mask_empty", "the mask shows no product; paint the product white");
        return None;
    }
    Some(mask)
}

fn unused_images(r: &mut Reader<'_>, start_step: u64) {
    for field in [&f::PRODUCT_IMAGE, &f::STEP1_IMAGE, &f::STEP2_IMAGE] {
        let used = field.used_by.iter().any(|&s| u64::from(s) == start_step);
        if !used && r.sent(field) {
            r.warn(format!("{}: not used when start_step is {start_step}", field.name));
        }
    }
}

fn unknown_fields(r: &mut Reader<'_>) {
    let known = |name: &str| FIELDS.iter().any(|f| f.name == name || f.aliases.contains(&name)) || f::IGNORED.contains(&name);
    let unknown: Vec<&String> = r.raw().keys().filter(|k| !known(k)).collect();
    for name in unknown.iter().take(UNKNOWN_NAMED) {
        let hint = similar(name).map(|s| format!("; did you mean {s}?")).unwrap_or_default();
        r.warn(format!("{}: unknown field, ignored{hint}", quoted(name)));
    }
    if let Some(text) = more_unknown_warning(unknown.len().saturating_sub(UNKNOWN_NAMED)) {
        r.warn(text);
    }
}

/// The warning about unknown fields that are not named one by one.
pub(super) fn more_unknown_warning(count: usize) -> Option<String> {
    (count > 0).then(|| format!("{count} more unknown fields, ignored"))
}

/// The field whose name is at most two edits away.
fn similar(name: &str) -> Option<&'static str> {
    if name.len() > 40 {
        return None;
    }
    let lower = name.to_lowercase();
    FIELDS.iter().map(|f| (edits(&lower, f.name), f.name)).filter(|(d, _)| *d <= 2).min().map(|(_, n)| n)
}

fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
