//! The budget of a key: so many requests a second, and none while the platform wants to be left alone.
//!
//! Part of `pacing`. Section 3.14 of the wire contract. The generic cell rate algorithm with a burst of one: requests
//! are spaced so that no rolling second ever holds more than the limit.

use super::{Decision, Hold, Reason, Until};
use crate::head::{Head, RetryAfter};
use crate::time::{Instant, Millis, UnixMillis, divide, thousandfold};

/// Requests a second that the platform allows a key, where its answers do not say less.
pub const DEFAULT_LIMIT: u32 = 40;
/// Requests left in the platform's window below which [`RateEvent::LowQuota`] is reported.
pub const LOW_QUOTA: u32 = 10;

/// What a key may still send. One value a key, lent to all of its conversations.
///
/// Requests are spaced at 0.96 of the limit: with a burst of one that is at most the limit in any rolling second, and
/// the platform's own clock may tick a little differently. A limit of 0 counts as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rate {
    /// When the next request is due, in microseconds of the caller's clock.
    due: u64,
    seen: Instant,
    /// Milliseconds for which the platform is still left alone.
    left_alone: u32,
    /// Spacing in microseconds at the limit in force.
    spacing: u32,
    /// The highest limit that an answer is believed.
    ceiling: u32,
    is_low: bool,
}

/// Something about the key's budget that an operator wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RateEvent {
    /// Fewer than [`LOW_QUOTA`] requests are left in the platform's window; said once until there are more again.
    LowQuota {
        /// Requests left.
        remaining: u32,
    },
}

impl Default for Rate {
    fn default() -> Self {
        Self::new(DEFAULT_LIMIT)
    }
}

impl Rate {
    /// At most `limit` requests in any second; the platform's answers can lower it. Give more than [`DEFAULT_LIMIT`] only
    /// if the platform has agreed to it.
    pub const fn new(limit: u32) -> Self {
        let (spacing, seen) = (spacing(limit), Instant::from_millis(0));
        Self { due: 0, seen, left_alone: 0, spacing, ceiling: limit, is_low: false }
    }

    /// Lets the platform's answers raise the limit as well, to `ceiling` at most: its documents name 40 and 100 (C1).
    #[must_use]
    pub const fn up_to(self, ceiling: u32) -> Self {
        Self { ceiling, ..self }
    }

    /// Takes one request out of the budget if it may be sent within `patience`, of which five seconds count at most;
    /// callers are served in the order they come. A request that is then not sent is not given back.
    pub fn decide(&mut self, now: Instant, patience: Millis) -> Decision {
        if let Some(hold) = self.check(now) {
            return Decision::Hold(hold);
        }
        let now_micros = thousandfold(now.as_millis());
        // No caller waits longer than that, so a request further ahead was due by a clock that has gone back.
        self.due = self.due.min(now_micros.saturating_add(AHEAD_MICROS));
        let due = self.due.max(now_micros);
        let (at, _) = divide(due.saturating_add(999), 1000);
        let at = Instant::from_millis(at);
        if at.since(now) > patience.min(MAX_PATIENCE) {
            return Decision::Hold(Hold { reason: Reason::Rate, until: Until::At(at) });
        }
        self.due = due.saturating_add(self.spacing.into());
        Decision::Ask(at)
    }

    /// What holds all requests: the platform asked to be left alone.
    pub(crate) fn check(&mut self, now: Instant) -> Option<Hold> {
        self.pass(now);
        let until = Until::At(now.after(Millis(self.left_alone.into())));
        (self.left_alone > 0).then_some(Hold { reason: Reason::Backoff, until })
    }

    /// Learns from the head of an answer: the limit up to the ceiling, how long to leave the platform alone after a 429
    /// (`Retry-After`, else the window's reset, else a second), and that the next request is due at the reset where the
    /// window is used up.
    ///
    /// `wall` is the caller's clock; times in the answer are measured against its own `Date` first. Without a `Date`, a
    /// clock that puts them in the past or more than an hour off is not believed.
    pub fn observe(
        &mut self,
        now: Instant,
        wall: Option<UnixMillis>,
        head: &Head,
    ) -> Option<RateEvent> {
        if let Some(limit) = head.limits.limit {
            self.spacing = spacing(limit.min(self.ceiling));
        }
        let reset = reset_delay(head, wall);
        if head.status == 429 {
            self.leave_alone(now, backoff(head, wall).or(reset).unwrap_or(DEFAULT_BACKOFF));
        } else if let (Some(0), Some(delay)) = (head.limits.remaining, reset) {
            self.wait_out(now, delay);
        }
        self.note_remaining(head.limits.remaining?)
    }

