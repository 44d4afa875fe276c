//! IP addresses: version 6 by itself, version 4 as a part of a chain of digits.
//!
//! Detectors of `redact`.

use super::Stretch;
use super::chain::Joint;
use super::class::{HEX, PLAIN, class, end_of};
use super::digits::Part;
use super::sign::Text;

/// The address of version 6 that holds the digit at `at`.
pub(super) fn v6_around(text: &Text<'_>, at: usize) -> Stretch {
    let bytes = text.bytes;
    let is_of = |at: usize, classes| bytes.get(at).is_some_and(|byte| class(*byte) & classes != 0);
    let mut start = at;
    while at.wrapping_sub(start) < MAX_BEFORE {
        let before = start.wrapping_sub(1);
        if !is_of(before, HEX) && bytes.get(before) != Some(&b':') {
            break;
        }
        start = before;
    }
    let end = v6_end(bytes, start);
    let is_one = end > at && !is_of(start.wrapping_sub(1), PLAIN) && !is_of(end, PLAIN);
    if is_one { Stretch { start, end } } else { Stretch::NONE }
}

/// Where the address ends that begins at `start` (RFC 4291 2.2), with a group at its end; 0 if none does.
fn v6_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut end) = (start, 0);
    let (mut groups, mut is_short) = (0_u32, false);
    loop {
        let group = at;
        at = end_of(bytes, at, HEX);
        let digits = at.wrapping_sub(group);
        if digits > 0 {
            groups = groups.wrapping_add(1);
            let may_end = is_short || groups == 8;
            if groups > 8 || digits > 4 && !may_end {
                return end;
            }
            if digits > 4 {
                // Too long a group: it goes too, or what a long number in it leaves would be an address.
                return end_of(bytes, at, PLAIN);
            }
            if may_end {
                end = at;
            }
        }
        at = match bytes.get(at..).unwrap_or_default() {
            [b':', b':', ..] if !is_short => {
                is_short = true;
                at.wrapping_add(2)
            }
            [b':', byte, ..] if digits > 0 && byte.is_ascii_hexdigit() => at.wrapping_add(1),
            // The last four bytes may be written as in version 4.
            [b'.', byte, ..] if end == at && byte.is_ascii_digit() => at.wrapping_add(1),
            _ => return end,
        };
    }
}

/// Whether the part is an address of version 4, and not of a longer version.
pub(super) fn is_v4(part: &Part<'_>) -> bool {
    part.groups.len() == 4
        && part.joints == Joint::Dot as u8
        && part.around & Joint::Dot as u8 == 0
        && part.groups.iter().all(|group| group.digits <= 3 && group.value < 256)
}

/// Bytes in front of a digit that may belong to the same address.
const MAX_BEFORE: usize = 45;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let at = text.find(|c: char| c.is_ascii_digit())?;
        let Stretch { start, end } = v6_around(&Text::of(text), at);
        Some(&text[start..end]).filter(|found| !found.is_empty())
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
