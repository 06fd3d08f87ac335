//! Puts icon, manifest and version into the programs for Windows. Other systems need nothing from here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The programs and what Windows calls them, for example in the list of running programs.
const PROGRAMS: [(&str, &str); 2] = [("nanococoa", "nanoCocoa Studio"), ("nanococoa-studio", "nanoCocoa Studio (launcher)")];

fn main() {
    for file in ["nanococoa.rc", "nanococoa.manifest"] {
        println!("cargo::rerun-if-changed=packaging/windows/{file}");
    }
    println!("cargo::rerun-if-changed=packaging/icons/nanococoa.ico");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    if variable("CARGO_CFG_TARGET_ENV") != "gnu" {
        println!("cargo::warning=icon, manifest and version are only put into programs for windows-gnu");
        return;
    }
    let version = variable("CARGO_PKG_VERSION");
    // Four numbers without the words of a pre-release.
    let numbers = ["MAJOR", "MINOR", "PATCH"].map(|part| variable(&format!("CARGO_PKG_VERSION_{part}"))).join(", ") + ", 0";
    for (program, description) in PROGRAMS {
        let values = [("PROGRAM", program), ("DESCRIPTION", description), ("VERSION", &version), ("NUMBERS", &numbers)];
        match compile(&values, &Path::new(&variable("OUT_DIR")).join(program)) {
            Ok(object) => println!("cargo::rustc-link-arg-bin={program}={}", object.display()),
            Err(why) => println!("cargo::warning={program} gets no icon, manifest and version: {why}"),
        }
    }
}

/// Compiles the resources with the cross tools, or on Windows with those of MinGW. `stem`: path of the files to write, without extension.
fn compile(values: &[(&str, &str)], stem: &Path) -> Result<PathBuf, String> {
    let mut script = fs::read_to_string("packaging/windows/nanococoa.rc").map_err(|e| e.to_string())?;
    for (name, value) in values {
        script = script.replace(&format!("@{name}@"), value);
    }
    let (source, object) = (stem.with_extension("rc"), stem.with_extension("o"));
    fs::write(&source, script).map_err(|e| e.to_string())?;
    let mut why = String::new();
    for windres in ["x86_64-w64-mingw32-windres", "windres"] {
        match Command::new(windres).args(["--output-format=coff", "--include-dir=packaging/windows"]).arg(&source).arg(&object).output() {
            Ok(done) if done.status.success() => return Ok(object),
            Ok(done) => return Err(String::from_utf8_lossy(&done.stderr).trim().replace('\n', " ")),
            Err(error) => why = format!("{windres}: {error}"),
        }
    }
    Err(why)
}
