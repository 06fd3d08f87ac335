//! Downloads of models from a hub on loopback that behaves well and badly. Every case ends in the right file, or in a sentence that says what to do
//! and nothing in the models folder.

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
        ("drip", "sends nothing any more, or next to nothing"),
        ("silence", "sends nothing any more"),
        ("cut", "cannot be reached"),
        ("hash", "does not have the hash"),
        ("length", "sends 450000 bytes instead of"),
        ("changing", "changed again and again"),
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

#[test]
fn the_cache_of_the_hubs_own_tools_is_used_in_place() {
    let fixture = Fixture::new(900_000);
    let server = FakeHub::start(fixture.plain());
    let cache = fixture.dir.path().join("cache");
    let blobs = cache.join("models--acme--tiny/blobs");
    std::fs::create_dir_all(&blobs).unwrap();
    let blob = blobs.join(sha256(fixture.big()));
    std::fs::write(&blob, &**fixture.big()).unwrap();
    // A damaged one is not believed.
    std::fs::write(blobs.join(git_blob(&fixture.files["config.json"])), vec![0; 300]).unwrap();
    let hub = fixture.hub(&server.url(), &[("HF_HUB_CACHE", cache.to_str().unwrap())]);
    pull(&hub).unwrap();
    fixture.assert_placed();
    assert_eq!(server.sent(), 300);
    #[cfg(unix)]
    assert!(fixture.placed(BIG).is_symlink());
    hub.remove("tiny").unwrap();
    assert_eq!(std::fs::read_dir(&blobs).unwrap().count(), 2, "nothing in the cache is deleted");
    assert!(std::fs::read(&blob).unwrap() == **fixture.big());
    fixture.assert_nothing_placed();
}

#[test]
fn files_of_the_user_are_kept() {
    let fixture = Fixture::new(900_000);
    let server = FakeHub::start(fixture.plain());
    let hub = fixture.hub(&server.url(), &[]);
    let put = |content: &[u8]| {
        std::fs::create_dir_all(fixture.placed(BIG).parent().unwrap()).unwrap();
        std::fs::write(fixture.placed(BIG), content).unwrap();
    };
    put(b"my own network");
    assert!(matches!(pull(&hub), Err(HubError::Exists { .. })));
    assert_eq!(std::fs::read(fixture.placed(BIG)).unwrap(), b"my own network");
    // The right content is taken as it is, and stays when the set goes.
    put(fixture.big());
    pull(&hub).unwrap();
    assert_eq!(server.sent(), 300);
    hub.remove("tiny").unwrap();
    assert!(fixture.placed(BIG).is_file() && !fixture.placed("config.json").exists());
}

#[test]
fn damage_is_found_and_repaired() {
    let fixture = Fixture::new(900_000);
    let server = FakeHub::start(fixture.plain());
    let hub = fixture.hub(&server.url(), &[]);
    let verify = || hub.verify("tiny", &CancelToken::default(), &Progress::default());
    assert!(matches!(verify(), Err(HubError::NotInstalled { .. })));
    pull(&hub).unwrap();
    assert_eq!(verify().unwrap().damaged, []);
    let mut content = fixture.big().to_vec();
    content[500_000] ^= 1;
    std::fs::write(fixture.placed(BIG), content).unwrap();
    std::fs::remove_file(fixture.placed("config.json")).unwrap();
    let found = verify().unwrap();
    assert_eq!((found.files, found.damaged.iter().filter(|d| d.missing).count(), found.damaged.len()), (2, 1, 2));
    pull(&hub).unwrap();
    fixture.assert_placed();
    assert_eq!(verify().unwrap().damaged, []);
}

#[test]
fn a_second_download_into_the_folder_is_refused() {
    let fixture = Fixture::new(200_000);
    let plain = fixture.plain();
    let result = Arc::new(Mutex::new(None));
    let other = Arc::new(Mutex::new(None::<Hub>));
    let server = FakeHub::start({
        let (result, other) = (Arc::clone(&result), Arc::clone(&other));
        move |request| {
            if is_big_get(request)
                && let Some(hub) = other.lock().unwrap().take()
            {
                *result.lock().unwrap() = Some(pull(&hub));
            }
            plain(request)
        }
    });
    *other.lock().unwrap() = Some(fixture.hub(&server.url(), &[]));
    fixture.pull(&server).unwrap();
    assert!(matches!(result.lock().unwrap().take(), Some(Err(HubError::Busy { .. }))));
    fixture.assert_placed();
}

