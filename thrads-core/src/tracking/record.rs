//! A waiting report as bytes, for memory that outlives a restart.
//!
//! Part of `tracking`, beside `outbox`. A record holds what the report is sent with, its place among the others, and until
//! when it is worth sending by the time of day; nothing of a conversation, and not the key.

use super::entry::{Entry, Kept, Kind};
use super::outbox::Outbox;
use crate::json::utf8::as_text;
use crate::request::Method;
use crate::target::Url;
use crate::time::{Instant, Millis, UnixMillis};

/// Bytes of a record beside its URL.
pub const RECORD_HEADER: usize = 19;

impl<const ENTRIES: usize, const BYTES: usize> Outbox<ENTRIES, BYTES> {
    /// The numbers of the reports that wait, in their order. No two that wait have the same.
    pub fn serials(&self) -> impl Iterator<Item = u16> {
        self.waiting.entries().iter().map(|entry| entry.serial)
    }

    /// Writes the report of this number to the front of `place`: [`RECORD_HEADER`] bytes and its URL. `None` where none waits
    /// by that number, or it does not fit.
    pub fn record<'p>(
        &self,
        serial: u16,
        now: Instant,
        wall: UnixMillis,
        place: &'p mut [u8],
    ) -> Option<&'p [u8]> {
        let (index, entry) = self.waiting.find(serial)?;
        let text = self.waiting.text(index)?;
        let left = entry.expires.since(now);
        let expires = wall.0.saturating_add(left.0).to_le_bytes();
        let (kind, flags, number) = entry.kind.parts();
        let ([serial, serial_high], [mark, mark_high]) =
            (entry.serial.to_le_bytes(), entry.mark.to_le_bytes());
        let first = [VERSION, serial, serial_high, mark, mark_high, kind, flags];
        let header = first.into_iter().chain(number.to_le_bytes()).chain(expires);
        let length = RECORD_HEADER.saturating_add(text.len());
        let place = place.get_mut(..length)?;
        place.iter_mut().zip(header.chain(text.bytes())).for_each(|(to, from)| *to = from);
        Some(place)
    }

    /// The number in a record; `None` if it is none of this version.
    pub fn serial_of(record: &[u8]) -> Option<u16> {
        let [VERSION, low, high, ..] = *record else { return None };
        (record.len() > RECORD_HEADER).then_some(u16::from_le_bytes([low, high]))
    }

    /// Puts a report behind the others as its record has it, and answers whether it waits now. One that is too old is not taken
    /// and counted as expired, also where the clock was so wrong that nobody can know; one whose number waits already is not
    /// taken, and neither is what is no record.
    pub fn restore(&mut self, now: Instant, wall: UnixMillis, record: &[u8]) -> bool {
        let Some((entry, url, id)) = read(record) else { return false };
        if self.waiting.find(entry.serial).is_some() {
            return false;
        }
        let left = Millis(entry.expires.as_millis().saturating_sub(wall.0));
        if left.0 == 0 || left > self.longest() {
            self.count_expired();
            return false;
        }
        self.take_serial(entry.serial);
        let entry = Entry { due: now, expires: now.after(left), ..entry };
        self.append(entry, [Url::plain(url), Url::plain(id)]);
        true
    }
}

impl Kind {
    fn parts(self) -> (u8, u8, u32) {
        match self {
            Self::View => (0, 0, 0),
            Self::Click(Method::Post) => (1, 0, 0),
            Self::Click(Method::Get) => (2, 0, 0),
            Self::Vote(length) => (3, 0, length.into()),
            Self::FeedbackByToken => (4, 0, 0),
            Self::FeedbackById(Kept { clicked, number_follow_ups, is_sponsor_mentioned }) => {
                (5, u8::from(clicked) | u8::from(is_sponsor_mentioned) << 1, number_follow_ups)
            }
        }
    }

    fn of(kind: u8, flags: u8, number: u32) -> Option<Self> {
        Some(match kind {
            0 => Self::View,
            1 => Self::Click(Method::Post),
            2 => Self::Click(Method::Get),
            3 => Self::Vote(u16::try_from(number).ok()?),
            4 => Self::FeedbackByToken,
            5 => Self::FeedbackById(Kept {
                clicked: flags & 1 != 0,
                number_follow_ups: number,
                is_sponsor_mentioned: flags & 2 != 0,
            }),
            _ => return None,
        })
    }

