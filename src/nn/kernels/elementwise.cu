// Memory-bound operations of the networks, each fused to read and write its tensors once. Sums and products are in float32.
//
// Types T: float, __half, __nv_bfloat16. Unless said otherwise tensors are contiguous and 16-byte aligned, and the innermost size is a
// multiple of 8. Indices are 64-bit.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>

namespace {

constexpr int WIDTH = 8;  // Elements that a thread loads at a time.

template <typename T> struct alignas(sizeof(T) * WIDTH > 16 ? 16 : sizeof(T) * WIDTH) Pack { T at[WIDTH]; };

__device__ inline float to_float(float x) { return x; }
__device__ inline float to_float(__half x) { return __half2float(x); }
__device__ inline float to_float(__nv_bfloat16 x) { return __bfloat162float(x); }
template <typename T> __device__ inline T from_float(float x);
template <> __device__ inline float from_float<float>(float x) { return x; }
template <> __device__ inline __half from_float<__half>(float x) { return __float2half_rn(x); }
template <> __device__ inline __nv_bfloat16 from_float<__nv_bfloat16>(float x) { return __float2bfloat16_rn(x); }

template <typename T> struct Clips { static constexpr bool value = false; };
template <> struct Clips<__half> { static constexpr bool value = true; };

// A sum in the range of T: float16's ends at 65504.
template <typename T> __device__ inline float clipped(float x) {
    return Clips<T>::value ? fminf(fmaxf(x, -65504.0f), 65504.0f) : x;
}

template <typename T> __device__ inline void load(float (&to)[WIDTH], const T* from) {
    Pack<T> pack = *reinterpret_cast<const Pack<T>*>(from);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) to[i] = to_float(pack.at[i]);
}

template <typename T> __device__ inline void store(T* to, const float (&from)[WIDTH]) {
    Pack<T> pack;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) pack.at[i] = from_float<T>(from[i]);
    *reinterpret_cast<Pack<T>*>(to) = pack;
}

// The compiler must not know the values any more: it would keep what it converted them to, in twice as many registers.
template <typename T> __device__ inline void keep_packed(Pack<T>& pack) {
    uint32_t* words = reinterpret_cast<uint32_t*>(&pack);
#pragma unroll
    for (int i = 0; i < (int)(sizeof(Pack<T>) / 4); i++) asm volatile("" : "+r"(words[i]));
}

__device__ inline float sum_of_warp(float x) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(0xffffffff, x, step);
    return x;
}

// The sum over the block's threads, in every thread. `scratch` has 32 floats.
__device__ inline float sum_of_block(float x, float* scratch) {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
    x = sum_of_warp(x);
    __syncthreads();
    if (lane == 0) scratch[warp] = x;
    __syncthreads();
    return sum_of_warp(lane < warps ? scratch[lane] : 0.0f);
}

// x · Φ(x) with Φ after Abramowitz and Stegun 7.1.26: wrong by 1.5e-7 at most, and a fifth of the instructions of erff. The constants of the
// formula are divided by √2, halved, or multiplied by log₂ e / 2.
__device__ inline float gelu_erf(float x) {
    float a = fabsf(x), t, e;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(t) : "f"(1.0f + 0.2316418885f * a));
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(e) : "f"(-0.7213475204f * a * a));
    float p = t * (0.127414796f + t * (-0.142248368f + t * (0.7107068705f + t * (-0.7265760135f + t * 0.5307027145f))));
    return fmaxf(x, 0.0f) - a * (p * e);
}
__device__ inline float silu(float x) { return x / (1.0f + __expf(-x)); }

// Number of the thread in the launch. Launches have fewer than 2³² threads, and a thread works on WIDTH values, so offsets in values
// need 64 bits, but divisions do not: one of 64 bits takes longer than the thread's memory.
__device__ inline uint32_t thread_number() { return blockIdx.x * blockDim.x + threadIdx.x; }

// The second and third line of the norms below, for columns c to c + 7.
__device__ inline void weigh(float (&y)[WIDTH], const float* weight, const float* bias, const float* scale, const float* shift, int64_t c) {
    float w[WIDTH], b[WIDTH];
    if (weight) {
        load(w, weight + c);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) y[i] *= w[i];
        if (bias) {
            load(b, bias + c);
#pragma unroll
            for (int i = 0; i < WIDTH; i++) y[i] += b[i];
        }
    }
    if (scale) {
        load(w, scale + c);
        load(b, shift + c);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) y[i] = y[i] * (1.0f + w[i]) + b[i];
    }
}

