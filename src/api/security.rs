//! Who may call: loopback names, same-origin pages, holders of the token.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{ApiError, ApiState, body};

/// The rules; loopback only unless told otherwise.
#[derive(Clone, Debug)]
pub struct SecurityPolicy {
    /// Hash of the token: comparing hashes takes the same time whatever was guessed.
    token: Option<blake3::Hash>,
    hosts: Vec<String>,
    origins: Vec<String>,
    any_address: bool,
}

impl SecurityPolicy {
    /// A bearer token that every call must carry, more `Host` names (with or without port), and origins of web pages that may call.
    pub fn new(token: Option<String>, hosts: Vec<String>, origins: Vec<String>) -> Self {
        let tidy = |list: Vec<String>| list.iter().map(|s| s.trim().trim_end_matches('/').to_ascii_lowercase()).collect();
        Self { token: token.map(|t| blake3::hash(t.as_bytes())), hosts: tidy(hosts), origins: tidy(origins), any_address: false }
    }

    /// The rules of a server that listens here: it answers to its own address too, or to every numeric one where it listens on all.
    pub fn listening(address: SocketAddr, token: Option<String>, mut hosts: Vec<String>, origins: Vec<String>) -> Self {
        let ip = address.ip();
        if !ip.is_loopback() && !ip.is_unspecified() {
            hosts.push(ip.to_string());
        }
        let policy = Self::new(token, hosts, origins);
        if ip.is_unspecified() { policy.any_address() } else { policy }
    }

    /// Answers to every numeric address too, for a server that listens on all of the machine's. Page scripts that lie about names
    /// (DNS rebinding) still need a name; the token protects the rest.
    #[must_use]
    pub fn any_address(mut self) -> Self {
        self.any_address = true;
        self
    }

    fn check_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<String, ApiError> {
        let refuse = |what: &str| {
            ApiError::Forbidden(format!("{what}. This server answers to localhost only; other names must be allowed with --allow-host"))
        };
        let mut sent = headers.get_all(header::HOST).iter();
        let host = match (sent.next(), sent.next()) {
            (Some(_), Some(_)) => return Err(refuse("More than one Host header")),
            (Some(host), None) => host.to_str().map_err(|_| refuse("The Host header is not readable"))?,
            (None, _) => uri.authority().map(|a| a.as_str()).ok_or_else(|| refuse("The Host header is missing"))?,
        };
        let host = host.trim().to_ascii_lowercase();
        let name = host_name(&host).ok_or_else(|| refuse("The Host header is not a host name"))?;
        let allowed = |h: &String| *h == host || h.trim_start_matches('[').trim_end_matches(']') == name;
        let numeric = self.any_address && self.token.is_some() && (name.parse::<Ipv4Addr>().is_ok() || name.parse::<Ipv6Addr>().is_ok());
        if numeric || is_loopback(name) || self.hosts.iter().any(allowed) { Ok(host) } else { Err(refuse("This Host name is not allowed")) }
    }

    /// `Some(origin)` when a page of another, allowed origin calls.
    fn check_origin(&self, headers: &HeaderMap, host: &str) -> Result<Option<HeaderValue>, ApiError> {
        let mut sent = headers.get_all(header::ORIGIN).iter();
        let refuse =
            || Err(ApiError::Forbidden("Web pages of other origins may not call this server; allow an origin with --allow-origin".into()));
        let (Some(value), None) = (sent.next(), sent.next()) else {
            return if headers.contains_key(header::ORIGIN) { refuse() } else { Ok(None) };
        };
        let Ok(origin) = value.to_str() else { return refuse() };
        let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
        if self.origins.contains(&origin) {
            return Ok(Some(value.clone()));
        }
        let own = |scheme: &str, port: &str| {
            let strip = |s: &str| s.strip_suffix(port).unwrap_or(s).to_owned();
            origin.strip_prefix(scheme).is_some_and(|o| strip(o) == strip(host))
        };
        if own("http://", ":80") || own("https://", ":443") { Ok(None) } else { refuse() }
    }

    /// Whether every call must carry a token.
    pub(super) fn needs_token(&self) -> bool {
        self.token.is_some()
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| {
            let (scheme, value) = v.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| value.trim())
        });
        match sent {
            Some(sent) if blake3::hash(sent.as_bytes()) == *token => Ok(()),
            _ => Err(ApiError::Unauthorized),
        }
    }
}

/// The name without port and brackets.
fn host_name(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (name, rest) = rest.split_once(']')?;
            (name, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let port_ok = port.is_none_or(|p| p.parse::<u16>().is_ok());
    (port_ok && !name.is_empty()).then(|| name.strip_suffix('.').unwrap_or(name))
}

fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.parse::<Ipv4Addr>().is_ok_and(|a| a.is_loopback())
        || name.parse::<Ipv6Addr>().is_ok_and(|a| a.is_loopback() || a.to_ipv4_mapped().is_some_and(|m| m.is_loopback()))
}

/// Runs the rules in front of every route, unknown ones included.
pub(super) async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let policy = &state.security;
    let checked = policy.check_host(request.headers(), request.uri()).and_then(|h| policy.check_origin(request.headers(), &h));
    let origin = match checked {
        Ok(origin) => origin,
        Err(error) => return refuse(request, error).await,
    };
    let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if preflight => preflight_answer(),
        // The documentation is no secret, and a browser's address bar cannot send a token.
        _ if is_documentation(request.method(), request.uri().path()) => next.run(request).await,
        _ => match policy.check_token(request.headers()) {
            Ok(()) => next.run(request).await,
            Err(error) => refuse(request, error).await,
        },
    };
    if let Some(origin) = origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
        response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    }
    response
}

fn is_documentation(method: &Method, path: &str) -> bool {
    method == Method::GET && (matches!(path, "/" | "/docs" | "/openapi.json") || path.starts_with("/docs/"))
}

fn preflight_answer() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

async fn refuse(request: Request, error: ApiError) -> Response {
    // A stranger gets little of our time; a usual request is read, so that its sender sees the answer and not a broken pipe.
    body::drain(request, 1 << 20).await;
    error.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names() {
        for good in
            ["localhost", "localhost:8000", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:8000", "localhost.:80", "[::ffff:127.0.0.1]"]
        {
            assert!(host_name(good).is_some_and(is_loopback), "{good}");
        }
        for bad in [
            "",
            ":80",
            "evil.com",
            "localhost.evil.com",
            "127.0.0.1.evil.com",
            "0.0.0.0",
            "[::2]",
            "localhost:x",
            "[::1",
            "[::1]x",
            "128.0.0.1",
            "localhost:99999",
        ] {
            assert!(!host_name(bad).is_some_and(is_loopback), "{bad}");
        }
    }
}
