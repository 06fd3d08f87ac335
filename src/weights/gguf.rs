//! GGUF files: quantised transformers and text encoders as the community shares them.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};

use super::{TensorStore, Weight, WeightsError};

/// One GGUF file.
pub struct GgufStore {
    path: PathBuf,
    file: Mutex<BufReader<File>>,
    content: Content,
}

impl GgufStore {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// A missing, cut or damaged file; a tensor that ends beyond the file.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let corrupt = |what: String| WeightsError::Corrupt { path: path.into(), what };
        let file = File::open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => WeightsError::MissingFile { path: path.into() },
            _ => WeightsError::Io { path: path.into(), source },
        })?;
        let total = file.metadata().map_err(|source| WeightsError::Io { path: path.into(), source })?.len();
        let mut file = BufReader::new(file);
        let content = Content::read(&mut file).map_err(|e| corrupt(format!("is no usable GGUF file ({})", super::error::one_line(&e))))?;
        for (name, info) in &content.tensor_infos {
            let block = info.ggml_dtype.block_size();
            let elements = info.shape.dims().iter().try_fold(1usize, |n, &d| n.checked_mul(d)).unwrap_or(usize::MAX);
            let bytes = (elements / block.max(1)).saturating_mul(info.ggml_dtype.type_size()) as u64;
            let end = content.tensor_data_offset.saturating_add(info.offset).saturating_add(bytes);
            if end > total {
                return Err(corrupt(format!("is cut short: tensor {name} ends at byte {end}, the file has {total}")));
            }
            if info.shape.dims().last().is_some_and(|n| n % block != 0) {
                return Err(corrupt(format!("tensor {name} has rows that are no whole number of blocks")));
            }
        }
        Ok(Self { path: path.into(), file: Mutex::new(file), content })
    }

    /// A value of the file's metadata, such as `general.architecture`.
    pub fn metadata(&self, key: &str) -> Option<&Value> {
        self.content.metadata.get(key)
    }

    fn read(&self, name: &str, device: &Device) -> Result<QTensor, WeightsError> {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !self.content.tensor_infos.contains_key(name) {
            return Err(WeightsError::MissingTensor { place: self.place(), name: name.into() });
        }
        file.seek(SeekFrom::Start(0)).map_err(|source| WeightsError::Io { path: self.path.clone(), source })?;
        self.content
            .tensor(&mut *file, name, device)
            .map_err(|source| WeightsError::Tensor { place: format!("{}: tensor {name}", self.path.display()), source })
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
        Ok(self.read(name, device)?.dequantize(device)?.to_dtype(dtype)?)
    }

    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        let tensor = self.read(name, device)?;
        Ok(match tensor.dtype() {
            GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16 => Weight::Dense(tensor.dequantize(device)?.to_dtype(dtype)?),
            _ => Weight::Quantized(tensor),
        })
    }
}
