// Fused attention for GPUs without cuDNN: out = softmax(q·kᵀ·scale + bias)·v. The score matrix never reaches device memory.
//
// q, out [B, H, Q, D]; k, v [B, H, K, D]: any strides for batch, head and token, in elements. The last dimension is contiguous and every
// row begins at a multiple of 16 bytes. Q, K ≥ 1. Pointers of q, k, v do not overlap out.
// bias: float32 [B, H, Q, K] or null. A stride of 0 broadcasts; keys are contiguous. It is read fastest if its address, its strides (in
// bytes) and 4·K are multiples of 16. −∞ excludes a key; a query without keys gets 0.
// which: null, or for each entry of the batch the entry of bias [P, H, Q, K] that belongs to it.
// scale > 0. Scores, softmax and sums are in float32; probabilities are rounded to the type of q before the product with v.
//
// Launch: attention_{f16,bf16}_{32,64,128}, grid x = ⌈Q / QUERIES⌉ · H · B, block THREADS, dynamic shared memory SHARED:
//     D     THREADS   QUERIES   SHARED
//     32    128       64        16384
//     64    128       128       49152
//     128   128       128       65536      more than 48 KiB: raise the function's limit first
// Needs sm_80 or later. The result does not depend on timing: no atomics.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <float.h>
#include <stdint.h>

namespace {

// A block computes QUERIES rows of one head, each warp GROUPS · 16 of them, over tiles of KEYS keys, SPAN keys at a time.
//
// GROUPS = 2 halves the reads of keys and values from shared memory per product. DOUBLE copies the next tile while this one is in use;
// without it keys and values take turns, which is as fast at D = 128 and leaves room for two blocks in the 164 KiB of sm_80.
// HELD keeps the queries in registers; their shared memory is then reused for tiles. BLOCKS per multiprocessor bounds the registers.
template <int D, int GROUPS_, int SPAN_, bool DOUBLE_, bool HELD_, int BLOCKS_> struct Shape {
    static constexpr int GROUPS = GROUPS_, SPAN = SPAN_, BLOCKS = BLOCKS_;
    static constexpr bool DOUBLE = DOUBLE_, HELD = HELD_;
    static constexpr int THREADS = 128, QUERIES = THREADS / 32 * GROUPS * 16, KEYS = 64;
    static constexpr int ROW = D * 2, TILE = KEYS * ROW, STAGE = 2 * TILE;  // Bytes of a row, of a tile, of the tiles of keys and values.
    static constexpr int QUERIES_AT = DOUBLE && !HELD ? 2 * STAGE : STAGE;
    static constexpr int SHARED = DOUBLE && HELD ? 2 * STAGE : QUERIES_AT + QUERIES * ROW;
    static_assert(QUERIES_AT + QUERIES * ROW <= SHARED && KEYS % SPAN == 0 && (DOUBLE || SPAN == KEYS), "");
};
template <int D> struct Tiles;
template <> struct Tiles<32> : Shape<32, 1, 32, true, true, 6> {};
template <> struct Tiles<64> : Shape<64, 2, 32, true, false, 3> {};
template <> struct Tiles<128> : Shape<128, 2, 64, false, false, 2> {};
static_assert(Tiles<32>::SHARED == 16384 && Tiles<64>::SHARED == 49152 && Tiles<128>::SHARED == 65536, "the table above");

// The sums are rescaled only when a score exceeds the row's reference by this many powers of two. Most tiles skip the rescaling, and
// probabilities of up to 2⁸ are still far from the limit of float16.
constexpr float SLACK = 8.0f;

// c += a·b for a 16×16, b 16×8.
template <typename T> __device__ inline void multiply(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);
template <> __device__ inline void multiply<__half>(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
template <> __device__ inline void multiply<__nv_bfloat16>(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <typename T> __device__ inline uint32_t pack(float low, float high);
template <> __device__ inline uint32_t pack<__half>(float low, float high) {
    uint32_t to;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(to) : "f"(high), "f"(low));
    return to;
}
template <> __device__ inline uint32_t pack<__nv_bfloat16>(float low, float high) {
    uint32_t to;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(to) : "f"(high), "f"(low));
    return to;
}

// exp2f without its care for subnormal results, which vanish next to a probability of 1.
__device__ inline float exp2_fast(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// Four 8×8 matrices from shared memory; lane i gives the address of row i % 8 of matrix i / 8.
__device__ inline void load_matrices(uint32_t (&to)[4], uint32_t at) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(at)
                 : "memory");
}
__device__ inline void load_transposed(uint32_t (&to)[4], uint32_t at) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(at)
                 : "memory");
}

