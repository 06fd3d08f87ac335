//! Downloads of models from a hub on loopback, which behaves well or badly. Each ends with the right files, or with an empty models folder and an
//! error that names a remedy.

mod folders;
mod program;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nanococoa::cancel::CancelToken;
use nanococoa::hub::{Hub, HubError, Installed, Limits, Progress, Registry, Source};
use ring::digest;

use crate::fake_hub::{FakeHub, Reply, Request, bytes};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
pub const BIG: &str = "transformer/model.safetensors";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(content: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, content).as_ref())
}

fn git_blob(content: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(format!("blob {}\0", content.len()).as_bytes());
    context.update(content);
    hex(context.finish().as_ref())
}

/// A repository with a large file and a small one, and a registry with the set `tiny` in a data folder.
pub struct Fixture {
    dir: tempfile::TempDir,
    files: HashMap<String, Arc<Vec<u8>>>,
}

impl Fixture {
    pub fn new(size: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("data/registry.d");
        std::fs::create_dir_all(&folder).unwrap();
        let part = |key: &str, files: &str| {
            format!(
                "[[parts]]\nkey = \"{key}\"\ntitle = \"Tiny\"\nrepository = \"acme/{key}\"\nrevision = \"main\"\nformat = \"bf16\"\n\
                 licence = \"mit\"\ngigabytes = 0.001\nfiles = [{files}]\n"
            )
        };
        let set = |key: &str, contents: &str| {
            format!("[[sets]]\nkey = \"{key}\"\ntitle = \"Tiny\"\nfamily = \"none\"\nmemory_gb = {{ from = 1 }}\ncontents = [{contents}]\n")
        };
        let both = format!("{{ path = \"config.json\" }}, {{ path = \"{BIG}\" }}, {{ path = \"notes.json\", optional = true }}");
        let text = part("tiny", &both)
            + &part("other", "{ path = \"config.json\", to = \"other.json\" }")
            + &set("tiny", "{ part = \"tiny\", folder = \"tiny\" }")
            + &set("second", "{ part = \"tiny\", folder = \"second\" }, { part = \"other\", folder = \"tiny\" }");
        std::fs::write(folder.join("tiny.toml"), text).unwrap();
        let files = HashMap::from([("config.json".to_owned(), bytes(1, 300)), (BIG.to_owned(), bytes(2, size))]);
        Self { dir, files }
    }

    pub fn big(&self) -> &Arc<Vec<u8>> {
        &self.files[BIG]
    }

    fn models(&self) -> PathBuf {
        self.dir.path().join("models")
    }

    fn placed(&self, path: &str) -> PathBuf {
        self.models().join("tiny").join(path)
    }

    /// What a well-behaved hub answers, with large files from the hub itself.
    pub fn plain(&self) -> impl Fn(&Request) -> Reply + Send + Sync + Clone + use<> {
        // Hashed once: the files of some tests are large.
        let tagged = |(path, content): (&String, &Arc<Vec<u8>>)| (path.clone(), (Arc::clone(content), tag_of(path, content)));
        let files: Arc<HashMap<_, _>> = Arc::new(self.files.iter().map(tagged).collect());
        move |request| {
            let Some(path) = file_path(request) else { return Reply::status(400) };
            match files.get(path) {
                Some((content, tag)) => Reply::content(request, content, tag).with("X-Repo-Commit", COMMIT),
                None => Reply::status(404).with("X-Error-Code", "EntryNotFound"),
            }
        }
    }

    fn hub(&self, endpoint: &str, variables: &[(&str, &str)]) -> Hub {
        self.hub_in(&self.models(), endpoint, variables)
    }

    /// As [`Fixture::hub`], with another models folder.
    pub fn hub_in(&self, models: &Path, endpoint: &str, variables: &[(&str, &str)]) -> Hub {
        let variables: HashMap<&str, &str> = variables.iter().copied().chain([("HF_ENDPOINT", endpoint)]).collect();
        let source = Source::from_variables(|name| variables.get(name).map(|v| (*v).to_owned()), None).unwrap();
        let registry = Registry::load(&self.dir.path().join("data")).unwrap();
        Hub::new(models, registry, source).with_limits(limits(), |_| Some(1 << 40))
    }

