//! The hub's address, the token, and the cache of the hub's own tools, from the environment variables that those tools document.

use std::fmt;
use std::path::{Path, PathBuf};

use reqwest::Url;

use super::error::HubError;

/// The public hub.
const PUBLIC: &str = "https://huggingface.co";

/// The public index of Python packages.
const PUBLIC_INDEX: &str = "https://pypi.org/simple";

/// Longest token file in bytes.
const MAX_TOKEN: u64 = 4096;

/// A token. Its `Debug` does not show it, so that no log does.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token for the `Authorization` header.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// A token from a variable or a file; `None` if it is empty or cannot stand in a header.
    fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The address of the hub, and its token and cache on this machine.
#[derive(Clone)]
pub struct Source {
    /// Address of the hub, without `/` at its end.
    endpoint: Url,
    token: Option<Token>,
    /// Address of the package index, as it was given. It may contain a password, so no message shows it.
    index: String,
    /// Cache of the hub's own tools, whether it exists or not.
    cache: Option<PathBuf>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("endpoint", &self.endpoint.as_str()).field("token", &self.token).field("cache", &self.cache).finish()
    }
}

impl Source {
    /// Reads `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME` and `HF_HUB_CACHE`, and `PIP_INDEX_URL` for packages. Blocking.
    ///
    /// # Errors
    /// `HF_ENDPOINT` is not an http address.
    pub fn from_environment() -> Result<Self, HubError> {
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
        Self::from_variables(|name| std::env::var_os(name).and_then(|v| v.into_string().ok()), home.as_deref())
    }

    /// As [`Source::from_environment`], with the variables from `variable` and the user's home folder.
    ///
    /// # Errors
    /// `HF_ENDPOINT` is not an http address.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>, home: Option<&Path>) -> Result<Self, HubError> {
        let variable = |name: &str| variable(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let address = variable("HF_ENDPOINT").unwrap_or_else(|| PUBLIC.to_owned());
        let bad = || HubError::BadAddress { address: address.clone() };
        let endpoint = Url::parse(address.trim_end_matches('/')).map_err(|_| bad())?;
        // A password in the address would end up in messages.
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host_str().is_none() || !endpoint.username().is_empty() {
            return Err(bad());
        }
        let path = |name: &str| variable(name).map(PathBuf::from);
        let below_home = || {
            let cache = path("XDG_CACHE_HOME").or_else(|| home.map(|h| h.join(".cache")));
            cache.map(|c| c.join("huggingface"))
        };
        let hf_home = path("HF_HOME").or_else(below_home);
        let cache = path("HF_HUB_CACHE").or_else(|| path("HUGGINGFACE_HUB_CACHE")).or_else(|| hf_home.as_ref().map(|h| h.join("hub")));
        let given = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].iter().find_map(|name| variable(name));
        let file = path("HF_TOKEN_PATH").or_else(|| hf_home.map(|h| h.join("token")));
        let token = given.as_deref().and_then(Token::new).or_else(|| file.as_deref().and_then(read_token));
        let index = variable("PIP_INDEX_URL").unwrap_or_else(|| PUBLIC_INDEX.to_owned());
        Ok(Self { endpoint, token, index, cache })
    }

    /// The cache of the hub's own tools, if it exists.
    pub fn cache(&self) -> Option<&Path> {
        self.cache.as_deref().filter(|folder| folder.is_dir())
    }

    /// The server's name for messages.
    pub fn host(&self) -> String {
        host_of(&self.endpoint)
    }

    /// Page of a repository, where a person accepts its licence.
    pub fn page(&self, repository: &str) -> String {
        format!("{}/{repository}", self.endpoint.as_str().trim_end_matches('/'))
    }

    /// Address of a file. The registry lets only names through that need no escapes.
    ///
    /// # Errors
    /// The names do not make an address.
    pub(super) fn file_url(&self, repository: &str, revision: &str, path: &str) -> Result<Url, HubError> {
        let address =
            format!("{}/{repository}/resolve/{}/{path}", self.endpoint.as_str().trim_end_matches('/'), revision.replace('/', "%2F"));
        Url::parse(&address).map_err(|_| HubError::BadAddress { address })
    }

    /// Address of a project's page in the package index, which lists its files.
    ///
    /// # Errors
    /// `PIP_INDEX_URL` is not an http address.
    pub(super) fn project_page(&self, project: &str) -> Result<Url, HubError> {
        let url = Url::parse(&format!("{}/{project}/", self.index.trim_end_matches('/'))).ok();
        url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).ok_or(HubError::BadIndex)
    }

    /// The token for a request to `url`. Only the hub itself gets it, and only over TLS or loopback.
    pub(super) fn token_for(&self, url: &Url) -> Option<&Token> {
        let is_private = url.scheme() == "https" || is_loopback(url);
        self.token.as_ref().filter(|_| url.origin() == self.endpoint.origin() && is_private)
    }

    /// Whether requests to the hub carry a token.
    pub(super) fn sends_token(&self) -> bool {
        self.token_for(&self.endpoint).is_some()
    }
}

