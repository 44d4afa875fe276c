//! Who may ask, how often, and each thing once.

use super::verdict::RelayVerdict;
use lru::LruCache;
use ring::hmac;
use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime};
use thrads_core::RelayTicket;

/// The devices of a publisher. Their secrets follow from their names, so none is kept.
pub(super) struct Devices {
    secret: hmac::Key,
    per_minute: u32,
    revoked: HashSet<String>,
    seen: LruCache<String, Seen>,
    /// Milliseconds since 1970: no ticket from before is good, since nobody here knows whether it was used.
    since: u64,
}

/// What is remembered of a device.
#[derive(Clone, Copy)]
struct Seen {
    /// The time of its last ticket.
    last: u64,
    minute: u64,
    requests: u32,
}

impl Devices {
    /// `None` if the secret is shorter than 32 bytes.
    pub(super) fn new(secret: &[u8], per_minute: u32) -> Option<Self> {
        if secret.len() < SECRET_BYTES {
            return None;
        }
        Some(Self {
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret),
            per_minute,
            revoked: HashSet::new(),
            seen: LruCache::new(MAX_DEVICES),
            since: millis(SystemTime::now()),
        })
    }

    pub(super) fn pass(&self, device: &str) -> Option<String> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=MAX_NAME_BYTES).contains(&device.len()) || !device.bytes().all(is_name) {
            return None;
        }
        let secret = self.secret_of(device);
        let digits = secret.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Some(digits.fold(format!("{device}."), |pass, digits| pass + &digits))
    }

    pub(super) fn revoke(&mut self, device: &str) {
        self.revoked.insert(device.to_owned());
    }

    /// Whether this ticket is good at `now`; it is used up then.
    pub(super) fn admit(
        &mut self,
        ticket: &RelayTicket<'_>,
        body: &[u8],
        signature: &str,
        now: SystemTime,
    ) -> Result<(), RelayVerdict> {
        if !self.is_signed(ticket, body, signature) || self.revoked.contains(ticket.device) {
            return Err(RelayVerdict::Forged);
        }
        let now = millis(now);
        let time = u64::from_str_radix(ticket.time, 16).map_err(|_| RelayVerdict::Late)?;
        if time < self.since || time.abs_diff(now) > GOOD_FOR.as_millis() as u64 {
            return Err(RelayVerdict::Late);
        }
        let new = || Seen { last: 0, minute: 0, requests: 0 };
        let seen = self.seen.get_or_insert_mut(ticket.device.to_owned(), new);
        if time <= seen.last {
            return Err(RelayVerdict::Replayed);
        }
        seen.last = time;
        let minute = now / 60_000;
        if seen.minute != minute {
            (seen.minute, seen.requests) = (minute, 0);
        }
        if seen.requests >= self.per_minute {
            return Err(RelayVerdict::Limited);
        }
        seen.requests += 1;
        Ok(())
    }

    fn is_signed(&self, ticket: &RelayTicket<'_>, body: &[u8], signature: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret_of(ticket.device).as_ref());
        let mut signed = Vec::new();
        ticket.sign(|part| signed.extend_from_slice(part));
        signed.extend_from_slice(body);
        unhex(signature).is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
    }

    fn secret_of(&self, device: &str) -> hmac::Tag {
        hmac::sign(&self.secret, &[PURPOSE, device.as_bytes()].concat())
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

const PURPOSE: &[u8] = b"thrads relay device 1\n";
const SECRET_BYTES: usize = 32;
const MAX_NAME_BYTES: usize = 32;
/// How long a ticket is good, and how wrong a device's clock may be.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// Devices that are remembered. Only those with a pass are.
const MAX_DEVICES: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = &[7; 32];

    fn devices() -> Devices {
        Devices { since: 0, ..Devices::new(SECRET, 3).unwrap() }
    }

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    /// A ticket of `device`, signed by itself at `time`, that comes at `now`.
    fn hand_in(
        devices: &mut Devices,
        device: &str,
        time: u64,
        now: u64,
    ) -> Result<(), RelayVerdict> {
        let time = format!("{time:016x}");
        let ticket = RelayTicket { device, time: &time, call: "GET", target: "t", user_agent: "u" };
        let key = hmac::Key::new(hmac::HMAC_SHA256, devices.secret_of(device).as_ref());
        let mut signed = Vec::new();
        ticket.sign(|part| signed.extend_from_slice(part));
        let tag = hmac::sign(&key, &signed);
        let signature: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        devices.admit(&ticket, b"", &signature, at(now))
    }

    #[test]
    fn a_ticket_is_good_once_and_no_earlier_one_after_it() {
        let mut devices = devices();
        assert_eq!(hand_in(&mut devices, "a", 1_000_000, 1_000_000), Ok(()));
        for earlier in [1_000_000, 999_999] {
            let again = hand_in(&mut devices, "a", earlier, 1_000_000);
            assert_eq!(again, Err(RelayVerdict::Replayed));
        }
        assert_eq!(hand_in(&mut devices, "b", 999_999, 1_000_000), Ok(()));
    }

    #[test]
    fn a_ticket_of_another_time_is_not_taken() {
        let mut devices = devices();
        for time in [699_999, 1_300_001] {
            let late = hand_in(&mut devices, "a", time, 1_000_000);
            assert_eq!(late, Err(RelayVerdict::Late));
        }
        devices.since = 1_000_000;
        assert_eq!(hand_in(&mut devices, "a", 999_999, 1_000_000), Err(RelayVerdict::Late));
        assert_eq!(hand_in(&mut devices, "a", 1_000_000, 1_000_000), Ok(()));
    }

    #[test]
    fn a_device_has_its_requests_a_minute() {
        let mut devices = devices();
        for time in 0..3 {
            assert_eq!(hand_in(&mut devices, "a", 60_000 + time, 60_000), Ok(()));
        }
        assert_eq!(hand_in(&mut devices, "a", 60_004, 60_000), Err(RelayVerdict::Limited));
        assert_eq!(hand_in(&mut devices, "b", 60_004, 60_000), Ok(()));
        assert_eq!(hand_in(&mut devices, "a", 60_005, 120_000), Ok(()));
    }

    #[test]
    fn nothing_that_is_signed_can_be_changed_and_nobody_signs_for_another() {
        let mut devices = devices();
        let ticket =
            RelayTicket { device: "a", time: "1", call: "POST", target: "t", user_agent: "u" };
        let key = hmac::Key::new(hmac::HMAC_SHA256, devices.secret_of("a").as_ref());
        let mut signed = Vec::new();
        ticket.sign(|part| signed.extend_from_slice(part));
        let tag = hmac::sign(&key, &[&signed[..], b"body"].concat());
        let good: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        for changed in [
            RelayTicket { device: "b", ..ticket },
            RelayTicket { time: "2", ..ticket },
            RelayTicket { call: "GET", ..ticket },
            RelayTicket { target: "u", ..ticket },
            RelayTicket { user_agent: "t", ..ticket },
        ] {
            let forged = devices.admit(&changed, b"body", &good, at(1));
            assert_eq!(forged, Err(RelayVerdict::Forged));
        }
        for signature in ["", "00", &good[2..], &good.replace(&good[..2], "+0"), "é"] {
            let forged = devices.admit(&ticket, b"body", signature, at(1));
            assert_eq!(forged, Err(RelayVerdict::Forged), "{signature}");
        }
        assert_eq!(devices.admit(&ticket, b"b0dy", &good, at(1)), Err(RelayVerdict::Forged));
        assert_eq!(devices.admit(&ticket, b"body", &good, at(1)), Ok(()));
        devices.revoke("a");
        assert_eq!(hand_in(&mut devices, "a", 2, 2), Err(RelayVerdict::Forged));
    }

    #[test]
    fn passes_are_for_names_that_a_header_can_carry_and_their_secrets_differ() {
        let devices = devices();
        let [a, b] = ["a", "b"].map(|name| devices.pass(name).unwrap());
        assert_eq!((a.len(), &a[..2], a[2..] == b[2..]), (66, "a.", false));
        for name in ["", "a b", "a.b", "ä", &"k".repeat(33)] {
            assert_eq!(devices.pass(name), None, "{name}");
        }
        assert!(Devices::new(&[7; 31], 3).is_none());
    }
}
