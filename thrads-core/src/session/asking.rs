//! A session's calls: whether one goes out now, what holds it, and what it is told about who counts.
//!
//! Part of `session`. Sections 3.4 and 3.13 of the wire contract.

use super::{Asked, Decided, Session, State};
use crate::config::Publisher;
use crate::pacing::{
    Counters, Decision, Enforcement, Health, Hold, Lent, Reason, Until, User, Verdict,
};
use crate::request::{Call, Request};
use crate::response::Endpoint;
use crate::time::{Instant, Millis};

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

impl Session {
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

    /// What holds every call, openers among them.
    pub(super) fn stopped(&self, lent: &Lent<'_>) -> Option<Hold> {
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

#[cfg(test)]
mod tests {
    use super::super::Next;
    use super::super::fixture::{BID, NO_BID, Shared, ask, now, poll, session};
    use super::*;
    use crate::config::{ApiKey, Environment, Family};
    use crate::conversation::{Conversation, Message, Role};
    use crate::head::Head;
    use crate::pacing::{Caps, Policy, Rate, Shadow};
    use crate::request::{BidRequest, EndUser};

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
