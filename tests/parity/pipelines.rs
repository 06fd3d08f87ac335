//! Whole pipelines against diffusers' pictures. The models' folders are made here, as diffusers saves them, from weights that follow
//! from their names.

use std::fs;

use candle_core::DType;
use image::RgbImage;
use nanococoa::backend::diffusion::denoise::PictureSettings;
use nanococoa::backend::diffusion::diagnostics::pipeline::{PipelineArgs, run};
use nanococoa::backend::diffusion::flux::FluxRequest;
use serde_json::Value;

use super::models::write_model;
use super::{cases, folder};

fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let error: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 / (error / a.as_raw().len() as f64).max(1e-9)).log10()
}

fn check(prefix: &str, least: usize) {
    for path in cases(&format!("pipeline--{prefix}"), least) {
        let case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let model = tempfile::tempdir().unwrap();
        write_model(model.path(), &case);
        let request = &case["request"];
        let number = |key: &str, otherwise: f64| request[key].as_f64().unwrap_or(otherwise);
        let beside = |name: &str| Some(path.with_extension(format!("{name}.png"))).filter(|p| p.is_file());
        let args = PipelineArgs {
            kind: case["kind"].as_str().unwrap().into(),
            model: model.path().into(),
            request: FluxRequest {
                prompt: request["prompt"].as_str().unwrap().into(),
                negative_prompt: request["negative_prompt"].as_str().map(str::to_owned),
                true_cfg_scale: number("true_cfg_scale", 1.0),
                picture: PictureSettings {
                    width: number("width", 0.0) as usize,
                    height: number("height", 0.0) as usize,
                    steps: number("steps", 0.0) as usize,
                    guidance: number("guidance", 0.0),
                    seed: number("seed", 0.0) as u64,
                },
            },
            strength: number("strength", 1.0),
            image: beside("image"),
            mask: beside("mask"),
            control: beside("control"),
            conditioning_scale: number("conditioning_scale", 1.0),
            references: (0..).map_while(|i| beside(&format!("reference{i}"))).collect(),
        };
        let made = run(&args, &super::place().0, DType::F32).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
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
fn flux2_text_to_image_agrees_with_diffusers() {
    check("flux2-text", 3);
}

#[test]
fn flux2_with_references_agrees_with_diffusers() {
    check("flux2-edit", 3);
}

#[test]
fn flux2_inpaint_agrees_with_diffusers() {
    check("flux2-inpaint", 4);
}

#[test]
fn sdxl_with_controlnet_agrees_with_diffusers() {
    check("sdxl", 2);
}

/// Sides are cut to whole tokens, picture and mask are resized, as in the reference.
#[test]
fn inpaint_takes_any_size() {
    let path = folder().join("pipeline--flux-dev-inpaint-6.json");
    let case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let model = tempfile::tempdir().unwrap();
    write_model(model.path(), &case);
    let args = PipelineArgs {
        kind: "flux-inpaint".into(),
        model: model.path().into(),
        request: FluxRequest {
            prompt: "a".into(),
            negative_prompt: None,
            true_cfg_scale: 1.0,
            picture: PictureSettings { width: 101, height: 70, steps: 2, guidance: 3.5, seed: 1 },
        },
        strength: 0.8,
        image: Some(path.with_extension("image.png")),
        mask: Some(path.with_extension("mask.png")),
        control: None,
        conditioning_scale: 1.0,
        references: Vec::new(),
    };
    let made = run(&args, &super::place().0, DType::F32).unwrap();
    assert!(made.width() <= 101 && made.width() > 80 && made.height() <= 70 && made.height() > 50, "{:?}", made.dimensions());
}
