//! Shared by FLUX.1, FLUX.2 and SDXL: parts that are loaded when they are needed and kept as the memory plan allows, and the prompts that
//! were encoded.

use std::sync::Arc;

use candle_core::DType;

use super::autoencoder::Autoencoder;
use super::error::DiffusionResult;
use super::folder::ComponentFiles;
use super::loader::{Loader, get_or_load};
use super::models::identity_of;
use super::prompt_cache::PromptCache;
use super::residency::Retention;
use super::tokenize::Truncation;
use crate::nn::vae::{AutoencoderKl, VaeConfig};
use crate::weights::{LoadResult, StopCheck, TensorStore};

/// An encoded prompt.
pub trait Condition {
    /// The parts of the prompt that did not fit.
    fn truncations(&self) -> &[Truncation];
}

/// The parts of one model: text encoders `E`, denoising networks `N`, an autoencoder, and the conditions `C` of prompts.
pub struct ModelParts<E, N, C> {
    /// Loads the parts.
    pub loader: Loader,
    retention: Retention,
    encoders: Option<E>,
    networks: Option<N>,
    autoencoder: Option<Autoencoder>,
    /// Names the model in the cache.
    identity: String,
    prompts: PromptCache<C>,
}

impl<E, N, C: Condition> ModelParts<E, N, C> {
    /// No part is loaded yet.
    pub fn new(loader: Loader) -> Self {
        // Encodings also differ with the type and the device that the encoders compute on.
        let files = identity_of([loader.folder()]);
        let identity = format!("{files} {} {:?}", loader.dtype().as_str(), loader.device().location());
        let prompts = PromptCache::default();
        Self { loader, retention: Retention::default(), encoders: None, networks: None, autoencoder: None, identity, prompts }
    }

    /// Replaces the cache of encoded prompts by one that outlives this model.
    pub fn share_prompts(&mut self, prompts: PromptCache<C>) {
        self.prompts = prompts;
    }

    /// Sets which parts stay in memory and the check that stops loading between two tensors. Frees parts that may not stay.
    pub fn follow(&mut self, retention: Retention, stop: StopCheck) {
        self.retention = retention;
        self.loader.set_stop(stop);
        if !retention.encoders {
            self.encoders = None;
        }
        if !retention.networks {
            self.networks = None;
        }
    }

    /// The parts that stay in memory.
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// Frees the denoising networks.
    pub fn drop_networks(&mut self) {
        self.networks = None;
    }

    /// Encodes prompts. Prompts in the cache are not encoded again; the encoders are loaded at most once.
    ///
    /// # Errors
    /// Files, memory.
    pub fn conditions(
        &mut self,
        prompts: &[&str],
        load: impl Fn(&mut Self) -> DiffusionResult<E>,
        encode: impl Fn(&E, &str) -> DiffusionResult<C>,
    ) -> DiffusionResult<Vec<Arc<C>>> {
        let all = prompts.iter().map(|prompt| {
            if let Some(known) = self.prompts.get(&self.identity, prompt) {
                return Ok(known);
            }
            let encoders = match self.encoders.take() {
                Some(encoders) => encoders,
                None => load(self)?,
            };
            let condition = encode(&encoders, prompt);
            self.encoders = Some(encoders);
            Ok(self.prompts.insert(&self.identity, prompt, condition?))
        });
        let all = all.collect();
        if !self.retention.encoders {
            self.encoders = None;
        }
        all
    }

    /// The parts of a prompt that did not fit; empty if it was not encoded.
    pub fn truncations(&self, prompt: &str) -> Vec<Truncation> {
        self.prompts.get(&self.identity, prompt).map(|c| c.truncations().to_vec()).unwrap_or_default()
    }

    /// Takes the denoising networks out, loading them first if necessary. [`ModelParts::keep_networks`] puts them back.
    ///
    /// # Errors
    /// Files, memory.
    pub fn take_networks(&mut self, load: impl FnOnce(&Loader) -> DiffusionResult<N>) -> DiffusionResult<N> {
        match self.networks.take() {
            Some(loaded) => Ok(loaded),
            None => load(&self.loader),
        }
    }

    /// Puts the denoising networks back if they may stay in memory.
    pub fn keep_networks(&mut self, networks: N) {
        self.networks = self.retention.networks.then_some(networks);
    }

    /// The autoencoder, loaded if necessary. `files` and `dtype` say from where and in which type, `fallback` makes a config if the
    /// component has none.
    ///
    /// # Errors
    /// Files, memory.
    pub fn autoencoder(
        &mut self,
        files: impl FnOnce(&Loader) -> LoadResult<ComponentFiles>,
        dtype: impl Fn(&VaeConfig, DType) -> DType,
        fallback: impl FnOnce(Arc<dyn TensorStore>) -> LoadResult<VaeConfig>,
    ) -> DiffusionResult<&Autoencoder> {
        let autoencoder = get_or_load(&mut self.autoencoder, || {
            let wanted = self.loader.dtype();
            let network = self.loader.load_as(&files(&self.loader)?, |config| dtype(config, wanted), fallback, AutoencoderKl::load)?;
            let dtype = dtype(network.config(), wanted);
            Ok(Autoencoder::new(network, dtype))
        })?;
        Ok(autoencoder)
    }
}
