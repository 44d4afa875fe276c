//! One conversation's asking for ads, without I/O: what to send, and what the answer means.
//!
//! Ties `pacing`, `request` and `response` together; `client` drives it over a transport. Sections 3.13 and 5 of the wire
//! contract.

mod decided;
#[cfg(test)]
mod fixture;
mod kept;
mod outcome;
mod shows;
mod verdict;

pub(crate) use kept::KeptSession;
pub use outcome::{Failure, Offer, Offers, Outcome};

use crate::config::{Family, Publisher};
use crate::consent::Permission;
use crate::error::{TransportError, TransportErrorKind};
use crate::head::Head;
use crate::pacing::{
    Counters, Decision, Enforcement, Explained, Health, Hold, Lent, OffsetMode, Pacing, Policy,
    Reason, Shadow, Until, User, Verdict,
};
use crate::request::{Call, Request};
use crate::response::{Answer, Endpoint, MAX_ADS, decode};
use crate::time::{Instant, Millis};
use decided::Decided;
use shows::Shows;
use verdict::verdict;

/// The ads of one conversation.
///
/// Tell it of each finished exchange with [`on_turn`](Self::on_turn), then ask. A request that is never answered, because its
/// future was dropped, is settled by the next ask as one that may have been sent.
///
/// What conversations share is lent to it as [`Lent`]; a [`Rate`](crate::Rate) alone will do. Where a [`Health`] or a [`User`]
/// is lent, [`tell`](Self::tell) it what came of each ask, and [`on_seen`](Self::on_seen) or
/// [`on_unseen`](Self::on_unseen) of each ad.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    pacing: Pacing,
    state: State,
    decided_at: Instant,
    decided: Decided,
    counters: Counters,
    shows: Shows,
    is_sensitive: bool,
    permission: Permission,
    unsettled: u16,
    late: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Idle,
    Asked(Asked),
    /// What is lent has not been told yet.
    Answered {
        verdict: Verdict,
        is_trial: bool,
        has_ad: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asked {
    endpoint: Endpoint,
    is_opener: bool,
    is_trial: bool,
    is_late: bool,
}

/// What to do with a call.
#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum Step<'a> {
    /// Send this.
    Send {
        /// What to send.
        request: Request<'a>,
        /// Nothing before this moment, so that the key's budget holds.
        not_before: Instant,
    },
    /// Do not ask.
    Hold(Hold),
}

/// What to do with an answer whose head has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Next {
    /// Read its body.
    Body,
    /// Drop it: the person has moved on, or nobody asked.
    Drop,
}

impl Session {
    /// A conversation before its first word.
    pub const fn new(family: Family, policy: Policy) -> Self {
        Self {
            pacing: Pacing::new(family, policy),
            state: State::Idle,
            decided_at: Instant::from_millis(0),
            decided: Decided::Nothing,
            counters: Counters { conversation: 0, hour: 0, day: 0, failures: 0 },
            shows: Shows::NONE,
            is_sensitive: false,
            permission: Permission::Everything,
            unsettled: 0,
            late: 0,
        }
    }

    /// Takes an offset in another way than the family's, before the first turn.
    #[must_use]
    pub const fn offset_mode(self, mode: OffsetMode) -> Self {
        Self { pacing: self.pacing.offset_mode(mode), ..self }
    }

    /// An exchange is finished: the person asked and was answered. Makes the answer to an earlier ask a late one.
    pub fn on_turn(&mut self) {
        self.pacing.on_turn();
        self.is_sensitive = false;
        self.abandon();
    }

    /// The same, of an exchange beside which no ad may stand, such as one about health: it counts, and no call goes out
    /// until the next.
    pub fn on_sensitive_turn(&mut self) {
        self.on_turn();
        self.is_sensitive = true;
    }

    /// What may leave for the person in front, from now on and through all chats, until it is said again. Where it is less than
    /// before, the answer to an ask under way becomes a late one; drop its future, and nothing more of it is sent either.
    ///
    /// It stops asks and the counting of what was seen, and is not part of a snapshot. Who reports through a [`Client`](crate::Client) gives it the same
    /// permission.
    pub fn permit(&mut self, permission: Permission) {
        if permission > self.permission {
            self.abandon();
        }
        self.permission = permission;
    }

