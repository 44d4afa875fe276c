//! The one rule for targets: https with a host, or http to a loopback address.
//!
//! A helper of `ad`, `tracking`, `request` and the transports. Nothing that breaks the rule becomes a click target, is
//! sent a ping, or is configured as an endpoint (wire contract 4.1, cases T45 and T89; RFC 3986 section 3).

use crate::json::text::is_space;
use core::fmt;

/// An absolute URL that keeps the rule, taken apart. Borrowed from the text it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Whether it is https.
    pub secure: bool,
    /// Host name or address, as it stands; an IPv6 address in its brackets.
    pub host: &'a str,
    /// The port that is written, else the scheme's own (443 or 80).
    pub port: u16,
    /// Path and query; without the fragment, which is never sent. Empty, or begins with `?`, where the URL has no
    /// path: [`origin_form`](Self::origin_form) writes the `/` that is then missing.
    pub path: &'a str,
    /// Host and port as the `Host` field has them: the port only where it is not the scheme's own.
    pub authority: &'a str,
}

impl<'a> Target<'a> {
    /// Takes `url` apart. `None` if it breaks the rule.
    ///
    /// Refused are also: control characters and white space anywhere, a backslash before the path (browsers read it
    /// as a slash), user information (it shows a host that is none; RFC 9110 section 4.2.4 has it treated as an error),
    /// and a port that is none.
    pub fn parse(url: &'a str) -> Option<Self> {
        let Head { secure, host, port, authority, tail } = Head::of(url)?;
        let (path, _) = split_before(tail, b"#");
        Some(Self { secure, host, port, path, authority })
    }

    /// Path and query as a request line has them (RFC 9112 section 3.2.1), in two parts to be written one behind
    /// the other: the `/` that the URL leaves out, or nothing, and the rest.
    pub fn origin_form(&self) -> (&'static str, &'a str) {
        (if self.path.starts_with('/') { "" } else { "/" }, self.path)
    }
}

/// Whether a URL keeps the rule.
pub(crate) fn is_target(url: &str) -> bool {
    Head::of(url).is_some()
}

/// A URL that keeps the rule, as far as it takes to tell.
struct Head<'a> {
    secure: bool,
    host: &'a str,
    port: u16,
    authority: &'a str,
    /// What follows the authority.
    tail: &'a str,
}

impl<'a> Head<'a> {
    #[inline(never)]
    fn of(url: &'a str) -> Option<Self> {
        // Nearly all URLs are plain ASCII, which needs no look at what a character is.
        let is_plain = url.bytes().fold(true, |plain, byte| plain & byte.is_ascii_graphic());
        if !is_plain && url.chars().any(|character| character.is_control() || is_space(character)) {
            return None;
        }
        let (scheme, rest) = split_before(url, b":");
        let rest = rest.strip_prefix("://")?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !secure && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let (written, tail) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        if written.bytes().any(|byte| matches!(byte, b'\\' | b'@')) {
            return None;
        }
        let (host, port) = split_port(written)?;
        if host.is_empty() || !(secure || is_loopback(host)) {
            return None;
        }
        let own = if secure { 443 } else { 80 };
        let port = port.unwrap_or(own);
        let authority = if port == own { host } else { written };
        Some(Self { secure, host, port, authority, tail })
    }
}

/// A URL as it stands in an ad: by itself, or percent-encoded inside the query of another.
#[derive(Clone, Copy, Debug)]
pub struct Url<'a> {
    text: &'a str,
    is_encoded: bool,
}

impl<'a> Url<'a> {
    pub(crate) fn plain(text: &'a str) -> Self {
        Self { text, is_encoded: false }
    }

    /// `text` is decoded once, `%XX` only: a `+` stays one (wire contract 4.1).
    pub(crate) fn encoded(text: &'a str) -> Self {
        Self { text, is_encoded: true }
    }

    /// The URL's own bytes.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        Decoded { rest: self.text.as_bytes(), is_encoded: self.is_encoded }
    }

    /// Whether it is a URL in visible ASCII that keeps the rule for targets. One with a bad `%` escape does not.
    pub(crate) fn keeps_rule(&self) -> bool {
        let escapes = self.text.as_bytes().split(|&byte| byte == b'%').skip(1);
        let mut escapes = escapes
            .filter(|_| self.is_encoded)
            .map(|escape| escape.first_chunk().copied().and_then(hex_byte));
        escapes.all(|byte| byte.is_some())
            && self.bytes().all(|byte| byte.is_ascii_graphic())
            && keeps_rule(self.bytes().map(char::from))
    }
}

impl PartialEq for Url<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes().eq(other.bytes())
    }
}

impl Eq for Url<'_> {}

impl fmt::Display for Url<'_> {
    /// Bytes outside ASCII show as U+FFFD; a URL that keeps the rule has none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().try_for_each(|byte| {
            let character =
                if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER };
            fmt::Write::write_char(f, character)
        })
    }
}

#[derive(Clone)]
struct Decoded<'a> {
    rest: &'a [u8],
    is_encoded: bool,
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (&first, behind) = self.rest.split_first()?;
        let escape =
            if self.is_encoded && first == b'%' { behind.split_first_chunk() } else { None };
        let (byte, rest) = match escape.and_then(|(digits, rest)| Some((hex_byte(*digits)?, rest)))
        {
            Some(decoded) => decoded,
            None => (first, behind),
        };
        self.rest = rest;
        Some(byte)
    }
}

