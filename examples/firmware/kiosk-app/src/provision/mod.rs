//! What a device is set up with: entries behind a checksummed head, as they stand in flash; `slots` puts them there.
//!
//! Written over the wire without reflashing.

mod slots;

pub use slots::Slots;

use crc::{CRC_32_ISO_HDLC, Crc};
use heapless::Vec;
use thrads_core::{ApiKey, BaseUrl, Environment, Publisher, Settings};
use thrads_embassy::{Anchor, RelayPass};

/// A kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// The name of the network.
    Ssid = 1,
    /// Its password.
    Password = 2,
    /// The platform's key.
    Key = 3,
    /// The settings, as JSON.
    Settings = 4,
    /// An anchor, in DER; there may be several.
    Anchor = 5,
    /// What the publisher's relay knows the device by.
    RelayPass = 6,
}

/// The entries of a device, as they stand in flash.
pub struct Provision {
    image: [u8; SLOT_BYTES],
    length: usize,
}

/// There is no room for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Provision {
    /// No entry.
    pub const fn new() -> Self {
        Self { image: [0xff; SLOT_BYTES], length: 0 }
    }

    /// The first entry of a kind.
    pub fn get(&self, item: Item) -> Option<&[u8]> {
        self.all(item).next()
    }

    /// The entry as text.
    pub fn text(&self, item: Item) -> Option<&str> {
        core::str::from_utf8(self.get(item)?).ok()
    }

    /// All entries of a kind.
    pub fn all(&self, item: Item) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.payload();
        core::iter::from_fn(move || {
            let (kind, value, behind) = split(rest)?;
            rest = behind;
            Some((kind, value))
        })
        .filter_map(move |(kind, value)| (kind == item as u8).then_some(value))
    }

    /// What the entries make of a publisher and its settings; `None` while something of it is missing.
    pub fn publisher(&self) -> Option<(Publisher, Settings)> {
        let settings = Settings::from_json(self.get(Item::Settings)?).ok()?;
        let key = ApiKey::new(self.text(Item::Key)?).ok()?;
        let environment: Environment = settings.environment;
        Some((Publisher { key, environment, endpoints: settings.endpoints() }, settings))
    }

    /// Where the publisher's relay is, and the device's pass there; `None` without either of them.
    pub fn relay(&self) -> Option<(BaseUrl, RelayPass)> {
        let settings = Settings::from_json(self.get(Item::Settings)?).ok()?;
        Some((settings.relay()?, RelayPass::new(self.text(Item::RelayPass)?)?))
    }

    /// The anchors, as many as there is room for.
    pub fn anchors(&self) -> Vec<Anchor<'_>, MAX_ANCHORS> {
        self.all(Item::Anchor)
            .filter_map(|der| Anchor::from_der(der).ok())
            .take(MAX_ANCHORS)
            .collect()
    }

    /// Adds an entry; one of the same kind is replaced, unless it is an anchor.
    ///
    /// # Errors
    ///
    /// [`Full`], with the entries as they were.
    pub fn put(&mut self, item: Item, value: &[u8]) -> Result<(), Full> {
        let old = if item == Item::Anchor { 0 } else { self.get(item).map_or(0, |v| v.len() + 3) };
        let length = u16::try_from(value.len()).map_err(|_| Full)?;
        if self.length - old + value.len() + 3 > PAYLOAD_BYTES {
            return Err(Full);
        }
        if old > 0 {
            self.remove(item);
        }
        let [low, high] = length.to_le_bytes();
        for byte in [item as u8, low, high].iter().chain(value) {
            self.image[HEAD_BYTES + self.length] = *byte;
            self.length += 1;
        }
        Ok(())
    }

    /// Removes all entries of a kind.
    pub fn remove(&mut self, item: Item) {
        let mut from = 0;
        while let Some((kind, value, _)) = split(&self.payload()[from..]) {
            let size = value.len() + 3;
            if kind == item as u8 {
                let start = HEAD_BYTES + from;
                self.image.copy_within(start + size..HEAD_BYTES + self.length, start);
                self.length -= size;
            } else {
                from += size;
            }
        }
    }

    fn payload(&self) -> &[u8] {
        &self.image[HEAD_BYTES..HEAD_BYTES + self.length]
    }

    /// Writes the head for this place in the order of writing.
    fn seal(&mut self, sequence: u32) {
        let length = self.length as u32;
        let check = checksum(sequence, length, self.payload());
        let words = [MAGIC, sequence, length, check];
        for (place, word) in self.image.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    }

    /// The place in the order of writing, if what was read is whole.
    fn open(&mut self) -> Option<u32> {
        let mut words =
            self.image.chunks_exact(4).map(|word| word.try_into().map_or(0, u32::from_le_bytes));
        let (magic, sequence, length, check) =
            (words.next()?, words.next()?, words.next()?, words.next()?);
        if magic != MAGIC || length as usize > PAYLOAD_BYTES {
            return None;
        }
        self.length = length as usize;
        (checksum(sequence, length, self.payload()) == check).then_some(sequence)
    }
}

impl Default for Provision {
    fn default() -> Self {
        Self::new()
    }
}

/// Kind, value, and what stands behind it.
fn split(entries: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[kind, low, high], rest) = entries.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(u16::from_le_bytes([low, high]).into())?;
    Some((kind, value, rest))
}

fn checksum(sequence: u32, length: u32, payload: &[u8]) -> u32 {
    let crc = Crc::<u32>::new(&CRC_32_ISO_HDLC);
    let mut digest = crc.digest();
    digest.update(&sequence.to_le_bytes());
    digest.update(&length.to_le_bytes());
    digest.update(payload);
    digest.finalize()
}

/// A slot: an erase block of either chip.
pub const SLOT_BYTES: usize = 4096;
/// Anchors of a device at most.
pub const MAX_ANCHORS: usize = 4;
const HEAD_BYTES: usize = 16;
const PAYLOAD_BYTES: usize = SLOT_BYTES - HEAD_BYTES;
const MAGIC: u32 = 0x6b73_696b;

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn with_key(key: &[u8]) -> Provision {
        let mut provision = Provision::new();
        provision.put(Item::Key, key).unwrap();
        provision
    }

    #[test]
    fn entries_are_added_replaced_and_removed() {
        let mut provision = with_key(b"old");
        provision.put(Item::Anchor, b"one").unwrap();
        provision.put(Item::Key, b"newer").unwrap();
        provision.put(Item::Anchor, b"two").unwrap();
        assert_eq!(provision.text(Item::Key), Some("newer"));
        assert_eq!(provision.all(Item::Anchor).collect::<std::vec::Vec<_>>(), [b"one", b"two"]);
        provision.remove(Item::Anchor);
        assert_eq!(provision.all(Item::Anchor).count(), 0);
        assert_eq!(provision.put(Item::Anchor, &[0; SLOT_BYTES]), Err(Full));
        assert_eq!(provision.text(Item::Key), Some("newer"));
    }

    #[test]
    fn a_relay_needs_its_url_and_a_pass() {
        let mut provision = Provision::new();
        assert!(provision.relay().is_none());
        let settings = br#"{"user_agent":"k","relay":"https://shop.example/relay/"}"#;
        provision.put(Item::Settings, settings).unwrap();
        assert!(provision.relay().is_none());
        let pass = format!("kiosk-17.{}", "5f".repeat(32));
        provision.put(Item::RelayPass, pass.as_bytes()).unwrap();
        assert_eq!(provision.relay().unwrap().0.as_str(), "https://shop.example/relay");
        provision.put(Item::RelayPass, b"kiosk-17").unwrap();
        assert!(provision.relay().is_none());
    }
}
