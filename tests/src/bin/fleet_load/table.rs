//! A run as a table: what was promised, what was seen, and whether the promise is kept.

use crate::replica::CAPS;
use crate::run::{Disturbance, Run};

/// Prints the table; whether every promise is kept.
pub(crate) fn print(run: &Run) -> bool {
    let name = match run.disturbance {
        Disturbance::None => "undisturbed",
        Disturbance::RedisGone => "Redis killed and restarted",
        Disturbance::ClockOff => "one replica's clock an hour ahead",
        Disturbance::Caps => "people have caps",
    };
    let met = &run.met;
    println!(
        "\n{name}: {} asks, {} held, slowest {} ms",
        run.stats.requests,
        met.held + met.capped + met.refused,
        met.slowest_ms
    );
    let (trips, asks) = run.trips;
    let per_ask = trips as f64 / asks.max(1) as f64;
    let busiest = run.stats.max_per_rolling_second;
    let mut rows = vec![
        ("answers 429", "0".to_owned(), run.stats.refused.to_string(), run.stats.refused == 0),
        ("most asks in a rolling second", "<= 40".to_owned(), busiest.to_string(), busiest <= 40),
        at_least("budget used", 0.95, run.steady.used()),
        ("rate trips an ask", "<= 0.125".to_owned(), format!("{per_ask:.3}"), per_ask <= 0.125),
        ("asks that failed", "0".to_owned(), met.failed.to_string(), met.failed == 0),
    ];
    if let Some((without, after)) = run.gone {
        rows.push(at_least("budget used while Redis is gone", 0.50, without.used()));
        rows.push(at_least("from 3 s after its return", 0.95, after.used()));
    }
    if run.disturbance == Disturbance::Caps {
        println!("  held by caps: {} by what a replica knew, {} by Redis", met.capped, met.refused);
        let own = run.own_trips();
        let most = met.seen.iter().max().copied().unwrap_or(0);
        let cap = u64::from(CAPS.day);
        rows.push((
            "trips but one an ask, a s a replica",
            "<= 4.0".to_owned(),
            format!("{own:.1}"),
            (0.0..=4.0).contains(&own),
        ));
        rows.push(("most ads of a person", format!("= {cap}"), most.to_string(), most == cap));
    }
    println!("  {:<38}{:>10}{:>10}", "", "promised", "seen");
    for (what, promised, seen, is_kept) in &rows {
        println!("  {what:<38}{promised:>10}{seen:>10}{}", if *is_kept { "" } else { "  BROKEN" });
    }
    rows.iter().all(|(.., is_kept)| *is_kept)
}

fn at_least(what: &str, promised: f64, seen: f64) -> (&str, String, String, bool) {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    (what, format!(">= {}", percent(promised)), percent(seen), seen >= promised)
}
