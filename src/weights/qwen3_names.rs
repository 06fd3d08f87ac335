//! Maps llama.cpp's tensor names of Qwen3 (GGUF), and those of files without transformers' prefix, to transformers' names.
//! Reference: gguf-py `constants.py`, architecture `QWEN3`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::renamed::{Renamed, Source, renamed_in_block};
use super::store::TensorStore;

/// Modules of a layer: (llama.cpp, transformers).
const LAYER: [(&str, &str); 11] = [
    ("attn_norm", "input_layernorm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("attn_q_norm", "self_attn.q_norm"),
    ("attn_k_norm", "self_attn.k_norm"),
    ("ffn_norm", "post_attention_layernorm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
];

/// The store with transformers' names, whichever layout it has.
pub fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    let names = store.names();
    let translate: fn(&str) -> String = if names.iter().any(|n| n.starts_with("blk.")) {
        of_llama_cpp
    } else if names.iter().any(|n| n.starts_with("layers.")) {
        |name| format!("model.{name}")
    } else {
        return store;
    };
    let table: BTreeMap<String, Source> = names.iter().map(|name| (translate(name), Source::whole(name.as_str()))).collect();
    Arc::new(Renamed::new(store, table))
}

/// An unknown name stays, so that the error reports it.
fn of_llama_cpp(name: &str) -> String {
    match name {
        "token_embd.weight" => return "model.embed_tokens.weight".into(),
        "output_norm.weight" => return "model.norm.weight".into(),
        "output.weight" => return "lm_head.weight".into(),
        _ => {}
    }
    renamed_in_block(name, "blk.", "model.layers.", &LAYER).unwrap_or_else(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_translated() {
        assert_eq!(of_llama_cpp("blk.11.attn_q_norm.weight"), "model.layers.11.self_attn.q_norm.weight");
        assert_eq!(of_llama_cpp("blk.0.ffn_norm.weight"), "model.layers.0.post_attention_layernorm.weight");
        assert_eq!(of_llama_cpp("output_norm.weight"), "model.norm.weight");
        assert_eq!(of_llama_cpp("blk.0.strange.weight"), "blk.0.strange.weight");
    }
}
