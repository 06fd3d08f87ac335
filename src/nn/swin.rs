//! Swin transformer, version 1 (Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021), as the
//! backbone of BiRefNet: padding to whole windows allows any picture size, and every stage returns one normalised map.
//!
//! Reference: ZhengPeng7/BiRefNet `models/backbones/swin_v1.py`.

use std::sync::Arc;

use candle_core::{D, DType, Device, Result, Tensor};
use parking_lot::Mutex;

use super::attention::{attention, attention_with_biases};
use super::fused::{gather_rows, gelu_erf, to_picture};
use super::{Conv2d, ConvSpec, LayerNorm, Linear};
use crate::weights::{LoadResult, Vars, WeightsError};

/// Attention scores that exist at a time; more windows are processed group by group.
const MAX_SCORES: usize = 1 << 26;
const EPS: f64 = 1e-5;
/// Blocks of a stage that are looked for in a file; the largest published backbone has 18.
const MAX_BLOCKS: usize = 256;
/// Side of a patch in pixels.
const PATCH: usize = 4;

/// The sizes of a backbone. Defaults are those of Swin-L.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default)]
pub struct SwinConfig {
    /// Channels of the first stage; every further stage has twice as many.
    pub embed_dim: usize,
    /// Blocks per stage.
    pub depths: Vec<usize>,
    /// Attention heads per stage.
    pub num_heads: Vec<usize>,
    /// Side of a window in tokens.
    pub window_size: usize,
    /// Hidden channels of the MLP as a multiple of its inputs.
    pub mlp_ratio: f64,
}

impl Default for SwinConfig {
    fn default() -> Self {
        Self { embed_dim: 192, depths: vec![2, 2, 18, 2], num_heads: vec![6, 12, 24, 48], window_size: 12, mlp_ratio: 4.0 }
    }
}

impl SwinConfig {
    /// The keys of a config file that has the sizes.
    pub const KEYS: [&str; 5] = ["embed_dim", "depths", "num_heads", "window_size", "mlp_ratio"];

    /// The sizes of a backbone from the shapes of its tensors, whose names begin with `prefix` (`bb.`). The public checkpoints come as Swin-L
    /// (BiRefNet) and Swin-T (BiRefNet-lite), and their `config.json` has no sizes.
    ///
    /// `None` if a tensor that tells a size is missing or has an unexpected number of dimensions.
    pub fn from_shapes(prefix: &str, shape: impl Fn(&str) -> Option<Vec<usize>>) -> Option<Self> {
        let shape = |name: String| shape(&format!("{prefix}{name}"));
        let embed_dim = *shape("patch_embed.proj.weight".into())?.first()?;
        let (mut depths, mut num_heads, mut window_size) = (Vec::new(), Vec::new(), 0);
        for stage in 0..4 {
            // One row for each offset between two tokens of a window, one column for each head.
            let table = |block: usize| shape(format!("layers.{stage}.blocks.{block}.attn.relative_position_bias_table"));
            let [offsets, heads] = table(0)?[..] else { return None };
            window_size = offsets.isqrt().div_ceil(2);
            num_heads.push(heads);
            depths.push((1..MAX_BLOCKS).take_while(|block| table(*block).is_some()).count() + 1);
        }
        let hidden = *shape("layers.0.blocks.0.mlp.fc1.weight".into())?.first()?;
        Some(Self { embed_dim, depths, num_heads, window_size, mlp_ratio: hidden as f64 / embed_dim.max(1) as f64 })
    }

    /// Channels of a stage's map.
    pub fn channels(&self, stage: usize) -> usize {
        self.embed_dim << stage
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// A value cannot be used; the message names it.
    pub fn check(&self, place: &str) -> LoadResult<()> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if self.depths.len() != 4 || self.num_heads.len() != 4 {
            return fail(format!("depths and num_heads must have 4 entries, they have {} and {}", self.depths.len(), self.num_heads.len()));
        }
        if !(4..=4096).contains(&self.embed_dim) || !(1..=64).contains(&self.window_size) || !(0.1..=64.0).contains(&self.mlp_ratio) {
            return fail(format!(
                "embed_dim {}, window_size {} or mlp_ratio {} is out of range",
                self.embed_dim, self.window_size, self.mlp_ratio
            ));
        }
        match (0..4).find(|&i| self.num_heads[i] == 0 || !self.channels(i).is_multiple_of(self.num_heads[i])) {
            Some(i) => fail(format!("num_heads: {} channels do not divide into {} heads", self.channels(i), self.num_heads[i])),
            None => Ok(()),
        }
    }
}

