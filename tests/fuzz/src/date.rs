//! RFC 3339 by another crate than the core, which counts days itself.

use time::OffsetDateTime;

/// Milliseconds since 1970 as `2026-05-04T09:00:00Z`; days behind the year 9999 are its last.
pub fn rfc3339(millis: u64) -> String {
    let seconds = millis / 1000;
    let within = (seconds / 86_400).min(LAST_DAY) * 86_400 + seconds % 86_400;
    let at = i64::try_from(within).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let at = at.expect("a moment before the year 10000");
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month))
}

/// 9999-12-31 in days since 1970.
const LAST_DAY: u64 = 2_932_896;
