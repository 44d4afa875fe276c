//! Send times that a replica has, and who gets which: decided without I/O, with the time given.
//!
//! Part of `fleet`. A send time is spent not before it has come and not later than an interval after; then it is void, so
//! that no rolling second ever holds more than the limit.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A moment from which one request may be sent, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) from: Instant,
    pub(super) until: Instant,
}

/// What an ask that wants its turn has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Wait for it and send.
    Take(Slot),
    /// Not now: the next send time is then, further off than it can wait.
    Later(Instant),
    /// Lease some more, then come again.
    Lease,
}

/// The send times of a replica.
#[derive(Debug)]
pub(super) struct Leases {
    supply: Supply,
    /// What was configured.
    most: u32,
    limit: u32,
    replicas: u32,
}

#[derive(Debug)]
enum Supply {
    /// From Redis: those that nobody has taken yet, and until when there are no more to be had.
    Leased { free: VecDeque<Slot>, none_until: Option<(Instant, Instant)> },
    /// From this replica's own share, while Redis is not there.
    Own { next: Instant },
}

/// A lease as it came: how far off the first send time is, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub(super) first: Duration,
    pub(super) count: u32,
    pub(super) asked: Instant,
    pub(super) answered: Instant,
}

impl Leases {
    pub(super) fn new(limit: u32, replicas: u32) -> Self {
        let supply = Supply::Leased { free: VecDeque::new(), none_until: None };
        let limit = limit.clamp(1, MOST);
        Self { supply, most: limit, limit, replicas: replicas.max(1) }
    }

    /// The platform says what it allows; more than was configured is not believed.
    pub(super) fn learn(&mut self, limit: u32) {
        self.limit = limit.clamp(1, self.most);
    }

    /// Between the send times of all replicas together, at 24/25 of the limit.
    pub(super) fn spacing(&self) -> Duration {
        Duration::from_micros(1_041_667) / self.limit
    }

    /// Between the send times of one replica without Redis: nine tenths of the limit, or less where the parts of a second
    /// that fall to each could add up to more than the limit.
    fn own_spacing(&self) -> Duration {
        let share = Duration::from_micros(1_111_112) / self.limit * self.replicas;
        match self.limit / self.replicas {
            0 => share,
            most => share.max((Duration::from_secs(1) + self.spacing()) / most),
        }
    }

    /// How many to lease at once: a third of a second of the whole budget, which any replica's asks use up soon.
    pub(super) fn block(&self) -> u32 {
        u32::try_from(BLOCK.as_micros() / self.spacing().as_micros()).unwrap_or(u32::MAX).max(1)
    }

    /// After this long every lease that was ever made has ended.
    pub(super) fn longest(&self) -> Duration {
        LEAD + BLOCK.max(self.spacing()) + self.spacing() + SLACK
    }

    pub(super) fn is_cut(&self) -> bool {
        matches!(self.supply, Supply::Own { .. })
    }

    /// The next turn of an ask that can wait until `latest`.
    pub(super) fn turn(&mut self, now: Instant, latest: Instant) -> Turn {
        let (spacing, own) = (self.spacing(), self.own_spacing());
        match &mut self.supply {
            Supply::Own { next } => {
                let from = now.max(*next);
                if from > latest {
                    return Turn::Later(from);
                }
                *next = from + own;
                Turn::Take(Slot { from, until: from + spacing })
            }
            Supply::Leased { free, none_until } => {
                while free.front().is_some_and(|slot| slot.until <= now) {
                    free.pop_front();
                }
                match free.front().copied() {
                    Some(slot) if slot.from <= latest => {
                        free.pop_front();
                        Turn::Take(slot)
                    }
                    Some(slot) => Turn::Later(slot.from),
                    None => match *none_until {
                        Some((end, first)) if end > now => Turn::Later(first),
                        _ => Turn::Lease,
                    },
                }
            }
        }
    }

    /// A send time that was taken and will not be used, for whoever waits.
    pub(super) fn put_back(&mut self, slot: Slot) {
        if let Supply::Leased { free, .. } = &mut self.supply {
            free.push_front(slot);
        }
    }

