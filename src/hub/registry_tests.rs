use super::*;

fn embedded() -> Registry {
    let mut registry = Registry::default();
    for (file, text) in EMBEDDED {
        registry.add(text).unwrap_or_else(|why| panic!("{file}: {why}"));
    }
    registry
}

#[test]
fn the_registry_is_complete_and_consistent() {
    let registry = embedded();
    let keys: Vec<&str> = registry.sets().iter().map(|set| set.key.as_str()).collect();
    assert_eq!(keys, ["klein-4b", "schnell-12gb", "schnell-24gb", "schnell-48gb", "dev", "birefnet", "cuda"]);
    let recommended: Vec<&str> = registry.sets().iter().filter(|s| s.recommended).map(|s| s.key.as_str()).collect();
    assert_eq!(recommended[0], "klein-4b");
    assert!(registry.recommended().is_some_and(|set| set.family.is_supported()));
    for set in registry.sets() {
        let licences = registry.licences_of(set);
        assert!(!licences.is_empty() && licences.iter().all(|l| l.page.starts_with("https://")), "{}", set.key);
        let may_sell = licences.iter().all(|licence| licence.sale != Sale::No);
        assert_eq!(may_sell, set.key != "dev", "{}", set.key);
        assert!(registry.gigabytes_of(set) > 0.1 && set.memory_gb.from > 0);
        // Everything that a person needs for the diffusion engine comes with each set of FLUX.1.
        if set.family == Family::Flux1 {
            let parts: Vec<&str> = set.contents.iter().map(|c| c.part.as_str()).collect();
            for needed in ["sdxl-f16", "controlnet-canny-f16", "birefnet"] {
                assert!(parts.contains(&needed), "{} lacks {needed}", set.key);
            }
        }
    }
    for part in &registry.parts {
        assert!(registry.sets.iter().any(|set| set.contents.iter().any(|c| c.part == part.key)), "no set has {}", part.key);
        // A hash is only right for one commit.
        let pinned = part.revision.len() == 40 && part.revision.bytes().all(|b| b.is_ascii_hexdigit());
        let pinned = pinned || part.index.is_some();
        assert!(pinned || part.files.iter().all(|f| f.sha256.is_none() && f.size.is_none()), "{}", part.key);
        let gguf = matches!(part.format, Format::GgufQ8_0 | Format::GgufQ4K);
        assert_eq!(gguf, part.files.iter().any(|f| f.path.ends_with(".gguf")), "{}", part.key);
    }
    for licence in registry.licences.keys() {
        assert!(registry.parts.iter().any(|part| &part.licence == licence), "no part has {licence}");
    }
}

#[test]
fn files_in_the_data_folder_add_to_the_registry() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Registry::load(dir.path()).unwrap(), embedded().for_platform(Platform::here()));
    std::fs::create_dir(dir.path().join(ADDED)).unwrap();
    let own = r#"
        [[parts]]
        key = "mine"
        title = "Mine"
        repository = "me/mine"
        revision = "v1"
        format = "bf16"
        licence = "mit"
        gigabytes = 1.0
        files = [{ path = "a.safetensors", to = "transformer/model.safetensors" }]
        [[sets]]
        key = "mine"
        title = "Mine"
        family = "flux1"
        memory_gb = { from = 24 }
        contents = [{ part = "mine", folder = "mine" }]
    "#;
    let path = dir.path().join(ADDED).join("mine.toml");
    std::fs::write(&path, own).unwrap();
    let registry = Registry::load(dir.path()).unwrap();
    let set = registry.set("mine").unwrap();
    assert_eq!(registry.files_of(set)[0].place(), Path::new("mine/transformer/model.safetensors"));
    assert!(registry.set("none").unwrap_err().to_string().contains("schnell-12gb, schnell-24gb"));
    for (old, new) in [
        ("me/mine", "me/../mine"),
        ("me/mine", "mine"),
        ("\"a.safetensors\"", "\"../a.safetensors\""),
        ("\"a.safetensors\"", "\"/etc/passwd\""),
        ("transformer/model.safetensors", "transformer/../../model.safetensors"),
        ("folder = \"mine\"", "folder = \".pull\""),
        ("folder = \"mine\"", "folder = \"a/b\""),
        ("part = \"mine\"", "part = \"other\""),
        ("licence = \"mit\"", "licence = \"none\""),
        ("revision = \"v1\"", "revision = \"../v1\""),
        ("gigabytes = 1.0", "gigabytes = -1.0"),
        ("title = \"Mine\"", "titel = \"Mine\""),
        ("to = \"transformer/model.safetensors\"", "sha256 = \"12\""),
        ("to = \"transformer/model.safetensors\"", "unpack = [{ path = \"a\", size = 1 }]"),
        ("repository = \"me/mine\"", "repository = \"mine\"\nindex = \"pypi\""),
    ] {
        assert!(own.contains(old), "{old}");
        std::fs::write(&path, own.replace(old, new)).unwrap();
        let error = Registry::load(dir.path()).unwrap_err().to_string();
        assert!(error.contains("mine.toml"), "{new}: {error}");
    }
}

#[test]
fn every_system_gets_its_own_libraries() {
    let places = |platform| {
        let registry = embedded().for_platform(platform);
        let set = registry.set("cuda").cloned();
        let files = set.map(|set| registry.files_of(&set)).unwrap_or_default();
        let members = files.iter().flat_map(|wanted| wanted.file.unpack.iter().map(|member| wanted.member_place(member)));
        members.map(|path| path.to_str().unwrap().replace('\\', "/")).collect::<Vec<_>>()
    };
    let needed = |libraries: &[&str], platform| {
        let found = places(platform);
        assert!(libraries.iter().all(|name| found.contains(&format!("cuda/{name}"))), "{found:?}");
        assert_eq!(found.iter().filter(|path| path.ends_with("-License.txt")).count(), 5);
    };
    needed(&["libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10", "libcudart.so.13", "libcudnn.so.9"], Some(Platform::LinuxX64));
    needed(&["cublas64_13.dll", "cublasLt64_13.dll", "curand64_10.dll", "cudart64_13.dll", "cudnn64_9.dll"], Some(Platform::WindowsX64));
    assert!(places(None).is_empty() && embedded().for_platform(None).set("cuda").is_err());
    assert!(embedded().for_platform(None).set("dev").is_ok());
}
