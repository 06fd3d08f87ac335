//! Puts icon, manifest and version into the programs for Windows, and compiles the kernels for NVIDIA GPUs if the `cuda` feature is on. Other
//! builds need nothing from here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Compute capabilities that get machine code: A100, RTX 30, RTX 40, H100, B200, RTX 50. On other cards the driver compiles the PTX of the
/// oldest one at first use.
const ARCHITECTURES: &str = "80 86 89 90 100 120";

/// The programs and what Windows calls them, for example in the list of running programs.
const PROGRAMS: [(&str, &str); 2] = [("nanococoa", "nanoCocoa Studio"), ("nanococoa-studio", "nanoCocoa Studio (launcher)")];

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    windows_resources();
    if env::var_os("CARGO_FEATURE_CUDA").is_some() {
        println!("cargo::rerun-if-env-changed=NANOCOCOA_CUDA_ARCHITECTURES");
        println!("cargo::rerun-if-changed=src/nn/kernels");
        let architectures = env::var("NANOCOCOA_CUDA_ARCHITECTURES").unwrap_or_else(|_| ARCHITECTURES.into());
        let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
        for name in ["attention", "elementwise", "float8", "deform_conv"] {
            let source = Path::new("src/nn/kernels").join(name).with_extension("cu");
            kernels(&source, &out.join(name).with_extension("fatbin"), &architectures)?;
        }
    }
    Ok(())
}

fn windows_resources() {
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

/// Compiles a file of kernels for all architectures.
fn kernels(source: &Path, to: &Path, architectures: &str) -> Result<(), String> {
    let nvcc = ["CUDA_HOME", "CUDA_PATH"].iter().find_map(env::var_os).map_or("nvcc".into(), |home| Path::new(&home).join("bin/nvcc"));
    let mut command = Command::new(&nvcc);
    command.args(["-fatbin", "-O3", "-std=c++17", "-o"]).arg(to).arg(source);
    let known: Vec<&str> = architectures.split_whitespace().collect();
    for architecture in &known {
        command.arg(format!("-gencode=arch=compute_{architecture},code=sm_{architecture}"));
    }
    // The oldest one's PTX runs on every newer card.
    if let Some(oldest) = known.first() {
        command.arg(format!("-gencode=arch=compute_{oldest},code=compute_{oldest}"));
    }
    let status =
        command.status().map_err(|e| format!("{} cannot be started: {e}. The cuda feature needs the CUDA toolkit.", nvcc.display()))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed on {}", nvcc.display(), source.display())) }
}
