//! A true random source that is watched while it works.
//!
//! Between a board's hardware and everything that needs randomness. The two tests are those of NIST SP 800-90B section 4.4,
//! byte by byte; a source that fails one is not used again until the device restarts. Hardware gives bits that depend on one
//! another, so each 32 bytes that are handed out are the hash of 2,048 that came in.

use core::num::NonZeroU32;
use rand_core::impls::{next_u32_via_fill, next_u64_via_fill};
use rand_core::{CryptoRng, Error, RngCore};
use sha2::{Digest, Sha256};

/// A source with its health tests.
///
/// The limits are for a source of at least one bit of entropy in a byte, with one false alarm in 2^20: a ring oscillator
/// that has stopped, or is locked to another clock, is far beyond them.
pub struct Tested<R> {
    source: R,
    last: u8,
    repeated: u16,
    sample: u8,
    seen: u16,
    alike: u16,
    has_failed: bool,
}

impl<R> Tested<R> {
    /// A source that nothing is known of.
    pub const fn new(source: R) -> Self {
        Self { source, last: 0, repeated: 0, sample: 0, seen: 0, alike: 0, has_failed: false }
    }

    /// The hash of many bytes of the source.
    fn gather(&mut self) -> Result<[u8; BLOCK], Error>
    where
        R: RngCore,
    {
        let mut hash = Sha256::new();
        for _ in 0..RAW_BLOCKS {
            let mut raw = [0; BLOCK];
            self.source.try_fill_bytes(&mut raw)?;
            for byte in raw {
                self.has_failed |= !self.is_healthy(byte);
            }
            hash.update(raw);
        }
        if self.has_failed { Err(Error::from(UNHEALTHY)) } else { Ok(hash.finalize().into()) }
    }

    fn is_healthy(&mut self, byte: u8) -> bool {
        self.repeated = if byte == self.last { self.repeated.saturating_add(1) } else { 1 };
        self.last = byte;
        if self.seen == 0 {
            self.sample = byte;
            self.alike = 0;
        }
        self.alike = self.alike.saturating_add(u16::from(byte == self.sample));
        self.seen = self.seen.wrapping_add(1) % WINDOW;
        self.repeated < MOST_REPEATED && self.alike < MOST_ALIKE
    }
}

impl<R: RngCore> RngCore for Tested<R> {
    /// Random bytes; zero from a source that has failed, so ask [`try_fill_bytes`](Self::try_fill_bytes) for keys.
    fn next_u32(&mut self) -> u32 {
        next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, place: &mut [u8]) {
        if self.try_fill_bytes(place).is_err() {
            place.fill(0);
        }
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Error> {
        for block in place.chunks_mut(BLOCK) {
            let gathered = self.gather()?;
            block.copy_from_slice(&gathered[..block.len()]);
        }
        Ok(())
    }
}

/// As far as the source is one.
impl<R: CryptoRng> CryptoRng for Tested<R> {}

const BLOCK: usize = 32;
/// So many of the source go into one that is handed out.
const RAW_BLOCKS: usize = 64;
/// So many equal bytes in a row end it.
const MOST_REPEATED: u16 = 21;
/// So many bytes equal to the first of a window of [`WINDOW`] end it.
const MOST_ALIKE: u16 = 311;
const WINDOW: u16 = 512;
const UNHEALTHY: NonZeroU32 = match NonZeroU32::new(Error::CUSTOM_START) {
    Some(code) => code,
    None => NonZeroU32::MIN,
};

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake(fn(u32) -> u8, u32);

    impl RngCore for Fake {
        fn next_u32(&mut self) -> u32 {
            unreachable!()
        }
        fn next_u64(&mut self) -> u64 {
            unreachable!()
        }
        fn fill_bytes(&mut self, _: &mut [u8]) {
            unreachable!()
        }
        fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Error> {
            for byte in place {
                *byte = (self.0)(self.1);
                self.1 += 1;
            }
            Ok(())
        }
    }

    fn survives(source: fn(u32) -> u8, bytes: usize) -> bool {
        let mut tested = Tested::new(Fake(source, 0));
        let mut place = vec![0; bytes];
        tested.try_fill_bytes(&mut place).is_ok()
    }

    /// Bytes of a good generator, for want of a true source.
    fn good(index: u32) -> u8 {
        let mixed = (u64::from(index) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 56) as u8
    }

    #[test]
    fn a_good_source_is_left_alone() {
        assert!(survives(good, 10_000));
    }

    #[test]
    fn a_source_that_is_stuck_or_leans_is_not_used() {
        assert!(!survives(|_| 0, 32));
        assert!(!survives(|_| 0xff, 32));
        assert!(!survives(|index| if index % 4 == 3 { good(index) } else { 7 }, 1024));
    }

    #[test]
    fn a_source_that_failed_once_stays_failed() {
        let mut tested = Tested::new(Fake(|index| if index < 40 { 0 } else { good(index) }, 0));
        assert!(tested.try_fill_bytes(&mut [0; 40]).is_err());
        assert!(tested.try_fill_bytes(&mut [1; 32]).is_err());
        let mut later = [1; 8];
        tested.fill_bytes(&mut later);
        assert_eq!(later, [0; 8]);
    }
}
