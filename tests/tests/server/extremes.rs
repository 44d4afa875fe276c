//! What a caller may set to the least or the most there is, since nothing says that it may not.

use std::time::Duration;

use thrads_core::Caps;
use thrads_sandbox::{Fault, PRODUCTION_KEY};
use thrads_std::{Drained, Options, Outcome, Thrads};

use crate::rig::{ask, chat, generous, person, publisher, thrads};

#[tokio::test]
async fn options_of_the_most_there_is_still_ask() {
    let sandbox = generous();
    let options = Options {
        timeout: Duration::MAX,
        max_rate_wait: Duration::MAX,
        limit: u32::MAX,
        people: usize::MAX,
        caps: Caps::default(),
        ..Options::default()
    };
    let thrads = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    let mut chat = chat(&thrads);
    let Outcome::Ad(mut served) = ask(&mut chat).await else { panic!("no ad") };
    let impression = served.offers.remove(0).impression;
    assert_eq!(thrads.report(impression, person()).await.sent, 2);
}

#[tokio::test]
async fn options_of_the_least_there_is_fail_and_do_not_panic() {
    let sandbox = generous();
    let options = Options {
        timeout: Duration::ZERO,
        max_rate_wait: Duration::ZERO,
        limit: 0,
        people: 0,
        ..Options::default()
    };
    let thrads = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    let outcome = ask(&mut chat(&thrads)).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{}", outcome.explain());
}

#[tokio::test]
async fn a_shutdown_without_a_deadline_waits_for_what_is_under_way() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    sandbox.inject(Fault::Delay(Duration::from_millis(150)), None);
    let mut chat = chat(&thrads);
    let asking = tokio::spawn(async move { ask(&mut chat).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(thrads.shutdown(Duration::MAX).await, Drained { finished: 1, ended: 0 });
    assert_eq!(asking.await.unwrap().code(), "ad");
}

#[test]
fn a_runtime_that_ends_in_the_middle_of_an_ask_leaves_chats_that_ask_in_the_next() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let (mut kept, mut cut) = (chat(&thrads), chat(&thrads));
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    assert_eq!(runtime().block_on(ask(&mut kept)).code(), "ad");
    sandbox.inject(Fault::Hang, Some(1));
    let ended = runtime();
    ended.spawn(async move { ask(&mut cut).await });
    std::thread::sleep(Duration::from_millis(100));
    ended.shutdown_background();
    assert_eq!(runtime().block_on(ask(&mut kept)).code(), "ad");
}
