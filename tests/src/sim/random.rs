//! Chance, from a seed.

/// Numbers that look random and repeat.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    pub(super) fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// The time to something that happens by chance, on average after `mean`: as people and faults come.
    pub(super) fn wait(&mut self, mean: u64) -> u64 {
        // The sum of halvings: a geometric number of half-lives and a part of one.
        let half_life = mean * 693 / 1000;
        let halvings = self.below(1 << 40).leading_zeros() - 24;
        u64::from(halvings) * half_life + self.below(half_life.max(1))
    }
}
