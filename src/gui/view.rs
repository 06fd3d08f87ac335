//! The selection of the picture on the canvas.

use uuid::Uuid;

/// The four pictures of an advertisement, in the order of the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The product without its background.
    Product,
    /// The result of step 1.
    Background,
    /// The headline on a transparent canvas: the result of step 2.
    Text,
    /// The finished advertisement.
    Final,
}

/// The panel at the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The jobs.
    #[default]
    History,
    /// The layers.
    Layers,
}

/// Where the pictures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The live draft of the brief.
    Draft,
    /// The results of a job.
    Job(Uuid),
}

/// The selected pictures.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The chosen tab.
    pub tab: Tab,
    /// The source of the picture; while comparing, of the right side.
    pub source: Source,
    /// The source of the left side while comparing.
    pub compare: Option<Source>,
    /// The panel at the right, if it is shown.
    pub side: Side,
}

impl Default for View {
    fn default() -> Self {
        Self { tab: Tab::Final, source: Source::Draft, compare: None, side: Side::default() }
    }
}

impl View {
    /// Shows one source and ends a comparison.
    pub fn show(&mut self, source: Source) {
        (self.source, self.compare) = (source, None);
    }

    /// The job that is shown, if it is not the draft.
    pub fn job(&self) -> Option<Uuid> {
        match self.source {
            Source::Draft => None,
            Source::Job(id) => Some(id),
        }
    }
}
