//! GGUF files: quantised transformers and text encoders as the community shares them.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{DType, Device, Tensor};
use parking_lot::Mutex;

use super::error::WeightsError;
use super::store::{TensorStore, Weight};
use crate::notice;
use crate::notice::Argument;

/// One GGUF file.
pub struct GgufStore {
    path: PathBuf,
    file: Mutex<BufReader<File>>,
    content: Content,
}

/// The candle type of a GGUF type that is not packed in blocks.
fn plain(dtype: GgmlDType) -> Option<DType> {
    match dtype {
        GgmlDType::F32 => Some(DType::F32),
        GgmlDType::F16 => Some(DType::F16),
        GgmlDType::BF16 => Some(DType::BF16),
        _ => None,
    }
}

impl GgufStore {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// The file is missing, truncated or damaged.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let corrupt = |what: Argument| WeightsError::Corrupt { path: path.into(), what };
        let file = File::open(path).map_err(WeightsError::io(path))?;
        let total = file.metadata().map_err(WeightsError::io(path))?.len();
        let mut file = BufReader::new(file);
        if super::gguf_header::usable(&mut file) == Some(false) {
            return Err(corrupt(notice!("diffusion-gguf-version").into()));
        }
        file.seek(SeekFrom::Start(0)).map_err(WeightsError::io(path))?;
        // A damaged header may still overflow candle's arithmetic.
        let content = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Content::read(&mut file)))
            .map_err(|_| corrupt(notice!("diffusion-gguf-header").into()))?
            .map_err(|e| corrupt(notice!("diffusion-not-gguf", detail = super::error::one_line(&e)).into()))?;
        for (name, info) in &content.tensor_infos {
            let block = info.ggml_dtype.block_size();
            let elements = info.shape.dims().iter().try_fold(1usize, |n, &d| n.checked_mul(d)).unwrap_or(usize::MAX);
            let bytes = (elements / block.max(1)).saturating_mul(info.ggml_dtype.type_size()) as u64;
            let end = content.tensor_data_offset.saturating_add(info.offset).saturating_add(bytes);
            if elements == 0 {
                return Err(corrupt(format!("tensor {name} is empty").into()));
            }
            if end > total {
                return Err(corrupt(notice!("diffusion-file-cut-short", name = name, end = end, total = total).into()));
            }
            if info.shape.dims().last().is_some_and(|n| n % block != 0) {
                return Err(corrupt(format!("tensor {name} has rows that are not a whole number of blocks").into()));
            }
        }
        Ok(Self { path: path.into(), file: Mutex::new(file), content })
    }

    /// A value of the file's metadata, such as `general.architecture`.
    pub fn metadata(&self, key: &str) -> Option<&Value> {
        self.content.metadata.get(key)
    }

    /// Reads a tensor, or some of its rows, as the file stores it. Unpacked tensors come in `dtype`.
    fn read(&self, name: &str, rows: Option<Range<usize>>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        let info =
            self.content.tensor_infos.get(name).ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })?;
        let mut shape = info.shape.dims().to_vec();
        let all = shape.first().copied().unwrap_or(1);
        let rows = rows.unwrap_or(0..all);
        if rows.start >= rows.end || rows.end > all {
            let what = format!("tensor {name} has {all} rows, not {}", rows.end).into();
            return Err(WeightsError::Corrupt { path: self.path.clone(), what });
        }
        let failed = |source| WeightsError::Tensor { place: format!("{}: tensor {name}", self.path.display()), source };
        if shape.len() == 1 && rows.len() < all && plain(info.ggml_dtype).is_none() {
            // A packed vector is one row of blocks, so it cannot be read in parts.
            let whole = self.read(name, None, dtype, device)?;
            return Ok(Weight::Dense(dense(whole, dtype, device).and_then(|t| t.narrow(0, rows.start, rows.len())).map_err(failed)?));
        }
        let row = info.shape.elem_count() / info.ggml_dtype.block_size() * info.ggml_dtype.type_size() / all;
        if let Some(first) = shape.first_mut() {
            *first = rows.len();
        }
        let mut bytes = vec![0u8; rows.len() * row];
        {
            let mut file = self.file.lock();
            let start = self.content.tensor_data_offset + info.offset + (rows.start * row) as u64;
            file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut bytes)).map_err(WeightsError::io(&self.path))?;
        }
        let load = || match plain(info.ggml_dtype) {
            Some(found) => Tensor::from_raw_buffer(&bytes, found, &shape, device)?.to_dtype(dtype).map(Weight::Dense),
            None => {
                QTensor::new(QStorage::from_data(Cow::Borrowed(&bytes), device, info.ggml_dtype)?, shape.as_slice()).map(Weight::Quantized)
            }
        };
        load().map_err(failed)
    }

    fn read_dense(&self, name: &str, rows: Option<Range<usize>>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let weight = self.read(name, rows, dtype, device)?;
        dense(weight, dtype, device)
            .map_err(|source| WeightsError::Tensor { place: format!("{}: tensor {name}", self.path.display()), source })
    }
}

fn dense(weight: Weight, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
    match weight {
        Weight::Dense(tensor) => Ok(tensor),
        Weight::Quantized(packed) => packed.dequantize(device)?.to_dtype(dtype),
    }
}

impl TensorStore for GgufStore {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.content.tensor_infos.keys().cloned().collect();
        names.sort();
        names
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.content.tensor_infos.get(name).map(|t| t.shape.dims().to_vec())
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.read_dense(name, None, dtype, device)
    }

    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.read(name, None, dtype, device)
    }

    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.read_dense(name, Some(rows), dtype, device)
    }

    fn weight_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.read(name, Some(rows), dtype, device)
    }
}
