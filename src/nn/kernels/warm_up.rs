//! Prepares a device in the background, so that the first network finds kernels and libraries ready.

use std::thread;

use candle_core::cuda_backend::cudarc::nvrtc::Ptx;
use candle_core::cuda_backend::kernels;
use candle_core::{CudaDevice, Device};

use super::{context, cudnn};

/// Candle's kernels that the networks use, in the order in which they need them. Those of quantised weights are compiled when such weights are
/// loaded.
const MODULES: [(&str, &kernels::Module); 8] = [
    ("cast", &kernels::CAST),
    ("fill", &kernels::FILL),
    ("affine", &kernels::AFFINE),
    ("unary", &kernels::UNARY),
    ("reduce", &kernels::REDUCE),
    ("binary", &kernels::BINARY),
    ("indexing", &kernels::INDEXING),
    ("ternary", &kernels::TERNARY),
];

/// Opens the libraries, and lets the driver compile candle's kernels, one after another: it compiles one module at a time, whatever the number of
/// threads. The driver keeps the machine code on disk, and candle's own loading finds it there. Returns at once. A failure only means that the
/// first network waits.
pub fn warm_up(device: &CudaDevice) {
    let start = |name: &str, work: Box<dyn FnOnce() + Send>| {
        if let Err(e) = thread::Builder::new().name(format!("warm-up {name}")).spawn(work) {
            tracing::debug!("cannot start the thread for {name}: {e}");
        }
    };
    let whole = Device::Cuda(device.clone());
    start(
        "libraries",
        Box::new(move || {
            let opened = context::of(&whole).map(|context| context.map(|context| cudnn::open(&context)));
            tracing::debug!("libraries are open: {:?}", opened.is_ok());
        }),
    );
    let context = device.cuda_stream().context().clone();
    start(
        "kernels",
        Box::new(move || {
            for (name, module) in MODULES {
                match context.load_module(Ptx::from_src(module.ptx())) {
                    Ok(_) => tracing::debug!("candle's kernels are compiled: {name}"),
                    Err(e) => tracing::debug!("candle's kernels {name} cannot be compiled: {e}"),
                }
            }
        }),
    );
}
