//! A domain as it is safe to show: one whose letters only look like another's is written in its ASCII form.
//!
//! Beside `card`, for programs that show where an ad leads. Section 3.8 of the wire contract: `domain`. The scripts are those of
//! the living languages that domains are written in; what may stand together is the rule of Unicode's UTS 39 for the "highly
//! restrictive" level, without its tables. The ASCII form is punycode (RFC 3492), since no crate writes it without an allocator.

use crate::time::divide;
use core::fmt::{self, Write};

/// Writes `domain` to `out`, each label that mixes scripts as `xn--…`, and answers whether there was one: `pаypal.example` with
/// a Cyrillic `а` is `xn--pypal-4ve.example`.
///
/// Chinese, Japanese and Korean go together and with Latin letters, digits with all. A label of more than 63 characters, which
/// no domain has, is written as `…` and counts as one that mixes. A label wholly of another script is left as it is. Letter
/// case stays; only what may be seen is written, as by [`plain`](crate::plain).
///
/// # Errors
///
/// Only those of `out`, such as a full buffer; what fitted has then been written.
///
/// ```
/// let mut shown = String::new();
/// assert_eq!(thrads_core::domain("p\u{430}ypal.example", &mut shown), Ok(true));
/// assert_eq!(shown, "xn--pypal-4ve.example");
/// assert_eq!(thrads_core::domain("bücher.example", &mut shown), Ok(false));
/// ```
pub fn domain(domain: &str, out: &mut impl Write) -> Result<bool, fmt::Error> {
    let (mut rest, mut is_mixed) = (domain, false);
    loop {
        let (label, behind) = rest.split_once('.').map_or((rest, None), |(l, b)| (l, Some(b)));
        is_mixed |= write_label(label, out)?;
        let Some(behind) = behind else { return Ok(is_mixed) };
        out.write_char('.')?;
        rest = behind;
    }
}

fn write_label(label: &str, out: &mut impl Write) -> Result<bool, fmt::Error> {
    let clean = super::plain(label);
    if clean.clone().nth(MAX_LABEL).is_some() {
        return out.write_char('…').map(|()| true);
    }
    if mixes_scripts(clean.clone()) {
        out.write_str("xn--")?;
        return punycode(clean, out).map(|()| true);
    }
    for character in clean {
        out.write_char(character)?;
    }
    Ok(false)
}

fn mixes_scripts(label: impl Iterator<Item = char>) -> bool {
    let (mut scripts, mut east_asian, mut latin) = (0_u8, false, false);
    let mut last = None;
    for script in label.filter_map(script_of) {
        match script {
            Script::Latin => latin = true,
            Script::EastAsian => east_asian = true,
            Script::Other(_) if last == Some(script) => {}
            Script::Other(_) => (last, scripts) = (Some(script), scripts.saturating_add(1)),
        }
    }
    scripts.saturating_add((latin || east_asian).into()) > 1
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    EastAsian,
    /// By the first character of its block.
    Other(u32),
}

/// `None` for digits, signs and marks, which go with every script.
fn script_of(character: char) -> Option<Script> {
    Some(match u32::from(character) {
        0x00..0x41 | 0x5b..0x61 | 0x7b..0xc0 | 0xd7 | 0xf7 | 0x2b0..0x370 => return None,
        0x2000..0x2c00 | 0xfe00..0xfe10 | 0x1f000..0x20000 => return None,
        0x41..0x2b0 | 0x1e00..0x1f00 | 0xff21..0xff5b => Script::Latin,
        0x370..0x400 | 0x1f00..0x2000 => Script::Other(0x370),
        0x400..0x530 => Script::Other(0x400),
        0x600..0x700 | 0x750..0x780 | 0xfb50..0xfe00 | 0xfe70..0xff00 => Script::Other(0x600),
        0x1100..0x1200 | 0x2e80..0xa4d0 | 0xa960..0xa980 | 0xac00..0xfb00 => Script::EastAsian,
        0xff66..0xffdd | 0x20000..0x40000 => Script::EastAsian,
        // Most scripts have 128 characters in one place.
        code => Script::Other(code & !0x7f),
    })
}

