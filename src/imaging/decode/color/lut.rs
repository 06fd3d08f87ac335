//! ICC profiles with multidimensional lookup tables: `mft1`, `mft2`, `mAB ` and `mBA ` tags (ICC.1:2022, 10.10 to 10.13).

use super::curve::{Curve, fixed};
use super::matrix::{self, D50, IDENTITY, Matrix};

/// One direction of a profile: at most four channels in, at most four out, all 0..=1.
#[derive(Debug)]
pub(super) struct Lut {
    stages: Vec<Stage>,
    inputs: usize,
    outputs: usize,
    /// L*a*b* is in the 16-bit encoding of ICC version 2, in which L* 100 is 0xFF00.
    legacy_lab: bool,
}

#[derive(Debug)]
enum Stage {
    Curves(Vec<Curve>),
    Matrix(Matrix, [f32; 3]),
    Grid(Grid),
}

#[derive(Debug)]
struct Grid {
    /// Grid points per dimension, each at least 2.
    points: Vec<usize>,
    outputs: usize,
    values: Vec<f32>,
}

impl Lut {
    /// Parses a tag; `None` if it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (inputs, outputs) = (usize::from(*bytes.get(8)?), usize::from(*bytes.get(9)?));
        if !(1..=4).contains(&inputs) || !(1..=4).contains(&outputs) {
            return None;
        }
        let kind = bytes.get(..4)?;
        let stages = match kind {
            b"mft1" | b"mft2" => legacy_stages(bytes, inputs, outputs)?,
            b"mAB " => modern_stages(bytes, inputs, outputs, true)?,
            b"mBA " => modern_stages(bytes, inputs, outputs, false)?,
            _ => return None,
        };
        Some(Self { stages, inputs, outputs, legacy_lab: kind == b"mft2" })
    }

    pub(super) fn channels(&self) -> (usize, usize) {
        (self.inputs, self.outputs)
    }

    pub(super) fn eval(&self, mut v: [f32; 4]) -> [f32; 4] {
        for stage in &self.stages {
            match stage {
                Stage::Curves(curves) => curves.iter().zip(&mut v).for_each(|(c, v)| *v = c.eval(*v)),
                Stage::Matrix(m, offset) => {
                    let out = matrix::apply(m, [v[0], v[1], v[2]]);
                    (0..3).for_each(|c| v[c] = out[c] + offset[c]);
                }
                Stage::Grid(grid) => v = grid.eval(v),
            }
        }
        v
    }

    /// Black in the L*a*b* encoding of this table's input.
    pub(super) fn black_lab(&self) -> [f32; 4] {
        let zero = if self.legacy_lab { 32768.0 / 65535.0 } else { 128.0 / 255.0 };
        [0.0, zero, zero, 0.0]
    }

    /// Converts an output to XYZ relative to D50.
    fn to_xyz(&self, v: [f32; 4], lab: bool) -> [f32; 3] {
        if lab {
            let stretch = if self.legacy_lab { 65535.0 / 65280.0 } else { 1.0 };
            matrix::lab_to_xyz([v[0] * stretch * 100.0, v[1] * stretch * 255.0 - 128.0, v[2] * stretch * 255.0 - 128.0])
        } else {
            [v[0], v[1], v[2]].map(|v| v * (65535.0 / 32768.0))
        }
    }
}

/// Converts device samples to sRGB by lookup tables.
pub(super) struct Pipeline {
    lut: Lut,
    lab: bool,
    /// Luminance of the black point, which becomes 0.
    black: f32,
}

impl Pipeline {
    /// `lab`: the profile connection space is L*a*b* instead of XYZ.
    pub(super) fn new(lut: Lut, lab: bool) -> Self {
        Self { lut, lab, black: 0.0 }
    }

    /// Sets the luminance of the black point (0..1).
    pub(super) fn with_black(mut self, black: f32) -> Self {
        self.black = black;
        self
    }

    /// Luminance of device samples, 0..=1.
    pub(super) fn luminance(&self, input: [f32; 4]) -> f32 {
        self.lut.to_xyz(self.lut.eval(input), self.lab)[1]
    }

    /// Converts device samples to 8-bit sRGB.
    pub(super) fn srgb(&self, input: [f32; 4]) -> [u8; 3] {
        let xyz = self.lut.to_xyz(self.lut.eval(input), self.lab);
        let scale = 1.0 / (1.0 - self.black);
        matrix::xyz_to_srgb(std::array::from_fn(|c| (xyz[c] - self.black * D50[c]) * scale))
    }
}

impl Grid {
    /// Interpolates: tetrahedral in the last three dimensions (Sakamoto 1981), which keeps neutral colours neutral, and linear in any before
    /// them.
    fn eval(&self, v: [f32; 4]) -> [f32; 4] {
        let mut cells = [(0, 0, 0.0); 4];
        let mut stride = self.outputs;
        for (d, &points) in self.points.iter().enumerate().rev() {
            let at = v[d].clamp(0.0, 1.0) * (points - 1) as f32;
            let low = (at as usize).min(points - 2);
            cells[d] = (low * stride, stride, at - low as f32);
            stride *= points;
        }
        self.within(&cells[..self.points.len()], 0)
    }

