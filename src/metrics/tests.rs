use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use super::*;

/// Waits for a new value, however busy the machine is.
const PATIENT: Timing = Timing { max_age: Duration::ZERO, patience: Duration::from_secs(60), stale_after: Duration::ZERO };
/// Hardly waits, and takes no old value.
const HASTY: Timing = Timing { patience: Duration::from_millis(20), ..PATIENT };

fn gpu(util: f64) -> GpuInfo {
    GpuInfo { index: 0, name: "GPU".into(), gpu_util: Some(util), memory: None }
}

/// Fails if the work does not end.
fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("it still waits")
}

#[test]
fn this_machine_tells_its_load() {
    let sampler = Sampler::default();
    let _ = sampler.sample_with(PATIENT);
    thread::sleep(Duration::from_millis(250));
    let load = sampler.sample_with(PATIENT);
    let memory = load.memory.unwrap();
    assert!(memory.total_gb > 0.0 && memory.used_gb <= memory.total_gb && (0.0..=100.0).contains(&memory.percent()), "{memory:?}");
    assert!((0.0..=100.0).contains(&load.cpu_percent.unwrap()), "{load:?}");
    assert_eq!(sampler.memory_with(PATIENT).unwrap().total_gb, memory.total_gb);
}

#[test]
fn a_busy_core_is_seen() {
    let sampler = Sampler::default();
    let _ = sampler.sample_with(PATIENT);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(600) {
        std::hint::black_box(begin);
    }
    assert!(sampler.sample_with(PATIENT).cpu_percent.unwrap() > 0.0);
}

#[test]
fn free_space_is_known_for_folders_that_exist() {
    let dir = tempfile::tempdir().unwrap();
    let nested = dir.path().join("내 광고 모음");
    std::fs::create_dir(&nested).unwrap();
    for folder in [dir.path(), &nested] {
        assert!(free_space(folder).unwrap() > 0 && free_disk(folder).unwrap() > 0.0);
    }
    assert_eq!((free_space(&dir.path().join("missing")), free_disk(Path::new(""))), (None, None));
}

#[test]
fn unknown_values_are_zero_in_json() {
    let gpu = GpuInfo { index: 1, name: "GPU".into(), gpu_util: None, memory: None };
    let json = serde_json::to_value(SystemMetrics { gpu_info: Some(vec![gpu]), ..SystemMetrics::default() }).unwrap();
    for field in ["cpu_percent", "ram_used_gb", "ram_total_gb", "ram_percent"] {
        assert_eq!(json[field], 0.0, "{field}");
    }
    for field in ["gpu_util", "vram_used_gb", "vram_total_gb", "vram_percent"] {
        assert_eq!(json["gpu_info"][0][field], 0.0, "{field}");
    }
    assert_eq!(serde_json::to_value(SystemMetrics::default()).unwrap()["gpu_info"], serde_json::json!([]));
}

#[test]
fn memory_without_a_total_is_unknown() {
    assert_eq!(MemoryLoad::from_bytes(5, 0), None);
    let half = MemoryLoad::from_bytes(4 << 30, 8 << 30).unwrap();
    assert_eq!((half.used_gb, half.total_gb, half.percent()), (4.0, 8.0, 50.0));
    assert_eq!(MemoryLoad { used_gb: 0.0, total_gb: 0.0 }.percent(), 0.0);
}

#[test]
fn a_source_that_fails_leaves_its_value_unknown() {
    let sources = Sources::new(|| None, || MemoryLoad::from_bytes(1 << 30, 4 << 30), || Some(Vec::new()));
    let load = Sampler(sources).sample_with(PATIENT);
    assert_eq!((load.cpu_percent, load.memory.map(MemoryLoad::percent), load.gpu_info), (None, Some(25.0), Some(Vec::new())));
}

#[test]
fn a_source_that_panics_is_asked_once_and_the_others_go_on() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let cpu = move || {
        count.fetch_add(1, Ordering::Relaxed);
        panic!("the counter is missing")
    };
    let mut samples = 0;
    let gpus = move || {
        samples += 1;
        Some(vec![gpu(f64::from(samples))])
    };
    let sampler = Sampler(Sources::new(cpu, || None, gpus));
    for sample in 1..=3 {
        let load = sampler.sample_with(PATIENT);
        assert_eq!((load.cpu_percent, load.memory), (None, None));
        assert_eq!(load.gpu_info, Some(vec![gpu(f64::from(sample))]));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_recent_value_is_not_read_again() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let cpu = move || Some(f64::from(count.fetch_add(1, Ordering::Relaxed)));
    let sampler = Sampler(Sources::new(cpu, || None, || None));
    let seldom = Timing { max_age: Duration::from_secs(3600), ..PATIENT };
    assert_eq!([(); 3].map(|()| sampler.sample_with(seldom).cpu_percent), [Some(0.0); 3]);
    assert_eq!(sampler.sample_with(PATIENT).cpu_percent, Some(1.0));
}

/// A driver that hangs from its second reading on, until the sender is used or dropped, and the number of readings that began.
fn hanging_driver() -> (Sampler, mpsc::Sender<()>, Arc<AtomicU32>) {
    let (release, released) = mpsc::channel::<()>();
    let (released, begun) = (Mutex::new(released), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&begun);
    let gpus = move || {
        let reading = count.fetch_add(1, Ordering::Relaxed);
        if reading == 1 {
            let _ = released.lock().unwrap().recv();
        }
        Some(vec![gpu(f64::from(reading))])
    };
    let memory = || MemoryLoad::from_bytes(1 << 30, 4 << 30);
    (Sampler(Sources::new(|| Some(5.0), memory, gpus)), release, begun)
}

#[test]
fn a_driver_that_hangs_keeps_nobody_waiting() {
    let (sampler, release, begun) = hanging_driver();
    assert_eq!(sampler.sample_with(PATIENT).gpu_info, Some(vec![gpu(0.0)]));
    let sampler = Arc::new(sampler);
    // The old value stands in for a while; then it is unknown.
    let lenient = Timing { stale_after: Duration::from_secs(3600), ..HASTY };
    let read = |timing| {
        let sampler = Arc::clone(&sampler);
        within_a_minute(move || sampler.sample_with(timing))
    };
    assert_eq!(read(lenient).gpu_info, Some(vec![gpu(0.0)]));
    assert_eq!(read(HASTY).gpu_info, None);
    // Many readers at a time, whose other values are known.
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let sampler = Arc::clone(&sampler);
            thread::spawn(move || (sampler.memory_with(PATIENT).map(MemoryLoad::percent), sampler.sample_with(HASTY).gpu_info))
        })
        .collect();
    for reader in readers {
        assert_eq!(within_a_minute(move || reader.join().unwrap()), (Some(25.0), None));
    }
    assert_eq!(begun.load(Ordering::Relaxed), 2, "one reading hangs, and no further one begins");
    // A driver that comes back is known again. The reader above has asked for a reading, which may be too old for this one.
    release.send(()).unwrap();
    let known = read(PATIENT).gpu_info;
    assert!(known == Some(vec![gpu(2.0)]) || known == Some(vec![gpu(3.0)]), "{known:?}");
}

#[test]
fn a_driver_that_hangs_does_not_keep_the_sampler() {
    let (sampler, release, begun) = hanging_driver();
    assert!(sampler.sample_with(PATIENT).gpu_info.is_some());
    assert_eq!(sampler.sample_with(HASTY).gpu_info, None);
    within_a_minute(move || drop(sampler));
    drop(release);
    assert!(begun.load(Ordering::Relaxed) <= 2);
}
