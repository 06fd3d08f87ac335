//! Maps llama.cpp's tensor names of T5 (GGUF) to those of transformers. Reference: gguf-py `constants.py`, architecture `T5`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::renamed::{Renamed, Source, renamed_in_block};
use super::store::TensorStore;

/// Modules of a block: (llama.cpp, transformers).
const BLOCK: [(&str, &str); 10] = [
    ("attn_norm", "layer.0.layer_norm"),
    ("attn_q", "layer.0.SelfAttention.q"),
    ("attn_k", "layer.0.SelfAttention.k"),
    ("attn_v", "layer.0.SelfAttention.v"),
    ("attn_o", "layer.0.SelfAttention.o"),
    ("attn_rel_b", "layer.0.SelfAttention.relative_attention_bias"),
    ("ffn_norm", "layer.1.layer_norm"),
    ("ffn_gate", "layer.1.DenseReluDense.wi_0"),
    ("ffn_up", "layer.1.DenseReluDense.wi_1"),
    ("ffn_down", "layer.1.DenseReluDense.wo"),
];

/// The store with transformers' names, whichever layout it has. Leaves out the decoder of a whole T5 with llama.cpp's names.
pub fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    let names = store.names();
    if !names.iter().any(|n| n.starts_with("enc.")) {
        return store;
    }
    let of_decoder = |n: &str| n.starts_with("dec.") || n == "output.weight";
    let table: BTreeMap<String, Source> =
        names.iter().filter(|n| !of_decoder(n)).map(|name| (translate(name), Source::whole(name.as_str()))).collect();
    Arc::new(Renamed::new(store, table))
}

/// The name in transformers. An unknown name stays, so that the error reports it.
fn translate(name: &str) -> String {
    match name {
        "token_embd.weight" => return "shared.weight".into(),
        "enc.output_norm.weight" => return "encoder.final_layer_norm.weight".into(),
        _ => {}
    }
    renamed_in_block(name, "enc.blk.", "encoder.block.", &BLOCK).unwrap_or_else(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_translated() {
        assert_eq!(translate("enc.blk.11.ffn_up.weight"), "encoder.block.11.layer.1.DenseReluDense.wi_1.weight");
        assert_eq!(translate("enc.blk.0.attn_rel_b.weight"), "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        assert_eq!(translate("enc.blk.0.strange.weight"), "enc.blk.0.strange.weight");
    }
}