// Norm over the last dimension of x [rows, columns]:
//   y = (x − mean) / √(variance + eps)      (RMS: y = x / √(mean of squares + eps))
//   y = y · weight + bias                   if weight [columns] (bias may be null)
//   y = y · (1 + scale) + shift             if scale, shift: row (row / rows_per_batch) of matrices with `modulation_stride` columns
// Shared memory: columns + 32 floats. One block a row, blockDim.x a multiple of 32.
template <typename T, typename Out, bool RMS>
__device__ void norm_rows(const T* x, Out* out, const float* weight, const float* bias, const float* scale, const float* shift,
                          int64_t columns, int64_t rows_per_batch, int64_t modulation_stride, float eps) {
    extern __shared__ float row[];
    float* scratch = row + columns;
    int64_t r = blockIdx.x;
    x += r * columns;
    out += r * columns;
    float sum = 0.0f;
    for (int64_t c = threadIdx.x * WIDTH; c < columns; c += blockDim.x * WIDTH) {
        float v[WIDTH];
        load(v, x + c);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) {
            row[c + i] = v[i];
            sum += RMS ? v[i] * v[i] : v[i];
        }
    }
    float mean = sum_of_block(sum, scratch) / columns, factor;
    if (RMS) {
        factor = rsqrtf(mean + eps);
        mean = 0.0f;
    } else {
        float squares = 0.0f;
        for (int64_t c = threadIdx.x * WIDTH; c < columns; c += blockDim.x * WIDTH) {
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
                float d = row[c + i] - mean;
                squares += d * d;
            }
        }
        factor = rsqrtf(sum_of_block(squares, scratch) / columns + eps);
    }
    if (scale) {
        int64_t batch = blockIdx.x / (uint32_t)rows_per_batch;
        scale += batch * modulation_stride;
        shift += batch * modulation_stride;
    }
    for (int64_t c = threadIdx.x * WIDTH; c < columns; c += blockDim.x * WIDTH) {
        float y[WIDTH];
#pragma unroll
        for (int i = 0; i < WIDTH; i++) y[i] = (row[c + i] - mean) * factor;
        weigh(y, weight, bias, scale, shift, c);
        store(out + c, y);
    }
}

// As norm_rows, with one warp a row, whose values it holds in registers, in T: PACKS · 256 ≥ columns. Lanes need not wait for other warps, and the
// rows of a block share scale and shift in the nearest cache. Warps from `rows` on have no row. With y [rows, columns], the norm is that of
// x + gate · y (gate null for 1; its rows are as far apart as those of scale), which is also written to `total`.
template <typename T, int PACKS>
__device__ void norm_rows_by_warp(const T* x, const T* y, const float* gate, T* total, T* out, const float* weight, const float* bias,
                                  const float* scale, const float* shift, int64_t rows, int64_t columns, int64_t rows_per_batch,
                                  int64_t modulation_stride, float eps) {
    int64_t r = (int64_t)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (r >= rows) return;
    int lane = threadIdx.x % 32;
    int64_t of_picture = (uint32_t)r / (uint32_t)rows_per_batch * modulation_stride;
    x += r * columns;
    out += r * columns;
    Pack<T> held[PACKS];
    float v[WIDTH], w[WIDTH], sum = 0.0f, squares = 0.0f;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * 32 + lane) * WIDTH;
        if (c < columns) held[p] = *reinterpret_cast<const Pack<T>*>(x + c);
    }
    if (y) {
        y += r * columns;
        total += r * columns;
#pragma unroll
        for (int p = 0; p < PACKS; p++) {
            int c = (p * 32 + lane) * WIDTH;
            if (c >= columns) continue;
            float update[WIDTH];
            load(v, held[p].at);
            load(update, y + c);
            if (gate) {
                load(w, gate + of_picture + c);
#pragma unroll
                for (int i = 0; i < WIDTH; i++) update[i] *= w[i];
            }
#pragma unroll
            for (int i = 0; i < WIDTH; i++) v[i] = clipped<T>(v[i] + update[i]);
            store(held[p].at, v);
            *reinterpret_cast<Pack<T>*>(total + c) = held[p];
            keep_packed(held[p]);
        }
    }
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        if ((p * 32 + lane) * WIDTH >= columns) continue;
        load(v, held[p].at);
        keep_packed(held[p]);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) sum += v[i];
    }
    float mean = sum_of_warp(sum) / columns;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        if ((p * 32 + lane) * WIDTH >= columns) continue;
        load(v, held[p].at);
        keep_packed(held[p]);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) squares += (v[i] - mean) * (v[i] - mean);
    }
    float factor = rsqrtf(sum_of_warp(squares) / columns + eps);
    if (scale) {
        scale += of_picture;
        shift += of_picture;
    }
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int c = (p * 32 + lane) * WIDTH;
        if (c >= columns) continue;
        load(v, held[p].at);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) v[i] = (v[i] - mean) * factor;
        weigh(v, weight, bias, scale, shift, c);
        store(out + c, v);
    }
}

