//! Where a line may end: the rules for punctuation of UAX #14 and JIS X 4051 (kinsoku), for words that are broken between letters.

use unicode_linebreak::{BreakClass, break_property};

/// How good a break between two characters of one word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    /// A line would begin with a closing mark or end with an opening one.
    Never,
    /// Inside an alphabetic word or a number; no better place may exist.
    Poor,
    /// Beside an ideograph, kana or Hangul syllable.
    Good,
    /// After a full-width comma, full stop or closing bracket: the end of a phrase.
    Best,
}

/// The break between two neighbouring characters of one word.
pub(super) fn between(left: char, right: char) -> Break {
    if begins_no_line(right) || ends_no_line(left) || left == right && matches!(left, '…' | '‥' | '—' | '―') {
        return Break::Never;
    }
    if left > '\u{2e80}' && matches!(class(left), BreakClass::ClosePunctuation | BreakClass::Exclamation) {
        return Break::Best;
    }
    let (l, r) = (class(left), class(right));
    let tight = |c: BreakClass| {
        use BreakClass::{Alphabetic, HebrewLetter, Numeric};
        matches!(c, Alphabetic | HebrewLetter | Numeric)
    };
    // Currency signs stay with their numbers, as do percent signs; Latin words and numbers stay whole.
    let number = l == BreakClass::Prefix && r == BreakClass::Numeric || l == BreakClass::Numeric && r == BreakClass::Postfix;
    if tight(l) && tight(r) || number { Break::Poor } else { Break::Good }
}

/// Whether a line may not begin with a character: closing marks, full stops, small kana, the long vowel mark, repeat marks, hyphens.
pub(super) fn begins_no_line(c: char) -> bool {
    use BreakClass::{
        After, CloseParenthesis, ClosePunctuation, ConditionalJapaneseStarter, Exclamation, Hyphen, InfixSeparator, NonStarter, Symbol,
    };
    match class(c) {
        ClosePunctuation
        | CloseParenthesis
        | Exclamation
        | NonStarter
        | ConditionalJapaneseStarter
        | InfixSeparator
        | Symbol
        | After
        | Hyphen => true,
        // Closing quotation marks, and the marks that Korean uses like a middle dot or a wave dash.
        _ => matches!(c, '’' | '”' | '»' | '›' | '·' | 'ㆍ' | '‧' | '~' | '∼'),
    }
}

/// Whether a line may not end with a character: opening brackets and quotation marks.
pub(super) fn ends_no_line(c: char) -> bool {
    class(c) == BreakClass::OpenPunctuation || matches!(c, '‘' | '“' | '«' | '‹')
}

/// Whether a word stays on the line of the word before it in spite of the space: it is closing punctuation.
pub(super) fn clings_back(word: impl Iterator<Item = char> + Clone) -> bool {
    let wide = |c: char| c > '\u{2e80}' && begins_no_line(c);
    let closing = |c: char| begins_no_line(c) && !matches!(class(c), BreakClass::After | BreakClass::Hyphen);
    word.clone().next().is_some_and(wide) || word.clone().next().is_some() && word.clone().all(closing)
}

fn class(c: char) -> BreakClass {
    break_property(u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_keeps_to_its_side() {
        for c in "。、！？」』）】〉》〕］｝｡､｣，．：；・ー々ゝヽ〜ぁゃっッョヶ!?,.:;)]}’”·".chars()
        {
            assert_eq!(between('春', c), Break::Never, "{c}");
        }
        for c in "「『（【〈《〔［｛｢([{‘“".chars() {
            assert_eq!(between(c, '春'), Break::Never, "{c}");
            assert_ne!(between('春', c), Break::Never, "{c}");
        }
        assert_eq!(between('…', '…'), Break::Never);
    }

    #[test]
    fn words_and_numbers_are_broken_last() {
        assert_eq!(between('신', '메'), Break::Good);
        assert_eq!(between('年', '新'), Break::Good);
        assert_eq!(between('2', '0'), Break::Poor);
        assert_eq!(between('W', 'W'), Break::Poor);
        assert_eq!(between('0', '%'), Break::Poor);
        assert_eq!(between('₩', '9'), Break::Poor);
        assert_eq!(between('6', '年'), Break::Good);
        assert_eq!(between('、', '開'), Break::Best);
    }

    #[test]
    fn closing_words_cling() {
        assert!(clings_back("!".chars()) && clings_back("?!".chars()) && clings_back("。".chars()) && clings_back("！今".chars()));
        assert!(!clings_back(".NET".chars()) && !clings_back(":)x".chars()) && !clings_back("Sale".chars()) && !clings_back("-".chars()));
        assert!(!clings_back("".chars()));
    }
}
