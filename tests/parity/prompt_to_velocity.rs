//! From a prompt to FLUX's velocity: tokenizers, CLIP, T5, the FLUX transformer, and the file layouts that these come in.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::quantized::GgmlDType;
use candle_core::{DType, Device, Tensor};
use nanococoa::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use nanococoa::backend::diffusion::diagnostics::networks::KINDS;
use nanococoa::backend::diffusion::tokenize::PromptTokenizer;
use nanococoa::nn::clip::{ClipConfig, ClipText};
use nanococoa::nn::flux::{FluxConfig, FluxTransformer};
use nanococoa::nn::t5::{T5Config, T5Encoder};
use nanococoa::weights::{MemoryStore, Recorder, Synthetic, TensorStore, Vars, Weight, open};

use super::{check, check_weights_in, checkpoint, folder, place, relative_error};

type Shapes = BTreeMap<String, Vec<usize>>;

#[test]
fn flux_transformer_agrees_with_diffusers() {
    check("flux-transformer", 6);
}

/// The blocks' products in e4m3: on the CPU and in float32 only rounded, on a GPU that multiplies them also summed in 8 bits.
#[test]
fn flux_transformer_in_8_bits_stays_near_its_reference() {
    let (device, dtype, _) = place();
    check_weights_in("flux-transformer", 6, &device, dtype, Some(5e-2), |weights| weights.with_float8(true));
}

#[test]
fn t5_encoder_agrees_with_transformers() {
    check("t5-encoder", 5);
}

#[test]
fn clip_text_agrees_with_transformers() {
    check("clip-text", 5);
}

// Names and shapes of the real files.

fn recorder(name: &str) -> (Arc<Recorder>, Shapes) {
    let known = checkpoint(name);
    (Arc::new(Recorder::with_known(known.clone())), known)
}

fn assert_same(asked: &Shapes, known: &Shapes) {
    let missing: Vec<_> = known.iter().filter(|e| !asked.contains_key(e.0)).take(3).collect();
    let extra: Vec<_> = asked.iter().filter(|e| !known.contains_key(e.0)).take(3).collect();
    assert!(missing.is_empty() && extra.is_empty(), "not asked for: {missing:?}; not in the file: {extra:?}");
    assert_eq!(asked, known);
}

#[test]
fn flux_takes_exactly_the_public_tensors() {
    for (name, guidance_embeds) in [("flux-dev-transformer", true), ("flux-schnell-transformer", false)] {
        let (recorder, known) = recorder(name);
        let config = FluxConfig { guidance_embeds, ..FluxConfig::default() };
        FluxTransformer::load(&Vars::recording(&recorder, DType::BF16), &config).unwrap();
        assert_same(&recorder.asked(), &known);
        let found = FluxConfig::of_store(Arc::new(recorder)).unwrap();
        assert_eq!(found, FluxConfig { out_channels: Some(64), ..config });
    }
}

