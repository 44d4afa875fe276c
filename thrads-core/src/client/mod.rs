//! The one loop that drives a session over a transport.
//!
//! The end of the pipeline; everything it decides is decided in `session`.

mod deliver;
mod engage;
#[cfg(test)]
mod fixture;
mod repeat;

pub use deliver::Delivered;
pub use engage::Polled;

use crate::config::Publisher;
use crate::consent::Permission;
use crate::error::TransportError;
use crate::head::Head;
use crate::pacing::{Decision, Hold, Lent, Rate, RateEvent};
use crate::request::{Call, EndUser, Request};
use crate::session::{Failure, Next, Outcome, Session, Step};
use crate::time::{Instant, Millis};
use crate::tracking::Impression;
use crate::transport::{Clock, Transport};
use core::ops::Range;

/// How long asking may take over all: connecting, TLS, the platform and the body (wire contract 3.15).
pub const DEFAULT_TIMEOUT: Millis = Millis::from_secs(5);
/// How long a request may wait for its turn in the key's budget.
pub const DEFAULT_MAX_RATE_WAIT: Millis = Millis(500);

/// Where that is which conversations share: with its one caller, or behind a lock.
pub trait Budget {
    /// Lends it for the length of `use_it`, which does not wait for anything.
    fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R;
}

impl Budget for Rate {
    fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
        use_it(self.into())
    }
}

impl Budget for Lent<'_> {
    fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
        use_it(self.reborrow())
    }
}

/// Asks for ads and reports what became of them over a transport.
#[derive(Clone, Debug)]
pub struct Client<T, C> {
    transport: T,
    clock: C,
    timeout: Millis,
    max_rate_wait: Millis,
    may_repeat: bool,
    permission: Permission,
}

/// What came of reporting something: an impression, a tap, what became of a prompt. All zero where the person's
/// [`Permission`] kept it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Reported {
    /// Places that took it.
    pub sent: u8,
    /// Places that could not be reached or refused it.
    pub failed: u8,
    /// Trackers that break the rule for targets and were not tried.
    pub refused: u8,
}

/// An outcome, and what else the answer told.
#[derive(Debug)]
pub struct Asked<'b> {
    /// What came of asking.
    pub outcome: Outcome<'b>,
    /// News of the key's budget.
    pub event: Option<RateEvent>,
}

impl<T: Transport, C: Clock> Client<T, C> {
    /// A client that lets an ask take [`DEFAULT_TIMEOUT`] and wait [`DEFAULT_MAX_RATE_WAIT`] for its turn.
    pub const fn new(transport: T, clock: C) -> Self {
        let (timeout, max_rate_wait) = (DEFAULT_TIMEOUT, DEFAULT_MAX_RATE_WAIT);
        let permission = Permission::Everything;
        Self { transport, clock, timeout, max_rate_wait, may_repeat: false, permission }
    }

    /// Lets an ask take `timeout` over all. Zero fails every ask.
    #[must_use]
    pub fn timeout(self, timeout: Millis) -> Self {
        Self { timeout, ..self }
    }

    /// Lets a request wait this long for its turn in the key's budget, within the timeout and five seconds at most. Zero
    /// never waits.
    #[must_use]
    pub fn max_rate_wait(self, wait: Millis) -> Self {
        Self { max_rate_wait: wait, ..self }
    }

    /// Lets an ask be repeated once within the timeout: where nothing has left yet, and after a 429 or 503 that says when
    /// to come back. By default nothing is repeated, since a bid is an auction.
    #[must_use]
    pub fn repeat_once(self) -> Self {
        Self { may_repeat: true, ..self }
    }

    /// What may leave through this client for the person in front of the device, until it is said again; the stricter of this
    /// and the session's own holds. Where nothing may, asks are held and impressions, taps, votes and feedback are used up
    /// without a byte; the next [`deliver`](Self::deliver) empties its outbox. Make no connection ahead then.
    pub fn permit(&mut self, permission: Permission) {
        self.permission = permission;
    }

    /// What may leave through this client.
    pub const fn permission(&self) -> Permission {
        self.permission
    }

