//! Safetensors files, single or sharded with an index.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use parking_lot::Mutex;
use serde::Deserialize;

use super::error::WeightsError;
use super::store::TensorStore;
use crate::notice;
use crate::notice::Argument;

/// Largest header in bytes; a larger value means that the file is not a safetensors file.
const MAX_HEADER: u64 = 100_000_000;

#[derive(Deserialize)]
struct Info {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

struct Entry {
    file: usize,
    dtype: DType,
    shape: Vec<usize>,
    start: u64,
    len: usize,
}

/// One or more safetensors files read as one.
pub struct SafetensorsStore {
    place: PathBuf,
    files: Vec<(PathBuf, Mutex<File>)>,
    entries: BTreeMap<String, Entry>,
}

fn corrupt(path: &Path, what: impl Into<Argument>) -> WeightsError {
    WeightsError::Corrupt { path: path.into(), what: what.into() }
}

fn unsupported(path: &Path, tensor: &str, dtype: &str) -> WeightsError {
    WeightsError::config(path.display().to_string(), notice!("diffusion-tensor-type", tensor = tensor.to_owned(), dtype = dtype.to_owned()))
}

fn dtype_of(name: &str) -> Option<DType> {
    Some(match name {
        "F64" => DType::F64,
        "F32" => DType::F32,
        "F16" => DType::F16,
        "BF16" => DType::BF16,
        "F8_E4M3" => DType::F8E4M3,
        "I64" => DType::I64,
        "I32" => DType::I32,
        "I16" => DType::I16,
        "U32" => DType::U32,
        "U8" | "BOOL" => DType::U8,
        _ => return None,
    })
}

/// The weights file of a component's folder: full precision before `fp16` and `bf16` variants, a single file before shards.
///
/// # Errors
/// There is no weights file, or there are several under unusual names.
pub fn find_in_folder(folder: &Path) -> Result<PathBuf, WeightsError> {
    const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];
    const VARIANTS: [&str; 3] = ["", ".fp16", ".bf16"];
    for variant in VARIANTS {
        for stem in STEMS {
            for name in [format!("{stem}{variant}.safetensors"), format!("{stem}.safetensors.index{variant}.json")] {
                let path = folder.join(name);
                if path.is_file() {
                    return Ok(path);
                }
            }
        }
    }
    // Otherwise the only weights file in the folder, whatever its name.
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(WeightsError::io(folder))?
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("safetensors") || e.eq_ignore_ascii_case("gguf")))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        _ => Err(WeightsError::MissingFile { path: folder.join("diffusion_pytorch_model.safetensors") }),
    }
}

impl SafetensorsStore {
    /// Opens files and reads their headers.
    ///
    /// # Errors
    /// A file is missing, truncated or damaged; a tensor occurs twice.
    pub fn open(paths: &[PathBuf]) -> Result<Self, WeightsError> {
        let mut store = Self { place: paths.first().cloned().unwrap_or_default(), files: Vec::new(), entries: BTreeMap::new() };
        for path in paths {
            let mut file = File::open(path).map_err(WeightsError::io(path))?;
            for (name, entry) in read_header(path, &mut file, store.files.len())? {
                if store.entries.insert(name.clone(), entry).is_some() {
                    return Err(corrupt(path, format!("tensor {name} occurs in two shards")));
                }
            }
            store.files.push((path.clone(), Mutex::new(file)));
        }
        Ok(store)
    }

    /// Opens the shards that an index names.
    ///
    /// # Errors
    /// As [`SafetensorsStore::open`]; the index is not JSON or names a file outside its folder.
    pub fn open_index(index: &Path) -> Result<Self, WeightsError> {
        #[derive(Deserialize)]
        struct Index {
            weight_map: BTreeMap<String, String>,
        }
        let text = std::fs::read_to_string(index).map_err(WeightsError::io(index))?;
        let parsed: Index = serde_json::from_str(&text).map_err(|e| corrupt(index, format!("is not an index of shards ({e})")))?;
        let folder = index.parent().unwrap_or(Path::new("."));
        let mut names: Vec<&String> = parsed.weight_map.values().collect();
        names.sort();
        names.dedup();
        if let Some(bad) = names.iter().find(|n| n.contains(['/', '\\']) || n.contains("..")) {
            return Err(corrupt(index, format!("names a file outside its folder: {bad}")));
        }
        let paths: Vec<PathBuf> = names.iter().map(|n| folder.join(n)).collect();
        let mut store = Self::open(&paths)?;
        store.place = index.into();
        if let Some((name, file)) = parsed.weight_map.iter().find(|(name, _)| !store.entries.contains_key(*name)) {
            return Err(WeightsError::MissingTensor { place: folder.join(file).display().to_string(), name: name.clone() });
        }
        Ok(store)
    }
}

