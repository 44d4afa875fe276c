//! Answers that are odd and legal are read, and alike by both transports (RFC 9112).

use std::time::Duration;

use thrads_core::Family;

use crate::raw::{Answer, Raw, SHOP, answer, bid};
use crate::rig::{Rig, Way, brief};
use crate::talk::{Talk, eager};

fn asks<W: Way>(answer: Answer) -> String {
    let server = Raw::start([answer]);
    let mut rig = Rig::<W>::at(&server.base(), "k").timeout(Duration::from_secs(2));
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(server.requests().len(), 1);
    brief(&outcome)
}

fn odd_heads_are_read<W: Way>() {
    let body = bid(SHOP);
    let length = body.len();
    for head in [
        format!("HTTP/1.1 200 OK\r\nCONTENT-LENGTH:{length}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: \t {length} \t\r\n\r\n"),
        format!("HTTP/1.1 200 \r\ncontent-length: {length}\r\n\r\n"),
        format!("HTTP/1.1 200 Tr\u{e8}s bien\r\ncontent-length: {length}\r\n\r\n"),
        format!("HTTP/1.1 299 Odd\r\ncontent-length: {length}\r\n\r\n"),
        format!(
            "HTTP/1.1 200 OK\r\nx-note: \u{e9}\r\nx-empty:\r\ncontent-length: {length}\r\n\r\n"
        ),
        format!("HTTP/1.0 200 OK\r\ncontent-length: {length}\r\n\r\n"),
        "HTTP/1.0 200 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned(),
        format!(
            "HTTP/1.1 200 OK\r\nx-long: {}\r\ncontent-length: {length}\r\n\r\n",
            "y".repeat(1700)
        ),
        format!(
            "HTTP/1.1 200 OK\r\n{}content-length: {length}\r\n\r\n",
            (0..50).map(|index| format!("x-{index}: {index}\r\n")).collect::<String>()
        ),
    ] {
        let outcome = asks::<W>(Answer::last(format!("{head}{body}")));
        assert_eq!(outcome, "ad", "{head}");
    }
}

fn interim_answers_are_passed_over<W: Way>() {
    let served = String::from_utf8(answer("200 OK", &bid(SHOP))).unwrap();
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    for interim in ["HTTP/1.1 100 Continue\r\n\r\n", hints] {
        let outcome = asks::<W>(Answer::last(format!("{interim}{served}")));
        assert_eq!(outcome, "ad", "{interim}");
    }
}

fn an_answer_may_come_byte_by_byte<W: Way>() {
    let body = bid(SHOP);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    for bytes in [answer("200 OK", &body), chunked.into_bytes()] {
        let pace = Some((1, Duration::from_micros(200)));
        assert_eq!(asks::<W>(Answer { pace, ..Answer::last(bytes) }), "ad");
    }
}

fn many_small_chunks_are_one_body<W: Way>() {
    let body = bid(SHOP);
    let chunks: String = body.chars().map(|byte| format!("1\r\n{byte}\r\n")).collect();
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let padded = chunks.replace("1\r\n{", "0001\r\n{");
    for chunks in [chunks, padded] {
        assert_eq!(asks::<W>(Answer::last(format!("{head}{chunks}0\r\n\r\n"))), "ad");
    }
}

// A body that goes on behind its end is the next answer's, which nobody asked for.
fn what_follows_an_answer_is_not_part_of_it<W: Way>() {
    let mut bytes = answer("200 OK", &bid(SHOP));
    bytes.extend(answer("200 OK", "{}"));
    let server = Raw::start([Answer::kept(bytes), Answer::kept(answer("200 OK", &bid(SHOP)))]);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    let mut session = eager(Family::Ssp);
    for _ in 0..3 {
        let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(brief(&outcome), "ad");
    }
}

fn two_lengths_that_differ_are_refused<W: Way>() {
    let body = bid(SHOP);
    let (length, less) = (body.len(), body.len() - 1);
    for fields in [
        format!("content-length: {length}\r\ncontent-length: {less}"),
        format!("content-length: {less}\r\ncontent-length: {length}"),
    ] {
        let outcome = asks::<W>(Answer::last(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}")));
        assert_eq!(outcome, "transport Protocol Maybe", "{fields}");
    }
}

fn what_is_not_http_is_a_failure_of_the_transport<W: Way>() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"<html></html>\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    ] {
        let outcome = asks::<W>(Answer::last(bytes));
        let shown = String::from_utf8_lossy(bytes);
        assert!(
            outcome.starts_with("transport ") && outcome.ends_with("Maybe"),
            "{shown}: {outcome}"
        );
        assert!(!outcome.contains("Timeout"), "{shown}");
    }
}

through_both!(
    odd_heads_are_read,
    interim_answers_are_passed_over,
    an_answer_may_come_byte_by_byte,
    many_small_chunks_are_one_body,
    what_follows_an_answer_is_not_part_of_it,
    two_lengths_that_differ_are_refused,
    what_is_not_http_is_a_failure_of_the_transport,
);