// out = x + gate · y over [rows, columns]; gate: row (row / rows_per_batch) of a matrix with `gate_stride` columns; null for 1.
// `bias` [columns] is added to y first; null for none. float16 sums are clipped to its range.
template <typename T>
__device__ void add_gated(const T* x, const T* y, const float* gate, const float* bias, T* out, int64_t rows, int64_t columns,
                          int64_t rows_per_batch, int64_t gate_stride) {
    uint32_t packs = columns / WIDTH, i = thread_number(), r = 0, c = 0;
    if (i >= rows * packs) return;
    if (bias || gate) {
        r = i / packs;
        c = (i - r * packs) * WIDTH;
    }
    int64_t at = (int64_t)i * WIDTH;
    float a[WIDTH], b[WIDTH], g[WIDTH];
    load(a, x + at);
    load(b, y + at);
    if (bias) {
        load(g, bias + c);
#pragma unroll
        for (int j = 0; j < WIDTH; j++) b[j] += g[j];
    }
    if (gate) {
        load(g, gate + r / (uint32_t)rows_per_batch * gate_stride + c);
#pragma unroll
        for (int j = 0; j < WIDTH; j++) b[j] *= g[j];
    }
#pragma unroll
    for (int j = 0; j < WIDTH; j++) a[j] = clipped<T>(a[j] + b[j]);
    store(out + at, a);
}

// GEGLU: x [rows, 2 · columns] → x[:, :columns] · gelu(x[:, columns:]) [rows, columns].
template <typename T> __device__ void geglu(const T* x, T* out, int64_t rows, int64_t columns) {
    uint32_t packs = columns / WIDTH, i = thread_number();
    if (i >= rows * packs) return;
    uint32_t r = i / packs, c = (i - r * packs) * WIDTH;
    float a[WIDTH], g[WIDTH];
    load(a, x + r * 2 * columns + c);
    load(g, x + r * 2 * columns + columns + c);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) a[j] *= gelu_erf(g[j]);
    store(out + (int64_t)i * WIDTH, a);
}

// SwiGLU: x [rows, 2 · columns] → silu(x[:, :columns]) · x[:, columns:] [rows, columns].
template <typename T> __device__ void swiglu(const T* x, T* out, int64_t rows, int64_t columns) {
    uint32_t packs = columns / WIDTH, i = thread_number();
    if (i >= rows * packs) return;
    uint32_t r = i / packs, c = (i - r * packs) * WIDTH;
    float a[WIDTH], b[WIDTH];
    load(a, x + r * 2 * columns + c);
    load(b, x + r * 2 * columns + columns + c);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) a[j] = silu(a[j]) * b[j];
    store(out + (int64_t)i * WIDTH, a);
}

