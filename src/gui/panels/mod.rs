//! The fixed parts of the window.

pub mod actions;
pub mod brief;
pub mod canvas;
pub mod engine;
pub mod fields;
pub mod fonts;
pub mod history;
pub mod mask;
pub mod objects;
pub mod picture;
pub mod product;
pub mod status;
pub mod top;
