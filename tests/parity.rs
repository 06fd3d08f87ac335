//! Every network and schedule against its reference implementation, and against the tensors of the real files.
//!
//! A case is a pair of files under `tests/parity/fixtures`: `KIND--CASE.json` says config, tensor shapes and seed of the weights (made by
//! the same formula in `tests/parity/fill.py` and `weights::synthetic`), `KIND--CASE.safetensors` holds inputs (`in.NAME`) and
//! reference outputs (`out.NAME`). The scripts beside them made both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use nanococoa::backend::diffusion::component::{Component, KINDS, Tensors};
use nanococoa::weights::{Synthetic, Vars};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/fixtures")
}

#[derive(serde::Deserialize)]
struct Case {
    config: serde_json::Value,
    #[serde(default)]
    shapes: BTreeMap<String, Vec<usize>>,
    #[serde(default)]
    seed: u64,
    /// ‖out − reference‖ / ‖reference‖ that is allowed.
    #[serde(default = "tolerance")]
    tolerance: f64,
}

fn tolerance() -> f64 {
    1e-4
}

fn relative_error(out: &Tensor, reference: &Tensor) -> f64 {
    assert_eq!(out.dims(), reference.dims());
    let flat = |t: &Tensor| t.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
    let (out, reference) = (flat(out), flat(reference));
    let norm = reference.iter().map(|v| v * v).sum::<f64>().sqrt();
    let error = out.iter().zip(&reference).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    assert!(error.is_finite(), "the output holds NaN or infinity");
    if norm == 0.0 { error } else { error / norm }
}

/// Runs every case of a kind; there must be at least `least`.
fn check(kind: &str, least: usize) {
    let run = KINDS.iter().find(|k| k.0 == kind).unwrap_or_else(|| panic!("no component {kind}")).1;
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .filter(|p| p.file_name().unwrap().to_string_lossy().starts_with(&format!("{kind}--")))
        .collect();
    cases.sort();
    assert!(cases.len() >= least, "{} cases of {kind}", cases.len());
    for path in cases {
        let case: Case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let all = candle_core::safetensors::load(path.with_extension("safetensors"), &Device::Cpu).unwrap();
        let pick = |prefix: &str| -> Tensors {
            all.iter().filter_map(|(n, t)| n.strip_prefix(prefix).map(|n| (n.to_owned(), t.clone()))).collect()
        };
        let (inputs, references) = (pick("in."), pick("out."));
        let weights = (!case.shapes.is_empty())
            .then(|| Vars::new(Arc::new(Synthetic::new(case.shapes.clone(), case.seed)), DType::F32, &Device::Cpu));
        let place = path.display().to_string();
        let component =
            Component { config: case.config, place: place.clone(), weights, inputs: &inputs, device: Device::Cpu, dtype: DType::F32 };
        let outputs = run(&component).unwrap_or_else(|e| panic!("{place}: {e}"));
        assert!(!references.is_empty(), "{place} has no reference");
        for (name, reference) in &references {
            let out = outputs.get(name).unwrap_or_else(|| panic!("{place}: no output {name}"));
            let error = relative_error(out, reference);
            println!("{place}: {name} {:?} differs by {error:.2e}", reference.dims());
            assert!(error <= case.tolerance, "{place}: {name} differs by {error:.2e}, allowed {:.0e}", case.tolerance);
        }
    }
}

/// Tensor names and shapes of a real file, as kept in `tests/parity/checkpoints`.
#[allow(dead_code)]
fn checkpoint(name: &str) -> BTreeMap<String, Vec<usize>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/checkpoints").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn birefnet() {
    check("birefnet", 5);
}

#[test]
fn canny() {
    check("canny", 4);
}

#[test]
fn u2netp() {
    check("u2netp", 1);
}

#[test]
fn birefnet_takes_the_real_files_tensors() {
    let recorder = Arc::new(nanococoa::weights::Recorder::default());
    let vars = Vars::recording(&recorder, DType::F32);
    nanococoa::nn::birefnet::BiRefNet::load(&vars, &Default::default()).unwrap();
    let mut known = checkpoint("birefnet");
    known.retain(|name, _| !name.ends_with("relative_position_index") && !name.ends_with("num_batches_tracked"));
    assert_eq!(recorder.asked(), known);
}

#[test]
fn deform_conv2d_is_torchvisions() {
    use nanococoa::nn::deform_conv::{DeformSpec, deform_conv2d};
    let all = candle_core::safetensors::load(folder().join("deform_conv2d.safetensors"), &Device::Cpu).unwrap();
    for (i, spec) in all["spec"].to_vec2::<i64>().unwrap().iter().enumerate() {
        let get = |name: &str| &all[&format!("{i}.{name}")];
        let spec = DeformSpec { stride: spec[0] as usize, padding: spec[1] as usize, dilation: spec[2] as usize };
        let out = deform_conv2d(get("x"), get("offset"), get("weight"), get("mask"), spec).unwrap();
        let error = relative_error(&out, get("out"));
        println!("deform_conv2d {i} differs by {error:.2e}");
        assert!(error < 1e-5, "case {i} differs by {error:.2e}");
    }
}
