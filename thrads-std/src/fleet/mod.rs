//! What all replicas of a server share, kept by Redis: the key's budget here, people's caps in `places`, sleeping chats in
//! `sleepers`, what is good once in `tokens`.
//!
//! Feature `redis`. Between `ask` and the network: an ask that pacing let through waits here for its turn. Section 3.14 of
//! the wire contract: the limit is the key's, however many processes use it. Redis stands behind each replica's own memory,
//! which decides first and goes on alone, and not in its place: so there is no trait that both implement.

mod book;
mod leases;
mod link;
mod names;
mod on_screen;
mod places;
mod server;
mod sleepers;
mod store_error;
mod tokens;

pub use sleepers::WakeError;
pub use store_error::StoreError;
pub use tokens::Redeemed;

pub(crate) use names::PersonId;
pub(crate) use on_screen::{OnScreen, Place};
pub(crate) use places::Places;

use crate::thrads::Thrads;
use crate::transport::StartError;
use leases::{Leases, Turn};
use link::{Link, Order};
use names::Names;
use server::Server;
use sleepers::Sleepers;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use thrads_core::{ApiKey, Caps};
use tokens::Tokens;
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until, timeout_at};
use tracing::{info, warn};

/// The replicas that share a key's budget: processes that name the same Redis.
///
/// A single server, or a primary that fails over behind one name. All that a key needs is on one node of a cluster, but
/// `MOVED` and `ASK` are not followed: name that node, or a proxy before the cluster. Another node is
/// [`StoreError::Cluster`], and asking goes on as without Redis.
///
/// ```
/// use thrads_std::core::{ApiKey, Environment, Publisher};
/// use thrads_std::{Fleet, Options, Thrads};
///
/// let publisher = Publisher::new(ApiKey::new("K")?, Environment::Production);
/// let fleet = Fleet::new("redis://127.0.0.1:6379")?.replicas(4);
/// let thrads = Thrads::in_fleet(publisher, Options::default(), fleet)?;
/// # drop(thrads);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Fleet {
    server: Server,
    replicas: u32,
}

impl Fleet {
    /// The fleet of a Redis, such as `redis://:password@redis.internal:6379/0`, or `rediss://` for TLS, whose certificate the
    /// system's verifier judges. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`StartError::Redis`] if it is not a URL of this form, [`StartError::Tls`] if TLS cannot be set up.
    pub fn new(url: &str) -> Result<Self, StartError> {
        Ok(Self { server: Server::of(url)?, replicas: 1 })
    }

    /// As the environment says.
    pub(crate) fn of_env(
        url: &str,
        authority: Option<&[u8]>,
        replicas: u32,
    ) -> Result<Self, StartError> {
        let fleet = Self::new(url)?.replicas(replicas);
        match authority {
            Some(pem) => fleet.authority(pem),
            None => Ok(fleet),
        }
    }

    /// Trusts certificates of the authorities in `pem` and of no other: for a Redis with an authority of its own.
    ///
    /// # Errors
    ///
    /// [`StartError::Authority`] if there is no certificate in it, or the URL is not `rediss://`.
    pub fn authority(self, pem: &[u8]) -> Result<Self, StartError> {
        Ok(Self { server: self.server.trusting(pem)?, ..self })
    }

    /// Connects, logs in and tries what a fleet does there, a script that writes the key `thrads:probe` for a second: for the
    /// start of a process or a probe of its readiness; nothing depends on it. A node of a cluster that has this key elsewhere
    /// counts as there.
    ///
    /// # Errors
    ///
    /// [`StoreError`], after `within` at the latest.
    pub async fn check(&self, within: Duration) -> Result<(), StoreError> {
        Link::new(self.server.clone(), within).probe().await
    }

    /// How many replicas there are at most. Without Redis each sends its part of nine tenths of the limit, so give the most
    /// there will ever be; 1, and 0 counts as 1.
    #[must_use]
    pub fn replicas(self, replicas: u32) -> Self {
        Self { replicas: replicas.max(1), ..self }
    }
}

impl Thrads {
    /// [`Fleet::check`] of the fleet that this publisher is in.
    ///
    /// # Errors
    ///
    /// [`StoreError`], after `within` at the latest; [`StoreError::NoFleet`] without one.
    ///
    /// ```
    /// # use thrads_std::{Fleet, Options, StoreError, Thrads, core::{ApiKey, Environment, Publisher}};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// let thrads = Thrads::new(publisher, Options::default())?;
    /// let alone = thrads.check_fleet(Duration::from_secs(1)).await;
    /// assert_eq!(alone, Err(StoreError::NoFleet));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn check_fleet(&self, within: Duration) -> Result<(), StoreError> {
        let fleet = self.account().fleet().ok_or(StoreError::NoFleet)?;
        fleet.check(within).await
    }
}

impl fmt::Debug for Fleet {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("replicas", &self.replicas).finish_non_exhaustive()
    }
}

/// The turns of one key in one replica.
pub(crate) struct Turns {
    state: Mutex<State>,
    /// Told when there is something new to decide by.
    changed: Notify,
    link: Arc<Link>,
    rate: String,
    /// Where people have caps that replicas can share.
    places: Option<Arc<Places>>,
    sleepers: Sleepers,
    tokens: Tokens,
}

struct State {
    leases: Leases,
    /// Where the last lease ended on the server's clock.
    ends: String,
    is_leasing: bool,
    /// Leases in a row that came too late to be of use.
    useless: u32,
}

