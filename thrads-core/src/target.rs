//! The one rule for targets: https with a host, or http to a loopback address.
//!
//! A helper of `ad`, `tracking`, `request` and the transports. Nothing that breaks the rule becomes a click target, is
//! sent a ping, or is configured as an endpoint (wire contract 4.1, cases T45 and T89; RFC 3986 section 3).

use crate::json::text::{hex, is_space};
use crate::json::utf8::as_text;
use core::fmt;
use core::ops::Range;

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
        let Head { secure, host, end, port } = Head::of(url.as_bytes())?;
        let (before, tail) = url.split_at_checked(end)?;
        let (path, _) = cut(tail, b'#');
        let (written, host) = (before.get(host.start..)?, url.get(host)?);
        let authority = if port == default_port(secure) { host } else { written };
        Some(Self { secure, host, port, path, authority })
    }

    /// Path and query as a request line has them (RFC 9112 section 3.2.1), in two parts to be written one behind
    /// the other: the `/` that the URL leaves out, or nothing, and the rest.
    pub fn origin_form(&self) -> (&'static str, &'a str) {
        (if self.path.starts_with('/') { "" } else { "/" }, self.path)
    }
}

/// Whether a URL keeps the rule. One that is not UTF-8 does not.
pub(crate) fn is_target(url: &[u8]) -> bool {
    Head::of(url).is_some()
}

/// The same of one in visible ASCII.
pub(crate) fn is_visible_target(url: &str) -> bool {
    Head::read(Url::plain(url).decoded()).is_some()
}

/// A URL that keeps the rule, as far as it takes to tell.
struct Head {
    secure: bool,
    host: Range<usize>,
    /// Where the authority ends.
    end: usize,
    port: u16,
}

impl Head {
    #[inline(never)]
    fn of(url: &[u8]) -> Option<Self> {
        // Nearly all URLs are plain ASCII, which is seen at once where registers are wide.
        let is_plain = cfg!(not(target_os = "none"))
            && url.iter().fold(0, |odd, byte| odd | u8::from(!byte.is_ascii_graphic())) == 0;
        let is_refused = |character: char| character.is_control() || is_space(character);
        if !is_plain && as_text(url)?.chars().any(is_refused) {
            return None;
        }
        Self::read(Decoded { rest: url, is_encoded: false })
    }

    /// Reads up to the path; of characters it looks at those only that mean something there.
    // Where there is room for it twice, plain text is read without a look at escapes.
    #[cfg_attr(target_os = "none", inline(never))]
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn read(mut bytes: Decoded<'_>) -> Option<Self> {
        let secure = bytes.clone().spells(b"https://");
        let scheme: &[u8] = if secure { b"https://" } else { b"http://" };
        if !bytes.spells(scheme) {
            return None;
        }
        let start = scheme.len();
        let (mut end, mut host_end, mut port) = (start, None, 0);
        // An IPv6 address is in brackets, and nothing follows them but a port.
        let mut brackets = Brackets::Absent;
        let host = bytes.clone();
        for byte in bytes {
            match byte {
                b'/' | b'?' | b'#' => break,
                b'\\' | b'@' => return None,
                _ if host_end.is_some() => port = push_digit(port, byte)?,
                b':' if brackets != Brackets::Open => host_end = Some(end),
                b'[' if end == start => brackets = Brackets::Open,
                b']' if brackets == Brackets::Open && end > start.wrapping_add(1) => {
                    brackets = Brackets::Closed;
                }
                b'[' | b']' => return None,
                _ if brackets == Brackets::Closed => return None,
                _ => {}
            }
            end = end.wrapping_add(1);
        }
        let host_end = host_end.unwrap_or(end);
        let length = host_end.wrapping_sub(start);
        if host_end == start
            || brackets == Brackets::Open
            || !(secure || is_loopback(&host, length))
        {
            return None;
        }
        // An empty port is the scheme's own.
        let has_port = end > host_end.wrapping_add(1);
        let port = if has_port { port } else { default_port(secure) };
        Some(Self { secure, host: start..host_end, end, port })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    Absent,
    Open,
    Closed,
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
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
        self.decoded()
    }

