//! `Clock` over tokio's timer.
//!
//! The other half of the seam to thrads-core.

use std::time::{Duration, SystemTime};
use thrads_core::{Clock, Instant, UnixMillis};
use tokio::time;

/// Tells tokio's time, from when it was made; copies share the origin.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: time::Instant,
}

impl TokioClock {
    /// A clock that begins at zero now.
    pub fn new() -> Self {
        Self { origin: time::Instant::now() }
    }

    /// A moment of tokio's in this clock's terms.
    pub(crate) fn at(&self, moment: time::Instant) -> Instant {
        Instant::from_millis(millis(moment.saturating_duration_since(self.origin)))
    }

    /// A moment of this clock in tokio's terms.
    pub(crate) fn moment(&self, at: Instant) -> time::Instant {
        self.origin + Duration::from_millis(at.as_millis())
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        self.at(time::Instant::now())
    }

    async fn sleep_until(&self, moment: Instant) {
        time::sleep_until(self.moment(moment)).await;
    }

    fn wall(&self) -> Option<UnixMillis> {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()
            .map(|since| UnixMillis(millis(since)))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