    fn pull(&self, hub: &FakeHub) -> Result<(), HubError> {
        pull(&self.hub(&hub.url(), &[]))
    }

    fn assert_placed(&self) {
        for (path, content) in &self.files {
            assert!(std::fs::read(self.placed(path)).unwrap() == **content, "{path}");
        }
        assert!(!self.models().join(".nanococoa/incoming").exists());
    }

    fn assert_nothing_placed(&self) {
        let names: Vec<_> = std::fs::read_dir(self.models()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(names.iter().all(|name| name == ".nanococoa"), "{names:?}");
    }
}

fn limits() -> Limits {
    Limits {
        connections: 6,
        per_file: 3,
        files: 2,
        chunk: 200_000,
        connect: Duration::from_secs(5),
        stall: Duration::from_millis(400),
        slowest: 2000,
        first_pause: Duration::from_millis(2),
        attempts: 4,
        spare: 0,
    }
}

pub fn pull(hub: &Hub) -> Result<(), HubError> {
    hub.pull("tiny", true, &CancelToken::default(), &Progress::default())
}

/// Path in the repository of a request for a file; `None` if it is for another revision or repository.
fn file_path(request: &Request) -> Option<&str> {
    let rest = request.path.strip_prefix("/acme/")?.split_once("/resolve/")?.1;
    rest.strip_prefix("main/").or_else(|| rest.strip_prefix(COMMIT)?.strip_prefix('/'))
}

fn tag_of(path: &str, content: &[u8]) -> String {
    if path == BIG { sha256(content) } else { git_blob(content) }
}

fn is_big_get(request: &Request) -> bool {
    !request.is_head() && request.path.ends_with(BIG)
}

#[test]
fn a_set_arrives_in_ranges_and_is_recognised_as_installed() {
    let fixture = Fixture::new(3_000_000);
    let server = FakeHub::start(fixture.plain());
    let hub = fixture.hub(&server.url(), &[]);
    let refused = hub.pull("tiny", false, &CancelToken::default(), &Progress::default()).unwrap_err();
    assert!(matches!(refused, HubError::LicenceNotAccepted { .. }) && server.seen().is_empty(), "nothing before the licence");
    let progress = Progress::default();
    hub.pull("tiny", true, &CancelToken::default(), &progress).unwrap();
    fixture.assert_placed();
    assert!(server.seen().iter().filter(|r| is_big_get(r)).count() >= 15, "in ranges");
    assert_eq!((progress.now().done_bytes, progress.now().total_bytes, server.sent()), (3_000_300, 3_000_300, 3_000_300));
    let state = || hub.list().into_iter().find(|s| s.set.key == "tiny").unwrap();
    assert_eq!((state().installed, state().on_disk), (Installed::Yes, 3_000_300));
    assert_eq!(hub.folders_of("tiny").unwrap(), [fixture.models().join("tiny")]);
    // Nothing is fetched twice, and everything after the first file comes from the commit that its answer named.
    pull(&hub).unwrap();
    assert_eq!(server.sent(), 3_000_300);
    assert!(server.seen().iter().filter(|r| r.path.contains(BIG)).all(|r| r.path.contains(COMMIT)));
    // Another set shares the content instead of fetching it.
    hub.pull("second", true, &CancelToken::default(), &Progress::default()).unwrap();
    assert_eq!(server.sent(), 3_000_300);
    assert!(fixture.models().join("second").join(BIG).is_file() && fixture.placed("other.json").is_file());
    // What is shared stays until its last set goes.
    assert_eq!(hub.remove("second").unwrap(), if cfg!(unix) { 0 } else { 3_000_600 });
    assert!(!fixture.models().join("second").exists() && !fixture.placed("other.json").exists());
    fixture.assert_placed();
    assert_eq!(hub.remove("tiny").unwrap(), 3_000_300);
    assert_eq!(state().installed, Installed::No);
    fixture.assert_nothing_placed();
    assert!(matches!(hub.remove("tiny"), Err(HubError::NotInstalled { .. })));
}

#[test]
fn the_token_stays_with_the_hub() {
    let fixture = Fixture::new(900_000);
    let files = fixture.files.clone();
    let cdn = FakeHub::start({
        let content = Arc::clone(fixture.big());
        move |request| Reply::content(request, &content, "tag of the other server")
    });
    let server = FakeHub::start({
        let (plain, there) = (fixture.plain(), cdn.url());
        move |request| match file_path(request) {
            Some(BIG) => Reply::redirect(&format!("{there}/blob?signature=1"))
                .with("X-Linked-Etag", format!("\"{}\"", sha256(&files[BIG])))
                .with("X-Linked-Size", files[BIG].len())
                .with("X-Repo-Commit", COMMIT),
            // As the hub answers for small files: a redirect within itself.
            Some("config.json") if !request.path.contains("?again") => Reply::redirect(&format!("{}?again", request.path)),
            Some("config.json?again") => {
                let content = &files["config.json"];
                Reply::content(request, content, &git_blob(content)).with("X-Repo-Commit", COMMIT)
            }
            _ => plain(request),
        }
    });
    pull(&fixture.hub(&server.url(), &[("HF_TOKEN", "hf_secret")])).unwrap();
    fixture.assert_placed();
    assert!(server.seen().iter().all(|r| r.header("authorization") == Some("Bearer hf_secret")));
    assert!(!cdn.seen().is_empty());
    for request in cdn.seen() {
        assert!(request.headers.iter().all(|(_, value)| !value.contains("secret")), "{request:?}");
    }
}

#[test]
fn an_expired_address_is_asked_for_again() {
    let fixture = Fixture::new(900_000);
    let signature = Arc::new(AtomicUsize::new(0));
    let cdn = FakeHub::start({
        let (content, signature, used) = (Arc::clone(fixture.big()), Arc::clone(&signature), AtomicUsize::new(0));
        move |request| {
            // Every address is good for two requests.
            let valid = request.path.ends_with(&format!("={}", signature.load(Ordering::Acquire)));
            if !valid || used.fetch_add(1, Ordering::AcqRel) % 3 == 2 {
                signature.fetch_add(1, Ordering::AcqRel);
                return Reply::status(403);
            }
            Reply::content(request, &content, "x")
        }
    });
    let server = FakeHub::start({
        let (plain, there, content) = (fixture.plain(), cdn.url(), Arc::clone(fixture.big()));
        move |request| match file_path(request) {
            Some(BIG) => Reply::redirect(&format!("{there}/blob?signature={}", signature.load(Ordering::Acquire)))
                .with("X-Linked-Etag", sha256(&content))
                .with("X-Linked-Size", content.len()),
            _ => plain(request),
        }
    });
    let hub = fixture.hub(&server.url(), &[]).with_limits(Limits { attempts: 20, ..limits() }, |_| None);
    pull(&hub).unwrap();
    fixture.assert_placed();
}

#[test]
fn refusals_say_what_to_do() {
    let fixture = Fixture::new(1000);
    let told = |status: u16, code: &'static str, token: &[(&str, &str)]| {
        let server = FakeHub::start(move |_| Reply::status(status).with("X-Error-Code", code));
        let error = pull(&fixture.hub(&server.url(), token)).unwrap_err().to_string();
        fixture.assert_nothing_placed();
        assert!(!error.contains("hf_secret"), "{error}");
        error.replace(&server.url(), "HUB")
    };
    let token = [("HF_TOKEN", "hf_secret")];
    assert!(told(401, "GatedRepo", &[]).contains("Sign in and accept it at HUB/acme/tiny"));
    let accept = told(403, "GatedRepo", &token);
    assert!(accept.contains("by the owner of the token. Accept it at HUB/acme/tiny"), "{accept}");
    assert!(told(401, "RepoNotFound", &[]).contains("set HF_TOKEN"));
    assert!(told(403, "", &token).contains("Check HF_TOKEN"));
    assert!(told(404, "EntryNotFound", &[]).contains("has no file config.json"));
    assert!(told(418, "", &[]).contains("error 418"));
    assert!(told(503, "", &[]).contains("error 503"), "after several attempts");
}

