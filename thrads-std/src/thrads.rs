//! A publisher on a server: one key, one pool, one budget, many chats.
//!
//! Around thrads-core's client; it adds what is shared between conversations.

use crate::clock::TokioClock;
use crate::outcome::{Failure, Outcome};
use crate::transport::{ReqwestTransport, StartError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thrads_core::{
    Asked, Budget, Call, Client, DEFAULT_LIMIT, DEFAULT_MAX_RATE_WAIT, DEFAULT_TIMEOUT, EndUser,
    Explained, Family, Impression, Millis, Policy, Publisher, Rate, RateEvent, Reported, Session,
};
use tracing::{debug, info, warn};

/// A publisher's connection to the platform. Cheap to clone; clones share pool and budget.
#[derive(Clone, Debug)]
pub struct Thrads {
    publisher: Arc<Publisher>,
    client: Client<ReqwestTransport, TokioClock>,
    budget: SharedBudget,
}

/// Settings of a [`Thrads`], each with the documented default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long an ask may take over all; 5 seconds.
    pub timeout: Duration,
    /// How long an ask may wait for its turn in the key's budget, within the timeout and five seconds at most; half a second.
    pub max_rate_wait: Duration,
    /// Requests a second that the key may make; 40.
    pub limit: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_millis(DEFAULT_TIMEOUT.0),
            max_rate_wait: Duration::from_millis(DEFAULT_MAX_RATE_WAIT.0),
            limit: DEFAULT_LIMIT,
        }
    }
}

/// The budget of a key, behind a lock that is held for no longer than a decision takes.
#[derive(Clone, Debug)]
struct SharedBudget(Arc<Mutex<Rate>>);

impl Budget for SharedBudget {
    fn with<R>(&mut self, use_it: impl FnOnce(&mut Rate) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Thrads {
    /// Begins to serve `publisher`. Nothing is sent until a chat asks.
    ///
    /// # Errors
    ///
    /// [`StartError`] if TLS cannot be set up on this machine.
    pub fn new(publisher: Publisher, options: Options) -> Result<Self, StartError> {
        let client = Client::new(ReqwestTransport::new()?, TokioClock::new())
            .timeout(millis(options.timeout))
            .max_rate_wait(millis(options.max_rate_wait));
        let budget = SharedBudget(Arc::new(Mutex::new(Rate::new(options.limit))));
        Ok(Self { publisher: Arc::new(publisher), client, budget })
    }

    /// A conversation whose ads are spaced by `policy`, in the arithmetic of `family`.
    pub fn chat(&self, family: Family, policy: Policy) -> Chat {
        Chat { thrads: self.clone(), session: Session::new(family, policy), buffer: Vec::new() }
    }

    /// Reports an impression to each of its trackers. Dropping the future half-way leaves the rest of them untold.
    pub async fn report(&self, impression: Impression<String>, end_user: EndUser<'_>) -> Reported {
        let reported = self.client.clone().report(impression, end_user, &mut Vec::new()).await;
        let Reported { sent, failed, refused } = reported;
        if failed + refused > 0 {
            warn!(sent, failed, refused, "an impression was not reported to all of its trackers");
        } else {
            debug!(sent, "an impression was reported");
        }
        reported
    }
}

/// The ads of one conversation.
#[derive(Debug)]
pub struct Chat {
    thrads: Thrads,
    session: Session,
    buffer: Vec<u8>,
}

impl Chat {
    /// Asks for an ad, if pacing and the key's budget allow it now.
    ///
    /// A call with a conversation is taken for the end of a turn, so make it once after every answer, also where no ad is
    /// wanted: a turn that is held counts too. An opener is no turn. Ends after the timeout at the latest. Dropping the
    /// future leaves the chat usable; the turn counts, and what was sent is settled by the next ask.
    pub async fn ask(&mut self, call: Call<'_>) -> Outcome {
        if !call.is_opener() {
            self.session.on_turn();
        }
        let Thrads { publisher, client, budget } = &mut self.thrads;
        let asked = client.ask(&mut self.session, budget, publisher, call, &mut self.buffer).await;
        let Asked { outcome, event } = asked;
        if let Some(RateEvent::LowQuota { remaining }) = event {
            warn!(remaining, "few requests are left in this second");
        }
        let outcome = outcome.into();
        log(&outcome);
        outcome
    }

    /// A turn on which the platform is not asked, such as one the publisher marked sensitive.
    pub fn skip_turn(&mut self) {
        self.session.on_turn();
    }

    /// A new chat begins: its turns count from one.
    pub fn reset(&mut self) {
        self.session.reset();
    }

    /// The last decision with the counters behind it; `None` before the first.
    pub fn explained(&self) -> Option<Explained> {
        self.session.explained()
    }

    /// The publisher's connection that this chat uses.
    pub fn thrads(&self) -> &Thrads {
        &self.thrads
    }
}

/// Reason codes only: neither key nor ids of people nor a word of theirs, and not the platform's words, which may repeat
/// them.
fn log(outcome: &Outcome) {
    let code = outcome.code();
    match outcome {
        Outcome::Ad(served) => {
            info!(
                outcome = code,
                ads = served.offers.len(),
                request_id = served.request_id.as_deref(),
                "asked"
            );
        }
        Outcome::NoAd { request_id, .. } => {
            info!(outcome = code, request_id = request_id.as_deref(), "asked")
        }
        Outcome::Held(hold) => debug!(outcome = code, reason = hold.reason.code(), "held"),
        Outcome::Failed(failure) => match failure {
            Failure::Api { status, kind, request_id, .. } => {
                warn!(
                    outcome = code,
                    status,
                    reason = kind.code(),
                    request_id = request_id.as_deref(),
                    "asked"
                );
            }
            failure => warn!(outcome = code, reason = %failure, "asked"),
        },
    }
}

fn millis(duration: Duration) -> Millis {
    Millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
