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
    let span = |(start, end)| Some(Span { start, end, kind: Kind::Secret });
    let mut from = 0;
    // A password is looked for once a word.
    let mut word_end = 0;
    loop {
        let at = Wanted::DIGIT.first_in(text, from)?;
        let run = around(bytes, at, usize::MAX, is_of_token);
        let token = trimmed(bytes, run);
        if let Some(end) = web_token_end(bytes, token) {
            return span((token.0, end));
        }
        if at >= word_end {
            let (password, end) = password(bytes, at);
            word_end = end;
            if let Some(password) = password {
                return span(password);
            }
        }
        if bytes.get(token.0..token.1).is_some_and(is_token) {
            return span(token);
        }
        // A digit that is not ASCII is no part of a run.
        from = run.1.max(sign_at(text, at).1);
    }
}

/// A stretch of bytes, from the first to behind the last.
type Stretch = (usize, usize);

/// The bytes around `at` that are wanted, no more than `most` on each side.
fn around(bytes: &[u8], at: usize, most: usize, is_wanted: fn(u8) -> bool) -> Stretch {
    let (before, behind) = bytes.split_at_checked(at).unwrap_or_default();
    let wanted = |byte: &&u8| is_wanted(**byte);
    let before = before.iter().rev().take(most).take_while(wanted).count();
    let behind = behind.iter().take(most).take_while(wanted).count();
    (at.saturating_sub(before), at.saturating_add(behind))
}

/// Without what is no letter or digit at either end.
fn trimmed(bytes: &[u8], (start, end): Stretch) -> Stretch {
    let inside = bytes.get(start..end).unwrap_or_default();
    let first = inside.iter().position(u8::is_ascii_alphanumeric).unwrap_or(0);
    let last =
        inside.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last.saturating_add(1));
    (start.saturating_add(first), start.saturating_add(last))
}

/// Where a JSON web token ends that begins with this run: three runs and two dots.
fn web_token_end(bytes: &[u8], (start, end): Stretch) -> Option<usize> {
    bytes.get(start..end).filter(|run| run.starts_with(b"eyJ"))?;
    let mut end = around(bytes, end, usize::MAX, is_of_token).1;
    for _ in 0..2 {
        let behind = bytes.get(end..)?.strip_prefix(b".")?;
        let run = behind.iter().take_while(|byte| is_of_token(**byte)).count();
        end = end.saturating_add(run).saturating_add(1);
    }
    Some(end)
}

/// A password around `at`, and where the word ends that was looked at.
fn password(bytes: &[u8], at: usize) -> (Option<Stretch>, usize) {
    let word = around(bytes, at, MAX_PASSWORD, is_of_password);
    let found = password_in(bytes, word, |byte| byte != b'&' && is_strong(byte)).or_else(|| {
        // Between names, an ampersand is only that: `H&M-Gutschein24`.
        password_in(bytes, around(bytes, at, MAX_PASSWORD, is_of_short_password), is_strong)
    });
    (found, word.1)
}

fn password_in(bytes: &[u8], word: Stretch, is_strong: fn(u8) -> bool) -> Option<Stretch> {
    let (start, end) = trimmed(bytes, word);
    let inside = bytes.get(start..end)?;
    // Names in a URL: what stands behind a slash, and a parameter's.
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    let is_of_url = before == Some(&b'/') || bytes.get(end) == Some(&b'=');
    let has = |is_wanted: fn(&u8) -> bool| inside.iter().any(is_wanted);
    let is_password = inside.len() >= MIN_PASSWORD
        && !is_of_url
        && inside.iter().any(|byte| is_strong(*byte))
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit);
    is_password.then_some((start, end))
}

/// Whether a run looks like a key by itself.
fn is_token(run: &[u8]) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'-' | b'_');
    let groups = || run.split(is_separator);
    let has_shape = |lengths: &[usize]| groups().map(<[u8]>::len).eq(lengths.iter().copied());
    let is_hex = run.iter().all(|byte| is_separator(byte) || byte.is_ascii_hexdigit());
    let has_lower = run.iter().any(u8::is_ascii_lowercase);
    let has_letter = run.iter().any(u8::is_ascii_alphabetic);
    (is_hex && has_shape(&UUID))
        || (has_letter && !has_lower && has_shape(&LICENCE))
        || has_long_hex(run)
        || is_mixed(groups())
}

fn has_long_hex(run: &[u8]) -> bool {
    run.split(|byte| !byte.is_ascii_hexdigit()).any(|hex| {
        hex.len() >= MIN_HEX
            && hex.iter().any(u8::is_ascii_alphabetic)
            && hex.iter().any(u8::is_ascii_digit)
    })
}

/// Whether these groups are letters of both cases and digits without order, and long enough.
fn is_mixed<'b>(groups: impl Iterator<Item = &'b [u8]>) -> bool {
    let mut length = 0_usize;
    let mut has_core = false;
    let mut has_long = false;
    for group in groups {
        length = length.saturating_add(group.len());
        has_long |= group.len() >= MIN_TOKEN && is_disordered(group);
        has_core |= group.len() >= MIN_CORE && is_disordered(group);
    }
    has_long || (has_core && length >= MIN_TOKEN)
}

/// Both cases and digits, and not merely words run together with a number in front or behind, as in
/// `WeltmeisterschaftFinale2026`.
fn is_disordered(group: &[u8]) -> bool {
    let kind = |byte: &u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        _ => 4_u8,
    };
    let kinds = group.iter().fold(0, |kinds, byte| kinds | kind(byte));
    let changes = || {
        group.iter().zip(group.iter().skip(1)).filter(|(first, second)| kind(first) != kind(second))
    };
    let is_digit_in = |pair: &(&u8, &u8)| pair.0.is_ascii_digit() || pair.1.is_ascii_digit();
    let often = changes().count().saturating_mul(5) >= group.len().saturating_mul(2);
    kinds == 7 && (often || changes().filter(is_digit_in).count() >= 4)
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_of_password(byte: u8) -> bool {
    is_of_token(byte) || is_strong(byte) || matches!(byte, b'.' | b'+' | b'%')
}

fn is_of_short_password(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || is_strong(byte)
}

/// Symbols that stand inside a password, and seldom inside a word.
fn is_strong(byte: u8) -> bool {
    matches!(byte, b'!' | b'#' | b'$' | b'&' | b'*' | b'^' | b'~' | b'@')
}

const UUID: [usize; 5] = [8, 4, 4, 4, 12];
const LICENCE: [usize; 5] = [5; 5];
/// Letters and digits of a token, and of the one group that shows it where `-` and `_` part it.
const MIN_TOKEN: usize = 20;
const MIN_CORE: usize = 10;
/// Hexadecimal digits: 128 bits.
const MIN_HEX: usize = 32;
const MIN_PASSWORD: usize = 12;
/// Bytes of a password that are looked at on either side of a digit.
const MAX_PASSWORD: usize = 64;
