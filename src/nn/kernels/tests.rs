//! Every kernel against plain operations on the CPU in float32, on fresh random inputs. Passed over where there is no NVIDIA GPU.

use candle_core::{DType, Device, Result, Tensor};

use crate::nn::float8::{self, Float8};
use crate::nn::flux::rope::{Rope, image_ids, text_ids};
use crate::nn::fused::{self, Qkv};
use crate::nn::vae::{AutoencoderKl, Tiling, VaeConfig};
use crate::nn::{Conv2d, ConvSpec, GroupNorm, LayerNorm, attention};
use crate::weights::{Vars, synthetic};

fn gpu() -> Option<Device> {
    Device::new_cuda(0).ok()
}

/// Seconds since the epoch: other inputs in each run. Printed, so that a failure can be repeated.
fn seed() -> u64 {
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    println!("seed {seed}");
    seed
}

/// Values between ±1.7, of variance 1, rounded to a type, on the CPU in float32 and on the GPU in that type.
struct Inputs {
    seed: u64,
    gpu: Device,
    dtype: DType,
}

impl Inputs {
    fn new(gpu: &Device, dtype: DType) -> Self {
        Self { seed: seed(), gpu: gpu.clone(), dtype }
    }

    fn both(&mut self, shape: &[usize], dtype: DType) -> (Tensor, Tensor) {
        self.seed += 1 << 32;
        let values = synthetic::values("x", &[shape.iter().product()], self.seed).into_iter().map(|v| v * 8.66).collect();
        let rounded = Tensor::from_vec(values, shape, &Device::Cpu).unwrap().to_dtype(dtype).unwrap();
        (rounded.to_dtype(DType::F32).unwrap(), rounded.to_device(&self.gpu).unwrap())
    }

    fn pair(&mut self, shape: &[usize]) -> (Tensor, Tensor) {
        self.both(shape, self.dtype)
    }

    fn f32(&mut self, shape: &[usize]) -> (Tensor, Tensor) {
        self.both(shape, DType::F32)
    }

    /// How far a result may be from one in float32.
    fn allowed(&self) -> f64 {
        match self.dtype {
            // Also the plain operations of the CPU round.
            DType::F32 => 4e-6,
            DType::F16 => 1e-3,
            _ => 8e-3,
        }
    }

    fn check(&self, what: &str, found: &Tensor, expected: &Tensor) {
        let differs = difference(found, expected).unwrap();
        println!("{what}, {}: differs by {differs:.1e}", self.dtype.as_str());
        assert_eq!(found.dims(), expected.dims(), "{what}");
        assert!(differs <= self.allowed(), "{what}, {}: {differs:.1e}, allowed {:.1e}", self.dtype.as_str(), self.allowed());
    }
}

/// ‖found − expected‖ / ‖expected‖; a NaN never passes.
fn difference(found: &Tensor, expected: &Tensor) -> Result<f64> {
    let flat = |x: &Tensor| x.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.flatten_all()?.to_vec1::<f64>();
    let (found, expected) = (flat(found)?, flat(expected)?);
    let sum = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let differs = sum(&mut found.iter().zip(&expected).map(|(a, b)| a - b)) / sum(&mut expected.iter().copied());
    Ok(if differs.is_nan() { f64::INFINITY } else { differs })
}

fn each_dtype(test: impl Fn(Inputs)) {
    let Some(gpu) = gpu() else { return println!("passed over: no NVIDIA GPU") };
    for dtype in [DType::F32, DType::F16, DType::BF16] {
        test(Inputs::new(&gpu, dtype));
    }
}

