//! Which models of the diffusion backend are on this machine.

use std::path::PathBuf;

use crate::notice::Notice;

/// A model of the diffusion backend, as shown to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its key for programs.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its licence.
    pub licence: &'static str,
    /// The licence allows commercial use.
    pub commercial: bool,
    /// Its folder; `None` if it is missing.
    pub place: Option<PathBuf>,
    /// Size of its weights on disk in bytes.
    pub on_disk: u64,
    /// Memory that it takes in bytes, if known.
    pub in_memory: Option<u64>,
}

/// The models and the device of the diffusion backend on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Every model, found or not.
    pub models: Vec<ModelInfo>,
    /// The compute device, if the backend can run.
    pub device: Option<String>,
    /// The memory plan, if the backend can run.
    pub plan: Option<Notice>,
    /// The problem with models that were found.
    pub problem: Option<Notice>,
}
