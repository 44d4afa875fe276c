//! Whether an ask is repeated: once at most, only where the caller allows it, and inside the deadline.
//!
//! Part of `client`. Section 3.14 of the wire contract: the default is not to.

use super::{Budget, Client};
use crate::error::TransportError;
use crate::head::Head;
use crate::pacing::Decision;
use crate::session::Session;
use crate::time::{Instant, Millis};
use crate::transport::{Clock, Transport};
use core::ops::Range;

impl<T: Transport, C: Clock> Client<T, C> {
    /// Waits until `answer`, whose head the budget knows, may be asked for again; false if it is not to be.
    pub(super) async fn repeat_is_due(
        &mut self,
        start: Instant,
        session: &mut Session,
        budget: &mut impl Budget,
        answer: &Result<(Head, Range<usize>), TransportError>,
    ) -> bool {
        let delay = match answer {
            Ok((head, _)) if matches!(head.status, 429 | 503) => {
                head.retry_delay(self.clock.wall())
            }
            Ok(_) => None,
            Err(error) => error.may_be_repeated().then_some(Millis(0)),
        };
        let (now, deadline) = (self.clock.now(), start.after(self.timeout));
        let Some(again) = delay.map(|delay| now.after(delay)).filter(|at| *at < deadline) else {
            return false;
        };
        self.clock.sleep_until(again).await;
        let now = self.clock.now();
        let patience = self.max_rate_wait.min(deadline.since(now));
        let Decision::Ask(at) = budget.with(|lent| lent.rate.decide(now, patience)) else {
            return false;
        };
        let recheck =
            |now, turn, patience| budget.with(|lent| session.recheck(now, lent, turn, patience));
        self.await_turn(at, now.after(patience), recheck).await.is_ok()
            && self.clock.now() < deadline
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Moves, device, publisher, run};
    use super::*;
    use crate::config::Family;
    use crate::error::TransportErrorKind;
    use crate::pacing::{Caps, Health, Lent, Policy, Rate, Reason, User};
    use crate::request::{BidRequest, Call, Request};
    use crate::session::Outcome;
    use core::cell::Cell;
    use std::rc::Rc;

    type Answer = Result<(u16, Option<&'static str>), TransportError>;

    /// Answers in order; each exchange takes 100 ms of a clock that only this moves.
    struct Line {
        clock: Moves,
        answers: Vec<Answer>,
        is_up: bool,
    }

    impl Transport for Line {
        type Buffer = Vec<u8>;

        async fn exchange(
            &mut self,
            _: &Request<'_>,
            _: Millis,
            buffer: &mut Vec<u8>,
        ) -> Result<(Head, Range<usize>), TransportError> {
            self.clock.now.set(self.clock.now.get() + 100);
            let (status, retry_after) = self.answers.remove(0)?;
            let mut head = Head::new(status);
            retry_after.into_iter().for_each(|value| head.field("retry-after", value.as_bytes()));
            *buffer = br#"{"data":{"bid":{"headline":"H","url":"https://s.example/r"}}}"#.into();
            Ok((head, 0..buffer.len()))
        }

        fn is_up(&self) -> bool {
            self.is_up
        }
    }

    /// Asks once with a repeat allowed: the outcome, the answers that were not asked for, and the time it took.
    fn ask(answers: &[Answer], is_up: bool, budget: &mut impl Budget, clock: &Moves) -> String {
        let transport = Line { clock: clock.clone(), answers: answers.to_vec(), is_up };
        let mut client = Client::new(transport, clock.clone()).repeat_once();
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let call = Call::Bid(BidRequest::opener("u", device()).unwrap());
        let (publisher, mut buffer) = (publisher(), Vec::new());
        let asked = client.ask(&mut session, budget, &publisher, call, &mut buffer);
        let outcome = match run(asked).outcome {
            Outcome::Ad(_) => "ad",
            Outcome::Failed(_) => "failed",
            Outcome::Held(hold) => hold.reason.code(),
            other => panic!("{other:?}"),
        };
        format!("{outcome}, {} left, {} ms", client.transport.answers.len(), clock.now.get())
    }

    #[test]
    fn only_what_has_not_left_or_asks_for_it_is_repeated_once_and_in_time() {
        let unsent = Err(TransportError::unsent(TransportErrorKind::Connect));
        let sent = Err(TransportError::maybe_sent(TransportErrorKind::Timeout));
        let ad = Ok((200, None));
        for (answers, expected) in [
            (&[unsent, ad][..], "ad, 0 left, 200 ms"),
            (&[unsent, unsent, ad], "failed, 1 left, 200 ms"),
            (&[sent, ad], "failed, 1 left, 100 ms"),
            (&[Ok((503, Some("1"))), ad], "ad, 0 left, 1200 ms"),
            (&[Ok((429, Some("1"))), ad], "ad, 0 left, 1200 ms"),
            (&[Ok((429, Some("5"))), ad], "failed, 1 left, 100 ms"),
            (&[Ok((503, None)), ad], "failed, 1 left, 100 ms"),
            (&[Ok((500, Some("1"))), ad], "failed, 1 left, 100 ms"),
        ] {
            assert_eq!(ask(answers, true, &mut Rate::default(), &Moves::default()), expected);
        }
    }

    #[test]
    fn without_a_link_nothing_is_tried() {
        let held = ask(&[], false, &mut Rate::default(), &Moves::default());
        assert_eq!(held, "offline, 0 left, 0 ms");
    }

    /// A person who opts out while their request waits for its turn.
    #[test]
    fn nothing_is_sent_of_a_person_who_opts_out_meanwhile() {
        struct Shared(Rate, Health, Rc<Cell<User>>);

        impl Budget for Shared {
            fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
                let mut user = self.2.get();
                let lent =
                    Lent { rate: &mut self.0, health: Some(&mut self.1), user: Some(&mut user) };
                let result = use_it(lent);
                self.2.set(user);
                result
            }
        }

        let person = Rc::new(Cell::new(User::new(Caps { hour: 1, ..Caps::default() })));
        let mut shared = Shared(Rate::default(), Health::new(1), person.clone());
        shared.0.decide(Instant::from_millis(0), Millis(0));
        let opts_out = person.clone();
        let opt_out = move || {
            let mut user = opts_out.get();
            user.opt_out();
            opts_out.set(user);
        };
        let clock = Moves { meanwhile: Some(Rc::new(opt_out)), ..Moves::default() };
        let held = ask(&[Ok((200, None))], true, &mut shared, &clock);
        assert_eq!(held, format!("{}, 1 left, 27 ms", Reason::OptOut.code()));
        assert_eq!(person.get().counts(), (0, 0));
    }
}
