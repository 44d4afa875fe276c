//! How the platform is: it is left alone while it fails, longer each time, and one trial call finds out whether it is back.
//!
//! Part of `pacing`. Section 3.13 of the wire contract. Nothing is repeated because of it; calls are only held. A refused
//! key stops all calls with it.

use super::{Hold, Reason, Until};
use crate::time::{Instant, Millis};

/// How the platform has answered lately. One value a key, lent to all of its conversations.
///
/// Three failures in a row hold all calls, for a random part of 2 seconds, then of 4, and so on up to 5 minutes; after each
/// pause one call goes out, and its answer decides. A 401 holds them for ten minutes or until the key is replaced. Failures
/// are: no answer, 403, 3xx and 5xx, web pages, and what cannot be read.
///
/// A clock that goes back or stands still makes a pause longer by as much; one that jumps a year has let it pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Health {
    seen: Instant,
    /// Milliseconds to the end of the phase.
    left: u32,
    bits: u16,
    failures: u8,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Phase {
    /// Calls go out.
    Well,
    /// It failed too often; the end of the phase is the trial's turn.
    Alone,
    /// It refused the key; likewise.
    Refused,
    /// A trial call is under way; another may go out if it is not heard of.
    Trial,
}

/// What is kept over a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(from = "(u8, u32, u8)", into = "(u8, u32, u8)")]
pub(crate) struct KeptHealth {
    is_refused: bool,
    /// Milliseconds.
    left: u32,
    failures: u8,
}

/// What an answer, or none, says of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Verdict {
    /// It works, whatever it said.
    Works,
    /// It failed.
    Failed,
    /// It does not know the key.
    KeyRefused,
    /// Nothing: the call was given up.
    Unknown,
}

impl Health {
    /// A platform that has not been asked yet. `bits` are random: devices that fail together come back apart.
    pub const fn new(bits: u16) -> Self {
        let bits = if bits == 0 { u16::MAX } else { bits };
        Self { seen: Instant::from_millis(0), left: 0, bits, failures: 0, phase: Phase::Well }
    }

    /// The key was replaced: what was known of the old one is forgotten.
    pub fn on_new_key(&mut self) {
        *self = Self::new(self.bits);
    }

    /// Failures in a row; stops at 255.
    pub fn failures(&self) -> u8 {
        self.failures
    }

    /// What holds a call now. Nothing if it would be the trial.
    pub(crate) fn check(&mut self, now: Instant) -> Option<Hold> {
        self.pass(now);
        let reason = match self.phase {
            Phase::Well => return None,
            Phase::Refused => Reason::Key,
            Phase::Alone | Phase::Trial => Reason::Breaker,
        };
        let until = Until::At(now.after(Millis(self.left.into())));
        (self.left > 0).then_some(Hold { reason, until })
    }

    /// A call goes out that [`check`](Self::check) does not hold; true if it is the trial.
    pub(crate) fn begin(&mut self) -> bool {
        let is_trial = self.phase != Phase::Well;
        if is_trial {
            (self.phase, self.left) = (Phase::Trial, TRIAL);
        }
        is_trial
    }

    /// Takes what became of a call. While the platform is left alone, only the trial can fail again: others were under
    /// way already.
    pub(crate) fn on_verdict(&mut self, now: Instant, verdict: Verdict, is_trial: bool) {
        self.pass(now);
        let is_current = is_trial || self.phase == Phase::Well;
        match verdict {
            Verdict::KeyRefused => (self.phase, self.left) = (Phase::Refused, KEY_REFUSED),
            Verdict::Works if is_current || self.phase != Phase::Refused => {
                (self.phase, self.left, self.failures) = (Phase::Well, 0, 0);
            }
            Verdict::Failed if is_current => self.on_failure(),
            Verdict::Unknown if is_trial => (self.phase, self.left) = (Phase::Alone, 0),
            _ => {}
        }
    }

    pub(crate) fn keep(&self, now: Instant) -> KeptHealth {
        let mut health = *self;
        let left = health.pass(now);
        KeptHealth { is_refused: self.phase == Phase::Refused, left, failures: self.failures }
    }

    /// A trial that was under way is not heard of any more.
    pub(crate) fn restore(&mut self, now: Instant, kept: KeptHealth, passed: u32) {
        let KeptHealth { is_refused, left, failures } = kept;
        let phase = if is_refused {
            Phase::Refused
        } else if failures >= FAILURES {
            Phase::Alone
        } else {
            Phase::Well
        };
        let left = if phase == Phase::Well { 0 } else { left.saturating_sub(passed) };
        *self = Self { seen: now, left, bits: self.bits, failures, phase };
    }

    fn pass(&mut self, now: Instant) -> u32 {
        self.left = self.left.saturating_sub(self.seen.pass(now));
        self.left
    }

