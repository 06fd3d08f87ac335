//! Two sheets for each group of pictures, one of block averages and one of block deviations, with the revision they were made by.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

/// Side of a thumbnail.
const SIDE: u32 = 32;
/// Thumbnails in a row of the sheet.
const COLUMNS: u32 = 6;
/// Deviations are kept times this, so that rounding to 8 bits hides less. The largest possible one, 127.5, becomes 255.
const CONTRAST_SCALE: f64 = 2.0;

/// A picture by its blocks.
#[derive(Clone, Debug, PartialEq)]
struct Thumbnail {
    /// The mean of each block.
    mean: RgbImage,
    /// The standard deviation inside each block, times `CONTRAST_SCALE`. `None` on sheets that were made without it.
    contrast: Option<RgbImage>,
}

impl Thumbnail {
    fn new(picture: &RgbImage) -> Self {
        let block = (picture.width() / SIDE, picture.height() / SIDE);
        assert_eq!((picture.width() % SIDE, picture.height() % SIDE), (0, 0), "the picture is no multiple of the thumbnail");
        let mut contrast = RgbImage::new(SIDE, SIDE);
        let mean = RgbImage::from_fn(SIDE, SIDE, |x, y| {
            let (mut sum, mut squares) = ([0_u32; 3], [0_u64; 3]);
            for (dx, dy) in (0..block.1).flat_map(|dy| (0..block.0).map(move |dx| (dx, dy))) {
                let pixel = picture.get_pixel(x * block.0 + dx, y * block.1 + dy).0;
                sum.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += u32::from(v));
                squares.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += u64::from(v).pow(2));
            }
            let count = block.0 * block.1;
            contrast.put_pixel(x, y, Rgb(std::array::from_fn(|c| deviation(sum[c], squares[c], count))));
            Rgb(sum.map(|sum| ((sum + count / 2) / count) as u8))
        });
        Self { mean, contrast: Some(contrast) }
    }

    /// The largest differences of a channel: of means, and of deviations as they are kept.
    fn distance(&self, other: &Self) -> (u8, u8) {
        let largest = |a: &RgbImage, b: &RgbImage| a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
        let contrast = self.contrast.as_ref().zip(other.contrast.as_ref()).map_or(0, |(a, b)| largest(a, b));
        (largest(&self.mean, &other.mean), contrast)
    }
}

/// The standard deviation of a block's values, as it is kept.
fn deviation(sum: u32, squares: u64, count: u32) -> u8 {
    let (mean, count) = (f64::from(sum) / f64::from(count), f64::from(count));
    let variance = (squares as f64 / count - mean * mean).max(0.0);
    (variance.sqrt() * CONTRAST_SCALE).round() as u8
}

#[derive(Clone)]
struct Sheet {
    revision: String,
    pictures: Vec<(String, Thumbnail)>,
}

impl Sheet {
    fn load(path: &Path) -> Option<Self> {
        let about: Value = serde_json::from_slice(&std::fs::read(path.with_extension("json")).ok()?).unwrap();
        let means = image::open(path).unwrap().into_rgb8();
        let contrast = contrast_path(path);
        let contrasts = contrast.exists().then(|| image::open(contrast).unwrap().into_rgb8());
        let cut =
            |sheet: &RgbImage, i: u32| image::imageops::crop_imm(sheet, i % COLUMNS * SIDE, i / COLUMNS * SIDE, SIDE, SIDE).to_image();
        let names = about["pictures"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned());
        let pictures = names
            .zip(0..)
            .map(|(name, i)| (name, Thumbnail { mean: cut(&means, i), contrast: contrasts.as_ref().map(|sheet| cut(sheet, i)) }));
        Some(Self { revision: about["revision"].as_str().unwrap().to_owned(), pictures: pictures.collect() })
    }

