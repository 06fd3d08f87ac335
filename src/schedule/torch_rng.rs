//! PyTorch's CPU random number generator, so that a seed gives the same picture as in diffusers.
//!
//! Reference: Matsumoto & Nishimura 1998 (MT19937); the order in which PyTorch draws is in its `ATen/core/MT19937RNGEngine.h`,
//! `ATen/native/cpu/DistributionTemplates.h` (`normal_fill`) and `ATen/core/DistributionsHelper.h`.

const STATE: usize = 624;
const SHIFT: usize = 397;

struct Mt19937 {
    state: [u32; STATE],
    at: usize,
}

impl Mt19937 {
    fn new(seed: u32) -> Self {
        let mut state = [0u32; STATE];
        state[0] = seed;
        for i in 1..STATE {
            let before = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(i as u32);
        }
        Self { state, at: STATE }
    }

    fn refill(&mut self) {
        for i in 0..STATE {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % STATE] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + SHIFT) % STATE] ^ (y >> 1) ^ odd;
        }
        self.at = 0;
    }

    fn next(&mut self) -> u32 {
        if self.at >= STATE {
            self.refill();
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }
}

/// The type of the noise. PyTorch draws half precision in another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseType {
    /// `torch.float32`.
    Single,
    /// `torch.float16` or `torch.bfloat16`; the caller rounds the values.
    Half,
}

/// `torch.Generator("cpu").manual_seed(seed)`.
pub struct TorchRng {
    bits: Mt19937,
    /// Normal values are drawn in pairs; the second one is kept here.
    second: Option<f64>,
}

impl TorchRng {
    /// Seeds a generator. Like PyTorch, it uses only the lower 32 bits of the seed.
    pub fn new(seed: u64) -> Self {
        Self { bits: Mt19937::new(seed as u32), second: None }
    }

    /// `torch.randn(count, dtype=torch.float32)`, row-major for any shape with `count` elements.
    pub fn randn(&mut self, count: usize) -> Vec<f32> {
        self.randn_as(count, NoiseType::Single)
    }

    /// Like [`TorchRng::randn`], in another type.
    pub fn randn_as(&mut self, count: usize, kind: NoiseType) -> Vec<f32> {
        if count < 16 {
            return (0..count).map(|_| self.normal() as f32).collect();
        }
        let mut data = vec![0f32; count];
        // float32 also draws for the rest of the last block and then redraws the last 16; half precision draws only whole blocks.
        let drawn = if kind == NoiseType::Single { count } else { count / 16 * 16 };
        data[..drawn].iter_mut().for_each(|v| *v = self.uniform());
        data.chunks_exact_mut(16).for_each(box_muller);
        if !count.is_multiple_of(16) {
            let tail = &mut data[count - 16..];
            tail.iter_mut().for_each(|v| *v = self.uniform());
            box_muller(tail);
        }
        data
    }

    /// 24 bits in [0, 1).
    fn uniform(&mut self) -> f32 {
        (self.bits.next() & 0x00ff_ffff) as f32 / 16_777_216.0
    }

    /// 53 bits in [0, 1).
    fn uniform64(&mut self) -> f64 {
        let high = u64::from(self.bits.next());
        let bits = (high << 32) | u64::from(self.bits.next());
        (bits & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        if let Some(value) = self.second.take() {
            return value;
        }
        let (turn, size) = (self.uniform64(), self.uniform64());
        let radius = (-2.0 * (-size).ln_1p()).sqrt();
        let angle = std::f64::consts::TAU * turn;
        self.second = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

/// The Box–Muller transform of sixteen uniform numbers: the first eight give the radii, the others the angles. As in PyTorch, the angle is
/// rounded to float32 before its cosine is taken, which changes the sixth digit.
fn box_muller(block: &mut [f32]) {
    let (first, second) = block.split_at_mut(8);
    for (a, b) in first.iter_mut().zip(second) {
        let radius = (-2.0 * f64::from(1.0 - *a).ln()).sqrt();
        let angle = f64::from(std::f32::consts::TAU * *b);
        *a = (radius * angle.cos()) as f32;
        *b = (radius * angle.sin()) as f32;
    }
}
