//! What all conversations of a publisher share: key, pool, budget, metrics.
//!
//! Behind `thrads`.

use crate::clock::TokioClock;
use crate::drain::Door;
use crate::experiment::Arm;
use crate::options::Options;
use crate::person::{People, Person};
use crate::telemetry::Meters;
use crate::transport::{ReqwestTransport, StartError};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;
use thrads_core::{
    ApiKey, Client, Clock, Decision, Health, Hold, Lent, Millis, Publisher, Rate, Reason,
};

pub(crate) struct Account {
    pub(crate) transport: ReqwestTransport,
    pub(crate) clock: TokioClock,
    pub(crate) options: Options,
    pub(crate) door: Door,
    publisher: RwLock<Arc<Publisher>>,
    key: Mutex<Key>,
    people: Mutex<People>,
    label: Option<Box<str>>,
    meters: Mutex<BTreeMap<Option<Arm>, Arc<Meters>>>,
}

/// What all conversations of a key share, behind a lock that is held for no longer than a decision takes.
struct Key {
    rate: Rate,
    health: Health,
}

impl Key {
    fn new(limit: u32) -> Self {
        Self { rate: Rate::new(limit), health: Health::new(random_bits()) }
    }
}

impl Account {
    pub(crate) fn new(publisher: Publisher, options: Options) -> Result<Self, StartError> {
        let transport =
            ReqwestTransport::connecting_within(options.connect_limit(), options.proxies)?;
        Ok(Self::over(transport, TokioClock::new(), options, publisher, None))
    }

    /// Another publisher over the same pool.
    pub(crate) fn beside(&self, publisher: Publisher, label: &str) -> Self {
        Self::over(self.transport.clone(), self.clock, self.options, publisher, Some(label))
    }

    fn over(
        transport: ReqwestTransport,
        clock: TokioClock,
        options: Options,
        publisher: Publisher,
        label: Option<&str>,
    ) -> Self {
        Self {
            transport,
            clock,
            options,
            door: Door::default(),
            publisher: RwLock::new(Arc::new(publisher)),
            key: Mutex::new(Key::new(options.limit)),
            people: Mutex::new(People::new(options.people, options.caps)),
            label: label.map(Box::from),
            meters: Mutex::default(),
        }
    }

    pub(crate) fn publisher(&self) -> Arc<Publisher> {
        Arc::clone(&self.publisher.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks that are under way keep the key they began with. The budget begins anew, as the platform's does.
    pub(crate) fn set_key(&self, key: ApiKey) {
        let mut publisher = self.publisher.write().unwrap_or_else(PoisonError::into_inner);
        let Publisher { environment, endpoints, .. } = Publisher::clone(&publisher);
        *publisher = Arc::new(Publisher { key, environment, endpoints });
        *self.key() = Key::new(self.options.limit);
    }

    /// Lends what the chats of a key and of a person share. The key is locked first.
    pub(crate) fn with<R>(&self, person: Option<&Person>, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
        let Key { rate, health } = &mut *self.key();
        let mut user = person.map(Person::lock);
        use_it(Lent { rate, health: Some(health), user: user.as_deref_mut() })
    }

    /// What stopped all calls of the key while one of them waited for its turn.
    pub(crate) fn left_alone(&self) -> Option<Hold> {
        // A copy decides, so that nothing is taken out of the budget.
        let (mut rate, now) = (self.key().rate, self.clock.now());
        match rate.decide(now, Millis(u64::MAX)) {
            Decision::Hold(hold) if hold.reason != Reason::Rate => Some(hold),
            _ => None,
        }
    }

    pub(crate) fn person(&self, id: &str) -> Person {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.person(id, Instant::now())
    }

    /// The metrics of an arm's chats.
    pub(crate) fn meters(&self, arm: Option<&Arm>) -> Arc<Meters> {
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Meters::new(self.label.as_deref(), arm));
        Arc::clone(meters.entry(arm.cloned()).or_insert_with(new))
    }

    fn key(&self) -> MutexGuard<'_, Key> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn client(&self) -> Client<ReqwestTransport, TokioClock> {
        Client::new(self.transport.clone(), self.clock).timeout(self.options.timeout_millis())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("publisher", &self.publisher())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// From the keys that the standard library draws for its hash maps.
fn random_bits() -> u16 {
    let [first, second, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    u16::from_le_bytes([first, second])
}
