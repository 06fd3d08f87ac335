// Sampled columns of a modulated deformable convolution (Zhu et al., "Deformable ConvNets v2", 2019), as torchvision.ops.deform_conv2d
// defines them.

struct f16 { unsigned short bits; };
struct bf16 { unsigned short bits; };

__device__ __forceinline__ float read(float v) { return v; }
__device__ __forceinline__ float read(f16 v) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(v.bits));
    return f;
}
__device__ __forceinline__ float read(bf16 v) { return __uint_as_float(((unsigned)v.bits) << 16); }

__device__ __forceinline__ void write(float *p, float v) { *p = v; }
__device__ __forceinline__ void write(f16 *p, float v) { asm("cvt.rn.f16.f32 %0, %1;" : "=h"(p->bits) : "f"(v)); }
__device__ __forceinline__ void write(bf16 *p, float v) {
    unsigned u = __float_as_uint(v);
    // Round to nearest even; a NaN stays one.
    p->bits = (v != v) ? 0x7fff : (unsigned short)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

// How many channels one thread fills: where it samples is the same for all of them.
#define CHANNELS 8

// One thread a batch entry, kernel tap and output place; blockIdx.y chooses the channels.
template <typename T>
__device__ void columns(const T *x, const T *offset, const T *mask, T *out, int batch, int channels, int height, int width, int kernel,
                        int stride, int padding, int dilation, int out_height, int out_width, int first_row, int rows) {
    const int taps = kernel * kernel;
    const int places = rows * out_width;
    const long long total = (long long)batch * taps * places;
    const long long id = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (id >= total) return;
    const int place = id % places;
    const int tap = (id / places) % taps;
    const int b = id / ((long long)places * taps);
    const int oy = first_row + place / out_width;
    const int ox = place % out_width;

    const long long map = (long long)out_height * out_width;
    const long long here = (long long)oy * out_width + ox;
    const float dy = read(offset[((long long)b * 2 * taps + 2 * tap) * map + here]);
    const float dx = read(offset[((long long)b * 2 * taps + 2 * tap + 1) * map + here]);
    const float gain = read(mask[((long long)b * taps + tap) * map + here]);
    const float y = (float)(oy * stride - padding + (tap / kernel) * dilation) + dy;
    const float xx = (float)(ox * stride - padding + (tap % kernel) * dilation) + dx;

    float w00 = 0.f, w01 = 0.f, w10 = 0.f, w11 = 0.f;
    int i00 = 0, i01 = 0, i10 = 0, i11 = 0;
    if (y > -1.f && xx > -1.f && y < (float)height && xx < (float)width) {
        const float fy = floorf(y), fx = floorf(xx);
        const int y0 = (int)fy, x0 = (int)fx;
        const float ty = y - fy, tx = xx - fx;
        const bool top = y0 >= 0, bottom = y0 + 1 < height, left = x0 >= 0, right = x0 + 1 < width;
        if (top && left) { w00 = (1.f - ty) * (1.f - tx) * gain; i00 = y0 * width + x0; }
        if (top && right) { w01 = (1.f - ty) * tx * gain; i01 = y0 * width + x0 + 1; }
        if (bottom && left) { w10 = ty * (1.f - tx) * gain; i10 = (y0 + 1) * width + x0; }
        if (bottom && right) { w11 = ty * tx * gain; i11 = (y0 + 1) * width + x0 + 1; }
    }
    const int last = min(channels, (int)(blockIdx.y + 1) * CHANNELS);
    for (int c = blockIdx.y * CHANNELS; c < last; ++c) {
        const T *plane = x + ((long long)b * channels + c) * height * width;
        const float v = w00 * read(plane[i00]) + w01 * read(plane[i01]) + w10 * read(plane[i10]) + w11 * read(plane[i11]);
        write(out + (((long long)b * channels + c) * taps + tap) * places + place, v);
    }
}

#define KERNEL(NAME, T)                                                                                                                    \
    extern "C" __global__ void NAME(const T *x, const T *offset, const T *mask, T *out, int batch, int channels, int height, int width,    \
                                    int kernel, int stride, int padding, int dilation, int out_height, int out_width, int first_row,       \
                                    int rows) {                                                                                            \
        columns<T>(x, offset, mask, out, batch, channels, height, width, kernel, stride, padding, dilation, out_height, out_width,         \
                   first_row, rows);                                                                                                       \
    }

KERNEL(deform_columns_f32, float)
KERNEL(deform_columns_f16, f16)
KERNEL(deform_columns_bf16, bf16)