    /// A window that ends soon is waited for like any turn in the budget; the platform's is a second long.
    fn wait_out(&mut self, now: Instant, delay: Millis) {
        if delay <= MAX_PATIENCE {
            self.due = self.due.max(thousandfold(now.after(delay).as_millis()));
        } else {
            self.leave_alone(now, delay);
        }
    }

    /// What was asked for longer stays: answers to requests that were under way at once come in any order.
    fn leave_alone(&mut self, now: Instant, length: Millis) {
        self.pass(now);
        let length = u32::try_from(length.0).unwrap_or(u32::MAX).min(MAX_BACKOFF);
        self.left_alone = self.left_alone.max(length);
    }

    fn note_remaining(&mut self, remaining: u32) -> Option<RateEvent> {
        let was_low = core::mem::replace(&mut self.is_low, remaining < LOW_QUOTA);
        (self.is_low && !was_low).then_some(RateEvent::LowQuota { remaining })
    }

    pub(crate) fn keep(&self, now: Instant) -> KeptRate {
        let mut rate = *self;
        rate.pass(now);
        let (due, _) = divide(rate.due, 1000);
        let wait = Instant::from_millis(due).since(now).min(MAX_PATIENCE).0;
        let wait = u32::try_from(wait).unwrap_or(0);
        KeptRate { left_alone: rate.left_alone, spacing: rate.spacing, wait }
    }

    /// What was learnt of a lower limit is kept, of a higher one it is learnt anew.
    pub(crate) fn restore(&mut self, now: Instant, kept: KeptRate, passed: u32) {
        self.seen = now;
        self.left_alone = kept.left_alone.saturating_sub(passed).min(MAX_BACKOFF);
        self.spacing = self.spacing.max(kept.spacing.min(spacing(1)));
        let wait = Millis(kept.wait.saturating_sub(passed).into());
        self.due = thousandfold(now.after(wait).as_millis());
    }

    /// A clock that went back or stands still has let no time pass.
    fn pass(&mut self, now: Instant) {
        self.left_alone = self.left_alone.saturating_sub(self.seen.pass(now));
    }
}

/// What is kept over a restart: milliseconds to leave the platform alone, the spacing in microseconds, milliseconds to the
/// next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
pub(crate) struct KeptRate {
    left_alone: u32,
    spacing: u32,
    wait: u32,
}

impl KeptRate {
    pub(crate) fn numbers(self) -> [u32; 3] {
        [self.left_alone, self.spacing, self.wait]
    }
}

impl From<KeptRate> for (u32, u32, u32) {
    fn from(KeptRate { left_alone, spacing, wait }: KeptRate) -> Self {
        (left_alone, spacing, wait)
    }
}

impl From<(u32, u32, u32)> for KeptRate {
    fn from((left_alone, spacing, wait): (u32, u32, u32)) -> Self {
        Self { left_alone, spacing, wait }
    }
}

/// What `Retry-After` asks for; a date is believed by the platform's own clock, or by one that makes sense of it.
fn backoff(head: &Head, wall: Option<UnixMillis>) -> Option<Millis> {
    let delay = head.retry_delay(wall)?;
    let by_wall = head.date.is_none() && matches!(head.retry_after, Some(RetryAfter::At(_)));
    (!by_wall || (1..=u64::from(MAX_BACKOFF)).contains(&delay.0)).then_some(delay)
}

/// How far off the reset of the platform's window is: not in the past, and a minute at most.
fn reset_delay(head: &Head, wall: Option<UnixMillis>) -> Option<Millis> {
    let reset = thousandfold(head.limits.reset?);
    let now = head.date.or(wall)?;
    Some(Millis(reset.saturating_sub(now.0)).min(MAX_RESET))
}

