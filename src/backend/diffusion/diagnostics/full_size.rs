//! `nanococoa debug full-size`: runs the networks of the public models at full size with generated weights, to see whether a machine can
//! run them and how much memory they take before anything is downloaded.

use std::sync::Arc;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use serde_json::{Value, json};

use super::component::{Component, ComponentError, Tensors};
use super::networks::KINDS;
use crate::schedule::TorchRng;
use crate::weights::{GeneratedWeights, Vars};

/// One network of the public models, with its inputs for a square picture.
pub struct FullSize {
    /// Its name on the command line.
    pub name: &'static str,
    kind: &'static str,
    config: fn() -> Value,
    inputs: fn(side: usize) -> Vec<(&'static str, Input)>,
}

enum Input {
    /// Normally distributed noise.
    Noise(Vec<usize>),
    /// This many token IDs below a bound.
    Tokens(usize, u32),
    /// These values in a shape.
    Values(Vec<f32>, Vec<usize>),
}

/// The outcome of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Number of parameters.
    pub parameters: u64,
    /// Seconds from an empty device to results on the host, including the generation of the weights.
    pub seconds: f64,
    /// Names and shapes of the outputs.
    pub outputs: Vec<(String, Vec<usize>)>,
    /// Every value of every output is finite.
    pub finite: bool,
}

fn clip(hidden: usize, heads: usize, layers: usize, act: &str) -> Value {
    json!({"hidden_size": hidden, "intermediate_size": 4 * hidden, "num_attention_heads": heads, "num_hidden_layers": layers,
        "projection_dim": hidden, "hidden_act": act, "eos_token_id": 2})
}

fn vae(channels: usize, quant: bool, scaling: f64) -> Value {
    json!({"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2, "latent_channels": channels, "scaling_factor": scaling,
        "use_quant_conv": quant, "use_post_quant_conv": quant, "down_block_types": vec!["DownEncoderBlock2D"; 4],
        "up_block_types": vec!["UpDecoderBlock2D"; 4]})
}

fn sdxl() -> Value {
    json!({"addition_embed_type": "text_time", "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
        "block_out_channels": [320, 640, 1280], "cross_attention_dim": 2048,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "projection_class_embeddings_input_dim": 2816, "transformer_layers_per_block": [1, 2, 10], "use_linear_projection": true})
}

/// A batch of two for classifier-free guidance, as in the pipeline.
fn sdxl_inputs(side: usize) -> Vec<(&'static str, Input)> {
    let s = side as f32;
    vec![
        ("sample", Input::Noise(vec![2, 4, side / 8, side / 8])),
        ("timestep", Input::Values(vec![500.0], vec![1])),
        ("encoder_hidden_states", Input::Noise(vec![2, 77, 2048])),
        ("text_embeds", Input::Noise(vec![2, 1280])),
        ("time_ids", Input::Values([s, s, 0.0, 0.0, s, s].repeat(2), vec![2, 6])),
    ]
}

/// Every network of the public models, in the order of the pipeline.
pub const NETWORKS: &[FullSize] = &[
    FullSize {
        name: "birefnet",
        kind: "birefnet",
        config: || json!({}),
        inputs: |side| vec![("pixel_values", Input::Noise(vec![1, 3, side, side]))],
    },
    FullSize {
        name: "flux-clip-l",
        kind: "clip-text",
        config: || clip(768, 12, 12, "quick_gelu"),
        inputs: |_| vec![("input_ids", Input::Tokens(77, 49_408))],
    },
    FullSize {
        name: "flux-t5-xxl",
        kind: "t5-encoder",
        config: || {
            json!({"d_model": 4096, "d_kv": 64, "d_ff": 10_240, "num_layers": 24, "num_heads": 64, "feed_forward_proj": "gated-gelu",
                "vocab_size": 32_128})
        },
        inputs: |_| vec![("input_ids", Input::Tokens(512, 32_100))],
    },
    FullSize {
        name: "flux-transformer",
        kind: "flux-transformer",
        config: || json!({"guidance_embeds": true, "in_channels": 64}),
        inputs: |side| {
            vec![
                ("hidden_states", Input::Noise(vec![1, (side / 16).pow(2), 64])),
                ("encoder_hidden_states", Input::Noise(vec![1, 512, 4096])),
                ("pooled_projections", Input::Noise(vec![1, 768])),
                ("timestep", Input::Values(vec![0.5], vec![1])),
                ("guidance", Input::Values(vec![3.5], vec![1])),
            ]
        },
    },
    FullSize {
        name: "flux-vae",
        kind: "autoencoder-kl",
        config: || vae(16, false, 0.3611),
        inputs: |side| vec![("latents", Input::Noise(vec![1, 16, side / 8, side / 8])), ("pixels", Input::Noise(vec![1, 3, side, side]))],
    },
    FullSize {
        name: "flux2-qwen3",
        kind: "qwen3-text",
        config: || {
            json!({"hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8,
                "head_dim": 128, "rope_theta": 1e6})
        },
        inputs: |_| vec![("input_ids", Input::Tokens(512, 151_643))],
    },
    FullSize {
        name: "flux2-transformer",
        kind: "flux2-transformer",
        config: || json!({"num_layers": 5, "num_single_layers": 20, "num_attention_heads": 24, "joint_attention_dim": 7680, "guidance_embeds": false}),
        inputs: |side| {
            vec![
                ("hidden_states", Input::Noise(vec![1, (side / 16).pow(2), 128])),
                ("encoder_hidden_states", Input::Noise(vec![1, 512, 7680])),
                ("timestep", Input::Values(vec![0.5], vec![1])),
            ]
        },
    },
    FullSize {
        name: "flux2-vae",
        kind: "autoencoder-kl-flux2",
        config: || json!({}),
        inputs: |side| vec![("latents", Input::Noise(vec![1, 32, side / 8, side / 8])), ("pixels", Input::Noise(vec![1, 3, side, side]))],
    },
    FullSize {
        name: "sdxl-clip-bigg",
        kind: "clip-text",
        config: || clip(1280, 20, 32, "gelu"),
        inputs: |_| vec![("input_ids", Input::Tokens(77, 49_408))],
    },
    FullSize {
        name: "sdxl-controlnet",
        kind: "sdxl-controlnet",
        config: sdxl,
        inputs: |side| {
            let mut inputs = sdxl_inputs(side);
            inputs.push(("controlnet_cond", Input::Noise(vec![2, 3, side, side])));
            inputs
        },
    },
    FullSize { name: "sdxl-unet", kind: "sdxl-unet", config: sdxl, inputs: sdxl_inputs },
    FullSize {
        name: "sdxl-vae",
        kind: "autoencoder-kl",
        config: || vae(4, true, 0.13025),
        inputs: |side| vec![("latents", Input::Noise(vec![1, 4, side / 8, side / 8]))],
    },
];

