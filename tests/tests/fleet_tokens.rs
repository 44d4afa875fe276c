//! Tokens in a real Redis: redeemed once by any replica, with what was left under them.

use std::time::Duration;

use thrads_core::{ApiKey, Environment, Publisher};
use thrads_std::{Fleet, Options, Redeemed, StoreError, Thrads};
use thrads_tests::RedisServer;

const KEEP: Duration = Duration::from_secs(60);

fn replica(url: &str, key: &str) -> Thrads {
    let publisher = Publisher::new(ApiKey::new(key).unwrap(), Environment::Production);
    Thrads::in_fleet(publisher, Options::default(), Fleet::new(url).unwrap()).unwrap()
}

#[tokio::test]
async fn of_many_who_redeem_a_token_one_is_first_and_has_what_was_left() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let [one, two] = [0, 1].map(|_| replica(&redis.url(), "the-key"));
    one.leave_in_fleet("token", b"\0left\xff", KEEP).await.unwrap();
    let tries = [&one, &two, &one, &two].map(|thrads| {
        let thrads = thrads.clone();
        tokio::spawn(async move { thrads.redeem_in_fleet("token", KEEP).await.unwrap() })
    });
    let mut first = Vec::new();
    for one in tries {
        match one.await.unwrap() {
            Redeemed::Now(left) => first.push(left.unwrap()),
            other => assert_eq!(other, Redeemed::Before),
        }
    }
    assert_eq!(first, [b"\0left\xff"]);
    assert_eq!(two.redeem_in_fleet("other", KEEP).await, Ok(Redeemed::Now(None)));
    // Another publisher's token of the same name is another token.
    let other = replica(&redis.url(), "another-key");
    assert_eq!(other.redeem_in_fleet("token", KEEP).await, Ok(Redeemed::Now(None)));
    let keys = redis.command("KEYS *").unwrap();
    for secret in ["the-key", "token\r", "other\r"] {
        assert!(!keys.contains(secret), "{keys}");
    }
}

#[tokio::test]
async fn without_redis_no_token_is_redeemed() {
    let Some(mut redis) = RedisServer::start(&[]) else { return };
    let thrads = replica(&redis.url(), "the-key");
    thrads.leave_in_fleet("token", b"left", Duration::MAX).await.unwrap();
    redis.kill();
    assert_eq!(thrads.redeem_in_fleet("token", KEEP).await, Err(StoreError::Connection));
    let alone = Publisher::new(ApiKey::new("the-key").unwrap(), Environment::Production);
    let alone = Thrads::new(alone, Options::default()).unwrap();
    assert_eq!(alone.redeem_in_fleet("token", KEEP).await, Err(StoreError::NoFleet));
}
