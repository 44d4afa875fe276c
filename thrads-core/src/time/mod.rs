//! Time as the core sees it: given by the caller, in whole milliseconds, never read from a clock here.
//!
//! A helper of every stage of the pipeline.

mod civil;
mod date;
mod divide;

pub(crate) use divide::{divide, thousandfold};

/// A moment on the caller's monotonic clock: milliseconds since an origin that only the caller knows.
///
/// It is compared and subtracted, never stored over a restart and never shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(u64);

impl Instant {
    /// The moment `millis` milliseconds after the clock's origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the clock's origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to `self`; zero when the clock went back.
    pub const fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }

    /// `self` moved `by` into the future; stays at the last moment there is when that is passed.
    #[must_use]
    pub const fn after(self, by: Millis) -> Self {
        Self(self.0.saturating_add(by.0))
    }

    /// Moves on to `now` and returns the milliseconds between, 49 days at most; zero when the clock went back.
    pub(crate) fn pass(&mut self, now: Self) -> u32 {
        let passed = now.since(*self);
        *self = now;
        u32::try_from(passed.0).unwrap_or(u32::MAX)
    }
}

/// A length of time in whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Millis(pub u64);

impl Millis {
    /// `seconds` in milliseconds; the longest length there is when that is passed.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(thousandfold(seconds))
    }
}

/// Wall-clock time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UnixMillis(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_goes_back_measures_zero() {
        assert_eq!(Instant::from_millis(5).since(Instant::from_millis(9)), Millis(0));
    }
}
