//! What a chat costs while it rests, and what becomes of it when its futures are dropped.

use std::pin::pin;
use std::time::Duration;

use thrads_core::{Family, Policy};
use thrads_std::{Chat, Outcome, Thrads};

use crate::rig::{Polls, ask, chat, generous, thrads};

fn assert_shared<T: Clone + Send + Sync + 'static>() {}
fn assert_sent<T: Send + 'static>() {}

#[test]
fn a_publisher_is_shared_and_a_chat_is_sent() {
    assert_shared::<Thrads>();
    assert_sent::<Chat>();
}

#[test]
fn a_resting_chat_is_two_hundred_bytes_and_no_allocation() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let mut chats = Vec::with_capacity(10_000);
    drop(chat(&thrads));
    let counted = allocation_counter::measure(|| {
        chats.extend((0..10_000).map(|_| thrads.chat(Family::Ssp, Policy::SERVER)));
    });
    assert_eq!(counted.count_total, 0);
    assert!(size_of::<Chat>() <= 200, "{}", size_of::<Chat>());
    assert_eq!(chats.len(), 10_000);
    // A future that moves into another is kept in both: that is kilobytes more before anybody sees it.
    let asking = size_of_val(&ask(&mut chats[0]));
    assert!(asking <= 2048, "{asking}");
}

#[tokio::test]
async fn dropped_at_any_await_the_chat_goes_on() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let mut chat = chat(&thrads);
    let mut dropped = 0;
    for polls in 0..12 {
        let ended = Polls(pin!(ask(&mut chat)), polls).await;
        dropped += u32::from(!ended);
        let outcome = tokio::time::timeout(Duration::from_secs(5), ask(&mut chat)).await;
        assert!(matches!(outcome, Ok(Outcome::Ad(_))), "after {polls} polls");
    }
    assert!(dropped > 1, "no ask was dropped");
    let drained = thrads.shutdown(Duration::ZERO).await;
    assert_eq!((drained.finished, drained.ended), (0, 0), "a dropped ask is counted for ever");
}
