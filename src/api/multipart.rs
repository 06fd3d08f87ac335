//! Requests as `multipart/form-data`: pictures as files, other fields as text.

use std::convert::Infallible;
use std::task::Poll;

use bytes::Bytes;
use futures_util::{Stream, stream};
use multer::{Constraints, Multipart, SizeLimit};
use serde_json::Value;

use crate::notice;
use crate::notice::Notice;
use crate::request::fields::{FIELDS, Field, Kind, LAYERS};
use crate::request::layers::MAX_LAYERS;
use crate::request::{Attachment, FieldError, RawRequest};

/// Bytes that the reader gets at a time.
const CHUNK: usize = 64 << 10;
/// Most parts of a form. No request needs more than one for each field; others have unknown names and are ignored.
const MAX_PARTS: usize = 1000;

/// Reads a form. `content_type` has the boundary.
///
/// # Errors
/// Every part that is sent twice or not UTF-8, or one error of the form as a whole.
pub(super) async fn read_form(content_type: &str, body: Bytes) -> Result<RawRequest, Vec<FieldError>> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| whole(notice!("api-form-without-boundary")))?;
    let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(body.len() as u64));
    let mut form = Multipart::with_constraints(chunks(body), boundary, constraints);
    let mut reader = FormReader::default();
    while let Some(part) = form.next_field().await.map_err(damaged)? {
        reader.parts += 1;
        if reader.parts > MAX_PARTS {
            return Err(whole(notice!("api-form-too-many-parts", most = MAX_PARTS)));
        }
        let Some(name) = part.name().map(str::to_owned) else { return Err(whole(notice!("api-form-part-without-name"))) };
        let value = part.bytes().await.map_err(damaged)?;
        reader.add(&name, value);
    }
    if reader.errors.is_empty() { Ok(reader.request) } else { Err(reader.errors) }
}