// Copies `bytes` (16 or 0) and fills the rest of 16 bytes with 0. Nothing is read if `bytes` is 0.
__device__ inline void copy_async(uint32_t to, const void* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ inline void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// Waits for this thread's copies, except those of the last PENDING commits.
template <int PENDING> __device__ inline void wait_for_copies() { asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory"); }

// The row of a block of 16 that the tensor core sees as row i of its half (0 or 1). In this order the four scores that a thread holds of
// a query belong to four neighbouring keys, so one load reads their biases. Queries, keys and values all use it.
__device__ inline int row_of(int i, int half) { return i / 2 * 4 + half * 2 + i % 2; }

// 16-byte column c of a row is stored at c ^ swizzle(row), which puts the eight rows of a matrix into different banks.
template <int D> __device__ inline int swizzle(int row) { return D == 32 ? row / 4 % 4 : row / 4 % 4 * 2 + row % 2; }

// Starts the copy of every STEP-th row of a tile. `to` and `from` are this thread's 16 bytes of its first row; `from` moves past the tile.
// Rows from `left` on become 0: stale memory may hold NaN, which a probability of 0 does not cancel.
template <typename T, int D, int ROWS, int STEP>
__device__ inline void copy_rows(uint32_t to, const T*& from, int64_t stride, int left) {
    static_assert(STEP % 8 == 0 && ROWS % STEP == 0, "the swizzle of the first row must hold for the others");
#pragma unroll
    for (int i = 0; i < ROWS; i += STEP) {
        // The swizzle repeats after 16 rows; 8 rows further one bit differs.
        copy_async((to ^ (i / 8 % 2 * 64)) + i * D * 2, from, i < left ? 16 : 0);
        // One pointer that moves takes fewer registers than the multiples of the stride.
        from += stride * STEP;
    }
}

template <typename T, int D, bool BIAS>
__device__ void attention(const T* q, const T* k, const T* v, T* out, const float* bias, const uint32_t* which, int64_t q_batch, int64_t q_head, int64_t q_token,
                          int64_t k_batch, int64_t k_head, int64_t k_token, int64_t v_batch, int64_t v_head, int64_t v_token,
                          int64_t out_batch, int64_t out_head, int64_t out_token, int64_t bias_batch, int64_t bias_head,
                          int64_t bias_query, int heads, int queries, int keys, float scale) {
    using S = Tiles<D>;
    constexpr int GROUPS = S::GROUPS, SPAN = S::SPAN, ROW = S::ROW, COLUMNS = D / 8, STEP = S::THREADS / COLUMNS;
    extern __shared__ __align__(1024) uint8_t shared[];
    uint32_t base = (uint32_t)__cvta_generic_to_shared(shared);
    int lane = threadIdx.x % 32, warp_row = threadIdx.x / 32 * GROUPS * 16;

    // Blocks of one head are neighbours: they find its keys and values in the L2 cache.
    uint32_t tiles = ((uint32_t)queries + S::QUERIES - 1) / S::QUERIES;
    int first = blockIdx.x % tiles * S::QUERIES;
    uint32_t rest = blockIdx.x / tiles;
    int64_t head = rest % (uint32_t)heads, batch = rest / (uint32_t)heads;
    int left = min(queries - first, S::QUERIES);
    bool active = warp_row < left;  // Warps without a query only copy.

    int copy_row = threadIdx.x / COLUMNS, copy_column = threadIdx.x % COLUMNS;
    uint32_t copy_to = base + copy_row * ROW + (copy_column ^ swizzle<D>(copy_row)) * 16;
    q += batch * q_batch + head * q_head + (first + copy_row) * q_token + copy_column * 8;
    k += batch * k_batch + head * k_head + copy_row * k_token + copy_column * 8;
    v += batch * v_batch + head * v_head + copy_row * v_token + copy_column * 8;
    auto copy_keys = [&](int slot, int left) {
        if (left > 0) copy_rows<T, D, S::KEYS, STEP>(copy_to + slot * S::STAGE, k, k_token, left - copy_row);
    };
    auto copy_values = [&](int slot, int left) {
        if (left > 0) copy_rows<T, D, S::KEYS, STEP>(copy_to + slot * S::STAGE + S::TILE, v, v_token, left - copy_row);
    };
    copy_rows<T, D, S::QUERIES, STEP>(copy_to + S::QUERIES_AT, q, q_token, left - copy_row);
    commit_copies();
    copy_keys(0, keys);
    if (S::DOUBLE) copy_values(0, keys);
    commit_copies();

    // Where this lane reads matrices. An exclusive or with 32·i selects columns 2i, 2i + 1, whatever the swizzle.
    int row = row_of(lane % 8, lane / 8 % 2), key_row = row_of(lane % 8, lane / 16);
    uint32_t q_at = base + S::QUERIES_AT + (warp_row + row) * ROW + ((lane / 16) ^ swizzle<D>(row)) * 16;
    uint32_t k_at = base + key_row * ROW + ((lane / 8 % 2) ^ swizzle<D>(key_row)) * 16;
    uint32_t v_at = base + S::TILE + row * ROW + ((lane / 16) ^ swizzle<D>(row)) * 16;
    uint32_t held[GROUPS][D / 16][4];
    if (S::HELD) {
        wait_for_copies<1>();
        __syncthreads();
#pragma unroll
        for (int g = 0; g < GROUPS; g++)
#pragma unroll
            for (int i = 0; i < D / 16; i++) load_matrices(held[g][i], (q_at ^ (i * 32)) + g * 16 * ROW);
    }

    // In each group this thread holds columns of two rows: row_of(lane / 4, 0) and row_of(lane / 4, 1), which is two further.
    int bias_rows = left - warp_row - row_of(lane / 4, 0);
    bool wide = false;
    if (BIAS) {
        bias += (which ? which[batch] : batch) * bias_batch + head * bias_head;
        wide = ((uint64_t)bias | bias_query * 4 | (int64_t)keys * 4) % 16 == 0;
        bias += (first + warp_row + row_of(lane / 4, 0)) * bias_query + lane % 4 * 4;
    }
    // Reads the biases of the next SPAN keys, of which `here` exist.
    auto load_bias = [&](float (&s)[GROUPS][SPAN / 8][4], int here) {
        const float* from = bias;
#pragma unroll
        for (int g = 0; g < GROUPS; g++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                int valid = g * 16 + half * 2 < bias_rows ? here - lane % 4 * 4 : 0;
                float* to = &s[g][0][half * 2];
                if (wide) {
#pragma unroll
                    for (int n = 0; n < SPAN / 16; n++) {
                        float4 x = n * 16 < valid ? __ldg(reinterpret_cast<const float4*>(from + n * 16)) : make_float4(0, 0, 0, 0);
                        to[n * 8] = x.x, to[n * 8 + 1] = x.y, to[n * 8 + 4] = x.z, to[n * 8 + 5] = x.w;
                    }
                } else {
#pragma unroll
                    for (int n = 0; n < SPAN / 4; n++)
                        to[n / 2 * 4 + n % 2] = n / 4 * 16 + n % 4 < valid ? __ldg(from + n / 4 * 16 + n % 4) : 0.0f;
                }
                from += (half ? 14 : 2) * bias_query;
            }
        bias += SPAN;
    };

    // Per row: the sums of p·v and of p, where p = 2^(score · factor − top). `top` is the same in the four threads of a row, `total` is
    // this thread's part. A finite first `top` keeps rows whose scores are all −∞ free of NaN.
    float sums[GROUPS][D / 8][4] = {}, total[GROUPS][2] = {}, top[GROUPS][2];
#pragma unroll
    for (int g = 0; g < GROUPS; g++) top[g][0] = top[g][1] = -FLT_MAX;
    float factor = scale * 1.4426950408889634f, inverse = 1.0f / scale;
    int slot = 0;
    for (int left_keys = keys; left_keys > 0; left_keys -= S::KEYS) {
        float s[GROUPS][SPAN / 8][4];
        if (BIAS && active) load_bias(s, left_keys);  // Before the wait, so that both latencies overlap.
        wait_for_copies<0>();
        __syncthreads();
        if (S::DOUBLE) {
            copy_keys(slot ^ 1, left_keys - S::KEYS);
            copy_values(slot ^ 1, left_keys - S::KEYS);
        } else {
            copy_values(0, left_keys);
        }
        commit_copies();
        uint32_t stage = slot * S::STAGE;
        if (S::DOUBLE) {
            slot ^= 1;
            if (!active) continue;
        }
#pragma unroll
        for (int span = 0; span < S::KEYS; span += SPAN) {
            int here = left_keys - span;
            if (here <= 0) break;

            // Scores divided by scale: the product starts from the bias, so that it costs no further registers.
            if (BIAS && span > 0) load_bias(s, here);
#pragma unroll
            for (int g = 0; g < GROUPS; g++)
#pragma unroll
                for (int n = 0; n < SPAN / 8; n++)
#pragma unroll
                    for (int i = 0; i < 4; i++) s[g][n][i] = BIAS ? s[g][n][i] * inverse : 0.0f;
#pragma unroll
            for (int i = 0; i < D / 16; i++) {
                uint32_t a[GROUPS][4];
#pragma unroll
                for (int g = 0; g < GROUPS; g++) {
                    if (S::HELD) {
#pragma unroll
                        for (int j = 0; j < 4; j++) a[g][j] = held[g][i][j];
                    } else {
                        load_matrices(a[g], (q_at ^ (i * 32)) + g * 16 * ROW);
                    }
                }
#pragma unroll
                for (int n = 0; n < SPAN / 16; n++) {
                    uint32_t b[4];
                    load_matrices(b, (k_at ^ (i * 32)) + stage + (span + n * 16) * ROW);
#pragma unroll
                    for (int g = 0; g < GROUPS; g++) {
                        multiply<T>(s[g][n * 2], a[g], b[0], b[1]);
                        multiply<T>(s[g][n * 2 + 1], a[g], b[2], b[3]);
                    }
                }
            }
            if (!S::DOUBLE) {
                // Every warp is done with the keys, and the values have arrived.
                wait_for_copies<0>();
                __syncthreads();
                copy_keys(0, left_keys - S::KEYS);
                commit_copies();
                if (!active) continue;
            }
            if (here < SPAN) {
                int valid = here - lane % 4 * 4;
#pragma unroll
                for (int g = 0; g < GROUPS; g++)
#pragma unroll
                    for (int n = 0; n < SPAN / 8; n++)
#pragma unroll
                        for (int i = 0; i < 4; i++)
                            if (n / 2 * 16 + n % 2 * 2 + i % 2 >= valid) s[g][n][i] = -INFINITY;
            }

            float high[GROUPS][2];
            bool grew = false;
#pragma unroll
            for (int g = 0; g < GROUPS; g++)
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    float m = fmaxf(s[g][0][half * 2], s[g][0][half * 2 + 1]);
#pragma unroll
                    for (int n = 1; n < SPAN / 8; n++) m = fmaxf(m, fmaxf(s[g][n][half * 2], s[g][n][half * 2 + 1]));
                    high[g][half] = m * factor;
                    grew |= high[g][half] > top[g][half] + SLACK;
                }
            if (__any_sync(0xffffffff, grew)) {
#pragma unroll
                for (int g = 0; g < GROUPS; g++)
#pragma unroll
                    for (int half = 0; half < 2; half++) {
                        float m = fmaxf(high[g][half], __shfl_xor_sync(0xffffffff, high[g][half], 1));
                        m = fmaxf(m, __shfl_xor_sync(0xffffffff, m, 2));
                        m = fmaxf(m, top[g][half]);
                        float shrink = exp2_fast(top[g][half] - m);
                        top[g][half] = m;
                        total[g][half] *= shrink;
#pragma unroll
                        for (int n = 0; n < D / 8; n++) {
                            sums[g][n][half * 2] *= shrink;
                            sums[g][n][half * 2 + 1] *= shrink;
                        }
                    }
            }

            // Sixteen keys at a time: the exponentials of the next ones overlap with the products of these.
#pragma unroll
            for (int i = 0; i < SPAN / 16; i++) {
                uint32_t p[GROUPS][4];
#pragma unroll
                for (int g = 0; g < GROUPS; g++)
#pragma unroll
                    for (int j = 0; j < 4; j++) {
                        const float* from = &s[g][i * 2 + j / 2][j % 2 * 2];
                        float x = exp2_fast(fmaf(from[0], factor, -top[g][j % 2])), y = exp2_fast(fmaf(from[1], factor, -top[g][j % 2]));
                        total[g][j % 2] += x + y;
                        p[g][j] = pack<T>(x, y);
                    }
#pragma unroll
                for (int n = 0; n < D / 16; n++) {
                    uint32_t b[4];
                    load_transposed(b, (v_at ^ (n * 32)) + stage + (span + i * 16) * ROW);
#pragma unroll
                    for (int g = 0; g < GROUPS; g++) {
                        multiply<T>(sums[g][n * 2], p[g], b[0], b[1]);
                        multiply<T>(sums[g][n * 2 + 1], p[g], b[2], b[3]);
                    }
                }
            }
        }
    }

    // The output passes through shared memory, in the tiles' layout, so that a warp writes whole rows.
    wait_for_copies<0>();
    __syncthreads();
    if (!active) return;
#pragma unroll
    for (int g = 0; g < GROUPS; g++)
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float sum = total[g][half];
            sum += __shfl_xor_sync(0xffffffff, sum, 1);
            sum += __shfl_xor_sync(0xffffffff, sum, 2);
            float over = sum == 0.0f ? 0.0f : __fdividef(1.0f, sum);
            int r = warp_row + g * 16 + row_of(lane / 4, half);
#pragma unroll
            for (int n = 0; n < COLUMNS; n++)
                *reinterpret_cast<uint32_t*>(shared + r * ROW + (n ^ swizzle<D>(r)) * 16 + lane % 4 * 4) =
                    pack<T>(sums[g][n][half * 2] * over, sums[g][n][half * 2 + 1] * over);
        }
    __syncwarp();
    out += batch * out_batch + head * out_head + first * out_token;
#pragma unroll
    for (int i = lane; i < GROUPS * 16 * COLUMNS; i += 32) {
        int r = warp_row + i / COLUMNS, c = i % COLUMNS;
        if (r < left)
            *reinterpret_cast<uint4*>(out + r * out_token + c * 8) =
                *reinterpret_cast<const uint4*>(shared + r * ROW + (c ^ swizzle<D>(r)) * 16);
    }
}

}  // namespace

