//! What a character is to the scrubber: one byte for its plain form, its script, or its use.
//!
//! A helper of `redact`. Ranges instead of Unicode's own tables, which take more flash than all else here. Detectors look at
//! nothing but signs, so full-width and Arabic digits, typographic dashes and no-break spaces are plain ones to all of them.

use super::Stretch;

/// The ASCII form of a character if it has one, else one of the constants below.
pub(super) type Sign = u8;

/// No sign: before the first character, and where none is wanted.
pub(super) const EDGE: Sign = 0;
/// A letter with an accent or a mark on one.
pub(super) const LATIN: Sign = 0x80;
/// Chinese, Japanese and Korean, which put no space between a word and what stands beside it.
pub(super) const EAST_ASIAN: Sign = 0x81;
/// An Arabic letter.
pub(super) const ARABIC: Sign = 0x82;
/// A letter of Cyrillic, Greek or any other script.
pub(super) const OTHER: Sign = 0x83;
/// The mark of a long vowel in Japanese, and between digits typed full-width a dash.
pub(super) const LONG: Sign = 0x84;
/// Everything else.
pub(super) const NONE: Sign = 0x85;

/// A text that is read as signs. By reference it takes one register of a small core, where a `&str` takes two.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) bytes: &'t [u8],
}

impl<'t> Text<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self { bytes: text.as_bytes() }
    }

    /// Where nothing is found: behind all of it.
    pub(super) const fn behind(&self) -> Stretch {
        Stretch { start: self.bytes.len(), end: self.bytes.len() }
    }

    /// The sign of the character at `at`, and where the next one is.
    #[inline(never)]
    pub(super) fn sign_at(&self, at: usize) -> (Sign, usize) {
        let (code, next) = self.code_at(at);
        (sign_of(code), next)
    }

    /// The sign of the character that ends at `end`, and where it begins.
    #[inline(never)]
    pub(super) fn sign_before(&self, end: usize) -> (Sign, usize) {
        let Some(last) = end.checked_sub(1) else { return (EDGE, 0) };
        let start = self.start_of(last);
        (self.sign_at(start).0, start)
    }

    /// Where the character begins that has the byte at `at`.
    pub(super) fn start_of(&self, at: usize) -> usize {
        let mut start = at;
        while self.bytes.get(start).is_some_and(|byte| byte & 0xc0 == 0x80) {
            start = start.wrapping_sub(1);
        }
        start
    }

    /// The character at `at`, 0 behind the last, and where the next one is.
    pub(super) fn code_at(&self, at: usize) -> (u32, usize) {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        let Some((&lead, behind)) = bytes.split_first() else { return (0, at) };
        let (mut code, mut bits, mut next) = (u32::from(lead), 7_u32, at.wrapping_add(1));
        for byte in behind {
            if byte & 0xc0 != 0x80 {
                break;
            }
            code = code << 6 | u32::from(byte & 0x3f);
            // 11, 16 and 21 bits in two, three and four bytes.
            bits = bits.wrapping_add(if bits == 7 { 4 } else { 5 });
            next = next.wrapping_add(1);
        }
        (code & 1_u32.wrapping_shl(bits).wrapping_sub(1), next)
    }
}

/// One letter for both cases of it, in the scripts that have cases. `İ` and `ı` are `i`.
#[inline(never)]
pub(super) fn lower(code: u32) -> u32 {
    for case in &CASES {
        let [first, last, step] = *case;
        let (first, last) = (u32::from(first), u32::from(last));
        if (first..=last).contains(&code) {
            return match step {
                EVEN => code | 1,
                ODD => code.wrapping_add(code & 1),
                _ => code.wrapping_add(step.into()) & 0xffff,
            };
        }
    }
    code
}

/// The script of a letter or of a mark on one: `LATIN` and the like; `NONE` of everything else.
pub(super) fn script_of(sign: Sign) -> Sign {
    match sign {
        LATIN..=OTHER => sign,
        LONG => EAST_ASIAN,
        _ if sign.is_ascii_alphabetic() => LATIN,
        _ => NONE,
    }
}

/// Capitals are even, and odd between: steps of [`CASES`].
const EVEN: u16 = 0;
const ODD: u16 = 1;

/// The first and the last of a range, and what makes small letters, or plain signs, of them.
static CASES: [[u16; 3]; 19] = [
    [0x41, 0x5a, 0x20],
    [0xa0, 0xa0, 0x20_u16.wrapping_sub(0xa0)],
    [0xc0, 0xd6, 0x20],
    [0xd8, 0xde, 0x20],
    [0x130, 0x130, 0x69_u16.wrapping_sub(0x130)],
    [0x131, 0x131, 0x69_u16.wrapping_sub(0x131)],
    [0x100, 0x137, EVEN],
    [0x139, 0x148, ODD],
    [0x14a, 0x177, EVEN],
    [0x178, 0x178, 0xff_u16.wrapping_sub(0x178)],
    [0x179, 0x17e, ODD],
    [0x391, 0x3a9, 0x20],
    [0x400, 0x40f, 0x50],
    [0x410, 0x42f, 0x20],
    [0x1e00, 0x1eff, EVEN],
    [0x2011, 0x2011, 0x2d_u16.wrapping_sub(0x2011)],
    [0x2019, 0x2019, 0x27_u16.wrapping_sub(0x2019)],
    [0x202f, 0x202f, 0x20_u16.wrapping_sub(0x202f)],
    [0xff21, 0xff3a, 0x20],
];

