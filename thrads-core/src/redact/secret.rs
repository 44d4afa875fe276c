//! Keys, tokens, and passwords that look like one.
//!
//! A detector of `redact`. All of them have a digit, so a text without one is passed over at the speed of `scan`. What
//! is looked at is a run of letters, digits, `-` and `_`, and for a password the runs that symbols join to it.

use super::scan::Wanted;
use super::sign::sign_at;
use super::{Kind, Span};

/// The first secret.
pub(super) fn find(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut from = 0;
    // Where the word ends in which a password of each sort was looked for: once is enough.
    let mut word_ends = [0; PASSWORDS.len()];
    loop {
        let at = Wanted::DIGIT.first_in(text, from)?;
        let run = around(bytes, at, usize::MAX, PLAIN | JOINT);
        let mut found = token(bytes, trimmed(bytes, run));
        for (sort, word_end) in PASSWORDS.iter().zip(&mut word_ends) {
            if at >= *word_end && found.is_none() {
                *word_end = around(bytes, at, MAX_PASSWORD, sort.classes).1;
                found = password(bytes, at, sort);
            }
        }
        if let Some((start, end)) = found {
            return Some(Span { start, end, kind: Kind::Secret });
        }
        // A digit that is not ASCII is no part of a run.
        from = run.1.max(sign_at(text, at).1);
    }
}

/// Whether the digit at `at` is in a secret.
#[cfg(not(target_os = "none"))]
pub(super) fn is_at(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let run = around(bytes, at, usize::MAX, PLAIN | JOINT);
    token(bytes, trimmed(bytes, run)).is_some()
        || PASSWORDS.iter().any(|sort| password(bytes, at, sort).is_some())
}

/// A stretch of bytes, from the first to behind the last.
type Stretch = (usize, usize);

/// The bytes around `at` that are of these classes, no more than `most` on each side.
#[inline(never)]
fn around(bytes: &[u8], at: usize, most: usize, classes: u8) -> Stretch {
    let (before, behind) = bytes.split_at_checked(at).unwrap_or_default();
    let is_of = |byte: &&u8| class(**byte) & classes != 0;
    let before = before.iter().rev().take(most).take_while(is_of).count();
    let behind = behind.iter().take(most).take_while(is_of).count();
    (at.wrapping_sub(before), at.wrapping_add(behind))
}

/// Without what is no letter or digit at either end.
#[inline(never)]
fn trimmed(bytes: &[u8], (start, end): Stretch) -> Stretch {
    let (mut start, mut end) = (start, end);
    let is_plain = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    while start < end && !is_plain(start) {
        start = start.wrapping_add(1);
    }
    while start < end && !is_plain(end.wrapping_sub(1)) {
        end = end.wrapping_sub(1);
    }
    (start, end)
}

/// A word of these classes that has one of `strong`.
struct Password {
    classes: u8,
    strong: u8,
}

/// A password of this sort around `at`.
fn password(bytes: &[u8], at: usize, sort: &Password) -> Option<Stretch> {
    let (start, end) = trimmed(bytes, around(bytes, at, MAX_PASSWORD, sort.classes));
    let inside = bytes.get(start..end)?;
    let found = inside.iter().fold(0, |found, byte| found | class(*byte));
    // Names in a URL: what stands behind a slash, and a parameter's.
    let is_of_url =
        bytes.get(start.wrapping_sub(1)) == Some(&b'/') || bytes.get(end) == Some(&b'=');
    let is_one = inside.len() >= MIN_PASSWORD
        && found & PLAIN == PLAIN
        && found & sort.strong != 0
        && !is_of_url;
    is_one.then_some((start, end))
}

/// The run, if it looks like a key by itself, or with two more behind dots if it begins a JSON web token.
fn token(bytes: &[u8], (start, end): Stretch) -> Option<Stretch> {
    let run = bytes.get(start..end)?;
    let mut last = end;
    if run.starts_with(b"eyJ") {
        for _ in 0..2 {
            if bytes.get(last) == Some(&b'.') {
                last = around(bytes, last.wrapping_add(1), usize::MAX, PLAIN | JOINT).1;
            }
        }
    }
    let is_web_token = last > end && last.wrapping_sub(start) >= MIN_PASSWORD;
    (is_web_token || is_token(run)).then_some((start, last))
}