#[test]
fn norms_with_modulation() {
    each_dtype(|mut inputs| {
        for (batch, rows, columns) in [(1, 1, 8), (2, 37, 3072), (2, 5, 640), (1, 77, 4096), (3, 2, 12_000)] {
            let (x, on_gpu) = inputs.pair(&[batch, rows, columns]);
            // Parts of a wider matrix, as modulations are.
            let (all, all_on_gpu) = inputs.f32(&[batch, 1, 3 * columns]);
            let part = |t: &Tensor, i: usize| t.narrow(2, i * columns, columns).unwrap();
            let expected = fused::modulated_norm(&x, &part(&all, 1), &part(&all, 2), 1e-6).unwrap();
            let found = fused::modulated_norm(&on_gpu, &part(&all_on_gpu, 1), &part(&all_on_gpu, 2), 1e-6).unwrap();
            inputs.check("modulated norm", &found, &expected);
            let (y, y_on_gpu) = inputs.pair(&[batch, rows, columns]);
            let expected = fused::add_gated(&x, &y, &part(&all, 0)).unwrap();
            inputs.check("gated sum", &fused::add_gated(&on_gpu, &y_on_gpu, &part(&all_on_gpu, 0)).unwrap(), &expected);
            let update = [&y_on_gpu, &part(&all_on_gpu, 0)];
            let (sum, normed) =
                fused::modulated_norm_of_sum(&on_gpu, update, [&part(&all_on_gpu, 1), &part(&all_on_gpu, 2)], 1e-6).unwrap();
            inputs.check("sum before a norm", &sum, &expected);
            let of_sum = sum.to_device(&Device::Cpu).unwrap().to_dtype(DType::F32).unwrap();
            let expected = fused::modulated_norm(&of_sum, &part(&all, 1), &part(&all, 2), 1e-6).unwrap();
            inputs.check("norm of a sum", &normed, &expected);
            inputs.check("sum", &fused::add(&on_gpu, &y_on_gpu).unwrap(), &(&x + &y).unwrap());
            let (weight, weight_on_gpu) = inputs.f32(&[columns]);
            let expected = candle_nn::ops::rms_norm(&x, &weight, 1e-6).unwrap();
            let found = super::rms_norm(&on_gpu, &weight_on_gpu, 1e-6, inputs.dtype).unwrap().unwrap();
            inputs.check("RMS norm", &found, &expected);
        }
    });
}

#[test]
fn layer_norm_with_weights() {
    each_dtype(|inputs| {
        let vars =
            |device: &Device, dtype: DType| Vars::created_by(std::sync::Arc::new(crate::weights::GeneratedWeights::new(5)), dtype, device);
        let norm = |device: &Device, dtype| LayerNorm::load(&vars(device, dtype), 1280, 1e-5).unwrap();
        let mut inputs = inputs;
        let (x, on_gpu) = inputs.pair(&[2, 9, 1280]);
        let x = (x + 30.0).unwrap().to_dtype(inputs.dtype).unwrap().to_dtype(DType::F32).unwrap();
        let on_gpu_shifted = x.to_dtype(inputs.dtype).unwrap().to_device(on_gpu.device()).unwrap();
        let expected = norm(&Device::Cpu, DType::F32).forward(&x).unwrap();
        let found = norm(&inputs.gpu, inputs.dtype).forward(&on_gpu_shifted).unwrap();
        let differs = difference(&found, &expected).unwrap();
        assert!(differs <= inputs.allowed().max(2e-5), "{differs:.1e}");
        let (_, update) = inputs.pair(&[9, 2, 1280]);
        let (sum, normed) =
            fused::norm_of_sum(&norm(&inputs.gpu, inputs.dtype), &on_gpu_shifted, &update.transpose(0, 1).unwrap()).unwrap();
        let of_sum = sum.to_device(&Device::Cpu).unwrap().to_dtype(DType::F32).unwrap();
        let exact = (x + update.transpose(0, 1).unwrap().to_device(&Device::Cpu).unwrap().to_dtype(DType::F32).unwrap()).unwrap();
        inputs.check("sum before a norm with weights", &sum, &exact);
        near("norm of a sum with weights", &normed, &norm(&Device::Cpu, DType::F32).forward(&of_sum).unwrap(), inputs.allowed().max(2e-5));
    });
}

