//! Finds where there is something to look at: the first digit, the first `@`.
//!
//! A helper of `redact`, and all that it costs where there is nothing: blocks of bytes are judged without a branch, which
//! a compiler turns into a few wide instructions.

use super::chars::{digit, fold};

/// Where the first digit at or behind `from` begins; ASCII, full-width or Arabic.
pub(super) fn first_digit(text: &str, from: usize) -> Option<usize> {
    let is_last_byte = |before: u8, byte: u8| {
        (byte.wrapping_sub(b'0') < 10)
            | ((before == 0xd9) & (byte.wrapping_sub(0xa0) < 10))
            | ((before == 0xdb) & (byte.wrapping_sub(0xb0) < 10))
            | ((before == 0xbc) & (byte.wrapping_sub(0x90) < 10))
    };
    first(text, from, is_last_byte, |character| digit(character).is_some())
}

/// Where the first `@` at or behind `from` begins, full-width ones too.
pub(super) fn first_at(text: &str, from: usize) -> Option<usize> {
    let is_last_byte = |before: u8, byte: u8| (byte == b'@') | ((before == 0xbc) & (byte == 0xa0));
    first(text, from, is_last_byte, |character| fold(character) == '@')
}

/// The first character that is wanted; its last byte and the one before tell most others.
#[inline(always)]
fn first(
    text: &str,
    from: usize,
    is_last_byte: impl Fn(u8, u8) -> bool + Copy,
    is_wanted: fn(char) -> bool,
) -> Option<usize> {
    let mut from = from;
    loop {
        let last = position(text.as_bytes(), from, is_last_byte)?;
        let mut start = last;
        while !text.is_char_boundary(start) {
            start = start.saturating_sub(1);
        }
        if text.get(start..)?.chars().next().is_some_and(is_wanted) {
            return Some(start);
        }
        from = last.saturating_add(1);
    }
}

/// The first byte for which `is_wanted` holds, given the byte before it.
#[inline(always)]
fn position(bytes: &[u8], from: usize, is_wanted: impl Fn(u8, u8) -> bool) -> Option<usize> {
    let mut at = from;
    let mut before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(0);
    loop {
        let rest = bytes.get(at..)?;
        let Some((block, _)) = rest.split_first_chunk::<BLOCK>() else {
            return last(rest, before, at, is_wanted);
        };
        let shifted = rest.get(1..).unwrap_or_default();
        let hit = block
            .iter()
            .zip(shifted)
            .fold(is_wanted(before, block[0]), |hit, (&first, &second)| {
                hit | is_wanted(first, second)
            });
        if hit {
            return last(rest, before, at, is_wanted);
        }
        before = block[BLOCK - 1];
        at = at.saturating_add(BLOCK);
    }
}

#[inline(always)]
fn last(rest: &[u8], before: u8, at: usize, is_wanted: impl Fn(u8, u8) -> bool) -> Option<usize> {
    let mut before = before;
    let found =
        rest.iter().position(|&byte| is_wanted(core::mem::replace(&mut before, byte), byte))?;
    Some(at.saturating_add(found))
}

/// Bytes that are judged at once.
const BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_character_at_a_time_finds() {
        let is_digit = |c: char| matches!(c, '0'..='9' | '０'..='９' | '٠'..='٩' | '۰'..='۹');
        for wanted in ["0", "9", "０", "９", "٠", "٩", "۰", "۹", "@", "＠"] {
            for filler in ["a", "é", "ف", "ئ", "漢", "，", "弐", "彀", "¼", "/", ":", "?", "😀"]
            {
                for before in 0..70 {
                    for behind in [0, 1, 40] {
                        let text =
                            [filler.repeat(before), wanted.into(), filler.repeat(behind)].concat();
                        assert_eq!(first_digit(&text, 0), text.find(is_digit), "{text}");
                        assert_eq!(first_at(&text, 0), text.find(['@', '＠']), "{text}");
                        let later = before * filler.len() + wanted.len();
                        assert_eq!(first_digit(&text, later).or(first_at(&text, later)), None);
                    }
                }
            }
        }
    }
}
