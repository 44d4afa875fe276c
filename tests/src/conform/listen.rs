//! `listen`: samples of how much of a spoken ad has been said become the moment at which it counts as heard.

use super::Answered;
use super::members::Members;
use super::viewability::samples;
use serde_json::json;
use thrads_core::{Instant, Listening};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "samples", "interrupted_ms", "disclosure_per_mille"])?;
    let ad = Listening::new(line.number("disclosure_per_mille")?.unwrap_or(0));
    let end = line.number("interrupted_ms")?.map(Instant::from_millis);
    let heard_at = heard_at(ad, &samples(line)?, end).map(Instant::as_millis);
    Ok(json!({"heard_at_ms": heard_at}))
}

/// Does what a device does: takes each change, calls at `poll_at` while nothing changes, and stops where it is interrupted.
/// What was said by then has been heard.
fn heard_at(
    mut ad: Listening,
    samples: &[(Instant, u16)],
    end: Option<Instant>,
) -> Option<Instant> {
    let is_before_end = |moment: Instant| end.is_none_or(|end| moment <= end);
    let mut said = 0;
    for &(now, per_mille) in samples {
        if let Some(timer) = ad.poll_at().filter(|timer| *timer <= now && is_before_end(*timer))
            && ad.on_sample(timer, said)
        {
            return Some(timer);
        }
        if !is_before_end(now) {
            ad.on_interrupt();
        }
        if ad.on_sample(now, per_mille) {
            return Some(now);
        }
        said = per_mille;
    }
    None
}
