//! A publisher on a server: one key, one pool, one budget, many chats.
//!
//! Around thrads-core's sessions; it adds what is shared between conversations.

use crate::account::Account;
use crate::chat::Chat;
use crate::clock::TokioClock;
use crate::drain::Drained;
use crate::failure::{Cause, Failure};
use crate::fleet::Fleet;
use crate::options::Options;
use crate::person::Person;
use crate::telemetry;
use crate::transport::StartError;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use thrads_core::{
    ApiKey, Delivered, EndUser, Family, Impression, Outbox, Policy, Publisher, Reported,
};

/// A publisher's connection to the platform. Cheap to clone; clones share key, pool, budget and metrics.
#[derive(Clone, Debug)]
pub struct Thrads {
    account: Arc<Account>,
}

impl Thrads {
    /// Begins to serve `publisher`. Nothing is sent until a chat asks.
    ///
    /// # Errors
    ///
    /// [`StartError`] if TLS cannot be set up on this machine, or the environment names a proxy that cannot be used.
    pub fn new(publisher: Publisher, options: Options) -> Result<Self, StartError> {
        Self::start(publisher, options, None)
    }

    /// The same as one replica of several that share the key's budget and people's caps: [`Options::limit`] and
    /// [`Options::caps`] are those of all replicas together, and have to be the same in each.
    ///
    /// A trip to Redis takes a tenth of [`Options::timeout`] at most. While Redis is gone, asking goes on inside its
    /// deadline: from when the last lease has ended, two seconds later, each replica sends its part of nine tenths of the
    /// limit, and caps are what each knows by itself.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[cfg(feature = "redis")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
    pub fn in_fleet(
        publisher: Publisher,
        options: Options,
        fleet: Fleet,
    ) -> Result<Self, StartError> {
        Self::start(publisher, options, Some(fleet))
    }

    pub(crate) fn start(
        publisher: Publisher,
        options: Options,
        fleet: Option<Fleet>,
    ) -> Result<Self, StartError> {
        Ok(Self { account: Arc::new(Account::new(publisher, options, fleet)?) })
    }

