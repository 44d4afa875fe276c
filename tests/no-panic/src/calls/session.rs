//! The machine of one conversation.

use super::config::{head, now, publisher, wall};
use super::consent::permission;
use super::pacing::{health, patience, policy, rate, user};
use super::request::{with_call, write};
use super::response::{api_error, read};
use super::tracking::report;
use crate::opaque::{flag, keep, of, show, text};
use thrads_core::{
    Call, Failure, Family, Lent, Next, OffsetMode, Outcome, Publisher, Session, Snapshot, Step,
    TransportError, TransportErrorKind,
};

pub(super) fn all() {
    let (mut session, mut rate) = (session(), rate());
    let (mut health, mut user, publisher) = (health(), user(), publisher());
    let mut lent = Lent { rate: &mut rate, health: Some(&mut health), user: Some(&mut user) };
    with_call(|call| ask(&mut session, &mut lent, &publisher, call));
    let snapshot = of(Snapshot::take(now(), wall(), text(), &session, &lent));
    if let Err(error) = snapshot.restore(now(), wall(), text(), &mut session, &mut lent) {
        show(error);
        keep(error.explain());
    }
}

pub(super) fn session() -> Session {
    of(Session::new(of(Family::Ssp), policy()).offset_mode(of(OffsetMode::AfterN)))
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

fn ask(session: &mut Session, lent: &mut Lent<'_>, publisher: &Publisher, call: Call<'_>) {
    session.permit(permission());
    keep(session.permission());
    if flag() {
        session.on_sensitive_turn();
    } else {
        session.on_turn();
    }
    match session.poll_request(now(), lent.reborrow(), patience(), publisher, call) {
        Step::Send { request, not_before } => {
            keep((session.is_trial(), not_before));
            keep(session.recheck(now(), lent.reborrow(), not_before, patience()));
            write(&request);
            session.recheck_answer(lent);
            answer(session);
            session.tell(now(), lent.reborrow());
            keep(session.on_seen(now(), lent.reborrow()));
            session.on_unseen(now(), lent.reborrow());
        }
        Step::Hold(hold) => session.give_up(now(), lent.reborrow(), hold),
    }
    if let Some(explained) = session.explained() {
        show(explained);
    }
    keep((session.turn(), session.unsettled(), session.late(), session.shadow()));
    keep(session.hold_offline(now()));
    session.abandon();
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
