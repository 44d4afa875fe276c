//! Faults as bytes on the wire (wire contract T48 to T64).

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thrads_sandbox::{Config, Fault, STAGING_KEY, Sandbox, Stats};

use crate::client::{Answer, Call, V1, chat, connect};

fn start() -> Sandbox {
    Sandbox::start(Config { limit: 1000, ..Config::default() }).unwrap()
}

fn call() -> Call {
    Call::ssp(STAGING_KEY, &chat("c", 1, "bike"))
}

fn with(fault: &str) -> Call {
    call().field("x-sandbox-fault", fault)
}

fn split(raw: &[u8]) -> (String, &[u8]) {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    (String::from_utf8_lossy(&raw[..end]).into_owned(), &raw[end..])
}

#[test]
fn closes_after_the_bytes_asked_for() {
    let sandbox = start();
    for bytes in [0, 1, 120] {
        assert_eq!(with(&format!("close={bytes}")).raw(&sandbox).len(), bytes);
    }
    assert_eq!((sandbox.stats().requests, sandbox.stats().ads), (3, 0));
}

#[test]
fn declares_more_than_it_sends() {
    let sandbox = start();
    let raw = with("wrong-length=380").raw(&sandbox);
    let (head, body) = split(&raw);
    assert!(head.contains(&format!("content-length: {}\r\n", body.len() + 380)), "{head}");
    assert!(serde_json::from_slice::<Value>(body).is_ok());
}

#[test]
fn cuts_json_under_a_true_length() {
    let sandbox = start();
    let answer = with("truncated-json").send(&sandbox);
    assert_eq!(answer.field("content-length"), Some(&*answer.body.len().to_string()));
    assert!(serde_json::from_slice::<Value>(&answer.body).unwrap_err().is_eof());
    assert_eq!(sandbox.stats().ads, 0);
}

#[test]
fn encodes_as_gzip_without_being_asked() {
    let sandbox = start();
    let answer = with("gzip").send(&sandbox);
    assert_eq!((answer.status, answer.field("content-encoding")), (200, Some("gzip")));
    assert_eq!(answer.field("content-length"), Some(&*answer.body.len().to_string()));
    let stored = &answer.body[15..answer.body.len() - 8];
    assert!(serde_json::from_slice::<Value>(stored).unwrap()["data"]["bid"].is_object());
    assert_eq!(sandbox.stats().ads, 0);
}

#[test]
fn sends_no_json_where_json_was_promised() {
    let sandbox = start();
    let html = with("html").send(&sandbox);
    assert_eq!(
        (html.status, &*html.body),
        (200, b"<html><body>maintenance</body></html>".as_slice())
    );
    let empty = with("empty-200").send(&sandbox);
    assert_eq!(
        (empty.status, empty.field("content-length"), empty.body.len()),
        (200, Some("0"), 0)
    );
    assert_eq!(with("204").send(&sandbox).status, 204);
}

#[test]
fn sends_errors_in_the_shape_asked_for() {
    let sandbox = start();
    for status in ["400", "401", "403", "404", "422", "429", "500", "501", "503"] {
        let answer = with(status).send(&sandbox);
        assert_eq!(
            (answer.status.to_string(), &answer.json()["status"]),
            (status.to_owned(), &json!("error"))
        );
        assert!(answer.field("x-ratelimit-reset").is_some());
    }
    let body = |fault: &str| with(fault).send(&sandbox).json();
    assert_eq!(body("500")["data"], json!({"bid": null}));
    assert_eq!(body("500:v1")["apiVersion"], "0.1.0");
    assert_eq!(body("403:detail"), json!({"detail": "Origin not allowed"}));
    assert_eq!(body("422:list")["detail"][0]["msg"], "Validation error");
    assert_eq!(body("429:error"), json!({"error": "Rate limit exceeded"}));
    assert_eq!(
        with("503:html").send(&sandbox).field("content-type"),
        Some("text/html; charset=utf-8")
    );
    let limited = with("429=2:empty").send(&sandbox);
    assert_eq!(
        (limited.field("retry-after"), limited.field("x-ratelimit-remaining")),
        (Some("2"), Some("0"))
    );
    assert_eq!(with("418").send(&sandbox).status, 400);
}

#[test]
fn chunks_an_answer_with_extension_and_trailer_and_goes_on() {
    let sandbox = start();
    let mut stream = connect(&sandbox).unwrap();
    stream.write_all(&with("chunked").bytes(&sandbox, "keep-alive")).unwrap();
    stream.write_all(&call().bytes(&sandbox, "close")).unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).unwrap();
    let (head, mut rest) = split(&raw);
    assert!(head.contains("transfer-encoding: chunked\r\n") && !head.contains("content-length"));
    let (mut body, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let (size, extension) =
            std::str::from_utf8(&rest[..line]).unwrap().split_once(';').unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        rest = &rest[line + 2..];
        if size == 0 {
            break;
        }
        assert_eq!(extension, "a=b");
        body.extend(&rest[..size]);
        rest = &rest[size + 2..];
        sizes.push(size);
    }
    assert_eq!(sizes[..6], [1, 2, 3, 5, 8, 13]);
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["data"]["bid"].is_object());
    let rest = rest.strip_prefix(b"x-sandbox-trailer: end\r\n\r\n").unwrap();
    assert!(Answer::parse(rest).0.has_ad());
    assert_eq!(sandbox.stats().ads, 2);
}

#[test]
fn breaks_the_chunks_in_three_ways() {
    let sandbox = start();
    for (fault, end) in [("bad-chunks", "\r\nzz\r\n"), ("bad-chunks=2", "\r\nffffffffffffffff\r\n")]
    {
        assert!(String::from_utf8(with(fault).raw(&sandbox)).unwrap().contains(end), "{fault}");
    }
    assert!(!with("bad-chunks=3").raw(&sandbox).ends_with(b"0\r\n\r\n"));
    assert_eq!(sandbox.stats().ads, 0);
}

