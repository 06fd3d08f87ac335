//! What a download, a check and a removal do to files that are in the models folder or in the cache of the hub's tools already.

use std::path::Path;
use std::sync::{Arc, Mutex};

use nanococoa::cancel::CancelToken;
use nanococoa::hub::{Hub, HubError, Progress};

use super::{BIG, Fixture, git_blob, is_big_get, pull, sha256};
use crate::fake_hub::FakeHub;

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