#[test]
fn troubles_that_pass_are_waited_for() {
    for trouble in ["429", "500", "503", "cut", "cut at once", "stall"] {
        let fixture = Fixture::new(900_000);
        let plain = fixture.plain();
        let requests = AtomicUsize::new(0);
        let server = FakeHub::start(move |request| {
            let answer = plain(request);
            // Every second request fails.
            let fails = requests.fetch_add(1, Ordering::AcqRel).is_multiple_of(2);
            match trouble {
                _ if !fails => answer,
                "429" => Reply::status(429).with("Retry-After", 0),
                "503" => Reply::status(503).with("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"),
                "500" => Reply::status(500),
                "cut" => Reply { cut_after: Some(100_000), ..answer },
                "cut at once" => Reply { cut_after: Some(0), ..answer },
                "stall" if is_big_get(request) => Reply { stall_after: Some(50_000), ..answer },
                _ => answer,
            }
        });
        // One connection may meet more than its share of failures.
        let hub = fixture.hub(&server.url(), &[]).with_limits(Limits { attempts: 30, ..limits() }, |_| None);
        pull(&hub).unwrap_or_else(|error| panic!("{trouble}: {error}"));
        fixture.assert_placed();
    }
}

#[test]
fn troubles_that_last_end_in_a_sentence() {
    for (trouble, part) in [
        ("429", "asks for a pause of 4000 s"),
        ("drip", "sends no data, or almost none"),
        ("silence", "sends no data"),
        ("cut", "cannot be reached"),
        ("hash", "does not have the hash"),
        ("length", "sends 450000 bytes instead of"),
        ("changing", "kept changing"),
        ("loop", "redirects to an address that is not followed"),
        ("elsewhere", "redirects to an address that is not followed"),
    ] {
        let fixture = Fixture::new(900_000);
        let plain = fixture.plain();
        let wrong = bytes(9, 900_000);
        let count = AtomicUsize::new(0);
        let server = FakeHub::start(move |request| {
            let answer = plain(request);
            if trouble == "429" {
                return Reply::status(429).with("Retry-After", 4000);
            }
            if !is_big_get(request) {
                return answer;
            }
            match trouble {
                "drip" => Reply { pace: Some((10, Duration::from_millis(40))), ..answer },
                "silence" => Reply { stall_after: Some(0), ..answer },
                "cut" => Reply { cut_after: Some(10), ..answer },
                "hash" => Reply { body: Arc::clone(&wrong), ..answer },
                // Whatever is asked for, the same half comes.
                "length" => Reply { status: 200, part: 0..450_000, headers: Vec::new(), ..answer },
                "changing" => {
                    let tag = count.fetch_add(1, Ordering::AcqRel).to_string();
                    Reply { headers: vec![("ETag".into(), tag), ("Content-Range".into(), content_range(&answer))], ..answer }
                }
                "loop" => Reply::redirect(&request.path),
                _ => Reply::redirect("file:///etc/passwd"),
            }
        });
        let error = fixture.pull(&server).unwrap_err().to_string();
        assert!(error.contains(part), "{trouble}: {error}");
        fixture.assert_nothing_placed();
    }
}

