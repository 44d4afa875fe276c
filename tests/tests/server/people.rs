//! What people have seen, over all of their chats.

use std::time::Duration;

use thrads_core::{BidConfig, Cap, Caps, Family, Policy, Reason, Snapshot};
use thrads_sandbox::{Fault, PRODUCTION_KEY, Sandbox};
use thrads_std::{Chat, Options, Outcome, Thrads};

use crate::rig::{ANSWERED, ask, call, exchange, generous, options, publisher};

fn capped(sandbox: &Sandbox, caps: Caps) -> Thrads {
    let options = Options { caps, ..options() };
    Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap()
}

fn chat(thrads: &Thrads, person: &str) -> Chat {
    thrads.chat(Family::Ssp, Policy::device(0, 0)).of(&thrads.person(person))
}

fn held_by(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Held(hold) => Some(hold.reason),
        _ => None,
    }
}

#[tokio::test]
async fn two_chats_of_a_person_share_a_cap_and_another_person_does_not() {
    let sandbox = generous();
    let thrads = capped(&sandbox, Caps { hour: 2, ..Caps::default() });
    let (mut one, mut other) = (chat(&thrads, "ann"), chat(&thrads, "ann"));
    assert_eq!(ask(&mut one).await.code(), "ad");
    assert_eq!(ask(&mut other).await.code(), "ad");
    assert_eq!(held_by(&ask(&mut one).await), Some(Reason::Cap(Cap::Hour)));
    assert_eq!(ask(&mut chat(&thrads, "bob")).await.code(), "ad");
    other.unseen();
    assert!(one.seen());
    assert_eq!(ask(&mut one).await.code(), "ad");
    assert_eq!(sandbox.stats().requests, 4);
}

#[tokio::test]
async fn an_ask_that_nobody_waits_for_any_more_takes_no_place() {
    let sandbox = generous();
    let thrads = capped(&sandbox, Caps { hour: 1, ..Caps::default() });
    let moment = Duration::from_millis(100);
    sandbox.inject(Fault::Hang, Some(2));
    let mut left = chat(&thrads, "ann");
    assert!(tokio::time::timeout(moment, ask(&mut left)).await.is_err());
    let mut ahead = left.prefetch();
    ahead.start(call(&exchange(ANSWERED), BidConfig::default()));
    tokio::time::sleep(moment).await;
    drop(ahead);
    assert_eq!(sandbox.stats().requests, 2);
    let mut other = chat(&thrads, "ann");
    assert_eq!(ask(&mut other).await.code(), "ad");
    assert_eq!(held_by(&ask(&mut other).await), Some(Reason::Cap(Cap::Hour)));
}

#[tokio::test]
async fn who_opts_out_is_not_asked_about_and_sees_nothing_late() {
    let sandbox = generous();
    let thrads = capped(&sandbox, Caps::default());
    let person = thrads.person("ann");
    let mut asking = chat(&thrads, "ann");
    sandbox.inject(Fault::Delay(Duration::from_millis(100)), Some(1));
    let (outcome, ()) = tokio::join!(ask(&mut asking), async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        person.opt_out();
    });
    assert_eq!(held_by(&outcome), Some(Reason::OptOut));
    assert_eq!(held_by(&ask(&mut asking).await), Some(Reason::OptOut));
    assert_eq!(held_by(&ask(&mut chat(&thrads, "ann")).await), Some(Reason::OptOut));
    assert_eq!(sandbox.stats().requests, 1);
}

#[tokio::test]
async fn nothing_is_sent_of_who_opts_out_while_the_ask_waits_for_its_turn() {
    let sandbox = generous();
    let options = Options { limit: 2, max_rate_wait: Duration::from_secs(2), ..options() };
    let thrads = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    let person = thrads.person("ann");
    let mut first = chat(&thrads, "bob");
    assert_eq!(ask(&mut first).await.code(), "ad");
    let (mut asking, mut ahead) = (chat(&thrads, "ann"), chat(&thrads, "ann"));
    let prefetch = async {
        let messages = exchange(ANSWERED);
        let mut ahead = ahead.prefetch();
        ahead.start(call(&messages, BidConfig::default()));
        ahead.outcome(call(&messages, BidConfig::default())).await
    };
    let (asked, fetched, ()) = tokio::join!(ask(&mut asking), prefetch, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        person.opt_out();
    });
    assert_eq!(held_by(&asked), Some(Reason::OptOut));
    assert_eq!(held_by(&fetched), Some(Reason::OptOut));
    assert_eq!(sandbox.stats().requests, 1);
}

#[tokio::test]
async fn a_refused_key_stops_all_calls_until_it_is_replaced() {
    let sandbox = generous();
    let shape = Some(thrads_sandbox::Shape::Ssp);
    sandbox.inject(Fault::Status { code: 401, shape, retry_after: None }, Some(1));
    let thrads = capped(&sandbox, Caps::default());
    let mut chat = chat(&thrads, "ann");
    assert_eq!(ask(&mut chat).await.code(), "failed");
    assert_eq!(held_by(&ask(&mut chat).await), Some(Reason::Key));
    thrads.set_key(thrads_core::ApiKey::new(PRODUCTION_KEY).unwrap());
    assert_eq!(ask(&mut chat).await.code(), "ad");
}

#[tokio::test]
async fn a_refusal_that_says_when_to_come_back_may_be_repeated_once() {
    let sandbox = generous();
    let refusal = Fault::Status { code: 503, shape: None, retry_after: Some(0) };
    sandbox.inject(refusal, Some(1));
    let thrads = capped(&sandbox, Caps::default());
    assert_eq!(ask(&mut chat(&thrads, "ann")).await.code(), "failed");
    sandbox.inject(refusal, Some(1));
    let options = Options { repeat_once: true, ..options() };
    let thrads = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    assert_eq!(ask(&mut chat(&thrads, "ann")).await.code(), "ad");
    assert_eq!(sandbox.stats().requests, 3);
}

#[tokio::test]
async fn a_chat_sleeps_and_wakes_in_another_process() {
    let sandbox = generous();
    let policy = Policy::device(2, 3);
    let mut chat = capped(&sandbox, Caps::default()).chat(Family::Ssp, policy);
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(ask(&mut chat).await.code());
        let mut text = [0; 256];
        let length = chat.sleep("c").to_json(&mut text).unwrap();
        let written = String::from_utf8(text[..length].to_vec()).unwrap();
        assert!(!written.contains(PRODUCTION_KEY) && !written.contains("person"), "{written}");
        let snapshot = Snapshot::from_json(&text[..length]).unwrap();
        // All that another process has in common with this one is the publisher.
        let other = capped(&sandbox, Caps::default());
        assert!(other.wake(Family::Ssp, policy, "another", &snapshot).is_err());
        chat = other.wake(Family::Ssp, policy, "c", &snapshot).unwrap();
    }
    assert_eq!(codes, ["held", "ad", "held", "held", "ad", "held", "held", "ad"]);
}
