//! Chats that sleep in a real Redis: who wakes them, for how long, and what is left when Redis is slow, gone or lies.

use std::process::Command;
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use thrads_core::{ApiKey, Environment, Family, Policy, Publisher, SnapshotError};
use thrads_std::{Chat, Fleet, Options, StoreError, Thrads, WakeError};
use thrads_tests::RedisServer;

const POLICY: Policy = Policy::device(3, 5);
/// Where another process finds this test's Redis.
const REDIS: &str = "THRADS_TEST_REDIS_URL";

fn replica(url: &str) -> Thrads {
    replica_with_key(url, "the-key")
}

fn replica_with_key(url: &str, key: &str) -> Thrads {
    let publisher = Publisher::new(ApiKey::new(key).unwrap(), Environment::Production);
    Thrads::in_fleet(publisher, Options::default(), Fleet::new(url).unwrap()).unwrap()
}

/// A chat of so many turns.
fn talk(thrads: &Thrads, turns: u32) -> Chat {
    let mut chat = thrads.chat(Family::Ssp, POLICY);
    (0..turns).for_each(|_| chat.skip_turn());
    chat
}

async fn wake(thrads: &Thrads, id: &str) -> Result<Option<Chat>, WakeError> {
    thrads.wake_in_fleet(Family::Ssp, POLICY, id).await
}

/// The turns of the chat that woke.
async fn turns(thrads: &Thrads, id: &str) -> Option<u32> {
    wake(thrads, id).await.unwrap().map(|chat| chat.turn())
}

#[tokio::test]
async fn a_chat_that_another_process_put_to_sleep_wakes_here_once() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_the_other_process_does", "--ignored"])
        .env(REDIS, redis.url())
        .output()
        .unwrap();
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stdout));
    let (one, two) = (replica(&redis.url()), replica(&redis.url()));
    assert_eq!(turns(&one, "chat_77aa").await, Some(7));
    assert_eq!(turns(&one, "chat_77aa").await, None);
    assert_eq!(turns(&two, "chat_77aa").await, None);
}

#[tokio::test]
#[ignore = "a part of the test above, in a process of its own"]
async fn what_the_other_process_does() {
    let thrads = replica(&std::env::var(REDIS).unwrap());
    talk(&thrads, 7).sleep_in_fleet("chat_77aa").await.unwrap();
}

#[tokio::test]
async fn of_many_who_wake_a_chat_one_has_it_and_can_put_it_to_sleep_again() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let (one, two) = (replica(&redis.url()), replica(&redis.url()));
    for turn in 1..=20 {
        talk(&one, turn).sleep_in_fleet("chat_1").await.unwrap();
        let wakes = [&one, &two, &one, &two].map(|thrads| {
            let thrads = thrads.clone();
            tokio::spawn(async move { turns(&thrads, "chat_1").await })
        });
        let mut woken = Vec::new();
        for wake in wakes {
            woken.extend(wake.await.unwrap());
        }
        assert_eq!(woken, [turn]);
    }
    assert_eq!(turns(&two, "chat_2").await, None);
}

#[tokio::test]
async fn what_sleeps_names_nobody_expires_and_is_its_own_publishers() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let thrads = replica(&redis.url());
    talk(&thrads, 4).sleep_in_fleet("chat_of_ann").await.unwrap();
    let key = redis.command("RANDOMKEY").unwrap();
    assert!(key.starts_with("thrads:{") && key.contains("}:chat:"), "{key}");
    let value = redis.command(&format!("GET {key}")).unwrap();
    assert!(value.len() <= 257, "{value}");
    for secret in ["the-key", "ann"] {
        assert!(!key.contains(secret) && !value.contains(secret), "{key} {value}");
    }
    assert_eq!(turns(&replica_with_key(&redis.url(), "other"), "chat_of_ann").await, None);
    let left = || redis.command(&format!("PTTL {key}")).unwrap()[1..].parse::<i64>().unwrap();
    assert!((80_000_000..=86_400_000).contains(&left()), "{}", left());
    // That it was taken is forgotten after a minute.
    assert_eq!(turns(&thrads, "chat_of_ann").await, Some(4));
    assert!((1..=60_000).contains(&left()), "{}", left());
    talk(&thrads, 5).sleep_in_fleet("chat_of_ann").await.unwrap();
    redis.command(&format!("PEXPIRE {key} 1")).unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(turns(&thrads, "chat_of_ann").await, None);
}

