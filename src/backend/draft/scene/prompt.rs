//! Reads a prompt: keywords in English and Korean → [`SceneSpec`]. The recipe of the scene's family and the seed supply the rest.

use super::keywords::{COLORS, PLACES, SURFACES, TIMES};
use super::noise::{Rgb, Rng, hex, mix3, mul, mul3, normalize};
use super::recipes::recipe;
use super::spec::{BackdropKind, Family, SceneSpec, Time};
use super::surface::{Surface, SurfaceKind};

/// FNV-1a hash.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// Byte offset of `word` in `text`. English words match whole words and plurals. Korean words match anywhere, those of one syllable only as
/// whole words with an optional particle.
fn find(text: &str, word: &str) -> Option<usize> {
    let korean = !word.is_ascii();
    let mut from = 0;
    while let Some(i) = text.get(from..)?.find(word) {
        let at = from + i;
        let before = text[..at].chars().next_back();
        let after = &text[at + word.len()..];
        let ok = if korean {
            // A single syllable occurs within many unrelated words; longer ones are unambiguous.
            let lone = word.chars().count() == 1;
            !lone
                || (before.is_none_or(|c| !c.is_alphanumeric())
                    && after.chars().next().is_none_or(|c| !c.is_alphanumeric() || "이가은는을를의에과와도로".contains(c)))
        } else {
            let tail = after.strip_prefix("es").filter(|a| !starts_alpha(a)).or_else(|| after.strip_prefix('s')).unwrap_or(after);
            before.is_none_or(|c| !c.is_ascii_alphanumeric()) && (!starts_alpha(after) || !starts_alpha(tail))
        };
        if ok {
            return Some(at);
        }
        from = at + word.len();
    }
    None
}

fn starts_alpha(s: &str) -> bool {
    s.chars().next().is_some_and(|c| c.is_ascii_alphanumeric())
}

/// Whether the word at `at` is negated in the prompt.
fn is_negated(text: &str, at: usize, word: &str) -> bool {
    let before: Vec<&str> = text[..at].split_whitespace().rev().take(2).collect();
    let after = text[at + word.len()..].trim_start_matches(['이', '가', '은', '는', ' ']);
    // "without snow, beach": a comma ends the negation.
    before.iter().take_while(|w| !w.ends_with(',')).any(|w| matches!(*w, "no" | "without" | "not"))
        || after.starts_with("없")
        || after.starts_with("제외")
}

/// The best matching entry of a table: by weight, then by length of the word, then by position in the text. Entries with a value in `never`
/// are skipped.
fn best<T: Copy + PartialEq>(table: &[(&str, T, i32)], text: &str, never: &[T]) -> Option<T> {
    let mut top: Option<((i32, i32), T)> = None;
    for &(word, value, weight) in table {
        if never.contains(&value) {
            continue;
        }
        if let Some(at) = find(text, word).filter(|&at| !is_negated(text, at, word)) {
            let rank = (weight * 100 + word.chars().count().min(20) as i32, -(at as i32));
            if top.is_none_or(|(r, _)| rank > r) {
                top = Some((rank, value));
            }
        }
    }
    top.map(|t| t.1)
}

fn all<T: Copy>(table: &[(&str, T, i32)], text: &str) -> Vec<T> {
    table.iter().filter(|e| find(text, e.0).is_some()).map(|e| e.1).collect()
}

/// The family named in a prompt, if any.
#[cfg(test)]
pub fn family(prompt: &str, negative: &str) -> Option<Family> {
    best(PLACES, &prompt.to_lowercase(), &all(PLACES, &negative.to_lowercase()))
}

/// Whether a prompt contains a known place, surface, colour or time of day.
pub fn has_known_words(prompt: &str) -> bool {
    let text = prompt.to_lowercase();
    let named = best(PLACES, &text, &[]).is_some() || best(SURFACES, &text, &[]).is_some();
    named || best(COLORS, &text, &[]).is_some() || best(TIMES, &text, &[]).is_some()
}

