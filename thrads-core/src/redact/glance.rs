//! A first look at a whole text: most texts hold nothing that a detector has to see, and this tells it in one pass.
//!
//! A helper of `redact`, where there is an operating system; a bare device goes to the detectors at once and spends no flash on it.
//! Blocks of bytes are judged without a branch, which a compiler turns into a few wide instructions. Where a digit or an `@`
//! is, three looks follow, each dearer than the one before it: a short number between spaces, a short number in short words,
//! and what the detectors themselves say of that one place.

use super::sign::Text;
use super::{digits, email, secret};

/// Whether no detector but that of names would find anything. It may say no where there is nothing.
pub(super) fn is_clean(text: &str) -> bool {
    let text = &Text::of(text);
    let bytes = text.bytes;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let (mut at, mut from) = (0_usize, 0);
    for block in blocks {
        let mut flags = [0; BLOCK];
        for (flag, byte) in flags.iter_mut().zip(block) {
            *flag = if is_plain_suspect(*byte) { 0x80 } else { 0 };
        }
        if u128::from_le_bytes(*block) & HIGH != 0 {
            let before = bytes.get(at.wrapping_sub(1)..).and_then(<[u8]>::first_chunk);
            mark_foreign(before.unwrap_or(&shifted(block, 0)), block, &mut flags);
        }
        if u128::from_le_bytes(flags) != 0 {
            match look(text, &flags, at, from) {
                Some(end) => from = end,
                None => return false,
            }
        }
        at = at.wrapping_add(BLOCK);
    }
    let mut last = [0; BLOCK];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    let mut flags = last.map(|byte| if is_plain_suspect(byte) { 0x80 } else { 0 });
    let before = bytes.get(at.wrapping_sub(1)).copied().unwrap_or(0);
    mark_foreign(&shifted(&last, before), &last, &mut flags);
    look(text, &flags, at, from).is_some()
}

/// Goes through the suspects of the block at `at`. Up to `from` there is nothing, and then up to what is returned.
#[inline(always)]
fn look(text: &Text<'_>, flags: &[u8; BLOCK], at: usize, from: usize) -> Option<usize> {
    let (mut at, mut from) = (at, from);
    for word in flags.as_chunks().0 {
        let mut bits = u64::from_le_bytes(*word);
        while bits != 0 {
            let suspect = at.wrapping_add(usize::try_from(bits.trailing_zeros() >> 3).ok()?);
            bits &= bits.wrapping_sub(1);
            if suspect >= from {
                from = end_of(text, suspect)?;
            }
        }
        at = at.wrapping_add(WORD);
    }
    Some(from)
}

/// Flags the bytes that may be the last ones of a digit or an `@` that is not ASCII.
#[inline(always)]
fn mark_foreign(before: &[u8; BLOCK], block: &[u8; BLOCK], flags: &mut [u8; BLOCK]) {
    for ((flag, byte), before) in flags.iter_mut().zip(block).zip(before) {
        *flag |= if is_foreign_suspect(*before, *byte) { 0x80 } else { 0 };
    }
}

/// The bytes before those of a block.
fn shifted(block: &[u8; BLOCK], before: u8) -> [u8; BLOCK] {
    let mut shifted = [before; BLOCK];
    shifted.iter_mut().skip(1).zip(block).for_each(|(place, byte)| *place = *byte);
    shifted
}

/// Where to go on behind the suspect at `at`, if there is nothing.
#[inline(always)]
fn end_of(text: &Text<'_>, at: usize) -> Option<usize> {
    short_end(text.bytes, at).or_else(|| slight_end(text, at)).or_else(|| harmless_end(text, at))
}

#[inline(always)]
fn is_plain_suspect(byte: u8) -> bool {
    (byte.wrapping_sub(b'0') < 10) | (byte == b'@')
}

/// Full-width digits and `＠`, and Arabic digits, by the last two bytes of each.
#[inline(always)]
fn is_foreign_suspect(before: u8, byte: u8) -> bool {
    ((before == 0xbc) & ((byte.wrapping_sub(0x90) < 10) | (byte == 0xa0)))
        | ((before == 0xd9) & (byte.wrapping_sub(0xa0) < 10))
        | ((before == 0xdb) & (byte.wrapping_sub(0xb0) < 10))
}

/// Where the number at `at` ends if it is as short as most: up to six digits and signs alone between spaces or letters that
/// are not ASCII, as in `at 7.30 or` or `10時`.
#[inline(always)]
fn short_end(bytes: &[u8], at: usize) -> Option<usize> {
    let (before, behind) = bytes.split_at_checked(at)?;
    match before {
        [] | [.., b' '] => {}
        [.., 0xef, 0xbc | 0xbd, _] | [.., ..0x80] => return None,
        _ => {}
    }
    let known: &[u8; WORD] = behind.first_chunk()?;
    let word = u64::from_le_bytes(*known);
    let ascii = word & !HIGHS;
    // The highest bit of each byte says whether it is at least `(`, more than `:`, no space, no colon.
    let (least, most) = (ascii.wrapping_add(each(0x58)), ascii.wrapping_add(each(0x45)));
    let no_space = (ascii ^ each(b' ')).wrapping_add(each(0x7f));
    let no_colon = (ascii ^ each(b':')).wrapping_add(each(0x7f));
    let ends = ((!least | most) & no_space | word) & HIGHS;
    // Of the first that is none of them, within seven bytes.
    let end = ends & ends.wrapping_neg() & (u64::MAX >> 1);
    let has_two_colons = !no_colon & !no_colon << 8 & HIGHS != 0;
    let length = usize::try_from(end.trailing_zeros() >> 3).ok()?;
    let behind = at.wrapping_add(length);
    let is_parted = end & !word & (!no_space << 8) != 0;
    let is_foreign = end & word != 0 && length > 0;
    let is_short = is_parted || is_foreign && !goes_on(bytes, behind);
    (is_short && !has_two_colons).then_some(behind)
}

