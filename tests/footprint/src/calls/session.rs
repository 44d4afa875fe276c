//! Asking through a session, over both APIs.

use crate::opaque::{keep, of, text};
use thrads_core::{
    Call, Family, Head, Instant, Millis, Next, Offer, Outcome, Policy, Publisher, Rate, Session,
    Step,
};

use super::send;

/// A turn, an ask and its answer.
#[inline(never)]
pub fn ask(publisher: &Publisher, call: Call<'_>, body: &mut [u8], url: &mut [u8]) {
    ask_and(publisher, call, body, url, |offer| keep(offer.ad));
}

/// The same, and something done with each ad.
#[inline(always)]
pub fn ask_and(
    publisher: &Publisher,
    call: Call<'_>,
    body: &mut [u8],
    url: &mut [u8],
    mut with_offer: impl FnMut(Offer<&str>),
) {
    let mut session = of(Session::new(of(Family::Ssp), of(Policy::SERVER)));
    let mut rate = of(Rate::default());
    session.on_turn();
    let now = Instant::from_millis(of(0));
    let Step::Send { request, .. } =
        session.poll_request(now, &mut rate, Millis(0), publisher, call)
    else {
        return;
    };
    send(&request, url);
    let mut head = Head::new(of(200));
    head.field(text(), text().as_bytes());
    keep(rate.observe(now, of(None), &head));
    if session.handle_head(&head) == Next::Body {
        match session.handle_response(&head, body) {
            Outcome::Ad(offers) => offers.for_each(&mut with_offer),
            outcome => keep(outcome),
        }
    }
}
