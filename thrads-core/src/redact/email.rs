//! E-mail addresses, from the `@` to both sides.
//!
//! A detector of `redact`. A local part may be in any script, but in one: where the script changes, as it does in Japanese
//! without a space, the address begins or ends.

use super::chars::{Script, fold};
use super::scan::first_at;
use super::{Kind, Span};

/// The first address.
pub(super) fn find(text: &str) -> Option<Span> {
    let mut from = 0;
    loop {
        let at = first_at(text, from)?;
        let (before, domain) = text.split_at_checked(at)?;
        let sign = domain.chars().next()?.len_utf8();
        from = at.saturating_add(sign);
        let Some(length) = domain.get(sign..).and_then(domain_length) else { continue };
        let Some(start) = local_start(before) else { continue };
        return Some(Span { start, end: from.saturating_add(length), kind: Kind::Email });
    }
}

/// Where the local part begins that ends with this text: behind the last character that it cannot have, at a letter, a digit or
/// an underscore.
fn local_start(text: &str) -> Option<usize> {
    let mut script = None;
    let mut start = None;
    for (at, character) in text.char_indices().rev().take(MAX_LOCAL) {
        let own = Script::of(character);
        match fold(character) {
            _ if own.is_some() => {
                if *script.get_or_insert(own) != own {
                    break;
                }
                start = Some(at);
            }
            '0'..='9' | '_' => start = Some(at),
            '.' | '-' | '+' | '\'' | '&' | '%' => {}
            _ => break,
        }
    }
    start
}

/// How many bytes the domain takes that begins this text: at least two labels, the last of which is no number.
fn domain_length(text: &str) -> Option<usize> {
    let mut script = None;
    let mut labels = 0_u8;
    let mut is_number = true;
    let mut label_end = 0;
    let mut length = None;
    for (at, character) in text.char_indices().take(MAX_DOMAIN) {
        let own = Script::of(character);
        let end = at.saturating_add(character.len_utf8());
        match fold(character) {
            _ if own.is_some() => {
                if *script.get_or_insert(own) != own {
                    break;
                }
                is_number = false;
                label_end = end;
            }
            '0'..='9' => label_end = end,
            '-' if label_end > 0 => {}
            '.' if label_end == at && label_end != 0 => {
                labels = labels.saturating_add(1);
                is_number = true;
                continue;
            }
            _ => break,
        }
        if labels > 0 && !is_number {
            length = Some(label_end);
        }
    }
    length
}

/// Characters of a local part that are looked at: the octets of RFC 5321 4.5.3.1.1. What stands before them stays.
const MAX_LOCAL: usize = 64;
/// Characters of a domain that are looked at (RFC 5321 4.5.3.1.2).
const MAX_DOMAIN: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        find(text).map(|span| &text[span.start..span.end])
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
        assert_eq!(find(&text).unwrap().start, 1000 - MAX_LOCAL);
    }
}
