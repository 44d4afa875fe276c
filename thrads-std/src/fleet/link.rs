//! The calls to Redis.
//!
//! Part of `fleet`. A connection that is made when it is needed, and trips that end in time. Every key that they write
//! expires.

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, ErrorKind, RedisError, RedisResult, Script, ServerErrorKind, Value};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};
use tokio::time::timeout;

use super::leases::{LEAD, Lease};

/// A connection that is made when it is first used, and again when it is lost.
pub(super) struct Link {
    client: Client,
    manager: OnceLock<ConnectionManager>,
    /// How long a trip may take.
    limit: Duration,
}

/// What to lease.
pub(super) struct Order {
    pub(super) spacing: Duration,
    pub(super) count: u32,
    /// After which every earlier lease has ended.
    pub(super) grace: Duration,
    /// Whether this replica has been without Redis until now.
    pub(super) was_cut: bool,
}

/// Why there is no lease. What Redis said is not kept: it may name hosts and users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut(pub(super) &'static str);

impl Link {
    pub(super) fn new(client: Client, limit: Duration) -> Self {
        Self { client, manager: OnceLock::new(), limit }
    }

    /// Leases send times; where they end on the server's clock comes second.
    pub(super) async fn lease(&self, rate: &str, order: &Order) -> Result<(Lease, String), Cut> {
        let asked = Instant::now();
        let trip = self.lease_or_load(rate, order);
        let (first, count, ends): (u64, u32, String) = timeout(self.limit, trip)
            .await
            .map_err(|_| Cut("timeout"))?
            .map_err(|error| cut(&error))?;
        let lease =
            Lease { first: Duration::from_micros(first), count, asked, answered: Instant::now() };
        Ok((lease, ends))
    }

    /// Gives send times back whose lease ended at `ends`.
    pub(super) async fn give_back(&self, rate: &str, ends: &str, unused: Duration) {
        let Ok(end) = ends.parse::<u128>() else { return };
        let begin = end.saturating_sub(unused.as_micros()).to_string();
        let Ok(mut manager) = self.manager() else { return };
        let mut call = GIVE_BACK.key(rate);
        let call = call.arg(ends).arg(begin).invoke_async::<Value>(&mut manager);
        let _gone_already = timeout(self.limit, call).await;
    }

    /// Makes all `calls` in one trip, and brings their answers. They may be made twice: a server that does not know `script`
    /// is told it and asked again.
    pub(super) async fn run(&self, calls: &[Cmd], script: &str) -> Result<Vec<Value>, Cut> {
        let trip = async {
            let mut manager = self.manager()?;
            let mut pipe = redis::pipe();
            for call in calls {
                pipe.add_command(call.clone());
            }
            match pipe.query_async(&mut manager).await {
                Err(error) if is_unknown(&error) => {
                    redis::cmd("SCRIPT").arg("LOAD").arg(script).exec_async(&mut manager).await?;
                    pipe.query_async(&mut manager).await
                }
                answers => answers,
            }
        };
        let answers = timeout(self.limit, trip).await.map_err(|_| Cut("timeout"))?;
        answers.map_err(|error| cut(&error))
    }

    /// A server that does not know the script is new, was restarted or failed over: then there may be leases that it does
    /// not know of either.
    async fn lease_or_load(&self, rate: &str, order: &Order) -> RedisResult<(u64, u32, String)> {
        let mut manager = self.manager()?;
        let call = |name: &str, script: &str, is_new: bool| {
            let mut call = redis::cmd(name);
            call.arg(script).arg(1).arg(rate);
            call.arg(micros(order.spacing)).arg(order.count);
            call.arg(micros(order.grace)).arg(micros(LEAD));
            call.arg(u8::from(order.was_cut)).arg(u8::from(is_new));
            call
        };
        match call("EVALSHA", LEASE.get_hash(), false).query_async(&mut manager).await {
            Err(error) if is_unknown(&error) => {
                call("EVAL", LEASE_LUA, true).query_async(&mut manager).await
            }
            answer => answer,
        }
    }

    fn manager(&self) -> RedisResult<ConnectionManager> {
        if let Some(manager) = self.manager.get() {
            return Ok(manager.clone());
        }
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.limit))
            .set_response_timeout(Some(self.limit))
            .set_number_of_retries(1)
            .set_min_delay(SOON)
            .set_max_delay(self.limit);
        let manager = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        Ok(self.manager.get_or_init(|| manager).clone())
    }
}

fn is_unknown(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

fn cut(error: &RedisError) -> Cut {
    Cut(if error.is_timeout() {
        "timeout"
    } else if error.is_io_error() {
        "connection"
    } else {
        "refused"
    })
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

static LEASE: LazyLock<Script> = LazyLock::new(|| Script::new(LEASE_LUA));
static GIVE_BACK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("give_back.lua")));
/// Before a second attempt to connect.
const SOON: Duration = Duration::from_millis(20);
const LEASE_LUA: &str = include_str!("lease.lua");
