//! The compute device: the CPU, an NVIDIA GPU or the GPU of a Mac.

use std::str::FromStr;

pub use candle_core::Device;

use crate::notice;
use crate::notice::Notice;
use crate::weights::one_line;

/// A device as the user names it: `auto`, `cpu`, `cuda`, `cuda:N` or `metal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The GPU that this program was built for: the first NVIDIA GPU, or that of a Mac.
    Auto,
    /// The CPU. Useful for checks; very slow for whole pictures.
    Cpu,
    /// The NVIDIA GPU with this number.
    Cuda(usize),
    /// The GPU of a Mac.
    Metal,
}

impl FromStr for DeviceChoice {
    type Err = Notice;

    fn from_str(name: &str) -> Result<Self, Notice> {
        match name.split_once(':') {
            None if name == "auto" => Some(Self::Auto),
            None if name == "cpu" => Some(Self::Cpu),
            None if name == "cuda" => Some(Self::Cuda(0)),
            None if name == "metal" => Some(Self::Metal),
            Some(("cuda", ordinal)) => ordinal.parse().ok().map(Self::Cuda),
            _ => None,
        }
        .ok_or_else(|| notice!("diffusion-device-unknown", name = name.to_owned()))
    }
}

impl DeviceChoice {
    /// Opens the device. Returns it with the name that is shown to the user.
    ///
    /// # Errors
    /// A message that says why the device cannot be used, and what to do.
    pub fn open(self) -> Result<(Device, String), Notice> {
        let ordinal = match self {
            Self::Cpu => return Ok((Device::Cpu, "CPU".into())),
            Self::Metal => return open_metal(),
            Self::Auto if cfg!(target_os = "macos") => return open_metal(),
            Self::Auto => 0,
            Self::Cuda(ordinal) => ordinal,
        };
        if !cfg!(feature = "cuda") {
            return Err(notice!("diffusion-built-without-cuda"));
        }
        let device =
            new_cuda(ordinal).map_err(|e| notice!("diffusion-gpu-unusable", number = ordinal.to_string(), detail = one_line(&e)))?;
        Ok((device, format!("CUDA {ordinal}")))
    }
}

#[cfg(feature = "cuda")]
fn new_cuda(ordinal: usize) -> candle_core::Result<Device> {
    // One stream for every thread: networks are loaded on one and run on another.
    let device = candle_core::CudaDevice::new_with_stream(ordinal)?;
    // SAFETY: everything runs on that one stream, in order, so no tensor needs events of its own.
    #[allow(unsafe_code)]
    unsafe {
        device.disable_event_tracking();
    }
    pool::keep_freed_memory(&device);
    Ok(Device::Cuda(device))
}

#[cfg(not(feature = "cuda"))]
fn new_cuda(ordinal: usize) -> candle_core::Result<Device> {
    Device::new_cuda(ordinal)
}

/// Prepares a device in the background for the networks that will run there. Without effect on devices that need nothing.
pub fn warm_up(device: &Device) {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(device) = device {
        crate::nn::warm_up(device);
    }
    #[cfg(not(feature = "cuda"))]
    let _ = device;
}

/// The pool from which the driver serves allocations in the order of a stream.
#[cfg(feature = "cuda")]
#[allow(unsafe_code)]
mod pool {
    use candle_core::CudaDevice;
    use candle_core::cuda_backend::cudarc::driver::sys;

    fn of(device: &CudaDevice) -> Option<sys::CUmemoryPool> {
        let stream = device.cuda_stream();
        stream.context().bind_to_thread().ok()?;
        let mut pool = std::ptr::null_mut();
        // SAFETY: `pool` receives the handle.
        unsafe { sys::cuDeviceGetDefaultMemPool(&raw mut pool, stream.context().cu_device()) }.result().ok()?;
        Some(pool)
    }

    fn get(pool: sys::CUmemoryPool, attribute: sys::CUmemPool_attribute) -> Option<u64> {
        let mut value = 0u64;
        // SAFETY: these attributes are 64-bit numbers.
        unsafe { sys::cuMemPoolGetAttribute(pool, attribute, (&raw mut value).cast()) }.result().ok()?;
        Some(value)
    }

    /// Keeps freed memory for the next allocations. Otherwise the driver returns it at every wait for the GPU, which is once a step, and
    /// mapping it again takes longer than many kernels.
    pub fn keep_freed_memory(device: &CudaDevice) {
        if let Some(pool) = of(device) {
            let mut all = u64::MAX;
            // SAFETY: the attribute is a 64-bit number. A failure leaves the slower behaviour.
            let _ = unsafe {
                sys::cuMemPoolSetAttribute(pool, sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, (&raw mut all).cast())
            };
        }
    }