// Queries and keys of FLUX: RMS norm of each head, then rotation of neighbouring channels; values are copied.
// Sources: `first` with `first_tokens` tokens a picture, then `second` with the others, rows of [3, heads, size]. Norm weights `…_q`, `…_k`
// [size]; cos, sin [tokens, size / 2]. out [batch, tokens, parts, heads, size], parts 2 (without values) or 3.
// A thread holds 8 channels, so a head takes size / 8 ≤ 32 neighbouring lanes, rounded up to a power of two (`lanes`). It works on HEADS heads
// of a token: they have the same weights and angles, and their loads wait together.
template <typename T>
__device__ void rotate_heads(const T* first, const T* second, const float* first_q, const float* first_k, const float* second_q,
                             const float* second_k, const float* cosines, const float* sines, T* out, int64_t batch, int64_t tokens,
                             int64_t first_tokens, int parts, int heads, int size, int lanes, float eps) {
    constexpr int HEADS = 4;
    uint32_t unit = thread_number() / lanes, groups = (heads + HEADS - 1) / HEADS;
    int c = threadIdx.x % lanes * WIDTH;
    // Threads without work take part in the sums.
    bool active = unit < batch * tokens * parts * groups && c < size;
    if (!active) unit = 0;
    uint32_t row_of_heads = unit / groups, head = (unit - row_of_heads * groups) * HEADS;
    uint32_t place = row_of_heads / parts, which = row_of_heads - place * parts;
    int64_t b = place / (uint32_t)tokens, token = place - b * tokens;
    bool is_first = token < first_tokens;
    int64_t row = is_first ? b * first_tokens + token : b * (tokens - first_tokens) + token - first_tokens;
    const T* from = (is_first ? first : second) + ((row * 3 + which) * heads + head) * size + c;
    float v[HEADS][WIDTH] = {}, squares[HEADS] = {};
#pragma unroll
    for (int h = 0; h < HEADS; h++)
        if (active && head + h < heads) load(v[h], from + h * size);
#pragma unroll
    for (int h = 0; h < HEADS; h++) {
#pragma unroll
        for (int i = 0; i < WIDTH; i++) squares[h] += v[h][i] * v[h][i];
    }
    for (int step = lanes / 2; step > 0; step /= 2) {
#pragma unroll
        for (int h = 0; h < HEADS; h++) squares[h] += __shfl_xor_sync(0xffffffff, squares[h], step);
    }
    if (!active) return;
    if (which < 2) {
        const float* weights = which == 0 ? (is_first ? first_q : second_q) : (is_first ? first_k : second_k);
        float w[WIDTH];
        load(w, weights + c);
        const float4 cosine = *reinterpret_cast<const float4*>(cosines + token * (size / 2) + c / 2);
        const float4 sine = *reinterpret_cast<const float4*>(sines + token * (size / 2) + c / 2);
        const float cs[4] = {cosine.x, cosine.y, cosine.z, cosine.w}, sn[4] = {sine.x, sine.y, sine.z, sine.w};
#pragma unroll
        for (int h = 0; h < HEADS; h++) {
            float factor = rsqrtf(squares[h] / size + eps);
#pragma unroll
            for (int p = 0; p < WIDTH / 2; p++) {
                float x = v[h][2 * p] * factor * w[2 * p], y = v[h][2 * p + 1] * factor * w[2 * p + 1];
                v[h][2 * p] = x * cs[p] - y * sn[p];
                v[h][2 * p + 1] = x * sn[p] + y * cs[p];
            }
        }
    }
    T* to = out + ((int64_t)row_of_heads * heads + head) * size + c;
#pragma unroll
    for (int h = 0; h < HEADS; h++)
        if (head + h < heads) store(to + h * size, v[h]);
}

// Group norm of channels-last x [batch, pixels, channels], in three kernels.
// First: mean and sum of squared differences of each channel over `span` pixels → partial [batch, spans, channels, 2].
// blockDim (channels / 8, layers), grid (spans, batch). Shared memory: layers · channels · 2 floats.
template <typename T>
__device__ void channel_moments(const T* x, float* partial, int64_t pixels, int64_t channels, int64_t span) {
    extern __shared__ float shared[];
    int64_t begin = blockIdx.x * span, end = begin + span < pixels ? begin + span : pixels;
    int64_t c = threadIdx.x * WIDTH;
    x += blockIdx.y * pixels * channels + c;
    // Differences from one value of the channel: a variance far smaller than the squared mean keeps its digits.
    float base[WIDTH], sum[WIDTH] = {}, squares[WIDTH] = {};
    load(base, x + begin * channels);
    for (int64_t p = begin + threadIdx.y; p < end; p += blockDim.y) {
        float v[WIDTH];
        load(v, x + p * channels);
#pragma unroll
        for (int i = 0; i < WIDTH; i++) {
            float d = v[i] - base[i];
            sum[i] += d;
            squares[i] += d * d;
        }
    }
    float* sums = shared;
    float* all_squares = shared + blockDim.y * channels;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        sums[threadIdx.y * channels + c + i] = sum[i];
        all_squares[threadIdx.y * channels + c + i] = squares[i];
    }
    __syncthreads();
    if (threadIdx.y > 0) return;
    float count = end - begin;
    float* to = partial + ((blockIdx.y * gridDim.x + blockIdx.x) * channels + c) * 2;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
        float s = 0.0f, q = 0.0f;
        for (int layer = 0; layer < blockDim.y; layer++) {
            s += sums[layer * channels + c + i];
            q += all_squares[layer * channels + c + i];
        }
        to[2 * i] = base[i] + s / count;
        to[2 * i + 1] = fmaxf(q - s * s / count, 0.0f);
    }
}

