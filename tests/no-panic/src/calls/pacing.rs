//! Turns and the key's budget.

use super::config::{head, now, wall};
use crate::opaque::{flag, keep, number, of, show};
use thrads_core::{
    Caps, Decision, Family, Health, Millis, OffsetMode, Pacing, Policy, Rate, Reason, Seen, User,
};

pub(super) fn all() {
    let (mut pacing, mut rate) = (pacing(), rate());
    for _ in 0..number() {
        pacing.on_turn();
        let decision = pacing.decide(now(), &mut rate, patience(), of(Some(flag())));
        show(pacing.explain(now(), decision));
        if let Decision::Hold(hold) = decision {
            keep(hold.reason.code());
        }
        pacing.on_served();
        keep(rate.decide(now(), patience()));
        keep(rate.observe(now(), wall(), &head()));
    }
    keep((pacing.family(), pacing.policy(), pacing.turn(), pacing.shadow()));
    keep(pacing.anew().offset_mode(of(OffsetMode::AtN)));
    keep(of(Reason::Rate).code());
}

/// What a person may be shown, asked for by itself.
pub(super) fn user() -> User {
    let gap_secs = number();
    let mut user = of(User::new(Caps { conversation: of(0), hour: of(0), day: of(0), gap_secs }));
    if flag() {
        user.opt_out();
        user.opt_in();
    }
    keep((user.check(now(), of(0)), user.reserve(), user.on_seen(now())));
    user.release();
    let (hour_left, day_left, gap_left) = (patience(), patience(), patience());
    user.learn(now(), Seen { hour: of(0), hour_left, day: of(0), day_left, gap_left });
    keep((user.caps(), user.is_opted_out()));
    user
}

pub(super) fn health() -> Health {
    let mut health = of(Health::new(of(0)));
    keep(health.failures());
    if flag() {
        health.on_new_key();
    }
    health
}

pub(super) fn rate() -> Rate {
    of(if flag() { Rate::default() } else { Rate::new(number()).up_to(number()) })
}

pub(super) fn policy() -> Policy {
    of(if flag() { Policy::shadow(of(0), of(0)) } else { Policy::device(of(0), of(0)) })
}

pub(super) fn patience() -> Millis {
    of(Millis(0))
}

fn pacing() -> Pacing {
    of(Pacing::new(of(Family::V1), policy()))
}
