//! Line breaking within words: the punctuation rules of UAX #14 and JIS X 4051 (kinsoku).

use unicode_linebreak::{BreakClass, break_property};

/// Quality of a line break between two characters of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    /// Not allowed: a line would begin with closing punctuation or end with opening punctuation.
    Never,
    /// Within an alphabetic word or a number, for want of a better position.
    Poor,
    /// Next to an ideograph, kana or Hangul syllable.
    Good,
    /// After a full-width comma, full stop or closing bracket: the end of a phrase.
    Best,
}

/// Quality of the break between two adjacent characters of a word.
pub(super) fn between(left: char, right: char) -> Break {
    if cannot_begin_line(right) || cannot_end_line(left) || left == right && matches!(left, '…' | '‥' | '—' | '―') {
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
    // Currency and percent signs stay with their numbers; Latin words and numbers are not split.
    let number = l == BreakClass::Prefix && r == BreakClass::Numeric || l == BreakClass::Numeric && r == BreakClass::Postfix;
    if tight(l) && tight(r) || number { Break::Poor } else { Break::Good }
}

/// Whether a line must not begin with this character: closing punctuation, full stops, small kana, prolonged sound marks, iteration marks,
/// hyphens.
pub(super) fn cannot_begin_line(c: char) -> bool {
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
        // Closing quotation marks, and the characters that Korean uses as a middle dot or wave dash.
        _ => matches!(c, '’' | '”' | '»' | '›' | '·' | 'ㆍ' | '‧' | '~' | '∼'),
    }
}

/// Whether a line must not end with this character: opening brackets and quotation marks.
pub(super) fn cannot_end_line(c: char) -> bool {
    class(c) == BreakClass::OpenPunctuation || matches!(c, '‘' | '“' | '«' | '‹')
}

/// Whether a word is closing punctuation and stays on the line of the previous word despite the space between them.
pub(super) fn is_closing_punctuation(word: impl Iterator<Item = char> + Clone) -> bool {
    let wide = |c: char| c > '\u{2e80}' && cannot_begin_line(c);
    let closing = |c: char| cannot_begin_line(c) && !matches!(class(c), BreakClass::After | BreakClass::Hyphen);
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
        assert!(
            is_closing_punctuation("!".chars())
                && is_closing_punctuation("?!".chars())
                && is_closing_punctuation("。".chars())
                && is_closing_punctuation("！今".chars())
        );
        assert!(
            !is_closing_punctuation(".NET".chars())
                && !is_closing_punctuation(":)x".chars())
                && !is_closing_punctuation("Sale".chars())
                && !is_closing_punctuation("-".chars())
        );
        assert!(!is_closing_punctuation("".chars()));
    }
}
