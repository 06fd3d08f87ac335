//! FLUX.2 klein's parts: values, the tensors of the real files and of other layouts, and the tokenizer with its chat template.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{DType, Device, Tensor};
use nanococoa::backend::diffusion::chat::ChatTokenizer;
use nanococoa::backend::diffusion::denoise::PictureSettings;
use nanococoa::backend::diffusion::diagnostics::component::{Component, Tensors};
use nanococoa::backend::diffusion::diagnostics::networks::KINDS;
use nanococoa::backend::diffusion::diagnostics::pipeline::{PipelineArgs, run};
use nanococoa::backend::diffusion::flux::FluxRequest;
use nanococoa::nn::flux2::{Flux2Config, Flux2Transformer};
use nanococoa::nn::qwen3::{Qwen3Config, Qwen3Encoder};
use nanococoa::nn::vae::{AutoencoderKl, VaeConfig};
use nanococoa::weights::{MemoryStore, Recorder, Synthetic, TensorStore, Vars, open};
use serde_json::{Map, Value, json};

use super::models::{case, qwen3_tokenizer, write_model};
use super::{check, check_in, check_weights_in, checkpoint, folder, place, relative_error, takes_exactly};

type Weights = HashMap<String, Tensor>;

#[test]
fn transformer_agrees_with_diffusers() {
    check("flux2-transformer", 7);
}

#[test]
fn autoencoder_agrees_with_diffusers() {
    check("autoencoder-kl-flux2", 3);
}

#[test]
fn qwen3_agrees_with_transformers() {
    check("qwen3-text", 5);
}

#[test]
fn half_precision_stays_near() {
    for (kind, least) in [("flux2-transformer", 7), ("autoencoder-kl-flux2", 3), ("qwen3-text", 5)] {
        check_in(kind, least, &Device::Cpu, DType::F16, Some(1e-2));
    }
}

/// The blocks' products in e4m3, as in FLUX.1.
#[test]
fn transformer_in_8_bits_stays_near_its_reference() {
    let (device, dtype, _) = place();
    check_weights_in("flux2-transformer", 7, &device, dtype, Some(5e-2), |weights| weights.with_float8(true));
}

fn klein() -> Flux2Config {
    Flux2Config {
        num_layers: 5,
        num_single_layers: 20,
        num_attention_heads: 24,
        joint_attention_dim: 7680,
        guidance_embeds: false,
        ..Flux2Config::default()
    }
}

#[test]
fn every_part_takes_exactly_the_real_files() {
    takes_exactly("flux2-klein-4b-transformer", |vars| drop(Flux2Transformer::load(vars, &klein()).unwrap()));
    let qwen3: Qwen3Config = serde_json::from_value(json!({
        "model_type": "qwen3", "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_key_value_heads": 8,
        "rope_theta": 1_000_000, "tie_word_embeddings": true
    }))
    .unwrap();
    takes_exactly("qwen3-4b", |vars| drop(Qwen3Encoder::load(vars, &qwen3).unwrap()));
    assert_eq!(qwen3.outputs(), klein().joint_attention_dim);
    // The single file comes without a config. PyTorch's counter of training batches is the only tensor that is not needed.
    let vae = VaeConfig::flux2(&Map::new()).unwrap();
    let recorder = Arc::new(Recorder::default());
    AutoencoderKl::load(&Vars::recording(&recorder, DType::F32), &vae).unwrap();
    let mut known = checkpoint("flux2-vae");
    assert!(known.remove("bn.num_batches_tracked").is_some());
    assert_eq!(recorder.asked(), known);
}

#[test]
fn configs_follow_from_the_tensors() {
    let found = |name: &str| Arc::new(Arc::new(Recorder::with_known(checkpoint(name))));
    assert_eq!(Flux2Config::of_store(found("flux2-klein-4b-transformer")).unwrap(), Flux2Config { out_channels: Some(128), ..klein() });
    let qwen3 = Qwen3Config::of_store(found("qwen3-4b")).unwrap();
    assert_eq!((qwen3.hidden_size, qwen3.intermediate_size, qwen3.num_hidden_layers), (2560, 9728, 36));
    assert_eq!((qwen3.num_attention_heads, qwen3.num_key_value_heads, qwen3.head_dim, qwen3.vocab_size), (32, Some(8), 128, 151_936));
}

