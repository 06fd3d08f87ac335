//! A store with other tensor names: checkpoints of a network exist in several layouts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use super::error::WeightsError;
use super::store::{TensorStore, Weight};

/// The part of a tensor in the file that a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// These rows (outermost dimension).
    Rows(Range<usize>),
    /// All of it with the two halves of its rows swapped.
    HalvesSwapped,
    /// All of a 1×1 kernel as a matrix.
    Matrix,
}

/// The source of a renamed tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name in the file.
    pub name: String,
    /// The part of it.
    pub part: Part,
}

impl Source {
    /// A whole tensor.
    pub fn whole(name: impl Into<String>) -> Self {
        Self { name: name.into(), part: Part::Whole }
    }
}

/// Renames a module within numbered blocks: `{old}{index}.{module}.{leaf}` → `{new}{index}.{renamed module}.{leaf}`. `modules`: pairs (old
/// name, new name). `None` for a name of another form and for a module that is not in the table.
pub(super) fn renamed_in_block(name: &str, old: &str, new: &str, modules: &[(&str, &str)]) -> Option<String> {
    let (index, rest) = name.strip_prefix(old)?.split_once('.')?;
    let (module, leaf) = rest.rsplit_once('.')?;
    let (_, renamed) = modules.iter().find(|(old, _)| *old == module)?;
    Some(format!("{new}{index}.{renamed}.{leaf}"))
}

/// A store seen through a table of names. Only the names in the table exist.
pub struct Renamed {
    inner: Arc<dyn TensorStore>,
    table: BTreeMap<String, Source>,
}

impl Renamed {
    /// `table` maps the names that networks ask for to tensors of `inner`.
    pub fn new(inner: Arc<dyn TensorStore>, table: BTreeMap<String, Source>) -> Self {
        Self { inner, table }
    }

    fn source(&self, name: &str) -> Result<&Source, WeightsError> {
        self.table.get(name).ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })
    }

    fn half(&self, source: &Source) -> Result<usize, WeightsError> {
        let rows = self.inner.shape(&source.name).and_then(|s| s.first().copied()).unwrap_or(0);
        if rows < 2 || !rows.is_multiple_of(2) {
            return Err(WeightsError::config(
                self.place(),
                format!("tensor {} has {rows} rows, so it cannot be split into two halves", source.name),
            ));
        }
        Ok(rows / 2)
    }
}

impl TensorStore for Renamed {
    fn place(&self) -> String {
        self.inner.place()
    }

    fn names(&self) -> Vec<String> {
        self.table.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        let source = self.table.get(name)?;
        let mut shape = self.inner.shape(&source.name)?;
        if let Part::Rows(rows) = &source.part {
            *shape.first_mut()? = rows.len();
        }
        if source.part == Part::Matrix {
            shape.truncate(2);
        }
        Some(shape)
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let source = self.source(name)?;
        match &source.part {
            Part::Whole => self.inner.tensor(&source.name, dtype, device),
            Part::Matrix => Ok(self.inner.tensor(&source.name, dtype, device)?.flatten_from(1)?),
            Part::Rows(rows) => self.inner.tensor_rows(&source.name, rows.clone(), dtype, device),
            Part::HalvesSwapped => {
                let half = self.half(source)?;
                let whole = self.inner.tensor(&source.name, dtype, device)?;
                Ok(Tensor::cat(&[whole.narrow(0, half, half)?, whole.narrow(0, 0, half)?], 0)?)
            }
        }
    }

    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let source = self.source(name)?;
        match &source.part {
            Part::Whole => self.inner.tensor_rows(&source.name, rows, dtype, device),
            Part::Rows(part) => self.inner.tensor_rows(&source.name, part.start + rows.start..part.start + rows.end, dtype, device),
            Part::HalvesSwapped | Part::Matrix => Ok(self.tensor(name, dtype, device)?.narrow(0, rows.start, rows.len())?),
        }
    }

    fn weight_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        let source = self.source(name)?;
        match &source.part {
            Part::Whole => self.inner.weight_rows(&source.name, rows, dtype, device),
            Part::Rows(part) => self.inner.weight_rows(&source.name, part.start + rows.start..part.start + rows.end, dtype, device),
            Part::HalvesSwapped | Part::Matrix => self.tensor_rows(name, rows, dtype, device).map(Weight::Dense),
        }
    }

    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        let source = self.source(name)?;
        match &source.part {
            Part::Whole => self.inner.weight(&source.name, dtype, device),
            Part::Rows(rows) => self.inner.weight_rows(&source.name, rows.clone(), dtype, device),
            // Few and small matrices; reading them packed is not worth the code.
            Part::HalvesSwapped | Part::Matrix => self.tensor(name, dtype, device).map(Weight::Dense),
        }
    }
}
