//! Writes weights as a GGUF file with packed matrices. Tensors are read, packed and written some rows at a time, so that memory does not depend on
//! the size of the model.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};

use super::error::WeightsError;
use super::stoppable::StopCheck;
use super::store::TensorStore;

/// Alignment of tensors in the file, bytes: the default of the format.
const ALIGNMENT: u64 = 32;
/// Most values that are packed at once: 16 MiB as float32.
const BATCH: usize = 4 << 20;
/// Matrices with fewer values stay float32: they are biases and tables of positions, where rounding costs more than it saves.
const SMALLEST: usize = 1 << 14;
/// Version of the packing that readers check.
const QUANTIZATION_VERSION: u32 = 2;

/// How matrices are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// 8.5 bits a weight.
    Q8_0,
    /// 4.5 bits a weight. Rows that are not a multiple of 256 values are packed as Q8_0.
    Q4K,
}

impl Packing {
    /// The number of this kind of file in `general.file_type`.
    fn file_type(self) -> u32 {
        match self {
            Self::Q8_0 => 7,
            Self::Q4K => 14,
        }
    }

    /// The type of a tensor of this shape in the file.
    fn dtype(self, shape: &[usize]) -> GgmlDType {
        let &[rows, columns] = shape else { return GgmlDType::F32 };
        let fits = |dtype: GgmlDType| columns % dtype.block_size() == 0;
        match self {
            _ if rows.saturating_mul(columns) < SMALLEST => GgmlDType::F32,
            Self::Q4K if fits(GgmlDType::Q4K) => GgmlDType::Q4K,
            _ if fits(GgmlDType::Q8_0) => GgmlDType::Q8_0,
            _ => GgmlDType::F32,
        }
    }
}

/// A tensor of the file that is written.
struct Planned {
    name: String,
    shape: Vec<usize>,
    dtype: GgmlDType,
    bytes: u64,
}

/// Removes the unfinished file unless it was renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes the tensors of `store` to the GGUF file `to`, which appears at once and whole. Tensors of integers are left out. `progress` gets the
/// bytes that are written and those in all. Returns the size of the file in bytes. Blocking.
///
/// # Errors
/// A tensor cannot be read or has more than four dimensions, `to` cannot be written, or `stop` returns true.
pub fn quantize(
    store: &dyn TensorStore,
    to: &Path,
    packing: Packing,
    stop: &StopCheck,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64, WeightsError> {
    let plan = plan(store, packing)?;
    let total = plan.iter().map(|tensor| tensor.bytes.next_multiple_of(ALIGNMENT)).sum();
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = Unfinished(to.with_file_name(name));
    let io = |error: std::io::Error| WeightsError::Io { path: to.to_path_buf(), source: error };
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&part.0).map_err(io)?);
    let header = header(&plan, packing);
    file.write_all(&header).map_err(io)?;
    let mut done = 0;
    for tensor in &plan {
        let rows = tensor.shape.first().copied().unwrap_or(1);
        let row = tensor.shape.iter().skip(1).product::<usize>().max(1);
        let batch = (BATCH / row).max(1);
        for start in (0..rows).step_by(batch) {
            if stop() {
                return Err(WeightsError::Stopped);
            }
            let end = (start + batch).min(rows);
            let values = match tensor.shape[..] {
                [] => store.tensor(&tensor.name, DType::F32, &Device::Cpu)?,
                _ => store.tensor_rows(&tensor.name, start..end, DType::F32, &Device::Cpu)?,
            };
            let bytes = pack(&values, tensor.dtype)
                .map_err(|source| WeightsError::Tensor { place: format!("{}: tensor {}", store.place(), tensor.name), source })?;
            file.write_all(&bytes).map_err(io)?;
            done += bytes.len() as u64;
            progress(done, total);
        }
        let padding = tensor.bytes.next_multiple_of(ALIGNMENT) - tensor.bytes;
        file.write_all(&[0; ALIGNMENT as usize][..padding as usize]).map_err(io)?;
        done += padding;
    }
    let file = file.into_inner().map_err(|error| io(error.into_error()))?;
    file.sync_all().and_then(|()| std::fs::rename(&part.0, to)).map_err(io)?;
    Ok(header.len() as u64 + total)
}

fn plan(store: &dyn TensorStore, packing: Packing) -> Result<Vec<Planned>, WeightsError> {
    let mut plan = Vec::new();
    for name in store.names() {
        let shape = store.shape(&name).unwrap_or_default();
        if shape.len() > 4 {
            return Err(WeightsError::config(store.place(), format!("tensor {name} has {} dimensions", shape.len())));
        }
        // A small part of the tensor tells its type.
        let sample = match shape.first() {
            None => store.tensor(&name, DType::F32, &Device::Cpu)?,
            Some(0) => continue,
            Some(_) => store.tensor_rows(&name, 0..1, DType::F32, &Device::Cpu)?,
        };
        if !sample.dtype().is_float() {
            continue;
        }
        let dtype = packing.dtype(&shape);
        let values: usize = shape.iter().product();
        let bytes = (values / dtype.block_size() * dtype.type_size()) as u64;
        plan.push(Planned { name, shape, dtype, bytes });
    }
    Ok(plan)
}

