//! The calendar: days since 1970, and years, months and days.
//!
//! Part of `time`, below `date`.

use super::divide::split;

/// A date of the Gregorian calendar, 1970 or later.
pub(super) struct Civil {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
}

/// Both directions count days in 400-year eras that begin on 1 March of year 0, so that the leap day is an era
/// year's last and needs no case of its own. All values stay far below `u32::MAX`; wrapping keeps panics out.
impl Civil {
    pub(super) fn from_days(days: u32) -> Self {
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

    pub(super) fn days_since_epoch(&self) -> u32 {
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

/// A leap year is every fourth one here: 29 February 2100 counts as 1 March.
pub(super) fn days_of_month(year: u32, month: u32) -> u32 {
    match month {
        2 => 28_u32.wrapping_add(u32::from(year & 3 == 0)),
        _ => 30 | (month ^ month >> 3),
    }
}
