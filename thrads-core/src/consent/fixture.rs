//! Consent strings for the tests, made bit by bit.
//!
//! Part of `consent`.

/// The string whose bits these numbers are, each in so many bits.
pub(super) fn written(fields: &[(u64, u8)]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<bool> = fields
        .iter()
        .flat_map(|(value, width)| (0..*width).rev().map(move |at| value >> at & 1 == 1))
        .collect();
    let sextet = |bits: &[bool]| {
        (0..6).fold(0, |sextet, at| {
            sextet << 1 | usize::from(bits.get(at).copied().unwrap_or_default())
        })
    };
    bits.chunks(6).map(|bits| char::from(ALPHABET[sextet(bits)])).collect()
}

/// A string with these purposes, by consent and by legitimate interest.
pub(super) fn tcf(consents: &[u8], interests: &[u8]) -> String {
    let set = |purposes: &[u8]| purposes.iter().fold(0, |set, at| set | 1_u64 << (24 - at));
    written(&[
        (2, 6),
        (15_100_821_554, 36),
        (15_100_821_554, 36),
        (3, 12),
        (2, 12),
        (7, 6),
        (0x105, 12),
        (23, 12),
        (4, 6),
        (0, 2),
        (0, 12),
        (set(consents), 24),
        (set(interests), 24),
        (0, 1),
        (0, 12),
        (3, 16),
        (0, 1),
        (0b101, 3),
    ])
}
