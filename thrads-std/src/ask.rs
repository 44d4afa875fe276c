//! A request on its way to an answer.
//!
//! Between `chat`, whose session made it, and `transport`. It owns all it needs, so that it may run beside the chat.

use crate::account::Account;
use crate::telemetry::Meters;
use crate::transport::Prepared;
use std::sync::Arc;
use thrads_core::{Clock, Head, Hold, Instant, Millis, RateEvent, TransportError};
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
        let clock = account.clock;
        if not_before > start {
            clock.sleep_until(not_before).await;
        }
        let left =
            Millis(account.options.timeout_millis().0.saturating_sub(clock.now().since(start).0));
        let mut body = Vec::new();
        match account.transport.send(prepared, left, &mut body).await {
            Ok(head) => {
                learn(&account, &meters, &head);
                Ended::Answer(head, body)
            }
            Err(error) => Ended::Failed(error),
        }
    }
}

fn learn(account: &Account, meters: &Meters, head: &Head) {
    let (now, wall) = (account.clock.now(), account.clock.wall());
    let event = account.rate().observe(now, wall, head);
    if let Some(remaining) = head.limits.remaining {
        meters.remaining(remaining);
    }
    if let Some(RateEvent::LowQuota { remaining }) = event {
        warn!(remaining, "few requests are left in this second");
    }
}
