//! A request on its way to an answer.
//!
//! Between `chat`, whose session made it, and `transport`. It owns all it needs, so that it may run beside the chat.

use crate::account::Account;
use crate::fleet::Place;
use crate::person::Person;
use crate::telemetry::Meters;
use crate::transport::Prepared;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use thrads_core::{
    Clock, Decision, Head, Hold, Instant, Millis, RateEvent, Reason, TransportError,
    TransportErrorKind, Until,
};
use tracing::warn;

/// A request that may be sent from a moment on.
pub(crate) struct Ask {
    pub(crate) asker: Asker,
    /// Until it is sent. Taken out then, since what moves into a future is kept twice.
    pub(crate) prepared: Option<Prepared>,
    pub(crate) not_before: Instant,
}

/// Who asks, and since when.
pub(crate) struct Asker {
    pub(crate) account: Arc<Account>,
    pub(crate) person: Option<Person>,
    pub(crate) meters: Arc<Meters>,
    /// When the ask began; its deadline counts from there.
    pub(crate) start: Instant,
    /// It finds out whether a platform that was left alone is back.
    pub(crate) is_trial: bool,
}

/// How asking ended.
pub(crate) enum Ended {
    /// With the place that its ad has in the fleet.
    Answer(Head, Vec<u8>, Option<Place>),
    Failed(TransportError),
    Held(Hold),
    ShutDown,
}

impl Ask {
    /// Waits for the request's turn, sends it, and lets the key's budget learn from the answer.
    #[expect(clippy::manual_async_fn, reason = "that would keep the ask in its future twice")]
    pub(crate) fn run(mut self) -> impl Future<Output = Ended> + Send {
        async move {
            let Self { asker, prepared, not_before } = &mut self;
            let door = &asker.account.door;
            let Some(_pass) = door.enter() else { return Ended::ShutDown };
            let mut exchange = pin!(asker.exchange(prepared, *not_before));
            let wanted = pin!(async {
                let Some(person) = &asker.person else { return exchange.await };
                let hold = Hold { reason: Reason::OptOut, until: Until::Lifted };
                person.unless_opted_out(exchange.as_mut()).await.unwrap_or(Ended::Held(hold))
            });
            door.unless_ended(wanted).await.unwrap_or(Ended::ShutDown)
        }
    }
}

impl Asker {
    async fn exchange(&self, prepared: &mut Option<Prepared>, not_before: Instant) -> Ended {
        let place = match self.await_turn(not_before, self.start, pin!(self.place())).await {
            Ok(place) => place,
            Err(hold) => return Ended::Held(hold),
        };
        let repeats = self.account.options.repeat_once;
        let mut again = prepared.as_ref().filter(|_| repeats).and_then(Prepared::again);
        let first = self.send(prepared).await;
        let last = if again.is_some() && self.repeat_is_due(&first).await {
            self.send(&mut again).await
        } else {
            first
        };
        match last {
            Ended::Answer(head, body, _) => Ended::Answer(head, body, place),
            other => other,
        }
    }

    /// Waits for a turn in the key's budget and in the fleet's, as long as an ask may that began to wait at `since`. What
    /// stops calls meanwhile holds this one. `place` is asked for once the fleet has a turn.
    async fn await_turn(
        &self,
        mut not_before: Instant,
        since: Instant,
        place: impl Future<Output = Result<Option<Place>, Hold>>,
    ) -> Result<Option<Place>, Hold> {
        let latest = since.after(self.account.options.patience());
        let mut now = since;
        while not_before.since(now) > GRAIN {
            self.account.clock.sleep_until(not_before).await;
            not_before = self.recheck(not_before, latest)?;
            now = self.account.clock.now();
        }
        let Some(turns) = self.account.turns() else { return Ok(None) };
        let now = self.account.clock.now();
        let patience = Duration::from_millis(latest.since(now).0);
        // Who is without Redis for the budget is so for places.
        let place = pin!(async { if turns.is_up() { place.await } else { Ok(None) } });
        // On the heap, so that who has no fleet does not carry it about.
        let turn = Box::pin(turns.wait(std::time::Instant::now() + patience, place)).await;
        self.meters.store_is_up(turns.is_up());
        let until = |at: std::time::Instant| {
            let at = self.account.clock.at(at.into());
            Hold { reason: Reason::Rate, until: Until::At(at) }
        };
        let place = turn.map_err(until)??;
        self.recheck(self.account.clock.now(), latest).map(|_| place)
    }

