//! The compute device: the CPU or an NVIDIA GPU.

use std::str::FromStr;

pub use candle_core::Device;

use crate::notice;
use crate::notice::Notice;
use crate::weights::one_line;

/// A device as the user names it: `auto` (the first NVIDIA GPU), `cpu`, `cuda` or `cuda:N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The first NVIDIA GPU.
    Auto,
    /// The CPU. Useful for checks; very slow for whole pictures.
    Cpu,
    /// The NVIDIA GPU with this number.
    Cuda(usize),
}

impl FromStr for DeviceChoice {
    type Err = Notice;

    fn from_str(name: &str) -> Result<Self, Notice> {
        match name.split_once(':') {
            None if name == "auto" => Some(Self::Auto),
            None if name == "cpu" => Some(Self::Cpu),
            None if name == "cuda" => Some(Self::Cuda(0)),
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
            Self::Auto => 0,
            Self::Cuda(ordinal) => ordinal,
        };
        if !cfg!(feature = "cuda") {
            return Err(notice!("diffusion-built-without-cuda"));
        }
        let device = Device::new_cuda(ordinal)
            .map_err(|e| notice!("diffusion-gpu-unusable", number = ordinal.to_string(), detail = one_line(&e)))?;
        Ok((device, format!("CUDA {ordinal}")))
    }
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
        return result::mem_get_info().ok().map(|(free, total)| Memory { free: free as u64, total: total as u64 });
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
        for bad in ["tpu", "", "cpu:1", "cuda:", "cuda:x", "CUDA"] {
            assert!(choice(bad).unwrap_err().to_string().contains("cuda:N"), "{bad}");
        }
        assert!(DeviceChoice::Cpu.open().is_ok());
        if !cfg!(feature = "cuda") {
            assert!(DeviceChoice::Auto.open().unwrap_err().to_string().contains("--features cuda"));
        }
    }
}