    /// Whether it is a URL in visible ASCII that keeps the rule for targets, with a host of no more bytes than
    /// [`MAX_HEAD_BYTES`] allow. One with a bad `%` escape does not.
    pub(crate) fn keeps_rule(&self) -> bool {
        let is_all_head = self.bytes().nth(MAX_HEAD_BYTES).is_none();
        let is_short = |head: Head| is_all_head || head.end < MAX_HEAD_BYTES;
        self.bytes().all(|byte| byte.is_ascii_graphic())
            && Head::read(self.decoded()).is_some_and(is_short)
    }

    fn decoded(&self) -> Decoded<'a> {
        Decoded { rest: self.text.as_bytes(), is_encoded: self.is_encoded }
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

    #[cfg_attr(target_os = "none", inline(never))]
    fn next(&mut self) -> Option<u8> {
        let (&first, behind) = self.rest.split_first()?;
        self.rest = behind;
        if !self.is_encoded || first != b'%' {
            return Some(first);
        }
        // A bad escape is a byte that keeps no rule.
        let (digits, behind) = behind.split_at_checked(2).unwrap_or_default();
        self.rest = behind;
        Some(hex(digits).and_then(|byte| u8::try_from(byte).ok()).unwrap_or(0))
    }
}

impl Decoded<'_> {
    /// Takes as many bytes as `word`, and says whether they spell it in either case; it is in small letters.
    #[cfg_attr(target_os = "none", inline(never))]
    fn spells(&mut self, word: &[u8]) -> bool {
        word.iter().all(|byte| self.next().is_some_and(|next| next.eq_ignore_ascii_case(byte)))
    }
}

/// `localhost`, 127.0.0.0/8 as four decimal numbers, and `[::1]`; no other spelling, since resolvers disagree on them.
#[cfg_attr(target_os = "none", inline(never))]
fn is_loopback(host: &Decoded<'_>, length: usize) -> bool {
    let spells = |name: &[u8]| name.len() == length && host.clone().spells(name);
    spells(b"localhost") || spells(b"[::1]") || v4_network(host.clone(), length) == Some(127)
}

/// Whether it is an IPv4 address in dotted decimal.
pub(crate) fn is_v4(text: &[u8]) -> bool {
    v4_network(Decoded { rest: text, is_encoded: false }, text.len()).is_some()
}

/// The first of four decimal numbers up to 255, without leading zeros.
fn v4_network(text: Decoded<'_>, length: usize) -> Option<u16> {
    let (mut network, mut octet, mut dots) = (None, None, 0_u8);
    for byte in text.take(length) {
        octet = match (byte, octet) {
            (b'.', Some(_)) => {
                network = network.or(octet);
                dots = dots.saturating_add(1);
                None
            }
            (_, Some(0)) => return None,
            (_, value) => Some(push_digit(value.unwrap_or(0), byte).filter(|octet| *octet <= 255)?),
        };
    }
    network.filter(|_| dots == 3 && octet.is_some())
}

fn push_digit(value: u16, digit: u8) -> Option<u16> {
    let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'))?;
    value.checked_mul(10)?.checked_add(digit.into())
}

/// `text` before the first `end`, which is ASCII, and what is behind it, if there is one.
///
/// In place of `str::split_once`, of whose search the compiler cannot prove that it does not panic.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn cut(text: &str, end: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == end) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at.wrapping_add(1)..)),
        None => (text, None),
    }
}

/// Scheme, authority and what ends it, of a tracker; a longer one is refused. A DNS name has at most 253 characters.
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
            assert!(Url::plain(url).keeps_rule(), "{url}");
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
            assert!(!Url::plain(url).keeps_rule(), "{url}");
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
            "https://[]/",
            "https://[]]/",
            "https://[[::1]]/",
            "https://a]b.example/",
            "https:/a.example",
            "https://user@a.example/",
            "https://a.example\\b/",
            "https://a.example/\u{a0}",
        ] {
            assert_eq!(Target::parse(url), None, "{url:?}");
            assert!(!Url::plain(url).keeps_rule(), "{url:?}");
        }
    }
}