impl Turns {
    /// `timeout` is that of an ask, of which a trip to Redis may take a tenth.
    pub(crate) fn new(
        fleet: &Fleet,
        key: &ApiKey,
        limit: u32,
        caps: Caps,
        timeout: Duration,
    ) -> Arc<Self> {
        let state = State {
            leases: Leases::new(limit, fleet.replicas),
            ends: String::new(),
            is_leasing: false,
            useless: 0,
        };
        let link = Arc::new(Link::new(fleet.server.clone(), timeout / 10));
        let names = Arc::new(Names::new(key));
        Arc::new(Self {
            state: Mutex::new(state),
            changed: Notify::new(),
            rate: names.of("rate"),
            places: Places::under(caps, Arc::clone(&link), Arc::clone(&names)),
            sleepers: Sleepers::new(Arc::clone(&link), Arc::clone(&names)),
            tokens: Tokens::new(Arc::clone(&link), names),
            link,
        })
    }

    /// Waits for a turn until `latest`. What else has to be there is fetched by `before` once it is known when the turn is.
    ///
    /// # Errors
    ///
    /// When the next turn is, where that is later, or as far as is known.
    pub(crate) async fn wait<T, E>(
        self: &Arc<Self>,
        latest: Instant,
        before: impl Future<Output = Result<T, E>>,
    ) -> Result<Result<T, E>, Instant> {
        tokio::pin!(before);
        let mut fetched = None;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.turn(latest) {
                Turn::Later(next) => return Err(next),
                Turn::Lease => {
                    timeout_at(latest.into(), changed).await.map_err(|_| latest)?;
                }
                Turn::Take(slot) => {
                    let ready = match fetched.take() {
                        Some(ready) => ready,
                        None => match before.as_mut().await {
                            Ok(ready) => ready,
                            refused => {
                                self.state().leases.put_back(slot);
                                self.changed.notify_waiters();
                                return Ok(refused);
                            }
                        },
                    };
                    sleep_until(slot.from.into()).await;
                    if Instant::now() < slot.until {
                        return Ok(Ok(ready));
                    }
                    fetched = Some(ready);
                    // This process stood still in its turn.
                }
            }
        }
    }

    /// The platform says what it allows.
    pub(crate) fn learn(&self, limit: u32) {
        self.state().leases.learn(limit);
    }

    /// Whether Redis is there.
    pub(crate) fn is_up(&self) -> bool {
        !self.state().leases.is_cut()
    }

    pub(crate) fn places(&self) -> Option<&Arc<Places>> {
        self.places.as_ref()
    }

    /// Gives back what nobody will use.
    pub(crate) async fn give_back(&self) {
        if let Some(places) = &self.places {
            places.tell_all().await;
        }
        let (unused, ends) = {
            let mut state = self.state();
            (state.leases.give_up() * state.leases.spacing(), std::mem::take(&mut state.ends))
        };
        if !unused.is_zero() {
            self.link.give_back(&self.rate, &ends, unused).await;
        }
    }

    fn turn(self: &Arc<Self>, latest: Instant) -> Turn {
        let mut state = self.state();
        let turn = state.leases.turn(Instant::now(), latest);
        if turn == Turn::Lease && !state.is_leasing {
            state.is_leasing = true;
            tokio::spawn(lease(Leasing(Arc::downgrade(self))));
        }
        turn
    }

    async fn trip(&self) {
        let order = {
            let leases = &self.state().leases;
            Order {
                spacing: leases.spacing(),
                // Whether it is back is asked without taking what may not be of use.
                count: if leases.is_cut() { 0 } else { leases.block() },
                grace: leases.longest(),
                was_cut: leases.is_cut(),
            }
        };
        let answer = self.link.lease(&self.rate, &order).await;
        let mut state = self.state();
        match answer {
            Ok((lease, ends)) => state.on_lease(lease, ends),
            Err(error) => state.on_cut(error),
        }
        drop(state);
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn on_lease(&mut self, lease: leases::Lease, ends: String) {
        let was_cut = self.leases.is_cut();
        if was_cut && self.leases.is_late(&lease) {
            // It is there again, for others at least: the own share rests, unless Redis is slow for good.
            self.useless += 1;
            if self.useless <= MOST_SLOW {
                self.leases.rest_until(lease.answered + 2 * RETRY);
            }
            return;
        }
        self.ends = ends;
        self.useless = if self.leases.on_lease(lease) { 0 } else { self.useless + 1 };
        if self.useless >= MOST_USELESS {
            self.on_cut(StoreError::Slow);
        } else if was_cut {
            info!("redis is back: replicas share one budget again");
        }
    }

    fn on_cut(&mut self, error: StoreError) {
        if !self.leases.is_cut() {
            let (reason, advice) = (error.code(), error.advice());
            warn!(
                reason,
                advice, "redis is gone: this replica goes on with its own share of the budget"
            );
            self.useless = 0;
        }
        self.leases.on_cut(Instant::now());
    }
}

/// The one who leases for all who wait. However that ends, another may begin.
struct Leasing(Weak<Turns>);

impl Drop for Leasing {
    fn drop(&mut self) {
        if let Some(turns) = self.0.upgrade() {
            turns.state().is_leasing = false;
            turns.changed.notify_waiters();
        }
    }
}

/// Leases once; while Redis is gone, again and again until it is back or nobody is there any more.
async fn lease(leasing: Leasing) {
    loop {
        let Some(turns) = leasing.0.upgrade() else { return };
        turns.trip().await;
        if turns.is_up() {
            return;
        }
        drop(turns);
        sleep(RETRY).await;
    }
}

/// Between two looks whether Redis is back: soon enough for all replicas to stop their own shares within its grace.
const RETRY: Duration = Duration::from_millis(100);
/// Answers in a row that are too late to lease by, after which a replica that has been without Redis stays so.
const MOST_SLOW: u32 = 10;
/// Leases in a row that come too late to be of use, after which Redis counts as gone.
const MOST_USELESS: u32 = 3;
