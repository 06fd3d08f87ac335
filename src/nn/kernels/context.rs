//! The state that the kernels keep for each device, created once.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use candle_core::backend::BackendDevice;
use candle_core::cuda_backend::cudarc::driver::sys::CUfunction_attribute_enum;
use candle_core::cuda_backend::cudarc::driver::{CudaFunction, CudaModule, CudaStream, DevicePtr, LaunchConfig, PushKernelArg};
use candle_core::cuda_backend::cudarc::nvrtc::Ptx;
use candle_core::cuda_backend::{CudaStorageSlice, DeviceId, WrapErr};
use candle_core::op::BackpropOp;
use candle_core::{CudaDevice, DType, Device, Error, Result, Shape, Storage, Tensor};
use parking_lot::Mutex;

/// Machine code of every kernel for the supported cards.
const IMAGES: [&[u8]; 4] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/attention.fatbin")),
    include_bytes!(concat!(env!("OUT_DIR"), "/elementwise.fatbin")),
    include_bytes!(concat!(env!("OUT_DIR"), "/float8.fatbin")),
    include_bytes!(concat!(env!("OUT_DIR"), "/deform_conv.fatbin")),
];

/// Bytes of dynamic shared memory that every supported card can give to a block.
const MOST_SHARED: i32 = 96 << 10;

/// Stream, kernels and libraries of a device.
pub struct Context {
    pub device: CudaDevice,
    pub stream: Arc<CudaStream>,
    /// Compute capability, major and minor.
    pub capability: (i32, i32),
    modules: Vec<Arc<CudaModule>>,
    functions: Mutex<HashMap<String, CudaFunction>>,
    /// Libraries that were opened for the device.
    opened: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

static CONTEXTS: Mutex<Vec<(DeviceId, Arc<Context>)>> = Mutex::new(Vec::new());

/// The context of a device; `None` for devices without CUDA.
pub fn of(device: &Device) -> Result<Option<Arc<Context>>> {
    let Device::Cuda(device) = device else { return Ok(None) };
    let mut contexts = CONTEXTS.lock();
    if let Some((_, context)) = contexts.iter().find(|(id, _)| *id == device.id()) {
        return Ok(Some(Arc::clone(context)));
    }
    let context = Arc::new(Context::new(device)?);
    contexts.push((device.id(), Arc::clone(&context)));
    Ok(Some(context))
}

/// An argument of a kernel.
#[derive(Clone, Copy)]
pub enum Arg {
    Pointer(u64),
    Long(i64),
    Int(i32),
    Float(f32),
}

impl Arg {
    pub fn long(value: usize) -> Self {
        Self::Long(value as i64)
    }
}

impl Context {
    fn new(device: &CudaDevice) -> Result<Self> {
        let stream = device.cuda_stream();
        let load = |image: &[u8]| stream.context().load_module(Ptx::from_binary(image.to_vec())).w();
        Ok(Self {
            modules: IMAGES.into_iter().map(load).collect::<Result<_>>()?,
            functions: Mutex::new(HashMap::new()),
            opened: Mutex::new(HashMap::new()),
            device: device.clone(),
            capability: stream.context().compute_capability().w()?,
            stream,
        })
    }

    /// The library of type `T`, opened at the first call.
    pub fn opened<T: Any + Send + Sync>(&self, open: impl FnOnce(&Self) -> Result<T>) -> Result<Arc<T>> {
        let mut opened = self.opened.lock();
        let library = match opened.get(&TypeId::of::<T>()) {
            Some(library) => Arc::clone(library),
            None => {
                let library: Arc<dyn Any + Send + Sync> = Arc::new(open(self)?);
                opened.insert(TypeId::of::<T>(), Arc::clone(&library));
                library
            }
        };
        library.downcast::<T>().map_err(|_| Error::Msg("a library of another type was opened".into()))
    }

    pub fn function(&self, name: &str) -> Result<CudaFunction> {
        let mut functions = self.functions.lock();
        if let Some(function) = functions.get(name) {
            return Ok(function.clone());
        }
        let Some(function) = self.modules.iter().find_map(|module| module.load_function(name).ok()) else {
            candle_core::bail!("there is no kernel {name}")
        };
        // The limit that a function has by default is lower than what the largest tiles of attention take.
        function.set_attribute(CUfunction_attribute_enum::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, MOST_SHARED).w()?;
        functions.insert(name.into(), function.clone());
        Ok(function)
    }

    /// Launches a kernel on the context's stream.
    ///
    /// # Safety
    /// The arguments are the kernel's parameters in order, and every address that it computes from them is in a live allocation of the
    /// context's stream.
    #[allow(unsafe_code)]
    pub unsafe fn launch(&self, name: &str, config: LaunchConfig, args: &[Arg]) -> Result<()> {
        let function = self.function(name)?;
        let mut builder = self.stream.launch_builder(&function);
        for arg in args {
            match arg {
                Arg::Pointer(value) => builder.arg(value),
                Arg::Long(value) => builder.arg(value),
                Arg::Int(value) => builder.arg(value),
                Arg::Float(value) => builder.arg(value),
            };
        }
        // SAFETY: the caller's promise.
        unsafe { builder.launch(config) }.w()?;
        Ok(())
    }

    /// A contiguous tensor whose values are undefined: a kernel must write all of them.
    pub fn uninit(&self, shape: impl Into<Shape>, dtype: DType) -> Result<Tensor> {
        let shape = shape.into();
        // SAFETY: the callers fill the tensor before anyone reads it.
        #[allow(unsafe_code)]
        let storage = unsafe { self.device.alloc_uninit(&shape, dtype)? };
        Ok(Tensor::from_storage(Storage::Cuda(storage), shape, BackpropOp::none(), false))
    }
}

/// The address of a tensor's first element on its device. Valid while the tensor lives: memory is freed in the order of the stream.
pub fn pointer(tensor: &Tensor) -> Result<u64> {
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cuda(storage) = &*storage else { candle_core::bail!("a tensor on a CUDA device is needed") };
    let stream = storage.device.cuda_stream();
    let base = match &storage.slice {
        CudaStorageSlice::F32(slice) => slice.device_ptr(&stream).0,
        CudaStorageSlice::F16(slice) => slice.device_ptr(&stream).0,
        CudaStorageSlice::BF16(slice) => slice.device_ptr(&stream).0,
        CudaStorageSlice::U32(slice) => slice.device_ptr(&stream).0,
        CudaStorageSlice::F8E4M3(slice) => slice.device_ptr(&stream).0,
        _ => candle_core::bail!("f32, f16, bf16, e4m3 or u32 is needed, not {:?}", tensor.dtype()),
    };
    Ok(base + (layout.start_offset() * tensor.dtype().size_in_bytes()) as u64)
}

/// Whether all addresses are multiples of 16 bytes.
pub fn aligned(addresses: &[u64]) -> bool {
    addresses.iter().all(|address| address % 16 == 0)
}

/// The suffix of a kernel's name for a type.
pub fn suffix(dtype: DType) -> Option<&'static str> {
    match dtype {
        DType::F32 => Some("f32"),
        DType::F16 => Some("f16"),
        DType::BF16 => Some("bf16"),
        _ => None,
    }
}

/// Whether a type has 16 bits and a floating point.
pub fn is_half(dtype: DType) -> bool {
    matches!(dtype, DType::F16 | DType::BF16)
}
