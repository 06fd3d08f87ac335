//! The selection on the canvas and in the list of layers.

use std::collections::BTreeSet;

use super::state::Brief;

/// Something on the canvas that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The product.
    Product,
    /// The sculpted headline.
    Headline,
    /// The layer at this place in the brief's list.
    Layer(usize),
}

impl Target {
    /// ID of its frame on the canvas.
    pub fn object_id(self) -> egui::Id {
        egui::Id::unique(("object", self))
    }

    /// ID of its row in the list.
    pub fn row_id(self) -> egui::Id {
        egui::Id::unique(("layer row", self))
    }

    /// Whether the brief has it.
    pub fn is_in(self, brief: &Brief) -> bool {
        match self {
            Self::Product => brief.product.is_some(),
            Self::Headline => brief.has_text(),
            Self::Layer(index) => index < brief.layers.len(),
        }
    }
}

/// The selected things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(BTreeSet<Target>);

impl Selection {
    /// One thing.
    pub fn of(target: Target) -> Self {
        Self([target].into())
    }

    /// These layers.
    pub fn of_layers(indices: impl IntoIterator<Item = usize>) -> Self {
        Self(indices.into_iter().map(Target::Layer).collect())
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of selected things.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is selected.
    pub fn contains(&self, target: Target) -> bool {
        self.0.contains(&target)
    }

    /// Everything that is selected.
    pub fn iter(&self) -> impl Iterator<Item = Target> + '_ {
        self.0.iter().copied()
    }

    /// The selected thing, if it is the only one.
    pub fn only(&self) -> Option<Target> {
        self.0.first().copied().filter(|_| self.0.len() == 1)
    }

    /// The places of the selected layers, lowest first.
    pub fn layers(&self) -> Vec<usize> {
        self.0.iter().filter_map(|target| if let Target::Layer(index) = target { Some(*index) } else { None }).collect()
    }

    /// The selection after a click. With `more` the target is added or removed.
    pub fn clicked(&self, target: Target, more: bool) -> Self {
        if !more {
            return Self::of(target);
        }
        let mut targets = self.0.clone();
        if !targets.remove(&target) {
            targets.insert(target);
        }
        Self(targets)
    }

    /// Removes targets that the brief does not have.
    pub fn retain_known(&mut self, brief: &Brief) {
        self.0.retain(|target| target.is_in(brief));
    }
}
