//! The fleet's ledger of impressions, in Redis: what waits to be seen, and what was redeemed.
//!
//! Behind `shelf`. Whoever sets the mark of an offer first is the one who may report it. While Redis is gone nobody is, so
//! that nothing counts twice. Names and values hold nothing of a person, and every key expires.

use crate::seal::{OfferId, Refusal};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thrads_core::{Cpm, Impression, ImpressionParts};
use tokio_util::task::TaskTracker;

pub(crate) struct Ledger {
    manager: ConnectionManager,
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
    /// The ledger at `url`, which is connected to when it is first used. Entries are made behind `work`.
    pub(crate) fn at(url: &str, work: TaskTracker) -> Result<Self, String> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let manager = Client::open(url.trim())
            .and_then(|client| ConnectionManager::new_lazy_with_config(client, config))
            .map_err(|_| "THRADS_REDIS_URL holds a value that cannot be used".to_owned())?;
        Ok(Self { manager, work })
    }

    /// Lets any process redeem the offer for as long as `keep`. Nobody waits for it: a card has to be seen for a second.
    pub(crate) fn enter(&self, offer: OfferId, parts: &ImpressionParts<String>, keep: Duration) {
        let Ok(entry) = serde_json::to_string(&Entry::from(parts)) else { return };
        let mut manager = self.manager.clone();
        let mut call = redis::cmd("SET");
        call.arg(name(offer, "offer")).arg(entry).arg("PX").arg(millis(keep));
        self.work.spawn(async move {
            let _only_here: RedisResult<()> = call.query_async(&mut manager).await;
        });
    }

    /// The impression as it was entered, for the first who asks; nothing if it was not.
    pub(crate) async fn redeem(
        &self,
        offer: OfferId,
        keep: Duration,
    ) -> Result<Option<Impression<String>>, Refusal> {
        let mut trip = redis::pipe();
        let mark = name(offer, "redeemed");
        trip.cmd("SET").arg(mark).arg(1).arg("NX").arg("PX").arg(millis(keep));
        trip.cmd("GET").arg(name(offer, "offer"));
        let told: RedisResult<(Option<String>, Option<String>)> =
            trip.query_async(&mut self.manager.clone()).await;
        match told {
            Ok((Some(_), entry)) => Ok(entry.and_then(|entry| read(&entry))),
            Ok((None, _)) => Err(Refusal::Spent),
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

fn read(entry: &str) -> Option<Impression<String>> {
    let Entry { click_url, view_url, cpm_micros } = serde_json::from_str(entry).ok()?;
    Some(Impression::from_parts(ImpressionParts { click_url, view_url, cpm: cpm_micros.map(Cpm) }))
}

/// The braces keep both keys of an offer on one node of a cluster.
fn name(offer: OfferId, what: &str) -> String {
    format!("thrads-page:{{{}}}:{what}", offer.name())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How long a trip may take; the page asks again where it fails.
const PATIENCE: Duration = Duration::from_millis(500);
