//! Compiles the CUDA kernels when the `cuda` feature is on.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compute capabilities that get machine code: A100, RTX 30, RTX 40, H100, B200, RTX 50. On other cards the driver compiles the PTX of the
/// oldest one at first use.
const ARCHITECTURES: &str = "80 86 89 90 100 120";

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return Ok(());
    }
    println!("cargo::rerun-if-env-changed=NANOCOCOA_CUDA_ARCHITECTURES");
    println!("cargo::rerun-if-changed=src/nn/kernels");
    let architectures = std::env::var("NANOCOCOA_CUDA_ARCHITECTURES").unwrap_or_else(|_| ARCHITECTURES.into());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for name in ["attention", "elementwise", "deform_conv"] {
        compile(&Path::new("src/nn/kernels").join(name).with_extension("cu"), &out.join(name).with_extension("fatbin"), &architectures)?;
    }
    Ok(())
}

fn compile(source: &Path, to: &Path, architectures: &str) -> Result<(), String> {
    let nvcc = ["CUDA_HOME", "CUDA_PATH"].iter().find_map(std::env::var_os).map_or("nvcc".into(), |home| Path::new(&home).join("bin/nvcc"));
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
