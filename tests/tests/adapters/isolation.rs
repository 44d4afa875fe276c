//! What does not move a conversation's count, and what keys are for (wire contract cases T105 and T107).

use thrads_core::{Enforcement, Family, Policy, Session};
use thrads_sandbox::{Config, Fault, PRODUCTION_KEY, STAGING_KEY, Sandbox};

use crate::rig::{PLENTY, Rig, Way, brief, offers};
use crate::talk::{FAMILIES, Talk, end_user, generous, opener};

/// Turn three of a chat is its first with an ad, in either family.
fn paced(family: Family, enforcement: Enforcement) -> Session {
    let offset = if family == Family::V1 { 2 } else { 3 };
    Session::new(family, Policy { enforcement, offset: Some(offset), frequency: Some(5) })
}

fn chats_and_keys_are_counted_apart<W: Way>() {
    let sandbox = generous();
    let mut one = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut other = Rig::<W>::of(&sandbox, STAGING_KEY);
    let mut sessions = [(); 3].map(|()| paced(Family::V1, Enforcement::Server));
    let talk = Talk::of(1);
    for turn in 1..=4 {
        let expected = if turn == 3 { "ad" } else { "no_ad" };
        let [first, second, third] = &mut sessions;
        let outcomes = [
            one.turn(first, talk.call(Family::V1, "a")),
            one.turn(second, talk.call(Family::V1, "b")),
            other.turn(third, talk.call(Family::V1, "a")),
        ];
        assert!(outcomes.iter().all(|outcome| outcome.code() == expected), "{turn} {outcomes:?}");
    }
}

fn openers_before_the_first_word_advance_nothing<W: Way>() {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        for enforcement in [Enforcement::Server, Enforcement::Device] {
            let mut session = paced(family, enforcement);
            let chat = format!("{enforcement:?}");
            for _ in 0..3 {
                assert!(!offers(rig.ask(&mut session, opener(family))).is_empty());
            }
            for turn in 1..=4 {
                let outcome = rig.turn(&mut session, Talk::of(turn).call(family, &chat));
                assert_eq!(outcome.code() == "ad", turn == 3, "{family:?} {}", brief(&outcome));
            }
        }
        assert_eq!(sandbox.stats().openers.requests, 6);
    }
}

fn an_opener_between_calls_is_served_and_advances_nothing<W: Way>() {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let mut session = paced(family, Enforcement::Server);
        for turn in 1..=4 {
            let outcome = rig.turn(&mut session, Talk::of(turn).call(family, "c"));
            assert_eq!(outcome.code() == "ad", turn == 3, "{family:?} {}", brief(&outcome));
            assert_eq!(brief(&rig.ask(&mut session, opener(family))), "ad", "after turn {turn}");
        }
    }
}

fn a_refused_call_advances_neither_side<W: Way>() {
    for code in [422, 500] {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let mut session = paced(Family::V1, Enforcement::Server);
        let refusal = Fault::Status { code, shape: None, retry_after: None };
        sandbox.inject(refusal, Some(2));
        let outcomes: Vec<_> = (1..=5)
            .map(|turn| rig.turn(&mut session, Talk::of(turn).call(Family::V1, "c")))
            .map(|outcome| outcome.code())
            .collect();
        assert_eq!(outcomes, ["failed", "failed", "no_ad", "no_ad", "ad"], "{code}");
    }
}

fn a_failed_ask_earns_no_pause_where_this_side_counts<W: Way>() {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let mut session = paced(family, Enforcement::Device);
        sandbox.inject(Fault::Status { code: 422, shape: None, retry_after: None }, Some(1));
        let outcomes: Vec<_> = (1..=5)
            .map(|turn| rig.turn(&mut session, Talk::of(turn).call(family, "c")))
            .map(|outcome| outcome.code())
            .collect();
        assert_eq!(outcomes, ["held", "held", "failed", "ad", "held"], "{family:?}");
    }
}

fn a_staging_key_is_always_served_and_earns_nothing<W: Way>() {
    let sandbox = Sandbox::start(Config { limit: PLENTY, ..Config::default() }).unwrap();
    let mut rig = Rig::<W>::of(&sandbox, STAGING_KEY);
    let mut session = paced(Family::Ssp, Enforcement::Server);
    for turn in 1..=4 {
        let mut offers = offers(rig.turn(&mut session, Talk::of(turn).call(Family::Ssp, "c")));
        let reported = rig.report(offers.remove(0).impression, end_user());
        assert_eq!((reported.sent, reported.failed), (2, 0));
    }
    let stats = sandbox.stats();
    assert_eq!((stats.impressions, stats.revenue_micros), (4, 0));
}

fn a_production_key_is_served_what_fits_and_earns<W: Way>() {
    let sandbox = Sandbox::start(Config { limit: PLENTY, ..Config::default() }).unwrap();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut session = paced(Family::Ssp, Enforcement::Device);
    let mut outcomes = Vec::new();
    for turn in 1..=3 {
        outcomes.push(rig.turn(&mut session, Talk::of(turn).call(Family::Ssp, "c")));
    }
    let impression = offers(outcomes.remove(2)).remove(0).impression;
    let worth = impression.earns_micros();
    rig.report(impression, end_user());
    let stats = sandbox.stats();
    assert_eq!((stats.impressions, stats.revenue_micros), (1, worth));
    assert!(worth > 0);
}

through_both!(
    chats_and_keys_are_counted_apart,
    openers_before_the_first_word_advance_nothing,
    an_opener_between_calls_is_served_and_advances_nothing,
    a_refused_call_advances_neither_side,
    a_failed_ask_earns_no_pause_where_this_side_counts,
    a_staging_key_is_always_served_and_earns_nothing,
    a_production_key_is_served_what_fits_and_earns,
);