/// Config, weights, inputs and reference of a case.
struct Known {
    config: Value,
    weights: Weights,
    inputs: Tensors,
    output: Tensor,
}

fn known(kind: &str, name: &str, output: &str) -> Known {
    let case: Value = case(&format!("{kind}--{name}.json"));
    let shapes: BTreeMap<String, Vec<usize>> = serde_json::from_value(case["shapes"].clone()).unwrap();
    let store = Synthetic::new(shapes, case["seed"].as_u64().unwrap());
    let weights = store.names().into_iter().map(|n| (n.clone(), store.tensor(&n, DType::F32, &Device::Cpu).unwrap())).collect();
    let all = candle_core::safetensors::load(folder().join(format!("{kind}--{name}.safetensors")), &Device::Cpu).unwrap();
    let inputs = all.iter().filter_map(|(n, t)| Some((n.strip_prefix("in.")?.to_owned(), t.clone()))).collect();
    Known { config: case["config"].clone(), weights, inputs, output: all[&format!("out.{output}")].clone() }
}

/// Runs a case with weights from another layout.
fn error_of(kind: &str, known: &Known, store: Arc<dyn TensorStore>, output: &str) -> f64 {
    let run = KINDS.iter().find(|k| k.0 == kind).unwrap().1;
    let component = Component {
        config: known.config.clone(),
        place: "config".into(),
        weights: Some(Vars::new(store, DType::F32, &Device::Cpu)),
        inputs: &known.inputs,
        device: Device::Cpu,
        dtype: DType::F32,
    };
    relative_error(&run(&component).unwrap()[output], &known.output)
}

/// The layout of the authors' single file: other names, one matrix for q, k and v, the last modulation's halves swapped.
fn to_authors(weights: &Weights, prefix: &str) -> Weights {
    let mut out = Weights::new();
    let mut put = |name: String, tensor: Tensor| drop(out.insert(format!("{prefix}{name}"), tensor));
    let top = [
        ("x_embedder", "img_in"),
        ("context_embedder", "txt_in"),
        ("time_guidance_embed.timestep_embedder.linear_1", "time_in.in_layer"),
        ("time_guidance_embed.timestep_embedder.linear_2", "time_in.out_layer"),
        ("double_stream_modulation_img.linear", "double_stream_modulation_img.lin"),
        ("double_stream_modulation_txt.linear", "double_stream_modulation_txt.lin"),
        ("single_stream_modulation.linear", "single_stream_modulation.lin"),
        ("proj_out", "final_layer.linear"),
    ];
    for (new, old) in top {
        put(format!("{old}.weight"), weights[&format!("{new}.weight")].clone());
    }
    let out_norm = &weights["norm_out.linear.weight"];
    let half = out_norm.dim(0).unwrap() / 2;
    let halves = [out_norm.narrow(0, half, half).unwrap(), out_norm.narrow(0, 0, half).unwrap()];
    put("final_layer.adaLN_modulation.1.weight".into(), Tensor::cat(&halves, 0).unwrap());
    for i in 0.. {
        let get = |name: &str| weights.get(&format!("transformer_blocks.{i}.{name}.weight")).cloned();
        if get("attn.to_q").is_none() {
            break;
        }
        let streams = [
            ("img", ["to_q", "to_k", "to_v"], ["norm_q", "norm_k"], "to_out.0", "ff"),
            ("txt", ["add_q_proj", "add_k_proj", "add_v_proj"], ["norm_added_q", "norm_added_k"], "to_add_out", "ff_context"),
        ];
        for (stream, qkv, norms, proj, mlp) in streams {
            let block = format!("double_blocks.{i}.{stream}");
            let parts: Vec<Tensor> = qkv.iter().map(|n| get(&format!("attn.{n}")).unwrap()).collect();
            put(format!("{block}_attn.qkv.weight"), Tensor::cat(&parts, 0).unwrap());
            put(format!("{block}_attn.norm.query_norm.scale"), get(&format!("attn.{}", norms[0])).unwrap());
            put(format!("{block}_attn.norm.key_norm.scale"), get(&format!("attn.{}", norms[1])).unwrap());
            put(format!("{block}_attn.proj.weight"), get(&format!("attn.{proj}")).unwrap());
            put(format!("{block}_mlp.0.weight"), get(&format!("{mlp}.linear_in")).unwrap());
            put(format!("{block}_mlp.2.weight"), get(&format!("{mlp}.linear_out")).unwrap());
        }
    }
    for i in 0.. {
        let get = |name: &str| weights.get(&format!("single_transformer_blocks.{i}.attn.{name}.weight")).cloned();
        let Some(joined) = get("to_qkv_mlp_proj") else { break };
        let block = format!("single_blocks.{i}");
        put(format!("{block}.linear1.weight"), joined);
        put(format!("{block}.linear2.weight"), get("to_out").unwrap());
        put(format!("{block}.norm.query_norm.scale"), get("norm_q").unwrap());
        put(format!("{block}.norm.key_norm.scale"), get("norm_k").unwrap());
    }
    out
}

