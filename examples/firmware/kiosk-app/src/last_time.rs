//! The last time of day that was known, kept over a power cut.
//!
//! Beside `network`, which asks for the time. Nobody signs SNTP, so what a device believes may not fall behind what it has
//! known: a certificate that had expired once stays expired.

use crate::network::built;
use embedded_storage::nor_flash::NorFlash;
use thrads_core::UnixMillis;

/// Two pages of flash, in which times stand one behind the other.
///
/// Each write is one record in a place that was erased. The page that holds the newest is never erased: once it is full, the
/// other one is, and goes on. So a power cut at any operation leaves the newest time or the one that is being written. Four
/// a day fill a page of 4 KB in two months: no part wears out of that.
pub struct LastTime<F> {
    flash: F,
    first: u32,
}

/// What the pages hold.
struct Found {
    newest: UnixMillis,
    page: u32,
    /// The first erased place behind all others of that page.
    free: Option<u32>,
}

impl<F: NorFlash> LastTime<F> {
    /// The two pages from the offset `first` on, which is a page's beginning.
    pub const fn new(flash: F, first: u32) -> Self {
        Self { flash, first }
    }

    /// Before this it cannot be: when the program was built, or the last time that is kept. Flash that fails keeps none.
    pub fn floor(&mut self) -> UnixMillis {
        let kept = self.find().ok().flatten().map(|found| found.newest);
        kept.unwrap_or(UnixMillis(0)).max(built())
    }

    /// Whether it can be `now`, which is kept then: the time does not fall behind. Flash that fails is no reason to say no, the
    /// date of the build is left.
    pub fn admits(&mut self, now: UnixMillis) -> bool {
        let can_be = now >= self.floor();
        if can_be {
            self.keep(now).ok();
        }
        can_be
    }

    /// Keeps `now` from here on, unless a later time is kept.
    ///
    /// # Errors
    ///
    /// Those of the flash; what was kept is kept then.
    pub fn keep(&mut self, now: UnixMillis) -> Result<(), F::Error> {
        let place = match self.find()? {
            Some(found) if now <= found.newest => return Ok(()),
            Some(Found { free: Some(place), .. }) => place,
            Some(Found { page, .. }) => self.erase(1 - page)?,
            None => self.erase(0)?,
        };
        self.flash.write(place, &record(now))
    }

    /// Forgets what is kept: for whoever stands at the device and sets it up anew.
    ///
    /// # Errors
    ///
    /// Those of the flash.
    pub fn forget(&mut self) -> Result<(), F::Error> {
        self.erase(0)?;
        self.erase(1).map(|_| ())
    }

    /// Erases a page and returns its first place.
    fn erase(&mut self, page: u32) -> Result<u32, F::Error> {
        let start = self.start(page);
        self.flash.erase(start, start + F::ERASE_SIZE as u32)?;
        Ok(start)
    }

    fn start(&self, page: u32) -> u32 {
        self.first + page * F::ERASE_SIZE as u32
    }

    fn find(&mut self) -> Result<Option<Found>, F::Error> {
        let mut newest = None;
        for page in 0..2 {
            let (start, mut free) = (self.start(page), None);
            let mut latest = None;
            for place in (start..start + F::ERASE_SIZE as u32).step_by(RECORD) {
                let mut record = [0; RECORD];
                self.flash.read(place, &mut record)?;
                let is_erased = record == [0xff; RECORD];
                free = is_erased.then(|| free.unwrap_or(place));
                latest = latest.max(time_of(record));
            }
            if let Some(time) = latest
                .filter(|time| newest.as_ref().is_none_or(|found: &Found| found.newest < *time))
            {
                newest = Some(Found { newest: time, page, free });
            }
        }
        Ok(newest)
    }
}

/// A time and its complement. Writing makes ones to zeros, so that whatever part of it a power cut leaves out shows: of each
/// bit and its complement one is to become zero.
fn record(time: UnixMillis) -> [u8; RECORD] {
    (u128::from(time.0) | u128::from(!time.0) << 64).to_le_bytes()
}

fn time_of(read: [u8; RECORD]) -> Option<UnixMillis> {
    let time = UnixMillis(u64::from_le_bytes(*read.first_chunk()?));
    (record(time) == read).then_some(time)
}

const RECORD: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power_cut::Flash;

    /// Two small pages.
    type Part = Flash<PAGE>;

    const PAGE: usize = 4 * RECORD;

    fn day(number: u64) -> UnixMillis {
        UnixMillis(built().0 + number * 86_400_000)
    }

    fn floor(part: &mut Part) -> UnixMillis {
        LastTime::new(part, 0).floor()
    }

    #[test]
    fn the_latest_time_is_kept_and_none_before_the_build() {
        for fill in [0xff, 0x5a, 0] {
            let mut part = Part::new(fill);
            assert_eq!(floor(&mut part), built());
            for number in [3, 1, 2, 4, 4, 5, 9, 30, 31, 32, 33, 34] {
                let before = floor(&mut part);
                LastTime::new(&mut part, 0).keep(day(number)).unwrap();
                assert_eq!(floor(&mut part), before.max(day(number)));
            }
            LastTime::new(&mut part, 0).forget().unwrap();
            assert_eq!(floor(&mut part), built());
        }
    }

    #[test]
    fn what_falls_behind_is_not_admitted_after_a_restart_either() {
        let mut part = Part::new(0xff);
        let mut admits = |number| LastTime::new(&mut part, 0).admits(day(number));
        assert_eq!([2, 1, 2, 3, 2].map(&mut admits), [true, false, true, true, false]);
        assert!(!LastTime::new(&mut part, 0).admits(UnixMillis(built().0 - 1)));
        LastTime::new(&mut part, 0).forget().unwrap();
        assert!(!LastTime::new(&mut part, 0).admits(UnixMillis(built().0 - 1)));
        assert!(LastTime::new(&mut part, 0).admits(built()));
    }

    #[test]
    fn a_power_cut_at_any_operation_leaves_the_last_time_or_the_new_one() {
        for operation in 0..16 {
            for torn in 0..=PAGE {
                let mut part = Part::new(0xff);
                (part.left, part.torn) = (operation, torn);
                let mut kept = built();
                let mut next = 1;
                while LastTime::new(&mut part, 0).keep(day(next)).is_ok() {
                    kept = day(next);
                    next += 1;
                }
                let found = floor(&mut part);
                assert!(found == kept || found == day(next), "{operation}, {torn} bytes");
                part.left = usize::MAX;
                for later in next..next + 10 {
                    LastTime::new(&mut part, 0).keep(day(later)).unwrap();
                    assert_eq!(floor(&mut part), day(later), "{operation}, {torn} bytes");
                }
            }
        }
    }
}
