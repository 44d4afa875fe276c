//! IP addresses: version 6 by itself, version 4 as a part of a chain of digits.
//!
//! Detectors of `redact`.

use super::chain::{Group, Joint};

/// The address of version 6 that holds the digit at `at`: from where to where.
pub(super) fn v6_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (before, _) = bytes.split_at_checked(at)?;
    let is_own = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b':';
    let start = at.saturating_sub(before.iter().rev().take(MAX_BEFORE).take_while(is_own).count());
    let previous = start.checked_sub(1).and_then(|before| bytes.get(before));
    if previous.is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let end = start.saturating_add(v6_length(bytes.get(start..)?)?);
    (end > at && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some((start, end))
}

/// How many bytes the address takes that begins this text (RFC 4291 2.2).
fn v6_length(text: &[u8]) -> Option<usize> {
    let mut groups = 0_u8;
    let mut is_short = false;
    let mut at = 0_usize;
    let mut end = None;
    loop {
        let rest = text.get(at..)?;
        let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits > 4 {
            return None;
        }
        at = at.saturating_add(digits);
        if digits > 0 {
            groups = groups.saturating_add(1);
        }
        let is_whole = groups == 8 || (is_short && groups < 8);
        if is_whole {
            end = Some(at);
        }
        let behind = rest.get(digits..).unwrap_or_default();
        if is_whole && behind.first() == Some(&b'.') && digits > 0 {
            return Some(at.saturating_add(v4_tail(behind)));
        }
        let is_double = behind.starts_with(b"::");
        if groups >= 8 || (is_double && is_short) || (digits == 0 && groups > 0 && !is_double) {
            return end;
        }
        match behind {
            [b':', b':', ..] => {
                is_short = true;
                at = at.saturating_add(2);
                end = (groups > 0).then_some(at);
                if !behind.get(2).is_some_and(u8::is_ascii_hexdigit) {
                    return end;
                }
            }
            [b':', next, ..] if next.is_ascii_hexdigit() && digits > 0 => at = at.saturating_add(1),
            _ => return end,
        }
    }
}

/// The rest of an address of version 4 that ends one of version 6.
fn v4_tail(text: &[u8]) -> usize {
    let is_own = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let taken = text.iter().take(MAX_V4_TAIL).take_while(is_own).count();
    let own = text.get(..taken).unwrap_or_default();
    own.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last.saturating_add(1))
}

/// Whether these groups are an address of version 4, and not part of a longer version.
pub(super) fn is_v4(groups: &[Group], behind: Joint) -> bool {
    let [first, rest @ ..] = groups else { return false };
    rest.len() == 3
        && first.joint != Joint::Dot
        && behind != Joint::Dot
        && rest.iter().all(|group| group.joint == Joint::Dot)
        && groups.iter().all(|group| group.digits <= 3 && group.value < 256)
}

/// Bytes in front of a digit that may belong to the same address.
const MAX_BEFORE: usize = 45;
/// `.255.255.255`
const MAX_V4_TAIL: usize = 12;
