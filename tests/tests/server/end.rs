//! The end of a process: nothing new, and nothing that outlives the deadline.

use std::time::{Duration, Instant};

use thrads_sandbox::Fault;
use thrads_std::{Cause, Drained, Outcome};

use crate::rig::{ask, chat, generous, person, thrads};

#[tokio::test]
async fn what_is_under_way_finishes_and_nothing_new_begins() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    sandbox.inject(Fault::Delay(Duration::from_millis(150)), None);
    let asks: Vec<_> = (0..8)
        .map(|_| {
            let mut chat = chat(&thrads);
            tokio::spawn(async move { ask(&mut chat).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let drained = thrads.shutdown(Duration::from_secs(2)).await;
    assert_eq!(drained, Drained { finished: 8, ended: 0 });
    for ask in asks {
        assert_eq!(ask.await.unwrap().code(), "ad");
    }
    let Outcome::Failed(failure) = ask(&mut chat(&thrads)).await else { panic!() };
    assert_eq!(failure.cause(), &Cause::ShutDown);
    assert_eq!(sandbox.stats().requests, 8);
}

#[tokio::test]
async fn what_hangs_is_ended_at_the_deadline() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let mut asking = chat(&thrads);
    let Outcome::Ad(mut served) = ask(&mut asking).await else { panic!("no ad") };
    sandbox.inject(Fault::Hang, None);
    sandbox.inject_pings(Fault::Hang, None);
    let hanging = tokio::spawn(async move { ask(&mut asking).await });
    let reporting = {
        let (thrads, impression) = (thrads.clone(), served.offers.remove(0).impression);
        tokio::spawn(async move { thrads.report(impression, person()).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    let drained = thrads.shutdown(Duration::from_millis(100)).await;
    assert_eq!(drained, Drained { finished: 0, ended: 2 });
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert_eq!(reporting.await.unwrap().sent, 0);
    let Outcome::Failed(failure) = hanging.await.unwrap() else { panic!() };
    assert_eq!(failure.cause(), &Cause::ShutDown);
}

#[tokio::test]
async fn reports_of_ads_that_were_shown_still_go_out() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let Outcome::Ad(mut served) = ask(&mut chat(&thrads)).await else { panic!("no ad") };
    let impression = served.offers.remove(0).impression;
    sandbox.inject_pings(Fault::Delay(Duration::from_millis(50)), None);
    let reporting = {
        let thrads = thrads.clone();
        tokio::spawn(async move { thrads.report(impression, person()).await })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    let drained = thrads.shutdown(Duration::from_secs(2)).await;
    assert_eq!((drained.finished, drained.ended), (1, 0));
    assert_eq!((reporting.await.unwrap().sent, sandbox.stats().impressions), (2, 1));
}