    fn within(&self, cells: &[(usize, usize, f32)], base: usize) -> [f32; 4] {
        match *cells {
            [(x, dx, fx), (y, dy, fy), (z, dz, fz)] => {
                let base = base + x + y + z;
                let mut steps = [(fx, dx), (fy, dy), (fz, dz)];
                steps.sort_by(|a, b| b.0.total_cmp(&a.0));
                let mut corner = base;
                let mut out = self.at(corner).map(|v| v * (1.0 - steps[0].0));
                for i in 0..3 {
                    corner += steps[i].1;
                    let weight = steps[i].0 - steps.get(i + 1).map_or(0.0, |s| s.0);
                    out.iter_mut().zip(self.at(corner)).for_each(|(o, v)| *o += v * weight);
                }
                out
            }
            [(x, dx, fx), ref rest @ ..] => {
                let (low, high) = (self.within(rest, base + x), if fx > 0.0 { self.within(rest, base + x + dx) } else { [0.0; 4] });
                std::array::from_fn(|c| low[c] * (1.0 - fx) + high[c] * fx)
            }
            [] => self.at(base),
        }
    }

    fn at(&self, index: usize) -> [f32; 4] {
        let mut out = [0.0; 4];
        if let Some(values) = self.values.get(index..index + self.outputs) {
            out[..self.outputs].copy_from_slice(values);
        }
        out
    }
}

/// Reads samples of one or two bytes as 0..=1.
fn samples(bytes: &[u8], wide: bool) -> Vec<f32> {
    if wide {
        bytes.chunks_exact(2).map(|v| f32::from(u16::from_be_bytes([v[0], v[1]])) / 65535.0).collect()
    } else {
        bytes.iter().map(|&v| f32::from(v) / 255.0).collect()
    }
}

/// Parses a grid; also returns its size in bytes. `None` if its dimensions are invalid or it is truncated.
fn grid(bytes: &[u8], points: Vec<usize>, outputs: usize, wide: bool) -> Option<(Grid, usize)> {
    if points.iter().any(|&p| p < 2) {
        return None;
    }
    let count = points.iter().try_fold(outputs, |n, &p| n.checked_mul(p))?;
    let size = count.checked_mul(1 + usize::from(wide))?;
    Some((Grid { points, outputs, values: samples(bytes.get(..size)?, wide) }, size))
}

fn legacy_stages(bytes: &[u8], inputs: usize, outputs: usize) -> Option<Vec<Stage>> {
    let wide = bytes.starts_with(b"mft2");
    let count = |at: usize| Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let (input_points, output_points, mut at) = if wide { (count(48)?, count(50)?, 52) } else { (256, 256, 48) };
    if !(2..=4096).contains(&input_points) || !(2..=4096).contains(&output_points) {
        return None;
    }
    let width = 1 + usize::from(wide);
    let tables = |channels: usize, points: usize, at: &mut usize| {
        let size = points * width;
        let table = |c: usize| bytes.get(*at + c * size..*at + (c + 1) * size).map(|b| Curve::Table(samples(b, wide)));
        let curves = (0..channels).map(table).collect::<Option<Vec<_>>>()?;
        *at += channels * size;
        Some(Stage::Curves(curves))
    };
    let matrix: Vec<f32> = bytes.get(12..48)?.chunks_exact(4).map(fixed).collect();
    let matrix: Matrix = std::array::from_fn(|r| std::array::from_fn(|c| matrix[r * 3 + c]));
    let mut stages = Vec::new();
    if inputs == 3 && matrix != IDENTITY {
        stages.push(Stage::Matrix(matrix, [0.0; 3]));
    }
    stages.push(tables(inputs, input_points, &mut at)?);
    let (grid, size) = grid(bytes.get(at..)?, vec![usize::from(bytes[10]); inputs], outputs, wide)?;
    at += size;
    stages.push(Stage::Grid(grid));
    stages.push(tables(outputs, output_points, &mut at)?);
    Some(stages)
}

fn modern_stages(bytes: &[u8], inputs: usize, outputs: usize, to_pcs: bool) -> Option<Vec<Stage>> {
    let offset = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let curves = |at: usize, channels: usize| {
        let mut start = offset(at)?;
        if start == 0 {
            return Some(Vec::new());
        }
        let mut curves = Vec::new();
        for _ in 0..channels {
            let (curve, size) = Curve::read(bytes.get(start..)?)?;
            curves.push(curve);
            start = start.checked_add(size.next_multiple_of(4))?;
        }
        Some(vec![Stage::Curves(curves)])
    };
    let mut matrix = Vec::new();
    let start = offset(16)?;
    if start != 0 {
        let m: Vec<f32> = bytes.get(start..start.checked_add(48)?)?.chunks_exact(4).map(fixed).collect();
        matrix.push(Stage::Matrix(std::array::from_fn(|r| std::array::from_fn(|c| m[r * 3 + c])), [m[9], m[10], m[11]]));
    }
    let mut table = Vec::new();
    let start = offset(24)?;
    if start != 0 {
        let head = bytes.get(start..start.checked_add(20)?)?;
        let points = head[..inputs].iter().map(|&p| usize::from(p)).collect();
        table.push(Stage::Grid(grid(bytes.get(start + 20..)?, points, outputs, head[16] == 2)?.0));
    } else if inputs != outputs {
        return None;
    }
    // The profile connection space has three channels, as has every stage between it and the grid.
    let (device, pcs) = if to_pcs { (inputs, outputs) } else { (outputs, inputs) };
    if pcs != 3 {
        return None;
    }
    let (a, m, b) = (curves(28, device)?, curves(20, pcs)?, curves(12, pcs)?);
    let order = if to_pcs { [a, table, m, matrix, b] } else { [b, matrix, m, table, a] };
    Some(order.into_iter().flatten().collect())
}
