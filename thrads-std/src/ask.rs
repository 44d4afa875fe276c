//! A request on its way to an answer.
//!
//! Between `chat`, whose session made it, and `transport`. It owns all it needs, so that it may run beside the chat.

use crate::account::Account;
use crate::fleet::Place;
use crate::person::Person;
use crate::telemetry::Meters;
use crate::transport::Prepared;
use std::sync::Arc;
use std::time::Duration;
use thrads_core::{
    Clock, Decision, Head, Hold, Instant, Millis, RateEvent, Reason, Sent, TransportError,
    TransportErrorKind, Until,
};
use tracing::warn;

/// A request that may be sent from a moment on.
pub(crate) struct Ask {
    pub(crate) account: Arc<Account>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) person: Option<Person>,
    pub(crate) prepared: Prepared,
    /// When the ask began; its deadline counts from there.
    pub(crate) start: Instant,
    pub(crate) not_before: Instant,
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
    pub(crate) async fn run(self) -> Ended {
        let account = Arc::clone(&self.account);
        let Some(_pass) = account.door.enter() else { return Ended::ShutDown };
        account.door.unless_ended(self.exchange()).await.unwrap_or(Ended::ShutDown)
    }

    async fn exchange(self) -> Ended {
        let Self { account, meters, person, prepared, start, not_before } = self;
        if not_before.since(start) > GRAIN {
            account.clock.sleep_until(not_before).await;
            if let Some(hold) = account.left_alone() {
                return Ended::Held(hold);
            }
        }
        let place = match fleets_turn(&account, &meters, start, person.as_ref()).await {
            Ok(place) => place,
            Err(hold) => return Ended::Held(hold),
        };
        let again = if account.options.repeat_once { prepared.again() } else { None };
        let first = send(&account, &meters, start, prepared).await;
        let ended = match again {
            Some(again) if repeat_is_due(&account, &meters, start, &first).await => {
                send(&account, &meters, start, again).await
            }
            _ => first,
        };
        match ended {
            Ended::Answer(head, body, _) => Ended::Answer(head, body, place),
            other => other,
        }
    }
}

/// What the clock's milliseconds hide: a turn that is no further off may have come, and requests are spaced by more than
/// that below the limit.
const GRAIN: Millis = Millis(1);

/// Waits for a turn in the fleet's budget as long as an ask may, and for none where there is no fleet. Brings the place of
/// the person's ad, where they have caps.
async fn fleets_turn(
    account: &Account,
    meters: &Meters,
    start: Instant,
    person: Option<&Person>,
) -> Result<Option<Place>, Hold> {
    let Some(turns) = account.turns() else { return Ok(None) };
    let clock = account.clock;
    let spent = clock.now().since(start);
    let patience = Duration::from_millis(account.options.patience().0.saturating_sub(spent.0));
    let place = async { if turns.is_up() { place(account, person).await } else { Ok(None) } };
    let turn = turns.wait(std::time::Instant::now() + patience, place).await;
    meters.store_is_up(turns.is_up());
    let until = |at| Hold { reason: Reason::Rate, until: Until::At(clock.at(at)) };
    let place = turn.map_err(until)??;
    account.left_alone().map_or(Ok(place), Err)
}

/// Keeps a place for an ad of the person in the whole fleet. What other replicas counted is known here from then on, and
/// holds the next ask without a trip.
async fn place(account: &Account, person: Option<&Person>) -> Result<Option<Place>, Hold> {
    let shared = account.places_of(person).zip(person);
    let Some(((places, id), person)) = shared else { return Ok(None) };
    let Some(asked) = places.ask(id).await else { return Ok(None) };
    let now = account.clock.now();
    person.lock().learn(now, asked.seen);
    asked.place.map(Some).map_err(|(cap, wait)| {
        let wait = Millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        Hold { reason: Reason::Cap(cap), until: Until::At(now.after(wait)) }
    })
}

/// An exchange within what the timeout leaves of the time since `start`.
async fn send(account: &Account, meters: &Meters, start: Instant, prepared: Prepared) -> Ended {
    let spent = account.clock.now().since(start);
    let left = Millis(account.options.timeout_millis().0.saturating_sub(spent.0));
    let mut body = Vec::new();
    match account.transport.send(prepared, left, &mut body).await {
        Ok(head) => {
            learn(account, meters, &head);
            Ended::Answer(head, body, None)
        }
        Err(error) => Ended::Failed(error),
    }
}

/// Waits until the call may be made again; false if it is not to be (wire contract 3.14: only where nothing has left, or the
/// platform says when to come back).
async fn repeat_is_due(account: &Account, meters: &Meters, start: Instant, first: &Ended) -> bool {
    let clock = account.clock;
    let delay = match first {
        Ended::Answer(head, ..) if matches!(head.status, 429 | 503) => {
            head.retry_delay(clock.wall())
        }
        Ended::Failed(error) => {
            let is_unsent = error.sent == Sent::No && error.kind != TransportErrorKind::Target;
            is_unsent.then_some(Millis(0))
        }
        _ => None,
    };
    let deadline = start.after(account.options.timeout_millis());
    let Some(again) = delay.map(|delay| clock.now().after(delay)).filter(|at| *at < deadline)
    else {
        return false;
    };
    clock.sleep_until(again).await;
    let now = clock.now();
    let patience = account.options.patience().min(deadline.since(now));
    let Decision::Ask(at) = account.with(None, |lent| lent.rate.decide(now, patience)) else {
        return false;
    };
    clock.sleep_until(at).await;
    clock.now() < deadline
        && account.left_alone().is_none()
        && fleets_turn(account, meters, now, None).await.is_ok()
}

fn learn(account: &Account, meters: &Meters, head: &Head) {
    let (now, wall) = (account.clock.now(), account.clock.wall());
    let mut head = *head;
    if let Some(turns) = account.turns() {
        head.limits.limit.take().into_iter().for_each(|limit| turns.learn(limit));
    }
    let event = account.with(None, |lent| lent.rate.observe(now, wall, &head));
    if let Some(remaining) = head.limits.remaining {
        meters.remaining(remaining);
    }
    if let Some(RateEvent::LowQuota { remaining }) = event {
        warn!(remaining, "few requests are left in this second");
    }
}
