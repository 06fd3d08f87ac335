//! Where networks take their tensors from: safetensors files (single or sharded), GGUF, memory; and how a load that fails says why.
//!
//! Files are read tensor by tensor with plain reads: a file that shrinks while it is read is an error, not a crash.

pub mod error;
pub mod flux_names;
pub mod gguf;
mod gguf_header;
pub mod renamed;
pub mod safetensors;
pub mod stoppable;
pub mod store;
pub mod synthetic;
pub mod t5_names;
pub mod vae_names;
pub mod vars;

pub use error::{LoadResult, WeightsError, one_line};
pub use stoppable::{StopCheck, stoppable};
pub use store::{MemoryStore, Recorder, TensorStore, Weight, open};
pub use synthetic::{GeneratedWeights, Synthetic};
pub use vars::{Maker, Vars};
