//! Prepares a device in the background, so that the first network finds kernels and libraries ready.

use std::thread;

use candle_core::cuda_backend::cudarc::nvrtc::Ptx;
use candle_core::cuda_backend::kernels;
use candle_core::{CudaDevice, Device};

use super::{context, cudnn};

/// Candle's kernels that the networks use. Those of quantised weights are compiled when such weights are loaded.
const MODULES: [(&str, &kernels::Module); 8] = [
    ("binary", &kernels::BINARY),
    ("unary", &kernels::UNARY),
    ("affine", &kernels::AFFINE),
    ("cast", &kernels::CAST),
    ("fill", &kernels::FILL),
    ("indexing", &kernels::INDEXING),
    ("reduce", &kernels::REDUCE),
    ("ternary", &kernels::TERNARY),
];

/// Opens the libraries, and lets the driver compile candle's kernels: each on a thread of its own, where candle would compile one after another
/// at first use. The driver keeps the machine code on disk, and candle's own loading finds it there. Returns at once. A failure only means
/// that the first network waits.
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
    for (name, module) in MODULES {
        let context = device.cuda_stream().context().clone();
        start(
            name,
            Box::new(move || match context.load_module(Ptx::from_src(module.ptx())) {
                Ok(_) => tracing::debug!("candle's kernels are compiled: {name}"),
                Err(e) => tracing::debug!("candle's kernels {name} cannot be compiled: {e}"),
            }),
        );
    }
}