/// Host and, where it is not the usual one, port.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The token in the file of the hub's own tools.
fn read_token(path: &Path) -> Option<Token> {
    let file = std::fs::metadata(path).ok().filter(|file| file.is_file() && file.len() <= MAX_TOKEN)?;
    warn_if_readable_by_others(path, &file);
    Token::new(&std::fs::read_to_string(path).ok()?)
}

#[cfg(unix)]
fn warn_if_readable_by_others(path: &Path, file: &std::fs::Metadata) {
    use std::os::unix::fs::PermissionsExt as _;
    if file.permissions().mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "other users of this machine can read the token; run chmod 600 on its file");
    }
}

#[cfg(not(unix))]
fn warn_if_readable_by_others(_: &Path, _: &std::fs::Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(pairs: &[(&str, &str)], home: Option<&Path>) -> Result<Source, HubError> {
        Source::from_variables(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()), home)
    }

    #[test]
    fn the_environment_says_where_files_come_from() {
        let dir = tempfile::tempdir().unwrap();
        let public = source(&[], None).unwrap();
        let url = public.file_url("a/b", "refs/pr/1", "x/y.json").unwrap();
        assert_eq!(url.as_str(), "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/x/y.json");
        assert_eq!((public.page("a/b"), public.sends_token(), public.cache()), ("https://huggingface.co/a/b".into(), false, None));
        let mirror = source(&[("HF_ENDPOINT", "https://mirror.example/hub/"), ("HF_TOKEN", " hf_secret\n")], None).unwrap();
        assert_eq!(mirror.file_url("a/b", "main", "c").unwrap().as_str(), "https://mirror.example/hub/a/b/resolve/main/c");
        assert!(mirror.sends_token() && !format!("{mirror:?}").contains("secret"));
        for bad in ["mirror.example", "ftp://x", "https://me:pass@x", "http://"] {
            let error = source(&[("HF_ENDPOINT", bad)], None).unwrap_err().to_string();
            assert!(error.contains("HF_ENDPOINT"), "{error}");
        }
        // The hub's own tools keep token and cache below HF_HOME.
        let home = dir.path().join(".cache/huggingface");
        std::fs::create_dir_all(home.join("hub")).unwrap();
        std::fs::write(home.join("token"), "hf_file").unwrap();
        let own = source(&[], Some(dir.path())).unwrap();
        assert_eq!((own.token.clone(), own.cache()), (Token::new("hf_file"), Some(home.join("hub").as_path())));
        let elsewhere = source(&[("HF_HOME", "/nowhere"), ("HF_HUB_CACHE", home.to_str().unwrap())], Some(dir.path())).unwrap();
        assert_eq!((elsewhere.token.clone(), elsewhere.cache()), (None, Some(home.as_path())));
        let xdg = source(&[("XDG_CACHE_HOME", dir.path().join(".cache").to_str().unwrap())], None).unwrap();
        assert!(xdg.token.is_some());
        for unusable in ["", "  ", "two words", "line\nbreak"] {
            assert_eq!(Token::new(unusable), None, "{unusable:?}");
        }
    }

    #[test]
    fn packages_come_from_the_index_of_pip() {
        let page = |index: &str| source(&[("PIP_INDEX_URL", index)], None).unwrap().project_page("nvidia-curand");
        let public = source(&[], None).unwrap().project_page("nvidia-curand").unwrap();
        assert_eq!(public.as_str(), "https://pypi.org/simple/nvidia-curand/");
        assert_eq!(page("http://mirror.lan/pypi/simple/").unwrap().as_str(), "http://mirror.lan/pypi/simple/nvidia-curand/");
        let secret = source(&[("PIP_INDEX_URL", "ftp://me:secret@host")], None).unwrap();
        let error = secret.project_page("a").unwrap_err().to_string();
        assert!(error.contains("PIP_INDEX_URL") && !error.contains("secret") && !format!("{secret:?}").contains("secret"), "{error}");
    }

    #[test]
    fn only_the_hub_gets_the_token() {
        let hub = source(&[("HF_TOKEN", "hf_secret")], None).unwrap();
        let sent = |source: &Source, url: &str| source.token_for(&Url::parse(url).unwrap()).is_some();
        assert!(sent(&hub, "https://huggingface.co/a/b"));
        for other in
            ["http://huggingface.co/a", "https://cdn.huggingface.co/a", "https://huggingface.co:444/a", "https://huggingface.co.example/a"]
        {
            assert!(!sent(&hub, other), "{other}");
        }
        let plain = source(&[("HF_TOKEN", "hf_secret"), ("HF_ENDPOINT", "http://mirror.lan")], None).unwrap();
        assert!(!sent(&plain, "http://mirror.lan/a"), "anybody on the way could read it");
        let local = source(&[("HF_TOKEN", "hf_secret"), ("HF_ENDPOINT", "http://127.0.0.1:80")], None).unwrap();
        assert!(sent(&local, "http://127.0.0.1/a") && !sent(&local, "http://127.0.0.1:81/a") && !sent(&local, "http://localhost/a"));
    }
}
