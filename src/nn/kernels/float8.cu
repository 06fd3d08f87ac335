// Rows in 8 bits: values in e4m3 and one float32 scale a row, so that row = scale · values. The largest value of a row becomes 448, the
// largest of e4m3.
//
// Types T: __half, __nv_bfloat16, and float, in which rows are only rounded and unpacked. Tensors are contiguous and 16-byte aligned, and the innermost size is a multiple of 8. Indices are 64-bit.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#include <stdint.h>

namespace {

constexpr int WIDTH = 8;  // Elements that a thread loads at a time.
constexpr float LARGEST = 448.0f;
constexpr float SMALLEST_SCALE = 1e-12f;  // Its inverse is finite.

template <typename T> struct alignas(16) Pack { T at[WIDTH]; };

__device__ inline float to_float(float x) { return x; }
__device__ inline float to_float(__half x) { return __half2float(x); }
__device__ inline float to_float(__nv_bfloat16 x) { return __bfloat162float(x); }
template <typename T> __device__ inline T from_float(float x);
template <> __device__ inline float from_float<float>(float x) { return x; }
template <> __device__ inline __half from_float<__half>(float x) { return __float2half_rn(fminf(fmaxf(x, -65504.0f), 65504.0f)); }
template <> __device__ inline __nv_bfloat16 from_float<__nv_bfloat16>(float x) { return __float2bfloat16_rn(x); }

template <typename T> __device__ inline void load(float* to, const T* from) {
    Pack<T> pack = *reinterpret_cast<const Pack<T>*>(from);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) to[i] = to_float(pack.at[i]);
}

template <typename T> __device__ inline void store(T* to, const float* from) {
    Pack<T> pack;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) pack.at[i] = from_float<T>(from[i]);
    *reinterpret_cast<Pack<T>*>(to) = pack;
}

// Eight values as they are after `store` and `load`.
template <typename T> __device__ inline void round_to(float* v) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) v[i] = to_float(from_float<T>(v[i]));
}

// Eight values, divided by the scale, as e4m3.
__device__ inline void store_e4m3(uint8_t* to, const float* from, float inverse) {
    union { __nv_fp8x2_storage_t pairs[WIDTH / 2]; uint2 all; } out;
#pragma unroll
    for (int i = 0; i < WIDTH / 2; i++) {
        float2 pair = make_float2(from[2 * i] * inverse, from[2 * i + 1] * inverse);
        out.pairs[i] = __nv_cvt_float2_to_fp8x2(pair, __NV_SATFINITE, __NV_E4M3);
    }
    *reinterpret_cast<uint2*>(to) = out.all;
}

__device__ inline void load_e4m3(float* to, const uint8_t* from) {
    union { uint2 all; __nv_fp8_storage_t at[WIDTH]; } in;
    in.all = *reinterpret_cast<const uint2*>(from);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) to[i] = __half2float(__half(__nv_cvt_fp8_to_halfraw(in.at[i], __NV_E4M3)));
}

// Sum or maximum over the block's threads, in every thread. `scratch` has 32 floats.
template <bool MAXIMUM> __device__ inline float over_block(float x, float* scratch) {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
        float other = __shfl_xor_sync(0xffffffff, x, step);
        x = MAXIMUM ? fmaxf(x, other) : x + other;
    }
    __syncthreads();
    if (lane == 0) scratch[warp] = x;
    __syncthreads();
    x = lane < warps ? scratch[lane] : 0.0f;
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
        float other = __shfl_xor_sync(0xffffffff, x, step);
        x = MAXIMUM ? fmaxf(x, other) : x + other;
    }
    return x;
}

// GELU, tanh approximation. The hardware's tanh is wrong by 2⁻¹¹ at most, little beside the steps of e4m3.
__device__ inline float gelu(float x) {
    float u = x * (0.7978845608028654f + 0.0356774081363001f * x * x), t, half = 0.5f * x;
    asm("tanh.approx.f32 %0, %1;" : "=f"(t) : "f"(u));
    return half + half * t;
}

// Scale of a row of which this thread has seen values up to `largest`.
__device__ inline float scale_of_row(float largest, float* scales, float* scratch) {
    float scale = fmaxf(over_block<true>(largest, scratch) / LARGEST, SMALLEST_SCALE);
    if (threadIdx.x == 0) scales[blockIdx.x] = scale;
    return scale;
}

// Writes a row whose values the block's threads hold: pack p of a thread is pack p · blockDim.x + threadIdx.x of the row.
template <int PACKS>
__device__ inline void write_row(const float (&v)[PACKS][WIDTH], uint8_t* out, float* scales, int width, float* scratch) {
    float largest = 0.0f;
#pragma unroll
    for (int p = 0; p < PACKS; p++)
#pragma unroll
        for (int i = 0; i < WIDTH; i++) largest = fmaxf(largest, fabsf(v[p][i]));
    float inverse = 1.0f / scale_of_row(largest, scales, scratch);
    out += (int64_t)blockIdx.x * width;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c < width) store_e4m3(out + c, v[p], inverse);
    }
}

