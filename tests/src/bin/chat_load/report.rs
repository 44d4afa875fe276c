//! What came of it, as a table.

use crate::person::Tally;
use crate::server::Ended;
use std::fmt;
use std::time::Duration;

pub(crate) struct Report {
    pub(crate) chats: u64,
    pub(crate) time: Duration,
    /// KiB, without a chat and with all of them.
    pub(crate) memory_before: u64,
    pub(crate) memory: u64,
    pub(crate) asks: Vec<String>,
    pub(crate) ended: Ended,
    pub(crate) tally: Tally,
}

impl Report {
    /// Nothing was lost.
    pub(crate) fn is_kept(&self) -> bool {
        let Tally { cut, failed, accepted, whole, .. } = &self.tally;
        let Ended { is_success, impressions, .. } = &self.ended;
        (*cut, *failed) == (0, 0) && impressions == accepted && *is_success && *whole > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, ended, .. } = self;
        let mut row = |name: &str, value: String| writeln!(f, "{name:>26}  {value}");
        row("chats", format!("{} for {} s", self.chats, self.time.as_secs()))?;
        row(
            "turns answered",
            format!("{}, {} cut off, {} requests failed", tally.whole, tally.cut, tally.failed),
        )?;
        row("first word", quantiles(&tally.first_word))?;
        row("impression taken", quantiles(&tally.told))?;
        row(
            "memory",
            format!("{} KiB before, {} KiB with all chats", self.memory_before, self.memory),
        )?;
        let a_chat =
            self.memory.saturating_sub(self.memory_before) as f64 / self.chats.max(1) as f64;
        row("a chat", format!("{a_chat:.1} KiB, connection and buffers included"))?;
        for line in &self.asks {
            row("", line.clone())?;
        }
        row("the platform was asked", format!("{}, and refused {}", ended.asked, ended.refused))?;
        row(
            "cards",
            format!(
                "{}, {} impressions accepted, {} counted by the platform",
                tally.cards, tally.accepted, ended.impressions
            ),
        )?;
        row("at the end", ended.said.clone())?;
        row("", (if self.is_kept() { "nothing was lost" } else { "something was lost" }).to_owned())
    }
}

fn quantiles(millis: &[f64]) -> String {
    let mut sorted = millis.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (sorted.len() as f64 * share) as usize;
        sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    format!("p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms", at(0.5), at(0.99), at(1.0))
}