    /// What may leave for the person.
    pub const fn permission(&self) -> Permission {
        self.permission
    }

    /// A new chat begins: turns count anew, and an answer to an earlier ask is a late one. Ads of the old chat that are on
    /// screen keep their places with the person until those lapse.
    pub fn reset(&mut self) {
        self.settle();
        self.pacing = self.pacing.anew();
        self.decided = Decided::Nothing;
        self.is_sensitive = false;
        self.shows = Shows { asked: self.shows.asked, ..Shows::NONE };
    }

    /// Makes the answer to an ask that is under way a late one, which is dropped.
    pub fn abandon(&mut self) {
        if let State::Asked(asked) = &mut self.state {
            asked.is_late = true;
        }
    }

    /// Finished exchanges so far.
    pub fn turn(&self) -> u32 {
        self.pacing.turn()
    }

    /// The last decision with the counters behind it; `None` before the first.
    pub fn explained(&self) -> Option<Explained> {
        let decision = self.decided.at(self.decided_at)?;
        let explained = self.pacing.explain(self.decided_at, decision);
        Some(Explained { counters: self.counters, ..explained })
    }

    /// Requests that were handed out and never answered: they may have been sent. The count stops at 65,535.
    pub fn unsettled(&self) -> u32 {
        self.unsettled.into()
    }

    /// Answers that came after the person had moved on, and were dropped. The count stops at 65,535.
    pub fn late(&self) -> u32 {
        self.late.into()
    }

    /// What [`Enforcement::Device`] would have saved and missed, where [`Enforcement::Shadow`] was agreed on.
    pub fn shadow(&self) -> Shadow {
        self.pacing.shadow()
    }

