//! `cargo bench --bench loading`: a file of weights of 4 GB, in the system's cache of files, becomes tensors of the CPU and, with the feature `cuda`,
//! of the GPU. Beside it copies of the same bytes from the cache, and the most memory that the program took.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use nanococoa::backend::diffusion::device::DeviceChoice;

/// Matrices of a large network, bfloat16.
const SHAPE: [usize; 2] = [4096, 8192];
const TENSORS: usize = 64;

fn write(path: &Path) -> u64 {
    let size = SHAPE[0] * SHAPE[1] * 2;
    let mut header = String::from("{");
    for i in 0..TENSORS {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(
            header,
            "{comma}\"w{i}\":{{\"dtype\":\"BF16\",\"shape\":[{},{}],\"data_offsets\":[{},{}]}}",
            SHAPE[0],
            SHAPE[1],
            i * size,
            (i + 1) * size
        );
    }
    header.push('}');
    let mut file = File::create(path).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    // Small numbers that differ; zeros could be stored as holes.
    let block: Vec<u8> = (0..size).map(|i| if i % 2 == 0 { (i / 2 % 251) as u8 } else { 0x3d }).collect();
    (0..TENSORS).for_each(|_| file.write_all(&block).unwrap());
    file.metadata().unwrap().len()
}

fn load(path: &Path, device: &Device) -> Vec<Tensor> {
    let store = nanococoa::weights::open(path).unwrap();
    let tensors = store.names().iter().map(|name| store.tensor(name, DType::BF16, device).unwrap()).collect();
    device.synchronize().unwrap();
    tensors
}

/// A value of `/proc/self/status` in bytes.
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn report(what: &str, bytes: u64, mut call: impl FnMut()) -> f64 {
    let mut rates: Vec<f64> = (0..3)
        .map(|_| {
            let start = Instant::now();
            call();
            bytes as f64 / 1e9 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("{what:<58} {:6.2} GB/s", rates[1]);
    rates[1]
}

fn main() {
    let folder = tempfile::tempdir_in(std::env::var_os("LOADING_FOLDER").map_or_else(std::env::temp_dir, Into::into)).unwrap();
    let path = folder.path().join("weights.safetensors");
    let bytes = write(&path);
    let before = status("VmHWM");
    let ours = report("tensors of the CPU", bytes, || drop(load(&path, &Device::Cpu)));
    if let (Some(before), Some(peak)) = (before, status("VmHWM")) {
        println!("{:<58} {:6.3} of the file", "most memory beside what the program had before", (peak - before) as f64 / bytes as f64);
    }
    let copied = report("one thread, the bytes into new memory", bytes, || drop(std::fs::read(&path).unwrap()));
    let mut buffer = vec![0u8; 8 << 20];
    let passed = report("one thread, the bytes through a small buffer", bytes, || {
        let mut file = File::open(&path).unwrap();
        while file.read(&mut buffer).unwrap() > 0 {}
    });
    println!("tensors of the CPU: {:.2} of a copy into new memory, {:.2} of a pass through a buffer", ours / copied, ours / passed);
    match DeviceChoice::Auto.open() {
        Ok((device, name)) => {
            drop(load(&path, &device));
            let to_gpu = report(&format!("tensors of {name}"), bytes, || drop(load(&path, &device)));
            println!(
                "tensors of {name}: {:.2} of a copy into new memory, {:.2} of a pass through a buffer",
                to_gpu / copied,
                to_gpu / passed
            );
        }
        Err(notice) => println!("no GPU: {notice}"),
    }
}
