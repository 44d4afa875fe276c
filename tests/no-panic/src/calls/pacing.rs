//! Turns and the key's budget.

use super::config::{head, now, wall};
use crate::opaque::{flag, keep, number, of, show};
use thrads_core::{Decision, Family, Millis, Pacing, Policy, Rate, Reason};

pub(super) fn all() {
    let (mut pacing, mut rate) = (pacing(), rate());
    for _ in 0..number() {
        pacing.on_turn();
        let decision = pacing.decide(now(), &mut rate, patience(), of(Some(flag())));
        show(pacing.explain(decision));
        if let Decision::Hold(hold) = decision {
            keep(hold.reason.code());
        }
        pacing.on_served();
        keep(rate.decide(now(), patience()));
        keep(rate.observe(now(), wall(), &head()));
    }
    keep((pacing.family(), pacing.policy(), pacing.turn()));
    keep(of(Reason::Rate).code());
}

pub(super) fn rate() -> Rate {
    of(if flag() { Rate::default() } else { Rate::new(number()) })
}

pub(super) fn policy() -> Policy {
    of(if flag() { Policy::SERVER } else { Policy::device(of(0), of(0)) })
}

pub(super) fn patience() -> Millis {
    of(Millis(0))
}

fn pacing() -> Pacing {
    of(Pacing::new(of(Family::V1), policy()))
}