/// The backbone.
pub struct Swin {
    patch: Conv2d,
    patch_norm: LayerNorm,
    stages: Vec<Stage>,
    window: usize,
    /// The masks of shifted windows; `None` for windows of one token, which are not shifted.
    masks: Option<Tensor>,
    /// Windows of the last sizes of maps, plain and shifted: making them on the host takes longer than a block.
    windows: Mutex<Vec<KeptWindows>>,
}

/// Height and width of a map, and its plain and shifted windows.
type KeptWindows = ((usize, usize), Arc<[Windows; 2]>);

/// Sizes of maps whose windows are kept: those of a picture at two scales.
const KEPT_WINDOWS: usize = 8;

struct Stage {
    blocks: Vec<Block>,
    norm: LayerNorm,
    downsample: Option<(LayerNorm, Linear)>,
}

struct Block {
    norm1: LayerNorm,
    qkv: Linear,
    proj: Linear,
    /// Relative position bias plus each mask of the windows, the first of which masks nothing: `[masks, heads, N, N]` float32.
    biases: Tensor,
    heads: usize,
    shifted: bool,
    norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
}

/// Partition of the tokens of a map into windows, optionally shifted.
struct Windows {
    /// Token index for every position of every window; one past the last token is the padding. `u32`.
    order: Tensor,
    /// Whether `order` has such positions.
    is_padded: bool,
    /// Position in the windows for every token. `u32`.
    inverse: Tensor,
    /// Present with a shift.
    masks: Option<Masks>,
    /// Windows of a picture.
    count: usize,
}

/// Masks of shifted windows. The shift wraps around in the last row and the last column of windows alone, so there are four.
struct Masks {
    /// As made by [`shift_masks`].
    all: Tensor,
    /// The mask of each window of a picture. `u32`.
    which: Tensor,
}

impl Windows {
    /// `masks`: those of windows shifted by half their side; `None` for plain windows.
    fn new((height, width): (usize, usize), side: usize, masks: Option<&Tensor>, device: &Device) -> Result<Self> {
        let shift = if masks.is_some() { side / 2 } else { 0 };
        let (rows, columns) = (height.div_ceil(side), width.div_ceil(side));
        let (padded_h, padded_w) = (rows * side, columns * side);
        let (n, count) = (side * side, rows * columns);
        let mut order = Vec::with_capacity(count * n);
        let mut inverse = vec![0u32; height * width];
        for (wy, wx) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
            for (ty, tx) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let (y, x) = ((wy * side + ty + shift) % padded_h, (wx * side + tx + shift) % padded_w);
                if y < height && x < width {
                    inverse[y * width + x] = order.len() as u32;
                    order.push((y * width + x) as u32);
                } else {
                    order.push((height * width) as u32);
                }
            }
        }
        Ok(Self {
            is_padded: count * n > height * width,
            order: Tensor::from_vec(order, count * n, device)?,
            inverse: Tensor::from_vec(inverse, height * width, device)?,
            masks: masks.map(|masks| Masks::new(rows, columns, masks, device)).transpose()?,
            count,
        })
    }

    /// `[B, H·W, C]` → `[B·windows, N, C]`.
    fn split(&self, x: &Tensor) -> Result<Tensor> {
        let (b, _, c) = x.dims3()?;
        gather_rows(x, &self.order, self.is_padded)?.reshape((b * self.count, (), c))
    }

    /// The inverse of [`Windows::split`].
    fn join(&self, x: &Tensor, batch: usize) -> Result<Tensor> {
        let c = x.dim(D::Minus1)?;
        gather_rows(&x.reshape((batch, (), c))?, &self.inverse, false)
    }
}