// Rows of a [rows, first_width] and, beside them, of b [rows, width − first_width] → out [rows, width], scales [rows]. GELU is applied to
// the columns from `gelu_from` on. One block a row; PACKS · blockDim.x · 8 ≥ width. What GELU makes is rounded to T, as where it is stored
// in that type: threads hold half as many registers, and more blocks wait for memory together.
template <typename T, int PACKS>
__device__ void quantize_rows(const T* a, const T* b, uint8_t* out, float* scales, int first_width, int width, int gelu_from) {
    __shared__ float scratch[32];
    Pack<T> held[PACKS];
    float largest = 0.0f, v[WIDTH];
    const T* from_a = a + (int64_t)blockIdx.x * first_width;
    const T* from_b = b + (int64_t)blockIdx.x * (width - first_width) - first_width;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c < width) held[p] = *reinterpret_cast<const Pack<T>*>((c < first_width ? from_a : from_b) + c);
    }
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c >= width) continue;
        load(v, held[p].at);
        if (c >= gelu_from) {
#pragma unroll
            for (int i = 0; i < WIDTH; i++) v[i] = gelu(v[i]);
            store(held[p].at, v);
            round_to<T>(v);
        }
#pragma unroll
        for (int i = 0; i < WIDTH; i++) largest = fmaxf(largest, fabsf(v[i]));
    }
    float inverse = 1.0f / scale_of_row(largest, scales, scratch);
    out += (int64_t)blockIdx.x * width;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c >= width) continue;
        load(v, held[p].at);
        store_e4m3(out + c, v, inverse);
    }
}

__device__ inline float silu(float x) { return __fdividef(x, 1.0f + __expf(-x)); }

// As quantize_rows, of a [rows, first_width] and, beside it, SwiGLU of b [rows, 2 · (width − first_width)]: silu of its first half · its second.
template <typename T, int PACKS>
__device__ void quantize_gated_rows(const T* a, const T* b, uint8_t* out, float* scales, int first_width, int width) {
    __shared__ float scratch[32];
    Pack<T> held[PACKS], second[PACKS];
    float largest = 0.0f, v[WIDTH], factor[WIDTH];
    int hidden = width - first_width;
    const T* from_a = a + (int64_t)blockIdx.x * first_width;
    const T* from_b = b + (int64_t)blockIdx.x * 2 * hidden - first_width;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c >= width) continue;
        held[p] = *reinterpret_cast<const Pack<T>*>((c < first_width ? from_a : from_b) + c);
        if (c >= first_width) second[p] = *reinterpret_cast<const Pack<T>*>(from_b + hidden + c);
    }
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c >= width) continue;
        load(v, held[p].at);
        if (c >= first_width) {
            load(factor, second[p].at);
#pragma unroll
            for (int i = 0; i < WIDTH; i++) v[i] = silu(v[i]) * factor[i];
            store(held[p].at, v);
            round_to<T>(v);
        }
#pragma unroll
        for (int i = 0; i < WIDTH; i++) largest = fmaxf(largest, fabsf(v[i]));
    }
    float inverse = 1.0f / scale_of_row(largest, scales, scratch);
    out += (int64_t)blockIdx.x * width;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c >= width) continue;
        load(v, held[p].at);
        store_e4m3(out + c, v, inverse);
    }
}

// Layer norm without weights, then · (1 + scale) + shift, as `layer_norm` of elementwise.cu; x [rows, columns] → out [rows, columns],
// scales [rows]. With y [rows, columns], the norm is that of x + gate · y, which is also written to `total`. Rows of scale, shift and gate are
// `modulation_stride` apart. One block a row; PACKS · blockDim.x · 8 ≥ columns.
template <typename T, int PACKS>
__device__ void norm_rows(const T* x, const T* y, const float* gate, T* total, const float* scale, const float* shift, uint8_t* out,
                          float* scales, int columns, int rows_per_batch, int64_t modulation_stride, float eps) {
    __shared__ float scratch[32];
    float v[PACKS][WIDTH], sum = 0.0f, squares = 0.0f;
    x += (int64_t)blockIdx.x * columns;
    int64_t of_picture = blockIdx.x / (uint32_t)rows_per_batch * modulation_stride;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
#pragma unroll
        for (int i = 0; i < WIDTH; i++) v[p][i] = 0.0f;
        if (c < columns) load(v[p], x + c);
        if (y && c < columns) {
            float update[WIDTH], g[WIDTH];
            load(update, y + (int64_t)blockIdx.x * columns + c);
            load(g, gate + of_picture + c);
#pragma unroll
            for (int i = 0; i < WIDTH; i++) v[p][i] += g[i] * update[i];
            store(total + (int64_t)blockIdx.x * columns + c, v[p]);
            round_to<T>(v[p]);
        }
#pragma unroll
        for (int i = 0; i < WIDTH; i++) sum += v[p][i];
    }
    float mean = over_block<false>(sum, scratch) / columns;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        bool inside = (p * blockDim.x + threadIdx.x) * WIDTH < columns;
