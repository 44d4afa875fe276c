//! Replicas that share one budget by a real Redis, and what becomes of it when Redis is slow, gone, flushed or full.
//!
//! The promises under load are those of the program `fleet_load`; here each failure is met once, in seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Reason, Role,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox};
use thrads_std::{Fleet, Options, Outcome, StartError, StoreError, Thrads};
use thrads_tests::RedisServer;

/// A strict platform, and a Redis of this test's own.
struct Rig {
    sandbox: Sandbox,
    redis: RedisServer,
}

impl Rig {
    fn start() -> Option<Self> {
        let redis = RedisServer::start(&[])?;
        let config = Config { always_match: true, ..Config::default() };
        Some(Self { sandbox: Sandbox::start(config).unwrap(), redis })
    }

    fn replica(&self, replicas: u32) -> Thrads {
        let fleet = Fleet::new(&self.redis.url()).unwrap().replicas(replicas);
        Thrads::in_fleet(self.publisher(), Options::default(), fleet).unwrap()
    }

    fn publisher(&self) -> Publisher {
        Publisher {
            endpoints: Endpoints::at(BaseUrl::new(&self.sandbox.base_url()).unwrap()),
            ..Publisher::new(ApiKey::new(PRODUCTION_KEY).unwrap(), Environment::Production)
        }
    }

    /// The platform never had to refuse. That no second holds more than the limit wherever it begins is for `fleet_load`
    /// to show, by itself on a machine; here many tests hold each other up.
    fn assert_kept(&self) {
        let stats = self.sandbox.stats();
        assert!(stats.refused == 0 && stats.max_per_second <= 40, "{stats:?}");
    }
}

async fn ask(thrads: &Thrads) -> Outcome {
    let mut chat = thrads.chat(Family::Ssp, Policy::device(0, 0));
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
    let person = EndUser::forwarded("203.0.113.7", "Kiosk/2.1").unwrap();
    let conversation = Conversation::new(&messages).unwrap();
    let bid = BidRequest::contextual("user_1", "chat_1", conversation, person).unwrap();
    chat.ask(Call::Bid(bid)).await
}

/// Asks until it is served, held by nothing but the rate; how long that took, and the longest of the asks.
async fn served(thrads: &Thrads) -> (Duration, Duration) {
    let (start, mut slowest) = (Instant::now(), Duration::ZERO);
    loop {
        let asked = Instant::now();
        let outcome = ask(thrads).await;
        slowest = slowest.max(asked.elapsed());
        match outcome {
            Outcome::Ad(_) => return (start.elapsed(), slowest),
            Outcome::Held(hold) if hold.reason == Reason::Rate => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => panic!("{}", other.explain()),
        }
        assert!(start.elapsed() < Duration::from_secs(20), "nothing is served any more");
    }
}

/// Has so many chats ask all the time, for so long; how often they were served.
async fn load(thrads: &Thrads, chats: u32, time: Duration) -> u32 {
    let (count, end) = (Arc::new(AtomicU32::new(0)), Instant::now() + time);
    let chats: Vec<_> = (0..chats)
        .map(|_| {
            let (thrads, count) = (thrads.clone(), count.clone());
            tokio::spawn(async move {
                while Instant::now() < end {
                    match ask(&thrads).await {
                        Outcome::Ad(_) => count.fetch_add(1, Ordering::Relaxed),
                        _ => {
                            tokio::time::sleep(Duration::from_millis(60)).await;
                            0
                        }
                    };
                }
            })
        })
        .collect();
    for chat in chats {
        chat.await.unwrap();
    }
    count.load(Ordering::Relaxed)
}

/// An ask waits for half a second at most, and this is how late a busy machine may be.
const WAIT: Duration = Duration::from_millis(500 + 400);

