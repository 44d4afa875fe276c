//! A publisher on a server: one key, one pool, one budget, many chats.
//!
//! Around thrads-core's client; it adds what is shared between conversations.

use crate::clock::TokioClock;
use crate::outcome::{Failure, Outcome};
use crate::transport::{ReqwestTransport, StartError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thrads_core::{
    Asked, Budget, Call, Caps, Client, Clock, DEFAULT_LIMIT, DEFAULT_MAX_RATE_WAIT,
    DEFAULT_TIMEOUT, EndUser, Explained, Family, Health, Impression, Lent, Millis, Policy,
    Publisher, Rate, RateEvent, Reported, Session, User,
};
use tracing::{debug, info, warn};

/// A publisher's connection to the platform. Cheap to clone; clones share pool and budget.
#[derive(Clone, Debug)]
pub struct Thrads {
    publisher: Arc<Publisher>,
    client: Client<ReqwestTransport, TokioClock>,
    key: Arc<Mutex<Key>>,
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
    /// Whether an ask may be repeated once within the timeout, where nothing had left yet or after a 429 or 503 that says
    /// when to come back; not by default.
    pub repeat_once: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_millis(DEFAULT_TIMEOUT.0),
            max_rate_wait: Duration::from_millis(DEFAULT_MAX_RATE_WAIT.0),
            limit: DEFAULT_LIMIT,
            repeat_once: false,
        }
    }
}

/// What all conversations of a key share, behind a lock that is held for no longer than a decision takes.
#[derive(Debug)]
struct Key {
    rate: Rate,
    health: Health,
}

/// One person: what they have seen in all of their chats, and whether they want ads. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Person(Arc<Mutex<User>>);

impl Person {
    /// Someone who has seen no ad yet, and is shown no more than `caps` say.
    pub fn new(caps: Caps) -> Self {
        User::new(caps).into()
    }

    /// Nothing is sent about this person from now on, and answers under way are dropped.
    pub fn opt_out(&self) {
        locked(&self.0).opt_out();
    }

    /// The person wants ads again.
    pub fn opt_in(&self) {
        locked(&self.0).opt_in();
    }

    /// The person as they are now, such as for a snapshot.
    pub fn user(&self) -> User {
        *locked(&self.0)
    }
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self(Arc::new(Mutex::new(user)))
    }
}

/// The key and the person of a chat. The key is locked first.
#[derive(Clone, Debug)]
struct Shared {
    key: Arc<Mutex<Key>>,
    person: Option<Person>,
}

impl Budget for Shared {
    fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
        let Key { rate, health } = &mut *locked(&self.key);
        let mut user = self.person.as_ref().map(|person| locked(&person.0));
        use_it(Lent { rate, health: Some(health), user: user.as_deref_mut() })
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
        let client = if options.repeat_once { client.repeat_once() } else { client };
        let key = Key { rate: Rate::new(options.limit), health: Health::new(random_bits()) };
        Ok(Self { publisher: Arc::new(publisher), client, key: Arc::new(Mutex::new(key)) })
    }

    /// A conversation whose ads are spaced by `policy`, in the arithmetic of `family`.
    pub fn chat(&self, family: Family, policy: Policy) -> Chat {
        let shared = Shared { key: self.key.clone(), person: None };
        let session = Session::new(family, policy);
        Chat { thrads: self.clone(), shared, session, buffer: Vec::new() }
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
    shared: Shared,
    session: Session,
    buffer: Vec<u8>,
}

impl Chat {
    /// Makes it a chat of `person`, whose caps then hold. Tell it of each ad with [`seen`](Self::seen) or
    /// [`unseen`](Self::unseen); one that is not spoken of counts as seen after ten minutes.
    #[must_use]
    pub fn of(mut self, person: &Person) -> Self {
        self.shared.person = Some(person.clone());
        self
    }

    /// Asks for an ad, if pacing and the key's budget allow it now.
    ///
    /// A call with a conversation is taken for the end of a turn, so make it once after every answer, also where no ad is
    /// wanted: a turn that is held counts too. An opener is no turn. Ends after the timeout at the latest. Dropping the
    /// future leaves the chat usable; the turn counts, and what was sent is settled by the next ask.
    pub async fn ask(&mut self, call: Call<'_>) -> Outcome {
        if !call.is_opener() {
            self.session.on_turn();
        }
        let Thrads { publisher, client, .. } = &mut self.thrads;
        let (session, shared) = (&mut self.session, &mut self.shared);
        let asked = client.ask(session, shared, publisher, call, &mut self.buffer).await;
        let Asked { outcome, event } = asked;
        if let Some(RateEvent::LowQuota { remaining }) = event {
            warn!(remaining, "few requests are left in this second");
        }
        let outcome = outcome.into();
        log(&outcome, self.session.explained());
        outcome
    }

    /// An ad of this chat was half in view for a second: it counts. Report its impression only if this is true.
    #[must_use = "an impression that does not count must not be reported"]
    pub fn seen(&mut self) -> bool {
        let now = self.thrads.client.clock().now();
        self.shared.with(|lent| self.session.on_seen(now, lent))
    }

    /// An ad of this chat went away unseen.
    pub fn unseen(&mut self) {
        let now = self.thrads.client.clock().now();
        self.shared.with(|lent| self.session.on_unseen(now, lent));
    }

    /// A turn on which the platform is not asked, such as one the publisher marked sensitive.
    pub fn skip_turn(&mut self) {
        self.session.on_sensitive_turn();
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
fn log(outcome: &Outcome, explained: Option<Explained>) {
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
        Outcome::Held(hold) => {
            let why = explained.map(tracing::field::display);
            debug!(outcome = code, reason = hold.reason.code(), why, "held");
        }
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From the keys that the standard library draws for its hash maps.
fn random_bits() -> u16 {
    let [first, second, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    u16::from_le_bytes([first, second])
}

fn millis(duration: Duration) -> Millis {
    Millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