impl SafetensorsStore {
    /// Reads a tensor or some of its rows.
    fn read(&self, name: &str, rows: Option<Range<usize>>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let entry = self.entries.get(name).ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })?;
        let (path, file) = &self.files[entry.file];
        let (mut shape, mut start, mut len) = (entry.shape.clone(), entry.start, entry.len);
        if let Some(rows) = rows {
            let all = shape.first().copied().unwrap_or(0);
            if rows.start >= rows.end || rows.end > all {
                return Err(corrupt(path, format!("tensor {name} has {all} rows, not {}", rows.end)));
            }
            let row = len / all;
            start += (rows.start * row) as u64;
            len = rows.len() * row;
            shape[0] = rows.len();
        }
        let located = |source| WeightsError::Tensor { place: format!("{}: tensor {name}", path.display()), source };
        #[cfg(feature = "cuda")]
        if let Device::Cuda(gpu) = device {
            if let Some(tensor) = super::upload::upload(&file.lock(), start, &shape, entry.dtype, gpu).map_err(located)? {
                return tensor.to_dtype(dtype).map_err(located);
            }
        }
        let cut_short = |_| corrupt(path, format!("was cut short while tensor {name} was read"));
        if device.is_cpu()
            && let Some(tensor) = super::direct::read(&file.lock(), start, &shape, entry.dtype).map_err(cut_short)?
        {
            let tensor = tensor.map_err(located)?;
            return if tensor.dtype().is_float() { tensor.to_dtype(dtype).map_err(located) } else { Ok(tensor) };
        }
        let mut bytes = vec![0u8; len];
        super::direct::read_at(&file.lock(), &mut bytes, start).map_err(cut_short)?;
        let load = || -> candle_core::Result<Tensor> {
            // candle cannot cast these on every GPU.
            let on_cpu = matches!(entry.dtype, DType::F8E4M3 | DType::I16 | DType::I32 | DType::F64);
            let tensor = Tensor::from_raw_buffer(&bytes, entry.dtype, &shape, if on_cpu { &Device::Cpu } else { device })?;
            match tensor.dtype() {
                found if found.is_float() => tensor.to_dtype(dtype)?.to_device(device),
                DType::I16 | DType::I32 => tensor.to_dtype(DType::I64)?.to_device(device),
                _ => Ok(tensor),
            }
        };
        load().map_err(located)
    }
}

fn read_header(path: &Path, file: &mut File, index: usize) -> Result<Vec<(String, Entry)>, WeightsError> {
    let total = file.metadata().map_err(WeightsError::io(path))?.len();
    let mut len = [0u8; 8];
    file.read_exact(&mut len).map_err(|_| corrupt(path, notice!("diffusion-file-too-short")))?;
    let len = u64::from_le_bytes(len);
    if len > MAX_HEADER || len + 8 > total {
        return Err(corrupt(path, notice!("diffusion-not-safetensors", header = len, total = total)));
    }
    let mut header = vec![0u8; len as usize];
    file.read_exact(&mut header).map_err(WeightsError::io(path))?;
    let parsed: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&header).map_err(|e| corrupt(path, format!("has a header that is not JSON ({e})")))?;
    let mut entries = Vec::with_capacity(parsed.len());
    for (name, value) in parsed {
        if name == "__metadata__" {
            continue;
        }
        let info: Info =
            serde_json::from_value(value).map_err(|e| corrupt(path, format!("tensor {name} has an invalid description ({e})")))?;
        let dtype = dtype_of(&info.dtype).ok_or_else(|| unsupported(path, &name, &info.dtype))?;
        let (start, end) = info.data_offsets;
        let elements = info.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        let wanted = elements.and_then(|n| n.checked_mul(dtype.size_in_bytes())).map(|n| n as u64);
        if end < start || wanted != Some(end - start) {
            return Err(corrupt(path, format!("tensor {name} says {} bytes for shape {:?}", end.saturating_sub(start), info.shape)));
        }
        if end.checked_add(8 + len).is_none_or(|e| e > total) {
            return Err(corrupt(path, notice!("diffusion-file-cut-short", name = name, end = end.saturating_add(8 + len), total = total)));
        }
        entries.push((name, Entry { file: index, dtype, shape: info.shape, start: start + 8 + len, len: (end - start) as usize }));
    }
    Ok(entries)
}

impl TensorStore for SafetensorsStore {
    fn place(&self) -> String {
        self.place.display().to_string()
    }

    fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.entries.get(name).map(|e| e.shape.clone())
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.read(name, None, dtype, device)
    }

    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.read(name, Some(rows), dtype, device)
    }
}
