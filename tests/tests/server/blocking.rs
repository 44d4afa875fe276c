//! The client without a runtime, in threads and inside of runtimes.

use std::thread;
use std::time::{Duration, Instant};

use thrads_core::{BidConfig, Family, Policy};
use thrads_sandbox::{Fault, PRODUCTION_KEY, Sandbox};
use thrads_std::blocking::{Chat, Thrads};
use thrads_std::{Cause, Options, Outcome};

use crate::rig::{ANSWERED, call, exchange, generous, options, person, publisher};

fn start(sandbox: &Sandbox, timeout: Duration) -> Thrads {
    let options = Options { timeout, ..options() };
    Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap()
}

fn chat(thrads: &Thrads) -> Chat {
    thrads.chat(Family::Ssp, Policy::device(0, 0))
}

fn ask(chat: &mut Chat) -> Outcome {
    chat.ask(call(&exchange(ANSWERED), BidConfig::default()))
}

#[test]
fn chats_of_many_threads_are_served_and_reported() {
    let sandbox = generous();
    let thrads = start(&sandbox, Duration::from_secs(5));
    thrads.warm_up(Family::Ssp).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let Outcome::Ad(served) = ask(&mut chat(&thrads)) else { panic!("no ad") };
                for offer in served.offers {
                    assert_eq!(thrads.report(offer.impression, person()).sent, 2);
                }
            });
        }
    });
    assert_eq!((sandbox.stats().requests, sandbox.stats().impressions), (8, 8));
}

#[test]
fn an_ask_ends_at_its_deadline() {
    let sandbox = generous();
    let thrads = start(&sandbox, Duration::from_millis(200));
    sandbox.inject(Fault::Hang, Some(1));
    let start = Instant::now();
    assert_eq!(ask(&mut chat(&thrads)).code(), "failed");
    assert!(start.elapsed() < Duration::from_millis(550), "{:?}", start.elapsed());
    assert_eq!(ask(&mut chat(&thrads)).code(), "ad");
}

#[tokio::test]
async fn inside_of_a_runtime_it_works_and_may_be_dropped() {
    let sandbox = generous();
    let thrads = start(&sandbox, Duration::from_secs(5));
    let mut chat = chat(&thrads);
    assert_eq!(ask(&mut chat).code(), "ad");
    drop(thrads);
    assert_eq!(ask(&mut chat).code(), "ad");
}

#[test]
fn after_the_end_nothing_is_asked() {
    let sandbox = generous();
    let thrads = start(&sandbox, Duration::from_secs(5));
    assert_eq!(thrads.shutdown(Duration::ZERO).ended, 0);
    let Outcome::Failed(failure) = ask(&mut chat(&thrads)) else { panic!() };
    assert_eq!(failure.cause(), &Cause::ShutDown);
}
