//! The platform as the kiosks meet it: 40 requests a second for their one key, ads for most, and an outage.

use super::random::Random;

/// What a call comes to, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Ad,
    NoAd,
    /// No answer.
    Lost,
    /// 503.
    Down,
    /// 429.
    TooMany,
}

pub(super) struct Platform {
    random: Random,
    pub(super) door: Vec<u16>,
    pub(super) calls_in_outage: u32,
}

impl Platform {
    pub(super) fn new() -> Self {
        Self { random: Random::new(40), door: vec![0; 86_400], calls_in_outage: 0 }
    }

    /// A call at `at`, in milliseconds of the day; what it comes to, and after how long.
    pub(super) fn call(&mut self, at: u64, may_serve: bool) -> (Reply, u64) {
        let second = usize::try_from(at / 1000).unwrap_or(0).min(self.door.len() - 1);
        self.door[second] += 1;
        if OUTAGE.contains(&at) {
            self.calls_in_outage += 1;
            let is_silent = self.random.per_mille(700);
            return if is_silent { (Reply::Lost, SILENCE) } else { (Reply::Down, 300) };
        }
        if self.door[second] > LIMIT {
            return (Reply::TooMany, 80);
        }
        if self.random.per_mille(15) {
            return (Reply::Lost, SILENCE);
        }
        let latency = (150 + self.random.wait(250)).min(3500);
        let is_filled = self.random.per_mille(800);
        (if may_serve && is_filled { Reply::Ad } else { Reply::NoAd }, latency)
    }
}

/// Twenty minutes in the early afternoon.
pub(super) const OUTAGE: std::ops::Range<u64> = 14 * 3_600_000..14 * 3_600_000 + 1_200_000;
const LIMIT: u16 = 40;
/// Until the client gives up, of its five seconds.
const SILENCE: u64 = 4400;
