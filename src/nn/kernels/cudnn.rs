//! Fused attention and convolutions through cuDNN's graph interface.
//!
//! The library is opened at run time, so that the program starts without it: `attention` and `convolution` then return `None`. Reference:
//! NVIDIA cuDNN Backend API, "Backend descriptor types".

use std::collections::HashMap;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{CudaStream, DevicePtr};
use candle_core::{DType, Error, Result, Tensor};
use libloading::Library;
use parking_lot::Mutex;

use super::context::{Context, is_half, of, pointer};
use super::elementwise::{channels_last, is_channels_last};

/// The first version whose attention takes strided tensors as one operation.
const LEAST_VERSION: usize = 91_301;

#[cfg(windows)]
const NAMES: [&str; 1] = ["cudnn64_9.dll"];
#[cfg(not(windows))]
const NAMES: [&str; 2] = ["libcudnn.so.9", "libcudnn.so"];

/// Numbers of the interface's enumerations, with the library's names.
mod code {
    pub type Kind = i32;
    pub const CONVOLUTION: Kind = 1;
    pub const ENGINE_CONFIG: Kind = 3;
    pub const ENGINE_HEURISTIC: Kind = 4;
    pub const EXECUTION_PLAN: Kind = 5;
    pub const OPERATION_CONVOLUTION_FORWARD: Kind = 10;
    pub const OPERATION_GRAPH: Kind = 15;
    pub const VARIANT_PACK: Kind = 16;
    pub const TENSOR: Kind = 17;
    pub const OPERATION_SDPA_FORWARD: Kind = 41;

    pub type Attribute = i32;
    pub const CONVOLUTION_COMPUTE_TYPE: Attribute = 100;
    pub const CONVOLUTION_MODE: Attribute = 101;
    pub const CONVOLUTION_DILATIONS: Attribute = 102;
    pub const CONVOLUTION_STRIDES: Attribute = 103;
    pub const CONVOLUTION_POST_PADDINGS: Attribute = 104;
    pub const CONVOLUTION_PRE_PADDINGS: Attribute = 105;
    pub const CONVOLUTION_SPATIAL_DIMENSIONS: Attribute = 106;
    pub const HEURISTIC_MODE: Attribute = 200;
    pub const HEURISTIC_GRAPH: Attribute = 201;
    pub const HEURISTIC_RESULTS: Attribute = 202;
    pub const PLAN_HANDLE: Attribute = 400;
    pub const PLAN_ENGINE_CONFIG: Attribute = 401;
    pub const PLAN_WORKSPACE_SIZE: Attribute = 402;
    pub const FORWARD_ALPHA: Attribute = 700;
    pub const FORWARD_BETA: Attribute = 701;
    pub const FORWARD_CONVOLUTION: Attribute = 702;
    pub const FORWARD_W: Attribute = 703;
    pub const FORWARD_X: Attribute = 704;
    pub const FORWARD_Y: Attribute = 705;
    pub const GRAPH_HANDLE: Attribute = 800;
    pub const GRAPH_OPERATIONS: Attribute = 801;
    pub const TENSOR_ALIGNMENT: Attribute = 900;
    pub const TENSOR_DATA_TYPE: Attribute = 901;
    pub const TENSOR_DIMENSIONS: Attribute = 902;
    pub const TENSOR_STRIDES: Attribute = 903;
    pub const TENSOR_UNIQUE_ID: Attribute = 906;
    pub const TENSOR_IS_BY_VALUE: Attribute = 908;
    pub const PACK_UNIQUE_IDS: Attribute = 1000;
    pub const PACK_POINTERS: Attribute = 1001;
    pub const PACK_WORKSPACE: Attribute = 1003;
    pub const SDPA_Q: Attribute = 2800;
    pub const SDPA_K: Attribute = 2801;
    pub const SDPA_V: Attribute = 2802;
    pub const SDPA_O: Attribute = 2803;
    pub const SDPA_SCALE: Attribute = 2805;

    pub type Type = i32;
    pub const OF_HANDLE: Type = 0;
    pub const OF_DATA_TYPE: Type = 1;
    pub const OF_BOOLEAN: Type = 2;
    pub const OF_INT64: Type = 3;
    pub const OF_FLOAT: Type = 4;
    pub const OF_POINTER: Type = 6;
    pub const OF_CONVOLUTION_MODE: Type = 7;
    pub const OF_HEURISTIC_MODE: Type = 8;
    pub const OF_DESCRIPTOR: Type = 15;

