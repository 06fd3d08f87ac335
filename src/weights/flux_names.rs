//! Maps the tensor names of FLUX's authors (single files and GGUF) to those of diffusers.
//!
//! The two layouts hold the same numbers: q, k and v (and the MLP of single blocks) are one matrix in the authors' layout, and the
//! last modulation has shift before scale there. Reference: diffusers `scripts/convert_flux_to_diffusers.py`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::renamed::{Part, Renamed, Source};
use super::store::TensorStore;

/// Prefix in files that were saved together with a wrapper around the network.
const WRAPPER: &str = "model.diffusion_model.";

/// Outside the blocks: (authors' module, diffusers' module).
const TOP: [(&str, &str); 9] = [
    ("img_in", "x_embedder"),
    ("txt_in", "context_embedder"),
    ("time_in.in_layer", "time_text_embed.timestep_embedder.linear_1"),
    ("time_in.out_layer", "time_text_embed.timestep_embedder.linear_2"),
    ("vector_in.in_layer", "time_text_embed.text_embedder.linear_1"),
    ("vector_in.out_layer", "time_text_embed.text_embedder.linear_2"),
    ("guidance_in.in_layer", "time_text_embed.guidance_embedder.linear_1"),
    ("guidance_in.out_layer", "time_text_embed.guidance_embedder.linear_2"),
    ("final_layer.linear", "proj_out"),
];

/// Modules of double blocks that only have another name.
const DOUBLE: [(&str, &str); 12] = [
    ("img_mod.lin", "norm1.linear"),
    ("txt_mod.lin", "norm1_context.linear"),
    ("img_attn.norm.query_norm", "attn.norm_q"),
    ("img_attn.norm.key_norm", "attn.norm_k"),
    ("txt_attn.norm.query_norm", "attn.norm_added_q"),
    ("txt_attn.norm.key_norm", "attn.norm_added_k"),
    ("img_attn.proj", "attn.to_out.0"),
    ("txt_attn.proj", "attn.to_add_out"),
    ("img_mlp.0", "ff.net.0.proj"),
    ("img_mlp.2", "ff.net.2"),
    ("txt_mlp.0", "ff_context.net.0.proj"),
    ("txt_mlp.2", "ff_context.net.2"),
];

/// Modules of single blocks that only have another name.
const SINGLE: [(&str, &str); 4] =
    [("modulation.lin", "norm.linear"), ("norm.query_norm", "attn.norm_q"), ("norm.key_norm", "attn.norm_k"), ("linear2", "proj_out")];

/// The store with the names of diffusers, whichever layout it has.
pub fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    adapt_authors(store, entries)
}

/// The store with the names that `entries` makes of an authors' name and its number of rows; unchanged if it has no authors' names.
pub(super) fn adapt_authors(store: Arc<dyn TensorStore>, entries: fn(&str, usize) -> Vec<(String, Part)>) -> Arc<dyn TensorStore> {
    let names = store.names();
    let is_authors = |n: &String| ["double_blocks.", "single_blocks.", "img_in."].iter().any(|p| n.starts_with(p) || wrapped(n, p));
    if !names.iter().any(is_authors) {
        return store;
    }
    let prefix = if names.iter().any(|n| wrapped(n, "img_in.")) { WRAPPER } else { "" };
    let mut table = BTreeMap::new();
    // Other tensors are other components of an all-in-one file.
    for name in names.iter().filter_map(|n| n.strip_prefix(prefix)) {
        let rows = store.shape(&format!("{prefix}{name}")).and_then(|s| s.first().copied()).unwrap_or(0);
        for (new, part) in entries(name, rows) {
            table.insert(new, Source { name: format!("{prefix}{name}"), part });
        }
    }
    Arc::new(Renamed::new(store, table))
}

fn wrapped(name: &str, start: &str) -> bool {
    name.strip_prefix(WRAPPER).is_some_and(|rest| rest.starts_with(start))
}

pub(super) fn lookup(table: &[(&str, &'static str)], module: &str) -> Option<&'static str> {
    table.iter().find(|(old, _)| *old == module).map(|(_, new)| *new)
}

/// The names in diffusers for a tensor of the authors' layout with `rows` rows. An unknown name stays, so that the error reports it.
fn entries(name: &str, rows: usize) -> Vec<(String, Part)> {
    let Some((module, leaf)) = name.rsplit_once('.') else { return vec![(name.into(), Part::Whole)] };
    // The authors call the weights of norms `scale`.
    let leaf = if leaf == "scale" { "weight" } else { leaf };
    let whole = |new: String| vec![(format!("{new}.{leaf}"), Part::Whole)];
    if let Some(new) = lookup(&TOP, module) {
        return whole(new.into());
    }
    if module == "final_layer.adaLN_modulation.1" {
        return vec![(format!("norm_out.linear.{leaf}"), Part::HalvesSwapped)];
    }
    let mut parts = module.splitn(3, '.');
    let found = match (parts.next(), parts.next(), parts.next()) {
        (Some("double_blocks"), Some(index), Some(inner)) => {
            let block = format!("transformer_blocks.{index}");
            match inner {
                "img_attn.qkv" => Some(split(&format!("{block}.attn"), &["to_q", "to_k", "to_v"], leaf, rows, rows / 3)),
                "txt_attn.qkv" => Some(split(&format!("{block}.attn"), &["add_q_proj", "add_k_proj", "add_v_proj"], leaf, rows, rows / 3)),
                _ => lookup(&DOUBLE, inner).map(|new| whole(format!("{block}.{new}"))),
            }
        }
        (Some("single_blocks"), Some(index), Some(inner)) => {
            let block = format!("single_transformer_blocks.{index}");
            match inner {
                // q, k, v and the MLP, which is four times as wide.
                "linear1" => Some(split(&block, &["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"], leaf, rows, rows / 7)),
                _ => lookup(&SINGLE, inner).map(|new| whole(format!("{block}.{new}"))),
            }
        }
        _ => None,
    };
    found.unwrap_or_else(|| vec![(name.into(), Part::Whole)])
}

/// Splits rows into equal parts; the last part takes the rest.
pub(super) fn split(block: &str, modules: &[&str], leaf: &str, rows: usize, step: usize) -> Vec<(String, Part)> {
    let last = modules.len() - 1;
    let part = |i: usize| Part::Rows(i * step..if i == last { rows } else { (i + 1) * step });
    modules.iter().enumerate().map(|(i, module)| (format!("{block}.{module}.{leaf}"), part(i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fused_rows_are_split_and_the_rest_is_renamed() {
        let parts = entries("single_blocks.3.linear1.bias", 70);
        assert_eq!(parts[1], ("single_transformer_blocks.3.attn.to_k.bias".into(), Part::Rows(10..20)));
        assert_eq!(parts[3], ("single_transformer_blocks.3.proj_mlp.bias".into(), Part::Rows(30..70)));
        let norm = entries("double_blocks.0.txt_attn.norm.key_norm.scale", 8);
        assert_eq!(norm, [("transformer_blocks.0.attn.norm_added_k.weight".into(), Part::Whole)]);
        assert_eq!(entries("double_blocks.0.mystery.weight", 8), [("double_blocks.0.mystery.weight".into(), Part::Whole)]);
        assert_eq!(entries("lonely", 8), [("lonely".into(), Part::Whole)]);
    }
}