    /// Keeps a place for an ad of the person in the whole fleet. What other replicas counted is known here from then on, and
    /// holds the next ask without a trip.
    async fn place(&self) -> Result<Option<Place>, Hold> {
        let shared = self.account.places_of(self.person.as_ref()).zip(self.person.as_ref());
        let Some(((places, id), person)) = shared else { return Ok(None) };
        let Some(asked) = Box::pin(places.ask(id)).await else { return Ok(None) };
        let now = self.account.clock.now();
        person.lock().learn(now, asked.seen);
        asked.place.map(Some).map_err(|(cap, wait)| {
            let wait = Millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            Hold { reason: Reason::Cap(cap), until: Until::At(now.after(wait)) }
        })
    }

    /// The turn of a request that waited for `not_before`.
    fn recheck(&self, not_before: Instant, latest: Instant) -> Result<Instant, Hold> {
        let now = self.account.clock.now();
        let patience = latest.since(now);
        let decision = self.account.with(self.person.as_ref(), |mut lent| {
            lent.recheck(now, not_before, patience, self.is_trial)
        });
        match decision {
            Decision::Ask(turn) => Ok(turn),
            Decision::Hold(hold) => Err(hold),
        }
    }

    /// An exchange within what the timeout leaves of the time since the ask began.
    async fn send(&self, prepared: &mut Option<Prepared>) -> Ended {
        let Some(prepared) = prepared.take() else { return Ended::Failed(SENT) };
        let deadline = self.start.after(self.account.options.timeout_millis());
        let deadline = self.account.clock.moment(deadline);
        let mut body = Vec::new();
        match self.account.transport.send(prepared, deadline, &mut body).await {
            Ok(head) => {
                self.learn(&head);
                Ended::Answer(head, body, None)
            }
            Err(error) => Ended::Failed(error),
        }
    }

    /// Waits until the call may be made again; false if it is not to be (wire contract 3.14: only where nothing has left, or
    /// the platform says when to come back).
    async fn repeat_is_due(&self, first: &Ended) -> bool {
        let clock = self.account.clock;
        let delay = match first {
            Ended::Answer(head, ..) if matches!(head.status, 429 | 503) => {
                head.retry_delay(clock.wall())
            }
            Ended::Failed(error) => error.may_be_repeated().then_some(Millis(0)),
            _ => None,
        };
        let deadline = self.start.after(self.account.options.timeout_millis());
        let Some(again) = delay.map(|delay| clock.now().after(delay)).filter(|at| *at < deadline)
        else {
            return false;
        };
        clock.sleep_until(again).await;
        let now = clock.now();
        let patience = self.account.options.patience().min(deadline.since(now));
        let decision = self.account.with(self.person.as_ref(), |mut lent| {
            match lent.recheck(now, now, patience, self.is_trial) {
                Decision::Ask(_) => lent.rate.decide(now, patience),
                hold => hold,
            }
        });
        let Decision::Ask(turn) = decision else { return false };
        self.await_turn(turn, now, async { Ok(None) }).await.is_ok() && clock.now() < deadline
    }

    fn learn(&self, head: &Head) {
        let clock = self.account.clock;
        // The platform's own clock is asked first.
        let (now, wall) = (clock.now(), if head.date.is_none() { clock.wall() } else { None });
        let mut head = *head;
        if let Some(turns) = self.account.turns() {
            head.limits.limit.take().into_iter().for_each(|limit| turns.learn(limit));
        }
        let event = self.account.with(None, |lent| lent.rate.observe(now, wall, &head));
        if let Some(remaining) = head.limits.remaining {
            self.meters.remaining(remaining);
        }
        if let Some(RateEvent::LowQuota { remaining }) = event {
            warn!(remaining, "few requests are left in this second");
        }
    }
}

/// A request leaves once.
const SENT: TransportError = TransportError::unsent(TransportErrorKind::Target);

/// What the clock's milliseconds hide: a turn that is no further off may have come, and requests are spaced by more than
/// that below the limit.
const GRAIN: Millis = Millis(1);