// Second: partial → factor and offset of each channel, [batch, 2, channels]: norm(x + extra) = factor · x + offset.
// `extra` is added to x before the norm: rows of `extra_stride` floats, one a picture (0: one for all); null for none.
// grid (groups, batch), any whole number of warps. Shared memory: 32 floats.
__device__ void factors_of_channels(const float* partial, const float* weight, const float* bias, const float* extra, float* out,
                             int64_t pixels, int64_t channels, int64_t span, int64_t spans, int64_t extra_stride, float eps) {
    extern __shared__ float scratch[];
    int64_t size = channels / gridDim.x, begin = blockIdx.x * size, b = blockIdx.y;
    partial += b * spans * channels * 2;
    if (extra) extra += b * extra_stride;
    float sum = 0.0f;
    for (uint32_t i = threadIdx.x; i < size * spans; i += blockDim.x) {
        int64_t s = i / (uint32_t)size, c = begin + i - s * size;
        float count = (s + 1) * span < pixels ? span : pixels - s * span;
        sum += count * (partial[(s * channels + c) * 2] + (extra ? extra[c] : 0.0f));
    }
    float total = (float)(pixels * size), mean = sum_of_block(sum, scratch) / total;
    float squares = 0.0f;
    for (uint32_t i = threadIdx.x; i < size * spans; i += blockDim.x) {
        int64_t s = i / (uint32_t)size, c = begin + i - s * size;
        float count = (s + 1) * span < pixels ? span : pixels - s * span;
        float d = partial[(s * channels + c) * 2] + (extra ? extra[c] : 0.0f) - mean;
        squares += partial[(s * channels + c) * 2 + 1] + count * d * d;
    }
    float factor = rsqrtf(sum_of_block(squares, scratch) / total + eps);
    for (int64_t i = threadIdx.x; i < size; i += blockDim.x) {
        int64_t c = begin + i;
        float a = factor * weight[c];
        out[b * 2 * channels + c] = a;
        out[(b * 2 + 1) * channels + c] = bias[c] + a * ((extra ? extra[c] : 0.0f) - mean);
    }
}

// Third: out = act(factor · x + offset); act is SiLU or nothing.
template <typename T, typename Out>
__device__ void scale_channels(const T* x, const float* factors, Out* out, int64_t total, int64_t per_picture, int64_t channels,
                               int with_silu) {
    uint32_t pack = thread_number(), packs = channels / WIDTH;
    int64_t i = (int64_t)pack * WIDTH;
    if (i >= total) return;
    uint32_t c = pack % packs * WIDTH;
    const float* of_picture = factors + pack / (uint32_t)(per_picture / WIDTH) * 2 * channels;
    float v[WIDTH], a[WIDTH], b[WIDTH];
    load(v, x + i);
    load(a, of_picture + c);
    load(b, of_picture + channels + c);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) {
        v[j] = v[j] * a[j] + b[j];
        if (with_silu) v[j] = silu(v[j]);
    }
    store(out + i, v);
}

// Nearest neighbour, twice the size: channels-last x [batch, height, width, channels] → [batch, 2 · height, 2 · width, channels].
template <typename T>
__device__ void upsample_twice(const T* x, T* out, int64_t total, int64_t height, int64_t width, int64_t channels) {
    uint32_t pack = thread_number(), packs = channels / WIDTH, wide = 2 * width, high = 2 * height;
    int64_t i = (int64_t)pack * WIDTH;
    if (i >= total) return;
    uint32_t pixel = pack / packs, c = (pack - pixel * packs) * WIDTH, line = pixel / wide, column = pixel - line * wide;
    int64_t b = line / high, row = line - b * high;
    const T* from = x + ((b * height + row / 2) * width + column / 2) * channels + c;
    *reinterpret_cast<Pack<T>*>(out + i) = *reinterpret_cast<const Pack<T>*>(from);
}

