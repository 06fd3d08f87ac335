//! Weights files that are missing, truncated, damaged or another network's give one line that names file and tensor, never a panic.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{DType, Device, Tensor};
use nanococoa::backend::diffusion::birefnet::MattingNetwork;
use nanococoa::weights::{MemoryStore, TensorStore, Vars, open};

fn tensor(values: &[f32], shape: &[usize]) -> Tensor {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu).unwrap()
}

fn save(path: &Path, tensors: &[(&str, &[usize])]) {
    let tensors: HashMap<String, Tensor> =
        tensors.iter().map(|(name, shape)| ((*name).to_owned(), tensor(&vec![0.5; shape.iter().product()], shape))).collect();
    candle_core::safetensors::save(&tensors, path).unwrap();
}

/// The error of a file that must be refused.
fn refused(path: &Path) -> String {
    let message = match open(path) {
        Ok(_) => panic!("{} was accepted", path.display()),
        Err(e) => e.to_string(),
    };
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn safetensors_cut_at_any_byte_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    save(&path, &[("a.weight", &[3, 2]), ("a.bias", &[3])]);
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(refused(&path).contains("model.safetensors"));
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(open(&path).unwrap().shape("a.weight"), Some(vec![3, 2]));
}

#[test]
fn damaged_headers_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.safetensors");
    let file = |header: &str| [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0u8; 64]].concat();
    for header in [
        "not json",
        "[]",
        r#"{"a":3}"#,
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        r#"{"a":{"dtype":"Q7","shape":[2],"data_offsets":[0,8]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
        r#"{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}}"#,
        r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#,
    ] {
        fs::write(&path, file(header)).unwrap();
        assert!(refused(&path).contains("w.safetensors"), "{header}");
    }
    fs::write(&path, u64::MAX.to_le_bytes()).unwrap();
    refused(&path);
}

#[test]
fn shards_are_read_as_one_file_and_stay_in_their_folder() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    save(&at("m-1.safetensors"), &[("a", &[2])]);
    save(&at("m-2.safetensors"), &[("b", &[3])]);
    let index = at("model.safetensors.index.json");
    fs::write(&index, r#"{"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"#).unwrap();
    for path in [index.as_path(), dir.path()] {
        let store = open(path).unwrap();
        assert_eq!(store.names(), ["a", "b"]);
        assert_eq!(store.tensor("b", DType::F32, &Device::Cpu).unwrap().to_vec1::<f32>().unwrap(), [0.5; 3]);
    }
    for bad in ["../m-1.safetensors", "/etc/passwd", "x/m.safetensors", "..\\m.safetensors"] {
        fs::write(&index, serde_json::json!({"weight_map": {"a": bad}}).to_string()).unwrap();
        assert!(refused(&index).contains("outside its folder"), "{bad}");
    }
    fs::write(&index, r#"{"weight_map":{"a":"m-3.safetensors"}}"#).unwrap();
    assert!(refused(&index).contains("m-3.safetensors"));
    fs::write(&index, r#"{"weight_map":{"c":"m-1.safetensors"}}"#).unwrap();
    assert!(refused(&index).contains("tensor c is missing"));
    fs::write(&index, "{").unwrap();
    refused(&index);
}

#[test]
fn damaged_gguf_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.gguf");
    let packed = QTensor::quantize(&tensor(&[0.25; 64], &[2, 32]), GgmlDType::Q8_0).unwrap();
    let mut out = fs::File::create(&path).unwrap();
    let architecture = gguf_file::Value::String("flux".into());
    gguf_file::write(&mut out, &[("general.architecture", &architecture)], &[("x.weight", &packed)]).unwrap();
    drop(out);
    let whole = fs::read(&path).unwrap();
    let store = open(&path).unwrap();
    assert_eq!(store.shape("x.weight"), Some(vec![2, 32]));
    // The file ends in padding: 68 bytes of blocks in 96.
    for cut in [0, 3, 4, 8, 20, whole.len() / 2, whole.len() - 29] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(refused(&path).contains("w.gguf"), "cut at {cut}");
    }
    fs::write(&path, b"GGUF\xff\xff\xff\xff").unwrap();
    refused(&path);
}

