//! The calls to Redis.
//!
//! Part of `fleet`. Trips that end in time. Every key that they write expires.

use super::leases::{LEAD, Lease};
use super::server::{Connection, Server};
use super::store_error::StoreError;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisResult, Script, ServerErrorKind, Value};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// Trips over one connection.
pub(super) struct Link {
    connection: Connection,
    /// How long a trip may take, with a connection if there is none.
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

impl Link {
    pub(super) fn new(server: Server, limit: Duration) -> Self {
        Self { connection: Connection::new(server), limit }
    }

    /// Leases send times; where they end on the server's clock comes second.
    pub(super) async fn lease(
        &self,
        rate: &str,
        order: &Order,
    ) -> Result<(Lease, String), StoreError> {
        let asked = Instant::now();
        let (first, count, ends) = self.trip(|wire| lease_or_load(wire, rate, order)).await?;
        let first = Duration::from_micros(first);
        Ok((Lease { first, count, asked, answered: Instant::now() }, ends))
    }

    /// Gives send times back whose lease ended at `ends`.
    pub(super) async fn give_back(&self, rate: &str, ends: &str, unused: Duration) {
        let Ok(end) = ends.parse::<u128>() else { return };
        let begin = end.saturating_sub(unused.as_micros()).to_string();
        let _gone_already = self
            .trip(|mut wire| async move {
                let mut call = GIVE_BACK.key(rate);
                call.arg(ends).arg(begin).invoke_async::<Value>(&mut wire).await
            })
            .await;
    }

    /// Makes all `calls` in one trip, and brings their answers; none to a call that is refused for what it finds there, which
    /// is not the others' business. They may be made twice: a server that does not know `script` is told it and asked again.
    pub(super) async fn run(
        &self,
        calls: &[Cmd],
        script: &str,
    ) -> Result<Vec<Option<Value>>, StoreError> {
        let mut pipe = redis::pipe();
        pipe.ignore_errors();
        for call in calls {
            pipe.add_command(call.clone());
        }
        self.trip(|mut wire| async move {
            match answers(&pipe, &mut wire).await {
                Err(error) if is_unknown(&error) => {
                    redis::cmd("SCRIPT").arg("LOAD").arg(script).exec_async(&mut wire).await?;
                    answers(&pipe, &mut wire).await
                }
                answers => answers,
            }
        })
        .await
    }

    /// Does once what everything that is shared needs: a script that reads the clock and writes.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        let probe = |mut wire| async move {
            redis::cmd("EVAL").arg(PROBE_LUA).arg(1).arg(PROBE_KEY).exec_async(&mut wire).await
        };
        match self.trip(probe).await {
            // In a cluster the key of a probe is on any node; it got as far as that.
            Err(StoreError::Cluster) => Ok(()),
            ended => ended,
        }
    }

    /// Something done over the connection within the limit. A connection that fails is not used again.
    pub(super) async fn trip<T, F>(
        &self,
        work: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let deadline = tokio::time::Instant::now() + self.limit.min(LONGEST);
        let open = timeout_at(deadline, self.connection.get()).await;
        let open = open.map_err(|_| StoreError::Timeout)??;
        let error = match timeout_at(deadline, work(open.wire.clone())).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => StoreError::of(&error),
            Err(_) => StoreError::Timeout,
        };
        if error.ends_connection() {
            self.connection.leave(&open).await;
        }
        Err(error)
    }
}

/// A server that does not know the script is new, was restarted or failed over: then there may be leases that it does not
/// know of either.
async fn lease_or_load(
    mut wire: MultiplexedConnection,
    rate: &str,
    order: &Order,
) -> RedisResult<(u64, u32, String)> {
    let call = |name: &str, script: &str, is_new: bool| {
        let mut call = redis::cmd(name);
        call.arg(script).arg(1).arg(rate);
        call.arg(micros(order.spacing)).arg(order.count);
        call.arg(micros(order.grace)).arg(micros(LEAD));
        call.arg(u8::from(order.was_cut)).arg(u8::from(is_new));
        call
    };
    match call("EVALSHA", LEASE.get_hash(), false).query_async(&mut wire).await {
        Err(error) if is_unknown(&error) => {
            call("EVAL", LEASE_LUA, true).query_async(&mut wire).await
        }
        answer => answer,
    }
}

async fn answers(
    pipe: &Pipeline,
    wire: &mut MultiplexedConnection,
) -> RedisResult<Vec<Option<Value>>> {
    let is_its_own =
        |error: &RedisError| StoreError::of(error) == StoreError::Refused && !is_unknown(error);
    let answers: Vec<RedisResult<Value>> = pipe.query_async(wire).await?;
    let answers = answers.into_iter().map(|answer| match answer {
        Err(error) if is_its_own(&error) => Ok(None),
        answer => answer.map(Some),
    });
    answers.collect()
}

fn is_unknown(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// No trip is waited for longer: a moment that is too far off is none.
const LONGEST: Duration = Duration::from_secs(3600);
/// Without a publisher, since the probe has none.
const PROBE_KEY: &str = "thrads:probe";
const PROBE_LUA: &str = "redis.call('SET', KEYS[1], redis.call('TIME')[1], 'PX', 1000)";
static LEASE: LazyLock<Script> = LazyLock::new(|| Script::new(LEASE_LUA));
static GIVE_BACK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("give_back.lua")));
const LEASE_LUA: &str = include_str!("lease.lua");
