//! Keys, tokens, and passwords that look like one.
//!
//! A detector of `redact`. All of them have a digit, so a text without one is passed over at the speed of `scan`. What
//! is looked at is a run of letters, digits, `-` and `_`, and for a password the runs that symbols join to it.

use super::Stretch;
use super::class::{AMPERSAND, ANY, DIGIT, HEX, JOINT, PLAIN, STRONG, UPPER, class, end_of};
use super::scan::Wanted;
use super::sign::Text;

/// The first secret.
#[inline(never)]
pub(super) fn find(text: &Text<'_>) -> Stretch {
    let bytes = text.bytes;
    let mut from = 0;
    let mut looked = [0; 2];
    while let Some(at) = Wanted::DIGIT.first_in(text, from) {
        let run = around(bytes, at, PLAIN | JOINT);
        let mut found = token(bytes, run);
        if found.is_empty() {
            found = password(bytes, at, &mut looked);
        }
        if !found.is_empty() {
            return found;
        }
        // A digit that is not ASCII is no part of a run.
        from = run.end.max(text.sign_at(at).1);
    }
    text.behind()
}

/// Whether the digit at `at` is in a secret.
#[cfg(not(target_os = "none"))]
pub(super) fn is_at(text: &Text<'_>, at: usize) -> bool {
    let bytes = text.bytes;
    let run = around(bytes, at, PLAIN | JOINT);
    !token(bytes, run).is_empty() || !password(bytes, at, &mut [0; 2]).is_empty()
}

/// The bytes around the digit at `at` that are of these classes, without what is no letter or digit at either end.
#[inline(never)]
fn around(bytes: &[u8], at: usize, classes: u8) -> Stretch {
    let (before, behind) = bytes.split_at_checked(at).unwrap_or_default();
    let behind = plain_length(behind.iter(), classes);
    if behind == 0 {
        return Stretch { start: at, end: at };
    }
    let before = plain_length(before.iter().rev(), classes);
    Stretch { start: at.wrapping_sub(before), end: at.wrapping_add(behind) }
}

/// How many of these bytes are of the classes, up to the last letter or digit among them.
fn plain_length<'b>(bytes: impl Iterator<Item = &'b u8>, classes: u8) -> usize {
    let (mut length, mut plain) = (0_usize, 0);
    for byte in bytes {
        let class = class(*byte);
        if class & classes == 0 {
            break;
        }
        length = length.wrapping_add(1);
        if class & PLAIN != 0 {
            plain = length;
        }
    }
    plain
}

/// A password around `at`. Each word of either form is looked at once: up to where, is `looked`.
fn password(bytes: &[u8], at: usize, looked: &mut [usize; 2]) -> Stretch {
    for ((classes, strong), looked) in PASSWORDS.iter().zip(looked) {
        if at >= *looked {
            let word = around(bytes, at, *classes);
            *looked = word.end;
            if is_password(bytes, word, *strong) {
                return word;
            }
        }
    }
    Stretch::NONE
}

/// Whether a word is a password for a symbol of `strong` in it.
fn is_password(bytes: &[u8], word: Stretch, strong: u8) -> bool {
    let inside = bytes.get(word.start..word.end).unwrap_or_default();
    let found = inside.iter().fold(0, |found, byte| found | class(*byte));
    // Names in a URL: what stands behind a slash, and a parameter's.
    let is_of_url =
        bytes.get(word.start.wrapping_sub(1)) == Some(&b'/') || bytes.get(word.end) == Some(&b'=');
    inside.len() >= MIN_PASSWORD && found & PLAIN == PLAIN && found & strong != 0 && !is_of_url
}

/// The run, if it looks like a key by itself, or with two more behind dots if it begins a JSON web token.
fn token(bytes: &[u8], run: Stretch) -> Stretch {
    let Stretch { start, end } = run;
    let inside = bytes.get(start..end).unwrap_or_default();
    let mut last = end;
    if let [b'e', b'y', b'J', ..] = inside {
        for _ in 0..2 {
            if bytes.get(last) == Some(&b'.') {
                last = end_of(bytes, last.wrapping_add(1), PLAIN | JOINT);
            }
        }
    }
    let is_web_token = last > end && last.wrapping_sub(start) >= MIN_PASSWORD;
    if is_web_token || is_token(inside) { Stretch { start, end: last } } else { Stretch::NONE }
}