impl Input {
    fn tensor(&self, rng: &mut TorchRng, device: &Device) -> candle_core::Result<Tensor> {
        match self {
            Self::Noise(shape) => Tensor::from_vec(rng.randn(shape.iter().product()), shape.as_slice(), device),
            Self::Values(values, shape) => Tensor::from_vec(values.clone(), shape.as_slice(), device),
            Self::Tokens(length, below) => {
                // The highest ID ends the prompt, as in CLIP.
                let ids = (0..*length as u32).map(|i| if i + 1 == *length as u32 { below - 1 } else { i * 7919 % (below - 1) });
                Tensor::from_vec(ids.map(i64::from).collect::<Vec<_>>(), (1, *length), device)
            }
        }
    }
}

impl FullSize {
    /// Builds the network, runs it once for a picture of `side` × `side` pixels (a multiple of 64), and frees it.
    ///
    /// # Errors
    /// Out of memory; the device cannot compute in this type.
    pub fn run(&self, side: usize, dtype: DType, device: &Device) -> Result<Outcome, ComponentError> {
        let run = KINDS.iter().find(|k| k.0 == self.kind).map(|k| k.1);
        let run = run.ok_or_else(|| ComponentError::Input(format!("unknown component {}", self.kind)))?;
        let start = Instant::now();
        let mut rng = TorchRng::new(7);
        let mut inputs = Tensors::new();
        for (name, input) in (self.inputs)(side) {
            inputs.insert(name.into(), input.tensor(&mut rng, device)?);
        }
        let weights = Arc::new(GeneratedWeights::new(1));
        let vars = Vars::created_by(Arc::clone(&weights) as _, dtype, device);
        let component = Component {
            config: (self.config)(),
            place: format!("the public config of {}", self.name),
            weights: Some(vars),
            inputs: &inputs,
            device: device.clone(),
            dtype,
        };
        let mut outputs = Vec::new();
        let mut finite = true;
        for (name, tensor) in run(&component)? {
            let values = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
            finite &= values.iter().all(|v| v.is_finite());
            outputs.push((name, tensor.dims().to_vec()));
        }
        outputs.sort();
        Ok(Outcome { parameters: weights.parameters(), seconds: start.elapsed().as_secs_f64(), outputs, finite })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_size_network_runs_on_a_small_picture() {
        let network = NETWORKS.iter().find(|n| n.name == "flux-vae").unwrap();
        let outcome = network.run(64, DType::F32, &Device::Cpu).unwrap();
        // The number of parameters in the public file.
        assert_eq!(outcome.parameters, 83_819_683);
        assert!(outcome.finite);
        let shapes: Vec<_> = outcome.outputs.iter().map(|(name, shape)| (name.as_str(), shape.as_slice())).collect();
        assert_eq!(shapes, [("logvar", &[1, 16, 8, 8][..]), ("mean", &[1, 16, 8, 8]), ("pixels", &[1, 3, 64, 64])]);
    }
}
