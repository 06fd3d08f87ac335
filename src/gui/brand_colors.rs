//! The colours of the brand kit, which every colour field of the window offers.

use std::sync::Arc;

use egui::{Context, Id};
use parking_lot::Mutex;

use crate::request::layers::Color;

/// The colours of the brand kit, and those that colour fields added to it.
#[derive(Debug, Default)]
pub struct BrandColors {
    /// Colours with their roles.
    pub colors: Vec<(String, Color)>,
    added: Mutex<Vec<Color>>,
}

impl BrandColors {
    /// These colours.
    pub fn new(colors: Vec<(String, Color)>) -> Self {
        Self { colors, added: Mutex::default() }
    }

    /// Adds a colour to the kit.
    pub fn add(&self, color: Color) {
        self.added.lock().push(color);
    }

    /// Takes the colours that were added since the last call.
    pub fn take_added(&self) -> Vec<Color> {
        std::mem::take(&mut *self.added.lock())
    }
}

fn id() -> Id {
    Id::unique("brand colours")
}

/// Lets every colour field offer these colours from now on; `None` if there is no brand kit. They are kept in the egui context, so that no
/// colour field of any panel can leave them out.
pub fn offer(ctx: &Context, colors: Option<Arc<BrandColors>>) {
    ctx.data_mut(|data| data.insert_temp(id(), colors));
}

/// The colours that are offered.
pub fn offered(ctx: &Context) -> Option<Arc<BrandColors>> {
    ctx.data(|data| data.get_temp::<Option<Arc<BrandColors>>>(id())).flatten()
}