#[test]
fn heads_are_normed_and_rotated() {
    each_dtype(|mut inputs| {
        for (batch, texts, (rows, columns), heads, axes) in
            [(2, 7, (3, 5), 3, [16, 56, 56]), (1, 0, (2, 2), 2, [16, 24, 24]), (1, 512, (9, 8), 24, [16, 56, 56])]
        {
            let size: usize = axes.iter().sum();
            let images = rows * columns;
            let rope = |device: &Device| {
                let images = image_ids(rows, columns, device).unwrap();
                let (first, rest) = match texts {
                    // Tensors without values cannot be made on a GPU.
                    0 => (images.narrow(0, 0, 1).unwrap(), images.narrow(0, 1, rows * columns - 1).unwrap()),
                    _ => (text_ids(texts, device).unwrap(), images),
                };
                Rope::new([&first, &rest], &axes, 10_000.0, device).unwrap()
            };
            let width = 3 * heads * size;
            let (text, text_on_gpu) = inputs.pair(&[batch, texts.max(1), width]);
            let (image, image_on_gpu) = inputs.pair(&[batch, images, width]);
            let norms: Vec<_> = (0..4).map(|_| inputs.f32(&[size])).collect();
            let run = |text: &Tensor, image: &Tensor, norms: [&Tensor; 4], device: &Device| {
                let first = (texts > 0).then_some(Qkv { qkv: text, norms: [norms[0], norms[1]] });
                fused::rotate_heads(first, Qkv { qkv: image, norms: [norms[2], norms[3]] }, &rope(device), size, 1e-6).unwrap()
            };
            let expected = run(&text, &image, [&norms[0].0, &norms[1].0, &norms[2].0, &norms[3].0], &Device::Cpu);
            let found = run(&text_on_gpu, &image_on_gpu, [&norms[0].1, &norms[1].1, &norms[2].1, &norms[3].1], &inputs.gpu);
            for (name, (found, expected)) in ["q", "k", "v"].iter().zip(found.iter().zip(&expected)) {
                inputs.check(name, found, expected);
            }
        }
    });
}

#[test]
fn attention_with_and_without_bias() {
    each_dtype(|mut inputs| {
        for (batch, heads, queries, keys, size) in
            [(1, 3, 33, 33, 128), (2, 5, 130, 77, 64), (3, 2, 144, 144, 32), (1, 1, 1, 1, 64), (1, 2, 65, 257, 40), (1, 1, 300, 300, 512)]
        {
            // Heads beside each other in one tensor, as the projections give them.
            let (q, q_on_gpu) = inputs.pair(&[batch, queries, heads, size]);
            let (kv, kv_on_gpu) = inputs.pair(&[batch, keys, 2, heads, size]);
            let of = |kv: &Tensor, i: usize| kv.narrow(2, i, 1).unwrap().squeeze(2).unwrap().transpose(1, 2).unwrap();
            let across = |q: &Tensor| q.transpose(1, 2).unwrap();
            let scale = (size as f64).powf(-0.5);
            let (bias, bias_on_gpu) = inputs.f32(&[1, heads, queries, keys]);
            for with_bias in [false, true] {
                let run = |q: &Tensor, kv: &Tensor, bias: &Tensor| {
                    attention(&across(q), &of(kv, 0), &of(kv, 1), with_bias.then_some(bias), scale).unwrap()
                };
                let expected = run(&q, &kv, &bias);
                let found = run(&q_on_gpu, &kv_on_gpu, &bias_on_gpu);
                inputs.check(&format!("attention {queries} × {keys} × {size}, bias {with_bias}"), &found, &expected);
            }
            if let Some(context) = super::context::of(&inputs.gpu).unwrap().filter(|_| inputs.dtype != DType::F32) {
                // The kernel that runs where cuDNN is missing.
                let out = context.uninit((batch, queries, heads, size), inputs.dtype).unwrap().transpose(1, 2).unwrap();
                let tensors = [&across(&q_on_gpu), &of(&kv_on_gpu, 0), &of(&kv_on_gpu, 1), &out];
                if super::attention::own(&context, tensors, None, None, scale).unwrap() {
                    let expected = attention(&across(&q), &of(&kv, 0), &of(&kv, 1), None, scale).unwrap();
                    inputs.check("own attention", &out, &expected);
                }
            }
        }
    });
}