/// Builds the description of the scene that a prompt asks for.
pub fn read(prompt: &str, negative: &str, seed: u64) -> SceneSpec {
    let (text, no) = (prompt.to_lowercase(), negative.to_lowercase());
    let layout = digest(text.trim()) ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ digest(no.trim()).rotate_left(17);
    let mut rng = Rng::new(layout);
    let never_places = all(PLACES, &no);
    let never_surfaces = all(SURFACES, &no);
    let wanted = best(SURFACES, &text, &never_surfaces);
    let place = best(PLACES, &text, &never_places);
    let family = place.unwrap_or_else(|| match wanted {
        Some(SurfaceKind::Wood) => Family::Wood,
        Some(SurfaceKind::Marble) => Family::Marble,
        Some(SurfaceKind::Concrete | SurfaceKind::Metal | SurfaceKind::Asphalt) => Family::Industrial,
        Some(SurfaceKind::Linen) => Family::Bedroom,
        Some(SurfaceKind::Slate | SurfaceKind::Terrazzo) => Family::Stone,
        Some(SurfaceKind::Tile) => Family::Kitchen,
        Some(SurfaceKind::Gloss) => Family::Studio,
        Some(SurfaceKind::Sand) => Family::Desert,
        Some(SurfaceKind::Water) => Family::Water,
        Some(SurfaceKind::Grass) => Family::Garden,
        Some(SurfaceKind::Snow) => Family::Snow,
        _ => {
            let neutral = [Family::Plaster, Family::Home, Family::Studio, Family::Stone, Family::Pastel, Family::Wood];
            neutral[rng.below(neutral.len())]
        }
    });
    let mut spec = recipe(family, &mut rng);
    spec.seed = rng.bits();
    spec.surface.seed = rng.bits() as u32;
    if let Some(kind) = wanted.filter(|&k| k != spec.surface.kind) {
        spec.surface = requested_surface(kind, &text, &mut rng);
    }
    if never_surfaces.contains(&spec.surface.kind) {
        let other = [SurfaceKind::Concrete, SurfaceKind::Marble, SurfaceKind::Plain, SurfaceKind::Wood];
        let kind = other.into_iter().find(|k| !never_surfaces.contains(k)).unwrap_or(SurfaceKind::Plain);
        spec.surface = requested_surface(kind, "", &mut rng);
    }
    (spec.gloss, spec.roughness) = spec.surface.finish();
    apply_tone(&mut spec, &text);
    if let Some(color) = best(COLORS, &text, &all(COLORS, &no)) {
        apply_color(&mut spec, hex(color));
    }
    if let Some(time) = best(TIMES, &text, &[]) {
        apply_time(&mut spec, time);
    }
    let l = &mut spec.light;
    l.direction = normalize([l.direction[0] + rng.range(-0.12, 0.12), l.direction[1], l.direction[2]]);
    let bright = l.color[0].max(l.color[1]).max(l.color[2]).max(1e-3);
    l.color = mul(l.color, 1.0 / bright);
    spec.ground += rng.range(-0.012, 0.012);
    spec
}

/// Sets dark or light tones of wood and stone if the prompt names them.
fn apply_tone(spec: &mut SceneSpec, text: &str) {
    let dark = ["dark", "black", "walnut", "ebony", "어두운", "다크", "블랙", "검은", "월넛"].iter().any(|w| find(text, w).is_some());
    let pale = ["white", "light wood", "oak", "birch", "bright", "pale", "화이트", "하얀", "밝은", "오크", "자작"]
        .iter()
        .any(|w| find(text, w).is_some());
    let colors = match (spec.surface.kind, dark, pale) {
        (SurfaceKind::Wood, true, _) => [0x6b4a33, 0x2e1c12, 0x4a2e1c],
        (SurfaceKind::Wood, _, true) => [0xdcc3a0, 0xb08e63, 0xcfae86],
        (SurfaceKind::Marble, true, _) => [0x16161a, 0x26262b, 0xcfc8ba],
        (SurfaceKind::Slate | SurfaceKind::Terrazzo | SurfaceKind::Concrete, true, _) => [0x2a2b2e, 0x46484c, 0x5b554d],
        _ => return,
    };
    spec.surface.colors = colors.map(hex);
}

/// The surface of a requested kind, with colours from the prompt.
fn requested_surface(kind: SurfaceKind, text: &str, rng: &mut Rng) -> Surface {
    let has = |words: &[&str]| words.iter().any(|w| find(text, w).is_some());
    let colors = match kind {
        SurfaceKind::Wood if has(&["walnut", "월넛"]) => [0x6b4a33, 0x2e1c12, 0x4a2e1c],
        SurfaceKind::Wood => [[0xc79a68, 0x8a5a30, 0xb98b58], [0xb9854f, 0x6d4222, 0x9a6a3a], [0xd8b88c, 0xa67f50, 0xcaa274]][rng.below(3)],
        SurfaceKind::Marble if has(&["green", "초록", "그린"]) => [0x1f3d31, 0x2c5a47, 0xdfe5da],
        SurfaceKind::Marble => [0xf1efec, 0xcfccc8, 0x77767a],
        SurfaceKind::Concrete => [0xb4b2ad, 0x86847f, 0x6b6a66],
        SurfaceKind::Linen => [0xe9e2d6, 0xcfc4b2, 0xbfb29c],
        SurfaceKind::Sand => [0xc59f6c, 0xe6cda2, 0xf3e4c6],
        SurfaceKind::Slate => [0x4d5055, 0x76797d, 0x6e6458],
        SurfaceKind::Water => [0x8fc7d6, 0x1d6b8c, 0xf2fdff],
        SurfaceKind::Grass => [0x7fae3e, 0x1d3d12, 0xb9d45c],
        SurfaceKind::Metal => [0x9a9ca0, 0xc9ccd0, 0xffffff],
        SurfaceKind::Gloss => [0x101113, 0x17181b, 0xffffff],
        SurfaceKind::Plain => [0xe8e4de, 0xd9d3ca, 0xffffff],
        SurfaceKind::Terrazzo => [0xe9e4dc, 0xc08c72, 0x6f7f7a],
        SurfaceKind::Tile => [0xe9ecec, 0xd2dada, 0x9aa2a2],
        SurfaceKind::Snow => [0xf6f9ff, 0xc3d3ea, 0xffffff],
        SurfaceKind::Asphalt => [0x1b1c20, 0x36383d, 0x000000],
        SurfaceKind::Regolith => [0x4c4a48, 0x8d8984, 0x000000],
    };
    Surface { kind, colors: colors.map(hex), seed: rng.bits() as u32, across: rng.unit() < 0.4, scale: 1.0 }
}

