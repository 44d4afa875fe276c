//! Ads on exchanges 3, 8 and 13, whoever counts (wire contract 2.10 and 3.4, cases T104 and T106).

use thrads_core::{BidConfig, Call, Enforcement, Family, Policy, Session, Setting};
use thrads_sandbox::{PRODUCTION_KEY, Sandbox};
use thrads_std::Outcome;

use crate::rig::{Rig, Way, brief, offers};
use crate::talk::{FAMILIES, Talk, generous, prompt};

/// Offset and frequency that give the same turns in either family's arithmetic.
fn first_on_three(family: Family, enforcement: Enforcement) -> Policy {
    let offset = match family {
        Family::V1 => 2,
        Family::Ssp => 3,
    };
    Policy { enforcement, offset: Some(offset), frequency: Some(5) }
}

/// The turns of a chat that earned an ad, `call` being made of the turn.
fn served<W: Way>(
    sandbox: &Sandbox,
    session: &mut Session,
    turns: usize,
    call: impl for<'t> Fn(usize, &'t Talk) -> Call<'t>,
) -> Vec<usize> {
    let mut rig = Rig::<W>::of(sandbox, PRODUCTION_KEY);
    let mut serving = |turn: &usize| match rig.turn(session, call(*turn, &Talk::of(*turn))) {
        Outcome::Ad(_) => true,
        Outcome::NoAd { .. } | Outcome::Held(_) => false,
        other => panic!("turn {turn}: {}", brief(&other)),
    };
    (1..=turns).filter(|turn| serving(turn)).collect()
}

fn counted_by<W: Way>(enforcement: Enforcement, requests: u64) {
    for family in FAMILIES {
        let sandbox = generous();
        let mut session = Session::new(family, first_on_three(family, enforcement));
        let ads = served::<W>(&sandbox, &mut session, 15, |_, talk| talk.call(family, "c"));
        assert_eq!(ads, [3, 8, 13], "{family:?}");
        let stats = sandbox.stats();
        assert_eq!((stats.requests, stats.ads), (requests, 3), "{family:?}");
        assert_eq!((session.turn(), session.unsettled()), (15, 0), "{family:?}");
    }
}

fn the_platform_counts_and_is_asked_on_every_turn<W: Way>() {
    counted_by::<W>(Enforcement::Server, 15);
}

fn this_side_counts_and_asks_three_times<W: Way>() {
    counted_by::<W>(Enforcement::Device, 3);
}

fn v1_counts_as_it_is_told<W: Way>() {
    for (offset, frequency, turns, expected) in [
        (0, 0, 5, &[1, 2, 3, 4, 5][..]),
        (0, 2, 5, &[1, 3, 5]),
        (20, 5, 22, &[21]),
        (2, 20, 22, &[3]),
    ] {
        for enforcement in [Enforcement::Server, Enforcement::Device] {
            let policy = Policy { enforcement, offset: Some(offset), frequency: Some(frequency) };
            let mut session = Session::new(Family::V1, policy);
            let ads =
                served::<W>(&generous(), &mut session, turns, |_, talk| talk.call(Family::V1, "c"));
            assert_eq!(ads, expected, "{policy:?}");
        }
    }
}

fn a_forced_ad_counts_as_one_and_a_forbidden_turn_has_none<W: Way>() {
    for enforcement in [Enforcement::Server, Enforcement::Device] {
        let policy = first_on_three(Family::V1, enforcement);
        for (force, on, expected) in [(true, 1, &[1, 6][..]), (false, 3, &[4])] {
            let mut session = Session::new(Family::V1, policy);
            let ads = served::<W>(&generous(), &mut session, 6, |turn, _| {
                let call = prompt("c");
                Call::Prompt(if turn == on { call.force(force) } else { call })
            });
            assert_eq!(ads, expected, "{policy:?} {force}");
        }
    }
}

fn the_ssp_counts_as_it_is_told<W: Way>() {
    for (offset, frequency, expected) in
        [(3, 5, &[3, 8][..]), (0, 0, &[1, 2, 3, 4, 5, 6, 7, 8, 9]), (1, 4, &[1, 5, 9])]
    {
        for enforcement in [Enforcement::Server, Enforcement::Device] {
            let policy = Policy { enforcement, offset: Some(offset), frequency: Some(frequency) };
            let mut session = Session::new(Family::Ssp, policy);
            let ads =
                served::<W>(&generous(), &mut session, 9, |_, talk| talk.call(Family::Ssp, "c"));
            assert_eq!(ads, expected, "{policy:?}");
        }
    }
}

fn null_and_nothing_mean_the_dashboards_values<W: Way>() {
    for setting in [Setting::Dashboard, Setting::Omitted] {
        let mut config = BidConfig::default();
        (config.ad_offset, config.max_frequency) = (setting, setting);
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let ads = served::<W>(&generous(), &mut session, 9, |_, talk| {
            Call::Bid(talk.bid("c").config(config))
        });
        assert_eq!(ads, [2, 7], "{setting:?}");
    }
}

fn a_first_request_on_turn_three_is_served<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let policy = first_on_three(Family::Ssp, Enforcement::Server);
    let mut session = Session::new(Family::Ssp, policy);
    let talk = Talk::of(1);
    let call = Call::Bid(talk.bid("c").turn_number(3));
    assert_eq!(offers(rig.turn(&mut session, call)).len(), 1);
}

through_both!(
    the_platform_counts_and_is_asked_on_every_turn,
    this_side_counts_and_asks_three_times,
    v1_counts_as_it_is_told,
    a_forced_ad_counts_as_one_and_a_forbidden_turn_has_none,
    the_ssp_counts_as_it_is_told,
    null_and_nothing_mean_the_dashboards_values,
    a_first_request_on_turn_three_is_served,
);
