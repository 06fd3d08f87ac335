//! Everything that must be refused, named, and survived. Numbers and flags that arrive as text are not among it: the original system's own
//! clients send them so.

use axum::body::Body;
use axum::http::StatusCode;
use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use nanococoa::api::SecurityPolicy;
use serde_json::{Value, json};

use crate::support::{Answer, World, b64};

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = (data.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    let mut crc = u32::MAX;
    for &byte in &out[4..] {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    out.extend_from_slice(&(!crc).to_be_bytes());
    out
}

/// A PNG that claims a size and has nearly no data.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut head = width.to_be_bytes().to_vec();
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &head));
    png.extend(chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]));
    png.extend(chunk(b"IEND", &[]));
    png
}

/// Some kilobytes that unpack to more pixels than any picture may have (400 megapixels).
fn bomb() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 21_000, 21_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; 2625 * 21_000]).unwrap();
    writer.finish().unwrap();
    bytes
}

fn photo(format: ImageFormat) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(320, 256, |x, y| Rgb([x as u8, y as u8, (x * y) as u8])).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn clear_png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    RgbaImage::from_pixel(256, 256, Rgba([0; 4])).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn jpeg_claims() -> Vec<u8> {
    let mut jpeg = b"\xFF\xD8\xFF\xC0\x00\x11\x08\xFF\xFF\xFF\xFF\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00".to_vec();
    jpeg.extend_from_slice(b"\xFF\xDA\x00\x0C\x03\x01\x00\x02\x11\x03\x11\x00\x3F\x00\xFF\xD9");
    jpeg
}

fn bmp_claims() -> Vec<u8> {
    let mut bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend_from_slice(&60_000_i32.to_le_bytes());
    bmp.extend_from_slice(&60_000_i32.to_le_bytes());
    bmp.extend_from_slice(&[1, 0, 24, 0]);
    bmp.extend_from_slice(&[0; 24]);
    bmp
}

