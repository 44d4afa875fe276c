//! Impressions that wait to be seen, each taken from here once.
//!
//! An `Impression` cannot be copied, so whoever takes it is the only one who can report it.

use crate::seal::OfferId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use thrads_core::Impression;

/// What was served and not yet seen. Bounded by time and number; what is beyond is forgotten and earns nothing.
pub(crate) struct Shelf {
    keep: Duration,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    by_id: HashMap<OfferId, Impression<String>>,
    /// All that were put here, the oldest first; those taken since among them.
    order: VecDeque<(SystemTime, OfferId)>,
}

impl Shelf {
    /// Keeps impressions for `keep`.
    pub(crate) fn new(keep: Duration) -> Self {
        Self { keep, waiting: Mutex::default() }
    }

    /// Until when what is put here now can be taken.
    pub(crate) fn until(&self, now: SystemTime) -> SystemTime {
        now + self.keep
    }

    pub(crate) fn put(&self, now: SystemTime, offer: OfferId, impression: Impression<String>) {
        let mut waiting = self.lock();
        waiting.forget(now);
        waiting.by_id.insert(offer, impression);
        waiting.order.push_back((now + self.keep, offer));
    }

    /// The impression, the first time it is asked for.
    pub(crate) fn take(&self, offer: OfferId) -> Option<Impression<String>> {
        self.lock().by_id.remove(&offer)
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
