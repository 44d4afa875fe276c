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
    while is_own(start.wrapping_sub(1)) && at.wrapping_sub(start) < MAX_BEFORE {
        start = start.wrapping_sub(1);
    }
    let end = v6_end(bytes, start);
    (end > at && !is_plain(start.wrapping_sub(1)) && !is_plain(end)).then_some((start, end))
}

/// Where the address ends that begins at `start` (RFC 4291 2.2), with a group at its end; 0 if none does.
fn v6_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut end, mut before) = (start, 0, 0);
    let (mut groups, mut digits, mut is_short) = (0_u32, 0_u32, false);
    loop {
        match bytes.get(at..).unwrap_or_default() {
            [byte, ..] if byte.is_ascii_hexdigit() => {
                if digits == 0 {
                    (groups, before) = (groups.wrapping_add(1), end);
                }
                digits = digits.wrapping_add(1);
            }
            [b':', b':', ..] if !is_short => {
                at = at.wrapping_add(1);
                (digits, is_short) = (0, true);
            }
            [b':', byte, ..] if digits > 0 && byte.is_ascii_hexdigit() => digits = 0,
            // The last four bytes may be written as in version 4.
            [b'.', byte, ..] if end == at && byte.is_ascii_digit() => digits = 0,
            _ => return end,
        }
        if digits > 4 && (is_short || groups == 8) {
            // Too long a group: it goes too, or what a long number in it leaves would be an address.
            let rest = bytes.get(at..).unwrap_or_default();
            let more = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            return at.wrapping_add(more);
        }
        if digits > 4 || groups > 8 {
            return before;
        }
        at = at.wrapping_add(1);
        if digits > 0 && (is_short || groups == 8) {
            end = at;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let at = text.find(|c: char| c.is_ascii_digit())?;
        v6_around(text, at).map(|(start, end)| &text[start..end])
    }

    #[test]
    fn an_address_of_version_6_is_found_in_every_form() {
        for (text, address) in [
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("at fe80::ab, ok", "fe80::ab"),
            ("1:2:3:4:5:6:7:8.", "1:2:3:4:5:6:7:8"),
            ("::1: yes", "::1"),
            ("::ffff:192.0.2.1.", "::ffff:192.0.2.1"),
            ("2001:DB8::FF00:42:8329x", "2001:DB8::FF00:42:8329x"),
        ] {
            let expected = Some(address).filter(|address| !address.ends_with('x'));
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn times_ratios_and_paths_are_no_addresses() {
        for text in [
            "10:30",
            "10:30:59",
            "16:9",
            "1:2:3:4:5:6:7",
            "std::vec2",
            "00:1b:44:11:3a:b7",
            "2001::",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
