//! Access rules: loopback host names, same-origin pages, and the token.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::ApiError;
use super::names::{host_name, read_host, read_origin};
use crate::notice;
use crate::notice::Notice;

/// Fewest characters of a token of a server that other machines can reach.
pub const MIN_TOKEN: usize = 16;

/// Why a server may not listen with this token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.notice())]
pub enum TokenProblem {
    /// Other machines can reach the server, and there is no token.
    Missing,
    /// Other machines can reach the server, and the token can be guessed.
    Short,
    /// A header cannot carry the token.
    Control,
}

impl TokenProblem {
    /// The problem and its remedy, as a message to people.
    pub fn notice(self) -> Notice {
        match self {
            Self::Missing => notice!("api-token-missing"),
            Self::Short => notice!("api-token-short", least = MIN_TOKEN),
            Self::Control => notice!("api-token-control"),
        }
    }
}

/// Whether a server may listen on this address with this token.
///
/// # Errors
/// Why not.
pub fn check_token(address: IpAddr, token: Option<&str>) -> Result<(), TokenProblem> {
    match token {
        Some(token) if token.chars().any(char::is_control) => Err(TokenProblem::Control),
        _ if address.is_loopback() => Ok(()),
        None => Err(TokenProblem::Missing),
        Some(token) if token.chars().count() < MIN_TOKEN => Err(TokenProblem::Short),
        Some(_) => Ok(()),
    }
}

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
    /// A token that every call must carry (as bearer token, or as the password of HTTP Basic), more `Host` names (with or without port), and
    /// origins of web pages that may call. Names that can match nothing ([`read_host`], [`read_origin`]) are left out.
    pub fn new(token: Option<String>, hosts: Vec<String>, origins: Vec<String>) -> Self {
        Self {
            token: token.map(|t| blake3::hash(t.as_bytes())),
            hosts: hosts.iter().filter_map(|h| read_host(h).ok()).collect(),
            origins: origins.iter().filter_map(|o| read_origin(o).ok()).collect(),
            any_address: false,
        }
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

    pub(super) fn check_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<String, ApiError> {
        let refuse = |why: Notice| ApiError::Forbidden(notice!("api-host-forbidden", reason = why));
        let mut sent = headers.get_all(header::HOST).iter();
        let host = match (sent.next(), sent.next()) {
            (Some(_), Some(_)) => return Err(refuse(notice!("api-host-several"))),
            (Some(host), None) => host.to_str().map_err(|_| refuse(notice!("api-host-unreadable")))?,
            (None, _) => uri.authority().map(|a| a.as_str()).ok_or_else(|| refuse(notice!("api-host-missing")))?,
        };
        let host = host.trim().to_ascii_lowercase();
        let name = host_name(&host).ok_or_else(|| refuse(notice!("api-host-invalid")))?;
        let plain = read_host(&host).unwrap_or_else(|_| host.clone());
        let allowed = |h: &String| *h == plain || h.trim_start_matches('[').trim_end_matches(']') == name;
        let numeric = self.any_address && self.token.is_some() && (name.parse::<Ipv4Addr>().is_ok() || name.parse::<Ipv6Addr>().is_ok());
        if numeric || is_loopback(name) || self.hosts.iter().any(allowed) { Ok(host) } else { Err(refuse(notice!("api-host-unknown"))) }
    }

    /// `Some(origin)` when a page of another, allowed origin calls.
    pub(super) fn check_origin(&self, headers: &HeaderMap, host: &str) -> Result<Option<HeaderValue>, ApiError> {
        let mut sent = headers.get_all(header::ORIGIN).iter();
        let refuse = || Err(ApiError::Forbidden(notice!("api-origin-forbidden")));
        let (Some(value), None) = (sent.next(), sent.next()) else {
            return if headers.contains_key(header::ORIGIN) { refuse() } else { Ok(None) };
        };
        let Ok(origin) = value.to_str() else { return refuse() };
        let origin = read_origin(origin).unwrap_or_default();
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

    pub(super) fn check_token(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = headers.get(header::AUTHORIZATION).and_then(|v| sent_token(v.as_bytes()));
        match sent {
            // Hashes are compared in constant time.
            Some(sent) if blake3::hash(&sent) == *token => Ok(()),
            _ => Err(ApiError::Unauthorized),
        }
    }
}

/// The token of an `Authorization` header: a bearer token, or the password of HTTP Basic, whatever the user is called.
fn sent_token(value: &[u8]) -> Option<Vec<u8>> {
    let at = value.iter().position(|b| *b == b' ')?;
    let (scheme, value) = (&value[..at], value[at..].trim_ascii());
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return Some(value.to_vec());
    }
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let pair = STANDARD.decode(value).or_else(|_| STANDARD_NO_PAD.decode(value)).ok()?;
    let colon = pair.iter().position(|b| *b == b':')?;
    Some(pair[colon + 1..].to_vec())
}

fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.parse::<Ipv4Addr>().is_ok_and(|a| a.is_loopback())
        || name.parse::<Ipv6Addr>().is_ok_and(|a| a.is_loopback() || a.to_ipv4_mapped().is_some_and(|m| m.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_and_tokens() {
        for good in
            ["localhost", "localhost:8000", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:8000", "localhost.:80", "[::ffff:127.0.0.1]"]
        {
            assert!(host_name(good).is_some_and(is_loopback), "{good}");
        }
        for (value, token) in [
            (&b"Bearer word"[..], Some(&b"word"[..])),
            (b"bearer  two words ", Some(b"two words")),
            (b"Basic dTp3b3Jk", Some(b"word")),
            (b"BASIC Ondvcmo=", Some(b"worj")),
            (b"Basic Ondvcmo", Some(b"worj")),
            (b"Basic dTphOmI=", Some(b"a:b")),
            ("Bearer 토큰".as_bytes(), Some("토큰".as_bytes())),
            (b"Basic d29yZA==", None),
            (b"Basic !", None),
            (b"Digest word", None),
            (b"Bearer", None),
            (b"", None),
        ] {
            assert_eq!(sent_token(value).as_deref(), token, "{:?}", String::from_utf8_lossy(value));
        }
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0]));
        let long = "0123456789abcdef";
        for (address, token, problem) in [
            (here, None, None),
            (here, Some("short"), None),
            (here, Some("a\u{7}b"), Some(TokenProblem::Control)),
            (there, None, Some(TokenProblem::Missing)),
            (there, Some(&long[1..]), Some(TokenProblem::Short)),
            (there, Some(long), None),
            (IpAddr::from([192, 168, 0, 7]), Some("가나다"), Some(TokenProblem::Short)),
        ] {
            assert_eq!(check_token(address, token).err(), problem, "{address} {token:?}");
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