    pub const FLOAT: i32 = 0;
    pub const HALF: i32 = 2;
    pub const BFLOAT16: i32 = 9;
    pub const CROSS_CORRELATION: i32 = 1;
    /// The heuristic that is accurate, and the one that finds anything that works.
    pub const HEURISTICS: [i32; 2] = [3, 2];
}

type Create = unsafe extern "C" fn(*mut *mut c_void) -> i32;
type SetStream = unsafe extern "C" fn(*mut c_void, *mut c_void) -> i32;
type CreateDescriptor = unsafe extern "C" fn(code::Kind, *mut *mut c_void) -> i32;
type OnDescriptor = unsafe extern "C" fn(*mut c_void) -> i32;
type SetAttribute = unsafe extern "C" fn(*mut c_void, code::Attribute, code::Type, i64, *const c_void) -> i32;
type GetAttribute = unsafe extern "C" fn(*mut c_void, code::Attribute, code::Type, i64, *mut i64, *mut c_void) -> i32;
type Execute = unsafe extern "C" fn(*mut c_void, *mut c_void, *mut c_void) -> i32;
type LastError = unsafe extern "C" fn(*mut c_char, usize);

/// The library's functions.
struct Api {
    create_descriptor: CreateDescriptor,
    destroy_descriptor: OnDescriptor,
    finalize: OnDescriptor,
    set: SetAttribute,
    get: GetAttribute,
    execute: Execute,
    last_error: LastError,
    /// Keeps the functions loaded.
    _library: Library,
}

impl Api {
    fn check(&self, status: i32, what: &str) -> Result<()> {
        if status == 0 {
            return Ok(());
        }
        let mut text = vec![0u8; 512];
        // SAFETY: the function writes at most that many bytes, with a zero at the end.
        #[allow(unsafe_code)]
        unsafe {
            (self.last_error)(text.as_mut_ptr().cast(), text.len());
        }
        let text = String::from_utf8_lossy(&text);
        Err(Error::Msg(format!("cuDNN {what}: error {status}: {}", text.trim_end_matches('\0').trim())))
    }
}

/// A descriptor of the library.
struct Descriptor {
    api: Arc<Api>,
    raw: *mut c_void,
}

// SAFETY: used only under the lock of `Cudnn`.
#[allow(unsafe_code)]
unsafe impl Send for Descriptor {}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: created by `new`, destroyed only here. A failure leaks the descriptor.
        #[allow(unsafe_code)]
        unsafe {
            (self.api.destroy_descriptor)(self.raw);
        }
    }
}

impl Descriptor {
    fn new(api: &Arc<Api>, kind: code::Kind) -> Result<Self> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: `raw` receives the new descriptor.
        #[allow(unsafe_code)]
        api.check(unsafe { (api.create_descriptor)(kind, &raw mut raw) }, "create")?;
        Ok(Self { api: Arc::clone(api), raw })
    }

    /// Sets an attribute to values of the type that `kind` names.
    fn set<T>(self, attribute: code::Attribute, kind: code::Type, values: &[T]) -> Result<Self> {
        // SAFETY: the callers pass the type's own representation.
        #[allow(unsafe_code)]
        let status = unsafe { (self.api.set)(self.raw, attribute, kind, values.len() as i64, values.as_ptr().cast()) };
        self.api.check(status, &format!("attribute {attribute}"))?;
        Ok(self)
    }

    fn integers(self, attribute: code::Attribute, values: &[i64]) -> Result<Self> {
        self.set(attribute, code::OF_INT64, values)
    }

    fn descriptor(self, attribute: code::Attribute, value: &Self) -> Result<Self> {
        self.set(attribute, code::OF_DESCRIPTOR, &[value.raw])
    }

    fn finalize(self) -> Result<Self> {
        // SAFETY: the descriptor lives.
        #[allow(unsafe_code)]
        self.api.check(unsafe { (self.api.finalize)(self.raw) }, "finalize")?;
        Ok(self)
    }

    /// Reads up to `most` descriptors of a kind.
    fn descriptors(&self, attribute: code::Attribute, kind: code::Kind, most: usize) -> Result<Vec<Self>> {
        let mut found = (0..most).map(|_| Self::new(&self.api, kind)).collect::<Result<Vec<_>>>()?;
        let mut raw: Vec<*mut c_void> = found.iter().map(|d| d.raw).collect();
        let mut count = 0i64;
        // SAFETY: the array has `most` descriptors that the library fills in.
        #[allow(unsafe_code)]
        let status =
            unsafe { (self.api.get)(self.raw, attribute, code::OF_DESCRIPTOR, most as i64, &raw mut count, raw.as_mut_ptr().cast()) };
        self.api.check(status, "read")?;
        found.truncate(count.max(0) as usize);
        Ok(found)
    }

    fn integer(&self, attribute: code::Attribute) -> Result<i64> {
        let (mut value, mut count) = (0i64, 0i64);
        // SAFETY: room for the one integer that the attribute has.
        #[allow(unsafe_code)]
        let status = unsafe { (self.api.get)(self.raw, attribute, code::OF_INT64, 1, &raw mut count, (&raw mut value).cast()) };
        self.api.check(status, "read")?;
        Ok(value)
    }
}

