//! One deadline over everything, and futures dropped half-way: case T63 of the wire contract.

use crate::server::{Server, Step};
use crate::support::{
    LONG, abandoned_after, ask, block_on, exchange, opener, publisher, transport,
};
use std::time::{Duration, Instant};
use thrads_core::{Millis, Request, TransportError, TransportErrorKind};

const DEADLINE: Millis = Millis(250);

fn times_out(script: Vec<Step>) {
    let start = Instant::now();
    let answer = ask(&Server::start(script), DEADLINE, 999);
    let took = start.elapsed();
    assert_eq!(answer, Err(TransportError::maybe_sent(TransportErrorKind::Timeout)));
    let (least, most) =
        (Duration::from_millis(DEADLINE.0), Duration::from_millis(DEADLINE.0 + 250));
    assert!(took >= least && took < most, "{took:?}");
}

fn dripping(answer: &str) -> Vec<Step> {
    let drop = |byte: &u8| [Step::Send(vec![*byte]), Step::Pause(Duration::from_millis(100))];
    answer.as_bytes().iter().flat_map(drop).collect()
}

#[test]
fn a_silent_server_is_left_at_the_deadline() {
    times_out(vec![Step::Hold]);
}

#[test]
fn a_server_that_stops_inside_the_answer_is_left_at_the_deadline() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
    for cut in [10, head.len() - 8, head.len()] {
        times_out(vec![Step::Send(head[..cut].into()), Step::Hold]);
    }
}

#[test]
fn no_time_at_all_sends_nothing() {
    let answer = ask(&Server::start(vec![Step::Hold]), Millis(0), 999);
    assert_eq!(answer, Err(TransportError::unsent(TransportErrorKind::Timeout)));
}

#[test]
fn a_drip_of_bytes_does_not_move_the_deadline() {
    times_out(dripping("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"));
    let mut body = vec![Step::Send("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n".into())];
    body.extend(dripping(&"x".repeat(50)));
    times_out(body);
}

#[test]
fn a_flood_without_an_end_is_an_error_before_the_deadline() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    let start = Instant::now();
    assert!(ask(&Server::answering(interim), LONG, 999).is_err());
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_late_answer_within_the_deadline_is_read() {
    let script = vec![
        Step::Pause(Duration::from_millis(150)),
        Step::Send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".into()),
    ];
    assert_eq!(ask(&Server::start(script), LONG, 9), Ok((200, b"hello".to_vec())));
}

#[test]
fn the_longest_timeout_there_is_is_no_overflow() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    assert_eq!(ask(&server, Millis(u64::MAX), 9), Ok((200, b"hello".to_vec())));
}

#[test]
fn an_exchange_dropped_at_any_await_leaves_the_next_one_working() {
    let server = Server::start(vec![
        Step::Send(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe"
                .into(),
        ),
        Step::Pause(Duration::from_millis(5)),
        Step::Send("\r\n3\r\nllo\r\n".into()),
        Step::Pause(Duration::from_millis(5)),
        Step::Send("0\r\n\r\n".into()),
    ]);
    let publisher = publisher(server.port);
    let request = Request::new(&publisher, opener());
    let mut transport = transport();
    for polls in 0.. {
        let first = exchange(&mut transport, &request, LONG, 9);
        let first = block_on(abandoned_after(polls, first));
        let next = block_on(exchange(&mut transport, &request, LONG, 9));
        assert_eq!(next, Ok((200, b"hello".to_vec())), "after {polls} polls");
        if first.is_some() {
            assert!(polls > 3, "only {polls} awaits were tried");
            break;
        }
    }
}
