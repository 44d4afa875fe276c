//! E-mail addresses, from the `@` to both sides.
//!
//! A detector of `redact`. A local part may be in any script, but in one: where the script changes, as it does in Japanese
//! without a space, the address begins or ends.

use super::Stretch;
use super::scan::Wanted;
use super::sign::{NONE, Sign, Text, script_of};

/// The first address.
pub(super) fn find(text: &Text<'_>) -> Stretch {
    let mut from = 0;
    while let Some(at) = Wanted::AT.first_in(text, from) {
        let place = around(text, at);
        if !place.is_empty() {
            return place;
        }
        (_, from) = text.sign_at(at);
    }
    text.behind()
}

/// The address whose `@` is at `at`.
pub(super) fn around(text: &Text<'_>, at: usize) -> Stretch {
    let (_, behind) = text.sign_at(at);
    let (start, end) = (local_start(text, at), domain_end(text, behind));
    if start < at && end > behind { Stretch { start, end } } else { Stretch::NONE }
}

/// Where the local part begins that ends at `end`: behind the last character that it cannot have, at a letter, a digit or an
/// underscore.
fn local_start(text: &Text<'_>, end: usize) -> usize {
    let (mut script, mut start, mut at) = (NONE, end, end);
    for _ in 0..MAX_LOCAL {
        let (sign, before) = text.sign_before(at);
        match sign {
            b'0'..=b'9' | b'_' => start = before,
            b'.' | b'-' | b'+' | b'\'' | b'&' | b'%' => {}
            _ if is_of(&mut script, sign) => start = before,
            _ => break,
        }
        at = before;
    }
    start
}

/// Where the domain ends that begins at `start`: behind two labels at least, the last of which begins with a letter, as all
/// top-level domains do. `start` itself if there is none.
fn domain_end(text: &Text<'_>, start: usize) -> usize {
    let (mut script, mut end, mut at) = (NONE, start, start);
    let (mut label, mut is_new, mut is_top) = (start, false, false);
    for _ in 0..MAX_DOMAIN {
        let (sign, next) = text.sign_at(at);
        match sign {
            b'0'..=b'9' => label = next,
            b'-' if label > start => {}
            b'.' if label == at && label > start => {
                (is_new, is_top) = (true, false);
                at = next;
                continue;
            }
            _ if is_of(&mut script, sign) => (label, is_top) = (next, is_top || is_new),
            _ => break,
        }
        (at, is_new) = (next, false);
        if is_top {
            end = label;
        }
    }
    end
}

/// Whether this is a letter of the script, or the first letter, which sets the script.
fn is_of(script: &mut Sign, sign: Sign) -> bool {
    let own = script_of(sign);
    if *script == NONE {
        *script = own;
    }
    own != NONE && *script == own
}

/// Characters of a local part that are looked at: the octets of RFC 5321 4.5.3.1.1. What stands before them stays.
const MAX_LOCAL: usize = 64;
/// Characters of a domain that are looked at (RFC 5321 4.5.3.1.2).
const MAX_DOMAIN: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let Stretch { start, end } = find(&Text::of(text));
        Some(&text[start..end]).filter(|found| !found.is_empty())
    }

    #[test]
    fn an_address_is_found_without_what_stands_around_it() {
        for (text, address) in [
            ("mail a@b.example.", "a@b.example"),
            ("<O'Brien+x_y-z.1@Sub.b-c.example>,", "O'Brien+x_y-z.1@Sub.b-c.example"),
            ("mailto:jürgen@bücher.example?x=1", "jürgen@bücher.example"),
            ("メールはa@b.exampleまで", "a@b.example"),
            ("管理者@例え.テスト に", "管理者@例え.テスト"),
            ("（ａ＠ｂ．ｊｐ）", "ａ＠ｂ．ｊｐ"),
            ("إلى مستخدم@مثال.إختبار؟", "مستخدم@مثال.إختبار"),
            ("a@b, c@d.example", "c@d.example"),
            ("'a@b.example'", "a@b.example"),
            ("a@b.c.5", "a@b.c"),
            ("a@b.c-d-. e", "a@b.c-d"),
        ] {
            assert_eq!(found(text), Some(address), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_left_alone() {
        for text in [
            "@handle",
            "@museum.example",
            "2 kg @ 3.49",
            "a@3.49",
            "18時@噴水前",
            "a@b",
            "a@.b",
            "a@b..c",
            "@@@",
            "a@",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_local_part_is_looked_at_no_further_than_its_limit() {
        let text = format!("{}@b.example", "a".repeat(1000));
        assert_eq!(find(&Text::of(&text)).start, 1000 - MAX_LOCAL);
    }
}