impl Masks {
    fn new(rows: usize, columns: usize, all: &Tensor, device: &Device) -> Result<Self> {
        let which: Vec<u32> =
            (0..rows).flat_map(|y| (0..columns).map(move |x| 2 * u32::from(y + 1 == rows) + u32::from(x + 1 == columns))).collect();
        Ok(Self { all: all.clone(), which: Tensor::from_vec(which, rows * columns, device)? })
    }

    /// `[windows, 1, N, N]` for some of the windows of a picture.
    fn of(&self, first: usize, count: usize) -> Result<Tensor> {
        self.all.index_select(&self.which.narrow(0, first, count)?, 0)
    }
}

/// The masks of windows that are shifted by half their side, `[4, 1, N, N]` float32: for windows within the map, in its last column, in its last row,
/// and in its corner. −1e9 or lower for pairs that the cyclic shift brought together although they are at opposite ends of the map, 0 elsewhere.
fn shift_masks(side: usize, device: &Device) -> Result<Tensor> {
    let shift = side / 2;
    let strip = |last: bool, at: usize| if last { 1 + usize::from(at + shift >= side) } else { 0 };
    let mut regions = Vec::with_capacity(4 * side * side);
    for (last_row, last_column) in [(false, false), (false, true), (true, false), (true, true)] {
        for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
            regions.push((strip(last_row, y) * 3 + strip(last_column, x)) as f32);
        }
    }
    let regions = Tensor::from_vec(regions, (4, side * side), device)?;
    let difference = regions.unsqueeze(2)?.broadcast_sub(&regions.unsqueeze(1)?)?;
    (difference.sqr()? * -1e9)?.unsqueeze(1)
}

/// The row of the bias table for every pair of positions in a window.
fn relative_position_index(side: usize) -> Vec<u32> {
    let places: Vec<(usize, usize)> = (0..side).flat_map(|y| (0..side).map(move |x| (y, x))).collect();
    let pairs = places.iter().flat_map(|a| places.iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| ((a.0 + side - 1 - b.0) * (2 * side - 1) + a.1 + side - 1 - b.1) as u32).collect()
}

impl Block {
    /// `masks`: those of a block whose windows are shifted, as made by [`shift_masks`].
    fn load(vars: &Vars, channels: usize, heads: usize, config: &SwinConfig, masks: Option<&Tensor>) -> LoadResult<Self> {
        let side = config.window_size;
        let (n, hidden) = (side * side, (channels as f64 * config.mlp_ratio) as usize);
        let attn = vars.pp("attn");
        let table = attn.with_dtype(DType::F32).get("relative_position_bias_table", ((2 * side - 1) * (2 * side - 1), heads))?;
        let index = Tensor::from_vec(relative_position_index(side), n * n, vars.device())?;
        let bias = table.contiguous()?.index_select(&index, 0)?.reshape((1, n, n, heads))?.permute((0, 3, 1, 2))?.contiguous()?;
        let biases = match masks {
            Some(masks) => bias.broadcast_add(masks)?,
            None => bias,
        };
        Ok(Self {
            norm1: LayerNorm::load(&vars.pp("norm1"), channels, EPS)?,
            qkv: Linear::load(&attn.pp("qkv"), channels, 3 * channels)?,
            proj: Linear::load(&attn.pp("proj"), channels, channels)?,
            biases,
            heads,
            shifted: masks.is_some(),
            norm2: LayerNorm::load(&vars.pp("norm2"), channels, EPS)?,
            fc1: Linear::load(&vars.pp("mlp").pp("fc1"), channels, hidden)?,
            fc2: Linear::load(&vars.pp("mlp").pp("fc2"), hidden, channels)?,
        })
    }

    fn forward(&self, x: &Tensor, windows: &Windows) -> Result<Tensor> {
        let batch = x.dim(0)?;
        let split = windows.split(&self.norm1.forward(x)?)?;
        let x = self.proj.forward_added(&windows.join(&self.attend(&split, windows)?, batch)?, x)?;
        let hidden = gelu_erf(&self.fc1.forward(&self.norm2.forward(&x)?)?)?;
        self.fc2.forward_added(&hidden, &x)
    }

