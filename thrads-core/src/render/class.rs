//! What a character is to a line of text: hidden, white space, a mark, one column or two.
//!
//! The table under `text` and `pieces`. It serves section 5 of the wire contract (nothing may cover or move the label)
//! and stays small for a device: where a script's marks are not listed they count as one column, so a line is rather
//! too short than too long.

/// How a character behaves on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Never shown: controls, bidirectional and other format controls, private use, noncharacters, tags, fillers.
    Hidden,
    Space,
    /// Stands on the character before it.
    Mark,
    /// Asks for the text or the emoji form of the character before it (U+FE0E, U+FE0F).
    Selector,
    /// U+200C and U+200D.
    Joiner,
    Wide,
    Narrow,
    /// Half a flag; two make one of two columns.
    RegionalIndicator,
}

use Class::{Hidden, Joiner, Mark, Narrow, RegionalIndicator, Selector, Space, Wide};

impl Class {
    pub(super) fn of(character: char) -> Self {
        match character {
            '!'..='~' => Narrow,
            '\u{10000}'.. => Self::of_supplementary(character),
            _ => Self::of_basic(character),
        }
    }

    fn of_basic(character: char) -> Self {
        let code = u32::from(character);
        let found = TABLE.iter().rev().find(|&&range| range >> 16 <= code);
        let &range = found.unwrap_or(&0);
        if code.saturating_sub(range >> 16) > range >> 3 & MAX_EXTENT {
            return Narrow;
        }
        match range & 7 {
            0 => Hidden,
            1 => Space,
            2 => Mark,
            3 => Selector,
            4 => Joiner,
            5 => Wide,
            _ => Narrow,
        }
    }

    fn of_supplementary(character: char) -> Self {
        match character {
            _ if u32::from(character) & 0xfffe == 0xfffe => Hidden,
            // Above are tags, private use and what has no characters yet.
            '\u{40000}'.. => Hidden,
            '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => Hidden,
            '\u{1f1e6}'..='\u{1f1ff}' => RegionalIndicator,
            '\u{16fe0}'..='\u{1b2ff}' | '\u{1f000}'..='\u{1faff}' | '\u{20000}'.. => Wide,
            _ => Narrow,
        }
    }

    /// Something to see that stands by itself.
    pub(super) fn is_base(self) -> bool {
        matches!(self, Narrow | Wide | RegionalIndicator)
    }
}

