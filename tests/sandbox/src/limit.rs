//! The rate limit of wire contract 3.14: a fixed whole second a key, three headers on every answer.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, StatusCode};

/// Calls of each key in the second they came in.
pub(crate) struct Limiter {
    limit: u32,
    seconds: HashMap<&'static str, (u64, u32)>,
    /// When each call of the latest second came.
    latest: HashMap<&'static str, VecDeque<Instant>>,
    /// The most calls of one key in one second so far.
    pub(crate) busiest: u32,
    /// The same of any second, wherever it begins.
    pub(crate) busiest_rolling: usize,
}

/// What the limiter answers, and what the three headers say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Quota {
    pub(crate) allowed: bool,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Unix seconds.
    pub(crate) reset: u64,
}

impl Quota {
    /// The three headers of an answer with `status`; a 429 never has anything left.
    pub(crate) fn fields(self, status: StatusCode) -> HeaderMap {
        let spent = status == StatusCode::TOO_MANY_REQUESTS;
        let remaining = if spent { 0 } else { self.remaining };
        HeaderMap::from_iter([
            (HeaderName::from_static("x-ratelimit-limit"), self.limit.into()),
            (HeaderName::from_static("x-ratelimit-remaining"), remaining.into()),
            (HeaderName::from_static("x-ratelimit-reset"), self.reset.into()),
        ])
    }
}

impl Limiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            seconds: HashMap::new(),
            latest: HashMap::new(),
            busiest: 0,
            busiest_rolling: 0,
        }
    }

    /// Counts one call; one without a known key is shown a full quota and counts nowhere.
    pub(crate) fn take(&mut self, key: Option<&'static str>, second: u64) -> Quota {
        let (limit, reset) = (self.limit, second + 1);
        let Some(key) = key else {
            return Quota { allowed: true, limit, remaining: limit, reset };
        };
        let slot = self.seconds.entry(key).or_insert((second, 0));
        if slot.0 != second {
            *slot = (second, 0);
        }
        slot.1 = slot.1.saturating_add(1);
        let (now, latest) = (Instant::now(), self.latest.entry(key).or_default());
        while latest.front().is_some_and(|first| now.duration_since(*first) >= SECOND) {
            latest.pop_front();
        }
        latest.push_back(now);
        self.busiest_rolling = self.busiest_rolling.max(latest.len());
        self.busiest = self.busiest.max(slot.1);
        Quota { allowed: slot.1 <= limit, limit, remaining: limit.saturating_sub(slot.1), reset }
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_down_to_nought_and_refuses_the_next() {
        let mut limiter = Limiter::new(40);
        for left in (0..40).rev() {
            let quota = limiter.take(Some("k"), 100);
            assert_eq!((quota.allowed, quota.remaining, quota.reset), (true, left, 101));
        }
        assert!(!limiter.take(Some("k"), 100).allowed);
        assert!(limiter.take(Some("other"), 100).allowed);
        assert_eq!(limiter.take(Some("k"), 101).remaining, 39);
        assert_eq!((limiter.busiest, limiter.busiest_rolling), (41, 42));
    }

    #[test]
    fn shows_strangers_a_full_quota() {
        let mut limiter = Limiter::new(1);
        for _ in 0..3 {
            assert_eq!(limiter.take(None, 5).remaining, 1);
        }
    }
}
