//! Random names: 128 bits that nobody can guess, from the operating system.

/// Sixteen random bytes.
///
/// # Panics
///
/// The operating system has no random numbers, without which nothing here is safe.
pub(crate) fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}
