//! Dates as HTTP and the platform write them.
//!
//! Part of `time`. Message timestamps follow section 3.2 of the wire contract, HTTP dates RFC 9110 section 5.6.7.

use super::UnixMillis;
use super::civil::{Civil, days_of_month};
use super::divide::{divide, split, thousandfold};

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
            let word = <[u8; 3]>::try_from(word).ok()?;
            MONTHS.into_iter().zip(1..).find(|(month, _)| *month == word).map(|(_, number)| number)
        })?;
        if day.wrapping_sub(1) >= days_of_month(year, month)
            || year < 1970
            || hour > 23
            || minute > 59
            || second > 60
        {
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

const MONTHS: [[u8; 3]; 12] = [
    *b"Jan", *b"Feb", *b"Mar", *b"Apr", *b"May", *b"Jun", *b"Jul", *b"Aug", *b"Sep", *b"Oct",
    *b"Nov", *b"Dec",
];

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
            let month = str::from_utf8(&month).unwrap();
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
}
