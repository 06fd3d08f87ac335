//! Korean particles by the final sound of the word before them.

/// How the last syllable of a word ends when it is read aloud in Korean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Final {
    /// No final consonant: 사과.
    Vowel,
    /// ㄹ, after which 으로 becomes 로: 서울.
    Rieul,
    /// Any other final consonant: 책.
    Consonant,
}

/// The form of a particle that follows a word. `pair` is the form after a consonant and the one after a vowel, `"을/를"`.
pub(super) fn particle<'a>(word: &str, pair: &'a str) -> &'a str {
    let (after_consonant, after_vowel) = pair.split_once('/').unwrap_or((pair, pair));
    match final_sound(word) {
        Final::Vowel => after_vowel,
        Final::Rieul if after_consonant.starts_with("으로") => after_vowel,
        Final::Rieul | Final::Consonant => after_consonant,
    }
}

fn final_sound(word: &str) -> Final {
    let mut spoken = word.trim_end();
    // What stands in brackets is not read: 글꼴(Noto).
    while let Some(before) = spoken.strip_suffix(')').and_then(|inner| inner.rsplit_once('(')).map(|(before, _)| before.trim_end()) {
        if before.is_empty() {
            break;
        }
        spoken = before;
    }
    let read = |c: &char| c.is_alphanumeric() || matches!(c, '%' | '°' | '×');
    spoken.chars().rev().find(read).map_or(Final::Vowel, |last| of_character(last, spoken))
}

fn of_character(last: char, word: &str) -> Final {
    match last {
        '가'..='힣' => match (u32::from(last) - u32::from('가')) % 28 {
            0 => Final::Vowel,
            8 => Final::Rieul,
            _ => Final::Consonant,
        },
        // 영 일 이 삼 사 오 육 칠 팔 구; 십, 백, 천 and 만 end in consonants as 영 does.
        '0' | '3' | '6' => Final::Consonant,
        '1' | '7' | '8' => Final::Rieul,
        // Names of letters, and the usual Korean spelling of words that end in them: 엘/엘, 픽셀, 폰트.
        'l' | 'L' | 'r' | 'R' if spelled_out(word, last) => Final::Rieul,
        'l' => Final::Rieul,
        'm' | 'n' | 'M' | 'N' => Final::Consonant,
        'b' | 'c' | 'k' | 'p' | 't' if !spelled_out(word, last) => Final::Consonant,
        'g' if word.to_lowercase().ends_with("ng") && !spelled_out(word, last) => Final::Consonant,
        _ => Final::Vowel,
    }
}

/// Whether the word is read letter by letter: PNG, URL.
fn spelled_out(word: &str, last: char) -> bool {
    let tail = word.rsplit(|c: char| !c.is_ascii_alphabetic()).find(|part| part.ends_with(last)).unwrap_or_default();
    !tail.is_empty() && tail.chars().all(|c| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_follow_the_final_sound() {
        for (word, object, topic, to) in [
            ("사과", "를", "는", "로"),
            ("책", "을", "은", "으로"),
            ("서울", "을", "은", "로"),
            ("글꼴(Noto Sans)", "을", "은", "로"),
            ("\"제품 사진\"", "을", "은", "으로"),
            ("8000", "을", "은", "으로"),
            ("12", "를", "는", "로"),
            ("7", "을", "은", "로"),
            ("80 %", "를", "는", "로"),
            ("PNG", "를", "는", "로"),
            ("URL", "을", "은", "로"),
            ("a.ttf", "를", "는", "로"),
            ("pixel", "을", "은", "로"),
            ("font.png", "을", "은", "으로"),
            ("", "를", "는", "로"),
        ] {
            assert_eq!((particle(word, "을/를"), particle(word, "은/는"), particle(word, "으로/로")), (object, topic, to), "{word}");
        }
    }
}
