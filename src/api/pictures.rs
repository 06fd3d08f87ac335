//! Pictures as base64 in JSON fields.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde_json::Value;

use crate::notice;
use crate::request::fields::{FIELDS, Field, Kind, LAYERS};
use crate::request::layers::MAX_LAYERS;
use crate::request::{Attachment, RawRequest, UnusableImage};

/// Padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// Moves the pictures that a request has as base64 texts to its attachments. A text is dropped once it is decoded. Attachments that are
/// there already stay.
pub fn attach_base64(request: &mut RawRequest) {
    for field in FIELDS.iter().filter(|f| f.kind == Kind::Image) {
        if request.attachments.contains_key(field.name) {
            continue;
        }
        if let Some(text) = take_text(request, field) {
            let attachment = decode(&text).map_or_else(Attachment::Unusable, |bytes| Attachment::File(Bytes::from(bytes)));
            request.attachments.insert(field.name, attachment);
        }
    }
    attach_layer_pictures(request);
}

/// The same for pictures of layers.
fn attach_layer_pictures(request: &mut RawRequest) {
    request.expand_layers();
    let RawRequest { fields, layer_pictures, .. } = request;
    let layers = fields.get_mut(LAYERS.name).and_then(Value::as_array_mut);
    for (index, layer) in layers.into_iter().flatten().enumerate().take(MAX_LAYERS) {
        let Some(image) = layer.get_mut("image").filter(|image| image.is_string()) else { continue };
        if layer_pictures.contains_key(&index) {
            continue;
        }
        let Value::String(text) = image.take() else { continue };
        let attachment = decode(&text).map_or_else(Attachment::Unusable, |bytes| Attachment::File(Bytes::from(bytes)));
        layer_pictures.insert(index, attachment);
    }
}

/// Takes the text of a field or its alias out of the request. Values of another type stay, and the parser refuses them.
fn take_text(request: &mut RawRequest, field: &Field) -> Option<String> {
    let name = field.names().find(|name| request.fields.get(*name).is_some_and(|value| !value.is_null()))?;
    match request.fields.get_mut(name).map(Value::take)? {
        Value::String(text) => Some(text),
        other => {
            request.fields.insert(name.into(), other);
            None
        }
    }
}

/// Decodes base64 in the standard or URL-safe alphabet, with or without padding, line breaks and `data:image/...;base64,` before it.
fn decode(text: &str) -> Result<Vec<u8>, UnusableImage> {
    let mut text = text.trim();
    if text.get(..5).is_some_and(|p| p.eq_ignore_ascii_case("data:")) {
        let (head, body) = text.split_once(',').unwrap_or((text, ""));
        let head = head.to_ascii_lowercase();
        if !head.starts_with("data:image/") || !head.ends_with(";base64") {
            return Err(UnusableImage { kind: "data_url", notice: notice!("api-data-url") });
        }
        text = body;
    }
    let special = |b: u8| b.is_ascii_whitespace() || b == b'-' || b == b'_';
    let digits = text.trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace()).as_bytes();
    let digits = if digits.iter().any(|&b| special(b)) {
        let standard = |b: u8| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => b,
        };
        Cow::Owned(digits.iter().filter(|b| !b.is_ascii_whitespace()).map(|&b| standard(b)).collect::<Vec<u8>>())
    } else {
        Cow::Borrowed(digits)
    };
    if digits.is_empty() {
        return Err(UnusableImage { kind: "image_empty", notice: notice!("api-image-empty") });
    }
    BASE64.decode(digits.as_ref()).map_err(|error| {
        let notice = match error {
            base64::DecodeError::InvalidByte(at, byte) => {
                notice!("api-base64-character", position = at + 1, character = format!("{:?}", char::from(byte)))
            }
            base64::DecodeError::InvalidLength(_) => notice!("api-base64-truncated"),
            other => notice!("api-base64-invalid", detail = other.to_string()),
        };
        UnusableImage { kind: "base64_invalid", notice }
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use serde_json::json;

    use super::*;

    fn attached(fields: Value) -> RawRequest {
        let Value::Object(fields) = fields else { panic!("object") };
        let mut request = RawRequest { fields, ..RawRequest::default() };
        attach_base64(&mut request);
        request
    }

    fn bytes(request: &RawRequest) -> &[u8] {
        match &request.attachments["product_image"] {
            Attachment::File(bytes) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn base64_comes_in_many_shapes() {
        let content = b"\xfb\xff\xbf 256 256";
        let plain = STANDARD.encode(content);
        for text in [
            plain.clone(),
            URL_SAFE.encode(content),
            plain.trim_end_matches('=').to_owned(),
            format!("data:image/png;base64,{plain}"),
            format!("DATA:image/x-anything;name=a;base64,{plain}"),
            format!(" {}\r\n{}\n", &plain[..5], &plain[5..]),
        ] {
            let request = attached(json!({"input_image": text}));
            assert_eq!(bytes(&request), content, "{text}");
            assert!(request.fields["input_image"].is_null());
        }
    }

    #[test]
    fn texts_that_are_not_base64_are_left_to_the_parser_with_a_reason() {
        for (text, kind, words) in [
            ("", "image_empty", "empty; send the file as base64, or leave the field out"),
            ("  ", "image_empty", "empty"),
            ("====", "image_empty", "empty"),
            ("a", "base64_invalid", "this is not base64: its end is missing; send the bytes of the file encoded as base64"),
            ("data:text/plain;base64,aGk=", "data_url", "only data:image/...;base64, addresses are understood; send the file as base64"),
            ("data:image/png,aGk=", "data_url", "only data"),
            ("aGk*", "base64_invalid", "this is not base64: character 4 ('*'); send the bytes of the file encoded as base64"),
            ("한국", "base64_invalid", "this is not base64"),
            ("ab=c", "base64_invalid", "this is not base64"),
        ] {
            let request = attached(json!({"product_image": text}));
            let Attachment::Unusable(why) = &request.attachments["product_image"] else { panic!("{text}") };
            assert!(why.kind == kind && why.notice.to_string().starts_with(words), "{text}: {why:?}");
        }
    }

    #[test]
    fn the_name_goes_before_its_alias_and_other_types_stay() {
        let request = attached(json!({"product_image": STANDARD.encode("name"), "input_image": STANDARD.encode("alias")}));
        assert_eq!(bytes(&request), b"name");
        assert!(request.fields["input_image"].is_string(), "the parser warns about it");
        let request = attached(json!({"product_image": 5, "mask_image": null, "step1_image": []}));
        assert!(request.attachments.is_empty() && request.fields["product_image"] == 5 && request.fields["step1_image"].is_array());
    }
}
