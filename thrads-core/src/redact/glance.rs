//! A first look at a whole text: most texts hold nothing that a detector has to see, and this tells it in one pass.
//!
//! A helper of `redact`, where there is an operating system; a bare device goes to the detectors at once and spends no flash on it.
//! Blocks of bytes are judged without a branch, which a compiler turns into a few wide instructions. What is passed over is
//! text without a digit or an `@`, and short numbers in short words: `30`, `1.7`, `19:30` is not.

use super::sign::{LONG, sign_at};

/// Whether no detector but that of names would find anything. It may say no where there is nothing.
pub(super) fn is_clean(text: &str) -> bool {
    let mut from = 0;
    while let Some(at) = suspect(text.as_bytes(), from) {
        match harmless_end(text, at) {
            Some(end) => from = end,
            None => return false,
        }
    }
    true
}

/// The first byte at or behind `from` that may belong to a digit or an `@`.
fn suspect(bytes: &[u8], from: usize) -> Option<usize> {
    if from == 0 && is_plain_suspect(*bytes.first()?) {
        return Some(0);
    }
    let mut at = from.max(1);
    while let Some((block, before)) = block_at(bytes, at) {
        let mut flags = [0; BLOCK];
        let mut high = 0;
        for (flag, byte) in flags.iter_mut().zip(block) {
            *flag = flag_of(is_plain_suspect(*byte));
            high |= byte;
        }
        if high >= 0x80 {
            for ((flag, byte), before) in flags.iter_mut().zip(block).zip(before) {
                *flag |= flag_of(is_foreign_suspect(*before, *byte));
            }
        }
        let bits = u128::from_le_bytes(flags);
        if bits != 0 {
            return Some(at.wrapping_add(usize::try_from(bits.trailing_zeros() >> 3).ok()?));
        }
        at = at.wrapping_add(BLOCK);
    }
    let mut before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(0);
    let found = bytes.get(at..)?.iter().position(|byte| {
        is_plain_suspect(*byte) || is_foreign_suspect(core::mem::replace(&mut before, *byte), *byte)
    })?;
    Some(at.wrapping_add(found))
}

/// A block behind the first byte, and the bytes in front of each of it.
#[inline(always)]
fn block_at(bytes: &[u8], at: usize) -> Option<(&[u8; BLOCK], &[u8; BLOCK])> {
    let block = bytes.get(at..)?.first_chunk()?;
    let before = bytes.get(at.saturating_sub(1)..)?.first_chunk()?;
    Some((block, before))
}

#[inline(always)]
fn flag_of(is_set: bool) -> u8 {
    if is_set { 0xff } else { 0 }
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

/// Where the number at `at` ends, if nothing that is hidden could be made of it and of what stands beside it.
fn harmless_end(text: &str, at: usize) -> Option<usize> {
    let (before, behind) = text.as_bytes().split_at_checked(at)?;
    // An account number or an address may begin in front of its first digit.
    let is_wide_letter = matches!(before, [.., 0xef, 0xbc | 0xbd, _]);
    if is_wide_letter || matches!(before, [.., b':' | b'A'..=b'Z' | b'a'..=b'z']) {
        return None;
    }
    let (mut digits, mut dots, mut end, mut was_digit) = (0_u8, 0_u8, at, false);
    for byte in behind.iter().take(MAX_BYTES) {
        match byte {
            b'0'..=b'9' => digits = digits.wrapping_add(1),
            b'.' => dots = dots.wrapping_add(1),
            b' ' | b'-' | b'/' | b'(' | b')' => {}
            _ => break,
        }
        was_digit = byte.is_ascii_digit();
        end = end.wrapping_add(1);
    }
    let goes_on = match sign_at(text, end).0 {
        b':' | b'.' | b' ' | b'-' | b'/' | b'(' | b')' | b'0'..=b'9' | LONG => true,
        sign => was_digit && sign.is_ascii_alphabetic(),
    };
    let is_short = digits > 0 && digits < MIN_DIGITS && dots < 3 && !goes_on;
    (is_short && words_are_short(before, behind, end.wrapping_sub(at))).then_some(end)
}

/// Whether neither the word that a number begins in nor any other up to its end could be a key or a password.
fn words_are_short(before: &[u8], behind: &[u8], length: usize) -> bool {
    let is_inside = |byte: &&u8| byte.is_ascii_graphic();
    let front = before.iter().rev().take(MIN_SECRET).take_while(is_inside).count();
    let number = behind.get(..length).unwrap_or_default();
    let rest = behind.get(length..).unwrap_or_default();
    let back = rest.iter().take(MIN_SECRET).take_while(is_inside).count();
    front.saturating_add(number.len()).saturating_add(back) < MIN_SECRET
}

/// Bytes that are judged at once.
const BLOCK: usize = 16;
/// Bytes of a number that are looked at.
const MAX_BYTES: usize = 24;
/// Digits of the shortest number that is hidden, but for an address with its three dots.
const MIN_DIGITS: u8 = 7;
/// Bytes of the shortest secret.
const MIN_SECRET: usize = 12;
