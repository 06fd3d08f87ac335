#![allow(clippy::disallowed_methods)]
use std::time::Instant;

use image::{Rgb, RgbaImage};

use super::*;
use crate::backend::Quiet;
use crate::cancel::CancelToken;
use crate::imaging::blur::gaussian_plane;
use crate::imaging::resize::resize_plane;

fn segment(photo: &RgbImage) -> Matte {
    let cancel = CancelToken::default();
    Segmenter::new().segment(photo, StageCx { cancel: &cancel, observer: &Quiet }).unwrap()
}

fn noise(x: u32, y: u32) -> f32 {
    let mut n = x.wrapping_mul(374_761_393).wrapping_add(y.wrapping_mul(668_265_263));
    n = (n ^ (n >> 13)).wrapping_mul(1_274_126_177);
    ((n ^ (n >> 16)) & 0xFFFF) as f32 / 65_536.0
}

/// Signed distance in units of the picture's height, negative inside.
fn shape(kind: usize, u: f32, v: f32) -> f32 {
    let round_box = |u: f32, v: f32, a: f32, b: f32, r: f32| {
        let (dx, dy) = (u.abs() - a + r, v.abs() - b + r);
        dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - r
    };
    match kind {
        0 => u.hypot(v) - 0.3,
        1 => round_box(u, v, 0.22, 0.33, 0.05),
        _ => round_box(u, v - 0.1, 0.14, 0.27, 0.06).min(round_box(u, v + 0.2, 0.05, 0.2, 0.02)),
    }
}

/// Photo, true alpha and true foreground colours.
fn product(kind: usize, textured: bool, n: u32) -> (RgbImage, Plane, RgbImage) {
    let mut alpha = Plane::new(n as usize, n as usize, 0.0);
    let mut front = RgbImage::new(n, n);
    let photo = RgbImage::from_fn(n, n, |x, y| {
        let (u, v) = ((x as f32 + 0.5) / n as f32 - 0.5, (y as f32 + 0.5) / n as f32 - 0.5);
        let a = (0.5 - shape(kind, u, v) * n as f32).clamp(0.0, 1.0);
        alpha.data[(y * n + x) as usize] = a;
        let shade = 0.75 + 0.9 * u;
        let f = [[200.0, 40.0, 40.0], [40.0, 110.0, 190.0], [30.0, 120.0, 60.0]][kind].map(|c: f32| (c * shade).min(255.0));
        let grain = if textured { 40.0 * (noise(x / 3, y / 3) - 0.5) + 15.0 * (v * 60.0).sin() } else { 0.0 };
        let b = [205.0 + grain, 190.0 + grain - 30.0 * v, 165.0 + grain];
        front.put_pixel(x, y, Rgb(f.map(|c| c as u8)));
        Rgb(std::array::from_fn(|c| (a * f[c] + (1.0 - a) * b[c] + 3.0 * noise(x + 7, y + 3 * c as u32)).clamp(0.0, 255.0) as u8))
    });
    (photo, alpha, front)
}

/// Overlap of the soft mattes (Σ min / Σ max: at 0.5 a row of half covered pixels would count all or nothing), and the mean absolute error of alpha within 4 pixels of the true edge.
fn score(got: &Plane, truth: &Plane) -> (f64, f64) {
    let (mut both, mut any, mut error, mut band) = (0.0, 0.0, 0.0, 0);
    let blurred = gaussian_plane(truth, 2.0);
    for ((&g, &t), &b) in got.data.iter().zip(&truth.data).zip(&blurred.data) {
        both += f64::from(g.min(t));
        any += f64::from(g.max(t));
        if b > 0.02 && b < 0.98 {
            error += f64::from((g - t).abs());
            band += 1;
        }
    }
    (both / f64::max(any, 1.0), error / band.max(1) as f64)
}

#[test]
fn refinement_follows_the_true_edge() {
    for n in [16u32, 64, 512, 1024, 1500] {
        for kind in 0..3 {
            for textured in [false, true] {
                let (photo, truth, front) = product(kind, textured, n);
                let coarse = gaussian_plane(&resize_plane(&truth, 320, 320, Filter::Triangle), 2.0);
                let start = Instant::now();
                let matte = matting::refine(&photo, &coarse, &CancelToken::default()).unwrap();
                let ms = start.elapsed().as_millis();
                let (iou, edge) = score(&matte.alpha, &truth);
                let (mut halo, mut count) = (0.0, 0);
                for (i, &t) in truth.data.iter().enumerate().filter(|&(_, &t)| t > 0.2 && t < 0.9) {
                    let (g, f) = (&matte.foreground.as_raw()[i * 3..i * 3 + 3], &front.as_raw()[i * 3..i * 3 + 3]);
                    let _ = t;
                    halo += (0..3).map(|c| f64::from(g[c].abs_diff(f[c]))).sum::<f64>() / 3.0;
                    count += 1;
                }
                let halo = halo / f64::from(count.max(1));
                println!("{n} kind {kind} textured {textured}: IoU {iou:.4}, edge error {edge:.4}, halo {halo:.1}/255, {ms} ms");
                // Of a product 7 pixels wide, half is edge: there it only has to hold together.
                let least = if n < 32 { 0.85 } else { 0.97 };
                assert!(iou >= least, "{iou}");
                assert!(halo < 25.0, "{halo}");
            }
        }
    }
}

#[test]
fn network_and_refinement_find_products() {
    for kind in 0..3 {
        for textured in [false, true] {
            let (photo, truth, _) = product(kind, textured, 640);
            let (iou, edge) = score(&segment(&photo).alpha, &truth);
            println!("network, kind {kind} textured {textured}: IoU {iou:.4}, edge error {edge:.4}");
            assert!(iou >= 0.97, "{iou}");
        }
    }
}

