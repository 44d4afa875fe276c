//! An outbox that outlives a power cut: its reports are in flash while they wait.
//!
//! Beside the core's `Outbox`, over sequential-storage. Section 4.3 of the wire contract: a report counts once, by its token,
//! however often it is sent.

use core::fmt;
use core::ops::Range;
use embedded_storage_async::nor_flash::MultiwriteNorFlash;
use sequential_storage::Error;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::queue::{QueueConfig, QueueStorage};
use thrads_core::{Instant, Outbox, UnixMillis};

/// Pages of flash that hold what waits in an [`Outbox`].
///
/// [`save`](Self::save) makes the flash what the outbox is: reports that are new are written, those that are gone are marked
/// so. **What was saved is safe**: a power cut at any moment, in the middle of a write too, loses no report that a `save`
/// has returned `Ok` for, and after it [`load`](Self::load) opens the store again. A report that was sent and not yet saved as
/// sent is sent again, and counts once all the same.
///
/// Save what still waits after the outbox was emptied as far as it goes: then nothing is written while the network is there.
///
/// ```no_run
/// # use thrads_core::*;
/// # use thrads_embassy::FlashStore;
/// # async fn f<F: embedded_storage_async::nor_flash::MultiwriteNorFlash, T: Transport<Buffer = [u8]>, C: Clock>(
/// #     flash: F, client: &mut Client<T, C>, clock: &C, rate: &mut Rate, publisher: &Publisher, user: EndUser<'_>,
/// #     impression: Impression<&str>, wall: UnixMillis, buffer: &mut [u8],
/// # ) -> Option<()> {
/// let (mut outbox, mut scratch) = (Outbox::<16, 4096>::new(), [0; 1024]);
/// let mut store = FlashStore::new(flash, 0x1f_0000..0x1f_4000)?;
/// store.load(&mut outbox, clock.now(), wall, &mut scratch).await.ok()?;
/// // An ad was seen.
/// outbox.impression(clock.now(), impression);
/// client.deliver(&mut outbox, rate, publisher, user, buffer).await;
/// store.save(&outbox, clock.now(), wall, &mut scratch).await.ok()?;
/// # Some(())
/// # }
/// ```
///
/// # How long the flash lasts
///
/// A report of 200 bytes takes 232 bytes of flash once, when it could not be sent at once, and one word more when it is gone.
/// A kiosk that shows an ad with two trackers every minute, and is never online, writes 2,880 reports a day: 163
/// pages of 4 KB. With four pages each is erased some 40 times a day, so a part that bears 100,000 erasures lasts six years
/// of nothing but outage. Online it writes nothing.
pub struct FlashStore<F: MultiwriteNorFlash> {
    queue: QueueStorage<F, Cache<Uncached, Uncached, Uncached, ()>>,
}

/// Why flash did not take or give reports. What waits in memory is untouched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FlashError {
    /// There is no room before older reports are gone: it is too small for the outbox.
    Full,
    /// A report is longer than the scratch memory or a page.
    TooLong,
    /// The flash failed.
    Flash,
    /// What is there cannot be made sense of, or is not what was written: [`FlashStore::forget`] makes it usable again, and
    /// the next [`save`](FlashStore::save) writes all that waits.
    Corrupted,
}

impl<F: MultiwriteNorFlash> FlashStore<F> {
    /// Takes `range` of the flash, in whole pages and at least one; two or more let it wrap around. Four pages of 4 KB do for
    /// `Outbox<16, 4096>`. `None` where it is not in whole pages.
    pub fn new(flash: F, range: Range<u32>) -> Option<Self> {
        let config = QueueConfig::try_new(range).ok()?;
        Some(Self { queue: QueueStorage::new(flash, config, Cache::new_uncached()) })
    }

    /// Puts what flash holds into an outbox, before anything else is put in, and says how many reports wait now. What is too
    /// old is left out and counted. `wall` is the time of day: without it nobody knows how old they are, and nothing can be
    /// connected to either.
    ///
    /// # Errors
    ///
    /// [`FlashError`] of any kind but `Full`; what was read before it waits.
    pub async fn load<const ENTRIES: usize, const BYTES: usize>(
        &mut self,
        outbox: &mut Outbox<ENTRIES, BYTES>,
        now: Instant,
        wall: UnixMillis,
        scratch: &mut [u8],
    ) -> Result<usize, FlashError> {
        let mut reports = self.queue.iter().await?;
        while let Some(report) = reports.next(scratch).await? {
            outbox.restore(now, wall, &report);
        }
        Ok(outbox.len())
    }

    /// Makes the flash what the outbox is. `scratch` holds a report, of 1 KB at most with ordinary URLs. Dropped half-way, some
    /// of it is done.
    ///
    /// # Errors
    ///
    /// [`FlashError`] of any kind; what was saved before stays so. `Ok` is said only of what was read again.
    pub async fn save<const ENTRIES: usize, const BYTES: usize>(
        &mut self,
        outbox: &Outbox<ENTRIES, BYTES>,
        now: Instant,
        wall: UnixMillis,
        scratch: &mut [u8],
    ) -> Result<(), FlashError> {
        let saved = self.saved(outbox, scratch).await?;
        let mut is_written = false;
        for serial in outbox.serials().filter(|serial| !saved.contains(serial)) {
            let record = outbox.record(serial, now, wall, scratch).ok_or(FlashError::TooLong)?;
            self.queue.push(record, false).await?;
            is_written = true;
        }
        // Flash that has rotted where it seems to be free does not hold what is written to it.
        if is_written && self.saved(outbox, scratch).await?.len() < outbox.len() {
            return Err(FlashError::Corrupted);
        }
        Ok(())
    }

    /// Which of the reports that wait are in flash; the others are marked as gone there.
    async fn saved<const ENTRIES: usize, const BYTES: usize>(
        &mut self,
        outbox: &Outbox<ENTRIES, BYTES>,
        scratch: &mut [u8],
    ) -> Result<heapless::Vec<u16, ENTRIES>, FlashError> {
        let mut saved = heapless::Vec::new();
        let mut reports = self.queue.iter().await?;
        while let Some(report) = reports.next(scratch).await? {
            let serial = Outbox::<ENTRIES, BYTES>::serial_of(&report);
            let waits = serial.filter(|serial| outbox.serials().any(|waiting| waiting == *serial));
            match waits {
                Some(serial) if saved.contains(&serial) => drop(report.pop().await?),
                Some(serial) => drop(saved.push(serial)),
                None => drop(report.pop().await?),
            }
        }
        Ok(saved)
    }

    /// Erases everything: consent was withdrawn, or it is corrupted.
    ///
    /// # Errors
    ///
    /// [`FlashError::Flash`].
    pub async fn forget(&mut self) -> Result<(), FlashError> {
        Ok(self.queue.erase_all().await?)
    }

    /// The flash again.
    pub fn into_flash(self) -> F {
        self.queue.destroy().0
    }
}

impl<E> From<Error<E>> for FlashError {
    fn from(error: Error<E>) -> Self {
        match error {
            Error::Storage { .. } => Self::Flash,
            Error::FullStorage => Self::Full,
            Error::BufferTooBig | Error::BufferTooSmall(_) | Error::ItemTooBig => Self::TooLong,
            _ => Self::Corrupted,
        }
    }
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the flash has no room for another report",
            Self::TooLong => "a report is longer than the scratch memory or a page",
            Self::Flash => "the flash failed",
            Self::Corrupted => "what the flash holds cannot be made sense of",
        })
    }
}

impl core::error::Error for FlashError {}
