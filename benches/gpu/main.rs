//! `cargo bench --features cuda --bench gpu`: the networks of the public models at full size on an NVIDIA GPU, with random weights. Each
//! figure is the median of ten calls, beside the time that the arithmetic alone takes at the measured speed of a large matrix product, and beside
//! PyTorch and diffusers, eager and compiled, in the same run, where Python has both (`peers.py`).
//!
//! `-- NAME…` runs the networks whose names contain one of these words; `-- 'flux bf16'` and `-- 'flux 8-bit'` run FLUX in one type. `--no-peers`
//! leaves PyTorch out; `--peers=FILE` takes what `peers.py` printed before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use candle_core::{DType, Device, Result, Shape, Tensor};
use nanococoa::backend::diffusion::device::DeviceChoice;
use nanococoa::nn::birefnet::BiRefNet;
use nanococoa::nn::flux::rope::{image_ids, text_ids};
use nanococoa::nn::flux::{FluxConfig, FluxPrompt, FluxTransformer};
use nanococoa::nn::flux2::{Flux2Config, Flux2Prompt, Flux2Transformer, ids};
use nanococoa::nn::qwen3::{Qwen3Config, Qwen3Encoder};
use nanococoa::nn::t5::{T5Config, T5Encoder};
use nanococoa::nn::unet::{Conditioning, Control, ControlNet, Unet, UnetConfig};
use nanococoa::nn::vae::{AutoencoderKl, VaeConfig};
use nanococoa::weights::{TensorFactory, Vars, WeightsError};
use serde_json::{Value, json};

/// Weights that keep activations of order one, made on the device.
struct Random;

impl TensorFactory for Random {
    fn create(&self, name: &str, shape: &Shape, dtype: DType, device: &Device) -> std::result::Result<Tensor, WeightsError> {
        let dims = shape.dims();
        if dims.len() <= 1 || name.ends_with("running_var") {
            let one = name.ends_with("weight") || name.ends_with("running_var");
            return Ok(if one { Tensor::ones(shape, dtype, device)? } else { Tensor::zeros(shape, dtype, device)? });
        }
        let fan_in: usize = dims[1..].iter().product();
        Ok(Tensor::randn(0f32, (fan_in as f32).powf(-0.5), shape, device)?.to_dtype(dtype)?)
    }
}

struct Bench {
    device: Device,
    /// Operations a second of a large product in bfloat16.
    speed: f64,
    words: Vec<String>,
    /// Milliseconds of PyTorch, eager and compiled, by the names of `peers.py`.
    peers: HashMap<String, [Option<f64>; 2]>,
}

/// What `peers.py` printed.
fn read_peers(lines: &str) -> HashMap<String, [Option<f64>; 2]> {
    let fields = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    let known = lines.lines().map(fields).filter(|fields| fields.len() == 3);
    known.map(|fields| (fields[0].clone(), [fields[1].parse().ok(), fields[2].parse().ok()])).collect()
}

/// Runs `peers.py` for the parts that are wanted.
fn time_peers(parts: &[&str]) -> HashMap<String, [Option<f64>; 2]> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/gpu/peers.py");
    match Command::new("python3").arg(script).args(parts).output() {
        Ok(done) if done.status.success() => read_peers(&String::from_utf8_lossy(&done.stdout)),
        _ => {
            println!("python3 has no PyTorch with diffusers: no peers");
            HashMap::new()
        }
    }
}

fn noise(shape: &[usize], dtype: DType, device: &Device) -> Tensor {
    Tensor::randn(0f32, 1f32, shape, device).unwrap().to_dtype(dtype).unwrap()
}

fn config<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Medians of `calls` in ms: the time of a call with all its work on the GPU, and the host's time until the call returns. A GPU that waits
/// for its host shows as two equal figures.
fn median_ms(device: &Device, calls: usize, mut call: impl FnMut() -> Result<()>) -> (f64, f64) {
    for _ in 0..3 {
        call().unwrap();
    }
    device.synchronize().unwrap();
    let (mut whole, mut host): (Vec<f64>, Vec<f64>) = (0..calls)
        .map(|_| {
            let start = Instant::now();
            call().unwrap();
            let returned = start.elapsed().as_secs_f64() * 1e3;
            device.synchronize().unwrap();
            (start.elapsed().as_secs_f64() * 1e3, returned)
        })
        .unzip();
    whole.sort_by(f64::total_cmp);
    host.sort_by(f64::total_cmp);
    (whole[calls / 2], host[calls / 2])
}

