//! The default deadline against the clock on the wall (wire contract case T63), through both transports.
//!
//! Alone in its program, so that no other test makes the machine slow; the cases wait side by side.

use std::thread;
use std::time::{Duration, Instant};

use thrads_core::Family;
use thrads_sandbox::{Fault, PRODUCTION_KEY};

use rig::{Embassy, Rig, Std, Way, brief};
use talk::{Talk, eager, generous};

#[path = "adapters/driven.rs"]
mod driven;
#[allow(dead_code, reason = "shared with the adapters' tests, which use the rest")]
#[path = "adapters/rig.rs"]
mod rig;
#[allow(dead_code, reason = "shared with the adapters' tests, which use the rest")]
#[path = "adapters/talk.rs"]
mod talk;

/// Asks a platform with `fault`; what came of it and how long that took.
fn asked<W: Way>(fault: Fault) -> (String, Duration) {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    sandbox.inject(fault, None);
    let talk = Talk::of(1);
    let start = Instant::now();
    let outcome = rig.turn(&mut eager(Family::Ssp), talk.call(Family::Ssp, "c"));
    (brief(&outcome), start.elapsed())
}

fn five_seconds_are_the_end<W: Way>() {
    let ask = |fault| thread::spawn(move || asked::<W>(fault));
    let in_time = ask(Fault::Delay(Duration::from_millis(4900)));
    let too_late = ask(Fault::Delay(Duration::from_millis(5100)));
    let drips = ask(Fault::Drip(Duration::from_secs(1)));
    assert_eq!(in_time.join().unwrap().0, "ad");
    for late in [too_late, drips] {
        let (outcome, took) = late.join().unwrap();
        assert_eq!(outcome, "transport Timeout Maybe");
        let tenths = Duration::from_millis(4998)..Duration::from_millis(5100);
        assert!(tenths.contains(&took), "{took:?}");
    }
}

#[test]
fn over_std() {
    five_seconds_are_the_end::<Std>();
}

#[test]
fn over_embassy() {
    five_seconds_are_the_end::<Embassy>();
}
