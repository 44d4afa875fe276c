//! Time by embassy-time, and the time of day once somebody knows it.
//!
//! Beside the transport: the other half of what a `Client` is given.

use core::cell::Cell;
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_time::Timer;
use thrads_core::{Clock, Instant, UnixMillis};

/// The clock of the running embassy-time driver. Its time of day is `None` until it is set.
///
/// A client takes the clock itself or a reference to it, so that whoever asks SNTP or an RTC can set it meanwhile, from any
/// executor or core.
#[derive(Debug)]
pub struct EmbassyClock {
    /// From the driver's origin to 1970, as far as a wrapping sum is concerned.
    offset: Mutex<CriticalSectionRawMutex, Cell<Option<u64>>>,
}

impl EmbassyClock {
    /// A clock that does not know the time of day.
    pub const fn new() -> Self {
        Self { offset: Mutex::new(Cell::new(None)) }
    }

    /// Sets the time of day to `wall`, as of now. May be called again; the time may then jump, [`now`](Clock::now) does
    /// not.
    pub fn set_wall(&self, wall: UnixMillis) {
        let offset = wall.0.wrapping_sub(self.now().as_millis());
        self.offset.lock(|cell| cell.set(Some(offset)));
    }
}

impl Default for EmbassyClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for EmbassyClock {
    /// Milliseconds since the time driver started.
    fn now(&self) -> Instant {
        Instant::from_millis(embassy_time::Instant::now().as_millis())
    }

    /// Waits until `moment`; for ever if that is past the driver's last tick. Dropping the future ends the wait.
    async fn sleep_until(&self, moment: Instant) {
        let moment = embassy_time::Instant::try_from_millis(moment.as_millis());
        Timer::at(moment.unwrap_or(embassy_time::Instant::MAX)).await;
    }

    fn wall(&self) -> Option<UnixMillis> {
        let offset = self.offset.lock(Cell::get)?;
        Some(UnixMillis(offset.wrapping_add(self.now().as_millis())))
    }
}

impl Clock for &EmbassyClock {
    fn now(&self) -> Instant {
        (**self).now()
    }

    async fn sleep_until(&self, moment: Instant) {
        (**self).sleep_until(moment).await;
    }

    fn wall(&self) -> Option<UnixMillis> {
        (**self).wall()
    }
}
