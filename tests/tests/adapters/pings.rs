//! Pings that fail are repeated once or not at all, and go out byte for byte (wire contract 4.1, 4.2).

use std::time::Duration;

use thrads_core::{Family, Impression, Reported, Sent, TransportErrorKind};
use thrads_sandbox::{Fault, PRODUCTION_KEY, Sandbox};

use crate::raw::{Answer, Raw, SHOP, answer, bid};
use crate::rig::{Rig, Way, offers};
use crate::talk::{Talk, eager, end_user, generous};

fn seen<W: Way>(rig: &mut Rig<W>) -> Impression<String> {
    let served = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    let impression = offers(served).remove(0).impression;
    rig.attempts();
    impression
}

/// Reports an ad while pings meet `fault`; returns what came of it and how many requests that took.
fn reported<W: Way>(sandbox: &Sandbox, fault: Fault, times: Option<u32>) -> (Reported, usize) {
    let mut rig = Rig::<W>::of(sandbox, PRODUCTION_KEY).timeout(Duration::from_millis(250));
    let impression = seen(&mut rig);
    sandbox.inject_pings(fault, times);
    let reported = rig.report(impression, end_user());
    let tried = rig.attempts().len();
    sandbox.clear_faults();
    let impression = seen(&mut rig);
    assert_eq!(rig.report(impression, end_user()).sent, 2, "after {fault}");
    (reported, tried)
}

fn status(code: u16) -> Fault {
    Fault::Status { code, shape: None, retry_after: None }
}

fn a_5xx_is_repeated_once<W: Way>() {
    for (times, sent, tried) in [(1, 2, 3), (2, 1, 3), (3, 1, 4), (4, 0, 4)] {
        let sandbox = generous();
        let (reported, requests) = reported::<W>(&sandbox, status(503), Some(times));
        assert_eq!((reported.sent, reported.failed), (sent, 2 - sent), "{times}");
        assert_eq!(requests, tried, "{times}");
        assert_eq!(sandbox.log().len(), 1 + tried + 3, "{times}");
    }
}

fn a_4xx_is_not_repeated<W: Way>() {
    for code in [401, 404, 422, 429] {
        let sandbox = generous();
        let (reported, requests) = reported::<W>(&sandbox, status(code), None);
        assert_eq!((reported.sent, reported.failed, requests), (0, 2, 2), "{code}");
    }
}

fn what_may_have_been_counted_is_not_repeated<W: Way>() {
    for fault in [Fault::Hang, Fault::Close(0), Fault::Close(9)] {
        let sandbox = generous();
        let (reported, requests) = reported::<W>(&sandbox, fault, None);
        assert_eq!((reported.sent, reported.failed, requests), (0, 2, 2), "{fault}");
    }
}

// Nobody reads what a tracker says.
fn a_body_that_never_comes_does_not_matter<W: Way>() {
    for fault in
        [Fault::WrongLength(500), Fault::Drip(Duration::from_millis(100)), Fault::NoContent]
    {
        let sandbox = generous();
        let (reported, requests) = reported::<W>(&sandbox, fault, None);
        assert_eq!((reported.sent, reported.failed, requests), (2, 0, 2), "{fault}");
    }
}

fn a_redirect_counts_and_is_not_followed<W: Way>() {
    let sandbox = generous();
    let (reported, requests) = reported::<W>(&sandbox, Fault::Redirect, None);
    assert_eq!((reported.sent, reported.failed, requests), (2, 0, 2));
    assert_eq!(sandbox.stats().redirect_followed, 0);
}

fn a_refused_connection_is_tried_once_more<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let impression = seen(&mut rig);
    sandbox.inject_pings(Fault::Refuse(Duration::from_secs(60)), Some(1));
    rig.rest();
    let reported = rig.report(impression, end_user());
    assert_eq!((reported.sent, reported.failed), (0, 2));
    let attempts = rig.attempts();
    assert_eq!(attempts.len(), 4);
    for attempt in attempts {
        let error = attempt.unwrap_err();
        assert_eq!((error.kind, error.sent), (TransportErrorKind::Connect, Sent::No));
    }
}

/// What the tracker `path` on loopback is asked for.
fn request_line<W: Way>(path: &str) -> String {
    let tracker = Raw::start([Answer::kept(answer("200 OK", "{}"))]);
    let url = format!("{}{path}", tracker.base());
    let escaped: String = url.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = bid(&format!("{SHOP}&view_url={escaped}"));
    let server = Raw::start([Answer::kept(answer("200 OK", &body))]);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    let impression = seen(&mut rig);
    let reported = rig.report(impression, end_user());
    assert_eq!((reported.sent, reported.failed, reported.refused), (1, 0, 0), "{path}");
    tracker.requests()[0].lines().next().unwrap_or_default().to_owned()
}

fn a_tracker_is_asked_for_byte_by_byte<W: Way>() {
    for path in [
        "/v?token=a%2Fb&size=1+1",
        "/v?a=%252F&b=%2B%20&c=",
        "/v?u=https%3A%2F%2Fx.example%2F%3Fa%3Db",
        "/v/%e2%98%95?q=%E2%98%95",
        "/v;p=1,2/(x)!$*@:?a=/?:@!$()*,;=-._~",
        "//v?x",
        "/v?",
        "/?q",
        "/",
        "/v&amp;?&&=&",
        "/v?x=ABC%zz",
    ] {
        assert_eq!(request_line::<W>(path), format!("GET {path} HTTP/1.1"));
    }
}

// What thrads-std's documentation says of its URLs, which are a browser's; thrads-embassy changes none.
fn a_tracker_with_quotes_or_dots_is_changed_only_as_documented<W: Way>() {
    for (path, by_std) in [
        ("/v?name='x'", "/v?name=%27x%27"),
        ("/v/./w?x", "/v/w?x"),
        ("/v/../w?x", "/w?x"),
        ("/v/%2e%2e/w?x", "/w?x"),
        ("/v?a|b", "/v?a|b"),
    ] {
        let expected = if W::IS_STD { by_std } else { path };
        assert_eq!(request_line::<W>(path), format!("GET {expected} HTTP/1.1"));
    }
}

fn a_tracker_without_a_path_is_asked_for_its_root<W: Way>() {
    assert_eq!(request_line::<W>(""), "GET / HTTP/1.1");
    assert_eq!(request_line::<W>("?q=1"), "GET /?q=1 HTTP/1.1");
    assert_eq!(request_line::<W>("/v?x#fragment"), "GET /v?x HTTP/1.1");
}

fn a_tracker_in_plain_text_elsewhere_is_refused_and_counted<W: Way>() {
    let body = bid(&format!("{SHOP}&view_url=http%3A%2F%2Ftracker.example%2Fv"));
    let server = Raw::start([Answer::kept(answer("200 OK", &body))]);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    let impression = seen(&mut rig);
    let reported = rig.report(impression, end_user());
    assert_eq!((reported.sent, reported.failed, reported.refused), (0, 0, 1));
    assert!(rig.attempts().is_empty());
}

through_both!(
    a_5xx_is_repeated_once,
    a_4xx_is_not_repeated,
    what_may_have_been_counted_is_not_repeated,
    a_body_that_never_comes_does_not_matter,
    a_redirect_counts_and_is_not_followed,
    a_refused_connection_is_tried_once_more,
    a_tracker_is_asked_for_byte_by_byte,
    a_tracker_with_quotes_or_dots_is_changed_only_as_documented,
    a_tracker_without_a_path_is_asked_for_its_root,
    a_tracker_in_plain_text_elsewhere_is_refused_and_counted,
);
