//! One run: a sandbox, a Redis, four replicas, and what the sandbox saw of them.

use std::env;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use thrads_sandbox::{Config, Sandbox, Stats};
use thrads_tests::RedisServer;

use crate::replica::{COMMAND, REPLICAS, WITH_CAPS};
use crate::stall::Stall;

/// What happens half-way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disturbance {
    None,
    /// Redis is killed after a third of the time, and is there again, empty, a quarter of the time later.
    RedisGone,
    /// One replica's wall clock is an hour ahead all the time.
    ClockOff,
    /// None, but people have caps, and some talk to all replicas at once.
    Caps,
}

/// What all replicas tell at their ends, in sums.
#[derive(Clone, Default)]
pub(crate) struct Met {
    pub(crate) asked: u64,
    pub(crate) held: u64,
    /// Held by caps: by what a replica knew itself, and by what Redis said.
    pub(crate) capped: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    pub(crate) slowest_ms: u64,
    /// Ads that each person saw who talks to all replicas.
    pub(crate) seen: Vec<u64>,
}

/// What the sandbox counted in a stretch of time.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) asks: u64,
    pub(crate) time: Duration,
}

pub(crate) struct Run {
    pub(crate) disturbance: Disturbance,
    /// From when the replicas were warm; without the disturbance, if there is one.
    pub(crate) steady: Stretch,
    /// While Redis was gone, and from three seconds after its return.
    pub(crate) gone: Option<(Stretch, Stretch)>,
    /// Calls of the lease script since Redis was started last, and asks since then.
    pub(crate) trips: (u64, u64),
    /// Trips for the sake of people's caps, from the first to the last.
    people_trips: u64,
    lasted: Duration,
    /// What the replicas met, from the first to the last.
    pub(crate) met: Met,
    pub(crate) stats: Stats,
    /// The longest time for which the machine let nothing run.
    pub(crate) stood_still: Duration,
}

impl Stretch {
    /// The part of the platform's limit that was used.
    pub(crate) fn used(&self) -> f64 {
        self.asks as f64 / (self.time.as_secs_f64() * f64::from(LIMIT))
    }
}

impl Run {
    /// Runs for `time`, after a warm-up. `None`, with the reason, where the disturbance cannot be made on this machine.
    pub(crate) fn measure(
        disturbance: Disturbance,
        time: Duration,
        mut redis: RedisServer,
    ) -> Option<Self> {
        let sandbox = Sandbox::start(Config { always_match: true, ..Config::default() }).ok()?;
        let length = WARM_UP + time + COOL_DOWN;
        let replicas = start(disturbance, &sandbox, &redis, length)?;
        thread::sleep(WARM_UP);
        let mut watch = Watch { sandbox: &sandbox, since: Instant::now(), asks: asks(&sandbox) };
        let stall = Stall::watch();
        let (mut trips, mut asks_before) = (leases(&redis), asks(&sandbox));
        let mut gone = None;
        if disturbance == Disturbance::RedisGone {
            thread::sleep(time / 3);
            let steady = watch.lap();
            redis.kill();
            thread::sleep(time / 4);
            let without = watch.lap();
            redis.restart();
            thread::sleep(Duration::from_secs(3));
            watch.lap();
            (trips, asks_before) = (leases(&redis), asks(&sandbox));
            thread::sleep(time - time / 3 - time / 4);
            gone = Some((steady, without));
        } else {
            thread::sleep(time);
        }
        let last = watch.lap();
        let stood_still = stall.end();
        let trips = (leases(&redis) - trips, asks(&sandbox) - asks_before);
        let mut run = Self {
            disturbance,
            steady: gone.map_or(last, |(steady, _)| steady),
            gone: gone.map(|(_, without)| (without, last)),
            trips,
            people_trips: 0,
            lasted: length,
            met: Met::default(),
            stats: Stats::default(),
            stood_still,
        };
        replicas.into_iter().for_each(|replica| run.met.add(replica));
        run.people_trips = redis.calls("incrby");
        run.stats = sandbox.stats();
        Some(run)
    }

    /// Trips that a replica made in a second for the sake of people's caps besides one for each ask that went as far as
    /// Redis: to tell of ads where no ask was there to take it along.
    pub(crate) fn own_trips(&self) -> f64 {
        let Met { asked, refused, failed, .. } = self.met;
        let own = self.people_trips as f64 - (asked + refused + failed) as f64;
        own / self.lasted.as_secs_f64() / f64::from(REPLICAS)
    }
}

impl Met {
    /// Adds what a replica tells at its end.
    fn add(&mut self, replica: Child) {
        let output = replica.wait_with_output().ok();
        let told = output.and_then(|output| String::from_utf8(output.stdout).ok());
        let numbers = told.and_then(|told| {
            told.split_whitespace().map(|number| number.parse().ok()).collect::<Option<Vec<u64>>>()
        });
        match numbers.as_deref() {
            Some([asked, held, capped, refused, failed, slowest_ms, seen @ ..]) => {
                self.asked += asked;
                self.held += held;
                self.capped += capped;
                self.refused += refused;
                self.failed += failed;
                self.slowest_ms = self.slowest_ms.max(*slowest_ms);
                self.seen.resize(seen.len(), 0);
                self.seen.iter_mut().zip(seen).for_each(|(sum, seen)| *sum += seen);
            }
            _ => self.failed += 1,
        }
    }
}

struct Watch<'s> {
    sandbox: &'s Sandbox,
    since: Instant,
    asks: u64,
}

impl Watch<'_> {
    /// What was asked since the last lap.
    fn lap(&mut self) -> Stretch {
        let (now, asks) = (Instant::now(), asks(self.sandbox));
        let stretch = Stretch { asks: asks - self.asks, time: now - self.since };
        (self.since, self.asks) = (now, asks);
        stretch
    }
}

/// Calls of the lease script, which alone calls this.
fn leases(redis: &RedisServer) -> u64 {
    redis.calls("hmget")
}

fn asks(sandbox: &Sandbox) -> u64 {
    sandbox.stats().requests
}

fn start(
    disturbance: Disturbance,
    sandbox: &Sandbox,
    redis: &RedisServer,
    length: Duration,
) -> Option<Vec<Child>> {
    let program = env::current_exe().ok()?;
    let mut replicas = Vec::new();
    for index in 0..REPLICAS {
        let is_off = disturbance == Disturbance::ClockOff && index == 0;
        let mut command = if is_off { Command::new("faketime") } else { Command::new(&program) };
        if is_off {
            // The monotonic clock is not a wall clock and stays as it is, as it does where a clock is set wrong.
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").args(["-f", "+3600s"]).arg(&program);
        }
        let seconds = length.as_secs().to_string();
        let caps = if disturbance == Disturbance::Caps { WITH_CAPS } else { "none" };
        command.args([COMMAND, &sandbox.base_url(), &redis.url(), &seconds, caps]);
        match command.stdout(Stdio::piped()).spawn() {
            Ok(replica) => replicas.push(replica),
            Err(error) => {
                let is_ci = env::var("CI").is_ok_and(|value| value == "true");
                assert!(!is_ci, "a replica must start in CI: {error}");
                eprintln!("skipped: a replica with another clock cannot be started ({error})");
                return None;
            }
        }
    }
    Some(replicas)
}

/// Until the first leases have begun and all chats are in step.
const WARM_UP: Duration = Duration::from_secs(4);
/// Replicas outlive what is measured, and the three seconds that Redis has to come back.
const COOL_DOWN: Duration = Duration::from_secs(6);
pub(crate) const LIMIT: u32 = 40;