#[tokio::test]
async fn who_sleeps_wakes_or_cannot_is_counted() {
    let Some(mut redis) = RedisServer::start(&[]) else { return };
    let recorder = DebuggingRecorder::new();
    // For this thread alone, on which the test's runtime runs all of it.
    let _recorded = metrics::set_default_local_recorder(&recorder);
    let thrads = replica(&redis.url());
    talk(&thrads, 4).sleep_in_fleet("chat_1").await.unwrap();
    assert_eq!(turns(&thrads, "chat_1").await, Some(4));
    assert_eq!(turns(&thrads, "chat_1").await, None);
    redis.kill();
    talk(&thrads, 4).sleep_in_fleet("chat_1").await.unwrap_err();
    wake(&thrads, "chat_1").await.unwrap_err();
    let counted = recorder.snapshotter().snapshot().into_vec().into_iter();
    let mut counted: Vec<_> = counted
        .filter(|(key, ..)| key.key().name() == "thrads_sleepers_total")
        .map(|(key, _, _, count)| {
            (key.key().labels().map(|label| label.value().to_owned()).collect::<String>(), count)
        })
        .collect();
    counted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let count = |outcome: &str, count| (outcome.to_owned(), DebugValue::Counter(count));
    let expected = [count("absent", 1), count("asleep", 1), count("failed", 2), count("woken", 1)];
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn where_redis_is_gone_the_chat_stays_in_hand() {
    let Some(mut redis) = RedisServer::start(&[]) else { return };
    let thrads = replica(&redis.url());
    let mut chat = talk(&thrads, 4);
    redis.kill();
    let error = chat.sleep_in_fleet("chat_1").await.unwrap_err();
    assert_eq!(error, StoreError::Connection);
    assert!(error.to_string().contains("check whether it is up"), "{error}");
    let error = wake(&thrads, "chat_1").await.unwrap_err();
    assert_eq!(error, WakeError::Store(StoreError::Connection));
    chat.skip_turn();
    redis.restart();
    chat.sleep_in_fleet("chat_1").await.unwrap();
    assert_eq!(turns(&thrads, "chat_1").await, Some(5));
}

#[tokio::test]
async fn a_redis_that_answers_too_late_loses_no_chat() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let thrads = replica(&redis.url());
    let chat = talk(&thrads, 4);
    chat.sleep_in_fleet("chat_1").await.unwrap();
    redis.pause();
    // What is asked now reaches Redis, which reads it when nobody waits for the answer any more.
    assert_eq!(chat.sleep_in_fleet("chat_2").await, Err(StoreError::Timeout));
    let given_up = tokio::time::timeout(Duration::from_millis(50), wake(&thrads, "chat_1")).await;
    assert!(given_up.is_err());
    let late = wake(&thrads, "chat_1").await;
    assert_eq!(late.err(), Some(WakeError::Store(StoreError::Timeout)));
    redis.resume();
    assert_eq!(turns(&thrads, "chat_1").await, Some(4));
    assert_eq!(turns(&thrads, "chat_1").await, None);
}

#[tokio::test]
async fn a_full_redis_says_so() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    redis.command("CONFIG SET maxmemory 1").unwrap();
    let thrads = replica(&redis.url());
    assert_eq!(talk(&thrads, 4).sleep_in_fleet("chat_1").await, Err(StoreError::Full));
}

#[tokio::test]
async fn bytes_that_no_chat_wrote_are_refused_and_not_offered_again() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let thrads = replica(&redis.url());
    talk(&thrads, 4).sleep_in_fleet("chat_1").await.unwrap();
    let key = redis.command("RANDOMKEY").unwrap();
    let whole = redis.command(&format!("GET {key}")).unwrap();
    let cut = &whole[..whole.len() - 2];
    let long = "9".repeat(30_000);
    let deep = "[".repeat(30_000);
    let values = ["", ":", "x", "\\xff\\x00\\r\\n", "::", ":[2,null]", &long, &deep, cut];
    for value in values.map(|value| format!("\"{value}\"")) {
        redis.command(&format!("SET {key} {value}")).unwrap();
        let woken = wake(&thrads, "chat_1").await;
        let is_refused = matches!(woken, Err(WakeError::Snapshot(SnapshotError::Damaged)));
        assert!(is_refused, "{}: {woken:?}", &value[..value.len().min(40)]);
        assert_eq!(turns(&thrads, "chat_1").await, None);
    }
    redis.command(&format!("SET {key} :[3,null]")).unwrap();
    let woken = wake(&thrads, "chat_1").await;
    assert_eq!(woken.err(), Some(WakeError::Snapshot(SnapshotError::Version)));
    redis.command(&format!("DEL {key}")).unwrap();
    talk(&thrads, 4).sleep_in_fleet("chat_2").await.unwrap();
    let other = redis.command("RANDOMKEY").unwrap();
    redis.command(&format!("RENAME {other} {key}")).unwrap();
    let woken = wake(&thrads, "chat_1").await;
    assert_eq!(woken.err(), Some(WakeError::Snapshot(SnapshotError::OtherChat)));
    redis.command(&format!("DEL {key}")).unwrap();
    redis.command(&format!("LPUSH {key} x")).unwrap();
    let woken = wake(&thrads, "chat_1").await;
    assert_eq!(woken.err(), Some(WakeError::Store(StoreError::Refused)));
}

#[tokio::test]
async fn without_a_fleet_no_chat_sleeps_there() {
    let publisher = Publisher::new(ApiKey::new("k").unwrap(), Environment::Production);
    let thrads = Thrads::new(publisher, Options::default()).unwrap();
    assert_eq!(talk(&thrads, 1).sleep_in_fleet("chat_1").await, Err(StoreError::NoFleet));
    let woken = wake(&thrads, "chat_1").await;
    assert_eq!(woken.err(), Some(WakeError::Store(StoreError::NoFleet)));
}
