//! Photos of products, rendered by marching rays through distance functions: a bottle, a carton, a jar of cream and a doughnut.

use image::{Rgb, RgbImage};

type V = [f32; 3];

fn add(a: V, b: V) -> V {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn times(a: V, s: f32) -> V {
    a.map(|v| v * s)
}

fn dot(a: V, b: V) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(a: V) -> V {
    times(a, 1.0 / dot(a, a).sqrt().max(1e-6))
}

fn length2(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

fn smooth(edge0: f32, edge1: f32, x: f32) -> f32 {
    let t = ((x - edge0) / (edge1 - edge0)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn mix(a: V, b: V, t: f32) -> V {
    add(times(a, 1.0 - t), times(b, t))
}

/// A product: its distance function, the colour and gloss of a point, and where the camera is.
struct Product {
    distance: fn(V) -> f32,
    color: fn(V) -> (V, f32),
    backdrop: V,
    eye: V,
    target: V,
}

/// A cylinder about the vertical axis with rounded edges.
fn cylinder(p: V, radius: f32, bottom: f32, top: f32, round: f32) -> f32 {
    let d = [length2(p[0], p[2]) - radius + round, (p[1] - (bottom + top) / 2.0).abs() - (top - bottom) / 2.0 + round];
    d[0].max(d[1]).min(0.0) + length2(d[0].max(0.0), d[1].max(0.0)) - round
}

fn smallest(a: f32, b: f32, k: f32) -> f32 {
    let h = (0.5 + 0.5 * (b - a) / k).clamp(0.0, 1.0);
    b + (a - b) * h - k * h * (1.0 - h)
}

const BOTTLE: Product = Product {
    distance: |p| {
        let body = cylinder(p, 0.36, 0.0, 1.15, 0.09);
        let neck = cylinder(p, 0.12, 1.0, 1.72, 0.03);
        smallest(body, neck, 0.16).min(cylinder(p, 0.15, 1.66, 1.86, 0.03))
    },
    color: |p| match p[1] {
        y if y > 1.64 => ([0.82, 0.68, 0.35], 0.7),
        y if (0.28..0.92).contains(&y) => {
            let band = (y - 0.28) / 0.64;
            let is_line = (0.10..0.14).contains(&band) || (0.86..0.90).contains(&band);
            let is_mark = length2(p[0] / 0.16, (y - 0.64) / 0.13) < 1.0;
            (if is_line || is_mark { [0.55, 0.12, 0.10] } else { [0.93, 0.90, 0.82] }, 0.15)
        }
        _ => ([0.05, 0.22, 0.13], 0.9),
    },
    backdrop: [0.80, 0.80, 0.79],
    eye: [0.3, 1.25, 4.6],
    target: [0.0, 0.92, 0.0],
};

const CARTON: Product = Product {
    distance: |p| {
        let (s, c) = (0.45_f32.sin(), 0.45_f32.cos());
        let q = [p[0] * c - p[2] * s, p[1] - 0.7, p[0] * s + p[2] * c];
        let d = [q[0].abs() - 0.44, q[1].abs() - 0.66, q[2].abs() - 0.26];
        let out = d.map(|v| v.max(0.0));
        dot(out, out).sqrt() + d[0].max(d[1]).max(d[2]).min(0.0) - 0.04
    },
    color: |p| {
        let (s, c) = (0.45_f32.sin(), 0.45_f32.cos());
        let q = [p[0] * c - p[2] * s, p[1], p[0] * s + p[2] * c];
        let is_front = q[2] > 0.28;
        let is_sun = is_front && length2(q[0], q[1] - 0.88) < 0.22;
        let is_wave = is_front && q[1] < 0.42 + 0.05 * (q[0] * 9.0).sin();
        let paint = if is_sun {
            [0.98, 0.82, 0.25]
        } else if is_wave {
            [0.95, 0.95, 0.93]
        } else {
            [0.10, 0.42, 0.68]
        };
        (paint, 0.2)
    },
    backdrop: [0.86, 0.83, 0.79],
    eye: [0.6, 1.55, 4.2],
    target: [0.0, 0.66, 0.0],
};

const JAR: Product = Product {
    distance: |p| cylinder(p, 0.72, 0.0, 0.56, 0.08).min(cylinder(p, 0.74, 0.57, 0.84, 0.05)),
    color: |p| match p[1] {
        y if y > 0.56 => ([0.90, 0.72, 0.66], 0.55),
        y if (0.16..0.42).contains(&y) && p[0].abs() < 0.42 => ([0.72, 0.45, 0.42], 0.1),
        _ => ([0.95, 0.92, 0.90], 0.35),
    },
    backdrop: [0.74, 0.72, 0.72],
    eye: [0.2, 1.5, 3.9],
    target: [0.0, 0.40, 0.0],
};

const DOUGHNUT: Product = Product {
    distance: |p| length2(length2(p[0], p[2]) - 0.62, (p[1] - 0.33) * 1.05) - 0.33,
    color: |p| {
        let angle = p[2].atan2(p[0]);
        let edge = 0.36 + 0.05 * (angle * 7.0).sin();
        if p[1] < edge {
            return ([0.80, 0.55, 0.28], 0.05);
        }
        let ring = length2(p[0], p[2]);
        let (i, j) = ((angle * 9.0).floor(), (ring * 9.0).floor());
        let noise = ((i * 12.9 + j * 78.2).sin() * 43_758.547).fract().abs();
        let (u, v) = ((angle * 9.0).fract().abs(), (ring * 9.0).fract().abs());
        let is_sprinkle = noise > 0.45 && (u - 0.5).abs() < 0.32 && (v - 0.5).abs() < 0.14;
        let sprinkles = [[1.0, 0.95, 0.85], [0.35, 0.75, 0.85], [1.0, 0.85, 0.3]];
        (if is_sprinkle { sprinkles[(noise * 97.0) as usize % 3] } else { [0.93, 0.42, 0.58] }, 0.4)
    },
    backdrop: [0.82, 0.86, 0.87],
    eye: [0.0, 2.3, 3.4],
    target: [0.0, 0.22, 0.0],
};

const SIDE: u32 = 640;
const LIGHT: V = [-0.48, 0.76, 0.44];

/// The rendered photos by name.
pub fn all() -> Vec<(&'static str, RgbImage)> {
    [("bottle", &BOTTLE), ("carton", &CARTON), ("jar", &JAR), ("doughnut", &DOUGHNUT)].map(|(name, product)| (name, photo(product))).into()
}

fn photo(product: &Product) -> RgbImage {
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let mut sum = [0.0; 3];
        for sample in 0..4 {
            let at = [(x as f32 + 0.25 + 0.5 * (sample % 2) as f32), (y as f32 + 0.25 + 0.5 * (sample / 2) as f32)];
            sum = add(sum, shade(product, at));
        }
        Rgb(times(sum, 0.25).map(|v| (v.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0 + 0.5) as u8))
    })
}

fn shade(product: &Product, [px, py]: [f32; 2]) -> V {
    let forward = unit(add(product.target, times(product.eye, -1.0)));
    let right = unit([-forward[2], 0.0, forward[0]]);
    let up = [
        right[1] * forward[2] - right[2] * forward[1],
        right[2] * forward[0] - right[0] * forward[2],
        right[0] * forward[1] - right[1] * forward[0],
    ];
    let (u, v) = (px / SIDE as f32 * 2.0 - 1.0, 1.0 - py / SIDE as f32 * 2.0);
    let ray = unit(add(add(times(forward, 2.6), times(right, u)), times(up, v)));
    let mut t = 0.0;
    for _ in 0..110 {
        let p = add(product.eye, times(ray, t));
        let d = (product.distance)(p);
        if d < 0.0008 {
            return surface(product, p, ray);
        }
        t += d * 0.8;
        if t > 9.0 {
            break;
        }
    }
    ground(product, ray, v)
}

fn surface(product: &Product, p: V, ray: V) -> V {
    let e = 0.002;
    let d = |q: V| (product.distance)(q);
    let slope = |axis: usize| {
        let mut step = [0.0; 3];
        step[axis] = e;
        d(add(p, step)) - d(add(p, times(step, -1.0)))
    };
    let normal = unit([slope(0), slope(1), slope(2)]);
    let (color, gloss) = (product.color)(p);
    let paint = color.map(|v| v.powf(2.2));
    let light = unit(LIGHT);
    let lit = dot(normal, light).max(0.0) * 0.75 + 0.32 + 0.12 * normal[1];
    let mirrored = add(ray, times(normal, -2.0 * dot(ray, normal)));
    let window =
        smooth(0.72, 0.9, dot(mirrored, unit([-0.75, 0.4, 0.55]))) + 0.5 * smooth(0.8, 0.95, dot(mirrored, unit([0.9, 0.25, 0.35])));
    let fresnel = 0.06 + 0.5 * (1.0 + dot(ray, normal)).clamp(0.0, 1.0).powi(4);
    add(times(paint, lit), times([1.0; 3], gloss * (0.55 * window * (0.35 + fresnel) + 0.25 * fresnel)))
}

/// The floor with a soft shadow, which becomes the wall without an edge.
fn ground(product: &Product, ray: V, v: f32) -> V {
    let wall = product.backdrop.map(|c| (c * (0.93 + 0.05 * v)).powf(2.2));
    if ray[1] >= -0.01 {
        return wall;
    }
    let t = -product.eye[1] / ray[1];
    let p = add(product.eye, times(ray, t));
    let mut shadow = 1.0_f32;
    let mut s = 0.03;
    for _ in 0..28 {
        let d = (product.distance)(add(p, times(unit(LIGHT), s)));
        shadow = shadow.min(0.5 + 0.5 * d / (0.28 * s).max(0.02)).max(0.0);
        s += d.max(0.03);
    }
    let contact = smooth(0.0, 0.22, (product.distance)(add(p, [0.0, 0.02, 0.0])));
    let dark = (0.62 + 0.38 * shadow.clamp(0.0, 1.0)) * (0.6 + 0.4 * contact);
    mix(times(wall, dark), wall, smooth(2.5, 7.0, length2(p[0], p[2])))
}