/// Symbols and pictures, of which emoji are made.
pub(super) fn is_symbol(character: char) -> bool {
    matches!(character, '\u{203c}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// First and last character of a range of the basic plane, and their class, in one word.
const fn range(first: u32, last: u32, class: Class) -> u32 {
    assert!(first <= last && last <= first.saturating_add(MAX_EXTENT) && last <= 0xffff);
    first << 16 | last.saturating_sub(first) << 3 | class as u32
}

/// Longer ranges stand in parts.
const MAX_EXTENT: u32 = 0x1fff;

/// In order; what is not here is one column wide. Blocks of which a part is wide, as among the symbols, count as wide
/// where that saves a range.
const TABLE: [u32; 73] = [
    range(0x0000, 0x0008, Hidden),
    range(0x0009, 0x000d, Space),
    range(0x000e, 0x001f, Hidden),
    range(0x0020, 0x0020, Space),
    range(0x007f, 0x0084, Hidden),
    range(0x0085, 0x0085, Space),
    range(0x0086, 0x009f, Hidden),
    range(0x00a0, 0x00a0, Space),
    range(0x00ad, 0x00ad, Hidden),
    range(0x0300, 0x034e, Mark),
    range(0x034f, 0x034f, Hidden),
    range(0x0350, 0x036f, Mark),
    range(0x0483, 0x0489, Mark),
    range(0x0591, 0x05bd, Mark),
    range(0x05bf, 0x05bf, Mark),
    range(0x05c1, 0x05c2, Mark),
    range(0x0610, 0x061a, Mark),
    range(0x061c, 0x061c, Hidden),
    range(0x064b, 0x065f, Mark),
    range(0x0670, 0x0670, Mark),
    range(0x093c, 0x093c, Mark),
    range(0x0941, 0x0948, Mark),
    range(0x094d, 0x094d, Mark),
    range(0x0e31, 0x0e31, Mark),
    range(0x0e34, 0x0e3a, Mark),
    range(0x0e47, 0x0e4e, Mark),
    range(0x1100, 0x115e, Wide),
    range(0x115f, 0x1160, Hidden),
    range(0x1680, 0x1680, Space),
    range(0x17b4, 0x17b5, Hidden),
    range(0x180b, 0x180f, Hidden),
    range(0x1ab0, 0x1aff, Mark),
    range(0x1dc0, 0x1dff, Mark),
    range(0x2000, 0x200a, Space),
    range(0x200b, 0x200b, Hidden),
    range(0x200c, 0x200d, Joiner),
    range(0x200e, 0x200f, Hidden),
    range(0x2028, 0x2029, Space),
    range(0x202a, 0x202e, Hidden),
    range(0x202f, 0x202f, Space),
    range(0x205f, 0x205f, Space),
    range(0x2060, 0x206f, Hidden),
    range(0x20d0, 0x20ff, Mark),
    range(0x231a, 0x23ff, Wide),
    range(0x25fd, 0x27bf, Wide),
    range(0x2800, 0x2800, Space),
    range(0x2b1b, 0x2b55, Wide),
    range(0x2e80, 0x2fff, Wide),
    range(0x3000, 0x3000, Space),
    range(0x3001, 0x3098, Wide),
    range(0x3099, 0x309a, Mark),
    range(0x309b, 0x3163, Wide),
    range(0x3164, 0x3164, Hidden),
    range(0x3165, 0x5164, Wide),
    range(0x5165, 0x7164, Wide),
    range(0x7165, 0x9164, Wide),
    range(0x9165, 0xa4cf, Wide),
    range(0xa960, 0xc95f, Wide),
    range(0xc960, 0xd7a3, Wide),
    range(0xe000, 0xf8ff, Hidden),
    range(0xf900, 0xfaff, Wide),
    range(0xfdd0, 0xfdef, Hidden),
    range(0xfe00, 0xfe0d, Hidden),
    range(0xfe0e, 0xfe0f, Selector),
    range(0xfe10, 0xfe19, Wide),
    range(0xfe20, 0xfe2f, Mark),
    range(0xfe30, 0xfe6f, Wide),
    range(0xfeff, 0xfeff, Hidden),
    range(0xff01, 0xff60, Wide),
    range(0xffa0, 0xffa0, Hidden),
    range(0xffe0, 0xffe6, Wide),
    range(0xfff0, 0xfffc, Hidden),
    range(0xfffe, 0xffff, Hidden),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_gives_back_its_classes() {
        assert!(TABLE.is_sorted_by_key(|range| range >> 16));
        for pair in TABLE.windows(2) {
            let last = (pair[0] >> 16) + (pair[0] >> 3 & MAX_EXTENT);
            assert!(last < pair[1] >> 16);
        }
        for class in [Hidden, Space, Mark, Selector, Joiner, Wide] {
            let of_class = |&&range: &&u32| range & 7 == class as u32;
            for range in TABLE.iter().filter(of_class) {
                let first = char::from_u32(range >> 16);
                assert!(first.is_none_or(|first| Class::of(first) == class));
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn white_space_is_what_unicode_says_and_the_blank_of_braille() {
        for character in '\0'..=char::MAX {
            let expected = character.is_whitespace() || character == '\u{2800}';
            assert_eq!(Class::of(character) == Space, expected, "{:x}", u32::from(character));
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn letters_of_any_script_are_bases() {
        for character in "aßéŁΩЖאعअกあ漢한ﬁＡｱ€…·—™½🅰𝔘𠮷☕😀🇩".chars()
        {
            assert!(Class::of(character).is_base(), "{character}");
        }
        assert_eq!(Class::of(char::REPLACEMENT_CHARACTER), Narrow);
    }

    #[test]
    fn east_asian_and_emoji_are_two_columns() {
        for character in "漢字かなカナ한글ㄅ、。「！Ａ￥𠮷☕✅❌😀🚀🪐🀄〶".chars()
        {
            assert_eq!(Class::of(character), Wide, "{character}");
        }
        for character in "aßé€ｱﾞЖאعअก—…·¥©→²".chars() {
            assert_eq!(Class::of(character), Narrow, "{character}");
        }
    }
}
