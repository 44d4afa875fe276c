//! What survives a restart: how far a conversation is, what a person was shown, how the platform was.
//!
//! Behind `session`, for programs that store it. One small JSON array, written by serde-json-core on a device and read by
//! serde_json on a server, or the other way round. It holds no moments, only times that are left and the wall time if it is
//! known; no id, no tracker, no key.

use crate::error::SnapshotError;
use crate::pacing::{KeptHealth, KeptRate, KeptUser, Lent};
use crate::request::BufferTooSmall;
use crate::session::{KeptSession, Session};
use crate::time::{Instant, Millis, UnixMillis};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

/// Bytes that a snapshot takes at most.
pub const MAX_SNAPSHOT_BYTES: usize = 256;

/// The state of a conversation and of what was lent to it.
///
/// Store it when a request is handed out, before it is sent, and when a person opts out or a turn is sensitive. With that
/// alone no cap is ever exceeded and no ad comes too early: a request and an ad on screen whose end is not stored count as
/// seen. Store it after each turn as well, and no ad comes too late.
///
/// ```
/// use thrads_core::{Family, Instant, Lent, Policy, Rate, Session, Snapshot, User, Caps};
///
/// let caps = Caps { hour: 4, ..Caps::default() };
/// let (mut rate, mut user) = (Rate::default(), User::new(caps));
/// let mut session = Session::new(Family::Ssp, Policy::device(3, 5));
/// session.on_turn();
/// let mut lent = Lent { rate: &mut rate, health: None, user: Some(&mut user) };
/// let mut text = [0; 256];
/// let length = Snapshot::take(Instant::from_millis(70_000), None, "chat_77aa", &session, &lent).to_json(&mut text).unwrap();
///
/// // After a restart, into values that are made as ever.
/// let mut session = Session::new(Family::Ssp, Policy::device(3, 5));
/// let snapshot = Snapshot::from_json(&text[..length])?;
/// snapshot.restore(Instant::from_millis(12), None, "chat_77aa", &mut session, &mut lent)?;
/// assert_eq!(session.turn(), 1);
/// # Ok::<(), thrads_core::SnapshotError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Snapshot {
    wall: Option<u64>,
    /// A hash of the chat's id.
    chat: u32,
    session: KeptSession,
    user: Option<KeptUser>,
    rate: Option<KeptRate>,
    health: Option<KeptHealth>,
    checksum: u32,
}

impl Snapshot {
    /// The state at `now`; `wall` is the time of day if it is known. Of what is not lent nothing is taken.
    pub fn take(
        now: Instant,
        wall: Option<UnixMillis>,
        chat_id: &str,
        session: &Session,
        lent: &Lent<'_>,
    ) -> Self {
        let snapshot = Self {
            wall: wall.map(|wall| wall.0),
            chat: hash(chat_id.as_bytes()),
            session: session.keep(),
            user: lent.user.as_ref().map(|user| user.keep(now)),
            rate: Some(lent.rate.keep(now)),
            health: lent.health.as_ref().map(|health| health.keep(now)),
            checksum: 0,
        };
        Self { checksum: snapshot.sum(), ..snapshot }
    }

    /// Writes it to the front of `buffer` and returns its length; [`MAX_SNAPSHOT_BYTES`] are always enough.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with `buffer` partly written.
    pub fn to_json(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        serde_json_core::to_slice(self, buffer)
            .map_err(|_| BufferTooSmall { needed: MAX_SNAPSHOT_BYTES })
    }

    /// Reads what [`to_json`](Self::to_json) of this version or the one before has written. White space may be around it.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Version`] if another version wrote it, [`SnapshotError::Damaged`] if it is not what was written.
    pub fn from_json(text: &[u8]) -> Result<Self, SnapshotError> {
        match serde_json_core::from_slice::<Self>(text) {
            Ok((snapshot, length))
                if text.get(length..).unwrap_or_default().trim_ascii().is_empty() =>
            {
                snapshot.check().map(|()| snapshot)
            }
            _ if is_foreign_version(text) => Err(SnapshotError::Version),
            _ => Err(SnapshotError::Damaged),
        }
    }