impl Bench {
    fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()) || word.starts_with(name))
    }

    fn vars(&self, dtype: DType) -> Vars {
        Vars::created_by(Arc::new(Random), dtype, &self.device)
    }

    /// `tera`: the arithmetic of a call, in 10¹² operations. `peer`: its name in `peers.py`. `calls`: how many of it `call` does.
    fn report(&self, name: &str, tera: f64, (peer, calls): (&str, usize), call: impl FnMut() -> Result<()>) {
        let (ms, host) = median_ms(&self.device, 10, call);
        let (ms, host) = (ms / calls as f64, host / calls as f64);
        let floor = tera * 1e15 / self.speed;
        let peers = self.peers.get(peer).copied().unwrap_or_default();
        let [eager, compiled] = peers.map(|ms| ms.map_or("–".into(), |ms| format!("{ms:.1}")));
        let ratio = peers[1].or(peers[0]).map_or("–".into(), |of_peer| format!("{:.3}", ms / of_peer));
        println!(
            "{name:<48} {ms:8.2} ms  floor {floor:7.2}  ×{:5.2}  host {host:7.2}  eager {eager:>7}  compiled {compiled:>7}  ratio {ratio}",
            ms / floor
        );
    }
}

fn sdxl() -> Value {
    json!({"addition_embed_type": "text_time", "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
        "block_out_channels": [320, 640, 1280], "cross_attention_dim": 2048,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "projection_class_embeddings_input_dim": 2816, "transformer_layers_per_block": [1, 2, 10], "use_linear_projection": true})
}

fn flux(bench: &Bench) -> Result<()> {
    let (device, dtype) = (&bench.device, DType::BF16);
    let config: FluxConfig = config(json!({"guidance_embeds": true, "in_channels": 64}));
    let prompt = FluxPrompt {
        encoder_hidden_states: &noise(&[1, 512, 4096], dtype, device),
        pooled_projections: &noise(&[1, 768], dtype, device),
        guidance: Some(&Tensor::new(&[3.5f32], device)?),
        txt_ids: &text_ids(512, device)?,
        img_ids: &image_ids(64, 64, device)?,
    };
    let latents = noise(&[1, 4096, 64], DType::F32, device);
    let times = Tensor::new(&[[1f32], [0.75], [0.5], [0.25]], device)?;
    for (float8, name) in [(false, "bf16"), (true, "8-bit products")].into_iter().filter(|(_, name)| bench.wants(&format!("flux {name}"))) {
        let network = FluxTransformer::load(&bench.vars(dtype).with_float8(float8), &config).unwrap();
        // What is computed once for four steps is part of them.
        bench.report(&format!("FLUX transformer step, 4096 + 512, {name}"), 74.2, ("flux", 4), || {
            let mut prepared = network.prepare(&prompt, &times)?;
            (0..4).try_for_each(|step| network.forward(&latents, step, &mut prepared).map(drop))
        });
    }
    Ok(())
}

fn sdxl_step(bench: &Bench) -> Result<()> {
    let (device, dtype) = (&bench.device, DType::F16);
    let config: UnetConfig = config(sdxl());
    let (unet, control) = (Unet::load(&bench.vars(dtype), &config).unwrap(), ControlNet::load(&bench.vars(dtype), &config).unwrap());
    let (states, pooled) = (noise(&[2, 77, 2048], dtype, device), noise(&[2, 1280], dtype, device));
    let ids = Tensor::new(&[[1024f32, 1024.0, 0.0, 0.0, 1024.0, 1024.0]; 2], device)?;
    let conditioning = Conditioning { encoder_hidden_states: &states, text_embeds: Some(&pooled), time_ids: Some(&ids) };
    let picture = noise(&[1, 3, 1024, 1024], dtype, device);
    let (prompt, prepared) = (unet.prepare(&conditioning)?, control.prepare(&conditioning, &picture)?);
    let sample = noise(&[2, 4, 128, 128], dtype, device);
    let time = Tensor::new(&[500f32], device)?;
    bench.report("SDXL U-Net + ControlNet step, CFG, f16", 19.8, ("sdxl", 1), || {
        let states = control.states(&sample, &time, &prepared)?;
        unet.forward(&sample, &time, &prompt, Some(Control::States { network: &control, states: &states, scale: 1.0 })).map(drop)
    });
    bench.report("SDXL U-Net step alone, CFG, f16", 13.4, ("", 1), || unet.forward(&sample, &time, &prompt, None).map(drop));
    Ok(())
}

