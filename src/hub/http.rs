//! Requests to the hub and to the servers that it redirects to. Redirects are followed here and not by the library, because the token may go to
//! the hub only.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, ETAG, HeaderMap, HeaderValue, LOCATION, RANGE, RETRY_AFTER, USER_AGENT,
};
use reqwest::{Method, Response, StatusCode, Url};

use super::error::HubError;
use super::index;
use super::limits::Limits;
use super::registry::{WantedFile, is_sha256};
use super::retry::{self, LONGEST_PAUSE};
use super::source::{Source, host_of};

/// Most redirects of one request.
const MAX_REDIRECTS: usize = 8;
/// Largest page of a package index in bytes.
const MAX_PAGE: usize = 16 << 20;

/// How to continue after a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Give up: it would fail again.
    None,
    /// Try again, after the pause that the server asks for or the usual one.
    Retry(Option<Duration>),
    /// Ask the hub for the address again: the one that it redirected to is no longer valid.
    AskAgain,
    /// The content is not the announced one: start the file again.
    Restart,
    /// The server ignores ranges: fetch the file as a whole.
    Whole,
}

/// A failed request.
#[derive(Debug)]
pub(super) struct Failure {
    /// The error to report if there is no remedy, or if it does not help.
    pub(super) error: HubError,
    /// How to continue.
    pub(super) remedy: Remedy,
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        Self { error, remedy: Remedy::None }
    }
}

/// Size and version of a file, as the hub reports them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileHead {
    /// Size in bytes.
    pub(super) size: u64,
    /// Tag of the content, without quotes; empty if the server sends none.
    pub(super) etag: String,
    /// Commit that the revision stands for.
    pub(super) commit: Option<String>,
    /// Its address in a package index; `None` for a file of the hub.
    pub(super) address: Option<Url>,
}

impl FileHead {
    /// SHA-256 of the content, if the tag is one.
    pub(super) fn sha256(&self) -> Option<&str> {
        Some(self.etag.as_str()).filter(|tag| is_sha256(tag))
    }
}

/// Makes requests.
#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    source: Source,
    pub(super) limits: Limits,
}

impl Client {
    /// A client with the proxies of the environment and the system's certificates.
    pub(super) fn new(source: Source, limits: Limits) -> Result<Self, HubError> {
        // Fails if a provider is set already, which then is this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .pool_max_idle_per_host(limits.connections)
            .build()
            .map_err(|e| HubError::Network { host: source.host(), detail: describe(&e) })?;
        Ok(Self { http, source, limits })
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Asks for size and tag of a file.
    pub(super) async fn head(&self, repository: &str, revision: &str, path: &str) -> Result<FileHead, Failure> {
        let mut url = self.source.file_url(repository, revision, path)?;
        let (mut etag, mut size, mut commit) = (None, None, None);
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(Method::HEAD, &url, None).await?;
            let (status, headers) = (response.status(), response.headers());
            etag = etag.or_else(|| tag(headers, "x-linked-etag"));
            size = size.or_else(|| text(headers, "x-linked-size").and_then(|s| s.parse().ok()));
            commit = commit.or_else(|| text(headers, "x-repo-commit").filter(|c| is_commit(c)).map(str::to_owned));
            if status.is_redirection() {
                let next = self.redirect_target(&url, headers)?;
                // Size and tag are known, so the other server need not be asked.
                if next.origin() != url.origin() && etag.is_some() && size.is_some() {
                    break;
                }
                url = next;
                continue;
            }
            if !status.is_success() {
                return Err(self.failure_of(&response, &url, repository, path));
            }
            etag = etag.or_else(|| tag(headers, ETAG.as_str()));
            // `content_length` of the library is that of the body, which is empty here.
            size = size.or_else(|| text(headers, CONTENT_LENGTH.as_str()).and_then(|s| s.parse().ok()));
            break;
        }
        match size {
            Some(size) => Ok(FileHead { size, etag: etag.unwrap_or_default(), commit, address: None }),
            None => Err(HubError::Network { host: host_of(&url), detail: "no Content-Length".into() }.into()),
        }
    }

    /// Asks a package index for the address of a file. Its size and hash are those of the registry.
    pub(super) async fn find(&self, wanted: &WantedFile) -> Result<FileHead, Failure> {
        let missing = || HubError::NotFound { repository: wanted.repository.clone(), path: wanted.file.path.clone() };
        let page = self.source.project_page(&wanted.repository)?;
        let (mut response, url) =
            self.get(page, None, &wanted.repository, &wanted.file.path).await.map_err(|failure| match failure.error {
                HubError::Status { status: 404, .. } => missing().into(),
                _ => failure,
            })?;
        let mut text = Vec::new();
        let retry = |error| Failure { error, remedy: Remedy::Retry(None) };
        loop {
            let host = host_of(&url);
            match tokio::time::timeout(self.limits.stall, response.chunk()).await {
                Err(_) => return Err(retry(HubError::Stalled { host })),
                Ok(Err(error)) => return Err(retry(HubError::Network { host, detail: describe(&error) })),
                Ok(Ok(Some(bytes))) if text.len() + bytes.len() <= MAX_PAGE => text.extend_from_slice(&bytes),
                Ok(Ok(Some(_))) => return Err(HubError::Network { host, detail: "page too large".into() }.into()),
                Ok(Ok(None)) => break,
            }
        }
        let link = index::find_link(&String::from_utf8_lossy(&text), &url, &wanted.file.path).ok_or_else(missing)?;
        let known = wanted.file.sha256.clone().unwrap_or_default();
        if link.sha256.is_some_and(|found| found != known) {
            return Err(HubError::UnexpectedContent { path: wanted.file.path.clone() }.into());
        }
        Ok(FileHead { size: wanted.file.size.unwrap_or_default(), etag: known, commit: None, address: Some(link.url) })
    }

