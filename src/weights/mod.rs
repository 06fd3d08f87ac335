//! Sources of tensors for the networks: safetensors files (single or sharded), GGUF, and memory.
//!
//! Files are read tensor by tensor with plain reads instead of memory maps: a file that is truncated while it is read is an error, not a
//! crash.

mod direct;
pub mod error;
pub mod flux2_names;
pub mod flux_names;
pub mod gguf;
mod gguf_header;
pub mod open;
pub mod quantize;
pub mod qwen3_names;
pub mod renamed;
pub mod safetensors;
mod scaled;
mod shapes;
pub mod stoppable;
pub mod store;
pub mod synthetic;
pub mod t5_names;
#[cfg(feature = "cuda")]
mod upload;
pub mod vae_names;
pub mod vars;

pub use error::{LoadResult, WeightsError, one_line};
pub use open::open;
pub use shapes::TensorShapes;
pub use stoppable::{StopCheck, stoppable};
pub use store::{MemoryStore, Recorder, TensorFactory, TensorStore, Weight};
pub use synthetic::{GeneratedWeights, Synthetic};
pub use vars::Vars;