#[test]
fn streams_an_oversized_answer() {
    let sandbox = start();
    let raw = with("oversized=2").raw(&sandbox);
    let (head, body) = split(&raw);
    assert!(
        body.len() > 2 * 1024 * 1024
            && head.contains(&format!("content-length: {}\r\n", body.len()))
    );
    assert!(serde_json::from_slice::<Value>(body).unwrap()["data"]["bid"].is_object());
}

#[test]
fn drips_the_body_and_delays_the_head() {
    let sandbox = start();
    let mut stream = connect(&sandbox).unwrap();
    stream.write_all(&with("drip=20").bytes(&sandbox, "close")).unwrap();
    let mut buffer = [0; 4096];
    let _head = stream.read(&mut buffer).unwrap();
    let begun = Instant::now();
    let reads: Vec<_> = (0..5).map(|_| stream.read(&mut buffer).unwrap()).collect();
    assert!(
        reads.iter().sum::<usize>() < 20 && begun.elapsed() >= Duration::from_millis(40),
        "{reads:?}"
    );
    let begun = Instant::now();
    assert!(with("delay=60").send(&sandbox).has_ad());
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[test]
fn hangs_without_a_byte() {
    let sandbox = start();
    let mut stream = connect(&sandbox).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(80))).unwrap();
    stream.write_all(&with("hang").bytes(&sandbox, "close")).unwrap();
    let error = stream.read(&mut [0; 1]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert_eq!(sandbox.stats().requests, 1);
}

#[test]
fn redirects_to_itself_and_counts_who_follows() {
    let sandbox = start();
    let answer = with("redirect").send(&sandbox);
    assert_eq!((answer.status, sandbox.stats().redirect_followed), (302, 0));
    let target =
        answer.field("location").unwrap().strip_prefix(&sandbox.base_url()).unwrap().to_owned();
    assert_eq!(Call::new("GET", &target).send(&sandbox).status, 200);
    assert_eq!(sandbox.stats().redirect_followed, 1);
}

#[test]
fn refuses_connects_while_told_to() {
    let sandbox = start();
    let mut idle = connect(&sandbox).unwrap();
    idle.write_all(&Call::new("GET", "/health").bytes(&sandbox, "keep-alive")).unwrap();
    assert!(idle.read(&mut [0; 4096]).unwrap() > 0);
    sandbox.inject(Fault::Refuse(Duration::from_millis(1)), None);
    assert_eq!(connect(&sandbox).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(idle.read(&mut [0; 1]).unwrap_or(0), 0, "the idle connection ends");
    sandbox.clear_faults();
    assert!(call().send(&sandbox).has_ad());
    assert_eq!((sandbox.stats().requests, sandbox.stats().ads), (1, 1));
}

#[test]
fn opens_again_by_itself() {
    let sandbox = start();
    let body = json!({"fault": "refuse=100"}).to_string();
    assert_eq!(Call::new("POST", "/sandbox/fault").body(body).send(&sandbox).status, 200);
    assert_eq!(connect(&sandbox).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let begun = Instant::now();
    while connect(&sandbox).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(with("refuse=100").raw(&sandbox).is_empty());
    assert!(connect(&sandbox).is_err());
}

#[test]
fn takes_orders_by_route_for_so_many_calls() {
    let sandbox = start();
    let order =
        |body: Value| Call::new("POST", "/sandbox/fault").body(body.to_string()).send(&sandbox);
    assert_eq!(order(json!({"fault": "html", "times": 2})).status, 200);
    let other = Call::new("GET", "/health").send(&sandbox);
    assert_eq!(other.field("content-type"), Some("application/json"), "only calls use a fault up");
    let v1 = Call::v1(&json!({"country_code": "US"}));
    let kinds: Vec<_> =
        (0..3).map(|_| v1.send(&sandbox).field("content-type").unwrap()[..4].to_owned()).collect();
    assert_eq!(kinds, ["text", "text", "appl"]);
    order(json!({"fault": "500"}));
    assert_eq!([v1.send(&sandbox).status, v1.send(&sandbox).status], [500, 500]);
    assert_eq!(Call::new("DELETE", "/sandbox/fault").send(&sandbox).status, 200);
    assert_eq!(v1.send(&sandbox).status, 200);
    assert_eq!(
        [order(json!({"fault": "slow"})), order(json!({"flaut": "500"}))]
            .map(|answer| answer.status),
        [422, 422]
    );
    let stats = Call::new("GET", "/sandbox/stats").send(&sandbox).json();
    assert_eq!(serde_json::from_value::<Stats>(stats.clone()).unwrap(), sandbox.stats());
    assert_eq!((&stats["openers"]["requests"], &stats["by_status"]["500"]), (&json!(6), &json!(2)));
    assert!(sandbox.log().iter().all(|seen| !seen.target.starts_with("/sandbox/")));
    assert_eq!(sandbox.log().iter().filter(|seen| seen.target == V1).count(), 6);
}

#[test]
fn keeps_errors_from_advancing_pacing() {
    let sandbox = start();
    let body = json!({"country_code": "US", "chatId": "c", "content": {"user": "a", "chatbot": "b"}, "conversationOffset": 1});
    let plain = Call::v1(&body);
    assert_eq!(Call::v1(&body).field("x-sandbox-fault", "500").send(&sandbox).status, 500);
    assert!(!plain.send(&sandbox).has_ad());
    assert!(plain.send(&sandbox).has_ad());
}