fn autoencoder(bench: &Bench) -> Result<()> {
    let (device, dtype) = (&bench.device, DType::BF16);
    let network = AutoencoderKl::load(&bench.vars(dtype), &VaeConfig::flux()).unwrap();
    let (latents, pixels) = (noise(&[1, 16, 128, 128], dtype, device), noise(&[1, 3, 1024, 1024], dtype, device));
    bench.report("FLUX autoencoder, decode, bf16", 10.3, ("vae-decode", 1), || network.decode(&latents).map(drop));
    bench.report("FLUX autoencoder, encode, bf16", 4.7, ("vae-encode", 1), || network.encode(&pixels).map(drop));
    Ok(())
}

fn t5(bench: &Bench) -> Result<()> {
    let config: T5Config = config(json!({"d_model": 4096, "d_kv": 64, "d_ff": 10_240, "num_layers": 24, "num_heads": 64,
        "feed_forward_proj": "gated-gelu", "vocab_size": 32_128}));
    let network = T5Encoder::load(&bench.vars(DType::BF16), &config).unwrap();
    let ids = Tensor::from_vec((0..512u32).map(|i| i * 7919 % 32_100).collect::<Vec<_>>(), (1, 512), &bench.device)?;
    bench.report("T5-XXL, 512 tokens, bf16", 4.9, ("t5", 1), || network.forward(&ids, None).map(drop));
    Ok(())
}

fn birefnet(bench: &Bench) -> Result<()> {
    for dtype in [DType::F16, DType::BF16] {
        let network = BiRefNet::load(&bench.vars(dtype), &config(json!({}))).unwrap();
        let pixels = noise(&[1, 3, 1024, 1024], dtype, &bench.device);
        bench.report(&format!("BiRefNet, {}", dtype.as_str()), 2.4, ("", 1), || network.forward(&pixels).map(drop));
    }
    Ok(())
}

/// FLUX.2 klein 4B without a reference and with one of a megapixel.
fn klein(bench: &Bench) -> Result<()> {
    let (device, dtype) = (&bench.device, DType::BF16);
    let config: Flux2Config =
        config(json!({"num_layers": 5, "num_single_layers": 20, "num_attention_heads": 24, "joint_attention_dim": 7680,
        "guidance_embeds": false}));
    let states = noise(&[1, 512, 7680], dtype, device);
    let latents = noise(&[1, 4096, 128], DType::F32, device);
    let times = Tensor::new(&[[1f32], [0.75], [0.5], [0.25]], device)?;
    for (float8, name) in [(false, "bf16"), (true, "8-bit products")].into_iter().filter(|(_, name)| bench.wants(&format!("klein {name}")))
    {
        let network = Flux2Transformer::load(&bench.vars(dtype).with_float8(float8), &config).unwrap();
        for (references, tera) in [(0, 34.9), (1, 76.7)] {
            let reference = noise(&[1, 4096, 128], dtype, device);
            let prompt = Flux2Prompt {
                encoder_hidden_states: &states,
                references: (references > 0).then_some(&reference),
                guidance: None,
                txt_ids: &ids::text_ids(512, device)?,
                img_ids: &ids::image_ids(&vec![(64, 64); 1 + references], device)?,
            };
            let peer = format!("klein-{references}");
            bench.report(&format!("klein transformer step, {references} references, {name}"), tera, (peer.as_str(), 4), || {
                let mut prepared = network.prepare(&prompt, &times)?;
                (0..4).try_for_each(|step| network.forward(&latents, step, &mut prepared).map(drop))
            });
        }
    }
    Ok(())
}

