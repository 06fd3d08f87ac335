//! The list of templates.

use axum::http::StatusCode;
use nanococoa::templates::TemplateCatalogue;
use serde_json::json;

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_listed_with_their_slots_and_own_ones_too() {
    let world = World::new();
    let answer = world.get("/templates").await;
    assert_eq!(answer.status, StatusCode::OK);
    let list = answer.json();
    let templates = list["templates"].as_array().unwrap();
    assert_eq!(templates.len(), TemplateCatalogue::embedded().templates().len());
    let sale = templates.iter().find(|template| template["id"] == "sale").unwrap();
    assert_eq!(sale["name"], json!({"en": "Sale", "ko": "세일"}));
    let price = sale["slots"].as_array().unwrap().iter().find(|slot| slot["name"] == "price").unwrap();
    assert_eq!(price["kind"], "price");
    assert!(price["ko"].as_str().is_some_and(|text| !text.is_empty()), "{price}");

    let dir = tempfile::tempdir().unwrap();
    let own = include_str!("../../assets/templates/new-menu.toml").replacen("id = \"new-menu\"", "id = \"mine\"", 1);
    std::fs::write(dir.path().join("mine.toml"), own).unwrap();
    let (catalogue, errors) = TemplateCatalogue::load(dir.path());
    assert!(errors.is_empty());
    let router = nanococoa::api::router(world.state.clone().with_templates(std::sync::Arc::new(catalogue)));
    let request = axum::http::Request::builder().uri("/templates").header("host", "localhost:8000");
    let answer = tower::ServiceExt::oneshot(router, request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert!(body["templates"].as_array().unwrap().iter().any(|template| template["id"] == "mine"));
}