    /// The most bytes in use since the last call.
    pub fn peak(device: &CudaDevice) -> Option<u64> {
        let (pool, attribute) = (of(device)?, sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_HIGH);
        let peak = get(pool, attribute)?;
        let mut reset = 0u64;
        // SAFETY: the attribute is a 64-bit number; zero starts a new measurement. A failure leaves the old peak.
        let _ = unsafe { sys::cuMemPoolSetAttribute(pool, attribute, (&raw mut reset).cast()) };
        Some(peak)
    }

    /// Bytes that are kept without being in use.
    pub fn kept(device: &CudaDevice) -> u64 {
        use sys::CUmemPool_attribute as Attribute;
        let kept = |pool| {
            let reserved = get(pool, Attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT)?;
            Some(reserved.saturating_sub(get(pool, Attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT)?))
        };
        of(device).and_then(kept).unwrap_or(0)
    }

    /// Returns kept memory to the system.
    pub fn release(device: &CudaDevice) {
        if let Some(pool) = of(device) {
            // SAFETY: the handle is the device's own. A failure keeps the memory.
            let _ = unsafe { sys::cuMemPoolTrimTo(pool, 0) };
        }
    }
}

/// Returns memory that was freed to the system, for other programs.
pub fn release_freed_memory(device: &Device) {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(cuda) = device {
        // Memory is free only after the work that used it.
        if cuda.cuda_stream().synchronize().is_ok() {
            pool::release(cuda);
        }
    }
    let _ = device;
}

/// The most memory of a GPU in bytes that tensors took since the last call; `None` if it is unknown.
pub fn peak_memory(device: &Device) -> Option<u64> {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(cuda) = device {
        return pool::peak(cuda);
    }
    let _ = device;
    None
}

/// UNTESTED: the project has no Mac.
fn open_metal() -> Result<(Device, String), Notice> {
    if !cfg!(feature = "metal") {
        return Err(notice!("diffusion-built-without-metal"));
    }
    let device = Device::new_metal(0).map_err(|e| notice!("diffusion-metal-unusable", detail = one_line(&e)))?;
    Ok((device, "Metal".into()))
}

/// Memory of a GPU in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Not in use.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// The memory of a GPU; `None` on the CPU or if the driver does not report it.
pub fn gpu_memory(device: &Device) -> Option<Memory> {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(cuda) = device {
        use candle_core::cuda_backend::cudarc::driver::result;
        let stream = cuda.cuda_stream();
        // Memory that was freed a moment ago counts as free only after pending work is done.
        stream.synchronize().ok()?;
        stream.context().bind_to_thread().ok()?;
        let kept = pool::kept(cuda);
        return result::mem_get_info().ok().map(|(free, total)| Memory { free: free as u64 + kept, total: total as u64 });
    }
    // The memory of a Mac's GPU is the machine's; the system names the part that the GPU should stay within.
    #[cfg(feature = "metal")]
    if let Device::Metal(metal) = device {
        let (total, used) = (metal.metal_device().recommended_max_working_set_size(), metal.metal_device().current_allocated_size());
        return (total > 0).then(|| Memory { free: total.saturating_sub(used) as u64, total: total as u64 });
    }
    let _ = device;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood() {
        let choice = |name: &str| name.parse::<DeviceChoice>();
        assert_eq!(choice("auto"), Ok(DeviceChoice::Auto));
        assert_eq!(choice("cuda"), choice("cuda:0"));
        assert_eq!(choice("cuda:3"), Ok(DeviceChoice::Cuda(3)));
        assert_eq!(choice("metal"), Ok(DeviceChoice::Metal));
        for bad in ["tpu", "", "cpu:1", "cuda:", "cuda:x", "CUDA", "metal:0"] {
            assert!(choice(bad).unwrap_err().to_string().contains("cuda:N"), "{bad}");
        }
        assert!(DeviceChoice::Cpu.open().is_ok());
        let refused = |choice: DeviceChoice| choice.open().unwrap_err().to_string();
        if !cfg!(feature = "cuda") {
            assert!(refused(DeviceChoice::Cuda(0)).contains("--features cuda"));
        }
        if !cfg!(feature = "metal") {
            assert!(refused(DeviceChoice::Metal).contains("--features metal"));
        }
        if !cfg!(any(feature = "cuda", feature = "metal")) {
            let feature = if cfg!(target_os = "macos") { "--features metal" } else { "--features cuda" };
            assert!(refused(DeviceChoice::Auto).contains(feature));
        }
    }
}
