//! The CUDA runtime and the build for NVIDIA GPUs: archives of a package index on loopback, and the real program with a driver, libraries and a
//! build that only look like ones.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nanococoa::cancel::CancelToken;
use nanococoa::hub::{Hub, HubError, Installed, Limits, Progress, Registry, Source};
use ring::digest;

use crate::fake_hub::{FakeHub, Reply, Request, bytes};

const WHEEL: &str = "acme_lib-1.0-py3-none-any.whl";

fn sha256(content: &[u8]) -> String {
    digest::digest(&digest::SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An archive with a library, a licence and a header, and a registry with the set `lib`, which takes the first two.
struct Package {
    dir: tempfile::TempDir,
    library: Arc<Vec<u8>>,
    wheel: Arc<Vec<u8>>,
}

impl Package {
    fn new() -> Self {
        let library = bytes(5, 900_000);
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, content) in
            [("acme/lib/libacme.so.1", &library[..]), ("acme/include/acme.h", b"x"), ("a.dist-info/License.txt", b"free")]
        {
            zip.start_file(name, options).unwrap();
            zip.write_all(content).unwrap();
        }
        let package = Self { dir: tempfile::tempdir().unwrap(), library, wheel: Arc::new(zip.finish().unwrap().into_inner()) };
        package.register("acme/lib/libacme.so.1", 900_000);
        package
    }

    /// Writes the registry; it takes `member` with this size.
    fn register(&self, member: &str, size: u64) {
        let text = format!(
            "[[parts]]\nkey = \"lib\"\ntitle = \"Lib\"\nindex = \"pypi\"\nrepository = \"acme-lib\"\nrevision = \"1.0\"\nformat = \"library\"\n\
             licence = \"mit\"\ngigabytes = 0.001\n[[parts.files]]\npath = \"{WHEEL}\"\nsha256 = \"{}\"\nsize = {}\nunpack = [\n\
             {{ path = \"{member}\", to = \"libacme.so.1\", size = {size} }},\n{{ path = \"a.dist-info/License.txt\", to = \"acme-License.txt\", size = 4 }},\n]\n\
             [[sets]]\nkey = \"lib\"\ntitle = \"Lib\"\nfamily = \"runtime\"\nmemory_gb = {{ from = 1 }}\ncontents = [{{ part = \"lib\", folder = \"lib\" }}]\n",
            sha256(&self.wheel),
            self.wheel.len()
        );
        let folder = self.dir.path().join("registry.d");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("lib.toml"), text).unwrap();
    }

    fn models(&self) -> PathBuf {
        self.dir.path().join("models")
    }

    /// What a well-behaved index answers; `hash` is the one on its page.
    fn index(&self, hash: &str) -> impl Fn(&Request) -> Reply + Send + Sync + use<> {
        let page = Arc::new(format!("<a href=\"../../files/{WHEEL}#sha256={hash}\">{WHEEL}</a>").into_bytes());
        let wheel = Arc::clone(&self.wheel);
        move |request| match request.path.as_str() {
            "/simple/acme-lib/" => Reply { status: 200, part: 0..page.len(), body: Arc::clone(&page), ..Reply::default() },
            path if path == format!("/files/{WHEEL}") => Reply::content(request, &wheel, "of-the-server"),
            _ => Reply::status(404),
        }
    }

    fn hub(&self, server: &FakeHub) -> Hub {
        let index = format!("{}/simple/", server.url());
        let variable = |name: &str| match name {
            "PIP_INDEX_URL" => Some(index.clone()),
            "HF_ENDPOINT" => Some("http://127.0.0.1:9".to_owned()),
            "HF_TOKEN" => Some("hf_secret".to_owned()),
            _ => None,
        };
        let source = Source::from_variables(variable, None).unwrap();
        let limits =
            Limits { chunk: 200_000, attempts: 3, first_pause: std::time::Duration::from_millis(2), spare: 0, ..Limits::default() };
        Hub::new(&self.models(), Registry::load(self.dir.path()).unwrap(), source).with_limits(limits, |_| Some(1 << 40))
    }

    fn pull(&self, server: &FakeHub) -> Result<(), HubError> {
        self.hub(server).pull("lib", true, &CancelToken::default(), &Progress::default())
    }

    fn assert_nothing_placed(&self) {
        let names: Vec<_> = std::fs::read_dir(self.models()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.iter().all(|name| name == ".nanococoa"), "{names:?}");
    }
}

