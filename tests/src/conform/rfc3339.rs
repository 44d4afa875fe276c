//! RFC 3339 times, as lines write them.

use thrads_core::UnixMillis;

/// Reads `2026-11-21T10:00:00Z`, with or without a fraction of a second, in UTC or at an offset from it. `None` before 1970.
pub(super) fn parse(text: &str) -> Option<UnixMillis> {
    let (text, ahead) = split_offset(text)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let bytes = whole.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let is = |byte: u8, other: u8| byte.to_ascii_uppercase() == other;
    if bytes.len() != 19 || separators.iter().any(|&(at, byte)| !is(bytes[at], byte)) {
        return None;
    }
    let part = |from: usize, to: usize| digits(whole.get(from..to)?);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let in_range = year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !in_range || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    digits(fraction)?;
    let millis = digits(&format!("{fraction:0<3}")[..3])?;
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    let seconds = seconds.checked_add_signed(-ahead)?;
    Some(UnixMillis(seconds * 1000 + millis))
}

/// The text before the offset, and the seconds by which it is ahead of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(text) = text.strip_suffix(['Z', 'z']) {
        return Some((text, 0));
    }
    let (text, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    let seconds = i64::try_from(hours * 3600 + minutes * 60).ok()?;
    match offset.as_bytes().first()? {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some((text, seconds)),
        b'-' => Some((text, -seconds)),
        _ => None,
    }
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.get(..text.len().min(9))?.parse().ok())?
}

/// Days since 1970-01-01.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let years: u64 = (1970..year).map(|year| 365 + u64::from(is_leap(year))).sum();
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: u64 = lengths.iter().zip(1..month).map(|(length, _)| length).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-05-04T09:00:00Z", 1_777_885_200_000),
            ("2026-05-04T09:00:00.5Z", 1_777_885_200_500),
            ("2000-02-29T00:00:00.123456Z", 951_782_400_123),
            ("2026-05-04t09:00:00z", 1_777_885_200_000),
            ("2026-05-04T11:00:00+02:00", 1_777_885_200_000),
            ("2026-05-04T03:30:00.5-05:30", 1_777_885_200_500),
            ("1970-01-01T00:00:00-00:00", 0),
        ] {
            assert_eq!(parse(text), Some(UnixMillis(millis)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "Z",
            "2026-05-04",
            "2026-05-04T09:00:00",
            "2026-05-04T09:00:00+2:00",
            "2026-05-04T09:00:00+02:60",
            "2026-05-04T09:00:00+0200",
            "2026-05-04T09:00:00 02:00",
            "1970-01-01T00:00:00+00:01",
            "2026-13-04T09:00:00Z",
            "2026-05-04T24:00:00Z",
            "2026-05-04T09:00:00.Z",
            "2026-05-04T09:00:00.\u{e9}Z",
            "202\u{e9}-05-4T09:00:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
