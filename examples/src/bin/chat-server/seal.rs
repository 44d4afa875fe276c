//! Sealed tokens: how an impression leaves the process and comes back, and how a person is named to the platform.
//!
//! A token says which offer and until when; its HMAC-SHA256 is over that and the person's own cookie, so that it is worth
//! nothing to anybody else. Nothing in it names an ad, a price or a tracker.

use crate::random::random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::{Duration, SystemTime};
use thrads_core::ApiKey;

/// Who talks: 128 random bits in a cookie.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Visitor([u8; 16]);

/// An offer that is on somebody's screen.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OfferId([u8; 16]);

/// Why a token is not redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not sealed here, or not for this person.
    Forged,
    /// Its time is over.
    Late,
    /// It was redeemed before.
    Spent,
    /// Whether it was redeemed before cannot be known now.
    Unsure,
}

/// Seals tokens with a secret of its own.
pub(crate) struct Seal {
    keyed: Hmac<Sha256>,
}

impl Seal {
    /// A seal that ends with the process.
    pub(crate) fn new() -> Self {
        Self::keyed(&random::<32>())
    }

    /// The seal of all processes that have a publisher's key. What it seals says nothing of the key.
    pub(crate) fn of_fleet(key: &ApiKey) -> Self {
        let mut derived = Self::keyed(key.expose().as_bytes()).keyed;
        derived.update(b"chat-server seal");
        Self::keyed(&derived.finalize().into_bytes())
    }

    fn keyed(secret: &[u8]) -> Self {
        Self { keyed: Hmac::new_from_slice(secret).expect("any length is a key") }
    }

    /// A token for `offer` that only `visitor` can redeem, and not after `until`.
    pub(crate) fn token(&self, visitor: Visitor, offer: OfferId, until: SystemTime) -> String {
        let until = unix_millis(until).to_be_bytes();
        let mac = self.mac(b"impression", [&offer.0, &until[..], &visitor.0]);
        URL_SAFE_NO_PAD.encode([&offer.0, &until[..], &mac[..]].concat())
    }

    /// The offer that `visitor` saw, if the token is good at `now`.
    pub(crate) fn open(
        &self,
        visitor: Visitor,
        token: &str,
        now: SystemTime,
    ) -> Result<OfferId, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| Refusal::Forged)?;
        let (offer, rest) = bytes.split_first_chunk::<16>().ok_or(Refusal::Forged)?;
        let (until, mac) = rest.split_first_chunk::<8>().ok_or(Refusal::Forged)?;
        let fed = self.feed(b"impression", [&offer[..], &until[..], &visitor.0]);
        fed.verify_slice(mac).map_err(|_| Refusal::Forged)?;
        if unix_millis(now) > u64::from_be_bytes(*until) {
            return Err(Refusal::Late);
        }
        Ok(OfferId(*offer))
    }

    /// What the platform calls the visitor: stable, and no way back to the cookie (wire contract 5, *userId*).
    pub(crate) fn user_id(&self, visitor: Visitor) -> String {
        let mac = self.mac(b"user", [&visitor.0, &[], &[]]);
        format!("user_{}", hex(&mac[..16]))
    }

    fn mac(&self, purpose: &[u8], parts: [&[u8]; 3]) -> [u8; 32] {
        self.feed(purpose, parts).finalize().into_bytes().into()
    }

    // Every part has one length for its purpose, and no purpose begins another, so no two inputs run together.
    fn feed(&self, purpose: &[u8], parts: [&[u8]; 3]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(purpose);
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

impl Visitor {
    pub(crate) fn new() -> Self {
        Self(random())
    }

    /// The visitor of a cookie's value.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok().map(Self)
    }

    pub(crate) fn cookie(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl OfferId {
    pub(crate) fn new() -> Self {
        Self(random())
    }

    /// What the page calls it.
    pub(crate) fn name(self) -> String {
        hex(&self.0)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unix_millis(moment: SystemTime) -> u64 {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> (Seal, Visitor, OfferId, SystemTime) {
        (Seal::new(), Visitor::new(), OfferId::new(), SystemTime::now() + Duration::from_secs(9))
    }

    #[test]
    fn a_token_opens_for_its_own_visitor_until_its_time_is_over() {
        let (seal, visitor, offer, until) = sealed();
        let token = seal.token(visitor, offer, until);
        assert!(seal.open(visitor, &token, until).is_ok_and(|opened| opened == offer));
        let later = until + Duration::from_millis(2);
        assert!(seal.open(visitor, &token, later) == Err(Refusal::Late));
        assert!(seal.open(Visitor::new(), &token, until) == Err(Refusal::Forged));
        assert!(Seal::new().open(visitor, &token, until) == Err(Refusal::Forged));
    }

    #[test]
    fn processes_of_a_fleet_open_what_any_of_them_sealed() {
        let (.., visitor, offer, until) = sealed();
        let of = |key| Seal::of_fleet(&ApiKey::new(key).unwrap());
        let token = of("k-1").token(visitor, offer, until);
        assert!(of("k-1").open(visitor, &token, until).is_ok_and(|opened| opened == offer));
        assert!(of("k-2").open(visitor, &token, until) == Err(Refusal::Forged));
        assert!(Seal::keyed(b"k-1").open(visitor, &token, until) == Err(Refusal::Forged));
        assert_eq!(of("k-1").user_id(visitor), of("k-1").user_id(visitor));
    }

    #[test]
    fn no_changed_bit_goes_unnoticed() {
        let (seal, visitor, offer, until) = sealed();
        let bytes = URL_SAFE_NO_PAD.decode(seal.token(visitor, offer, until)).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let token = URL_SAFE_NO_PAD.encode(changed);
            assert!(seal.open(visitor, &token, until) == Err(Refusal::Forged), "{bit}");
        }
        for length in 0..bytes.len() {
            let token = URL_SAFE_NO_PAD.encode(&bytes[..length]);
            assert!(seal.open(visitor, &token, until) == Err(Refusal::Forged), "{length}");
        }
        assert!(seal.open(visitor, "not base64!", until) == Err(Refusal::Forged));
    }

    #[test]
    fn the_platform_learns_a_stable_name_that_is_not_the_cookie() {
        let (seal, visitor, ..) = sealed();
        let name = seal.user_id(visitor);
        assert_eq!(name, seal.user_id(visitor));
        assert_ne!(name, seal.user_id(Visitor::new()));
        assert!(!name.contains(&hex(&visitor.0)) && !name.contains(&visitor.cookie()));
        assert!(Visitor::parse(&visitor.cookie()) == Some(visitor));
        assert!(Visitor::parse("short").is_none());
    }
}