    /// `[B·windows, N, C]` → the same shape, before the output projection.
    fn attend(&self, x: &Tensor, windows: &Windows) -> Result<Tensor> {
        let (all, n, c) = x.dims3()?;
        let size = c / self.heads;
        let qkv = self.qkv.forward(x)?.reshape((all, n, 3, self.heads, size))?;
        if qkv.device().is_cuda() && qkv.dtype() != DType::F32 {
            return self.attend_fused(&qkv, windows)?.reshape((all, n, c));
        }
        let qkv = qkv.permute((2, 0, 3, 1, 4))?;
        let q = (qkv.get(0)?.contiguous()? * (size as f64).powf(-0.5))?;
        let k = qkv.get(1)?.transpose(2, 3)?.contiguous()?;
        let v = qkv.get(2)?.contiguous()?;
        drop(qkv);
        let part = |q: &Tensor, k: &Tensor, v: &Tensor, mask: Option<&Tensor>| -> Result<Tensor> {
            let scores = q.matmul(k)?.to_dtype(DType::F32)?.broadcast_add(&self.biases.narrow(0, 0, 1)?)?;
            let scores = match mask {
                Some(mask) => {
                    let dims = scores.dims().to_vec();
                    scores.reshape(((), mask.dim(0)?, self.heads, n, n))?.broadcast_add(mask)?.reshape(dims)?
                }
                None => scores,
            };
            candle_nn::ops::softmax_last_dim(&scores)?.to_dtype(v.dtype())?.matmul(v)
        };
        let chunk = (MAX_SCORES / (self.heads * n * n)).max(1);
        let attended = if chunk >= all {
            part(&q, &k, &v, windows.masks.as_ref().map(|masks| masks.of(0, windows.count)).transpose()?.as_ref())?
        } else {
            let mut parts = Vec::new();
            for image in 0..all / windows.count {
                for start in (0..windows.count).step_by(chunk) {
                    let len = chunk.min(windows.count - start);
                    let cut = |t: &Tensor| t.narrow(0, image * windows.count + start, len);
                    let mask = windows.masks.as_ref().map(|masks| masks.of(start, len)).transpose()?;
                    parts.push(part(&cut(&q)?, &cut(&k)?, &cut(&v)?, mask.as_ref())?);
                }
            }
            Tensor::cat(&parts, 0)?
        };
        attended.transpose(1, 2)?.contiguous()?.reshape((all, n, c))
    }
}

impl Block {
    /// Attention without materialised scores: `qkv` `[B·windows, N, 3, heads, D]` → `[B·windows, N, heads, D]`.
    fn attend_fused(&self, qkv: &Tensor, windows: &Windows) -> Result<Tensor> {
        let (all, _, _, _, size) = qkv.dims5()?;
        let part = |i: usize| qkv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
        let (q, k, v, scale) = (part(0)?, part(1)?, part(2)?, (size as f64).powf(-0.5));
        let attended = match &windows.masks {
            None => attention(&q, &k, &v, Some(&self.biases.narrow(0, 0, 1)?), scale)?,
            Some(masks) => attention_with_biases(&q, &k, &v, &self.biases, &masks.which.repeat(all / windows.count)?, scale)?,
        };
        attended.transpose(1, 2)?.contiguous()
    }
}

/// Patch merging: joins 2×2 tokens into one with twice the channels.
fn merge((norm, reduction): &(LayerNorm, Linear), x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, _, c) = x.dims3()?;
    let x = x.reshape((b, height, width, c))?.pad_with_zeros(1, 0, height % 2)?.pad_with_zeros(2, 0, width % 2)?;
    let (h, w) = (height.div_ceil(2), width.div_ceil(2));
    // The reference concatenates column by column.
    let x = x.reshape(&[b, h, 2, w, 2, c][..])?.permute(vec![0, 1, 3, 4, 2, 5])?.contiguous()?.reshape((b, h * w, 4 * c))?;
    reduction.forward(&norm.forward(&x)?)
}