fn save(weights: &Weights, path: &Path) -> Arc<dyn TensorStore> {
    candle_core::safetensors::save(weights, path).unwrap();
    open(path).unwrap()
}

/// A GGUF file with matrices packed as `kind` where their rows allow it.
fn save_gguf(weights: &Weights, kind: GgmlDType, path: &Path) -> Arc<dyn TensorStore> {
    let packed: Vec<(&String, QTensor)> = weights
        .iter()
        .map(|(name, tensor)| {
            let fits = tensor.rank() == 2 && tensor.dim(1).unwrap() % kind.block_size() == 0;
            (name, QTensor::quantize(tensor, if fits { kind } else { GgmlDType::F32 }).unwrap())
        })
        .collect();
    let tensors: Vec<(&str, &QTensor)> = packed.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(&mut fs::File::create(path).unwrap(), &[], &tensors).unwrap();
    open(path).unwrap()
}

#[test]
fn the_authors_layout_agrees_with_diffusers() {
    let dir = tempfile::tempdir().unwrap();
    let known = known("flux2-transformer", "reference", "sample");
    for (file, prefix) in [("flux-2-klein-4b.safetensors", ""), ("wrapped.safetensors", "model.diffusion_model.")] {
        let store = save(&to_authors(&known.weights, prefix), &dir.path().join(file));
        let error = error_of("flux2-transformer", &known, store, "sample");
        assert!(error < 1e-4, "{file} differs by {error:.2e}");
    }
    // Packed in a GGUF file, in float32 and in 8 bits.
    for (kind, allowed) in [(GgmlDType::F32, 1e-4), (GgmlDType::Q8_0, 2e-2)] {
        let store = save_gguf(&to_authors(&known.weights, ""), kind, &dir.path().join("klein.gguf"));
        let error = error_of("flux2-transformer", &known, store, "sample");
        println!("{kind:?} differs by {error:.2e}");
        assert!(error < allowed, "{kind:?} differs by {error:.2e}");
    }
}

#[test]
fn the_authors_layout_takes_exactly_the_real_tensors() {
    let zeros = |shape: &Vec<usize>| Tensor::zeros((), DType::F32, &Device::Cpu).unwrap().broadcast_as(shape.as_slice()).unwrap();
    let real: Weights = checkpoint("flux2-klein-4b-transformer").iter().map(|(n, s)| (n.clone(), zeros(s))).collect();
    let shapes: BTreeMap<String, Vec<usize>> = to_authors_shapes(&real);
    let recorder = Arc::new(Recorder::with_known(shapes.clone()));
    let vars = Vars::new(Arc::new(Arc::clone(&recorder)), DType::F32, &Device::Cpu);
    let config = Flux2Config::of_store(vars.store()).unwrap();
    assert_eq!(config, Flux2Config { out_channels: Some(128), ..klein() });
    Flux2Transformer::load(&vars, &config).unwrap();
    assert_eq!(recorder.asked(), shapes);
}