    /// Requests a range of a file, or the whole file without one, following redirects from `url`. Returns the answer and its address.
    pub(super) async fn get(
        &self,
        mut url: Url,
        range: Option<&Range<u64>>,
        repository: &str,
        path: &str,
    ) -> Result<(Response, Url), Failure> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(Method::GET, &url, range).await?;
            if response.status().is_redirection() {
                url = self.redirect_target(&url, response.headers())?;
                continue;
            }
            if response.status().is_success() {
                return Ok((response, url));
            }
            return Err(self.failure_of(&response, &url, repository, path));
        }
        Err(HubError::Redirect { host: host_of(&url) }.into())
    }

    async fn send(&self, method: Method, url: &Url, range: Option<&Range<u64>>) -> Result<Response, Failure> {
        let mut request = self
            .http
            .request(method, url.clone())
            .header(USER_AGENT, concat!("nanococoa/", env!("CARGO_PKG_VERSION")))
            // Compressed answers have other lengths and no ranges.
            .header(ACCEPT_ENCODING, "identity");
        if let Some(range) = range {
            request = request.header(RANGE, format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        }
        if let Some(token) = self.source.token_for(url)
            && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let host = host_of(url);
        let retry = |error| Failure { error, remedy: Remedy::Retry(None) };
        match tokio::time::timeout(self.limits.stall, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(retry(HubError::Network { host, detail: describe(&error) })),
            Err(_) => Err(retry(HubError::Stalled { host })),
        }
    }

    fn redirect_target(&self, from: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
        let refuse = || HubError::Redirect { host: host_of(from) };
        let to = text(headers, LOCATION.as_str()).and_then(|to| from.join(to).ok()).ok_or_else(refuse)?;
        // A page that was asked for over https must not come over http.
        let is_allowed = to.scheme() == "https" || (to.scheme() == "http" && from.scheme() == "http");
        if is_allowed { Ok(to) } else { Err(refuse().into()) }
    }

    /// The failure for an answer that is neither a success nor a redirect.
    fn failure_of(&self, response: &Response, url: &Url, repository: &str, path: &str) -> Failure {
        let (status, headers, host) = (response.status(), response.headers(), host_of(url));
        let is_hub = self.source.page("").parse::<Url>().is_ok_and(|hub| hub.origin() == url.origin());
        let of_status = HubError::Status { host: host.clone(), status: status.as_u16() };
        let pause = text(headers, RETRY_AFTER.as_str()).and_then(|value| retry::retry_after(value, seconds_since_1970()));
        match status {
            // The addresses that the hub redirects to are signed and expire.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE if !is_hub => {
                Failure { error: of_status, remedy: Remedy::AskAgain }
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let with_token = self.source.sends_token();
                let repository = repository.to_owned();
                if text(headers, "x-error-code") == Some("GatedRepo") {
                    let page = self.source.page(&repository);
                    return HubError::Gated { repository, page, with_token }.into();
                }
                HubError::Refused { repository, with_token }.into()
            }
            StatusCode::NOT_FOUND => HubError::NotFound { repository: repository.to_owned(), path: path.to_owned() }.into(),
            StatusCode::RANGE_NOT_SATISFIABLE => Failure { error: HubError::Changed { path: path.to_owned() }, remedy: Remedy::Restart },
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => match pause {
                Some(pause) if pause > LONGEST_PAUSE => HubError::Throttled { host, seconds: pause.as_secs() }.into(),
                pause => Failure { error: of_status, remedy: Remedy::Retry(pause) },
            },
            status if status.is_server_error() => {
                Failure { error: of_status, remedy: Remedy::Retry(pause.filter(|p| *p <= LONGEST_PAUSE)) }
            }
            _ => of_status.into(),
        }
    }
}

/// Whether a text is the hash of a Git commit.
fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// An entity tag without quotes and without the `W/` of weak tags; `None` if it is empty or longer than any hash.
pub(super) fn tag(headers: &HeaderMap, name: &str) -> Option<String> {
    let tag = text(headers, name)?;
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    (!tag.is_empty() && tag.len() <= 256).then(|| tag.to_owned())
}

/// Start and total size of a `Content-Range`: `bytes 0-9/100`; the total may be unknown.
pub(super) fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let (range, total) = text(headers, "content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-')?.0.parse().ok()?;
    Some((start, total.parse().ok()))
}

/// The message of the library with its causes, without the address: the addresses of other servers are signed.
pub(super) fn describe(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    match words.pop() {
        Some(last) => last,
        None if error.is_timeout() => "timeout".into(),
        None => "connection".into(),
    }
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read() {
        let mut headers = HeaderMap::new();
        for (value, expected) in [("\"abc\"", Some("abc")), ("W/\"abc\"", Some("abc")), ("\"\"", None), ("abc", Some("abc"))] {
            headers.insert(ETAG, HeaderValue::from_static(value));
            assert_eq!(tag(&headers, "etag").as_deref(), expected, "{value}");
        }
        for (value, expected) in [
            ("bytes 0-9/100", Some((0, Some(100)))),
            ("bytes 5-9/*", Some((5, None))),
            ("bytes */100", None),
            ("items 0-9/100", None),
            ("bytes 0-9", None),
        ] {
            headers.insert("content-range", HeaderValue::from_static(value));
            assert_eq!(content_range(&headers), expected, "{value}");
        }
        assert!(is_commit(&"a1".repeat(20)) && !is_commit("main") && !is_commit(&"g1".repeat(20)));
    }
}
