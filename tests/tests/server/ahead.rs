//! Asking alongside the model: one call a turn, none that outlives its turn.

use std::time::{Duration, Instant};

use thrads_core::BidConfig;
use thrads_sandbox::Fault;
use thrads_std::{Chat, Outcome, Prefetch};

use crate::rig::{ANSWERED, ask, call, chat, exchange, generous, thrads};

/// Streams the answer a character at a time.
fn stream(ahead: &mut Prefetch<'_>) -> Vec<String> {
    let mut started = Vec::new();
    for end in 1..=ANSWERED.len() {
        if let Some(so_far) = ahead.wants(&ANSWERED[..end]) {
            ahead.start(call(&exchange(so_far), BidConfig::default()));
            started.push(so_far.to_owned());
        }
    }
    started
}

async fn outcome(ahead: Prefetch<'_>) -> Outcome {
    ahead.outcome(call(&exchange(ANSWERED), BidConfig::default())).await
}

fn turns(chat: &Chat) -> u32 {
    chat.explained().unwrap().turn
}

#[tokio::test]
async fn the_auction_runs_while_the_model_talks() {
    let sandbox = generous();
    let mut chat = chat(&thrads(&sandbox));
    sandbox.inject(Fault::Delay(Duration::from_millis(900)), Some(1));
    let mut ahead = chat.prefetch();
    assert_eq!(stream(&mut ahead), ["Zeppelin quartz, as tall as three doors."]);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let start = Instant::now();
    assert_eq!(outcome(ahead).await.code(), "ad");
    assert!(start.elapsed() < Duration::from_millis(800), "{:?}", start.elapsed());
    assert_eq!((sandbox.stats().requests, turns(&chat)), (1, 1));
    let sent = String::from_utf8(sandbox.log()[0].body.clone()).unwrap();
    assert!(sent.contains("three doors.\"") && !sent.contains("Marzipan"), "{sent}");
}

#[tokio::test]
async fn equal_calls_of_a_turn_are_one() {
    let sandbox = generous();
    let mut chat = chat(&thrads(&sandbox));
    let mut ahead = chat.prefetch();
    for _ in 0..3 {
        ahead.start(call(&exchange(ANSWERED), BidConfig::default()));
    }
    assert_eq!(outcome(ahead).await.code(), "ad");
    assert_eq!(sandbox.stats().requests, 1);
}

#[tokio::test]
async fn an_answer_without_a_whole_sentence_is_asked_for_at_its_end() {
    let sandbox = generous();
    let mut chat = chat(&thrads(&sandbox));
    let ahead = chat.prefetch();
    assert_eq!(ahead.wants("Yes."), None);
    assert_eq!(outcome(ahead).await.code(), "ad");
    assert_eq!((sandbox.stats().requests, turns(&chat)), (1, 1));
}

#[tokio::test]
async fn a_new_turn_ends_what_the_last_one_began() {
    let sandbox = generous();
    let mut chat = chat(&thrads(&sandbox));
    sandbox.inject(Fault::Delay(Duration::from_millis(150)), Some(1));
    let mut ahead = chat.prefetch();
    stream(&mut ahead);
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(ahead);
    // The ad of the first turn is on its way by now, and must not be this turn's.
    let Outcome::Ad(served) = ask(&mut chat).await else { panic!("no ad") };
    let ids: Vec<_> = served.request_id.into_iter().collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let stats = sandbox.stats();
    assert_eq!((stats.requests, turns(&chat), ids.len()), (2, 2, 1));
}

#[tokio::test]
async fn pacing_holds_what_is_asked_ahead() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let mut chat = thrads.chat(thrads_core::Family::Ssp, thrads_core::Policy::device(3, 5));
    for expected in ["held", "held", "ad", "held"] {
        let mut ahead = chat.prefetch();
        stream(&mut ahead);
        assert_eq!(outcome(ahead).await.code(), expected);
    }
    assert_eq!(sandbox.stats().requests, 1);
}
