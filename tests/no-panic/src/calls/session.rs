//! The machine of one conversation.

use super::config::{head, now, publisher};
use super::pacing::{patience, policy, rate};
use super::request::{with_call, write};
use super::response::{api_error, read};
use super::tracking::report;
use crate::opaque::{flag, keep, of, show};
use thrads_core::{
    Call, Failure, Family, Next, Outcome, Publisher, Rate, Session, Step, TransportError,
    TransportErrorKind,
};

pub(super) fn all() {
    let (mut session, mut rate) = (session(), rate());
    let publisher = publisher();
    with_call(|call| ask(&mut session, &mut rate, &publisher, call));
}

pub(super) fn session() -> Session {
    of(Session::new(of(Family::Ssp), policy()))
}

pub(super) fn outcome(outcome: Outcome<'_>) {
    match outcome {
        Outcome::Ad(offers) => {
            keep(offers.served().request_id);
            offers.for_each(|offer| {
                read(&offer.ad);
                report(offer.impression);
            });
        }
        Outcome::NoAd(no_ad) => keep(no_ad),
        Outcome::Held(hold) => keep(hold),
        Outcome::Failed(Failure::Api(error)) => api_error(&error),
        Outcome::Failed(failure) => keep(failure),
        _ => {}
    }
}

fn ask(session: &mut Session, rate: &mut Rate, publisher: &Publisher, call: Call<'_>) {
    session.on_turn();
    match session.poll_request(now(), rate, patience(), publisher, call) {
        Step::Send { request, not_before } => {
            keep(not_before);
            write(&request);
            answer(session);
        }
        Step::Hold(hold) => keep(hold),
    }
    if let Some(explained) = session.explained() {
        show(explained);
    }
    keep((session.turn(), session.unsettled()));
    if flag() {
        session.reset();
    }
}

fn answer(session: &mut Session) {
    let head = head();
    let mut body = of([0_u8; 256]);
    if flag() {
        let error = TransportError::unsent(of(TransportErrorKind::Dns));
        outcome(session.handle_failure(error));
    } else if session.handle_head(&head) == Next::Body {
        outcome(session.handle_response(&head, of(body.as_mut_slice())));
    }
}
