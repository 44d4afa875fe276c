//! How many ads one person is shown: by conversation, by hour, by day, and how far apart.
//!
//! Part of `pacing`. A cap is a promise to a person, so it holds whoever spaces the ads by turns. An ad counts when it was
//! seen, and keeps a place from the moment it is asked for: two chats of one person cannot both take the last one. In doubt
//! it counts.

use super::{Cap, Hold, Reason, Until};
use crate::time::{Instant, Millis};

/// The most ads that one person is shown; 0 switches a cap off, and the default is no cap.
///
/// A window begins with its first impression: two an hour are two in the hour after the first of them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// Ads in one conversation.
    pub conversation: u8,
    /// Ads in an hour.
    pub hour: u8,
    /// Ads in a day of 24 hours.
    pub day: u8,
    /// Seconds from one ad to the next; more than 24 days count as 24 days.
    pub gap_secs: u32,
}

impl Caps {
    fn is_none(self) -> bool {
        self == Self { conversation: 0, hour: 0, day: 0, gap_secs: 0 }
    }

    fn gap(self) -> u32 {
        self.gap_secs.min(MAX_GAP_SECS).saturating_mul(1000)
    }
}

/// What one person was shown, and whether they want ads at all. One value a person, lent to all of their conversations.
///
/// It has no moments, only times that are left: a clock that goes back or stands still makes them longer by as much, a
/// clock that jumps a year has let them pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct User {
    seen: Instant,
    caps: Caps,
    kept: KeptUser,
}

/// What one person was shown as somebody else counts it, such as a store that replicas of a server share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Seen {
    /// Ads in the hour that began with the first of them.
    pub hour: u8,
    /// How much of that hour is left; nothing of it if there was no ad.
    pub hour_left: Millis,
    /// Ads in the day that began with the first of them.
    pub day: u8,
    /// How much of that day is left.
    pub day_left: Millis,
    /// How long the gap after the last of them still lasts.
    pub gap_left: Millis,
}

/// What is kept over a restart; times in milliseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(from = "Stored", into = "Stored")]
pub(crate) struct KeptUser {
    hour_left: u32,
    day_left: u32,
    gap_left: u32,
    /// After which ads that were asked for and never heard of count as seen.
    doubt_left: u32,
    hour: u8,
    day: u8,
    /// Places kept for ads that were asked for or are on screen.
    reserved: u8,
    is_opted_out: bool,
}

impl Default for User {
    fn default() -> Self {
        Self::new(Caps::default())
    }
}

impl User {
    /// A person who has seen no ad yet.
    pub const fn new(caps: Caps) -> Self {
        let kept = KeptUser {
            hour_left: 0,
            day_left: 0,
            gap_left: 0,
            doubt_left: 0,
            hour: 0,
            day: 0,
            reserved: 0,
            is_opted_out: false,
        };
        Self { seen: Instant::from_millis(0), caps, kept }
    }

    /// What was agreed on.
    pub fn caps(&self) -> Caps {
        self.caps
    }

    /// The person wants no ads: nothing is sent from now on, answers under way are dropped, and what is on screen is not
    /// reported any more.
    pub fn opt_out(&mut self) {
        self.kept.is_opted_out = true;
    }

    /// The person wants ads again.
    pub fn opt_in(&mut self) {
        self.kept.is_opted_out = false;
    }

    /// Whether the person wants no ads.
    pub fn is_opted_out(&self) -> bool {
        self.kept.is_opted_out
    }

    /// Ads of this hour and this day that were seen or have their place.
    pub(crate) fn counts(&self) -> (u8, u8) {
        let KeptUser { hour, day, reserved, .. } = self.kept;
        (hour.saturating_add(reserved), day.saturating_add(reserved))
    }

    /// What holds an ad back, in a conversation that has been shown `shown`. A [`Session`](crate::Session) that this is lent
    /// to asks, and does all that follows.
    pub fn check(&mut self, now: Instant, shown: u8) -> Option<Hold> {
        self.pass(now);
        let (cap, left) = self.reached(shown)?;
        let until = match cap {
            Cap::Conversation => Until::Lifted,
            _ => Until::At(now.after(Millis(left.into()))),
        };
        Some(Hold { reason: Reason::Cap(cap), until })
    }

    /// Keeps a place for an ad that is asked for; false if there is no cap to keep it under. A place of which nothing is
    /// heard for ten minutes counts as an ad that was seen.
    pub fn reserve(&mut self) -> bool {
        if self.caps.is_none() {
            return false;
        }
        self.kept.reserved = self.kept.reserved.saturating_add(1);
        self.kept.doubt_left = DOUBT;
        true
    }

    /// Gives a place back whose ad was not seen.
    pub fn release(&mut self) {
        self.kept.reserved = self.kept.reserved.saturating_sub(1);
    }

    /// An ad was seen: its place becomes a count. False if it may not count, since no place is left: it was not heard of in
    /// time.
    pub fn on_seen(&mut self, now: Instant) -> bool {
        self.pass(now);
        let counts = self.kept.reserved > 0;
        if counts {
            self.release();
            self.count(1);
        }
        counts || self.caps.is_none()
    }

    /// Takes over what somebody else has counted, where it is as much as is known here or more. A window lasts no longer
    /// than it can.
    pub fn learn(&mut self, now: Instant, seen: Seen) {
        self.pass(now);
        let gap = self.caps.gap();
        let kept = &mut self.kept;
        kept.gap_left = kept.gap_left.max(clamp(seen.gap_left, gap));
        for (left, count, told, told_left, length) in [
            (&mut kept.hour_left, &mut kept.hour, seen.hour, seen.hour_left, HOUR),
            (&mut kept.day_left, &mut kept.day, seen.day, seen.day_left, DAY),
        ] {
            if told >= *count && told > 0 {
                (*count, *left) = (told, clamp(told_left, length));
            }
        }
    }

