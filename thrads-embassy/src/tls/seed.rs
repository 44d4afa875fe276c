//! Where the randomness of a connection comes from.
//!
//! Under every implementation of `tls`.

use crate::refusal::Refusal;
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};
use zeroize::Zeroize;

/// A generator for one connection, seeded with 256 bits of the device's true random source.
pub(crate) fn generator<R: CryptoRng + RngCore>(random: &mut R) -> Result<ChaCha20Rng, Refusal> {
    let mut seed = [0; 32];
    random.try_fill_bytes(&mut seed).map_err(|_| Refusal::NoRandom)?;
    let (first, rest) = seed.split_first().ok_or(Refusal::NoRandom)?;
    let is_stuck = rest.iter().all(|byte| byte == first);
    let generator = ChaCha20Rng::from_seed(seed);
    seed.zeroize();
    if is_stuck { Err(Refusal::NoRandom) } else { Ok(generator) }
}