/// The authors' files: 780 tensors for dev, 776 for schnell.
fn authors_layout(guidance: bool, prefix: &str) -> Shapes {
    let mut shapes = Shapes::new();
    let mut linear = |name: String, rows: usize, columns: usize| {
        shapes.insert(format!("{prefix}{name}.weight"), vec![rows, columns]);
        shapes.insert(format!("{prefix}{name}.bias"), vec![rows]);
    };
    let inner = 3072;
    linear("img_in".into(), inner, 64);
    linear("txt_in".into(), inner, 4096);
    for (name, size) in [("time_in", 256), ("vector_in", 768), ("guidance_in", 256)] {
        if name != "guidance_in" || guidance {
            linear(format!("{name}.in_layer"), inner, size);
            linear(format!("{name}.out_layer"), inner, inner);
        }
    }
    for block in (0..19).flat_map(|i| [format!("double_blocks.{i}.img"), format!("double_blocks.{i}.txt")]) {
        linear(format!("{block}_mod.lin"), 6 * inner, inner);
        linear(format!("{block}_attn.qkv"), 3 * inner, inner);
        linear(format!("{block}_attn.proj"), inner, inner);
        linear(format!("{block}_mlp.0"), 4 * inner, inner);
        linear(format!("{block}_mlp.2"), inner, 4 * inner);
    }
    for i in 0..38 {
        linear(format!("single_blocks.{i}.modulation.lin"), 3 * inner, inner);
        linear(format!("single_blocks.{i}.linear1"), 7 * inner, inner);
        linear(format!("single_blocks.{i}.linear2"), inner, 5 * inner);
    }
    linear("final_layer.adaLN_modulation.1".into(), 2 * inner, inner);
    linear("final_layer.linear".into(), 64, inner);
    let double = (0..19).flat_map(|i| ["img_attn", "txt_attn"].map(|s| format!("double_blocks.{i}.{s}.norm")));
    for block in double.chain((0..38).map(|i| format!("single_blocks.{i}.norm"))) {
        shapes.insert(format!("{prefix}{block}.query_norm.scale"), vec![128]);
        shapes.insert(format!("{prefix}{block}.key_norm.scale"), vec![128]);
    }
    shapes
}

#[test]
fn flux_takes_exactly_the_tensors_of_its_authors_layout() {
    for (guidance_embeds, prefix, count) in [(true, "", 780), (false, "", 776), (true, "model.diffusion_model.", 780)] {
        let known = authors_layout(guidance_embeds, prefix);
        assert_eq!(known.len(), count);
        let recorder = Arc::new(Recorder::with_known(known.clone()));
        let store: Arc<dyn TensorStore> = Arc::new(Arc::clone(&recorder));
        let config = FluxConfig { guidance_embeds, ..FluxConfig::default() };
        assert_eq!(FluxConfig::of_store(Arc::clone(&store)).unwrap(), FluxConfig { out_channels: Some(64), ..config.clone() });
        FluxTransformer::load(&Vars::new(store, DType::BF16, &Device::Cpu), &config).unwrap();
        assert_same(&recorder.asked(), &known);
    }
}

#[test]
fn t5_takes_exactly_the_public_tensors() {
    let (recorder, known) = recorder("t5-xxl-encoder");
    let config = T5Config {
        d_model: 4096,
        d_ff: 10240,
        num_layers: 24,
        num_heads: 64,
        feed_forward_proj: "gated-gelu".into(),
        ..T5Config::default()
    };
    T5Encoder::load(&Vars::recording(&recorder, DType::BF16), &config).unwrap();
    assert_same(&recorder.asked(), &known);
    assert_eq!(T5Config::of_store(Arc::new(recorder)).unwrap(), config);
}

#[test]
fn clip_takes_exactly_the_public_tensors() {
    let l = ClipConfig::clip_l();
    let bigg = ClipConfig {
        hidden_size: 1280,
        intermediate_size: 5120,
        num_attention_heads: 20,
        num_hidden_layers: 32,
        projection_dim: Some(1280),
        hidden_act: "gelu".into(),
        ..l.clone()
    };
    for (name, config) in [("clip-l-text", l), ("clip-bigg-text", bigg)] {
        let (recorder, known) = recorder(name);
        ClipText::load(&Vars::recording(&recorder, DType::F16), &config).unwrap();
        assert_same(&recorder.asked(), &known);
    }
}

// GGUF.

