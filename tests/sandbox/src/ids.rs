//! Ids and tokens: opaque to a client, and the same again for the same seed and order of calls.

/// A stream of ids (SplitMix64).
pub(crate) struct Ids(u64);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// `prefix` and 16 hex digits.
    pub(crate) fn short(&mut self, prefix: &str) -> String {
        format!("{prefix}{:016x}", self.number())
    }

    /// The shape of a version 4 UUID, which is how v1 writes its request ids.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }

    /// Three dot-separated parts, as long as a small signed token and as unreadable.
    pub(crate) fn token(&mut self) -> String {
        let (a, b, c) = (self.number(), self.number(), self.number());
        format!("{a:x}.{b:x}.{c:x}-_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_for_the_same_seed() {
        let (mut first, mut second, mut other) = (Ids::new(7), Ids::new(7), Ids::new(8));
        assert_eq!(first.token(), second.token());
        assert_ne!(first.token(), other.token());
        let uuid = first.uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
    }
}