fn hex_byte(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits
        .map(|digit| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    Some(high? << 4 | low?)
}

/// Whether the URL that `chars` spell keeps the rule, for URLs that stand encoded and are not copied to be judged.
pub(crate) fn keeps_rule(chars: impl Iterator<Item = char>) -> bool {
    let mut head = heapless::Vec::<u8, MAX_HEAD_BYTES>::new();
    let mut in_head = true;
    for character in chars {
        if character.is_control() || is_space(character) {
            return false;
        }
        if in_head {
            in_head = !(matches!(character, '/' | '?' | '#') && has_scheme(&head));
            let mut utf8 = [0; 4];
            let mut bytes = character.encode_utf8(&mut utf8).bytes();
            if bytes.any(|byte| head.push(byte).is_err()) {
                return false;
            }
        }
    }
    core::str::from_utf8(&head).is_ok_and(is_target)
}

/// Splits `host [ ":" port ]`; an empty port is the scheme's own.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, tail) = if authority.starts_with('[') {
        let (host, _) = split_before(authority, b"]");
        authority.split_at_checked(host.len().checked_add(1)?)?
    } else {
        split_before(authority, b":")
    };
    match tail.strip_prefix(':') {
        None if !tail.is_empty() => None,
        None | Some("") => Some((host, None)),
        Some(digits) => Some((host, Some(decimal(digits.as_bytes())?))),
    }
}

/// `localhost`, 127.0.0.0/8 as four decimal numbers, and `[::1]`; no other spelling, since resolvers disagree on them.
fn is_loopback(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") || host == "[::1]" {
        return true;
    }
    host.starts_with("127.") && is_v4(host.as_bytes())
}

/// Four decimal numbers up to 255, without leading zeros.
pub(crate) fn is_v4(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b'.');
    (0..4).all(|_| parts.next().is_some_and(is_octet)) && parts.next().is_none()
}

fn is_octet(digits: &[u8]) -> bool {
    let has_leading_zero = digits.len() > 1 && digits.starts_with(b"0");
    !has_leading_zero && decimal(digits).is_some_and(|octet| octet <= 255)
}

/// Digits and nothing else, one at least.
fn decimal(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u16, |value, &digit| {
        let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'))?;
        value.checked_mul(10)?.checked_add(digit.into())
    })
}

/// `text` before and from the first of `ends`, which are ASCII; the second part is empty where there is none.
///
/// In place of `str::find` and `str::split`, of whose searches the compiler cannot prove that they do not panic.
pub(crate) fn split_before<'t>(text: &'t str, ends: &[u8]) -> (&'t str, &'t str) {
    let end = text.as_bytes().iter().position(|byte| ends.contains(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn has_scheme(head: &[u8]) -> bool {
    head.windows(3).any(|window| window == b"://")
}

/// Scheme and authority of a URL that is judged while it is decoded; a longer one is refused. A DNS name has at most
/// 253 characters.
const MAX_HEAD_BYTES: usize = 288;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_urls_apart() {
        let target = Target::parse("HTTPS://Shop.example:8443/a/b?c=d&e=%20#f").unwrap();
        assert_eq!((target.secure, target.host, target.port), (true, "Shop.example", 8443));
        assert_eq!((target.path, target.authority), ("/a/b?c=d&e=%20", "Shop.example:8443"));
        assert_eq!(Target::parse("https://a.example").unwrap().origin_form(), ("/", ""));
        assert_eq!(Target::parse("https://a.example?q#f").unwrap().origin_form(), ("/", "?q"));
        assert_eq!(Target::parse("https://a.example:443/").unwrap().authority, "a.example");
        assert_eq!(Target::parse("https://a.example:/x").unwrap().authority, "a.example");
        assert_eq!(Target::parse("https://[2001:db8::1]:1/x").unwrap().host, "[2001:db8::1]");
    }

    #[test]
    fn plain_http_only_to_loopback() {
        for url in [
            "http://127.0.0.1:8080/x",
            "http://localhost/x",
            "HTTP://LocalHost",
            "http://[::1]/x",
            "http://127.255.0.9/",
        ] {
            assert!(Target::parse(url).is_some_and(|target| !target.secure), "{url}");
            assert!(keeps_rule(url.chars()), "{url}");
        }
        for url in [
            "http://shop.example/",
            "http://127.0.0.1@evil.example/",
            "http://127.0.0.1.evil.example/",
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://localhost.evil.example/",
            "http://127.0.0.1\\@evil.example/",
            "http://127.0.0.256/",
            "http://127.0.00.1/",
            "http://[::2]/",
            "http://127.0.0.1./",
        ] {
            assert_eq!(Target::parse(url), None, "{url}");
            assert!(!keeps_rule(url.chars()), "{url}");
        }
    }

    #[test]
    fn refuses_what_is_no_target() {
        for url in [
            "",
            "https://",
            "https:///x",
            "https://:443/",
            "https://?x",
            "https://#x",
            "javascript:alert(1)",
            "/relative",
            "//host/x",
            "ftp://a.example/",
            "https://a b.example/",
            "https://a.example/\u{7f}",
            "https://a.example/\n",
            " https://a.example/",
            "https://a.example:99999/",
            "https://a.example:x/",
            "https://[::1/",
            "https://[::1]x/",
            "https:/a.example",
            "https://user@a.example/",
            "https://a.example\\b/",
            "https://a.example/\u{a0}",
        ] {
            assert_eq!(Target::parse(url), None, "{url:?}");
            assert!(!keeps_rule(url.chars()), "{url:?}");
        }
    }
}
