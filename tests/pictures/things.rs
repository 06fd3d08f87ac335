//! The bodies that the panel photographs: containers, tableware, boxes, clothes, vehicles, and what is hard to cut out: glass, strands, spokes, handles.

use super::render::{Near, Surface, Thing, glass, matt, metal, shiny};
use super::vector::{V, block, capsule, cylinder, ellipsoid, frustum, hash, ring, section, smooth_min, sphere, turbulence};

fn nearest(parts: &[Near]) -> Near {
    parts.iter().copied().fold((f32::MAX, 0), |a, b| if b.0 < a.0 { b } else { a })
}

fn thing(shape: fn(V) -> Near, surface: fn(u8, V) -> Surface, height: f32, radius: f32) -> Thing {
    Thing { shape, surface, centre: V(0.0, height, 0.0), radius }
}

/// Lines that look like printing on a label of the given middle and half height; `along` runs across it.
fn print(along: f32, y: f32, middle: f32, half: f32) -> bool {
    let v = (y - middle) / half;
    let big = (-0.15..0.45).contains(&v)
        && along.abs() < 0.75
        && hash((along * 11.0).floor() as i32, 5, 1) > 0.28
        && (along * 11.0).rem_euclid(1.0) < 0.8;
    let small = (-0.6..-0.3).contains(&v)
        && along.abs() < 0.6
        && (v * 14.0).rem_euclid(1.0) < 0.5
        && hash((along * 30.0).floor() as i32, (v * 14.0).floor() as i32, 2) > 0.35;
    big || small
}

