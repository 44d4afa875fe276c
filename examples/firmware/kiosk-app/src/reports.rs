//! What is to be told to the platform: it waits in memory until it has been, and in flash where a power cut could lose it.
//!
//! Part of `desk`, over the core's `Outbox` and thrads-embassy's `FlashStore`.

use crate::tally::Tally;
use core::ops::Range;
use embassy_embedded_hal::adapter::BlockingAsync;
use embedded_storage::nor_flash::MultiwriteNorFlash;
use thrads_core::{Clock, Impression, Instant, Outbox, OutboxCounts};
use thrads_embassy::{EmbassyClock, FlashError, FlashStore};

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
        let saved = store.save(&self.outbox, clock.now(), wall, &mut [0; RECORD]).await;
        // What has rotted is erased, and the next one writes all that waits.
        if saved == Err(FlashError::Corrupted) {
            store.forget().await.ok();
        }
    }

    /// Forgets what waits: a person wants nothing told.
    pub(crate) fn forget(&mut self) {
        self.outbox.clear();
        (self.impressions, self.earn_micros, self.before) = (0, 0, self.outbox.counts());
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

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::RefCell;
    use embassy_futures::block_on;
    use embedded_storage::nor_flash::{
        ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
    };
    use std::rc::Rc;
    use thrads_core::{ImpressionParts, UnixMillis};

    /// Flash that outlives the device.
    #[derive(Clone)]
    struct Part(Rc<RefCell<Vec<u8>>>);

    #[derive(Debug)]
    struct Never;

    impl NorFlashError for Never {
        fn kind(&self) -> NorFlashErrorKind {
            NorFlashErrorKind::Other
        }
    }

    impl ErrorType for Part {
        type Error = Never;
    }

    impl ReadNorFlash for Part {
        const READ_SIZE: usize = 1;

        fn read(&mut self, offset: u32, place: &mut [u8]) -> Result<(), Never> {
            place.copy_from_slice(&self.0.borrow()[offset as usize..][..place.len()]);
            Ok(())
        }

        fn capacity(&self) -> usize {
            self.0.borrow().len()
        }
    }

    impl NorFlash for Part {
        const WRITE_SIZE: usize = 4;
        const ERASE_SIZE: usize = 4096;

        fn erase(&mut self, from: u32, to: u32) -> Result<(), Never> {
            self.0.borrow_mut()[from as usize..to as usize].fill(0xff);
            Ok(())
        }

        fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Never> {
            let mut all = self.0.borrow_mut();
            let places = &mut all[offset as usize..][..bytes.len()];
            places.iter_mut().zip(bytes).for_each(|(place, byte)| *place &= byte);
            Ok(())
        }
    }

    impl MultiwriteNorFlash for Part {}

    const NOON: UnixMillis = UnixMillis(1_777_885_200_000);

    fn impression(view_url: &str) -> Impression<&str> {
        let parts = ImpressionParts { click_url: None, view_url: Some(view_url), cpm: None };
        Impression::from_parts(parts)
    }

    fn reports(part: &Part) -> Reports<Part> {
        let mut reports = Reports::new();
        assert!(reports.keep_in(part.clone(), 0..4 * 4096));
        reports
    }

    fn answered(reports: &mut Reports<Part>, status: u16) -> Tally {
        let (mut tally, now) = (Tally::default(), Instant::from_millis(10));
        let due = reports.outbox.due(now).unwrap();
        reports.outbox.settle(now, due, Ok(status));
        reports.count(&mut tally);
        tally
    }

    #[test]
    fn what_waits_is_there_after_a_restart_and_what_was_told_is_not() {
        let part = Part(Rc::new(RefCell::new(vec![0xff; 4 * 4096])));
        let clock = EmbassyClock::new();
        let mut first = reports(&part);
        first.take(clock.now(), impression("https://d.example/view"));
        block_on(first.save(&clock));
        assert_eq!(block_on(reports(&part).load(&clock)), 0, "nobody knows how old it is");
        clock.set_wall(NOON);
        block_on(first.save(&clock));
        let mut second = reports(&part);
        assert_eq!([block_on(second.load(&clock)), block_on(second.load(&clock))], [1, 0]);
        answered(&mut second, 204);
        block_on(second.save(&clock));
        assert_eq!(block_on(reports(&part).load(&clock)), 0);
    }

    #[test]
    fn flash_without_sense_is_erased_and_used() {
        let part = Part(Rc::new(RefCell::new(vec![0x5a; 4 * 4096])));
        let clock = EmbassyClock::new();
        clock.set_wall(NOON);
        let mut first = reports(&part);
        assert_eq!(block_on(first.load(&clock)), 0);
        first.take(clock.now(), impression("https://d.example/view"));
        block_on(first.save(&clock));
        assert_eq!(block_on(reports(&part).load(&clock)), 1);
    }

    #[test]
    fn impressions_count_once_they_were_taken_and_never_where_they_were_refused() {
        let part = Part(Rc::new(RefCell::new(vec![0xff; 4 * 4096])));
        let mut reports = reports(&part);
        reports.take(Instant::from_millis(0), impression("https://d.example/1"));
        reports.take(Instant::from_millis(0), impression("https://d.example/2"));
        let waits = answered(&mut reports, 200);
        assert_eq!((waits.impressions, waits.waiting, waits.untold), (0, 1, 0));
        let told = answered(&mut reports, 200);
        assert_eq!((told.impressions, told.waiting, told.untold), (2, 0, 0));
        reports.take(Instant::from_millis(0), impression("https://d.example/3"));
        let refused = answered(&mut reports, 404);
        assert_eq!((refused.impressions, refused.waiting, refused.untold), (0, 0, 1));
        reports.take(Instant::from_millis(0), impression("no address"));
        assert!(reports.outbox.is_empty(), "an ad without trackers has nobody to tell");
    }
}