#[test]
fn gguf_types_unpack_as_gguf_py_unpacks_them() {
    let store = open(&folder().join("gguf--types.gguf")).unwrap();
    let reference = candle_core::safetensors::load(folder().join("gguf--types.safetensors"), &Device::Cpu).unwrap();
    assert_eq!(store.names().len(), reference.len());
    for (name, reference) in &reference {
        let dense = store.tensor(name, DType::F32, &Device::Cpu).unwrap();
        let error = relative_error(&dense, reference);
        println!("{name}: {error:.1e}");
        assert!(error < 1e-6, "{name} differs by {error:.1e}");
        let rows = store.tensor_rows(name, 1..3, DType::F32, &Device::Cpu).unwrap();
        assert!(relative_error(&rows, &reference.narrow(0, 1, 2).unwrap()) < 1e-6, "{name}: rows");
        match store.weight_rows(name, 1..3, DType::F32, &Device::Cpu).unwrap() {
            Weight::Quantized(packed) => assert!(!matches!(packed.dtype(), GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16)),
            Weight::Dense(_) => assert!(name.contains("F16") || name == "F32", "{name} was unpacked"),
        }
        assert!(store.tensor_rows(name, 2..9, DType::F32, &Device::Cpu).is_err());
    }
}

#[derive(serde::Deserialize)]
struct GgufCase {
    kind: String,
    config: serde_json::Value,
}

fn run(kind: &str, config: serde_json::Value, store: Arc<dyn TensorStore>, inputs: &Tensors) -> Result<Tensors, ComponentError> {
    let run = KINDS.iter().find(|k| k.0 == kind).unwrap().1;
    let weights = Some(Vars::new(store, DType::F32, &Device::Cpu));
    run(&Component { config, place: "config.json".into(), weights, inputs, device: Device::Cpu, dtype: DType::F32 })
}

fn picked(tensors: &HashMap<String, Tensor>, prefix: &str) -> Tensors {
    tensors.iter().filter_map(|(n, t)| n.strip_prefix(prefix).map(|n| (n.to_owned(), t.clone()))).collect()
}

#[test]
fn gguf_networks_agree_with_pytorch() {
    let mut kinds = Vec::new();
    for case in ["flux-q8", "flux-q4k", "t5-q8"] {
        let stem = folder().join(format!("gguf--{case}"));
        let parsed: GgufCase = serde_json::from_slice(&std::fs::read(stem.with_extension("json")).unwrap()).unwrap();
        let all = candle_core::safetensors::load(stem.with_extension("safetensors"), &Device::Cpu).unwrap();
        let out = run(&parsed.kind, parsed.config, open(&stem.with_extension("gguf")).unwrap(), &picked(&all, "in.")).unwrap();
        for (name, reference) in picked(&all, "out.") {
            let error = relative_error(&out[&name], &reference);
            println!("gguf {case}: {name} differs by {error:.2e}");
            assert!(error <= 1e-4, "{case}: {name} differs by {error:.2e}");
        }
        kinds.push(parsed.kind);
    }
    assert_eq!(kinds.len(), 3);
}

#[test]
fn damaged_gguf_files_are_refused_in_one_line() {
    let good = std::fs::read(folder().join("gguf--types.gguf")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.gguf");
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let message = open(&path).err().expect("a damaged file was taken").to_string();
        assert!(message.contains("damaged.gguf") && message.lines().count() == 1, "{message}");
        message
    };
    for length in [0, 3, 8, 40, 200, good.len() - 40] {
        refused(&good[..length]);
    }
    // A value that says tensors are aligned to 0 bytes, put before the others.
    let mut aligned = good[..16].to_vec();
    aligned.extend(1u64.to_le_bytes());
    aligned.extend(17u64.to_le_bytes());
    aligned.extend(b"general.alignment");
    aligned.extend(4u32.to_le_bytes());
    aligned.extend(0u32.to_le_bytes());
    aligned.extend(&good[24..]);
    assert!(refused(&aligned).contains("alignment"));
    // Any damaged byte of the header: an error or other values, never a panic.
    for at in 0..400 {
        let mut bytes = good.clone();
        bytes[at] ^= 0xff;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(store) = open(&path) {
            for name in store.names() {
                let _ = store.tensor(&name, DType::F32, &Device::Cpu);
            }
        }
    }
}

// Layouts and bad files on tiny networks.