// Bilinear with aligned corners: channels-last x [batch, height, width, channels] → [batch, rows, columns, channels].
template <typename T>
__device__ void resize_bilinear(const T* x, T* out, int64_t total, int64_t height, int64_t width, int64_t rows, int64_t columns,
                                int64_t channels) {
    uint32_t pack = thread_number(), packs = channels / WIDTH;
    int64_t i = (int64_t)pack * WIDTH;
    if (i >= total) return;
    uint32_t pixel = pack / packs, c = (pack - pixel * packs) * WIDTH, line = pixel / (uint32_t)columns, column = pixel - line * (uint32_t)columns;
    int64_t b = line / (uint32_t)rows, row = line - b * rows;
    // Positions in float64, as candle has them: in float32 a position far down the picture keeps too few digits of its fraction.
    double at_y = rows > 1 ? row * ((double)(height - 1) / (rows - 1)) : 0.0;
    double at_x = columns > 1 ? column * ((double)(width - 1) / (columns - 1)) : 0.0;
    int64_t top = min((int64_t)at_y, height - 1), left = min((int64_t)at_x, width - 1);
    int64_t down = top + 1 < height ? width * channels : 0, right = left + 1 < width ? channels : 0;
    float ty = (float)(at_y - top), tx = (float)(at_x - left);
    const T* from = x + ((b * height + top) * width + left) * channels + c;
    float v[4][WIDTH], y[WIDTH];
    load(v[0], from);
    load(v[1], from + right);
    load(v[2], from + down);
    load(v[3], from + down + right);
#pragma unroll
    for (int j = 0; j < WIDTH; j++)
        y[j] = (1.0f - ty) * ((1.0f - tx) * v[0][j] + tx * v[1][j]) + ty * ((1.0f - tx) * v[2][j] + tx * v[3][j]);
    store(out + i, y);
}

// Rows of x [batch, rows, width] in the given order: out [batch, count, width], in units of 16 bytes. Indices from `rows` on give zeros.
__device__ inline void gather_rows(const uint4* x, const uint32_t* order, uint4* out, uint32_t total, uint32_t rows, uint32_t count,
                                   uint32_t width) {
    uint32_t i = thread_number();
    if (i >= total) return;
    uint32_t row = i / width, index = order[row % count];
    const uint4* from = x + ((int64_t)(row / count) * rows + index) * width + i % width;
    out[i] = index < rows ? *from : make_uint4(0, 0, 0, 0);
}

// An activation of x + bias, x [total]: 0 GELU (erf), 1 ReLU, 2 none; bias [columns] (null for none).
template <typename T>
__device__ void activate(const T* x, const float* bias, T* out, int64_t total, int64_t columns, int which) {
    uint32_t pack = thread_number();
    int64_t i = (int64_t)pack * WIDTH;
    if (i >= total) return;
    float v[WIDTH], b[WIDTH];
    load(v, x + i);
    if (bias) {
        load(b, bias + pack % (uint32_t)(columns / WIDTH) * WIDTH);
#pragma unroll
        for (int j = 0; j < WIDTH; j++) v[j] += b[j];
    }
#pragma unroll
    for (int j = 0; j < WIDTH; j++) {
        v[j] = which == 0 ? gelu_erf(v[j]) : which == 1 ? fmaxf(v[j], 0.0f) : v[j];
    }
    store(out + i, v);
}

}  // namespace

#define NORMS_BY_WARP(T, NAME, PACKS)                                                                                                  \
    extern "C" __global__ void __launch_bounds__(128, PACKS > 6 ? 5 : 8) layer_norm_by_warp_##PACKS##_##NAME(                          \
        const T* x, const T* y, const float* gate, T* total, T* out, const float* weight, const float* bias, const float* scale,       \
        const float* shift, int64_t rows, int64_t columns, int64_t rows_per_batch, int64_t modulation_stride, float eps) {             \
        norm_rows_by_warp<T, PACKS>(x, y, gate, total, out, weight, bias, scale, shift, rows, columns, rows_per_batch,                 \
                                    modulation_stride, eps);                                                                           \
    }

