//! The days of the fleets beside each other, in a table.

use super::{Day, Fleet};
use std::fmt::Write;

/// A line a figure, a column a fleet.
pub fn table(fleets: &[Fleet; 4], days: &[Day; 4]) -> String {
    let mut text = String::new();
    let mut row = |name: &str, figure: &dyn Fn(&Day) -> String| {
        let _ = write!(text, "{name:30}");
        for day in days {
            let _ = write!(text, "{:>20}", figure(day));
        }
        text.push('\n');
    };
    row("turns", &|day| day.turns.to_string());
    row("calls", &|day| day.calls.to_string());
    row("ads", &|day| day.ads.to_string());
    row("impressions", &|day| day.impressions.to_string());
    row("failures", &|day| day.failures.to_string());
    let reasons = days.iter().flat_map(|day| day.holds.keys().copied());
    for reason in std::collections::BTreeSet::from_iter(reasons) {
        row(&format!("held by {reason}"), &|day| {
            day.holds.get(reason).copied().unwrap_or(0).to_string()
        });
    }
    row("radio, hours", &|day| (day.radio_ms / 3_600_000).to_string());
    row("radio saved, seconds a kiosk", &|day| {
        let saved = days[0].radio_ms.saturating_sub(day.radio_ms);
        (saved / 1000 / 1000).to_string()
    });
    row("longest ask, ms", &|day| day.worst_wait_ms.to_string());
    row("calls in the outage", &|day| day.calls_in_outage.to_string());
    row("busiest second at the door", &|day| day.busiest_second().to_string());
    let heads: String = fleets.iter().map(|fleet| format!("{:>20}", fleet.name)).collect();
    format!("{:30}{heads}\n{text}", "")
}