    /// The clock that is asked.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// Asks for an ad, if the session's pacing and what is lent to it allow it now.
    ///
    /// It ends after the timeout at the latest, with one of four outcomes and never an error. Dropping the future leaves
    /// session and transport usable; the next ask settles what was sent.
    pub async fn ask<'b>(
        &mut self,
        session: &mut Session,
        budget: &mut impl Budget,
        publisher: &Publisher,
        call: Call<'_>,
        buffer: &'b mut T::Buffer,
    ) -> Asked<'b> {
        let start = self.clock.now();
        if let Some(hold) = Hold::by(self.permission) {
            return Asked::held(session.hold(start, hold));
        }
        let call = call.permitted(self.permission);
        if !self.transport.is_up() {
            return Asked::held(session.hold_offline(start));
        }
        let patience = self.max_rate_wait.min(self.timeout);
        let step = budget.with(|lent| session.poll_request(start, lent, patience, publisher, call));
        let (request, not_before) = match step {
            Step::Hold(hold) => return Asked::held(hold),
            Step::Send { request, not_before } => (request, not_before),
        };
        if not_before > start {
            let latest = start.after(patience);
            let recheck = |now, turn, patience| {
                budget.with(|lent| session.recheck(now, lent, turn, patience))
            };
            if let Err(hold) = self.await_turn(not_before, latest, recheck).await {
                return Asked::held(hold);
            }
        }
        let (mut event, mut may_repeat) = (None, self.may_repeat);
        let answer = loop {
            let answer = self.exchange_since(start, &request, buffer).await;
            if let Ok((head, _)) = &answer {
                let (now, wall) = (self.clock.now(), self.clock.wall());
                event = event.or(budget.with(|lent| lent.rate.observe(now, wall, head)));
            }
            if !may_repeat || !self.repeat_is_due(start, session, budget, &answer).await {
                break answer;
            }
            may_repeat = false;
        };
        let now = self.clock.now();
        let outcome = match answer {
            Err(error) => session.handle_failure(error),
            Ok((head, body)) => {
                budget.with(|lent| session.recheck_answer(&lent));
                match session.handle_head(&head) {
                    Next::Body => session.handle_response(&head, inside(buffer, body)),
                    Next::Drop => Outcome::Failed(Failure::Stale),
                }
            }
        };
        budget.with(|lent| session.tell(now, lent));
        Asked { outcome, event }
    }

    /// Reports an impression to each of its trackers, in the end user's name and without the key.
    ///
    /// Each is told at most once with effect: a second time only where no connection was made or the answer was a 5xx.
    /// Each attempt ends after the timeout. `buffer` is there for the transport; bodies of answers are not read. Dropped
    /// half-way, the trackers not yet told are never told.
    pub async fn report<S: AsRef<str>>(
        &mut self,
        impression: Impression<S>,
        end_user: EndUser<'_>,
        buffer: &mut T::Buffer,
    ) -> Reported {
        if !self.permission.sends() {
            return Reported::default();
        }
        let trackers = impression.trackers();
        let mut reported = Reported { refused: trackers.refused(), ..Reported::default() };
        for tracker in trackers.iter() {
            let request = Request::ping(tracker, end_user);
            let mut tries = 2_u8;
            let status = loop {
                let answer = self.transport.exchange(&request, self.timeout, buffer).await;
                let status = answer.map(|(head, _)| head.status);
                tries = tries.saturating_sub(1);
                if tries == 0 || !is_worth_repeating(status) {
                    break status;
                }
            };
            let count = match status {
                Ok(200..=399) => &mut reported.sent,
                _ => &mut reported.failed,
            };
            *count = count.saturating_add(1);
        }
        reported
    }

    /// Waits for a request's turn, which `recheck` decides about again by the time, the turn and the patience that is left;
    /// for another one, until `latest`, where it woke too late for its own.
    async fn await_turn(
        &self,
        mut turn: Instant,
        latest: Instant,
        mut recheck: impl FnMut(Instant, Instant, Millis) -> Decision,
    ) -> Result<(), Hold> {
        loop {
            self.clock.sleep_until(turn).await;
            let now = self.clock.now();
            match recheck(now, turn, latest.since(now)) {
                Decision::Hold(hold) => return Err(hold),
                Decision::Ask(at) if at <= now => return Ok(()),
                Decision::Ask(at) => turn = at,
            }
        }
    }

    /// An exchange within what the timeout leaves of the time since `start`.
    async fn exchange_since(
        &mut self,
        start: Instant,
        request: &Request<'_>,
        buffer: &mut T::Buffer,
    ) -> Result<(Head, Range<usize>), TransportError> {
        let spent = self.clock.now().since(start);
        let left = Millis(self.timeout.0.saturating_sub(spent.0));
        self.transport.exchange(request, left, buffer).await
    }

    async fn status(
        &mut self,
        request: &Request<'_>,
        buffer: &mut T::Buffer,
    ) -> Result<u16, TransportError> {
        self.transport.exchange(request, self.timeout, buffer).await.map(|(head, _)| head.status)
    }
}

impl Asked<'_> {
    const fn held(hold: Hold) -> Self {
        Self { outcome: Outcome::Held(hold), event: None }
    }
}

impl Reported {
    /// One place that took it, or did not.
    const fn of(is_sent: bool) -> Self {
        if is_sent {
            Self { sent: 1, failed: 0, refused: 0 }
        } else {
            Self { sent: 0, failed: 1, refused: 0 }
        }
    }
}

fn inside<B: AsMut<[u8]> + ?Sized>(buffer: &mut B, body: Range<usize>) -> &mut [u8] {
    buffer.as_mut().get_mut(body).unwrap_or_default()
}

fn is_server_error(status: u16) -> bool {
    (500..=599).contains(&status)
}

fn is_worth_repeating(status: Result<u16, TransportError>) -> bool {
    match status {
        Ok(status) => is_server_error(status),
        Err(error) => error.may_be_repeated(),
    }
}