    pub(crate) fn keep(&self, now: Instant) -> KeptUser {
        let mut user = *self;
        user.pass(now);
        KeptUser { doubt_left: 0, ..user.kept }
    }

    /// What was under way when it was kept may have been seen since.
    pub(crate) fn restore(&mut self, now: Instant, kept: KeptUser, passed: u32) {
        (self.seen, self.kept) = (now, KeptUser { doubt_left: 0, ..kept });
        self.let_pass(passed);
    }

    fn pass(&mut self, now: Instant) {
        let passed = self.seen.pass(now);
        self.let_pass(passed);
    }

    /// Ends doubt and windows whose time has passed.
    fn let_pass(&mut self, passed: u32) {
        let kept = &mut self.kept;
        for left in
            [&mut kept.hour_left, &mut kept.day_left, &mut kept.gap_left, &mut kept.doubt_left]
        {
            *left = left.saturating_sub(passed);
        }
        let in_doubt = if kept.doubt_left == 0 { core::mem::take(&mut kept.reserved) } else { 0 };
        self.count(in_doubt);
    }

    /// Counts ads into their windows; of none, only ends the windows that are over.
    fn count(&mut self, ads: u8) {
        let gap = self.caps.gap();
        let kept = &mut self.kept;
        if ads > 0 {
            kept.gap_left = gap;
        }
        for (left, count, length) in
            [(&mut kept.hour_left, &mut kept.hour, HOUR), (&mut kept.day_left, &mut kept.day, DAY)]
        {
            if *left == 0 {
                *count = 0;
                *left = if ads > 0 { length } else { 0 };
            }
            *count = count.saturating_add(ads);
        }
    }

    /// The cap that leaves no place, the longest first, and the milliseconds to the end of its window; where only places
    /// that are kept fill it, to the end of doubt. Ads with a gap between them are asked for one at a time.
    fn reached(&self, shown: u8) -> Option<(Cap, u32)> {
        let KeptUser { hour, day, reserved, hour_left, day_left, gap_left, doubt_left, .. } =
            self.kept;
        let is_full = |count: u8, cap: u8| cap > 0 && count.saturating_add(reserved) >= cap;
        let is_near = gap_left > 0 || self.caps.gap_secs > 0 && reserved > 0;
        let (cap, left) = if self.caps.conversation > 0 && shown >= self.caps.conversation {
            (Cap::Conversation, 0)
        } else if is_full(day, self.caps.day) {
            (Cap::Day, day_left)
        } else if is_full(hour, self.caps.hour) {
            (Cap::Hour, hour_left)
        } else if is_near {
            (Cap::Gap, gap_left)
        } else {
            return None;
        };
        Some((cap, if left == 0 { doubt_left } else { left }))
    }
}

fn clamp(told: Millis, most: u32) -> u32 {
    u32::try_from(told.0).unwrap_or(u32::MAX).min(most)
}

impl KeptUser {
    pub(crate) fn numbers(self) -> [u32; 7] {
        [
            self.hour_left,
            self.day_left,
            self.gap_left,
            self.hour.into(),
            self.day.into(),
            self.reserved.into(),
            self.is_opted_out.into(),
        ]
    }
}

impl From<KeptUser> for Stored {
    fn from(kept: KeptUser) -> Self {
        let KeptUser { hour_left, day_left, gap_left, hour, day, reserved, .. } = kept;
        (hour_left, day_left, gap_left, hour, day, reserved, kept.is_opted_out.into())
    }
}

impl From<Stored> for KeptUser {
    fn from(stored: Stored) -> Self {
        let (hour_left, day_left, gap_left, hour, day, reserved, opted_out) = stored;
        let is_opted_out = opted_out != 0;
        Self { hour_left, day_left, gap_left, doubt_left: 0, hour, day, reserved, is_opted_out }
    }
}

/// As it is stored.
type Stored = (u32, u32, u32, u8, u8, u8, u8);

const HOUR: u32 = 3_600_000;
const DAY: u32 = 24 * HOUR;
/// How long a place is kept for an ad of which nothing more is heard, in milliseconds.
const DOUBT: u32 = 600_000;
const MAX_GAP_SECS: u32 = 24 * 86_400;

const _: () = assert!(size_of::<User>() <= 64, "a person takes 64 bytes at most");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_counted_holds_as_if_it_were_known_here() {
        let now = Instant::from_millis;
        let mut user = User::new(Caps { hour: 2, gap_secs: 60, ..Caps::default() });
        let told = Seen { hour: 1, hour_left: Millis(5000), ..Seen::default() };
        user.learn(now(0), told);
        assert_eq!(user.counts(), (1, 0));
        user.learn(now(0), Seen { hour: 2, gap_left: Millis(u64::MAX), ..told });
        assert_eq!(user.check(now(0), 0).unwrap().until, Until::At(now(5000)));
        assert_eq!(user.check(now(5000), 0).unwrap().until, Until::At(now(60_000)));
        assert_eq!(user.check(now(60_000), 0), None);
        // Less than is known here is no news.
        assert!(user.reserve() && user.on_seen(now(60_000)));
        user.learn(now(60_000), Seen::default());
        assert_eq!(user.counts(), (1, 1));
        user.learn(now(60_000), Seen { hour: 1, hour_left: Millis(u64::MAX), ..told });
        assert_eq!((user.kept.hour_left, user.kept.gap_left), (HOUR, 60_000));
    }
}