#[test]
fn group_norms_convolutions_and_upsampling() {
    each_dtype(|mut inputs| {
        for (batch, channels, height, width, outputs) in [(2, 32, 7, 5, 64), (1, 320, 33, 40, 8), (2, 2560, 3, 4, 32), (1, 64, 130, 90, 16)]
        {
            let (x, on_gpu) = inputs.pair(&[batch, channels, height, width]);
            let (extra, extra_on_gpu) = inputs.f32(&[batch, channels]);
            let vars =
                |device: &Device, dtype| Vars::created_by(std::sync::Arc::new(crate::weights::GeneratedWeights::new(3)), dtype, device);
            let dtype = inputs.dtype;
            let norm = |device: &Device, dtype| GroupNorm::load(&vars(device, dtype), channels, 32, 1e-6).unwrap();
            let expected = norm(&Device::Cpu, DType::F32).silu_of_sum(&x, &extra).unwrap();
            let found = norm(&inputs.gpu, dtype).silu_of_sum(&on_gpu, &extra_on_gpu).unwrap();
            inputs.check("group norm", &found, &expected);
            for spec in [ConvSpec::same(3), ConvSpec { stride: 2, ..ConvSpec::same(3) }, ConvSpec::same(1)] {
                let (weight, _) = inputs.pair(&[outputs, channels, spec.kernel, spec.kernel]);
                let (bias, _) = inputs.pair(&[outputs]);
                let conv = |device: &Device, dtype: DType| {
                    let there = |t: &Tensor| t.to_dtype(dtype).unwrap().to_device(device).unwrap();
                    Conv2d::new(there(&weight), Some(there(&bias)), spec).unwrap()
                };
                let expected = conv(&Device::Cpu, DType::F32).forward_relu(&x).unwrap();
                let found = conv(&inputs.gpu, dtype).forward_relu(&on_gpu).unwrap();
                inputs.check(&format!("convolution {}/{}", spec.kernel, spec.stride), &found, &expected);
                let again = conv(&inputs.gpu, dtype).forward_relu(&on_gpu).unwrap();
                assert_eq!(difference(&again, &found).unwrap(), 0.0, "the same inputs give the same values");
            }
            // A 1×1 convolution whose result is added to something.
            let (weight, weight_on_gpu) = inputs.pair(&[outputs, channels, 1, 1]);
            let (bias, bias_on_gpu) = inputs.pair(&[outputs]);
            let (residual, residual_on_gpu) = inputs.pair(&[batch, outputs, height, width]);
            let conv = |weight: &Tensor, bias: &Tensor| Conv2d::new(weight.clone(), Some(bias.clone()), ConvSpec::same(1)).unwrap();
            let expected = conv(&weight, &bias).forward_added(&x, Some(&bias), &residual).unwrap();
            let last = |t: &Tensor| super::channels_last(t).unwrap();
            let found = conv(&weight_on_gpu, &bias_on_gpu).forward_added(&last(&on_gpu), Some(&bias_on_gpu), &last(&residual_on_gpu));
            inputs.check("convolution and sum", &found.unwrap(), &expected);
            let expected = x.upsample_nearest2d(2 * height, 2 * width).unwrap();
            inputs.check("upsampling", &fused::upsample_nearest(&on_gpu, 2 * height, 2 * width).unwrap(), &expected);
            for (rows, columns) in [(2 * height + 1, 3 * width), (height.div_ceil(2), width.div_ceil(3)), (1, 1)] {
                let expected = x.upsample_bilinear2d(rows, columns, true).unwrap();
                inputs.check("bilinear", &fused::resize_bilinear(&on_gpu, rows, columns).unwrap(), &expected);
            }
            let channels = x.dim(1).unwrap();
            let (shift, shift_on_gpu) = inputs.pair(&[1, channels, 1, 1]);
            inputs.check("bias and ReLU", &fused::bias_relu(&on_gpu, &shift_on_gpu).unwrap(), &fused::bias_relu(&x, &shift).unwrap());
            let last = super::channels_last(&on_gpu).unwrap();
            let joined = fused::join_channels(&[&last, &last]).unwrap();
            inputs.check("joined channels", &joined, &Tensor::cat(&[&x, &x], 1).unwrap());
        }
    });
}