/// Applies a requested colour to paper, walls, glaze and cloth, but not to stone and wood.
fn apply_color(spec: &mut SceneSpec, color: Rgb) {
    let peak = color[0].max(color[1]).max(color[2]).max(1e-3);
    if matches!(spec.backdrop, BackdropKind::Glitter | BackdropKind::Dark) {
        let lamp = mul(color, 1.2 / peak);
        spec.back = [mul(color, 0.03), mul(color, 0.16), lamp, mix3(lamp, [1.0; 3], 0.5)];
    }
    if matches!(spec.backdrop, BackdropKind::Sweep | BackdropKind::Wall | BackdropKind::Arches) {
        spec.back = [color, mul(color, 0.72), mul3(color, [0.9, 0.95, 1.0]), mix3(color, [peak; 3], 0.35)];
    }
    if matches!(spec.surface.kind, SurfaceKind::Plain | SurfaceKind::Linen) || (spec.surface.kind == SurfaceKind::Tile) {
        spec.surface.colors = [color, mul(color, 0.86), mix3(color, [0.6; 3], 0.5)];
    }
    if matches!(spec.backdrop, BackdropKind::Neon) {
        spec.back[2] = mul(color, 1.0 / peak);
    }
    if matches!(spec.backdrop, BackdropKind::Flowers) {
        spec.back[2] = color;
    }
}

/// Applies a requested time of day, unless the family implies one.
fn apply_time(spec: &mut SceneSpec, time: Time) {
    let own = matches!(
        spec.family,
        Family::NightCity | Family::Neon | Family::Space | Family::Black | Family::Sunset | Family::Christmas | Family::Party
    );
    if own {
        return;
    }
    let tint = match time {
        Time::Day => return,
        Time::Morning => {
            spec.light.color = [1.0, 0.93, 0.82];
            [1.02, 1.0, 0.98]
        }
        Time::Golden => {
            spec.light.color = [1.0, 0.68, 0.38];
            spec.light.direction[1] *= 0.7;
            spec.sun_power *= 1.6;
            [1.10, 0.92, 0.74]
        }
        Time::Night => {
            spec.light.color = [0.75, 0.85, 1.0];
            spec.key *= 0.40;
            spec.sun_power *= 0.2;
            spec.exposure *= 0.9;
            [0.20, 0.27, 0.44]
        }
    };
    if shows_sky(spec.backdrop) {
        apply_time_to_sky(spec, time);
    } else {
        spec.back = spec.back.map(|c| mul3(c, tint));
        spec.back_level *= tint[1];
    }
    spec.ambient = mul3(spec.ambient, if time == Time::Night { [0.35, 0.42, 0.60] } else { tint });
}

/// Whether the backdrop shows the sky and the sun.
fn shows_sky(kind: BackdropKind) -> bool {
    use BackdropKind as B;
    matches!(kind, B::Sea | B::Mountains | B::Dunes | B::SnowWood | B::Sky)
}

/// Recolours sky, sun and land for a time of day. Tinting alone would leave the sky of noon blue.
fn apply_time_to_sky(spec: &mut SceneSpec, time: Time) {
    let (zenith, haze, land, far) = match time {
        Time::Day => return,
        Time::Morning => (0x8fb2dc, 0xffe0c0, [0.98, 0.94, 0.90], 0xffe6cf),
        Time::Golden => (0x56649c, 0xff9f5a, [0.74, 0.56, 0.50], 0xff9a58),
        Time::Night => (0x081026, 0x223056, [0.16, 0.22, 0.38], 0x3a4c78),
    };
    let far = hex(far);
    // Water and dunes reflect the light of the horizon, firs do not.
    let glow = if spec.backdrop == BackdropKind::SnowWood { 0.08 } else { 0.38 };
    let [_, _, near, deep] = spec.back;
    spec.back = [hex(zenith), hex(haze), mix3(mul3(near, land), far, glow), mul3(deep, land)];
    match time {
        Time::Golden => {
            spec.sun = (spec.sun.0, 0.09);
            spec.sun_power = 1.5;
            spec.light.color = [1.0, 0.60, 0.30];
            spec.exposure *= 0.90;
        }
        Time::Morning => {
            spec.sun = (spec.sun.0, 0.16);
            spec.sun_power = 0.9;
        }
        Time::Night => {
            spec.sun = (spec.sun.0, 0.34);
            spec.sun_power = 0.35;
            spec.clouds *= 0.4;
        }
        Time::Day => {}
    }
}
