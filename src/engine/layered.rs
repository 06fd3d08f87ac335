//! A finished advertisement taken apart, for files with layers.

use image::RgbaImage;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Engine, parse_request};
use crate::cancel::CancelToken;
use crate::imaging::Plane;
use crate::job::{ImageName, JobSnapshot};
use crate::notice;
use crate::notice::Notice;
use crate::pipeline::layered::{Finished, Part, PartKind, parts};
use crate::request::fields::{FONT_NAME, HEIGHT, LAYERS, STOP_STEP, WIDTH};
use crate::request::layers::Layer;
use crate::request::{Attachment, JobSpec, RawRequest, SourceImage, StepNumber};

/// Longest name of a layer that is taken from its text, characters.
const LONGEST_NAME: usize = 40;

/// The field of a layer that hides it.
const HIDDEN: &str = "hidden";

/// An advertisement in parts.
pub struct Layered {
    /// The parts with their names, lowest first.
    pub parts: Vec<(Notice, Part)>,
    /// The advertisement.
    pub picture: RgbaImage,
}

impl Engine {
    /// The parts of a finished job's advertisement. Reads and draws pictures; blocking.
    ///
    /// # Errors
    /// The job has not finished, or a picture or font is missing.
    pub fn layered(&self, id: Uuid) -> Result<Layered, Notice> {
        let missing = || notice!("formats-no-picture");
        let job = self.snapshot(id).ok_or_else(missing)?;
        let load = |name: ImageName| self.load_image(id, name);
        let picture = load(ImageName::Final).ok_or_else(missing)?.into_rgba8();
        let stop = job.parameters.get(STOP_STEP.name).and_then(Value::as_u64).unwrap_or(StepNumber::LAST.get().into());
        if stop == u64::from(StepNumber::Text.get()) && job.has_text {
            // The letters alone.
            let part = Part { kind: PartKind::Headline, image: picture.clone(), left: 0, top: 0, is_hidden: false };
            return Ok(Layered { parts: vec![(notice!("engine-part-headline"), part)], picture });
        }
        let mask = |name: ImageName| load(name).map(|image| Plane::from_gray(&image.into_luma8()));
        let finished = Finished {
            step1: load(ImageName::Step1).ok_or_else(missing)?.into_rgba8(),
            product: mask(ImageName::Placed),
            letters: mask(ImageName::Letters),
            result: picture,
        };
        let spec = if stop < u64::from(StepNumber::LAST.get()) { None } else { self.layers_of(&job)? };
        let is_hidden =
            |layer: &Layer<SourceImage>| layer_of(&job, layer.index).and_then(|l| l.get(HIDDEN)).and_then(Value::as_bool) == Some(true);
        let (hidden, shown): (Vec<_>, Vec<_>) = spec.map(|spec| spec.layers).unwrap_or_default().into_iter().partition(is_hidden);
        let found = parts(&finished, &shown, &hidden, &self.fonts(), &CancelToken::default());
        // Nobody cancels the token.
        let found = found.map_err(|_| missing())?;
        let parts = found.into_iter().map(|part| (name(&job, part.kind), part)).collect();
        Ok(Layered { parts, picture: finished.result })
    }

    /// A request with the layers of a job and nothing else, all of them shown; `None` without layers.
    fn layers_of(&self, job: &JobSnapshot) -> Result<Option<JobSpec>, Notice> {
        let Some(layers) = job.parameters.get(LAYERS.name).and_then(Value::as_array).filter(|layers| !layers.is_empty()) else {
            return Ok(None);
        };
        let kept = [WIDTH.name, HEIGHT.name, FONT_NAME.name];
        let mut fields: Map<String, Value> =
            kept.iter().filter_map(|name| Some(((*name).to_owned(), job.parameters.get(*name)?.clone()))).collect();
        // A request whose layers are all hidden is refused, because nothing would be made.
        let mut shown = layers.clone();
        shown.iter_mut().filter_map(Value::as_object_mut).for_each(|layer| _ = layer.remove(HIDDEN));
        fields.insert(LAYERS.name.to_owned(), Value::Array(shown));
        let mut raw = RawRequest { fields, ..RawRequest::default() };
        for layer in super::layer_pictures::picture_layers(&job.parameters) {
            let bytes = self.layer_picture(job.id, layer).ok_or_else(|| notice!("formats-no-picture"))?;
            raw.layer_pictures.insert(layer, Attachment::File(bytes.into()));
        }
        let spec = parse_request(self, raw, false);
        spec.map(Some).map_err(|errors| errors.into_iter().next().map_or_else(|| notice!("formats-no-picture"), |error| error.notice))
    }
}

/// A layer as the request had it.
fn layer_of(job: &JobSnapshot, index: usize) -> Option<&Value> {
    job.parameters.get(LAYERS.name)?.get(index)
}

/// The name of a part: the layer's own, the beginning of its text, or its kind.
fn name(job: &JobSnapshot, kind: PartKind) -> Notice {
    let index = match kind {
        PartKind::Background => return notice!("engine-part-background"),
        PartKind::Shadow => return notice!("engine-part-shadow"),
        PartKind::Product => return notice!("engine-part-product"),
        PartKind::Headline => return notice!("engine-part-headline"),
        PartKind::Layer(index) => index,
    };
    let layer = layer_of(job, index);
    let own = |field: &str| layer.and_then(|layer| layer.get(field)).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    match own("name").or_else(|| own("text")) {
        Some(words) => Notice::verbatim(words.chars().take(LONGEST_NAME).collect::<String>().replace('\n', " ")),
        None => notice!("engine-part-layer", number = index + 1),
    }
}
