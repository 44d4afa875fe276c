//! Turn pacing, and the key's budget by itself.

use crate::opaque::{keep, of, text};
use thrads_core::{Family, Head, Instant, Millis, Pacing, Policy, Rate, User};

/// One turn: whether to ask, and that an ad was served.
#[inline(never)]
pub fn turn(pacing: &mut Pacing) {
    pacing.on_turn();
    match pacing.check(of(None)) {
        None => pacing.on_served(),
        Some(hold) => keep(hold),
    }
}

/// The budget of a key, learnt from the head of an answer.
#[inline(never)]
pub fn budget(rate: &mut Rate) {
    keep(rate.decide(now(), Millis(of(500))));
    let mut head = Head::new(of(429));
    head.field(text(), text().as_bytes());
    keep(rate.observe(now(), of(None), &head));
}

/// An ad within a person's caps, from the ask to its impression.
#[inline(never)]
pub fn caps(user: &mut User) {
    keep(user.check(now(), of(0)));
    keep(user.reserve());
    if of(true) {
        keep(user.on_seen(now()));
    } else {
        user.release();
    }
}

pub(super) fn pacing(family: Family) -> Pacing {
    of(Pacing::new(family, of(Policy::device(3, 5))))
}

fn now() -> Instant {
    Instant::from_millis(of(0))
}