    /// Serves a second publisher over the same pool, with a budget and metrics of its own. `label` is the metrics' label
    /// `publisher`: a name that you give, not the key nor a part of it.
    ///
    /// ```
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Environment, Publisher}};
    /// let publisher = |key| ApiKey::new(key).map(|key| Publisher::new(key, Environment::Production));
    /// let shop = Thrads::new(publisher("key-of-the-shop")?, Options::default())?;
    /// let club = shop.with_key(publisher("key-of-the-club")?, "club");
    /// # drop(club);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_key(&self, publisher: Publisher, label: &str) -> Self {
        Self { account: Arc::new(self.account.beside(publisher, label)) }
    }

    /// Goes on with another key, in all clones and chats at once and without a restart. Asks that are under way end with the
    /// old one; the budget begins anew, as the platform's does. The key that is there already keeps its budget, and is
    /// tried again where the platform had refused it or failed.
    ///
    /// ```
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Environment, Publisher}};
    /// # let publisher = Publisher::new(ApiKey::new("old")?, Environment::Production);
    /// # let thrads = Thrads::new(publisher, Options::default())?;
    /// thrads.set_key(ApiKey::new("the-next-key")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_key(&self, key: ApiKey) {
        self.account.set_key(key);
    }

    /// A conversation whose ads are spaced by `policy`, in the arithmetic of `family`.
    ///
    /// ```
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Environment, Family, Policy, Publisher}};
    /// # let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// # let thrads = Thrads::new(publisher, Options::default())?;
    /// let chat = thrads.chat(Family::Ssp, Policy::SERVER);
    /// assert!(chat.explained().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn chat(&self, family: Family, policy: Policy) -> Chat {
        Chat::new(self.clone(), family, policy)
    }

    /// The person with this id, with the caps of [`Options::caps`]: the same in all chats of this publisher, and in all
    /// replicas of a fleet, as long as they are remembered. To another key of the publisher's they are new to the fleet. What
    /// outlives the process, such as an opt-out, is for the caller to keep.
    ///
    /// ```
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Caps, Environment, Family, Policy, Publisher}};
    /// # let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// let caps = Caps { hour: 3, gap_secs: 120, ..Caps::default() };
    /// let thrads = Thrads::new(publisher, Options { caps, ..Options::default() })?;
    /// let chat = thrads.chat(Family::Ssp, Policy::SERVER).of(&thrads.person("user_5f0c"));
    /// # drop(chat);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn person(&self, id: &str) -> Person {
        self.account.person(id)
    }

    /// Makes a connection to the place of `family`, so that the first ask does not pay for name, TCP and TLS. Nothing of the
    /// publisher is sent. Any answer at all is success; the connection waits in the pool for the next ask.
    ///
    /// # Errors
    ///
    /// [`Failure`], after the timeout at the latest: what an ask would have failed with.
    pub async fn warm_up(&self, family: Family) -> Result<(), Failure> {
        let publisher = self.account.publisher();
        let base = publisher.endpoints.of(family);
        let (account, within) = (&self.account, self.account.options.timeout_millis());
        let answer = account.door.unless_ended(pin!(account.transport.touch(base, within))).await;
        answer.map_or(Err(Failure::at(base, Cause::ShutDown)), |answer| {
            answer.map_err(|error| Failure::at(base, Cause::Transport(error)))
        })
    }

    /// Reports an impression to each of its trackers. Dropping the future half-way leaves the rest of them untold.
    pub async fn report(&self, impression: Impression<String>, end_user: EndUser<'_>) -> Reported {
        let account = &self.account;
        let _pass = account.door.enter_late();
        let earns = impression.earns_micros();
        let (mut client, mut buffer) = (account.client(), Vec::new());
        let report = client.report(impression, end_user, &mut buffer);
        let reported = account.door.unless_ended(pin!(report)).await.unwrap_or_default();
        account.meters(None).reported(reported, earns);
        telemetry::tell_reported(reported);
        reported
    }

    /// Sends what waits in an outbox, in turns of the key's budget; for a program that speaks for the person in front of it.
    /// The outbox is told moments of this publisher's [`clock`](Self::clock). Dropped half-way, what was not sent waits on.
    pub async fn deliver<const ENTRIES: usize, const BYTES: usize>(
        &self,
        outbox: &mut Outbox<ENTRIES, BYTES>,
        end_user: EndUser<'_>,
    ) -> Delivered {
        let account = &self.account;
        let _pass = account.door.enter_late();
        let (mut client, mut buffer) = (account.client(), Vec::new());
        let (publisher, mut budget) = (account.publisher(), &**account);
        let deliver = client.deliver(outbox, &mut budget, &publisher, end_user, &mut buffer);
        account.door.unless_ended(pin!(deliver)).await.unwrap_or_default()
    }

    /// The clock that this publisher goes by.
    pub fn clock(&self) -> TokioClock {
        self.account.clock
    }

    /// Lets no more asks in, from this publisher's chats in all clones; they are [`Cause::ShutDown`] from then on. Waits
    /// `within` for asks and reports that are under way, ends the rest, tells the fleet of ads that were seen or not, gives
    /// send times back that were leased for nothing, and says how many there were of each. Reports may still begin meanwhile.
    /// A publisher made by [`with_key`](Self::with_key) is shut down by itself.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Environment, Publisher}};
    /// # let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// # let thrads = Thrads::new(publisher, Options::default())?;
    /// let drained = thrads.shutdown(Duration::from_secs(6)).await;
    /// assert_eq!(drained.ended, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn shutdown(&self, within: Duration) -> Drained {
        let drained = self.account.door.shut(within).await;
        if let Some(turns) = self.account.turns() {
            turns.give_back().await;
        }
        drained
    }

    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }
}
