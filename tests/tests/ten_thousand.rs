//! Ten thousand chats in one process, each in a task of its own.

use std::sync::Arc;

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Role,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox};
use thrads_std::{Chat, Options, Thrads};
use tokio::sync::Semaphore;

async fn is_served(chat: &mut Chat, number: usize) -> bool {
    let (user, id) = (format!("user_{number}"), format!("chat_{number}"));
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
    let person = EndUser::forwarded("203.0.113.7", "Kiosk/2.1").unwrap();
    let conversation = Conversation::new(&messages).unwrap();
    let bid = BidRequest::contextual(&user, &id, conversation, person).unwrap();
    chat.ask(Call::Bid(bid)).await.code() == "ad"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_chats_live_in_one_process() {
    let config = Config { always_match: true, limit: PLENTY, ..Config::default() };
    let sandbox = Sandbox::start(config).unwrap();
    let publisher = Publisher {
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
        ..Publisher::new(ApiKey::new(PRODUCTION_KEY).unwrap(), Environment::Production)
    };
    let thrads = Thrads::new(publisher, Options { limit: PLENTY, ..Options::default() }).unwrap();
    // A machine has so many ports: of all the chats that wait, so many ask at a time.
    let turns = Arc::new(Semaphore::new(64));
    let chats: Vec<_> = (0..10_000)
        .map(|number| {
            let (mut chat, turns) = (thrads.chat(Family::Ssp, Policy::device(0, 0)), turns.clone());
            tokio::spawn(async move {
                let _turn = turns.acquire_owned().await.unwrap();
                is_served(&mut chat, number).await
            })
        })
        .collect();
    let mut served = 0;
    for chat in chats {
        served += usize::from(chat.await.unwrap());
    }
    assert_eq!((served, sandbox.stats().requests), (10_000, 10_000));
}

const PLENTY: u32 = 1_000_000;