    /// Takes a lease, which may be of nothing at all. False if it came too late to be of use.
    pub(super) fn on_lease(&mut self, lease: Lease) -> bool {
        let Lease { first, count, asked, answered } = lease;
        let spacing = self.spacing();
        let mut free = VecDeque::new();
        for index in 0..count {
            let offset = first + spacing * index;
            // The server said so between the question and the answer: later than that it may be another's turn.
            let from = answered + offset;
            let until = (from + spacing).min(asked + offset + spacing + SLACK);
            if until > from {
                free.push_back(Slot { from, until });
            }
        }
        let is_useful = count == 0 || !free.is_empty();
        let none_until =
            (count == 0).then(|| (answered + first.saturating_sub(LEAD), answered + first));
        self.supply = Supply::Leased { free, none_until };
        is_useful
    }

    /// Redis is not there: from when every lease has ended this replica sends its own share.
    pub(super) fn on_cut(&mut self, now: Instant) {
        if !self.is_cut() {
            self.supply = Supply::Own { next: now + self.longest() };
        }
    }

    /// Whether a lease took so long that nothing in it can be of use.
    pub(super) fn is_late(&self, lease: &Lease) -> bool {
        lease.answered.duration_since(lease.asked) >= self.spacing() + SLACK
    }

    /// Sends nothing of the own share before then.
    pub(super) fn rest_until(&mut self, moment: Instant) {
        if let Supply::Own { next } = &mut self.supply {
            *next = moment.max(*next);
        }
    }

    /// Send times that nobody has taken, given up.
    pub(super) fn give_up(&mut self) -> u32 {
        match &mut self.supply {
            Supply::Leased { free, .. } => {
                let count = free.len();
                free.clear();
                u32::try_from(count).unwrap_or(u32::MAX)
            }
            Supply::Own { .. } => 0,
        }
    }
}