fn content_range(answer: &Reply) -> String {
    answer.headers.iter().find(|(name, _)| name == "Content-Range").map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn a_server_without_ranges_is_served_in_one_piece() {
    let fixture = Fixture::new(900_000);
    let plain = fixture.plain();
    let server = FakeHub::start(move |request| {
        let mut request = request.clone();
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("range"));
        plain(&request)
    });
    fixture.pull(&server).unwrap();
    fixture.assert_placed();
}

#[test]
fn a_file_that_changes_between_two_runs_starts_again() {
    let fixture = Fixture::new(2_000_000);
    let served: Arc<Mutex<Arc<Vec<u8>>>> = Arc::new(Mutex::new(bytes(7, 1_900_000)));
    let interrupted = Arc::new(Mutex::new(true));
    let server = FakeHub::start({
        let (plain, served, interrupted) = (fixture.plain(), Arc::clone(&served), Arc::clone(&interrupted));
        move |request| match file_path(request) {
            Some(BIG) => {
                let content = served.lock().unwrap().clone();
                let answer = Reply::content(request, &content, &sha256(&content));
                let late = request.range(content.len()).is_some_and(|range| range.start > 800_000);
                if *interrupted.lock().unwrap() && late { Reply::status(500) } else { answer }
            }
            _ => plain(request),
        }
    });
    fixture.pull(&server).unwrap_err();
    fixture.assert_nothing_placed();
    let before = server.sent();
    assert!(before > 300, "{before}");
    *served.lock().unwrap() = Arc::clone(fixture.big());
    *interrupted.lock().unwrap() = false;
    fixture.pull(&server).unwrap();
    fixture.assert_placed();
    // All of it came again.
    assert!(server.sent() - before >= 2_000_000);
}

