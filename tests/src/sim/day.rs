//! The events of a day in their order, and what is counted of them.

use super::kiosk::{Kiosk, TIMEOUT};
use super::platform::{OUTAGE, Platform, Reply};
use super::{Day, Fleet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use thrads_core::{Caps, Enforcement};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Visit,
    Turn { person: u32 },
    Answer { ask: u32, reply: Answered },
    Look { person: u32, is_seen: bool },
    Link,
}

/// A reply that can be put in order.
type Answered = u8;

struct Simulation {
    fleet: Fleet,
    events: BinaryHeap<Reverse<(u64, u64, usize, Event)>>,
    sequence: u64,
    kiosks: Vec<Kiosk>,
    platform: Platform,
    day: Day,
}

pub(super) fn play(fleet: Fleet, kiosks: usize) -> Day {
    let kiosks: Vec<_> = (0..kiosks).map(|number| Kiosk::new(fleet, number as u64)).collect();
    let mut simulation = Simulation {
        fleet,
        events: BinaryHeap::new(),
        sequence: 0,
        kiosks,
        platform: Platform::new(),
        day: Day::default(),
    };
    simulation.open();
    while let Some(Reverse((now, _, kiosk, event))) = simulation.events.pop() {
        simulation.handle(now, kiosk, event);
    }
    let Simulation { mut day, platform, .. } = simulation;
    (day.door, day.calls_in_outage) = (platform.door, platform.calls_in_outage);
    day
}

impl Simulation {
    fn open(&mut self) {
        for index in 0..self.kiosks.len() {
            let random = &mut self.kiosks[index].random;
            let (visit, link) = (random.wait(IDLE), random.wait(LINK_UP));
            self.at(OPENS + visit, index, Event::Visit);
            self.at(OPENS + link, index, Event::Link);
        }
    }

    fn at(&mut self, time: u64, kiosk: usize, event: Event) {
        if time < CLOSES {
            self.sequence += 1;
            self.events.push(Reverse((time, self.sequence, kiosk, event)));
        }
    }

    fn handle(&mut self, now: u64, index: usize, event: Event) {
        let kiosk = &mut self.kiosks[index];
        match event {
            Event::Visit => {
                kiosk.greet(self.fleet.caps);
                let (person, gap) = (kiosk.person.number, kiosk.random.wait(GAP));
                self.at(now + THINK + gap, index, Event::Turn { person });
            }
            Event::Turn { person } if person == kiosk.person.number => self.turn(now, index),
            Event::Answer { ask, reply } if kiosk.ask == Some(ask) => {
                kiosk.ask = None;
                self.answer(now, index, REPLIES[usize::from(reply)]);
            }
            Event::Look { person, is_seen } if person == kiosk.person.number => {
                self.look(now, index, is_seen);
            }
            Event::Link => {
                kiosk.is_linked = !kiosk.is_linked;
                let length = if kiosk.is_linked { LINK_UP } else { LINK_DOWN };
                let wait = kiosk.random.wait(length);
                self.at(now + wait, index, Event::Link);
            }
            // Of a person who has left, or an ask that was given up.
            _ => {}
        }
    }

    fn turn(&mut self, now: u64, index: usize) {
        let kiosk = &mut self.kiosks[index];
        kiosk.on_turn();
        self.day.turns += 1;
        let gap = kiosk.random.wait(GAP);
        let person = kiosk.person.number;
        if kiosk.person.turns_left > 0 {
            self.at(now + THINK + gap, index, Event::Turn { person });
        } else {
            let idle = self.kiosks[index].random.wait(IDLE);
            self.at(now + THINK + idle, index, Event::Visit);
        }
        match self.kiosks[index].poll(now) {
            Ok(at) => self.send(now, at, index),
            Err(hold) => *self.day.holds.entry(hold.reason.code()).or_default() += 1,
        }
    }

    fn send(&mut self, now: u64, at: u64, index: usize) {
        let kiosk = &mut self.kiosks[index];
        if kiosk.user.is_opted_out() || kiosk.person.is_sensitive || !kiosk.is_linked {
            self.day.broken.push(format!("kiosk {index} called at {at} though stopped"));
        }
        let turn = kiosk.session.turn();
        let by_platform = self.fleet.policy.enforcement != Enforcement::Device;
        let last_ad = kiosk.person.last_ad;
        let is_due = turn >= 3 && last_ad.is_none_or(|last| turn - last >= 5);
        let (reply, latency) = self.platform.call(at, !by_platform || is_due);
        if reply == Reply::Ad {
            kiosk.person.last_ad = Some(turn);
        }
        kiosk.asks += 1;
        kiosk.ask = Some(kiosk.asks);
        let (ask, wait) = (kiosk.asks, (at - now + latency).min(TIMEOUT.0));
        self.day.calls += 1;
        self.day.radio_ms += latency + RADIO_TAIL;
        self.day.worst_wait_ms = self.day.worst_wait_ms.max(wait);
        let reply = REPLIES.iter().position(|known| *known == reply).unwrap_or(0);
        let reply = u8::try_from(reply).unwrap_or(0);
        self.at(now + wait, index, Event::Answer { ask, reply });
    }

    fn answer(&mut self, now: u64, index: usize, reply: Reply) {
        let kiosk = &mut self.kiosks[index];
        let reply = if kiosk.is_linked { reply } else { Reply::Lost };
        self.day.failures += u32::from(!matches!(reply, Reply::Ad | Reply::NoAd));
        if kiosk.take(now, reply) {
            self.day.ads += 1;
            let (person, is_seen) = (kiosk.person.number, kiosk.random.per_mille(850));
            self.at(now + 1200, index, Event::Look { person, is_seen });
        }
    }

    fn look(&mut self, now: u64, index: usize, is_seen: bool) {
        let kiosk = &mut self.kiosks[index];
        if !kiosk.look(now, is_seen) {
            return;
        }
        self.day.impressions += 1;
        kiosk.person.seen.push(now);
        if !keeps(self.fleet.caps, &kiosk.person.seen) || kiosk.user.is_opted_out() {
            self.day.broken.push(format!("kiosk {index} showed too much at {now}"));
        }
    }
}

/// Whether what a person saw in one conversation keeps the caps; nobody stays for an hour and comes back.
fn keeps(caps: Caps, seen: &[u64]) -> bool {
    let most = |cap: u8, within: u64| {
        let window = seen.iter().filter(|at| **at - seen[0] < within).count();
        cap == 0 || window <= usize::from(cap)
    };
    let gap = u64::from(caps.gap_secs) * 1000;
    most(caps.conversation, u64::MAX)
        && most(caps.hour, 3_600_000)
        && most(caps.day, 86_400_000)
        && seen.windows(2).all(|pair| pair[1] - pair[0] >= gap)
}

const REPLIES: [Reply; 5] = [Reply::Ad, Reply::NoAd, Reply::Lost, Reply::Down, Reply::TooMany];
const OPENS: u64 = 9 * 3_600_000;
const CLOSES: u64 = 21 * 3_600_000;
/// Between two people, on average.
const IDLE: u64 = 240_000;
/// Between two exchanges: at least, and on average beyond that.
const THINK: u64 = 3000;
const GAP: u64 = 18_000;
const LINK_UP: u64 = 5_400_000;
const LINK_DOWN: u64 = 180_000;
/// How long a radio stays on behind a call.
const RADIO_TAIL: u64 = 2000;

const _: () = assert!(OUTAGE.start > OPENS && OUTAGE.end < CLOSES);
