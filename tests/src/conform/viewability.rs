//! `viewability`: samples of how much of an ad is in view become the moment at which it counts as seen.

use super::members::{Members, unreadable};
use super::{Answered, Refusal};
use serde_json::{Value, json};
use thrads_core::{Instant, Viewability};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "samples"])?;
    let viewable_at = viewable_at(&samples(line)?).map(Instant::as_millis);
    Ok(json!({"viewable_at_ms": viewable_at}))
}

/// Moments, and thousandths of an ad.
pub(super) fn samples(line: &Members<'_>) -> Result<Vec<(Instant, u16)>, Refusal> {
    let list =
        line.get("samples").and_then(Value::as_array).ok_or_else(|| unreadable("samples"))?;
    list.iter().map(sample).collect()
}

/// Does what a device does: takes each change, and calls at `poll_at` while nothing changes.
fn viewable_at(samples: &[(Instant, u16)]) -> Option<Instant> {
    let mut ad = Viewability::new();
    let mut in_view = 0;
    for &(now, per_mille) in samples {
        if let Some(timer) = ad.poll_at().filter(|timer| *timer <= now)
            && ad.on_sample(timer, in_view)
        {
            return Some(timer);
        }
        if ad.on_sample(now, per_mille) {
            return Some(now);
        }
        in_view = per_mille;
    }
    None
}

fn sample(value: &Value) -> Result<(Instant, u16), Refusal> {
    let read = || {
        let [at, per_mille] = value.as_array()?.as_slice() else { return None };
        let per_mille = u16::try_from(per_mille.as_u64()?).ok().filter(|share| *share <= 1000)?;
        Some((Instant::from_millis(at.as_u64()?), per_mille))
    };
    read().ok_or_else(|| unreadable("samples"))
}