    /// Brings a session that has just been made to where the snapshot's was, and what is lent with it.
    ///
    /// The time between is known if both wall times are; otherwise none has passed, so that holds last too long rather than
    /// not long enough. A wall clock that has gone back says that none has passed; one that is off by a year ahead has let
    /// all holds pass.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Damaged`] with nothing changed. [`SnapshotError::OtherChat`] and [`SnapshotError::TooOld`], which is
    /// a day, leave the session as it was; the person and the key are restored all the same, since they are not the chat's.
    pub fn restore(
        &self,
        now: Instant,
        wall: Option<UnixMillis>,
        chat_id: &str,
        session: &mut Session,
        lent: &mut Lent<'_>,
    ) -> Result<(), SnapshotError> {
        self.check()?;
        let away = match (self.wall, wall) {
            (Some(then), Some(now)) => Millis(now.0.saturating_sub(then)),
            _ => Millis(0),
        };
        let passed = u32::try_from(away.0).unwrap_or(u32::MAX);
        if let (Some(user), Some(kept)) = (&mut lent.user, self.user) {
            user.restore(now, kept, passed);
        }
        if let Some(kept) = self.rate {
            lent.rate.restore(now, kept, passed);
        }
        if let (Some(health), Some(kept)) = (&mut lent.health, self.health) {
            health.restore(now, kept, passed);
        }
        if self.chat != hash(chat_id.as_bytes()) {
            return Err(SnapshotError::OtherChat);
        }
        if away > MAX_AGE {
            return Err(SnapshotError::TooOld);
        }
        session.restore(self.session);
        Ok(())
    }

    fn check(&self) -> Result<(), SnapshotError> {
        if self.checksum == self.sum() { Ok(()) } else { Err(SnapshotError::Damaged) }
    }

    /// The hash of everything before the checksum, as numbers; an absent one differs from every number.
    fn sum(&self) -> u32 {
        let KeptSession { turn, last_ad, seen, is_sensitive, saved, missed } = self.session;
        let mut sum = Sum::new();
        sum.add(self.wall);
        for value in [Some(self.chat), Some(turn), last_ad] {
            sum.add(value.map(u64::from));
        }
        for value in [seen.into(), u16::from(is_sensitive), saved, missed] {
            sum.add(Some(value.into()));
        }
        sum.add_part(self.user.map(|kept| kept.numbers()));
        sum.add_part(self.rate.map(|kept| kept.numbers()));
        sum.add_part(self.health.map(|kept| kept.numbers()));
        sum.0
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { wall, chat, session, user, rate, health, checksum } = self;
        (VERSION, wall, chat, session, user, rate, health, checksum).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Versions)
    }
}

/// Reads the versions that are known, each by its first element.
struct Versions;

impl<'de> Visitor<'de> for Versions {
    type Value = Snapshot;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the array of a snapshot")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Snapshot, A::Error> {
        let snapshot = match next::<_, u8>(&mut seq)? {
            // It knew a conversation's turns and nothing else.
            1 => {
                let (wall, chat) = (next(&mut seq)?, next(&mut seq)?);
                let session = KeptSession::of_turns(next(&mut seq)?, next(&mut seq)?);
                let (user, rate, health) = (None, None, None);
                let checksum = next(&mut seq)?;
                Snapshot { wall, chat, session, user, rate, health, checksum }
            }
            VERSION => Snapshot {
                wall: next(&mut seq)?,
                chat: next(&mut seq)?,
                session: next(&mut seq)?,
                user: next(&mut seq)?,
                rate: next(&mut seq)?,
                health: next(&mut seq)?,
                checksum: next(&mut seq)?,
            },
            _ => return Err(de::Error::custom("another version")),
        };
        match seq.next_element::<u8>()? {
            None => Ok(snapshot),
            Some(_) => Err(de::Error::custom("more than a snapshot")),
        }
    }
}

fn next<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?.ok_or_else(|| de::Error::custom("less than a snapshot"))
}

/// Whether it begins as a snapshot of a version that is not known.
fn is_foreign_version(text: &[u8]) -> bool {
    let Some(rest) = text.trim_ascii_start().strip_prefix(b"[") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    !matches!(rest.get(..digits), None | Some(b"" | b"1" | b"2"))
}

fn hash(bytes: &[u8]) -> u32 {
    let mut sum = Sum::new();
    sum.add_bytes(bytes);
    sum.0
}

/// FNV-1a of 32 bits: one multiplication a byte, and a change of one byte always shows.
struct Sum(u32);

