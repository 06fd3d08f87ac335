//! Splits a prompt into words and finds the vocabulary in it. English words match in singular and plural; Korean words match with particles
//! and in compounds ("겨울밤" is 겨울 and 밤).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::words::{GRAMMAR_EN, GRAMMAR_KO, Meaning, Row, rows};
use crate::request::layers::parse_hex_color;

/// An occurrence of the vocabulary in a prompt.
#[derive(Clone, Debug)]
pub struct Found {
    /// The change that the words make.
    pub meaning: Meaning,
    /// [`Row::weight`].
    pub weight: u8,
    /// The words as written in the prompt.
    pub word: String,
    /// Index of the first token, and of the one after the last.
    pub span: (usize, usize),
    /// Number of the clause, which commas and full stops end.
    pub clause: usize,
    /// Whether the prompt excludes it ("without snow").
    pub negated: bool,
}

/// The result of [`read`].
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Occurrences in the order of the prompt.
    pub found: Vec<Found>,
    /// Words that are neither in the vocabulary nor grammar.
    pub unknown: Vec<String>,
}

/// One word of a prompt.
struct Token {
    /// As written in the prompt.
    original: String,
    /// Lower case, without accents.
    text: String,
    clause: usize,
}

/// Most tokens of a phrase of the vocabulary.
const LONGEST: usize = 5;

/// Particles and endings that may follow a Korean word within the same token.
const ENDINGS: &str = "이|가|은|는|을|를|의|에|에서|으로|로|와|과|도|만|이나|나|랑|이랑|처럼|같은|까지|부터|에는|에도|엔|에선|\
    이며|이고|인|한|스러운|스럽게|적인|풍|풍의|빛|빛의|색|색의|톤|톤의|위|위의|위에|위로|속|속의|속에|속에서|\
    안|안의|안에|앞|앞의|앞에|옆|옆의|옆에|아래|아래의|아래에|사이|사이로|사이의|뒤|뒤로|들|들이|들의|들과|들을|\
    들로|하고|된|진|가의|용|형|형태의|모양|모양의|느낌|느낌의|분위기|분위기의|스타일|스타일의|무늬|조각|에서의|\
    위에서|으로된|로된|밑|밑의|밑에|가에|쪽|쪽의|이라|라|인데|에서는|면|판|용의|이지만";

struct Index {
    /// English phrases by their first word, longest first.
    english: BTreeMap<String, Vec<(Vec<String>, &'static Row)>>,
    /// Korean phrases by their first syllable, longest first.
    korean: BTreeMap<char, Vec<(Vec<String>, &'static Row)>>,
    grammar_en: BTreeSet<&'static str>,
    grammar_ko: BTreeSet<&'static str>,
    endings: BTreeSet<&'static str>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut english: BTreeMap<String, Vec<(Vec<String>, &'static Row)>> = BTreeMap::new();
        let mut korean: BTreeMap<char, Vec<(Vec<String>, &'static Row)>> = BTreeMap::new();
        for row in rows() {
            for word in row.english() {
                let parts: Vec<String> = tokens(word).into_iter().map(|t| t.text).collect();
                if let Some(first) = parts.first() {
                    english.entry(first.clone()).or_default().push((parts, row));
                }
            }
            for word in row.korean().flat_map(inflected) {
                let parts: Vec<String> = word.split(' ').map(str::to_owned).collect();
                if let Some(first) = word.chars().next() {
                    korean.entry(first).or_default().push((parts, row));
                }
            }
        }
        let length = |parts: &[String]| parts.iter().map(|p| p.chars().count()).sum::<usize>();
        english.values_mut().for_each(|list| list.sort_by_key(|(parts, _)| std::cmp::Reverse((parts.len(), length(parts)))));
        korean.values_mut().for_each(|list| list.sort_by_key(|(parts, _)| std::cmp::Reverse((parts.len(), length(parts)))));
        Index {
            english,
            korean,
            grammar_en: GRAMMAR_EN.split('|').collect(),
            grammar_ko: GRAMMAR_KO.split('|').collect(),
            endings: ENDINGS.split('|').collect(),
        }
    })
}

