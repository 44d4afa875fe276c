//! Whether an ad could be seen: half of it in view for a second without a gap.
//!
//! Part of `tracking`. Section 4.2 of the wire contract, the IAB's rule for display; case T92. `listening` has
//! the rule for speech.

use crate::time::{Instant, Millis};

/// How much of an ad must be in view, in thousandths.
pub const VIEWABLE_PER_MILLE: u16 = 500;
/// For how long without a gap.
pub const VIEWABLE_FOR: Millis = Millis(1000);

/// Watches one ad and says once that it was viewable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Viewability(State);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum State {
    #[default]
    Hidden,
    InView {
        since: Instant,
        seen: Instant,
    },
    Viewed,
}

impl Viewability {
    /// An ad that is not in view yet.
    pub const fn new() -> Self {
        Self(State::Hidden)
    }

    /// Takes how much of the ad is in view from `now` on, in thousandths. Returns true exactly once: at the first call
    /// at or after the end of a whole second in view. What is in view is taken to have been so since the call before.
    ///
    /// A clock that goes back starts the second anew.
    pub fn on_sample(&mut self, now: Instant, per_mille: u16) -> bool {
        let fresh = State::InView { since: now, seen: now };
        let (next, viewable) = match self.0 {
            State::Viewed => (State::Viewed, false),
            State::InView { since, seen } if now >= seen => {
                if now.since(since) >= VIEWABLE_FOR {
                    (State::Viewed, true)
                } else {
                    (State::InView { since, seen: now }, false)
                }
            }
            _ => (fresh, false),
        };
        let hidden = per_mille < VIEWABLE_PER_MILLE && next != State::Viewed;
        self.0 = if hidden { State::Hidden } else { next };
        viewable
    }

    /// When to call again if nothing changes until then; `None` while out of view or once viewed.
    pub fn poll_at(&self) -> Option<Instant> {
        match self.0 {
            State::InView { since, .. } => Some(since.after(VIEWABLE_FOR)),
            State::Hidden | State::Viewed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewable_at(samples: &[(u64, u16)]) -> Option<u64> {
        let mut ad = Viewability::new();
        let hits: Vec<_> = samples
            .iter()
            .filter(|(ms, share)| ad.on_sample(Instant::from_millis(*ms), *share))
            .collect();
        assert!(hits.len() <= 1);
        hits.first().map(|(ms, _)| *ms)
    }

    #[test]
    fn half_in_view_for_a_second_counts_once() {
        assert_eq!(viewable_at(&[(0, 490), (5000, 490)]), None);
        assert_eq!(viewable_at(&[(0, 500), (999, 400), (2000, 400)]), None);
        assert_eq!(viewable_at(&[(0, 500), (1000, 500), (2000, 500)]), Some(1000));
        assert_eq!(viewable_at(&[(0, 600), (600, 200), (700, 600), (1700, 600)]), Some(1700));
    }

    #[test]
    fn a_clock_that_goes_back_starts_anew() {
        assert_eq!(
            viewable_at(&[(1000, 1000), (500, 1000), (1400, 1000), (1500, 1000)]),
            Some(1500)
        );
    }
}