/// Microseconds between requests at 24/25 of `limit` a second, rounded up.
const fn spacing(limit: u32) -> u32 {
    let limit = if limit == 0 { 1 } else { limit };
    let (spacing, rest) = divide(25_000_000 / 24, limit);
    #[expect(clippy::cast_possible_truncation, reason = "a quotient is not above its dividend")]
    (spacing as u32).saturating_add((rest > 0) as u32)
}

/// How long a caller may wait for its turn.
const MAX_PATIENCE: Millis = Millis::from_secs(5);
/// The furthest that a request is due ahead, one spacing behind the last that was waited for.
const AHEAD_MICROS: u64 = 6_100_000;
/// After a 429 that does not say how long.
const DEFAULT_BACKOFF: Millis = Millis(1000);
/// A `Retry-After` beyond an hour is taken for an hour, so that one odd answer does not silence a device for good.
const MAX_BACKOFF: u32 = 3_600_000;
/// The window is a second long; a reset further off than a minute is a clock that is off.
const MAX_RESET: Millis = Millis::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn head(status: u16, fields: &[(&str, &str)]) -> Head {
        let mut head = Head::new(status);
        fields.iter().for_each(|(name, value)| head.field(name, value.as_bytes()));
        head
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn no_rolling_second_holds_more_than_the_limit() {
        for limit in [1, 2, 3, 7, 39, 40, 41, 100, 999] {
            let mut rate = Rate::new(limit);
            let mut sent = Vec::new();
            let mut seed = 1_u64;
            let mut now = 0;
            while now < 20_000 {
                if let Decision::Ask(due) = rate.decide(at(now), Millis(500)) {
                    sent.push(due.as_millis());
                }
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                now += if seed >> 60 == 0 { seed >> 54 } else { seed >> 63 };
            }
            sent.sort_unstable();
            let most = sent
                .iter()
                .map(|&start| sent.iter().filter(|&&t| t >= start && t < start + 1000).count())
                .max();
            assert!(most.unwrap() <= limit as usize, "{limit}: {most:?}");
            assert!(limit > 100 || sent.len() as u32 >= limit * 18, "{limit}: {}", sent.len());
        }
    }

    #[test]
    fn callers_wait_in_order_and_not_longer_than_they_want() {
        let mut rate = Rate::new(40);
        assert_eq!(rate.decide(at(0), Millis(0)), Decision::Ask(at(0)));
        assert_eq!(rate.decide(at(0), Millis(30)), Decision::Ask(at(27)));
        assert_eq!(rate.decide(at(0), Millis(100)), Decision::Ask(at(53)));
        let hold = Hold { reason: Reason::Rate, until: Until::At(at(79)) };
        assert_eq!(rate.decide(at(0), Millis(0)), Decision::Hold(hold));
    }

    #[test]
    fn nobody_waits_longer_than_five_seconds() {
        let mut rate = Rate::new(40);
        let asked: Vec<_> = (0..300).map(|_| rate.decide(at(0), Millis(9000))).collect();
        let sent: Vec<_> =
            asked.iter().filter(|decision| matches!(decision, Decision::Ask(_))).collect();
        assert_eq!(sent.len(), 192);
        assert!(sent.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_limit_below_the_configured_one_is_learnt_and_one_above_is_not() {
        let mut rate = Rate::new(40);
        rate.observe(at(0), None, &head(200, &[("x-ratelimit-limit", "10")]));
        assert_eq!(rate.spacing, Rate::new(10).spacing);
        rate.observe(at(0), None, &head(200, &[("x-ratelimit-limit", "100")]));
        assert_eq!(rate.spacing, Rate::new(40).spacing);
    }

    #[test]
    fn a_limit_is_raised_as_far_as_the_caller_allows() {
        let mut rate = Rate::new(40).up_to(100);
        assert_eq!(rate.spacing, Rate::new(40).spacing);
        for (limit, in_force) in [("60", 60), ("1000", 100), ("10", 10)] {
            rate.observe(at(0), None, &head(200, &[("x-ratelimit-limit", limit)]));
            assert_eq!(rate.spacing, Rate::new(in_force).spacing);
        }
    }

    #[test]
    fn a_clock_that_is_off_by_hours_is_not_believed() {
        let date = ("retry-after", "Mon, 04 May 2026 09:00:30 GMT");
        let nine = 1_777_885_200_000;
        for (wall, length) in [
            (nine, 30_000),
            (nine + 60_000, 1000),
            (nine + 3 * 3_600_000, 1000),
            (nine - 3 * 3_600_000, 1000),
        ] {
            let mut rate = Rate::new(40);
            rate.observe(at(0), Some(UnixMillis(wall)), &head(429, &[date]));
            let hold = Hold { reason: Reason::Backoff, until: Until::At(at(length)) };
            assert_eq!(rate.decide(at(0), Millis(0)), Decision::Hold(hold), "{wall}");
        }
    }

    #[test]
    fn leaves_the_platform_alone_as_long_as_it_asks() {
        let cases: [(&[(&str, &str)], u64); 4] = [
            (&[("retry-after", "2")], 2000),
            (&[], 1000),
            (
                &[("x-ratelimit-reset", "1777885201"), ("date", "Mon, 04 May 2026 09:00:00 GMT")],
                1000,
            ),
            (&[("retry-after", "999999999")], 3_600_000),
        ];
        for (fields, length) in cases {
            let mut rate = Rate::new(40);
            rate.observe(at(100), None, &head(429, fields));
            let hold = Hold { reason: Reason::Backoff, until: Until::At(at(100 + length)) };
            assert_eq!(rate.decide(at(99 + length), Millis(500)), Decision::Hold(hold));
            assert_eq!(rate.decide(at(100 + length), Millis(0)), Decision::Ask(at(100 + length)));
        }
    }

    #[test]
    fn a_shorter_back_off_does_not_end_a_longer_one() {
        let mut rate = Rate::new(40);
        rate.observe(at(0), None, &head(429, &[("retry-after", "60")]));
        rate.observe(at(10), None, &head(429, &[("retry-after", "1")]));
        let hold = Hold { reason: Reason::Backoff, until: Until::At(at(60_000)) };
        assert_eq!(rate.decide(at(5000), Millis(0)), Decision::Hold(hold));
    }

    #[test]
    fn a_window_that_is_used_up_is_waited_for() {
        let mut rate = Rate::new(40);
        let fields = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1777885201"),
            ("date", "Mon, 04 May 2026 09:00:00 GMT"),
        ];
        rate.observe(at(100), None, &head(200, &fields));
        assert_eq!(rate.decide(at(700), Millis(500)), Decision::Ask(at(1100)));

        let far = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1777885230"), fields[2]];
        rate.observe(at(2000), None, &head(200, &far));
        let hold = Hold { reason: Reason::Backoff, until: Until::At(at(32_000)) };
        assert_eq!(rate.decide(at(31_000), Millis(500)), Decision::Hold(hold));
        assert!(matches!(rate.decide(at(32_000), Millis(500)), Decision::Ask(_)));
    }

    #[test]
    fn a_clock_that_goes_back_holds_for_no_more_than_was_asked() {
        let mut rate = Rate::new(40);
        let hour = 3_600_000;
        assert!(matches!(rate.decide(at(hour), Millis(0)), Decision::Ask(_)));
        assert!(matches!(rate.decide(at(5), Millis(1000)), Decision::Hold(_)));
        assert!(matches!(rate.decide(at(6200), Millis(0)), Decision::Ask(_)));
        rate.observe(at(hour), None, &head(429, &[("retry-after", "2")]));
        assert!(matches!(rate.decide(at(7), Millis(0)), Decision::Hold(_)));
        assert!(matches!(rate.decide(at(6300), Millis(0)), Decision::Ask(_)));
    }

    #[test]
    fn low_quota_is_said_once_per_crossing() {
        let mut rate = Rate::new(40);
        let mut see = |left: &str| {
            rate.observe(at(0), None, &head(200, &[("x-ratelimit-remaining", left)])).is_some()
        };
        let seen: Vec<_> = ["10", "9", "8", "11", "9.0"].into_iter().map(&mut see).collect();
        assert_eq!(seen, [false, true, false, false, true]);
    }
}