/// Sizes and strides of a tensor that a plan was made for.
type Extent = (Vec<i64>, Vec<i64>);

fn extent(x: &Tensor) -> Extent {
    (x.dims().iter().map(|&d| d as i64).collect(), x.stride().iter().map(|&s| s as i64).collect())
}

/// Everything that decides about a plan.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Case {
    Attention {
        dtype: i32,
        tensors: [Extent; 4],
    },
    /// `padding`: above and left, below and right.
    Convolution {
        dtype: i32,
        tensors: [Extent; 3],
        padding: [i64; 2],
        stride: i64,
        dilation: i64,
    },
}

struct Plan {
    plan: Descriptor,
    workspace: usize,
}

struct State {
    handle: *mut c_void,
    /// `None` for cases that the library does not take.
    plans: HashMap<Case, Option<Plan>>,
}

// SAFETY: the handle is used only under the lock.
#[allow(unsafe_code)]
unsafe impl Send for State {}

/// The library with its plans, on one stream. Lives as long as the process.
pub struct Cudnn {
    api: Arc<Api>,
    state: Mutex<State>,
}

impl Cudnn {
    /// `None` if the library is not installed or too old.
    pub fn open(stream: &Arc<CudaStream>) -> Option<Self> {
        // SAFETY: loading NVIDIA's library runs its initialisers; the symbols have the documented types.
        #[allow(unsafe_code)]
        unsafe {
            let library = NAMES.iter().find_map(|name| Library::new(*name).ok())?;
            let version: unsafe extern "C" fn() -> usize = *library.get(b"cudnnGetVersion\0").ok()?;
            if version() < LEAST_VERSION {
                tracing::info!("cuDNN {} is too old, {LEAST_VERSION} is needed", version());
                return None;
            }
            let create: Create = *library.get(b"cudnnCreate\0").ok()?;
            let set_stream: SetStream = *library.get(b"cudnnSetStream\0").ok()?;
            let api = Api {
                create_descriptor: *library.get(b"cudnnBackendCreateDescriptor\0").ok()?,
                destroy_descriptor: *library.get(b"cudnnBackendDestroyDescriptor\0").ok()?,
                finalize: *library.get(b"cudnnBackendFinalize\0").ok()?,
                set: *library.get(b"cudnnBackendSetAttribute\0").ok()?,
                get: *library.get(b"cudnnBackendGetAttribute\0").ok()?,
                execute: *library.get(b"cudnnBackendExecute\0").ok()?,
                last_error: *library.get(b"cudnnGetLastErrorString\0").ok()?,
                _library: library,
            };
            let mut handle = std::ptr::null_mut();
            stream.context().bind_to_thread().ok()?;
            let opened = create(&raw mut handle) == 0 && set_stream(handle, stream.cu_stream().cast()) == 0;
            opened.then(|| Self { api: Arc::new(api), state: Mutex::new(State { handle, plans: HashMap::new() }) })
        }
    }

    fn tensor(&self, id: i64, dtype: i32, (sizes, strides): &Extent, by_value: bool) -> Result<Descriptor> {
        Descriptor::new(&self.api, code::TENSOR)?
            .integers(code::TENSOR_UNIQUE_ID, &[id])?
            .set(code::TENSOR_DATA_TYPE, code::OF_DATA_TYPE, &[dtype])?
            .integers(code::TENSOR_DIMENSIONS, sizes)?
            .integers(code::TENSOR_STRIDES, strides)?
            .integers(code::TENSOR_ALIGNMENT, &[16])?
            .set(code::TENSOR_IS_BY_VALUE, code::OF_BOOLEAN, &[by_value])?
            .finalize()
    }