fn state(hub: &Hub) -> (Installed, u64) {
    let state = hub.list().into_iter().find(|state| state.set.key == "lib").unwrap();
    (state.installed, state.on_disk)
}

#[test]
fn libraries_come_out_of_archives_of_a_package_index() {
    let package = Package::new();
    let server = FakeHub::start(package.index(&sha256(&package.wheel)));
    let hub = package.hub(&server);
    assert_eq!(state(&hub), (Installed::No, 0));
    package.pull(&server).unwrap();
    let placed = package.models().join("lib");
    assert!(std::fs::read(placed.join("libacme.so.1")).unwrap() == *package.library);
    assert_eq!(std::fs::read(placed.join("acme-License.txt")).unwrap(), b"free");
    assert_eq!(std::fs::read_dir(&placed).unwrap().count(), 2, "nothing else of the archive is kept");
    assert!(!package.models().join(".nanococoa/incoming").exists());
    assert_eq!(state(&hub), (Installed::Yes, 900_004));
    assert!(server.seen().iter().all(|request| request.header("authorization").is_none()), "the hub's token is for the hub");

    // What is there is not fetched again; what is damaged is.
    let sent = server.sent();
    package.pull(&server).unwrap();
    let of_page = server.sent() - sent;
    assert!(of_page < 1000, "{of_page}");
    std::fs::write(placed.join("libacme.so.1"), vec![0; 900_000]).unwrap();
    let verified = hub.verify("lib", &CancelToken::default(), &Progress::default()).unwrap();
    assert_eq!((verified.files, verified.damaged.len()), (2, 1));
    package.pull(&server).unwrap();
    assert!(std::fs::read(placed.join("libacme.so.1")).unwrap() == *package.library);
    assert_eq!(hub.remove("lib").unwrap(), 900_004);
    package.assert_nothing_placed();
}

#[test]
fn an_archive_that_breaks_off_continues() {
    let package = Package::new();
    let (index, broken) = (package.index(&sha256(&package.wheel)), AtomicBool::new(false));
    let server = FakeHub::start(move |request| {
        let reply = index(request);
        match request.path.starts_with("/files/") && !broken.swap(true, Ordering::AcqRel) {
            true => Reply { cut_after: Some(100_000), ..reply },
            false => reply,
        }
    });
    package.pull(&server).unwrap();
    assert!(std::fs::read(package.models().join("lib/libacme.so.1")).unwrap() == *package.library);
    let limit = package.wheel.len() as u64 + 50_000;
    assert!(server.sent() < limit, "{} bytes came, {limit} are the limit", server.sent());
}

#[test]
fn archives_that_are_not_the_expected_ones_are_refused() {
    let package = Package::new();
    let right = sha256(&package.wheel);
    // Another hash on the page.
    let server = FakeHub::start(package.index(&"0".repeat(64)));
    assert_eq!(package.pull(&server), Err(HubError::UnexpectedContent { path: WHEEL.into() }));
    // Another content.
    let (index, other) = (package.index(&right), bytes(9, package.wheel.len()));
    let server = FakeHub::start(move |request| match request.path.starts_with("/files/") {
        true => Reply::content(request, &other, "other"),
        false => index(request),
    });
    assert_eq!(package.pull(&server), Err(HubError::WrongHash { path: WHEEL.into() }));
    package.assert_nothing_placed();
    // No such project, and no such file on its page.
    let server = FakeHub::start(|_| Reply::status(404));
    let missing = HubError::NotFound { repository: "acme-lib".into(), path: WHEEL.into() };
    assert_eq!(package.pull(&server), Err(missing.clone()));
    let server = FakeHub::start(|_| Reply { status: 200, ..Reply::default() });
    assert_eq!(package.pull(&server), Err(missing));
    // The right archive without the file that the registry names, or with another size of it.
    for (member, size) in [("acme/lib/libother.so.1", 900_000), ("acme/lib/libacme.so.1", 899_999)] {
        package.register(member, size);
        let server = FakeHub::start(package.index(&right));
        assert_eq!(package.pull(&server), Err(HubError::UnexpectedContent { path: WHEEL.into() }), "{member}");
        package.assert_nothing_placed();
    }
    // A file of the user stays.
    package.register("acme/lib/libacme.so.1", 900_000);
    let own = package.models().join("lib/libacme.so.1");
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    std::fs::write(&own, "mine").unwrap();
    let server = FakeHub::start(package.index(&right));
    assert_eq!(package.pull(&server), Err(HubError::Exists { path: own.clone() }));
    assert_eq!(std::fs::read(own).unwrap(), b"mine");
}

