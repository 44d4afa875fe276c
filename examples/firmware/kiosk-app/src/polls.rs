//! How much the processor works in the polls of one future.
//!
//! Beside `tally`, for figures: what an ask takes apart from TLS and TCP, and for how long its executor stands still.

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;

/// Polls of a future, in units of the board's own meter.
pub struct Polls(Mutex<Raw, Cell<Worked>>);

/// What the processor did in polls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// In all of them.
    pub sum: u64,
    /// In the one that took most.
    pub longest: u64,
}

impl Polls {
    /// None yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Cell::new(Worked { sum: 0, longest: 0 })))
    }

    /// Runs `future` and watches its polls. What interrupts them is counted with them. It is lent, since an argument of
    /// its size would be kept twice.
    pub async fn watch<F: Future>(&self, meter: fn() -> u64, mut future: Pin<&mut F>) -> F::Output {
        poll_fn(|cx| {
            let start = meter();
            let polled = future.as_mut().poll(cx);
            let work = meter().saturating_sub(start);
            self.0.lock(|cell| {
                let Worked { sum, longest } = cell.get();
                let sum = sum.saturating_add(work);
                cell.set(Worked { sum, longest: longest.max(work) });
            });
            polled
        })
        .await
    }

    /// What was seen so far.
    pub fn seen(&self) -> Worked {
        self.0.lock(Cell::get)
    }
}

impl Default for Polls {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::pin::pin;
    use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use embassy_futures::{block_on, yield_now};

    #[test]
    fn polls_are_summed_and_the_longest_is_kept() {
        static WORK: AtomicU64 = AtomicU64::new(0);
        let polls = Polls::new();
        let work = async {
            for amount in [3, 7, 5] {
                WORK.fetch_add(amount, Relaxed);
                yield_now().await;
            }
        };
        block_on(polls.watch(|| WORK.load(Relaxed), pin!(work)));
        assert_eq!(polls.seen(), Worked { sum: 15, longest: 7 });
    }
}