impl Swin {
    /// Takes `patch_embed.…`, `layers.…` and `norm0` … `norm3`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape; sizes that make no network.
    pub fn load(vars: &Vars, config: &SwinConfig) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let spec = ConvSpec { kernel: PATCH, stride: PATCH, padding: 0, dilation: 1, groups: 1, bias: true };
        let masks = if config.window_size > 1 { Some(shift_masks(config.window_size, vars.device())?) } else { None };
        let mut stages = Vec::with_capacity(4);
        for stage in 0..4 {
            let (layer, channels) = (vars.pp("layers").pp(stage), config.channels(stage));
            let blocks = (0..config.depths[stage])
                .map(|i| {
                    let masks = masks.as_ref().filter(|_| i % 2 == 1);
                    Block::load(&layer.pp("blocks").pp(i), channels, config.num_heads[stage], config, masks)
                })
                .collect::<std::result::Result<_, _>>()?;
            let downsample = if stage < 3 {
                let down = layer.pp("downsample");
                let norm = LayerNorm::load(&down.pp("norm"), 4 * channels, EPS)?;
                Some((norm, Linear::with_bias(&down.pp("reduction"), 4 * channels, 2 * channels, false)?))
            } else {
                None
            };
            stages.push(Stage { blocks, norm: LayerNorm::load(&vars.pp(format!("norm{stage}")), channels, EPS)?, downsample });
        }
        Ok(Self {
            patch: Conv2d::load(&vars.pp("patch_embed").pp("proj"), 3, config.embed_dim, spec)?,
            patch_norm: LayerNorm::load(&vars.pp("patch_embed").pp("norm"), config.embed_dim, EPS)?,
            stages,
            window: config.window_size,
            masks,
            windows: Mutex::default(),
        })
    }

    /// The plain and the shifted windows of a map.
    fn windows(&self, size: (usize, usize), device: &Device) -> Result<Arc<[Windows; 2]>> {
        let mut kept = self.windows.lock();
        if let Some((_, windows)) = kept.iter().find(|(of, _)| *of == size) {
            return Ok(Arc::clone(windows));
        }
        let made = |masks| Windows::new(size, self.window, masks, device);
        let windows = Arc::new([made(None)?, made(self.masks.as_ref())?]);
        if kept.len() == KEPT_WINDOWS {
            kept.remove(0);
        }
        kept.push((size, Arc::clone(&windows)));
        Ok(windows)
    }

    /// `x` `[B, 3, H, W]` → four maps `[B, C·2ⁱ, ⌈H/(4·2ⁱ)⌉, ⌈W/(4·2ⁱ)⌉]`. `before_block` is called before every block; its error ends the pass.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory, errors of `before_block`.
    pub fn forward(&self, x: &Tensor, before_block: &dyn Fn() -> Result<()>) -> Result<Vec<Tensor>> {
        let (_, _, height, width) = x.dims4()?;
        let (h, w) = (height.div_ceil(PATCH), width.div_ceil(PATCH));
        let x = x.pad_with_zeros(2, 0, h * PATCH - height)?.pad_with_zeros(3, 0, w * PATCH - width)?;
        let x = self.patch.forward(&x)?.flatten_from(2)?.transpose(1, 2)?.contiguous()?;
        let mut x = self.patch_norm.forward(&x)?;
        let (mut h, mut w) = (h, w);
        let mut maps = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let windows = self.windows((h, w), x.device())?;
            let [plain, shifted] = windows.as_ref();
            for block in &stage.blocks {
                before_block()?;
                x = block.forward(&x, if block.shifted { shifted } else { plain })?;
            }
            maps.push(to_picture(&stage.norm.forward(&x)?, h, w)?);
            if let Some(downsample) = &stage.downsample {
                x = merge(downsample, &x, h, w)?;
                (h, w) = (h.div_ceil(2), w.div_ceil(2));
            }
        }
        Ok(maps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{GeneratedWeights, synthetic};

    /// The shapes that a backbone's file has.
    fn shapes(config: SwinConfig) -> impl Fn(&str) -> Option<Vec<usize>> {
        move |name| {
            let parts: Vec<&str> = name.split('.').collect();
            match parts[..] {
                ["bb", "patch_embed", "proj", "weight"] => Some(vec![config.embed_dim, 3, PATCH, PATCH]),
                ["bb", "layers", "0", "blocks", "0", "mlp", "fc1", "weight"] => {
                    Some(vec![(config.embed_dim as f64 * config.mlp_ratio) as usize, config.embed_dim])
                }
                ["bb", "layers", stage, "blocks", block, "attn", "relative_position_bias_table"] => {
                    let stage: usize = stage.parse().unwrap();
                    let offsets = (2 * config.window_size - 1).pow(2);
                    (block.parse::<usize>().unwrap() < config.depths[stage]).then(|| vec![offsets, config.num_heads[stage]])
                }
                _ => None,
            }
        }
    }

    #[test]
    fn fused_attention_agrees_with_plain_scores() {
        let (side, heads, channels) = (3, 2, 8);
        let config = SwinConfig { window_size: side, ..SwinConfig::default() };
        let vars = Vars::created_by(Arc::new(GeneratedWeights::new(3)), DType::F32, &Device::Cpu);
        let masks = shift_masks(side, &Device::Cpu).unwrap();
        let block = Block::load(&vars, channels, heads, &config, Some(&masks)).unwrap();
        let made = |shape: &[usize]| Tensor::from_vec(synthetic::values("x", shape, 3), shape, &Device::Cpu).unwrap();
        // With and without padding, one picture and two, maps of one window and of many.
        for (height, width, batch, shifted) in [(7, 9, 1, true), (6, 6, 1, true), (6, 9, 2, true), (2, 3, 1, true), (7, 4, 1, false)] {
            let windows = Windows::new((height, width), side, shifted.then_some(&masks), &Device::Cpu).unwrap();
            let x = windows.split(&made(&[batch, height * width, channels])).unwrap();
            let qkv = block.qkv.forward(&x).unwrap().reshape((batch * windows.count, side * side, 3, heads, channels / heads)).unwrap();
            let fused = block.attend_fused(&qkv, &windows).unwrap().flatten_from(2).unwrap();
            let plain = block.attend(&x, &windows).unwrap();
            let differ = (fused - &plain).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            let most = plain.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(differ <= 1e-5 * most, "{height} × {width}, {batch}: {differ} of {most}");
        }
    }

    #[test]
    fn windows_are_split_and_joined_with_and_without_padding() {
        let masks = shift_masks(3, &Device::Cpu).unwrap();
        for (height, width, is_padded) in [(6, 9, false), (7, 9, true), (2, 2, true)] {
            let x = Tensor::arange(1f32, (2 * height * width * 4 + 1) as f32, &Device::Cpu).unwrap();
            let x = x.reshape((2, height * width, 4)).unwrap();
            for masks in [None, Some(&masks)] {
                let windows = Windows::new((height, width), 3, masks, &Device::Cpu).unwrap();
                assert_eq!(windows.is_padded, is_padded);
                let split = windows.split(&x).unwrap();
                // Nothing is lost and padding is zero.
                let sum = |t: &Tensor| t.to_dtype(DType::F64).unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap();
                assert_eq!((sum(&split), split.dim(0).unwrap()), (sum(&x), 2 * windows.count));
                let back = windows.join(&split, 2).unwrap();
                assert_eq!(back.to_vec3::<f32>().unwrap(), x.to_vec3::<f32>().unwrap(), "{height} × {width}");
            }
        }
    }

    #[test]
    fn tensors_tell_the_sizes() {
        let tiny = SwinConfig { embed_dim: 96, depths: vec![2, 2, 6, 2], num_heads: vec![3, 6, 12, 24], window_size: 7, mlp_ratio: 4.0 };
        let odd = SwinConfig { embed_dim: 8, depths: vec![1, 2, 3, 1], num_heads: vec![1, 2, 4, 8], window_size: 1, mlp_ratio: 2.0 };
        for config in [SwinConfig::default(), tiny, odd] {
            assert_eq!(SwinConfig::from_shapes("bb.", shapes(config.clone())), Some(config));
        }
        assert_eq!(SwinConfig::from_shapes("bb.", |_| None), None);
        assert_eq!(SwinConfig::from_shapes("bb.", |_| Some(vec![4])), None);
    }
}