/// A Korean word, and if it is an adjective its connective and adverbial forms: 따뜻한, 따뜻하고, 따뜻하게.
fn inflected(word: &'static str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    let stem = |tail: char| word.strip_suffix(tail).filter(|s| s.chars().count() > 0);
    if let Some(stem) = stem('한').filter(|s| s.chars().count() > 1) {
        forms.extend(["하고", "하게", "하며", "함", "히"].map(|end| format!("{stem}{end}")));
    }
    if let Some(stem) = stem('은') {
        forms.extend(["고", "게"].map(|end| format!("{stem}{end}")));
    }
    if let Some(stem) = stem('운') {
        // 부드러운 → 부드럽고: the syllable before gets the final ㅂ.
        let mut chars: Vec<char> = stem.chars().collect();
        if let Some(last) = chars.last_mut()
            && let Some(closed) = with_final_bieup(*last)
        {
            *last = closed;
            let stem: String = chars.into_iter().collect();
            forms.extend(["고", "게"].map(|end| format!("{stem}{end}")));
        }
    }
    forms
}

/// The syllable with the final consonant ㅂ added; `None` if it has a final consonant already.
fn with_final_bieup(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(0xac00).filter(|code| *code < 11_172 && code % 28 == 0)?;
    char::from_u32(0xac00 + code + 17)
}

/// Whether a character is a Hangul syllable or letter.
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}')
}

/// Lower case without the accents of the Latin languages of Western Europe.
fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        c => c,
    }
}

fn tokens(prompt: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut clause = 0;
    let mut word = String::new();
    let mut flush = |word: &mut String, clause: usize| {
        if !word.is_empty() {
            let original = std::mem::take(word);
            let text = original.chars().flat_map(char::to_lowercase).map(plain).collect();
            out.push(Token { original, text, clause });
        }
    };
    for c in prompt.chars() {
        let joins = match word.chars().next_back() {
            // A change between Hangul and other scripts ends a word. Digits stay with either.
            Some(last) => is_hangul(last) == is_hangul(c) || last.is_ascii_digit() || c.is_ascii_digit(),
            None => true,
        };
        if !c.is_alphanumeric() || c == '#' || !joins {
            flush(&mut word, clause);
        }
        if c.is_alphanumeric() || c == '#' {
            word.push(c);
        } else if matches!(c, ',' | '.' | ';' | ':' | '\n' | '、' | '，' | '。' | '/' | '|' | '(' | ')' | '!') {
            clause += 1;
        }
    }
    flush(&mut word, clause);
    out
}

/// A word and its singular forms.
fn singulars(word: &str) -> [Option<String>; 3] {
    let s = word.strip_suffix('s').filter(|w| w.len() > 2 && !w.ends_with('s'));
    let es = word.strip_suffix("es").filter(|w| w.len() > 2);
    let ies = word.strip_suffix("ies").filter(|w| w.len() > 1).map(|w| format!("{w}y"));
    [s.map(str::to_owned), es.map(str::to_owned), ies]
}

fn is_same_english(token: &str, word: &str) -> bool {
    token == word || singulars(token).iter().flatten().any(|w| w == word)
}

/// Finds the words of the vocabulary in a prompt.
pub fn read(prompt: &str) -> Words {
    let tokens = tokens(prompt);
    let mut out = Words::default();
    let mut i = 0;
    while i < tokens.len() {
        let token = &tokens[i];
        let before = out.found.len();
        let mut push = |meaning: Meaning, weight: u8, word: &str, end: usize| {
            out.found.push(Found { meaning, weight, word: word.to_owned(), span: (i, end), clause: token.clause, negated: false });
        };
        let end = if let Some([r, g, b]) = parse_hex_color(&token.text) {
            push(Meaning::Color(u32::from_be_bytes([0, r, g, b])), 3, &token.original, i + 1);
            i + 1
        } else if token.text.chars().any(is_hangul) {
            korean(&tokens, i, &mut push)
        } else {
            english(&tokens, i, &mut push)
        };
        if out.found.len() == before && end == i {
            if !is_grammar(&token.text) && !out.unknown.contains(&token.original) {
                out.unknown.push(token.original.clone());
            }
            i += 1;
            continue;
        }
        let negated = is_negated(&tokens, i, end);
        out.found[before..].iter_mut().for_each(|f| f.negated = negated);
        i = end;
    }
    out
}