fn tiny_flux() -> (serde_json::Value, Tensors, HashMap<String, Tensor>, Tensor) {
    #[derive(serde::Deserialize)]
    struct Case {
        config: serde_json::Value,
        shapes: Shapes,
        seed: u64,
    }
    let stem = folder().join("flux-transformer--dev");
    let case: Case = serde_json::from_slice(&std::fs::read(stem.with_extension("json")).unwrap()).unwrap();
    let all = candle_core::safetensors::load(stem.with_extension("safetensors"), &Device::Cpu).unwrap();
    let store = Synthetic::new(case.shapes, case.seed);
    let weights = store.names().into_iter().map(|n| (n.clone(), store.tensor(&n, DType::F32, &Device::Cpu).unwrap())).collect();
    (case.config, picked(&all, "in."), weights, all["out.sample"].clone())
}

/// diffusers' names to the authors', as their converters do it the other way round.
fn to_authors(weights: &HashMap<String, Tensor>, prefix: &str) -> HashMap<String, Tensor> {
    let mut out = HashMap::new();
    let mut put = |name: String, tensors: &[&Tensor]| out.insert(format!("{prefix}{name}"), Tensor::cat(tensors, 0).unwrap());
    let simple = [
        ("x_embedder", "img_in"),
        ("context_embedder", "txt_in"),
        ("time_text_embed.timestep_embedder.linear_1", "time_in.in_layer"),
        ("time_text_embed.timestep_embedder.linear_2", "time_in.out_layer"),
        ("time_text_embed.text_embedder.linear_1", "vector_in.in_layer"),
        ("time_text_embed.text_embedder.linear_2", "vector_in.out_layer"),
        ("time_text_embed.guidance_embedder.linear_1", "guidance_in.in_layer"),
        ("time_text_embed.guidance_embedder.linear_2", "guidance_in.out_layer"),
        ("proj_out", "final_layer.linear"),
    ];
    let double = [
        ("norm1.linear", "img_mod.lin"),
        ("norm1_context.linear", "txt_mod.lin"),
        ("attn.to_out.0", "img_attn.proj"),
        ("attn.to_add_out", "txt_attn.proj"),
        ("ff.net.0.proj", "img_mlp.0"),
        ("ff.net.2", "img_mlp.2"),
        ("ff_context.net.0.proj", "txt_mlp.0"),
        ("ff_context.net.2", "txt_mlp.2"),
    ];
    for leaf in ["weight", "bias"] {
        let at = |name: &str| &weights[&format!("{name}.{leaf}")];
        for (old, new) in simple {
            put(format!("{new}.{leaf}"), &[at(old)]);
        }
        let last = at("norm_out.linear");
        let half = last.dim(0).unwrap() / 2;
        let (scale, shift) = (last.narrow(0, 0, half).unwrap(), last.narrow(0, half, half).unwrap());
        put(format!("final_layer.adaLN_modulation.1.{leaf}"), &[&shift, &scale]);
        for i in 0..2 {
            let block = format!("transformer_blocks.{i}");
            for (old, new) in double {
                put(format!("double_blocks.{i}.{new}.{leaf}"), &[at(&format!("{block}.{old}"))]);
            }
            let [q, k, v] = ["to_q", "to_k", "to_v"].map(|n| at(&format!("{block}.attn.{n}")));
            put(format!("double_blocks.{i}.img_attn.qkv.{leaf}"), &[q, k, v]);
            let [q, k, v] = ["add_q_proj", "add_k_proj", "add_v_proj"].map(|n| at(&format!("{block}.attn.{n}")));
            put(format!("double_blocks.{i}.txt_attn.qkv.{leaf}"), &[q, k, v]);
            let block = format!("single_transformer_blocks.{i}");
            put(format!("single_blocks.{i}.modulation.lin.{leaf}"), &[at(&format!("{block}.norm.linear"))]);
            put(format!("single_blocks.{i}.linear2.{leaf}"), &[at(&format!("{block}.proj_out"))]);
            let [q, k, v, m] = ["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"].map(|n| at(&format!("{block}.{n}")));
            put(format!("single_blocks.{i}.linear1.{leaf}"), &[q, k, v, m]);
        }
    }
    for i in 0..2 {
        for (old, new) in [("norm_q", "img_attn.norm.query_norm"), ("norm_k", "img_attn.norm.key_norm")] {
            put(format!("double_blocks.{i}.{new}.scale"), &[&weights[&format!("transformer_blocks.{i}.attn.{old}.weight")]]);
        }
        for (old, new) in [("norm_added_q", "txt_attn.norm.query_norm"), ("norm_added_k", "txt_attn.norm.key_norm")] {
            put(format!("double_blocks.{i}.{new}.scale"), &[&weights[&format!("transformer_blocks.{i}.attn.{old}.weight")]]);
        }
        for (old, new) in [("norm_q", "norm.query_norm"), ("norm_k", "norm.key_norm")] {
            put(format!("single_blocks.{i}.{new}.scale"), &[&weights[&format!("single_transformer_blocks.{i}.attn.{old}.weight")]]);
        }
    }
    out
}

