//! Tests of the painter.

use super::spec::Family;
use super::*;
use crate::assets::scenes;
use crate::backend::{Quiet, Sampling};
use crate::cancel::CancelToken;

fn request(prompts: Prompts<'_>, seed: u64, width: usize, height: usize) -> SceneRequest<'_> {
    let sampling = Sampling { steps: 1, guidance_scale: 1.0, true_cfg_scale: 1.0, seed };
    SceneRequest { prompts, width, height, framing: Framing::default(), sampling }
}

fn scene(prompt: &str, negative: &str, seed: u64, width: usize, height: usize) -> Scene {
    let cancel = CancelToken::default();
    let request = request(Prompts { positive: prompt, negative }, seed, width, height);
    paint(&request, StageCx { cancel: &cancel, observer: &Quiet }).unwrap()
}

/// The place that a prompt names or suggests.
fn family(prompt: &str, negative: &str) -> Option<Family> {
    let reading = reading::read(prompt, negative);
    reading.place.or_else(|| suggested_place::suggested(&reading))
}

#[test]
fn same_request_same_picture_on_any_number_of_threads() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let a = pool.install(|| scene("marble in a café", "", 3, 256, 320));
    let b = scene("marble in a café", "", 3, 256, 320);
    assert_eq!(a.image, b.image);
    assert_ne!(a.image, scene("marble in a café", "", 4, 256, 320).image);
}

#[test]
fn words_of_both_languages_mean_the_same_place() {
    for (en, ko, want) in [
        ("a cozy café", "아늑한 카페에서", Family::Cafe),
        ("modern office with natural lighting", "자연광이 드는 모던한 사무실", Family::Office),
        ("on the beach", "해변 위", Family::Beach),
        ("deep forest", "깊은 숲", Family::Forest),
        ("night city", "도시 야경", Family::NightCity),
        ("neon lights", "네온 조명", Family::Neon),
        ("kitchen", "깔끔한 주방", Family::Kitchen),
        ("bathroom", "욕실", Family::Bathroom),
        ("luxury hotel lobby", "고급 호텔 로비", Family::Lobby),
        ("garden with flowers", "꽃 정원", Family::Garden),
        ("snow", "하얀 눈이 내린", Family::Snow),
        ("autumn", "가을 단풍", Family::Autumn),
        ("desert", "사막", Family::Desert),
        ("mountains", "산 정상", Family::Mountains),
        ("Christmas", "크리스마스", Family::Christmas),
        ("cherry blossom", "벚꽃", Family::Blossom),
        ("water", "물 위", Family::Water),
        ("pastel podium", "파스텔 포디움", Family::Pastel),
        ("space", "우주", Family::Space),
        ("bedroom", "침실", Family::Bedroom),
        ("vanity table", "화장대", Family::Vanity),
        ("library", "서재", Family::Library),
        ("rooftop at sunset", "노을 지는 루프탑", Family::Sunset),
        ("traditional hanok", "전통 한옥", Family::Hanok),
    ] {
        assert_eq!(family(en, ""), Some(want), "{en}");
        assert_eq!(family(ko, ""), Some(want), "{ko}");
    }
    assert_eq!(family("눈부신 제품", ""), None);
    assert_eq!(family("생산 라인", ""), None);
    assert_eq!(family("without snow, beach", ""), Some(Family::Beach));
    assert_eq!(family("beach, café", "beach"), Some(Family::Cafe));
}

#[test]
fn the_negative_prompt_drops_materials() {
    let kind = |prompt: &str, negative: &str| compose::read(prompt, negative, 1).0.surface.kind;
    assert_ne!(kind("wooden table", "wood"), SurfaceKind::Wood);
    assert_ne!(kind("cafe without wood", ""), SurfaceKind::Wood);
    assert_eq!(kind("marble table in a café", ""), SurfaceKind::Marble);
    assert_eq!(kind("대리석 테이블", ""), SurfaceKind::Marble);
}

#[test]
fn families_differ() {
    let cells: Vec<Vec<f32>> = scenes()
        .iter()
        .map(|entry| {
            let s = scene(&entry.prompt_en, "", 7, 256, 256);
            (0..64)
                .flat_map(|i| {
                    let mut sum = [0.0_f32; 3];
                    for j in 0..1024 {
                        let c = s.image.at((i % 8) * 32 + j % 32, (i / 8) * 32 + j / 32);
                        (0..3).for_each(|k| sum[k] += c[k].sqrt() / 1024.0);
                    }
                    sum
                })
                .collect()
        })
        .collect();
    for i in 0..cells.len() {
        for j in 0..i {
            let d = cells[i].iter().zip(&cells[j]).map(|(a, b)| (a - b).abs()).sum::<f32>() / 192.0;
            assert!(d > 0.018, "{} / {}: {d}", scenes()[i].key, scenes()[j].key);
        }
    }
}

#[test]
fn every_size_and_preview_agree() {
    for (w, h) in [(256, 2048), (2048, 256), (256, 256), (417, 701), (720, 1280)] {
        let s = scene("beach", "", 1, w, h);
        assert_eq!((s.image.width, s.image.height), (w, h));
        assert!(s.image.data.iter().flatten().all(|v| (0.0..=1.0).contains(v)));
        let line = s.ground_line / h as f32;
        assert!((0.50..=0.64).contains(&line), "{line}");
        assert!(s.key.direction[1] > 0.0);
    }
    let (a, b) = (scene("카페", "", 5, 256, 256).image.to_srgb(), scene("카페", "", 5, 512, 512).image.to_srgb());
    let b = image::imageops::resize(&b, 256, 256, image::imageops::FilterType::Triangle);
    let d: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| f64::from(x.abs_diff(*y))).sum::<f64>() / a.as_raw().len() as f64;
    assert!(d < 5.0, "{d}");
}

#[test]
fn stops_when_asked() {
    let cancel = CancelToken::default();
    cancel.cancel();
    let request = request(Prompts { positive: "x", negative: "" }, 0, 512, 512);
    assert!(matches!(paint(&request, StageCx { cancel: &cancel, observer: &Quiet }), Err(BackendError::Stopped(_))));
}

#[test]
fn words_without_a_meaning_change_nothing_and_the_seed_changes_everything() {
    let a = scene("qwerty", "", 1, 256, 256);
    assert_eq!(a.image, scene("asdfgh zxcvb", "", 1, 256, 256).image);
    assert_ne!(a.image, scene("qwerty", "", 2, 256, 256).image);
    assert_eq!(scene("cafe", "", 3, 256, 256).image, scene("a very gazebo cafe", "", 3, 256, 256).image);
}