/// RFC 3492 6.3. A label has so few characters that no number here comes near its end.
fn punycode(label: impl Iterator<Item = char> + Clone, out: &mut impl Write) -> fmt::Result {
    let mut done = 0_u32;
    for character in label.clone().filter(char::is_ascii) {
        out.write_char(character)?;
        done = done.saturating_add(1);
    }
    if done > 0 {
        out.write_char('-')?;
    }
    let (basic, mut bias, mut delta, mut from) = (done, 72, 0_u32, 0x80_u32);
    while let Some(next) = label.clone().map(u32::from).filter(|code| *code >= from).min() {
        let steps = next.saturating_sub(from).saturating_mul(done.saturating_add(1));
        delta = delta.saturating_add(steps);
        for code in label.clone().map(u32::from) {
            if code < next {
                delta = delta.saturating_add(1);
            }
            if code == next {
                write_delta(delta, bias, out)?;
                done = done.saturating_add(1);
                bias = adapted(delta, done, done == basic.saturating_add(1));
                delta = 0;
            }
        }
        (delta, from) = (delta.saturating_add(1), next.saturating_add(1));
    }
    Ok(())
}

/// A number in digits whose weights follow the bias.
fn write_delta(delta: u32, bias: u32, out: &mut impl Write) -> fmt::Result {
    let (mut rest, mut place) = (u64::from(delta), BASE);
    loop {
        let threshold = place.saturating_sub(bias).clamp(1, 26);
        if rest < u64::from(threshold) {
            return write_digit(rest, out);
        }
        let above = rest.saturating_sub(threshold.into());
        let (quotient, digit) = divide(above, BASE.saturating_sub(threshold));
        write_digit(u64::from(threshold).saturating_add(digit.into()), out)?;
        (rest, place) = (quotient, place.saturating_add(BASE));
    }
}

fn write_digit(digit: u64, out: &mut impl Write) -> fmt::Result {
    let [digit, ..] = digit.to_le_bytes();
    let first = if digit < 26 { b'a' } else { b'0'.wrapping_sub(26) };
    out.write_char(char::from(first.wrapping_add(digit)))
}

fn adapted(delta: u32, done: u32, is_first: bool) -> u32 {
    let halved = if is_first { divide(delta.into(), 700).0 } else { u64::from(delta >> 1) };
    let mut delta = halved.saturating_add(divide(halved, done.max(1)).0);
    let mut bias = 0_u32;
    while delta > 455 {
        delta = divide(delta, 35).0;
        bias = bias.saturating_add(BASE);
    }
    let added =
        divide(delta.saturating_mul(36), u32::try_from(delta).unwrap_or(0).saturating_add(38));
    bias.saturating_add(u32::try_from(added.0).unwrap_or(0))
}

const BASE: u32 = 36;
/// Characters of a label (RFC 1035 2.3.4).
const MAX_LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str) -> (String, bool) {
        let mut out = String::new();
        let is_mixed = domain(name, &mut out).unwrap();
        (out, is_mixed)
    }

    #[test]
    fn one_script_or_those_that_go_together_stay() {
        for name in [
            "boilwell.example",
            "bücher.example",
            "пример.испытание",
            "παράδειγμα.δοκιμή",
            "例え.テスト",
            "1und1.example",
            "日本のwifi-3.example",
            "한글漢字.example",
            "مثال.إختبار",
            "shop-24.example",
            "I❤.example",
            "",
        ] {
            assert_eq!(shown(name), (name.to_owned(), false));
        }
    }

    #[test]
    fn mixed_scripts_are_written_in_ascii() {
        for (name, ascii) in [
            ("p\u{430}ypal.example", "xn--pypal-4ve.example"),
            ("www.\u{430}pple.com", "www.xn--pple-43d.com"),
            ("goοgle.com", "xn--gogle-sce.com"),
            ("ехamрlе.com", "xn--aml-qddd8d6a.com"),
        ] {
            assert_eq!(shown(name), (ascii.to_owned(), true), "{name}");
        }
        assert!(shown("κириллица").1);
        assert_eq!(shown(&"a".repeat(64)), ("…".to_owned(), true));
    }

    /// Samples of RFC 3492 7.1.
    #[test]
    fn punycode_is_that_of_its_specification() {
        for (label, expected) in [
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
            ("そのスピードで", "d9juau41awczczp"),
            ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
            ("ünich", "nich-zra"),
        ] {
            let mut out = String::new();
            punycode(label.chars(), &mut out).unwrap();
            assert_eq!(out, expected, "{label}");
        }
    }
}
