//! An ask ends at its deadline, whatever the platform does (wire contract case T63).

use std::time::{Duration, Instant};

use thrads_core::{Family, Millis, Rate};
use thrads_sandbox::{Fault, PRODUCTION_KEY};

use crate::rig::{PLENTY, Rig, Way, brief};
use crate::talk::{FAMILIES, Talk, eager, generous};

const DEADLINE: Duration = Duration::from_millis(250);
/// How late a busy machine may be.
const SLACK: Duration = Duration::from_millis(350);

fn late<W: Way>(fault: Fault) {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY).timeout(DEADLINE);
        let mut session = eager(family);
        assert_eq!(brief(&rig.turn(&mut session, Talk::of(1).call(family, "c"))), "ad");
        sandbox.inject(fault, Some(1));
        let start = Instant::now();
        let outcome = rig.turn(&mut session, Talk::of(1).call(family, "c"));
        let took = start.elapsed();
        assert_eq!(brief(&outcome), "transport Timeout Maybe", "{fault}");
        let in_time = DEADLINE - Duration::from_millis(2)..DEADLINE + SLACK;
        assert!(in_time.contains(&took), "{fault}: {took:?}");
        assert_eq!(brief(&rig.turn(&mut session, Talk::of(1).call(family, "c"))), "ad");
        assert_eq!(sandbox.stats().requests, 3, "{fault}");
    }
}

fn a_platform_that_hangs_costs_the_deadline<W: Way>() {
    late::<W>(Fault::Hang);
}

fn a_platform_that_drips_costs_the_deadline_over_all<W: Way>() {
    late::<W>(Fault::Drip(Duration::from_millis(20)));
}

fn a_platform_that_is_late_costs_the_deadline<W: Way>() {
    late::<W>(Fault::Delay(Duration::from_millis(500)));
}

fn a_platform_that_is_slow_but_in_time_serves<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY).timeout(Duration::from_millis(900));
    sandbox.inject(Fault::Delay(Duration::from_millis(200)), Some(1));
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "ad");
}

fn no_time_at_all_is_a_failure_and_all_the_time_is_none<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY).timeout(Duration::ZERO);
    let outcome = brief(&rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c")));
    assert!(outcome.starts_with("transport Timeout"), "{outcome}");
    rig.client = rig.client.timeout(Millis(u64::MAX)).max_rate_wait(Millis(u64::MAX));
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "ad");
}

fn waiting_for_a_turn_counts_towards_the_deadline<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY).timeout(Duration::from_millis(400));
    let mut session = eager(Family::Ssp);
    rig.budget = Rate::new(5);
    assert_eq!(brief(&rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"))), "ad");
    sandbox.inject(Fault::Hang, Some(1));
    let start = Instant::now();
    let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "transport Timeout Maybe");
    assert!(start.elapsed() < Duration::from_millis(400) + SLACK, "{:?}", start.elapsed());
    rig.budget = Rate::new(PLENTY);
    assert_eq!(brief(&rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"))), "ad");
}

through_both!(
    a_platform_that_hangs_costs_the_deadline,
    a_platform_that_drips_costs_the_deadline_over_all,
    a_platform_that_is_late_costs_the_deadline,
    a_platform_that_is_slow_but_in_time_serves,
    no_time_at_all_is_a_failure_and_all_the_time_is_none,
    waiting_for_a_turn_counts_towards_the_deadline,
);
