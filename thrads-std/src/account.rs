//! What all conversations of a publisher share: key, pool, budget, metrics.
//!
//! Behind `thrads`.

use crate::clock::TokioClock;
use crate::drain::Door;
use crate::experiment::Arm;
use crate::options::Options;
use crate::telemetry::Meters;
use crate::transport::{ReqwestTransport, StartError};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use thrads_core::{ApiKey, Client, Publisher, Rate};

pub(crate) struct Account {
    pub(crate) transport: ReqwestTransport,
    pub(crate) clock: TokioClock,
    pub(crate) options: Options,
    pub(crate) door: Door,
    publisher: RwLock<Arc<Publisher>>,
    rate: Mutex<Rate>,
    label: Option<Box<str>>,
    meters: Mutex<BTreeMap<Option<Arm>, Arc<Meters>>>,
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
            rate: Mutex::new(Rate::new(options.limit)),
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
        *self.rate() = Rate::new(self.options.limit);
    }

    /// The key's budget, behind a lock that is held for no longer than a decision takes.
    pub(crate) fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The metrics of an arm's chats.
    pub(crate) fn meters(&self, arm: Option<&Arm>) -> Arc<Meters> {
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Meters::new(self.label.as_deref(), arm));
        Arc::clone(meters.entry(arm.cloned()).or_insert_with(new))
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
