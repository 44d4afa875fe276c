//! First-ad offset and gap between ads, in turns.
//!
//! Part of `pacing`. Sections 2.10 (v1) and 3.4 (SSP) of the wire contract: v1 waits for `offset` turns and serves on the
//! next, the SSP serves from turn `offset` on; both leave `frequency` turns from ad to ad, and 0 switches a check off.

use super::{Hold, OffsetMode, Policy, Reason, Until};

/// Counts turns and remembers the last ad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Turns {
    turn: u32,
    /// Of an earlier turn.
    last_ad: Option<u32>,
    is_served: bool,
}

impl Turns {
    pub(super) const fn new() -> Self {
        Self { turn: 0, last_ad: None, is_served: false }
    }

    pub(super) const fn restored(turn: u32, last_ad: Option<u32>) -> Self {
        Self { turn, last_ad, is_served: false }
    }

    pub(super) fn turn(&self) -> u32 {
        self.turn
    }

    /// The last ad of an earlier turn.
    pub(super) fn earlier_ad(&self) -> Option<u32> {
        self.last_ad
    }

    pub(super) fn last_ad(&self) -> Option<u32> {
        if self.is_served { Some(self.turn) } else { self.last_ad }
    }

    pub(super) fn on_turn(&mut self) {
        self.last_ad = self.last_ad();
        self.is_served = false;
        self.turn = self.turn.saturating_add(1);
    }

    pub(super) fn on_served(&mut self) {
        self.is_served = true;
    }

    /// Offset first, then frequency.
    pub(super) fn check(&self, mode: OffsetMode, policy: Policy) -> Option<Hold> {
        let offset = u32::from(policy.offset.unwrap_or(0));
        let first = match mode {
            OffsetMode::AfterN => offset.saturating_add(1),
            OffsetMode::AtN => offset,
        };
        if self.turn < first {
            return Some(Hold { reason: Reason::Offset, until: Until::Turn(first) });
        }
        let next = self.last_ad()?.saturating_add(u32::from(policy.frequency.unwrap_or(0)));
        (self.turn < next).then_some(Hold { reason: Reason::Frequency, until: Until::Turn(next) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decision, Pacing, Rate};
    use super::*;
    use crate::config::Family;
    use crate::time::{Instant, Millis};

    /// The turns that are asked for when every ask earns an ad.
    fn served(family: Family, offset: u8, frequency: u8) -> Vec<u32> {
        let mut pacing = Pacing::new(family, Policy::device(offset, frequency));
        let mut rate = Rate::default();
        let mut turns = Vec::new();
        for turn in 1..=15_u32 {
            pacing.on_turn();
            let now = Instant::from_millis(u64::from(turn) * 5000);
            if let Decision::Ask(_) = pacing.decide(now, &mut rate, Millis(0), None) {
                pacing.on_served();
                turns.push(turn);
            }
        }
        turns
    }

    #[test]
    fn serves_on_turns_three_eight_and_thirteen() {
        assert_eq!(served(Family::V1, 2, 5), [3, 8, 13]);
        assert_eq!(served(Family::Ssp, 3, 5), [3, 8, 13]);
    }

    #[test]
    fn zero_switches_a_check_off() {
        assert_eq!(served(Family::V1, 0, 0).len(), 15);
        assert_eq!(served(Family::V1, 0, 1).len(), 15);
        assert_eq!(served(Family::Ssp, 0, 2), [1, 3, 5, 7, 9, 11, 13, 15]);
        assert_eq!(served(Family::V1, 14, 0), [15]);
    }

    #[test]
    fn force_goes_past_the_count_and_false_stops_the_turn() {
        let mut pacing = Pacing::new(Family::Ssp, Policy::device(3, 5));
        pacing.on_turn();
        let mut decide = |forced| {
            pacing.decide(Instant::from_millis(0), &mut Rate::default(), Millis(0), forced)
        };
        assert!(matches!(decide(Some(true)), Decision::Ask(_)));
        assert_eq!(
            decide(Some(false)),
            Decision::Hold(Hold { reason: Reason::OptOut, until: Until::Turn(2) })
        );
        assert_eq!(
            decide(None),
            Decision::Hold(Hold { reason: Reason::Offset, until: Until::Turn(3) })
        );
    }
}
