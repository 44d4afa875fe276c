//! Finds where there is something to look at: the first digit, the first `@`.
//!
//! A helper of `redact`, and all that it costs where there is nothing: blocks of bytes are judged without a branch, which
//! a compiler turns into a few wide instructions.

use super::sign::{Sign, Text};

/// A range of signs, and the bytes that their characters end with.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    first: Sign,
    count: u8,
    /// The last byte of the first one full-width, behind 0xbc.
    wide: u8,
    /// How many there are in Arabic, behind 0xd9 and 0xdb.
    arabic: u8,
}

impl Wanted {
    /// Digits: ASCII, full-width or Arabic.
    pub(super) const DIGIT: Self = Self { first: b'0', count: 10, wide: 0x90, arabic: 10 };
    /// `@`, full-width too.
    pub(super) const AT: Self = Self { first: b'@', count: 1, wide: 0xa0, arabic: 0 };

    /// Where the first one at or behind `from` begins.
    #[inline(never)]
    pub(super) fn first_in(self, text: &Text<'_>, from: usize) -> Option<usize> {
        if IS_WIDE { self.by_blocks(text, from) } else { self.one_by_one(text, from) }
    }

    fn one_by_one(self, text: &Text<'_>, from: usize) -> Option<usize> {
        let mut at = from;
        while at < text.bytes.len() {
            let (sign, next) = text.sign_at(at);
            if self.holds(sign) {
                return Some(at);
            }
            at = next;
        }
        None
    }

    fn by_blocks(self, text: &Text<'_>, from: usize) -> Option<usize> {
        let mut from = from;
        loop {
            // Each with its own constants.
            let last = match self.arabic {
                0 => Self::AT.position(text.bytes, from),
                _ => Self::DIGIT.position(text.bytes, from),
            }?;
            let start = text.start_of(last);
            if self.holds(text.sign_at(start).0) {
                return Some(start);
            }
            from = last.wrapping_add(1);
        }
    }

    fn holds(self, sign: Sign) -> bool {
        sign.wrapping_sub(self.first) < self.count
    }

    /// The first byte that one may end with.
    #[inline(always)]
    fn position(self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        let mut before = 0;
        loop {
            let rest = bytes.get(at..)?;
            if let Some(block) = rest.first_chunk::<BLOCK>()
                && let Some(next) = rest.get(1..).and_then(<[u8]>::first_chunk::<BLOCK>)
            {
                let mut hit = u8::from(self.may_end_with(before, block[0]));
                for (before, byte) in block.iter().zip(next) {
                    hit |= u8::from(self.may_end_with(*before, *byte));
                }
                if hit == 0 {
                    before = block[BLOCK - 1];
                    at = at.wrapping_add(BLOCK);
                    continue;
                }
            }
            let found = rest.iter().position(|byte| {
                self.may_end_with(core::mem::replace(&mut before, *byte), *byte)
            })?;
            return Some(at.wrapping_add(found));
        }
    }

    #[inline(always)]
    fn may_end_with(self, before: u8, byte: u8) -> bool {
        (byte.wrapping_sub(self.first) < self.count)
            | ((before == 0xbc) & (byte.wrapping_sub(self.wide) < self.count))
            | ((before == 0xd9) & (byte.wrapping_sub(0xa0) < self.arabic))
            | ((before == 0xdb) & (byte.wrapping_sub(0xb0) < self.arabic))
    }
}

/// A small core has no wide instructions, and blocks are flash that it does not need.
const IS_WIDE: bool = size_of::<usize>() > 4;
/// Bytes that are judged at once.
const BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn finds_what_a_character_at_a_time_finds() {
        let is_digit = |c: char| matches!(c, '0'..='9' | '０'..='９' | '٠'..='٩' | '۰'..='۹');
        for wanted in ["0", "9", "０", "９", "٠", "٩", "۰", "۹", "@", "＠"] {
            for filler in ["a", "é", "ف", "ئ", "漢", "，", "弐", "彀", "¼", "/", ":", "?", "😀"]
            {
                for before in 0..70 {
                    for behind in [0, 1, 40] {
                        let text =
                            [filler.repeat(before), wanted.into(), filler.repeat(behind)].concat();
                        assert_eq!(
                            Wanted::DIGIT.first_in(&Text::of(&text), 0),
                            text.find(is_digit),
                            "{text}"
                        );
                        assert_eq!(
                            Wanted::AT.first_in(&Text::of(&text), 0),
                            text.find(['@', '＠']),
                            "{text}"
                        );
                        for kind in [Wanted::DIGIT, Wanted::AT] {
                            let found = kind.one_by_one(&Text::of(&text), 0);
                            assert_eq!(kind.by_blocks(&Text::of(&text), 0), found, "{text}");
                        }
                        let later = before * filler.len() + wanted.len();
                        assert_eq!(Wanted::DIGIT.first_in(&Text::of(&text), later), None);
                        assert_eq!(Wanted::AT.first_in(&Text::of(&text), later), None);
                    }
                }
            }
        }
    }
}
