//! Many chats of a server share one key and never meet its limit (wire contract 3.14).

use std::time::Duration;

use thrads_core::{ApiKey, BaseUrl, Endpoints, Environment, Family, Policy, Publisher};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox, Stats};
use thrads_std::{Options, Outcome, Thrads};
use tokio::task::JoinSet;

use crate::rig::brief;
use crate::talk::Talk;

/// Has `chats` chats ask `asks` times each, all at once.
fn all_at_once(options: Options, chats: usize, asks: usize) -> (Vec<String>, Stats) {
    let config = Config { always_match: true, ..Config::default() };
    let sandbox = Sandbox::start(config).unwrap();
    let publisher = Publisher {
        key: ApiKey::new(PRODUCTION_KEY).unwrap(),
        environment: Environment::Production,
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
    };
    let thrads = Thrads::new(publisher, options).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcomes = runtime.block_on(async {
        let mut running = JoinSet::new();
        for index in 0..chats {
            let mut chat = thrads.chat(Family::Ssp, Policy::device(0, 0));
            running.spawn(async move {
                let (talk, name) = (Talk::of(1), format!("chat-{index}"));
                let mut outcomes = Vec::new();
                for _ in 0..asks {
                    outcomes.push(brief(&chat.ask(talk.call(Family::Ssp, &name)).await));
                }
                outcomes
            });
        }
        running.join_all().await.concat()
    });
    (outcomes, sandbox.stats())
}

fn count(outcomes: &[String], what: &str) -> usize {
    outcomes.iter().filter(|outcome| *outcome == what).count()
}

#[test]
fn two_hundred_asks_of_fifty_chats_meet_no_limit() {
    let (outcomes, stats) = all_at_once(Options::default(), 50, 4);
    assert_eq!(outcomes.len(), 200);
    assert_eq!(count(&outcomes, "ad") + count(&outcomes, "held rate"), 200, "{outcomes:?}");
    assert!(stats.refused == 0 && stats.max_per_second <= 40, "{stats:?}");
    assert_eq!(stats.requests as usize, count(&outcomes, "ad"));
    assert!(stats.requests >= 18, "{stats:?}");
}

// The options let a caller be more patient than the budget lets anybody wait; it holds all the same.
#[test]
fn chats_with_all_the_patience_meet_no_limit() {
    let options = Options {
        max_rate_wait: Duration::from_secs(4),
        timeout: Duration::from_secs(8),
        ..Options::default()
    };
    let (outcomes, stats) = all_at_once(options, 50, 2);
    assert!(stats.refused == 0 && stats.max_per_second <= 40, "{stats:?}");
    assert_eq!(count(&outcomes, "ad") + count(&outcomes, "held rate"), 100, "{outcomes:?}");
    assert!(stats.requests >= 35, "{stats:?}");
}

#[test]
fn an_impatient_chat_is_held_and_not_kept_waiting() {
    let options = Options { max_rate_wait: Duration::ZERO, ..Options::default() };
    let (outcomes, stats) = all_at_once(options, 50, 1);
    assert_eq!(count(&outcomes, "ad") + count(&outcomes, "held rate"), 50, "{outcomes:?}");
    assert_eq!(stats.requests as usize, count(&outcomes, "ad"));
    assert!((1..=10).contains(&stats.requests), "{stats:?}");
}

#[tokio::test]
async fn an_owned_ad_outlives_its_chat() {
    let sandbox = crate::talk::generous();
    let publisher = Publisher {
        key: ApiKey::new(PRODUCTION_KEY).unwrap(),
        environment: Environment::Production,
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
    };
    let thrads = Thrads::new(publisher, Options::default()).unwrap();
    let mut chat = thrads.chat(Family::Ssp, Policy::device(0, 0));
    let Outcome::Ad(mut served) = chat.ask(Talk::of(1).call(Family::Ssp, "c")).await else {
        panic!("no ad")
    };
    drop(chat);
    let reported = thrads.report(served.offers.remove(0).impression, crate::talk::end_user()).await;
    assert_eq!((reported.sent, sandbox.stats().impressions), (2, 1));
}