fn to_authors_shapes(real: &Weights) -> BTreeMap<String, Vec<usize>> {
    // Joining matrices of full size would need their memory: rows are counted instead.
    let small: Weights = real.iter().map(|(n, t)| (n.clone(), t.narrow(t.rank() - 1, 0, 1).unwrap())).collect();
    to_authors(&small, "")
        .into_iter()
        .map(|(name, tensor)| {
            let mut shape = tensor.dims().to_vec();
            if shape.len() == 2 {
                shape[1] = width_of(&name, real);
            } else {
                shape[0] = 128;
            }
            (name, shape)
        })
        .collect()
}

/// The inputs of a matrix in the authors' layout.
fn width_of(name: &str, real: &Weights) -> usize {
    let inputs = |name: &str| real[&format!("{name}.weight")].dim(1).unwrap();
    match name.rsplit_once('.').unwrap().0 {
        "img_in" => inputs("x_embedder"),
        "txt_in" => inputs("context_embedder"),
        "time_in.in_layer" => inputs("time_guidance_embed.timestep_embedder.linear_1"),
        module if module.ends_with("_mlp.2") => inputs("transformer_blocks.0.ff.linear_out"),
        module if module.ends_with(".linear2") => inputs("single_transformer_blocks.0.attn.to_out"),
        _ => inputs("time_guidance_embed.timestep_embedder.linear_2"),
    }
}

/// Weights in float8 with a scale each, as the authors' 8-bit file has them.
#[test]
fn eight_bit_files_with_scales_stay_near() {
    let dir = tempfile::tempdir().unwrap();
    let known = known("flux2-transformer", "batch2", "sample");
    let mut packed = Weights::new();
    for (name, tensor) in to_authors(&known.weights, "") {
        if tensor.rank() != 2 || !name.contains("_blocks.") {
            packed.insert(name, tensor);
            continue;
        }
        let module = name.strip_suffix(".weight").unwrap();
        let scale = tensor.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap() / 448.0;
        packed.insert(format!("{module}.weight_scale"), Tensor::new(scale, &Device::Cpu).unwrap());
        packed.insert(format!("{module}.input_scale"), Tensor::new(1f32, &Device::Cpu).unwrap());
        packed.insert(name, (tensor / f64::from(scale)).unwrap().to_dtype(DType::F8E4M3).unwrap());
    }
    let store = save(&packed, &dir.path().join("flux-2-klein-4b-fp8.safetensors"));
    let error = error_of("flux2-transformer", &known, store, "sample");
    println!("float8 differs by {error:.2e}");
    // Three bits of mantissa: without the scales the network would return something else altogether.
    assert!(error < 0.1, "differs by {error:.2e}");
}

