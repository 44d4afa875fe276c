//! What came of it all, beside what the platform counted.

use crate::args::Summary;
use crate::screen::write;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use thrads_core::{Hold, Shadow};
use thrads_sandbox::Stats;
use thrads_std::Outcome;

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) turns: u64,
    asked: u64,
    served: u64,
    held: BTreeMap<&'static str, u64>,
    no_ad: u64,
    failed: u64,
    pub(crate) openers: u64,
    pub(crate) impressions: u64,
    pub(crate) revenue_micros: u64,
    pub(crate) slowest_turn: Duration,
}

impl Tally {
    /// Counts what became of a turn.
    pub(crate) fn count(&mut self, outcome: &Outcome) {
        if let Outcome::Held(Hold { reason, .. }) = outcome {
            *self.held.entry(reason.code()).or_default() += 1;
            return;
        }
        self.asked += 1;
        match outcome {
            Outcome::Ad(_) => self.served += 1,
            Outcome::NoAd { .. } => self.no_ad += 1,
            _ => self.failed += 1,
        }
    }

    pub(crate) fn print(&self, form: Summary, platform: Option<&Stats>, shadow: Option<Shadow>) {
        match form {
            Summary::Json => write(format_args!("{}\n", self.json(platform, shadow))),
            Summary::Text => write(format_args!("{}", self.text(platform, shadow))),
        }
    }

    fn json(&self, platform: Option<&Stats>, shadow: Option<Shadow>) -> Value {
        let held: Map<_, _> =
            self.held.iter().map(|(reason, count)| ((*reason).to_owned(), json!(count))).collect();
        let counted = |stats: &Stats| json!({"requests": stats.requests, "ads": stats.ads, "impressions": stats.impressions});
        json!({
            "turns": self.turns,
            "asked": self.asked,
            "served": self.served,
            "held": held,
            "no_ad": self.no_ad,
            "failed": self.failed,
            "impressions": self.impressions,
            "revenue_micros": self.revenue_micros,
            "platform": platform.map(counted),
            "shadow": shadow.map(|Shadow { saved, missed }| json!({"saved": saved, "missed": missed})),
        })
    }

    fn text(&self, platform: Option<&Stats>, shadow: Option<Shadow>) -> String {
        let held: Vec<_> =
            self.held.iter().map(|(reason, count)| format!("{count} by {reason}")).collect();
        let shadow = shadow.map(|Shadow { saved, missed }| {
            ("by device", format!("{saved} calls fewer, {missed} ads fewer"), None)
        });
        let rows = [
            ("turns", self.turns.to_string(), None),
            ("asked", self.asked.to_string(), platform.map(|stats| stats.requests.to_string())),
            ("served", self.served.to_string(), platform.map(|stats| stats.ads.to_string())),
            ("held", if held.is_empty() { "0".to_owned() } else { held.join(", ") }, None),
            ("no ad", self.no_ad.to_string(), None),
            ("failed", self.failed.to_string(), None),
            (
                "openers",
                self.openers.to_string(),
                platform.map(|stats| stats.openers.requests.to_string()),
            ),
            (
                "impressions",
                self.impressions.to_string(),
                platform.map(|stats| stats.impressions.to_string()),
            ),
            (
                "revenue",
                dollars(self.revenue_micros),
                platform.map(|stats| dollars(stats.revenue_micros)),
            ),
            ("slowest turn", format!("{:.1} s", self.slowest_turn.as_secs_f32()), None),
        ];
        let theirs = platform.map_or("", |_| "the platform counted");
        let mut text = format!("\n{:>14}  {:<26}{theirs}", "", "this kiosk").trim_end().to_owned();
        text.push('\n');
        for (name, own, theirs) in rows.into_iter().chain(shadow) {
            text += format!("{name:>14}  {own:<26}{}", theirs.unwrap_or_default()).trim_end();
            text.push('\n');
        }
        text
    }
}

fn dollars(micros: u64) -> String {
    format!("${}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
