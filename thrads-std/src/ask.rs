//! A request on its way to an answer.
//!
//! Between `chat`, whose session made it, and `transport`. It owns all it needs, so that it may run beside the chat.

use crate::account::Account;
use crate::telemetry::Meters;
use crate::transport::Prepared;
use std::sync::Arc;
use thrads_core::{
    Clock, Decision, Head, Hold, Instant, Millis, RateEvent, Sent, TransportError,
    TransportErrorKind,
};
use tracing::warn;

/// A request that may be sent from a moment on.
pub(crate) struct Ask {
    pub(crate) account: Arc<Account>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) prepared: Prepared,
    /// When the ask began; its deadline counts from there.
    pub(crate) start: Instant,
    pub(crate) not_before: Instant,
}

/// How asking ended.
pub(crate) enum Ended {
    Answer(Head, Vec<u8>),
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
        let Self { account, meters, prepared, start, not_before } = self;
        if not_before > start {
            account.clock.sleep_until(not_before).await;
            if let Some(hold) = account.left_alone() {
                return Ended::Held(hold);
            }
        }
        let again = if account.options.repeat_once { prepared.again() } else { None };
        let first = send(&account, &meters, start, prepared).await;
        match again {
            Some(again) if repeat_is_due(&account, start, &first).await => {
                send(&account, &meters, start, again).await
            }
            _ => first,
        }
    }
}

/// An exchange within what the timeout leaves of the time since `start`.
async fn send(account: &Account, meters: &Meters, start: Instant, prepared: Prepared) -> Ended {
    let spent = account.clock.now().since(start);
    let left = Millis(account.options.timeout_millis().0.saturating_sub(spent.0));
    let mut body = Vec::new();
    match account.transport.send(prepared, left, &mut body).await {
        Ok(head) => {
            learn(account, meters, &head);
            Ended::Answer(head, body)
        }
        Err(error) => Ended::Failed(error),
    }
}

/// Waits until the call may be made again; false if it is not to be (wire contract 3.14: only where nothing has left, or the
/// platform says when to come back).
async fn repeat_is_due(account: &Account, start: Instant, first: &Ended) -> bool {
    let clock = account.clock;
    let delay = match first {
        Ended::Answer(head, _) if matches!(head.status, 429 | 503) => {
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
    clock.now() < deadline && account.left_alone().is_none()
}

fn learn(account: &Account, meters: &Meters, head: &Head) {
    let (now, wall) = (account.clock.now(), account.clock.wall());
    let event = account.with(None, |lent| lent.rate.observe(now, wall, head));
    if let Some(remaining) = head.limits.remaining {
        meters.remaining(remaining);
    }
    if let Some(RateEvent::LowQuota { remaining }) = event {
        warn!(remaining, "few requests are left in this second");
    }
}
