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

/// The attention of double blocks, in every version.
const ATTENTION: [(&str, &str); 6] = [
    ("img_attn.norm.query_norm", "attn.norm_q"),
    ("img_attn.norm.key_norm", "attn.norm_k"),
    ("txt_attn.norm.query_norm", "attn.norm_added_q"),
    ("txt_attn.norm.key_norm", "attn.norm_added_k"),
    ("img_attn.proj", "attn.to_out.0"),
    ("txt_attn.proj", "attn.to_add_out"),
];

/// Other modules of double blocks that only have another name.
const DOUBLE: [(&str, &str); 6] = [
    ("img_mod.lin", "norm1.linear"),
    ("txt_mod.lin", "norm1_context.linear"),
    ("img_mlp.0", "ff.net.0.proj"),
    ("img_mlp.2", "ff.net.2"),
    ("txt_mlp.0", "ff_context.net.0.proj"),
    ("txt_mlp.2", "ff_context.net.2"),
];

/// Modules of single blocks that only have another name.
const SINGLE: [(&str, &str); 4] =
    [("modulation.lin", "norm.linear"), ("norm.query_norm", "attn.norm_q"), ("norm.key_norm", "attn.norm_k"), ("linear2", "proj_out")];

/// The names of FLUX.1.
const FLUX: AuthorsNames = AuthorsNames {
    top: &TOP,
    double: &DOUBLE,
    single: &SINGLE,
    // q, k, v and the MLP, which is four times as wide.
    joined_single: &[Joined { module: "linear1", parts: &["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"], shares: 7 }],
};

/// The names of one version of FLUX, as pairs (authors' module, diffusers' module), and the modules that diffusers splits.
pub(super) struct AuthorsNames {
    /// Modules outside the blocks.
    pub(super) top: &'static [(&'static str, &'static str)],
    /// Modules of double blocks, without those of attention, that only have another name.
    pub(super) double: &'static [(&'static str, &'static str)],
    /// Modules of single blocks that only have another name.
    pub(super) single: &'static [(&'static str, &'static str)],
    /// Modules of single blocks that are several in diffusers' layout.
    pub(super) joined_single: &'static [Joined],
}

/// A matrix of the authors' layout that is several ones in diffusers' layout.
pub(super) struct Joined {
    module: &'static str,
    /// Diffusers' modules from the first row to the last. Each has an equal share of the rows; the last one has the rest.
    parts: &'static [&'static str],
    /// Number of shares.
    shares: usize,
}

/// The joined modules of double blocks in every version.
const JOINED_DOUBLE: [Joined; 2] = [
    Joined { module: "img_attn.qkv", parts: &["attn.to_q", "attn.to_k", "attn.to_v"], shares: 3 },
    Joined { module: "txt_attn.qkv", parts: &["attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"], shares: 3 },
];

/// The store with the names of diffusers, whichever layout it has.
pub fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    FLUX.adapt(store)
}

impl AuthorsNames {
    /// The store with the names of diffusers; unchanged if it has none of the authors' names.
    pub(super) fn adapt(&self, store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
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
            for (new, part) in self.entries(name, rows) {
                table.insert(new, Source { name: format!("{prefix}{name}"), part });
            }
        }
        Arc::new(Renamed::new(store, table))
    }

    /// The names in diffusers for a tensor of the authors' layout with `rows` rows. An unknown name stays, so that the error reports it.
    pub(super) fn entries(&self, name: &str, rows: usize) -> Vec<(String, Part)> {
        self.known(name, rows).unwrap_or_else(|| vec![(name.into(), Part::Whole)])
    }

    fn known(&self, name: &str, rows: usize) -> Option<Vec<(String, Part)>> {
        let (module, leaf) = name.rsplit_once('.')?;
        // The authors call the weights of norms `scale`.
        let leaf = if leaf == "scale" { "weight" } else { leaf };
        if module == "final_layer.adaLN_modulation.1" {
            return Some(vec![(format!("norm_out.linear.{leaf}"), Part::HalvesSwapped)]);
        }
        let mut parts = module.splitn(3, '.');
        let (block, inner, renamed, joined) = match (parts.next(), parts.next(), parts.next()) {
            (Some("double_blocks"), Some(i), Some(inner)) => {
                (format!("transformer_blocks.{i}."), inner, [self.double, &ATTENTION], &JOINED_DOUBLE[..])
            }
            (Some("single_blocks"), Some(i), Some(inner)) => {
                (format!("single_transformer_blocks.{i}."), inner, [self.single, &[]], self.joined_single)
            }
            _ => (String::new(), module, [self.top, &[]], &[][..]),
        };
        if let Some(joined) = joined.iter().find(|joined| joined.module == inner) {
            return Some(joined.split(&block, leaf, rows));
        }
        let (_, new) = renamed.into_iter().flatten().find(|(old, _)| *old == inner)?;
        Some(vec![(format!("{block}{new}.{leaf}"), Part::Whole)])
    }
}

impl Joined {
    /// The names of the parts in a block, with the rows of each.
    fn split(&self, block: &str, leaf: &str, rows: usize) -> Vec<(String, Part)> {
        let (step, last) = (rows / self.shares, self.parts.len() - 1);
        let rows_of = |i: usize| Part::Rows(i * step..if i == last { rows } else { (i + 1) * step });
        self.parts.iter().enumerate().map(|(i, module)| (format!("{block}{module}.{leaf}"), rows_of(i))).collect()
    }
}

fn wrapped(name: &str, start: &str) -> bool {
    name.strip_prefix(WRAPPER).is_some_and(|rest| rest.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fused_rows_are_split_and_the_rest_is_renamed() {
        let entries = |name: &str, rows: usize| FLUX.entries(name, rows);
        let parts = entries("single_blocks.3.linear1.bias", 70);
        assert_eq!(parts[1], ("single_transformer_blocks.3.attn.to_k.bias".into(), Part::Rows(10..20)));
        assert_eq!(parts[3], ("single_transformer_blocks.3.proj_mlp.bias".into(), Part::Rows(30..70)));
        let norm = entries("double_blocks.0.txt_attn.norm.key_norm.scale", 8);
        assert_eq!(norm, [("transformer_blocks.0.attn.norm_added_k.weight".into(), Part::Whole)]);
        assert_eq!(entries("double_blocks.0.mystery.weight", 8), [("double_blocks.0.mystery.weight".into(), Part::Whole)]);
        assert_eq!(entries("lonely", 8), [("lonely".into(), Part::Whole)]);
    }
}