#[test]
fn flux_in_its_authors_layout_agrees_with_diffusers() {
    let (config, inputs, weights, reference) = tiny_flux();
    let dir = tempfile::tempdir().unwrap();
    for prefix in ["", "model.diffusion_model."] {
        let mut authors = to_authors(&weights, prefix);
        if !prefix.is_empty() {
            // An all-in-one file has other components beside the network.
            authors.insert("vae.decoder.conv_in.weight".into(), Tensor::zeros((2, 2), DType::F32, &Device::Cpu).unwrap());
        }
        let path = dir.path().join("flux.safetensors");
        candle_core::safetensors::save(&authors, &path).unwrap();
        let from_file = run("flux-transformer", config.clone(), open(&path).unwrap(), &inputs).unwrap();
        let from_memory = run("flux-transformer", config.clone(), Arc::new(MemoryStore::new(authors)), &inputs).unwrap();
        for out in [from_file, from_memory] {
            let error = relative_error(&out["sample"], &reference);
            assert!(error <= 1e-4, "{prefix}: {error:.2e}");
        }
    }
}

#[test]
fn a_folder_of_shards_is_read_as_one_file() {
    let (config, inputs, weights, reference) = tiny_flux();
    let dir = tempfile::tempdir().unwrap();
    let shard = |name: &str| format!("diffusion_pytorch_model-0000{}-of-00002.safetensors", 1 + usize::from(name > "single"));
    let map: BTreeMap<&str, String> = weights.keys().map(|n| (n.as_str(), shard(n))).collect();
    let index = dir.path().join("diffusion_pytorch_model.safetensors.index.json");
    std::fs::write(&index, serde_json::json!({"metadata": {}, "weight_map": map}).to_string()).unwrap();
    for file in [shard("a"), shard("z")] {
        let part: HashMap<String, Tensor> = weights.iter().filter(|(n, _)| shard(n) == file).map(|(n, t)| (n.clone(), t.clone())).collect();
        candle_core::safetensors::save(&part, dir.path().join(file)).unwrap();
    }
    for path in [dir.path(), &index] {
        let out = run("flux-transformer", config.clone(), open(path).unwrap(), &inputs).unwrap();
        assert!(relative_error(&out["sample"], &reference) <= 1e-4);
    }
    std::fs::remove_file(dir.path().join(shard("z"))).unwrap();
    assert!(open(dir.path()).err().unwrap().to_string().contains("00002-of-00002"));
}