/// Where the number at `at` ends, if it and the words that it is in are too short for all that is hidden.
#[inline(never)]
fn slight_end(text: &Text<'_>, at: usize) -> Option<usize> {
    let (before, behind) = text.bytes.split_at_checked(at)?;
    if is_behind_country(before) {
        return None;
    }
    let (mut digits, mut dots, mut end) = (0_u32, 0_u8, 0_usize);
    let (mut first, mut last) = (None, 0);
    for byte in behind.iter().take(MAX_NUMBER) {
        match byte {
            b'0'..=b'9' => digits = digits.wrapping_add(1),
            b'.' => dots = dots.wrapping_add(1),
            b' ' => (first, last) = (first.or(Some(end)), end.wrapping_add(1)),
            b'-' | b'/' | b'(' | b')' => {}
            _ => break,
        }
        end = end.wrapping_add(1);
    }
    let is_slight = digits > 0 && digits < digits::MIN_DIGITS && dots < 3 && end < MAX_NUMBER;
    if !is_slight || goes_on(text.bytes, at.wrapping_add(end)) {
        return None;
    }
    let front = before.iter().rev().take_while(|byte| byte.is_ascii_graphic());
    let back = behind.get(end..)?.iter().take_while(|byte| byte.is_ascii_graphic());
    let front = room(front, first.unwrap_or(end))?;
    let is_in_word = last < end;
    let taken = if first.is_some() { end.wrapping_sub(last) } else { front };
    (!is_in_word || room(back, taken).is_some()).then_some(at.wrapping_add(end))
}

/// Whether two letters may be the last of a text, as in front of the first digit of an account number.
fn is_behind_country(text: &[u8]) -> bool {
    match text {
        [.., 0xef, 0xbc | 0xbd, _] => true,
        [.., 0xef, 0xbc | 0xbd, _, last] => last.is_ascii_alphabetic(),
        [.., first, last] => first.is_ascii_alphabetic() && last.is_ascii_alphabetic(),
        _ => false,
    }
}

/// The length of a word of which so many bytes are known, if it is too short for a secret and has no two colons in a row.
#[inline(always)]
fn room<'b>(rest: impl Iterator<Item = &'b u8>, known: usize) -> Option<usize> {
    let (mut length, mut last) = (known, 0);
    for byte in rest {
        length = length.wrapping_add(1);
        if length >= secret::MIN_PASSWORD || (*byte == b':' && last == b':') {
            return None;
        }
        last = *byte;
    }
    (length < secret::MIN_PASSWORD).then_some(length)
}

/// Whether what stands behind a chain of plain digits and signs may be another form of them, and belong to it.
#[inline(always)]
fn goes_on(bytes: &[u8], end: usize) -> bool {
    matches!(
        bytes.get(end..),
        Some(
            [0xc2, 0xa0, ..]
                | [0xd9 | 0xdb | 0xef, ..]
                | [0xe2, 0x80 | 0x88, ..]
                | [0xe3, 0x80, 0x80, ..]
                | [0xe3, 0x83, 0xbc, ..]
        )
    )
}

/// Where to go on behind the suspect at `at`, if no detector finds anything there.
#[inline(never)]
fn harmless_end(text: &Text<'_>, at: usize) -> Option<usize> {
    let start = text.start_of(at);
    let (before, behind) = text.bytes.split_at_checked(start)?;
    let (sign, next) = text.sign_at(start);
    if !sign.is_ascii_digit() {
        let is_clean = sign != b'@' || email::around(text, start).is_empty();
        return is_clean.then_some(next);
    }
    let is_inside = |byte: &&u8| byte.is_ascii_graphic();
    let front = before.iter().rev().take(MAX_WORD).take_while(is_inside).count();
    let back = behind.iter().take(MAX_WORD).take_while(is_inside).count();
    if front == MAX_WORD || back == MAX_WORD || secret::is_at(text, start) {
        return None;
    }
    let end = digits::harmless_end(text, start)?;
    let chain = behind.get(..end.saturating_sub(start))?;
    // The last part of a chain may go on behind it as a key, and is looked at by itself.
    match chain.iter().rposition(|byte| !matches!(byte, b'0'..=b'9' | b'-')) {
        Some(last) if text.bytes.get(end).is_some_and(u8::is_ascii_graphic) => {
            Some(start.saturating_add(last).max(next))
        }
        _ => Some(end),
    }
}

/// A word with this in each of its bytes.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; WORD])
}

/// Bytes that are judged at once.
const BLOCK: usize = 16;
/// Bytes at a digit that are judged at once.
const WORD: usize = 8;
/// Of each byte the bit that ASCII has not.
const HIGH: u128 = u128::from_le_bytes([0x80; BLOCK]);
const HIGHS: u64 = each(0x80);
/// Bytes of a word on either side of a digit. A longer one goes to the detectors, which pass over a text once.
const MAX_WORD: usize = 64;
/// Bytes of a number that are looked at one by one.
const MAX_NUMBER: usize = 24;