#[test]
fn qwen3_in_other_layouts_agrees_with_transformers() {
    let dir = tempfile::tempdir().unwrap();
    let known = known("qwen3-text", "padded", "prompt_embeds");
    let without_prefix: Weights = known.weights.iter().map(|(n, t)| (n.strip_prefix("model.").unwrap().to_owned(), t.clone())).collect();
    let store = save(&without_prefix, &dir.path().join("qwen.safetensors"));
    let error = error_of("qwen3-text", &known, store, "prompt_embeds");
    assert!(error < 1e-4, "differs by {error:.2e}");
    let modules = [
        ("input_layernorm", "attn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.q_norm", "attn_q_norm"),
        ("self_attn.k_norm", "attn_k_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];
    let of_llama_cpp = |name: &str| {
        let Some((index, module)) = name.strip_prefix("model.layers.").and_then(|rest| rest.split_once('.')) else {
            return if name == "model.norm.weight" { "output_norm.weight" } else { "token_embd.weight" }.to_owned();
        };
        let module = module.strip_suffix(".weight").unwrap();
        format!("blk.{index}.{}.weight", modules.iter().find(|m| m.0 == module).unwrap().1)
    };
    let renamed: Weights = known.weights.iter().map(|(n, t)| (of_llama_cpp(n), t.clone())).collect();
    for (kind, allowed) in [(GgmlDType::F32, 1e-4), (GgmlDType::Q8_0, 5e-2)] {
        let store = save_gguf(&renamed, kind, &dir.path().join("qwen3.gguf"));
        let error = error_of("qwen3-text", &known, Arc::clone(&store), "prompt_embeds");
        println!("{kind:?} differs by {error:.2e}");
        assert!(error < allowed, "{kind:?} differs by {error:.2e}");
        assert_eq!(Qwen3Config::of_store(store).unwrap().num_key_value_heads, Some(2));
    }
}

/// The authors count the convolutions around the latents to encoder and decoder.
#[test]
fn the_authors_autoencoder_agrees_with_diffusers() {
    let dir = tempfile::tempdir().unwrap();
    let known = known("autoencoder-kl-flux2", "klein", "pixels");
    let renamed = known.weights.iter().map(|(name, tensor)| {
        let half = if name.starts_with("quant_conv") {
            "encoder."
        } else if name.starts_with("post_quant_conv") {
            "decoder."
        } else {
            ""
        };
        (format!("{half}{name}"), tensor.clone())
    });
    let mut renamed: Weights = renamed.collect();
    renamed.insert("bn.num_batches_tracked".into(), Tensor::new(1i64, &Device::Cpu).unwrap());
    let error = error_of("autoencoder-kl-flux2", &known, save(&renamed, &dir.path().join("flux2-vae.safetensors")), "pixels");
    assert!(error < 1e-4, "differs by {error:.2e}");
}

#[test]
fn what_does_not_fit_is_said_in_one_line() {
    let fail = |kind: &str, name: &str, change: &dyn Fn(&mut Known)| {
        let mut known = known(kind, name, if kind == "qwen3-text" { "prompt_embeds" } else { "sample" });
        change(&mut known);
        let store: Arc<dyn TensorStore> = Arc::new(MemoryStore::new(known.weights));
        let component = Component {
            config: known.config,
            place: "config".into(),
            weights: Some(Vars::new(store, DType::F32, &Device::Cpu)),
            inputs: &known.inputs,
            device: Device::Cpu,
            dtype: DType::F32,
        };
        let run = KINDS.iter().find(|k| k.0 == kind).unwrap().1;
        let text = run(&component).err().unwrap().to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    };
    let transformer = |change: &dyn Fn(&mut Known)| fail("flux2-transformer", "klein", change);
    let text = transformer(&|known| drop(known.weights.remove("single_stream_modulation.linear.weight")));
    assert!(text.contains("single_stream_modulation.linear.weight is missing"), "{text}");
    let text = transformer(&|known| drop(known.weights.insert("surprise.weight".into(), known.weights["proj_out.weight"].clone())));
    assert!(text.contains("surprise.weight"), "{text}");
    let text = transformer(&|known| known.config["_class_name"] = json!("FluxTransformer2DModel"));
    assert!(text.contains("Flux2Transformer2DModel"), "{text}");
    let text = transformer(&|known| known.config["axes_dims_rope"] = json!([8, 8, 8]));
    assert!(text.contains("axes_dims_rope"), "{text}");
    let text = transformer(&|known| drop(known.inputs.insert("img_ids".into(), Tensor::zeros((24, 3), DType::F32, &Device::Cpu).unwrap())));
    assert!(text.contains("axes"), "{text}");
    let qwen3 = |change: &dyn Fn(&mut Known)| fail("qwen3-text", "padded", change);
    let text = qwen3(&|known| known.config["num_hidden_layers"] = json!(26));
    assert!(text.contains("27 layers"), "{text}");
    let text = qwen3(&|known| known.config["rope_scaling"] = json!({"rope_type": "yarn", "factor": 4.0}));
    assert!(text.contains("yarn"), "{text}");
    let text = qwen3(&|known| drop(known.inputs.insert("input_ids".into(), Tensor::new(&[[1i64, 96]], &Device::Cpu).unwrap())));
    assert!(text.contains("mask"), "{text}");
}

#[test]
fn conversations_and_token_numbers_are_those_of_transformers() {
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(folder().join("chat-tokens.json")).unwrap()).unwrap();
    assert!(rows.len() >= 10);
    let whole = ChatTokenizer::open(&qwen3_tokenizer()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let parts = ChatTokenizer::open(&as_vocabulary_and_merges(dir.path())).unwrap();
    for row in rows {
        let prompt = row["prompt"].as_str().unwrap();
        for tokenizer in [&whole, &parts] {
            assert_eq!(tokenizer.conversation(prompt).unwrap(), row["text"].as_str().unwrap(), "{prompt:?}");
            let tokens = tokenizer.encode(prompt, 200).unwrap();
            assert_eq!((json!(tokens.ids), json!(tokens.mask)), (row["ids"].clone(), row["mask"].clone()), "{prompt:?}");
        }
    }
    let cut = whole.encode(&"빵 ".repeat(200), 200).unwrap().truncation.unwrap();
    assert!(cut.limit == 200 && cut.tokens > 600 && cut.text.starts_with('빵'), "{cut:?}");
    assert!(ChatTokenizer::open(dir.path().join("nowhere").as_path()).err().unwrap().to_string().contains("Qwen3"));
}

/// The same tokenizer as older folders have it.
fn as_vocabulary_and_merges(folder: &Path) -> std::path::PathBuf {
    let whole: Value = serde_json::from_slice(&fs::read(qwen3_tokenizer().join("tokenizer.json")).unwrap()).unwrap();
    let merges: Vec<String> =
        whole["model"]["merges"].as_array().unwrap().iter().map(|pair| format!("{} {}", text(&pair[0]), text(&pair[1]))).collect();
    let added: Map<String, Value> = whole["added_tokens"].as_array().unwrap().iter().map(|t| (t["id"].to_string(), t.clone())).collect();
    let vocabulary: Map<String, Value> = whole["model"]["vocab"].as_object().unwrap().clone();
    let template = fs::read_to_string(qwen3_tokenizer().join("chat_template.jinja")).unwrap();
    let settings = json!({"added_tokens_decoder": added, "chat_template": template, "pad_token": {"content": "<|endoftext|>"}});
    fs::write(folder.join("vocab.json"), Value::Object(vocabulary).to_string()).unwrap();
    fs::write(folder.join("merges.txt"), format!("#version: 0.2\n{}\n", merges.join("\n"))).unwrap();
    fs::write(folder.join("tokenizer_config.json"), settings.to_string()).unwrap();
    folder.to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A folder as people have it: single files beside the tokenizer, no configs but those of networks with unusual heads.
#[test]
fn a_folder_of_single_files_paints_the_same_picture() {
    let path = folder().join("pipeline--flux2-edit-one.json");
    let model = tempfile::tempdir().unwrap();
    write_model(model.path(), &case("pipeline--flux2-edit-one.json"));
    let args = |folder: &Path| PipelineArgs {
        kind: "flux2-edit".into(),
        model: folder.into(),
        request: FluxRequest {
            prompt: "코코아".into(),
            negative_prompt: None,
            true_cfg_scale: 1.0,
            picture: PictureSettings { width: 64, height: 48, steps: 2, guidance: 1.0, seed: 3 },
        },
        strength: 1.0,
        image: None,
        mask: None,
        control: None,
        conditioning_scale: 1.0,
        references: vec![path.with_extension("reference0.png")],
    };
    let whole = run(&args(model.path()), &Device::Cpu, DType::F32).unwrap();
    let root = model.path();
    let transformer = candle_core::safetensors::load(root.join("transformer/diffusion_pytorch_model.safetensors"), &Device::Cpu).unwrap();
    save(&to_authors(&transformer, ""), &root.join("flux-2-klein-4b.safetensors"));
    fs::remove_file(root.join("transformer/diffusion_pytorch_model.safetensors")).unwrap();
    fs::rename(root.join("text_encoder/model.safetensors"), root.join("qwen_3_4b.safetensors")).unwrap();
    fs::rename(root.join("vae/diffusion_pytorch_model.safetensors"), root.join("flux2-vae.safetensors")).unwrap();
    fs::remove_file(root.join("model_index.json")).unwrap();
    fs::remove_dir_all(root.join("scheduler")).unwrap();
    let single = run(&args(root), &Device::Cpu, DType::F32).unwrap();
    let largest = whole.as_raw().iter().zip(single.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(largest <= 1, "differs by {largest}");
}
