//! Where to compute.

use candle_core::Device;

/// A device by name: `auto` (the first NVIDIA GPU), `cpu`, `cuda` or `cuda:N`. Also its name for people.
///
/// # Errors
/// Why it cannot be used, and what to do.
pub fn pick(choice: &str) -> Result<(Device, String), String> {
    let (kind, ordinal) = choice.split_once(':').unwrap_or((choice, "0"));
    match kind {
        "cpu" => Ok((Device::Cpu, "CPU".into())),
        "auto" | "cuda" => {
            if !cfg!(feature = "cuda") {
                return Err(
                    "this program was built without CUDA; build it with --features cuda, or set the device to cpu (very slow)".into()
                );
            }
            let ordinal: usize = ordinal.parse().map_err(|_| format!("device {choice}: use auto, cpu, cuda or cuda:N"))?;
            let device = Device::new_cuda(ordinal)
                .map_err(|e| format!("NVIDIA GPU {ordinal} cannot be used ({e}); check the driver with nvidia-smi"))?;
            Ok((device, format!("CUDA {ordinal}")))
        }
        _ => Err(format!("device {choice}: use auto, cpu, cuda or cuda:N")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood() {
        assert!(pick("cpu").is_ok());
        assert!(pick("tpu").unwrap_err().contains("cuda:N"));
        if !cfg!(feature = "cuda") {
            assert!(pick("auto").unwrap_err().contains("--features cuda"));
        }
    }
}
