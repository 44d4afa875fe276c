//! Time as the core sees it: given by the caller, in whole milliseconds, never read from a clock here.
//!
//! A helper of every stage of the pipeline. Message timestamps follow section 3.2 of the wire contract, HTTP dates
//! RFC 9110 section 5.6.7.

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

impl UnixMillis {
    /// Reads an HTTP date: `Wed, 21 Oct 2026 07:28:00 GMT`, or one of the two obsolete forms that RFC 9110 has every
    /// recipient accept, `Wednesday, 21-Oct-26 07:28:00 GMT` (a year from 1970 to 2069) and `Wed Oct 21 07:28:00 2026`.
    ///
    /// `None` for anything else, for days that a month does not have, and for dates before 1970.
    pub fn from_http_date(text: &str) -> Option<Self> {
        Self::from_http_date_bytes(text.trim_ascii().as_bytes())
    }

    /// All forms are a day, a month by its name, and numbers in one of two orders; the name of the day says nothing.
    pub(crate) fn from_http_date_bytes(bytes: &[u8]) -> Option<Self> {
        let mut date @ [day, year, hour, minute, second] = numbers(bytes)?;
        if second > 60 {
            date = [day, second, year, hour, minute];
        } else if !bytes.ends_with(b"GMT") {
            return None;
        }
        let [day, year, hour, minute, second] = date;
        let year = match year {
            ..70 => year.wrapping_add(2000),
            70..100 => year.wrapping_add(1900),
            _ => year,
        };
        let mut words = bytes.split(|byte| !byte.is_ascii_alphabetic());
        let month = words.find_map(|word| {
            let mut months = MONTHS.iter().zip(1..);
            months.find(|(month, _)| word == month.as_bytes()).map(|(_, number)| number)
        })?;
        // A leap year is every fourth one here: 29 February 2100 counts as 1 March.
        let last = match month {
            2 => 28_u32.wrapping_add(u32::from(year & 3 == 0)),
            _ => 30 | (month ^ month >> 3),
        };
        if day.wrapping_sub(1) >= last || year < 1970 || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let minutes = hour.wrapping_mul(60).wrapping_add(minute);
        let seconds = u64::from(minutes.wrapping_mul(60).wrapping_add(second));
        let days = u64::from(Civil { year, month, day }.days_since_epoch());
        Some(Self(thousandfold(days.wrapping_mul(86_400).wrapping_add(seconds))))
    }

    /// The RFC 3339 form in UTC and whole seconds, `2026-05-04T09:00:00Z`; years past 9999 come out as 9999.
    pub(crate) fn to_rfc3339(self) -> [u8; 20] {
        let (days, time) = divide(divide(self.0, 1000).0, 86_400);
        let date = Civil::from_days(u32::try_from(days).unwrap_or(u32::MAX).min(2_932_896));
        let (century, year) = split(date.year, 100);
        let (minutes, second) = split(time, 60);
        let (hour, minute) = split(minutes, 60);
        let mut out = *b"0000-00-00T00:00:00Z";
        let fields = [century, year, date.month, date.day, hour, minute, second];
        for (at, value) in [0_usize, 2, 5, 8, 11, 14, 17].into_iter().zip(fields) {
            if let Some([tens, ones]) =
                out.get_mut(at..).and_then(|tail| tail.first_chunk_mut::<2>())
            {
                let (ten, one) = split(value, 10);
                *tens = digit(ten);
                *ones = digit(one);
            }
        }
        out
    }
}

/// A date of the Gregorian calendar, 1970 or later.
struct Civil {
    year: u32,
    month: u32,
    day: u32,
}

