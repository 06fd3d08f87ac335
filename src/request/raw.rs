//! Requests as front ends hand them over: fields as they were sent, pictures beside them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::fields::{DRY_RUN, FIELDS_OF_PHOTO, LAYERS};
use super::input_image::SourceImage;
use super::layers::{MAX_LAYER_PIXELS, parse_list};
use super::unknown::{MAX_NAME, MAX_NAMED, known};
use super::value::to_flag;
use crate::notice;
use crate::notice::Notice;

/// Why a picture cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableImage {
    /// The problem and its remedy.
    pub notice: Notice,
    /// [`FieldError::kind`](super::FieldError::kind) of the error that the field gets.
    pub kind: &'static str,
}

impl UnusableImage {
    /// A file that cannot be decoded.
    pub fn undecodable(notice: Notice) -> Self {
        Self { notice, kind: "image_invalid" }
    }
}

/// A picture beside the fields of a request.
#[derive(Clone, Debug)]
pub enum Attachment {
    /// A file that is not decoded yet.
    File(Bytes),
    /// A decoded picture.
    Image(SourceImage),
    /// A picture that could not be read. The parser reports it, except in `test_mode`.
    Unusable(UnusableImage),
}

impl Attachment {
    fn open(self, decode: DecodeLayer<'_>) -> Result<SourceImage, UnusableImage> {
        match self {
            Self::File(bytes) => decode(&bytes).map_err(UnusableImage::undecodable),
            Self::Image(image) => Ok(image),
            Self::Unusable(why) => Err(why),
        }
    }
}

fn too_many_pixels() -> UnusableImage {
    let notice = notice!("request-layer-pixels", megapixels = MAX_LAYER_PIXELS / 1_000_000);
    UnusableImage { kind: "image_too_large", notice }
}

/// A request as it was sent.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// Values of fields: texts, numbers, flags, null, and the list of layers. Other lists and objects are empty; they are there so that the
    /// error names the field.
    /// Unknown fields are null, at most twenty of them, their names cut to 100 characters.
    pub fields: Map<String, Value>,
    /// Pictures by field name, never by an alias. They take precedence over `fields`.
    pub attachments: BTreeMap<&'static str, Attachment>,
    /// Pictures of layers by the layer's place in the list, from 0. They take precedence over the layer's `image`.
    pub layer_pictures: BTreeMap<usize, Attachment>,
    /// Unknown fields that are not in `fields`.
    pub more_unknown: usize,
}

/// Decodes the file of a field.
pub type Decode<'a> = &'a dyn Fn(&'static str, &[u8]) -> Result<SourceImage, Notice>;

/// Decodes the picture of a layer.
pub type DecodeLayer<'a> = &'a dyn Fn(&[u8]) -> Result<SourceImage, Notice>;

/// A request whose pictures are read, as [`parse`](super::parse()) takes it.
#[derive(Clone, Debug)]
pub struct OpenRequest<I = SourceImage> {
    /// [`RawRequest::fields`].
    pub fields: Map<String, Value>,
    /// Pictures by field name.
    pub images: BTreeMap<&'static str, Result<I, UnusableImage>>,
    /// Pictures of layers by the layer's place in the list.
    pub layer_images: BTreeMap<usize, Result<I, UnusableImage>>,
    /// [`RawRequest::more_unknown`].
    pub more_unknown: usize,
}

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Make the pictures.
    Run,
    /// Only say which steps would run (`dry_run`).
    Plan,
}

impl RequestKind {
    /// The kind that the field `dry_run` asks for. A value that is not a flag is left to the parser, which refuses it.
    pub fn of(fields: &Map<String, Value>) -> Self {
        let dry_run = fields.get(DRY_RUN.name).and_then(|value| to_flag(value, true));
        if dry_run == Some(true) { Self::Plan } else { Self::Run }
    }
}

impl RawRequest {
    /// Removes the fields that belong to one photo, before another photo takes its place.
    pub fn forget_photo(&mut self) {
        for field in FIELDS_OF_PHOTO {
            self.fields.shift_remove(field.name);
            self.attachments.remove(field.name);
        }
    }

    /// Notes a field that the table does not have. Its value is not kept.
    pub fn skip_unknown(&mut self, name: &str) {
        let name: String = name.chars().take(MAX_NAME).collect();
        if self.fields.contains_key(&name) {
            return;
        }
        if self.more_unknown > 0 || self.fields.keys().filter(|name| known(name).is_none()).count() >= MAX_NAMED {
            self.more_unknown += 1;
        } else {
            self.fields.insert(name, Value::Null);
        }
    }

    /// Turns a list of layers that is kept as text, as forms and flags send it, into a list. A text that is none is left to the parser.
    pub fn expand_layers(&mut self) {
        if let Some(Value::String(text)) = self.fields.get(LAYERS.name)
            && let Ok(list @ Value::Array(_)) = parse_list(text)
        {
            self.fields.insert(LAYERS.name.into(), list);
        }
    }

    /// Decodes the pictures that are not decoded yet, each of them once. `decode_layer` reads pictures of layers, which may be SVG.
    pub fn open(self, decode: Decode<'_>, decode_layer: DecodeLayer<'_>) -> OpenRequest {
        let read = |(field, attachment): (&'static str, Attachment)| (field, attachment.open(&|bytes| decode(field, bytes)));
        let images = self.attachments.into_iter().map(read).collect();
        let mut left = MAX_LAYER_PIXELS;
        let bounded = |(layer, attachment): (usize, Attachment)| {
            let image = if left == 0 { Err(too_many_pixels()) } else { attachment.open(decode_layer) };
            let image = image.and_then(|image| {
                let pixels = u64::from(image.pixels.width()) * u64::from(image.pixels.height());
                left = left.checked_sub(pixels).ok_or_else(too_many_pixels)?;
                Ok(image)
            });
            (layer, image)
        };
        let layer_images = self.layer_pictures.into_iter().map(bounded).collect();
        OpenRequest { fields: self.fields, images, layer_images, more_unknown: self.more_unknown }
    }
}

impl<I> OpenRequest<I> {
    /// A request without pictures.
    pub fn new(fields: Map<String, Value>) -> Self {
        Self { fields, images: BTreeMap::new(), layer_images: BTreeMap::new(), more_unknown: 0 }
    }

    /// Adds the picture of a layer.
    #[must_use]
    pub fn with_layer_image(mut self, layer: usize, image: I) -> Self {
        self.layer_images.insert(layer, Ok(image));
        self
    }

    /// Adds a picture.
    #[must_use]
    pub fn with_image(mut self, field: &'static str, image: I) -> Self {
        self.images.insert(field, Ok(image));
        self
    }
}