/// The program beside a build for NVIDIA GPUs, on a machine with a driver.
#[cfg(target_os = "linux")]
mod handover {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::{Child, Command, Output, Stdio};

    use serde_json::Value;

    use super::*;

    /// Names of the libraries without which the build does not start.
    const LIBRARIES: [&str; 4] = ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"];

    struct Machine {
        dir: tempfile::TempDir,
    }

    impl Machine {
        /// With a driver that supports this version of CUDA, and every library in the models folder.
        fn new(cuda: i32) -> Self {
            let machine = Self { dir: tempfile::tempdir().unwrap() };
            let source = machine.path("driver.c");
            for folder in ["bin", "driver", "data/models/cuda"] {
                std::fs::create_dir_all(machine.path(folder)).unwrap();
            }
            std::fs::write(&source, format!("int cuDriverGetVersion(int *version) {{ *version = {cuda}; return 0; }}\n")).unwrap();
            // The compiler that links Rust programs.
            let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(machine.path("driver/libcuda.so.1")).arg(source).status();
            assert!(built.unwrap().success());
            for name in LIBRARIES {
                std::fs::write(machine.path("data/models/cuda").join(name), "x").unwrap();
            }
            machine.install(Path::new(env!("CARGO_BIN_EXE_nanococoa")), "nanococoa");
            std::fs::write(machine.path("config.toml"), "").unwrap();
            machine
        }

        fn path(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }

        /// Puts a program into the folder of programs.
        fn install(&self, from: &Path, name: &str) {
            let to = self.path("bin").join(name);
            if std::fs::hard_link(from, &to).is_err() {
                std::fs::copy(from, &to).unwrap();
            }
        }

        /// Puts a script there as the build for NVIDIA GPUs. It notes how it was called and ends with 7.
        fn install_build(&self) {
            let script = format!(
                "#!/bin/sh\nprintf '%s\\n' \"$$\" \"$NANOCOCOA_HANDED_OVER\" \"$LD_LIBRARY_PATH\" \"$@\" > {}\necho drawn on the GPU\nexit 7\n",
                self.path("called").display()
            );
            let path = self.path("bin/nanococoa-cuda");
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }

        fn command(&self, args: &[&str]) -> Command {
            let mut command = Command::new(self.path("bin/nanococoa"));
            for name in ["NANOCOCOA_CUDA", "NANOCOCOA_DEVICE", "NANOCOCOA_MODELS", "NANOCOCOA_HANDED_OVER"] {
                command.env_remove(name);
            }
            command
                .env("NANOCOCOA_DATA_DIR", self.path("data"))
                .env("NANOCOCOA_CONFIG", self.path("config.toml"))
                .env("LD_LIBRARY_PATH", self.path("driver"))
                .args(args)
                .stdin(Stdio::null());
            command
        }

        fn run(&self, args: &[&str]) -> Output {
            self.command(args).output().unwrap()
        }

        fn doctor(&self) -> Value {
            let output = self.run(&["doctor", "--json"]);
            assert!(output.status.success() && !self.was_called(), "{output:?}");
            serde_json::from_slice(&output.stdout).unwrap()
        }

        fn was_called(&self) -> bool {
            self.path("called").exists()
        }
    }