/// What is counted of a group of letters and digits.
#[derive(Default)]
struct Group {
    length: u32,
    /// From one class to another, and those of them from or to a digit.
    changes: u32,
    digit_changes: u32,
    classes: u8,
    last: u8,
}

impl Group {
    fn add(&mut self, class: u8) {
        if self.last != class && self.last != 0 {
            self.changes = self.changes.wrapping_add(1);
            let of_digit = u32::from((self.last | class) & DIGIT);
            self.digit_changes = self.digit_changes.wrapping_add(of_digit);
        }
        self.length = self.length.wrapping_add(1);
        self.classes |= class;
        self.last = class;
    }

    /// Long, and both cases and digits without order, not words run together with a number in front or behind, as in
    /// `WeltmeisterschaftFinale2026`.
    fn is_core(&self) -> bool {
        let is_often = self.changes.wrapping_mul(5) >= self.length.wrapping_mul(2);
        self.length >= MIN_CORE && self.classes == PLAIN && (is_often || self.digit_changes >= 4)
    }
}

/// Whether a run looks like a key by itself.
fn is_token(run: &[u8]) -> bool {
    let mut group = Group::default();
    let (mut lengths, mut length, mut classes, mut has_core) = (0_u32, 0_u32, 0, false);
    let (mut hex, mut hex_classes, mut is_hex, mut has_long_hex) = (0_u32, 0, true, false);
    for byte in run.iter().chain(b"-") {
        let class = class(*byte);
        classes |= class;
        if class == JOINT {
            has_core |= group.is_core();
            length = length.wrapping_add(group.length);
            lengths = lengths << 4 | group.length.min(15);
            group = Group::default();
        } else {
            group.add(class);
        }
        if byte.is_ascii_hexdigit() {
            hex = hex.wrapping_add(1);
            hex_classes |= class;
            has_long_hex |= hex >= MIN_HEX && hex_classes > DIGIT && hex_classes & DIGIT != 0;
        } else {
            is_hex &= class == JOINT;
            (hex, hex_classes) = (0, 0);
        }
    }
    let is_licence = lengths == LICENCE && classes == UPPER | DIGIT | JOINT;
    has_long_hex || is_licence || (is_hex && lengths == UUID) || (has_core && length >= MIN_TOKEN)
}

#[inline(never)]
fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => DIGIT,
        b'a'..=b'z' => LOWER,
        b'A'..=b'Z' => UPPER,
        b'-' | b'_' => JOINT,
        b'!' | b'#' | b'$' | b'*' | b'^' | b'~' | b'@' => STRONG,
        b'&' => AMPERSAND,
        b'.' | b'+' | b'%' => WEAK,
        _ => 0,
    }
}

const DIGIT: u8 = 1;
const LOWER: u8 = 2;
const UPPER: u8 = 4;
const PLAIN: u8 = 7;
/// Inside a token.
const JOINT: u8 = 8;
/// Inside a password, and seldom inside a word.
const STRONG: u8 = 16;
const AMPERSAND: u8 = 32;
/// Inside a password that has a stronger one.
const WEAK: u8 = 64;
const ANY: u8 = 127;
/// Between names, an ampersand is only that: `H&M-Gutschein24`.
static PASSWORDS: [Password; 2] = [
    Password { classes: ANY, strong: STRONG },
    Password { classes: PLAIN | STRONG | AMPERSAND, strong: AMPERSAND },
];

/// Lengths of the groups of a key, four bits for each.
const UUID: u32 = 0x8444c;
const LICENCE: u32 = 0x55555;
/// Letters and digits of a token, and of the one group that shows it where `-` and `_` part it.
const MIN_TOKEN: u32 = 20;
const MIN_CORE: u32 = 10;
/// Hexadecimal digits: 128 bits.
const MIN_HEX: u32 = 32;
pub(super) const MIN_PASSWORD: usize = 12;
/// Bytes of a password that are looked at on either side of a digit.
const MAX_PASSWORD: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_found_in_any_part_of_a_word() {
        for (text, secret) in [
            ("pw 0080-0566-5566-821Kuen&&&Otter0 ok", "821Kuen&&&Otter0"),
            ("pw 0080-0566-5566-821Kuen$$Otter0 ok", "0080-0566-5566-821Kuen$$Otter0"),
            ("see H&M-Gutschein24", ""),
        ] {
            let found = find(text).map_or("", |span| &text[span.start..span.end]);
            assert_eq!(found, secret, "{text}");
        }
    }
}