    fn operation(&self, case: &Case) -> Result<Descriptor> {
        match case {
            Case::Attention { dtype, tensors } => {
                let [q, k, v, o] = [0, 1, 2, 3].map(|i| self.tensor(i as i64 + 1, *dtype, &tensors[i], false));
                let scale = self.tensor(5, code::FLOAT, &(vec![1; 4], vec![1; 4]), true)?;
                Descriptor::new(&self.api, code::OPERATION_SDPA_FORWARD)?
                    .descriptor(code::SDPA_Q, &q?)?
                    .descriptor(code::SDPA_K, &k?)?
                    .descriptor(code::SDPA_V, &v?)?
                    .descriptor(code::SDPA_O, &o?)?
                    .descriptor(code::SDPA_SCALE, &scale)?
                    .finalize()
            }
            Case::Convolution { dtype, tensors, padding, stride, dilation } => {
                let [x, w, y] = [0, 1, 2].map(|i| self.tensor(i as i64 + 1, *dtype, &tensors[i], false));
                let convolution = Descriptor::new(&self.api, code::CONVOLUTION)?
                    .set(code::CONVOLUTION_COMPUTE_TYPE, code::OF_DATA_TYPE, &[code::FLOAT])?
                    .set(code::CONVOLUTION_MODE, code::OF_CONVOLUTION_MODE, &[code::CROSS_CORRELATION])?
                    .integers(code::CONVOLUTION_DILATIONS, &[*dilation; 2])?
                    .integers(code::CONVOLUTION_STRIDES, &[*stride; 2])?
                    .integers(code::CONVOLUTION_POST_PADDINGS, &[padding[1]; 2])?
                    .integers(code::CONVOLUTION_PRE_PADDINGS, &[padding[0]; 2])?
                    .integers(code::CONVOLUTION_SPATIAL_DIMENSIONS, &[2])?
                    .finalize()?;
                Descriptor::new(&self.api, code::OPERATION_CONVOLUTION_FORWARD)?
                    .descriptor(code::FORWARD_CONVOLUTION, &convolution)?
                    .descriptor(code::FORWARD_X, &x?)?
                    .descriptor(code::FORWARD_W, &w?)?
                    .descriptor(code::FORWARD_Y, &y?)?
                    .set(code::FORWARD_ALPHA, code::OF_FLOAT, &[1f32])?
                    .set(code::FORWARD_BETA, code::OF_FLOAT, &[0f32])?
                    .finalize()
            }
        }
    }

    /// The first plan that the library offers for a case.
    fn plan(&self, case: &Case, handle: *mut c_void) -> Result<Plan> {
        let graph = Descriptor::new(&self.api, code::OPERATION_GRAPH)?
            .descriptor(code::GRAPH_OPERATIONS, &self.operation(case)?)?
            .set(code::GRAPH_HANDLE, code::OF_HANDLE, &[handle])?
            .finalize()?;
        for mode in code::HEURISTICS {
            let heuristic = Descriptor::new(&self.api, code::ENGINE_HEURISTIC)?
                .descriptor(code::HEURISTIC_GRAPH, &graph)?
                .set(code::HEURISTIC_MODE, code::OF_HEURISTIC_MODE, &[mode])?
                .finalize();
            let Ok(heuristic) = heuristic else { continue };
            for config in heuristic.descriptors(code::HEURISTIC_RESULTS, code::ENGINE_CONFIG, 8)? {
                let plan = Descriptor::new(&self.api, code::EXECUTION_PLAN)?
                    .set(code::PLAN_HANDLE, code::OF_HANDLE, &[handle])?
                    .descriptor(code::PLAN_ENGINE_CONFIG, &config)?
                    .finalize();
                if let Ok(plan) = plan {
                    let workspace = plan.integer(code::PLAN_WORKSPACE_SIZE)?.max(0) as usize;
                    return Ok(Plan { plan, workspace });
                }
            }
        }
        Err(Error::Msg("cuDNN offers no plan".into()))
    }

