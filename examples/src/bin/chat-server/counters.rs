//! What the page counts, and how Prometheus reads it.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    TurnBegun,
    TurnEnded,
    Ad,
    NoAd,
    Held,
    Failed,
    Nobody,
    Dropped,
    Counted,
    Forged,
    Late,
    Spent,
    Unsure,
    Told,
    Untold,
    Vote,
    VoteFailed,
    Tap,
}

/// All counters, from nought.
#[derive(Default)]
pub(crate) struct Counters([AtomicU64; KINDS]);

impl Counters {
    pub(crate) fn add(&self, what: Count) {
        self.0[what as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn get(&self, what: Count) -> u64 {
        self.0[what as usize].load(Relaxed)
    }

    /// Name and value of each, for people.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ROWS.iter().map(|row| (row.title, self.get(row.what)))
    }

    /// The text format of Prometheus, with `gauges` behind the counters.
    pub(crate) fn prometheus(&self, gauges: &[(&str, &str, usize)]) -> String {
        let mut text = String::new();
        let mut before = "";
        for row in &ROWS {
            if row.metric != before {
                before = row.metric;
                let _ = writeln!(text, "# HELP {before} {}\n# TYPE {before} counter", help(before));
            }
            let _ = writeln!(text, "{before}{} {}", row.label, self.get(row.what));
        }
        for (name, help, value) in gauges {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
        text
    }
}

struct CountRow {
    what: Count,
    title: &'static str,
    metric: &'static str,
    label: &'static str,
}

const fn row(
    what: Count,
    title: &'static str,
    metric: &'static str,
    label: &'static str,
) -> CountRow {
    CountRow { what, title, metric, label }
}

fn help(metric: &str) -> &'static str {
    HELP.iter().find(|(name, _)| *name == metric).map_or("", |(_, help)| help)
}

/// A number and not a length: the compiler cannot tell the length of the rows before it has optimised what makes them.
const KINDS: usize = 18;

/// In the order of [`Count`].
const ROWS: [CountRow; KINDS] = [
    row(Count::TurnBegun, "turns begun", "page_turns_total", "{state=\"begun\"}"),
    row(Count::TurnEnded, "turns ended", "page_turns_total", "{state=\"ended\"}"),
    row(Count::Ad, "asked: an ad", "page_asks_total", "{outcome=\"ad\"}"),
    row(Count::NoAd, "asked: no ad", "page_asks_total", "{outcome=\"no_ad\"}"),
    row(Count::Held, "not asked", "page_asks_total", "{outcome=\"held\"}"),
    row(Count::Failed, "asked: failed", "page_asks_total", "{outcome=\"failed\"}"),
    row(
        Count::Nobody,
        "not asked: address or browser unknown",
        "page_asks_total",
        "{outcome=\"nobody\"}",
    ),
    row(Count::Dropped, "given up: the person went on", "page_asks_total", "{outcome=\"dropped\"}"),
    row(Count::Counted, "impressions redeemed", "page_impressions_total", "{result=\"counted\"}"),
    row(
        Count::Forged,
        "impressions refused: forged",
        "page_impressions_total",
        "{result=\"forged\"}",
    ),
    row(Count::Late, "impressions refused: late", "page_impressions_total", "{result=\"late\"}"),
    row(
        Count::Spent,
        "impressions refused: redeemed before",
        "page_impressions_total",
        "{result=\"spent\"}",
    ),
    row(
        Count::Unsure,
        "impressions put off: no word from Redis",
        "page_impressions_total",
        "{result=\"unsure\"}",
    ),
    row(Count::Told, "impressions told to the platform", "page_reports_total", "{result=\"told\"}"),
    row(
        Count::Untold,
        "impressions that the platform or a cap did not take",
        "page_reports_total",
        "{result=\"untold\"}",
    ),
    row(Count::Vote, "votes counted", "page_votes_total", "{result=\"counted\"}"),
    row(Count::VoteFailed, "votes not counted", "page_votes_total", "{result=\"failed\"}"),
    row(Count::Tap, "sponsored questions picked", "page_taps_total", ""),
];

const HELP: [(&str, &str); 6] = [
    ("page_turns_total", "Turns of all chats."),
    ("page_asks_total", "What came of asking for an ad."),
    ("page_impressions_total", "Tokens that came back from pages."),
    ("page_reports_total", "What the platform made of redeemed impressions."),
    ("page_votes_total", "Votes in polls."),
    ("page_taps_total", "Sponsored questions that became a message."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_has_its_own_row_and_its_help() {
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.what as usize, place, "{}", row.title);
            assert!(!help(row.metric).is_empty(), "{}", row.metric);
        }
    }

    #[test]
    fn prometheus_reads_each_metric_under_one_head() {
        let counters = Counters::default();
        counters.add(Count::Spent);
        let text = counters.prometheus(&[("page_chats", "Chats remembered.", 3)]);
        assert!(text.contains("page_impressions_total{result=\"spent\"} 1\n"), "{text}");
        assert!(text.ends_with("# TYPE page_chats gauge\npage_chats 3\n"), "{text}");
        assert_eq!(text.matches("# TYPE page_asks_total counter").count(), 1);
    }
}