#[test]
fn linear_layers_and_activations() {
    each_dtype(|mut inputs| {
        for (rows, columns, outputs) in [(1, 8, 16), (77, 640, 1280), (513, 256, 24)] {
            let (x, on_gpu) = inputs.pair(&[1, rows, columns]);
            let (weight, weight_on_gpu) = inputs.pair(&[outputs, columns]);
            let (bias, bias_on_gpu) = inputs.pair(&[outputs]);
            let expected = x.squeeze(0).unwrap().matmul(&weight.t().unwrap()).unwrap().broadcast_add(&bias).unwrap().unsqueeze(0).unwrap();
            if let Some(found) = super::linear(&on_gpu, &weight_on_gpu, Some(&bias_on_gpu), super::Activation::None).unwrap() {
                inputs.check("linear layer", &found, &expected);
                let found = super::linear(&on_gpu, &weight_on_gpu, Some(&bias_on_gpu), super::Activation::Gelu).unwrap().unwrap();
                inputs.check("linear layer with GELU", &found, &expected.gelu().unwrap());
            } else {
                assert_eq!(inputs.dtype, DType::F32);
            }
            inputs.check("GEGLU", &fused::geglu(&on_gpu).unwrap(), &fused::geglu(&x).unwrap());
            inputs.check("SwiGLU", &fused::swiglu(&on_gpu).unwrap(), &fused::swiglu(&x).unwrap());
            let (turned, turned_on_gpu) = inputs.pair(&[2 * columns, rows]);
            let across = |t: &Tensor| t.t().unwrap().unsqueeze(0).unwrap().broadcast_as((2, rows, 2 * columns)).unwrap();
            let found = super::swiglu(&across(&turned_on_gpu)).unwrap().unwrap();
            inputs.check("SwiGLU of two pictures", &found, &fused::swiglu(&across(&turned).contiguous().unwrap()).unwrap());
            let odd = inputs.pair(&[1, rows, 12]).1;
            assert!(super::swiglu(&odd).unwrap().is_none(), "columns that are no multiple of 8");
            inputs.check("GELU", &fused::gelu_erf(&on_gpu).unwrap(), &x.gelu_erf().unwrap());
        }
    });
}

#[test]
fn rows_in_8_bits() {
    each_dtype(|mut inputs| {
        // The longest rows are those of FLUX; few of them, because the processor multiplies them too.
        for (batch, rows, first, second, outputs) in [(1, 1, 16, 32, 16), (2, 77, 640, 1280, 80), (1, 19, 3072, 12_288, 48)] {
            let (a, a_on_gpu) = inputs.pair(&[batch, rows, first]);
            // Heads beside each other, as a view.
            let (b, b_on_gpu) = inputs.pair(&[rows, batch, second]);
            let (b, b_on_gpu) = (b.transpose(0, 1).unwrap(), b_on_gpu.transpose(0, 1).unwrap());
            let parts = |of: &[&Tensor], gelu_from| Float8::of_parts(of, gelu_from).unwrap();
            let x = parts(&[&a_on_gpu, &b_on_gpu], first);
            let exact = Tensor::cat(&[&a, &b.gelu().unwrap()], 2).unwrap();
            let (on_cpu, unpacked) = (parts(&[&a, &b], first), x.unpack(inputs.dtype).unwrap());
            assert_eq!(x.values.dims(), [batch, rows, first + second]);
            // A value between two steps may go either way, and in 16 bits it was rounded before.
            near("8 bits", &unpacked, &on_cpu.unpack(DType::F32).unwrap(), 2e-2);
            near("8 bits and exact values", &unpacked, &exact, 4e-2);
            let gated = |first: Option<&Tensor>, gated: &Tensor| Float8::of_gated(first, gated).unwrap();
            let swiglu = fused::swiglu(&b).unwrap();
            let found = gated(Some(&a_on_gpu), &b_on_gpu).unpack(inputs.dtype).unwrap();
            near("8 bits after SwiGLU", &found, &Tensor::cat(&[&a, &swiglu], 2).unwrap(), 4e-2);
            near("8 bits after SwiGLU alone", &gated(None, &b_on_gpu).unpack(inputs.dtype).unwrap(), &swiglu, 4e-2);
            let whole = parts(&[&b_on_gpu], 0);
            near("8 bits after GELU", &whole.unpack(inputs.dtype).unwrap(), &b.gelu().unwrap(), 4e-2);

            let (weight, weight_on_gpu) = inputs.pair(&[outputs, first + second]);
            let (bias, bias_on_gpu) = inputs.pair(&[outputs]);
            let weight_in_8_bits = Float8::of(&weight_on_gpu).unwrap();
            near("a weight in 8 bits", &weight_in_8_bits.unpack(inputs.dtype).unwrap(), &weight, 4e-2);
            let plain = |rows: &Float8| {
                let there = |t: &Tensor| t.to_device(&Device::Cpu).unwrap();
                Float8 { values: there(&rows.values), scales: there(&rows.scales) }.unpack(DType::F32).unwrap()
            };
            let expected = plain(&x).flatten_to(1).unwrap().matmul(&plain(&weight_in_8_bits).t().unwrap()).unwrap();
            let expected = expected.broadcast_add(&bias).unwrap().reshape((batch, rows, outputs)).unwrap();
            for scales_in_product in [true, false] {
                let product = super::blas::float8_product(
                    x.tensors(),
                    weight_in_8_bits.tensors(),
                    Some(&bias_on_gpu),
                    inputs.dtype,
                    scales_in_product,
                );
                match product.unwrap() {
                    Some(found) => near("product in 8 bits", &found, &expected, inputs.allowed().max(4e-3)),
                    None => assert!(
                        inputs.dtype == DType::F32 || !super::multiplies_float8(&inputs.gpu).unwrap(),
                        "a card that multiplies 8 bits"
                    ),
                }
            }

            let (table, table_on_gpu) = inputs.f32(&[batch, 1, 2 * first]);
            let part = |t: &Tensor, i: usize| t.narrow(2, i * first, first).unwrap();
            let found = float8::modulated_norm(&a_on_gpu, &part(&table_on_gpu, 0), &part(&table_on_gpu, 1), 1e-6).unwrap();
            let expected = fused::modulated_norm(&a, &part(&table, 0), &part(&table, 1), 1e-6).unwrap();
            near("modulated norm in 8 bits", &found.unpack(inputs.dtype).unwrap(), &expected, 4e-2);

            let (y, y_on_gpu) = inputs.pair(&[batch, rows, first]);
            let (gate, gate_on_gpu) = inputs.f32(&[batch, 1, 2 * first]);
            let update = [&y_on_gpu, &part(&gate_on_gpu, 1)];
            let (scale, shift) = (part(&table_on_gpu, 0), part(&table_on_gpu, 1));
            let (sum, normed) = float8::modulated_norm_of_sum(&a_on_gpu, update, [&scale, &shift], 1e-6).unwrap();
            let of_sum = fused::add_gated(&a, &y, &part(&gate, 1)).unwrap();
            inputs.check("sum before 8 bits", &sum, &of_sum);
            let expected = fused::modulated_norm(&of_sum, &part(&table, 0), &part(&table, 1), 1e-6).unwrap();
            near("norm of a sum in 8 bits", &normed.unpack(inputs.dtype).unwrap(), &expected, 4e-2);
        }
    });
}