/// The highest limit that is leased: beyond it a lease is so many send times, so close together, that no timer can tell them
/// apart.
const MOST: u32 = 10_000;
/// How far ahead a lease may begin: further off than any ask waits, so that replicas have their leases in turn.
pub(super) const LEAD: Duration = Duration::from_millis(1500);
/// How long the send times of a lease may be together.
const BLOCK: Duration = Duration::from_millis(300);
/// How much later than meant a request may be, over all, without a second holding more than the limit: at 24/25 of it there
/// is room for one interval and two fifths.
const SLACK: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn lease(at: Instant, first: u64, count: u32) -> Lease {
        Lease { first: ms(first), count, asked: at, answered: at }
    }

    #[test]
    fn send_times_are_taken_in_order_and_void_an_interval_later() {
        let start = Instant::now();
        let mut leases = Leases::new(40, 1);
        assert_eq!(leases.turn(start, start + ms(500)), Turn::Lease);
        assert!(leases.on_lease(lease(start, 100, 3)));
        let Turn::Take(slot) = leases.turn(start, start + ms(500)) else { panic!() };
        assert_eq!(slot.from, start + ms(100));
        assert_eq!(slot.until, slot.from + leases.spacing());
        // The second is void by now.
        let Turn::Take(slot) = leases.turn(start + ms(153), start + ms(500)) else { panic!() };
        assert_eq!(slot.from, start + ms(100) + 2 * leases.spacing());
        assert_eq!(leases.turn(start + ms(200), start + ms(500)), Turn::Lease);
    }

    #[test]
    fn who_cannot_wait_is_told_until_when_and_leaves_the_send_time_to_others() {
        let start = Instant::now();
        let mut leases = Leases::new(40, 1);
        leases.on_lease(lease(start, 800, 1));
        assert_eq!(leases.turn(start, start + ms(500)), Turn::Later(start + ms(800)));
        assert!(matches!(leases.turn(start + ms(400), start + ms(900)), Turn::Take(_)));
    }

    #[test]
    fn a_send_time_that_is_put_back_is_the_next_again() {
        let start = Instant::now();
        let mut leases = Leases::new(40, 1);
        leases.on_lease(lease(start, 100, 2));
        let Turn::Take(slot) = leases.turn(start, start + ms(500)) else { panic!() };
        leases.put_back(slot);
        assert_eq!(leases.turn(start, start + ms(500)), Turn::Take(slot));
        assert_ne!(leases.turn(start, start + ms(500)), Turn::Take(slot));
        // Without Redis it is nobody's.
        leases.on_cut(start);
        leases.put_back(slot);
        assert_eq!(leases.turn(start, start), Turn::Later(start + leases.longest()));
    }

    #[test]
    fn a_refused_lease_is_not_asked_for_again_too_soon() {
        let start = Instant::now();
        let mut leases = Leases::new(40, 1);
        assert!(leases.on_lease(lease(start, 1700, 0)));
        assert_eq!(leases.turn(start, start + ms(500)), Turn::Later(start + ms(1700)));
        assert_eq!(leases.turn(start + ms(200), start + ms(700)), Turn::Lease);
    }

    #[test]
    fn an_answer_that_took_too_long_is_of_no_use() {
        let start = Instant::now();
        let mut leases = Leases::new(40, 1);
        let slow = |millis| Lease { answered: start + ms(millis), ..lease(start, 0, 8) };
        assert!(leases.on_lease(slow(30)));
        assert!(!leases.on_lease(slow(40)));
    }

    #[test]
    fn without_redis_every_lease_ends_before_the_first_own_send_time() {
        let start = Instant::now();
        for limit in [1, 7, 40, 1000] {
            let mut last = Leases::new(limit, 4);
            last.on_lease(lease(start, 1500, last.block()));
            let mut end = start;
            while let Turn::Take(slot) = last.turn(start, start + ms(60_000)) {
                end = slot.until;
            }
            let mut leases = Leases::new(limit, 4);
            leases.on_cut(start);
            leases.on_cut(start + ms(100));
            let Turn::Take(slot) = leases.turn(start, start + ms(60_000)) else { panic!() };
            assert!(slot.from >= end, "{limit}: {:?}", end - slot.from);
        }
    }

    #[test]
    fn the_own_share_rests_while_redis_comes_back() {
        let start = Instant::now();
        let mut leases = Leases::new(40, 4);
        leases.on_cut(start);
        leases.rest_until(start + ms(5000));
        let Turn::Take(slot) = leases.turn(start + ms(4000), start + ms(9000)) else { panic!() };
        assert_eq!(slot.from, start + ms(5000));
        let answered = |millis| Lease { answered: start + ms(millis), ..lease(start, 0, 0) };
        assert!(leases.is_late(&answered(40)) && !leases.is_late(&answered(30)));
    }

    #[test]
    fn replicas_together_send_nine_tenths_of_the_limit_without_redis() {
        assert_eq!(sent_without_redis(4), (359..=361, 40));
        assert!(*sent_without_redis(1).0.start() >= 350);
        // Seven parts of a second could add up to more than 40, so each is a little smaller.
        assert!((330..350).contains(sent_without_redis(7).0.start()));
    }

    /// What replicas send in ten seconds, and at most in any one second if they are as much out of step as can be.
    fn sent_without_redis(replicas: u32) -> (std::ops::RangeInclusive<u32>, usize) {
        let start = Instant::now();
        let mut leases = Leases::new(40, replicas);
        leases.on_cut(start);
        let mut slots = Vec::new();
        while let Turn::Take(slot) = leases.turn(start, start + ms(30_000)) {
            slots.push(slot);
        }
        let count = |from: Instant, to: Instant| {
            slots.iter().filter(|slot| slot.until > from && slot.from < to).count()
        };
        let from = start + ms(10_000);
        let ten = slots.iter().filter(|s| s.from >= from && s.from < from + ms(10_000)).count();
        let ten = u32::try_from(ten).unwrap() * replicas;
        let most = (0..2000).map(|at| count(from + ms(at), from + ms(at + 1000))).max().unwrap();
        (ten.saturating_sub(1)..=ten + 1, most * replicas as usize)
    }
}