#[tokio::test]
async fn replicas_share_one_budget() {
    let Some(rig) = Rig::start() else { return };
    let (one, other) = (rig.replica(2), rig.replica(2));
    let time = Duration::from_secs(5);
    let (first, second) = tokio::join!(load(&one, 30, time), load(&other, 30, time));
    rig.assert_kept();
    // The first two seconds are the grace of an empty Redis.
    assert!(first + second >= 60 && first.min(second) >= 15, "{first} and {second}");
    let trips = rig.redis.calls("evalsha");
    assert!(trips * 4 <= u64::from(first + second), "{trips} trips for {first} and {second}");
}

#[tokio::test]
async fn the_first_lease_of_an_empty_redis_waits_until_older_ones_have_ended() {
    let Some(rig) = Rig::start() else { return };
    let thrads = rig.replica(1);
    let (took, slowest) = served(&thrads).await;
    assert!(took >= Duration::from_millis(1200), "{took:?}");
    assert!(slowest < WAIT, "{slowest:?}");
    let (took, _) = served(&thrads).await;
    assert!(took < WAIT, "{took:?}");
}

#[tokio::test]
async fn keys_hold_no_secret_stay_on_one_node_and_expire() {
    let Some(rig) = Rig::start() else { return };
    served(&rig.replica(1)).await;
    let key = rig.redis.command("RANDOMKEY").unwrap();
    assert!(key.starts_with("thrads:{") && key.ends_with("}:rate"), "{key}");
    assert!(!key.contains(PRODUCTION_KEY) && key.len() == "thrads:{}:rate".len() + 32, "{key}");
    assert_eq!(rig.redis.command("DBSIZE").unwrap(), ":1");
    let left: i64 = rig.redis.command(&format!("PTTL {key}")).unwrap()[1..].parse().unwrap();
    assert!((1..=86_400_000).contains(&left), "{left}");
}

