//! The head of an answer: status, and the few header fields that mean something here.
//!
//! A helper of `pacing`, `response` and the transports. Sections 3.13 and 3.14 of the wire contract. `Head` is `Copy`, so a
//! transport hands it over by value and keeps its buffers to itself.

use crate::time::{Millis, UnixMillis};

/// Status and header fields of an answer. A transport makes one with [`Head::new`] and gives it each field as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Head {
    /// HTTP status code.
    pub status: u16,
    /// The platform's rate limit as this answer tells it.
    pub limits: Limits,
    /// When to come back, if the answer says so.
    pub retry_after: Option<RetryAfter>,
    /// The platform's own clock when it answered.
    pub date: Option<UnixMillis>,
}

/// `X-RateLimit-*`: what the platform allows a key. A field that is absent or no number is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Limits {
    /// Requests allowed in a second.
    pub limit: Option<u32>,
    /// Requests left in the current window.
    pub remaining: Option<u32>,
    /// When the window resets, in seconds since 1970 by the platform's clock.
    pub reset: Option<u64>,
}

/// `Retry-After`, RFC 9110 section 10.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RetryAfter {
    /// After this long.
    Delay(Millis),
    /// At this time by the platform's clock.
    At(UnixMillis),
}

impl Head {
    /// A head without header fields.
    pub const fn new(status: u16) -> Self {
        let limits = Limits { limit: None, remaining: None, reset: None };
        Self { status, limits, retry_after: None, date: None }
    }

    /// Takes a header field. Names compare without case; unknown fields, values that do not parse and repetitions of
    /// a field are passed over.
    pub fn field(&mut self, name: &str, value: &[u8]) {
        let value = value.trim_ascii();
        let limits = &mut self.limits;
        match FIELDS.iter().position(|known| name.eq_ignore_ascii_case(known)) {
            Some(0) => keep(&mut self.retry_after, || retry_after(value)),
            Some(1) => keep(&mut self.date, || UnixMillis::from_http_date_bytes(value)),
            Some(2) => keep(&mut limits.reset, || whole(value)),
            Some(3) => keep(&mut limits.limit, || u32::try_from(whole(value)?).ok()),
            Some(4) => keep(&mut limits.remaining, || u32::try_from(whole(value)?).ok()),
            _ => {}
        }
    }

    /// How long the answer asks to be left alone, from when it was given.
    ///
    /// A date is measured against the answer's own `Date`, else against `wall`, the caller's clock; without either it
    /// says nothing. A date in the past is zero.
    pub fn retry_delay(&self, wall: Option<UnixMillis>) -> Option<Millis> {
        match self.retry_after? {
            RetryAfter::Delay(delay) => Some(delay),
            RetryAfter::At(at) => {
                let now = self.date.or(wall)?;
                Some(Millis(at.0.saturating_sub(now.0)))
            }
        }
    }
}

/// The first that parses stays.
fn keep<T>(place: &mut Option<T>, read: impl FnOnce() -> Option<T>) {
    if place.is_none() {
        *place = read();
    }
}

fn retry_after(value: &[u8]) -> Option<RetryAfter> {
    match digits(value) {
        Some(seconds) => Some(RetryAfter::Delay(Millis::from_secs(seconds))),
        None => UnixMillis::from_http_date_bytes(value).map(RetryAfter::At),
    }
}

/// The whole part of the first of several comma-separated numbers, as servers and the proxies before them write it.
fn whole(value: &[u8]) -> Option<u64> {
    let first = value.split(|byte| *byte == b',').next()?.trim_ascii();
    let mut parts = first.splitn(2, |byte| *byte == b'.');
    let whole = digits(parts.next()?)?;
    parts.next().is_none_or(|fraction| digits(fraction).is_some()).then_some(whole)
}

/// Reads digits and nothing else, at least one; a number that is too large is the largest there is.
fn digits(text: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // Ten times, without a multiplication of 64 bits, which is a routine on a Cortex-M0+.
        let tenfold =
            if value > u64::MAX / 16 { u64::MAX } else { (value << 3).wrapping_add(value << 1) };
        value = tenfold.saturating_add(digit.into());
    }
    (!text.is_empty()).then_some(value)
}

const FIELDS: [&str; 5] =
    ["retry-after", "date", "x-ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining"];

#[cfg(test)]
mod tests {
    use super::*;

    fn head(fields: &[(&str, &str)]) -> Head {
        let mut head = Head::new(429);
        for (name, value) in fields {
            head.field(name, value.as_bytes());
        }
        head
    }

    #[test]
    fn limits_tolerate_what_servers_write() {
        for (value, remaining) in [
            (" 9 ", Some(9)),
            ("9.0", Some(9)),
            ("40, 40", Some(40)),
            ("abc", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(
                head(&[("X-RateLimit-Remaining", value)]).limits.remaining,
                remaining,
                "{value:?}"
            );
        }
    }

    #[test]
    fn a_retry_date_is_measured_by_the_platforms_own_clock_first() {
        let date = ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT");
        let device = Some(UnixMillis(0));
        assert_eq!(
            head(&[date, ("Date", "Wed, 21 Oct 2026 07:27:58 GMT")]).retry_delay(device),
            Some(Millis(2000))
        );
        assert_eq!(
            head(&[date, ("Date", "Thu, 22 Oct 2026 07:27:58 GMT")]).retry_delay(device),
            Some(Millis(0))
        );
        assert_eq!(head(&[date]).retry_delay(None), None);
        assert_eq!(head(&[("Retry-After", "2")]).retry_delay(None), Some(Millis(2000)));
        assert_eq!(head(&[("Retry-After", "soon")]).retry_delay(None), None);
    }
}