/// Offsets in a picture of 2048² exceed 32 bits. Its two halves have the same latents: far from their borders they must have the same pixels, and
/// tiles, which stay small, must be as near to the whole picture below as above.
#[test]
fn lower_rows_of_the_largest_pictures() {
    let Some(gpu) = gpu() else { return println!("passed over: no NVIDIA GPU") };
    let weights = Vars::created_by(std::sync::Arc::new(crate::weights::GeneratedWeights::new(seed())), DType::BF16, &gpu);
    let network = AutoencoderKl::load(&weights, &VaeConfig::flux()).unwrap();
    let half = Tensor::randn(0f32, 1f32, (1, 16, 128, 256), &gpu).unwrap();
    let latents = Tensor::cat(&[&half, &half], 2).unwrap().to_dtype(DType::BF16).unwrap();
    let whole = network.decode(&latents).unwrap();
    assert_eq!(whole.dims(), [1, 3, 2048, 2048]);
    let rows = |picture: &Tensor, top: usize| picture.narrow(2, top, 640).unwrap();
    near("the lower half", &rows(&whole, 1024 + 192), &rows(&whole, 192), 1e-3);
    let tiles = Some(Tiling { sample: 512, latent: 64 });
    let tiled = network.decode_with(&latents, tiles, &mut |_| std::ops::ControlFlow::Continue(())).unwrap().unwrap();
    let [above, below] = [192, 1024 + 192].map(|top| difference(&rows(&tiled, top), &rows(&whole, top)).unwrap());
    println!("tiles differ from the whole picture by {above:.2e} above and {below:.2e} below");
    assert!(below <= 1.25 * above + 1e-3, "below {below:.2e}, above {above:.2e}");
}

fn near(what: &str, found: &Tensor, expected: &Tensor, allowed: f64) {
    let differs = difference(found, expected).unwrap();
    println!("{what}: differs by {differs:.1e}");
    assert!(differs <= allowed, "{what}: {differs:.1e}, allowed {allowed:.1e}");
}
