//! Maps the tensor names of AutoencoderKL in single files and in older diffusers to those of current diffusers.
//!
//! Single files (`ae.safetensors` of FLUX, `sdxl_vae.safetensors`) number the decoder's scales from the finest and store the matrices of
//! attention as 1×1 kernels. Reference: diffusers `loaders/single_file_utils.py`, `convert_ldm_vae_checkpoint`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::renamed::{Part, Renamed, Source};
use super::store::TensorStore;

/// Modules of attention: (single files, older diffusers, current diffusers).
const ATTENTION: [(&str, &str, &str); 5] = [
    ("norm", "group_norm", "group_norm"),
    ("q", "query", "to_q"),
    ("k", "key", "to_k"),
    ("v", "value", "to_v"),
    ("proj_out", "proj_attn", "to_out.0"),
];

/// Prefixes of the VAE in files with several components.
const WRAPPERS: [&str; 2] = ["first_stage_model.", "vae."];

/// The store with the names of current diffusers, whichever layout it has.
pub fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    let names = store.names();
    let wrapper = WRAPPERS.into_iter().find(|w| names.iter().any(|n| n.starts_with(w))).unwrap_or("");
    let inner = |name: &String| name.strip_prefix(wrapper).map(str::to_owned);
    let scales: BTreeSet<String> = names.iter().filter_map(inner).filter_map(|n| up_scale(&n)).collect();
    let mut table = BTreeMap::new();
    let mut changed = false;
    for name in &names {
        let Some(old) = inner(name) else {
            changed = true;
            continue;
        };
        let new = renamed(&old, scales.len());
        let matrix = new.contains(".attentions.") && store.shape(name).is_some_and(|s| s.len() == 4);
        changed |= matrix || new != *name;
        table.insert(new, Source { name: name.clone(), part: if matrix { Part::Matrix } else { Part::Whole } });
    }
    if changed { Arc::new(Renamed::new(store, table)) } else { store }
}

fn up_scale(name: &str) -> Option<String> {
    name.strip_prefix("decoder.up.")?.split('.').next().map(str::to_owned)
}

/// The name in current diffusers. An unknown name stays, so that the error reports it.
fn renamed(name: &str, scales: usize) -> String {
    let Some((half, rest)) = name.split_once('.').filter(|(half, _)| matches!(*half, "encoder" | "decoder")) else {
        return name.into();
    };
    let parts: Vec<&str> = rest.split('.').collect();
    let new = match parts.as_slice() {
        // FLUX.2's authors count these convolutions to encoder and decoder.
        ["quant_conv" | "post_quant_conv", _] => return rest.into(),
        ["norm_out", leaf] => format!("conv_norm_out.{leaf}"),
        ["mid", "block_1", inner @ ..] => format!("mid_block.resnets.0.{}", resnet(inner)),
        ["mid", "block_2", inner @ ..] => format!("mid_block.resnets.1.{}", resnet(inner)),
        ["mid", "attn_1", module, leaf] => format!("mid_block.attentions.0.{}.{leaf}", attention(module)),
        ["mid_block", "attentions", index, module, leaf] => format!("mid_block.attentions.{index}.{}.{leaf}", attention(module)),
        [side @ ("down" | "up"), scale, inner @ ..] => {
            // Single files number both halves from the finest scale, diffusers in the order of execution.
            let scale = match (*side, scale.parse::<usize>()) {
                ("up", Ok(scale)) if scale < scales => (scales - 1 - scale).to_string(),
                _ => (*scale).to_owned(),
            };
            match inner {
                ["block", index, inner @ ..] => format!("{side}_blocks.{scale}.resnets.{index}.{}", resnet(inner)),
                ["downsample", inner @ ..] => format!("{side}_blocks.{scale}.downsamplers.0.{}", inner.join(".")),
                ["upsample", inner @ ..] => format!("{side}_blocks.{scale}.upsamplers.0.{}", inner.join(".")),
                _ => return name.into(),
            }
        }
        _ => return name.into(),
    };
    format!("{half}.{new}")
}

fn resnet(inner: &[&str]) -> String {
    inner.join(".").replace("nin_shortcut", "conv_shortcut")
}

fn attention(module: &str) -> &str {
    ATTENTION.iter().find(|(single, older, _)| *single == module || *older == module).map_or(module, |(_, _, new)| new)
}