#[test]
fn own_models_are_imported_whole_or_not_at_all() {
    let fixture = Fixture::new(1000);
    let hub = fixture.hub("http://127.0.0.1:9", &[]);
    let model = fixture.dir.path().join("my model");
    std::fs::create_dir_all(model.join("transformer")).unwrap();
    std::fs::write(model.join("model_index.json"), "{}").unwrap();
    std::fs::write(model.join("transformer/weights.safetensors"), "1").unwrap();
    let import = |from: &Path, is_model: bool| hub.import(from, |_| is_model, &CancelToken::default());
    assert!(matches!(import(&model, false), Err(HubError::NotAModel { .. })));
    fixture.assert_nothing_placed();
    let placed = import(&model, true).unwrap();
    assert_eq!(placed, fixture.models().join("my model"));
    assert_eq!(std::fs::read(placed.join("transformer/weights.safetensors")).unwrap(), b"1");
    assert!(matches!(import(&model, true), Err(HubError::Exists { .. })));
    let file = model.join("transformer/weights.safetensors");
    std::fs::write(file.with_file_name("config.json"), "{}").unwrap();
    assert!(import(&file, true).unwrap().join("config.json").is_file());
    assert!(import(&fixture.dir.path().join("none"), true).is_err());
    assert!(matches!(import(&model.join("model_index.json"), true), Err(HubError::NotAModel { .. })));
}

/// The program with a fixture's folders and a hub.
fn program(fixture: &Fixture, endpoint: &str, args: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nanococoa"));
    let config = fixture.dir.path().join("config.toml");
    std::fs::write(&config, "").unwrap();
    for name in ["HF_TOKEN", "HF_TOKEN_PATH", "HF_HOME", "HF_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_CACHE"] {
        command.env_remove(name);
    }
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "NANOCOCOA_MODELS"] {
        command.env_remove(name);
    }
    command
        .env("HOME", fixture.dir.path())
        .env("XDG_CACHE_HOME", fixture.dir.path().join("no cache"))
        .env("HF_ENDPOINT", endpoint)
        .env("NANOCOCOA_DATA_DIR", fixture.dir.path().join("data"))
        .env("NANOCOCOA_CONFIG", config)
        .args(args);
    command
}

impl Fixture {
    /// As [`Fixture::new`], with the models folder that the program takes by default.
    fn for_program(size: usize) -> (Self, PathBuf) {
        let fixture = Self::new(size);
        let models = fixture.dir.path().join("data/models");
        (fixture, models)
    }
}