/// Matches the longest English phrase at token `i`. Returns the index after the match, or `i` if nothing matches.
fn english(tokens: &[Token], i: usize, push: &mut impl FnMut(Meaning, u8, &str, usize)) -> usize {
    let first = &tokens[i].text;
    let index = index();
    let mut best: Option<(&Vec<String>, &Row)> = None;
    for start in std::iter::once(first.clone()).chain(singulars(first).into_iter().flatten()) {
        for (parts, row) in index.english.get(&start).into_iter().flatten() {
            let window = tokens.get(i..i + parts.len().min(LONGEST)).unwrap_or(&[]);
            let fits = window.len() == parts.len()
                && window.iter().all(|t| t.clause == tokens[i].clause)
                && window.iter().zip(parts).all(|(t, p)| is_same_english(&t.text, p));
            if fits && best.is_none_or(|(b, _)| parts.len() > b.len()) {
                best = Some((parts, row));
            }
        }
    }
    let Some((parts, row)) = best else { return i };
    let end = i + parts.len();
    push(row.meaning, row.weight, &words_of(&tokens[i..end]), end);
    end
}

fn words_of(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.original.as_str()).collect::<Vec<_>>().join(" ")
}

/// Matches Korean at token `i`: a phrase of several tokens, else the words within one. Returns the index after the match, or `i` if nothing matches.
fn korean(tokens: &[Token], i: usize, push: &mut impl FnMut(Meaning, u8, &str, usize)) -> usize {
    let index = index();
    let text = tokens[i].text.as_str();
    let candidates = || text.chars().next().and_then(|c| index.korean.get(&c)).into_iter().flatten();
    for (parts, row) in candidates().filter(|(parts, _)| parts.len() > 1) {
        let window = tokens.get(i..i + parts.len().min(LONGEST)).unwrap_or(&[]);
        let Some((last, before)) = parts.split_last() else { continue };
        let fits = window.len() == parts.len()
            && window.iter().all(|t| t.clause == tokens[i].clause)
            && window.iter().zip(before).all(|(t, p)| t.text == *p)
            && window.last().is_some_and(|t| t.text.strip_prefix(last.as_str()).is_some_and(is_ending));
        if fits {
            let end = i + parts.len();
            push(row.meaning, row.weight, &words_of(window), end);
            return end;
        }
    }
    // A grammatical token may begin with a word of the vocabulary: 바로 ("directly") begins with 바 ("bar").
    if index.grammar_ko.contains(text) && !candidates().any(|(parts, _)| parts.len() == 1 && parts[0] == text) {
        return i;
    }
    let found = segments(text, 0).or_else(|| if is_grammar(text) { None } else { inner(text) });
    let Some(found) = found else { return i };
    for (row, word) in found {
        push(row.meaning, row.weight, &word, i + 1);
    }
    i + 1
}

/// Whether `rest` is empty, a particle or an ending, so that a Korean word may end before it.
pub fn is_ending(rest: &str) -> bool {
    rest.is_empty() || index().endings.contains(rest)
}

/// Splits a token into words of the vocabulary, the last with an optional ending; `None` if something is left. At most five words, which bounds the
/// recursion.
fn segments(text: &str, depth: usize) -> Option<Vec<(&'static Row, String)>> {
    let first = text.chars().next()?;
    for (parts, row) in index().korean.get(&first).into_iter().flatten().filter(|(parts, _)| parts.len() == 1) {
        let Some(rest) = text.strip_prefix(parts[0].as_str()) else { continue };
        if is_ending(rest) {
            return Some(vec![(row, parts[0].clone())]);
        }
        if depth < 4
            && let Some(more) = segments(rest, depth + 1)
        {
            return Some(std::iter::once((*row, parts[0].clone())).chain(more).collect());
        }
    }
    None
}