/// Both directions count days in 400-year eras that begin on 1 March of year 0, so that the leap day is an era
/// year's last and needs no case of its own. All values stay far below `u32::MAX`; wrapping keeps panics out.
impl Civil {
    fn from_days(days: u32) -> Self {
        let shifted = days.wrapping_add(719_468);
        let (era, day_of_era) = split(shifted, 146_097);
        let (year_of_era, _) = split(
            day_of_era
                .wrapping_sub(split(day_of_era, 1460).0)
                .wrapping_add(split(day_of_era, 36_524).0)
                .wrapping_sub(u32::from(day_of_era == 146_096)),
            365,
        );
        let day_of_year = day_of_era.wrapping_sub(days_of_years(year_of_era));
        let (month_from_march, _) = split(day_of_year.wrapping_mul(5).wrapping_add(2), 153);
        let day = day_of_year.wrapping_sub(days_of_months(month_from_march));
        let month = if month_from_march < 10 {
            month_from_march.wrapping_add(3)
        } else {
            month_from_march.wrapping_sub(9)
        };
        let year =
            year_of_era.wrapping_add(era.wrapping_mul(400)).wrapping_add(u32::from(month <= 2));
        Self { year, month, day: day.wrapping_add(1) }
    }

    fn days_since_epoch(&self) -> u32 {
        let year = self.year.wrapping_sub(u32::from(self.month <= 2));
        let (era, year_of_era) = split(year, 400);
        let month_from_march =
            if self.month > 2 { self.month.wrapping_sub(3) } else { self.month.wrapping_add(9) };
        let day_of_year = days_of_months(month_from_march).wrapping_add(self.day).wrapping_sub(1);
        let day_of_era = days_of_years(year_of_era).wrapping_add(day_of_year);
        era.wrapping_mul(146_097).wrapping_add(day_of_era).wrapping_sub(719_468)
    }
}

/// Days of the first `years` of an era.
fn days_of_years(years: u32) -> u32 {
    years.wrapping_mul(365).wrapping_add(years >> 2).wrapping_sub(split(years, 100).0)
}

/// Days of the first `months` of a year that begins in March.
fn days_of_months(months: u32) -> u32 {
    split(months.wrapping_mul(153).wrapping_add(2), 5).0
}

/// Quotient and remainder. A division by 0 has remainder `value`.
///
/// A Cortex-M0+ has no instruction for it, and the library's routines for 64 and 32 bits are 1.3 KB of flash; this one is
/// a twentieth of that, and as slow as a few hundred instructions.
pub(crate) const fn divide(value: u64, by: u32) -> (u64, u32) {
    if cfg!(target_pointer_width = "64") && by > 0 {
        #[expect(clippy::cast_possible_truncation, reason = "a remainder is below `by`")]
        #[expect(clippy::arithmetic_side_effects, reason = "`by` is not 0")]
        return (value / by as u64, (value % by as u64) as u32);
    }
    long_division(value, by)
}

/// A bit at a time, from the highest: the quotient grows in the bits that the value leaves.
const fn long_division(mut value: u64, by: u32) -> (u64, u32) {
    let mut rest = 0_u32;
    let mut bits = u64::BITS;
    while bits > 0 {
        let carry = rest >> 31;
        rest = rest << 1 | (value >> 63 != 0) as u32;
        value <<= 1;
        if carry != 0 || rest >= by {
            rest = rest.wrapping_sub(by);
            value |= 1;
        }
        bits = bits.wrapping_sub(1);
    }
    (value, rest)
}

/// `value` times 1000, or the largest number: a Cortex-M0+ has no instruction for a product of 64 bits, and one that tells
/// of an overflow is a hundred bytes of flash at each place.
pub(crate) const fn thousandfold(value: u64) -> u64 {
    if value > u64::MAX >> 10 {
        return u64::MAX;
    }
    (value << 10).wrapping_sub(value << 4).wrapping_sub(value << 3)
}

fn split(value: u32, by: u32) -> (u32, u32) {
    let (quotient, rest) = divide(value.into(), by);
    (u32::try_from(quotient).unwrap_or(0), rest)
}

fn digit(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(0).wrapping_add(b'0')
}

