//! Weights from a file into the memory of an NVIDIA GPU.
//!
//! The copy engine reads host memory at full speed only where it cannot be paged out. Several threads read parts of the file into such
//! buffers while the parts before are on their way.

use std::fs::File;

use candle_core::cuda_backend::cudarc::driver::{CudaEvent, CudaStream, DevicePtr, DeviceRepr, PinnedHostSlice, result};
use candle_core::cuda_backend::{CudaDType, WrapErr};
use candle_core::op::BackpropOp;
use candle_core::{CudaDevice, CudaStorage, DType, Error, Result, Storage, Tensor};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::sync::Arc;

use super::direct::read_at;

/// Bytes that a thread reads at a time.
const CHUNK: usize = 8 << 20;
/// Buffers: enough for every reader while as many copies run.
const SLOTS: usize = 8;

/// A buffer that cannot be paged out, and the end of the copy that still reads it.
struct Slot {
    buffer: PinnedHostSlice<u8>,
    copied: CudaEvent,
}

/// The buffers of a device. They are kept: pinning memory takes longer than a copy.
struct Slots {
    stream: Arc<CudaStream>,
    slots: Vec<Mutex<Slot>>,
}

static SLOTS_OF_DEVICE: Mutex<Option<Arc<Slots>>> = Mutex::new(None);

impl Slots {
    fn of(device: &CudaDevice) -> Result<Arc<Self>> {
        let stream = device.cuda_stream();
        let mut kept = SLOTS_OF_DEVICE.lock();
        if let Some(slots) = kept.as_ref().filter(|slots| Arc::ptr_eq(&slots.stream, &stream)) {
            return Ok(Arc::clone(slots));
        }
        let slot = |_| -> Result<Mutex<Slot>> {
            // SAFETY: the buffer is written before it is read.
            #[allow(unsafe_code)]
            let buffer = unsafe { stream.context().alloc_pinned_with_flags::<u8>(CHUNK, 0) }.w()?;
            let copied = stream.context().new_event(None).w()?;
            Ok(Mutex::new(Slot { buffer, copied }))
        };
        let slots = Arc::new(Self { slots: (0..SLOTS).map(slot).collect::<Result<_>>()?, stream });
        *kept = Some(Arc::clone(&slots));
        Ok(slots)
    }

    /// Copies `len` bytes of the file, from `start` on, to an address on the device.
    fn copy(&self, file: &File, start: u64, len: usize, to: u64) -> Result<()> {
        (0..len.div_ceil(CHUNK)).into_par_iter().try_for_each(|i| -> Result<()> {
            self.stream.context().bind_to_thread().w()?;
            let (offset, size) = (i * CHUNK, CHUNK.min(len - i * CHUNK));
            let mut slot = self.slots[i % SLOTS].lock();
            slot.copied.synchronize().w()?;
            let buffer = &mut slot.buffer.as_mut_slice().w()?[..size];
            read_at(file, buffer, start + offset as u64).map_err(Error::wrap)?;
            // SAFETY: the destination has `len` bytes, and the buffer is not written before the event.
            #[allow(unsafe_code)]
            unsafe { result::memcpy_htod_async(to + offset as u64, buffer, self.stream.cu_stream()) }.w()?;
            slot.copied.record(&self.stream).w()
        })
    }
}

/// A tensor of `shape` whose values are in the file from byte `start` on; `None` for types that have no fast path.
///
/// # Errors
/// The file is shorter, out of memory.
pub fn upload(file: &File, start: u64, shape: &[usize], dtype: DType, device: &CudaDevice) -> Result<Option<Tensor>> {
    let storage = match dtype {
        DType::F32 => typed::<f32>(file, start, shape, device)?,
        DType::F16 => typed::<half::f16>(file, start, shape, device)?,
        DType::BF16 => typed::<half::bf16>(file, start, shape, device)?,
        _ => return Ok(None),
    };
    Ok(Some(Tensor::from_storage(Storage::Cuda(storage), shape, BackpropOp::none(), false)))
}

fn typed<T: DeviceRepr + CudaDType>(file: &File, start: u64, shape: &[usize], device: &CudaDevice) -> Result<CudaStorage> {
    let count: usize = shape.iter().product();
    // SAFETY: every element is copied below.
    #[allow(unsafe_code)]
    let out = unsafe { device.alloc::<T>(count)? };
    let slots = Slots::of(device)?;
    let to = out.device_ptr(&slots.stream).0;
    slots.copy(file, start, count * size_of::<T>(), to)?;
    Ok(CudaStorage::wrap_cuda_slice(out, device.clone()))
}