#[tokio::test]
async fn without_redis_asking_goes_on_in_time_with_the_replicas_own_share() {
    let Some(mut rig) = Rig::start() else { return };
    let thrads = rig.replica(4);
    served(&thrads).await;
    rig.redis.kill();
    // What was leased may be spent; then nothing until all leases have ended.
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end {
        let start = Instant::now();
        ask(&thrads).await;
        assert!(start.elapsed() < WAIT, "{:?}", start.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    served(&thrads).await;
    let before = rig.sandbox.stats().requests;
    load(&thrads, 20, Duration::from_secs(3)).await;
    let sent = rig.sandbox.stats().requests - before;
    // The last of them wait for half a second more.
    assert!((12..=36).contains(&sent), "{sent} in three seconds are not a quarter of 36 a second");
    rig.redis.restart();
    served(&thrads).await;
    load(&thrads, 40, Duration::from_secs(4)).await;
    let sent = rig.sandbox.stats().requests - before - sent;
    assert!(sent >= 50, "{sent}: the whole budget is not there again");
    rig.assert_kept();
}

#[tokio::test]
async fn a_redis_that_does_not_answer_holds_nothing_up() {
    let Some(rig) = Rig::start() else { return };
    let thrads = rig.replica(1);
    served(&thrads).await;
    rig.redis.pause();
    let (_, slowest) = served(&thrads).await;
    assert!(slowest < WAIT, "{slowest:?}");
    rig.redis.resume();
    let (_, slowest) = served(&thrads).await;
    assert!(slowest < WAIT, "{slowest:?}");
    rig.assert_kept();
}

#[tokio::test]
async fn a_flush_of_keys_or_scripts_breaks_no_promise() {
    let Some(rig) = Rig::start() else { return };
    let thrads = rig.replica(1);
    served(&thrads).await;
    for flush in ["FLUSHALL", "SCRIPT FLUSH"] {
        let loaded = tokio::spawn({
            let thrads = thrads.clone();
            async move { load(&thrads, 30, Duration::from_secs(4)).await }
        });
        tokio::time::sleep(Duration::from_millis(700)).await;
        rig.redis.command(flush).unwrap();
        assert!(loaded.await.unwrap() >= 20, "{flush}");
        rig.assert_kept();
    }
}

#[tokio::test]
async fn a_redis_that_is_full_counts_as_gone() {
    let Some(rig) = Rig::start() else { return };
    let thrads = rig.replica(1);
    served(&thrads).await;
    rig.redis.command("CONFIG SET maxmemory 1").unwrap();
    load(&thrads, 10, Duration::from_secs(1)).await;
    let (_, slowest) = served(&thrads).await;
    assert!(slowest < WAIT, "{slowest:?}");
    rig.redis.command("CONFIG SET maxmemory 0").unwrap();
    served(&thrads).await;
    rig.assert_kept();
}

#[tokio::test]
async fn a_clock_of_redis_that_goes_back_stops_nobody() {
    let Some(rig) = Rig::start() else { return };
    let thrads = rig.replica(1);
    served(&thrads).await;
    let key = rig.redis.command("RANDOMKEY").unwrap();
    let ahead = "99999999999999999";
    rig.redis.command(&format!("HSET {key} next {ahead} last {ahead}")).unwrap();
    load(&thrads, 10, Duration::from_secs(1)).await;
    let (took, _) = served(&thrads).await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    rig.assert_kept();
}

#[tokio::test]
async fn the_highest_limit_and_the_longest_times_are_taken() {
    let Some(rig) = Rig::start() else { return };
    let options = Options {
        timeout: Duration::MAX,
        max_rate_wait: Duration::MAX,
        limit: u32::MAX,
        ..Options::default()
    };
    let fleet = Fleet::new(&rig.redis.url()).unwrap();
    assert_eq!(fleet.check(Duration::MAX).await, Ok(()));
    let thrads = Thrads::in_fleet(rig.publisher(), options, fleet).unwrap();
    served(&thrads).await;
    thrads.shutdown(Duration::MAX).await;
    rig.assert_kept();
}

#[tokio::test]
async fn a_look_at_redis_finds_what_asks_would_fail_with() {
    let Some(rig) = Rig::start() else { return };
    let look = |user: &'static str| {
        let fleet = Fleet::new(&rig.redis.url().replace("//", &format!("//{user}"))).unwrap();
        async move { fleet.check(Duration::from_secs(5)).await }
    };
    assert_eq!(look("").await, Ok(()));
    for (user, may) in [("no_scripts", "~thrads:* +@read"), ("no_keys", "~other:* +@all")] {
        rig.redis.command(&format!("ACL SETUSER {user} on >p {may}")).unwrap();
    }
    assert_eq!(look("no_scripts:p@").await, Err(StoreError::Login));
    assert_eq!(look("no_keys:p@").await, Err(StoreError::Login));
    rig.redis.command("CONFIG SET maxmemory 1").unwrap();
    assert_eq!(look("").await, Err(StoreError::Full));
    rig.redis.command("CONFIG SET maxmemory 0").unwrap();
    rig.redis.command("REPLICAOF 127.0.0.1 1").unwrap();
    assert_eq!(look("").await, Err(StoreError::ReadOnly));
    rig.redis.command("REPLICAOF NO ONE").unwrap();
    assert_eq!(look("").await, Ok(()));
}

#[tokio::test]
async fn an_end_gives_back_what_nobody_will_use() {
    let Some(rig) = Rig::start() else { return };
    let thrads = rig.replica(1);
    served(&thrads).await;
    load(&thrads, 1, Duration::from_millis(100)).await;
    let key = rig.redis.command("RANDOMKEY").unwrap();
    let next = || rig.redis.command(&format!("HGET {key} next")).unwrap().parse::<u64>().unwrap();
    ask(&thrads).await;
    let before = next();
    thrads.shutdown(Duration::ZERO).await;
    assert!(next() < before, "{} is not before {before}", next());
}

#[test]
fn what_is_not_a_redis_is_refused_and_not_shown() {
    for url in ["", "http://10.0.0.1:6379", "rediss://:password@"] {
        assert_eq!(Fleet::new(url).err(), Some(StartError::Redis), "{url}");
    }
    let fleet = Fleet::new("redis://:password@127.0.0.1:1").unwrap();
    assert!(!format!("{fleet:?}").contains("password"));
}
