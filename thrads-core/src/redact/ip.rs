//! IP addresses: version 6 by itself, version 4 as a part of a chain of digits.
//!
//! Detectors of `redact`.

use super::chain::{Group, Joint};

/// The address of version 6 that holds the digit at `at`: from where to where.
pub(super) fn v6_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_plain = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_own =
        |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_hexdigit() || *byte == b':');
    let mut start = at;
    while is_own(start.wrapping_sub(1)) && at.saturating_sub(start) < MAX_BEFORE {
        start = start.wrapping_sub(1);
    }
    let end = v6_end(bytes, start);
    (end > at && !is_plain(start.wrapping_sub(1)) && !is_plain(end)).then_some((start, end))
}

/// Where the address ends that begins at `start` (RFC 4291 2.2); 0 if none does.
fn v6_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut end) = (start, 0);
    let (mut groups, mut digits, mut is_short) = (0_u8, 0_u8, false);
    while digits <= 4 && groups <= 8 {
        let behind = bytes.get(at..).unwrap_or_default();
        match behind {
            [byte, ..] if byte.is_ascii_hexdigit() => {
                groups = groups.saturating_add(u8::from(digits == 0));
                digits = digits.saturating_add(1);
            }
            [b':', b':', ..] if !is_short => {
                at = at.saturating_add(1);
                (digits, is_short) = (0, true);
            }
            [b':', byte, ..] if digits > 0 && byte.is_ascii_hexdigit() => digits = 0,
            // The last four bytes may be written as in version 4.
            [b'.', byte, ..] if end == at && byte.is_ascii_digit() => digits = 0,
            _ => return end,
        }
        at = at.saturating_add(1);
        if digits > 0 && (is_short || groups == 8) || behind.starts_with(b"::") {
            end = at;
        }
    }
    0
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
