//! A fleet whose Redis speaks TLS: a real one, with certificates made for the test.

use std::time::{Duration, Instant};

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, EndUser, Endpoints, Environment, Family, Policy, Publisher,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox};
use thrads_std::{Fleet, Options, Outcome, StartError, StoreError, Thrads};
use thrads_tests::RedisServer;

const NO_CLIENT_CERTIFICATES: &[&str] = &["--tls-auth-clients", "no"];
const WITHIN: Duration = Duration::from_secs(10);

/// An opener by a replica of `fleet`, asked until there is a turn.
async fn is_served(fleet: Fleet) -> bool {
    let sandbox = Sandbox::start(Config { always_match: true, ..Config::default() }).unwrap();
    let publisher = Publisher {
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
        ..Publisher::new(ApiKey::new(PRODUCTION_KEY).unwrap(), Environment::Production)
    };
    let thrads = Thrads::in_fleet(publisher, Options::default(), fleet).unwrap();
    let mut chat = thrads.chat(Family::Ssp, Policy::device(0, 0));
    let person = EndUser::forwarded("203.0.113.7", "Kiosk/2.1").unwrap();
    let start = Instant::now();
    while start.elapsed() < WIDE {
        let call = Call::Bid(BidRequest::opener("user_1", person).unwrap());
        match chat.ask(call).await {
            Outcome::Ad(_) => return true,
            Outcome::Held(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            other => panic!("{}", other.explain()),
        }
    }
    false
}

const WIDE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_fleet_leases_over_tls_and_again_after_a_restart() {
    let Some((mut redis, authority)) = RedisServer::start_with_tls(NO_CLIENT_CERTIFICATES) else {
        return;
    };
    let fleet = Fleet::new(&redis.tls_url()).unwrap().authority(&authority).unwrap();
    fleet.check(WITHIN).await.unwrap();
    assert!(is_served(fleet.clone()).await);
    assert!(redis.calls("evalsha") + redis.calls("eval") >= 1);
    redis.kill();
    assert_eq!(fleet.check(WITHIN).await, Err(StoreError::Connection));
    redis.restart();
    assert!(is_served(fleet).await);
    assert!(redis.calls("eval") >= 1);
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_and_the_error_says_what_to_do() {
    let Some((redis, _)) = RedisServer::start_with_tls(NO_CLIENT_CERTIFICATES) else { return };
    let Some((_other, authority)) = RedisServer::start_with_tls(&[]) else { return };
    let url = redis.tls_url().replace("//", "//:hunter2@");
    let by_system = Fleet::new(&url).unwrap();
    let by_other = by_system.clone().authority(&authority).unwrap();
    for fleet in [by_system, by_other] {
        let error = fleet.check(WITHIN).await.unwrap_err();
        assert_eq!(error, StoreError::Certificate);
        let said = format!("{error} {error:?} {fleet:?}");
        assert!(said.contains("THRADS_REDIS_CA_FILE"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("localhost"), "{said}");
    }
    assert_eq!(redis.calls("auth") + redis.calls("hello"), 0, "the password was sent");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let Some((redis, authority)) = RedisServer::start_with_tls(NO_CLIENT_CERTIFICATES) else {
        return;
    };
    let url = redis.tls_url().replace("localhost", "127.0.0.1");
    let fleet = Fleet::new(&url).unwrap().authority(&authority).unwrap();
    assert_eq!(fleet.check(WITHIN).await, Err(StoreError::Certificate));
}

#[tokio::test]
async fn what_is_wrong_is_told_apart() {
    let Some((redis, authority)) = RedisServer::start_with_tls(&["--tls-auth-clients", "yes"])
    else {
        return;
    };
    redis.command("CONFIG SET requirepass hunter2").unwrap();
    let fleet = |url: &str| Fleet::new(url).unwrap().authority(&authority).unwrap();
    let wants_a_certificate = fleet(&redis.tls_url());
    assert_eq!(wants_a_certificate.check(WITHIN).await, Err(StoreError::Tls));
    let stranger = Fleet::new(&redis.url()).unwrap();
    assert_eq!(stranger.check(WITHIN).await, Err(StoreError::Login));
    let wrong = Fleet::new(&redis.url().replace("//", "//:hunter1@")).unwrap();
    assert_eq!(wrong.check(WITHIN).await, Err(StoreError::Login));
    let right = Fleet::new(&redis.url().replace("//", "//:hunter2@")).unwrap();
    assert_eq!(right.check(WITHIN).await, Ok(()));
}

#[test]
fn an_authority_is_pem_and_for_tls() {
    let tls = || Fleet::new("rediss://localhost").unwrap();
    for nothing in [&b""[..], b"-----BEGIN CERTIFICATE-----", b"not a certificate"] {
        assert_eq!(tls().authority(nothing).err(), Some(StartError::Authority));
    }
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(tls().authority(broken).err(), Some(StartError::Authority));
    let plain = Fleet::new("redis://localhost").unwrap();
    assert_eq!(plain.authority(broken).err(), Some(StartError::Authority));
}
