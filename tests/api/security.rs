//! Who may call.

use axum::body::Body;
use axum::http::StatusCode;
use nanococoa::api::SecurityPolicy;

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_origins() {
    let world = World::new();
    let cases: &[(&[(&str, &str)], bool)] = &[
        (&[("host", "localhost")], true),
        (&[("host", "LOCALHOST:8000")], true),
        (&[("host", "127.0.0.1:8000")], true),
        (&[("host", "127.1.2.3")], true),
        (&[("host", "[::1]:8000")], true),
        (&[("host", "evil.example")], false),
        (&[("host", "localhost.evil.example:8000")], false),
        (&[("host", "127.0.0.1.evil.example")], false),
        (&[("host", "evil.example"), ("host", "localhost")], false),
        (&[("host", "192.168.0.5:8000")], false),
        (&[("host", "0.0.0.0:8000")], false),
        (&[("host", "")], false),
        (&[("host", "localhost:8000"), ("origin", "http://localhost:8000")], true),
        (&[("host", "localhost:80"), ("origin", "http://localhost")], true),
        (&[("host", "localhost:8000"), ("origin", "http://127.0.0.1:8000")], false),
        (&[("host", "localhost:8000"), ("origin", "http://localhost:3000")], false),
        (&[("host", "localhost:8000"), ("origin", "https://evil.example")], false),
        (&[("host", "localhost:8000"), ("origin", "null")], false),
        (&[("host", "localhost:8000"), ("origin", "")], false),
        (&[("host", "localhost:8000"), ("origin", "http://localhost:8000.evil.example")], false),
    ];
    for (headers, ok) in cases {
        for path in ["/health", "/fonts", "/nothing"] {
            let answer = world.call("GET", path, headers, Body::empty()).await;
            assert_eq!(answer.status != StatusCode::FORBIDDEN, *ok, "{headers:?} {path}");
            if !ok {
                assert!(answer.json()["detail"].is_string());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_hosts_and_origins() {
    let policy = SecurityPolicy::new(None, vec!["studio.lan".into()], vec!["https://shop.example".into()]);
    let world = World::with(policy, 1 << 20);
    assert_eq!(world.call("GET", "/health", &[("host", "studio.lan:8000")], "").await.status, StatusCode::OK);
    let answer = world.call("GET", "/health", &[("origin", "https://shop.example")], "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, "https://shop.example"));
    let preflight = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    assert_eq!(world.call("OPTIONS", "/generate", &preflight, "").await.status, StatusCode::NO_CONTENT);
    let stranger = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    assert_eq!(world.call("OPTIONS", "/generate", &stranger, "").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_guards_every_route() {
    let world = World::with(SecurityPolicy::new(Some("open sesame 123".into()), Vec::new(), Vec::new()), 1 << 20);
    for path in ["/health", "/jobs", "/fonts", "/fonts/metadata", "/help", "/docsx", "/nothing"] {
        for wrong in ["", "Bearer", "Bearer ", "Bearer wrong", "Basic open sesame 123", "Bearer open sesame 1234"] {
            let answer = world.call("GET", path, &[("authorization", wrong)], "").await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"), "{path} {wrong}");
        }
        let answer = world.call("GET", path, &[("authorization", "Bearer open sesame 123")], "").await;
        assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let answer = world.call("POST", "/generate", &[("content-type", "application/json")], "{}").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // A browser's address bar cannot send it, and the documentation is no secret.
    for path in ["/docs/", "/openapi.json"] {
        assert_eq!(world.call("GET", path, &[], "").await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_all_addresses_answers_to_numbers_not_to_names() {
    let policy = SecurityPolicy::new(Some("word".into()), Vec::new(), Vec::new()).any_address();
    let world = World::with(policy, 1 << 20);
    let token = ("authorization", "Bearer word");
    assert_eq!(world.call("GET", "/health", &[("host", "192.168.0.7:8000"), token], "").await.status, StatusCode::OK);
    assert_eq!(world.call("GET", "/health", &[("host", "192.168.0.7:8000")], "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.call("GET", "/health", &[("host", "evil.example"), token], "").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_required_where_there_is_a_body() {
    let world = World::new();
    for kind in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"] {
        let answer = world.call("POST", "/generate", &[("content-type", kind)], "{").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json", "text/json"] {
        let answer = world.call("POST", "/generate", &[("content-type", kind)], "{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("application/json"));
    }
}