#[test]
fn half_precision_stays_near() {
    let (config, inputs, weights, reference) = tiny_flux();
    let run = KINDS.iter().find(|k| k.0 == "flux-transformer").unwrap().1;
    for (dtype, allowed) in [(DType::BF16, 2e-2), (DType::F16, 3e-3)] {
        let weights = Some(Vars::new(Arc::new(MemoryStore::new(weights.clone())), dtype, &Device::Cpu));
        let component =
            Component { config: config.clone(), place: "config.json".into(), weights, inputs: &inputs, device: Device::Cpu, dtype };
        let error = relative_error(&run(&component).unwrap()["sample"], &reference);
        println!("{dtype:?}: {error:.1e}");
        assert!(error < allowed, "{dtype:?}: {error:.1e}");
    }
}

#[test]
fn what_does_not_fit_is_said_in_one_line() {
    let (config, inputs, weights, _) = tiny_flux();
    type Change<'a> = &'a dyn Fn(&mut serde_json::Value, &mut Tensors, &mut HashMap<String, Tensor>);
    let said = |change: Change<'_>, expected: &[&str]| {
        let (mut config, mut inputs, mut weights) = (config.clone(), inputs.clone(), weights.clone());
        change(&mut config, &mut inputs, &mut weights);
        let error = run("flux-transformer", config, Arc::new(MemoryStore::new(weights)), &inputs).expect_err("it was taken").to_string();
        assert!(expected.iter().all(|e| error.contains(e)) && error.lines().count() == 1, "{error}");
    };
    said(&|_, _, w| drop(w.remove("x_embedder.bias")), &["x_embedder.bias", "missing"]);
    let zero = || Tensor::zeros(3, DType::F32, &Device::Cpu).unwrap();
    said(&|_, _, w| drop(w.insert("x_embedder.lora".into(), zero())), &["x_embedder.lora", "no part"]);
    said(&|_, _, w| drop(w.insert("proj_out.bias".into(), zero())), &["proj_out.bias", "[3]", "[16]"]);
    said(&|c, _, _| c["_class_name"] = "SD3Transformer2DModel".into(), &["SD3Transformer2DModel"]);
    said(&|c, _, _| c["axes_dims_rope"] = serde_json::json!([4, 4, 4]), &["axes_dims_rope"]);
    said(&|c, _, _| c["num_layers"] = "two".into(), &["config.json"]);
    said(&|_, i, _| drop(i.remove("guidance")), &["guidance"]);
    said(&|_, i, _| drop(i.remove("timestep")), &["timestep"]);
    said(&|_, i, _| drop(i.remove("img_ids")), &["img_ids", "24"]);
}

// Tokenizers.

#[derive(serde::Deserialize)]
struct TokenCases {
    prompts: Vec<String>,
    ids: BTreeMap<String, Vec<Vec<u32>>>,
}

fn tokenizer_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/tokenizers")
}

/// A folder as the public ones are: vocab.json, merges.txt, and a config that says the padding. The vocabulary follows from the merges.
fn clip_folder(pad: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let merges = std::fs::read_to_string(tokenizer_files().join("clip_merges.txt")).unwrap();
    let plain = |b: &u32| (33..127).contains(b) || (161..173).contains(b) || (174..256).contains(b);
    let mut letters: Vec<char> = (0..256u32).filter(plain).map(|b| char::from_u32(b).unwrap()).collect();
    letters.extend((0..256 - letters.len() as u32).map(|i| char::from_u32(256 + i).unwrap()));
    let mut tokens: Vec<String> = letters.iter().map(char::to_string).collect();
    tokens.extend(letters.iter().map(|c| format!("{c}</w>")));
    tokens.extend(merges.lines().skip(1).filter(|l| !l.is_empty()).map(|l| l.replace(' ', "")));
    tokens.extend(["<|startoftext|>".to_owned(), "<|endoftext|>".to_owned()]);
    let vocab: HashMap<&str, usize> = tokens.iter().enumerate().map(|(i, t)| (t.as_str(), i)).collect();
    std::fs::write(dir.path().join("vocab.json"), serde_json::to_vec(&vocab).unwrap()).unwrap();
    std::fs::write(dir.path().join("merges.txt"), merges).unwrap();
    let config = serde_json::json!({"pad_token": {"content": pad}, "model_max_length": 77});
    std::fs::write(dir.path().join("special_tokens_map.json"), config.to_string()).unwrap();
    dir
}