    /// Decides about a call and makes it a request. Openers are not spaced by turns; all else holds for them too.
    ///
    /// Where the key's budget is used up for the moment, a request is handed out all the same if it may be sent within
    /// `patience`; if it waits, [`recheck`](Self::recheck) it before it is sent. A call of the other family than the
    /// session's is spaced by the session's arithmetic.
    pub fn poll_request<'a, 'l>(
        &mut self,
        now: Instant,
        lent: impl Into<Lent<'l>>,
        patience: Millis,
        publisher: &'a Publisher,
        mut call: Call<'a>,
    ) -> Step<'a> {
        let mut lent = lent.into();
        self.settle();
        self.tell(now, lent.reborrow());
        let decision = match self.held(now, &mut lent, &call) {
            Some(hold) => Decision::Hold(hold),
            None => lent.rate.decide(now, patience),
        };
        self.note(now, decision, &lent);
        let not_before = match decision {
            Decision::Hold(hold) => return Step::Hold(hold),
            Decision::Ask(at) => at,
        };
        if !call.is_opener() {
            self.pacing.on_decided(decision);
        }
        self.shows.asked = lent.user.is_some_and(User::reserve);
        self.state = State::Asked(Asked {
            endpoint: endpoint(&call),
            is_opener: call.is_opener(),
            is_trial: lent.health.is_some_and(Health::begin),
            is_late: false,
        });
        self.space(&mut call);
        call.permit(self.permission);
        Step::Send { request: Request::new(publisher, call), not_before }
    }

    /// Decides again about a request that waited until `not_before`: what stopped calls meanwhile stops this one, which is
    /// then given up and must not be sent. One that woke too late for its turn may have to wait for another, within what is
    /// left of its `patience`; recheck it again then.
    pub fn recheck<'l>(
        &mut self,
        now: Instant,
        lent: impl Into<Lent<'l>>,
        not_before: Instant,
        patience: Millis,
    ) -> Decision {
        let mut lent = lent.into();
        let decision = match self.stopped(&lent) {
            Some(hold) => Decision::Hold(hold),
            None => lent.recheck(now, not_before, patience, self.is_trial()),
        };
        if let Decision::Hold(hold) = decision {
            self.give_up(now, lent, hold);
        }
        decision
    }

    /// Whether the request under way is the one that finds out whether a platform that was left alone is back.
    pub fn is_trial(&self) -> bool {
        matches!(self.state, State::Asked(Asked { is_trial: true, .. }))
    }

    /// Gives up the request that was handed out, because of a hold that whoever sends it knows of, such as a cap that
    /// replicas of a server share. It must not be sent; the person's place is free again. Does nothing where none was
    /// handed out.
    pub fn give_up<'l>(&mut self, now: Instant, lent: impl Into<Lent<'l>>, hold: Hold) {
        let mut lent = lent.into();
        if let State::Asked(_) = self.state {
            self.conclude(Verdict::Unknown, false);
            self.tell(now, lent.reborrow());
            self.note(now, Decision::Hold(hold), &lent);
        }
    }

    /// Makes an answer that has come a late one if the person has opted out since it was asked for.
    pub fn recheck_answer(&mut self, lent: &Lent<'_>) {
        if self.stopped(lent).is_some() {
            self.abandon();
        }
    }

    /// Whether the body of an answer is worth reading. One that is dropped has answered its request all the same.
    pub fn handle_head(&mut self, head: &Head) -> Next {
        match self.state {
            State::Asked(asked) if !asked.is_late || !matches!(head.status, 200..=299) => {
                Next::Body
            }
            State::Asked(_) => {
                self.drop_late();
                self.conclude(Verdict::Works, false);
                Next::Drop
            }
            _ => Next::Drop,
        }
    }

    /// Takes the answer; its outcome borrows `body` and nothing else. Where the person's caps keep a place for one ad, one
    /// ad is offered.
    pub fn handle_response<'b>(&mut self, head: &Head, body: &'b mut [u8]) -> Outcome<'b> {
        let State::Asked(asked) = self.state else { return Outcome::Failed(Failure::Stale) };
        let is_page = body.trim_ascii_start().starts_with(b"<");
        let answer = decode(asked.endpoint, head, body);
        let has_ad = matches!(answer, Answer::Ads(_)) && !asked.is_late;
        self.conclude(verdict(&answer, head.status, is_page), has_ad);
        match answer {
            Answer::Ads(_) | Answer::NoAd(_) if asked.is_late => {
                self.drop_late();
                Outcome::Failed(Failure::Stale)
            }
            Answer::Ads(served) => {
                if !asked.is_opener {
                    self.pacing.on_served();
                }
                Outcome::Ad(Offers::new(served, if self.shows.asked { 1 } else { MAX_ADS }))
            }
            Answer::NoAd(no_ad) => Outcome::NoAd(no_ad),
            // A session asks for ads only.
            Answer::Poll(_) => Outcome::Failed(Failure::Stale),
            Answer::ApiError(error) => Outcome::Failed(Failure::Api(error)),
            Answer::Malformed(malformed) => Outcome::Failed(Failure::Malformed(malformed)),
        }
    }

    /// Takes it that no answer came.
    pub fn handle_failure(&mut self, error: TransportError) -> Outcome<'static> {
        let was_tried = error.kind != TransportErrorKind::Target;
        self.conclude(if was_tried { Verdict::Failed } else { Verdict::Unknown }, false);
        Outcome::Failed(Failure::Transport(error))
    }

    /// Takes it that the link is down: nothing is asked. Call it in place of [`poll_request`](Self::poll_request).
    pub fn hold_offline(&mut self, now: Instant) -> Hold {
        self.hold(now, Hold { reason: Reason::Offline, until: Until::Lifted })
    }

    /// Notes a hold that the session did not decide on.
    pub(crate) fn hold(&mut self, now: Instant, hold: Hold) -> Hold {
        (self.decided_at, self.decided) = (now, Decided::new(now, Decision::Hold(hold)));
        hold
    }

    /// What holds a call, but for the key's budget.
    fn held(&self, now: Instant, lent: &mut Lent<'_>, call: &Call<'_>) -> Option<Hold> {
        let by_turns = || if call.is_opener() { None } else { self.pacing.check(call.forced()) };
        self.stopped(lent)
            .or_else(by_turns)
            .or_else(|| lent.user.as_mut()?.check(now, self.shows.count()))
            .or_else(|| lent.health.as_mut()?.check(now))
    }

    fn stopped(&self, lent: &Lent<'_>) -> Option<Hold> {
        let by_permission = Hold::by(self.permission);
        by_permission
            .or_else(|| lent.opted_out())
            .or_else(|| self.is_sensitive.then(|| self.pacing.opted_out()))
    }

    fn note(&mut self, now: Instant, decision: Decision, lent: &Lent<'_>) {
        (self.decided_at, self.decided) = (now, Decided::new(now, decision));
        let (hour, day) = lent.user.as_ref().map_or((0, 0), |user| user.counts());
        let failures = lent.health.as_ref().map_or(0, |health| health.failures());
        self.counters = Counters { conversation: self.shows.count(), hour, day, failures };
    }

    fn conclude(&mut self, verdict: Verdict, has_ad: bool) {
        if let State::Asked(Asked { is_trial, .. }) = self.state {
            self.state = State::Answered { verdict, is_trial, has_ad };
        }
    }

    fn drop_late(&mut self) {
        self.late = self.late.saturating_add(1);
    }

    fn settle(&mut self) {
        if let State::Asked(_) = self.state {
            self.unsettled = self.unsettled.saturating_add(1);
            self.conclude(Verdict::Unknown, false);
        }
    }

    /// Only one side counts: the platform is told not to, or is told what to count by.
    fn space(&self, call: &mut Call<'_>) {
        let policy = self.pacing.policy();
        match policy.enforcement {
            Enforcement::Device => call.pace(Some(0), Some(0), Some(self.pacing.turn())),
            Enforcement::Server | Enforcement::Shadow => {
                call.pace(policy.offset, policy.frequency, None);
            }
        }
    }
}