#[test]
fn missing_extra_and_misshapen_tensors_are_named() {
    let store: Arc<dyn TensorStore> = Arc::new(MemoryStore::new(HashMap::from([("a.weight".into(), tensor(&[0.0; 6], &[2, 3]))])));
    let vars = Vars::new(store, DType::F32, &Device::Cpu).pp("a");
    let text = |e: nanococoa::weights::WeightsError| e.to_string();
    assert!(text(vars.get("bias", 2).unwrap_err()).contains("a.bias is missing"));
    assert!(text(vars.finish(|_| false).unwrap_err()).contains("a.weight"));
    let shape = text(vars.get("weight", (3, 2)).unwrap_err());
    assert!(shape.contains("a.weight") && shape.contains("[2, 3]") && shape.contains("[3, 2]"), "{shape}");
    assert!(open(Path::new("no/such/file.safetensors")).is_err_and(|e| e.to_string().contains("no such file")));
}

#[test]
fn a_folder_that_is_not_a_birefnet_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let load = || match MattingNetwork::load(dir.path(), &Device::Cpu, DType::F32) {
        Ok(_) => panic!("it was accepted"),
        Err(e) => e.to_string(),
    };
    assert!(load().contains("model.safetensors"), "{}", load());
    save(&dir.path().join("model.safetensors"), &[("bb.patch_embed.proj.weight", &[192, 3, 4, 4])]);
    assert!(load().contains("is missing"), "{}", load());
    save(&dir.path().join("model.safetensors"), &[("bb.layers.0.blocks.0.norm1.weight", &[7])]);
    assert!(load().contains("[7]") || load().contains("is missing"), "{}", load());
    for (config, word) in [
        ("{", "config.json"),
        (r#"{"architectures":["FluxTransformer2DModel"]}"#, "FluxTransformer2DModel"),
        (r#"{"embed_dim":10,"num_heads":[3,6,12,24]}"#, "heads"),
        (r#"{"depths":[2,2]}"#, "depths"),
        (r#"{"image_size":1000}"#, "image_size"),
        (r#"{"embed_dim":-8}"#, "config.json"),
        (r#"{"window_size":0}"#, "window_size"),
    ] {
        fs::write(dir.path().join("config.json"), config).unwrap();
        assert!(load().contains(word), "{config}: {}", load());
    }
}

#[test]
fn a_small_birefnet_cuts_out_a_photo_and_can_be_stopped() {
    use nanococoa::backend::diffusion::error::DiffusionError;
    use nanococoa::backend::{Quiet, StageCx};
    use nanococoa::cancel::CancelToken;

    let dir = tempfile::tempdir().unwrap();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/fixtures/birefnet--tiny-square.json");
    let case: serde_json::Value = serde_json::from_slice(&fs::read(case).unwrap()).unwrap();
    let shapes: HashMap<String, Vec<usize>> = serde_json::from_value(case["shapes"].clone()).unwrap();
    let mut tensors: HashMap<String, Tensor> =
        shapes.iter().map(|(n, s)| (n.clone(), tensor(&nanococoa::weights::synthetic::values(n, s, 1), s))).collect();
    // A buffer that real files contain and the network computes itself.
    tensors.insert("bb.layers.0.blocks.0.attn.relative_position_index".into(), Tensor::zeros((16, 16), DType::I64, &Device::Cpu).unwrap());
    candle_core::safetensors::save(&tensors, dir.path().join("model.safetensors")).unwrap();
    fs::write(dir.path().join("config.json"), case["config"].to_string()).unwrap();

    let network = MattingNetwork::load(dir.path(), &Device::Cpu, DType::F32).unwrap().with_side(64);
    let cancel = CancelToken::default();
    let cx = StageCx { cancel: &cancel, observer: &Quiet };
    for (width, height) in [(90, 70), (1, 5), (300, 20)] {
        let photo = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, 90]));
        let matte = network.matte(&photo, cx).unwrap();
        assert_eq!((matte.alpha.width, matte.alpha.height), (width as usize, height as usize));
        assert_eq!(matte.foreground.dimensions(), (width, height));
        assert!(matte.alpha.data.iter().all(|a| (0.0..=1.0).contains(a)));
    }
    // Without sizes in the config the tensors tell them, as in the public files.
    let photo = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, 90]));
    let alpha = network.predict_alpha(&photo, cx).unwrap();
    for config in [Some(r#"{"architectures":["BiRefNet"]}"#), None] {
        match config {
            Some(text) => fs::write(dir.path().join("config.json"), text).unwrap(),
            None => fs::remove_file(dir.path().join("config.json")).unwrap(),
        }
        let same = MattingNetwork::load(dir.path(), &Device::Cpu, DType::F32).unwrap().with_side(64);
        assert_eq!(same.predict_alpha(&photo, cx).unwrap(), alpha);
    }
    cancel.cancel();
    assert!(matches!(network.matte(&image::RgbImage::new(8, 8), cx), Err(DiffusionError::Stopped)));

    tensors.insert("other.weight".into(), tensor(&[1.0], &[1]));
    candle_core::safetensors::save(&tensors, dir.path().join("model.safetensors")).unwrap();
    assert!(MattingNetwork::load(dir.path(), &Device::Cpu, DType::F32).is_err_and(|e| e.to_string().contains("other.weight")));
}

