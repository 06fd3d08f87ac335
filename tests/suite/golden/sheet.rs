//! One sheet of thumbnails for each group of pictures, with the revision they were made by.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

/// Side of a thumbnail.
const SIDE: u32 = 32;
/// Thumbnails in a row of the sheet.
const COLUMNS: u32 = 6;

#[derive(Clone)]
struct Sheet {
    revision: String,
    pictures: Vec<(String, RgbImage)>,
}

impl Sheet {
    fn load(path: &Path) -> Option<Self> {
        let about: Value = serde_json::from_slice(&std::fs::read(path.with_extension("json")).ok()?).unwrap();
        let sheet = image::open(path).unwrap().into_rgb8();
        let names = about["pictures"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned());
        let pictures = names.zip(0..).map(|(name, i)| {
            let at = (i % COLUMNS * SIDE, i / COLUMNS * SIDE);
            (name, image::imageops::crop_imm(&sheet, at.0, at.1, SIDE, SIDE).to_image())
        });
        Some(Self { revision: about["revision"].as_str().unwrap().to_owned(), pictures: pictures.collect() })
    }

    fn save(&self, path: &Path) {
        let rows = (self.pictures.len() as u32).div_ceil(COLUMNS);
        let mut sheet = RgbImage::new(COLUMNS * SIDE, rows * SIDE);
        for ((_, picture), i) in self.pictures.iter().zip(0..) {
            image::imageops::replace(&mut sheet, picture, i64::from(i % COLUMNS * SIDE), i64::from(i / COLUMNS * SIDE));
        }
        sheet.save(path).unwrap();
        let names: Vec<&str> = self.pictures.iter().map(|(name, _)| name.as_str()).collect();
        let about = json!({"revision": self.revision, "pictures": names});
        std::fs::write(path.with_extension("json"), serde_json::to_string_pretty(&about).unwrap() + "\n").unwrap();
    }

    fn get(&self, name: &str) -> Option<&RgbImage> {
        self.pictures.iter().find(|(n, _)| n == name).map(|(_, picture)| picture)
    }
}

/// Block averages.
fn thumbnail(picture: &RgbImage) -> RgbImage {
    let block = (picture.width() / SIDE, picture.height() / SIDE);
    assert_eq!((picture.width() % SIDE, picture.height() % SIDE), (0, 0), "the picture is no multiple of the thumbnail");
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let mut sum = [0; 3];
        for (dx, dy) in (0..block.1).flat_map(|dy| (0..block.0).map(move |dx| (dx, dy))) {
            let pixel = picture.get_pixel(x * block.0 + dx, y * block.1 + dy).0;
            sum.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += u32::from(v));
        }
        let count = block.0 * block.1;
        Rgb(sum.map(|sum| ((sum + count / 2) / count) as u8))
    })
}

/// The largest difference of a channel.
fn distance(a: &RgbImage, b: &RgbImage) -> u8 {
    a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// What is wrong with a new sheet, given the one that is kept.
fn judge(kept: Option<&Sheet>, now: &Sheet, tolerance: u8) -> Result<(), String> {
    let Some(kept) = kept else { return Err("there is no sheet yet".into()) };
    let changed: Vec<String> = now
        .pictures
        .iter()
        .filter_map(|(name, picture)| {
            let distance = distance(kept.get(name)?, picture);
            (distance > tolerance).then(|| format!("{name} (by {distance})"))
        })
        .collect();
    let names = |sheet: &Sheet| sheet.pictures.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if kept.revision != now.revision {
        Err(format!("the pictures are of revision \"{}\", the code is of \"{}\"", kept.revision, now.revision))
    } else if !changed.is_empty() {
        Err(format!("pixels changed without a new revision ({}): {}", kept.revision, changed.join(", ")))
    } else if names(kept) != names(now) {
        Err("pictures were added, removed or reordered".into())
    } else {
        Ok(())
    }
}

/// Compares pictures with those that are kept, or replaces them if `UPDATE_GOLDEN` is set and the revision allows it.
pub fn check(group: &str, revision: &str, tolerance: u8, pictures: Vec<(String, RgbImage)>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/golden").join(format!("{group}.png"));
    let now = Sheet {
        revision: revision.to_owned(),
        pictures: pictures.iter().map(|(name, picture)| (name.clone(), thumbnail(picture))).collect(),
    };
    for (i, (name, picture)) in now.pictures.iter().enumerate() {
        let twin = now.pictures[..i].iter().find(|(_, other)| distance(other, picture) <= tolerance);
        assert!(twin.is_none(), "{group}: {name} looks like {}: the two cases test the same", twin.unwrap().0);
    }
    let kept = Sheet::load(&path);
    let Err(problem) = judge(kept.as_ref(), &now, tolerance) else { return };
    let made: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("golden-{group}.png"));
    now.save(&made);
    assert!(
        std::env::var_os("UPDATE_GOLDEN").is_some(),
        "{group}: {problem}. See {}. If the pixels changed on purpose, bump the revision constant in src/backend/backends.rs and run \
         `UPDATE_GOLDEN=1 cargo test --test suite golden`.",
        made.display()
    );
    let bumped = kept.as_ref().is_none_or(|kept| kept.revision != now.revision);
    assert!(
        bumped || !problem.starts_with("pixels changed"),
        "{group}: {problem}. Bump the revision constant in src/backend/backends.rs first."
    );
    now.save(&path);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(revision: &str, tone: u8) -> Sheet {
        Sheet { revision: revision.into(), pictures: vec![("a".into(), RgbImage::from_pixel(SIDE, SIDE, Rgb([tone; 3])))] }
    }

    #[test]
    fn changed_pixels_need_a_new_revision() {
        let kept = sheet("draft 3", 100);
        assert!(judge(Some(&kept), &sheet("draft 3", 102), 2).is_ok());
        assert!(judge(Some(&kept), &sheet("draft 3", 103), 2).unwrap_err().starts_with("pixels changed"));
        assert!(judge(Some(&kept), &sheet("draft 4", 100), 2).unwrap_err().contains("draft 4"));
        let more = Sheet { pictures: [kept.pictures.clone(), vec![("b".into(), RgbImage::new(SIDE, SIDE))]].concat(), ..kept.clone() };
        assert!(judge(Some(&kept), &more, 2).unwrap_err().contains("added"));
        assert!(judge(None, &kept, 2).is_err());
    }

    #[test]
    fn a_sheet_comes_back_as_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.png");
        let pictures = (0..8).map(|i| (format!("n{i}"), RgbImage::from_pixel(SIDE, SIDE, Rgb([i * 20; 3])))).collect();
        let sheet = Sheet { revision: "draft 3".into(), pictures };
        sheet.save(&path);
        let back = Sheet::load(&path).unwrap();
        assert_eq!((back.revision, back.pictures), (sheet.revision, sheet.pictures));
        let tall = RgbImage::from_fn(SIDE * 2, SIDE * 4, |x, _| Rgb([if x % 2 == 0 { 10 } else { 20 }; 3]));
        assert_eq!(thumbnail(&tall).get_pixel(3, 3).0, [15; 3]);
    }
}
