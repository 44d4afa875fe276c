//! A conversation and what it shares with others, for the tests of `session`.

use super::{Outcome, Session, Step};
use crate::config::{ApiKey, Environment, Family, Publisher};
use crate::head::Head;
use crate::pacing::{Cap, Caps, Health, Hold, Lent, Policy, Rate, Reason, Until, User};
use crate::request::{BidRequest, Call, EndUser};
use crate::time::{Instant, Millis};

pub(super) const BID: &[u8] = br#"{"data":{"bid":{"headline":"H","url":"https://s.example/r"}}}"#;
pub(super) const BIDS: &[u8] = br#"{"data":{"bids":[{"headline":"H","url":"https://s.example/r"},
    {"headline":"I","url":"https://s.example/s"}]}}"#;
pub(super) const NO_BID: &[u8] = br#"{"data":{"bid":null}}"#;

/// What conversations share, of one key and one person.
pub(super) struct Shared {
    pub(super) rate: Rate,
    pub(super) health: Health,
    pub(super) user: User,
}

impl Shared {
    pub(super) fn new(caps: Caps) -> Self {
        Self { rate: Rate::new(1000), health: Health::new(1), user: User::new(caps) }
    }

    pub(super) fn lend(&mut self) -> Lent<'_> {
        Lent { rate: &mut self.rate, health: Some(&mut self.health), user: Some(&mut self.user) }
    }
}

pub(super) fn session() -> Session {
    Session::new(Family::Ssp, Policy::SERVER)
}

/// Asks; what holds the call, if anything does.
pub(super) fn poll<'l>(session: &mut Session, lent: impl Into<Lent<'l>>, at: u64) -> Option<Hold> {
    let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
    let user = EndUser::this_device("test/1").unwrap();
    let call = Call::Bid(BidRequest::opener("u", user).unwrap());
    match session.poll_request(now(at), lent, Millis(5), &publisher, call) {
        Step::Send { .. } => None,
        Step::Hold(hold) => Some(hold),
    }
}

/// Asks and is answered; how many ads are offered.
pub(super) fn ask(
    session: &mut Session,
    shared: &mut Shared,
    at: u64,
    status: u16,
    body: &[u8],
) -> usize {
    session.on_turn();
    assert_eq!(poll(session, shared.lend(), at), None);
    let mut body = body.to_vec();
    let offered = match session.handle_response(&Head::new(status), &mut body) {
        Outcome::Ad(offers) => offers.count(),
        _ => 0,
    };
    session.tell(now(at), shared.lend());
    offered
}

pub(super) fn now(at: u64) -> Instant {
    Instant::from_millis(at)
}

pub(super) fn capped(cap: Cap, until: u64) -> Option<Hold> {
    Some(Hold { reason: Reason::Cap(cap), until: Until::At(now(until)) })
}
