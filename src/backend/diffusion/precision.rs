//! How precisely FLUX computes its products.

use std::str::FromStr;

use crate::notice;
use crate::notice::Notice;

/// The setting `precision`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 8 bits if the memory that is free at the start holds FLUX only so, otherwise the network's own type.
    #[default]
    Auto,
    /// The network's own type.
    Full,
    /// 8 bits (e4m3 with a scale for each row), on NVIDIA GPUs. Files that are packed already (GGUF) stay as they are.
    Float8,
}

impl FromStr for Precision {
    type Err = Notice;

    fn from_str(name: &str) -> Result<Self, Notice> {
        match name {
            "auto" => Ok(Self::Auto),
            "full" => Ok(Self::Full),
            "float8" => Ok(Self::Float8),
            _ => Err(notice!("diffusion-precision-unknown", name = name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood() {
        let named = ["auto", "full", "float8"].map(|name| name.parse::<Precision>());
        assert_eq!(named, [Ok(Precision::Auto), Ok(Precision::Full), Ok(Precision::Float8)]);
        assert!("fp4".parse::<Precision>().unwrap_err().to_string().contains("float8"));
    }
}
