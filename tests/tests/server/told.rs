//! What operators are told: one span and one event an ask, errors that help, and no secret.

use std::time::Duration;

use thrads_sandbox::{Fault, PRODUCTION_KEY, Shape};
use thrads_std::{Options, Outcome, Phase, Thrads};

use crate::listen::{assert_quiet, lines_with};
use crate::raw::{Answer, Raw, answer};
use crate::rig::{ask, chat, generous, options, person, publisher, thrads};

#[tokio::test]
async fn an_ask_is_a_span_with_its_request_id() {
    let sandbox = generous();
    let outcome = ask(&mut chat(&thrads(&sandbox))).await;
    let id = outcome.request_id().unwrap();
    assert!(!lines_with(&["span thrads.ask"]).is_empty());
    assert_eq!(lines_with(&["span thrads.ask", "request_id", id]).len(), 1);
    assert_eq!(lines_with(&["INFO thrads_std", "asked", id]).len(), 1);
    assert_eq!(outcome.explain(), format!("1 to show [request {id}]"));
}

#[tokio::test]
async fn a_refusal_says_where_what_and_what_to_do() {
    let sandbox = generous();
    sandbox
        .inject(Fault::Status { code: 401, shape: Some(Shape::Ssp), retry_after: None }, Some(1));
    let Outcome::Failed(failure) = ask(&mut chat(&thrads(&sandbox))).await else { panic!() };
    let host = sandbox.base_url()["http://".len()..].to_owned();
    assert_eq!(failure.host(), Some(host.as_str()));
    assert_eq!((failure.phase(), failure.status()), (Phase::Answer, Some(401)));
    let told = failure.to_string();
    assert!(told.starts_with(&format!("{host}, answer: status 401: ")), "{told}");
    assert!(told.ends_with(&format!("[request {}]", failure.request_id().unwrap())), "{told}");
    assert_eq!(lines_with(&["WARN thrads_std", &host, "status=401", "phase=\"answer\""]).len(), 1);
}

#[tokio::test]
async fn each_phase_has_its_name() {
    let sandbox = generous();
    let options = Options { timeout: Duration::from_millis(300), ..options() };
    let at = |base: &str| Thrads::new(publisher(base, PRODUCTION_KEY), options).unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed_at = format!("https://{}", closed.local_addr().unwrap());
    let no_tls = sandbox.base_url().replace("http", "https");
    let mut met = Vec::new();
    for base in ["https://thrads.invalid", &closed_at, &no_tls] {
        let Outcome::Failed(failure) = ask(&mut chat(&at(base))).await else { panic!("{base}") };
        met.push((failure.phase(), failure.code()));
    }
    drop(closed);
    sandbox.inject(Fault::Hang, Some(1));
    sandbox.inject(Fault::Html, Some(1));
    for _ in 0..2 {
        let mut chat = chat(&at(&sandbox.base_url()));
        let Outcome::Failed(failure) = ask(&mut chat).await else { panic!() };
        met.push((failure.phase(), failure.code()));
    }
    let expected = [
        (Phase::Resolve, "dns"),
        (Phase::Connect, "timeout"),
        (Phase::Tls, "tls"),
        (Phase::Answer, "timeout"),
        (Phase::Decode, "malformed"),
    ];
    assert_eq!(met, expected);
}

// What the platform says may repeat what it was sent; it is for the caller, not for the log.
#[tokio::test]
async fn nothing_that_went_by_in_this_process_was_logged() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let mut first = chat(&thrads);
    let Outcome::Ad(served) = ask(&mut first).await else { panic!("no ad") };
    for offer in served.offers {
        thrads.report(offer.impression, person()).await;
    }
    for fault in [Fault::Html, Fault::TruncatedJson, Fault::WrongLength(9), Fault::Redirect] {
        sandbox.inject(fault, Some(1));
        // Each at a publisher's first call: after a few failures in a row there would be no other.
        let mut chat = chat(&self::thrads(&sandbox));
        assert_eq!(ask(&mut chat).await.code(), "failed", "{fault}");
    }
    let quote = format!(
        r#"{{"detail":[{{"type":"x","loc":["body","{}"],"msg":"{} {PRODUCTION_KEY}"}}]}}"#,
        crate::rig::PERSON,
        crate::rig::SAID
    );
    let server = Raw::start([Answer::kept(answer("422 Unprocessable", &quote))]);
    let quoting = Thrads::new(publisher(&server.base(), PRODUCTION_KEY), options()).unwrap();
    let outcome = ask(&mut crate::rig::chat(&quoting)).await;
    assert!(outcome.explain().contains("status 422"), "{}", outcome.explain());
    assert!(lines_with(&[]).len() > 10, "nothing was heard");
    assert_quiet();
    let shown = format!("{first:?} {thrads:?} {:?}", first.explained());
    assert!(!shown.contains(PRODUCTION_KEY), "{shown}");
}
