//! Whether text is the address of an end user: IPv4 in dotted decimal, or IPv6 as RFC 4291 section 2.2 writes it.
//!
//! Part of `request`, for section 3.1 of the wire contract. In place of `core::net`, which parses into a value that is
//! not needed here, in a kilobyte of flash and with panics that the compiler cannot prove away.

use crate::target::is_v4;

/// Whether `text` is an address. A zone, a port or a prefix length makes it none.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.as_bytes();
    is_v4(text) || is_v6(text)
}

/// Eight groups, or fewer with one `::`, which stands for one group of zeros at least.
fn is_v6(text: &[u8]) -> bool {
    let at_gap = |at: &usize| text.get(*at..).is_some_and(|rest| rest.starts_with(b"::"));
    let gap = (0..text.len()).find(at_gap);
    let Some((head, tail)) = gap.and_then(|gap| text.split_at_checked(gap)) else {
        return groups(text, true) == Some(8);
    };
    let tail = tail.get(2..).unwrap_or_default();
    let (Some(head), Some(tail)) = (groups_or_none(head, false), groups_or_none(tail, true)) else {
        return false;
    };
    head.wrapping_add(tail) < 8
}

fn groups_or_none(text: &[u8], is_end: bool) -> Option<usize> {
    if text.is_empty() { Some(0) } else { groups(text, is_end) }
}

/// How many groups of 16 bits `text` spells; an IPv4 address at the end of an address is two of them.
fn groups(text: &[u8], is_end: bool) -> Option<usize> {
    let mut count = 0_usize;
    let mut parts = text.split(|&byte| byte == b':').peekable();
    while let Some(part) = parts.next() {
        let is_last = is_end && parts.peek().is_none();
        count = count.wrapping_add(match part {
            [_, ..] if part.len() <= 4 && part.iter().all(u8::is_ascii_hexdigit) => 1,
            _ if is_last && is_v4(part) => 2,
            _ => return None,
        });
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::IpAddr;

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn agrees_with_the_standard_library_on_whatever_is_spelt() {
        const PARTS: [&str; 16] = [
            ":", "::", ":", ":", "0", "1", "ff", "12345", "abcd", "255", "256", "1.2.3.4", ".",
            "01", "g", "%1",
        ];
        let mut seed = 7_u32;
        let mut addresses = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..seed >> 28 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(PARTS[seed as usize >> 16 & 15]);
            }
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let expected = text.parse::<IpAddr>().is_ok();
            addresses += u32::from(expected);
            assert_eq!(is_address(&text), expected, "{text}");
        }
        assert!(addresses > 100, "{addresses}");
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn agrees_with_the_standard_library_on_hard_cases() {
        for text in [
            "",
            "1.2.3.4",
            "0.0.0.0",
            "255.255.255.255",
            "256.0.0.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.4 ",
            "::",
            "::1",
            "1::",
            ":::",
            "::1::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3.4",
            "1.2.3.4::",
            "1:2:3:4:5::1.2.3.4",
            "::ffff:1.2.3.4",
            "fe80::1%eth0",
            "[::1]",
            "1:",
            ":1",
            "12345::",
            "::g",
            "::1.2.3.4:5",
            "2001:DB8::a",
        ] {
            assert_eq!(is_address(text), text.parse::<IpAddr>().is_ok(), "{text}");
        }
    }
}