    #[test]
    fn the_build_continues_with_the_same_process_arguments_and_exit_code() {
        let machine = Machine::new(13_000);
        machine.install_build();
        let args = ["generate", "--text", "한 줄\n두 줄", "--product", "a b.png", "--out", "o.png"];
        let child: Child = machine.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(7), &b"drawn on the GPU\n"[..]));
        let called = std::fs::read_to_string(machine.path("called")).unwrap();
        let libraries = format!("{}:{}", machine.path("data/models/cuda").display(), machine.path("driver").display());
        let expected = format!("{pid}\n{}\n{libraries}\n{}\n", env!("CARGO_PKG_VERSION"), args.join("\n"));
        assert_eq!(called, expected);
    }

    #[test]
    fn commands_that_need_no_gpu_and_switches_keep_the_program() {
        let machine = Machine::new(13_000);
        machine.install_build();
        assert!(machine.run(&["formats"]).status.success());
        assert!(machine.run(&["models", "path"]).status.success());
        assert!(machine.run(&["doctor", "--device", "cpu"]).status.success());
        assert!(machine.command(&["doctor"]).env("NANOCOCOA_CUDA", "off").status().unwrap().success());
        assert!(!machine.was_called());
        std::fs::write(machine.path("config.toml"), "cuda = \"off\"\n").unwrap();
        let report = machine.doctor();
        assert!(report["to_do"].to_string().contains("NANOCOCOA_CUDA"), "{report}");
        // A path in place of the usual places.
        let elsewhere = machine.path("elsewhere");
        std::fs::rename(machine.path("bin/nanococoa-cuda"), &elsewhere).unwrap();
        let status = machine.command(&["doctor"]).env("NANOCOCOA_CUDA", &elsewhere).status().unwrap();
        assert_eq!((status.code(), machine.was_called()), (Some(7), true));
    }

    #[test]
    fn whatever_is_missing_is_named_and_the_draft_is_made() {
        let old = Machine::new(12_080);
        old.install_build();
        let report = old.doctor();
        let to_do = report["to_do"].to_string();
        assert!(to_do.contains("CUDA 12.8") && to_do.contains("580"), "{to_do}");
        assert_eq!((&report["cuda"]["driver_supports"], &report["cuda"]["driver_usable"]), (&"12.8".into(), &false.into()));
        let out = old.path("o.png");
        let output = old.run(&["generate", "--json", "--prompt", "wooden table", "--size", "256x256", "--out", out.to_str().unwrap()]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        assert_eq!((&report["status"], &report["engine"]), (&"completed".into(), &"draft".into()), "{report}");
        assert!(!old.was_called());

        let machine = Machine::new(13_000);
        let report = machine.doctor();
        assert!(report["to_do"].to_string().contains("nanococoa-cuda, the build of this program for NVIDIA GPUs, is missing"), "{report}");
        machine.install_build();
        std::fs::remove_file(machine.path("data/models/cuda/libcurand.so.10")).unwrap();
        // A system that has the library itself hands over, rightly.
        if machine.run(&["doctor"]).status.success() {
            let report = machine.doctor();
            assert_eq!(report["cuda"]["missing_libraries"], serde_json::json!(["libcurand.so.10"]));
            assert!(
                report["to_do"].to_string().contains("libcurand.so.10 is missing; get it with: nanococoa models pull cuda"),
                "{report}"
            );
        }
    }

    #[test]
    fn a_build_that_cannot_be_started_or_is_none_costs_nothing() {
        let machine = Machine::new(13_000);
        // Not a program.
        std::fs::write(machine.path("bin/nanococoa-cuda"), "x").unwrap();
        let output = machine.run(&["doctor"]);
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && log.contains("cannot be started"), "{log}");
        // The program itself under the other name: it is started once, and works.
        std::fs::remove_file(machine.path("bin/nanococoa-cuda")).unwrap();
        machine.install(Path::new(env!("CARGO_BIN_EXE_nanococoa")), "nanococoa-cuda");
        let report = machine.doctor();
        assert_eq!(report["cuda"]["handed_over"], true, "{report}");
    }
}
