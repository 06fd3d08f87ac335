//! Checks of the networks against their references, for developers: single components, whole pipelines, and the public networks at full
//! size. `nanococoa debug` and `tests/parity` run them; jobs never do.

pub mod component;
pub mod files;
pub mod full_size;
pub mod networks;
pub mod pipeline;
