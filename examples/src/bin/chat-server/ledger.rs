//! The fleet's ledger of impressions: what waits to be seen, and what was redeemed.
//!
//! Behind `shelf`. Whoever redeems an offer first is the one who may report it. While Redis is gone nobody is, so that
//! nothing counts twice. What is written down holds nothing of a person.

use crate::seal::{OfferId, Refusal};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thrads_core::{Cpm, Impression, ImpressionParts};
use thrads_std::{Redeemed, Thrads};
use tokio_util::task::TaskTracker;

pub(crate) struct Ledger {
    thrads: Thrads,
    work: TaskTracker,
}

/// An impression as it is written down.
#[derive(Serialize, Deserialize)]
struct Entry {
    click_url: Option<String>,
    view_url: Option<String>,
    cpm_micros: Option<u64>,
}

impl Ledger {
    /// That of the fleet of `thrads`. Entries are made behind `work`.
    pub(crate) fn of(thrads: Thrads, work: TaskTracker) -> Self {
        Self { thrads, work }
    }

    /// Lets any process redeem the offer for as long as `keep`. Nobody waits for it: a card has to be seen for a second.
    pub(crate) fn enter(&self, offer: OfferId, parts: &ImpressionParts<String>, keep: Duration) {
        let Ok(entry) = serde_json::to_vec(&Entry::from(parts)) else { return };
        let thrads = self.thrads.clone();
        self.work.spawn(async move {
            let _only_here = thrads.leave_in_fleet(&offer.name(), &entry, keep).await;
        });
    }

    /// The impression as it was entered, for the first who asks; nothing if it was not.
    pub(crate) async fn redeem(
        &self,
        offer: OfferId,
        keep: Duration,
    ) -> Result<Option<Impression<String>>, Refusal> {
        match self.thrads.redeem_in_fleet(&offer.name(), keep).await {
            Ok(Redeemed::Now(entry)) => Ok(entry.and_then(|entry| read(&entry))),
            Ok(_) => Err(Refusal::Spent),
            Err(_) => Err(Refusal::Unsure),
        }
    }
}

impl From<&ImpressionParts<String>> for Entry {
    fn from(parts: &ImpressionParts<String>) -> Self {
        let ImpressionParts { click_url, view_url, cpm } = parts.clone();
        Self { click_url, view_url, cpm_micros: cpm.map(|cpm| cpm.0) }
    }
}

fn read(entry: &[u8]) -> Option<Impression<String>> {
    let Entry { click_url, view_url, cpm_micros } = serde_json::from_slice(entry).ok()?;
    Some(Impression::from_parts(ImpressionParts { click_url, view_url, cpm: cpm_micros.map(Cpm) }))
}
