//! What came of it all.

use core::fmt;
use thrads_core::Outcome;
use thrads_embassy::Counts;

/// What a kiosk has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Exchanges of question and answer.
    pub turns: u32,
    /// Requests for an ad.
    pub asked: u32,
    /// Ads that came.
    pub served: u32,
    /// Turns on which pacing had none asked for.
    pub held: u32,
    /// Requests that brought no ad.
    pub no_ad: u32,
    /// Requests that failed.
    pub failed: u32,
    /// Ads that were heard, and told to the platform.
    pub impressions: u32,
    /// Reports that nobody will ever take; without a relay, most of them for want of an anchor.
    pub untold: u32,
    /// Reports that wait for the network.
    pub waiting: usize,
    /// Reports that had waited in flash while there was no power.
    pub restored: usize,
    /// Sponsored questions that people asked.
    pub taps: u32,
    /// Answers that they gave to polls.
    pub votes: u32,
    /// What the impressions earn, in millionths.
    pub revenue_micros: u64,
    /// The dearest ask that had a connection made for it.
    pub cold: Work,
    /// The dearest ask over a connection that was there.
    pub warm: Work,
    /// What came of connections.
    pub connections: Counts,
}

/// What an ask made the processor do, in units of the board's meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// All of it, from the end of the person's question to the outcome.
    pub all: u64,
    /// Of that, what is neither TLS nor TCP: pacing, the request, HTTP, the answer.
    pub own: u64,
}

impl Tally {
    pub(crate) fn count(&mut self, outcome: &Outcome<'_>, work: Work, is_cold: bool) {
        let count = match outcome {
            Outcome::Held(_) => &mut self.held,
            Outcome::Ad(_) => &mut self.served,
            Outcome::NoAd(_) => &mut self.no_ad,
            _ => &mut self.failed,
        };
        *count = count.saturating_add(1);
        let is_asked = !matches!(outcome, Outcome::Held(_));
        self.asked = self.asked.saturating_add(is_asked.into());
        if matches!(outcome, Outcome::Ad(_) | Outcome::NoAd(_)) {
            let dearest = if is_cold { &mut self.cold } else { &mut self.warm };
            if work.all > dearest.all {
                *dearest = work;
            }
        }
    }
}

impl fmt::Display for Tally {
    /// A line for each number, its name and a space before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "turns {}", self.turns)?;
        writeln!(f, "asked {}", self.asked)?;
        writeln!(f, "served {}", self.served)?;
        writeln!(f, "held {}", self.held)?;
        writeln!(f, "no_ad {}", self.no_ad)?;
        writeln!(f, "failed {}", self.failed)?;
        writeln!(f, "impressions {}", self.impressions)?;
        writeln!(f, "taps {}", self.taps)?;
        writeln!(f, "votes {}", self.votes)?;
        writeln!(f, "untold {}", self.untold)?;
        writeln!(f, "waiting {}", self.waiting)?;
        writeln!(f, "restored {}", self.restored)?;
        writeln!(f, "revenue_micros {}", self.revenue_micros)?;
        writeln!(f, "cold_work {}", self.cold.all)?;
        writeln!(f, "cold_own {}", self.cold.own)?;
        writeln!(f, "warm_work {}", self.warm.all)?;
        writeln!(f, "warm_own {}", self.warm.own)?;
        writeln!(f, "connections {}", self.connections.opened)?;
        writeln!(f, "reused {}", self.connections.reused)?;
        writeln!(f, "refused {}", self.connections.refused)?;
        writeln!(f, "relayed {}", self.connections.relayed)
    }
}
