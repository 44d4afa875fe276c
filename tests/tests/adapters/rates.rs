//! The platform's limit, met without a budget and with one (wire contract 3.14, cases T54 and T109).

use std::time::{Duration, Instant, SystemTime};

use thrads_core::{Family, Hold, Rate, Reason};
use thrads_sandbox::{Config, Fault, PRODUCTION_KEY, Sandbox};
use thrads_std::Outcome;

use crate::rig::{PLENTY, Rig, Way, brief};
use crate::talk::{Talk, eager, generous};

fn second() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// Asks 41 times within one second, each time with a budget that knows of no other call; `None` if it took longer. The
/// last of the budgets keeps what it was told.
fn forty_one<W: Way>(sandbox: &Sandbox) -> Option<(Rig<W>, Vec<String>, Rate)> {
    let mut rig = Rig::<W>::of(sandbox, PRODUCTION_KEY);
    let mut session = eager(Family::Ssp);
    let talk = Talk::of(1);
    let start = second();
    while second() == start {
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut outcomes = Vec::new();
    let mut last = Rate::new(PLENTY);
    for _ in 0..41 {
        let mut budget = Rate::new(1000);
        session.on_turn();
        let asked = rig.client.ask(
            &mut session,
            &mut budget,
            &rig.publisher,
            talk.call(Family::Ssp, "c"),
            &mut rig.buffer,
        );
        outcomes.push(brief(&rig.way.run(async { asked.await.outcome.into() })));
        last = budget;
    }
    (second() == start + 1).then_some((rig, outcomes, last))
}

fn the_forty_first_call_of_a_second_is_refused_and_the_budget_backs_off<W: Way>() {
    let (sandbox, (mut rig, outcomes, last)) = (0..5)
        .find_map(|_| {
            let config = Config { always_match: true, ..Config::default() };
            let sandbox = Sandbox::start(config).unwrap();
            let attempt = forty_one::<W>(&sandbox)?;
            Some((sandbox, attempt))
        })
        .expect("no attempt fitted into its second");
    assert!(outcomes[..40].iter().all(|outcome| outcome == "ad"), "{outcomes:?}");
    assert_eq!(outcomes[40], "api 429 RateLimited");
    let stats = sandbox.stats();
    assert_eq!((stats.refused, stats.by_status.get("429")), (1, Some(&1)));
    rig.budget = last;
    let start = Instant::now();
    let held = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert!(matches!(held, Outcome::Held(Hold { reason: Reason::Backoff, .. })), "{held:?}");
    assert_eq!(sandbox.stats().requests, 41);
    loop {
        let again = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        if again.code() == "ad" {
            break;
        }
        assert_eq!(brief(&again), "held backoff");
        assert!(start.elapsed() < Duration::from_secs(2), "it never asks again");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(sandbox.stats().refused, 1);
}

fn a_platform_that_says_when_is_left_alone_until_then<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut session = eager(Family::Ssp);
    sandbox.inject(Fault::Status { code: 429, shape: None, retry_after: Some(1) }, Some(1));
    let start = Instant::now();
    let refused = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&refused), "api 429 RateLimited");
    while start.elapsed() < Duration::from_millis(950) {
        let held = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(brief(&held), "held backoff");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(1100).saturating_sub(start.elapsed()));
    let served = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&served), "ad");
    assert_eq!(sandbox.stats().requests, 2);
}

fn a_limit_that_is_learnt_is_kept<W: Way>() {
    let config = Config { always_match: true, limit: 10, ..Config::default() };
    let sandbox = Sandbox::start(config).unwrap();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    rig.budget = Rate::default();
    let mut session = eager(Family::Ssp);
    for _ in 0..12 {
        let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
        // The tenth of a second leaves nothing, and the budget then waits for the next second.
        assert!(["ad", "held rate"].contains(&brief(&outcome).as_str()), "{outcome:?}");
    }
    let stats = sandbox.stats();
    assert!(stats.refused == 0 && stats.max_per_second <= 10, "{stats:?}");
}

// One transport, one chat, the default budget: it waits its turn rather than lose the ad.
fn the_default_budget_never_meets_the_limit<W: Way>() {
    let sandbox = Sandbox::start(Config { always_match: true, ..Config::default() }).unwrap();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    rig.budget = Rate::default();
    let mut session = eager(Family::Ssp);
    for _ in 0..45 {
        let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(brief(&outcome), "ad");
    }
    let stats = sandbox.stats();
    assert!(stats.refused == 0 && stats.max_per_second <= 40, "{stats:?}");
}

fn low_quota_is_told_once_a_crossing<W: Way>() {
    use crate::raw::{Answer, Raw, SHOP, bid};
    let body = bid(SHOP);
    let lefts = ["10", "9", " 8 ", "7.0", "11, 11", "abc", "9"];
    let answers: Vec<_> = lefts
        .iter()
        .map(|left| {
            Answer::kept(format!(
                "HTTP/1.1 200 OK\r\nX-RateLimit-Remaining: {left}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ))
        })
        .collect();
    let server = Raw::start(answers);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    let mut session = eager(Family::Ssp);
    let talk = Talk::of(1);
    let mut told = Vec::new();
    for _ in lefts {
        session.on_turn();
        let Rig { way, client, budget, publisher, buffer, .. } = &mut rig;
        let call = talk.call(Family::Ssp, "c");
        let asked = way.run(client.ask(&mut session, budget, publisher, call, buffer));
        told.push(asked.event.is_some());
    }
    assert_eq!(told, [false, true, false, false, false, false, true]);
}

through_both!(
    the_forty_first_call_of_a_second_is_refused_and_the_budget_backs_off,
    a_platform_that_says_when_is_left_alone_until_then,
    a_limit_that_is_learnt_is_kept,
    the_default_budget_never_meets_the_limit,
    low_quota_is_told_once_a_crossing,
);
