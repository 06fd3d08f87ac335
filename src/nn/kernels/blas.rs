//! Linear layers through cuBLASLt, with bias and activation in the same kernel.

use std::collections::HashMap;
use std::ffi::c_void;

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::cublaslt::{result, sys};
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, DevicePtr};
use candle_core::{CudaDevice, D, DType, Error, Result, Tensor};
use parking_lot::Mutex;

use super::context::{Context, aligned, is_half, of, pointer};
use super::float8::scale_product;

/// Scratch memory of the products. The fast kernels of Hopper need 32 MiB.
const WORKSPACE: usize = 32 << 20;

/// The operation after product and bias.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Activation {
    None,
    /// GELU, tanh approximation.
    Gelu,
}

/// The types of the operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Operands {
    /// Matrices of the output's type.
    Half,
    /// e4m3 with a scale for each row, applied by the product.
    ScaledRows,
    /// e4m3 without scales. The product is multiplied by 2⁻¹⁶: sums of unscaled values are outside of float16.
    Unscaled,
}

/// Everything that decides which algorithm is used.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Case {
    rows: usize,
    inputs: usize,
    outputs: usize,
    /// Elements from one row of the weight to the next.
    weight_stride: usize,
    operands: Operands,
    /// Type of the output and the bias.
    dtype: DType,
    has_bias: bool,
    activation: Activation,
    /// Whether the product is added to something.
    accumulates: bool,
}

/// The library's handle and the algorithm of each case.
pub struct Blas {
    handle: Handle,
    workspace: CudaSlice<u8>,
    /// `None` for cases that the library does not take on this device.
    algorithms: Mutex<HashMap<Case, Option<sys::cublasLtMatmulAlgo_t>>>,
}

/// Where the matrices of a product are. Zero for those that it does not have.
#[derive(Clone, Copy, Default)]
struct Addresses {
    x: u64,
    weight: u64,
    bias: u64,
    before: u64,
    out: u64,
    x_scales: u64,
    weight_scales: u64,
}

struct Handle(sys::cublasLtHandle_t);

// SAFETY: the library allows the use of a handle from several threads.
#[allow(unsafe_code)]
unsafe impl Send for Handle {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: created in `Blas::new` and destroyed only here. An error at the end of the process changes nothing.
        #[allow(unsafe_code)]
        let _ = unsafe { result::destroy_handle(self.0) };
    }
}

/// Destroys a descriptor of the library when it is dropped.
struct Descriptor<T: Copy>(T, unsafe fn(T) -> std::result::Result<(), result::CublasError>);

impl<T: Copy> Drop for Descriptor<T> {
    fn drop(&mut self) {
        // SAFETY: the owner created the descriptor with the function that belongs to this destructor.
        #[allow(unsafe_code)]
        let _ = unsafe { self.1(self.0) };
    }
}

fn failed(what: &str, error: result::CublasError) -> Error {
    Error::Msg(format!("cuBLASLt {what}: {error}"))
}

impl Blas {
    pub fn new(device: &CudaDevice) -> Result<Self> {
        let handle = Handle(result::create_handle().map_err(|e| failed("create", e))?);
        // SAFETY: scratch memory, written before it is read.
        #[allow(unsafe_code)]
        let workspace = unsafe { device.cuda_stream().alloc::<u8>(WORKSPACE) }.w()?;
        Ok(Self { handle, workspace, algorithms: Mutex::default() })
    }