#define KERNELS(T, NAME)                                                                                                               \
    extern "C" __global__ void layer_norm_##NAME(const T* x, T* out, const float* weight, const float* bias, const float* scale,      \
                                                 const float* shift, int64_t columns, int64_t rows_per_batch,                         \
                                                 int64_t modulation_stride, float eps) {                                              \
        norm_rows<T, T, false>(x, out, weight, bias, scale, shift, columns, rows_per_batch, modulation_stride, eps);                  \
    }                                                                                                                                 \
    extern "C" __global__ void rms_norm_##NAME(const T* x, T* out, const float* weight, int64_t columns, float eps) {                 \
        norm_rows<T, T, true>(x, out, weight, nullptr, nullptr, nullptr, columns, 1, 0, eps);                                         \
    }                                                                                                                                 \
    extern "C" __global__ void add_gated_##NAME(const T* x, const T* y, const float* gate, const float* bias, T* out, int64_t rows,   \
                                                int64_t columns, int64_t rows_per_batch, int64_t gate_stride) {                       \
        add_gated(x, y, gate, bias, out, rows, columns, rows_per_batch, gate_stride);                                                 \
    }                                                                                                                                 \
    extern "C" __global__ void geglu_##NAME(const T* x, T* out, int64_t rows, int64_t columns) { geglu(x, out, rows, columns); }      \
    extern "C" __global__ void swiglu_##NAME(const T* x, T* out, int64_t rows, int64_t columns) { swiglu(x, out, rows, columns); }    \
    extern "C" __global__ void rotate_heads_##NAME(                                                                                    \
        const T* first, const T* second, const float* first_q, const float* first_k, const float* second_q, const float* second_k,     \
        const float* cosines, const float* sines, T* out, int64_t batch, int64_t tokens, int64_t first_tokens, int parts, int heads,   \
        int size, int lanes, float eps) {                                                                                              \
        rotate_heads(first, second, first_q, first_k, second_q, second_k, cosines, sines, out, batch, tokens, first_tokens, parts,     \
                     heads, size, lanes, eps);                                                                                         \
    }                                                                                                                                  \
    extern "C" __global__ void channel_moments_##NAME(const T* x, float* partial, int64_t pixels, int64_t channels, int64_t span) {   \
        channel_moments(x, partial, pixels, channels, span);                                                                          \
    }                                                                                                                                 \
    extern "C" __global__ void scale_channels_##NAME(const T* x, const float* factors, T* out, int64_t total, int64_t per_picture,    \
                                                     int64_t channels, int with_silu) {                                               \
        scale_channels(x, factors, out, total, per_picture, channels, with_silu);                                                     \
    }                                                                                                                                 \
    extern "C" __global__ void upsample_twice_##NAME(const T* x, T* out, int64_t total, int64_t height, int64_t width,                \
                                                     int64_t channels) {                                                              \
        upsample_twice(x, out, total, height, width, channels);                                                                       \
    }                                                                                                                                 \
    extern "C" __global__ void resize_bilinear_##NAME(const T* x, T* out, int64_t total, int64_t height, int64_t width, int64_t rows,   \
                                                      int64_t columns, int64_t channels) {                                            \
        resize_bilinear(x, out, total, height, width, rows, columns, channels);                                                       \
    }                                                                                                                                 \
    extern "C" __global__ void activate_##NAME(const T* x, const float* bias, T* out, int64_t total, int64_t columns, int which) {    \
        activate(x, bias, out, total, columns, which);                                                                                \
    }

KERNELS(float, f32)
KERNELS(__half, f16)
KERNELS(__nv_bfloat16, bf16)

NORMS_BY_WARP(__half, f16, 3)
NORMS_BY_WARP(__half, f16, 6)
NORMS_BY_WARP(__half, f16, 12)
NORMS_BY_WARP(__nv_bfloat16, bf16, 3)
NORMS_BY_WARP(__nv_bfloat16, bf16, 6)
NORMS_BY_WARP(__nv_bfloat16, bf16, 12)

extern "C" __global__ void norm_factors(const float* partial, const float* weight, const float* bias, const float* extra, float* out,
                                        int64_t pixels, int64_t channels, int64_t span, int64_t spans, int64_t extra_stride,
                                        float eps) {
    factors_of_channels(partial, weight, bias, extra, out, pixels, channels, span, spans, extra_stride, eps);
}

extern "C" __global__ void gather_rows_16(const uint4* x, const uint32_t* order, uint4* out, int total, int rows, int count, int width) {
    gather_rows(x, order, out, total, rows, count, width);
}

#define FROM_FLOAT(T, NAME)                                                                                                            \
    extern "C" __global__ void rms_norm_f32_##NAME(const float* x, T* out, const float* weight, int64_t columns, float eps) {         \
        norm_rows<float, T, true>(x, out, weight, nullptr, nullptr, nullptr, columns, 1, 0, eps);                                     \
    }

FROM_FLOAT(__half, f16)
FROM_FLOAT(__nv_bfloat16, bf16)