#pragma unroll
        for (int i = 0; i < WIDTH; i++) {
            v[p][i] = inside ? v[p][i] - mean : 0.0f;
            squares += v[p][i] * v[p][i];
        }
    }
    float factor = rsqrtf(over_block<false>(squares, scratch) / columns + eps);
    scale += of_picture;
    shift += of_picture;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * blockDim.x + threadIdx.x) * WIDTH;
        if (c >= columns) continue;
        float s[WIDTH], b[WIDTH];
        load(s, scale + c);
        load(b, shift + c);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) v[p][i] = v[p][i] * factor * (1.0f + s[i]) + b[i];
    }
    write_row(v, out, scales, columns, scratch);
}

// Number of the thread in the launch, fewer than 2³².
__device__ inline uint32_t thread_number() { return blockIdx.x * blockDim.x + threadIdx.x; }

// x [rows, columns] in place: x · 2¹⁶ · row_scales [rows] · column_scales [columns] + bias [columns] (null for none). After a product of
// unscaled values that was multiplied by 2⁻¹⁶.
template <typename T>
__device__ void scale_product(T* x, const float* row_scales, const float* column_scales, const T* bias, int64_t rows, int64_t columns) {
    uint32_t packs = columns / WIDTH, i = thread_number();
    if (i >= rows * packs) return;
    uint32_t r = i / packs, c = (i - r * packs) * WIDTH;
    float v[WIDTH], s[WIDTH], b[WIDTH] = {};
    load(v, x + (int64_t)i * WIDTH);
    load(s, column_scales + c);
    if (bias) load(b, bias + c);
    float of_row = row_scales[r] * 65536.0f;
#pragma unroll
    for (int j = 0; j < WIDTH; j++) v[j] = v[j] * (of_row * s[j]) + b[j];
    store(x + (int64_t)i * WIDTH, v);
}

// values [rows, columns], scales [rows] → out [rows, columns].
template <typename T> __device__ void unpack_rows(const uint8_t* values, const float* scales, T* out, int64_t rows, int64_t columns) {
    uint32_t packs = columns / WIDTH, i = thread_number();
    if (i >= rows * packs) return;
    float v[WIDTH], scale = scales[i / packs];
    load_e4m3(v, values + (int64_t)i * WIDTH);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) v[j] *= scale;
    store(out + (int64_t)i * WIDTH, v);
}

}  // namespace

#define ROUNDING_OF_PACKS(T, NAME, PACKS)                                                                                                \
    extern "C" __global__ void __launch_bounds__(512, sizeof(T) == 2 ? 3 : 1)                                                           \
        quantize_rows_##PACKS##_##NAME(const T* a, const T* b, uint8_t* out, float* scales, int first_width, int width, int gelu_from) { \
        quantize_rows<T, PACKS>(a, b, out, scales, first_width, width, gelu_from);                                                      \
    }

#define GATED_ROUNDING_OF_PACKS(T, NAME, PACKS)                                                                                          \
    extern "C" __global__ void __launch_bounds__(512, sizeof(T) == 2 ? 2 : 1)                                                           \
        quantize_gated_rows_##PACKS##_##NAME(const T* a, const T* b, uint8_t* out, float* scales, int first_width, int width) {         \
        quantize_gated_rows<T, PACKS>(a, b, out, scales, first_width, width);                                                           \
    }

#define NORMS_OF_PACKS(T, NAME, PACKS)                                                                                                   \
    extern "C" __global__ void norm_quantize_rows_##PACKS##_##NAME(const T* x, const T* y, const float* gate, T* total,                 \
                                                                   const float* scale, const float* shift, uint8_t* out, float* scales, \
                                                                   int columns, int rows_per_batch, int64_t modulation_stride,          \
                                                                   float eps) {                                                         \
        norm_rows<T, PACKS>(x, y, gate, total, scale, shift, out, scales, columns, rows_per_batch, modulation_stride, eps);             \
    }

#define EACH(KIND, T, NAME) KIND(T, NAME, 1) KIND(T, NAME, 2) KIND(T, NAME, 3) KIND(T, NAME, 4)

#define ROUNDING(T, NAME)                                                                                                                \
    EACH(ROUNDING_OF_PACKS, T, NAME)                                                                                                     \
    EACH(GATED_ROUNDING_OF_PACKS, T, NAME)                                                                                               \
    extern "C" __global__ void unpack_rows_##NAME(const uint8_t* values, const float* scales, T* out, int64_t rows, int64_t columns) {  \
        unpack_rows(values, scales, out, rows, columns);                                                                                \
    }

#define PRODUCTS(T, NAME)                                                                                                                \
    EACH(NORMS_OF_PACKS, T, NAME)                                                                                                        \
    extern "C" __global__ void scale_product_##NAME(T* x, const float* row_scales, const float* column_scales, const T* bias,           \
                                                    int64_t rows, int64_t columns) {                                                    \
        scale_product(x, row_scales, column_scales, bias, rows, columns);                                                               \
    }

ROUNDING(float, f32)
ROUNDING(__half, f16)
ROUNDING(__nv_bfloat16, bf16)
PRODUCTS(__half, f16)
PRODUCTS(__nv_bfloat16, bf16)