    /// out = act(x · weightᵀ + bias), row-major, at the given addresses. With `accumulates`, what is at `before` is added to the product. Returns
    /// whether the library takes the case.
    fn run(&self, context: &Context, case: Case, at: Addresses) -> Result<bool> {
        let wrong = |e| failed("set", e);
        let kind = match case.dtype {
            DType::F16 => sys::cudaDataType_t::CUDA_R_16F,
            _ => sys::cudaDataType_t::CUDA_R_16BF,
        };
        let of_operands = if case.operands == Operands::Half { kind } else { sys::cudaDataType_t::CUDA_R_8F_E4M3 };
        // The library counts columns first: a row-major matrix is its transpose to it.
        let layout = |kind, rows: usize, columns: usize, stride: usize| {
            result::create_matrix_layout(kind, rows as u64, columns as u64, stride as i64)
                .map(|layout| Descriptor(layout, result::destroy_matrix_layout))
                .map_err(wrong)
        };
        let operation = operation(case, at).map_err(wrong)?;
        let weights = layout(of_operands, case.inputs, case.outputs, case.weight_stride)?;
        let inputs = layout(of_operands, case.inputs, case.rows, case.inputs)?;
        let outputs = layout(kind, case.outputs, case.rows, case.outputs)?;
        let known = self.algorithms.lock().get(&case).copied();
        let algorithm = match known {
            Some(algorithm) => algorithm,
            None => {
                let found = self.choose(&operation, [&weights, &inputs, &outputs])?;
                self.algorithms.lock().insert(case, found);
                found
            }
        };
        let Some(algorithm) = algorithm else { return Ok(false) };
        let one = if case.operands == Operands::Unscaled { 1.0 / 65_536.0f32 } else { 1.0 };
        let kept = if case.accumulates { 1f32 } else { 0f32 };
        let (workspace, _sync) = self.workspace.device_ptr(&context.stream);
        // SAFETY: the addresses are those of live tensors whose sizes the caller has checked against the case; the scratch memory is used
        // by one product at a time, because all run on one stream.
        #[allow(unsafe_code)]
        unsafe {
            result::matmul(
                self.handle.0,
                operation.0,
                (&raw const one).cast(),
                (&raw const kept).cast(),
                at.weight as *const c_void,
                weights.0,
                at.x as *const c_void,
                inputs.0,
                at.before as *const c_void,
                outputs.0,
                at.out as *mut c_void,
                outputs.0,
                &raw const algorithm,
                workspace as *mut c_void,
                WORKSPACE,
                context.stream.cu_stream().cast(),
            )
        }
        .map_err(|e| failed("product", e))?;
        Ok(true)
    }

    /// The algorithm that the library holds for the fastest; `None` if it has none.
    fn choose(
        &self,
        operation: &Descriptor<sys::cublasLtMatmulDesc_t>,
        [weights, inputs, outputs]: [&Descriptor<sys::cublasLtMatrixLayout_t>; 3],
    ) -> Result<Option<sys::cublasLtMatmulAlgo_t>> {
        let wrong = |e| failed("set", e);
        let preference = Descriptor(result::create_matmul_pref().map_err(wrong)?, result::destroy_matmul_pref);
        let size = WORKSPACE;
        // SAFETY: the descriptors live; the attribute's type is usize.
        #[allow(unsafe_code)]
        let found = unsafe {
            result::set_matmul_pref_attribute(
                preference.0,
                sys::cublasLtMatmulPreferenceAttributes_t::CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                (&raw const size).cast(),
                size_of::<usize>(),
            )
            .map_err(wrong)?;
            result::get_matmul_algo_heuristic(self.handle.0, operation.0, weights.0, inputs.0, outputs.0, outputs.0, preference.0)
        };
        match found {
            Ok(found) => Ok(Some(found.algo)),
            Err(result::CublasError(
                sys::cublasStatus_t::CUBLAS_STATUS_NOT_SUPPORTED | sys::cublasStatus_t::CUBLAS_STATUS_INVALID_VALUE,
            )) => Ok(None),
            Err(e) => Err(failed("choose an algorithm", e)),
        }
    }
}