/// Bodies whose fields are wrong, with the fields that the answer must name.
fn wrong_fields() -> Vec<(Value, Vec<&'static str>)> {
    let good = b64(&photo(ImageFormat::Png));
    let mut cases: Vec<(Value, Vec<&'static str>)> = Vec::new();
    let images: Vec<Vec<u8>> = vec![
        claims(60_000, 60_000),
        claims(0, 10),
        claims(u32::MAX, u32::MAX),
        claims(100, 100),
        bomb(),
        jpeg_claims(),
        bmp_claims(),
        photo(ImageFormat::Png)[..400].to_vec(),
        photo(ImageFormat::Jpeg)[..900].to_vec(),
        photo(ImageFormat::Bmp)[..500].to_vec(),
        photo(ImageFormat::Tiff)[..500].to_vec(),
        photo(ImageFormat::WebP)[..100].to_vec(),
        b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>".to_vec(),
        b"%PDF-1.7".to_vec(),
        b"PK\x03\x04 a zip".to_vec(),
        b"hello".to_vec(),
        vec![0; 1000],
        clear_png(),
        [b"\x89PNG\r\n\x1a\n".to_vec(), photo(ImageFormat::Jpeg)].concat(),
    ];
    for image in &images {
        cases.push((json!({"product_image": b64(image)}), vec!["product_image"]));
    }
    for text in [
        "",
        " ",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/x.png",
        "data:text/html;base64,aGk=",
        "data:image/png,xx",
        "a",
        "iVBOR\u{0}",
        "=",
        "한국어",
    ] {
        cases.push((json!({"product_image": text}), vec!["product_image"]));
    }
    for value in [json!(5), json!(true), json!([good]), json!({"data": good})] {
        cases.push((json!({"product_image": value}), vec!["product_image"]));
        cases.push((json!({"start_step": 2, "text_content": "a", "step1_image": value}), vec!["step1_image"]));
    }
    for value in [
        json!(0),
        json!(4),
        json!(-1),
        json!(1.5),
        json!("0"),
        json!("one"),
        json!("1.5"),
        json!(true),
        json!([]),
        json!(1e30),
        json!(18_446_744_073_709_551_615_u64),
    ] {
        cases.push((json!({"start_step": value}), vec!["start_step"]));
    }
    for field in ["strength", "composition_strength"] {
        for value in
            [json!(-0.01), json!(1.01), json!("1.5"), json!("half"), json!(""), json!("nan"), json!(1e308), json!(false), json!({})]
        {
            cases.push((json!({field: value}), vec![field]));
        }
    }
    for field in ["guidance_scale", "text_guidance_scale", "composition_guidance_scale", "true_cfg_scale"] {
        cases.push((json!({field: 20.1}), vec![field]));
        cases.push((json!({field: -1}), vec![field]));
    }
    for field in ["num_inference_steps", "text_num_inference_steps", "composition_steps"] {
        for value in [json!(0), json!(51), json!(4.5), json!("51"), json!("four"), json!(-4)] {
            cases.push((json!({field: value}), vec![field]));
        }
    }
    for field in ["width", "height"] {
        for value in [json!(0), json!(255), json!(300.5), json!(4097), json!(-1024), json!(100_000_000), json!("4097"), json!("wide")] {
            cases.push((json!({field: value}), vec![field]));
        }
    }
    for value in [json!(-2), json!("-2"), json!(-1.5), json!(1.5), json!("x"), json!(1e20)] {
        cases.push((json!({"seed": value}), vec!["seed"]));
    }
    for field in ["engine", "composition_mode", "text_position"] {
        for value in [json!("sideways"), json!(""), json!(1), json!(["top"])] {
            cases.push((json!({field: value}), vec![field]));
        }
    }
    for field in ["preserve_product", "auto_unload", "test_mode"] {
        for value in [json!("maybe"), json!(""), json!(1), json!([])] {
            cases.push((json!({field: value}), vec![field]));
        }
    }
    for name in [
        "../../../etc/passwd",
        "/etc/passwd",
        "..\\..\\x.ttf",
        "NanumSquare/../../Cargo.toml",
        "C:\\Windows\\Fonts\\arial.ttf",
        "none.ttf",
        "NanumSquare",
        "a\u{0}.ttf",
        "~/x.ttf",
        "%2e%2e/x.ttf",
    ] {
        cases.push((json!({"font_name": name, "text_content": "a"}), vec!["font_name"]));
    }
    cases.push((json!({"font_name": 5}), vec!["font_name"]));
    cases.push((json!({"text_content": "가".repeat(201)}), vec!["text_content"]));
    cases.push((json!({"text_content": "a\u{0}b"}), vec!["text_content"]));
    cases.push((json!({"text_content": "a\u{1b}[31m"}), vec!["text_content"]));
    cases.push((json!({"text_content": ["a"]}), vec!["text_content"]));
    let prompts = [
        "bg_prompt",
        "bg_negative_prompt",
        "bg_composition_prompt",
        "bg_composition_negative_prompt",
        "text_model_prompt",
        "negative_prompt",
        "composition_prompt",
        "composition_negative_prompt",
    ];
    for field in prompts {
        cases.push((json!({field: "x".repeat(2001)}), vec![field]));
        cases.push((json!({field: 7}), vec![field]));
        cases.push((json!({field: "a\u{0}b"}), vec![field]));
    }
    cases.push((json!({"start_step": 2}), vec!["step1_image", "text_content"]));
    cases.push((json!({"start_step": 2, "step1_image": good, "text_content": "  "}), vec!["text_content"]));
    cases.push((json!({"start_step": 2, "step1_image": null, "text_content": "a"}), vec!["step1_image"]));
    cases.push((json!({"start_step": 3}), vec!["step1_image", "step2_image"]));
    cases.push((json!({"start_step": 3, "step1_image": good, "step2_image": good}), vec!["step2_image"]));
    cases.push((json!({"test_mode": true, "engine": "diffusion"}), vec!["test_mode"]));
    for value in [json!(0), json!(4), json!("last"), json!(true), json!(1.5)] {
        cases.push((json!({"stop_step": value}), vec!["stop_step"]));
    }
    cases.push((json!({"start_step": 2, "stop_step": 1, "text_content": "a", "step1_image": good}), vec!["stop_step"]));
    cases.push((json!({"start_step": "3", "stop_step": "2"}), vec!["stop_step", "step1_image", "step2_image"]));
    for word in ["DUMMY_IMAGE_DATA", "string", "test"] {
        // Without test_mode a placeholder is an error.
        cases.push((json!({"product_image": word, "engine": "draft", "test_mode": false}), vec!["product_image"]));
    }
    cases.push((json!({"test_mode": true, "product_image": 5}), vec!["product_image"]));
    cases.push((json!({"engine": "diffusion"}), vec!["engine"]));
    cases.push((json!({"strength": 9, "width": 3, "seed": "x", "font_name": "no"}), vec!["strength", "width", "seed", "font_name"]));
    cases
}

async fn alive(world: &World, what: &str) {
    let health = world.get("/health").await;
    assert_eq!((health.status, health.json()["status"].as_str()), (StatusCode::OK, Some("healthy")), "after {what}");
    assert_eq!(world.get("/jobs").await.json()["total_jobs"], 0, "after {what}");
    assert!(world.strange_files().is_empty(), "after {what}: {:?}", world.strange_files());
}

fn has_detail(answer: &Answer, what: &str) {
    assert!(answer.header("content-type").starts_with("application/json"), "{what}");
    let detail = &answer.json()["detail"];
    assert!(detail.as_str().is_some_and(|d| !d.is_empty()) || detail.as_array().is_some_and(|d| !d.is_empty()), "{what}: {detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_named() {
    let world = World::new();
    let cases = wrong_fields();
    assert!(cases.len() >= 80, "{}", cases.len());
    for (body, fields) in cases {
        let what: String = body.to_string().chars().take(160).collect();
        let answer = world.post(&body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}: {}", String::from_utf8_lossy(&answer.bytes));
        let detail = answer.json()["detail"].as_array().unwrap().clone();
        let mut named: Vec<&str> = detail.iter().map(|e| e["loc"][1].as_str().unwrap()).collect();
        named.sort_unstable();
        let mut fields = fields;
        fields.sort_unstable();
        assert_eq!(named, fields, "{what}");
        for error in &detail {
            assert_eq!(error["loc"][0], "body");
            assert!(error["msg"].as_str().unwrap().starts_with(error["loc"][1].as_str().unwrap()), "{error}");
            assert!(error["msg"].as_str().unwrap().len() < 400 && error["type"].is_string(), "{error}");
        }
        alive(&world, &what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_object() {
    let world = World::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_field = format!("{{\"x\":{}1{}}}", "{\"a\":".repeat(5000), "}".repeat(5000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"{\"strength\": }".to_vec(),
        b"{'strength': 1}".to_vec(),
        b"{\"strength\": NaN}".to_vec(),
        b"{\"strength\": Infinity}".to_vec(),
        b"{\"strength\": 1e999}".to_vec(),
        b"{\"strength\": 01}".to_vec(),
        b"{} {}".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        b"5".to_vec(),
        b"\"text\"".to_vec(),
        b"text_content=a".to_vec(),
        b"{\"text_content\": \"\xff\xfe\"}".to_vec(),
        b"{\"text_content\": \"\\ud800\"}".to_vec(),
        b"{\"text_content\": \"a\nb\"}".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        b"{\"seed\": 1, \"seed\": 2}".to_vec(),
        vec![0; 4096],
        deep.into_bytes(),
        deep_field.into_bytes(),
    ];
    for body in bodies {
        let what = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = world.generate(body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
        has_detail(&answer, &what);
        alive(&world, &what).await;
    }
    let twice = world.generate("{\"seed\": 1, \"seed\": 2}").await;
    assert_eq!(twice.json()["detail"][0]["loc"][1], "seed");
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_methods() {
    let world = World::new();
    let cases: &[(&str, &str, u16)] = &[
        ("GET", "/nothing", 404),
        ("POST", "/nothing", 404),
        ("GET", "/nothing/", 404),
        ("GET", "//evil.example/", 404),
        ("GET", "/generate//", 404),
        ("GET", "/status/", 404),
        ("GET", "/status/abc", 404),
        ("GET", "/status/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/status/550e8400-e29b-41d4-a716-446655440000", 404),
        ("POST", "/stop/x", 404),
        ("DELETE", "/jobs/x", 404),
        ("GET", "/jobs/x/events", 404),
        ("GET", "/jobs/x/images/final.png", 404),
        ("GET", "/jobs/550e8400-e29b-41d4-a716-446655440000/images/..%2fjob.json", 404),
        ("GET", "/fonts/../Cargo.toml", 404),
        ("GET", "/fonts/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/fonts/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/fonts//etc/passwd", 404),
        ("GET", "/fonts/NanumSquare/", 404),
        ("GET", "/fonts/NanumSquare/..%5c..%5cx", 404),
        ("GET", "/fonts/a%00b.ttf", 404),
        ("GET", "/docs/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/fonts/%ff%fe", 400),
        ("GET", "/status/%ff", 400),
        ("GET", "/generate", 405),
        ("PUT", "/generate", 405),
        ("DELETE", "/generate", 405),
        ("OPTIONS", "/generate", 405),
        ("POST", "/health", 405),
        ("POST", "/status/x", 405),
        ("GET", "/stop/x", 405),
        ("POST", "/jobs", 405),
        ("GET", "/jobs/x", 405),
        ("PATCH", "/jobs/x", 405),
        ("POST", "/fonts", 405),
        ("TRACE", "/help", 405),
        ("POST", "/docs/", 405),
        ("DELETE", "/openapi.json", 405),
        ("GET", "/server-reset", 405),
    ];
    for (method, path, status) in cases {
        let what = format!("{method} {path}");
        let answer = world.call(method, path, &[], Body::empty()).await;
        assert_eq!(answer.status.as_u16(), *status, "{what}");
        has_detail(&answer, &what);
        assert_eq!(answer.status == StatusCode::METHOD_NOT_ALLOWED, answer.headers.contains_key("allow"), "{what}");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("root:"), "{what}");
        alive(&world, &what).await;
    }
    assert_eq!(world.call("GET", "/generate", &[], "").await.header("allow"), "POST");
    let id = uuid::Uuid::nil();
    assert_eq!(world.get(&format!("/status/{id}?images=maybe")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.call("HEAD", "/health", &[], "").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn oversize_bodies() {
    let world = World::with(SecurityPolicy::new(None, Vec::new(), Vec::new()), 10_000);
    let big = format!("{{\"bg_prompt\": \"{}\"}}", "x".repeat(20_000));
    let length = big.len().to_string();
    let announced =
        world.call("POST", "/generate", &[("content-type", "application/json"), ("content-length", &length)], big.clone()).await;
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = big.as_bytes().chunks(999).map(|c| Ok(c.to_vec())).collect();
    let chunked = world.generate(Body::from_stream(futures_util::stream::iter(pieces))).await;
    for answer in [announced, chunked] {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.json()["detail"].as_str().unwrap().contains("10000"));
        alive(&world, "too large").await;
    }
    let broken: Vec<Result<Vec<u8>, std::io::Error>> = vec![Ok(b"{".to_vec()), Err(std::io::Error::other("gone"))];
    let answer = world.generate(Body::from_stream(futures_util::stream::iter(broken))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    alive(&world, "broken body").await;
}