    fn save(&self, path: &Path) {
        self.draw(|picture| Some(&picture.mean)).save(path).unwrap();
        self.draw(|picture| picture.contrast.as_ref()).save(contrast_path(path)).unwrap();
        let names: Vec<&str> = self.pictures.iter().map(|(name, _)| name.as_str()).collect();
        let about = json!({"revision": self.revision, "pictures": names});
        std::fs::write(path.with_extension("json"), serde_json::to_string_pretty(&about).unwrap() + "\n").unwrap();
    }

    fn draw(&self, part: impl Fn(&Thumbnail) -> Option<&RgbImage>) -> RgbImage {
        let rows = (self.pictures.len() as u32).div_ceil(COLUMNS);
        let mut sheet = RgbImage::new(COLUMNS * SIDE, rows * SIDE);
        for ((_, picture), i) in self.pictures.iter().zip(0..) {
            if let Some(part) = part(picture) {
                image::imageops::replace(&mut sheet, part, i64::from(i % COLUMNS * SIDE), i64::from(i / COLUMNS * SIDE));
            }
        }
        sheet
    }

    fn get(&self, name: &str) -> Option<&Thumbnail> {
        self.pictures.iter().find(|(n, _)| n == name).map(|(_, picture)| picture)
    }

    fn has_contrast(&self) -> bool {
        self.pictures.iter().all(|(_, picture)| picture.contrast.is_some())
    }
}

/// The sheet of deviations beside a sheet of means: `scenes-contrast.png`.
fn contrast_path(path: &Path) -> PathBuf {
    let name = path.file_stem().unwrap().to_string_lossy();
    path.with_file_name(format!("{name}-contrast.png"))
}

/// The pictures whose distance from the kept ones exceeds the tolerance, each with its distance.
fn changes(kept: &Sheet, now: &Sheet, tolerance: u8) -> Vec<String> {
    let changed = |(name, picture): &(String, Thumbnail)| {
        let (mean, contrast) = kept.get(name)?.distance(picture);
        (mean.max(contrast) > tolerance)
            .then(|| format!("{name} (means by {mean}, deviations by {:.1})", f64::from(contrast) / CONTRAST_SCALE))
    };
    now.pictures.iter().filter_map(changed).collect()
}

/// What is wrong with a new sheet, given the one that is kept.
fn judge(kept: Option<&Sheet>, now: &Sheet, tolerance: u8) -> Result<(), String> {
    let Some(kept) = kept else { return Err("there is no sheet yet".into()) };
    let changed = changes(kept, now, tolerance);
    let names = |sheet: &Sheet| sheet.pictures.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if kept.revision != now.revision {
        Err(format!("the pictures are of revision \"{}\", the code is of \"{}\"", kept.revision, now.revision))
    } else if !changed.is_empty() {
        Err(format!("pixels changed without a new revision ({}): {}", kept.revision, changed.join(", ")))
    } else if names(kept) != names(now) {
        Err("pictures were added, removed or reordered".into())
    } else if !kept.has_contrast() {
        Err("there is no sheet of deviations yet".into())
    } else {
        Ok(())
    }
}

/// Prints what an update replaces, adds and removes.
fn print_update(group: &str, kept: Option<&Sheet>, now: &Sheet) {
    let names_without = |sheet: &Sheet, other: Option<&Sheet>| -> Vec<String> {
        sheet.pictures.iter().map(|(name, _)| name.clone()).filter(|name| other.is_none_or(|other| other.get(name).is_none())).collect()
    };
    let row =
        |what: &str, names: Vec<String>| println!("{group}, {what}: {}", if names.is_empty() { "none".into() } else { names.join(", ") });
    row("changed", kept.map_or_else(Vec::new, |kept| changes(kept, now, 0)));
    row("added", names_without(now, kept));
    row("removed", kept.map_or_else(Vec::new, |kept| names_without(kept, Some(now))));
}

