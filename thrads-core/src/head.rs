//! The head of an answer: status, and the few header fields that mean something here.
//!
//! A helper of `pacing`, `response` and the transports. Sections 3.13 and 3.14 of the wire contract. `Head` is `Copy`, so a transport hands it over by value and keeps its
//! buffers to itself.

use crate::target::split_before;
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
        let Ok(value) = core::str::from_utf8(value) else { return };
        if name.eq_ignore_ascii_case("x-ratelimit-limit") {
            self.limits.limit = self.limits.limit.or(whole_u32(value));
        } else if name.eq_ignore_ascii_case("x-ratelimit-remaining") {
            self.limits.remaining = self.limits.remaining.or(whole_u32(value));
        } else if name.eq_ignore_ascii_case("x-ratelimit-reset") {
            self.limits.reset = self.limits.reset.or(whole(value));
        } else if name.eq_ignore_ascii_case("retry-after") {
            self.retry_after = self.retry_after.or_else(|| retry_after(value));
        } else if name.eq_ignore_ascii_case("date") {
            self.date = self.date.or_else(|| UnixMillis::from_http_date(value));
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

fn retry_after(value: &str) -> Option<RetryAfter> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(RetryAfter::Delay(Millis::from_secs(seconds)));
    }
    UnixMillis::from_http_date(value).map(RetryAfter::At)
}

/// The whole part of the first of several comma-separated numbers, as servers and the proxies before them write it.
fn whole(value: &str) -> Option<u64> {
    let (first, _) = split_before(value, b",");
    let (digits, fraction) = split_before(first.trim_ascii(), b".");
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = fraction.strip_prefix('.').is_none_or(is_number);
    (is_number(digits) && is_whole).then(|| digits.parse().ok())?
}

fn whole_u32(value: &str) -> Option<u32> {
    u32::try_from(whole(value)?).ok()
}

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
