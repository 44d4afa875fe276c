//! The watchdog's food: a heartbeat of the tasks that a person would miss.
//!
//! Beaten by the executor of screen and button, never by the one that computes handshakes: an ad that hangs is not worth a
//! restart, a kiosk that does not answer is.

use core::cell::Cell;
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embassy_time::{Duration, Instant, Ticker};

/// A heartbeat, and how late it ever was.
pub struct Pulse(Mutex<Raw, Cell<Beats>>);

#[derive(Clone, Copy)]
struct Beats {
    count: u32,
    latest: Duration,
}

impl Pulse {
    /// A heart that has not beaten.
    pub const fn new() -> Self {
        Self(Mutex::new(Cell::new(Beats { count: 0, latest: Duration::from_ticks(0) })))
    }

    /// Beats each [`PERIOD`] for good, and has `feed` feed the watchdog.
    pub async fn beat(&self, mut feed: impl FnMut()) -> ! {
        let mut ticker = Ticker::every(PERIOD);
        let mut due = Instant::now() + PERIOD;
        loop {
            ticker.next().await;
            feed();
            let late = Instant::now().checked_duration_since(due).unwrap_or_default();
            self.0.lock(|cell| {
                let beats = cell.get();
                let count = beats.count.saturating_add(1);
                cell.set(Beats { count, latest: beats.latest.max(late) });
            });
            due += PERIOD;
        }
    }

    /// How often it has beaten, and by how much it was late at worst.
    pub fn seen(&self) -> (u32, Duration) {
        let beats = self.0.lock(Cell::get);
        (beats.count, beats.latest)
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new()
    }
}

const PERIOD: Duration = Duration::from_millis(10);