/// Whether a run looks like a key by itself.
fn is_token(run: &[u8]) -> bool {
    let (mut at, mut lengths, mut length, mut facts) = (0_usize, 0_u32, 0_usize, 0);
    while at <= run.len() {
        let end = end_of(run, at, PLAIN);
        let group = run.get(at..end).unwrap_or_default();
        length = length.wrapping_add(group.len());
        lengths = lengths << 4 | u32::try_from(group.len().min(15)).unwrap_or(15);
        facts |= facts_of(group);
        at = end.wrapping_add(1);
    }
    let is_licence = lengths == LICENCE && facts & PLAIN == UPPER | DIGIT;
    let is_uuid = lengths == UUID && facts & NO_HEX == 0;
    facts & LONG_HEX != 0 || is_licence || is_uuid || facts & CORE != 0 && length >= MIN_TOKEN
}

/// The classes of a group of letters and digits; whether it has what shows a key.
fn facts_of(group: &[u8]) -> u8 {
    let (mut facts, mut last, mut changes, mut digit_changes) = (0, 0, 0_usize, 0_u8);
    let (mut hex, mut hex_classes) = (0_u32, 0);
    for byte in group {
        let class = class(*byte);
        let plain = class & PLAIN;
        facts |= plain;
        if last != plain && last != 0 {
            changes = changes.wrapping_add(1);
            digit_changes = digit_changes.saturating_add((last | plain) & DIGIT);
        }
        last = plain;
        if class & HEX == 0 {
            facts |= NO_HEX;
            (hex, hex_classes) = (0, 0);
        } else {
            hex = hex.wrapping_add(1);
            hex_classes |= plain;
            if hex >= MIN_HEX && hex_classes > DIGIT && hex_classes & DIGIT != 0 {
                facts |= LONG_HEX;
            }
        }
    }
    // Both cases and digits without order, not words run together with a number in front or behind, as in
    // `WeltmeisterschaftFinale2026`.
    let is_often = changes.wrapping_mul(5) >= group.len().wrapping_mul(2);
    if group.len() >= MIN_CORE && facts & PLAIN == PLAIN && (is_often || digit_changes >= 4) {
        facts |= CORE;
    }
    facts
}

/// In a group.
const CORE: u8 = 8;
const LONG_HEX: u8 = 16;
const NO_HEX: u8 = 32;

/// The classes of a password's word, and what makes it one. Between names, an ampersand is only that: `H&M-Gutschein24`.
static PASSWORDS: [(u8, u8); 2] = [(ANY, STRONG), (PLAIN | STRONG | AMPERSAND, AMPERSAND)];
/// Lengths of the groups of a key, four bits for each.
const UUID: u32 = 0x8444c;
const LICENCE: u32 = 0x55555;
/// Letters and digits of a token, and of the one group that shows it where `-` and `_` part it.
const MIN_TOKEN: usize = 20;
const MIN_CORE: usize = 10;
/// Hexadecimal digits: 128 bits.
const MIN_HEX: u32 = 32;
pub(super) const MIN_PASSWORD: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_found_in_any_part_of_a_word() {
        let far = format!("pw A1{}$b", "z".repeat(99));
        for (text, secret) in [
            ("192.0.2.1.comE979anna&4ZZb2001 x", "comE979anna&4ZZb2001"),
            ("0.comE979anna&4ZZb2001１", "comE979anna&4ZZb2001"),
            ("pw 0080-0566-5566-821Kuen&&&Otter0 ok", "821Kuen&&&Otter0"),
            ("pw 0080-0566-5566-821Kuen$$Otter0 ok", "0080-0566-5566-821Kuen$$Otter0"),
            ("see H&M-Gutschein24", ""),
            (&far, &far[3..]),
        ] {
            let Stretch { start, end } = find(&Text::of(text));
            assert_eq!(&text[start..end], secret, "{text}");
        }
    }
}
