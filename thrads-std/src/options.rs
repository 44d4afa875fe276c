//! What a publisher's connection is started with.

use crate::transport::Proxies;
use std::time::Duration;
use thrads_core::{Caps, DEFAULT_LIMIT, DEFAULT_MAX_RATE_WAIT, DEFAULT_TIMEOUT, Kinds, Millis};

/// Settings of a [`Thrads`](crate::Thrads), each with the documented default.
///
/// ```
/// use std::time::Duration;
/// use thrads_std::Options;
///
/// let hasty = Options { timeout: Duration::from_secs(2), ..Options::default() };
/// assert_eq!(hasty.limit, 40);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long an ask may take over all; 5 seconds. A connection that is not there after four fifths of it is given up,
    /// since no auction could follow.
    pub timeout: Duration,
    /// How long an ask may wait for its turn in the key's budget, within the timeout and five seconds at most; half a second.
    pub max_rate_wait: Duration,
    /// Requests a second that the key may make; 40. 0 counts as 1, and in a fleet more than 10,000 as that.
    pub limit: u32,
    /// Whether an ask may be repeated once within the timeout, where nothing had left yet or after a 429 or 503 that says
    /// when to come back; not by default.
    pub repeat_once: bool,
    /// The most ads that each [`person`](crate::Thrads::person) is shown; no caps.
    pub caps: Caps,
    /// People that are remembered, each in 250 bytes at most; 100,000. Beyond it the least recently used are forgotten, and
    /// so is everybody of whom nothing was heard for 25 hours.
    pub people: usize,
    /// What is hidden in conversations before they leave: every kind, unless a call has a redactor of its own, such as one
    /// that knows the person's name ([`Call::redacted`](thrads_core::Call::redacted)). [`Kinds::NONE`] hides nothing.
    pub redact: Kinds,
    /// Proxies; those of the environment.
    pub proxies: Proxies,
}

impl Options {
    pub(crate) fn timeout_millis(&self) -> Millis {
        millis(self.timeout)
    }

    pub(crate) fn patience(&self) -> Millis {
        millis(self.max_rate_wait.min(self.timeout))
    }

    pub(crate) fn connect_limit(&self) -> Duration {
        self.timeout / 5 * 4
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_millis(DEFAULT_TIMEOUT.0),
            max_rate_wait: Duration::from_millis(DEFAULT_MAX_RATE_WAIT.0),
            limit: DEFAULT_LIMIT,
            repeat_once: false,
            caps: Caps::default(),
            people: 100_000,
            redact: Kinds::ALL,
            proxies: Proxies::default(),
        }
    }
}

fn millis(duration: Duration) -> Millis {
    Millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