    fn on_failure(&mut self) {
        self.failures = self.failures.saturating_add(1);
        if let Some(doublings) = self.failures.checked_sub(FAILURES) {
            let longest = FIRST_PAUSE
                .checked_shl(doublings.into())
                .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE));
            (self.phase, self.left) = (Phase::Alone, self.part_of(longest));
        }
    }

    /// A random part of `pause`, at least a millisecond.
    fn part_of(&mut self, pause: u32) -> u32 {
        self.bits ^= self.bits << 7;
        self.bits ^= self.bits >> 9;
        self.bits ^= self.bits << 8;
        ((pause >> 4).wrapping_mul(self.bits.into()) >> 12).max(1)
    }
}

impl KeptHealth {
    pub(crate) fn numbers(self) -> [u32; 3] {
        [self.is_refused.into(), self.left, self.failures.into()]
    }
}

impl From<KeptHealth> for (u8, u32, u8) {
    fn from(kept: KeptHealth) -> Self {
        (kept.is_refused.into(), kept.left, kept.failures)
    }
}

impl From<(u8, u32, u8)> for KeptHealth {
    fn from((refused, left, failures): (u8, u32, u8)) -> Self {
        Self { is_refused: refused != 0, left, failures }
    }
}

/// Failures in a row after which the platform is left alone.
const FAILURES: u8 = 3;
const FIRST_PAUSE: u32 = 2000;
const LONGEST_PAUSE: u32 = 300_000;
const KEY_REFUSED: u32 = 600_000;
/// How long a trial call may take to be heard of: longer than an ask lasts.
const TRIAL: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    /// Fails as the only caller until it is held; the longest pause that the `pauses`-th can be.
    fn held_for(health: &mut Health, now: u64) -> u64 {
        while health.check(at(now)).is_none() {
            let is_trial = health.begin();
            health.on_verdict(at(now), Verdict::Failed, is_trial);
        }
        let Some(Hold { reason: Reason::Breaker, until: Until::At(end) }) = health.check(at(now))
        else {
            panic!("not held")
        };
        end.since(at(now)).0
    }

    #[test]
    fn pauses_double_up_to_five_minutes_and_differ_from_device_to_device() {
        let mut longest = [0; 12];
        for bits in 0..500_u16 {
            let mut health = Health::new(bits.wrapping_mul(131));
            let mut now = 0;
            for longest in &mut longest {
                let pause = held_for(&mut health, now);
                now += pause;
                *longest = pause.max(*longest);
            }
        }
        for (at, pause) in longest.into_iter().enumerate() {
            let bound = (2000 << at).min(300_000);
            assert!(pause <= bound && pause > bound * 9 / 10, "{at}: {pause} of {bound}");
        }
    }

    #[test]
    fn one_trial_at_a_time_and_its_answer_decides() {
        let mut health = Health::new(1);
        let mut now = held_for(&mut health, 0);
        assert_eq!(health.check(at(now)), None);
        assert!(health.begin());
        let until = Until::At(at(now + 10_000));
        assert_eq!(health.check(at(now)), Some(Hold { reason: Reason::Breaker, until }));
        health.on_verdict(at(now), Verdict::Failed, false);
        assert_eq!(health.failures(), 3);
        health.on_verdict(at(now), Verdict::Unknown, true);
        assert_eq!(health.check(at(now)), None);
        assert!(health.begin());
        now += 1;
        health.on_verdict(at(now), Verdict::Works, true);
        assert!(health.check(at(now)).is_none() && !health.begin() && health.failures() == 0);
    }

    #[test]
    fn a_refused_key_waits_ten_minutes_for_one_trial_or_for_another_key() {
        let mut health = Health::new(1);
        health.on_verdict(at(5), Verdict::KeyRefused, false);
        let hold = Hold { reason: Reason::Key, until: Until::At(at(600_005)) };
        assert_eq!(health.check(at(600_004)), Some(hold));
        health.on_verdict(at(600_004), Verdict::Works, false);
        assert_eq!(health.check(at(600_004)), Some(hold));
        assert_eq!(health.check(at(600_005)), None);
        assert!(health.begin());
        health.on_verdict(at(600_005), Verdict::KeyRefused, true);
        assert!(health.check(at(600_006)).is_some());
        health.on_new_key();
        assert_eq!(health.check(at(600_006)), None);
        assert!(!health.begin());
    }

    #[test]
    fn a_clock_that_goes_back_makes_a_pause_no_longer_than_that() {
        let mut health = Health::new(1);
        health.on_verdict(at(1_000_000), Verdict::KeyRefused, false);
        assert!(health.check(at(7)).is_some());
        assert!(health.check(at(600_006)).is_some());
        assert!(health.check(at(600_007)).is_none());
        health.on_verdict(at(600_007), Verdict::KeyRefused, true);
        assert!(health.check(at(31_536_000_000)).is_none());
    }
}