/// Describes the product of a case.
fn operation(case: Case, at: Addresses) -> std::result::Result<Descriptor<sys::cublasLtMatmulDesc_t>, result::CublasError> {
    use sys::cublasLtMatmulDescAttributes_t as Attribute;
    let operation = Descriptor(
        result::create_matmul_desc(sys::cublasComputeType_t::CUBLAS_COMPUTE_32F, sys::cudaDataType_t::CUDA_R_32F)?,
        result::destroy_matmul_desc,
    );
    let epilogue = match (case.has_bias, case.activation) {
        (false, Activation::None) => sys::cublasLtEpilogue_t::CUBLASLT_EPILOGUE_DEFAULT,
        (true, Activation::None) => sys::cublasLtEpilogue_t::CUBLASLT_EPILOGUE_BIAS,
        (false, Activation::Gelu) => sys::cublasLtEpilogue_t::CUBLASLT_EPILOGUE_GELU,
        (true, Activation::Gelu) => sys::cublasLtEpilogue_t::CUBLASLT_EPILOGUE_GELU_BIAS,
    };
    set(&operation, Attribute::CUBLASLT_MATMUL_DESC_TRANSA, &1i32)?;
    set(&operation, Attribute::CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue)?;
    if case.has_bias {
        set(&operation, Attribute::CUBLASLT_MATMUL_DESC_BIAS_POINTER, &at.bias)?;
    }
    if case.operands != Operands::Half {
        // Sums of e4m3 products in the tensor cores' own registers: Hopper is half as fast otherwise.
        set(&operation, Attribute::CUBLASLT_MATMUL_DESC_FAST_ACCUM, &1i8)?;
    }
    if case.operands == Operands::ScaledRows {
        let mode = sys::cublasLtMatmulMatrixScale_t::CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F;
        set(&operation, Attribute::CUBLASLT_MATMUL_DESC_A_SCALE_MODE, &mode)?;
        set(&operation, Attribute::CUBLASLT_MATMUL_DESC_B_SCALE_MODE, &mode)?;
        set(&operation, Attribute::CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, &at.weight_scales)?;
        set(&operation, Attribute::CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, &at.x_scales)?;
    }
    Ok(operation)
}

fn set<T>(
    operation: &Descriptor<sys::cublasLtMatmulDesc_t>,
    attribute: sys::cublasLtMatmulDescAttributes_t,
    value: &T,
) -> std::result::Result<(), result::CublasError> {
    // SAFETY: the descriptor lives, and the callers pass the attribute's own type.
    #[allow(unsafe_code)]
    unsafe {
        result::set_matmul_desc_attribute(operation.0, attribute, std::ptr::from_ref(value).cast(), size_of::<T>())
    }
}

/// act(x · weightᵀ + bias): `x` `[…, inputs]`, `weight` `[outputs, inputs]`, `bias` `[outputs]`, all of one 16-bit type.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, activation: Activation) -> Result<Option<Tensor>> {
    product(&[x], weight, bias, activation, None)
}

/// residual + x · weightᵀ + bias: as [`linear`], `residual` `[…, outputs]` of the same type.
pub fn linear_added(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, residual: &Tensor) -> Result<Option<Tensor>> {
    product(&[x], weight, bias, Activation::None, Some(residual))
}

/// Like [`linear`] without activation, for an `x` that is in parts along its last dimension. The parts need not be joined in memory.
pub fn linear_of_parts(parts: &[&Tensor], weight: &Tensor, bias: Option<&Tensor>) -> Result<Option<Tensor>> {
    product(parts, weight, bias, Activation::None, None)
}

/// An activation needs a single part.
fn product(
    parts: &[&Tensor],
    weight: &Tensor,
    bias: Option<&Tensor>,
    activation: Activation,
    residual: Option<&Tensor>,
) -> Result<Option<Tensor>> {
    let Some(first) = parts.first() else { return Ok(None) };
    let Some(context) = of(first.device())? else { return Ok(None) };
    let (outputs, inputs) = weight.dims2()?;
    let dtype = weight.dtype();
    let mut fits = is_half(dtype) && bias.is_none_or(|b| b.dtype() == dtype && b.is_contiguous()) && weight.is_contiguous();
    fits &= (activation == Activation::None || parts.len() == 1) && outputs.is_multiple_of(8) && first.elem_count() > 0;
    // The library needs rows that start at multiples of 16 bytes.
    for part in parts {
        fits &= part.dtype() == dtype && part.dim(D::Minus1)?.is_multiple_of(8);
    }
    if !fits {
        return Ok(None);
    }
    let mut widths = Vec::with_capacity(parts.len());
    for part in parts {
        widths.push(part.dim(D::Minus1)?);
    }
    if widths.iter().sum::<usize>() != inputs {
        candle_core::bail!("a linear layer of {inputs} inputs was given {:?}", first.shape());
    }
    let rows = first.elem_count() / widths[0];
    let mut shape = first.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = outputs;
    }
    if residual.is_some_and(|residual| residual.dtype() != dtype || residual.dims() != shape || !residual.is_contiguous()) {
        return Ok(None);
    }
    let blas = context.opened(|context| Blas::new(&context.device))?;
    let out = context.uninit(shape, dtype)?;
    let (weight_at, bias_at, out_at) = (pointer(weight)?, bias.map(pointer).transpose()?.unwrap_or_default(), pointer(&out)?);
    let mut before_at = residual.map(pointer).transpose()?;
    let mut start = 0;
    for (i, (part, &width)) in parts.iter().zip(&widths).enumerate() {
        let x = part.contiguous()?;
        let addresses = [pointer(&x)?, weight_at + (start * dtype.size_in_bytes()) as u64, bias_at, before_at.unwrap_or(out_at), out_at];
        if x.elem_count() != rows * width || !aligned(&addresses) {
            return Ok(None);
        }
        let (has_bias, accumulates) = (bias.is_some() && i == 0, i > 0 || before_at.is_some());
        let operands = Operands::Half;
        let case = Case { rows, inputs: width, outputs, weight_stride: inputs, operands, dtype, has_bias, activation, accumulates };
        let [x, weight, bias, before, out] = addresses;
        if !blas.run(&context, case, Addresses { x, weight, bias, before, out, ..Addresses::default() })? {
            return Ok(None);
        }
        (start, before_at) = (start + width, None);
    }
    Ok(Some(out))
}