    /// Whether it is sent to a URL of its own.
    fn has_url(self) -> bool {
        matches!(self, Self::View | Self::Click(_) | Self::Vote(_))
    }
}

/// A report, its URL or id, and the option of a vote. It expires by the time of day.
fn read(record: &[u8]) -> Option<(Entry, &str, &str)> {
    let (header, text) = record.split_at_checked(RECORD_HEADER)?;
    let header: &[u8; RECORD_HEADER] = header.try_into().ok()?;
    let &[version, s0, s1, m0, m1, kind, flags, n0, n1, n2, n3, ref expires @ ..] = header;
    let kind = Kind::of(kind, flags, u32::from_le_bytes([n0, n1, n2, n3]))?;
    let text = as_text(text).filter(|text| !text.is_empty())?;
    let (url, id) = match kind {
        Kind::Vote(length) => text.split_at_checked(length.into())?,
        _ => (text, ""),
    };
    if version != VERSION || kind.has_url() && !Url::plain(url).keeps_rule() {
        return None;
    }
    let expires = Instant::from_millis(u64::from_le_bytes(*expires));
    let (serial, mark) = (u16::from_le_bytes([s0, s1]), u16::from_le_bytes([m0, m1]));
    Some((Entry { kind, mark, end: 0, tries: 0, serial, due: expires, expires }, url, id))
}

const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::super::engagement::{Feedback, PromptClick};
    use super::*;
    use crate::request::Interaction;

    type Small = Outbox<4, 256>;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    const NOON: UnixMillis = UnixMillis(1_777_885_200_000);

    fn filled() -> Small {
        let mut outbox = Small::new();
        let url = "https://e.example/c";
        outbox.prompt_click(at(1000), PromptClick { url, mark: 7 });
        let told =
            Interaction { number_follow_ups: 3, summary: "secret", ..Interaction::default() };
        outbox.feedback(at(2000), Feedback::Id("s1"), Interaction { clicked: true, ..told });
        outbox
    }

    fn records(outbox: &Small, now: Instant, wall: UnixMillis) -> Vec<Vec<u8>> {
        let record = |serial| outbox.record(serial, now, wall, &mut [0; 100]).unwrap().to_vec();
        outbox.serials().map(record).collect()
    }

    #[test]
    fn what_is_restored_is_what_was_kept() {
        let kept = records(&filled(), at(3000), NOON);
        assert!(!kept.concat().windows(6).any(|bytes| bytes == b"secret"));
        let (mut outbox, later) = (Small::new(), UnixMillis(NOON.0 + 60_000));
        for record in &kept {
            assert!(outbox.restore(at(5), later, record));
            assert!(!outbox.restore(at(5), later, record), "it waits already");
        }
        assert_eq!(records(&outbox, at(5), later), kept);
        assert_eq!(outbox.serials().collect::<Vec<_>>(), [0, 1]);
        outbox.prompt_click(at(5), PromptClick { url: "https://e.example/d", mark: 8 });
        assert_eq!(outbox.serials().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn what_is_too_old_or_of_an_impossible_time_is_not_taken() {
        let kept = records(&filled(), at(3000), NOON);
        for wall in [NOON.0 + 898_000, NOON.0 + 86_400_000, NOON.0 - 10_000, 0] {
            let mut outbox = Small::new();
            assert!(!outbox.restore(at(5), UnixMillis(wall), &kept[0]), "{wall}");
            assert_eq!((outbox.counts().expired, outbox.len()), (1, 0));
        }
    }

    #[test]
    fn what_is_no_record_is_not_taken() {
        let good = records(&filled(), at(3000), NOON).remove(0);
        let mut outbox = Small::new();
        for cut in 0..=RECORD_HEADER {
            assert!(!outbox.restore(at(5), NOON, &good[..cut]));
            assert_eq!(Small::serial_of(&good[..cut]), None);
        }
        for (place, byte) in [(0, 2), (5, 9), (19, b'f'), (24, 0xff)] {
            let mut record = good.clone();
            record[place] = byte;
            assert!(!outbox.restore(at(5), NOON, &record), "{place}");
        }
        assert!(outbox.is_empty() && outbox.restore(at(5), NOON, &good));
    }
}