fn pack(values: &Tensor, dtype: GgmlDType) -> candle_core::Result<Vec<u8>> {
    if dtype == GgmlDType::F32 {
        let values = values.flatten_all()?.to_vec1::<f32>()?;
        return Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }
    Ok(QTensor::quantize(values, dtype)?.data()?.into_owned())
}

/// The header of GGUF version 3, padded to the alignment.
fn header(plan: &[Planned], packing: Packing) -> Vec<u8> {
    /// Types of metadata values.
    const U32: u32 = 4;
    const STRING: u32 = 8;
    let mut out = Vec::new();
    let text = |out: &mut Vec<u8>, text: &str| {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text.as_bytes());
    };
    out.extend(b"GGUF");
    out.extend(3_u32.to_le_bytes());
    out.extend((plan.len() as u64).to_le_bytes());
    out.extend(3_u64.to_le_bytes());
    text(&mut out, "general.architecture");
    out.extend(STRING.to_le_bytes());
    text(&mut out, architecture(plan));
    for (key, value) in [("general.file_type", packing.file_type()), ("general.quantization_version", QUANTIZATION_VERSION)] {
        text(&mut out, key);
        out.extend(U32.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    let mut offset = 0_u64;
    for tensor in plan {
        text(&mut out, &tensor.name);
        // The format has no scalars.
        let shape = if tensor.shape.is_empty() { &[1][..] } else { &tensor.shape };
        out.extend((shape.len() as u32).to_le_bytes());
        // Innermost dimension first.
        shape.iter().rev().for_each(|&side| out.extend((side as u64).to_le_bytes()));
        out.extend(type_number(tensor.dtype).to_le_bytes());
        out.extend(offset.to_le_bytes());
        offset += tensor.bytes.next_multiple_of(ALIGNMENT);
    }
    out.resize(out.len().next_multiple_of(ALIGNMENT as usize), 0);
    out
}

/// The number of a type in the format. Only those that [`Packing::dtype`] chooses are written.
fn type_number(dtype: GgmlDType) -> u32 {
    match dtype {
        GgmlDType::Q8_0 => 8,
        GgmlDType::Q4K => 12,
        _ => 0,
    }
}

/// The metadata that readers look for first.
fn architecture(plan: &[Planned]) -> &'static str {
    let has = |part: &str| plan.iter().any(|tensor| tensor.name.contains(part));
    match () {
        () if has("double_blocks.") || has("single_transformer_blocks.") => "flux",
        () if has("encoder.block.") => "t5encoder",
        () => "model",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use super::*;
    use crate::weights::{MemoryStore, Weight, open};

    fn tensors() -> HashMap<String, Tensor> {
        let of = |shape: &[usize], seed: u64| {
            let values = crate::weights::synthetic::values("w", shape, seed);
            Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
        };
        HashMap::from([
            ("encoder.block.0.weight".to_owned(), of(&[300, 512], 1)),
            ("encoder.block.0.odd".to_owned(), of(&[700, 96], 2)),
            ("encoder.block.0.uneven".to_owned(), of(&[700, 50], 3)),
            ("norm".to_owned(), of(&[512], 4)),
            ("conv".to_owned(), of(&[8, 4, 3, 3], 5)),
            ("scale".to_owned(), Tensor::new(0.5_f32, &Device::Cpu).unwrap()),
            ("position_ids".to_owned(), Tensor::new(&[1_i64, 2], &Device::Cpu).unwrap()),
        ])
    }

    #[test]
    fn packed_files_are_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let (path, source) = (dir.path().join("m.gguf"), MemoryStore::new(tensors()));
        let never: StopCheck = Arc::new(|| false);
        for (packing, worst) in [(Packing::Q8_0, 0.01), (Packing::Q4K, 0.12)] {
            let mut last = (0, 0);
            let size = quantize(&source, &path, packing, &never, |done, total| last = (done, total)).unwrap();
            assert_eq!((size, last.0 <= last.1), (std::fs::metadata(&path).unwrap().len(), true));
            let store = open(&path).unwrap();
            assert_eq!(store.names().len(), 6, "integers are left out");
            for (name, expected) in tensors().iter().filter(|(name, _)| *name != "position_ids") {
                let found = store.tensor(name, DType::F32, &Device::Cpu).unwrap().flatten_all().unwrap();
                let expected = expected.flatten_all().unwrap();
                let norm = |t: &Tensor| t.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
                let error = norm(&(&found - &expected).unwrap()) / norm(&expected);
                let is_packed = matches!(store.weight(name, DType::F32, &Device::Cpu), Ok(Weight::Quantized(_)));
                assert_eq!(is_packed, name.ends_with("weight") || name.ends_with("odd"), "{name}");
                assert!(error <= if is_packed { worst } else { 0.0 }, "{packing:?} {name}: {error}");
            }
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside the file");
    }

    #[test]
    fn a_stop_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let always: StopCheck = Arc::new(|| true);
        let stopped = quantize(&MemoryStore::new(tensors()), &dir.path().join("m.gguf"), Packing::Q8_0, &always, |_, _| {});
        assert!(matches!(stopped, Err(WeightsError::Stopped)));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