/// Compares pictures with those that are kept, or replaces them if `UPDATE_GOLDEN` is set and the revision allows it.
pub fn check(group: &str, revision: &str, tolerance: u8, pictures: Vec<(String, RgbImage)>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/golden").join(format!("{group}.png"));
    let now = Sheet {
        revision: revision.to_owned(),
        pictures: pictures.iter().map(|(name, picture)| (name.clone(), Thumbnail::new(picture))).collect(),
    };
    for (i, (name, picture)) in now.pictures.iter().enumerate() {
        let twin = now.pictures[..i].iter().find(|(_, other)| {
            let (mean, contrast) = other.distance(picture);
            mean.max(contrast) <= tolerance
        });
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
    print_update(group, kept.as_ref(), &now);
    now.save(&path);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(tone: u8) -> Thumbnail {
        Thumbnail::new(&RgbImage::from_pixel(SIDE, SIDE, Rgb([tone; 3])))
    }

    fn sheet(revision: &str, picture: Thumbnail) -> Sheet {
        Sheet { revision: revision.into(), pictures: vec![("a".into(), picture)] }
    }

    /// Mid grey with a checkerboard of this amplitude, which keeps every mean.
    fn grain(amplitude: u8) -> Thumbnail {
        Thumbnail::new(&RgbImage::from_fn(SIDE * 4, SIDE * 4, |x, y| {
            Rgb([if (x + y) % 2 == 0 { 100 + amplitude } else { 100 - amplitude }; 3])
        }))
    }

    #[test]
    fn changed_pixels_need_a_new_revision() {
        let kept = sheet("draft 3", flat(100));
        assert!(judge(Some(&kept), &sheet("draft 3", flat(102)), 2).is_ok());
        assert!(judge(Some(&kept), &sheet("draft 3", flat(103)), 2).unwrap_err().starts_with("pixels changed"));
        assert!(judge(Some(&kept), &sheet("draft 4", flat(100)), 2).unwrap_err().contains("draft 4"));
        let more = Sheet { pictures: [kept.pictures.clone(), vec![("b".into(), flat(0))]].concat(), ..kept.clone() };
        assert!(judge(Some(&kept), &more, 2).unwrap_err().contains("added"));
        assert!(judge(None, &kept, 2).is_err());
    }

    #[test]
    fn grain_that_keeps_every_mean_is_seen() {
        let kept = sheet("draft 3", grain(4));
        assert_eq!(kept.pictures[0].1.mean, grain(0).mean);
        assert!(judge(Some(&kept), &sheet("draft 3", grain(5)), 2).is_ok());
        let problem = judge(Some(&kept), &sheet("draft 3", grain(0)), 2).unwrap_err();
        assert!(problem.starts_with("pixels changed") && problem.ends_with("a (means by 0, deviations by 4.0)"), "{problem}");
    }

    #[test]
    fn a_sheet_without_deviations_is_renewed_unless_means_changed() {
        let old = |tone| sheet("draft 3", Thumbnail { contrast: None, ..flat(tone) });
        let now = sheet("draft 3", flat(100));
        assert_eq!(judge(Some(&old(100)), &now, 2).unwrap_err(), "there is no sheet of deviations yet");
        assert!(judge(Some(&old(90)), &now, 2).unwrap_err().starts_with("pixels changed"));
    }

    #[test]
    fn a_sheet_comes_back_as_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.png");
        let pictures = (0..8).map(|i| (format!("n{i}"), if i % 2 == 0 { flat(i * 20) } else { grain(i * 10) })).collect();
        let sheet = Sheet { revision: "draft 3".into(), pictures };
        sheet.save(&path);
        let back = Sheet::load(&path).unwrap();
        assert_eq!((back.revision, back.pictures), (sheet.revision, sheet.pictures));
        let tall = Thumbnail::new(&RgbImage::from_fn(SIDE * 2, SIDE * 4, |x, _| Rgb([if x % 2 == 0 { 10 } else { 20 }; 3])));
        assert_eq!(tall.mean.get_pixel(3, 3).0, [15; 3]);
        assert_eq!(tall.contrast.unwrap().get_pixel(3, 3).0, [10; 3]);
    }
}