/// FLUX.1's attention with heads in two orders in memory.
fn attention_orders(bench: &Bench) -> Result<()> {
    let (device, dtype) = (&bench.device, DType::BF16);
    let tera = 4.0 * 4608f64.powi(2) * 3072.0 / 1e12;
    let run = |q: &Tensor, k: &Tensor, v: &Tensor| nanococoa::nn::attention(q, k, v, None, 128f64.powf(-0.5)).map(drop);
    let by_head = noise(&[3, 1, 24, 4608, 128], dtype, device);
    let part = |i: usize| by_head.get(i);
    bench.report("attention, 24 heads, 4608 tokens, by head", tera, ("", 10), || {
        (0..10).try_for_each(|_| run(&part(0)?, &part(1)?, &part(2)?))
    });
    let by_token = noise(&[1, 4608, 3, 24, 128], dtype, device);
    let view = |i: usize| by_token.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
    bench.report("attention, 24 heads, 4608 tokens, by token", tera, ("", 10), || {
        (0..10).try_for_each(|_| run(&view(0)?, &view(1)?, &view(2)?))
    });
    bench.report("attention, the same, values by token", tera, ("", 10), || (0..10).try_for_each(|_| run(&part(0)?, &part(1)?, &view(2)?)));
    Ok(())
}

fn klein_autoencoder(bench: &Bench) -> Result<()> {
    let (device, dtype) = (&bench.device, DType::BF16);
    let network = AutoencoderKl::load(&bench.vars(dtype), &VaeConfig::flux2(&serde_json::Map::new()).unwrap()).unwrap();
    let (latents, pixels) = (noise(&[1, 32, 128, 128], dtype, device), noise(&[1, 3, 1024, 1024], dtype, device));
    bench.report("klein autoencoder, decode, bf16", 10.3, ("klein-vae-decode", 1), || network.decode(&latents).map(drop));
    bench.report("klein autoencoder, encode, bf16", 4.7, ("klein-vae-encode", 1), || network.encode(&pixels).map(drop));
    Ok(())
}

fn qwen3(bench: &Bench) -> Result<()> {
    let config: Qwen3Config =
        config(json!({"model_type": "qwen3", "vocab_size": 8000, "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36,
        "num_key_value_heads": 8, "rope_theta": 1_000_000, "tie_word_embeddings": true}));
    let network = Qwen3Encoder::load(&bench.vars(DType::BF16), &config).unwrap();
    let ids = Tensor::from_vec((0..512u32).map(|i| i * 7919 % 8000).collect::<Vec<_>>(), (1, 512), &bench.device)?;
    // Diffusers computes all 36 layers, of which 27 are used.
    bench.report("Qwen3-4B, 27 layers, 512 tokens, bf16", 2.8, ("qwen3", 1), || network.forward(&ids, None).map(drop));
    Ok(())
}

fn main() {
    let (options, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let (device, name) = match DeviceChoice::Auto.open() {
        Ok(opened) => opened,
        Err(notice) => return println!("skipped: {notice}"),
    };
    let (a, b) = (noise(&[8192, 8192], DType::BF16, &device), noise(&[8192, 8192], DType::BF16, &device));
    let (ms, _) = median_ms(&device, 10, || a.matmul(&b).map(drop));
    drop((a, b));
    let mut bench = Bench { device, speed: 2.0 * 8192f64.powi(3) / ms * 1e3, words, peers: HashMap::new() };
    println!("{name}: a product of 8192³ in bfloat16 runs at {:.0} TFLOP/s", bench.speed / 1e12);
    type Part = (&'static str, fn(&Bench) -> Result<()>);
    let parts: [(Part, &str); 9] = [
        (("attention", attention_orders), ""),
        (("flux", flux), "flux"),
        (("sdxl", sdxl_step), "sdxl"),
        (("autoencoder", autoencoder), "vae"),
        (("t5", t5), "t5"),
        (("birefnet", birefnet), ""),
        (("klein", klein), "klein"),
        (("klein-vae", klein_autoencoder), "klein-vae"),
        (("qwen3", qwen3), "qwen3"),
    ];
    let known = options.iter().find_map(|option| option.strip_prefix("--peers="));
    bench.peers = match known {
        Some(file) => read_peers(&std::fs::read_to_string(file).unwrap()),
        None if options.iter().any(|option| option == "--no-peers") => HashMap::new(),
        None => {
            let wanted = parts.iter().filter(|((name, _), peer)| bench.wants(name) && !peer.is_empty());
            time_peers(&wanted.map(|(_, peer)| *peer).collect::<Vec<_>>())
        }
    };
    for ((name, part), _) in parts {
        if bench.wants(name) {
            if let Err(error) = part(&bench) {
                println!("{name}: {error}");
            }
        }
    }
}
