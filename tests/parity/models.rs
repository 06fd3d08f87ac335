//! Models' folders as diffusers saves them, made from weights that follow from their names.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use nanococoa::weights::synthetic;
use serde_json::{Value, json};

/// Where the cases are kept.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/fixtures")
}

/// A case of the fixtures.
pub fn case(name: &str) -> Value {
    serde_json::from_slice(&fs::read(fixtures().join(name)).unwrap()).unwrap()
}

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
    let text = fs::read_to_string(fixtures().join("../tokenizers/clip_merges.txt")).unwrap();
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

/// A case whose model other cases share, with that model's parts.
pub fn with_model(mut case: Value) -> Value {
    if let Some(name) = case["model"].as_str().map(str::to_owned) {
        let model = self::case(&name);
        for key in ["parts", "scheduler"] {
            case[key] = model[key].clone();
        }
    }
    case
}

/// The tokenizer of a tiny Qwen3 with its chat template.
pub fn qwen3_tokenizer() -> PathBuf {
    fixtures().join("../tokenizers/qwen3_tiny")
}

/// A model's folder as diffusers would have saved it.
pub fn write_model(at: &Path, case: &Value) {
    let case = &with_model(case.clone());
    let kind = case["kind"].as_str().unwrap();
    let (flux, flux2) = (kind.starts_with("flux"), kind.starts_with("flux2"));
    let class = if flux { "FluxPipeline" } else { "StableDiffusionXLControlNetPipeline" };
    let index = if flux2 { case["index"].clone() } else { json!({"_class_name": class, "force_zeros_for_empty_prompt": true}) };
    write_json(&at.join("model_index.json"), &index);
    write_json(&at.join("scheduler/scheduler_config.json"), &case["scheduler"]);
    for (name, part) in case["parts"].as_object().unwrap() {
        let file = if name.starts_with("text_encoder") { "model.safetensors" } else { "diffusion_pytorch_model.safetensors" };
        let mut part = part.clone();
        if flux2 && name == "vae" {
            part["config"]["_class_name"] = json!("AutoencoderKLFlux2");
        }
        write_part(&at.join(name), &part, file);
    }
    if flux2 {
        fs::create_dir_all(at.join("tokenizer")).unwrap();
        for file in fs::read_dir(qwen3_tokenizer()).unwrap().flatten() {
            fs::copy(file.path(), at.join("tokenizer").join(file.file_name())).unwrap();
        }
        return;
    }
    write_clip_tokenizer(&at.join("tokenizer"), "<|endoftext|>");
    if flux {
        fs::create_dir_all(at.join("tokenizer_2")).unwrap();
        fs::copy(fixtures().join("../tokenizers/t5_tokenizer.json"), at.join("tokenizer_2/tokenizer.json")).unwrap();
    } else {
        write_clip_tokenizer(&at.join("tokenizer_2"), "!");
    }
}

/// Everything that the diffusion backend needs, as small random models: FLUX, SDXL with its ControlNet inside, and BiRefNet.
pub fn write_tiny_models(root: &Path) {
    write_model(&root.join("flux-tiny"), &case("pipeline--flux-dev-wide.json"));
    write_model(&root.join("sdxl-tiny"), &case("pipeline--sdxl-cfg.json"));
    write_tiny_birefnet(root);
}

/// The same for FLUX.2 klein, which does all three steps: klein and BiRefNet.
pub fn write_tiny_klein(root: &Path) {
    write_model(&root.join("klein-tiny"), &case("pipeline--flux2-edit-one.json"));
    write_tiny_birefnet(root);
}

fn write_tiny_birefnet(root: &Path) {
    let mut matte = case("birefnet--tiny-square.json");
    matte["config"]["architectures"] = json!(["BiRefNet"]);
    matte["config"]["image_size"] = json!(64);
    write_part(&root.join("birefnet"), &matte, "model.safetensors");
}
