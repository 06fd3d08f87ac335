//! `layers` and own backgrounds over REST: JSON, forms, projects; wrong ones.

use std::io::Write as _;

use axum::http::StatusCode;
use base64::Engine as _;
use serde_json::{Value, json};

use crate::common::{photo_base64, request};
use crate::support::{Answer, World};

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn logo() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(photo_base64(60, 30)).unwrap()
}

/// The example of the issue, with a real picture.
fn layers(image: Option<&[u8]>) -> Value {
    let mut picture = json!({"type": "picture", "x": 0.88, "y": 0.08, "width": 0.15});
    if let Some(image) = image {
        picture["image"] = json!(base64(image));
    }
    json!([
        {"type": "text", "text": "2,980원", "font_name": null, "size": 0.07, "color": "#E53935", "x": 0.5, "y": 0.9, "align": "center"},
        picture,
        {"type": "shape", "shape": "rectangle", "fill": "#00C73C", "x": 0.5, "y": 0.9, "width": 0.4, "height": 0.1}
    ])
}

async fn made(world: &World, started: Answer) -> (Value, image::RgbImage) {
    assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
    let id = started.json()["job_id"].as_str().unwrap().to_owned();
    world.finish(&id).await;
    let status = world.get(&format!("/status/{id}")).await.json();
    assert_eq!(status["status"], "completed", "{}", status["message"]);
    let png = base64::engine::general_purpose::STANDARD.decode(status["final_result"].as_str().unwrap()).unwrap();
    (status, image::load_from_memory(&png).unwrap().into_rgb8())
}

#[tokio::test(flavor = "multi_thread")]
async fn json_form_and_project_make_the_same_picture() {
    let world = World::new();
    let fields = json!({"layers": layers(Some(&logo())), "background_color": "#EEEEEE", "force_from_step": 1});
    let (status, from_json) = made(&world, world.post(&Value::Object(request(fields))).await).await;
    assert_eq!(from_json.get_pixel(128, 222).0, [0, 0xC7, 0x3C], "the last layer is the highest");
    assert!(status["parameters"]["layers"][1]["image"].as_str().unwrap().starts_with("PNG 60×30"), "{}", status["parameters"]);

    let mut body = Vec::new();
    let mut part = |name: &str, content: &[u8]| {
        body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n").bytes());
        body.extend([content, b"\r\n"].concat());
    };
    let rest = request(json!({"background_color": "#EEEEEE", "force_from_step": 1}));
    for (name, value) in rest.iter().filter(|(name, _)| *name != "product_image") {
        part(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_bytes());
    }
    part("product_image", &base64::engine::general_purpose::STANDARD.decode(photo_base64(48, 40)).unwrap());
    part("layers", layers(None).to_string().as_bytes());
    part("layers[1].image", &logo());
    body.extend(b"--B--\r\n");
    let kind = [("content-type", "multipart/form-data; boundary=B")];
    let (form_status, from_form) = made(&world, world.call("POST", "/generate", &kind, body).await).await;
    assert_eq!(form_status["parameters"], status["parameters"]);
    assert!(from_form == from_json);

    let mut list = layers(None);
    list[1]["image"] = json!("layers/1.image");
    let mut fields = request(json!({"layers": list, "background_color": "#EEEEEE", "force_from_step": 1}));
    fields.remove("product_image");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let photo = base64::engine::general_purpose::STANDARD.decode(photo_base64(48, 40)).unwrap();
    for (name, bytes) in
        [("request.json", Value::Object(fields).to_string().into_bytes()), ("product.image", photo), ("layers/1.image", logo())]
    {
        zip.start_file(name, stored).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let project = zip.finish().unwrap().into_inner();
    let (_, from_project) = made(&world, world.call("POST", "/generate", &[("content-type", "application/zip")], project).await).await;
    assert!(from_project == from_json);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_layers_are_named_by_their_path() {
    let world = World::new();
    let wrong = |list: Value| request(json!({"layers": list}));
    for (list, path, kind) in [
        (json!([{"type": "text", "text": "a"}, {"type": "text", "text": "a", "color": "reddish"}]), "layers[1].color", "color_type"),
        (json!([{"type": "picture", "image": "aGk="}]), "layers[0].image", "image_invalid"),
        (json!([{"type": "picture", "image": "%%%"}]), "layers[0].image", "base64_invalid"),
        (json!([{"type": "picture", "image": base64(b"<svg xmlns='http://www.w3.org/2000/svg'><g>")}]), "layers[0].image", "image_invalid"),
        (json!([{"type": "picture"}]), "layers[0].image", "missing"),
        (json!([{"type": "text", "text": "a", "font_name": "../x"}]), "layers[0].font_name", "unknown_font"),
        (json!({"a": [1, 2]}), "layers", "list_type"),
        (json!(vec![json!({}); 51]), "layers", "too_many"),
        (json!(vec![json!(0); 30_000]), "layers", "json_invalid"),
    ] {
        let answer = world.post(&Value::Object(wrong(list))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let detail = answer.json()["detail"][0].clone();
        assert_eq!((detail["loc"][1].as_str(), detail["type"].as_str()), (Some(path), Some(kind)), "{detail}");
        assert!(detail["msg"].as_str().unwrap().starts_with(&format!("{path}: ")), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_of_layers_are_documented() {
    let world = World::new();
    let help = world.get("/help/parameters").await.json();
    let layers = help["parameters"].as_array().unwrap().iter().find(|p| p["name"] == "layers").unwrap().clone();
    let names: Vec<&str> = layers["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    for (field, _) in nanococoa::request::layers::LAYER_FIELDS {
        assert!(names.contains(&field.name), "{}", field.name);
        assert!(!field.description.is_empty() && !field.description_ko.is_empty());
    }
    let schema = world.get("/openapi.json").await.json();
    let kinds = schema.pointer("/components/schemas/GenerateRequest/properties/layers/items/oneOf").unwrap().as_array().unwrap().clone();
    assert_eq!(kinds.iter().map(|k| k["title"].as_str().unwrap()).collect::<Vec<_>>(), ["text", "picture", "shape"]);
    assert!(kinds[0]["properties"]["font_name"]["enum"].as_array().unwrap().len() > 5);
}
