//! What a publisher and its people are called in Redis: keyed hashes, from which neither a key nor an id can be told.
//!
//! Part of `fleet`. The braces keep all keys of a publisher on one node of a cluster.

use ring::{digest, hmac};
use std::fmt;
use thrads_core::ApiKey;

/// Makes names with the API key as the key of an HMAC-SHA256 over fixed labels, cut to 128 bits.
pub(super) struct Names {
    keyed: hmac::Key,
    publisher: String,
}

/// A hash of a person's id. It stays in this process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PersonId([u8; 16]);

impl Names {
    pub(super) fn new(key: &ApiKey) -> Self {
        let keyed = hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes());
        let publisher = hex(hmac::sign(&keyed, LABEL).as_ref());
        Self { keyed, publisher }
    }

    /// Of the publisher, such as its `rate`.
    pub(super) fn of(&self, what: &str) -> String {
        format!("thrads:{{{}}}:{what}", self.publisher)
    }

    pub(super) fn person(&self, PersonId(id): PersonId) -> String {
        self.of(&format!("person:{}", self.hash(PERSON_LABEL, &id)))
    }

    pub(super) fn chat(&self, id: &str) -> String {
        self.of(&format!("chat:{}", self.hash(CHAT_LABEL, id.as_bytes())))
    }

    /// Of a token, and what is kept of it.
    pub(super) fn token(&self, token: &str, what: &str) -> String {
        self.of(&format!("token:{}:{what}", self.hash(TOKEN_LABEL, token.as_bytes())))
    }

    fn hash(&self, label: &[u8], id: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.keyed);
        context.update(label);
        context.update(id);
        hex(context.sign().as_ref())
    }
}

impl PersonId {
    pub(crate) fn of(id: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, id.as_bytes());
        Self(std::array::from_fn(|at| hash.as_ref()[at]))
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonId")
    }
}

fn hex(tag: &[u8]) -> String {
    tag.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

const LABEL: &[u8] = b"thrads-std fleet";
const PERSON_LABEL: &[u8] = b"thrads-std person";
const CHAT_LABEL: &[u8] = b"thrads-std chat";
const TOKEN_LABEL: &[u8] = b"thrads-std token";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_every_process_and_hold_neither_key_nor_id() {
        let names = |key| Names::new(&ApiKey::new(key).unwrap());
        let rate = names("sandbox-staging").of("rate");
        assert_eq!(rate, names("sandbox-staging\n").of("rate"));
        assert_ne!(rate, names("sandbox-production").of("rate"));
        assert_eq!(rate.len(), "thrads:{}:rate".len() + 32);
        let person = |key, id| names(key).person(PersonId::of(id));
        assert_eq!(person("k", "ann"), person("k", "ann"));
        assert_ne!(person("k", "ann"), person("k", "bob"));
        // Who has one publisher's names cannot look its people up in another's.
        assert_ne!(
            person("k", "ann").split_once("person"),
            person("l", "ann").split_once("person")
        );
        assert!(person("k", "ann").len() == "thrads:{}:person:".len() + 64);
        let chat = names("k").chat("ann");
        assert!(chat.len() == "thrads:{}:chat:".len() + 64 && !chat.contains("ann"));
        assert!(!person("k", "ann").ends_with(chat.rsplit(':').next().unwrap()));
    }
}