fn t5_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(tokenizer_files().join("t5_tokenizer.json"), dir.path().join("tokenizer.json")).unwrap();
    dir
}

#[test]
fn token_numbers_are_those_of_transformers() {
    let cases: TokenCases = serde_json::from_slice(&std::fs::read(folder().join("tokens.json")).unwrap()).unwrap();
    assert!(cases.prompts.len() >= 12);
    let (l, bigg, t5) = (clip_folder("<|endoftext|>"), clip_folder("!"), t5_folder());
    let tokenizers = [
        ("clip-l", PromptTokenizer::clip(l.path()).unwrap(), 77),
        ("clip-bigg", PromptTokenizer::clip(bigg.path()).unwrap(), 77),
        ("t5", PromptTokenizer::t5(t5.path()).unwrap(), 96),
    ];
    for (name, tokenizer, length) in &tokenizers {
        for (prompt, reference) in cases.prompts.iter().zip(&cases.ids[*name]) {
            let tokens = tokenizer.encode(prompt, *length).unwrap();
            assert_eq!(&tokens.ids, reference, "{name}: {prompt:?}");
        }
    }
    assert_eq!((tokenizers[0].1.length(), tokenizers[2].1.length()), (77, 512));
}

#[test]
fn what_is_cut_off_a_prompt_is_said() {
    let (clip, t5) = (clip_folder("!"), t5_folder());
    let clip = PromptTokenizer::clip(clip.path()).unwrap();
    let t5 = PromptTokenizer::t5(t5.path()).unwrap();
    let long = format!("{}and the last words", "golden hour, ".repeat(26));
    let cut = clip.encode(&long, 77).unwrap().truncation.unwrap();
    assert!(cut.text.ends_with("and the last words") && cut.text.starts_with("golden hour"), "{cut}");
    assert!(cut.to_string().contains("84 tokens, 77 fit"), "{cut}");
    let korean = format!("{}마지막", "수제 빵, ".repeat(40));
    let cut = clip.encode(&korean, 77).unwrap().truncation.unwrap();
    assert!(cut.text.ends_with("마지막") && korean.ends_with(&cut.text), "{cut}");
    let tokens = t5.encode(&"word ".repeat(600), 512).unwrap();
    assert_eq!((tokens.ids.len(), tokens.used, tokens.ids[511]), (512, 512, 1));
    assert_eq!(tokens.truncation.unwrap().text, "word ".repeat(89).trim());
    let short = t5.encode("word", 16).unwrap();
    assert_eq!((short.used, short.truncation.is_none(), short.ids[15]), (2, true, 0));
    assert_eq!(short.tensor(&Device::Cpu).unwrap().dims(), [1, 16]);
}

#[test]
fn missing_tokenizer_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let message = |r: Result<PromptTokenizer, nanococoa::weights::WeightsError>| r.err().expect("it was taken").to_string();
    assert!(message(PromptTokenizer::clip(dir.path())).contains("vocab.json"));
    assert!(message(PromptTokenizer::t5(dir.path())).contains("tokenizer.json"));
    std::fs::write(dir.path().join("spiece.model"), "").unwrap();
    assert!(message(PromptTokenizer::t5(dir.path())).contains("spiece.model"));
    std::fs::write(dir.path().join("tokenizer.json"), "{").unwrap();
    assert!(message(PromptTokenizer::t5(dir.path())).contains("tokenizer.json"));
    for name in ["vocab.json", "merges.txt"] {
        std::fs::write(dir.path().join(name), "[1").unwrap();
    }
    assert!(message(PromptTokenizer::clip(dir.path())).contains("vocab.json"));
}
