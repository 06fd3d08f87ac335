//! Who may call.

use axum::body::Body;
use axum::http::StatusCode;
use nanococoa::api::SecurityPolicy;

use crate::support::{World, b64};

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
    let policy = SecurityPolicy::new(
        None,
        vec![" Studio.LAN. ".into(), "other.lan:8000".into(), "http://third.lan".into()],
        vec!["HTTPS://Shop.Example:443/".into(), "http://[0::1]:5173".into(), "*".into()],
    );
    let world = World::with(policy, 1 << 20);
    for (host, ok) in
        [("studio.lan:80", true), ("STUDIO.lan", true), ("other.lan:8000", true), ("other.lan:81", false), ("third.lan", false)]
    {
        let answer = world.call("GET", "/health", &[("host", host)], "").await;
        assert_eq!(answer.status, if ok { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{host}");
    }
    for (origin, ok) in
        [("http://[::1]:5173", true), ("https://shop.example:8443", false), ("http://shop.example", false), ("*", false), ("null", false)]
    {
        let answer = world.call("GET", "/health", &[("origin", origin)], "").await;
        assert_eq!(answer.status, if ok { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{origin}");
    }
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
        let basic = format!("Basic {}", b64(b"anybody:open sesame 123"));
        let nameless = format!("basic {}", b64(b":open sesame 123"));
        for right in ["Bearer open sesame 123", "bearer open sesame 123", &basic, &nameless] {
            let answer = world.call("GET", path, &[("authorization", right)], "").await;
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{path} {right}");
        }
        for wrong in ["anybody:open sesame 12", "open sesame 123:", "open sesame 123", "open sesame 123:anybody", "a:b:open sesame 123"] {
            let answer = world.call("GET", path, &[("authorization", &format!("Basic {}", b64(wrong.as_bytes())))], "").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {wrong}");
            let schemes: Vec<&str> = answer.headers.get_all("www-authenticate").iter().map(|v| v.to_str().unwrap()).collect();
            assert!(schemes.len() == 2 && schemes[1].starts_with("Basic realm="), "{schemes:?}");
        }
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
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "", "json", "text/json"] {
        let answer = world.call("POST", "/generate", &[("content-type", kind)], "{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("application/json"));
    }
}
