//! What the conversations of a key and of a person share, lent to one of them for the length of a call.
//!
//! Part of `pacing`. What is not lent is not asked, and its code is not in the program.

use super::{Decision, Health, Hold, Rate, Reason, Until, User};
use crate::time::{Instant, Millis};

/// What conversations share: the key's budget, how the platform is, and what the person has seen.
#[derive(Debug)]
pub struct Lent<'l> {
    /// The key's budget.
    pub rate: &'l mut Rate,
    /// How the platform has answered this key; without it, failures hold nothing.
    pub health: Option<&'l mut Health>,
    /// The person; without them there are no caps.
    pub user: Option<&'l mut User>,
}

impl<'l> From<&'l mut Rate> for Lent<'l> {
    fn from(rate: &'l mut Rate) -> Self {
        Self { rate, health: None, user: None }
    }
}

impl Lent<'_> {
    /// The same, for a shorter time.
    pub fn reborrow(&mut self) -> Lent<'_> {
        Lent { rate: self.rate, health: self.health.as_deref_mut(), user: self.user.as_deref_mut() }
    }

    /// Decides again about a request that waited for its turn, which was `not_before`: what stopped calls meanwhile holds
    /// it. One that has missed its turn by more than 25 ms takes another, within what is left of its `patience`.
    ///
    /// `is_trial`: it is the one call that finds out whether the platform is back, as
    /// [`Session::is_trial`](crate::Session::is_trial) tells.
    pub fn recheck(
        &mut self,
        now: Instant,
        not_before: Instant,
        patience: Millis,
        is_trial: bool,
    ) -> Decision {
        let hold = self.opted_out().or_else(|| self.rate.check(now)).or_else(|| {
            self.health.as_mut().filter(|_| !is_trial).and_then(|health| health.check(now))
        });
        match hold {
            Some(hold) => Decision::Hold(hold),
            None if now.since(not_before) > LATEST => self.rate.decide(now, patience),
            None => Decision::Ask(not_before),
        }
    }

    pub(crate) fn opted_out(&self) -> Option<Hold> {
        let has_opted_out = self.user.as_ref().is_some_and(|user| user.is_opted_out());
        has_opted_out.then_some(Hold { reason: Reason::OptOut, until: Until::Lifted })
    }
}

/// How long after its turn a request may still be sent. Requests are spaced for 24/25 of the limit, so none of up to 41 ms
/// makes a second hold more than the limit; the rest is for the way to the platform.
const LATEST: Millis = Millis(25);

const _: () =
    assert!(size_of::<Rate>() + size_of::<Health>() <= 48, "a key takes 48 bytes at most");

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    #[test]
    fn requests_that_wake_late_together_do_not_leave_together() {
        let mut rate = Rate::new(40);
        let turns: Vec<_> = (0..4).map(|_| rate.decide(at(0), Millis(500))).collect();
        assert_eq!(turns[1..], [27, 53, 79].map(|turn| Decision::Ask(at(turn))));
        let mut recheck = |now, turn, patience| {
            Lent::from(&mut rate).recheck(at(now), at(turn), Millis(patience), false)
        };
        assert_eq!(recheck(45, 27, 0), Decision::Ask(at(27)));
        assert_eq!(recheck(150, 27, 0), Decision::Ask(at(150)));
        assert_eq!(recheck(150, 53, 100), Decision::Ask(at(177)));
        let hold = Hold { reason: Reason::Rate, until: Until::At(at(203)) };
        assert_eq!(recheck(150, 79, 0), Decision::Hold(hold));
    }
}