/// Rows in 8 bits: values in e4m3, contiguous, and one float32 scale for each row.
type Float8<'a> = [&'a Tensor; 2];

/// x · weightᵀ + bias for rows in 8 bits: `x` `[…, inputs]`, `weight` `[outputs, inputs]`, `bias` `[outputs]` of the type `dtype`, which has 16 bits,
/// → `[…, outputs]` of that type. `None` also on devices that do not multiply e4m3.
pub fn linear_float8(x: Float8<'_>, weight: Float8<'_>, bias: Option<&Tensor>, dtype: DType) -> Result<Option<Tensor>> {
    float8_product(x, weight, bias, dtype, true)
}

/// `scales_in_product`: whether the product may apply the scales where the library can do that, which is on compute capability 9.0. Elsewhere a
/// kernel applies them.
pub(super) fn float8_product(
    [x, x_scales]: Float8<'_>,
    [weight, weight_scales]: Float8<'_>,
    bias: Option<&Tensor>,
    dtype: DType,
    scales_in_product: bool,
) -> Result<Option<Tensor>> {
    let Some(context) = of(x.device())? else { return Ok(None) };
    let (outputs, inputs) = weight.dims2()?;
    if x.dim(D::Minus1)? != inputs {
        candle_core::bail!("a linear layer of {inputs} inputs was given {:?}", x.shape());
    }
    let rows = x_scales.elem_count();
    let fits_bias = bias.is_none_or(|b| b.dtype() == dtype && b.is_contiguous());
    // The library needs rows that start at multiples of 16 bytes.
    let fits_sizes = inputs.is_multiple_of(16) && outputs.is_multiple_of(16) && rows > 0;
    if !is_half(dtype) || !fits_bias || !fits_sizes || context.capability < (8, 9) {
        return Ok(None);
    }
    let mut shape = x.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = outputs;
    }
    let blas = context.opened(|context| Blas::new(&context.device))?;
    let out = context.uninit(shape, dtype)?;
    let out_at = pointer(&out)?;
    let at = Addresses { x: pointer(x)?, weight: pointer(weight)?, before: out_at, out: out_at, ..Addresses::default() };
    if !aligned(&[at.x, at.weight, at.out]) {
        return Ok(None);
    }
    let case = Case {
        rows,
        inputs,
        outputs,
        weight_stride: inputs,
        operands: Operands::Unscaled,
        dtype,
        has_bias: false,
        activation: Activation::None,
        accumulates: false,
    };
    if scales_in_product && context.capability == (9, 0) {
        let bias = bias.map(pointer).transpose()?.unwrap_or_default();
        let scaled = Case { operands: Operands::ScaledRows, has_bias: bias != 0, ..case };
        let all = Addresses { bias, x_scales: pointer(x_scales)?, weight_scales: pointer(weight_scales)?, ..at };
        if blas.run(&context, scaled, all)? {
            return Ok(Some(out));
        }
    }
    if !blas.run(&context, case, at)? {
        return Ok(None);
    }
    scale_product(&context, &out, x_scales, weight_scales, bias)?;
    Ok(Some(out))
}