#[test]
fn an_interrupted_download_continues() {
    let fixture = Fixture::new(2_000_000);
    let broken = Arc::new(Mutex::new(true));
    let server = FakeHub::start({
        let (plain, broken) = (fixture.plain(), Arc::clone(&broken));
        move |request| {
            let late = request.range(2_000_000).is_some_and(|range| range.start > 1_200_000);
            if *broken.lock().unwrap() && late { Reply::status(500) } else { plain(request) }
        }
    });
    let hub = fixture.hub(&server.url(), &[]);
    pull(&hub).unwrap_err();
    let state = |installed: Installed| {
        let found = hub.list().into_iter().find(|s| s.set.key == "tiny").unwrap();
        assert_eq!(found.installed, installed);
        found.on_disk
    };
    assert!(state(Installed::Partly) > 900_000);
    *broken.lock().unwrap() = false;
    pull(&hub).unwrap();
    fixture.assert_placed();
    // Connections that are ended by another one's failure may have bytes on the way.
    assert!(server.sent() <= 2_000_300 + 2 * limits().chunk, "{}", server.sent());
    // An unfinished download can be removed.
    hub.remove("tiny").unwrap();
    *broken.lock().unwrap() = true;
    pull(&hub).unwrap_err();
    assert!(hub.remove("tiny").unwrap() > 900_000);
    assert_eq!(state(Installed::No), 0);
    assert!(!fixture.models().join(".nanococoa/incoming").exists());
}

#[test]
fn a_stop_keeps_what_has_arrived() {
    let fixture = Fixture::new(2_000_000);
    let (plain, cancel) = (fixture.plain(), CancelToken::default());
    let server = FakeHub::start({
        let cancel = cancel.clone();
        move |request| {
            if request.range(2_000_000).is_some_and(|range| range.start >= 1_000_000) {
                cancel.cancel();
            }
            Reply { pace: Some((20_000, Duration::from_millis(2))), ..plain(request) }
        }
    });
    let hub = fixture.hub(&server.url(), &[]);
    assert_eq!(hub.pull("tiny", true, &cancel, &Progress::default()), Err(HubError::Stopped));
    fixture.assert_nothing_placed();
    let kept = hub.list().into_iter().find(|s| s.set.key == "tiny").unwrap().on_disk;
    assert!(kept > 300_000, "{kept}");
    let before = server.sent();
    pull(&hub).unwrap();
    fixture.assert_placed();
    // The server notices a moment later that nobody reads any more.
    assert!(server.sent() - before <= 2_000_300 - kept + limits().chunk, "what was kept did not come again");
}

#[test]
fn a_disk_that_is_too_small_is_noticed_first() {
    let fixture = Fixture::new(900_000);
    let server = FakeHub::start(fixture.plain());
    let hub = fixture.hub(&server.url(), &[]).with_limits(limits(), |_| Some(800_000));
    let error = pull(&hub).unwrap_err();
    assert!(matches!(error, HubError::DiskFull { needed: 900_300, free: Some(800_000), .. }), "{error:?}");
    assert!(error.to_string().contains("Free some space"), "{error}");
    fixture.assert_nothing_placed();
    assert_eq!(server.sent(), 0);
}