fn sign_of(code: u32) -> Sign {
    let plain = match code {
        1..0x80 => code,
        0xff01..=0xff5e => code.wrapping_sub(0xfee0),
        0x660..=0x669 => code.wrapping_sub(0x630),
        0x6f0..=0x6f9 => code.wrapping_sub(0x6c0),
        _ => u32::from(of_range(code)),
    };
    plain.to_le_bytes()[0]
}

fn of_range(code: u32) -> Sign {
    let found = RANGES.iter().find(|range| **range >> 8 >= code);
    found.map_or(NONE, |range| range.to_le_bytes()[0])
}

/// The last character of a range and its sign, in one word.
const fn to(last: u32, sign: Sign) -> u32 {
    last << 8 | sign as u32
}

/// In order; each begins behind the one before it. Characters that no person writes stand where that saves a range.
const RANGES: [u32; 52] = [
    to(0x9f, NONE),
    to(0xa0, b' '),
    to(0xa9, NONE),
    to(0xaa, LATIN),
    to(0xb9, NONE),
    to(0xba, LATIN),
    to(0xbf, NONE),
    to(0xd6, LATIN),
    to(0xd7, NONE),
    to(0xf6, LATIN),
    to(0xf7, NONE),
    to(0x36f, LATIN),
    to(0x5ff, OTHER),
    to(0x60f, NONE),
    to(0x61a, ARABIC),
    to(0x61f, NONE),
    to(0x669, ARABIC),
    to(0x66a, NONE),
    to(0x66b, b','),
    to(0x66d, NONE),
    to(0x6d3, ARABIC),
    to(0x6d4, NONE),
    to(0x8ff, ARABIC),
    to(0x1dff, OTHER),
    to(0x1eff, LATIN),
    to(0x1fff, OTHER),
    to(0x200a, b' '),
    to(0x200f, NONE),
    to(0x2015, b'-'),
    to(0x2018, NONE),
    to(0x2019, b'\''),
    to(0x202e, NONE),
    to(0x202f, b' '),
    to(0x2211, NONE),
    to(0x2212, b'-'),
    to(0x2bff, NONE),
    to(0x2dff, OTHER),
    to(0x2fff, NONE),
    to(0x3000, b' '),
    to(0x3004, NONE),
    to(0x3007, EAST_ASIAN),
    to(0x3040, NONE),
    to(0x30fa, EAST_ASIAN),
    to(0x30fb, NONE),
    to(0x30fc, LONG),
    to(0xa4cf, EAST_ASIAN),
    to(0xabff, OTHER),
    to(0xfaff, EAST_ASIAN),
    to(0xff64, NONE),
    to(0xff9f, EAST_ASIAN),
    to(0x1ffff, NONE),
    to(0x3ffff, EAST_ASIAN),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(character: char) -> Sign {
        let text = format!("{character}b");
        let text = Text::of(&text);
        let (sign, next) = text.sign_at(0);
        assert_eq!(text.sign_before(next), (sign, 0));
        assert_eq!(next, character.len_utf8());
        sign
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn every_character_is_read_as_it_is() {
        for character in ('\0'..=char::MAX)
            .step_by(37)
            .chain(['\u{7f}', '\u{80}', '\u{7ff}', '\u{800}', '\u{ffff}'])
        {
            let text = format!("{character}b");
            assert_eq!(Text::of(&text).code_at(0), (u32::from(character), character.len_utf8()));
        }
        assert_eq!(
            (Text::of("a").sign_at(1), Text::of("a").sign_before(0)),
            ((NONE, 1), (EDGE, 0))
        );
    }

    #[test]
    fn digits_and_signs_of_other_scripts_are_plain() {
        for digits in ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]
        {
            assert!(digits.chars().map(sign).eq(b'0'..=b'9'), "{digits}");
        }
        assert!("ＡＺａｚ＠．（）－＋　’‑–−٫".chars().map(sign).eq(*b"AZaz@.()-+ '---,"));
        assert!(['²', '①', '€', '😀'].map(sign) == [NONE; 4]);
    }

    #[test]
    fn letters_fold_as_the_standard_folds_them() {
        for character in
            ('\0'..='\u{17f}').chain('\u{391}'..='\u{42f}').chain('\u{1e00}'..='\u{1eff}')
        {
            let mut cases = character.to_lowercase();
            let expected = cases.next().unwrap();
            let is_special =
                matches!(u32::from(character), 0xa0 | 0x130 | 0x131 | 0x138 | 0x149 | 0x17f)
                    || matches!(u32::from(character), 0x3a2 | 0x3aa..=0x40f | 0x1e96..=0x1e9f);
            if !is_special && cases.next().is_none() {
                assert_eq!(lower(u32::from(character)), lower(u32::from(expected)), "{character}");
            }
        }
        for (upper, other) in
            [('Ö', 'ö'), ('Š', 'š'), ('Ž', 'ž'), ('Ł', 'ł'), ('Я', 'я'), ('Σ', 'σ'), ('Ÿ', 'ÿ')]
        {
            assert_eq!(lower(u32::from(upper)), lower(u32::from(other)));
        }
        assert_ne!(lower(0x61), lower(0x62));
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
            assert!(text.chars().all(|character| script_of(sign(character)) == NONE), "{text}");
        }
        for (text, script) in [
            ("azAZéßÿłẞ", LATIN),
            ("ひカ漢々ー한", EAST_ASIAN),
            ("خالدٌپ", ARABIC),
            ("яΩאहไ", OTHER),
        ] {
            assert!(text.chars().all(|character| script_of(sign(character)) == script), "{text}");
        }
    }
}
