//! Requests as front ends hand them over: fields as they were sent, pictures beside them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::fields::DRY_RUN;
use super::input_image::SourceImage;
use super::unknown::{MAX_NAME, MAX_NAMED, known};
use super::value::to_flag;
use crate::notice::Notice;

/// Why a picture cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableImage {
    /// What is wrong with it and what to do.
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

/// A request as it was sent.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// Values of fields: texts, numbers, flags, null. Lists and objects are empty; they are there so that the error names the field.
    /// Unknown fields are null, at most twenty of them, their names cut to 100 characters.
    pub fields: Map<String, Value>,
    /// Pictures by field name, never by an alias. They take precedence over `fields`.
    pub attachments: BTreeMap<&'static str, Attachment>,
    /// Unknown fields that are not in `fields`.
    pub more_unknown: usize,
}

/// Decodes the file of a field.
pub type Decode<'a> = &'a dyn Fn(&'static str, &[u8]) -> Result<SourceImage, Notice>;

/// A request whose pictures are read, as [`parse`](super::parse()) takes it.
#[derive(Clone, Debug)]
pub struct OpenRequest<I = SourceImage> {
    /// [`RawRequest::fields`].
    pub fields: Map<String, Value>,
    /// Pictures by field name.
    pub images: BTreeMap<&'static str, Result<I, UnusableImage>>,
    /// [`RawRequest::more_unknown`].
    pub more_unknown: usize,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Make the pictures.
    Run,
    /// Only say which steps would run (`dry_run`).
    Plan,
}

impl RequestKind {
    /// What the field `dry_run` asks for. A value that is not a flag is left to the parser, which refuses it.
    pub fn of(fields: &Map<String, Value>) -> Self {
        let dry_run = fields.get(DRY_RUN.name).and_then(|value| to_flag(value, true));
        if dry_run == Some(true) { Self::Plan } else { Self::Run }
    }
}

impl RawRequest {
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

    /// Decodes the pictures that are not decoded yet, each of them once.
    pub fn open(self, decode: Decode<'_>) -> OpenRequest {
        let read = |field, attachment| match attachment {
            Attachment::File(bytes) => decode(field, &bytes).map_err(UnusableImage::undecodable),
            Attachment::Image(image) => Ok(image),
            Attachment::Unusable(why) => Err(why),
        };
        let images = self.attachments.into_iter().map(|(field, attachment)| (field, read(field, attachment))).collect();
        OpenRequest { fields: self.fields, images, more_unknown: self.more_unknown }
    }
}

impl<I> OpenRequest<I> {
    /// A request without pictures.
    pub fn new(fields: Map<String, Value>) -> Self {
        Self { fields, images: BTreeMap::new(), more_unknown: 0 }
    }

    /// Adds a picture.
    #[must_use]
    pub fn with_image(mut self, field: &'static str, image: I) -> Self {
        self.images.insert(field, Ok(image));
        self
    }
}
