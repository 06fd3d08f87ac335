//! Whole pipelines against diffusers' pictures. The models' folders are made here, as diffusers saves them, from weights that follow
//! from their names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use image::RgbImage;
use nanococoa::backend::diffusion::pipeline::{PipelineArgs, run};
use nanococoa::weights::synthetic;
use serde_json::{Value, json};

use super::folder;

fn write_json(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, serde_json::to_vec(value).unwrap()).unwrap();
}

/// A component's folder with its config and weights.
pub fn write_part(folder: &Path, part: &Value, file: &str) {
    write_json(&folder.join("config.json"), &part["config"]);
    let shapes: BTreeMap<String, Vec<usize>> = serde_json::from_value(part["shapes"].clone()).unwrap();
    let seed = part["seed"].as_u64().unwrap();
    let tensors: std::collections::HashMap<String, Tensor> = shapes
        .iter()
        .map(|(name, shape)| {
            let values = synthetic::values(name, shape, seed);
            (name.clone(), Tensor::from_vec(values, shape.as_slice(), &Device::Cpu).unwrap())
        })
        .collect();
    candle_core::safetensors::save(&tensors, folder.join(file)).unwrap();
}

/// CLIP's vocabulary follows from its merges: 256 byte letters, the same at the end of a word, one token a merge, two marks.
pub fn write_clip_tokenizer(folder: &Path, pad: &str) {
    let text = fs::read_to_string(super::folder().join("../tokenizers/clip_merges.txt")).unwrap();
    let plain: Vec<u32> = (33..127).chain(161..173).chain(174..256).collect();
    let extra = (0..256u32).filter(|b| !plain.contains(b)).count() as u32;
    let letters: Vec<String> = plain.iter().copied().chain(256..256 + extra).map(|c| char::from_u32(c).unwrap().to_string()).collect();
    let merges = text.lines().skip(1).filter(|l| !l.is_empty()).map(|l| l.replace(' ', ""));
    let ends = letters.iter().map(|l| format!("{l}</w>"));
    let marks = ["<|startoftext|>".to_owned(), "<|endoftext|>".to_owned()];
    let tokens = letters.iter().cloned().chain(ends).chain(merges).chain(marks);
    let vocab: serde_json::Map<String, Value> = tokens.enumerate().map(|(i, t)| (t, json!(i))).collect();
    assert_eq!(vocab.len(), 49_408);
    write_json(&folder.join("vocab.json"), &Value::Object(vocab));
    write_json(&folder.join("tokenizer_config.json"), &json!({"pad_token": pad, "model_max_length": 77}));
    fs::write(folder.join("merges.txt"), text).unwrap();
}

fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let error: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 / (error / a.as_raw().len() as f64).max(1e-9)).log10()
}

/// A model's folder as diffusers would have saved it.
pub fn write_model(at: &Path, case: &Value) {
    let flux = case["kind"].as_str().unwrap().starts_with("flux");
    write_json(
        &at.join("model_index.json"),
        &json!({"_class_name": if flux { "FluxPipeline" } else { "StableDiffusionXLControlNetPipeline" }, "force_zeros_for_empty_prompt": true}),
    );
    write_json(&at.join("scheduler/scheduler_config.json"), &case["scheduler"]);
    for (name, part) in case["parts"].as_object().unwrap() {
        let file = if name.starts_with("text_encoder") { "model.safetensors" } else { "diffusion_pytorch_model.safetensors" };
        write_part(&at.join(name), part, file);
    }
    write_clip_tokenizer(&at.join("tokenizer"), "<|endoftext|>");
    if flux {
        fs::create_dir_all(at.join("tokenizer_2")).unwrap();
        fs::copy(folder().join("../tokenizers/t5_tokenizer.json"), at.join("tokenizer_2/tokenizer.json")).unwrap();
    } else {
        write_clip_tokenizer(&at.join("tokenizer_2"), "!");
    }
}

fn check(prefix: &str, least: usize) {
    let mut cases: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .filter(|p| p.file_name().unwrap().to_string_lossy().starts_with(&format!("pipeline--{prefix}")))
        .collect();
    cases.sort();
    assert!(cases.len() >= least, "{} cases of {prefix}", cases.len());
    for path in cases {
        let case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let model = tempfile::tempdir().unwrap();
        write_model(model.path(), &case);
        let request = &case["request"];
        let number = |key: &str, otherwise: f64| request[key].as_f64().unwrap_or(otherwise);
        let beside = |name: &str| Some(path.with_extension(format!("{name}.png"))).filter(|p| p.is_file());
        let args = PipelineArgs {
            kind: case["kind"].as_str().unwrap().into(),
            model: model.path().into(),
            prompt: request["prompt"].as_str().unwrap().into(),
            negative_prompt: request["negative_prompt"].as_str().map(str::to_owned),
            width: number("width", 0.0) as usize,
            height: number("height", 0.0) as usize,
            steps: number("steps", 0.0) as usize,
            guidance: number("guidance", 0.0),
            true_cfg_scale: number("true_cfg_scale", 1.0),
            seed: number("seed", 0.0) as u64,
            strength: number("strength", 1.0),
            image: beside("image"),
            mask: beside("mask"),
            control: beside("control"),
            conditioning_scale: number("conditioning_scale", 1.0),
        };
        let made = run(&args, &Device::Cpu, DType::F32).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let reference = image::open(path.with_extension("png")).unwrap().into_rgb8();
        let quality = psnr(&made, &reference);
        println!("{}: {quality:.1} dB", path.display());
        assert!(quality >= 40.0, "{}: {quality:.1} dB", path.display());
    }
}

#[test]
fn flux_text_to_image_agrees_with_diffusers() {
    check("flux-schnell-tall", 1);
    check("flux-dev-wide", 1);
    check("flux-dev-negative", 1);
}

#[test]
fn flux_inpaint_agrees_with_diffusers() {
    check("flux-dev-inpaint", 3);
    check("flux-schnell-inpaint", 1);
}

#[test]
fn sdxl_with_controlnet_agrees_with_diffusers() {
    check("sdxl", 2);
}