#[test]
fn the_command_line_manages_models() {
    let (fixture, models) = Fixture::for_program(900_000);
    let server = FakeHub::start(fixture.plain());
    let run = |args: &[&str]| {
        let output = program(&fixture, &server.url(), &[&["models"], args].concat()).stdin(std::process::Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let json = |text: &str| -> serde_json::Value {
        assert_eq!(text.lines().count(), 1, "{text}");
        serde_json::from_str(text).unwrap()
    };
    let (code, out, _) = run(&["list"]);
    assert!(code == 0 && out.contains("klein-4b") && out.contains("tiny") && out.contains("You may sell the pictures."), "{out}");
    assert!(out.contains("You may not use it for commercial work.") && out.contains("Recommended."), "{out}");
    let listed = json(&run(&["list", "--json"]).1);
    let of_tiny = |listed: &serde_json::Value| listed["sets"].as_array().unwrap().iter().find(|s| s["set"] == "tiny").unwrap().clone();
    assert_eq!((&of_tiny(&listed)["installed"], &of_tiny(&listed)["licences"][0]["sale"]), (&"no".into(), &"yes".into()));
    let (code, _, err) = run(&["pull", "tiny"]);
    assert!(code == 2 && err.contains("Licence: MIT") && err.contains("--accept-licence"), "{code} {err}");
    assert!(server.seen().is_empty(), "nothing before the licence");
    let (code, _, err) = run(&["pull", "none", "--accept-licence"]);
    assert!(code == 2 && err.contains("schnell-12gb"), "{code} {err}");
    let (code, out, err) = run(&["pull", "tiny", "--accept-licence", "--json"]);
    assert_eq!((code, &json(&out)["installed"]), (0, &"yes".into()), "{err}");
    assert!(std::fs::read(models.join("tiny").join(BIG)).unwrap() == **fixture.big());
    assert_eq!(run(&["path"]).1.trim(), models.display().to_string());
    assert_eq!(run(&["path", "tiny"]).1.trim(), models.join("tiny").display().to_string());
    assert_eq!(run(&["path", "dev"]).0, 2);
    let (code, out, _) = run(&["verify"]);
    assert!(code == 0 && out.contains("2 files checked, 0 of them"), "{out}");
    std::fs::write(models.join("tiny/config.json"), [0; 300]).unwrap();
    let (code, out, _) = run(&["verify", "tiny", "--json"]);
    assert_eq!((code, &json(&out)["damaged"][0]["problem"]), (1, &"content".into()));
    let (code, out, err) = run(&["pull", "tiny", "--accept-licence"]);
    assert!(code == 0 && out.contains("is installed in"), "{out}{err}");
    let (code, out, _) = run(&["remove", "tiny", "--json"]);
    assert_eq!((code, &json(&out)["freed_bytes"]), (0, &900_300.into()));
    assert!(!models.join("tiny").exists());
    let (code, _, err) = run(&["import", "nowhere"]);
    assert!(code == 1 && err.contains("nowhere"), "{code} {err}");
}

#[test]
fn proxies_of_the_environment_are_used() {
    let (fixture, models) = Fixture::for_program(100_000);
    let plain = fixture.plain();
    let proxy = FakeHub::start(move |request| {
        let mut request = request.clone();
        request.path = request.path.strip_prefix("http://hub.invalid").unwrap_or("/direct").to_owned();
        plain(&request)
    });
    let output = program(&fixture, "http://hub.invalid", &["models", "pull", "tiny", "--accept-licence"])
        .env("http_proxy", proxy.url())
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .env("HF_TOKEN", "hf_secret")
        .env("NANOCOCOA_LOG", "trace")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    assert!(models.join("tiny").join(BIG).is_file());
    // Everybody on the way could read it.
    assert!(proxy.seen().iter().all(|request| request.header("authorization").is_none()));
    assert!(!log.contains("hf_secret"), "the most talkative log has no token");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_download_in_good_order() {
    let (fixture, models) = Fixture::for_program(8 << 20);
    let plain = fixture.plain();
    let server = FakeHub::start(move |request| Reply { pace: Some((8192, Duration::from_millis(1))), ..plain(request) });
    let args = ["models", "pull", "tiny", "--accept-licence", "--json"];
    let child = program(&fixture, &server.url(), &args).stdout(std::process::Stdio::piped()).spawn().unwrap();
    while server.sent() < 1 << 20 {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["installed"]), (Some(1), &"partly".into()), "{told}");
    assert!(told["error"].as_str().unwrap().contains("what has arrived is kept"), "{told}");
    assert!(!models.join("tiny").exists());
    assert!(program(&fixture, &server.url(), &args).output().unwrap().status.success());
    assert!(std::fs::read(models.join("tiny").join(BIG)).unwrap() == **fixture.big());
}

/// The program is killed in the middle of the download, twenty times.
#[cfg(unix)]
#[test]
fn a_killed_download_continues_with_little_loss() {
    const SIZE: usize = 128 << 20;
    const KILLS: u64 = 20;
    let (fixture, models) = Fixture::for_program(SIZE);
    let plain = fixture.plain();
    // So slow that the program keeps up on a busy machine: what waits in the buffers of the system is lost with it, and counts as sent.
    let server = FakeHub::start(move |request| match is_big_get(request) {
        true => Reply { pace: Some((4096, Duration::from_micros(400))), ..plain(request) },
        false => plain(request),
    });
    let args = ["models", "pull", "tiny", "--accept-licence"];
    for kill in 1..=KILLS {
        let mut child = program(&fixture, &server.url(), &args).stderr(std::process::Stdio::null()).spawn().unwrap();
        let until = SIZE as u64 * kill / (KILLS + 2);
        while server.sent() < until {
            assert!(child.try_wait().unwrap().is_none(), "the program ended by itself before kill {kill}");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!models.join("tiny").exists());
    }
    let output = program(&fixture, &server.url(), &args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(sha256(&std::fs::read(models.join("tiny").join(BIG)).unwrap()), sha256(fixture.big()));
    let twice = server.sent().saturating_sub(SIZE as u64 + 300 * (KILLS + 1));
    println!("{twice} of {SIZE} bytes came twice");
    assert!(twice * 20 <= SIZE as u64, "{twice} bytes came twice");
}

/// Speed and memory beside curl's, for people to look at:
/// `cargo nextest run --test suite figures_of_downloads --run-ignored only --no-capture`.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "prints figures, compares nothing"]
fn figures_of_downloads() {
    const SIZE: usize = 1 << 30;
    let (fixture, models) = Fixture::for_program(SIZE);
    let server = FakeHub::start(fixture.plain());
    for _ in 0..2 {
        let _ = std::fs::remove_dir_all(&models);
        let start = std::time::Instant::now();
        let address = format!("{}/acme/tiny/resolve/main/{BIG}", server.url());
        let to = fixture.dir.path().join("by curl");
        assert!(std::process::Command::new("curl").args(["-s", "-o", to.to_str().unwrap(), &address]).status().unwrap().success());
        // The program does not end before its file is on disk.
        std::fs::File::open(&to).unwrap().sync_all().unwrap();
        let curl = start.elapsed();
        std::fs::remove_file(to).unwrap();
        let start = std::time::Instant::now();
        let mut child = program(&fixture, &server.url(), &["models", "pull", "tiny", "--accept-licence", "--json"]).spawn().unwrap();
        let mut peak = String::new();
        while child.try_wait().unwrap().is_none() {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            peak = status.lines().find(|line| line.starts_with("VmHWM")).map_or(peak, str::to_owned);
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(child.wait().unwrap().success());
        let own = start.elapsed();
        println!(
            "1 GiB: curl {curl:?}, this program {own:?} with its hash, {:.0} % of curl, {peak}",
            100.0 * curl.as_secs_f64() / own.as_secs_f64()
        );
    }
}
