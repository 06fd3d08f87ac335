//! Maps the tensor names of FLUX.2's authors (single files and GGUF) to those of diffusers.
//!
//! As in FLUX.1, q, k and v of double blocks are one matrix in the authors' layout, and the last modulation has shift before scale there; the
//! single blocks are the same in both. Reference: diffusers `loaders/single_file_utils.py`, `convert_flux2_transformer_checkpoint_to_diffusers`.

use std::sync::Arc;

use super::flux_names::AuthorsNames;
use super::store::TensorStore;

/// Outside the blocks: (authors' module, diffusers' module).
const TOP: [(&str, &str); 10] = [
    ("img_in", "x_embedder"),
    ("txt_in", "context_embedder"),
    ("time_in.in_layer", "time_guidance_embed.timestep_embedder.linear_1"),
    ("time_in.out_layer", "time_guidance_embed.timestep_embedder.linear_2"),
    ("guidance_in.in_layer", "time_guidance_embed.guidance_embedder.linear_1"),
    ("guidance_in.out_layer", "time_guidance_embed.guidance_embedder.linear_2"),
    ("double_stream_modulation_img.lin", "double_stream_modulation_img.linear"),
    ("double_stream_modulation_txt.lin", "double_stream_modulation_txt.linear"),
    ("single_stream_modulation.lin", "single_stream_modulation.linear"),
    ("final_layer.linear", "proj_out"),
];

/// Modules of double blocks, without those of attention, that only have another name.
const DOUBLE: [(&str, &str); 4] = [
    ("img_mlp.0", "ff.linear_in"),
    ("img_mlp.2", "ff.linear_out"),
    ("txt_mlp.0", "ff_context.linear_in"),
    ("txt_mlp.2", "ff_context.linear_out"),
];

/// Modules of single blocks.
const SINGLE: [(&str, &str); 4] =
    [("linear1", "attn.to_qkv_mlp_proj"), ("linear2", "attn.to_out"), ("norm.query_norm", "attn.norm_q"), ("norm.key_norm", "attn.norm_k")];

/// The names of FLUX.2.
const FLUX2: AuthorsNames = AuthorsNames { top: &TOP, double: &DOUBLE, single: &SINGLE, joined_single: &[] };

/// The store with the names of diffusers, whichever layout it has.
pub fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    FLUX2.adapt(store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::renamed::Part;

    #[test]
    fn queries_keys_and_values_are_split_and_the_rest_is_renamed() {
        let entries = |name: &str, rows: usize| FLUX2.entries(name, rows);
        let parts = entries("double_blocks.3.txt_attn.qkv.weight", 30);
        assert_eq!(parts[1], ("transformer_blocks.3.attn.add_k_proj.weight".into(), Part::Rows(10..20)));
        let one = |old: &str, new: &str, part: Part| assert_eq!(entries(old, 8), [(new.into(), part)]);
        one("single_blocks.2.linear1.weight", "single_transformer_blocks.2.attn.to_qkv_mlp_proj.weight", Part::Whole);
        one("single_blocks.2.norm.key_norm.scale", "single_transformer_blocks.2.attn.norm_k.weight", Part::Whole);
        one("final_layer.adaLN_modulation.1.weight", "norm_out.linear.weight", Part::HalvesSwapped);
        one("double_stream_modulation_txt.lin.weight", "double_stream_modulation_txt.linear.weight", Part::Whole);
        one("double_blocks.0.mystery.weight", "double_blocks.0.mystery.weight", Part::Whole);
        one("lonely", "lonely", Part::Whole);
    }
}
