//! What the platform may answer, well and badly: cases T56 to T62 and T64 of the wire contract.

use crate::server::{Server, Step};
use crate::support::{Answer, LONG, ask, block_on, exchange, opener, publisher, transport};
use std::time::{Duration, Instant};
use thrads_core::TransportErrorKind::{Incomplete, Protocol, TooLarge};
use thrads_core::{Request, Transport, TransportError, TransportErrorKind};

fn answered(bytes: impl AsRef<[u8]>, room: usize) -> Answer {
    let start = Instant::now();
    let answer = ask(&Server::answering(bytes), LONG, room);
    assert!(start.elapsed() < Duration::from_secs(1), "{answer:?} took {:?}", start.elapsed());
    answer
}

fn ok(body: &str) -> Answer {
    Ok((200, body.as_bytes().to_vec()))
}

fn failed(kind: TransportErrorKind) -> Answer {
    Err(TransportError::maybe_sent(kind))
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

#[test]
fn reads_a_body_of_a_known_length() {
    assert_eq!(answered("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", 5), ok("hello"));
    assert_eq!(answered("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 5), ok(""));
    assert_eq!(answered("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 0), ok(""));
}

#[test]
fn reads_a_body_that_ends_with_the_connection() {
    assert_eq!(answered("HTTP/1.1 200 OK\r\n\r\nhello", 5), ok("hello"));
    assert_eq!(answered("HTTP/1.0 200 OK\n\nhello", 9), ok("hello"));
}

#[test]
fn reads_chunks_wherever_they_split() {
    let body = "{\"headline\":\"Caf\\u00e9 \u{1f600}\"}".as_bytes();
    let (mut rest, mut script) = (body, vec![Step::Send(CHUNKED.into())]);
    for size in [1, 2, 3, 5, 8, 13].into_iter().cycle() {
        let (chunk, behind) = rest.split_at(size.min(rest.len()));
        let mut bytes = format!("{:x}\r\n", chunk.len()).into_bytes();
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
        script.push(Step::Send(bytes));
        if chunk.is_empty() {
            break;
        }
        rest = behind;
    }
    assert_eq!(ask(&Server::start(script), LONG, body.len()), Ok((200, body.to_vec())));
}

#[test]
fn refuses_chunk_extensions_and_trailers() {
    assert_eq!(answered(format!("{CHUNKED}5;a=b\r\nhello\r\n0\r\n\r\n"), 99), failed(Protocol));
    assert_eq!(
        answered(format!("{CHUNKED}5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n"), 99),
        failed(Protocol)
    );
}

#[test]
fn refuses_bad_chunking() {
    for (body, kind) in [
        ("zz\r\nhello\r\n0\r\n\r\n", Protocol),
        ("ffffffffffffffff\r\nhello\r\n0\r\n\r\n", Protocol),
        ("ffffffff\r\nhello\r\n0\r\n\r\n", Incomplete),
        ("-5\r\nhello\r\n0\r\n\r\n", Protocol),
        ("5\nhello\r\n0\r\n\r\n", Protocol),
        ("5\r\nhelloXX0\r\n\r\n", Protocol),
        ("5\r\nhello\r\n", Incomplete),
        ("5\r\nhello\r\n0\r\n", Incomplete),
        ("5\r\nhel", Incomplete),
        ("5\r\n", Incomplete),
        ("", Incomplete),
    ] {
        assert_eq!(answered(format!("{CHUNKED}{body}"), 99), failed(kind), "{body:?}");
    }
}

#[test]
fn an_empty_chunk_size_counts_as_the_last_chunk() {
    assert_eq!(answered(format!("{CHUNKED}5\r\nhello\r\n\r\n\r\n"), 99), ok("hello"));
}

#[test]
fn a_short_body_is_incomplete() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n";
    assert_eq!(answered(format!("{head}{}", "x".repeat(120)), 1000), failed(Incomplete));
    assert_eq!(answered(head, 1000), failed(Incomplete));
}

#[test]
fn a_body_longer_than_the_buffer_is_too_large() {
    for head in [
        "content-length: 6\r\n\r\nhello!",
        "transfer-encoding: chunked\r\n\r\n6\r\nhello!\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nffffffff\r\nhello!",
        "date: x\r\n\r\nhello!",
    ] {
        assert_eq!(answered(format!("HTTP/1.1 200 OK\r\n{head}"), 5), failed(TooLarge), "{head:?}");
    }
    assert_eq!(answered(format!("{CHUNKED}5\r\nhello\r\n0\r\n\r\n"), 5), ok("hello"));
}

#[test]
fn what_comes_behind_a_body_is_not_read() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more";
    assert_eq!(answered(answer, 99), ok("hello"));
    let (head, rest) = answer.split_at(answer.len() - 12);
    let apart = [head, rest].map(|part| Step::Send(part.into()));
    let script = vec![apart[0].clone(), Step::Pause(Duration::from_millis(30)), apart[1].clone()];
    assert_eq!(ask(&Server::start(script), LONG, 99), ok("hello"));
}

#[test]
fn a_head_that_does_not_fit_or_parse_is_refused() {
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "y".repeat(2048));
    assert_eq!(answered(long, 99), failed(Protocol));
    let fields = "x: y\r\n".repeat(65);
    assert_eq!(answered(format!("HTTP/1.1 200 OK\r\n{fields}\r\n"), 99), failed(Protocol));
    assert_eq!(answered("SSH-2.0-OpenSSH_9.9\r\n\r\n", 99), failed(Protocol));
    assert_eq!(answered("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", 99), failed(Protocol));
    assert_eq!(answered("HTTP/1.1 200 OK\r\nx", 99), failed(Incomplete));
    assert_eq!(answered("", 99), failed(Incomplete));
}

#[test]
fn a_head_of_two_kilobytes_fits() {
    let frame = "HTTP/1.1 200 OK\r\nx: \r\ncontent-length: 5\r\n\r\n".len();
    let filler = "y".repeat(thrads_embassy::MAX_HEAD_BYTES - frame);
    let head = format!("HTTP/1.1 200 OK\r\nx: {filler}\r\ncontent-length: 5\r\n\r\nhello");
    assert_eq!(answered(head, 99), ok("hello"));
}

#[test]
fn a_length_said_in_two_ways_is_refused() {
    for fields in [
        "content-length: 5\r\ntransfer-encoding: chunked",
        "content-length: 5\r\ncontent-length: 6",
        "transfer-encoding: gzip",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: gzip\r\ntransfer-encoding: chunked",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        assert_eq!(answered(answer, 99), failed(Protocol), "{fields}");
    }
}

#[test]
fn interim_answers_are_passed_over_up_to_a_limit() {
    let interim = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    assert_eq!(answered(format!("{}{answer}", interim.repeat(4)), 99), ok("hello"));
    assert_eq!(answered(format!("{}{answer}", interim.repeat(6)), 99), failed(Protocol));
}

#[test]
fn answers_without_a_body_have_none() {
    assert_eq!(answered("HTTP/1.1 204 No Content\r\n\r\n", 99), Ok((204, vec![])));
    let unmodified = "HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n";
    assert_eq!(answered(unmodified, 99), Ok((304, vec![])));
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Server::answering("HTTP/1.1 200 OK\r\n\r\nstolen");
    let location = format!("http://127.0.0.1:{}/", elsewhere.port);
    let redirect =
        format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(answered(redirect, 99), Ok((302, vec![])));
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn the_head_tells_of_limits_and_of_when_to_come_back() {
    let server = Server::answering(
        "HTTP/1.1 429 Too Many\r\nX-RateLimit-Limit: 40\r\nX-RateLimit-Remaining: 0\r\n\
         Retry-After: 2\r\nDate: Wed, 21 Oct 2026 07:28:00 GMT\r\ncontent-length: 2\r\n\r\n{}",
    );
    let publisher = publisher(server.port);
    let request = Request::new(&publisher, opener());
    let (mut transport, mut buffer) = (transport(), [0; 16]);
    let (head, body) = block_on(transport.exchange(&request, LONG, &mut buffer)).unwrap();
    assert_eq!((head.status, head.limits.limit, head.limits.remaining), (429, Some(40), Some(0)));
    assert!(head.retry_after.is_some() && head.date.is_some());
    assert_eq!(body, 0..2);
}

#[test]
fn an_answer_cut_at_any_byte_fails_and_the_next_one_is_read() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".to_string(),
        format!("{CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
    ] {
        let mut transport = transport();
        for cut in 0..answer.len() {
            let server = Server::answering(&answer[..cut]);
            let publisher = publisher(server.port);
            let request = Request::new(&publisher, opener());
            let cut_off = block_on(exchange(&mut transport, &request, LONG, 99));
            assert_eq!(cut_off, failed(Incomplete), "{cut}");
        }
        let server = Server::answering(&answer);
        let publisher = publisher(server.port);
        let request = Request::new(&publisher, opener());
        assert_eq!(block_on(exchange(&mut transport, &request, LONG, 99)), ok("hello"));
    }
}

#[test]
fn an_answer_of_any_bytes_ends() {
    let answer = format!("{CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n").into_bytes();
    for at in 0..answer.len() {
        for damage in [0, b'\n', b':', b'9', 0xff] {
            let mut damaged = answer.clone();
            damaged[at] = damage;
            answered(damaged, 99).ok();
        }
    }
}