#define KERNEL(T, NAME, D)                                                                                                               \
    extern "C" __global__ void __launch_bounds__(Tiles<D>::THREADS, Tiles<D>::BLOCKS) attention_##NAME##_##D(                           \
        const T* q, const T* k, const T* v, T* out, const float* bias, const uint32_t* which, int64_t q_batch, int64_t q_head, int64_t q_token,                \
        int64_t k_batch, int64_t k_head, int64_t k_token, int64_t v_batch, int64_t v_head, int64_t v_token, int64_t out_batch,          \
        int64_t out_head, int64_t out_token, int64_t bias_batch, int64_t bias_head, int64_t bias_query, int heads, int queries,         \
        int keys, float scale) {                                                                                                        \
        if (bias)                                                                                                                       \
            attention<T, D, true>(q, k, v, out, bias, which, q_batch, q_head, q_token, k_batch, k_head, k_token, v_batch, v_head, v_token,     \
                                  out_batch, out_head, out_token, bias_batch, bias_head, bias_query, heads, queries, keys, scale);      \
        else                                                                                                                            \
            attention<T, D, false>(q, k, v, out, bias, which, q_batch, q_head, q_token, k_batch, k_head, k_token, v_batch, v_head, v_token,    \
                                   out_batch, out_head, out_token, bias_batch, bias_head, bias_query, heads, queries, keys, scale);     \
    }

KERNEL(__half, f16, 32)
KERNEL(__half, f16, 64)
KERNEL(__half, f16, 128)
KERNEL(__nv_bfloat16, bf16, 32)
KERNEL(__nv_bfloat16, bf16, 64)
KERNEL(__nv_bfloat16, bf16, 128)
