//! When an ad may come: v1's turns (wire contract 2.10) and the SSP's requests (3.4).

use crate::switches::OffsetMode;
/// What v1 knows of a conversation.
#[derive(Clone, Copy, Default)]
pub(crate) struct V1Chat {
    turn: u32,
    last_ad: Option<u32>,
}

/// The members of a v1 call that pace it.
#[derive(Clone, Copy)]
pub(crate) struct V1Rule {
    pub(crate) offset: u32,
    pub(crate) frequency: u32,
    pub(crate) force: Option<bool>,
    pub(crate) mode: OffsetMode,
}

impl V1Chat {
    /// `Err` holds the reason, as the answer's `message` says it.
    pub(crate) fn admits(self, rule: V1Rule) -> Result<(), &'static str> {
        match rule.force {
            Some(true) => return Ok(()),
            Some(false) => return Err("Ad suppressed by force=false"),
            None => {}
        }
        let counted = match rule.mode {
            OffsetMode::AfterN => self.turn,
            OffsetMode::AtN => self.turn + 1,
        };
        if counted < rule.offset {
            return Err("Conversation offset not reached");
        }
        match self.last_ad {
            Some(last) if self.turn - last < rule.frequency.max(1) => {
                Err("Ad frequency limit not reached")
            }
            _ => Ok(()),
        }
    }

    /// Ends the turn of an answered call.
    pub(crate) fn answered(&mut self, served: bool) {
        if served {
            self.last_ad = Some(self.turn);
        }
        self.turn = self.turn.saturating_add(1);
    }
}

/// What the SSP knows of a conversation.
#[derive(Clone, Copy, Default)]
pub(crate) struct SspChat {
    since_ad: Option<u32>,
}

/// The members of a bid request that pace it.
#[derive(Clone, Copy)]
pub(crate) struct SspRule {
    /// Counted from one: how many exchanges there are.
    pub(crate) turn: u32,
    /// 0 switches the check off.
    pub(crate) offset: u32,
    /// 0 switches the check off.
    pub(crate) frequency: u32,
    pub(crate) force: bool,
}

impl SspChat {
    /// Counts this request, and says why it may not be served.
    pub(crate) fn arrives(&mut self, rule: SspRule) -> Result<(), String> {
        self.since_ad = self.since_ad.map(|since| since.saturating_add(1));
        let SspRule { turn, offset, frequency, force } = rule;
        if force {
            return Ok(());
        }
        if turn < offset {
            return Err(format!("Ad offset not reached (turn {turn} < {offset})"));
        }
        match self.since_ad {
            Some(since) if since < frequency => Err(format!(
                "Ad frequency limit not reached (request {since} < {frequency} since the last ad)"
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn served(&mut self) {
        self.since_ad = Some(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v1(rule: impl Fn(u32) -> V1Rule, calls: u32) -> Vec<u32> {
        let mut chat = V1Chat::default();
        let mut served = Vec::new();
        for call in 1..=calls {
            let ad = chat.admits(rule(call)).is_ok();
            chat.answered(ad);
            if ad {
                served.push(call);
            }
        }
        served
    }

    fn rule(offset: u32, frequency: u32) -> V1Rule {
        V1Rule { offset, frequency, force: None, mode: OffsetMode::AfterN }
    }

    #[test]
    fn serves_on_calls_three_eight_and_thirteen() {
        assert_eq!(v1(|_| rule(2, 5), 15), [3, 8, 13]);
        assert_eq!(v1(|_| rule(0, 0), 4), [1, 2, 3, 4]);
        assert_eq!(v1(|_| rule(0, 2), 6), [1, 3, 5]);
        assert_eq!(v1(|_| rule(20, 5), 22), [21]);
        assert_eq!(v1(|_| V1Rule { mode: OffsetMode::AtN, ..rule(2, 5) }, 8), [2, 7]);
    }

    #[test]
    fn force_beats_both_checks_and_still_counts() {
        let forced =
            |at, how| move |call| V1Rule { force: (call == at).then_some(how), ..rule(2, 5) };
        assert_eq!(v1(forced(1, true), 6), [1, 6]);
        assert_eq!(v1(forced(3, false), 4), [4]);
    }

    #[test]
    fn paces_the_ssp_by_requests() {
        let run = |offset, frequency| {
            let mut chat = SspChat::default();
            let mut served = Vec::new();
            for turn in 1..=8 {
                if chat.arrives(SspRule { turn, offset, frequency, force: false }).is_ok() {
                    chat.served();
                    served.push(turn);
                }
            }
            served
        };
        assert_eq!(run(3, 5), [3, 8]);
        assert_eq!(run(0, 0), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn names_the_turn_in_the_reason() {
        let refusal =
            SspChat::default().arrives(SspRule { turn: 1, offset: 3, frequency: 5, force: false });
        assert_eq!(refusal.unwrap_err(), "Ad offset not reached (turn 1 < 3)");
    }
}