    /// Runs a case with the addresses of its tensors, whose IDs count from 1. Returns false if the library does not take the case.
    fn run(&self, context: &Context, case: Case, addresses: &[u64]) -> Result<bool> {
        let mut state = self.state.lock();
        context.stream.context().bind_to_thread().w()?;
        if !state.plans.contains_key(&case) {
            let plan = self.plan(&case, state.handle);
            if let Err(error) = &plan {
                tracing::debug!("{error}");
            }
            state.plans.insert(case.clone(), plan.ok());
        }
        let Some(Some(plan)) = state.plans.get(&case) else { return Ok(false) };
        // SAFETY: scratch memory; freed in the order of the stream, after the plan has run.
        #[allow(unsafe_code)]
        let workspace = unsafe { context.stream.alloc::<u8>(plan.workspace.max(1)) }.w()?;
        let ids: Vec<i64> = (1..=addresses.len() as i64).collect();
        let pack = Descriptor::new(&self.api, code::VARIANT_PACK)?
            .integers(code::PACK_UNIQUE_IDS, &ids)?
            .set(code::PACK_POINTERS, code::OF_POINTER, addresses)?
            .set(code::PACK_WORKSPACE, code::OF_POINTER, &[workspace.device_ptr(&context.stream).0])?
            .finalize()?;
        // SAFETY: the plan was made for tensors of these sizes and strides, which the callers keep alive.
        #[allow(unsafe_code)]
        let status = unsafe { (self.api.execute)(state.handle, plan.plan.raw, pack.raw) };
        self.api.check(status, "execute")?;
        Ok(true)
    }
}

fn data_type(dtype: DType) -> i32 {
    match dtype {
        DType::F16 => code::HALF,
        _ => code::BFLOAT16,
    }
}

/// The library, opened at the first call; `None` inside if it is missing.
pub fn open(context: &Context) -> Result<Arc<Option<Cudnn>>> {
    context.opened(|context| Ok(Cudnn::open(&context.stream)))
}

/// Fills `out` with softmax(q kᵀ · scale) v, tensors `[B, H, N, D]` of one 16-bit type with rows at multiples of 16 bytes. Returns false if
/// the library is missing or does not take the case.
pub fn attention(context: &Context, [q, k, v, out]: [&Tensor; 4], scale: f64) -> Result<bool> {
    let opened = open(context)?;
    let Some(cudnn) = opened.as_ref() else { return Ok(false) };
    let case = Case::Attention { dtype: data_type(q.dtype()), tensors: [extent(q), extent(k), extent(v), extent(out)] };
    let scale = scale as f32;
    let addresses = [pointer(q)?, pointer(k)?, pointer(v)?, pointer(out)?, (&raw const scale) as u64];
    cudnn.run(context, case, &addresses)
}

/// A convolution without bias: `x` `[B, C, H, W]`, `weight` `[O, C / groups, k, k]` of one 16-bit type → `[B, O, H', W']`, channels-last.
/// Fast if both are channels-last. `padding`: zeros above and left, and below and right.
pub fn convolution(x: &Tensor, weight: &Tensor, padding: [usize; 2], stride: usize, dilation: usize) -> Result<Option<Tensor>> {
    let Some(context) = of(x.device())? else { return Ok(None) };
    let opened = open(&context)?;
    let Some(cudnn) = opened.as_ref() else { return Ok(None) };
    let dtype = x.dtype();
    if !is_half(dtype) || weight.dtype() != dtype || x.elem_count() == 0 {
        return Ok(None);
    }
    let ((b, _, h, w), (outputs, _, kernel, _)) = (x.dims4()?, weight.dims4()?);
    let reach = dilation * (kernel - 1) + 1;
    let size = |side: usize| (side + padding[0] + padding[1]).checked_sub(reach).map(|room| room / stride + 1);
    let (Some(rows), Some(columns)) = (size(h), size(w)) else { return Ok(None) };
    let x = channels_last(x)?;
    let weight = if is_channels_last(weight) { weight.clone() } else { channels_last(weight)? };
    if pointer(&x)? % 16 != 0 || pointer(&weight)? % 16 != 0 {
        return Ok(None);
    }
    let out = context.uninit((b, rows, columns, outputs), dtype)?.permute((0, 3, 1, 2))?;
    let case = Case::Convolution {
        dtype: data_type(dtype),
        tensors: [extent(&x), extent(&weight), extent(&out)],
        padding: padding.map(|zeros| zeros as i64),
        stride: stride as i64,
        dilation: dilation as i64,
    };
    let addresses = [pointer(&x)?, pointer(&weight)?, pointer(&out)?];
    Ok(cudnn.run(&context, case, &addresses)?.then_some(out))
}
