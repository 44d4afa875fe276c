//! Connections that are there before they are needed.

use std::time::Duration;

use thrads_core::Family;
use thrads_sandbox::{Fault, PRODUCTION_KEY};
use thrads_std::{Options, Phase, Thrads};

use crate::raw::{Answer, Raw, SHOP, answer, bid};
use crate::rig::{ask, chat, generous, options, publisher};

#[tokio::test]
async fn the_first_ask_goes_by_the_connection_that_was_warmed() {
    let server = Raw::start([
        Answer::kept(answer("200 OK", "{}")),
        Answer::kept(answer("200 OK", &bid(SHOP))),
    ]);
    let thrads = Thrads::new(publisher(&server.base(), PRODUCTION_KEY), options()).unwrap();
    thrads.warm_up(Family::Ssp).await.unwrap();
    assert_eq!(ask(&mut chat(&thrads)).await.code(), "ad");
    assert_eq!(server.connections(), 1);
    let first = server.requests().remove(0);
    assert!(first.starts_with("GET /health HTTP/1.1\r\n"), "{first}");
    assert!(!first.contains(PRODUCTION_KEY), "{first}");
}

#[tokio::test]
async fn a_place_that_is_not_there_is_said_before_anybody_asks() {
    let sandbox = generous();
    sandbox.inject(Fault::Refuse(Duration::from_secs(60)), Some(1));
    let options = Options { timeout: Duration::from_millis(300), ..options() };
    let thrads = Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options).unwrap();
    let first = ask(&mut chat(&thrads)).await;
    assert_eq!(first.code(), "failed");
    let failure = thrads.warm_up(Family::Ssp).await.unwrap_err();
    assert_eq!(failure.phase(), Phase::Connect, "{failure}");
}