/// The body in chunks. The stream is pending after each of them: multer copies everything that is ready into its buffer, which would be
/// a second copy of the whole body.
fn chunks(mut body: Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let mut pause = false;
    stream::poll_fn(move |cx| {
        if std::mem::take(&mut pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        pause = true;
        let chunk = body.split_to(body.len().min(CHUNK));
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    })
}

fn whole(notice: Notice) -> Vec<FieldError> {
    vec![FieldError::whole("form_invalid", notice)]
}

fn damaged(error: multer::Error) -> Vec<FieldError> {
    whole(notice!("api-form-damaged", detail = error.to_string()))
}

/// The layer whose picture a part of this name is.
fn layer_of(name: &str) -> Option<usize> {
    let index = name.strip_prefix(LAYERS.name)?.strip_prefix('[')?.strip_suffix("].image")?;
    index.parse().ok().filter(|index| *index < MAX_LAYERS)
}

#[derive(Default)]
struct FormReader {
    request: RawRequest,
    /// Names of the parts so far, as they were sent.
    seen: Vec<&'static str>,
    parts: usize,
    errors: Vec<FieldError>,
}

impl FormReader {
    fn add(&mut self, name: &str, value: Bytes) {
        if let Some(layer) = layer_of(name) {
            return self.add_layer_picture(layer, name, value);
        }
        let known = FIELDS.iter().find_map(|field| Some((field, field.names().find(|known| *known == name)?)));
        let Some((field, name)) = known else { return self.request.skip_unknown(name) };
        if self.seen.contains(&name) {
            if !self.errors.iter().any(|e| e.field() == Some(name)) {
                self.errors.push(FieldError::new(name, "duplicate", notice!("request-duplicate")));
            }
            return;
        }
        self.seen.push(name);
        if field.kind == Kind::Image { self.add_picture(field, name, value) } else { self.add_text(field, name, &value) }
    }

    /// Adds a file. An empty one is what browsers send for a file input that is left empty.
    fn add_picture(&mut self, field: &Field, name: &'static str, file: Bytes) {
        if file.is_empty() {
            return;
        }
        let sent_already = self.request.attachments.contains_key(field.name);
        if sent_already {
            // The field takes precedence. As in JSON, the alias stays in the fields, so that the parser warns about it.
            self.request.fields.extend(field.aliases.iter().map(|alias| ((*alias).to_owned(), Value::String(String::new()))));
        }
        if !sent_already || name == field.name {
            self.request.attachments.insert(field.name, Attachment::File(file));
        }
    }

    /// Adds the picture of a layer: a part that is named as in errors, `layers[2].image`.
    fn add_layer_picture(&mut self, layer: usize, name: &str, file: Bytes) {
        if file.is_empty() {
            return;
        }
        if self.request.layer_pictures.insert(layer, Attachment::File(file)).is_some() {
            self.errors.push(FieldError::new(name.to_owned(), "duplicate", notice!("request-duplicate")));
        }
    }

    /// Adds a text. An empty text is absent, because forms cannot send null; prompts and the slogan may be empty.
    fn add_text(&mut self, field: &Field, name: &str, text: &[u8]) {
        match std::str::from_utf8(text) {
            Ok("") if !matches!(field.kind, Kind::Prompt { .. } | Kind::Text) => {}
            Ok(text) => drop(self.request.fields.insert(name.into(), Value::String(text.to_owned()))),
            Err(error) => {
                let notice = notice!("api-form-text-not-utf8", position = error.valid_up_to());
                self.errors.push(FieldError::new(field.name, "text_invalid", notice));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDARY: &str = "X-8fr";

    fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (disposition, content) in parts {
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        body
    }

    async fn read(body: Vec<u8>) -> Result<RawRequest, Vec<FieldError>> {
        read_form(&format!("multipart/form-data; boundary={BOUNDARY}"), body.into()).await
    }

    #[tokio::test]
    async fn files_become_attachments_and_texts_become_fields() {
        // Longer than a chunk, and with line ends and dashes that are no boundary.
        let photo: Vec<u8> = b"\r\n--X-8f".iter().copied().cycle().take(3 * CHUNK + 7).collect();
        let request = read(form(&[
            ("name=\"text_content\"", "신메뉴\n출시".as_bytes()),
            ("name=\"seed\"", b"7"),
            ("name=\"width\"", b""),
            ("name=\"bg_negative_prompt\"", b""),
            ("name=\"bg_model\"", b"flux"),
            ("name=\"colour\"; filename=\"a\"", b"\xff"),
            ("name=\"input_image\"; filename=\"cup.png\"", &photo),
            ("name=\"mask_image\"; filename=\"\"", b""),
        ]))
        .await
        .unwrap();
        assert_eq!(
            serde_json::to_string(&request.fields).unwrap(),
            r#"{"text_content":"신메뉴\n출시","seed":"7","bg_negative_prompt":"","bg_model":null,"colour":null}"#
        );
        assert_eq!(request.attachments.len(), 1);
        assert!(matches!(&request.attachments["product_image"], Attachment::File(bytes) if *bytes == photo));
    }

    #[tokio::test]
    async fn a_field_takes_precedence_over_its_alias() {
        let [by_name, by_alias]: [(&str, &[u8]); 2] = [("name=\"product_image\"", b"name"), ("name=\"input_image\"", b"alias")];
        let texts: [(&str, &[u8]); 2] = [("name=\"text_model_prompt\"", b"gold"), ("name=\"text_prompt\"", b"chrome")];
        for parts in [[by_name, by_alias, texts[0], texts[1]], [by_alias, by_name, texts[1], texts[0]]] {
            let request = read(form(&parts)).await.unwrap();
            assert!(matches!(&request.attachments["product_image"], Attachment::File(bytes) if &bytes[..] == b"name"), "{request:?}");
            assert_eq!(request.fields["text_model_prompt"], "gold");
            // The parser warns about aliases that are not null.
            assert!(request.fields["text_prompt"] == "chrome" && request.fields["input_image"].is_string(), "{request:?}");
        }
        let alone = read(form(&[by_alias, texts[1]])).await.unwrap();
        assert!(alone.attachments.contains_key("product_image") && !alone.fields.contains_key("input_image"));
        assert!(alone.fields["text_prompt"] == "chrome" && !alone.fields.contains_key("text_model_prompt"));
    }

    #[tokio::test]
    async fn the_body_is_not_copied_before_it_is_needed() {
        use futures_util::StreamExt as _;
        let photo = vec![7; 100 * CHUNK];
        let body = Bytes::from(form(&[("name=\"seed\"", b"7"), ("name=\"product_image\"", &photo), ("name=\"bg_prompt\"", b"a")]));
        let polled = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = std::sync::Arc::clone(&polled);
        let counted = chunks(body).inspect(move |_| {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        });
        let mut parts = Multipart::new(counted, BOUNDARY);
        let mut taken = Vec::new();
        while let Some(part) = parts.next_field().await.unwrap() {
            taken.push((polled.load(std::sync::atomic::Ordering::Relaxed), part.bytes().await.unwrap().len()));
        }
        // A part is yielded when its head has been read.
        assert!(taken[0].0 <= 2 && taken[1].0 <= 5, "{taken:?}");
        assert!(taken[0].1 == 1 && taken[1].1 == photo.len() && taken[2].1 == 1, "{taken:?}");
    }

    #[tokio::test]
    async fn every_wrong_part_is_named() {
        let errors = read(form(&[
            ("name=\"seed\"", b"7"),
            ("name=\"seed\"", b"8"),
            ("name=\"input_image\"", b"a"),
            ("name=\"input_image\"", b"b"),
            ("name=\"bg_prompt\"", b"a\xff"),
        ]))
        .await
        .unwrap_err();
        let said: Vec<(&str, String)> = errors.iter().map(|e| (e.kind, e.to_string())).collect();
        assert_eq!(
            said,
            [
                ("duplicate", "seed: sent more than once; send it once".to_owned()),
                ("duplicate", "input_image: sent more than once; send it once".to_owned()),
                ("text_invalid", "bg_prompt: not UTF-8 at byte 1; send text in UTF-8, and files in picture fields only".to_owned()),
            ]
        );
    }

    #[tokio::test]
    async fn forms_that_cannot_be_read_say_why() {
        let good = form(&[("name=\"seed\"", b"7")]);
        let many: Vec<(&str, &[u8])> = vec![("name=\"bg_model\"", b""); MAX_PARTS + 1];
        for (body, words) in [
            (good[..good.len() - 12].to_vec(), "The form is damaged"),
            (Vec::new(), "The form is damaged"),
            (b"{}".to_vec(), "The form is damaged"),
            (form(&[("filename=\"a\"", b"7")]), "The form has a part without a name"),
            (form(&many), "The form has more than"),
        ] {
            let errors = read(body).await.unwrap_err();
            assert!(errors.len() == 1 && errors[0].kind == "form_invalid" && errors[0].to_string().starts_with(words), "{errors:?}");
        }
        let errors = read_form("multipart/form-data", good.into()).await.unwrap_err();
        assert!(errors[0].to_string().contains("boundary"), "{errors:?}");
    }
}
