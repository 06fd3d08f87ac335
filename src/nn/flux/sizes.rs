//! Shared by the configs of FLUX.1 and FLUX.2: checks, and the heads of a network without a config. Failed checks return the problem.

use crate::weights::{TensorShapes, WeightsError};

/// The head size of every public model; only for this one is `axes_dims_rope` known.
const HEAD: usize = 128;

/// Number of attention heads of a network of the width `inner` with `head` channels a head.
///
/// # Errors
/// The head size is not the public one.
pub fn heads(shapes: &TensorShapes, inner: usize, head: usize) -> Result<usize, WeightsError> {
    if head != HEAD || !inner.is_multiple_of(head) {
        return Err(WeightsError::config(shapes.place(), format!("heads of {head} channels in {inner} need the network's config.json")));
    }
    Ok(inner / head)
}

/// Checks the class that wrote the config, if it names one.
pub fn check_class(found: Option<&str>, wanted: &str) -> Result<(), String> {
    match found.filter(|class| *class != wanted) {
        Some(class) => Err(format!("the config is of a {class}, not of a {wanted}")),
        None => Ok(()),
    }
}

/// Checks numbers of channels and heads (`widths`) and of double and single blocks. Comes first, so that no sum or product of them overflows.
pub fn check_sizes(patch: usize, widths: &[usize], blocks: [usize; 2]) -> Result<(), String> {
    let is_usable = |width: &usize| (1..=1 << 16).contains(width);
    if !(1..=64).contains(&patch) || !widths.iter().all(is_usable) || blocks.iter().any(|&count| count > 1 << 12) {
        return Err("a size in the config is zero or too large".into());
    }
    Ok(())
}

/// Checks the channels of a head per axis of the position.
pub fn check_axes(axes: &[usize], head: usize) -> Result<(), String> {
    let fit = axes.len() <= 16 && axes.iter().all(|&d| d % 2 == 0 && d <= head);
    if !fit || axes.iter().sum::<usize>() != head {
        return Err(format!("axes_dims_rope {axes:?} must be even and add up to attention_head_dim {head}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configs_of_other_networks_and_impossible_sizes_are_refused() {
        assert!(check_class(None, "A").is_ok() && check_class(Some("A"), "A").is_ok() && check_class(Some("B"), "A").is_err());
        assert!(check_sizes(1, &[64, 1 << 16], [0, 1 << 12]).is_ok());
        for (patch, width, blocks) in [(0, 64, 1), (65, 64, 1), (1, 0, 1), (1, (1 << 16) + 1, 1), (1, 64, (1 << 12) + 1)] {
            assert!(check_sizes(patch, &[width], [blocks, 0]).is_err(), "{patch} {width} {blocks}");
        }
        assert!(check_axes(&[16, 56, 56], 128).is_ok());
        for axes in [&[128, 128][..], &[15, 113], &[64], &[usize::MAX, 2], &[0; 17]] {
            assert!(check_axes(axes, 128).is_err(), "{axes:?}");
        }
    }
}