fn endpoint(call: &Call<'_>) -> Endpoint {
    match call {
        Call::Prompt(_) => Endpoint::Prompt,
        Call::Message(_) => Endpoint::Message,
        Call::Bid(_) => Endpoint::Bid,
    }
}

const _: () = assert!(size_of::<Session>() <= 64, "a conversation takes 64 bytes at most");

#[cfg(test)]
mod tests {
    use super::fixture::{BID, NO_BID, Shared, ask, now, poll, session};
    use super::*;
    use crate::config::{ApiKey, Environment};
    use crate::conversation::{Conversation, Message, Role};
    use crate::pacing::{Caps, Rate};
    use crate::request::{BidRequest, EndUser};

    #[test]
    fn a_request_that_is_never_answered_is_settled_by_the_next() {
        let (mut session, mut rate) = (session(), Rate::default());
        assert_eq!(poll(&mut session, &mut rate, 0), None);
        assert_eq!(session.unsettled(), 0);
        assert_eq!(poll(&mut session, &mut rate, 1000), None);
        assert_eq!(session.unsettled(), 1);
        let mut body = BID.to_vec();
        assert!(matches!(session.handle_response(&Head::new(200), &mut body), Outcome::Ad(_)));
    }

    #[test]
    fn an_answer_after_the_person_moved_on_is_dropped_counted_and_settled() {
        let (mut session, mut rate) = (session(), Rate::default());
        assert_eq!(poll(&mut session, &mut rate, 0), None);
        session.on_turn();
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        assert_eq!(poll(&mut session, &mut rate, 1000), None);
        assert_eq!((session.unsettled(), session.late()), (0, 1));
        session.on_turn();
        let mut body = BID.to_vec();
        let outcome = session.handle_response(&Head::new(200), &mut body);
        assert!(matches!(outcome, Outcome::Failed(Failure::Stale)));
        assert_eq!(session.late(), 2);
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_stale() {
        let mut session = session();
        let mut body = BID.to_vec();
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        let outcome = session.handle_response(&Head::new(200), &mut body);
        assert!(matches!(outcome, Outcome::Failed(Failure::Stale)));
        assert_eq!(session.late(), 0);
    }

    #[test]
    fn who_opted_out_is_not_asked_for_and_not_reported() {
        let mut shared = Shared::new(Caps::default());
        let mut session = session();
        assert_eq!(ask(&mut session, &mut shared, 0, 200, BID), 1);
        shared.user.opt_out();
        assert!(!session.on_seen(now(1000), shared.lend()));
        let hold = Some(Hold { reason: Reason::OptOut, until: Until::Lifted });
        assert_eq!(poll(&mut session, shared.lend(), 1000), hold);
        shared.user.opt_in();
        assert_eq!(poll(&mut session, shared.lend(), 1000), None);
        shared.user.opt_out();
        session.recheck_answer(&shared.lend());
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        assert_eq!(session.late(), 1);
    }

    #[test]
    fn a_sensitive_turn_holds_all_calls_and_counts() {
        let (mut session, mut rate) = (session(), Rate::default());
        session.on_turn();
        session.on_sensitive_turn();
        let hold = Hold { reason: Reason::OptOut, until: Until::Turn(3) };
        assert_eq!(poll(&mut session, &mut rate, 0), Some(hold));
        assert_eq!(session.explained().unwrap().decision, Decision::Hold(hold));
        session.on_turn();
        assert_eq!(poll(&mut session, &mut rate, 0), None);
        assert_eq!(session.turn(), 3);
    }

    #[test]
    fn a_request_that_waited_is_stopped_by_what_happened_meanwhile() {
        let mut shared = Shared::new(Caps { hour: 1, ..Caps::default() });
        let mut session = session();
        let stop: [fn(&mut Shared); 3] = [
            |shared| shared.user.opt_out(),
            |shared| shared.health.on_verdict(now(0), Verdict::KeyRefused, false),
            |shared| {
                shared.rate.observe(now(0), None, &Head::new(429));
            },
        ];
        for (stop, reason) in stop.into_iter().zip([Reason::OptOut, Reason::Key, Reason::Backoff]) {
            assert_eq!(poll(&mut session, shared.lend(), 0), None);
            let recheck = |session: &mut Session, shared: &mut Shared| {
                session.recheck(now(0), shared.lend(), now(0), Millis(0))
            };
            assert_eq!(recheck(&mut session, &mut shared), Decision::Ask(now(0)));
            stop(&mut shared);
            let Decision::Hold(hold) = recheck(&mut session, &mut shared) else { panic!() };
            assert_eq!(hold.reason, reason);
            assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
            assert_eq!(shared.user.counts(), (0, 0));
            shared = Shared::new(shared.user.caps());
        }
    }

    #[test]
    fn a_shadow_asks_on_every_turn_and_counts_what_a_device_would_have_saved() {
        let mut session = Session::new(Family::Ssp, Policy::shadow(3, 2));
        let mut rate = Rate::new(1000);
        let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
        for turn in 1..=8_u64 {
            session.on_turn();
            let messages = [
                Message { role: Role::User, content: "q", timestamp: None },
                Message { role: Role::Assistant, content: "a", timestamp: None },
            ];
            let said = Conversation::new(&messages).unwrap();
            let user = EndUser::this_device("test/1").unwrap();
            let call = Call::Bid(BidRequest::contextual("u", "c", said, user).unwrap());
            let step =
                session.poll_request(now(turn * 100), &mut rate, Millis(0), &publisher, call);
            assert!(matches!(step, Step::Send { .. }));
            // A device asks on 3, 5 and 7.
            let mut body =
                if matches!(turn, 3 | 4 | 5 | 7) { BID.to_vec() } else { NO_BID.to_vec() };
            session.handle_response(&Head::new(200), &mut body);
        }
        assert_eq!(session.shadow(), Shadow { saved: 5, missed: 1 });
    }

    #[test]
    fn a_link_that_is_down_holds_at_once() {
        let mut session = session();
        let hold = session.hold_offline(now(5));
        assert_eq!(hold, Hold { reason: Reason::Offline, until: Until::Lifted });
        assert_eq!(session.explained().unwrap().decision, Decision::Hold(hold));
    }
}