pub fn bottle() -> Thing {
    fn shape(p: V) -> Near {
        let q = p - V(0.0, 0.62, 0.0);
        let body = cylinder(q, 0.30, 0.62, 0.06);
        let neck = cylinder(p - V(0.0, 1.55, 0.0), 0.10, 0.38, 0.02);
        let cap = cylinder(p - V(0.0, 1.93, 0.0), 0.13, 0.14, 0.02);
        nearest(&[(smooth_min(body, neck, 0.28), 1), (cap, 2)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        match kind {
            2 => metal(0.85, 0.66, 0.32),
            _ if (p.1 - 0.62).abs() < 0.36 && print(p.0.atan2(p.2) * 0.9, p.1, 0.62, 0.36) => matt(0.10, 0.12, 0.10),
            _ if (p.1 - 0.62).abs() < 0.36 => matt(0.88, 0.84, 0.74),
            _ => shiny(0.05, 0.20, 0.12),
        }
    }
    thing(shape, surface, 1.04, 1.12)
}

pub fn glass_bottle() -> Thing {
    fn shape(p: V) -> Near {
        let outside = smooth_min(cylinder(p - V(0.0, 0.55, 0.0), 0.33, 0.55, 0.10), cylinder(p - V(0.0, 1.3, 0.0), 0.11, 0.3, 0.02), 0.2);
        let cap = cylinder(p - V(0.0, 1.62, 0.0), 0.15, 0.14, 0.03);
        let label = cylinder(p - V(0.0, 0.55, 0.0), 0.337, 0.26, 0.002).max(-p.2 - 0.02);
        nearest(&[(outside, 1), (cap, 2), (label, 3)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        match kind {
            1 => glass(0.35, 0.75, 0.55, 0.86),
            2 => shiny(0.08, 0.08, 0.09),
            _ if print(p.0.atan2(p.2) * 0.9, p.1, 0.55, 0.26) => matt(0.15, 0.35, 0.25),
            _ => matt(0.92, 0.92, 0.88),
        }
    }
    thing(shape, surface, 0.88, 0.98)
}

pub fn wine_glass() -> Thing {
    fn shape(p: V) -> Near {
        let q = p - V(0.0, 1.35, 0.0);
        let bowl = (ellipsoid(q, V(0.42, 0.62, 0.42)).abs() - 0.012).max(q.1 - 0.36);
        let wine = ellipsoid(q, V(0.395, 0.595, 0.395)).max(q.1 + 0.02);
        let stem = capsule(p, V(0.0, 0.05, 0.0), V(0.0, 0.75, 0.0), 0.035);
        let foot = frustum(p - V(0.0, 0.03, 0.0), 0.36, 0.05, 0.03, 0.01);
        nearest(&[(bowl, 1), (wine, 2), (smooth_min(stem, foot, 0.08), 1)])
    }
    fn surface(kind: u8, _: V) -> Surface {
        if kind == 2 { shiny(0.28, 0.02, 0.05) } else { glass(0.80, 0.85, 0.85, 0.92) }
    }
    thing(shape, surface, 0.86, 0.96)
}

pub fn jar() -> Thing {
    fn shape(p: V) -> Near {
        let body = cylinder(p - V(0.0, 0.32, 0.0), 0.56, 0.32, 0.08);
        let lid = cylinder(p - V(0.0, 0.80, 0.0), 0.58, 0.17, 0.03);
        nearest(&[(body, 1), (lid, 2)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        match kind {
            2 => metal(0.92, 0.70, 0.58),
            _ if print(p.0.atan2(p.2) * 0.9, p.1, 0.32, 0.24) => matt(0.35, 0.25, 0.22),
            _ => shiny(0.93, 0.84, 0.80),
        }
    }
    thing(shape, surface, 0.49, 0.78)
}

pub fn mug() -> Thing {
    fn shape(p: V) -> Near {
        let q = p - V(0.0, 0.5, 0.0);
        let inside = cylinder(q - V(0.0, 0.1, 0.0), 0.39, 0.5, 0.02);
        let body = cylinder(q, 0.45, 0.5, 0.05).max(-inside);
        let h = V(q.0 - 0.5, q.2, q.1);
        let handle = (ring(h, 0.27, 0.06)).max(0.42 - q.0.hypot(q.2));
        let drink = cylinder(q + V(0.0, 0.06, 0.0), 0.40, 0.40, 0.0);
        nearest(&[(smooth_min(body, handle, 0.05), 1), (drink, 2)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        if kind == 2 {
            return shiny(0.16, 0.08, 0.04);
        }
        if (0.42..0.62).contains(&p.1) { shiny(0.85, 0.35, 0.20) } else { shiny(0.90, 0.88, 0.82) }
    }
    Thing { centre: V(0.12, 0.5, 0.0), ..thing(shape, surface, 0.5, 0.86) }
}

pub fn bowl() -> Thing {
    fn shape(p: V) -> Near {
        let q = p - V(0.0, 0.62, 0.0);
        let shell = ((sphere(q, 0.62)).abs() - 0.03).max(q.1 - 0.02);
        let foot = cylinder(p - V(0.0, 0.04, 0.0), 0.26, 0.05, 0.01);
        let berry = (0..14).map(|i| {
            let a = i as f32 * 2.4;
            let r = 0.13 * (i as f32).sqrt();
            (sphere(q - V(r * a.cos(), 0.02 - 0.18 * r, r * a.sin()), 0.14 + 0.02 * hash(i, 1, 1)), 2)
        });
        berry.fold(nearest(&[(smooth_min(shell, foot, 0.05), 1)]), |a, b| if b.0 < a.0 { b } else { a })
    }
    fn surface(kind: u8, p: V) -> Surface {
        if kind == 1 {
            return shiny(0.25, 0.38, 0.48);
        }
        let v = hash((p.0 * 4.0).floor() as i32, 1, (p.2 * 4.0).floor() as i32);
        if v > 0.5 { shiny(0.72, 0.08, 0.08) } else { shiny(0.85, 0.42, 0.06) }
    }
    thing(shape, surface, 0.38, 0.78)
}

pub fn plate() -> Thing {
    fn shape(p: V) -> Near {
        let disc = section(p.0.hypot(p.2), p.1 - 0.05 - 0.06 * (p.0.hypot(p.2) - 0.5).max(0.0), (0.95, 0.035), 0.03);
        let cake = cylinder(p - V(0.05, 0.2, 0.0), 0.5, 0.16, 0.08);
        let slice = cake.max(-((p.0 - 0.05) * 0.5 + p.2 * 0.86).min((p.0 - 0.05) * 0.6 - p.2 * 0.8));
        let berry = (0..7).map(|i| (i as f32 * 0.9).sin_cos()).map(|(s, c)| (sphere(p - V(0.05 + 0.3 * c, 0.42, 0.3 * s), 0.1), 3));
        berry.fold(nearest(&[(disc, 1), (slice, 2)]), |a, b| if b.0 < a.0 { b } else { a })
    }
    fn surface(kind: u8, p: V) -> Surface {
        match kind {
            1 => shiny(0.88, 0.88, 0.90),
            2 if p.1 > 0.34 => matt(0.92, 0.82, 0.66),
            2 => matt(0.60 + 0.15 * turbulence(p * 9.0), 0.38, 0.18),
            _ => shiny(0.70, 0.05, 0.12),
        }
    }
    thing(shape, surface, 0.12, 1.02)
}

pub fn carton() -> Thing {
    fn shape(p: V) -> Near {
        (block(p - V(0.0, 0.75, 0.0), V(0.48, 0.75, 0.24), 0.012), 1)
    }
    fn surface(_: u8, p: V) -> Surface {
        if p.2 > 0.23 && print(p.0 * 1.7, p.1, 0.85, 0.45) {
            return matt(0.95, 0.92, 0.80);
        }
        if (0.16..0.30).contains(&p.1) { matt(0.95, 0.75, 0.20) } else { matt(0.12, 0.30, 0.52) }
    }
    thing(shape, surface, 0.75, 0.94)
}

pub fn two_tubes() -> Thing {
    fn shape(p: V) -> Near {
        let tube = |q: V, h: f32| {
            let t = (q.1 / h).clamp(0.0, 1.0);
            block(q - V(0.0, h / 2.0 + 0.1, 0.0), V(0.16 + 0.07 * t, h / 2.0, (0.16 * (1.0 - t)).max(0.015)), 0.014) * 0.8
        };
        let cap = |q: V| cylinder(q - V(0.0, 0.09, 0.0), 0.15, 0.09, 0.02);
        let (a, b) = (p - V(-0.42, 0.0, 0.0), p - V(0.42, 0.0, 0.05));
        nearest(&[(tube(a, 1.1), 1), (cap(a), 3), (tube(b, 0.85), 2), (cap(b), 3)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        match kind {
            1 if print((p.0 + 0.42) * 4.5, p.1, 0.72, 0.3) => matt(0.95, 0.95, 0.95),
            2 if print((p.0 - 0.42) * 4.5, p.1, 0.60, 0.25) => matt(0.20, 0.20, 0.25),
            1 => shiny(0.20, 0.45, 0.55),
            2 => shiny(0.93, 0.80, 0.45),
            _ => shiny(0.92, 0.92, 0.92),
        }
    }
    thing(shape, surface, 0.58, 0.86)
}

pub fn ball() -> Thing {
    fn shape(p: V) -> Near {
        (sphere(p - V(0.0, 0.6, 0.0), 0.6), 1)
    }
    fn surface(_: u8, p: V) -> Surface {
        let q = (p - V(0.0, 0.6, 0.0)).turned(25.0).tipped(20.0);
        let seam = q.0.abs() < 0.014 || q.1.abs() < 0.014 || (q.0.abs() - 0.30 - 0.35 * q.1 * q.1).abs() < 0.014;
        if seam { matt(0.05, 0.04, 0.04) } else { matt(0.80, 0.33 + 0.04 * turbulence(q * 30.0), 0.10) }
    }
    thing(shape, surface, 0.6, 0.62)
}

pub fn shirt() -> Thing {
    fn shape(p: V) -> Near {
        let sag = 0.015 * (p.0 * 9.0 + 2.0 * p.1).sin() + 0.012 * (p.1 * 7.0 - p.0 * 3.0).sin();
        let q = V(p.0, p.1 - 0.9, p.2 - sag);
        let body = block(q + V(0.0, 0.1, 0.0), V(0.46 + 0.02 * q.1, 0.68, 0.05), 0.05);
        let s = V(q.0.abs() - 0.56, q.1 - 0.34, q.2).leaned(-38.0);
        let sleeve = block(s, V(0.17, 0.25, 0.05), 0.05);
        let neck = ellipsoid(q - V(0.0, 0.62, 0.0), V(0.17, 0.14, 0.5));
        (smooth_min(body, sleeve, 0.08).max(-neck) * 0.8, 1)
    }
    fn surface(_: u8, p: V) -> Surface {
        let q = V(p.0, p.1 - 1.02, 0.0);
        if sphere(q, 0.2) < 0.0 && sphere(q - V(0.07, 0.05, 0.0), 0.16) > 0.0 { matt(0.95, 0.80, 0.25) } else { matt(0.16, 0.22, 0.42) }
    }
    thing(shape, surface, 0.85, 0.95)
}

pub fn lying_shirt() -> Thing {
    fn shape(p: V) -> Near {
        (shirt().shape)(V(p.0, 0.85 - p.2, p.1 - 0.06))
    }
    fn surface(kind: u8, p: V) -> Surface {
        (shirt().surface)(kind, V(p.0, 0.85 - p.2, p.1))
    }
    thing(shape, surface, 0.05, 0.95)
}

pub fn car() -> Thing {
    fn shape(p: V) -> Near {
        let q = V(p.0, p.1, p.2.abs());
        let body = block(p - V(0.0, 0.30, 0.0), V(0.95, 0.17, 0.40), 0.10);
        let roof = block(p - V(-0.08, 0.55, 0.0), V(0.50 - 0.5 * (p.1 - 0.5).max(0.0), 0.16, 0.34), 0.12);
        let wheel = |x: f32| (V(q.0 - x, q.2 - 0.36, q.1 - 0.17), x);
        let tyre = [wheel(-0.58), wheel(0.60)].map(|(w, _)| cylinder(w, 0.17, 0.07, 0.03));
        let rims = [wheel(-0.58), wheel(0.60)].map(|(w, _)| cylinder(w, 0.10, 0.075, 0.01));
        nearest(&[(smooth_min(body, roof, 0.14) * 0.9, 1), (tyre[0].min(tyre[1]), 2), (rims[0].min(rims[1]), 3)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        let side = (0.50..0.63).contains(&p.1) && (-0.48..0.34).contains(&p.0) && (p.0 + 0.05).abs() > 0.02;
        let front = (0.50..0.63).contains(&p.1) && p.2.abs() < 0.26;
        match kind {
            2 => matt(0.05, 0.05, 0.05),
            3 => metal(0.75, 0.75, 0.78),
            _ if side || front => shiny(0.06, 0.08, 0.10),
            _ if p.0 > 0.90 && (0.28..0.38).contains(&p.1) && p.2.abs() > 0.2 => shiny(0.95, 0.92, 0.75),
            _ => shiny(0.62, 0.06, 0.06),
        }
    }
    thing(shape, surface, 0.38, 1.02)
}

pub fn bicycle() -> Thing {
    fn shape(p: V) -> Near {
        let wheel = |x: f32| {
            let w = V(p.0 - x, p.2, p.1 - 0.42);
            let (s, _) = w.repeated(14.0);
            (ring(w, 0.39, 0.028), capsule(s, V(0.03, 0.0, 0.0), V(0.38, 0.0, 0.0), 0.0055), sphere(w, 0.035))
        };
        let (a, b) = (wheel(-0.62), wheel(0.62));
        let rod = |x: (f32, f32), y: (f32, f32), r: f32| capsule(p, V(x.0, x.1, 0.0), V(y.0, y.1, 0.0), r);
        let frame = rod((-0.62, 0.42), (-0.12, 0.40), 0.022)
            .min(rod((-0.12, 0.40), (-0.25, 0.90), 0.026))
            .min(rod((-0.62, 0.42), (-0.24, 0.85), 0.02))
            .min(rod((-0.12, 0.40), (0.42, 0.86), 0.03))
            .min(rod((-0.22, 0.82), (0.41, 0.90), 0.026))
            .min(rod((0.62, 0.42), (0.40, 0.98), 0.022));
        let bar = rod((0.40, 0.98), (0.38, 1.06), 0.02).min(capsule(p, V(0.38, 1.06, -0.26), V(0.38, 1.06, 0.26), 0.02));
        let saddle = ellipsoid(p - V(-0.27, 0.98, 0.0), V(0.15, 0.04, 0.07));
        let crank = cylinder(V(p.0 + 0.12, p.2, p.1 - 0.40), 0.09, 0.015, 0.005);
        nearest(&[(a.0.min(b.0), 1), (a.1.min(b.1).min(a.2).min(b.2), 2), (frame, 3), (saddle, 4), (bar, 4), (crank, 2)])
    }
    fn surface(kind: u8, _: V) -> Surface {
        match kind {
            1 | 4 => matt(0.06, 0.05, 0.05),
            2 => metal(0.55, 0.55, 0.58),
            _ => shiny(0.05, 0.42, 0.40),
        }
    }
    thing(shape, surface, 0.53, 1.12)
}

pub fn brush() -> Thing {
    fn shape(p: V) -> Near {
        let handle = capsule(p, V(0.0, 0.14, 0.0), V(0.0, 0.85, 0.0), 0.09 + 0.03 * (p.1 * 4.0).sin());
        let ferrule = frustum(p - V(0.0, 1.0, 0.0), 0.11, 0.17, 0.18, 0.01);
        let foot = cylinder(p - V(0.0, 0.03, 0.0), 0.16, 0.03, 0.01);
        // Strands of three rings that spread towards their tips.
        let q = p - V(0.0, 1.15, 0.0);
        let strand = |n: f32, start: f32, end: f32, top: f32| {
            let (s, sector) = q.repeated(n);
            let wild = 0.12 * (hash(sector as i32, n as i32, 3) - 0.5);
            capsule(s, V(start, 0.0, 0.0), V(end + wild, top + wild, wild * 0.5), 0.0075)
        };
        let hair = strand(40.0, 0.15, 0.46, 0.62)
            .min(strand(31.0, 0.12, 0.33, 0.74))
            .min(strand(19.0, 0.08, 0.18, 0.82))
            .min(strand(9.0, 0.03, 0.06, 0.86));
        let core = ellipsoid(q - V(0.0, 0.2, 0.0), V(0.2, 0.36, 0.2));
        nearest(&[(smooth_min(handle, foot, 0.06), 1), (ferrule, 2), (hair * 0.7, 3), (core, 3)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        match kind {
            1 => shiny(0.10, 0.09, 0.10),
            2 => metal(0.90, 0.68, 0.50),
            _ => matt(0.36 + 0.1 * turbulence(p * 20.0), 0.18, 0.12),
        }
    }
    thing(shape, surface, 1.0, 1.06)
}

pub fn plant() -> Thing {
    fn shape(p: V) -> Near {
        let pot = frustum(p - V(0.0, 0.28, 0.0), 0.24, 0.34, 0.28, 0.03);
        let q = p - V(0.0, 0.56, 0.0);
        let leaves = |n: f32, reach: f32, top: f32, shift: f32| {
            let (s, sector) = q.turned(shift).repeated(n);
            let t = (s.0 / reach).clamp(0.0, 1.0);
            let rise = top * (1.0 - (1.0 - t) * (1.0 - t)) - 0.22 * t * t * (1.0 + hash(sector as i32, n as i32, 4));
            let width = 0.085 * (t * (1.02 - t) * 4.0).max(0.0).sqrt();
            let d = V((s.0 - reach / 2.0).abs() - reach / 2.0, (s.1 - rise).abs() - 0.008, s.2.abs() - width);
            (V(d.0.max(0.0), d.1.max(0.0), d.2.max(0.0)).length() + d.0.max(d.1).max(d.2).min(0.0)) * 0.5
        };
        nearest(&[(pot, 1), (leaves(9.0, 0.72, 0.55, 0.0), 2), (leaves(6.0, 0.42, 0.95, 20.0), 2)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        if kind == 1 { matt(0.80, 0.78, 0.74) } else { matt(0.10 + 0.06 * turbulence(p * 8.0), 0.36 + 0.12 * turbulence(p * 5.0), 0.12) }
    }
    thing(shape, surface, 0.72, 0.98)
}

pub fn teapot() -> Thing {
    fn shape(p: V) -> Near {
        let q = p - V(0.0, 0.45, 0.0);
        let body = ellipsoid(q, V(0.56, 0.45, 0.56)).max(-p.1);
        let lid = ellipsoid(p - V(0.0, 0.86, 0.0), V(0.28, 0.09, 0.28)).min(sphere(p - V(0.0, 0.99, 0.0), 0.07));
        let spout = capsule(p, V(0.48, 0.38, 0.0), V(0.88, 0.78, 0.0), 0.075);
        let h = V(p.0 + 0.58, p.2, p.1 - 0.5);
        let handle = ring(h, 0.26, 0.045).max(0.42 - V(p.0, p.1 - 0.45, p.2).length());
        let foot = cylinder(p - V(0.0, 0.03, 0.0), 0.3, 0.03, 0.01);
        nearest(&[(smooth_min(smooth_min(body, spout, 0.12), handle, 0.04).min(foot), 1), (lid, 2)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        if kind == 2 || (p.1 - 0.45).abs() < 0.025 { shiny(0.15, 0.25, 0.50) } else { shiny(0.86, 0.86, 0.84) }
    }
    thing(shape, surface, 0.5, 0.98)
}

pub fn headphones() -> Thing {
    fn shape(p: V) -> Near {
        let q = p - V(0.0, 0.75, 0.0);
        let band = ring(V(q.0, q.2, q.1), 0.58, 0.05).max(-q.1 - 0.1);
        let cup = V(q.0.abs() - 0.56, q.1 + 0.28, q.2);
        let pad = cylinder(V(cup.1, cup.0, cup.2), 0.30, 0.10, 0.07);
        let arm = capsule(V(q.0.abs(), q.1, q.2), V(0.57, -0.1, 0.0), V(0.60, -0.28, 0.0), 0.04);
        nearest(&[(band, 1), (pad, 2), (arm, 3)])
    }
    fn surface(kind: u8, _: V) -> Surface {
        match kind {
            1 => matt(0.10, 0.10, 0.11),
            2 => matt(0.20, 0.19, 0.19),
            _ => metal(0.80, 0.80, 0.82),
        }
    }
    thing(shape, surface, 0.76, 0.98)
}

pub fn spectacles() -> Thing {
    fn shape(p: V) -> Near {
        let q = V(p.0.abs(), p.1 - 0.27, p.2);
        let eye = V(q.0 - 0.42, q.2 - 0.45, q.1);
        let frame = ring(V(eye.0, eye.1, eye.2 * 1.15), 0.30, 0.032);
        let lens = cylinder(V(eye.0, eye.1, eye.2 * 1.15), 0.29, 0.004, 0.0);
        let bridge = capsule(q, V(0.0, 0.08, 0.45), V(0.13, 0.08, 0.45), 0.026);
        let temple = capsule(q, V(0.71, 0.08, 0.43), V(0.68, 0.05, -0.55), 0.024).min(capsule(
            q,
            V(0.68, 0.05, -0.55),
            V(0.66, -0.23, -0.72),
            0.024,
        ));
        nearest(&[(frame * 0.85, 1), (lens, 2), (bridge.min(temple), 1)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        if kind == 2 { glass(0.30, 0.22, 0.15, 0.55) } else { shiny(0.16 + 0.2 * turbulence(p * 7.0), 0.09, 0.04) }
    }
    thing(shape, surface, 0.28, 0.98)
}

pub fn chair() -> Thing {
    fn shape(p: V) -> Near {
        let q = V(p.0.abs(), p.1, p.2.abs());
        let seat = block(p - V(0.0, 0.72, 0.0), V(0.38, 0.035, 0.36), 0.03);
        let legs = capsule(q, V(0.38, 0.0, 0.36), V(0.30, 0.70, 0.28), 0.028);
        let posts = capsule(V(q.0, p.1, p.2), V(0.32, 0.72, -0.33), V(0.34, 1.42, -0.44), 0.026);
        let slats = [1.0f32, 1.18, 1.36].map(|y| block(p - V(0.0, y, -0.37 - 0.12 * (y - 1.0)), V(0.34, 0.05, 0.014), 0.012));
        nearest(&[(seat, 1), (legs.min(posts), 2), (slats[0].min(slats[1]).min(slats[2]), 1)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        let rings = turbulence(V(p.0 * 2.0, p.1 * 20.0, p.2 * 20.0));
        if kind == 1 { matt(0.62 - 0.15 * rings, 0.40 - 0.10 * rings, 0.20) } else { matt(0.50, 0.32, 0.16) }
    }
    thing(shape, surface, 0.72, 0.92)
}

pub fn cream() -> Thing {
    fn shape(p: V) -> Near {
        let q = V(p.0, p.2, -(p.1 - 0.13)).turned(0.0).leaned(24.0);
        let t = ((q.1 + 0.6) / 1.3).clamp(0.0, 1.0);
        let tube = block(q - V(0.0, 0.05, 0.0), V(0.20 + 0.10 * t, 0.65, (0.12 * (1.0 - t)).max(0.02)), 0.02) * 0.8;
        let cap = cylinder(q + V(0.0, 0.72, 0.0), 0.15, 0.13, 0.02);
        nearest(&[(tube, 1), (cap, 2)])
    }
    fn surface(kind: u8, p: V) -> Surface {
        let q = V(p.0, p.2, 0.0).leaned(24.0);
        if kind == 1 && print(q.1 * 1.6, q.0, 0.0, 0.2) {
            matt(0.90, 0.30, 0.40)
        } else if kind == 1 {
            shiny(0.96, 0.93, 0.92)
        } else {
            shiny(0.90, 0.50, 0.55)
        }
    }
    thing(shape, surface, 0.12, 0.95)
}
