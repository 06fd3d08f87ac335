//! Values from a file straight into the memory of a tensor: one copy, from the system's cache of files. A map of the file would hold its pages
//! beside the tensors that are made of them, and a file that is cut short while it is mapped ends the program.

use std::fs::File;
use std::io;

use bytemuck::Pod;
use candle_core::{DType, Device, Result, Tensor};
use half::vec::HalfBitsVecExt as _;
use half::{bf16, f16};
use rayon::prelude::*;

/// Bytes that a thread reads at a time. Most of the time goes into the pages of the new memory, which the system makes on every thread.
const CHUNK: usize = 8 << 20;

/// A tensor of `shape` in the memory of the CPU, whose values are in the file from byte `start` on; `None` for types that are converted anyway.
///
/// # Errors
/// The file is shorter; it cannot be read.
pub(super) fn read(file: &File, start: u64, shape: &[usize], dtype: DType) -> io::Result<Option<Result<Tensor>>> {
    let count = shape.iter().product();
    let to = &Device::Cpu;
    Ok(Some(match dtype {
        DType::F32 => Tensor::from_vec(values::<f32>(file, start, count)?, shape, to),
        DType::F16 => Tensor::from_vec(values::<u16>(file, start, count)?.reinterpret_into::<f16>(), shape, to),
        DType::BF16 => Tensor::from_vec(values::<u16>(file, start, count)?.reinterpret_into::<bf16>(), shape, to),
        DType::I64 => Tensor::from_vec(values::<i64>(file, start, count)?, shape, to),
        DType::U8 => Tensor::from_vec(values::<u8>(file, start, count)?, shape, to),
        _ => return Ok(None),
    }))
}

/// `count` values, as the file and every supported processor store them: little-endian.
fn values<T: Pod + Send>(file: &File, start: u64, count: usize) -> io::Result<Vec<T>> {
    // Zeros cost nothing here: the system hands out such pages.
    let mut values = vec![T::zeroed(); count];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut values);
    bytes.par_chunks_mut(CHUNK).enumerate().try_for_each(|(i, part)| read_at(file, part, start + (i * CHUNK) as u64))?;
    Ok(values)
}

/// Fills a buffer from an offset of the file, without moving the file's position.
#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, start)
}

/// Fills a buffer from an offset of the file.
#[cfg(windows)]
pub(super) fn read_at(file: &File, mut buffer: &mut [u8], mut start: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, start)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => (buffer, start) = (&mut buffer[n..], start + n as u64),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values");
        // Longer than one part, after three bytes of something else.
        let count = CHUNK / 4 + 1001;
        let expected: Vec<f32> = (0..count).map(|i| i as f32 * 0.5 - 7.0).collect();
        let bytes: Vec<u8> = [1, 2, 3].into_iter().chain(expected.iter().flat_map(|value| value.to_le_bytes())).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        let found = read(&file, 3, &[count], DType::F32).unwrap().unwrap().unwrap();
        assert!(found.to_vec1::<f32>().unwrap() == expected);
        assert!(read(&file, 4, &[count], DType::F32).is_err(), "it is one byte short");
        for dtype in [DType::F16, DType::BF16, DType::I64, DType::U8] {
            let shape = [3, 5];
            let raw = &bytes[3..3 + 15 * dtype.size_in_bytes()];
            let expected = Tensor::from_raw_buffer(raw, dtype, &shape, &Device::Cpu).unwrap();
            let found = read(&file, 3, &shape, dtype).unwrap().unwrap().unwrap();
            let text = |tensor: &Tensor| tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(format!("{:?}", text(&found)), format!("{:?}", text(&expected)), "{dtype:?}");
        }
        assert!(read(&file, 3, &[4], DType::F64).unwrap().is_none());
    }
}