/// The longest word of two syllables or more that a token contains: "초여름밤의" has 여름. Single syllables occur within unrelated words.
fn inner(text: &str) -> Option<Vec<(&'static Row, String)>> {
    let mut best: Option<(usize, &'static Row, &String)> = None;
    for (at, c) in text.char_indices() {
        for (parts, row) in index().korean.get(&c).into_iter().flatten().filter(|(parts, _)| parts.len() == 1) {
            let long = parts[0].chars().count();
            if long > 1 && text[at..].starts_with(parts[0].as_str()) && best.is_none_or(|(l, ..)| long > l) {
                best = Some((long, row, &parts[0]));
            }
        }
    }
    best.map(|(_, row, word)| vec![(row, word.clone())])
}

fn is_grammar(text: &str) -> bool {
    let index = index();
    if !text.chars().any(is_hangul) {
        let number = text.chars().all(|c| c.is_ascii_digit());
        return number || text == "#" || index.grammar_en.contains(text);
    }
    let ended = |at: usize| index.grammar_ko.contains(&text[..at]) && is_ending(&text[at..]);
    text.char_indices().skip(1).map(|(at, _)| at).chain([text.len()]).any(ended)
}

/// Whether the prompt excludes the words `from..to`: "no snow", "without any snow", "눈 없이". A negation reaches up to the next comma.
fn is_negated(tokens: &[Token], from: usize, to: usize) -> bool {
    let clause = tokens[from].clause;
    let before = tokens[from.saturating_sub(2)..from].iter().filter(|t| t.clause == clause);
    let after = tokens.get(to).filter(|t| t.clause == clause);
    before.into_iter().any(|t| matches!(t.text.as_str(), "no" | "without" | "not"))
        || after.is_some_and(|t| ["없", "제외", "말고", "빼고"].iter().any(|n| t.text.starts_with(n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(prompt: &str) -> Vec<String> {
        read(prompt).found.into_iter().map(|f| f.word).collect()
    }

    #[test]
    fn words_are_found_with_particles_plurals_and_in_compounds() {
        assert_eq!(found("autumn forests at dusk with falling leaves"), ["autumn", "forests", "dusk", "falling leaves"]);
        assert_eq!(found("눈 내리는 겨울밤, 대리석테이블 위의 선물 상자"), ["눈 내리는", "겨울", "밤", "대리석", "테이블", "선물 상자"]);
        assert_eq!(found("부드럽고 따뜻하게, 초여름밤의 카페에서"), ["부드럽고", "따뜻하게", "초여름", "밤", "카페"]);
        assert_eq!(found("cafés in #F0A and #112233"), ["cafés", "#F0A", "#112233"]);
    }

    #[test]
    fn words_without_a_meaning_are_unknown_and_grammar_is_not() {
        assert_eq!(read("a gazebo on the beach").unknown, ["gazebo"]);
        assert_eq!(read("해변 위에 놓인 정자").unknown, ["정자"]);
        assert_eq!(read("비누 생산 라인").unknown, ["비누", "생산", "라인"]);
        assert_eq!(read("海辺の夕日").unknown.len(), 1);
        assert_eq!(read(&"qwerty ".repeat(280)).unknown, ["qwerty"]);
    }

    #[test]
    fn negation_reaches_to_the_comma() {
        let negated = |prompt: &str| read(prompt).found.iter().map(|f| f.negated).collect::<Vec<_>>();
        assert_eq!(negated("without snow, beach"), [true, false]);
        assert_eq!(negated("no candles on wood"), [true, false]);
        assert_eq!(negated("눈 없는 산"), [true, false]);
    }
}
