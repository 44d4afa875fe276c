//! Everything the sandbox remembers, behind one lock: a call is short and never waits inside it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::bounded::Bounded;
use crate::config::Config;
use crate::gate::Gate;
use crate::ids::Ids;
use crate::injected::Creatives;
use crate::limit::Limiter;
use crate::pacing::{SspChat, V1Chat};
use crate::poll::Tallies;
use crate::queue::Queue;
use crate::reply::{Family, Stamp};
use crate::stats::Stats;
use crate::tracking::Token;

/// What the thread that serves and the threads that look on have in common.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) gate: Gate,
    /// `127.0.0.1:PORT`, for callers that name no host.
    pub(crate) authority: String,
    world: Mutex<World>,
}

/// What changes from call to call.
pub(crate) struct World {
    pub(crate) stats: Stats,
    pub(crate) limiter: Limiter,
    /// For calls to E1, E2 and E10.
    pub(crate) call_faults: Queue,
    /// For view pings and everything else a client reports.
    pub(crate) ping_faults: Queue,
    pub(crate) creatives: Creatives,
    pub(crate) ids: Ids,
    pub(crate) v1_chats: Bounded<V1Chat>,
    pub(crate) ssp_chats: Bounded<SspChat>,
    pub(crate) tokens: Bounded<Token>,
    pub(crate) tallies: Tallies,
    /// Which of several equally good ads is next.
    pub(crate) rotation: u64,
    log: VecDeque<Recorded>,
}

/// A request as it was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Upper-case, such as `POST`.
    pub method: String,
    /// Path and query, byte for byte.
    pub target: String,
    /// Names in lower case, in the order they came in; bytes that are no text are replaced.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
}

impl Shared {
    /// How this sandbox is spoken to.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.config.tls.is_some() { "https" } else { "http" }
    }

    pub(crate) fn new(config: Config, authority: String) -> Self {
        let world = World {
            stats: Stats::default(),
            limiter: Limiter::new(config.limit),
            call_faults: Queue::default(),
            ping_faults: Queue::default(),
            creatives: Creatives::default(),
            ids: Ids::new(config.seed),
            v1_chats: Bounded::new(CHATS),
            ssp_chats: Bounded::new(CHATS),
            tokens: Bounded::new(TOKENS),
            tallies: Tallies::new(),
            rotation: config.seed,
            log: VecDeque::new(),
        };
        Self { config, gate: Gate::default(), authority, world: Mutex::new(world) }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stats(&self) -> Stats {
        let world = self.world();
        Stats {
            max_per_second: world.limiter.busiest.into(),
            max_per_rolling_second: world.limiter.busiest_rolling as u64,
            ..world.stats.clone()
        }
    }
}

impl World {
    pub(crate) fn stamp(&mut self, family: Family, since: Instant) -> Stamp {
        let request_id = match family {
            Family::V1 => self.ids.uuid(),
            Family::Ssp => self.ids.short("api_req_"),
        };
        Stamp { request_id, total_time: since.elapsed().as_micros() as f64 / 1e6 }
    }

    pub(crate) fn rotate(&mut self) -> u64 {
        self.rotation = self.rotation.wrapping_add(1);
        self.rotation
    }

    pub(crate) fn record(&mut self, seen: Recorded) {
        if self.log.len() == LOG {
            self.log.pop_front();
        }
        self.log.push_back(seen);
    }

    pub(crate) fn log(&self) -> Vec<Recorded> {
        self.log.iter().cloned().collect()
    }
}

/// Conversations of each family; the oldest is forgotten beyond it.
const CHATS: usize = 10_000;
/// Tokens in URLs; the oldest becomes unknown beyond it.
const TOKENS: usize = 100_000;
/// Requests kept for [`crate::Sandbox::log`]; the oldest is dropped beyond it.
const LOG: usize = 1_000;