#[test]
fn there_is_always_a_matte() {
    let plain = |n: u32, m: u32| RgbImage::from_pixel(n, m, Rgb([120, 130, 140]));
    for photo in [plain(16, 16), plain(1, 1), plain(3, 500), RgbImage::from_fn(90, 60, |x, y| Rgb([(noise(x, y) * 255.0) as u8; 3]))] {
        let matte = segment(&photo);
        assert_eq!((matte.alpha.width as u32, matte.alpha.height as u32), photo.dimensions());
        assert!(matte.alpha.data.iter().any(|&v| v > 0.3) && matte.alpha.data.iter().all(|v| (0.0..=1.0).contains(v)));
        assert_eq!(matte.foreground.dimensions(), photo.dimensions());
    }
    let mut spot = plain(200, 150);
    for y in 60..90 {
        for x in 80..130 {
            spot.put_pixel(x, y, Rgb([250, 240, 60]));
        }
    }
    let mask = fallback::by_border_colour(&spot).unwrap();
    assert_eq!(mask.data.iter().filter(|&&v| v > 0.5).count(), 30 * 50);
}

#[test]
fn alpha_of_the_input_is_kept_and_colours_spread() {
    let rgba = RgbaImage::from_fn(33, 20, |x, _| image::Rgba(if x < 10 { [200, 100, 50, (x * 25) as u8 + 5] } else { [0, 255, 255, 0] }));
    let matte = matting::from_alpha(&rgba);
    assert!((matte.alpha.at(4, 4) - 105.0 / 255.0).abs() < 1e-6 && matte.alpha.at(20, 3) == 0.0);
    assert!(matte.foreground.pixels().all(|p| { p.0.iter().zip([200u8, 100, 50]).all(|(a, b)| a.abs_diff(b) <= 1) }));
    assert_eq!(matting::from_alpha(&RgbaImage::new(1, 1)).alpha.data, [0.0]);
}

/// The outline of cup, saucer and spoon in the bundled photo, drawn by hand.
const COFFEE: &[(f32, f32)] = &[
    (173.2, 102.7),
    (175.0, 89.3),
    (179.5, 75.9),
    (187.5, 62.5),
    (198.7, 50.0),
    (214.3, 37.9),
    (232.1, 28.1),
    (250.0, 22.3),
    (267.9, 19.2),
    (285.7, 18.3),
    (303.6, 19.2),
    (321.4, 21.9),
    (339.3, 26.8),
    (357.1, 34.4),
    (372.8, 43.8),
    (384.8, 53.6),
    (393.8, 64.7),
    (397.3, 70.5),
    (404.0, 67.4),
    (412.9, 67.4),
    (421.9, 72.3),
    (424.1, 79.5),
    (421.4, 91.5),
    (417.9, 107.1),
    (428.6, 116.1),
    (439.7, 129.5),
    (450.9, 143.8),
    (462.1, 160.7),
    (471.0, 180.8),
    (477.7, 200.9),
    (479.9, 223.2),
    (476.8, 243.3),
    (471.0, 263.4),
    (462.1, 283.5),
    (448.7, 304.5),
    (430.8, 325.9),
    (408.5, 346.0),
    (383.9, 363.8),
    (357.1, 377.2),
    (330.4, 385.7),
    (303.6, 389.7),
    (276.8, 389.7),
    (250.0, 387.1),
    (223.2, 380.8),
    (196.4, 371.4),
    (169.6, 358.5),
    (147.3, 343.8),
    (127.2, 328.1),
    (109.4, 308.0),
    (96.0, 287.9),
    (84.8, 263.4),
    (79.0, 241.1),
    (76.3, 214.3),
    (77.7, 192.0),
    (81.7, 169.6),
    (89.3, 149.6),
    (100.4, 131.7),
    (113.8, 117.0),
    (129.5, 102.7),
    (147.3, 88.4),
    (165.2, 76.8),
    (179.5, 70.1),
];

fn inside(x: f32, y: f32) -> bool {
    let mut hit = false;
    for (i, &(ax, ay)) in COFFEE.iter().enumerate() {
        let (bx, by) = COFFEE[(i + 1) % COFFEE.len()];
        if (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax) {
            hit = !hit;
        }
    }
    hit
}

fn from_outline(x: f32, y: f32) -> f32 {
    COFFEE
        .iter()
        .enumerate()
        .map(|(i, &(ax, ay))| {
            let (bx, by) = COFFEE[(i + 1) % COFFEE.len()];
            let (dx, dy) = (bx - ax, by - ay);
            let t = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            (x - ax - t * dx).hypot(y - ay - t * dy)
        })
        .fold(f32::MAX, f32::min)
}

#[test]
fn the_sample_photo_is_cut_out_along_its_outline() {
    let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.png")).unwrap().into_rgb8();
    let alpha = segment(&photo).alpha;
    let (mut both, mut either, mut distance, mut edge) = (0.0f32, 0.0f32, 0.0, 0);
    for y in 0..alpha.height {
        for x in 0..alpha.width {
            let (truth, found) = (f32::from(u8::from(inside(x as f32 + 0.5, y as f32 + 0.5))), alpha.at(x, y));
            both += truth.min(found);
            either += truth.max(found);
            if x > 0 && (found > 0.5) != (alpha.at(x - 1, y) > 0.5) {
                distance += from_outline(x as f32, y as f32 + 0.5);
                edge += 1;
            }
        }
    }
    let iou = both / either;
    println!("coffee.png: IoU {iou:.4}, mean distance of the edge from the outline {:.2} px", distance / edge as f32);
    assert!(iou >= 0.97, "{iou}");
}
