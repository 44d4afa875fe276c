//! Two slots of flash for what a device is set up with.
//!
//! The older one is overwritten and its head comes last, so that a device whose power fails meanwhile starts with what it
//! had.

use super::{HEAD_BYTES, Provision, SLOT_BYTES};
use embedded_storage::nor_flash::NorFlash;

/// Two slots, one behind the other, from `first` on.
pub struct Slots<F> {
    flash: F,
    first: u32,
}

impl<F: NorFlash> Slots<F> {
    /// Slots of 4,096 bytes at the offsets `first` and `first + 4096`, both on an erase boundary.
    pub const fn new(flash: F, first: u32) -> Self {
        Self { flash, first }
    }

    /// The flash again.
    pub fn into_flash(self) -> F {
        self.flash
    }

    /// Reads the newer of the slots that are whole; `false`, and no entries, if neither is.
    ///
    /// # Errors
    ///
    /// Those of the flash.
    pub fn load(&mut self, into: &mut Provision) -> Result<bool, F::Error> {
        let newest = self.newest(into)?;
        if let Some((slot, _)) = newest {
            self.read(slot, into)?;
            into.open();
        } else {
            *into = Provision::new();
        }
        Ok(newest.is_some())
    }

    /// Writes over the older slot. `provision` is used as a place to work, and is as it was at the end.
    ///
    /// # Errors
    ///
    /// Those of the flash; the newer slot is untouched.
    pub fn store(&mut self, provision: &mut Provision) -> Result<(), F::Error> {
        let mut scratch = Provision::new();
        let newest = self.newest(&mut scratch)?;
        let (slot, sequence) = newest.map_or((0, 0), |(slot, sequence)| (1 - slot, sequence + 1));
        provision.seal(sequence);
        let start = self.first + slot * SLOT_BYTES as u32;
        self.flash.erase(start, start + SLOT_BYTES as u32)?;
        let (head, payload) = provision.image.split_at(HEAD_BYTES);
        self.flash.write(start + HEAD_BYTES as u32, payload)?;
        self.flash.write(start, head)
    }

    /// The newer whole slot and its place in the order of writing.
    fn newest(&mut self, scratch: &mut Provision) -> Result<Option<(u32, u32)>, F::Error> {
        let mut newest = None;
        for slot in 0..2 {
            self.read(slot, scratch)?;
            let sequence = scratch.open();
            if sequence > newest.map(|(_, sequence)| sequence) {
                newest = sequence.map(|sequence| (slot, sequence));
            }
        }
        Ok(newest)
    }

    fn read(&mut self, slot: u32, into: &mut Provision) -> Result<(), F::Error> {
        self.flash.read(self.first + slot * SLOT_BYTES as u32, &mut into.image)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::with_key;
    use super::super::{Item, PAYLOAD_BYTES};
    use super::*;
    use crate::power_cut;

    type Flash = power_cut::Flash<SLOT_BYTES>;

    #[test]
    fn what_was_stored_last_is_loaded() {
        let mut flash = Flash::new(0xff);
        let mut slots = Slots::new(&mut flash, 0);
        let mut loaded = Provision::new();
        assert!(!slots.load(&mut loaded).unwrap());
        for key in [b"a", b"b", b"c"] {
            slots.store(&mut with_key(key)).unwrap();
            assert!(slots.load(&mut loaded).unwrap());
            assert_eq!(loaded.get(Item::Key), Some(&key[..]));
        }
    }

    #[test]
    fn a_power_cut_at_any_operation_leaves_what_was_there() {
        for operation in 0..3 {
            for torn in [0, 1, 4, HEAD_BYTES - 1, 100, PAYLOAD_BYTES, SLOT_BYTES] {
                let mut flash = Flash::new(0xff);
                Slots::new(&mut flash, 0).store(&mut with_key(b"kept")).unwrap();
                (flash.left, flash.torn) = (operation, torn);
                assert!(Slots::new(&mut flash, 0).store(&mut with_key(b"lost")).is_err());
                let mut loaded = Provision::new();
                assert!(Slots::new(&mut flash, 0).load(&mut loaded).unwrap());
                // Only where all of the head is written, which comes last, it is stored.
                let is_stored = operation == 2 && torn >= HEAD_BYTES;
                let expected = if is_stored { "lost" } else { "kept" };
                assert_eq!(loaded.text(Item::Key), Some(expected), "{operation}, {torn} bytes");
            }
        }
    }

    #[test]
    fn a_slot_with_a_wrong_bit_is_not_used() {
        for place in [0, 5, 9, 13, 17, 20] {
            let mut flash = Flash::new(0xff);
            Slots::new(&mut flash, 0).store(&mut with_key(b"old")).unwrap();
            Slots::new(&mut flash, 0).store(&mut with_key(b"new")).unwrap();
            flash.bytes[SLOT_BYTES + place] ^= 1;
            let mut loaded = Provision::new();
            assert!(Slots::new(&mut flash, 0).load(&mut loaded).unwrap());
            assert_eq!(loaded.text(Item::Key), Some("old"), "{place}");
        }
    }
}
