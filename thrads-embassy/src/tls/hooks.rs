//! The time, as mbedtls asks for it.
//!
//! Under `mbedtls`, which has it by two hooks of the whole program.

use crate::clock::EmbassyClock;
use core::time::Duration;
use der::DateTime;
use mbedtls_rs::sys::hook::timer::MbedtlsTimer;
use mbedtls_rs::sys::hook::wall_clock::MbedtlsWallClock;
use mbedtls_rs::sys::{mbedtls_ms_time_t, tm};
use thrads_core::Clock;

impl MbedtlsTimer for EmbassyClock {
    fn now(&self) -> mbedtls_ms_time_t {
        Clock::now(self).as_millis().try_into().unwrap_or(mbedtls_ms_time_t::MAX)
    }
}

impl MbedtlsWallClock for EmbassyClock {
    /// `None` until the time of day is known: mbedtls then takes every certificate for one that is not valid.
    fn instant(&self) -> Option<tm> {
        calendar(Duration::from_millis(self.wall()?.0))
    }
}

/// So long after 1970, in UTC.
fn calendar(since_1970: Duration) -> Option<tm> {
    let date = DateTime::from_unix_duration(since_1970).ok()?;
    Some(tm {
        tm_year: i32::from(date.year()).saturating_sub(1900),
        tm_mon: i32::from(date.month()).saturating_sub(1),
        tm_mday: date.day().into(),
        tm_hour: date.hour().into(),
        tm_min: date.minutes().into(),
        tm_sec: date.seconds().into(),
        // What mbedtls does not look at.
        tm_wday: 0,
        tm_yday: 0,
        tm_isdst: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use thrads_core::UnixMillis;

    fn fields(millis: u64) -> Option<[i32; 6]> {
        let tm = calendar(Duration::from_millis(millis))?;
        Some([tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec])
    }

    #[test]
    fn a_moment_is_a_date_as_c_has_it() {
        assert_eq!(fields(0), Some([70, 0, 1, 0, 0, 0]));
        assert_eq!(fields(951_782_399_999), Some([100, 1, 28, 23, 59, 59]));
        assert_eq!(fields(951_782_400_000), Some([100, 1, 29, 0, 0, 0]));
        assert_eq!(fields(4_102_444_799_000), Some([199, 11, 31, 23, 59, 59]));
        assert_eq!(fields(u64::MAX), None);
    }

    #[test]
    fn a_clock_that_does_not_know_the_time_says_so() {
        let clock = EmbassyClock::new();
        assert!(clock.instant().is_none());
        clock.set_wall(UnixMillis(1_700_000_000_000));
        assert_eq!(clock.instant().map(|tm| tm.tm_year), Some(123));
    }
}
