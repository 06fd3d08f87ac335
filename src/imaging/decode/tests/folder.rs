//! A folder of pictures decoded at once, to be compared with what another program makes of them.

use std::path::PathBuf;
use std::time::Instant;

use super::*;

/// Reads every file in the folder `NANOCOCOA_PICTURES` and writes it to `NANOCOCOA_PICTURES_OUT` as PNG; prints one line of JSON each.
#[test]
#[ignore = "needs a folder of pictures in NANOCOCOA_PICTURES"]
fn decode_folder() {
    let folder = |name: &str| PathBuf::from(std::env::var(name).unwrap());
    let (from, to) = (folder("NANOCOCOA_PICTURES"), folder("NANOCOCOA_PICTURES_OUT"));
    let mut files: Vec<_> = std::fs::read_dir(from).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let start = Instant::now();
        let got = decode_file(&file);
        let seconds = start.elapsed().as_secs_f64();
        let line = match got {
            Ok(image) => {
                image.pixels.save(to.join(format!("{name}.png"))).unwrap();
                serde_json::json!({"file": name, "seconds": seconds, "as": image.description, "notes": image.notes})
            }
            Err(error) => serde_json::json!({"file": name, "seconds": seconds, "error": error.to_string()}),
        };
        println!("{line}");
    }
}
