//! Keys that change, and several of them in one process.

use thrads_core::ApiKey;
use thrads_sandbox::{PRODUCTION_KEY, STAGING_KEY};
use thrads_std::{Options, Thrads};

use crate::rig::{ask, chat, generous, options, publisher, thrads};

fn key_of(sandbox: &thrads_sandbox::Sandbox, request: usize) -> String {
    let log = sandbox.log();
    let header = log[request].headers.iter().find(|(name, _)| name.ends_with("api-key"));
    header.unwrap().1.clone()
}

#[tokio::test]
async fn a_new_key_serves_all_chats_at_once() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let (mut one, mut other) = (chat(&thrads), chat(&thrads.clone()));
    ask(&mut one).await;
    thrads.set_key(ApiKey::new(STAGING_KEY).unwrap());
    ask(&mut one).await;
    ask(&mut other).await;
    let keys: Vec<_> = (0..3).map(|request| key_of(&sandbox, request)).collect();
    assert_eq!(keys, [PRODUCTION_KEY, STAGING_KEY, STAGING_KEY]);
}

#[tokio::test]
async fn the_key_that_is_there_already_has_no_new_budget() {
    let sandbox = generous();
    let options = Options { limit: 1, max_rate_wait: std::time::Duration::ZERO, ..options() };
    let thrads = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    assert_eq!(ask(&mut chat(&thrads)).await.code(), "ad");
    thrads.set_key(ApiKey::new(PRODUCTION_KEY).unwrap());
    assert_eq!(ask(&mut chat(&thrads)).await.code(), "held");
    thrads.set_key(ApiKey::new(STAGING_KEY).unwrap());
    assert_eq!(ask(&mut chat(&thrads)).await.code(), "ad");
}

#[tokio::test]
async fn a_second_key_has_a_budget_of_its_own() {
    let sandbox = generous();
    let options = Options { limit: 1, max_rate_wait: std::time::Duration::ZERO, ..options() };
    let shop = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    let club = shop.with_key(publisher(&sandbox.base_url(), STAGING_KEY), "club");
    let mut met = Vec::new();
    for thrads in [&shop, &shop, &club, &club] {
        met.push(ask(&mut chat(thrads)).await.code());
    }
    assert_eq!(met, ["ad", "held", "ad", "held"]);
    assert_eq!(key_of(&sandbox, 1), STAGING_KEY);
    shop.shutdown(std::time::Duration::ZERO).await;
    assert_ne!(ask(&mut chat(&club)).await.code(), "failed");
    assert_eq!(ask(&mut chat(&shop)).await.code(), "failed");
}
