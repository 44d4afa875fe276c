//! What all conversations of a publisher share: key, pool, budget, metrics.
//!
//! Behind `thrads`.

use crate::clock::TokioClock;
use crate::drain::Door;
use crate::experiment::Arm;
use crate::fleet::{Fleet, PersonId, Places, Turns};
use crate::options::Options;
use crate::person::{People, Person};
use crate::telemetry::Meters;
use crate::transport::{ReqwestTransport, StartError, Urls};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;
use thrads_core::{ApiKey, Budget, Client, Health, Lent, Publisher, Rate};

pub(crate) struct Account {
    pub(crate) transport: ReqwestTransport,
    pub(crate) clock: TokioClock,
    pub(crate) options: Options,
    pub(crate) door: Door,
    pub(crate) urls: Urls,
    publisher: RwLock<Arc<Publisher>>,
    key: Mutex<Key>,
    fleet: Option<Fleet>,
    people: Mutex<People>,
    label: Option<Box<str>>,
    meters: Mutex<BTreeMap<Option<Arm>, Arc<Meters>>>,
}

/// What all conversations of a key share, behind a lock that is held for no longer than a decision takes.
struct Key {
    rate: Rate,
    health: Health,
    /// Where the budget is a fleet's, `rate` knows only when the platform is to be left alone.
    turns: Option<Arc<Turns>>,
}

impl Key {
    fn new(key: &ApiKey, options: &Options, fleet: Option<&Fleet>) -> Self {
        let Options { limit, caps, timeout, .. } = *options;
        let turns = fleet.map(|fleet| Turns::new(fleet, key, limit, caps, timeout));
        let limit = if turns.is_some() { u32::MAX } else { limit };
        Self { rate: Rate::new(limit), health: Health::new(random_bits()), turns }
    }
}

impl Account {
    pub(crate) fn new(
        publisher: Publisher,
        options: Options,
        fleet: Option<Fleet>,
    ) -> Result<Self, StartError> {
        let transport =
            ReqwestTransport::connecting_within(options.connect_limit(), options.proxies)?;
        Ok(Self {
            transport,
            clock: TokioClock::new(),
            options,
            door: Door::default(),
            urls: Urls::default(),
            key: Mutex::new(Key::new(&publisher.key, &options, fleet.as_ref())),
            fleet,
            publisher: RwLock::new(Arc::new(publisher)),
            people: Mutex::new(People::new(options.people, options.caps)),
            label: None,
            meters: Mutex::default(),
        })
    }

    /// Another publisher over the same pool.
    pub(crate) fn beside(&self, publisher: Publisher, label: &str) -> Self {
        Self {
            transport: self.transport.clone(),
            clock: self.clock,
            options: self.options,
            door: Door::default(),
            urls: Urls::default(),
            key: Mutex::new(Key::new(&publisher.key, &self.options, self.fleet.as_ref())),
            fleet: self.fleet.clone(),
            publisher: RwLock::new(Arc::new(publisher)),
            people: Mutex::new(People::new(self.options.people, self.options.caps)),
            label: Some(label.into()),
            meters: Mutex::default(),
        }
    }

    pub(crate) fn publisher(&self) -> Arc<Publisher> {
        Arc::clone(&self.publisher.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks that are under way keep the key they began with. The budget begins anew, as the platform's does; that of the key
    /// that is there already does not, and is only tried again.
    pub(crate) fn set_key(&self, key: ApiKey) {
        let mut publisher = self.publisher.write().unwrap_or_else(PoisonError::into_inner);
        if publisher.key.expose() == key.expose() {
            return self.key().health.on_new_key();
        }
        let Publisher { environment, endpoints, .. } = Publisher::clone(&publisher);
        *self.key() = Key::new(&key, &self.options, self.fleet.as_ref());
        *publisher = Arc::new(Publisher { key, environment, endpoints });
    }

    #[cfg(feature = "redis")]
    pub(crate) fn fleet(&self) -> Option<&Fleet> {
        self.fleet.as_ref()
    }

    /// Lends what the chats of a key and of a person share. The key is locked first.
    pub(crate) fn with<R>(&self, person: Option<&Person>, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
        let Key { rate, health, .. } = &mut *self.key();
        let mut user = person.map(Person::lock);
        use_it(Lent { rate, health: Some(health), user: user.as_deref_mut() })
    }

    /// The turns of a fleet's budget, where the budget is one.
    pub(crate) fn turns(&self) -> Option<Arc<Turns>> {
        self.fleet.as_ref()?;
        self.key().turns.clone()
    }

    /// Where a person's caps are those of a fleet: who keeps them, and who the person is to them.
    pub(crate) fn places_of(&self, person: Option<&Person>) -> Option<(Arc<Places>, PersonId)> {
        let id = person?.id()?;
        Some((Arc::clone(self.turns()?.places()?), id))
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

impl Budget for &Account {
    fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
        Account::with(self, None, use_it)
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
