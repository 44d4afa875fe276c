//! Whether the machine itself stood still while a run was measured: then the run says nothing of the fleet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Sleeps for a moment again and again, and remembers by how much it overslept at worst.
pub(crate) struct Stall {
    is_over: Arc<AtomicBool>,
    sleeper: JoinHandle<Duration>,
}

impl Stall {
    pub(crate) fn watch() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let sleeper = thread::spawn(move || {
            let mut worst = Duration::ZERO;
            while !told.load(Ordering::Relaxed) {
                let before = Instant::now();
                thread::sleep(STEP);
                worst = worst.max(before.elapsed().saturating_sub(STEP));
            }
            worst
        });
        Self { is_over, sleeper }
    }

    /// The longest time for which this thread was not let run.
    pub(crate) fn end(self) -> Duration {
        self.is_over.store(true, Ordering::Relaxed);
        self.sleeper.join().unwrap_or_default()
    }
}

const STEP: Duration = Duration::from_millis(5);