/// The numbers in `text`, if there are five; a larger one than a year is the largest year.
fn numbers(text: &[u8]) -> Option<[u32; 5]> {
    let mut numbers = [0_u32; 5];
    let (mut places, mut place) = (numbers.iter_mut(), None);
    for byte in text {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        place = if digit > 9 { None } else { place.or_else(|| places.next()) };
        match &mut place {
            Some(number) => **number = number.wrapping_mul(10).wrapping_add(digit).min(9999),
            None if digit > 9 => {}
            None => return None,
        }
    }
    places.next().is_none().then_some(numbers)
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc3339(millis: u64) -> String {
        String::from_utf8(UnixMillis(millis).to_rfc3339().to_vec()).unwrap()
    }

    #[test]
    fn writes_rfc3339() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_777_885_200_999), "2026-05-04T09:00:00Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(
            rfc3339(u64::MAX),
            "9999-12-31T14:25:51Z".replace("14:25:51", &rfc3339(u64::MAX)[11..19])
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn reads_the_date_it_writes_on_every_day_of_two_centuries() {
        for day in 0..73_000_u64 {
            let seconds = day * 86_400 + 3723;
            let text = rfc3339(seconds * 1000);
            let month = MONTHS[text[5..7].parse::<usize>().unwrap() - 1];
            let http =
                format!("Mon, {} {month} {} {} GMT", &text[8..10], &text[0..4], &text[11..19]);
            assert_eq!(
                UnixMillis::from_http_date(&http),
                Some(UnixMillis(seconds * 1000)),
                "{http}"
            );
        }
    }

    #[test]
    fn reads_the_obsolete_http_dates() {
        for (text, plain) in [
            ("Wednesday, 21-Oct-26 07:28:00 GMT", "2026-10-21T07:28:00Z"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            ("Monday, 31-Dec-69 23:59:59 GMT", "2069-12-31T23:59:59Z"),
            ("Thursday, 01-Jan-70 00:00:00 GMT", "1970-01-01T00:00:00Z"),
            ("Wed Oct 21 07:28:00 2026", "2026-10-21T07:28:00Z"),
            ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
        ] {
            let read = UnixMillis::from_http_date(text).map(|time| rfc3339(time.0));
            assert_eq!(read.as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_http_date() {
        for text in [
            "",
            "2",
            "soon",
            "Wed, 21 Oct 2026 07:28:00 CET",
            "Wed, 32 Oct 2026 07:28:00 GMT",
            "Sat, 31 Feb 2026 07:28:00 GMT",
            "Mon, 29 Feb 2027 07:28:00 GMT",
            "Friday, 31-Apr-26 07:28:00 GMT",
            "Tue Jun 31 07:28:00 2026",
            "Sun, 31 Nov 2026 07:28:00 GMT",
            "Wéd, 21 Oct 2026",
            "Wednesday, 21 Oct 2026",
            "Wed, 21 Oct 2026 07:28 GMT",
            "Wed, 21 Oct 2026 07:28:00 GMT+1",
            "Wed, 21 Oct 2026 07:28:00:00 GMT",
            "Wednesday, 21-10-26 07:28:00 GMT",
            "Wed Oct 21 07:28:00 26",
            "2026-10-21T07:28:00Z",
            "4294967317 Oct 2026 07:28:00 GMT",
            "Wed Oct  0 07:28:00 2026",
            "Wed Oct 21 07:28:00 1969",
        ] {
            assert_eq!(UnixMillis::from_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_long_division_divides() {
        for value in [
            0,
            1,
            9,
            10,
            999,
            0xffff_ffff,
            0x1_0000_0000,
            1_777_885_200_999,
            u64::MAX - 1,
            u64::MAX,
        ] {
            for by in [1, 2, 3, 10, 365, 1000, 86_400, 0x7fff_ffff, 0x8000_0001, u32::MAX] {
                let expected = (value / u64::from(by), (value % u64::from(by)) as u32);
                assert_eq!(long_division(value, by), expected, "{value} / {by}");
                assert_eq!(divide(value, by), expected, "{value} / {by}");
            }
        }
    }

    #[test]
    fn a_thousandfold_is_exact_or_the_largest() {
        for value in [0, 1, 7, 999, 1_777_885_200, u64::MAX >> 10] {
            assert_eq!(thousandfold(value), value * 1000);
        }
        assert_eq!(thousandfold((u64::MAX >> 10) + 1), u64::MAX);
    }

    #[test]
    fn a_clock_that_goes_back_measures_zero() {
        assert_eq!(Instant::from_millis(5).since(Instant::from_millis(9)), Millis(0));
    }
}
