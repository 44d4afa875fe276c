//! A device's anchors as text, which is how mbedtls takes more than one.
//!
//! Between `provision` and the TLS of builds with the feature `mbedtls`.

use crate::{Item, MAX_ANCHORS, Provision, SLOT_BYTES};
use base64ct::{Base64, Encoding};
use heapless::CString;

impl Provision {
    /// The anchors in PEM, one after the other, up to [`MAX_ANCHORS`]; empty if there are none.
    pub fn pem(&self) -> CString<PEM_BYTES> {
        let mut pem = CString::new();
        let mut add = |text: &str| pem.extend_from_bytes(text.as_bytes()).is_ok();
        for der in self.all(Item::Anchor).take(MAX_ANCHORS) {
            let is_whole = add("-----BEGIN CERTIFICATE-----\n")
                && der.chunks(LINE / 4 * 3).all(|piece| {
                    let mut line = [0; LINE];
                    Base64::encode(piece, &mut line).is_ok_and(|line| add(line) && add("\n"))
                })
                && add("-----END CERTIFICATE-----\n");
            debug_assert!(is_whole, "a slot has no room for more");
        }
        pem
    }
}

/// Characters of a line.
const LINE: usize = 64;
/// What the anchors of a full slot take as PEM at most.
pub const PEM_BYTES: usize = SLOT_BYTES * 3 / 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_become_text_one_after_the_other() {
        let mut provision = Provision::new();
        assert_eq!(provision.pem().to_bytes(), b"");
        provision.put(Item::Anchor, &[0; 49]).unwrap();
        provision.put(Item::Anchor, b"two").unwrap();
        let zeros = "A".repeat(64);
        let [begin, end] = ["BEGIN", "END"].map(|word| format!("-----{word} CERTIFICATE-----\n"));
        let pem = format!("{begin}{zeros}\nAA==\n{end}{begin}dHdv\n{end}");
        assert_eq!(provision.pem().to_str(), Ok(&*pem));
    }

    #[test]
    fn a_full_slot_has_room_as_text() {
        let mut provision = Provision::new();
        while provision.put(Item::Anchor, &[0xff; 1000]).is_ok() {}
        assert_eq!(provision.all(Item::Anchor).count(), MAX_ANCHORS);
        let pem = provision.pem();
        assert_eq!(pem.to_str().unwrap().matches("-----END").count(), MAX_ANCHORS);
    }
}