/// Speed and memory of loading beside a copy from the system's cache of files, for people to look at; needs 4 GB of disk and 9 GB of memory:
/// `cargo nextest run --test suite figures_of_loading --run-ignored only --no-capture`.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "prints figures, compares nothing"]
fn figures_of_loading() {
    use std::io::Write as _;
    use std::time::Instant;

    const TENSORS: usize = 60;
    const SIDE: usize = 4096;
    let dir = tempfile::tempdir().unwrap();
    for (name, dtype, size) in [("F32", DType::F32, 4), ("BF16", DType::BF16, 2)] {
        // The same number of bytes of each type.
        let (path, rows) = (dir.path().join(name), SIDE * 4 / size);
        let bytes = rows * SIDE * size;
        let entry =
            |i: usize| format!(r#""w{i}":{{"dtype":"{name}","shape":[{rows},{SIDE}],"data_offsets":[{},{}]}}"#, i * bytes, (i + 1) * bytes);
        let header = format!("{{{}}}", (0..TENSORS).map(entry).collect::<Vec<_>>().join(","));
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&(header.len() as u64).to_le_bytes()).and_then(|()| file.write_all(header.as_bytes())).unwrap();
        let block: Vec<u8> = (0..bytes).map(|i| (i % 61) as u8).collect();
        (0..TENSORS).for_each(|_| file.write_all(&block).unwrap());
        drop((file, block));
        let total = fs::metadata(&path).unwrap().len();
        for _ in 0..3 {
            let start = Instant::now();
            let copy = fs::read(&path).unwrap();
            let copied = start.elapsed().as_secs_f64();
            drop(copy);
            // The peak is counted from here.
            fs::write("/proc/self/clear_refs", "5").unwrap();
            let start = Instant::now();
            let store = open(&path).unwrap();
            let loaded: Vec<Tensor> = store.names().iter().map(|name| store.tensor(name, dtype, &Device::Cpu).unwrap()).collect();
            let took = start.elapsed().as_secs_f64();
            let status = fs::read_to_string("/proc/self/status").unwrap();
            let peak =
                status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap()
                    * 1024;
            assert_eq!(loaded.len(), TENSORS);
            println!(
                "{name} {:.2} GB: copied in {copied:.2} s, loaded in {took:.2} s ({:.2} GB/s, {:.0} % of the copy's speed), peak {:.1} % of the file",
                total as f64 / 1e9,
                total as f64 / 1e9 / took,
                100.0 * copied / took,
                100.0 * peak as f64 / total as f64
            );
        }
        fs::remove_file(path).unwrap();
    }
}
