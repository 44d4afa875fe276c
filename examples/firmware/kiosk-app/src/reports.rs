//! What is to be told to the platform: it waits in memory until it has been, and in flash where a power cut could lose it.
//!
//! Part of `desk`, over the core's `Outbox` and thrads-embassy's `FlashStore`.

use crate::tally::Tally;
use core::ops::Range;
use embassy_embedded_hal::adapter::BlockingAsync;
use embedded_storage::nor_flash::MultiwriteNorFlash;
use thrads_core::{Clock, Impression, Instant, Outbox, OutboxCounts};
use thrads_embassy::{EmbassyClock, FlashStore};

/// Reports of a kiosk; `F` is the flash of its board.
pub(crate) struct Reports<F: MultiwriteNorFlash> {
    pub(crate) outbox: Outbox<16, 4096>,
    store: Option<FlashStore<BlockingAsync<F>>>,
    is_loaded: bool,
    /// Of those that wait: impressions, what they earn, and what had become of reports before them.
    impressions: u32,
    earn_micros: u64,
    before: OutboxCounts,
}

impl<F: MultiwriteNorFlash> Reports<F> {
    /// None yet, in memory.
    pub(crate) const fn new() -> Self {
        Self {
            outbox: Outbox::new(),
            store: None,
            is_loaded: false,
            impressions: 0,
            earn_micros: 0,
            before: OutboxCounts { sent: 0, refused: 0, dropped: 0, expired: 0 },
        }
    }

    /// Keeps them in these pages of flash as well. False, and memory only, where these are not whole pages.
    pub(crate) fn keep_in(&mut self, flash: F, pages: Range<u32>) -> bool {
        self.store = FlashStore::new(BlockingAsync::new(flash), pages);
        self.store.is_some()
    }

    /// Takes the impression of an ad that was heard.
    pub(crate) fn take(&mut self, now: Instant, impression: Impression<&str>) {
        // An ad without trackers has nobody to tell.
        if impression.trackers().iter().next().is_none() {
            return;
        }
        self.impressions = self.impressions.saturating_add(1);
        self.earn_micros = self.earn_micros.saturating_add(impression.earns_micros());
        self.outbox.impression(now, impression);
    }

    /// Takes over, once, what waited when the power went, and says how much that is. Before the time of day is known nobody
    /// can tell how old it is; what cannot be made sense of is erased.
    pub(crate) async fn load(&mut self, clock: &EmbassyClock) -> usize {
        let (Some(store), Some(wall), false) = (&mut self.store, clock.wall(), self.is_loaded)
        else {
            return 0;
        };
        self.is_loaded = true;
        let loaded = store.load(&mut self.outbox, clock.now(), wall, &mut [0; RECORD]).await;
        if loaded.is_err() {
            store.forget().await.ok();
        }
        self.outbox.len()
    }

    /// Makes the flash what waits now. One that fails is no reason to stop: what waits is in memory too.
    pub(crate) async fn save(&mut self, clock: &EmbassyClock) {
        let (Some(store), Some(wall)) = (&mut self.store, clock.wall()) else { return };
        store.save(&self.outbox, clock.now(), wall, &mut [0; RECORD]).await.ok();
    }

    /// Counts impressions once all of their trackers have taken them.
    pub(crate) fn count(&mut self, tally: &mut Tally) {
        let counts = self.outbox.counts();
        let lost = |counts: OutboxCounts| {
            u32::from(counts.refused) + u32::from(counts.dropped) + u32::from(counts.expired)
        };
        tally.untold = lost(counts);
        tally.waiting = self.outbox.len();
        if !self.outbox.is_empty() {
            return;
        }
        if lost(counts) == lost(self.before) {
            tally.impressions = tally.impressions.saturating_add(self.impressions);
            tally.revenue_micros = tally.revenue_micros.saturating_add(self.earn_micros);
        }
        (self.impressions, self.earn_micros, self.before) = (0, 0, counts);
    }
}

/// A report in flash: its URL, and 19 bytes beside it.
const RECORD: usize = 768;
