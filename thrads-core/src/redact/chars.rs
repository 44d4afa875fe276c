//! What a character is to the scrubber: its plain form, its digit, its script.
//!
//! A helper of `redact`. Ranges instead of Unicode's own tables, which take more flash than all else here.

/// The ASCII form of full-width characters, of Arabic digits, and of the spaces, dashes and apostrophes that typesetters
/// and phones put in their place; any other character as it is.
pub(super) fn fold(character: char) -> char {
    let code = u32::from(character);
    let ascii = match code {
        0..0x80 => return character,
        0xff01..=0xff5e => code.wrapping_sub(0xfee0),
        0x660..=0x669 => code.wrapping_sub(0x630),
        0x6f0..=0x6f9 => code.wrapping_sub(0x6c0),
        0xa0 | 0x2007..=0x200a | 0x202f | 0x3000 => 0x20,
        // Between digits typed full-width, the mark of a long vowel is a dash.
        0x2010..=0x2015 | 0x2212 | 0x30fc => 0x2d,
        0x2019 => 0x27,
        0x66b => 0x2c,
        _ => return character,
    };
    char::from_u32(ascii).unwrap_or(character)
}

/// The value of a digit.
pub(super) fn digit(character: char) -> Option<u32> {
    fold(character).to_digit(10)
}

/// The scripts between which a word of one ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    /// Chinese, Japanese and Korean, which put no space between a word and what stands beside it.
    EastAsian,
    Arabic,
    /// Cyrillic, Greek and all others.
    Other,
}

impl Script {
    /// That of a letter, or of a mark on one; `None` for everything else.
    pub(super) fn of(character: char) -> Option<Self> {
        match u32::from(character) {
            0xd7 | 0xf7 => None,
            0x41..=0x5a | 0x61..=0x7a | 0xaa | 0xba | 0xc0..=0x24f | 0x300..=0x36f => {
                Some(Self::Latin)
            }
            0x1e00..=0x1eff | 0xff21..=0xff3a | 0xff41..=0xff5a => Some(Self::Latin),
            0x60c | 0x61b | 0x61f | 0x660..=0x66d | 0x6d4 | 0x6f0..=0x6f9 => None,
            0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfefc => {
                Some(Self::Arabic)
            }
            0x3005..=0x3007 | 0x3041..=0x3096 | 0x309d..=0x30fa | 0x30fc..=0x9fff => {
                Some(Self::EastAsian)
            }
            0x2e80..=0x2fdf | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xff66..=0xff9f => {
                Some(Self::EastAsian)
            }
            0x20000..=0x3ffff => Some(Self::EastAsian),
            0x370..=0x1fff | 0x2c00..=0x2dff | 0xa000..=0xabff => Some(Self::Other),
            _ => None,
        }
    }
}

/// One letter for both cases of it, in the scripts that have cases. `İ` and `ı` are `i`.
pub(super) fn lower(character: char) -> char {
    let code = u32::from(character);
    let other = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a9 | 0x410..=0x42f => {
            code.wrapping_add(0x20)
        }
        0xff21..=0xff3a => code.wrapping_add(0x20),
        0x130 | 0x131 => 0x69,
        // Capitals are even here, and odd between.
        0x100..=0x137 | 0x14a..=0x177 | 0x1e00..=0x1e95 | 0x1ea0..=0x1eff => code | 1,
        0x139..=0x148 | 0x179..=0x17e => code.wrapping_add(code & 1),
        0x178 => 0xff,
        0x400..=0x40f => code.wrapping_add(0x50),
        _ => return character,
    };
    char::from_u32(other).unwrap_or(character)
}

/// Whether this is an ASCII letter or digit.
pub(super) fn is_plain(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_three_scripts_are_read() {
        for digits in ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]
        {
            assert!(digits.chars().map(digit).eq((0..10).map(Some)), "{digits}");
        }
        assert_eq!(['a', '²', '①', '三', ' '].map(digit), [None; 5]);
    }

    #[test]
    fn letters_fold_as_the_standard_folds_them() {
        for character in
            ('\0'..='\u{17f}').chain('\u{391}'..='\u{42f}').chain('\u{1e00}'..='\u{1eff}')
        {
            let mut cases = character.to_lowercase();
            let expected = cases.next().unwrap();
            let is_special = matches!(u32::from(character), 0x130 | 0x131 | 0x138 | 0x149 | 0x17f)
                || matches!(u32::from(character), 0x3a2 | 0x3aa..=0x40f | 0x1e96..=0x1e9f);
            if !is_special && cases.next().is_none() {
                assert_eq!(lower(character), lower(expected), "{character}");
            }
        }
        for (upper, other) in
            [('Ö', 'ö'), ('Š', 'š'), ('Ž', 'ž'), ('Ł', 'ł'), ('Я', 'я'), ('Σ', 'σ'), ('Ÿ', 'ÿ')]
        {
            assert_eq!(lower(upper), lower(other));
        }
        assert_ne!(lower('a'), lower('b'));
    }

    #[test]
    fn a_script_is_that_of_letters_only() {
        for text in [
            ".,;:!?'\"()[]<>@#",
            "،؛؟«»„“”‘’…",
            "、。「」（）！？・〜",
            "😀👍✈",
            " \u{a0}\u{3000}",
            "×÷€°",
        ] {
            assert!(text.chars().all(|character| Script::of(character).is_none()), "{text}");
        }
        for (text, script) in [
            ("azAZéßÿłẞ", Script::Latin),
            ("ひカ漢々ー한", Script::EastAsian),
            ("خالدٌپ", Script::Arabic),
            ("яΩאहไ", Script::Other),
        ] {
            assert!(text.chars().all(|character| Script::of(character) == Some(script)), "{text}");
        }
    }
}
