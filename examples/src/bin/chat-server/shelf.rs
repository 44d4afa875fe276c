//! Impressions that wait to be seen, each taken from here once.
//!
//! An `Impression` cannot be copied, so whoever takes it is the only one who can report it. In a fleet the ledger says who
//! that is, and any process may be the one.

use crate::ledger::Ledger;
use crate::seal::{OfferId, Refusal};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use thrads_core::Impression;

/// What was served and not yet seen. Bounded by time and number; what is beyond is forgotten and earns nothing.
pub(crate) struct Shelf {
    keep: Duration,
    waiting: Mutex<Waiting>,
    ledger: Option<Ledger>,
}

#[derive(Default)]
struct Waiting {
    by_id: HashMap<OfferId, Impression<String>>,
    /// All that were put here, the oldest first; those taken since among them.
    order: VecDeque<(SystemTime, OfferId)>,
}

impl Shelf {
    /// Keeps impressions for `keep`, and enters them in the ledger of a fleet.
    pub(crate) fn new(keep: Duration, ledger: Option<Ledger>) -> Self {
        Self { keep, waiting: Mutex::default(), ledger }
    }

    /// Until when what is put here now can be taken.
    pub(crate) fn until(&self, now: SystemTime) -> SystemTime {
        now + self.keep
    }

    pub(crate) fn put(&self, now: SystemTime, offer: OfferId, mut impression: Impression<String>) {
        if let Some(ledger) = &self.ledger {
            let parts = impression.into_parts();
            ledger.enter(offer, &parts, self.keep);
            impression = Impression::from_parts(parts);
        }
        let mut waiting = self.lock();
        waiting.forget(now);
        waiting.by_id.insert(offer, impression);
        waiting.order.push_back((now + self.keep, offer));
    }

    /// The impression, the first time it is asked for in the whole fleet.
    pub(crate) async fn take(&self, offer: OfferId) -> Result<Impression<String>, Refusal> {
        let Some(ledger) = &self.ledger else {
            return self.lock().by_id.remove(&offer).ok_or(Refusal::Spent);
        };
        let entered = ledger.redeem(offer, self.keep).await?;
        let here = self.lock().by_id.remove(&offer);
        here.or(entered).ok_or(Refusal::Late)
    }

    pub(crate) fn holds(&self, offer: OfferId) -> bool {
        self.lock().by_id.contains_key(&offer)
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().by_id.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn forget(&mut self, now: SystemTime) {
        while let Some((until, offer)) = self.order.front() {
            if *until >= now && self.order.len() < MOST {
                return;
            }
            self.by_id.remove(offer);
            self.order.pop_front();
        }
    }
}

/// Offers remembered; the oldest is forgotten beyond it.
const MOST: usize = 100_000;
