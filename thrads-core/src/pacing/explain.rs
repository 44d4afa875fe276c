//! A decision with the counters behind it, in one line for people and as fields for logs.
//!
//! Part of `pacing`; design rule 11. Counters and codes only: nothing a person said, no id, no key.

use super::{Cap, Decision, Enforcement, Hold, Policy, Reason, Until};
use crate::time::{Instant, divide};
use core::fmt;

/// A decision and what it was made from; its `Display` is one line for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Explained {
    /// What was decided.
    pub decision: Decision,
    /// When.
    pub at: Instant,
    /// The turn it was about.
    pub turn: u32,
    /// The turn of the last ad before, if there was one.
    pub last_ad: Option<u32>,
    /// What was agreed on.
    pub policy: Policy,
    /// What the person has seen, and how the platform was.
    pub counters: Counters,
}

/// What else a decision was made from. Counts of a person are 0 where no [`User`](super::User) was lent, failures where no
/// [`Health`](super::Health) was; each stops at 255.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counters {
    /// Ads of this conversation that were seen or are on screen.
    pub conversation: u8,
    /// Ads seen this hour or on screen, in any conversation.
    pub hour: u8,
    /// Ads seen this day or on screen, in any conversation.
    pub day: u8,
    /// Failures in a row.
    pub failures: u8,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision {
            Decision::Ask(_) if self.turn == 0 => f.write_str("asked before the first turn")?,
            Decision::Ask(_) => write!(f, "asked on turn {}", self.turn)?,
            Decision::Hold(hold) => self.show_hold(f, hold)?,
        }
        match self.last_ad {
            Some(turn) => write!(f, " (last ad on turn {turn}")?,
            None => f.write_str(" (no ad yet")?,
        }
        for (name, limit) in [("offset", self.policy.offset), ("frequency", self.policy.frequency)]
        {
            match limit {
                Some(turns) => write!(f, ", {name} {turns}")?,
                None => write!(f, ", {name} the platform's")?,
            }
        }
        self.show_counters(f)?;
        f.write_str(match self.policy.enforcement {
            Enforcement::Server => ", the platform counts)",
            Enforcement::Device => ", this side counts)",
            Enforcement::Shadow => ", the platform counts and this side counts along)",
        })
    }
}

impl Explained {
    fn show_hold(&self, f: &mut fmt::Formatter<'_>, hold: Hold) -> fmt::Result {
        write!(f, "held on turn {} by {}", self.turn, hold.reason.code())?;
        if let Reason::Cap(cap) = hold.reason {
            f.write_str(match cap {
                Cap::Conversation => " of the conversation",
                Cap::Hour => " of the hour",
                Cap::Day => " of the day",
                Cap::Gap => " from ad to ad",
            })?;
        }
        match hold.until {
            Until::Turn(turn) => write!(f, " until turn {turn}"),
            Until::At(moment) => {
                let wait = moment.since(self.at).0;
                let (seconds, rest) = divide(wait, 1000);
                if seconds == 0 {
                    return write!(f, " for {wait} ms");
                }
                write!(f, " for {} s", seconds.saturating_add(u64::from(rest > 0)))
            }
            Until::Lifted => Ok(()),
        }
    }

    fn show_counters(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counters { conversation, hour, day, failures } = self.counters;
        for (count, what) in [
            (conversation, "shown in this conversation"),
            (hour, "this hour"),
            (day, "today"),
            (failures, if failures == 1 { "failure" } else { "failures in a row" }),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_says_why_and_for_how_long() {
        let hold = |reason, until| Explained {
            decision: Decision::Hold(Hold { reason, until }),
            at: Instant::from_millis(1000),
            turn: 6,
            last_ad: Some(5),
            policy: Policy::device(3, 5),
            counters: Counters { hour: 2, failures: 3, ..Counters::default() },
        };
        let counted = "(last ad on turn 5, offset 3, frequency 5, 2 this hour, 3 failures in a row, this side counts)";
        for (explained, expected) in [
            (hold(Reason::Frequency, Until::Turn(10)), "frequency until turn 10"),
            (
                hold(Reason::Cap(Cap::Hour), Until::At(Instant::from_millis(61_500))),
                "cap of the hour for 61 s",
            ),
            (hold(Reason::Rate, Until::At(Instant::from_millis(1025))), "rate for 25 ms"),
            (hold(Reason::OptOut, Until::Lifted), "opt_out"),
        ] {
            assert_eq!(explained.to_string(), format!("held on turn 6 by {expected} {counted}"));
        }
        let mut once = hold(Reason::OptOut, Until::Lifted);
        once.counters.failures = 1;
        assert!(once.to_string().contains(", 1 failure, "), "{once}");
    }
}
