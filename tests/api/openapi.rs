//! The OpenAPI document matches the server; `tests/openapi/run.sh` checks it with external tools.

use axum::http::StatusCode;
use nanococoa::api::SecurityPolicy;
use serde_json::{Value, json};

use crate::support::World;

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |(m, o)| (format!("{m} {path}"), o))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_words_and_a_type() {
    let world = World::new();
    let document = world.get("/openapi.json").await.json();
    let operations = operations(&document);
    assert_eq!(operations.len(), 24, "a new route belongs into the document");
    let ids: std::collections::BTreeSet<&str> = operations.iter().filter_map(|(_, o)| o["operationId"].as_str()).collect();
    assert_eq!(ids.len(), operations.len(), "every operation has an ID of its own: {ids:?}");
    for (name, operation) in operations {
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|d| !d.is_empty()), "{name} {status}");
            for (kind, content) in response["content"].as_object().unwrap() {
                let list_of_numbers = content["schema"]["items"]["type"] == "integer";
                assert!(content["schema"].is_object() && !list_of_numbers, "{name} {status} {kind}");
            }
        }
        for status in ["200", "401", "403", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{name} {status}");
        }
        if operation["requestBody"].is_object() {
            for status in ["400", "408", "413", "415"] {
                assert!(operation["responses"][status].is_object(), "{name} {status}");
            }
        }
    }
    let images = &document["paths"]["/status/{job_id}"]["get"]["parameters"][1];
    assert_eq!((&images["name"], &images["in"]), (&json!("images"), &json!("query")));
    assert_ne!(images["required"], true);
    let project = &document["paths"]["/generate"]["post"]["requestBody"]["content"]["application/zip"]["schema"];
    assert_eq!(project["format"], "binary");
}

/// Keys whose value is null although OpenAPI gives null no meaning there.
fn null_keys(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{at}/{key}");
                // Values of fields, which may be null, and documented answers.
                if matches!(key.as_str(), "default" | "example" | "examples" | "const") {
                    continue;
                }
                if value.is_null() {
                    out.push(path);
                } else {
                    null_keys(value, &path, out);
                }
            }
        }
        Value::Array(values) => values.iter().enumerate().for_each(|(i, value)| null_keys(value, &format!("{at}/{i}"), out)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_keyword_of_the_document_is_null() {
    let document = World::new().get("/openapi.json").await.json();
    let mut found = Vec::new();
    null_keys(&document, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    null_keys(&json!({"enum": null}), "", &mut found);
    assert_eq!(found, ["/enum"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_the_query_are_checked() {
    let world = World::new();
    let id = world.post(&json!({"width": 256, "height": 256, "stop_step": 1})).await.json()["job_id"].as_str().unwrap().to_owned();
    world.finish(&id).await;
    let document = world.get("/openapi.json").await.json();
    let parameter = &document["paths"]["/status/{job_id}"]["get"]["parameters"][1]["schema"];
    for word in parameter["enum"].as_array().unwrap() {
        let path = format!("/status/{id}?images={}", word.as_str().unwrap());
        assert_eq!(world.get(&path).await.status, StatusCode::OK, "{path}");
    }
    for query in ["images=", "images=maybe", "images=true&images=false", "images", "images=%ff"] {
        let answer = world.get(&format!("/status/{id}?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.json()["detail"].is_string(), "{query}");
    }
    assert_eq!(world.get(&format!("/status/{id}?other=1")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_run_as_they_are() {
    let world = World::new();
    let document = world.get("/openapi.json").await.json();
    let examples = &document["paths"]["/generate"]["post"]["requestBody"]["content"]["application/json"]["examples"];
    let examples = examples.as_object().unwrap();
    assert!(examples.len() >= 3);
    for (name, example) in examples {
        let answer = world.post(&example["value"]).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.json());
        assert!(answer.json().get("warnings").is_none(), "{name}: {}", answer.json());
        if let Some(id) = answer.json()["job_id"].as_str() {
            assert_eq!(world.finish(id).await["status"], "completed", "{name}");
        }
    }
    // The examples of the fields too, all at once.
    let fields = document["components"]["schemas"]["GenerateRequest"]["properties"].as_object().unwrap();
    // An own picture and a colour exclude each other as backgrounds.
    let together = fields.iter().filter(|(name, _)| *name != "background_image");
    let all = together.map(|(name, schema)| (name.clone(), schema["examples"][0].clone())).collect();
    let answer = world.post(&Value::Object(all)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_knows_this_server() {
    let world = World::new();
    let document = world.get("/openapi.json").await.json();
    let fields = &document["components"]["schemas"]["GenerateRequest"]["properties"];
    let faces: Vec<&str> = fields["font_name"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for face in ["NanumSquare/NanumSquareEB.ttf", "NanumSquareEB.ttf", "Pretendard-Black.otf"] {
        assert!(faces.contains(&face), "{face}");
    }
    let query = document["paths"]["/jobs/{job_id}/export"]["get"]["parameters"].as_array().unwrap();
    let format = query.iter().find(|parameter| parameter["name"] == "format").unwrap();
    assert!(format["schema"]["enum"].as_array().unwrap().contains(&json!("kakao-bizboard")));
    // The fake has no diffusion models.
    assert_eq!(fields["engine"]["enum"], json!(["auto", "draft", null]));
    assert!(document.get("security").is_none() && document["components"].get("securitySchemes").is_none());
    let guarded = World::with(SecurityPolicy::new(Some("a long random word".into()), Vec::new(), Vec::new()), 1 << 20);
    let document = guarded.get("/openapi.json").await.json();
    assert_eq!(document["security"], json!([{"bearer": []}, {"password": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(document["components"]["securitySchemes"]["password"]["scheme"], "basic");
}