impl Sum {
    const fn new() -> Self {
        Self(0x811c_9dc5)
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    fn add_part<const N: usize>(&mut self, numbers: Option<[u32; N]>) {
        match numbers {
            Some(numbers) => numbers.into_iter().for_each(|number| self.add(Some(number.into()))),
            None => self.add(None),
        }
    }

    fn add(&mut self, value: Option<u64>) {
        self.add_bytes(&[value.is_some().into()]);
        self.add_bytes(&value.unwrap_or(0).to_le_bytes());
    }
}

/// The first element. Raise it with each change of what is stored, and keep reading the one before.
const VERSION: u8 = 2;
/// A conversation that has not gone on for a day is over.
const MAX_AGE: Millis = Millis::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ApiKey, Environment, Family, Publisher};
    use crate::head::Head;
    use crate::pacing::{Caps, Health, Policy, Rate, User};
    use crate::request::{BidRequest, Call, EndUser};
    use crate::session::Step;

    const CAPS: Caps = Caps { conversation: 3, hour: 2, day: 5, gap_secs: 60 };
    const NINE: UnixMillis = UnixMillis(1_777_885_200_000);

    struct Device {
        session: Session,
        rate: Rate,
        health: Health,
        user: User,
    }

    impl Device {
        fn new() -> Self {
            Self {
                session: Session::new(Family::Ssp, Policy::device(3, 5)),
                rate: Rate::new(40),
                health: Health::new(1),
                user: User::new(CAPS),
            }
        }

        fn lend(&mut self) -> (&mut Session, Lent<'_>) {
            let Self { session, rate, health, user } = self;
            (session, Lent { rate, health: Some(health), user: Some(user) })
        }

        /// Four turns, and an ad on the third that was seen at 20 s.
        fn talk(&mut self) {
            let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
            let (session, mut lent) = self.lend();
            (0..3).for_each(|_| session.on_turn());
            let person = EndUser::this_device("kiosk/1.0").unwrap();
            let opener = Call::Bid(BidRequest::opener("u", person).unwrap());
            let (ask, no_wait) = (at(19_000), Millis(0));
            let step = session.poll_request(ask, lent.reborrow(), no_wait, &publisher, opener);
            assert!(matches!(step, Step::Send { .. }));
            let mut body = *br#"{"data":{"bid":{"headline":"H","url":"https://s.example/r"}}}"#;
            session.handle_response(&Head::new(200), &mut body);
            assert!(session.on_seen(at(20_000), lent.reborrow()));
            session.on_turn();
        }

        fn take(&mut self, now: u64, wall: Option<UnixMillis>) -> Snapshot {
            let (session, lent) = self.lend();
            Snapshot::take(at(now), wall, "chat", session, &lent)
        }

        fn restored(
            snapshot: &Snapshot,
            wall: Option<UnixMillis>,
            chat: &str,
        ) -> (Self, Result<(), SnapshotError>) {
            let mut device = Self::new();
            let (session, mut lent) = device.lend();
            let result = snapshot.restore(at(5), wall, chat, session, &mut lent);
            (device, result)
        }

        /// Milliseconds for which the person's caps hold, at 5 ms.
        fn held(&mut self) -> u64 {
            match self.user.check(at(5), self.session.keep().seen).map(|hold| hold.until) {
                Some(crate::Until::At(until)) => until.since(at(5)).0,
                None => 0,
                other => panic!("{other:?}"),
            }
        }
    }

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn json(snapshot: &Snapshot) -> Vec<u8> {
        let mut text = [0; MAX_SNAPSHOT_BYTES];
        let length = snapshot.to_json(&mut text).unwrap();
        text[..length].to_vec()
    }

    #[test]
    fn a_device_goes_on_where_it_was() {
        let mut device = Device::new();
        device.talk();
        let snapshot = Snapshot::from_json(&json(&device.take(30_000, None))).unwrap();
        let (mut restored, result) = Device::restored(&snapshot, None, "chat");
        assert_eq!((result, restored.session.keep()), (Ok(()), device.session.keep()));
        assert_eq!((restored.session.turn(), restored.held()), (4, 50_000));
    }

    #[test]
    fn time_away_counts_only_if_it_is_known() {
        let mut device = Device::new();
        device.talk();
        let later = UnixMillis(NINE.0 + 15_000);
        for (then, now, held) in [
            (Some(NINE), Some(later), 35_000),
            (None, Some(later), 50_000),
            (Some(NINE), None, 50_000),
            (Some(later), Some(NINE), 50_000),
            (Some(NINE), Some(UnixMillis(NINE.0 + 60_000)), 0),
        ] {
            let (mut restored, _) = Device::restored(&device.take(30_000, then), now, "chat");
            assert_eq!(restored.held(), held, "{then:?} {now:?}");
        }
    }

    #[test]
    fn what_was_under_way_counts_as_served_and_seen() {
        let mut device = Device::new();
        let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
        let (session, lent) = device.lend();
        (0..3).for_each(|_| session.on_turn());
        let messages = [(crate::Role::User, "q"), (crate::Role::Assistant, "a")]
            .map(|(role, content)| crate::Message { role, content, timestamp: None });
        let said = crate::Conversation::new(&messages).unwrap();
        let person = EndUser::this_device("kiosk/1.0").unwrap();
        let bid = Call::Bid(BidRequest::contextual("u", "chat", said, person).unwrap());
        session.poll_request(at(0), lent, Millis(0), &publisher, bid);
        let (mut restored, _) = Device::restored(&device.take(1, None), None, "chat");
        let kept = restored.session.keep();
        assert_eq!((kept.last_ad, kept.seen, restored.held()), (Some(3), 1, 60_000));
    }

    #[test]
    fn another_chat_and_an_old_one_start_afresh_but_the_person_does_not() {
        let mut device = Device::new();
        device.talk();
        device.user.opt_out();
        let snapshot = device.take(30_000, Some(NINE));
        let day = UnixMillis(NINE.0 + 86_400_001);
        for (wall, chat, error) in
            [(None, "other", SnapshotError::OtherChat), (Some(day), "chat", SnapshotError::TooOld)]
        {
            let (restored, result) = Device::restored(&snapshot, wall, chat);
            assert_eq!((result, restored.session.turn()), (Err(error), 0));
            assert!(restored.user.is_opted_out());
        }
    }

    #[test]
    fn a_refused_key_and_a_back_off_survive() {
        let mut device = Device::new();
        device.health.on_verdict(at(0), crate::pacing::Verdict::KeyRefused, false);
        device.rate.observe(at(0), None, &Head::new(429));
        let (mut restored, _) = Device::restored(&device.take(400, None), None, "chat");
        let until = |left: u64| Some(crate::Until::At(at(5 + left)));
        assert_eq!(restored.health.check(at(5)).map(|hold| hold.until), until(599_600));
        assert_eq!(restored.rate.check(at(5)).map(|hold| hold.until), until(600));
    }

    #[test]
    fn the_longest_snapshot_fits() {
        let most = Snapshot {
            wall: Some(u64::MAX),
            chat: u32::MAX,
            session: (u32::MAX, Some(u32::MAX), u8::MAX, 1, u16::MAX, u16::MAX).into(),
            user: Some((u32::MAX, u32::MAX, u32::MAX, u8::MAX, u8::MAX, u8::MAX, 1).into()),
            rate: Some((u32::MAX, u32::MAX, u32::MAX).into()),
            health: Some((1, u32::MAX, u8::MAX).into()),
            checksum: u32::MAX,
        };
        assert!(json(&most).len() <= 200, "{}", json(&most).len());
    }

    #[test]
    fn serde_json_reads_what_a_device_writes_and_the_other_way_round() {
        let mut device = Device::new();
        device.talk();
        for snapshot in [device.take(30_000, Some(NINE)), Device::new().take(0, None)] {
            let text = json(&snapshot);
            assert_eq!(serde_json::from_slice::<Snapshot>(&text).unwrap(), snapshot);
            assert_eq!(serde_json::to_vec(&snapshot).unwrap(), text);
            let pretty = serde_json::to_vec_pretty(&snapshot).unwrap();
            assert_eq!(Snapshot::from_json(&pretty), Ok(snapshot));
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn no_damage_of_a_byte_or_an_end_goes_unnoticed() {
        let mut device = Device::new();
        device.talk();
        let snapshot = device.take(30_000, Some(NINE));
        let text = json(&snapshot);
        for at in 0..text.len() {
            assert!(Snapshot::from_json(&text[..at]).is_err(), "cut at {at}");
            for byte in 0..=255 {
                let mut damaged = text.clone();
                damaged[at] = byte;
                let read = Snapshot::from_json(&damaged);
                assert!(read.is_err() || read == Ok(snapshot), "{byte} at {at}");
            }
        }
        for text in ["", "[", "null", "{}", "[2]", "[2,null]"] {
            assert_eq!(Snapshot::from_json(text.as_bytes()), Err(SnapshotError::Damaged), "{text}");
        }
    }

    #[test]
    fn the_version_before_is_read_and_others_are_refused() {
        let written = b"[1,1777885200000,440920331,7,3,2470436171]";
        let snapshot = Snapshot::from_json(written).unwrap();
        let (restored, result) = Device::restored(&snapshot, None, "abc");
        let kept = restored.session.keep();
        assert_eq!((result, kept.turn, kept.last_ad), (Ok(()), 7, Some(3)));
        for text in ["[3,null]", "[0,1]", " [25]", "[12"] {
            assert_eq!(Snapshot::from_json(text.as_bytes()), Err(SnapshotError::Version), "{text}");
        }
    }
}
